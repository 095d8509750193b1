// How the loops see memory: any strided window of any dtype as plain float64 numbers in row-major order, and back.
import type { Operand, Storage } from '../../tensor/backend.js'
import type { DType, StoredArray } from '../../tensor/dtype.js'
import { rowMajor, type Shape, sameShape, sizeOf } from '../../tensor/shape.js'
import { decodeTable, encode } from './half.js'

/** A backend's memory as typed arrays. */
export interface Memory {
  /** The whole storage of an operand, as it is stored. */
  array(x: Operand): StoredArray
  /**
   * The numbers of an operand in row-major order, broadcast to `shape`. They may lie in the operand's own memory: never
   * write to them.
   */
  load(x: Operand, shape?: Shape): Float64Array
  /** Writes numbers into a row-major operand, each rounded once to its dtype; int32 wraps, bool is x != 0. */
  store(out: Operand, numbers: Float64Array): void
}

export function memoryOf(arrayOf: (storage: Storage) => StoredArray): Memory {
  return {
    array: x => arrayOf(x.storage),
    load: (x, shape = x.shape) => load(arrayOf(x.storage), x, shape),
    store: (out, numbers) => store(arrayOf(out.storage), out, numbers),
  }
}

function load(array: StoredArray, x: Operand, shape: Shape): Float64Array {
  const size = sizeOf(shape)
  let numbers: Float64Array
  if (x.layout === undefined && sameShape(x.shape, shape)) {
    const window = array.subarray(x.offset, x.offset + size)
    numbers = window instanceof Float64Array ? window : new Float64Array(window)
  } else {
    numbers = new Float64Array(size)
    const from = { array, offset: x.offset, strides: broadcastStrides(x, shape) }
    copyStrided(shape, from, { array: numbers, offset: 0, strides: rowMajor(shape) })
  }
  if (x.dtype !== 'float16' && x.dtype !== 'bfloat16') return numbers
  const table = decodeTable(x.dtype)
  for (let i = 0; i < size; i++) numbers[i] = table[numbers[i]!]!
  return numbers
}

function store(array: StoredArray, out: Operand, numbers: Float64Array): void {
  const { dtype, offset } = out
  if (dtype === 'float16' || dtype === 'bfloat16') {
    for (let i = 0; i < numbers.length; i++) array[offset + i] = encode(numbers[i]!, dtype)
  } else if (dtype === 'bool') {
    for (let i = 0; i < numbers.length; i++) array[offset + i] = numbers[i] === 0 ? 0 : 1
  } else array.set(numbers, offset)
}

/** One number as it is stored. */
export function stored(value: number, dtype: DType): number {
  if (dtype === 'float16' || dtype === 'bfloat16') return encode(value, dtype)
  if (dtype === 'bool') return value === 0 ? 0 : 1
  return value
}

/** The strides of an operand. */
export function stridesOf(x: Operand): readonly number[] {
  return x.layout ?? rowMajor(x.shape)
}

/** Strides with which an operand is read as if it had a shape that it broadcasts to: 0 along repeated axes. */
export function broadcastStrides(x: Operand, shape: Shape): number[] {
  const strides = stridesOf(x)
  const missing = shape.length - x.shape.length
  return shape.map((size, axis) => {
    const own = axis - missing
    return own < 0 || (x.shape[own] === 1 && size !== 1) ? 0 : strides[own]!
  })
}

export interface Window {
  readonly array: StoredArray
  readonly offset: number
  readonly strides: readonly number[]
}

/** Copies a block of the given shape, element by element as stored, from one window to another. */
export function copyStrided(shape: Shape, from: Window, to: Window): void {
  const size = sizeOf(shape)
  if (size === 0) return
  const last = shape.length - 1
  const inner = shape[last] ?? 1
  const [stepFrom, stepTo] = [from.strides[last] ?? 0, to.strides[last] ?? 0]
  const index = new Array<number>(shape.length).fill(0)
  let [source, target] = [from.offset, to.offset]
  for (let done = 0; done < size; done += inner) {
    copyLine(inner, from.array, source, stepFrom, to.array, target, stepTo)
    for (let axis = last - 1; axis >= 0; axis--) {
      source += from.strides[axis]!
      target += to.strides[axis]!
      index[axis]!++
      if (index[axis]! < shape[axis]!) break
      source -= from.strides[axis]! * shape[axis]!
      target -= to.strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
}

function copyLine(
  count: number,
  from: StoredArray,
  source: number,
  stepFrom: number,
  to: StoredArray,
  target: number,
  stepTo: number,
): void {
  if (stepFrom === 1 && stepTo === 1 && count > 16) to.set(from.subarray(source, source + count), target)
  else for (let i = 0; i < count; i++) to[target + i * stepTo] = from[source + i * stepFrom]!
}

/** Elements before, along and behind an axis of a row-major block. */
export function around(shape: Shape, dim: number): { outer: number; length: number; inner: number } {
  return {
    outer: sizeOf(shape.slice(0, dim)),
    length: shape[dim] ?? 1,
    inner: sizeOf(shape.slice(dim + 1)),
  }
}
