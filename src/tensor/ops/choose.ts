// Choosing between values: where, bounds, and replacing what is not a number.
import { dtypeOf, isFloat, promote } from '../dtype.js'
import { apply } from '../engine.js'
import { TensorError } from '../errors.js'
import { NONE } from '../primitives.js'
import { broadcast } from '../shape.js'
import { state } from '../state.js'
import { isTensor, type Tensor } from '../tensor.js'
import { asTensor, cast, constant, meet, notTensor, type TensorLike } from './operand.js'

/**
 * Chooses element by element: a where `condition` is true, else b.
 *
 * Shapes: all three broadcast with each other. Dtype: a and b meet in their promoted dtype; two plain numbers give the default
 * dtype. The gradient flows to the chosen one alone; but a NaN or Infinity that arises on the way into the other one still
 * turns its gradient to NaN (0 * Infinity): keep both finite. Throws BAD_DTYPE unless the condition is bool,
 * SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.where
 * @differs as a method it belongs to the condition, condition.where(a, b); without a and b see nonzero
 * @example
 * const x = tensor([-1, 2])
 * where(x.gt(0), x, 0) // tensor([0., 2.])
 */
export function where(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  if (!isTensor(condition)) throw notTensor('where', condition)
  if (condition.dtype !== 'bool') {
    throw new TensorError('BAD_DTYPE', `where: the condition must be a bool tensor; this one is ${condition.dtype}.`, {
      next: 'Compare first: where(x.gt(0), a, b), or x.gt(0).where(a, b): here the method belongs to the condition.',
    })
  }
  const [x, y] = isTensor(a) || isTensor(b) ? meet('where', a, b) : twoNumbers(condition, a, b)
  broadcast('where', broadcast('where', condition.shape, x.shape), broadcast('where', x.shape, y.shape))
  return apply('where', [condition, x, y], NONE)
}

function twoNumbers(condition: Tensor, a: number | boolean, b: number | boolean): [Tensor, Tensor] {
  const dtype = typeof a === 'boolean' && typeof b === 'boolean' ? 'bool' : state.defaultDtype
  for (const side of [a, b]) if (typeof side !== 'number' && typeof side !== 'boolean') throw notTensor('where', side)
  return [constant(a, dtype, condition.storage.backend), constant(b, dtype, condition.storage.backend)]
}

/** A lower and an upper bound. */
export interface Bounds {
  readonly min?: TensorLike | undefined
  readonly max?: TensorLike | undefined
}

/**
 * Cuts values off at bounds, element by element: min(max(x, lower), upper).
 *
 * `clamp(x, lower, upper)` or `clamp(x, { min, max })`; one side may be left out (undefined), both not. Bounds are numbers or
 * tensors. Shapes: x and tensor bounds broadcast with each other. Dtype: promoted with the bounds. NaN stays NaN, a NaN bound
 * gives NaN; where lower > upper the result is upper. The gradient is 1 strictly between the bounds and 0 elsewhere; with
 * tensor bounds x and the bound share it half and half where they are equal. Throws BAD_VALUE without bounds.
 *
 * @torch torch.clamp
 * @example
 * clamp(tensor([-2, 0.5, 3]), 0, 1) // tensor([0.0000, 0.5000, 1.0000])
 * clamp(tensor([-2, 3]), { min: 0 }) // tensor([0., 3.])
 */
export function clamp(x: TensorLike, lower?: TensorLike | Bounds, upper?: TensorLike): Tensor {
  const { min, max } = isBounds(lower) ? lower : { min: lower, max: upper }
  return bounded('clamp', asTensor('clamp', x), min, max)
}

/**
 * Raises values to at least `bound`, element by element: max(x, bound). As `clamp(x, { min: bound })`.
 *
 * Shapes: x and a tensor bound broadcast. Dtype: promoted. NaN stays NaN.
 *
 * @torch torch.clamp_min
 * @example
 * clampMin(tensor([-2, 3]), 0) // tensor([0., 3.])
 */
export function clampMin(x: TensorLike, bound: TensorLike): Tensor {
  return bounded('clampMin', asTensor('clampMin', x), bound, undefined)
}

/**
 * Lowers values to at most `bound`, element by element: min(x, bound). As `clamp(x, { max: bound })`.
 *
 * Shapes: x and a tensor bound broadcast. Dtype: promoted. NaN stays NaN.
 *
 * @torch torch.clamp_max
 * @example
 * clampMax(tensor([-2, 3]), 0) // tensor([-2.,  0.])
 */
export function clampMax(x: TensorLike, bound: TensorLike): Tensor {
  return bounded('clampMax', asTensor('clampMax', x), undefined, bound)
}

function isBounds(value: unknown): value is Bounds {
  return typeof value === 'object' && value !== null && !isTensor(value)
}

