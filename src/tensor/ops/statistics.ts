// Statistics: quantiles, histograms, covariance.
import { fromArray, make } from '../create.js'
import { isFloat } from '../dtype.js'
import { apply } from '../engine.js'
import { shapeText, TensorError } from '../errors.js'
import { NONE, needFloat } from '../primitives.js'
import type { Tensor } from '../tensor.js'
import { isTensor } from '../tensor.js'
import { clamp } from './choose.js'
import { numbersOf } from './host.js'
import { asTensor, cast, constant, toFloat } from './operand.js'
import { type KeepdimOption, needSome, oneDim } from './reduction.js'
import { wide } from './wanted.js'
import { expanded, narrowed, permuted, reshaped } from './windows.js'

export interface QuantileOptions extends KeepdimOption {
  /** The axis. Default: all elements together. */
  readonly dim?: number | undefined
  /**
   * Between two elements: 'linear' (default) by their distance, 'lower', 'higher', 'nearest' (halves to the even place), 'midpoint'.
   */
  readonly interpolation?: 'linear' | 'lower' | 'higher' | 'nearest' | 'midpoint' | undefined
}

type Interpolation = NonNullable<QuantileOptions['interpolation']>

/**
 * Quantiles: the value below which a part q of the elements lies. The sorted elements are numbered from 0 to n - 1 and read at the place
 * q (n - 1), between two of them by linear interpolation (method 7 of Hyndman and Fan, 1996).
 *
 * q is a number from 0 to 1, or several in a list or a tensor of one axis. Shape: that of x without `dim`, or with size 1 there if
 * keepdim; several q make a new first axis. Dtype: kept. NaN gives NaN. The gradient goes to the elements that were read; none flows to q.
 * Throws BAD_DTYPE unless x is a float, BAD_VALUE where q is out of range or nothing is there, BAD_DIM for an axis that does not exist.
 *
 * @torch torch.quantile
 * @differs also takes 16-bit floats and lists of q; no gradient for q
 * @example
 * quantile(tensor([1, 2, 3, 4]), 0.5) // tensor(2.5000)
 * quantile(tensor([1, 2, 3, 4]), [0, 1]) // tensor([1., 4.])
 */
export function quantile(x: Tensor, q: number | readonly number[] | Tensor, options: QuantileOptions = {}): Tensor {
  return quantiles('quantile', x, q, options)
}

/**
 * Quantiles of what is not NaN; else as `quantile`. Where everything is NaN, so is the result.
 *
 * Shape: that of x without `dim`, or with size 1 there if keepdim; several q make a new first axis. Dtype: kept. Throws BAD_DTYPE unless x
 * is a float, BAD_VALUE where q is out of range or nothing is there, BAD_DIM for an axis that does not exist.
 *
 * @torch torch.nanquantile
 * @example
 * nanquantile(tensor([1, NaN, 3]), 0.5) // tensor(2.)
 */
export function nanquantile(x: Tensor, q: number | readonly number[] | Tensor, options: QuantileOptions = {}): Tensor {
  return quantiles('nanquantile', x, q, options)
}

function quantiles(
  operation: 'quantile' | 'nanquantile',
  x: Tensor,
  q: number | readonly number[] | Tensor,
  { dim, keepdim = false, interpolation = 'linear' }: QuantileOptions,
): Tensor {
  const input = asTensor(operation, x)
  needFloat(operation, input)
  const parts = partsOf(operation, q)
  checkInterpolation(operation, interpolation)
  const flat = dim === undefined || input.shape.length === 0
  const axis = dim === undefined ? 0 : oneDim(operation, input, dim)
  const rows = flat ? reshaped(input, [input.size]) : input
  needSome(operation, rows, [axis])
  const last = lastAxis(rows, axis)
  const found = wide(last, y => readAt(operation, y, parts, interpolation))
  const kept = keepdim
    ? input.shape.map((n, i) => (flat || i === axis ? 1 : n))
    : rows.shape.filter((_, i) => i !== axis)
  const several = typeof q === 'number' || (isTensor(q) && q.shape.length === 0) ? [] : [parts.length]
  // [..., Q] -> [Q, ...]
  const rank = found.shape.length
  const front = permuted(found, [rank - 1, ...found.shape.slice(1).map((_, i) => i)])
  return reshaped(front, [...several, ...kept])
}

