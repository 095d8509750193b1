// Small matrices, each computed in float64 on row-major arrays, batch by batch.
import type { Kernel, Kernels, Operand } from '../../tensor/backend.js'
import { TensorError } from '../../tensor/errors.js'
import type { KernelName } from '../../tensor/primitives.js'
import { sizeOf } from '../../tensor/shape.js'
import type { Access } from './access.js'

/** A matrix by rows. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly at: Float64Array
}

export function matrix(rows: number, columns: number, at = new Float64Array(rows * columns)): Matrix {
  return { rows, columns, at }
}

const get = ({ at, columns }: Matrix, i: number, j: number): number => at[i * columns + j] as number
const set = ({ at, columns }: Matrix, i: number, j: number, value: number): void => {
  at[i * columns + j] = value
}

function identity(n: number): Matrix {
  const out = matrix(n, n)
  for (let i = 0; i < n; i++) set(out, i, i, 1)
  return out
}

function transposed(m: Matrix): Matrix {
  const out = matrix(m.columns, m.rows)
  for (let i = 0; i < m.rows; i++) for (let j = 0; j < m.columns; j++) set(out, j, i, get(m, i, j))
  return out
}

/** Where a batch is told in a message. */
const inBatch = (batch: number, count: number): string => (count > 1 ? ` (matrix ${batch} of ${count})` : '')

/** Lower L with A = L L^T (Cholesky and Banachiewicz, row by row); only the lower triangle of A is read. */
export function cholesky(a: Matrix, where = ''): Matrix {
  const n = a.rows
  const l = matrix(n, n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = get(a, i, j)
      for (let k = 0; k < j; k++) sum -= get(l, i, k) * get(l, j, k)
      if (i !== j) set(l, i, j, sum / get(l, j, j))
      else if (sum > 0) set(l, i, i, Math.sqrt(sum))
      else {
        throw new TensorError(
          'NOT_CONVERGED',
          `cholesky${where}: the matrix is not positive definite: its leading minor of order ${i + 1} is not positive.`,
          {
            next: 'Check that it is symmetric, or add a small multiple of the identity.',
          },
        )
      }
    }
  }
  return l
}

export function triangularSolve(t: Matrix, b: Matrix, upper: boolean): Matrix {
  const x = matrix(b.rows, b.columns, b.at.slice())
  for (let step = 0; step < t.rows; step++) {
    const i = upper ? t.rows - 1 - step : step
    for (let j = 0; j < b.columns; j++) {
      let sum = get(x, i, j)
      for (let k = upper ? i + 1 : 0; k < (upper ? t.rows : i); k++) sum -= get(t, i, k) * get(x, k, j)
      set(x, i, j, sum / get(t, i, i))
    }
  }
  return x
}

interface Lu {
  /** L below the diagonal (ones on it), U on and above it. */
  readonly lu: Matrix
  /** Row of A that stands in each row of L U. */
  readonly order: readonly number[]
  /** Sign of that permutation. */
  readonly sign: number
}

/** P A = L U with partial pivoting. */
export function luFactor(a: Matrix): Lu {
  const n = a.rows
  const lu = matrix(n, n, a.at.slice())
  const order = Array.from({ length: n }, (_, i) => i)
  let sign = 1
  for (let k = 0; k < n; k++) {
    let pivot = k
    for (let i = k + 1; i < n; i++) if (Math.abs(get(lu, i, k)) > Math.abs(get(lu, pivot, k))) pivot = i
    if (pivot !== k) {
      swapRows(lu, k, pivot)
      const [p, q] = [order[k] as number, order[pivot] as number]
      order[k] = q
      order[pivot] = p
      sign = -sign
    }
    if (get(lu, k, k) === 0) continue
    for (let i = k + 1; i < n; i++) {
      const factor = get(lu, i, k) / get(lu, k, k)
      set(lu, i, k, factor)
      for (let j = k + 1; j < n; j++) set(lu, i, j, get(lu, i, j) - factor * get(lu, k, j))
    }
  }
  return { lu, order, sign }
}

