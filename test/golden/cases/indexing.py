"""Reading and writing by index, gathering and scattering, masks, sorting."""
import torch
from golden import *

T = torch.Tensor


def at(index, *torch_index, x=None, **options):
    case('at', [x or randn(3, 4), *index], lambda v, *_: v[torch_index], **options)


at([0], 0)
at([-1, 2], -1, 2)
at([None, [1, 3]], slice(None), slice(1, 3))
at([[None, None, 2]], slice(None, None, 2))
at([[-2], [0, -1, 2]], slice(-2, None), slice(0, -1, 2))
at(['...', 1], ..., 1)
at(['newaxis', 0], None, 0)
at([[2, 1]], slice(2, 1))
at([1, '...', [1, 3]], 1, ..., slice(1, 3), x=randn(2, 2, 4))
rows = t([2, 0, 2])
case('at', [randn(3, 4), rows], lambda v, i: v[i], length=2)
case('at', [randn(3, 4), None, t([[0, 1], [-1, 3]])], lambda v, _, i: v[:, i])
case('at', [randn(3, 4), t([0, 1, 2]), t([3, 0, 3])], lambda v, i, j: v[i, j])
case('at', [randn(2, 3, 2), t([0, 1]), None, t([1, 0])], lambda v, i, _, j: v[i, :, j])
case('at', [randn(2, 3, 2), None, t([[0], [2]]), t([1, 0])], lambda v, _, i, j: v[:, i, j])
case('at', [randn(2, 3), t([[True, False, True], [False, True, True]])], lambda v, m: v[m])
case('at', [randn(3, 2), t([True, False, True])], lambda v, m: v[m])
case('at', [randn(3, 2), t([False, False, False])], lambda v, m: v[m])
throws('at', [randn(3, 4), 3], 'BAD_INDEX', '3')
throws('at', [randn(3, 4), 0, 0, 0], 'BAD_INDEX')
throws('at', [randn(3, 4), rows.no_grad(), t([4, 0, 0])], 'BAD_INDEX', '4')
throws('at', [randn(3), randn(2)], 'BAD_DTYPE')
throws('at', [randn(3), t([True, False])], 'SHAPE_MISMATCH')
throws('at', [randn(3), [None, None, -1]], 'BAD_VALUE', 'flip')


def put(v, value, *index):
    v[index] = value
    return v


case('set', [randn(3, 4), 0, 2.5], lambda v, i, y: put(v, y, 0))
case('set', [randn(3, 4), None, [1, 3], randn(3, 2)], lambda v, _, r, y: put(v, y, slice(None), slice(1, 3)))
case('set', [randn(3, 4), [None, None, 2], randn(4)], lambda v, r, y: put(v, y, slice(None, None, 2)), length=2)
case('set', [randn(3, 4), t([2, 0]), randn(2, 4)], lambda v, i, y: put(v, y, i))
case('set', [randn(2, 3), t([[True, False, True], [False, True, True]]), -1.5], lambda v, m, y: put(v, y, m))
case('set', [randn(2, 3), t([[True, False, True], [False, True, True]]), randn()], lambda v, m, y: put(v, y, m), length=4)
throws('set', [randn(3, 4), 0, randn(3)], 'SHAPE_MISMATCH')

case('gather', [randn(3, 4), 1, t([[0, 3], [1, 1], [2, 0]])], length=2)
case('gather', [randn(3, 4), 0, t([[0, 2, 1, 0]])])
case('gather', [randn(3, 4), -1, ints(3, 0)])
throws('gather', [randn(3, 4), 1, t([[4]])], 'BAD_INDEX', '4')
throws('gather', [randn(3, 4), 1, randn(1, 1)], 'BAD_DTYPE')
for name in ['scatter', 'scatter_']:
    case(name, [randn(3, 4), 1, t([[0, 3], [1, 2], [2, 0]]), randn(3, 2)])
    case(name, [randn(3, 4), 0, t([[0, 2, 1, 0]]), 1.5])
    throws(name, [randn(3, 4), 1, t([[4]]), randn(1, 1)], 'BAD_INDEX', '4')
for name in ['scatterAdd', 'scatterAdd_']:
    case(name, [randn(3, 4), 1, t([[0, 0], [1, 2], [2, 0]]), randn(3, 2)], length=3)
    case(name, [randn(4), 0, t([1, 1, 1, 0]), randn(4)], length=4)
for name in ['indexAdd', 'indexAdd_']:
    case(name, [randn(3, 2), 0, t([0, 2, 0]), randn(3, 2)], length=3)
    case(name, [randn(2, 3), 1, t([1]), randn(2, 1)])
case('indexSelect', [randn(3, 4), 0, t([2, 0, 2])], length=2)
case('indexSelect', [randn(3, 4), -1, t([1])])
throws('indexSelect', [randn(3, 4), 0, t([3])], 'BAD_INDEX', '3')
case('take', [randn(2, 3), t([[0, 5], [2, 2]])], length=2)
mask = t([[True, False, True], [False, True, True]])
for name in ['maskedFill', 'maskedFill_']:
    case(name, [randn(2, 3), mask, -2.5])
    case(name, [randn(2, 3), t([True, False, True]), float('-inf')])
    case(name, [randn(2, 3), mask, randn()], length=4)
case('maskedSelect', [randn(2, 3), mask])
case('maskedSelect', [randn(2, 3), t([True, False, True])])
case('nonzero', [t([[0.0, 1.5, 0.0], [2.0, 0.0, float('nan')]])])
case('nonzero', [mask])
case('nonzero', [t([0, 0])])

