// Losses that look away from what is nearly right already.
import { TensorError } from '../../tensor/errors.js'
import { logSoftmax, sigmoid } from '../../tensor/ops/activation.js'
import { add, mul, pow, sub } from '../../tensor/ops/arithmetic.js'
import { clampMin } from '../../tensor/ops/choose.js'
import { take } from '../../tensor/ops/gather.js'
import { expm1, neg } from '../../tensor/ops/maths.js'
import { raised } from '../../tensor/ops/precision.js'
import { reshape } from '../../tensor/ops/views.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { binaryCrossEntropyWithLogits } from './binary.js'
import { classAxis, needClasses, needWeight, picked } from './classes.js'
import { needPair } from './pair.js'
import { type LossOptions, needReduction, reduced } from './reduction.js'

export interface FocalLossOptions extends LossOptions {
  /** A weight for each class [C]: for classes that are rare. All 1. */
  readonly alpha?: Tensor | undefined
  /** How little answers count that are nearly right: the exponent of what is missing, from 0 on. 2. */
  readonly gamma?: number | undefined
}

export const FOCAL_LOSS_OPTIONS = optionNames<FocalLossOptions>()('alpha gamma reduction')

/**
 * Focal loss of classes (Lin et al. 2017, equation 5): -alpha_t (1 - p_t)^gamma ln p_t, in nats, with the probability p_t that softmax gives to the true class.
 *
 * `input` [N, C], [N, C, d1, ...] or [C]: logits. `target`: classes, int32, in the shape of the input without C. 'mean' divides by the number of targets. gamma = 0
 * without alpha is crossEntropy. Throws SHAPE_MISMATCH, BAD_INDEX for a target that is no class, BAD_DTYPE, NOT_A_TENSOR, BAD_SHAPE, BAD_VALUE.
 *
 * @example
 * F.focalLoss(tensor([[2, 0, 0]]), tensor([0], { dtype: 'int32' })) // tensor(0.0109)
 * @torch none
 */
export function focalLoss(input: Tensor, target: Tensor, options: FocalLossOptions = {}): Tensor {
  const { alpha, gamma = 2, reduction = 'mean' } = known('focalLoss', options, FOCAL_LOSS_OPTIONS)
  const axis = classAxis('focalLoss', input)
  needReduction('focalLoss', reduction)
  needGamma('focalLoss', gamma)
  needWeight('focalLoss', input, axis, alpha, 'alpha')
  needClasses('focalLoss', input, target, axis)
  const logs = picked('focalLoss', logSoftmax(raised(input), axis), target, axis)
  const losses = neg(mul(focus(neg(expm1(logs)), gamma), logs))
  const weighted = alpha === undefined ? losses : mul(losses, reshape(take(alpha, target), target.shape))
  return reduced('focalLoss', weighted, reduction)
}

export interface SigmoidFocalLossOptions extends LossOptions {
  /** The weight of the terms whose truth is 1; those of 0 have 1 - alpha. null: all weigh 1. 0.25. */
  readonly alpha?: number | null | undefined
  /** How little answers count that are nearly right: the exponent of what is missing, from 0 on. 2. */
  readonly gamma?: number | undefined
}

export const SIGMOID_FOCAL_LOSS_OPTIONS = optionNames<SigmoidFocalLossOptions>()('alpha gamma reduction')

/**
 * Focal loss of yes or no (Lin et al. 2017, equation 5): -alpha_t (1 - p_t)^gamma ln p_t, in nats, with p_t = sigmoid(input) where the truth is 1 and
 * 1 - sigmoid(input) where it is 0.
 *
 * Input, logits, and target, from 0 to 1, have one shape and are float. gamma = 0 with alpha null is binaryCrossEntropyWithLogits. The paper divides the sum by the
 * number of ones: take 'sum' for that. Throws SHAPE_MISMATCH, BAD_DTYPE, NOT_A_TENSOR, BAD_VALUE.
 *
 * @example
 * F.sigmoidFocalLoss(tensor([2, -1]), tensor([1, 0])) // tensor(0.0087)
 * @torch none
 */
export function sigmoidFocalLoss(input: Tensor, target: Tensor, options: SigmoidFocalLossOptions = {}): Tensor {
  const { alpha = 0.25, gamma = 2, reduction } = known('sigmoidFocalLoss', options, SIGMOID_FOCAL_LOSS_OPTIONS)
  needPair('sigmoidFocalLoss', input, target)
  needGamma('sigmoidFocalLoss', gamma)
  const [x, y] = [raised(input), raised(target)]
  const rest = sub(1, y)
  const missing = add(mul(sigmoid(x), rest), mul(sigmoid(neg(x)), y))
  const losses = mul(focus(missing, gamma), binaryCrossEntropyWithLogits(x, y, { reduction: 'none' }))
  const weighted = alpha === null ? losses : mul(losses, add(mul(y, alpha), mul(rest, 1 - alpha)))
  return reduced('sigmoidFocalLoss', weighted, reduction)
}

/** The least share that a power is taken of: below 1, its slope at 0 is infinite. */
const LEAST = 2 ** -126

/** (1 - p_t)^gamma of what is missing to certainty. */
const focus = (missing: Tensor, gamma: number): Tensor => pow(clampMin(missing, LEAST), gamma)

function needGamma(operation: string, gamma: number): void {
  if (gamma >= 0) return
  throw new TensorError('BAD_VALUE', `${operation}: gamma must be 0 or above; it is ${String(gamma)}.`)
}