function swapRows(m: Matrix, i: number, k: number): void {
  for (let j = 0; j < m.columns; j++) {
    const kept = get(m, i, j)
    set(m, i, j, get(m, k, j))
    set(m, k, j, kept)
  }
}

export function solve(a: Matrix, b: Matrix, where = ''): Matrix {
  const { lu, order } = luFactor(a)
  for (let i = 0; i < a.rows; i++) {
    if (get(lu, i, i) !== 0) continue
    throw new TensorError('NOT_CONVERGED', `solve${where}: the matrix is singular (pivot ${i + 1} is 0).`, {
      next: 'Use lstsq or pinv for a matrix without full rank, or add a small multiple of the identity.',
    })
  }
  const x = matrix(b.rows, b.columns)
  order.forEach((row, i) => {
    for (let j = 0; j < b.columns; j++) set(x, i, j, get(b, row, j))
  })
  for (let i = 0; i < x.rows; i++) {
    for (let k = 0; k < i; k++)
      for (let j = 0; j < x.columns; j++) set(x, i, j, get(x, i, j) - get(lu, i, k) * get(x, k, j))
  }
  return triangularSolve(lu, x, true)
}

/** log|det A| and its sign; -Infinity and 0 for a singular matrix. */
export function slogdet(a: Matrix): [number, number] {
  const { lu, sign } = luFactor(a)
  let [log, s] = [0, sign]
  for (let i = 0; i < a.rows; i++) {
    log += Math.log(Math.abs(get(lu, i, i)))
    s *= Math.sign(get(lu, i, i))
  }
  return [log, s]
}

const SWEEPS = 60

function notFinite(name: string, where: string): TensorError {
  return new TensorError('NOT_CONVERGED', `${name}${where}: the matrix holds NaN or Inf.`, {
    next: 'Look where they came from: detectAnomaly(() => ...).',
  })
}

/** Eigenvalues, rising, and eigenvectors in columns, by Jacobi's rotations (Golub & Van Loan, 8.5). */
export function eigh(lower: Matrix, where = ''): { values: Float64Array; vectors: Matrix } {
  const n = lower.rows
  const a = matrix(n, n)
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) set(a, i, j, get(lower, Math.max(i, j), Math.min(i, j)))
  if (!a.at.every(Number.isFinite)) throw notFinite('eigh', where)
  const v = identity(n)
  for (let sweep = 0; sweep < SWEEPS && jacobiSweep(a, v); sweep++);
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => get(a, i, i) - get(a, j, j))
  const vectors = matrix(n, n)
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) set(vectors, i, to, get(v, i, from))
  })
  return { values: Float64Array.from(order, i => get(a, i, i)), vectors }
}

/** Rotates every element off the diagonal to 0 once; false where all were small already. */
function jacobiSweep(a: Matrix, v: Matrix): boolean {
  let rotated = false
  for (let p = 0; p < a.rows; p++) {
    for (let q = p + 1; q < a.rows; q++) {
      const apq = get(a, p, q)
      if (Math.abs(apq) <= 1e-17 * Math.sqrt(Math.abs(get(a, p, p) * get(a, q, q))) || Math.abs(apq) < 1e-300) continue
      rotated = true
      const theta = (get(a, q, q) - get(a, p, p)) / (2 * apq)
      const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1))
      const c = 1 / Math.hypot(t, 1)
      rotate(a, v, p, q, c, t * c)
      set(a, p, q, 0)
      set(a, q, p, 0)
    }
  }
  return rotated
}

function rotate(a: Matrix, v: Matrix, p: number, q: number, c: number, s: number): void {
  for (let k = 0; k < a.rows; k++) mix(a.at, k * a.columns + p, k * a.columns + q, c, s)
  for (let k = 0; k < a.rows; k++) mix(a.at, p * a.columns + k, q * a.columns + k, c, s)
  for (let k = 0; k < a.rows; k++) mix(v.at, k * v.columns + p, k * v.columns + q, c, s)
}

function mix(at: Float64Array, i: number, j: number, c: number, s: number): void {
  const [x, y] = [at[i] as number, at[j] as number]
  at[i] = c * x - s * y
  at[j] = s * x + c * y
}

