"""Small matrices."""
import torch
from golden import *

L = torch.linalg
case('linalg.cholesky', [spd(3, 3)], L.cholesky, length=12)
case('linalg.cholesky', [spd(2, 2, 2)], L.cholesky, length=12)
case('linalg.cholesky', [spd(1, 1)], L.cholesky)
throws('linalg.cholesky', [t([[1.0, 2.0], [2.0, 1.0]])], 'NOT_CONVERGED')
throws('linalg.cholesky', [randn(2, 3)], 'BAD_SHAPE')
case('linalg.inv', [spd(3, 3)], L.inv, length=40)
case('linalg.inv', [spd(2, 2, 2)], L.inv, length=40)
throws('linalg.inv', [t([[1.0, 2.0], [2.0, 4.0]])], 'NOT_CONVERGED')
case('linalg.solve', [spd(3, 3), randn(3, 2)], L.solve, length=40)
case('linalg.solve', [spd(3, 3), randn(3)], L.solve, length=40)
case('linalg.solve', [spd(2, 2, 2), randn(2, 2, 1)], L.solve, length=40)
throws('linalg.solve', [spd(3, 3), randn(2, 2)], 'SHAPE_MISMATCH')
triangle = t([[2.0, 0.0, 0.0], [0.5, 1.5, 0.0], [-1.0, 0.25, 3.0]])
case('linalg.solveTriangular', [triangle, randn(3, 2), {'upper': False}], L.solve_triangular, length=20, generic=True)
case('linalg.solveTriangular', [spd(3, 3), randn(3, 2), {'upper': True}], L.solve_triangular, length=20)
case('linalg.lstsq', [randn(4, 2), randn(4, 2)], lambda a, b: L.lstsq(a, b).solution, length=60)
case('linalg.lstsq', [randn(5, 2), randn(5)], lambda a, b: L.lstsq(a, b[:, None]).solution[:, 0], length=60)
case('linalg.lstsq', [randn(2, 4), randn(2, 1)], lambda a, b: L.lstsq(a, b).solution, length=60)
slogdet = lambda a: tuple(reversed(L.slogdet(a)))
case('linalg.slogdet', [spd(3, 3)], slogdet, length=12)
case('linalg.slogdet', [randn(2, 2, 2)], slogdet, length=12)
case('linalg.slogdet', [t([[1.0, 2.0], [2.0, 4.0]])], slogdet, grad=False)
case('linalg.det', [spd(3, 3)], L.det, length=40)
case('linalg.det', [randn(2, 2, 2)], L.det, length=40)
case('linalg.det', [t([[1.0, 2.0], [2.0, 4.0]])], L.det, grad=False)
zero = lambda *shape: np.zeros(shape)
case('linalg.eigh', [spd(3, 3)], L.eigh, seeds=[[1.0, -0.5, 2.0], zero(3, 3)], signs=False, length=40)
case('linalg.eigh', [spd(2, 2, 2)], L.eigh, seeds=[[[1.0, -0.5], [0.25, 2.0]], zero(2, 2, 2)], signs=False, length=40)
thin = lambda a: L.svd(a, full_matrices=False)
case('linalg.svd', [randn(3, 2)], thin, seeds=[zero(3, 2), [1.0, -0.5], zero(2, 2)], signs=False, length=40)
case('linalg.svd', [randn(2, 4)], thin, seeds=[zero(2, 2), [1.0, -0.5], zero(2, 4)], signs=False, length=40)
case('linalg.svdvals', [randn(3, 3)], L.svdvals, length=40)
case('linalg.svdvals', [randn(2, 2, 3)], L.svdvals, length=40)


def positive(a):
    """Q and R with the signs that make R's diagonal positive."""
    q, r = L.qr(a)
    sign = r.diagonal(dim1=-2, dim2=-1).detach().sign()
    return q * sign[..., None, :], r * sign[..., :, None]


case('linalg.qr', [randn(3, 2)], positive, length=40)
case('linalg.qr', [randn(3, 3)], positive, length=40)
case('linalg.qr', [randn(2, 3, 2)], positive, length=40)
case('linalg.pinv', [randn(3, 2)], L.pinv, length=60)
case('linalg.pinv', [randn(2, 3)], L.pinv, length=60)
case('linalg.matrixRank', [randn(3, 2).no_grad()], L.matrix_rank)
case('linalg.matrixRank', [t([[1.0, 2.0], [2.0, 4.0]])], L.matrix_rank, grad=False)
case('linalg.cond', [randn(3, 3)], L.cond, length=60)
for order in ['fro', 'nuc', 2, 1, float('inf')]:
    case('linalg.matrixNorm', [randn(3, 2), order], L.matrix_norm, length=40)
case('linalg.matrixPower', [spd(2, 2), 3], L.matrix_power, length=12)
case('linalg.matrixPower', [spd(2, 2), 0], L.matrix_power)
case('linalg.matrixPower', [randn(2, 2, 2), 0], L.matrix_power, generic=False)
case('linalg.matrixPower', [t([[float('inf'), 1.0], [0.0, float('nan')]]), 0], L.matrix_power)
case('linalg.matrixPower', [spd(2, 2), -2], L.matrix_power, length=40)
