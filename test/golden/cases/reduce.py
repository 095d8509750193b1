"""Many numbers to one: reductions, extremes, running sums, quantiles, the softmax family."""
import math

import torch
from golden import *
from torch.nn import functional as F

inf, nan = math.inf, math.nan
ODD = [[1.0, nan, 2.0], [inf, -inf, 1.0], [-0.0, 0.0, -0.0], [2.0, 2.0, 1.0], [1e4, -1e4, 100.0]]

PLAIN = ['sum', 'mean', 'nansum', 'nanmean', 'amax', 'amin', 'logsumexp', 'any', 'all', 'countNonzero', 'var', 'std']
SPREAD = dict(ulps=8, why='the mean is taken out first: a difference, its square, a sum and a quotient')
for name in PLAIN:
    how = SPREAD if name in ('var', 'std') else dict(scale=1, why='near 0 the logarithm and the greatest cancel') if name == 'logsumexp' else {}
    if name != 'logsumexp':
        case(name, [randn(3, 4)], length=12, **how)
    case(name, [randn(3, 4), 0], length=3, **how)
    case(name, [randn(3, 4), -1], length=4, **how)
    case(name, [randn(2, 3, 4), [0, 2]], length=8, **how)
    if name != 'countNonzero':
        case(name, [randn(2, 3, 4), [2, 0], {'keepdim': True}], length=8, **how)
        case(name, [randn(3, 4), {'dim': 1, 'keepdim': True}], length=4, **how)
    case(name, [randn(0, 2), 1])
    case(name, [randn(), 0] if name not in ('var', 'std') else [randn(1, 3), 0])
    if name not in ('amax', 'amin'):
        case(name, [randn(2, 0), 1])
    # Which zero is the greatest of 0 and -0 is the processor's, not a convention.
    case(name, [t(ODD), 1], grad=False, length=3, signed_zeros=False, **how)
    throws(name, [randn(2, 3), 2], 'BAD_DIM', 'dim 2')
for name in ['sum', 'prod', 'nansum', 'amax', 'amin', 'any', 'all', 'countNonzero', 'logsumexp']:
    case(name, [ints(2, 3), 1], **(dict(scale=1, why='near 0 the logarithm and the greatest cancel') if name == 'logsumexp' else {}))
    case(name, [bools(2, 3), 1], **(dict(scale=1, why='near 0 the logarithm and the greatest cancel') if name == 'logsumexp' else {}))
for name in ['mean', 'nanmean', 'var', 'std', 'norm']:
    throws(name, [ints(3)], 'BAD_DTYPE', name)
for name in ['amax', 'amin', 'max', 'min', 'median', 'argmax', 'argmin']:
    throws(name, [randn(2, 0), 1], 'BAD_VALUE', 'size 0')
case('amax', [ties(3, 4), 1])
case('amin', [ties(3, 4), 1])
case('nansum', [t([[1.0, nan], [nan, nan]]), 1])
case('nanmean', [t([[1.0, nan, 2.0], [3.0, 4.0, nan]]), 1])
# PyTorch's gradient e^(x - out) has lost digits where out is 10000.69; ours has not: test/src/tensor/reduce.test.ts.
case('logsumexp', [t([[1e4, 1e4], [-1e4, 0.0], [-inf, 1.0]]), 1], grad=False)
case('sum', [randn(2, 3), []], fn=lambda x, d: torch.sum(x), length=6)

for correction in [0, 1, 2]:
    case('var', [randn(3, 4), 1, {'correction': correction}], length=4, **SPREAD)
    case('std', [randn(3, 4), 1, {'correction': correction}], length=4, **SPREAD)
case('std', [t([[2.0, 2.0], [3.0, 3.0]]), 1])
case('var', [t([[2.0], [3.0]]), 1])
case('std', [t([[2.0], [3.0]]), 1])
case('var', [randn(2, 0), 1])

PRODUCT = dict(ulps=8, why='each factor rounds, and the gradient is a product of the others')
case('prod', [randn(5)], **PRODUCT)
case('prod', [randn(3, 4), 1], **PRODUCT)
case('prod', [randn(3, 4), 0, {'keepdim': True}], **PRODUCT)
case('prod', [t([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0], [1.0, 2.0, 3.0]]), 1])
case('prod', [randn(2, 0), 1])
case('prod', [t(ODD), 1], grad=False)

