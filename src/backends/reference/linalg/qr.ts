// Q R by Householder's reflections (Golub & Van Loan, Matrix Computations, 5.2).
import { copyOf, get, identity, type Matrix, matrix, set } from './matrix.js'

/** Thin Q [m, n] and R [n, n] of a matrix [m, n], m >= n; the diagonal of R is not negative. */
export function qr(a: Matrix): { q: Matrix; r: Matrix } {
  const [m, n] = [a.rows, a.columns]
  const work = copyOf(a)
  const mirrors = Array.from({ length: n }, (_, k) => {
    const v = mirror(work, k)
    reflect(work, v, k)
    return v
  })
  const q = identity(m, n)
  for (let k = n - 1; k >= 0; k--) reflect(q, mirrors[k]!, k)
  const r = matrix(n, n)
  for (let i = 0; i < n; i++) {
    const sign = get(work, i, i) < 0 ? -1 : 1
    for (let j = i; j < n; j++) set(r, i, j, sign * get(work, i, j))
    for (let row = 0; row < m; row++) set(q, row, i, sign * get(q, row, i))
  }
  return { q, r }
}

/** The unit vector v for which I - 2 v v^T turns column k below its diagonal to 0. All zeros where nothing needs to turn. */
function mirror(a: Matrix, k: number): Float64Array {
  const v = new Float64Array(a.rows)
  let scale = 0
  for (let i = k; i < a.rows; i++) scale = Math.max(scale, Math.abs(get(a, i, k)))
  if (scale === 0) return v
  // Divided by the greatest first: squares must neither overflow nor vanish.
  for (let i = k; i < a.rows; i++) v[i] = get(a, i, k) / scale
  const length = norm(v)
  // The sign of the greater sum, so that no digits are lost.
  v[k]! += v[k]! < 0 ? -length : length
  const rest = norm(v)
  return v.map(x => x / rest)
}

/** a -= 2 v (v^T a) */
function reflect(a: Matrix, v: Float64Array, k: number): void {
  for (let j = 0; j < a.columns; j++) {
    let along = 0
    for (let i = k; i < a.rows; i++) along += v[i]! * get(a, i, j)
    for (let i = k; i < a.rows; i++) set(a, i, j, get(a, i, j) - 2 * along * v[i]!)
  }
}

function norm(v: Float64Array): number {
  let sum = 0
  for (const x of v) sum += x * x
  return Math.sqrt(sum)
}
