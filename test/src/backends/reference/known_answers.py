"""Makes known-answers.ts: what PyTorch computes for each primitive, in float64 (int32 and bool where they differ).

Needs torch 2.15.0: python known_answers.py > known-answers.ts
"""
import math

import torch
import torch.nn.functional as F

inf, nan = math.inf, math.nan
torch.manual_seed(5)
NAMES = {torch.float64: "float64", torch.float32: "float32", torch.int32: "int32", torch.int64: "int32", torch.bool: "bool"}
cases = []


def case(name, inputs, answer, **params):
    cases.append((name, inputs, params, answer))


def f64(*values, shape=None):
    x = torch.tensor(values, dtype=torch.float64)
    return x if shape is None else x.reshape(shape)


def i32(*values, shape=None):
    x = torch.tensor(values, dtype=torch.int32)
    return x if shape is None else x.reshape(shape)


def rand(*shape):
    """Numbers with few digits, which keep the file small."""
    return (torch.randn(*shape, dtype=torch.float64) * 16).round() / 8


CORNERS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.3, -0.7, 100.0, -100.0, 1e4, -1e4, inf, -inf, nan]
x = f64(*CORNERS)
UNARY = {name: getattr(torch, name) for name in """neg abs sign square floor ceil round trunc sqrt rsqrt reciprocal exp exp2
    expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc erfinv lgamma digamma
    sigmoid relu""".split()}
def gelu_slope(x):
    leaf = x.clone().requires_grad_()
    return torch.autograd.grad(F.gelu(leaf).sum(), leaf)[0]


UNARY |= {"softplus": lambda x: F.softplus(x, threshold=1e9), "silu": F.silu, "gelu": F.gelu,
          "geluTanh": lambda x: F.gelu(x, approximate="tanh"), "geluSlope": gelu_slope}
for name, f in UNARY.items():
    points = x
    if name == "softplus":
        points = x[torch.isnan(x) | (x < 200)]  # PyTorch's own overflows behind its threshold
    if name in ("sin", "cos", "tan"):
        points = x
    # PyTorch's gelu, erfc and tanh forms lose the tail; its true values are in special-values.ts.
    if name in ("gelu", "geluTanh", "geluSlope", "erfc", "lgamma", "digamma", "erfinv"):
        points = x[torch.isnan(x) | torch.isinf(x) | (x > -1.01) & (x < 5)]
    if name == "geluSlope":
        points = points[points != -0.7]  # 0 is near: two terms cancel, in PyTorch too
    case(name, [points], f(points))
ints = i32(-7, 0, 5, 2147483647, -2147483648)
for name in ("neg", "abs", "sign", "square"):
    case(name, [ints], UNARY[name](ints))

a = x.reshape(-1, 1)
BINARY = dict(add=torch.add, sub=torch.sub, mul=torch.mul, div=torch.div, pow=torch.pow, maximum=torch.maximum,
              minimum=torch.minimum, atan2=torch.atan2, fmod=torch.fmod, remainder=torch.remainder,
              floorDivide=torch.floor_divide)
few = f64(0.0, -0.0, 1.0, -1.0, 2.5, -0.5, inf, -inf, nan)
for name, f in BINARY.items():
    case(name, [a, few], f(a, few))
more = i32(3, -3, 1, -1, 65537)
for name in ("add", "sub", "mul", "maximum", "minimum", "fmod", "remainder", "floorDivide"):
    case(name, [ints.reshape(-1, 1), more], BINARY[name](ints.reshape(-1, 1), more))
bases, powers = i32(0, 1, -1, 2, 3, -3).reshape(-1, 1), i32(-3, -2, 0, 1, 31, 33)
case("pow", [bases, powers], torch.pow(bases, powers))
for name in ("eq", "ne", "lt", "le", "gt", "ge"):
    case(name, [few.reshape(-1, 1), few], getattr(torch, name)(few.reshape(-1, 1), few))
b1, b2 = torch.tensor([[False], [True]]), torch.tensor([False, True])
for js, name in (("logicalAnd", "logical_and"), ("logicalOr", "logical_or"), ("logicalXor", "logical_xor")):
    case(js, [b1, b2], getattr(torch, name)(b1, b2))
case("add", [b1, b2], b1 + b2)
case("mul", [b1, b2], b1 * b2)
case("logicalNot", [b2], ~b2)
for js, name in (("isNaN", "isnan"), ("isFinite", "isfinite"), ("isInf", "isinf")):
    case(js, [few], getattr(torch, name)(few))

