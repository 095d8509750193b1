// Activations that bend at zero, or at corners: relatives of the ReLU.
import { customFunction } from '../../autograd/index.js'
import { type Generator, uniform } from '../../random/index.js'
import { tensor } from '../../tensor/create.js'
import { shapeText, TensorError } from '../../tensor/errors.js'
import { add, div, mul } from '../../tensor/ops/arithmetic.js'
import { clamp, where } from '../../tensor/ops/choose.js'
import { gt, le } from '../../tensor/ops/compare.js'
import { expm1 } from '../../tensor/ops/maths.js'
import { reshape } from '../../tensor/ops/views.js'
import { wide } from '../../tensor/ops/wanted.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { needFloats } from './floats.js'

export interface LeakyReluOptions {
  /** The slope below 0. 0.01. */
  readonly negativeSlope?: number | undefined
}

export const LEAKY_RELU_OPTIONS = optionNames<LeakyReluOptions>()('negativeSlope')

/**
 * Leaky rectified linear unit, element by element: x where x > 0, else negativeSlope x (Maas et al. 2013): a unit that is off still learns.
 *
 * Shape and dtype: those of x, a float. The gradient at 0 is negativeSlope. Throws BAD_DTYPE, NOT_A_TENSOR.
 *
 * @example
 * F.leakyRelu(tensor([-1, 2])) // tensor([-0.0100,  2.0000])
 * @torch torch.nn.functional.leaky_relu
 */
export function leakyRelu(x: Tensor, options: LeakyReluOptions = {}): Tensor {
  const { negativeSlope = 0.01 } = known('leakyRelu', options, LEAKY_RELU_OPTIONS)
  needFloats('leakyRelu', x)
  return wide(x, y => steepness(y, negativeSlope).mul(y))
}

/** 1 where x > 0, else `below`. As a factor of x it has no gradient of its own, so that backward is a single product. */
function steepness(x: Tensor, below: number | Tensor): Tensor {
  return where(gt(x, 0), tensor(1, { dtype: x.dtype, device: x.device }), below)
}

/**
 * Parametric rectified linear unit (He et al. 2015): x where x > 0, else weight x, with a slope that is learned.
 *
 * x [N, C, ...] and `weight` of [C], one slope a channel; or any x and a `weight` with one number. Shape and dtype: those of x. Throws SHAPE_MISMATCH,
 * BAD_DTYPE, NOT_A_TENSOR.
 *
 * @example
 * F.prelu(tensor([[-1, -1]]), tensor([0.25, 0.5])) // tensor([[-0.2500, -0.5000]])
 * @torch torch.nn.functional.prelu
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  needFloats('prelu', x)
  needFloats('prelu', weight)
  const channels = x.ndim < 2 ? 1 : x.shape[1]
  if (weight.ndim > 1 || (weight.size !== 1 && weight.size !== channels)) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `prelu: x ${shapeText(x.shape)} needs a weight of shape [1]${x.ndim < 2 ? '' : ` or [${channels}]`}; it has ${shapeText(weight.shape)}.`,
      { next: 'One slope for all, or one for each channel; channels are the second axis of x.' },
    )
  }
  const slopes = weight.size === 1 ? reshape(weight, []) : reshape(weight, [weight.size, ...x.shape.slice(2).fill(1)])
  return wide(x, y => steepness(y, slopes.to(y.dtype)).mul(y))
}

export interface RreluOptions {
  /** The least slope below 0. 1/8. */
  readonly lower?: number | undefined
  /** The greatest slope below 0. 1/3. */
  readonly upper?: number | undefined
  /** Whether slopes are drawn; else all are the mean of both bounds. False. */
  readonly training?: boolean | undefined
  /** Where the slopes are drawn from. The default generator. */
  readonly generator?: Generator | undefined
}

export const RRELU_OPTIONS = optionNames<RreluOptions>()('lower upper training generator')

/**
 * Randomised leaky rectified linear unit (Xu et al. 2015): x where x > 0, else a x with a slope a drawn for each element, uniform on [lower, upper); with
 * `training: false` (the default) their mean.
 *
 * Shape and dtype: those of x, a float. Throws BAD_VALUE where lower > upper, BAD_DTYPE, NOT_A_TENSOR.
 *
 * @example
 * F.rrelu(tensor([-24, 1])) // tensor([-5.5000,  1.0000])
 * @torch torch.nn.functional.rrelu
 * @differs equal seeds draw other slopes than PyTorch
 */