/** q as numbers. */
function partsOf(operation: string, q: number | readonly number[] | Tensor): readonly number[] {
  if (isTensor(q) && q.shape.length > 1) {
    throw new TensorError(
      'BAD_SHAPE',
      `${operation}: q has the shape ${shapeText(q.shape)}; it can have one axis at most.`,
      {
        next: 'Flatten it: q.reshape([-1]).',
      },
    )
  }
  const parts = isTensor(q) ? [...numbersOf(q)] : typeof q === 'number' ? [q] : q
  const bad = parts.find(part => !(part >= 0 && part <= 1))
  if (bad !== undefined) {
    throw new TensorError('BAD_VALUE', `${operation}: q must lie between 0 and 1, got ${bad}.`, {
      next: 'The median is 0.5; for percent divide by 100.',
    })
  }
  return parts
}

/** Which place is read, and with what weight the next one; `rank` is a place in the sorted row. */
const PLACES: { readonly [I in Interpolation]: (rank: Tensor) => Tensor } = {
  linear: rank => rank,
  midpoint: rank => rank,
  lower: rank => apply('floor', [rank], NONE),
  higher: rank => apply('ceil', [rank], NONE),
  nearest: rank => apply('round', [rank], NONE),
}

function checkInterpolation(operation: string, interpolation: string): void {
  if (Object.hasOwn(PLACES, interpolation)) return
  throw new TensorError('BAD_VALUE', `${operation}: interpolation '${interpolation}' does not exist.`, {
    next: `Choose one of: ${Object.keys(PLACES).join(', ')}.`,
  })
}

function lastAxis(x: Tensor, axis: number): Tensor {
  const others = x.shape.map((_, i) => i).filter(i => i !== axis)
  return axis === x.shape.length - 1 ? x : permuted(x, [...others, axis])
}

/** The values at the parts of each sorted row: [..., n] -> [..., Q]. */
function readAt(operation: string, x: Tensor, parts: readonly number[], interpolation: Interpolation): Tensor {
  const { backend } = x.storage
  const dim = x.shape.length - 1
  const sorted = apply('gather', [x, apply('argsort', [x], { dim, descending: false })], { dim })
  const rank = PLACES[interpolation](ranks(operation, x, parts))
  const below = apply('floor', [rank], NONE)
  const shape = [...x.shape.slice(0, -1), parts.length]
  const pick = (place: Tensor): Tensor => {
    const index = cast(place, 'int32')
    return apply('gather', [sorted, index.shape.length === shape.length ? index : expanded(index, shape)], { dim })
  }
  const low = pick(below)
  let out = low
  if (interpolation === 'linear' || interpolation === 'midpoint') {
    const high = pick(apply('ceil', [rank], NONE))
    const half = constant(0.5, x.dtype, backend)
    const weight = interpolation === 'midpoint' ? half : cast(apply('sub', [rank, below], NONE), x.dtype)
    out = between(low, high, weight)
  }
  if (operation === 'nanquantile') return out
  // NaN is sorted to the end.
  const greatest = narrowed(sorted, dim, (x.shape[dim] as number) - 1, 1)
  return apply('where', [apply('isNaN', [greatest], NONE), greatest, out], NONE)
}

/** Places in float64: q (n - 1), of shape [Q], or [..., Q] where n is counted without NaN. */
function ranks(operation: string, x: Tensor, parts: readonly number[]): Tensor {
  const { backend } = x.storage
  const last = (x.shape.at(-1) as number) - 1
  const q = fromArray(Float64Array.from(parts), [parts.length], { device: backend.name })
  if (operation === 'quantile') return apply('mul', [q, constant(last, 'float64', backend)], NONE)
  const known = cast(apply('logicalNot', [apply('isNaN', [x], NONE)], NONE), 'float64')
  const count = apply('sum', [known], { dims: [x.shape.length - 1], keepdim: true })
  const end = apply('sub', [count, constant(1, 'float64', backend)], NONE)
  return apply('mul', [q, apply('maximum', [end, constant(0, 'float64', backend)], NONE)], NONE)
}

/** low + weight (high - low), counted from the nearer end. */
function between(low: Tensor, high: Tensor, weight: Tensor): Tensor {
  const number = (value: number) => constant(value, low.dtype, low.storage.backend)
  const near = apply('lt', [weight, number(0.5)], NONE)
  const from = apply('where', [near, low, high], NONE)
  const part = apply('where', [near, weight, apply('sub', [weight, number(1)], NONE)], NONE)
  return apply('add', [from, apply('mul', [part, apply('sub', [high, low], NONE)], NONE)], NONE)
}