cond = torch.tensor([[True], [False], [True]])
case("where", [cond, f64(1, 2, 3, 4), f64(nan)], torch.where(cond, f64(1, 2, 3, 4), f64(nan)))
case("clamp", [x], x.clamp(-0.6, 1.5), min=-0.6, max=1.5)
case("clamp", [few], few.clamp(4, 2), min=4, max=2)
case("cast", [f64(-2.7, 2.7, -0.5, 0)], i32(-2, 2, 0, 0), dtype="int32")
case("cast", [few], few.bool(), dtype="bool")
case("cast", [ints], ints.double(), dtype="float64")
case("cast", [f64(0.1, 1e-50, 1e39, -1e-45)], f64(0.1, 1e-50, 1e39, -1e-45).float(), dtype="float32")
case("copy", [x], x.clone())

y = rand(2, 3, 4)
y[0, 1, 2] = y[0, 0, 0] = 5
special = f64(1, nan, 3, nan, -inf, -inf, -inf, -inf, 2, 2, 1, 2, shape=(3, 4))
for dims in ([0], [1], [2], [0, 2], [0, 1, 2], []):
    for keepdim in (False, True):
        case("sum", [y], y.sum(dims, keepdim) if dims else y, dims=dims, keepdim=keepdim)
        prod = y
        for d in reversed(dims):
            prod = prod.prod(d, keepdim)
        case("prod", [y], prod, dims=dims, keepdim=keepdim)
        case("amax", [y], y.amax(dims, keepdim) if dims else y, dims=dims, keepdim=keepdim)
        case("amin", [y], y.amin(dims, keepdim) if dims else y, dims=dims, keepdim=keepdim)
empty = torch.zeros(2, 0, 3, dtype=torch.float64)
case("sum", [empty], empty.sum([1]), dims=[1], keepdim=False)
case("prod", [empty], empty.prod(1), dims=[1], keepdim=False)
case("prod", [ints[:3]], ints[:3].prod(dtype=torch.int32), dims=[0], keepdim=False)
large = i32(65537, 65537, 3)
case("prod", [large], large.prod(dtype=torch.int32), dims=[0], keepdim=False)
case("sum", [ints], ints.sum(dtype=torch.int32), dims=[0], keepdim=False)
case("cumprod", [large], large.cumprod(0, dtype=torch.int32), dim=0)
case("amax", [special], special.amax(1), dims=[1], keepdim=False)
case("amin", [special], special.amin(1), dims=[1], keepdim=False)
flags = torch.tensor([[True, False, True], [True, True, True], [False, False, False]])
for dim in (0, 1):
    case("any", [flags], flags.any(dim), dims=[dim], keepdim=False)
    case("all", [flags], flags.all(dim), dims=[dim], keepdim=False)
no_flags = torch.zeros(0, 2, dtype=torch.bool)
case("any", [no_flags], no_flags.any(0), dims=[0], keepdim=False)
case("all", [no_flags], no_flags.all(0), dims=[0], keepdim=False)
for z, dims in ((y, (0, 1, 2)), (special, (1,))):
    for dim in dims:
        case("argmax", [z], z.argmax(dim), dim=dim, keepdim=False)
        case("argmin", [z], z.argmin(dim, keepdim=True), dim=dim, keepdim=True)
        case("cumsum", [z], z.cumsum(dim), dim=dim, reverse=False)
        case("cumsum", [z], z.flip(dim).cumsum(dim).flip(dim), dim=dim, reverse=True)
        case("cumprod", [z], z.cumprod(dim), dim=dim)
        case("argcummax", [z], z.cummax(dim)[1], dim=dim)
        case("argcummin", [z], z.cummin(dim)[1], dim=dim)
        case("softmax", [z], z.softmax(dim), dim=dim)
        case("logSoftmax", [z], z.log_softmax(dim), dim=dim)
        case("argsort", [z], z.argsort(dim=dim, stable=True), dim=dim, descending=False)
        case("argsort", [z], z.argsort(dim=dim, descending=True, stable=True), dim=dim, descending=True)
extreme = f64(1000, 0, -1000, inf, 1, 2, -inf, 1, 2, shape=(3, 3))
case("softmax", [extreme], extreme.softmax(1), dim=1)
case("logSoftmax", [extreme], extreme.log_softmax(1), dim=1)

