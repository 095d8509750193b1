// What kernels over whole windows share: how axes are merged, functions compiled at first use, memory for a moment.
import type { Kernels, Operand } from '../../tensor/backend.js'
import type { DType } from '../../tensor/dtype.js'
import { type Shape, sizeOf } from '../../tensor/shape.js'
import { type Compiled, compile, type FunctionBuilder, type KernelMemory } from './assembler/module.js'
import type { WasmStorage } from './memory/storage.js'
import type { Products } from './products.js'

/** Where kernels find memory for themselves. */
export interface KernelHeap {
  readonly memory: KernelMemory
  allocate(dtype: DType, length: number): WasmStorage
  release(storage: WasmStorage): void
  /** Memory that is kept from call to call. */
  workspace(dtype: DType, length: number): WasmStorage
  /** Who makes large products of matrices in the kernels' place, where there is somebody. */
  products?(): Products | undefined
}

/** What a family of kernels is made from. */
export interface Ground {
  readonly memory: KernelMemory
  /** The same kernels by plain loops, for dtypes and layouts that have no code of their own. */
  readonly loops: Kernels
}

/** A function that is compiled when it is called for the first time, by key. */
export function compiledBy<K extends string | number>(
  { memory }: Ground,
  build: (key: K) => FunctionBuilder,
): (key: K) => Compiled {
  const made = new Map<K, Compiled>()
  return key => {
    const known = made.get(key)
    if (known !== undefined) return known
    const builder = build(key)
    const code = compile([builder], memory)[builder.name] as Compiled
    made.set(key, code)
    return code
  }
}

/** One axis along which several operands step together, each with its own stride. */
export interface Axis {
  readonly size: number
  readonly steps: readonly number[]
}

/** Axes from shape and strides; those of size 1 fall away, neighbours that lie one after the other in all operands join. */
export function joinedAxes(shape: Shape, strides: readonly (readonly number[])[]): Axis[] {
  return joinAxes(shape.map((size, axis) => ({ size, steps: strides.map(of => of[axis] as number) })))
}

export function joinAxes(axes: readonly Axis[]): Axis[] {
  const out: Axis[] = []
  for (const axis of axes) {
    if (axis.size === 1) continue
    const last = out.at(-1)
    if (last?.steps.every((step, i) => step === axis.size * (axis.steps[i] as number)) === true) {
      out[out.length - 1] = { size: last.size * axis.size, steps: axis.steps }
    } else out.push(axis)
  }
  return out
}

/** Calls `body` with the offsets of all operands, in elements, at each place of `axes`. */
export function eachPlace(axes: readonly Axis[], operands: number, body: (offsets: readonly number[]) => void): void {
  const offsets = new Array<number>(operands).fill(0)
  const walk = (level: number): void => {
    const axis = axes[level]
    if (axis === undefined) {
      body(offsets)
      return
    }
    for (let i = 0; i < axis.size; i++) {
      walk(level + 1)
      for (let k = 0; k < operands; k++) offsets[k] = (offsets[k] as number) + (axis.steps[k] as number)
    }
    for (let k = 0; k < operands; k++) offsets[k] = (offsets[k] as number) - axis.size * (axis.steps[k] as number)
  }
  walk(0)
}

/** Runs `body` with row-major memory of its own, given back at the end. */
export function withScratch<T>(like: Operand, dtype: DType, shape: Shape, body: (scratch: Operand) => T): T {
  const { backend } = like.storage
  const storage = backend.allocate(dtype, sizeOf(shape))
  try {
    return body({ storage, offset: 0, shape, layout: undefined, dtype })
  } finally {
    backend.release(storage)
  }
}

/** Runs `body` with `x` itself where its elements lie in row-major order, else with a copy. */
export function inOrder<T>(x: Operand, body: (x: Operand) => T): T {
  if (x.layout === undefined) return body(x)
  return withScratch(x, x.dtype, x.shape, copy => {
    x.storage.backend.kernels.copy([x], copy, {})
    return body(copy)
  })
}
