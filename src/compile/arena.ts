// Plans memory: buffers that do not live at the same time share it.
import { DTYPES } from '../tensor/dtype.js'
import type { ProgramOp, ProgramWindow } from '../tensor/program.js'

/** Buffers begin at multiples of so many bytes: a line of the cache. */
const ALIGNMENT = 64

export interface ArenaPlan {
  /** The first byte of each planned buffer. */
  readonly starts: ReadonlyMap<number, number>
  /** Bytes of all together. */
  readonly bytes: number
}

interface Life {
  readonly buffer: number
  readonly bytes: number
  readonly first: number
  last: number
}

/**
 * Gives each buffer that `isPlanned` a place, the largest first, each as low as those allow that live at the same time (Pisarchyk & Lee
 * 2020, "greedy by size").
 */
export function planArena(
  ops: readonly ProgramOp[],
  isPlanned: (buffer: number) => boolean,
  bytesOf: (buffer: number) => number,
): ArenaPlan {
  const placed: (Life & { start: number })[] = []
  let bytes = 0
  const lives = livesOf(ops, isPlanned, bytesOf).sort((a, b) => b.bytes - a.bytes || a.first - b.first)
  for (const life of lives) {
    const neighbours = placed.filter(({ first, last }) => first <= life.last && last >= life.first)
    let start = 0
    for (const other of neighbours.sort((a, b) => a.start - b.start)) {
      if (other.start - start >= life.bytes) break
      start = Math.max(start, other.start + other.bytes)
    }
    placed.push({ ...life, start })
    bytes = Math.max(bytes, start + life.bytes)
  }
  return { starts: new Map(placed.map(({ buffer, start }) => [buffer, start])), bytes }
}

function livesOf(
  ops: readonly ProgramOp[],
  isPlanned: (buffer: number) => boolean,
  bytesOf: (buffer: number) => number,
): Life[] {
  const lives = new Map<number, Life>()
  for (const [i, op] of ops.entries()) {
    for (const { buffer } of windowsOf(op)) {
      if (!isPlanned(buffer)) continue
      const life = lives.get(buffer)
      const bytes = Math.ceil(bytesOf(buffer) / ALIGNMENT) * ALIGNMENT
      if (life === undefined) lives.set(buffer, { buffer, bytes, first: i, last: i })
      else life.last = i
    }
  }
  return [...lives.values()]
}

/** All windows of an operation. */
export function windowsOf(op: ProgramOp): ProgramWindow[] {
  return op.kind === 'kernel'
    ? [...op.inputs, op.out]
    : [...op.inputs, ...[...op.outputs, ...op.sums].map(({ to }) => to)]
}

/** Bytes of a buffer. */
export function bufferBytes({ dtype, length }: { dtype: keyof typeof DTYPES; length: number }): number {
  return length * DTYPES[dtype].bytes
}