case("cat", [y, y[:, :1]], torch.cat([y, y[:, :1]], 1), dim=1)
case("cat", [empty, torch.ones(2, 2, 3, dtype=torch.float64)], torch.ones(2, 2, 3, dtype=torch.float64), dim=1)
case("pad", [y], F.pad(y, (2, 1, 0, 3, 1, 0), value=-1.5), before=[1, 0, 2], after=[0, 3, 1], value=-1.5)
case("pad", [flags], F.pad(flags, (1, 0), value=True), before=[0, 1], after=[0, 0], value=1)
spread = torch.zeros(5, 7, dtype=torch.float64)
spread[1:5:3, 0:7:2] = y[0, :2]
case("sliceScatter", [y[0, :2]], spread, shape=[5, 7], start=[1, 0], step=[3, 2])
g = rand(2, 3)
overlap = torch.zeros(7, dtype=torch.float64)
for i in range(2):
    for j in range(3):
        overlap[1 + i * 1 + j * 2] += g[i, j]
case("asStridedScatter", [g], overlap, length=7, strides=[1, 2], offset=1)
for dims in ([0], [1, 2], [0, 1, 2], []):
    case("flip", [y], y.flip(dims), dims=dims)

table = rand(3, 4, 2)
index = torch.tensor([[[0, 1], [2, 0]], [[1, 1], [0, 2]]])
case("gather", [table, index], table.gather(0, index), dim=0)
index1 = torch.tensor([[[3, 0], [1, 1], [3, 2], [0, 0], [3, 3]]])
case("gather", [table, index1], table.gather(1, index1), dim=1)
source = rand(2, 3, 2)
case("scatterAdd", [table, index, source], table.scatter_add(0, index, source), dim=0)
distinct = torch.tensor([[[0, 1], [2, 0]], [[1, 2], [0, 2]]])
case("scatter", [table, distinct, source], table.scatter(0, distinct, source), dim=0)
rows = torch.tensor([2, 0, 2])
case("indexSelect", [table, rows], table.index_select(1, rows), dim=1)
case("indexSelect", [ints, rows], ints.index_select(0, rows), dim=0)
case("indexAdd", [table, rows, table[:, :3]], table.index_add(1, rows, table[:, :3]), dim=1)
holes = f64(0, 1, -0.0, nan, 0, 0, shape=(2, 3))
case("nonzero", [holes], holes.nonzero(), count=2)
case("histc", [f64(0, 0.5, 1, 1.5, 2, -1, 3, 1.99)], f64(0, 0.5, 1, 1.5, 2, -1, 3, 1.99).histc(4, 0, 2), bins=4, min=0, max=2)

left, right = rand(2, 1, 3, 4), rand(3, 4, 2)
case("matmul", [left, right], left @ right)
case("matmul", [rand(2, 0), torch.zeros(0, 3, dtype=torch.float64)], torch.zeros(2, 3, dtype=torch.float64))
m1, m2 = i32(65536, 3, 5, 7, shape=(2, 2)), i32(65537, 2, -3, 4, shape=(2, 2))
case("matmul", [m1, m2], m1 @ m2)
weird = f64(0, inf, nan, 1, shape=(2, 2))
case("matmul", [torch.zeros(1, 2, dtype=torch.float64), weird], torch.zeros(1, 2, dtype=torch.float64) @ weird)

