// Extremes and middles, which come with their places where an axis is given.
import { make } from '../create.js'
import { isFloat } from '../dtype.js'
import { apply } from '../engine.js'
import { NONE } from '../primitives.js'
import { reducedShape, type Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { asTensor, cast, constant } from './operand.js'
import { allDims, type KeepdimOption, needSome, oneDim } from './reduction.js'
import { still } from './still.js'
import { noBool } from './wanted.js'
import { narrowed, reshaped } from './windows.js'

/** Elements along an axis, and their places there (int32). */
export interface ValuesAndIndices {
  readonly values: Tensor
  readonly indices: Tensor
}

/** One axis, and whether it stays with size 1. */
export interface AxisOptions extends KeepdimOption {
  readonly dim: number
}

/** Without an axis one tensor; with an axis values and indices. */
export type Picked<D> = D extends undefined ? Tensor : ValuesAndIndices
type Axis = number | AxisOptions | undefined

/** The methods of this module, typed so that x.max() is a tensor and x.max(1) has values and indices. */
export interface ExtremeMethods {
  /** Greatest element: `x.max()` is a tensor, `x.max(dim, { keepdim })` has `values` and `indices`. See `max`. */
  max<D extends Axis = undefined>(dim?: D, options?: KeepdimOption): Picked<D>
  /** Smallest element: `x.min()` is a tensor, `x.min(dim, { keepdim })` has `values` and `indices`. See `min`. */
  min<D extends Axis = undefined>(dim?: D, options?: KeepdimOption): Picked<D>
  /** Median, the lower of two middles: `x.median()` is a tensor, `x.median(dim)` has `values` and `indices`. See `median`. */
  median<D extends Axis = undefined>(dim?: D, options?: KeepdimOption): Picked<D>
  /** Median of what is not NaN: `x.nanmedian()` is a tensor, `x.nanmedian(dim)` has `values` and `indices`. See `nanmedian`. */
  nanmedian<D extends Axis = undefined>(dim?: D, options?: KeepdimOption): Picked<D>
}

/**
 * Greatest element: of all, as a tensor, or along an axis, with its places: `max(x, dim)` gives `{ values, indices }`.
 *
 * Shape: [] without an axis; else that of x without the axis, or with size 1 there if keepdim. Dtype: that of x; indices are int32,
 * the first of equals. NaN wins. The gradient goes to the element at the index; without an axis equal elements share it evenly.
 * Throws BAD_VALUE where there is nothing to compare, BAD_DIM for an axis that does not exist.
 *
 * @torch torch.max
 * @differs two tensors are compared by maximum(a, b) only
 * @example
 * const x = tensor([[1, 5], [3, 4]])
 * max(x) // tensor(5.)
 * max(x, 1).values // tensor([5., 4.])
 * max(x, 1).indices // tensor([1, 1])
 */
export function max<D extends Axis = undefined>(x: Tensor, dim?: D, options?: KeepdimOption): Picked<D> {
  return picked('max', x, dim, options, whole => overAll('amax', 'any', whole), greatest('argmax')) as Picked<D>
}

/**
 * Smallest element: of all, as a tensor, or along an axis, with its places: `min(x, dim)` gives `{ values, indices }`.
 *
 * Shape: [] without an axis; else that of x without the axis, or with size 1 there if keepdim. Dtype: that of x; indices are int32,
 * the first of equals. NaN wins. The gradient goes to the element at the index; without an axis equal elements share it evenly.
 * Throws BAD_VALUE where there is nothing to compare, BAD_DIM for an axis that does not exist.
 *
 * @torch torch.min
 * @differs two tensors are compared by minimum(a, b) only
 * @example
 * const x = tensor([[1, 5], [3, 4]])
 * min(x) // tensor(1.)
 * min(x, 1).values // tensor([1., 3.])
 */
export function min<D extends Axis = undefined>(x: Tensor, dim?: D, options?: KeepdimOption): Picked<D> {
  return picked('min', x, dim, options, whole => overAll('amin', 'all', whole), greatest('argmin')) as Picked<D>
}

/**
 * Median: the element in the middle of the sorted ones, the lower of the two middles where their number is even; of all, as a tensor,
 * or along an axis, with its places: `median(x, dim)` gives `{ values, indices }`. For the mean of the two middles see quantile(x, 0.5).
 *
 * Shape: [] without an axis; else that of x without the axis, or with size 1 there if keepdim. Dtype: that of x; indices are int32.
 * NaN wins; without an axis the median of nothing is NaN. The gradient goes to the element at the index; without an axis equal
 * elements share it evenly. Throws BAD_VALUE where the axis has size 0, BAD_DIM for an axis that does not exist, BAD_DTYPE for bool.
 *
 * @torch torch.median
 * @differs of equal elements the index is that of the first in stable order; PyTorch leaves it open
 * @example
 * median(tensor([3, 1, 4, 2])) // tensor(2.)
 */
export function median<D extends Axis = undefined>(x: Tensor, dim?: D, options?: KeepdimOption): Picked<D> {
  return picked('median', noBool('median', x), dim, options, whole => middleOfAll(whole, middle), middle) as Picked<D>
}

/**
 * Median of what is not NaN; else as `median`. Where everything is NaN, so is the result.
 *
 * Shape: [] without an axis; else that of x without the axis, or with size 1 there if keepdim. Dtype: that of x; indices are int32.
 * Throws BAD_VALUE where the axis has size 0, BAD_DIM for an axis that does not exist, BAD_DTYPE for bool.
 *
 * @torch torch.nanmedian
 * @example
 * nanmedian(tensor([3, NaN, 1])) // tensor(1.)
 */
export function nanmedian<D extends Axis = undefined>(x: Tensor, dim?: D, options?: KeepdimOption): Picked<D> {
  const input = noBool('nanmedian', x)
  return picked('nanmedian', input, dim, options, whole => middleOfAll(whole, knownMiddle), knownMiddle) as Picked<D>
}

/** Finds a place along an axis, which stays with size 1. */
type Finder = (x: Tensor, dim: number) => Tensor

function picked(
  operation: string,
  x: Tensor,
  dim: Axis,
  options: KeepdimOption | undefined,
  ofAll: (x: Tensor) => Tensor,
  find: Finder,
): Tensor | ValuesAndIndices {
  const input = asTensor(operation, x)
  if (dim === undefined) return ofAll(input)
  const axis = oneDim(operation, input, dim)
  const keepdim = (typeof dim === 'object' ? dim.keepdim : options?.keepdim) ?? false
  const rows = input.shape.length === 0 ? reshaped(input, [1]) : input
  needSome(operation, rows, [axis])
  const indices = find(rows, axis)
  const values = apply('gather', [rows, indices], { dim: axis })
  const shape: Shape = input.shape.length === 0 ? [] : reducedShape(input.shape, [axis], keepdim)
  return { values: reshaped(values, shape), indices: reshaped(indices, shape) }
}

function overAll(name: 'amax' | 'amin', ofBools: 'any' | 'all', x: Tensor): Tensor {
  const dims = allDims(x.shape.length)
  needSome(name === 'amax' ? 'max' : 'min', x, dims)
  return apply(x.dtype === 'bool' ? ofBools : name, [x], { dims, keepdim: false })
}

function greatest(name: 'argmax' | 'argmin'): Finder {
  return (x, dim) => apply(name, [x.dtype === 'bool' ? cast(x, 'int32') : x], { dim, keepdim: true })
}

/** Place of the lower middle; where there is a NaN, the first one. */
function middle(x: Tensor, dim: number): Tensor {
  const order = apply('argsort', [x], { dim, descending: false })
  const lower = narrowed(order, dim, ((x.shape[dim] as number) - 1) >> 1, 1)
  if (!isFloat(x.dtype)) return lower
  const unknown = apply('any', [apply('isNaN', [x], NONE)], { dims: [dim], keepdim: true })
  // NaN counts as the greatest.
  return apply('where', [unknown, apply('argmax', [x], { dim, keepdim: true }), lower], NONE)
}

/** Place of the lower middle of what is not NaN: NaN is sorted to the end. */
function knownMiddle(x: Tensor, dim: number): Tensor {
  if (!isFloat(x.dtype)) return middle(x, dim)
  const int = (value: number) => constant(value, 'int32', x.storage.backend)
  const known = cast(apply('logicalNot', [apply('isNaN', [x], NONE)], NONE), 'int32')
  const count = apply('sum', [known], { dims: [dim], keepdim: true })
  const last = apply('maximum', [apply('sub', [count, int(1)], NONE), int(0)], NONE)
  const order = apply('argsort', [x], { dim, descending: false })
  return apply('gather', [order, apply('floorDivide', [last, int(2)], NONE)], { dim })
}

/** The middle of all elements. Those equal to it share its gradient evenly, as they do in amax. */
function middleOfAll(x: Tensor, find: Finder): Tensor {
  const flat = reshaped(x, [x.size])
  if (x.size === 0) return empty(x)
  const value = still(() => apply('gather', [flat, find(flat, 0)], { dim: 0 }))
  if (!isFloat(x.dtype)) return reshaped(value, [])
  const unknown = apply('logicalAnd', [apply('isNaN', [flat], NONE), apply('isNaN', [value], NONE)], NONE)
  const same = apply('logicalOr', [apply('eq', [flat, value], NONE), unknown], NONE)
  const candidates = apply('where', [same, flat, constant(-Infinity, x.dtype, x.storage.backend)], NONE)
  return apply('amax', [candidates], { dims: [0], keepdim: false })
}

/** NaN, as in PyTorch; whole numbers have none. */
function empty(x: Tensor): Tensor {
  if (!isFloat(x.dtype)) needSome('median', reshaped(x, [0]), [0])
  return make('full', { shape: [], dtype: x.dtype, value: NaN }, x.storage.backend)
}
