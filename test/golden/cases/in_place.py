"""In-place forms: they write into their first argument and return it."""
import torch
from golden import *

for name in ['add_', 'sub_', 'mul_', 'div_']:
    case(name, [randn(2, 3), randn(3)])
    case(name, [randn(2, 3), 1.5])
    case(name, [randn(2, 3), ints(3, low=1, high=4)])
    case(name, [randn(0, 3), 2])
    throws(name, [ints(3), 1.5], 'BAD_DTYPE', 'cannot be written')
    throws(name, [randn(3), randn(2, 3)], 'SHAPE_MISMATCH', 'shape')
for name in ['add_', 'sub_', 'mul_', 'floorDivide_', 'remainder_', 'fmod_']:
    case(name, [ints(2, 3), ints(3, low=1, high=4)])
for name in ['add_', 'mul_']:
    case(name, [bools(2, 3), bools(3)])
case('pow_', [rand(2, 3, low=0.5, high=2), 3])
case('pow_', [rand(2, 3, low=0.5, high=2), randn(3)])
for name in ['floorDivide_', 'remainder_', 'fmod_']:
    case(name, [randn(2, 3), 0.75], grad=name != 'floorDivide_')
    throws(name, [bools(3), 1], 'BAD_DTYPE', name)
for mode in ['floor', 'trunc']:
    case('div_', [ints(2, 3), 2, {'roundingMode': mode}])
    case('div_', [randn(2, 3), 0.5, {'roundingMode': mode}])
case('lerp_', [randn(2, 3), randn(3), 0.25], scale=4, why='the difference of the ends cancels, and is added to one of them')
case('addcmul_', [randn(2, 3), randn(3), randn(2, 1), {'value': 0.5}], scale=4, why='a sum of two terms may cancel')
case('addcdiv_', [randn(2, 3), randn(3), rand(2, 1, low=0.5, high=2), {'value': 0.5}], scale=4, why='a sum of two terms may cancel')
case('clamp_', [randn(2, 3), -0.5, 0.5])
case('clamp_', [randn(2, 3), {'min': 0}])
case('clampMin_', [randn(2, 3), 0.25])
case('clampMax_', [randn(2, 3), 0.25])
throws('clamp_', [ints(3), 0.5], 'BAD_DTYPE', 'cannot be written')
case('nanToNum_', [specials()], only='float64')
case('nanToNum_', [randn(2, 3)])
case('round_', [t([0.5, 1.5, -2.75])])
case('round_', [t([1.0625, -3.40625]), {'decimals': 1}])
case('fill_', [randn(2, 3), 7])
case('zero_', [randn(2, 3)])
case('copy_', [randn(2, 3), randn(3)])
case('copy_', [ints(2, 3), t([1.75, -1.75, 0.0])], grad=False)
throws('copy_', [randn(2), randn(3)], 'SHAPE_MISMATCH', 'copy_')
throws('fill_', [ints(2), 3000000000], 'BAD_VALUE', 'int32')

for name in ['sqrt_', 'rsqrt_', 'reciprocal_', 'exp_', 'expm1_', 'log_', 'log1p_', 'sin_', 'cos_', 'tanh_', 'sigmoid_']:
    how = dict(grad_scale=1, why='1 - out, or 1 + out, cancels in the gradient') if name in ('tanh_', 'sigmoid_', 'expm1_') else {}
    case(name, [rand(2, 3, low=0.25, high=2)], **how)
    throws(name, [ints(3)], 'BAD_DTYPE', 'cannot be written')
for name in ['neg_', 'abs_', 'square_', 'floor_', 'ceil_', 'trunc_', 'relu_']:
    case(name, [randn(2, 3)])
    case(name, [ints(2, 3)])
    throws(name, [bools(3)], 'BAD_DTYPE', name)