/** A = U diag(s) V^T with k = min(m, n), s falling: one-sided Jacobi (Hestenes 1958). */
export function svd(a: Matrix, where = ''): { u: Matrix; s: Float64Array; v: Matrix } {
  if (!a.at.every(Number.isFinite)) throw notFinite('svd', where)
  if (a.rows < a.columns) {
    const { u, s, v } = svd(transposed(a), where)
    return { u: v, s, v: u }
  }
  const n = a.columns
  const work = matrix(a.rows, n, a.at.slice())
  const v = identity(n)
  for (let sweep = 0; sweep < SWEEPS && hestenesSweep(work, v); sweep++);
  const norms = Float64Array.from({ length: n }, (_, j) => columnNorm(work, j))
  const order = Array.from({ length: n }, (_, j) => j).sort((i, j) => (norms[j] as number) - (norms[i] as number))
  const [u, sorted] = [matrix(a.rows, n), matrix(n, n)]
  const s = Float64Array.from(order, j => norms[j] as number)
  order.forEach((from, to) => {
    const norm = norms[from] as number
    for (let i = 0; i < a.rows; i++) set(u, i, to, norm === 0 ? 0 : get(work, i, from) / norm)
    for (let i = 0; i < n; i++) set(sorted, i, to, get(v, i, from))
  })
  const tiny = (s[0] ?? 0) * 1e-300
  completeBasis(u, s, tiny)
  return { u, s, v: sorted }
}

function columnNorm(m: Matrix, j: number): number {
  let [scale, sum] = [0, 1]
  for (let i = 0; i < m.rows; i++) {
    const x = Math.abs(get(m, i, j))
    if (x === 0) continue
    if (scale < x) {
      sum = 1 + sum * (scale / x) ** 2
      scale = x
    } else sum += (x / scale) ** 2
  }
  return scale * Math.sqrt(sum)
}

function hestenesSweep(a: Matrix, v: Matrix): boolean {
  let rotated = false
  for (let p = 0; p < a.columns; p++) {
    for (let q = p + 1; q < a.columns; q++) {
      let [pp, qq, pq] = [0, 0, 0]
      for (let i = 0; i < a.rows; i++) {
        const [x, y] = [get(a, i, p), get(a, i, q)]
        pp += x * x
        qq += y * y
        pq += x * y
      }
      if (Math.abs(pq) <= 1e-16 * Math.sqrt(pp * qq) || pq === 0) continue
      rotated = true
      const theta = (qq - pp) / (2 * pq)
      const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1))
      const c = 1 / Math.hypot(t, 1)
      for (let i = 0; i < a.rows; i++) mix(a.at, i * a.columns + p, i * a.columns + q, c, t * c)
      for (let i = 0; i < v.rows; i++) mix(v.at, i * v.columns + p, i * v.columns + q, c, t * c)
    }
  }
  return rotated
}

/** Columns of zeros (singular value 0) become unit vectors orthogonal to the others, by Gram and Schmidt. */
function completeBasis(u: Matrix, s: Float64Array, tiny: number): void {
  for (let j = 0; j < u.columns; j++) {
    if ((s[j] as number) > tiny) continue
    for (let axis = 0; axis < u.rows; axis++) {
      for (let i = 0; i < u.rows; i++) set(u, i, j, Number(i === axis))
      for (let pass = 0; pass < 2; pass++) for (let k = 0; k < j; k++) removePart(u, j, k)
      const norm = columnNorm(u, j)
      if (norm < 0.5 / Math.sqrt(u.rows)) continue
      for (let i = 0; i < u.rows; i++) set(u, i, j, get(u, i, j) / norm)
      break
    }
  }
}

function removePart(u: Matrix, j: number, k: number): void {
  let dot = 0
  for (let i = 0; i < u.rows; i++) dot += get(u, i, j) * get(u, i, k)
  for (let i = 0; i < u.rows; i++) set(u, i, j, get(u, i, j) - dot * get(u, i, k))
}

