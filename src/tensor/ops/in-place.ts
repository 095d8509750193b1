// In-place forms: they write into their tensor and return it. Views see it, backward notices it (VERSION).

import { make } from '../create.js'
import { DTYPES, type DType } from '../dtype.js'
import { apply, applyInto, assign, beforeWriting } from '../engine.js'
import { TensorError } from '../errors.js'
import { type BinaryName, NONE, type UnaryName } from '../primitives.js'
import { broadcast, sameShape } from '../shape.js'
import { currentBackend } from '../state.js'
import { isTensor, type Tensor } from '../tensor.js'
import { addcdiv, addcmul, type DivOptions, div, lerp, pow, type ScaleOptions } from './arithmetic.js'
import { type Bounds, clamp, type NanToNumOptions, nanToNum } from './choose.js'
import { to } from './convert.js'
import { asTensor, cast, meet, type TensorLike } from './operand.js'
import { round } from './rounding.js'
import { noBool } from './wanted.js'
import { expanded } from './windows.js'

/**
 * Fills x with one number, in place: x_i = value.
 *
 * Shape and dtype: those of x. Throws BAD_VALUE where int32 cannot hold the value, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.fill_
 * @example
 * zeros([2]).fill_(7) // tensor([7., 7.])
 */
export function fill_(x: Tensor, value: number | boolean): Tensor {
  return filled('fill_', x, value)
}

function filled(operation: string, x: Tensor, value: number | boolean): Tensor {
  const number = Number(value)
  if (x.dtype === 'int32' && !(Math.trunc(number) >= -0x8000_0000 && Math.trunc(number) <= 0x7fff_ffff)) {
    throw new TensorError('BAD_VALUE', `${operation}: int32 cannot hold ${number}.`, {
      next: 'Use a float tensor: x.float().',
    })
  }
  const params = { shape: x.shape, dtype: x.dtype, value: number }
  const { backend } = x.storage
  // apply() makes tensors on the current backend.
  if (backend !== currentBackend()) return assign(operation, x, () => make('full', params, backend), [x])
  return applyInto(operation, x, 'full', [], params)
}

/**
 * Fills x with zeros, in place: x_i = 0. Shape and dtype: those of x. Throws IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.zero_
 * @example
 * ones([2]).zero_() // tensor([0., 0.])
 */
export function zero_(x: Tensor): Tensor {
  return filled('zero_', x, 0)
}

/**
 * Writes the numbers of `source` into x, in place: x_i = source_i.
 *
 * Shape: that of x; source is broadcast to it. Dtype: that of x; source is converted, fractions are cut off for int32. Also from another
 * backend. Throws SHAPE_MISMATCH where the shapes do not fit, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.copy_
 * @example
 * zeros([2]).copy_(tensor([1, 2])) // tensor([1., 2.])
 */
export function copy_(x: Tensor, source: TensorLike): Tensor {
  const there = to(asTensor('copy_', source), { dtype: x.dtype, device: x.device })
  const shape = broadcast('copy_', x.shape, there.shape)
  return applyInto('copy_', x, 'copy', [sameShape(shape, there.shape) ? there : expanded(there, shape)], NONE)
}

/**
 * In-place form of `add`: x = x + b.
 *
 * Shape and dtype: those of x; b is broadcast to it. Throws BAD_DTYPE where the result is of a higher kind than x (a float into int32),
 * SHAPE_MISMATCH where it has another shape, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.add_
 * @example
 * tensor([1, 2]).add_(10) // tensor([11., 12.])
 */
export function add_(x: Tensor, b: TensorLike): Tensor {
  return into('add', x.dtype === 'bool' && kindOf(b) === 'bool' ? 'logicalOr' : 'add', x, b)
}

/**
 * In-place form of `sub`: x = x - b.
 *
 * Shape and dtype: those of x; b is broadcast to it. Throws BAD_DTYPE where the result is of a higher kind than x (a float into int32),
 * SHAPE_MISMATCH where it has another shape, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.sub_
 * @example
 * tensor([1, 2]).sub_(1) // tensor([0., 1.])
 */
