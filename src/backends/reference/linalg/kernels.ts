// The factorisations as kernels: over batches, their results packed one below the other.
import type { Kernels, Operand } from '../../../tensor/backend.js'
import { sizeOf } from '../../../tensor/shape.js'
import type { Memory } from '../memory.js'
import { cholesky } from './cholesky.js'
import { eigh } from './eigh.js'
import { slogdet, solve, triangularSolve } from './lu.js'
import { type Matrix, matrix } from './matrix.js'
import { qr } from './qr.js'
import { svd } from './svd.js'

type Names = 'cholesky' | 'triangularSolve' | 'solve' | 'slogdet' | 'eigh' | 'svd' | 'qr'
/** From one matrix of each operand to the parts of one result; `where` is for messages. */
type OfMatrices = (matrices: readonly Matrix[], where: string) => readonly ArrayLike<number>[]

export function smallMatrices(memory: Memory): Pick<Kernels, Names> {
  const batched = (inputs: readonly Operand[], out: Operand, batch: readonly number[], compute: OfMatrices): void => {
    const operands = inputs.map(x => {
      const [rows, columns] = x.shape.slice(-2) as [number, number]
      return { rows, columns, numbers: memory.load(x, [...batch, rows, columns]) }
    })
    const count = sizeOf(batch)
    const results = new Float64Array(sizeOf(out.shape))
    let end = 0
    for (let b = 0; b < count; b++) {
      const matrices = operands.map(({ rows, columns, numbers }) =>
        matrix(rows, columns, numbers.slice(b * rows * columns, (b + 1) * rows * columns)),
      )
      for (const part of compute(matrices, count > 1 ? ` (batch element ${b})` : '')) {
        results.set(part, end)
        end += part.length
      }
    }
    memory.store(out, results)
  }
  const kernel =
    (compute: OfMatrices) =>
    (inputs: readonly Operand[], out: Operand): void =>
      batched(inputs, out, out.shape.slice(0, -2), compute)
  return {
    cholesky: kernel(([a], where) => [cholesky(a!, where).at]),
    triangularSolve: (inputs, out, { upper }) => kernel(([t, b]) => [triangularSolve(t!, b!, upper).at])(inputs, out),
    solve: kernel(([a, b], where) => [solve(a!, b!, where).at]),
    slogdet: (inputs, out) => batched(inputs, out, out.shape.slice(0, -1), ([a]) => [slogdet(a!)]),
    eigh: kernel(([a], where) => {
      const { values, vectors } = eigh(a!, where)
      return [values, vectors.at]
    }),
    svd: kernel(([a], where) => {
      const { u, s, v } = svd(a!, where)
      return [u.at, s, v.at]
    }),
    qr: kernel(([a]) => {
      const { q, r } = qr(a!)
      return [q.at, r.at]
    }),
  }
}
