// Linear algebra for small matrices, batched over leading axes; float32 and float64 (computed in float64).
import { apply, compute } from './engine.js'
import { shapeText, TensorError } from './errors.js'
import { div, mul } from './ops/arithmetic.js'
import { where } from './ops/choose.js'
import { gt } from './ops/compare.js'
import { abs, exp, reciprocal, sqrt, square } from './ops/maths.js'
import { meet, needTensor } from './ops/operand.js'
import { matmul } from './ops/products.js'
import { amax, amin, sum } from './ops/reduce.js'
import { expand, transpose } from './ops/views.js'
import { copied, narrowed, reshaped } from './ops/windows.js'
import { NONE, needFloat } from './primitives.js'
import { broadcast, type Shape } from './shape.js'
import type { Tensor } from './tensor.js'

const t = (x: Tensor): Tensor => transpose(x, -2, -1)
const rows = (x: Tensor, start: number, count: number): Tensor => narrowed(x, x.shape.length - 2, start, count)
const sizes = (x: Tensor): [number, number] => x.shape.slice(-2) as [number, number]

/** Throws unless a tensor is a (batch of) float matrix; 16-bit floats are refused, as in PyTorch. */
function needMatrix(operation: string, x: Tensor, square = false): void {
  needTensor(operation, x)
  needFloat(operation, x)
  if (x.dtype === 'float16' || x.dtype === 'bfloat16') {
    throw new TensorError('BAD_DTYPE', `${operation}: needs float32 or float64; this tensor is ${x.dtype}.`, {
      next: 'Convert it first: x.float().',
    })
  }
  const [m, n] = sizes(x)
  if (x.shape.length < 2 || (square && m !== n)) {
    throw new TensorError(
      'BAD_SHAPE',
      `${operation}: needs ${square ? 'square matrices' : 'matrices'} [..., ${square ? 'n, n' : 'm, n'}]; got shape ${shapeText(x.shape)}.`,
      {
        next: square ? 'For a matrix that is not square there are lstsq, pinv and svd.' : 'Give at least two axes.',
      },
    )
  }
}

/**
 * Eigenvalues and eigenvectors of symmetric matrices: A = V diag(w) V^T. A [..., n, n], of which the lower triangle is read,
 * -> { eigenvalues [..., n], rising, eigenvectors [..., n, n] in columns }.
 *
 * The gradient of the eigenvectors needs different eigenvalues (else Inf or NaN), and the sign of each vector is free. Throws
 * BAD_SHAPE, BAD_DTYPE, NOT_CONVERGED.
 *
 * @example
 * linalg.eigh(tensor([[2, 1], [1, 2]])).eigenvalues // tensor([1., 3.])
 * @torch torch.linalg.eigh
 */
export function eigh(a: Tensor): { eigenvalues: Tensor; eigenvectors: Tensor } {
  needMatrix('eigh', a, true)
  const n = a.shape.at(-1) as number
  const packed = apply('eigh', [a], NONE)
  return { eigenvalues: reshaped(rows(packed, 0, 1), a.shape.slice(0, -1)), eigenvectors: rows(packed, 1, n) }
}

/**
 * Singular value decomposition A = U diag(S) V^T, k = min(m, n): A [..., m, n] -> { u [..., m, k], s [..., k] falling,
 * vh [..., k, n] }.
 *
 * The gradient of u and vh needs different singular values; the sign of each pair of vectors is free. Throws BAD_SHAPE,
 * BAD_DTYPE, NOT_CONVERGED.
 *
 * @example
 * linalg.svd(tensor([[3, 0], [0, 4]])).s // tensor([4., 3.])
 * @torch torch.linalg.svd
 * @differs Always the thin form (full_matrices=False).
 */
export function svd(a: Tensor): { u: Tensor; s: Tensor; vh: Tensor } {
  needMatrix('svd', a)
  const [m, n] = sizes(a)
  const packed = apply('svd', [a], NONE)
  const k = Math.min(m, n)
  return {
    u: rows(packed, 0, m),
    s: reshaped(rows(packed, m, 1), [...a.shape.slice(0, -2), k]),
    vh: t(rows(packed, m + 1, n)),
  }
}

/**
 * Singular values, falling: [..., m, n] -> [..., min(m, n)]. Throws as svd.
 *
 * @example
 * linalg.svdvals(tensor([[3, 0], [0, 4]])) // tensor([4., 3.])
 * @torch torch.linalg.svdvals
 */