export function sub_(x: Tensor, b: TensorLike): Tensor {
  return into('sub', 'sub', noBool('sub_', x), b)
}

/**
 * In-place form of `mul`: x = x b, element by element.
 *
 * Shape and dtype: those of x; b is broadcast to it. Throws BAD_DTYPE where the result is of a higher kind than x (a float into int32),
 * SHAPE_MISMATCH where it has another shape, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.mul_
 * @example
 * tensor([1, 2]).mul_(10) // tensor([10., 20.])
 */
export function mul_(x: Tensor, b: TensorLike): Tensor {
  return into('mul', x.dtype === 'bool' && kindOf(b) === 'bool' ? 'logicalAnd' : 'mul', x, b)
}

/**
 * In-place form of `div`: x = x / b, with `roundingMode` rounded.
 *
 * Shape and dtype: those of x; b is broadcast to it. Throws BAD_DTYPE where x is int32 or bool and nothing is rounded, SHAPE_MISMATCH
 * where the result has another shape, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.div_
 * @example
 * tensor([1, 2]).div_(4) // tensor([0.2500, 0.5000])
 */
export function div_(x: Tensor, b: TensorLike, options?: DivOptions): Tensor {
  if (options?.roundingMode === undefined && DTYPES[x.dtype].kind === 'float') return into('div', 'div', x, b)
  return written('div_', x, before => div(before, b, options), [x, b])
}

/**
 * In-place form of `floorDivide`: x = floor(x / b).
 *
 * Shape and dtype: those of x; b is broadcast to it. Throws BAD_DTYPE where the result is of a higher kind than x (a float into int32),
 * SHAPE_MISMATCH where it has another shape, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.floor_divide_
 * @example
 * tensor([7, -7]).floorDivide_(2) // tensor([ 3., -4.])
 */
export function floorDivide_(x: Tensor, b: TensorLike): Tensor {
  return into('floorDivide', 'floorDivide', noBool('floorDivide_', x), b)
}

/**
 * In-place form of `remainder`: x = x - b floor(x / b).
 *
 * Shape and dtype: those of x; b is broadcast to it. Throws BAD_DTYPE where the result is of a higher kind than x (a float into int32),
 * SHAPE_MISMATCH where it has another shape, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.remainder_
 * @example
 * tensor([7, -7]).remainder_(3) // tensor([1., 2.])
 */
export function remainder_(x: Tensor, b: TensorLike): Tensor {
  return into('remainder', 'remainder', noBool('remainder_', x), b)
}

/**
 * In-place form of `fmod`: x = x - b trunc(x / b).
 *
 * Shape and dtype: those of x; b is broadcast to it. Throws BAD_DTYPE where the result is of a higher kind than x (a float into int32),
 * SHAPE_MISMATCH where it has another shape, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.fmod_
 * @example
 * tensor([7, -7]).fmod_(3) // tensor([ 1., -1.])
 */
export function fmod_(x: Tensor, b: TensorLike): Tensor {
  return into('fmod', 'fmod', noBool('fmod_', x), b)
}

/**
 * In-place form of `pow`: x = x ^ b.
 *
 * Shape and dtype: those of x; b is broadcast to it. Throws BAD_DTYPE where the result is of a higher kind than x (a float into int32),
 * SHAPE_MISMATCH where it has another shape, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.pow_
 * @example
 * tensor([2, 3]).pow_(2) // tensor([4., 9.])
 */
export function pow_(x: Tensor, b: TensorLike): Tensor {
  return written('pow_', x, before => pow(before, b), [x, b])
}

