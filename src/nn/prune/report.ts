// How much of a model is zero.
import type { Module } from '../module.js'
import { namedWeights, valueAt } from './mask.js'

/** One weight of a model. */
export interface SparsityRow {
  /** Its path. */
  readonly name: string
  /** How many numbers it has. */
  readonly size: number
  /** How many of them are exactly 0. */
  readonly pruned: number
  /** The share of those. */
  readonly sparsity: number
}

/**
 * How many numbers of each weight of a model are exactly 0, and of all together, as `nn.prune.sparsity(model)` finds them; printed as a table.
 *
 * @example
 * nn.prune.sparsity(nn.prune.l1Unstructured(new nn.Linear(10, 2), 'weight', 0.5)).rows[0].pruned // 10
 * @torch none
 */
export class SparsityReport {
  readonly rows: readonly SparsityRow[]
  readonly size: number
  readonly pruned: number
  readonly sparsity: number

  constructor(rows: readonly SparsityRow[]) {
    this.rows = rows
    this.size = rows.reduce((total, row) => total + row.size, 0)
    this.pruned = rows.reduce((total, row) => total + row.pruned, 0)
    this.sparsity = shareOf(this.pruned, this.size)
  }

  /** The table as text. */
  toString(): string {
    const total = { name: 'all', size: this.size, pruned: this.pruned, sparsity: this.sparsity }
    const width = Math.max(...[...this.rows, total].map(({ name }) => name.length))
    return [...this.rows, total]
      .map(
        ({ name, size, pruned, sparsity }) =>
          `${name.padEnd(width)}  ${(100 * sparsity).toFixed(1)}% (${pruned} of ${size})`,
      )
      .join('\n')
  }
}

Object.defineProperty(SparsityReport.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: SparsityReport): string {
    return this.toString()
  },
})

/**
 * Counts the zeros in the weights of a model (see weightsOf), pruned or not.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(4, 10), new nn.Linear(10, 1))
 * nn.prune.sparsity(nn.prune.globalUnstructured(model, 10)) // for example
 * // 0.weight  20.0% (8 of 40)
 * // 1.weight  20.0% (2 of 10)
 * // all       20.0% (10 of 50)
 * @torch none
 */
export function sparsity(model: Module): SparsityReport {
  return new SparsityReport(
    namedWeights(model).map(({ path, place }) => {
      const { size } = valueAt(place)
      const pruned = valueAt(place).detach().eq(0).sum().item()
      return { name: path, size, pruned, sparsity: shareOf(pruned, size) }
    }),
  )
}

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
