"""Products of vectors and matrices, einsum."""
import torch
import torch.nn.functional as F
from golden import *

for a, b, n in [((3,), (3,), 3), ((2, 3), (3,), 3), ((3,), (3, 2), 3), ((2, 3), (3, 4), 4), ((2, 2, 3), (3, 2), 4),
                ((2, 1, 2, 3), (3, 3, 2), 9), ((2, 0), (0, 3), 1), ((0, 3), (3, 2), 3), ((1, 5), (5, 1), 5)]:
    case('matmul', [randn(*a), randn(*b)], length=n)
case('matmul', [ints(2, 3), ints(3, 2)])
case('matmul', [t([[float('inf'), 1.0]]), t([[0.0], [1.0]])], grad=False)
throws('matmul', [randn(2, 3), randn(2, 3)], 'SHAPE_MISMATCH', r'\[2, 3\]')
throws('matmul', [randn(), randn(3)], 'BAD_SHAPE')
case('mm', [randn(2, 3), randn(3, 4)], length=4)
throws('mm', [randn(3), randn(3, 4)], 'BAD_SHAPE')
case('bmm', [randn(2, 2, 3), randn(2, 3, 2)], length=3)
case('mv', [randn(2, 3), randn(3)], length=3)
case('dot', [randn(4), randn(4)], length=4)
case('outer', [randn(2), randn(3)], length=3)
case('linear', [randn(2, 3), randn(4, 3)], length=4)
case('linear', [randn(2, 3), randn(4, 3), randn(4)], length=5)
case('linear', [randn(3), randn(4, 3), randn(4)], length=5)
case('addmm', [randn(4), randn(2, 3), randn(3, 4)], length=5)
case('addmm', [randn(2, 4), randn(2, 3), randn(3, 4), {'beta': 0.5, 'alpha': 2}], length=5)
case('trace', [randn(3, 3)], length=3)
case('trace', [randn(2, 3)], length=2)
for equation, shapes, n in [
    ('ij,jk->ik', [(2, 3), (3, 2)], 3), ('ij,jk', [(2, 3), (3, 2)], 3), ('ij->ji', [(2, 3)], 1), ('ij->', [(2, 3)], 6),
    ('ii', [(3, 3)], 3), ('ii->i', [(3, 3)], 1), ('i,j->ij', [(2,), (3,)], 3), ('bij,bjk->bik', [(2, 2, 3), (2, 3, 2)], 3),
    ('...ij,...jk->...ik', [(2, 2, 3), (3, 2)], 6), ('ij,ij->', [(2, 3), (2, 3)], 6), ('ij,jk,kl->il', [(2, 3), (3, 2), (2, 2)], 12),
    ('bqhd,bkhd->bhqk', [(1, 2, 2, 3), (1, 3, 2, 3)], 9), ('ij,j->i', [(2, 3), (3,)], 3), ('iij->j', [(2, 2, 3)], 2),
]:
    case('einsum', [equation, *[randn(*s) for s in shapes]], length=n)
throws('einsum', ['ij,jk->ik', randn(2, 3), randn(2, 3)], 'SHAPE_MISMATCH')

case('kron', [randn(2), randn(3)], length=3)
case('kron', [randn(2, 3), randn(2, 2)], length=6)
case('kron', [randn(2), randn(2, 2)], length=4)
case('kron', [randn(1, 2, 2), randn(2)], length=4)
case('kron', [randn(), randn(2)], length=2)
case('kron', [randn(2, 0), randn(2, 2)])
case('kron', [ints(2), randn(2)], length=2)
throws('kron', [randn(2), 3], 'NOT_A_TENSOR', 'kron')
case('tensordot', [randn(2, 3, 2), randn(3, 2, 2)], length=6)
case('tensordot', [randn(2, 3), randn(3, 2), 1], lambda a, b, d: torch.tensordot(a, b, dims=d), length=3)
case('tensordot', [randn(2), randn(3), 0], lambda a, b, d: torch.tensordot(a, b, dims=d), length=3)
case('tensordot', [randn(2, 3, 4), randn(4, 2, 3), [[0, 2], [1, 0]]], lambda a, b, d: torch.tensordot(a, b, dims=d), length=12)
case('tensordot', [randn(2, 3), randn(3, 2), [[-1], [0]]], lambda a, b, d: torch.tensordot(a, b, dims=d), length=3)
case('tensordot', [randn(2, 0), randn(0, 2), 1], lambda a, b, d: torch.tensordot(a, b, dims=d))
throws('tensordot', [randn(2, 3), randn(2, 3), 1], 'SHAPE_MISMATCH', 'dim 1 of the first is 3, dim 0 of the second 2')
throws('tensordot', [randn(2, 3), randn(2, 3), 3], 'BAD_VALUE', '3')
throws('tensordot', [randn(2, 3), randn(2, 3), [[0, 1], [0]]], 'BAD_VALUE', 'as many')
throws('tensordot', [randn(2, 3), randn(2, 3), [[0, 0], [0, 1]]], 'BAD_VALUE')
throws('tensordot', [randn(2, 3), randn(2, 3), [[0, 2], [0, 1]]], 'BAD_DIM', 'dim 2')
throws('tensordot', [randn(2, 3), 3, 0], 'NOT_A_TENSOR', 'number')

