"""PyTorch's side of bench/ops: one thread, eager; answers {"figure", "repeats"} by {"ms"}, one line each."""
import json
import sys
import time

start = time.perf_counter()
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

IMPORT_MS = (time.perf_counter() - start) * 1000
torch.set_num_threads(1)
torch.manual_seed(1)


def uniform(*shape):
    return torch.rand(*shape) * 4 - 2


a16, b16 = uniform(16), uniform(16)
g16 = uniform(16).requires_grad_()
big, square = uniform(1 << 20), uniform(1024, 1024)
matrices = {n: (uniform(n, n), uniform(n, n)) for n in (64, 256, 1024)}
image = uniform(32, 1, 28, 28)
w1 = uniform(16, 1, 3, 3).requires_grad_()
w2 = uniform(32, 16, 3, 3).requires_grad_()


def conv():
    w1.grad = None
    w2.grad = None
    h = F.max_pool2d(F.relu(F.conv2d(image, w1)), 2)
    h = F.max_pool2d(F.relu(F.conv2d(h, w2)), 2)
    h.sum().backward()


PROBES = {
    "add16": lambda: a16 + b16,
    "add16grad": lambda: g16 + b16,
    "matmul64": lambda: matrices[64][0] @ matrices[64][1],
    "matmul256": lambda: matrices[256][0] @ matrices[256][1],
    "matmul1024": lambda: matrices[1024][0] @ matrices[1024][1],
    "conv": conv,
    "exp": lambda: big.exp(),
    "gelu": lambda: F.gelu(big),
    "softmax": lambda: torch.softmax(square, 1),
    "sumRows": lambda: square.sum(1),
    "sumColumns": lambda: square.sum(0),
    "mean": lambda: square.mean(1),
    "transpose": lambda: square.t().contiguous(),
}


def run(figure, repeats):
    if figure == "import":
        return {"ms": IMPORT_MS}
    probe = PROBES[figure]
    begin = time.perf_counter()
    for _ in range(repeats):
        probe()
    return {"ms": (time.perf_counter() - begin) * 1000 / repeats}


print(json.dumps({"ready": True, "version": torch.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(run(request["figure"], request["repeats"])), flush=True)
