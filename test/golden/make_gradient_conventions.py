"""Writes gradient_conventions.json: what PyTorch says of gradients where calculus says nothing: kinks, bounds, ties, zeros, Inf, NaN.

Run with a Python that has torch: python test/golden/make_gradient_conventions.py
Then: npx biome format --write test/golden/gradient_conventions.json
"""
import json
import math
import pathlib

import torch
from torch.nn import functional

inf, nan = math.inf, math.nan
LINE = [-inf, -100.0, -2.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 2.0, 100.0, inf, nan]
INNER = [-1.0, -0.5, -0.0, 0.0, 0.5, 1.0, nan]
POSITIVE = [0.0, 0.5, 1.0, 2.0, 100.0, nan]
A = [0.0, 0.0, 0.0, 1.0, 2.0, 2.0, -1.0, nan, 1.0, inf, 1.0, -2.0, -7.0]
B = [0.0, 1.0, -1.0, 1.0, 1.0, 3.0, 2.0, 1.0, nan, inf, inf, 3.0, 2.0]
BASE = [0.0, 0.0, 0.0, 0.0, -0.0, -2.0, -2.0, 2.0, nan, nan, 0.0, inf, inf]
EXPONENT = [0.0, 1.0, 2.0, -1.0, 0.5, 0.0, 2.0, 0.0, 0.0, 2.0, 0.5, 0.0, 2.0]

NAMES = """
    abs sign square floor ceil round trunc sqrt rsqrt reciprocal exp exp2 expm1 log log2 log10 log1p
    sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc sigmoid
"""
UNARY = {name: LINE for name in NAMES.split()}
# digamma is left out: PyTorch's trigamma is right to 9 digits only.
UNARY |= {"erfinv": INNER, "lgamma": POSITIVE}
ACTIVATIONS = {
    "relu": torch.relu,
    "softplus": functional.softplus,
    "silu": functional.silu,
    "gelu": functional.gelu,
    "geluTanh": lambda x: functional.gelu(x, approximate="tanh"),
}
WEIGHTS = [1.0, 2.0, 3.0, 5.0, 7.0]


def case(operation, function, *inputs, **params):
    xs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs]
    y = function(*xs)
    weights = torch.tensor(WEIGHTS * (y.numel() // len(WEIGHTS) + 1), dtype=torch.float64)[: y.numel()].reshape(y.shape)
    gradients = torch.autograd.grad(y, xs, weights)
    return {
        "operation": operation,
        "params": params,
        "inputs": [plain(x.detach()) for x in xs],
        "shapes": [list(x.shape) for x in xs],
        "seed": plain(weights),
        "gradients": [plain(g) for g in gradients],
    }


def plain(x):
    return [v if math.isfinite(v) else str(v) for v in x.flatten().tolist()]


def cases():
    for name, points in UNARY.items():
        yield case(name, getattr(torch, name), points)
    for name, function in ACTIVATIONS.items():
        yield case(name, function, LINE)
    for name in "maximum minimum atan2 div fmod remainder".split():
        yield case(name, getattr(torch, name), A, B)
    yield case("pow", torch.pow, BASE, EXPONENT)
    for bounds in [{"min": -1.0, "max": 1.0}, {"min": -0.5}, {"max": 0.5}]:
        params = {"min": "-inf", "max": "inf"} | bounds
        yield case("clamp", lambda x: torch.clamp(x, **bounds), LINE, **params)
    ties = [[1.0, 3.0, 3.0, 2.0], [nan, 1.0, 1.0, 0.0], [0.0, -0.0, -1.0, 0.0], [inf, inf, -inf, -inf]]
    for name in ["amax", "amin"]:
        for dims in [[0], [1], [0, 1]]:
            yield case(name, lambda x: getattr(torch, name)(x, dim=dims), ties, dims=dims, keepdim=False)
    zeros = [[2.0, 0.0, 3.0], [0.0, 0.0, 5.0], [1.0, 2.0, 3.0]]
    yield case("prod", lambda x: torch.prod(x, 1), zeros, dims=[1], keepdim=False)
    yield case("prod", torch.prod, zeros, dims=[0, 1], keepdim=False)
    for dim in [0, 1]:
        yield case("cumprod", lambda x: torch.cumprod(x, dim), zeros, dim=dim)
    spread = [[-inf, 0.0, 1.0], [-1e4, 0.0, 1e4], [100.0, -100.0, 0.0], [-inf, -inf, -inf], [nan, 0.0, 1.0]]
    yield case("softmax", lambda x: torch.softmax(x, 1), spread, dim=1)
    yield case("logSoftmax", lambda x: torch.log_softmax(x, 1), spread, dim=1)


if __name__ == "__main__":
    out = pathlib.Path(__file__).with_name("gradient_conventions.json")
    lines = ",\n    ".join(json.dumps(c) for c in cases())
    out.write_text(f'{{\n  "torch": "{torch.__version__}",\n  "cases": [\n    {lines}\n  ]\n}}\n')
