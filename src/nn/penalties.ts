// Terms that a loss may have besides: how large the parameters are.
import { stack } from '../tensor/join.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { ModuleError } from './errors.js'
import type { Module } from './module.js'
import { needRange } from './sizes.js'
import { isModule } from './walk.js'

export interface PenaltyOptions {
  /** Leave out parameters with less than two axes: biases and the gains of normalisation, which should be free. False. */
  readonly weightsOnly?: boolean | undefined
}

const PENALTY_OPTIONS = optionNames<PenaltyOptions>()('weightsOnly')

/**
 * The L1 term of a loss: lambda sum |w| (Tibshirani 1996). Its gradient is lambda sign(w), as great for small numbers as for large ones, so that many
 * end near 0; exact zeros need a proximal step or pruning. One number.
 *
 * `parameters` are those of a model, or a list. Throws BAD_OPTION for a lambda below 0, or where nothing is left to penalise.
 *
 * @example
 * const w = tensor([[1, -2]], { requiresGrad: true })
 * nn.l1Penalty([w], 0.5) // tensor(1.5000, gradFn=<mul>)
 * @torch none
 */
export function l1Penalty(parameters: Module | Iterable<Tensor>, lambda: number, options: PenaltyOptions = {}): Tensor {
  known('l1Penalty', options, PENALTY_OPTIONS)
  const terms = penalized('l1Penalty', parameters, lambda, options).map(w => w.abs().sum())
  return stack(terms).sum().mul(lambda)
}

/**
 * The L2 term of a loss: lambda/2 sum w^2 (ridge: Hoerl & Kennard 1970). One number.
 *
 * Its gradient is lambda w: for plain SGD the same as `weightDecay: lambda`, which the half is there for (lambda sum w^2 would pull twice as hard). For
 * Adam it is not the same: there the term is divided by the root of the second moment like all of the gradient, while AdamW shrinks
 * every weight alike (Loshchilov & Hutter 2019). `parameters` are those of a model, or a list. Throws BAD_OPTION for a lambda below 0, or where
 * nothing is left to penalise.
 *
 * @example
 * const w = tensor([[1, -2]], { requiresGrad: true })
 * nn.l2Penalty([w], 0.5).backward()
 * w.grad // tensor([[ 0.5000, -1.0000]])
 * @torch none
 */
export function l2Penalty(parameters: Module | Iterable<Tensor>, lambda: number, options: PenaltyOptions = {}): Tensor {
  known('l2Penalty', options, PENALTY_OPTIONS)
  const terms = penalized('l2Penalty', parameters, lambda, options).map(w => w.square().sum())
  return stack(terms)
    .sum()
    .mul(lambda / 2)
}

function penalized(
  where: string,
  parameters: Module | Iterable<Tensor>,
  lambda: number,
  { weightsOnly = false }: PenaltyOptions,
): Tensor[] {
  needRange(where, 'lambda', lambda, 0, Infinity)
  const all = isModule(parameters) ? parameters.parameters() : [...parameters]
  const chosen = weightsOnly ? all.filter(({ ndim }) => ndim >= 2) : all
  if (chosen.length > 0) return chosen
  throw new ModuleError(
    'BAD_OPTION',
    `${where}: there are no parameters${weightsOnly ? ' with two axes or more' : ''}.`,
    {
      next: 'Give a model, or model.parameters().',
    },
  )
}
