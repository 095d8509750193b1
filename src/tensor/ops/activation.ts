// Activation functions and the softmax family.

import { apply } from '../engine.js'
import { TensorError } from '../errors.js'
import { known, optionNames } from '../options.js'
import { NONE, needFloat } from '../primitives.js'
import { normalDim } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { asTensor, constant, type TensorLike, toFloat } from './operand.js'
import { noBool, wide } from './wanted.js'
import { reshaped } from './windows.js'

/**
 * Logistic sigmoid, element by element: 1 / (1 + e^-x), without overflow for any x.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. Result from 0 to 1. The gradient is
 * out (1 - out).
 *
 * @torch torch.sigmoid
 * @example
 * sigmoid(tensor([0, 2, -100])) // tensor([5.0000e-01, 8.8080e-01, 3.7835e-44])
 */
export function sigmoid(x: TensorLike): Tensor {
  return apply('sigmoid', [toFloat(asTensor('sigmoid', x))], NONE)
}

export interface LogitOptions {
  /** Keeps x within [eps, 1 - eps], so that the result is finite. Default: x as it is. */
  readonly eps?: number
}

const LOGIT_OPTIONS = optionNames<LogitOptions>()('eps')

/**
 * Log odds, the inverse of sigmoid, element by element: ln(x / (1 - x)).
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. 0 gives -Infinity, 1 Infinity, what lies outside
 * of [0, 1] NaN. The gradient is 1 / (x (1 - x)), with eps 0 outside of the bounds.
 *
 * @torch torch.logit
 * @example
 * logit(tensor([0.5, 0.75])) // tensor([0.0000, 1.0986])
 */
export function logit(x: TensorLike, options: LogitOptions = {}): Tensor {
  const { eps } = known('logit', options, LOGIT_OPTIONS)
  return wide(toFloat(asTensor('logit', x)), y => {
    const inside = eps === undefined ? y : apply('clamp', [y], { min: eps, max: 1 - eps })
    const rest = apply('log1p', [apply('neg', [inside], NONE)], NONE)
    return apply('sub', [apply('log', [inside], NONE), rest], NONE)
  })
}

/**
 * Rectified linear unit, element by element: max(x, 0) (Nair and Hinton, 2010).
 *
 * Shape: that of x. Dtype: kept. NaN stays NaN. The gradient at 0 is 0. Throws BAD_DTYPE for bool.
 *
 * @torch torch.relu
 * @example
 * relu(tensor([-1, 0, 2])) // tensor([0., 0., 2.])
 */
export function relu(x: TensorLike): Tensor {
  return apply('relu', [noBool('relu', asTensor('relu', x))], NONE)
}

/**
 * Sigmoid linear unit, element by element: x sigmoid(x), also called swish (Elfwing et al., 2018).
 *
 * Shape: that of x. Dtype: kept; throws BAD_DTYPE unless x is a float. silu(-Infinity) is NaN, as in PyTorch.
 *
 * @torch torch.nn.functional.silu
 * @example
 * silu(tensor([-1, 0, 2])) // tensor([-0.2689,  0.0000,  1.7616])
 */
export function silu(x: TensorLike): Tensor {
  return apply('silu', [floats('silu', x)], NONE)
}

export interface GeluOptions {
  /** 'none' (default): by the error function; 'tanh': the fine approximation, that of GPT-2; 'sigmoid': the coarse one. */
  readonly approximate?: 'none' | 'tanh' | 'sigmoid' | undefined
}

const GELU_OPTIONS = optionNames<GeluOptions>()('approximate')

/**
 * Gaussian error linear unit, element by element: x Phi(x) with the normal distribution function
 * Phi(x) = (1 + erf(x / sqrt(2))) / 2 (Hendrycks and Gimpel, 2016). With `approximate: 'tanh'`:
 * x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2, off by 0.0005 at most. With 'sigmoid': x sigmoid(1.702 x), off by 0.02.
 *
 * Shape: that of x. Dtype: kept; throws BAD_DTYPE unless x is a float, BAD_VALUE for another `approximate`.
 *
 * @torch torch.nn.functional.gelu
 * @differs 'sigmoid' is no choice there
 * @example
 * gelu(tensor([-1, 0, 2])) // tensor([-0.1587,  0.0000,  1.9545])
 */
export function gelu(x: TensorLike, options: GeluOptions = {}): Tensor {
  const { approximate = 'none' } = known('gelu', options, GELU_OPTIONS)
  const input = floats('gelu', x)
  const formula = Object.hasOwn(GELUS, approximate) ? GELUS[approximate] : undefined
  if (formula !== undefined) return formula(input)
  throw new TensorError('BAD_VALUE', `gelu: approximate '${String(approximate)}' does not exist.`, {
    next: "Choose 'none', 'tanh' or 'sigmoid'.",
  })
}

const GELUS: Readonly<Record<NonNullable<GeluOptions['approximate']>, (x: Tensor) => Tensor>> = {
  none: x => apply('gelu', [x], NONE),
  tanh: x => apply('geluTanh', [x], NONE),
  sigmoid: x =>
    wide(x, y => {
      const steep = apply('mul', [y, constant(1.702, y.dtype, y.storage.backend)], NONE)
      return apply('mul', [y, apply('sigmoid', [steep], NONE)], NONE)
    }),
}

export interface SoftplusOptions {
  /** Steepness. Default 1. */
  readonly beta?: number | undefined
  /** Where beta x is above it, the result is x itself. Default 20. */
  readonly threshold?: number | undefined
}

