// How elementwise kernels walk: axes that lie together are merged, the last two run inside of WebAssembly, the others here.
import type { Operand } from '../../tensor/backend.js'
import { DTYPES } from '../../tensor/dtype.js'
import type { Mode } from './elementwise.js'
import type { WasmStorage } from './memory/storage.js'

/** Address of the first element. */
export function addressOf(x: Operand): number {
  return (x.storage as WasmStorage).pointer + x.offset * DTYPES[x.dtype].bytes
}

/** Merged axes, slowest first; strides in elements, one list for each operand (inputs, then the result). */
export interface Walk {
  readonly sizes: number[]
  readonly strides: number[][]
}

/** Strides of an operand in the axes of `shape`: 0 where it is repeated. */
export function stridesIn(x: Operand, shape: readonly number[]): number[] {
  const out = new Array<number>(shape.length).fill(0)
  const missing = shape.length - x.shape.length
  let rowMajor = 1
  for (let axis = x.shape.length - 1; axis >= 0; axis--) {
    const size = x.shape[axis] as number
    if (size !== 1) out[axis + missing] = x.layout === undefined ? rowMajor : (x.layout[axis] as number)
    rowMajor *= size
  }
  return out
}

/** Leaves out axes of size 1, and merges those that every operand goes through in one step. */
export function mergedWalk(operands: readonly Operand[], shape: readonly number[]): Walk {
  const all = operands.map(x => stridesIn(x, shape))
  const sizes: number[] = []
  const strides: number[][] = operands.map(() => [])
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis] as number
    if (size === 1) continue
    const last = sizes.length - 1
    const joins = last >= 0 && all.every((of, i) => (strides[i] as number[])[last] === (of[axis] as number) * size)
    if (joins) sizes[last] = (sizes[last] as number) * size
    else sizes.push(size)
    all.forEach((of, i) => {
      ;(strides[i] as number[])[joins ? last : sizes.length - 1] = of[axis] as number
    })
  }
  return { sizes, strides }
}

/** How each operand is read along the last axis; undefined where one steps further than to its neighbour. */
export function modesOf({ sizes, strides }: Walk, inputs: number): Mode[] | undefined {
  const modes: Mode[] = []
  for (let i = 0; i < inputs; i++) {
    const step = sizes.length === 0 ? 1 : (strides[i] as number[]).at(-1)
    if (step !== 0 && step !== 1) return undefined
    modes.push(step === 0 ? 's' : 'v')
  }
  return modes
}

/**
 * Calls `row(inner, outer, pointers and outer strides in bytes)` for each block of the last two axes.
 * `bytes` are the sizes of the operands' elements.
 */
export function eachBlock(
  { sizes, strides }: Walk,
  addresses: readonly number[],
  bytes: readonly number[],
  row: (args: number[]) => void,
): void {
  const rank = sizes.length
  const inner = sizes[rank - 1] ?? 1
  const outer = sizes[rank - 2] ?? 1
  const args = [inner, outer]
  addresses.forEach((address, i) => {
    args.push(address, ((strides[i] as number[])[rank - 2] ?? 0) * (bytes[i] as number))
  })
  const loops = Math.max(rank - 2, 0)
  const counter = new Array<number>(loops).fill(0)
  for (;;) {
    row(args)
    let axis = loops - 1
    for (; axis >= 0; axis--) {
      counter[axis] = (counter[axis] as number) + 1
      const done = counter[axis] === sizes[axis]
      const times = done ? 1 - (sizes[axis] as number) : 1
      for (let i = 0; i < addresses.length; i++) {
        const step = ((strides[i] as number[])[axis] as number) * (bytes[i] as number) * times
        args[2 + 2 * i] = (args[2 + 2 * i] as number) + step
      }
      if (!done) break
      counter[axis] = 0
    }
    if (axis < 0) return
  }
}
