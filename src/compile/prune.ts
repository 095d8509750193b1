// Leaves out what nobody reads.
import type { KernelOp, ProgramWindow } from '../tensor/program.js'
import { sizeOf } from '../tensor/shape.js'

/** The operations whose results are read, by others or after the call. `lasting` are the buffers that are. */
export function pruned(ops: readonly KernelOp[], lengths: readonly number[], lasting: ReadonlySet<number>): KernelOp[] {
  const live = new Set(lasting)
  const kept: KernelOp[] = []
  for (const op of [...ops].reverse()) {
    if (!live.has(op.out.buffer)) continue
    if (isWhole(op.out, lengths) && !lasting.has(op.out.buffer)) live.delete(op.out.buffer)
    for (const { buffer } of op.inputs) live.add(buffer)
    kept.push(op)
  }
  return kept.reverse()
}

/** Whether a window is its whole buffer, in order. */
export function isWhole({ buffer, offset, shape, layout }: ProgramWindow, lengths: readonly number[]): boolean {
  return offset === 0 && layout === undefined && sizeOf(shape) === lengths[buffer]
}
