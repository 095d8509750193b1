// Large batches in small memory: gradients of micro-batches add up to that of the whole.

import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { OptimError } from './errors.js'
import type { GradScaler } from './grad-scaler.js'

export interface AccumulateOptions<B> {
  /** How much a micro-batch counts: its number of examples, or of tokens, where these differ. The same for all. */
  readonly weight?: ((batch: B) => number) | undefined
  /** What scales the losses for float16. None. */
  readonly scaler?: GradScaler | undefined
}

const ACCUMULATE_OPTIONS = optionNames<AccumulateOptions<never>>()('weight scaler')

/**
 * Runs forward and backward for each micro-batch, so that the gradients are those of one large batch: with a loss that is a mean over the
 * micro-batch, gradient = sum_i (w_i / sum w) gradient_i. Without `weight` all count the same, w_i / sum w = 1/n; where micro-batches differ
 * in examples or tokens, the mean of their means is not the mean of all, and `weight` says how much each counts. Then make one step.
 *
 * Only the activations of one micro-batch are in memory at a time. Batch normalisation still sees micro-batches. Returns the loss of the whole
 * batch, without graph. Gradients are added to what is there: zeroGrad comes before.
 *
 * Throws BAD_OPTION for no micro-batches or weights that are negative or all 0.
 *
 * @example
 * const w = tensor([1], { requiresGrad: true })
 * const batches = [tensor([1, 2]), tensor([6])]
 * const loss = optim.accumulate(batches, x => x.mul(w).mean(), { weight: x => x.size })
 * loss // tensor(3.)
 * w.grad // tensor([3.])
 * @torch none
 */
export function accumulate<B>(
  batches: Iterable<B>,
  lossOf: (batch: B, index: number) => Tensor,
  options: AccumulateOptions<B> = {},
): Tensor {
  const { weight = () => 1, scaler } = known('accumulate', options, ACCUMULATE_OPTIONS)
  const list = [...batches]
  const weights = list.map(weight)
  const total = weights.reduce((sum, w) => sum + w, 0)
  if (!(total > 0 && Number.isFinite(total)) || weights.some(w => w < 0)) {
    const shown = weights.slice(0, 8).join(', ')
    throw new OptimError('BAD_OPTION', `accumulate: ${list.length} micro-batches that count [${shown}].`, {
      next: 'Give at least one micro-batch that counts; weight(batch) is a number of examples or tokens.',
    })
  }
  let whole: Tensor | undefined
  for (const [i, batch] of list.entries()) {
    const loss = lossOf(batch, i).mul((weights[i] as number) / total)
    ;(scaler?.scale(loss) ?? loss).backward()
    whole = whole === undefined ? loss.detach() : whole.add(loss.detach())
  }
  return whole as Tensor
}
