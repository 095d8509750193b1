// The ends of long axes: all that a summary reads of a tensor, however large it is.
import { compute } from '../engine.js'
import { numbersOf } from '../ops/host.js'
import { isRowMajor, type Shape } from '../shape.js'
import { Tensor } from '../tensor.js'

/** Numbers in row-major order, and their shape. */
export interface Numbers {
  readonly values: Float64Array
  readonly shape: Shape
}

/**
 * The numbers of a tensor, but of an axis longer than 2 * ends[axis] only so many at either end. The longest axis is cut
 * first, so that little is copied; nothing is recorded.
 */
export function endsOf(x: Tensor, ends: readonly number[]): Numbers {
  const long = x.shape
    .map((size, axis) => ({ size, axis, n: ends[axis] as number }))
    .filter(({ size, n }) => size > 2 * n)
    .sort((a, b) => b.size - a.size)
  let y = x
  for (const { size, axis, n } of long) {
    const next = compute('cat', [piece(y, axis, 0, n), piece(y, axis, size - n, n)], { dim: axis })
    if (y !== x) y.storage.backend.release(y.storage)
    y = next
  }
  const values = numbersOf(y)
  if (y !== x) y.storage.backend.release(y.storage)
  return { values, shape: y.shape }
}

/** `length` places along an axis, seen by nobody else: without node and base. */
export function piece(x: Tensor, axis: number, start: number, length: number): Tensor {
  const { strides } = x
  const shape = x.shape.map((size, i) => (i === axis ? length : size))
  const offset = x.offset + start * (strides[axis] as number)
  return new Tensor(x.storage, offset, shape, isRowMajor(shape, strides) ? undefined : strides, x.dtype, undefined)
}
