// Reading numbers back into JavaScript.
import { compute } from '../engine.js'
import { shapeText, TensorError } from '../errors.js'
import { NONE } from '../primitives.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { needTensor } from './operand.js'

/** The numbers of a tensor as a typed array: 16-bit floats come as Float32Array, bools as Uint8Array of 0 and 1. */
export type TensorData = Float32Array | Float64Array | Int32Array | Uint8Array

/** Nested arrays of numbers (booleans for a bool tensor), as deep as the tensor has axes. */
export type NestedArray = number | boolean | NestedArray[]

/**
 * The number of a tensor with one element; of a bool tensor 1 or 0.
 *
 * Throws NOT_A_NUMBER for more or fewer elements, READ_ASYNC where the backend has no synchronous reads.
 *
 * @example
 * tensor([1, 2, 3]).sum().item() // 6
 * @torch torch.Tensor.item
 * @differs Always a number: true is 1.
 */
export function item(x: Tensor): number {
  needTensor('item', x)
  if (sizeOf(x.shape) !== 1) {
    throw new TensorError('NOT_A_NUMBER', `item: a tensor of shape ${shapeText(x.shape)} is not one number.`, {
      next: 'Reduce it first (x.mean().item()), or read all with toArray().',
    })
  }
  return data(x)[0] as number
}

/**
 * The number of elements; the same as the property `size`.
 *
 * @example
 * zeros([2, 3]).numel() // 6
 * @torch torch.numel
 */
export function numel(x: Tensor): number {
  needTensor('numel', x)
  return sizeOf(x.shape)
}

/**
 * A copy of the numbers, row by row, as a typed array: Float32Array, Float64Array, Int32Array; 16-bit floats as Float32Array,
 * bools as Uint8Array. Throws READ_ASYNC where the backend has no synchronous reads: `await x.read()` works everywhere.
 *
 * @example
 * Array.from(tensor([[1, 2], [3, 4]]).data()) // [1, 2, 3, 4]
 * @torch torch.Tensor.numpy
 * @differs Always a copy.
 */
export function data(x: Tensor): TensorData {
  needTensor('data', x)
  const wide = readable(x)
  return wide.storage.backend.read(wide.storage, wide.offset, sizeOf(x.shape)) as TensorData
}

/**
 * A promise of a copy of the numbers, as from data(). Works on every backend.
 *
 * @example
 * const numbers = await tensor([1, 2]).read() // Float32Array [1, 2]
 * @torch none
 */
export async function read(x: Tensor): Promise<TensorData> {
  needTensor('read', x)
  const wide = readable(x)
  return (await wide.storage.backend.readAsync(wide.storage, wide.offset, sizeOf(x.shape))) as TensorData
}

/** Row-major, and in a dtype that JavaScript has an array for. */
function readable(x: Tensor): Tensor {
  const flat = x.layout === undefined ? x : compute('copy', [x], NONE)
  const half = x.dtype === 'float16' || x.dtype === 'bfloat16'
  return half ? compute('cast', [flat], { dtype: 'float32' }) : flat
}

/**
 * The numbers as nested arrays, as deep as the tensor has axes; a bool tensor gives booleans, one of zero dimensions a number.
 *
 * @example
 * tensor([[1, 2], [3, 4]]).toArray() // [[1, 2], [3, 4]]
 * @torch torch.Tensor.tolist
 */
// biome-ignore lint/suspicious/noExplicitAny: the depth is only known at run time, and a learner indexes right away
export function toArray(x: Tensor): any {
  needTensor('toArray', x)
  const flat = data(x)
  const value = x.dtype === 'bool' ? (i: number) => flat[i] === 1 : (i: number) => flat[i] as number
  const build = (axis: number, start: number, size: number): NestedArray => {
    if (axis === x.shape.length) return value(start)
    const length = x.shape[axis] as number
    const part = length === 0 ? 0 : size / length
    return Array.from({ length }, (_, i) => build(axis + 1, start + i * part, part))
  }
  return build(0, 0, flat.length)
}
