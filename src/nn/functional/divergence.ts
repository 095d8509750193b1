// How far one distribution is from another.
import { TensorError } from '../../tensor/errors.js'
import { div, mul, sub, xlogy } from '../../tensor/ops/arithmetic.js'
import { exp } from '../../tensor/ops/maths.js'
import { raised } from '../../tensor/ops/precision.js'
import { sum } from '../../tensor/ops/reduce.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { needPair } from './pair.js'
import { type Reduction, reduced } from './reduction.js'

export interface KlDivOptions {
  /** 'batchmean': the sum divided by the rows, which is what the formula says; 'mean' divides by all numbers; 'sum', 'none'. 'mean'. */
  readonly reduction?: Reduction | 'batchmean' | undefined
  /** Whether the target holds logarithms, too. False. */
  readonly logTarget?: boolean | undefined
}

export const KL_DIV_OPTIONS = optionNames<KlDivOptions>()('reduction logTarget')

/**
 * Kullback-Leibler divergence of a model q from the truth p, in nats: KL(p || q) = sum p (ln p - ln q) (Kullback & Leibler 1951); it is the cross entropy less
 * the entropy of the truth.
 *
 * `input`: logarithms ln q, as logSoftmax gives them; `target`: probabilities p, or their logarithms. Both have one shape [N, ...] and are float. Where p is 0, the
 * term is 0. Ask for 'batchmean': the default is PyTorch's. Throws SHAPE_MISMATCH, BAD_DTYPE, NOT_A_TENSOR, BAD_VALUE.
 *
 * @example
 * F.klDiv(tensor([[0.5, 0.5]]).log(), tensor([[0.75, 0.25]]), { reduction: 'batchmean' }) // tensor(0.1308)
 * @torch torch.nn.functional.kl_div
 * @differs shapes that differ throw, where PyTorch broadcasts; where p is 0 its gradient is -ln q, PyTorch's NaN
 */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  const { reduction = 'mean', logTarget = false } = known('klDiv', options, KL_DIV_OPTIONS)
  needPair('klDiv', input, target)
  const [logQ, p] = [raised(input), raised(target)]
  const terms = logTarget ? mul(exp(p), sub(p, logQ)) : sub(xlogy(p, p), mul(p, logQ))
  if (reduction !== 'batchmean') return reduced('klDiv', terms, reduction)
  if (input.ndim > 0) return div(sum(terms), input.shape[0] as number)
  throw new TensorError('BAD_SHAPE', "klDiv: 'batchmean' needs an axis of rows; the input is a single number.")
}
