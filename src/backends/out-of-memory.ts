// The error of an allocation that does not fit: what was wanted, what lives, and who holds the most of it.
import type { LiveStorage } from '../tensor/backend.js'
import { DTYPES, type DType } from '../tensor/dtype.js'
import { TensorError } from '../tensor/errors.js'
import { grouped, type MemoryEntry } from '../tensor/memory.js'

export interface Shortage {
  readonly dtype: DType
  readonly length: number
  /** Bytes that live. */
  readonly taken: number
  /** Bytes that there may be, where that is known. */
  readonly limit?: number
  readonly live: readonly LiveStorage[]
  readonly cause?: unknown
}

/** How many of the largest are named. */
const NAMED = 5

export function outOfMemory({ dtype, length, taken, limit, live, cause }: Shortage): TensorError {
  const wanted = `${dtype} x ${length}, ${mib(length * DTYPES[dtype].bytes)},`
  const bound = limit === undefined ? '' : ` (at most ${mib(limit)})`
  const largest = grouped(live).slice(0, NAMED)
  const names = largest.length === 0 ? '' : ` The largest: ${largest.map(nameOf).join('; ')}.`
  return new TensorError(
    'OUT_OF_MEMORY',
    `Out of memory: ${wanted} does not fit beside ${mib(taken)} of live tensors${bound}.${names}`,
    {
      cause,
      next: 'Let go of tensors that are not needed (a list of losses: keep loss.item()), or work in smaller parts. memory() shows what lives; after trackMemory(), with the lines that made it.',
    },
  )
}

function nameOf({ what, count, bytes, site }: MemoryEntry): string {
  const several = count === 1 ? '' : `${count} of `
  return `${mib(bytes)} (${several}${what}${site === undefined ? '' : `, made at ${site}`})`
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`
}