const SOFTPLUS_OPTIONS = optionNames<SoftplusOptions>()('beta threshold')

/**
 * Smooth form of relu, element by element: ln(1 + e^(beta x)) / beta, without overflow for any x; x itself where
 * beta x > threshold, as in PyTorch (Dugas et al., 2001).
 *
 * Shape: that of x. Dtype: kept. Defaults: beta 1, threshold 20; in float32 the threshold changes nothing, in float64 it costs
 * up to 2e-9 (give Infinity for the exact function). The gradient is sigmoid(beta x). Throws BAD_DTYPE unless x is a float.
 *
 * @torch torch.nn.functional.softplus
 * @example
 * softplus(tensor([-100, 0, 100])) // tensor([3.7835e-44, 6.9315e-01, 1.0000e+02])
 */
export function softplus(x: TensorLike, options: SoftplusOptions = {}): Tensor {
  const { beta = 1, threshold = 20 } = known('softplus', options, SOFTPLUS_OPTIONS)
  return wide(floats('softplus', x), input => {
    const number = (value: number) => constant(value, input.dtype, input.storage.backend)
    const steep = beta === 1 ? input : apply('mul', [input, number(beta)], NONE)
    const smooth = apply('softplus', [steep], NONE)
    const curve = beta === 1 ? smooth : apply('div', [smooth, number(beta)], NONE)
    if (threshold === Infinity) return curve
    return apply('where', [apply('gt', [steep, number(threshold)], NONE), input, curve], NONE)
  })
}

/**
 * Logarithm of the sigmoid, element by element: -ln(1 + e^-x), without overflow for any x.
 *
 * Shape: that of x. Dtype: kept; throws BAD_DTYPE unless x is a float. The gradient is sigmoid(-x).
 *
 * @torch torch.nn.functional.logsigmoid
 * @example
 * logsigmoid(tensor([-100, 0])) // tensor([-100.0000,   -0.6931])
 */
export function logsigmoid(x: TensorLike): Tensor {
  const input = floats('logsigmoid', x)
  const softly = apply('softplus', [apply('neg', [input], NONE)], NONE)
  // 0 - y, not -y: where the sigmoid is 1 its logarithm is 0, not -0.
  return apply('sub', [constant(0, input.dtype, input.storage.backend), softly], NONE)
}

/** The axis of the softmax family. */
export interface DimOption {
  readonly dim: number
}

/**
 * Softmax along one axis: e^x_i / sum_j e^x_j, without overflow for any x. The results are positive and sum to 1.
 *
 * Shape: that of x. Dtype: kept; throws BAD_DTYPE unless x is a float. `dim` must be given: softmax(x, -1) or
 * softmax(x, { dim: -1 }). A row with Infinity or NaN, or of -Infinity alone, gives NaN. The gradient is
 * out (g - sum(g out)). Throws BAD_DIM for an axis that does not exist.
 *
 * @torch torch.softmax
 * @example
 * softmax(tensor([1, 2, 3]), 0) // tensor([0.0900, 0.2447, 0.6652])
 */
export function softmax(x: Tensor, dim: number | DimOption): Tensor {
  return alongDim('softmax', 'softmax', x, dim)
}

/**
 * Logarithm of the softmax along one axis: x_i - ln sum_j e^x_j, exact also where the softmax itself would round to 0.
 *
 * Shape: that of x. Dtype: kept; throws BAD_DTYPE unless x is a float, BAD_DIM for an axis that does not exist. The gradient
 * is g - softmax(x) sum(g).
 *
 * @torch torch.log_softmax
 * @example
 * logSoftmax(tensor([1, 2, 3]), 0) // tensor([-2.4076, -1.4076, -0.4076])
 */
export function logSoftmax(x: Tensor, dim: number | DimOption): Tensor {
  return alongDim('logSoftmax', 'logSoftmax', x, dim)
}

/**
 * Softmax of the negative along one axis: e^-x_i / sum_j e^-x_j; the smallest gets the most.
 *
 * Shape: that of x. Dtype: kept; throws BAD_DTYPE unless x is a float, BAD_DIM for an axis that does not exist.
 *
 * @torch torch.nn.functional.softmin
 * @example
 * softmin(tensor([1, 2, 3]), 0) // tensor([0.6652, 0.2447, 0.0900])
 */
export function softmin(x: Tensor, dim: number | DimOption): Tensor {
  needFloat('softmin', asTensor('softmin', x))
  return alongDim('softmin', 'softmax', apply('neg', [x], NONE), dim)
}

function alongDim(operation: string, name: 'softmax' | 'logSoftmax', x: Tensor, dim: number | DimOption): Tensor {
  const input = floats(operation, x)
  const axis = typeof dim === 'object' && dim !== null ? dim.dim : dim
  if (axis === undefined) {
    throw new TensorError('BAD_DIM', `${operation}: say along which axis.`, {
      next: `For rows of scores: ${operation}(x, -1).`,
    })
  }
  // A number is seen as a list of one.
  if (input.shape.length === 0) return single(operation, name, input, axis)
  return apply(name, [input], { dim: normalDim(operation, axis, input.shape.length) })
}

function single(operation: string, name: 'softmax' | 'logSoftmax', x: Tensor, dim: number): Tensor {
  normalDim(operation, dim, 1)
  return reshaped(apply(name, [reshaped(x, [1])], { dim: 0 }), [])
}

function floats(operation: string, x: TensorLike): Tensor {
  const input = asTensor(operation, x)
  needFloat(operation, input)
  return input
}