/**
 * In-place form of `lerp`: x = x + weight (b - x).
 *
 * Shape and dtype: those of x; b and weight are broadcast to it. Throws BAD_DTYPE unless x is a float, SHAPE_MISMATCH where the shapes do
 * not fit, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.lerp_
 * @example
 * tensor([0, 10]).lerp_(tensor([10, 20]), 0.5) // tensor([ 5., 15.])
 */
export function lerp_(x: Tensor, b: TensorLike, weight: TensorLike): Tensor {
  return written('lerp_', x, before => lerp(before, b, weight), [x, b, weight])
}

/**
 * In-place form of `addcmul`: x = x + value a b.
 *
 * Shape and dtype: those of x; a and b are broadcast to it. `value` is 1 by default. Throws as `add_` does.
 *
 * @torch torch.Tensor.addcmul_
 * @example
 * tensor([1]).addcmul_(tensor([2]), tensor([3])) // tensor([7.])
 */
export function addcmul_(x: Tensor, a: TensorLike, b: TensorLike, options?: ScaleOptions): Tensor {
  return written('addcmul_', x, before => addcmul(before, a, b, options), [x, a, b])
}

/**
 * In-place form of `addcdiv`: x = x + value a / b.
 *
 * Shape and dtype: those of x; a and b are broadcast to it. `value` is 1 by default. Throws as `add_` does.
 *
 * @torch torch.Tensor.addcdiv_
 * @example
 * tensor([1]).addcdiv_(tensor([6]), tensor([3])) // tensor([3.])
 */
export function addcdiv_(x: Tensor, a: TensorLike, b: TensorLike, options?: ScaleOptions): Tensor {
  return written('addcdiv_', x, before => addcdiv(before, a, b, options), [x, a, b])
}

/**
 * In-place form of `clamp`: x = min(max(x, lower), upper).
 *
 * Shape and dtype: those of x. Bounds are numbers or tensors; one may be left out. Throws BAD_DTYPE where a bound is of a higher kind than
 * x, BAD_VALUE without bounds, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.clamp_
 * @example
 * tensor([-2, 3]).clamp_(0, 1) // tensor([0., 1.])
 */
export function clamp_(x: Tensor, lower?: TensorLike | Bounds, upper?: TensorLike): Tensor {
  return written('clamp_', x, before => clamp(before, lower, upper), [x])
}

/**
 * In-place form of `clampMin`: x = max(x, bound). Shape and dtype: those of x. Throws as `clamp_` does.
 *
 * @torch torch.Tensor.clamp_min_
 * @example
 * tensor([-2, 3]).clampMin_(0) // tensor([0., 3.])
 */
export function clampMin_(x: Tensor, bound: TensorLike): Tensor {
  return written('clampMin_', x, before => clamp(before, { min: bound }), [x, bound])
}

/**
 * In-place form of `clampMax`: x = min(x, bound). Shape and dtype: those of x. Throws as `clamp_` does.
 *
 * @torch torch.Tensor.clamp_max_
 * @example
 * tensor([-2, 3]).clampMax_(0) // tensor([-2.,  0.])
 */
export function clampMax_(x: Tensor, bound: TensorLike): Tensor {
  return written('clampMax_', x, before => clamp(before, { max: bound }), [x, bound])
}

/**
 * In-place form of `nanToNum`: NaN and infinities become numbers. Shape and dtype: those of x. Throws IN_PLACE for a leaf that requires
 * grad.
 *
 * @torch torch.Tensor.nan_to_num_
 * @example
 * tensor([NaN, 1]).nanToNum_() // tensor([0., 1.])
 */
export function nanToNum_(x: Tensor, options?: NanToNumOptions): Tensor {
  return written('nanToNum_', x, before => nanToNum(before, options), [x])
}

/**
 * In-place form of `round`: to the nearest whole number, halves to the even one, or to `decimals` places. Shape and dtype: those of x.
 * Throws as `round` does, and IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.round_
 * @example
 * tensor([1.5, -2.7]).round_() // tensor([ 2., -3.])
 */
