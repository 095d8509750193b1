// Cholesky's factorisation, row by row.
import { TensorError } from '../../../tensor/errors.js'
import { get, type Matrix, matrix, set } from './matrix.js'

/** Lower L with A = L L^T; only the lower triangle of A is read. */
export function cholesky(a: Matrix, where: string): Matrix {
  const l = matrix(a.rows, a.rows)
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = get(a, i, j)
      for (let k = 0; k < j; k++) rest -= get(l, i, k) * get(l, j, k)
      if (i !== j) set(l, i, j, rest / get(l, j, j))
      else if (rest > 0) set(l, i, i, Math.sqrt(rest))
      else throw notPositive(i + 1, where)
    }
  }
  return l
}

function notPositive(order: number, where: string): TensorError {
  return new TensorError(
    'NOT_CONVERGED',
    `cholesky${where}: the matrix is not positive definite: its leading minor of order ${order} is not positive.`,
    { next: 'Check that it is symmetric, or add a small multiple of the identity.' },
  )
}
