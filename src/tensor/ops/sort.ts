// Order: sorting, the greatest few, what is different.
import { apply } from '../engine.js'
import { TensorError } from '../errors.js'
import { normalDim, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { int32List, numbersOf } from './host.js'
import { needTensor } from './operand.js'
import { data } from './read.js'
import { narrowed, permuted, reshaped } from './windows.js'

export interface SortOptions {
  /** From the greatest to the least. Default false. */
  readonly descending?: boolean
}

export interface Sorted {
  readonly values: Tensor
  /** int32: where each value stood. */
  readonly indices: Tensor
}

/**
 * The indices that would sort x along an axis: int32, of the shape of x. Stable; NaN counts as the greatest.
 *
 * @example
 * tensor([3, 1, 2]).argsort() // tensor([1, 2, 0])
 * @torch torch.argsort
 * @differs Always stable.
 */
export function argsort(x: Tensor, dim = -1, { descending = false }: SortOptions = {}): Tensor {
  needTensor('argsort', x)
  const at = normalDim('argsort', dim, Math.max(x.shape.length, 1))
  return apply('argsort', [x], { dim: at, descending })
}

/**
 * The values in rising order along an axis, and where each stood: { values, indices }. Stable; NaN counts as the greatest.
 *
 * @example
 * tensor([3, 1, 2]).sort().values // tensor([1., 2., 3.])
 * @torch torch.sort
 * @differs Always stable.
 */
export function sort(x: Tensor, dim = -1, options: SortOptions = {}): Sorted {
  needTensor('sort', x)
  const indices = argsort(x, dim, options)
  return { values: pick(x, normalDim('sort', dim, Math.max(x.shape.length, 1)), indices), indices }
}

function pick(x: Tensor, dim: number, indices: Tensor): Tensor {
  if (x.shape.length > 0) return apply('gather', [x, indices], { dim })
  return reshaped(apply('gather', [reshaped(x, [1]), reshaped(indices, [1])], { dim: 0 }), [])
}

export interface TopkOptions {
  /** Along which axis. Default: the last. */
  readonly dim?: number
  /** The greatest (the default) or the least. */
  readonly largest?: boolean
}

/**
 * The k greatest values along an axis, the greatest first, and where they stood: { values, indices }.
 *
 * Throws BAD_VALUE where the axis has fewer than k places. Of equal values the first ones are taken.
 *
 * @example
 * tensor([3, 1, 4, 1, 5]).topk(2).values // tensor([5., 4.])
 * @torch torch.topk
 * @differs Always sorted, and ties are taken in order.
 */
export function topk(x: Tensor, k: number, { dim = -1, largest = true }: TopkOptions = {}): Sorted {
  needTensor('topk', x)
  const at = normalDim('topk', dim, Math.max(x.shape.length, 1))
  const size = x.shape[at] ?? 1
  if (!Number.isInteger(k) || k < 0 || k > size) {
    throw new TensorError('BAD_VALUE', `topk: ${k} of ${size} places (dim ${at}) are not possible.`, {
      next: `k is from 0 to ${size}.`,
    })
  }
  const indices = worthSelecting(x, size, k) ? selected(x, at, k, largest) : firstOf(x, at, k, largest)
  return { values: pick(x, at, indices), indices }
}

function firstOf(x: Tensor, dim: number, k: number, largest: boolean): Tensor {
  const order = argsort(x, dim, { descending: largest })
  return x.shape.length === 0 ? order : narrowed(order, dim, 0, k)
}

/** A few of many are found in one pass, some hundred times faster than by sorting all. */
function worthSelecting(x: Tensor, size: number, k: number): boolean {
  return k > 0 && k <= 64 && size >= 8 * k && !x.storage.backend.asynchronous
}

/** The same indices as those of the sorted axis. */
function selected(x: Tensor, dim: number, k: number, largest: boolean): Tensor {
  const size = x.shape[dim] as number
  const order = [...x.shape.map((_, i) => i).filter(i => i !== dim), dim]
  const numbers = numbersOf(permuted(x, order))
  const places = new Int32Array((numbers.length / size) * k)
  const best = new Float64Array(k)
  for (let row = 0; row * size < numbers.length; row++) {
    const found = places.subarray(row * k, (row + 1) * k)
    select(numbers.subarray(row * size, (row + 1) * size), largest, best, found)
  }
  const lead = order.slice(0, -1).map(i => x.shape[i] as number)
  const inverse = x.shape.map((_, i) => order.indexOf(i))
  return permuted(reshaped(int32List(places, x), [...lead, k]), inverse)
}

/** Keeps the best so far in order; a number enters behind its equals, which came before. */
function select(row: Float64Array, largest: boolean, best: Float64Array, places: Int32Array): void {
  const k = best.length
  const above = (a: number, b: number): boolean =>
    largest ? a > b || (Number.isNaN(a) && !Number.isNaN(b)) : a < b || (Number.isNaN(b) && !Number.isNaN(a))
  for (let i = 0; i < row.length; i++) {
    const value = row[i] as number
    if (i >= k && !above(value, best[k - 1] as number)) continue
    let at = Math.min(i, k - 1)
    for (; at > 0 && above(value, best[at - 1] as number); at--) {
      best[at] = best[at - 1] as number
      places[at] = places[at - 1] as number
    }
    best[at] = value
    places[at] = i
  }
}

export interface KthValueOptions {
  /** Along which axis. Default: the last. */
  readonly dim?: number
  /** Whether the axis stays, with size 1. Default false. */
  readonly keepdim?: boolean
}

/**
 * The k-th smallest value along an axis (k counts from 1) and where it stood: { values, indices }. NaN counts as the greatest; of
 * equal values they are taken in order. Throws BAD_VALUE where there is no k-th place.
 *
 * @example
 * tensor([5, 1, 4]).kthvalue(2).values // tensor(4.)
 * @torch torch.kthvalue
 */
export function kthvalue(x: Tensor, k: number, { dim = -1, keepdim = false }: KthValueOptions = {}): Sorted {
  needTensor('kthvalue', x)
  const at = normalDim('kthvalue', dim, Math.max(x.shape.length, 1))
  const size = x.shape[at] ?? 1
  if (!Number.isInteger(k) || k < 1 || k > size) {
    throw new TensorError('BAD_VALUE', `kthvalue: there is no value number ${k} among ${size} (dim ${at}).`, {
      next: size === 0 ? 'The axis is empty.' : `k is from 1 to ${size}.`,
    })
  }
  const order = argsort(x, dim)
  if (x.shape.length === 0) return { values: pick(x, at, order), indices: order }
  const indices = narrowed(order, at, k - 1, 1)
  const values = pick(x, at, indices)
  if (keepdim) return { values, indices }
  const shape = x.shape.filter((_, i) => i !== at)
  return { values: reshaped(values, shape), indices: reshaped(indices, shape) }
}

export interface UniqueResult {
  /** The different values, rising. */
  readonly values: Tensor
  /** int32, of the shape of x: the place of each element among the values. */
  readonly inverse: Tensor
  /** int32: how often each value occurs. */
  readonly counts: Tensor
}

/**
 * The different values of a tensor, rising, where each element is among them, and how often each occurs:
 * { values, inverse, counts }. Each NaN is a value of its own, the last ones.
 *
 * @example
 * tensor([3, 1, 3]).unique().counts // tensor([1, 2])
 * @torch torch.unique
 * @differs Returns all three by name, always sorted.
 */
export function unique(x: Tensor): UniqueResult {
  needTensor('unique', x)
  const size = sizeOf(x.shape)
  const flat = reshaped(x, [size])
  const order = data(apply('argsort', [flat], { dim: 0, descending: false })) as Int32Array
  const values = data(flat)
  const [first, counts, inverse] = [new Int32Array(size), new Int32Array(size), new Int32Array(size)]
  let found = -1
  let last: number | undefined
  for (let i = 0; i < size; i++) {
    const place = order[i] as number
    const value = values[place] as number
    if (value !== last) {
      first[++found] = place
      last = value
    }
    counts[found] = (counts[found] as number) + 1
    inverse[place] = found
  }
  return {
    values: apply('indexSelect', [flat, int32List(first.slice(0, found + 1), x)], { dim: 0 }),
    inverse: reshaped(int32List(inverse, x), x.shape),
    counts: int32List(counts.slice(0, found + 1), x),
  }
}
