// Losses that are content when the right answer leads by a margin.
import { arange } from '../../tensor/create.js'
import { TensorError } from '../../tensor/errors.js'
import { relu } from '../../tensor/ops/activation.js'
import { add, mul, sub } from '../../tensor/ops/arithmetic.js'
import { ne } from '../../tensor/ops/compare.js'
import { to } from '../../tensor/ops/convert.js'
import { take } from '../../tensor/ops/gather.js'
import { square } from '../../tensor/ops/maths.js'
import { raised } from '../../tensor/ops/precision.js'
import { mean } from '../../tensor/ops/reduce.js'
import { unsqueeze } from '../../tensor/ops/views.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { classAxis, needClasses, needWeight, picked } from './classes.js'
import { needPair } from './pair.js'
import { type LossOptions, needReduction, reduced } from './reduction.js'

export interface HingeLossOptions extends LossOptions {
  /** The lead that is enough, in units of the scores. 1. */
  readonly margin?: number | undefined
}

export const HINGE_LOSS_OPTIONS = optionNames<HingeLossOptions>()('margin reduction')

/**
 * Hinge loss of a support vector machine (Cortes & Vapnik 1995): max(0, margin - y s) for scores s and truths y, -1 or 1.
 *
 * Input and target have one shape and are float. The gradient at the hinge is 0. Throws SHAPE_MISMATCH, BAD_DTYPE, NOT_A_TENSOR, BAD_VALUE.
 *
 * @example
 * F.hingeLoss(tensor([2, 0.5]), tensor([1, -1])) // tensor(0.7500)
 * @torch none
 */
export function hingeLoss(input: Tensor, target: Tensor, options: HingeLossOptions = {}): Tensor {
  const { margin = 1, reduction } = known('hingeLoss', options, HINGE_LOSS_OPTIONS)
  needPair('hingeLoss', input, target)
  return reduced('hingeLoss', relu(sub(margin, mul(raised(input), raised(target)))), reduction)
}

export interface MultiMarginLossOptions extends HingeLossOptions {
  /** The exponent, 1 or 2. 1. */
  readonly p?: 1 | 2 | undefined
  /** A weight for each class [C], that of the target counts. All 1. */
  readonly weight?: Tensor | undefined
}

export const MULTI_MARGIN_LOSS_OPTIONS = optionNames<MultiMarginLossOptions>()('p margin weight reduction')

/**
 * Hinge loss of classes (Weston & Watkins 1999): sum_{i != y} max(0, margin - x_y + x_i)^p / C, times the weight of y.
 *
 * `input` [N, C] or [C]: scores. `target`: classes, int32, [N] or []. Throws SHAPE_MISMATCH, BAD_INDEX for a target that is no class, BAD_DTYPE, NOT_A_TENSOR,
 * BAD_SHAPE, BAD_VALUE.
 *
 * @example
 * F.multiMarginLoss(tensor([[0.5, 1, 0]]), tensor([0], { dtype: 'int32' })) // tensor(0.6667)
 * @torch torch.nn.functional.multi_margin_loss
 */
export function multiMarginLoss(input: Tensor, target: Tensor, options: MultiMarginLossOptions = {}): Tensor {
  const { p = 1, margin = 1, weight, reduction = 'mean' } = known('multiMarginLoss', options, MULTI_MARGIN_LOSS_OPTIONS)
  const axis = classAxis('multiMarginLoss', input)
  needReduction('multiMarginLoss', reduction)
  if (input.ndim > 2) throw new TensorError('BAD_SHAPE', 'multiMarginLoss: the input must be [N, C] or [C].')
  if (p !== 1 && p !== 2) {
    throw new TensorError('BAD_VALUE', `multiMarginLoss: p must be 1 or 2; it is ${String(p)}.`)
  }
  needWeight('multiMarginLoss', input, axis, weight)
  needClasses('multiMarginLoss', input, target, axis)
  const scores = raised(input)
  const right = unsqueeze(picked('multiMarginLoss', scores, target, axis), axis)
  const others = ne(unsqueeze(target, axis), arange(input.shape[axis] as number, { device: input.device }))
  const lacking = mul(relu(add(sub(scores, right), margin)), to(others, scores.dtype))
  const losses = mean(p === 1 ? lacking : square(lacking), axis)
  return reduced('multiMarginLoss', weight === undefined ? losses : mul(losses, take(weight, target)), reduction)
}
