// Losses of yes or no, and of shares between them.
import { customFunction } from '../../autograd/index.js'
import { softplus } from '../../tensor/ops/activation.js'
import { add, div, mul, sub } from '../../tensor/ops/arithmetic.js'
import { clampMin } from '../../tensor/ops/choose.js'
import { to } from '../../tensor/ops/convert.js'
import { log, log1p, neg } from '../../tensor/ops/maths.js'
import { raised } from '../../tensor/ops/precision.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { needPair, needWeights } from './pair.js'
import { type LossOptions, reduced } from './reduction.js'

export interface BinaryCrossEntropyOptions extends LossOptions {
  /** A factor of each loss, which repeats to the shape of the input. All 1. */
  readonly weight?: Tensor | undefined
}

export const BINARY_CROSS_ENTROPY_OPTIONS = optionNames<BinaryCrossEntropyOptions>()('weight reduction')

export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** A factor of the terms whose truth is yes, by class, where these are rare: the number of noes for each yes. All 1. */
  readonly posWeight?: Tensor | undefined
}

export const BINARY_CROSS_ENTROPY_WITH_LOGITS_OPTIONS =
  optionNames<BinaryCrossEntropyWithLogitsOptions>()('posWeight weight reduction')

/**
 * Binary cross entropy of logits x and truths y from 0 to 1, in nats: -(y ln sigmoid(x) + (1 - y) ln(1 - sigmoid(x))), computed as
 * y softplus(-x) + (1 - y) softplus(x), which is exact for any x; with posWeight p the first term is p y softplus(-x).
 *
 * Input and target have one shape and are float; `weight` and `posWeight` repeat to it. Throws SHAPE_MISMATCH, BAD_DTYPE, NOT_A_TENSOR, BAD_VALUE.
 *
 * @example
 * F.binaryCrossEntropyWithLogits(tensor([2, -100]), tensor([1, 0])) // tensor(0.0635)
 * @torch torch.nn.functional.binary_cross_entropy_with_logits
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyWithLogitsOptions = {},
): Tensor {
  const { weight, posWeight, reduction } = known(
    'binaryCrossEntropyWithLogits',
    options,
    BINARY_CROSS_ENTROPY_WITH_LOGITS_OPTIONS,
  )
  needPair('binaryCrossEntropyWithLogits', input, target)
  needWeights('binaryCrossEntropyWithLogits', input, 'weight', weight)
  needWeights('binaryCrossEntropyWithLogits', input, 'posWeight', posWeight)
  const losses = ofLogits(raised(input), raised(target), posWeight)
  return reduced('binaryCrossEntropyWithLogits', weight === undefined ? losses : mul(losses, weight), reduction)
}

/** Two softplus: each term is exact where it is small, also its slope; PyTorch's single one loses digits where y is 0. */
function ofLogits(x: Tensor, y: Tensor, posWeight?: Tensor): Tensor {
  const surprise = (logits: Tensor): Tensor => softplus(logits, { threshold: Infinity })
  const hits = posWeight === undefined ? y : mul(y, posWeight)
  return add(mul(hits, surprise(neg(x))), mul(sub(1, y), surprise(x)))
}

/** Logarithms from here down count as this: a loss stays finite. PyTorch's number. */
const LOWEST = -100
/** The least p (1 - p) that a gradient is divided by. PyTorch's number, a float32. */
const FLATTEST = Math.fround(1e-12)

/**
 * Binary cross entropy of probabilities p and truths y from 0 to 1, in nats: -(y ln p + (1 - y) ln(1 - p)), with logarithms of -100 at least.
 *
 * Input and target have one shape and are float; `weight` repeats to it. A p beyond [0, 1] gives NaN. With logits at hand
 * binaryCrossEntropyWithLogits is exact where p rounds to 0 or 1. Throws SHAPE_MISMATCH, BAD_DTYPE, NOT_A_TENSOR, BAD_VALUE.
 *
 * @example
 * F.binaryCrossEntropy(tensor([0.75, 0.25]), tensor([1, 0])) // tensor(0.2877)
 * @torch torch.nn.functional.binary_cross_entropy
 * @differs a probability beyond [0, 1] gives NaN, where PyTorch throws
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options: BinaryCrossEntropyOptions = {}): Tensor {
  const { weight, reduction } = known('binaryCrossEntropy', options, BINARY_CROSS_ENTROPY_OPTIONS)
  needPair('binaryCrossEntropy', input, target)
  needWeights('binaryCrossEntropy', input, 'weight', weight)
  const p = raised(input)
  const losses = ofProbabilities(p, to(target, p.dtype))
  return reduced('binaryCrossEntropy', weight === undefined ? losses : mul(losses, weight), reduction)
}

const yes = (p: Tensor): Tensor => clampMin(log(p), LOWEST)
const no = (p: Tensor): Tensor => clampMin(log1p(neg(p)), LOWEST)
/** The slopes by p and by y. */
const byInput = (p: Tensor, y: Tensor): Tensor => div(sub(p, y), clampMin(mul(p, sub(1, p)), FLATTEST))
const byTarget = (p: Tensor): Tensor => sub(no(p), yes(p))

/** With a rule of its own: that of the logarithm is 1 / 0 where the answer is sure. */
const ofProbabilities = customFunction({
  name: 'binaryCrossEntropy',
  forward: (context, p: Tensor, y: Tensor) => {
    context.save(p, y)
    return neg(add(mul(y, yes(p)), mul(sub(1, y), no(p))))
  },
  backward: ({ saved, needs }, g) => {
    const [p, y] = saved as [Tensor, Tensor]
    return [needs[0] ? mul(g, byInput(p, y)) : null, needs[1] ? mul(g, byTarget(p)) : null]
  },
  jvp: ({ saved }, dp, dy) => {
    const [p, y] = saved as [Tensor, Tensor]
    const parts = [dp && mul(dp, byInput(p, y)), dy && mul(dy, byTarget(p))].filter(
      part => part !== undefined && part !== null,
    )
    return parts.length === 2 ? add(parts[0] as Tensor, parts[1] as Tensor) : parts[0]
  },
})