export function round_(x: Tensor, options?: { decimals?: number | undefined }): Tensor {
  return written('round_', x, before => round(before, options), [x])
}

/**
 * In-place form of `neg`: x = -x, element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE for bool, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.neg_
 * @example
 * tensor([1, -2]).neg_() // tensor([-1.,  2.])
 */
export function neg_(x: Tensor): Tensor {
  return kept('neg', x)
}

/**
 * In-place form of `abs`: x = |x|, element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE for bool, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.abs_
 * @example
 * tensor([1, -2]).abs_() // tensor([1., 2.])
 */
export function abs_(x: Tensor): Tensor {
  return kept('abs', x)
}

/**
 * In-place form of `square`: x = x^2, element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE for bool, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.square_
 * @example
 * tensor([1, -2]).square_() // tensor([1., 4.])
 */
export function square_(x: Tensor): Tensor {
  return kept('square', x)
}

/**
 * In-place form of `sqrt`: x = sqrt(x), element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE unless x is a float, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.sqrt_
 * @example
 * tensor([4, 9]).sqrt_() // tensor([2., 3.])
 */
export function sqrt_(x: Tensor): Tensor {
  return float('sqrt', x)
}

/**
 * In-place form of `rsqrt`: x = 1 / sqrt(x), element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE unless x is a float, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.rsqrt_
 * @example
 * tensor([4, 16]).rsqrt_() // tensor([0.5000, 0.2500])
 */
export function rsqrt_(x: Tensor): Tensor {
  return float('rsqrt', x)
}

/**
 * In-place form of `reciprocal`: x = 1 / x, element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE unless x is a float, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.reciprocal_
 * @example
 * tensor([2, 4]).reciprocal_() // tensor([0.5000, 0.2500])
 */
export function reciprocal_(x: Tensor): Tensor {
  return float('reciprocal', x)
}

/**
 * In-place form of `exp`: x = e^x, element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE unless x is a float, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.exp_
 * @example
 * tensor([0, 1]).exp_() // tensor([1.0000, 2.7183])
 */
export function exp_(x: Tensor): Tensor {
  return float('exp', x)
}

/**
 * In-place form of `expm1`: x = e^x - 1, element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE unless x is a float, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.expm1_
 * @example
 * tensor([0, 1]).expm1_() // tensor([0.0000, 1.7183])
 */
export function expm1_(x: Tensor): Tensor {
  return float('expm1', x)
}

/**
 * In-place form of `log`: x = ln x, element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE unless x is a float, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.log_
 * @example
 * tensor([1, 2]).log_() // tensor([0.0000, 0.6931])
 */
export function log_(x: Tensor): Tensor {
  return float('log', x)
}

/**
 * In-place form of `log1p`: x = ln(1 + x), element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE unless x is a float, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.log1p_
 * @example
 * tensor([0, 1]).log1p_() // tensor([0.0000, 0.6931])
 */
export function log1p_(x: Tensor): Tensor {
  return float('log1p', x)
}

/**
 * In-place form of `sin`: x = sin x, element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE unless x is a float, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.sin_
 * @example
 * tensor([0, 1]).sin_() // tensor([0.0000, 0.8415])
 */
export function sin_(x: Tensor): Tensor {
  return float('sin', x)
}

/**
 * In-place form of `cos`: x = cos x, element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE unless x is a float, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.cos_
 * @example
 * tensor([0, 1]).cos_() // tensor([1.0000, 0.5403])
 */
export function cos_(x: Tensor): Tensor {
  return float('cos', x)
}

/**
 * In-place form of `tanh`: x = tanh x, element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE unless x is a float, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.tanh_
 * @example
 * tensor([0, 1]).tanh_() // tensor([0.0000, 0.7616])
 */
export function tanh_(x: Tensor): Tensor {
  return float('tanh', x)
}

/**
 * In-place form of `sigmoid`: x = 1 / (1 + e^-x), element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE unless x is a float, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.sigmoid_
 * @example
 * tensor([0, 2]).sigmoid_() // tensor([0.5000, 0.8808])
 */
