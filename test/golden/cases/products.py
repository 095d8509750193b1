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