for p in [0, 0.5, 1, 1.5, 2, 3, inf, -inf, -1, -2]:
    vector_norm = lambda x, p, **options: torch.linalg.vector_norm(x, p, **options)
    how = dict(ulps=12, why='powers are rounded, summed, and taken back by a root') if p not in (0, 1, inf, -inf) else {}
    case('norm', [randn(2, 3), p], vector_norm, length=6, **how)
    case('norm', [randn(2, 3), p, {'dim': 1, 'keepdim': True}], vector_norm, length=3, **how)
    case('norm', [t([[0.0, -2.0, 2.0], [0.0, 0.0, 0.0]]), p, {'dim': 1}], vector_norm, length=3, **how)
case('norm', [randn(2, 3)], length=6)
case('norm', [randn(2, 3), {'dim': 0}], length=2)
case('norm', [randn(2, 3), 'fro', {'dim': [0, 1]}], length=6)
case('norm', [randn(0)])
case('norm', [t(ODD), {'dim': 1}], grad=False, length=3)
throws('norm', [randn(0), inf], 'BAD_VALUE', 'size 0')
throws('norm', [randn(3), 'nuc'], 'BAD_VALUE', 'nuc')

for name in ['argmax', 'argmin']:
    case(name, [t([[1.0, 5.0, 5.0], [nan, 7.0, nan], [-inf, -inf, -inf]])])
    case(name, [t([[1.0, 5.0, 5.0], [nan, 7.0, nan], [-inf, -inf, -inf]]), 1])
    case(name, [spread(2, 3), 0, {'keepdim': True}])
    case(name, [spread(2, 3), {'keepdim': True}])
    case(name, [ints(6)])
    case(name, [randn(), 0])
    throws(name, [bools(3)], 'BAD_DTYPE', name)
for name in ['max', 'min', 'median', 'nanmedian']:
    case(name, [spread(3, 5)])
    case(name, [spread(3, 4), 1])
    case(name, [spread(3, 5), 0, {'keepdim': True}])
    case(name, [spread(3, 5), {'dim': 1, 'keepdim': True}])
    case(name, [randn(), 0])
    case(name, [t([1.0, 3.0, 3.0, 3.0, 5.0, 1.0])])
    case(name, [t([[1.0, nan, 0.0], [2.0, 3.0, -inf]]), 1])
    case(name, [t([1.0, nan, 3.0])], grad=False)
    case(name, [randn(0, 3), 1])
    case(name, [ints(7, low=0, high=50)])
    throws(name, [randn(2, 3), 2], 'BAD_DIM', 'dim 2')
for name in ['max', 'min']:
    case(name, [bools(4)])
    throws(name, [randn(0)], 'BAD_VALUE', 'size 0')
throws('median', [bools(3)], 'BAD_DTYPE', 'median')

LOGS = dict(ulps=16, scale=1, why='log2(n) rounds of logaddexp, each of which cancels near 0')
for name in ['cumsum', 'cumprod', 'logcumsumexp', 'cummax', 'cummin']:
    how = LOGS if name == 'logcumsumexp' else PRODUCT if name == 'cumprod' else {}
    numbers = spread if name in ('cummax', 'cummin') else randn
    for dim in [0, 1]:
        case(name, [numbers(3, 5), dim], length=5, **how)
    case(name, [randn(), 0])
    case(name, [randn(2, 0), 1], grad=False)
    case(name, [t([[1.0, 0.0, 2.0, 0.0], [1.0, 1.0, 3.0, 3.0]]), 1], length=4, **how)
    case(name, [t(ODD), 1], grad=False, length=3, **how)
    if name != 'logcumsumexp':
        case(name, [ints(2, 3), 1])
    throws(name, [randn(2, 3), 2], 'BAD_DIM', 'dim 2')
case('cumsum', [bools(4), 0])

