// What memory holds: for people who wonder where it went.
import type { Backend, LiveStorage } from './backend.js'
import { currentBackend } from './state.js'

/** A kind of live tensor memory. */
export interface MemoryEntry {
  /** dtype and number of elements, as in 'float32 x 1024'; small tensors share memory and are counted together. */
  readonly what: string
  readonly count: number
  readonly bytes: number
  /** The line that made them; known for those of 1 MiB and more, and for all while trackMemory(true) is on. */
  readonly site: string | undefined
}

export interface MemoryReport {
  /** Bytes of memory that tensors hold. */
  readonly bytes: number
  /** Storages that hold them (a tensor and its views share one). */
  readonly storages: number
  /** Bytes taken from the system. */
  readonly reserved: number
  /** The greatest `bytes` so far. */
  readonly peak: number
  /** The greatest first. */
  readonly entries: readonly MemoryEntry[]
  /** The report as a table. */
  toString(): string
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/**
 * What tensors hold of memory now: bytes, and what they are, by size and by the line that made them.
 *
 * Dead tensors are looked for first (`collect`, true). Memory frees itself when the last variable lets go of a tensor; a list
 * that grows (losses.push(loss)) keeps all of them: keep loss.item().
 *
 * @example
 * console.log(memory())
 * @torch torch.cuda.memory_summary
 */
export function memory({ collect = true }: { readonly collect?: boolean } = {}): MemoryReport {
  const backend: Backend = currentBackend()
  const use = backend.memory(collect)
  const entries = grouped(backend.listing())
  const text = (): string => table(use.bytes, use.storages, entries)
  const report = { ...use, entries }
  Object.defineProperty(report, 'toString', { value: text })
  // The table is what a cell and console.log show.
  Object.defineProperty(report, INSPECT, { value: text })
  return report
}

/**
 * Counts every tensor that is made from now on, with the line that made it (about a microsecond each), or stops counting.
 * For finding what keeps memory; memory() shows what lives.
 *
 * @example
 * trackMemory()
 * console.log(`${memory()}`) // each kind of tensor with the line that made it
 * @torch none
 */
export function trackMemory(on = true): void {
  currentBackend().setTracking(on ? 'lines' : 'off')
}

/** Storages by kind and by the line that made them, the greatest first. */
export function grouped(storages: readonly LiveStorage[]): MemoryEntry[] {
  const groups = new Map<string, { what: string; count: number; bytes: number; site: string | undefined }>()
  for (const { dtype, length, bytes, count, site } of storages) {
    const what = dtype === undefined ? 'small tensors' : `${dtype} x ${length}`
    const key = `${what} ${site ?? ''}`
    const group = groups.get(key) ?? { what, count: 0, bytes: 0, site }
    group.count += count
    group.bytes += bytes
    groups.set(key, group)
  }
  return [...groups.values()].sort((a, b) => b.bytes - a.bytes)
}

const ROWS = 12

function table(bytes: number, storages: number, entries: readonly MemoryEntry[]): string {
  const lines = entries
    .slice(0, ROWS)
    .map(({ what, count, bytes: size, site }) => [mib(size), String(count), what, site ?? ''])
  const rows = [['memory', 'count', 'what', 'made at'], ...lines]
  const widths = [0, 1, 2].map(i => Math.max(...rows.map(row => (row[i] as string).length)))
  const text = rows.map(row =>
    row
      .map((cell, i) => (i < 2 ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  const rest = entries.length > ROWS ? [`... and ${entries.length - ROWS} more kinds`] : []
  return [`${mib(bytes)} in ${storages} storage(s)`, ...text, ...rest].join('\n')
}

function mib(bytes: number): string {
  return bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
