"""Activations as functions; those that are primitives of tensors stand in maths.py."""
import torch
import torch.nn.functional as F
from golden import *

ORDERED = t([v for v in SPECIALS if v == v])
CANCELS = dict(grad_scale=1, why='the gradient y + alpha cancels for negative x')
STEEP = dict(scale=1, grad_scale=1, why='factors cancel or round on the way')


def swish(x, beta=1.0):
    """Ramachandran et al. 2017, section 4.2."""
    return x * torch.sigmoid(beta * x)


def swiglu(x, dim=-1):
    """Shazeer 2020, equation 5, of both maps in one."""
    gate, value = x.chunk(2, dim)
    return gate * torch.sigmoid(gate) * value


def hardsigmoid(x):
    """As PyTorch defines it; its own gradient holds 1/6 in float32."""
    return F.relu6(x + 3) / 6


def gelu_sigmoid(x, approximate):
    """Hendrycks & Gimpel 2016, section 2."""
    return x * torch.sigmoid(1.702 * x)


def simple(name, fn, *options, nan=True, **how):
    for option in [{}, *options]:
        rest = [option] if option else []
        case(f'F.{name}', [randn(2, 5), *rest], fn, **how)
        # The gradient at NaN is PyTorch's or 0, where a clamp has it so.
        case(f'F.{name}', [specials(), *rest], fn, generic=False, grad=nan, **how)
        if not nan:
            case(f'F.{name}', [ORDERED, *rest], fn, generic=False, **how)
    case(f'F.{name}', [randn(0, 2)], fn, **how)
    case(f'F.{name}', [randn()], fn, **how)
    throws(f'F.{name}', [ints(3)], 'BAD_DTYPE', name)
    throws(f'F.{name}', [1.5], 'NOT_A_TENSOR', name)


simple('leakyRelu', F.leaky_relu, {'negativeSlope': 0.25}, {'negativeSlope': 0})
simple('elu', F.elu, {'alpha': 0.5}, **CANCELS)
simple('celu', F.celu, {'alpha': 2}, {'alpha': -0.5}, **CANCELS)
simple('selu', F.selu, **CANCELS)
simple('rrelu', F.rrelu, {'lower': 0.25, 'upper': 0.5})
simple('relu6', F.relu6, nan=False, signed_zeros=False)
case('F.relu6', [t([0.0, 6.0, 5.5, 6.5])], F.relu6)
simple('hardtanh', F.hardtanh, {'minVal': -0.25, 'maxVal': 2}, nan=False)
case('F.hardsigmoid', [specials()], F.hardsigmoid, grad=False)
simple('hardsigmoid', hardsigmoid, nan=False)
case('F.hardsigmoid', [t([-3.0, 3.0])], hardsigmoid)
simple('hardswish', F.hardswish, nan=False, **STEEP)
case('F.hardswish', [t([-3.0, 3.0])], F.hardswish)
simple('softsign', F.softsign, **STEEP)
simple('mish', F.mish, **STEEP)
simple('swish', swish, **STEEP)
for beta in [1.5, 0, -0.5]:
    case('F.swish', [randn(2, 5), beta], swish, **STEEP)
case('F.swish', [randn(2, 5), rand()], swish, length=10, **STEEP)
case('F.swish', [randn(2, 5), rand(5)], swish, length=2, **STEEP)
case('F.swish', [specials(), 2], swish, **STEEP)
throws('F.swish', [randn(2, 5), rand(2)], 'SHAPE_MISMATCH')
case('gelu', [randn(2, 5), {'approximate': 'sigmoid'}], gelu_sigmoid, **STEEP)
case('gelu', [specials(), {'approximate': 'sigmoid'}], gelu_sigmoid, **STEEP)
case('gelu', [randn(2, 5), {'approximate': 'sigmoid'}], gelu_sigmoid, only='float16', **STEEP)

case('F.prelu', [randn(2, 5), rand(1)], F.prelu, length=10)
case('F.prelu', [randn(2, 3), rand(3)], F.prelu, length=2)
case('F.prelu', [randn(2, 3, 2, 2), rand(3)], F.prelu, length=8)
case('F.prelu', [randn(4), rand(1)], F.prelu, length=4)
case('F.prelu', [randn(4), rand()], F.prelu, length=4)
case('F.prelu', [randn(), rand(1)], F.prelu)
case('F.prelu', [randn(0, 3), rand(3)], F.prelu)
case('F.prelu', [t([v for v in SPECIALS if np.isfinite(v)]), t([0.25])], F.prelu, length=20)
throws('F.prelu', [randn(2, 5), rand(2)], 'SHAPE_MISMATCH', r'\[1\] or \[5\]')
throws('F.prelu', [randn(5), rand(5)], 'SHAPE_MISMATCH', 'second axis')
throws('F.prelu', [randn(2, 5), rand(1, 5)], 'SHAPE_MISMATCH')
throws('F.prelu', [ints(5), rand(1)], 'BAD_DTYPE')
throws('F.prelu', [rand(5), 1], 'NOT_A_TENSOR')

for name, fn in [('glu', F.glu), ('swiglu', swiglu)]:
    case(f'F.{name}', [randn(2, 6)], fn, **STEEP)
    case(f'F.{name}', [randn(4, 3), {'dim': 0}], fn, **STEEP)
    case(f'F.{name}', [randn(2, 4, 3), {'dim': 1}], fn, **STEEP)
    case(f'F.{name}', [t([100.0, -100.0, 1e4, -1e4, 100.0, -100.0, 1e4, -1e4])], fn, scale=1, grad_scale=1e4, why=STEEP['why'])
    case(f'F.{name}', [randn(2, 0)], fn)
    throws(f'F.{name}', [randn(2, 3)], 'SHAPE_MISMATCH', 'two halves')
    throws(f'F.{name}', [randn(2, 1)], 'SHAPE_MISMATCH')
    throws(f'F.{name}', [randn()], 'SHAPE_MISMATCH')
    throws(f'F.{name}', [randn(2, 4), {'dim': 2}], 'BAD_DIM')
    throws(f'F.{name}', [ints(4)], 'BAD_DTYPE')
for only in ['float16', 'bfloat16']:
    for name in ['leakyRelu', 'elu', 'hardswish', 'mish', 'softsign']:
        case(f'F.{name}', [randn(2, 3)], getattr(F, snake(name)), only=only)
throws('F.celu', [randn(3), {'alpha': 0}], 'BAD_VALUE', 'must not be 0')
throws('F.rrelu', [randn(3), {'lower': 0.5, 'upper': 0.25}], 'BAD_VALUE', 'above')
throws('F.hardtanh', [randn(3), {'minVal': 1, 'maxVal': 0}], 'BAD_VALUE', 'minVal <= maxVal')
