// Losses of classes: cross entropy and what it is made of.
import { isFloat } from '../../tensor/dtype.js'
import { TensorError } from '../../tensor/errors.js'
import { logSoftmax } from '../../tensor/ops/activation.js'
import { add, div, mul } from '../../tensor/ops/arithmetic.js'
import { where } from '../../tensor/ops/choose.js'
import { ne } from '../../tensor/ops/compare.js'
import { to } from '../../tensor/ops/convert.js'
import { take } from '../../tensor/ops/gather.js'
import { neg } from '../../tensor/ops/maths.js'
import { sum } from '../../tensor/ops/reduce.js'
import { reshape } from '../../tensor/ops/views.js'
import { known, optionNames } from '../../tensor/options.js'
import { sameShape, sizeOf } from '../../tensor/shape.js'
import { isTensor, type Tensor } from '../../tensor/tensor.js'
import { alongClasses, classAxis, needClasses, needWeight, picked } from './classes.js'
import { type LossOptions, needReduction, type Reduction, reduced } from './reduction.js'

export interface NLLLossOptions extends LossOptions {
  /** A weight for each class [C]: for classes that are rare. All 1. */
  readonly weight?: Tensor | undefined
  /** Targets of this class do not count: padding. -100. */
  readonly ignoreIndex?: number | undefined
}

export const NLL_LOSS_OPTIONS = optionNames<NLLLossOptions>()('weight ignoreIndex reduction')

export interface CrossEntropyOptions extends NLLLossOptions {
  /** Share of the truth that is spread evenly over all classes, from 0 to 1 (Szegedy 2016). 0. */
  readonly labelSmoothing?: number | undefined
}

export const CROSS_ENTROPY_OPTIONS = optionNames<CrossEntropyOptions>()('labelSmoothing weight ignoreIndex reduction')

/**
 * Cross entropy of logits and targets: -ln softmax(input)[target], in nats.
 *
 * `input` [N, C], [N, C, d1, ...] or [C]: logits, not probabilities. `target`: classes, int32, in the shape of the input without C; or
 * probabilities, float, in the shape of the input: then the loss is -sum_c p_c ln softmax(input)_c. Label smoothing e makes of p the
 * mixture (1 - e) p + e / C. With weights w, each term is multiplied by w_c; the mean over classes divides by the sum of w_target of those
 * that count, over probabilities by N. Stable for any logits.
 *
 * Throws SHAPE_MISMATCH where shapes do not fit, BAD_INDEX for a target that is no class, BAD_DTYPE, BAD_VALUE.
 *
 * @example
 * F.crossEntropy(tensor([[2, 0, 0]]), tensor([0], { dtype: 'int32' })) // tensor(0.2395)
 * @torch torch.nn.functional.cross_entropy
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { labelSmoothing = 0, reduction = 'mean', weight } = known('crossEntropy', options, CROSS_ENTROPY_OPTIONS)
  const axis = classAxis('crossEntropy', input)
  needReduction('crossEntropy', reduction)
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new TensorError(
      'BAD_VALUE',
      `crossEntropy: labelSmoothing must lie between 0 and 1; it is ${labelSmoothing}.`,
    )
  }
  needWeight('crossEntropy', input, axis, weight)
  if (isTensor(target) && isFloat(target.dtype) && sameShape(target.shape, input.shape)) {
    return ofProbabilities(input, target, axis, { labelSmoothing, reduction, weight })
  }
  const logits = logSoftmax(input, axis)
  return ofClasses('crossEntropy', logits, target, axis, { ...options, labelSmoothing, reduction })
}

/**
 * Negative log likelihood: -input[target], for logarithms of probabilities as logSoftmax gives them.
 *
 * Shapes, weights, ignoreIndex, reduction and errors as crossEntropy with classes as targets.
 *
 * @example
 * F.nllLoss(tensor([[-0.5, -2]]), tensor([1], { dtype: 'int32' })) // tensor(2.)
 * @torch torch.nn.functional.nll_loss
 */
export function nllLoss(input: Tensor, target: Tensor, options: NLLLossOptions = {}): Tensor {
  const { reduction = 'mean' } = known('nllLoss', options, NLL_LOSS_OPTIONS)
  const axis = classAxis('nllLoss', input)
  needReduction('nllLoss', reduction)
  needWeight('nllLoss', input, axis, options.weight)
  return ofClasses('nllLoss', input, target, axis, { ...options, labelSmoothing: 0, reduction })
}

interface Ready {
  readonly weight?: Tensor | undefined
  readonly ignoreIndex?: number | undefined
  readonly labelSmoothing: number
  readonly reduction: Reduction
}

/** Classes as targets: one logarithm of each row counts. */
function ofClasses(operation: string, logs: Tensor, target: Tensor, axis: number, ready: Ready): Tensor {
  const { weight, ignoreIndex = -100, labelSmoothing, reduction } = ready
  needClasses(operation, logs, target, axis)
  const counts = ne(target, ignoreIndex)
  const classes = where(counts, target, 0)
  const share = to(counts, logs.dtype)
  const shares = weight === undefined ? share : mul(reshape(take(weight, classes), classes.shape), share)
  let losses = neg(mul(picked(operation, logs, classes, axis), shares))
  if (labelSmoothing > 0) {
    const classCount = logs.shape[axis] as number
    const weighted = weight === undefined ? logs : mul(logs, alongClasses(weight, logs, axis))
    const even = mul(neg(sum(weighted, axis)), share)
    losses = add(mul(losses, 1 - labelSmoothing), mul(even, labelSmoothing / classCount))
  }
  return reduction === 'mean' ? div(sum(losses), sum(shares)) : reduced(operation, losses, reduction)
}

function ofProbabilities(input: Tensor, target: Tensor, axis: number, ready: Ready): Tensor {
  const { weight, labelSmoothing, reduction } = ready
  const count = input.shape[axis] as number
  const truth = labelSmoothing === 0 ? target : add(mul(target, 1 - labelSmoothing), labelSmoothing / count)
  const logs = logSoftmax(input, axis)
  const terms = mul(truth, weight === undefined ? logs : mul(logs, alongClasses(weight, logs, axis)))
  const losses = neg(sum(terms, axis))
  if (reduction !== 'mean') return reduced('crossEntropy', losses, reduction)
  return div(sum(losses), sizeOf(losses.shape))
}
