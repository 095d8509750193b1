// Looking numbers up: where they belong in a sorted list, and whether they are among others.
import { apply } from '../engine.js'
import { shapeText, TensorError } from '../errors.js'
import { sameShape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { eq } from './compare.js'
import { int32List, numbersOf } from './host.js'
import { asTensor, needTensor, type TensorLike } from './operand.js'
import { reshaped } from './windows.js'

export interface SearchOptions {
  /** Behind equal numbers instead of before them. Default false. */
  readonly right?: boolean
}

/**
 * The places at which numbers would have to be put into a sorted list so that it stays sorted: int32, in the shape of `values`.
 *
 * sorted [L] with values of any shape, or sorted [..., L] with values [..., M] row by row. A place i means
 * sorted[i - 1] < value <= sorted[i], with `right` sorted[i - 1] <= value < sorted[i]. NaN is the greatest. Whether the list is
 * sorted is not looked at. No gradient. Throws SHAPE_MISMATCH, BAD_SHAPE.
 *
 * @example
 * searchsorted(tensor([1, 3, 5]), tensor([3, 4])) // tensor([1, 2])
 * @torch torch.searchsorted
 * @differs Places are int32; `right: true` is the only way to name the side.
 */
export function searchsorted(sorted: Tensor, values: TensorLike, { right = false }: SearchOptions = {}): Tensor {
  return placesOf('searchsorted', sorted, values, right)
}

/**
 * The number of the bucket that each value falls into: int32, in the shape of x. `boundaries` [L] rise; bucket i lies between
 * boundaries[i - 1] (not included) and boundaries[i] (included); with `right` the other way round. See searchsorted.
 *
 * @example
 * tensor([-1, 0, 0.5, 7]).bucketize(tensor([0, 1])) // tensor([0, 0, 1, 2])
 * @torch torch.bucketize
 * @differs Buckets are int32.
 */
export function bucketize(x: TensorLike, boundaries: Tensor, { right = false }: SearchOptions = {}): Tensor {
  needTensor('bucketize', boundaries)
  if (boundaries.shape.length === 1) return placesOf('bucketize', boundaries, x, right)
  throw new TensorError(
    'BAD_SHAPE',
    `bucketize: boundaries are a list; these have shape ${shapeText(boundaries.shape)}.`,
    {
      next: 'Row by row there is searchsorted.',
    },
  )
}

function placesOf(operation: string, sorted: Tensor, values: TensorLike, right: boolean): Tensor {
  needTensor(operation, sorted)
  const wanted = asTensor(operation, values)
  const length = sorted.shape.at(-1)
  if (length === undefined) {
    throw new TensorError('BAD_SHAPE', `${operation}: a single number is no sorted list.`, {
      next: 'Give a tensor of at least one axis.',
    })
  }
  const perRow = sorted.shape.length > 1
  if (perRow && !sameShape(sorted.shape.slice(0, -1), wanted.shape.slice(0, -1))) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `${operation}: sorted ${shapeText(sorted.shape)} and values ${shapeText(wanted.shape)} differ before their last axis.`,
      { next: 'One list serves values of any shape; several lists need as many rows of values.' },
    )
  }
  const [list, numbers] = [numbersOf(sorted), numbersOf(wanted)]
  const each = perRow ? (wanted.shape.at(-1) as number) : numbers.length
  const places = new Int32Array(numbers.length)
  for (let first = 0, from = 0; first < numbers.length; first += each, from += length) {
    const row = list.subarray(from, from + length)
    for (let i = first; i < first + each; i++) places[i] = placeIn(row, numbers[i] as number, right)
  }
  return reshaped(int32List(places, sorted), wanted.shape)
}

/** The first place whose number is not below (with `right`: is above) the value; what compares with NaN is never so. */
function placeIn(list: Float64Array, value: number, right: boolean): number {
  let [from, to] = [0, list.length]
  while (from < to) {
    const middle = (from + to) >> 1
    const number = list[middle] as number
    if (right ? number > value : number >= value) to = middle
    else from = middle + 1
  }
  return from
}

/**
 * Whether each number of x is among those of `elements`: bool, in the shape of x. NaN is among none.
 *
 * @example
 * tensor([1, 2, 3]).isin(tensor([3, 1])) // tensor([ true, false,  true])
 * @torch torch.isin
 */
export function isin(x: TensorLike, elements: TensorLike): Tensor {
  const [numbers, others] = [asTensor('isin', x), asTensor('isin', elements)]
  const equal = eq(reshaped(numbers, [...numbers.shape, 1]), reshaped(others, [sizeOf(others.shape)]))
  return apply('any', [equal], { dims: [numbers.shape.length], keepdim: false })
}