export function svdvals(a: Tensor): Tensor {
  return svd(a).s
}

/**
 * Thin QR decomposition A = Q R: A [..., m, n] -> { q [..., m, k], r [..., k, n] }, k = min(m, n); the diagonal of R is not negative.
 *
 * Gradients need full column rank (and m >= n). Throws BAD_SHAPE, BAD_DTYPE.
 *
 * @example
 * linalg.qr(tensor([[3, 1], [4, 2]])).r // tensor([[5.0000, 2.2000], [0.0000, 0.4000]])
 * @torch torch.linalg.qr
 * @differs The diagonal of R is never negative; LAPACK's signs are arbitrary.
 */
export function qr(a: Tensor): { q: Tensor; r: Tensor } {
  needMatrix('qr', a)
  const [m, n] = sizes(a)
  if (m >= n) {
    const packed = apply('qr', [a], NONE)
    return { q: rows(packed, 0, m), r: rows(packed, m, n) }
  }
  // A wide matrix: Q of its first columns, and the rest turned by it.
  const { q } = qr(narrowed(a, a.shape.length - 1, 0, m))
  return { q, r: matmul(t(q), a) }
}

/**
 * Lower triangular L with A = L L^T for symmetric positive definite A [..., n, n]; the lower triangle is read.
 *
 * Throws NOT_CONVERGED where A is not positive definite, BAD_SHAPE, BAD_DTYPE.
 *
 * @example
 * linalg.cholesky(tensor([[4, 2], [2, 5]])) // tensor([[2., 0.], [1., 2.]])
 * @torch torch.linalg.cholesky
 */
export function cholesky(a: Tensor): Tensor {
  needMatrix('cholesky', a, true)
  return apply('cholesky', [a], NONE)
}

/**
 * Solves linear equations: X with A X = B, by elimination with row exchanges (LU), which is more exact than inv(A) B.
 *
 * Shapes: A [..., n, n], B [..., n, k] or [n] -> that of B. Leading axes broadcast.
 *
 * Throws NOT_CONVERGED for a singular matrix, SHAPE_MISMATCH, BAD_SHAPE, BAD_DTYPE.
 *
 * @example
 * linalg.solve(tensor([[2, 0], [0, 4]]), tensor([2, 8])) // tensor([1., 2.])
 * @torch torch.linalg.solve
 * @differs tensors of different dtypes meet; PyTorch throws
 */
export function solve(a: Tensor, b: Tensor): Tensor {
  needMatrix('solve', a, true)
  return solved('solve', a, b, (x, y) => apply('solve', [x, y], NONE))
}

export interface SolveTriangularOptions {
  /** Which triangle is read. */
  readonly upper: boolean
}

/**
 * X with T X = B for triangular T [..., n, n]; the other triangle is not read. Throws as solve; a zero on the diagonal gives Inf.
 *
 * @example
 * linalg.solveTriangular(tensor([[2, 0], [1, 1]]), tensor([[4], [5]]), { upper: false }) // tensor([[2.], [3.]])
 * @torch torch.linalg.solve_triangular
 */
export function solveTriangular(a: Tensor, b: Tensor, options: SolveTriangularOptions): Tensor {
  needMatrix('solveTriangular', a, true)
  const { upper } = options ?? {}
  if (typeof upper !== 'boolean') {
    throw new TensorError('BAD_VALUE', 'solveTriangular: which triangle?', {
      next: 'Say { upper: true } or { upper: false }.',
    })
  }
  return solved('solveTriangular', a, b, (x, y) => apply('triangularSolve', [x, y], { upper }))
}

function solved(operation: string, a: Tensor, b: Tensor, run: (a: Tensor, b: Tensor) => Tensor): Tensor {
  const [x, y] = meet(operation, a, b)
  const isVector = y.shape.length === 1
  const right = isVector ? reshaped(y, [...y.shape, 1]) : y
  if (right.shape.at(-2) !== x.shape.at(-1)) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `${operation}: a matrix of ${shapeText(a.shape)} and a right side of ${shapeText(b.shape)} do not fit.`,
      {
        next: 'The right side has as many rows as the matrix.',
      },
    )
  }
  const batch = broadcast(operation, x.shape.slice(0, -2), right.shape.slice(0, -2))
  const out = run(spread(x, batch), spread(right, batch))
  return isVector ? reshaped(out, out.shape.slice(0, -1)) : out
}

