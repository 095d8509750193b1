"""Texts of tensors as PyTorch prints them: python test/golden/make_prints.py writes prints.json.

PyTorch's own functions lay out the numbers and the suffixes; only the words are ours: true, false, dtype=float64,
size=[0, 3], requiresGrad=true, and no suffix for int32, our index dtype.
"""
import json
import random
from pathlib import Path

import torch
from torch import _tensor_str as layout

random.seed(5)
FLOATS = ['float32', 'float64', 'float16', 'bfloat16']
INF, NAN = float('inf'), float('nan')
cases = []


def words(x, requires_grad):
    out = []
    if x.numel() == 0 and x.dim() != 1:
        out.append(f'size={list(x.shape)}')
    known = [torch.float32] + ([] if x.numel() == 0 else [torch.bool, torch.int32])
    if x.dtype not in known:
        out.append('dtype=' + str(x.dtype).removeprefix('torch.'))
    if requires_grad:
        out.append('requiresGrad=true')
    return out


def text(x, requires_grad):
    body = layout._tensor_str(x, len('tensor('))
    if x.dtype == torch.bool:
        body = body.replace('True', 'true').replace('False', 'false')
    return layout._add_suffixes('tensor(' + body, words(x, requires_grad), len('tensor('), force_newline=False)


def plain(value):
    if value != value:
        return 'NaN'
    if value in (INF, -INF):
        return 'Infinity' if value > 0 else '-Infinity'
    return '-0' if value == 0 and str(value).startswith('-') else value


def case(values, shape, dtype='float32', requires_grad=False, steps=None, **options):
    """`steps` = [first, step]: the numbers come from these two, for tensors that would fill the file."""
    x = torch.tensor(values, dtype=torch.float64).to(getattr(torch, dtype)).reshape(shape)
    torch.set_printoptions(**{**{'precision': 4, 'threshold': 1000, 'edgeitems': 3, 'linewidth': 80}, **options})
    row = {'shape': shape, 'dtype': dtype, 'text': text(x, requires_grad)}
    row |= {'steps': steps} if steps else {'values': [plain(v) for v in x.double().flatten().tolist()]}
    ours = {'sci_mode': 'scientific'}
    if options:
        row['options'] = {ours.get(k, k): v for k, v in options.items()}
    if requires_grad:
        row['requiresGrad'] = True
    cases.append(row)


def steps(shape, first, step, dtype='float32', **options):
    n = 1
    for size in shape:
        n *= size
    case([first + i * step for i in range(n)], shape, dtype, steps=[first, step], **options)


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, INF, -INF, NAN, 1e-4, 9.9e-5, 1e-5, 1000.0, 1001.0, 1e8, 1.1e8, 123456789.0,
           0.03125, 0.09375, -0.15625, 2.00005, 99999.99995, 1e-38, 3e38, 1e22, 65504.0, 1 / 3]
for dtype in FLOATS:
    for value in SPECIAL:
        case([value], [], dtype)
    case([0.0, INF, NAN], [3], dtype)
    case([1.0, INF, -INF, NAN, -0.0], [5], dtype)
    case([0.25, INF, -INF, NAN, -0.0], [5], dtype)
    for _ in range(40):
        n = random.randint(1, 5)
        case([random.choice(SPECIAL) for _ in range(n)], [n], dtype)
    for shape in [[0], [0, 3], [2, 0], [1, 0, 2]]:
        case([], shape, dtype)
for dtype in ['int32', 'bool']:
    for shape in [[0], [0, 3], []]:
        case([1] * (0 not in shape), shape, dtype)
    for _ in range(10):
        shape = [random.randint(1, 4) for _ in range(random.randint(1, 4))]
        n = torch.Size(shape).numel()
        case([random.choice([0, 1] if dtype == 'bool' else [0, 1, -5, 12345, -2147483648]) for _ in range(n)], shape, dtype)
for dtype in FLOATS:
    for _ in range(25):
        shape = [random.randint(1, 5) for _ in range(random.randint(1, 4))]
        n = torch.Size(shape).numel()
        size = random.choice([1, 1, 10, 1e3, 1e6, 1e-3, 1e9])
        case([random.gauss(0, 1) * size for _ in range(n)], shape, dtype, requires_grad=random.random() < 0.3)
for n in range(5, 60, 3):
    case([round(random.random(), 3) for _ in range(n)], [n], random.choice(['float32', 'float64']), n % 2 == 0)
    case([0.5] * n, [n], 'float64', n % 3 == 0)
for shape in [[1001], [40, 30], [10, 10, 11], [3, 400], [400, 3], [6, 7, 30], [1, 1, 1200], [1001, 1], [5, 5, 5, 9]]:
    for first, step in [(0, 1), (-3, 0.25), (0, 0.001953125), (0, 1000)]:
        steps(shape, first, step)
    steps(shape, 0, 1, 'int32')
for options in [{'precision': 0}, {'precision': 2}, {'precision': 8}, {'linewidth': 40}, {'linewidth': 120}, {'sci_mode': True},
                {'sci_mode': False}, {'threshold': 5}, {'threshold': 5, 'edgeitems': 1}, {'threshold': 5, 'edgeitems': 0}]:
    steps([12], -2, 0.40625, **options)
    steps([3, 8], 0, 1, **options)
    steps([2, 3, 8], 0, 12345.5, 'float64', **options)
    case([0.0, 0.0], [2], **options)
    case([0.0, 1e22, 0.5], [3], 'float64', **options)
    case([1e25], [1], 'float64', **options)

path = Path(__file__).parent / 'prints.json'
rows = ',\n'.join(json.dumps(row) for row in cases)
path.write_text(f'{{"torch": "{torch.__version__}", "cases": [\n{rows}\n]}}\n')
print(len(cases), 'cases', path.stat().st_size, 'bytes')
