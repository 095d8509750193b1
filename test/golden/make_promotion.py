"""Writes promotion.json: in which dtype operands of every pair of dtypes meet. Run by hand as make_tensors.py."""
import json
import platform
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import torch

from golden import find

DTYPES = {'bool': torch.bool, 'int32': torch.int64, 'float16': torch.float16, 'bfloat16': torch.bfloat16,
          'float32': torch.float32, 'float64': torch.float64}
NAMES = {**{v: k for k, v in DTYPES.items()}, torch.int32: 'int32'}
OPERATIONS = ['add', 'sub', 'mul', 'div', 'pow', 'floorDivide', 'remainder', 'fmod', 'maximum', 'minimum', 'atan2', 'eq', 'lt',
              'logicalAnd', 'sqrt', 'exp', 'sigmoid', 'neg', 'abs', 'floor', 'sum', 'prod', 'mean', 'cumsum', 'amax', 'any', 'argmax', 'softmax']
DIM = {'cumsum': [0], 'softmax': [0], 'argmax': [0]}
ONE = OPERATIONS[OPERATIONS.index('sqrt'):]


def result(f):
    try:
        return NAMES[f().dtype]
    except (RuntimeError, TypeError):
        return None


torch.set_default_dtype(torch.float32)
rows = []
for name in OPERATIONS:
    fn = find(name)
    for a, dtype in DTYPES.items():
        x = torch.ones(2).to(dtype)
        if name in ONE:
            rows.append([name, [a, 1], None, result(lambda: fn(x, *DIM.get(name, [])))])
            continue
        for b, other in DTYPES.items():
            y = torch.ones(2).to(other)
            for m, p in ((1, x), (0, x[0])):
                for n, q in ((1, y), (0, y[0])):
                    rows.append([name, [a, m], [b, n], result(lambda: fn(p, q))])
        if name not in ('maximum', 'minimum', 'atan2', 'logicalAnd'):
            for number in (2, 2.5, True):
                rows.append([name, [a, 1], number, result(lambda: fn(x, number))])
header = {'made': 'by test/golden/make_promotion.py; never edited by hand', 'torch': torch.__version__, 'python': platform.python_version(),
          'row': 'operation, [dtype, rank], [dtype, rank] or a number, dtype of the result (null: PyTorch throws)'}
text = json.dumps(header) + ',\n"rows":[\n' + ',\n'.join(json.dumps(r, separators=(',', ':')) for r in rows) + '\n]'
(Path(__file__).parent / 'promotion.json').write_text('{"header":' + text + '}\n')
print(len(rows))
