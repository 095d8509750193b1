// Losses as modules: the functions of functional/ with their options. Those of yes or no stand in binary-loss.ts, those of pairs in similarity-loss.ts.

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
import {
  GAUSSIAN_NLL_LOSS_OPTIONS,
  type GaussianNllLossOptions,
  gaussianNllLoss,
  HUBER_LOSS_OPTIONS,
  type HuberLossOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  SMOOTH_L1_LOSS_OPTIONS,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from './functional/regression.js'
import { Module } from './module.js'

/** A loss with its options. */
export abstract class Loss<O extends object = LossOptions> extends Module {
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

/**
 * Mean absolute error, the mean of |input - target|: see F.l1Loss for shapes and errors.
 *
 * @example
 * new nn.L1Loss().forward(tensor([1, 2]), tensor([0, 4])) // tensor(1.5000)
 * @torch torch.nn.L1Loss
 */
export class L1Loss extends Loss {
  constructor(options: LossOptions = {}) {
    super(known('L1Loss', options, LOSS_OPTIONS))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options)
  }
}

/**
 * Huber's loss: a parabola up to an error of delta, a line beyond. See F.huberLoss.
 *
 * @example
 * new nn.HuberLoss().forward(tensor([0.5, 3]), tensor([0, 0])) // tensor(1.3125)
 * @torch torch.nn.HuberLoss
 */
export class HuberLoss extends Loss<HuberLossOptions> {
  constructor(options: HuberLossOptions = {}) {
    super(known('HuberLoss', options, HUBER_LOSS_OPTIONS))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this.options)
  }
}

/**
 * Absolute error with a round tip of width beta: see F.smoothL1Loss.
 *
 * @example
 * new nn.SmoothL1Loss({ beta: 0.5 }).forward(tensor([0.5, 3]), tensor([0, 0])) // tensor(1.5000)
 * @torch torch.nn.SmoothL1Loss
 */
export class SmoothL1Loss extends Loss<SmoothL1LossOptions> {
  constructor(options: SmoothL1LossOptions = {}) {
    super(known('SmoothL1Loss', options, SMOOTH_L1_LOSS_OPTIONS))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options)
  }
}

/**
 * Negative log likelihood of normal distributions, whose variances are predicted, too: see F.gaussianNllLoss.
 *
 * @example
 * new nn.GaussianNLLLoss().forward(tensor([1, 2]), tensor([0, 4]), tensor([1, 4])) // tensor(0.8466)
 * @torch torch.nn.GaussianNLLLoss
 */
export class GaussianNLLLoss extends Loss<GaussianNllLossOptions> {
  constructor(options: GaussianNllLossOptions = {}) {
    super(known('GaussianNLLLoss', options, GAUSSIAN_NLL_LOSS_OPTIONS))
  }

  override forward(input: Tensor, target: Tensor, variance: Tensor | number): Tensor {
    return gaussianNllLoss(input, target, variance, this.options)
  }
}