function bounded(operation: string, x: Tensor, min: TensorLike | undefined, max: TensorLike | undefined): Tensor {
  if (min === undefined && max === undefined) {
    throw new TensorError('BAD_VALUE', `${operation}: neither a lower nor an upper bound is given.`, {
      next: `Give at least one: ${operation}(x, { min: 0 }).`,
    })
  }
  if (isTensor(min) || isTensor(max)) return betweenTensors(operation, x, min, max)
  const dtype = [min, max].reduce<Tensor['dtype']>((found, bound) => joined(operation, found, bound), x.dtype)
  const [low, high] = [Number(min ?? -Infinity), Number(max ?? Infinity)]
  const input = dtype === 'bool' ? cast(x, 'int32') : cast(x, dtype)
  // NaN takes no part in the comparisons of a kernel: it is said here what it does.
  if (Number.isNaN(low) || Number.isNaN(high))
    return apply('mul', [input, constant(NaN, dtype, x.storage.backend)], NONE)
  const out = apply('clamp', [input], { min: low, max: high })
  return dtype === 'bool' ? cast(out, 'bool') : out
}

function joined(operation: string, dtype: Tensor['dtype'], bound: unknown): Tensor['dtype'] {
  if (bound === undefined || isFloat(dtype)) return dtype
  if (typeof bound !== 'number' && typeof bound !== 'boolean') throw notTensor(operation, bound)
  // An open side is no fraction.
  if (Math.abs(Number(bound)) === Infinity) return dtype
  const kind = dtypeOf(bound)
  return kind === 'float32' ? state.defaultDtype : promote(dtype, kind)
}

function betweenTensors(
  operation: string,
  x: Tensor,
  min: TensorLike | undefined,
  max: TensorLike | undefined,
): Tensor {
  let input = x
  let [low, high]: (Tensor | undefined)[] = []
  if (min !== undefined) [input, low] = meet(operation, input, min)
  if (max !== undefined) [input, high] = meet(operation, input, max)
  if (low !== undefined) low = cast(low, input.dtype)
  for (const bound of [low, high]) if (bound !== undefined) broadcast(operation, input.shape, bound.shape)
  let out = low === undefined ? input : sided('maximum', input, low)
  if (high !== undefined) out = sided('minimum', out, high)
  if (low === undefined || high === undefined) return out
  // Between equal bounds the gradient goes to x where it is equal too, else to the bound that cut it off.
  const below = apply('where', [apply('lt', [input, low], NONE), low, input], NONE)
  const cut = apply('where', [apply('gt', [input, high], NONE), high, below], NONE)
  return apply('where', [apply('eq', [low, high], NONE), cut, out], NONE)
}

/** The greater or smaller of both; a NaN keeps its own gradient, as in PyTorch. */
function sided(name: 'maximum' | 'minimum', x: Tensor, bound: Tensor): Tensor {
  if (x.dtype === 'bool') return apply(name === 'maximum' ? 'logicalOr' : 'logicalAnd', [x, bound], NONE)
  const chosen = apply(name, [x, bound], NONE)
  return isFloat(x.dtype) ? apply('where', [apply('isNaN', [x], NONE), x, chosen], NONE) : chosen
}

const GREATEST = {
  float16: 65504,
  bfloat16: 3.3895313892515355e38,
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
}

export interface NanToNumOptions {
  /** What NaN becomes. Default 0. */
  readonly nan?: number | undefined
  /** What Infinity becomes. Default: the greatest number of the dtype. */
  readonly posinf?: number | undefined
  /** What -Infinity becomes. Default: the least number of the dtype. */
  readonly neginf?: number | undefined
}

/**
 * Replaces NaN and infinities by numbers, element by element.
 *
 * Shape: that of x. Dtype: kept; whole numbers and bools are copied. By default NaN becomes 0, Infinity and -Infinity the
 * greatest and least number of the dtype. The gradient is 1 where x is finite, else 0.
 *
 * @torch torch.nan_to_num
 * @example
 * nanToNum(tensor([NaN, 1, Infinity]), { posinf: 9 }) // tensor([0., 1., 9.])
 */
export function nanToNum(x: TensorLike, options: NanToNumOptions = {}): Tensor {
  const input = asTensor('nanToNum', x)
  const { dtype } = input
  if (dtype === 'int32' || dtype === 'bool') return apply('copy', [input], NONE)
  const { nan = 0, posinf = GREATEST[dtype], neginf = -GREATEST[dtype] } = options
  const number = (value: number) => constant(value, dtype, input.storage.backend)
  const positive = apply('gt', [input, number(0)], NONE)
  const infinite = apply('where', [positive, number(posinf), number(neginf)], NONE)
  const odd = apply('where', [apply('isNaN', [input], NONE), number(nan), infinite], NONE)
  return apply('where', [apply('isFinite', [input], NONE), input, odd], NONE)
}