export interface HistcOptions {
  /** Number of bins. Default 100. */
  readonly bins?: number | undefined
  /** Left end of the first bin. Where min and max are equal (both 0 by default), the least and the greatest element are taken. */
  readonly min?: number | undefined
  /** Right end of the last bin, which includes it. */
  readonly max?: number | undefined
}

/**
 * Histogram: how many elements lie in each of `bins` equally wide bins between min and max. The last bin includes its right end.
 *
 * `histc(x, bins, { min, max })`; bins is 100 by default. Where min and max are equal (both 0 by default) they are the least and the
 * greatest element, and where those are equal too, 1 less and 1 more. Elements outside and NaN are not counted. Shape: [bins]. Dtype: that
 * of x. No gradient. Throws BAD_DTYPE unless x is a float, BAD_VALUE where bins is not a whole number above 0, min > max, or the range is
 * not finite.
 *
 * @torch torch.histc
 * @example
 * histc(tensor([1, 2, 1, 4]), 4, { min: 0, max: 4 }) // tensor([0., 2., 1., 1.])
 */
export function histc(x: Tensor, bins: number | HistcOptions = 100, options: HistcOptions = {}): Tensor {
  const chosen = typeof bins === 'object' ? bins : { ...options, bins }
  const input = asTensor('histc', x)
  needFloat('histc', input)
  const count = chosen.bins ?? 100
  if (!Number.isInteger(count) || count < 1) {
    throw new TensorError('BAD_VALUE', `histc: bins must be a whole number above 0, got ${count}.`, {
      next: 'For example histc(x, 10).',
    })
  }
  const [min, max] = rangeOf(input, chosen)
  const flat = reshaped(input, [input.size])
  return apply('histc', [flat], { bins: count, min, max })
}

function rangeOf(x: Tensor, { min = 0, max = 0 }: HistcOptions): [number, number] {
  let [low, high] = [min, max]
  if (low === high && x.size > 0) {
    const numbers = numbersOf(x)
    low = numbers.reduce((a, b) => Math.min(a, b), Infinity)
    high = numbers.reduce((a, b) => Math.max(a, b), -Infinity)
  }
  if (low === high) [low, high] = [low - 1, high + 1]
  if (!Number.isFinite(low) || !Number.isFinite(high) || low > high) {
    throw new TensorError('BAD_VALUE', `histc: from ${low} to ${high} is not a range.`, {
      next: 'Give finite { min, max } with min < max; NaN and infinities in x have no bin.',
    })
  }
  return [low, high]
}

export interface BincountOptions {
  /** What each element counts, instead of 1; of the shape of x. */
  readonly weights?: Tensor | undefined
  /** The least length of the result. Default 0. */
  readonly minlength?: number | undefined
}

/**
 * How often each whole number from 0 on appears: out_k = number of i with x_i = k, or the sum of their weights.
 *
 * Shape: x [n] -> [max(x) + 1], or [minlength] if that is longer. Dtype: int32, or that of the weights. The gradient of the weights is read
 * at x. Throws BAD_DTYPE unless x is int32, BAD_SHAPE unless it has one axis and the weights its shape, BAD_VALUE for a negative number.
 *
 * @torch torch.bincount
 * @differs weights may be float32 and stay so; PyTorch's become float64
 * @example
 * bincount(tensor([1, 1, 3], { dtype: 'int32' })) // tensor([0, 2, 0, 1])
 */