case('normalize', [randn(2, 3)], length=3)
case('normalize', [randn(2, 3), {'dim': 0, 'p': 1}], length=3)
case('normalize', [t([[0.0, 0.0], [3.0, -4.0]])], length=2)
throws('normalize', [ints(2, 3)], 'BAD_DTYPE', 'norm')
throws('normalize', [randn(3)], 'BAD_DIM', 'dim 1')
case('cosineSimilarity', [randn(2, 3), randn(2, 3)], length=3)
case('cosineSimilarity', [randn(3), randn(3), {'dim': 0}], length=3)
case('cosineSimilarity', [randn(2, 1, 3), randn(4, 3), {'dim': -1}], length=8)
case('cosineSimilarity', [randn(2, 3), randn(3)], length=8)
case('cosineSimilarity', [t([[0.0, 0.0], [3.0, -4.0]]), t([[1.0, 2.0], [1e4, 1e4]])], length=2, generic=False)
throws('cosineSimilarity', [randn(2, 3), randn(2, 2)], 'SHAPE_MISMATCH', r'\[2, 3\].*\[2, 2\]')
throws('cosineSimilarity', [randn(2, 3), 1], 'NOT_A_TENSOR', 'number')
throws('cosineSimilarity', [ints(2, 3), ints(2, 3)], 'BAD_DTYPE', 'float')
for p in [2, 1, 3, float('inf'), 0]:
    case('cdist', [randn(3, 2), randn(2, 2), p], length=4, generic=p != 0)
case('cdist', [randn(2, 2, 3), randn(1, 3, 3)], length=6)
case('cdist', [randn(0, 3), randn(2, 3)])
case('cdist', [t([[0.0, 1.0], [3.0, 4.0]]), t([[0.0, 1.0]])], length=3, generic=False)
case('cdist', [randn(26, 2), randn(1, 2)], length=26, ulps=64, scale=4.0, grad_scale=4.0, generic=False,
     why='small distances from a^2 + b^2 - 2 a b cancel, here as in PyTorch')
throws('cdist', [randn(2, 3), randn(2, 2)], 'SHAPE_MISMATCH', r'\[2, 3\].*\[2, 2\]')
throws('cdist', [randn(3), randn(2, 3)], 'BAD_SHAPE', 'unsqueeze')
throws('cdist', [ints(2, 3), ints(2, 3)], 'BAD_DTYPE', 'cdist')
throws('cdist', [randn(2, 3), 1], 'NOT_A_TENSOR', 'number')

case('einsum', [',->', randn(), randn()])
case('einsum', ['ij,ij->ij', randn(1, 3), randn(2, 3)], length=2)
case('einsum', ['i...->...', randn(2, 3)])

case('cross', [randn(3), randn(3)], torch.linalg.cross, length=2)
case('cross', [randn(2, 3), randn(2, 3)], torch.linalg.cross, length=2)
case('cross', [randn(3, 2), randn(3, 2), {'dim': 0}], torch.linalg.cross, length=2)
case('cross', [randn(2, 1, 3), randn(1, 4, 3)], torch.linalg.cross, length=8)
throws('cross', [randn(2), randn(2)], 'BAD_SHAPE', 'size 3')
throws('cross', [randn(3), randn(1)], 'BAD_SHAPE', r'\[3\] and \[1\]')
throws('cross', [randn(2, 3), randn(4, 3)], 'SHAPE_MISMATCH', r'\[2, 3\]')
throws('cross', [randn(3), 1], 'NOT_A_TENSOR', 'number')
