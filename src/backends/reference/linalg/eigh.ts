// Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations (Golub & Van Loan, Matrix Computations, 8.5).
import { get, identity, jacobiAngle, type Matrix, matrix, rotateColumns, scaleOf, set, untilStill } from './matrix.js'

/** Eigenvalues, rising, and the eigenvectors in columns. Only the lower triangle is read. */
export function eigh(lower: Matrix, where: string): { values: Float64Array; vectors: Matrix } {
  const n = lower.rows
  const a = matrix(n, n)
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) set(a, i, j, get(lower, Math.max(i, j), Math.min(i, j)))
  const scale = scaleOf('eigh', a, where)
  for (let i = 0; i < a.at.length; i++) a.at[i]! /= scale
  const v = identity(n)
  // The numbers are at most 1 in size, and so is the rounding error of each rotation about 2^-53.
  untilStill('eigh', where, () => sweep(a, v, n * 2 ** -56))

  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => get(a, i, i) - get(a, j, j))
  const vectors = matrix(n, n)
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) set(vectors, i, to, get(v, i, from))
  })
  return { values: Float64Array.from(order, i => get(a, i, i) * scale), vectors }
}

/** Rotates each element off the diagonal that is greater than `small` to 0 once; false where there was none. */
function sweep(a: Matrix, v: Matrix, small: number): boolean {
  let rotated = false
  for (let p = 0; p < a.rows; p++) {
    for (let q = p + 1; q < a.rows; q++) {
      if (Math.abs(get(a, p, q)) <= small) continue
      rotated = true
      const [c, s] = jacobiAngle(get(a, p, p), get(a, q, q), get(a, p, q))
      rotateColumns(a, p, q, c, s)
      rotateRows(a, p, q, c, s)
      rotateColumns(v, p, q, c, s)
      set(a, p, q, 0)
      set(a, q, p, 0)
    }
  }
  return rotated
}

function rotateRows(m: Matrix, i: number, j: number, c: number, s: number): void {
  for (let k = 0; k < m.columns; k++) {
    const [x, y] = [get(m, i, k), get(m, j, k)]
    set(m, i, k, c * x - s * y)
    set(m, j, k, s * x + c * y)
  }
}