export function bincount(x: Tensor, { weights, minlength = 0 }: BincountOptions = {}): Tensor {
  const input = asTensor('bincount', x)
  if (input.dtype !== 'int32') {
    throw new TensorError('BAD_DTYPE', `bincount: needs int32; this tensor is ${input.dtype}.`, {
      next: 'Convert it first: x.int().',
    })
  }
  if (input.shape.length !== 1 || (weights !== undefined && weights.size !== input.size)) {
    const shapes = weights === undefined ? '' : ` and weights of ${shapeText(weights.shape)}`
    throw new TensorError('BAD_SHAPE', `bincount: needs one axis, got ${shapeText(input.shape)}${shapes}.`, {
      next: 'Flatten x; the weights have its shape.',
    })
  }
  if (!Number.isInteger(minlength) || minlength < 0) {
    throw new TensorError('BAD_VALUE', `bincount: minlength must be a whole number from 0, got ${minlength}.`, {
      next: 'Leave it out for 0.',
    })
  }
  const numbers = numbersOf(input)
  const length = numbers.reduce((most, n) => Math.max(most, n + 1), minlength)
  if (numbers.some(n => n < 0)) {
    throw new TensorError('BAD_VALUE', 'bincount: x has a negative number.', { next: 'Count whole numbers from 0 on.' })
  }
  const source = weights ?? apply('eq', [input, input], NONE)
  const counted = isFloat(source.dtype) ? source : cast(source, 'int32')
  const { backend } = input.storage
  const zeros = make('full', { shape: [length], dtype: counted.dtype, value: 0 }, backend)
  return apply('indexAdd', [zeros, input, counted], { dim: 0 })
}

/**
 * Covariance matrix of variables in rows: C = (X - mean)(X - mean)^T / (n - correction).
 *
 * Shape: x [k, n] with k variables of n observations -> [k, k]; [n] -> []. Dtype: kept; int32 becomes the default dtype. `correction` is 1
 * by default, 0 for the covariance of the numbers themselves. Throws BAD_SHAPE for more than two axes.
 *
 * @torch torch.cov
 * @differs no weights (fweights, aweights)
 * @example
 * cov(tensor([[1, 2, 3], [3, 2, 1]]))
 * // tensor([[ 1., -1.],
 * //         [-1.,  1.]])
 */
export function cov(x: Tensor, { correction = 1 }: { correction?: number | undefined } = {}): Tensor {
  const rows = variables('cov', x)
  return wide(rows, y =>
    reshaped(covariance(y, correction), x.shape.length < 2 ? [] : [y.shape[0] as number, y.shape[0] as number]),
  )
}

/**
 * Matrix of Pearson's correlations of variables in rows: R_ij = C_ij / sqrt(C_ii C_jj) with the covariance matrix C; from -1 to 1.
 *
 * Shape: x [k, n] with k variables of n observations -> [k, k]; [n] -> []. Dtype: kept; int32 becomes the default dtype. NaN where a
 * variable does not vary. Throws BAD_SHAPE for more than two axes.
 *
 * @torch torch.corrcoef
 * @example
 * corrcoef(tensor([[1, 2, 3], [3, 2, 1]]))
 * // tensor([[ 1.0000, -1.0000],
 * //         [-1.0000,  1.0000]])
 */
export function corrcoef(x: Tensor): Tensor {
  const rows = variables('corrcoef', x)
  const k = rows.shape[0] as number
  return wide(rows, y => {
    // Rows of length 1 give the diagonal to the last digit, which dividing the covariance by deviations would not.
    const distances = centred(y)
    const length = apply(
      'sqrt',
      [apply('sum', [apply('square', [distances], NONE)], { dims: [1], keepdim: true })],
      NONE,
    )
    const unit = apply('div', [distances, length], NONE)
    return reshaped(
      clamp(apply('matmul', [unit, permuted(unit, [1, 0])], NONE), -1, 1),
      x.shape.length < 2 ? [] : [k, k],
    )
  })
}

function variables(operation: string, x: Tensor): Tensor {
  const input = asTensor(operation, x)
  if (input.shape.length > 2) {
    throw new TensorError('BAD_SHAPE', `${operation}: at most two axes, got ${shapeText(input.shape)}.`, {
      next: 'Give variables in rows and observations in columns.',
    })
  }
  const floats = toFloat(input)
  return input.shape.length === 2 ? floats : reshaped(floats, [1, input.size])
}

function covariance(x: Tensor, correction: number): Tensor {
  const distances = centred(x)
  const products = apply('matmul', [distances, permuted(distances, [1, 0])], NONE)
  const count = Math.max((x.shape[1] as number) - correction, 0)
  return apply('div', [products, constant(count, x.dtype, x.storage.backend)], NONE)
}

/** Rows without their mean. */
function centred(x: Tensor): Tensor {
  const sum = apply('sum', [x], { dims: [1], keepdim: true })
  const count = constant(x.shape[1] as number, x.dtype, x.storage.backend)
  return apply('sub', [x, apply('div', [sum, count], NONE)], NONE)
}
