"""The words in which cases are written: see README.md. A case says what to call, with what, and what PyTorch calls it."""
import re
import zlib
from dataclasses import dataclass, field

import numpy as np
import torch


@dataclass
class Input:
    """A tensor to be: `draw` makes its numbers when the case is known, so that a new case changes no other."""

    shape: tuple
    kind: str  # 'f' the float dtype of the run, 'i' int32 (PyTorch int64), 'b' bool
    draw: object
    grad: bool = True
    generic: bool = False  # numbers drawn without structure: no ties, no kinks
    data: object = field(default=None, repr=False)

    def no_grad(self):
        return Input(self.shape, self.kind, self.draw, False, self.generic)


def _rounded(values):
    """To what float32 can hold: so both runs have the same inputs, and one golden serves both."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def randn(*shape):
    return Input(shape, 'f', lambda rng: _rounded(rng.standard_normal(shape)), generic=True)


def rand(*shape, low=0.0, high=1.0):
    """Evenly from low to high."""
    return Input(shape, 'f', lambda rng: _rounded(rng.uniform(low, high, shape)), generic=True)


def t(values):
    """These very numbers: bools, ints or floats."""
    array = np.asarray(values)
    kind = {'b': 'b', 'i': 'i', 'f': 'f'}[array.dtype.kind]
    return Input(array.shape, kind, lambda rng: array if kind != 'f' else _rounded(array))


def exact(values):
    """These very numbers, not rounded to float32; for cases with only='float64'."""
    array = np.asarray(values, dtype=np.float64)
    return Input(array.shape, 'f', lambda rng: array)


def ints(*shape, low=-5, high=6):
    """Whole numbers from low to high - 1."""
    return Input(shape, 'i', lambda rng: rng.integers(low, high, shape))


def bools(*shape):
    return Input(shape, 'b', lambda rng: rng.integers(0, 2, shape).astype(bool))


def ties(*shape):
    """Floats with many equals: -1, 0, 1 and 2."""
    return Input(shape, 'f', lambda rng: rng.integers(-1, 3, shape).astype(np.float64))


def spread(*shape, gap=0.25):
    """Floats that all differ by at least `gap`, in random order: for extremes and sorting."""
    return Input(shape, 'f', lambda rng: rng.permutation(int(np.prod(shape))).reshape(shape) * gap - 1.0, generic=True)


def spd(*shape):
    """Symmetric positive definite matrices, well conditioned."""

    def draw(rng):
        a = rng.standard_normal(shape)
        return _rounded(a @ np.swapaxes(a, -1, -2) + shape[-1] * np.eye(shape[-1]))

    return Input(shape, 'f', draw, generic=True)


SPECIALS = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 100.0, -100.0, 1e4, -1e4, np.inf, -np.inf, np.nan, 2.0**-126, -(2.0**-126)]


def specials():
    """0, -0, 1, -1, 1/2, -5/2, 100, -100, 1e4, -1e4, Inf, -Inf, NaN and the smallest normal float32 both ways."""
    return t(SPECIALS)


def special_pairs():
    """Two inputs with every pair of specials, as a column and a row to be broadcast."""
    return [t([[v] for v in SPECIALS]), t([SPECIALS])]


class Undefined:
    """JavaScript's undefined among arguments."""


undefined = Undefined()
CASES = []
MODULE = ['']


def case(name, args, fn=None, *, ulps=4, length=1, scale=0, grad_scale=0, why='', grad=True, only=None, inplace=None,
         signed_zeros=None, kwargs=None, seeds=None, generic=None, signs=True):
    """
    name: our function or method. args: our arguments; a dict is our options.
    fn: PyTorch's callable; it gets the same arguments, dicts as keywords (`kwargs` replaces them). Default: torch.NAME,
        torch.nn.functional.NAME or Tensor.NAME, in snake case.
    length: how many terms are summed or multiplied one after the other (see README.md, tolerances).
    ulps, scale, grad_scale: other looser tolerances; then `why` says why.
    generic: whether gradcheck may use the case: by default where every float input is drawn without ties and kinks.
    signs=False: the sign of each number is free (eigenvectors). seeds: gradients of the outputs, where random ones do not do.
    grad=False: forward only. only: 'float64', 'float32', 'float16' or 'bfloat16'. inplace: writes to its first argument.
    """
    loose = ulps != 4 or scale != 0 or grad_scale != 0
    assert not loose or why, f'{name}: a looser tolerance needs its reason'
    if inplace is None:
        inplace = name.endswith('_') or name == 'set'
    CASES.append(dict(module=MODULE[0], name=name, args=args, fn=fn or find(name), ulps=ulps, length=length, scale=scale,
                      grad_scale=grad_scale, why=why, grad=grad, only=only, inplace=inplace, signed_zeros=signed_zeros,
                      kwargs=kwargs, seeds=seeds, generic=generic, signs=signs))


def throws(name, args, code, match=''):
    """A call that must throw a TensorError with this code, and with `match` (a regular expression) in its message."""
    CASES.append(dict(module=MODULE[0], name=name, args=args, throws=code, match=match))


def snake(name):
    return re.sub(r'(?<=[a-z0-9])([A-Z])', lambda m: '_' + m.group(1).lower(), name)


def find(name):
    for place in (torch, torch.nn.functional, torch.Tensor, torch.linalg, torch.special):
        found = getattr(place, snake(name), None)
        if found is not None:
            return found
    raise LookupError(f'PyTorch has no {snake(name)}: give the callable')


def rng_for(module, name, ordinal):
    return np.random.default_rng(zlib.crc32(f'{module}:{name}:{ordinal}'.encode()))
