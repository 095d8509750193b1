"""Steps of training in PyTorch, as both benchmarks of trainings measure them."""
import time

import torch
import torch.nn.functional as F
from torch_models import FUSED, Transformer, prepared


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


def transformer(width=1, batch=8):
    model = Transformer(96, 64, d=64 * width)
    run = prepared(model)
    tokens, following = torch.randint(96, (batch, 64)), torch.randint(96, (batch, 64))
    return step_of(model, lambda: F.cross_entropy(run(tokens).view(-1, 96), following.view(-1)))


def timed(step, repeats):
    begin = time.perf_counter()
    for _ in range(repeats):
        step()
    return {"ms": (time.perf_counter() - begin) * 1000 / repeats}
