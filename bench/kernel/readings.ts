// All readings of a run, by kernel and figure, and what they come to.
import type { FigureName } from './figures.js'
import { median } from './statistics.js'

/** A value, or in words what the kernel did not do. */
export type Reading = number | string

export type Summary =
  | { readonly best: number; readonly median: number; readonly failed: undefined }
  | { readonly best: undefined; readonly median: undefined; readonly failed: string }

export class Readings {
  readonly #of = new Map<string, Reading[]>()

  add(contender: string, figure: FigureName, reading: Reading): void {
    const key = `${contender} ${figure}`
    this.#of.set(key, [...(this.#of.get(key) ?? []), reading])
  }

  /** A kernel that fails a figure in any round has failed it: a figure of its lucky rounds would mislead. */
  summary(contender: string, figure: FigureName): Summary {
    const readings = this.#of.get(`${contender} ${figure}`) ?? []
    const values = readings.filter(reading => typeof reading === 'number')
    const failures = readings.filter(reading => typeof reading === 'string')
    const [first] = failures
    if (first === undefined && values.length > 0) {
      return { best: Math.min(...values), median: median(values), failed: undefined }
    }
    const often = failures.length < readings.length ? ` (${failures.length} of ${readings.length} rounds)` : ''
    return { best: undefined, median: undefined, failed: `${first ?? 'not measured'}${often}` }
  }
}