for name in ['sort', 'argsort']:
    fn = (lambda x, d=-1, descending=False: torch.sort(x, dim=d, descending=descending, stable=True)) if name == 'sort' else (
        lambda x, d=-1, descending=False: torch.sort(x, dim=d, descending=descending, stable=True)[1])
    case(name, [spread(6)], fn)
    case(name, [spread(3, 4), 0], fn)
    case(name, [spread(3, 4), 1, {'descending': True}], fn)
    case(name, [ties(8)], fn)
    case(name, [ties(8), 0, {'descending': True}], fn)
    case(name, [t([3.0, float('nan'), float('inf'), 1.0, float('-inf'), float('nan')])], fn, grad=False)
    case(name, [ints(6)], fn)
    case(name, [randn(0)], fn)
topk = lambda x, k, dim=-1, largest=True: torch.topk(x, k, dim=dim, largest=largest, sorted=True)
case('topk', [spread(6), 3], topk)
case('topk', [spread(3, 4), 2, {'dim': 0}], topk)
case('topk', [spread(3, 4), 2, {'largest': False}], topk)
throws('topk', [spread(3), 4], 'BAD_VALUE')
unique = lambda x: torch.unique(x, return_inverse=True, return_counts=True)
case('unique', [ties(2, 4)], unique, grad=False)
case('unique', [ints(6, low=0, high=3)], unique)
case('unique', [randn(0)], unique, grad=False)

case('takeAlongDim', [randn(3, 4), t([[0], [2], [2], [1]]), 0], length=2)
case('takeAlongDim', [randn(3, 1), t([[0, 0], [2, 1]]), 0], length=4)
case('takeAlongDim', [randn(3, 4), t([[3, 0, 3]]), 1], length=2)
case('takeAlongDim', [randn(1, 4), t([[3], [0]]), -1])
case('takeAlongDim', [randn(2, 3), t([[5, 0], [1, 1]])], length=2)
case('takeAlongDim', [randn(2, 3), ints(2, 0), 1])
throws('takeAlongDim', [randn(2, 3), t([0]), 1], 'SHAPE_MISMATCH', r'\[1\].*keepdim')
throws('takeAlongDim', [randn(2, 3), t([[0], [0], [0]]), 1], 'SHAPE_MISMATCH', r'\[3, 1\]')
throws('takeAlongDim', [randn(2, 3), t([[3], [0]]), 1], 'BAD_INDEX', '3')
throws('takeAlongDim', [randn(2, 3), [[0]], 1], 'NOT_A_TENSOR', 'an array')
case('argwhere', [t([[0.0, 1.5], [2.0, float('nan')]])])
case('argwhere', [t([True, False, True])])
case('argwhere', [t(2.0)])
case('kthvalue', [spread(2, 5), 2])
case('kthvalue', [spread(2, 5), 1, {'dim': 0}])
case('kthvalue', [spread(2, 3), 3, {'keepdim': True}])
case('kthvalue', [spread(), 1])
case('kthvalue', [t([3.0, float('nan'), 1.0]), 3])
case('kthvalue', [t([3.0, float('-inf'), float('inf')]), 1])
throws('kthvalue', [spread(3), 0], 'BAD_VALUE', '1 to 3')
throws('kthvalue', [spread(3), 4], 'BAD_VALUE', 'number 4 among 3')
throws('kthvalue', [randn(2, 0), 1], 'BAD_VALUE', 'empty')

RISING = [-1.0, 0.0, 0.5, 0.5, 2.0]
VALUES = [-2.0, -1.0, 0.0, -0.0, 0.5, 0.75, 2.0, 3.0, float('inf'), float('-inf'), float('nan')]
for right in [False, True]:
    case('searchsorted', [t(RISING), t(VALUES), {'right': right}])
    case('searchsorted', [t(RISING), t([VALUES[:3], VALUES[3:6]]), {'right': right}])
    case('searchsorted', [t([[0.0, 1.0, 2.0], [5.0, 6.0, 7.0]]), t([[1.0, 6.0], [6.0, 8.0]]), {'right': right}])
    case('searchsorted', [t([1, 3, 5]), t([0, 1, 3, 4, 9]), {'right': right}])
    case('searchsorted', [t(RISING), 0.5, {'right': right}])
    case('searchsorted', [t([0.0, 1.0, float('nan')]), t([0.5, float('nan'), float('inf')]), {'right': right}])
    case('bucketize', [t(VALUES), t(RISING), {'right': right}])
case('searchsorted', [randn(0), t([1.0, 2.0])])
case('searchsorted', [t(RISING), randn(2, 0)])
case('searchsorted', [t([[1.0], [2.0]]), randn(2, 0)])
case('bucketize', [0.25, t(RISING)])
case('bucketize', [t([[0, 1], [2, 3]]), t([1, 2])])
throws('searchsorted', [randn(), randn(2)], 'BAD_SHAPE', 'sorted list')
throws('searchsorted', [randn(2, 3), randn(3, 1)], 'SHAPE_MISMATCH', r'\[2, 3\].*\[3, 1\]')
throws('searchsorted', [[1, 2], randn(2)], 'NOT_A_TENSOR', 'an array')
throws('bucketize', [randn(2), [1, 2]], 'NOT_A_TENSOR', 'an array')
throws('bucketize', [randn(2), randn(2, 2)], 'BAD_SHAPE', r'\[2, 2\]')
case('isin', [t([[1, 2], [3, 4]]), t([4, 1, 7])])
case('isin', [t([0.5, -0.0, float('nan'), float('inf')]), t([0.0, float('nan'), float('inf')])])
case('isin', [t([1, 2]), 2])
case('isin', [2, t([1, 2])])
case('isin', [t([1, 2]), ints(0)])
case('isin', [ints(0), t([1, 2])])
throws('isin', [randn(2), [1, 2]], 'NOT_A_TENSOR', 'an array')