/** Repeats matrices over a batch. */
function spread(x: Tensor, batch: Shape): Tensor {
  const shape = [...batch, ...x.shape.slice(-2)]
  return shape.length === x.shape.length && shape.every((n, i) => n === x.shape[i]) ? x : expand(x, shape)
}

/**
 * X that makes the sum of squares of A X - B least: A [..., m, n], B [..., m, k] or [m] -> [..., n, k] or [n].
 *
 * For m >= n by QR, which needs full column rank; for m < n the X of least norm, by the transpose's QR. Throws SHAPE_MISMATCH,
 * BAD_SHAPE, BAD_DTYPE.
 *
 * @example
 * linalg.lstsq(tensor([[1], [1]]), tensor([[1], [3]])) // tensor([[2.]])
 * @torch torch.linalg.lstsq
 * @differs tensors of different dtypes meet; PyTorch throws
 * @differs Returns the solution alone.
 */
export function lstsq(a: Tensor, b: Tensor): Tensor {
  needMatrix('lstsq', a)
  const [x, y] = meet('lstsq', a, b)
  const [m, n] = sizes(x)
  const isVector = y.shape.length === 1
  const right = isVector ? reshaped(y, [...y.shape, 1]) : y
  if (right.shape.at(-2) !== m) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `lstsq: a matrix of ${shapeText(a.shape)} and a right side of ${shapeText(b.shape)} do not fit.`,
      {
        next: 'The right side has as many rows as the matrix.',
      },
    )
  }
  const out = m >= n ? tall(x, right) : wide(x, right)
  return isVector ? reshaped(out, out.shape.slice(0, -1)) : out
}

function tall(a: Tensor, b: Tensor): Tensor {
  const { q, r } = qr(a)
  return solveTriangular(r, matmul(t(q), b), { upper: true })
}

function wide(a: Tensor, b: Tensor): Tensor {
  const { q, r } = qr(t(a))
  return matmul(q, solveTriangular(t(r), b, { upper: false }))
}

/**
 * The inverse of square matrices [..., n, n]. Throws NOT_CONVERGED for a singular one. To solve A X = B, use solve.
 *
 * @example
 * linalg.inv(tensor([[2, 0], [0, 4]])) // tensor([[0.5000, 0.0000], [0.0000, 0.2500]])
 * @torch torch.linalg.inv
 */
export function inv(a: Tensor): Tensor {
  needMatrix('inv', a, true)
  return solve(a, eyeOn(a, a.shape.at(-1) as number))
}

function eyeOn(like: Tensor, n: number): Tensor {
  const { backend } = like.storage
  const ones = compute('full', [], { shape: [n], dtype: like.dtype, value: 1 }, backend)
  return reshaped(compute('asStridedScatter', [ones], { length: n * n, strides: [n + 1], offset: 0 }), [n, n])
}

/**
 * log|det A| and the sign of det A: [..., n, n] -> { sign [...], logabsdet [...] }. A singular matrix has sign 0 and -Inf.
 *
 * @example
 * linalg.slogdet(tensor([[0, 2], [1, 0]])).sign // tensor(-1.)
 * @torch torch.linalg.slogdet
 */
export function slogdet(a: Tensor): { sign: Tensor; logabsdet: Tensor } {
  needMatrix('slogdet', a, true)
  const packed = apply('slogdet', [a], NONE)
  const last = packed.shape.length - 1
  const batch = a.shape.slice(0, -2)
  return {
    logabsdet: reshaped(narrowed(packed, last, 0, 1), batch),
    sign: reshaped(narrowed(packed, last, 1, 1), batch),
  }
}

/**
 * The determinant of square matrices: [..., n, n] -> [...]. Its gradient at a singular matrix is not defined here (NaN).
 *
 * @example
 * linalg.det(tensor([[1, 2], [3, 4]])) // tensor(-2.)
 * @torch torch.linalg.det
 */
export function det(a: Tensor): Tensor {
  const { sign, logabsdet } = slogdet(a)
  return mul(sign, exp(logabsdet))
}

export interface PinvOptions {
  /** Singular values below rtol times the greatest count as 0. Default max(m, n) times the dtype's eps. */
  readonly rtol?: number
}

