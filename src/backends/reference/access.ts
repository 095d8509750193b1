// Reading operands as plain float64 numbers in row-major order, and writing results back, rounded once.
import type { Operand, Storage } from '../../tensor/backend.js'
import type { StoredArray } from '../../tensor/dtype.js'
import { type Shape, sizeOf } from '../../tensor/shape.js'
import { decode, encode } from './half.js'

/** Where the elements of a storage lie. The wasm backend gives views of its heap, so that it can use these kernels too. */
export type ArrayOf = (storage: Storage) => StoredArray

/**
 * The places of an operand's elements on its storage, in row-major order of `shape`, to which it broadcasts (aligned at
 * the right, axes of size 1 repeated).
 */
export function placesOf(x: Operand, shape: Shape = x.shape): Int32Array {
  const places = new Int32Array(sizeOf(shape))
  if (x.layout === undefined && shape.length === x.shape.length && sizeOf(x.shape) === places.length) {
    for (let i = 0; i < places.length; i++) places[i] = x.offset + i
    return places
  }
  const steps = stepsOf(x, shape)
  const counter = new Int32Array(shape.length)
  let place = x.offset
  for (let i = 0; i < places.length; i++) {
    places[i] = place
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const step = steps[axis] as number
      place += step
      counter[axis] = (counter[axis] as number) + 1
      if ((counter[axis] as number) < (shape[axis] as number)) break
      place -= step * (shape[axis] as number)
      counter[axis] = 0
    }
  }
  return places
}

/** Strides of an operand in the axes of `shape`: 0 where it is repeated. */
function stepsOf(x: Operand, shape: Shape): Int32Array {
  const steps = new Int32Array(shape.length)
  const missing = shape.length - x.shape.length
  let rowMajor = 1
  for (let axis = x.shape.length - 1; axis >= 0; axis--) {
    const size = x.shape[axis] as number
    const stride = x.layout === undefined ? rowMajor : (x.layout[axis] as number)
    steps[axis + missing] = size === 1 ? 0 : stride
    rowMajor *= size
  }
  return steps
}

export interface Access {
  /** The numbers of an operand, broadcast to `shape`. */
  load(x: Operand, shape?: Shape): Float64Array
  /** Writes numbers to `out`, which may be strided; each is rounded once. */
  save(out: Operand, values: ArrayLike<number>): void
}

export function access(arrayOf: ArrayOf): Access {
  return {
    load(x, shape = x.shape) {
      const array = arrayOf(x.storage)
      const size = sizeOf(shape)
      const half = x.dtype === 'float16' || x.dtype === 'bfloat16'
      if (!half && x.layout === undefined && sizeOf(x.shape) === size) {
        return Float64Array.from(array.subarray(x.offset, x.offset + size))
      }
      const places = placesOf(x, shape)
      const values = new Float64Array(size)
      for (let i = 0; i < size; i++) values[i] = array[places[i] as number] as number
      if (half) for (let i = 0; i < size; i++) values[i] = decode(x.dtype, values[i] as number)
      return values
    },
    save(out, values) {
      const array = arrayOf(out.storage)
      const { dtype } = out
      const direct = dtype === 'float32' || dtype === 'float64'
      if (direct && out.layout === undefined) {
        array.set(values, out.offset)
        return
      }
      const places = placesOf(out)
      for (let i = 0; i < places.length; i++) {
        const value = values[i] as number
        array[places[i] as number] = direct ? value : encode(dtype, value)
      }
    },
  }
}
