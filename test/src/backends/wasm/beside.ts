// Runs one primitive on the wasm backend and on the reference, from the same bytes, and compares.
import assert from 'node:assert/strict'
import { referenceBackend } from '#src/backends/reference/backend.js'
import { wasmBackend } from '#src/backends/wasm/backend.js'
import type { Backend, Operand } from '#src/tensor/backend.js'
import { DTYPES, type DType, type StoredArray } from '#src/tensor/dtype.js'
import { INFER, type KernelName, type PrimitiveParams } from '#src/tensor/primitives.js'
import { type Shape, sizeOf } from '#src/tensor/shape.js'

export const wasm = wasmBackend()
export const reference = referenceBackend()

/** A window on numbers that both backends get. */
export interface Given {
  readonly array: StoredArray
  readonly dtype: DType
  readonly shape: Shape
  readonly layout?: readonly number[]
  readonly offset?: number
}

/** A stream of numbers in [0, 1) that is the same in each run (mulberry32). */
export function stream(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const makers: { readonly [D in DType]: (u: number) => number } = {
  float32: u => (u - 0.5) * 8,
  float64: u => (u - 0.5) * 8,
  int32: u => Math.floor((u - 0.5) * 200),
  bool: u => Number(u < 0.5),
  // Bits of finite numbers.
  float16: u => Math.floor(u * 0x7c00),
  bfloat16: u => Math.floor(u * 0x7f80),
}

export function arrayOf(dtype: DType, values: ArrayLike<number>): StoredArray {
  const array = new DTYPES[dtype].array(values.length)
  array.set(values)
  return array
}

export function numbers(dtype: DType, length: number, seed = length + 1): StoredArray {
  const next = stream(seed)
  return arrayOf(
    dtype,
    Array.from({ length }, () => makers[dtype](next())),
  )
}

/** Row-major numbers. */
export function rowMajorOf(dtype: DType, shape: Shape, seed?: number): Given {
  return { array: numbers(dtype, sizeOf(shape), seed), dtype, shape }
}

/** Windows of this shape with every kind of layout: together, from an offset, transposed, with steps, repeated. */
export function windowsOf(dtype: DType, shape: Shape): { readonly [layout: string]: Given } {
  const size = sizeOf(shape)
  const strides = (order: readonly number[], step: number): number[] => {
    const out = new Array<number>(shape.length).fill(0)
    let next = step
    for (const axis of [...order].reverse()) {
      out[axis] = next
      next *= Math.max(shape[axis] as number, 1)
    }
    return out
  }
  const axes = shape.map((_, i) => i)
  const rotated = axes.map(i => (i + 1) % axes.length)
  return {
    rowMajor: rowMajorOf(dtype, shape),
    offset: { array: numbers(dtype, size + 3), dtype, shape, offset: 3 },
    turned: { array: numbers(dtype, size), dtype, shape, layout: strides([...axes].reverse(), 1) },
    rotated: { array: numbers(dtype, size), dtype, shape, layout: strides(rotated, 1) },
    stepped: { array: numbers(dtype, 2 * size + 1), dtype, shape, offset: 1, layout: strides(axes, 2) },
    repeated: {
      array: numbers(dtype, size + 1),
      dtype,
      shape,
      layout: strides(axes, 1).map((step, axis) => (axis === shape.length - 1 ? 0 : step)),
    },
  }
}

function operandOn(backend: Backend, { array, dtype, shape, layout, offset = 0 }: Given): Operand {
  const storage = backend.allocate(dtype, array.length)
  backend.write(storage, array, 0)
  return { storage, offset, shape, layout, dtype }
}

export interface Results {
  readonly actual: StoredArray
  readonly expected: StoredArray
}

export function onBoth<P extends KernelName>(name: P, inputs: readonly Given[], params: PrimitiveParams[P]): Results {
  const { shape, dtype } = INFER[name](
    inputs.map(x => ({ shape: x.shape, dtype: x.dtype })),
    params,
  )
  const on = (backend: Backend): StoredArray => {
    const operands = inputs.map(x => operandOn(backend, x))
    const length = sizeOf(shape)
    const storage = backend.allocate(dtype, length)
    // What was in the memory before must not matter.
    backend.write(storage, arrayOf(dtype, new Array<number>(length).fill(77)), 0)
    backend.kernels[name](operands, { storage, offset: 0, shape, layout: undefined, dtype }, params)
    const result = backend.read(storage, 0, length)
    for (const x of operands) backend.release(x.storage)
    backend.release(storage)
    return result
  }
  return { actual: on(wasm), expected: on(reference) }
}

/** The same numbers, told -0 from 0; one NaN is like another. */
export function same({ actual, expected }: Results, what: string): void {
  assert.equal(actual.length, expected.length, what)
  const place = expected.findIndex((value, i) => !Object.is(value, actual[i]))
  assert.ok(place < 0, `${what}: element ${place} is ${actual[place]}, expected ${expected[place]}`)
}

/** Size of the last place of a number in float32 or float64. */
export function ulp(value: number, dtype: DType): number {
  const [digits, least] = dtype === 'float32' ? [23, -126] : [52, -1022]
  const exponent = value === 0 ? least : Math.max(Math.floor(Math.log2(Math.abs(value))), least)
  return 2 ** (exponent - digits)
}

/** Each number within `ulps` last places of the expected one (by its place, where it is a function), or within `absolute` of it. */
export function close(
  { actual, expected }: Results,
  dtype: DType,
  ulps: number | ((i: number) => number),
  what: string,
  absolute = 0,
): void {
  assert.equal(actual.length, expected.length, what)
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i] as number, expected[i] as number]
    if (Object.is(a, e)) continue
    const bound = Math.max((typeof ulps === 'number' ? ulps : ulps(i)) * ulp(e, dtype), absolute)
    assert.ok(
      Math.abs(a - e) <= bound,
      `${what}: element ${i} is ${a}, expected ${e} (${Math.abs(a - e) / ulp(e, dtype)} ulp)`,
    )
  }
}