/**
 * The pseudo-inverse (Moore and Penrose): [..., m, n] -> [..., n, m]. Gradients need different singular values. Throws as svd.
 *
 * @example
 * linalg.pinv(tensor([[2, 0], [0, 4], [0, 0]])) // tensor([[0.5000, 0.0000, 0.0000], [0.0000, 0.2500, 0.0000]])
 * @torch torch.linalg.pinv
 */
export function pinv(a: Tensor, { rtol }: PinvOptions = {}): Tensor {
  const { u, s, vh } = svd(a)
  const kept = significant(a, s, rtol)
  const inverse = where(kept, reciprocal(where(kept, s, 1)), 0)
  return matmul(mul(t(vh), reshaped(inverse, [...s.shape.slice(0, -1), 1, s.shape.at(-1) as number])), t(u))
}

function significant(a: Tensor, s: Tensor, rtol: number | undefined): Tensor {
  const eps = a.dtype === 'float64' ? 2 ** -52 : 2 ** -23
  const limit = rtol ?? Math.max(...sizes(a)) * eps
  return gt(s, mul(amax(s, -1, { keepdim: true }), limit))
}

/**
 * How many singular values count (see pinv): int32 [...].
 *
 * @example
 * linalg.matrixRank(tensor([[1, 2], [2, 4]])) // tensor(1)
 * @torch torch.linalg.matrix_rank
 */
export function matrixRank(a: Tensor, { rtol }: PinvOptions = {}): Tensor {
  const { s } = svd(a)
  return sum(significant(a, s, rtol), -1)
}

/**
 * Condition number: the greatest singular value over the least, how much a relative error may grow in solve.
 *
 * Shape: [..., m, n] -> [...]. Infinity for a singular matrix. Throws as svd.
 *
 * @example
 * linalg.cond(tensor([[1, 0], [0, 4]])) // tensor(4.)
 * @torch torch.linalg.cond
 */
export function cond(a: Tensor): Tensor {
  const { s } = svd(a)
  return div(amax(s, -1), amin(s, -1))
}

export type MatrixNorm = 'fro' | 'nuc' | 1 | 2 | typeof Infinity

/**
 * Norm of matrices [..., m, n] -> [...]: 'fro' (root of the sum of squares, the default), 'nuc' (sum of singular values), 2 (the
 * greatest one), 1 and Infinity (greatest sum of a column, of a row). Throws BAD_VALUE.
 *
 * @example
 * linalg.matrixNorm(tensor([[3, 0], [0, 4]])) // tensor(5.)
 * @torch torch.linalg.matrix_norm
 */
export function matrixNorm(a: Tensor, order: MatrixNorm | number = 'fro'): Tensor {
  needMatrix('matrixNorm', a)
  if (order === 'fro') return sqrt(sum(square(a), [-2, -1]))
  if (order === 'nuc') return sum(svd(a).s, -1)
  if (order === 2) return amax(svd(a).s, -1)
  if (order === 1) return amax(sum(abs(a), -2), -1)
  if (order === Infinity) return amax(sum(abs(a), -1), -1)
  throw new TensorError('BAD_VALUE', `matrixNorm: there is no norm ${String(order)}.`, {
    next: "Choose 'fro', 'nuc', 1, 2 or Infinity.",
  })
}

/**
 * A^n by repeated squaring; negative n by the inverse. [..., n, n] -> the same. Throws BAD_VALUE for what is no whole number.
 *
 * @example
 * linalg.matrixPower(tensor([[1, 1], [0, 1]]), 3) // tensor([[1., 3.], [0., 1.]])
 * @torch torch.linalg.matrix_power
 */
export function matrixPower(a: Tensor, n: number): Tensor {
  needMatrix('matrixPower', a, true)
  if (!Number.isInteger(n))
    throw new TensorError('BAD_VALUE', `matrixPower: ${n} is no whole number.`, { next: 'Give a whole exponent.' })
  if (n < 0) return matrixPower(inv(a), -n)
  let result: Tensor | undefined
  let factor = a
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === undefined ? factor : matmul(result, factor)
    if (rest > 1) factor = matmul(factor, factor)
  }
  return result ?? copied(expand(eyeOn(a, a.shape.at(-1) as number), a.shape))
}
