// Losses of numbers that are to be near other numbers.
import { shapeText, TensorError } from '../../tensor/errors.js'
import { add, div, mul, sub } from '../../tensor/ops/arithmetic.js'
import { clamp, clampMin } from '../../tensor/ops/choose.js'
import { abs, log, square } from '../../tensor/ops/maths.js'
import { raised } from '../../tensor/ops/precision.js'
import { unsqueeze } from '../../tensor/ops/views.js'
import { known, optionNames } from '../../tensor/options.js'
import { sameShape } from '../../tensor/shape.js'
import { isTensor, type Tensor } from '../../tensor/tensor.js'
import { needFloats } from './floats.js'
import { needPair, needSameShape } from './pair.js'
import { LOSS_OPTIONS, type LossOptions, reduced } from './reduction.js'

/**
 * Mean squared error: the mean of (input - target)^2.
 *
 * Both have one shape. Throws SHAPE_MISMATCH for any other: a target [N] beside an input [N, 1] would silently make an N x N table.
 *
 * @example
 * F.mseLoss(tensor([1, 2]), tensor([0, 4])) // tensor(2.5000)
 * @torch torch.nn.functional.mse_loss
 * @differs shapes that differ throw, where PyTorch warns and broadcasts
 */
export function mseLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const { reduction } = known('mseLoss', options, LOSS_OPTIONS)
  needSameShape('mseLoss', input, target)
  return reduced('mseLoss', square(sub(raised(input), raised(target))), reduction)
}

/**
 * Mean absolute error: the mean of |input - target|; its best constant is the median, where that of mseLoss is the mean.
 *
 * Both have one shape, and are float. The gradient where they are equal is 0. Throws SHAPE_MISMATCH, BAD_DTYPE, NOT_A_TENSOR, BAD_VALUE.
 *
 * @example
 * F.l1Loss(tensor([1, 2]), tensor([0, 4])) // tensor(1.5000)
 * @torch torch.nn.functional.l1_loss
 * @differs shapes that differ throw, where PyTorch warns and broadcasts
 */
export function l1Loss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const { reduction } = known('l1Loss', options, LOSS_OPTIONS)
  needPair('l1Loss', input, target)
  return reduced('l1Loss', abs(sub(raised(input), raised(target))), reduction)
}

export interface HuberLossOptions extends LossOptions {
  /** From this error on, the loss grows along a line; in units of the target, above 0. 1. */
  readonly delta?: number | undefined
}

export const HUBER_LOSS_OPTIONS = optionNames<HuberLossOptions>()('delta reduction')

/**
 * Huber's loss (1964): d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2), with d = input - target; outliers pull with force delta, not more.
 *
 * Shapes and errors as l1Loss. Throws BAD_VALUE unless delta > 0.
 *
 * @example
 * F.huberLoss(tensor([0.5, 3]), tensor([0, 0]), { reduction: 'none' }) // tensor([0.1250, 2.5000])
 * @torch torch.nn.functional.huber_loss
 * @differs shapes that differ throw, where PyTorch warns and broadcasts
 */
export function huberLoss(input: Tensor, target: Tensor, options: HuberLossOptions = {}): Tensor {
  const { delta = 1, reduction } = known('huberLoss', options, HUBER_LOSS_OPTIONS)
  needPair('huberLoss', input, target)
  if (!(delta > 0)) throw outOfRange('huberLoss', 'delta', delta, 'above 0')
  return reduced('huberLoss', huber(sub(raised(input), raised(target)), delta), reduction)
}

/** c (d - c / 2), with the error d and the same one cut off at delta, c: both pieces in one formula. */
function huber(error: Tensor, delta: number): Tensor {
  const cut = clamp(error, -delta, delta)
  return mul(cut, sub(error, mul(cut, 0.5)))
}

export interface SmoothL1LossOptions extends LossOptions {
  /** Below this error, the loss is a parabola; in units of the target, from 0 on. 1. */
  readonly beta?: number | undefined
}

export const SMOOTH_L1_LOSS_OPTIONS = optionNames<SmoothL1LossOptions>()('beta reduction')

