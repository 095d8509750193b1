// The singular value decomposition by one-sided Jacobi rotations (M. Hestenes, 1958): columns are turned against each other
// until they are orthogonal; their lengths are the singular values.
import {
  get,
  identity,
  jacobiAngle,
  type Matrix,
  matrix,
  rotateColumns,
  scaleOf,
  set,
  transposed,
  untilStill,
} from './matrix.js'

export interface Svd {
  readonly u: Matrix
  /** Falling. */
  readonly s: Float64Array
  readonly v: Matrix
}

/** A = U diag(s) V^T with U [m, k], V [n, k], k = min(m, n); both have orthonormal columns, whatever the rank. */
export function svd(a: Matrix, where: string): Svd {
  if (a.rows < a.columns) {
    const { u, s, v } = svd(transposed(a), where)
    return { u: v, s, v: u }
  }
  const [m, n] = [a.rows, a.columns]
  const scale = scaleOf('svd', a, where)
  const work = matrix(
    m,
    n,
    a.at.map(x => x / scale),
  )
  const turned = identity(n)
  // The rounding error of a product of two columns of length m is below m 2^-53 of their norms.
  untilStill('svd', where, () => sweep(work, turned, Math.max(m, 8) * 2 ** -53))

  const norms = Float64Array.from({ length: n }, (_, j) => norm(work, j))
  const order = Array.from({ length: n }, (_, j) => j).sort((i, j) => norms[j]! - norms[i]!)
  const [u, v] = [matrix(m, n), matrix(n, n)]
  order.forEach((from, to) => {
    for (let i = 0; i < m && norms[from]! > 0; i++) set(u, i, to, get(work, i, from) / norms[from]!)
    for (let i = 0; i < n; i++) set(v, i, to, get(turned, i, from))
    if (norms[from] === 0) complete(u, to)
  })
  return { u, s: Float64Array.from(order, j => norms[j]! * scale), v }
}

/** Turns each pair of columns that are not orthogonal once; false where there was none. */
function sweep(a: Matrix, v: Matrix, small: number): boolean {
  let rotated = false
  for (let p = 0; p < a.columns; p++) {
    for (let q = p + 1; q < a.columns; q++) {
      const [normP, normQ] = [norm(a, p), norm(a, q)]
      const product = dot(a, p, q)
      if (Math.abs(product) <= small * normP * normQ) continue
      rotated = true
      // What is left of a column that depends on the others would be rotated again and again, each time to less.
      if (Math.min(normP, normQ) < NOTHING * Math.max(normP, normQ)) {
        clear(a, normP < normQ ? p : q)
        continue
      }
      const [c, s] = jacobiAngle(normP ** 2, normQ ** 2, product)
      rotateColumns(a, p, q, c, s)
      rotateColumns(v, p, q, c, s)
    }
  }
  return rotated
}

/** Far below the rounding error of the longer column. */
const NOTHING = 2 ** -120

function clear(m: Matrix, j: number): void {
  for (let i = 0; i < m.rows; i++) set(m, i, j, 0)
}

function dot(m: Matrix, p: number, q: number): number {
  let sum = 0
  for (let i = 0; i < m.rows; i++) sum += get(m, i, p) * get(m, i, q)
  return sum
}

function norm(m: Matrix, j: number): number {
  return Math.sqrt(dot(m, j, j))
}

/** Makes column j a unit vector orthogonal to the columns before it: the best of the axes, less what lies along them. */
function complete(u: Matrix, j: number): void {
  for (let turn = 0; turn < u.rows; turn++) {
    const axis = (j + turn) % u.rows
    for (let i = 0; i < u.rows; i++) set(u, i, j, Number(i === axis))
    // Twice is enough (Kahan and Parlett).
    for (let pass = 0; pass < 2; pass++) for (let k = 0; k < j; k++) removePart(u, j, k)
    const length = norm(u, j)
    if (length < 0.5 / Math.sqrt(u.rows)) continue
    for (let i = 0; i < u.rows; i++) set(u, i, j, get(u, i, j) / length)
    return
  }
}

function removePart(u: Matrix, j: number, k: number): void {
  const along = dot(u, j, k)
  for (let i = 0; i < u.rows; i++) set(u, i, j, get(u, i, j) - along * get(u, i, k))
}