/** Thin Q R of an m x n matrix, m >= n, by Householder's reflections; the diagonal of R is not negative. */
export function qr(a: Matrix): { q: Matrix; r: Matrix } {
  const [m, n] = [a.rows, a.columns]
  const work = matrix(m, n, a.at.slice())
  const full = identity(m)
  for (let k = 0; k < n; k++) reflect(work, full, k)
  const [q, r] = [matrix(m, n), matrix(n, n)]
  for (let j = 0; j < n; j++) {
    const sign = get(work, j, j) < 0 ? -1 : 1
    for (let i = 0; i < m; i++) set(q, i, j, sign * get(full, i, j))
    for (let i = j; i < n; i++) set(r, j, i, sign * get(work, j, i))
  }
  return { q, r }
}

/** Turns column k below the diagonal to 0, and multiplies the reflection into Q. */
function reflect(a: Matrix, q: Matrix, k: number): void {
  const m = a.rows
  const v = new Float64Array(m)
  for (let i = k; i < m; i++) v[i] = get(a, i, k)
  const norm = Math.hypot(...v)
  if (norm === 0) return
  v[k] = (v[k] as number) + ((v[k] as number) < 0 ? -norm : norm)
  let square = 0
  for (const x of v) square += x * x
  for (let j = k; j < a.columns; j++) {
    let dot = 0
    for (let i = k; i < m; i++) dot += (v[i] as number) * get(a, i, j)
    for (let i = k; i < m; i++) set(a, i, j, get(a, i, j) - ((2 * dot) / square) * (v[i] as number))
  }
  for (let i = 0; i < m; i++) {
    let dot = 0
    for (let j = k; j < m; j++) dot += get(q, i, j) * (v[j] as number)
    for (let j = k; j < m; j++) set(q, i, j, get(q, i, j) - ((2 * dot) / square) * (v[j] as number))
  }
}

type Names = Extract<KernelName, 'cholesky' | 'triangularSolve' | 'solve' | 'slogdet' | 'eigh' | 'svd' | 'qr'>

export function linalgKernels({ load, save }: Access): Pick<Kernels, Names> {
  /** Runs `f` on each matrix (of each operand) of a batch, and joins what it returns. */
  const batched = (
    inputs: readonly Operand[],
    out: Operand,
    f: (matrices: Matrix[], where: string) => readonly Float64Array[],
  ): void => {
    const batch = out.shape.slice(0, -2)
    const count = sizeOf(batch)
    const operands = inputs.map(x => {
      const [rows, columns] = x.shape.slice(-2) as [number, number]
      return { rows, columns, values: load(x, [...batch, rows, columns]) }
    })
    const all = new Float64Array(sizeOf(out.shape))
    let end = 0
    for (let b = 0; b < count; b++) {
      const matrices = operands.map(({ rows, columns, values }) =>
        matrix(rows, columns, values.slice(b * rows * columns, (b + 1) * rows * columns)),
      )
      for (const part of f(matrices, inBatch(b, count))) {
        all.set(part, end)
        end += part.length
      }
    }
    save(out, all)
  }
  const kernel =
    <P extends Names>(f: (matrices: Matrix[], where: string) => readonly Float64Array[]): Kernel<P> =>
    (inputs, out) =>
      batched(inputs, out, f)
  return {
    cholesky: kernel(([a], where) => [cholesky(a as Matrix, where).at]),
    triangularSolve: (inputs, out, { upper }) =>
      batched(inputs, out, ([t, b]) => [triangularSolve(t as Matrix, b as Matrix, upper).at]),
    solve: kernel(([a, b], where) => [solve(a as Matrix, b as Matrix, where).at]),
    slogdet: ([a], out) => {
      // The result has no matrices: an axis of size 1 stands in for the rows.
      const asMatrix = { ...out, shape: [...out.shape.slice(0, -1), 1, 2], layout: undefined }
      batched([a as Operand], asMatrix, ([x]) => [Float64Array.of(...slogdet(x as Matrix))])
    },
    eigh: kernel(([a], where) => {
      const { values, vectors } = eigh(a as Matrix, where)
      return [values, vectors.at]
    }),
    svd: kernel(([a], where) => {
      const { u, s, v } = svd(a as Matrix, where)
      return [u.at, s, v.at]
    }),
    qr: kernel(([a]) => {
      const { q, r } = qr(a as Matrix)
      return [q.at, r.at]
    }),
  }
}
