// How the losses of examples become one number.
import { TensorError } from '../../tensor/errors.js'
import { mean, sum } from '../../tensor/ops/reduce.js'
import { optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'

/** 'mean' over all losses, their 'sum', or 'none': each by itself. */
export type Reduction = 'mean' | 'sum' | 'none'

export interface LossOptions {
  /** 'mean' over all losses, their 'sum', or 'none': each by itself. 'mean'. */
  readonly reduction?: Reduction | undefined
}

export const LOSS_OPTIONS = optionNames<LossOptions>()('reduction')

const REDUCTIONS: Readonly<Record<Reduction, (losses: Tensor) => Tensor>> = {
  mean: losses => mean(losses),
  sum: losses => sum(losses),
  none: losses => losses,
}

/** Throws BAD_VALUE unless it is the name of a reduction. */
export function needReduction(operation: string, reduction: Reduction): void {
  if (Object.hasOwn(REDUCTIONS, reduction)) return
  throw new TensorError('BAD_VALUE', `${operation}: there is no reduction '${String(reduction)}'.`, {
    next: `Choose one of ${Object.keys(REDUCTIONS).join(', ')}.`,
  })
}

/** The losses of all examples, reduced. */
export function reduced(operation: string, losses: Tensor, reduction: Reduction = 'mean'): Tensor {
  needReduction(operation, reduction)
  return REDUCTIONS[reduction](losses)
}
