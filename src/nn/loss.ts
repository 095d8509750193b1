// Losses as modules: the functions of functional/ with their options.

import { known } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import {
  CROSS_ENTROPY_OPTIONS,
  type CrossEntropyOptions,
  crossEntropy,
  NLL_LOSS_OPTIONS,
  type NLLLossOptions,
  nllLoss,
} from './functional/cross-entropy.js'
import { LOSS_OPTIONS, type LossOptions } from './functional/reduction.js'
import { mseLoss } from './functional/regression.js'
import { Module } from './module.js'

/** A loss with its options. */
export abstract class Loss<O extends LossOptions = LossOptions> extends Module {
  protected readonly options: O

  constructor(options: O) {
    super()
    this.options = options
  }

  override extraRepr(): string {
    return Object.entries(this.options)
      .filter(([, value]) => typeof value !== 'object')
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(', ')
  }
}

/**
 * Cross entropy of logits and targets, in nats: see F.crossEntropy, for shapes, weights, label smoothing and errors.
 *
 * @example
 * new nn.CrossEntropyLoss().forward(tensor([[2, 0, 0]]), tensor([0], { dtype: 'int32' })) // tensor(0.2395)
 * @torch torch.nn.CrossEntropyLoss
 */
export class CrossEntropyLoss extends Loss<CrossEntropyOptions> {
  constructor(options: CrossEntropyOptions = {}) {
    super(known('CrossEntropyLoss', options, CROSS_ENTROPY_OPTIONS))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this.options)
  }
}

/**
 * Negative log likelihood of logarithms of probabilities: see F.nllLoss.
 *
 * @example
 * new nn.NLLLoss().forward(tensor([[-0.5, -2]]), tensor([1], { dtype: 'int32' })) // tensor(2.)
 * @torch torch.nn.NLLLoss
 */
export class NLLLoss extends Loss<NLLLossOptions> {
  constructor(options: NLLLossOptions = {}) {
    super(known('NLLLoss', options, NLL_LOSS_OPTIONS))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, this.options)
  }
}

/**
 * Mean squared error, the mean of (input - target)^2: see F.mseLoss for shapes and errors.
 *
 * @example
 * new nn.MSELoss().forward(tensor([1, 2]), tensor([0, 4])) // tensor(2.5000)
 * @torch torch.nn.MSELoss
 */
export class MSELoss extends Loss {
  constructor(options: LossOptions = {}) {
    super(known('MSELoss', options, LOSS_OPTIONS))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options)
  }
}
