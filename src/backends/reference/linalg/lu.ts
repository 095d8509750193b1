// P A = L U with partial pivoting, and what comes from it: solve and slogdet. Triangular systems, too.
import { TensorError } from '../../../tensor/errors.js'
import { copyOf, get, type Matrix, matrix, set } from './matrix.js'

interface Factors {
  /** L below the diagonal (with ones on it), U on and above it. */
  readonly lu: Matrix
  /** Which row of A stands in each row of L U. */
  readonly order: readonly number[]
  /** Sign of that permutation. */
  readonly sign: number
}

function factor(a: Matrix): Factors {
  const n = a.rows
  const lu = copyOf(a)
  const order = Array.from({ length: n }, (_, i) => i)
  let sign = 1
  for (let k = 0; k < n; k++) {
    let pivot = k
    for (let i = k + 1; i < n; i++) if (Math.abs(get(lu, i, k)) > Math.abs(get(lu, pivot, k))) pivot = i
    if (pivot !== k) {
      swapRows(lu, k, pivot)
      const row = order[k]!
      order[k] = order[pivot]!
      order[pivot] = row
      sign = -sign
    }
    if (get(lu, k, k) !== 0) eliminate(lu, k)
  }
  return { lu, order, sign }
}

function eliminate(lu: Matrix, k: number): void {
  for (let i = k + 1; i < lu.rows; i++) {
    const part = get(lu, i, k) / get(lu, k, k)
    set(lu, i, k, part)
    for (let j = k + 1; j < lu.rows; j++) set(lu, i, j, get(lu, i, j) - part * get(lu, k, j))
  }
}

function swapRows(m: Matrix, i: number, k: number): void {
  for (let j = 0; j < m.columns; j++) {
    const kept = get(m, i, j)
    set(m, i, j, get(m, k, j))
    set(m, k, j, kept)
  }
}

/** T^-1 B for a triangular T, whose other triangle is not read. `unit`: the diagonal counts as ones. */
export function triangularSolve(t: Matrix, b: Matrix, upper: boolean, unit = false): Matrix {
  const x = copyOf(b)
  for (let step = 0; step < t.rows; step++) {
    const i = upper ? t.rows - 1 - step : step
    const [first, end] = upper ? [i + 1, t.rows] : [0, i]
    for (let j = 0; j < b.columns; j++) {
      let rest = get(x, i, j)
      for (let k = first; k < end; k++) rest -= get(t, i, k) * get(x, k, j)
      set(x, i, j, unit ? rest : rest / get(t, i, i))
    }
  }
  return x
}

/** A^-1 B */
export function solve(a: Matrix, b: Matrix, where: string): Matrix {
  const { lu, order } = factor(a)
  for (let i = 0; i < a.rows; i++) if (get(lu, i, i) === 0) throw singular(i + 1, where)
  const permuted = matrix(b.rows, b.columns)
  order.forEach((row, i) => {
    for (let j = 0; j < b.columns; j++) set(permuted, i, j, get(b, row, j))
  })
  return triangularSolve(lu, triangularSolve(lu, permuted, false, true), true)
}

function singular(pivot: number, where: string): TensorError {
  return new TensorError('NOT_CONVERGED', `solve${where}: the matrix is singular: pivot ${pivot} is 0.`, {
    next: 'Use lstsq for a matrix without full rank, or add a small multiple of the identity.',
  })
}

/** log|det A| and the sign of det A; -Infinity and 0 for a singular matrix. */
export function slogdet(a: Matrix): [number, number] {
  const { lu, sign } = factor(a)
  let [log, result] = [0, sign]
  for (let i = 0; i < a.rows; i++) {
    const pivot = get(lu, i, i)
    if (pivot === 0) return [-Infinity, 0]
    log += Math.log(Math.abs(pivot))
    result *= Math.sign(pivot)
  }
  return [log, result]
}