export function rrelu(x: Tensor, options: RreluOptions = {}): Tensor {
  const { lower = 1 / 8, upper = 1 / 3, training = false, generator } = known('rrelu', options, RRELU_OPTIONS)
  needFloats('rrelu', x)
  needOrder('rrelu', { lower, upper })
  if (!training) return leakyRelu(x, { negativeSlope: (lower + upper) / 2 })
  const { shape, device } = x
  return wide(x, y => steepness(y, uniform(lower, upper, { shape, device, dtype: y.dtype, generator })).mul(y))
}

/** Throws BAD_VALUE unless the first of two bounds is the lower one. */
function needOrder(operation: string, bounds: Readonly<Record<string, number>>): void {
  const [[low, least], [high, most]] = Object.entries(bounds) as [[string, number], [string, number]]
  if (least <= most) return
  throw new TensorError('BAD_VALUE', `${operation}: ${low} ${least} is above ${high} ${most}.`, {
    next: `Give ${low} <= ${high}.`,
  })
}

export interface EluOptions {
  /** The result goes to -alpha for x far below 0. 1. */
  readonly alpha?: number | undefined
}

export const ELU_OPTIONS = optionNames<EluOptions>()('alpha')

/**
 * Exponential linear unit, element by element: x where x > 0, else alpha (e^x - 1) (Clevert et al. 2016): means nearer to 0 than with a ReLU.
 *
 * Shape and dtype: those of x, a float. The gradient is 1 or alpha e^x, at 0 alpha. Throws BAD_DTYPE, NOT_A_TENSOR.
 *
 * @example
 * F.elu(tensor([-1, 2])) // tensor([-0.6321,  2.0000])
 * @torch torch.nn.functional.elu
 */
export function elu(x: Tensor, options: EluOptions = {}): Tensor {
  const { alpha = 1 } = known('elu', options, ELU_OPTIONS)
  return exponential('elu', x, { below: alpha, above: 1, rate: 1 })
}

/**
 * Continuously differentiable exponential linear unit: max(0, x) + min(0, alpha (e^(x / alpha) - 1)), whose slope at 0 is 1 for each alpha (Barron 2017).
 *
 * Shape and dtype: those of x, a float. Throws BAD_VALUE for an alpha of 0, BAD_DTYPE, NOT_A_TENSOR.
 *
 * @example
 * F.celu(tensor([-1, 2]), { alpha: 2 }) // tensor([-0.7869,  2.0000])
 * @torch torch.nn.functional.celu
 */
export function celu(x: Tensor, options: EluOptions = {}): Tensor {
  const { alpha = 1 } = known('celu', options, ELU_OPTIONS)
  if (alpha === 0 || Number.isNaN(alpha)) {
    throw new TensorError('BAD_VALUE', `celu: alpha must not be ${alpha}.`, {
      next: 'The smaller alpha, the nearer to a ReLU; that one is relu(x).',
    })
  }
  return exponential('celu', x, { below: alpha, above: 1, rate: 1 / alpha })
}

/** The fixed point of means 0 and variances 1 (Klambauer et al. 2017). */
const SELU_ALPHA = 1.6732632423543772
const SELU_SCALE = 1.0507009873554805

/**
 * Scaled exponential linear unit (Klambauer et al. 2017): 1.0507 elu(x) with alpha 1.6733, by which means of 0 and variances of 1 go on through layers whose
 * weights have mean 0 and variance 1 / n.
 *
 * Shape and dtype: those of x, a float. Throws BAD_DTYPE, NOT_A_TENSOR.
 *
 * @example
 * F.selu(tensor([-1, 2])) // tensor([-1.1113,  2.1014])
 * @torch torch.nn.functional.selu
 */
export function selu(x: Tensor): Tensor {
  return exponential('selu', x, { below: SELU_ALPHA * SELU_SCALE, above: SELU_SCALE, rate: 1 })
}

interface Bend {
  readonly below: number
  readonly above: number
  readonly rate: number
}