QS = [0.0, 0.25, 0.375, 0.5, 1.0]
for name in ['quantile', 'nanquantile']:
    fn = lambda x, q, name=name, **options: getattr(torch, name)(x, torch.tensor(q) if isinstance(q, list) else q, **options)
    for interpolation in ['linear', 'lower', 'higher', 'nearest', 'midpoint']:
        how = dict(scale=4, why='the difference of two neighbours cancels, and is added to one of them')
        case(name, [spread(3, 6), QS, {'dim': 1, 'interpolation': interpolation}], fn, **how)
        case(name, [t([[1.0, nan, 4.0, 2.0], [nan, nan, nan, nan], [1.0, 1.0, 1.0, 2.0]]), 0.375, {'dim': 1, 'keepdim': True, 'interpolation': interpolation}], fn, grad=False)
    case(name, [spread(2, 3), 0.5], fn)
    case(name, [spread(2, 3), 0.5, {'keepdim': True}], fn)
    case(name, [spread(2, 3), [0.125, 0.875], {'dim': 0, 'keepdim': True}], fn, scale=4, why='the difference of two neighbours cancels')
    throws(name, [randn(3), 1.5], 'BAD_VALUE', 'between 0 and 1')
    throws(name, [ints(3), 0.5], 'BAD_DTYPE', name)
    throws(name, [randn(0), 0.5], 'BAD_VALUE', 'size 0')
case('quantile', [t([1.0, inf, -inf, 2.0]), QS], lambda x, q: torch.quantile(x, torch.tensor(q)), grad=False)

case('histc', [spread(20), 5, {'min': -1, 'max': 3}], grad=False)
case('histc', [spread(20), 4], grad=False)
case('histc', [t([2.0, 2.0]), 3], grad=False)
case('histc', [t([1.0, 2.0, 2.0, nan, inf, 0.0, 3.0]), 4, {'min': 0, 'max': 3}], grad=False)
case('histc', [randn(0), 3], grad=False)
throws('histc', [randn(3), 0], 'BAD_VALUE', 'bins')
case('bincount', [ints(10, low=0, high=5)])
case('bincount', [ints(10, low=0, high=5), {'minlength': 9}])
case('bincount', [ints(6, low=0, high=3), {'weights': randn(6)}], grad=False, length=6)
throws('bincount', [ints(3, low=-3, high=0)], 'BAD_VALUE', 'negative')
CENTRED = dict(ulps=16, scale=1, why='rows lose their mean first, a difference that cancels')
case('cov', [randn(3, 5)], length=5, **CENTRED)
case('cov', [randn(5)], length=5, **CENTRED)
case('cov', [randn(3, 5), {'correction': 0}], length=5, **CENTRED)
case('corrcoef', [randn(3, 5)], length=5, **CENTRED)
case('corrcoef', [randn(5)], grad=False)

SOFT = dict(scale=0.05, why='g - sum(g out) cancels in the gradient')
for name, fn in {'softmax': torch.softmax, 'logSoftmax': torch.log_softmax, 'softmin': F.softmin}.items():
    how = SOFT if name != 'logSoftmax' else dict(scale=1, why='near 0 the logarithm and the greatest cancel')
    for dim in [0, 1, -1]:
        case(name, [randn(3, 4), dim], fn, length=4, **how)
    case(name, [randn(2, 3, 2), {'dim': 1}], fn, length=3, **how)
    case(name, [t([[1e4, 0.0, -1e4], [100.0, 100.0, 99.0], [-inf, 0.0, 1.0]]), 1], fn, length=3, **how)
    case(name, [t([[inf, 0.0], [-inf, -inf], [nan, 1.0]]), 1], fn, grad=False)
    case(name, [randn(2, 0), 1], fn)
    case(name, [randn(), 0], fn)
    throws(name, [randn(2, 3), 2], 'BAD_DIM', 'dim 2')
    throws(name, [ints(3), 0], 'BAD_DTYPE', name)
# 16 bits: summed in float32 or wider, and rounded once.
for only in ['float16', 'bfloat16']:
    for name in ['sum', 'mean', 'var', 'std', 'logsumexp', 'norm']:
        case(name, [rand(2, 4, low=0.5, high=2), {'dim': 1}], only=only, grad=False)

case('diff', [randn(5)], length=2)
case('diff', [randn(2, 5), 2], length=4)
case('diff', [randn(3, 2), 1, {'dim': 0}], length=2)
case('diff', [randn(2, 3), 0])
case('diff', [randn(2, 2), 3])
case('diff', [t([0.0, -0.0, float('inf'), float('inf'), float('nan'), 1e4])])
case('diff', [t([True, False, False])])
case('diff', [t([3, 1, 5])])
throws('diff', [randn()], 'BAD_DIM', 'dim -1')
throws('diff', [randn(3), -1], 'BAD_VALUE', '-1')
throws('diff', [randn(3), 0.5], 'BAD_VALUE', '0.5')