/**
 * An l1Loss that is round at its tip (Girshick 2015): d^2 / (2 beta) where |d| < beta, else |d| - beta / 2, with d = input - target. It is
 * huberLoss / beta; with beta = 0 it is l1Loss.
 *
 * Shapes and errors as l1Loss. Throws BAD_VALUE for a negative beta.
 *
 * @example
 * F.smoothL1Loss(tensor([0.5, 3]), tensor([0, 0]), { reduction: 'none' }) // tensor([0.1250, 2.5000])
 * @torch torch.nn.functional.smooth_l1_loss
 * @differs shapes that differ throw, where PyTorch warns and broadcasts
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  const { beta = 1, reduction } = known('smoothL1Loss', options, SMOOTH_L1_LOSS_OPTIONS)
  needPair('smoothL1Loss', input, target)
  if (!(beta >= 0)) throw outOfRange('smoothL1Loss', 'beta', beta, '0 or above')
  const error = sub(raised(input), raised(target))
  return reduced('smoothL1Loss', beta === 0 ? abs(error) : div(huber(error, beta), beta), reduction)
}

export interface GaussianNllLossOptions extends LossOptions {
  /** Whether the constant ln(2 pi) / 2 is added. False. */
  readonly full?: boolean | undefined
  /** The least variance that is believed; in squared units of the target, above 0. 1e-6. */
  readonly eps?: number | undefined
}

export const GAUSSIAN_NLL_LOSS_OPTIONS = optionNames<GaussianNllLossOptions>()('full eps reduction')

/**
 * Negative log likelihood of targets under normal distributions whose means and variances are predicted (Nix & Weigend 1994):
 * (ln v + (input - target)^2 / v) / 2, with v = max(variance, eps). A model says by it how sure it is.
 *
 * input and target of one shape, `variance` of the same, or with 1 for, or without, its last axis, or a number. The gradient passes the bound eps, so that a
 * variance that is too small can grow. Throws SHAPE_MISMATCH, BAD_DTYPE, NOT_A_TENSOR, BAD_VALUE.
 *
 * @example
 * F.gaussianNllLoss(tensor([1, 2]), tensor([0, 4]), tensor([1, 4])) // tensor(0.8466)
 * @torch torch.nn.functional.gaussian_nll_loss
 * @differs a negative variance counts as eps, where PyTorch throws
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor | number,
  options: GaussianNllLossOptions = {},
): Tensor {
  const { full = false, eps = 1e-6, reduction } = known('gaussianNllLoss', options, GAUSSIAN_NLL_LOSS_OPTIONS)
  needPair('gaussianNllLoss', input, target)
  if (!(eps > 0)) throw outOfRange('gaussianNllLoss', 'eps', eps, 'above 0')
  const given = raised(isTensor(variance) ? fitting(variance, input) : mul(input.detach(), 0).add(variance))
  const bounded = add(given, sub(clampMin(given, eps), given).detach())
  const error = sub(raised(input), raised(target))
  const losses = mul(add(log(bounded), div(square(error), bounded)), 0.5)
  return reduced('gaussianNllLoss', full ? add(losses, Math.log(2 * Math.PI) / 2) : losses, reduction)
}

/** The variance with an axis for each of the input's. */
function fitting(variance: Tensor, { shape }: Tensor): Tensor {
  needFloats('gaussianNllLoss', variance)
  if (sameShape(variance.shape, shape)) return variance
  const rows = shape.slice(0, -1)
  if (sameShape(variance.shape, rows)) return unsqueeze(variance, -1)
  if (sameShape(variance.shape, [...rows, 1])) return variance
  throw new TensorError(
    'SHAPE_MISMATCH',
    `gaussianNllLoss: input ${shapeText(shape)} needs a variance of the same shape, or of ${shapeText([...rows, 1])}; it has ${shapeText(variance.shape)}.`,
    { next: 'One variance for each prediction, or for each row of them.' },
  )
}

function outOfRange(operation: string, name: string, value: number, range: string): TensorError {
  return new TensorError('BAD_VALUE', `${operation}: ${name} must be ${range}; it is ${String(value)}.`)
}
