"""Arrays as NumPy writes them: every kind of number, both orders of bytes and axes, all versions of the format, and what is refused.

    /tmp/venv/bin/pip install numpy==2.4.6
    /tmp/venv/bin/python test/golden/make_npy.py
"""
import base64
import io
import json
import math
import zipfile
from pathlib import Path

import numpy as np

OUT = Path(__file__).parent / 'files'
OUT.mkdir(exist_ok=True)
inf, nan = math.inf, math.nan


def number(x):
    """JSON has no NaN and no infinities, and JavaScript's Number reads these words."""
    x = float(x)
    return x if math.isfinite(x) and (x != 0 or math.copysign(1, x) > 0) else {nan: 'NaN', inf: 'Infinity', -inf: '-Infinity'}.get(x, 'NaN' if x != x else '-0')


def saved(array, version=None):
    file = io.BytesIO()
    if version is None:
        np.save(file, array)
    else:
        np.lib.format.write_array(file, array, version=version)
    return base64.b64encode(file.getvalue()).decode()


def case(name, array, version=None):
    return {'name': name, 'bytes': saved(array, version), 'shape': list(array.shape), 'values': [number(x) for x in array.ravel()]}


FLOATS = [0.0, -0.0, 1.0, -2.5, 0.333251953125, 6.103515625e-05, 5.9604644775390625e-08, 65504.0, inf, -inf, nan]
grid = np.arange(24).reshape(2, 3, 4)
cases = [
    *[case(kind, np.array(FLOATS, dtype=kind)) for kind in ['<f2', '<f4', '<f8', '>f2', '>f4', '>f8']],
    *[case(kind, np.array([np.iinfo(kind).min, 0, 1, np.iinfo(kind).max], dtype=kind)) for kind in ['u1', 'i1', '<u2', '>u2', '<i2', '>i2', '<i4', '>i4']],
    *[case(kind, np.array([0, 1, 2**31 - 1], dtype=kind)) for kind in ['<u4', '>u4', '<u8', '>u8']],
    *[case(kind, np.array([-2**31, -1, 2**31 - 1], dtype=kind)) for kind in ['<i8', '>i8']],
    case('bool', np.array([[True, False, True]])),
    case('number', np.array(2.5)),
    case('empty', np.zeros((2, 0, 3), dtype=np.float32)),
    case('Fortran', np.asfortranarray(grid.astype(np.float32))),
    case('Fortran, big-endian', np.asfortranarray(grid.astype('>i2'))),
    *[case(f'version {v}', np.arange(3.0), version=(v, 0)) for v in (1, 2, 3)],
]
beyond = {
    'large': saved(np.array([2**53 - 1, -(2**53 - 1)])),
    'larger': saved(np.array([2**53 + 1])),
    'unsigned': saved(np.array([2**32 - 1], dtype=np.uint32)),
}
refused = {
    'complex': saved(np.array([1 + 2j])),
    'text': saved(np.array(['a', 'b'])),
    'bytes': saved(np.array([b'a'])),
    'dates': saved(np.array(['2026-01-01'], dtype='M8[D]')),
    'objects': saved(np.array([{}], dtype=object)),
    'structures': saved(np.array([(1, 2.0)], dtype=[('a', 'i4'), ('b', 'f8')])),
    'long': saved(np.array([1.0], dtype=np.longdouble)),
}
# The dtypes that we write: our bytes must be these.
ours = {
    'float64': saved(np.array([[0.1, -1e300, 5e-324]])),
    'float32': saved(np.arange(6, dtype=np.float32).reshape(2, 3)),
    'float16': saved(np.array(FLOATS, dtype=np.float16)),
    'int32': saved(np.array([-1, 2], dtype=np.int32)),
    'bool': saved(np.array([True, False])),
    'number': saved(np.array(3.0, dtype=np.float32)),
    'empty': saved(np.zeros((0, 2), dtype=np.float32)),
}
(OUT / 'npy.json').write_text(json.dumps({'cases': cases, 'beyond': beyond, 'refused': refused, 'ours': ours}, indent=1) + '\n')

arrays = {'x': np.linspace(0, 1, 300, dtype=np.float32).reshape(100, 3), 'y': np.arange(100) % 3}
np.savez(OUT / 'stored.npz', **arrays)
np.savez_compressed(OUT / 'deflated.npz', **arrays)
with zipfile.ZipFile(OUT / 'comment.npz', 'w') as archive:
    archive.writestr('a.npy', base64.b64decode(cases[1]['bytes']))
    archive.comment = b'a comment behind the list'