for stride, padding, dilation, groups in (((1, 1), (0, 0), (1, 1), 1), ((2, 1), (1, 2), (1, 2), 2), ((3, 2), (0, 1), (2, 1), 1)):
    image = rand(2, 4, 6, 5).requires_grad_()
    weight = rand(6, 4 // groups, 3, 2).requires_grad_()
    out = F.conv2d(image, weight, None, stride, padding, dilation, groups)
    gradient = rand(*out.shape)
    to_image, to_weight = torch.autograd.grad(out, [image, weight], gradient)
    params = dict(stride=stride, padding=[[padding[0]] * 2, [padding[1]] * 2], dilation=dilation, groups=groups)
    image, weight = image.detach(), weight.detach()
    case("conv2d", [image, weight], out.detach(), **params)
    case("conv2dInput", [gradient, weight], to_image, **params, size=[6, 5])
    case("conv2dWeight", [image, gradient], to_weight, **params, size=[3, 2])
uneven = F.pad(rand(1, 1, 3, 3), (2, 0, 0, 1))
kernel = rand(1, 1, 2, 2)
case("conv2d", [uneven[:, :, :3, 2:], kernel], F.conv2d(uneven, kernel), stride=[1, 1], padding=[[0, 1], [2, 0]],
     dilation=[1, 1], groups=1)
for kernel_size, stride, padding, dilation in (((2, 2), (2, 2), (0, 0), (1, 1)), ((3, 2), (1, 2), (1, 1), (2, 1))):
    image = rand(2, 2, 6, 5)
    image[0, 0, 0, 0] = image[0, 0, 1, 1] = nan
    image[1, 1] = 3
    image[1, 0] = -inf
    places = F.max_pool2d(image, kernel_size, stride, padding, dilation, return_indices=True)[1]
    params = dict(kernel=kernel_size, stride=stride, padding=[[padding[0]] * 2, [padding[1]] * 2], dilation=dilation)
    case("maxPool2dIndex", [image], places, **params)
    image = rand(2, 2, 6, 5).requires_grad_()
    ones = torch.ones(2, 1, *kernel_size, dtype=torch.float64)
    sums = F.conv2d(image, ones, None, stride, padding, dilation, groups=2)
    gradient = rand(*sums.shape)
    case("sumPool2d", [image.detach()], sums.detach(), **params)
    case("sumPool2dInput", [gradient], torch.autograd.grad(sums, image, gradient)[0], **params, size=[6, 5])

half = rand(2, 3, 3)
positive = half @ half.mT + torch.eye(3, dtype=torch.float64)
case("cholesky", [positive], torch.linalg.cholesky(positive))
case("cholesky", [positive.tril()], torch.linalg.cholesky(positive))
square, rhs = rand(2, 4, 4), rand(2, 4, 3)
upper = square.triu() + torch.eye(4, dtype=torch.float64) * 4
case("triangularSolve", [upper + square.tril(-1), rhs], torch.linalg.solve_triangular(upper, rhs, upper=True), upper=True)
case("triangularSolve", [upper.mT.contiguous(), rhs], torch.linalg.solve_triangular(upper.mT, rhs, upper=False), upper=False)
case("solve", [square, rhs], torch.linalg.solve(square, rhs))
swap = f64(0, 1, 2, 0, shape=(2, 2))
case("solve", [swap, f64(1, 2, shape=(2, 1))], torch.linalg.solve(swap, f64(1, 2, shape=(2, 1))))
sign, log = torch.linalg.slogdet(square)
case("slogdet", [square], torch.stack([log, sign], -1))
case("slogdet", [f64(1, 2, 2, 4, shape=(2, 2))], f64(-inf, 0))
case("slogdet", [torch.zeros(0, 0, dtype=torch.float64)], f64(0, 1))

case("full", [], torch.full((2, 2), 2.5, dtype=torch.float64), shape=[2, 2], dtype="float64", value=2.5)
case("full", [], torch.full((2,), 7, dtype=torch.int32), shape=[2], dtype="int32", value=7)
case("full", [], torch.tensor(True), shape=[], dtype="bool", value=1)
case("arange", [], torch.arange(-1, 1, 0.25, dtype=torch.float64), length=8, dtype="float64", start=-1, step=0.25)
case("arange", [], torch.arange(3, -3, -2, dtype=torch.int32), length=3, dtype="int32", start=3, step=-2)


def number(v):
    if isinstance(v, bool):
        return "1" if v else "0"
    if isinstance(v, float) and not math.isfinite(v):
        return "NaN" if math.isnan(v) else "Infinity" if v > 0 else "-Infinity"
    return repr(v).removesuffix(".0").replace("e+", "e").replace("e-0", "e-")


def js(v):
    if isinstance(v, torch.Tensor):
        data = ", ".join(number(n) for n in v.flatten().tolist())
        return f"{{ dtype: '{NAMES[v.dtype]}', shape: {js(list(v.shape))}, data: [{data}] }}"
    if isinstance(v, dict):
        return "{ " + ", ".join(f"{k}: {js(w)}" for k, w in v.items()) + " }" if v else "{}"
    if isinstance(v, (list, tuple)):
        return "[" + ", ".join(js(w) for w in v) + "]"
    if isinstance(v, bool):
        return "true" if v else "false"
    return f"'{v}'" if isinstance(v, str) else number(v)


print(f"// Made by known_answers.py with PyTorch {torch.__version__.split('+')[0]}; never edited by hand.")
print("// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: computed")
print("import type { Answer } from './answer.js'")
print()
print("// biome-ignore format: data")
print("export const KNOWN_ANSWERS: readonly Answer[] = [")
for name, inputs, params, answer in cases:
    print(f"  {{ name: '{name}', inputs: {js(inputs)},")
    print(f"    params: {js(params)},")
    print(f"    result: {js(answer)} }},")
print("]")
