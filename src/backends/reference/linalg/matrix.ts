// A matrix by rows, and the few things that all factorisations need.
import { TensorError } from '../../../tensor/errors.js'

export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly at: Float64Array
}

export function matrix(rows: number, columns: number, at = new Float64Array(rows * columns)): Matrix {
  return { rows, columns, at }
}

export function copyOf({ rows, columns, at }: Matrix): Matrix {
  return { rows, columns, at: at.slice() }
}

export function get({ at, columns }: Matrix, i: number, j: number): number {
  return at[i * columns + j]!
}

export function set({ at, columns }: Matrix, i: number, j: number, value: number): void {
  at[i * columns + j] = value
}

/** Ones on the diagonal. */
export function identity(rows: number, columns = rows): Matrix {
  const out = matrix(rows, columns)
  for (let i = 0; i < Math.min(rows, columns); i++) set(out, i, i, 1)
  return out
}

export function transposed(m: Matrix): Matrix {
  const out = matrix(m.columns, m.rows)
  for (let i = 0; i < m.rows; i++) for (let j = 0; j < m.columns; j++) set(out, j, i, get(m, i, j))
  return out
}

/** The largest magnitude; factorisations that square their numbers divide by it first. Throws where a number is not finite. */
export function scaleOf(operation: string, { at }: Matrix, where: string): number {
  let scale = 0
  for (let i = 0; i < at.length; i++) {
    if (!Number.isFinite(at[i])) {
      throw new TensorError('NOT_CONVERGED', `${operation}${where}: the matrix holds NaN or Inf.`, {
        next: 'Look for where they come from: detectAnomaly(() => ...).',
      })
    }
    scale = Math.max(scale, Math.abs(at[i]!))
  }
  return scale === 0 ? 1 : scale
}

/** The columns i and j turned by an angle with cosine c and sine s. */
export function rotateColumns(m: Matrix, i: number, j: number, c: number, s: number): void {
  for (let k = 0; k < m.rows; k++) {
    const [x, y] = [get(m, k, i), get(m, k, j)]
    set(m, k, i, c * x - s * y)
    set(m, k, j, s * x + c * y)
  }
}

/** Cosine and sine of the rotation that makes the symmetric [[p, r], [r, q]] diagonal (Golub & Van Loan, 8.5.2). */
export function jacobiAngle(p: number, q: number, r: number): [number, number] {
  const theta = (q - p) / (2 * r)
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1))
  const c = 1 / Math.hypot(t, 1)
  return [c, t * c]
}

/** Jacobi's methods converge in ten sweeps or so. */
const SWEEPS = 60

/** Repeats `sweep` until it has found nothing to rotate. */
export function untilStill(operation: string, where: string, sweep: () => boolean): void {
  for (let i = 0; i < SWEEPS; i++) if (!sweep()) return
  throw new TensorError('NOT_CONVERGED', `${operation}${where}: no convergence in ${SWEEPS} sweeps.`, {
    next: 'Scale the matrix, or look at its entries: x.abs().max().',
  })
}