export function sigmoid_(x: Tensor): Tensor {
  return float('sigmoid', x)
}

/**
 * In-place form of `relu`: x = max(x, 0), element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE for bool, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.relu_
 * @example
 * tensor([-1, 2]).relu_() // tensor([0., 2.])
 */
export function relu_(x: Tensor): Tensor {
  return kept('relu', x)
}

/**
 * In-place form of `floor`: x = floor(x), element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE for bool, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.floor_
 * @example
 * tensor([1.5, -1.5]).floor_() // tensor([ 1., -2.])
 */
export function floor_(x: Tensor): Tensor {
  return whole('floor', x)
}

/**
 * In-place form of `ceil`: x = ceil(x), element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE for bool, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.ceil_
 * @example
 * tensor([1.5, -1.5]).ceil_() // tensor([ 2., -1.])
 */
export function ceil_(x: Tensor): Tensor {
  return whole('ceil', x)
}

/**
 * In-place form of `trunc`: x = trunc(x), element by element.
 *
 * Shape and dtype: those of x. Throws BAD_DTYPE for bool, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.trunc_
 * @example
 * tensor([1.5, -1.5]).trunc_() // tensor([ 1., -1.])
 */
export function trunc_(x: Tensor): Tensor {
  return whole('trunc', x)
}

/** For floats and int32. */
function kept(name: UnaryName, x: Tensor): Tensor {
  return applyInto(`${name}_`, x, name, [noBool(`${name}_`, x)], NONE)
}

/** Rounding leaves int32 as it is. */
function whole(name: UnaryName, x: Tensor): Tensor {
  return noBool(`${name}_`, x).dtype === 'int32' ? x : applyInto(`${name}_`, x, name, [x], NONE)
}

function float(name: UnaryName, x: Tensor): Tensor {
  if (DTYPES[x.dtype].kind !== 'float') throw tooHigh(`${name}_`, x, 'float32')
  return applyInto(`${name}_`, x, name, [x], NONE)
}

/** Of two operands: they meet, and the result goes back to the dtype of x where that is of the same kind. */
function into(operation: string, name: BinaryName | 'logicalOr' | 'logicalAnd', x: Tensor, b: TensorLike): Tensor {
  const [left, right] = meet(operation, x, b)
  if (left.shape !== right.shape) broadcast(operation, left.shape, right.shape)
  if (left.dtype === x.dtype) return applyInto(`${operation}_`, x, name, [x, right], NONE)
  checkKind(`${operation}_`, x, left.dtype)
  return assign(`${operation}_`, x, () => cast(apply(name, [left, right], NONE), x.dtype), [x, right])
}

/** Any computation, written into x. */
function written(
  operation: string,
  x: Tensor,
  compute: (before: Tensor) => Tensor,
  operands: readonly TensorLike[],
): Tensor {
  const tensors = operands.filter(isTensor)
  const value = () => {
    const result = compute(beforeWriting(x, tensors))
    checkKind(operation, x, result.dtype)
    return cast(result, x.dtype)
  }
  return assign(operation, x, value, tensors)
}

function checkKind(operation: string, x: Tensor, dtype: DType): void {
  const order = ['bool', 'int', 'float']
  if (order.indexOf(DTYPES[dtype].kind) > order.indexOf(DTYPES[x.dtype].kind)) throw tooHigh(operation, x, dtype)
}

function tooHigh(operation: string, x: Tensor, dtype: DType): TensorError {
  return new TensorError(
    'BAD_DTYPE',
    `${operation}: the result is ${dtype} and cannot be written into a tensor of ${x.dtype}.`,
    {
      next: `Use the form without _: ${operation.slice(0, -1)}.`,
    },
  )
}

function kindOf(b: TensorLike): string {
  return isTensor(b) ? b.dtype : typeof b === 'boolean' ? 'bool' : 'number'
}
