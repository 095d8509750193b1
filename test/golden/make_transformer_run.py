"""Writes transformer_run.json: 50 steps of Adam on a small language model of PyTorch's own layers, in float64. By hand, without arguments.

The model reads a made-up language: after token t comes 5 t + 3 mod 16, but for one in ten at random.
test/src/nn/transformer-run.test.ts does the same steps from the same weights with ours.
"""
import json
import random
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

VOCABULARY, WIDTH, LENGTH, BATCH, STEPS = 16, 16, 12, 4, 50


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Parameter(torch.randn(VOCABULARY, WIDTH))
        self.positions = nn.Parameter(torch.randn(LENGTH, WIDTH) * 0.1)
        self.layers = nn.ModuleList([
            nn.TransformerEncoderLayer(WIDTH, 2, 32, 0.0, 'gelu', batch_first=True, norm_first=True) for _ in range(2)])
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, VOCABULARY, bias=False)
        self.mask = torch.ones(LENGTH, LENGTH, dtype=torch.bool).triu(1)

    def forward(self, tokens):
        x = F.embedding(tokens, self.tokens) + self.positions
        for layer in self.layers:
            x = layer(x, src_mask=self.mask, is_causal=True)
        return self.head(self.norm(x))


def sequence(draw):
    tokens = [draw.randrange(VOCABULARY)]
    while len(tokens) <= LENGTH:
        tokens.append(draw.randrange(VOCABULARY) if draw.random() < 0.1 else (5 * tokens[-1] + 3) % VOCABULARY)
    return tokens


def numbers(state):
    return {name: {'shape': list(x.shape), 'data': x.flatten().tolist()} for name, x in state.items()}


torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
torch.manual_seed(0)
draw = random.Random(0)
model = Model()
with torch.no_grad():
    for p in model.parameters():
        p.copy_((p * 1024).round() / 1024)
first = numbers({name: x.clone() for name, x in model.state_dict().items()})
batches = [[sequence(draw) for _ in range(BATCH)] for _ in range(STEPS)]
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
losses = []
for batch in batches:
    ids = torch.tensor(batch)
    optimizer.zero_grad()
    loss = F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
out = {
    'made': f'by test/golden/make_transformer_run.py with PyTorch {torch.__version__.split("+")[0]}; never edited by hand',
    'lr': 0.01, 'first': first, 'batches': batches, 'losses': losses, 'last': numbers(model.state_dict()),
}
text = json.dumps(out, separators=(',', ':'))
Path(__file__).with_name('transformer_run.json').write_text(text + '\n')
print(f'{len(text) / 1024:.0f} KB, loss {losses[0]:.4f} -> {losses[-1]:.4f}')
