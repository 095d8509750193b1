"""Two operands: sums, products, quotients, powers, extremes."""
import torch
from golden import *

for name in ['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'atan2', 'hypot', 'logaddexp']:
    case(name, [randn(2, 3), randn(2, 3)])
    case(name, [randn(2, 1, 3), randn(4, 1)])
    case(name, [randn(), randn(3)])
    case(name, [randn(0, 3), randn(3)])

for name in ['add', 'sub', 'mul', 'div']:
    case(name, [randn(2, 3), 2.5])
    case(name, [ints(2, 3), randn(3)])
    if name != 'sub':
        case(name, [randn(2, 3), bools(3)])
    case(name, special_pairs())
    throws(name, [randn(2, 3), randn(2)], 'SHAPE_MISMATCH', 'dim -1')

# Steps: no gradient by most of them, and PyTorch has none for floor_divide at all.
for name, fn in {'floorDivide': torch.floor_divide, 'remainder': torch.remainder, 'fmod': torch.fmod}.items():
    grad = name != 'floorDivide'
    case(name, [randn(2, 3), rand(3, low=0.25, high=0.75)], fn, grad=grad, grad_scale=16, why='the quotient multiplies the gradient')
    case(name, [ints(4, 3, low=-9, high=10), ints(3, low=1, high=5)], fn)
    case(name, [ints(4, 3, low=-9, high=10), ints(3, low=-5, high=0)], fn)
    case(name, [ints(2, 3), randn(3)], fn, grad=False)
    case(name, [ints(2, 3), 2], fn)
    case(name, [randn(2, 3), 0.75], fn, grad=grad)
    # The sign of a zero is the processor's, not a convention of PyTorch's.
    case(name, special_pairs(), fn, grad=False, signed_zeros=False)
    case(name, [randn(0, 3), randn(3)], fn, grad=grad)
    throws(name, [bools(3), bools(3)], 'BAD_DTYPE', 'bool')
    throws(name, [ints(3), 0], 'BAD_VALUE', 'zero|0')
    throws(name, [randn(2, 3), randn(2)], 'SHAPE_MISMATCH', 'dim -1')

for mode in ['floor', 'trunc']:
    case('div', [randn(2, 3), rand(3, low=0.25, high=0.75), {'roundingMode': mode}])
    case('div', [ints(4, 3, low=-9, high=10), ints(3, low=1, high=5), {'roundingMode': mode}])
    case('div', [ints(4, 3, low=-9, high=10), ints(3, low=-5, high=0), {'roundingMode': mode}])
    case('div', [*special_pairs(), {'roundingMode': mode}], signed_zeros=False)
throws('div', [randn(3), 2, {'roundingMode': 'up'}], 'BAD_VALUE', 'up')
throws('sub', [bools(3), bools(3)], 'BAD_DTYPE', 'bool')
case('div', [ints(2, 3), ints(3, low=1, high=5)])
case('add', [bools(2, 3), bools(3)])
case('mul', [bools(2, 3), bools(3)])

case('pow', [rand(2, 3, low=0.5, high=2), randn(3)])
case('pow', [rand(2, 3, low=0.5, high=2), 2.5])
case('pow', [2.0, randn(3)])
case('pow', [t([0.0, 0.0, 0.0, 0.0, 2.0, -2.0, 2.0, -2.0]), t([0.0, 1.0, 2.0, 0.5, 0.0, 2.0, -1.0, 3.0])])
case('pow', special_pairs(), grad=False, signed_zeros=False)
case('pow', [ints(2, 3), ints(3, low=0, high=5)])
case('pow', [ints(2, 3), 3])
for exponent in [-2, -1, -0.5, 0, 0.5, 1, 2, 3]:
    case('pow', [specials(), exponent], grad=exponent in (0, 1, 2, 3))
    case('pow', [rand(2, 3, low=0.5, high=4), exponent])
case('pow', [randn(0, 3), 2])
throws('pow', [ints(3), -1], 'BAD_VALUE', 'power of -1')

for name in ['maximum', 'minimum']:
    case(name, [ties(3, 4), ties(4)])
    case(name, special_pairs(), signed_zeros=False)
    case(name, [ints(2, 3), ints(3)])
    case(name, [bools(2, 3), bools(3)])
case('atan2', special_pairs(), grad=False)
case('atan2', [ints(2, 3, low=1, high=5), ints(3, low=1, high=5)])
case('hypot', special_pairs(), grad=False)
case('hypot', [t([1e30, 3e37, 1e-30]), t([1e30, 1e38, 1e-30])])
case('logaddexp', special_pairs(), grad=False, scale=1, why='near 0 the sum of the greater operand and a logarithm cancels')
case('logaddexp', [ties(3, 4), ties(4)], scale=1, why='near 0 the sum of the greater operand and a logarithm cancels')

case('lerp', [randn(2, 3), randn(3), rand(3)], scale=4, why='the difference of the ends cancels, and is added to one of them')
case('lerp', [randn(2, 3), randn(3), randn(2, 1)], scale=4, why='the difference of the ends cancels, and is added to one of them')
for weight in [0, 0.25, 0.5, 0.75, 1, 1.5]:
    case('lerp', [randn(2, 3), randn(3), weight], scale=4, why='the difference of the ends cancels, and is added to one of them')
case('lerp', [randn(0, 3), randn(3), 0.5])
throws('lerp', [ints(3), ints(3), 0.5], 'BAD_DTYPE', 'lerp')
for name in ['addcmul', 'addcdiv']:
    case(name, [randn(2, 3), randn(3), rand(2, 1, low=0.5, high=2)], scale=4, why='a sum of two terms may cancel')
    case(name, [randn(2, 3), randn(3), rand(2, 1, low=0.5, high=2), {'value': 0.5}], scale=4, why='a sum of two terms may cancel')
    case(name, [randn(0, 3), randn(3), randn(3)])
case('addcmul', [ints(2, 3), ints(3), ints(3), {'value': 2}])
throws('addcdiv', [ints(3), ints(3), ints(3)], 'BAD_DTYPE', 'addcdiv')
throws('maximum', [randn(2, 3), randn(2)], 'SHAPE_MISMATCH', 'dim -1')

case('xlogy', [randn(2, 3), rand(2, 3, low=0.25, high=4.0)])
case('xlogy', [randn(2, 1, 2), rand(3, 1, low=0.25, high=4.0)], length=3)
case('xlogy', [ties(6), rand(6, low=0.25, high=4.0)])
case('xlogy', [ints(3), rand(3, low=0.25, high=4.0)])
case('xlogy', [2.5, rand(3, low=0.25, high=4.0)])
# 0 ln b has the sign of ln b here, none in PyTorch.
case('xlogy', special_pairs(), grad=False, signed_zeros=False)
throws('xlogy', [randn(3), randn(2)], 'SHAPE_MISMATCH', r'\[3\].*\[2\]')