/**
 * above x where x > 0, else below (e^(rate x) - 1). Its slope needs the result alone, rate (y + below): the rule is written by hand, in half of the passes.
 */
function exponential(name: string, x: Tensor, { below, above, rate }: Bend): Tensor {
  needFloats(name, x)
  const bend = customFunction({
    name,
    forward: (context, x: Tensor) => {
      const y = where(le(x, 0), times(expm1(times(x, rate)), below), times(x, above))
      context.save(x, y)
      return y
    },
    backward: ({ saved: [x, y] }, g) => g.mul(slope(x as Tensor, y as Tensor)),
    jvp: ({ saved: [x, y] }, tangent) => tangent?.mul(slope(x as Tensor, y as Tensor)),
  })
  const slope = (x: Tensor, y: Tensor): Tensor =>
    where(le(x, 0), times(add(y, below), rate), tensor(above, { dtype: x.dtype, device: x.device }))
  return wide(x, bend)
}

const times = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : mul(x, factor))

/**
 * Rectified linear unit with an upper bound, element by element: min(max(0, x), 6), for arithmetic with few bits (Howard et al. 2017).
 *
 * Shape and dtype: those of x, a float. The gradient at 0 and at 6 is 0. Throws BAD_DTYPE, NOT_A_TENSOR.
 *
 * @example
 * F.relu6(tensor([-1, 2, 8])) // tensor([0., 2., 6.])
 * @torch torch.nn.functional.relu6
 */
export function relu6(x: Tensor): Tensor {
  needFloats('relu6', x)
  return clamp(x, 0, 6)
}

export interface HardtanhOptions {
  /** The least result. -1. */
  readonly minVal?: number | undefined
  /** The greatest result. 1. */
  readonly maxVal?: number | undefined
}

export const HARDTANH_OPTIONS = optionNames<HardtanhOptions>()('minVal maxVal')

/**
 * A tanh of three straight lines, element by element: min(max(x, minVal), maxVal) (Collobert 2004).
 *
 * Shape and dtype: those of x, a float. The gradient is 1 between the bounds, and 0 at them and beyond. Throws BAD_VALUE where minVal > maxVal,
 * BAD_DTYPE, NOT_A_TENSOR.
 *
 * @example
 * F.hardtanh(tensor([-3, 0.5, 3])) // tensor([-1.0000,  0.5000,  1.0000])
 * @torch torch.nn.functional.hardtanh
 */
export function hardtanh(x: Tensor, options: HardtanhOptions = {}): Tensor {
  const { minVal = -1, maxVal = 1 } = known('hardtanh', options, HARDTANH_OPTIONS)
  needFloats('hardtanh', x)
  needOrder('hardtanh', { minVal, maxVal })
  return clamp(x, minVal, maxVal)
}

/**
 * A sigmoid of three straight lines, element by element: min(max(x + 3, 0), 6) / 6 (Courbariaux et al. 2015, with the slope of Howard et al. 2019).
 *
 * Shape and dtype: those of x, a float. The gradient is 1/6 between -3 and 3, and 0 at them and beyond. Throws BAD_DTYPE, NOT_A_TENSOR.
 *
 * @example
 * F.hardsigmoid(tensor([-4, 0, 1.5])) // tensor([0.0000, 0.5000, 0.7500])
 * @torch torch.nn.functional.hardsigmoid
 */
export function hardsigmoid(x: Tensor): Tensor {
  needFloats('hardsigmoid', x)
  return wide(x, y => div(clamp(add(y, 3), 0, 6), 6))
}

/**
 * A silu of straight lines and a parabola, element by element: x hardsigmoid(x) (Howard et al. 2019, MobileNetV3).
 *
 * Shape and dtype: those of x, a float. hardswish(-Infinity) is NaN, as in PyTorch. Throws BAD_DTYPE, NOT_A_TENSOR.
 *
 * @example
 * F.hardswish(tensor([-4, 1, 4])) // tensor([-0.0000,  0.6667,  4.0000])
 * @torch torch.nn.functional.hardswish
 */
export function hardswish(x: Tensor): Tensor {
  needFloats('hardswish', x)
  return wide(x, y => mul(y, hardsigmoid(y)))
}
