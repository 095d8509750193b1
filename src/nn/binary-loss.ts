// Losses of yes or no, of distributions and of margins, as modules.
import { known } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import {
  BINARY_CROSS_ENTROPY_OPTIONS,
  BINARY_CROSS_ENTROPY_WITH_LOGITS_OPTIONS,
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
} from './functional/binary.js'
import { KL_DIV_OPTIONS, type KlDivOptions, klDiv } from './functional/divergence.js'
import {
  FOCAL_LOSS_OPTIONS,
  type FocalLossOptions,
  focalLoss,
  SIGMOID_FOCAL_LOSS_OPTIONS,
  type SigmoidFocalLossOptions,
  sigmoidFocalLoss,
} from './functional/focal.js'
import {
  HINGE_LOSS_OPTIONS,
  type HingeLossOptions,
  hingeLoss,
  MULTI_MARGIN_LOSS_OPTIONS,
  type MultiMarginLossOptions,
  multiMarginLoss,
} from './functional/margin.js'
import { Loss } from './loss.js'

/**
 * Binary cross entropy of logits and truths from 0 to 1, in nats: see F.binaryCrossEntropyWithLogits, for weights, shapes and errors.
 *
 * @example
 * new nn.BCEWithLogitsLoss().forward(tensor([2, -100]), tensor([1, 0])) // tensor(0.0635)
 * @torch torch.nn.BCEWithLogitsLoss
 */
export class BCEWithLogitsLoss extends Loss<BinaryCrossEntropyWithLogitsOptions> {
  constructor(options: BinaryCrossEntropyWithLogitsOptions = {}) {
    super(known('BCEWithLogitsLoss', options, BINARY_CROSS_ENTROPY_WITH_LOGITS_OPTIONS))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(input, target, this.options)
  }
}

/**
 * Binary cross entropy of probabilities and truths from 0 to 1, in nats: see F.binaryCrossEntropy. BCEWithLogitsLoss is the more exact one.
 *
 * @example
 * new nn.BCELoss().forward(tensor([0.75, 0.25]), tensor([1, 0])) // tensor(0.2877)
 * @torch torch.nn.BCELoss
 */
export class BCELoss extends Loss<BinaryCrossEntropyOptions> {
  constructor(options: BinaryCrossEntropyOptions = {}) {
    super(known('BCELoss', options, BINARY_CROSS_ENTROPY_OPTIONS))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, this.options)
  }
}

/**
 * Kullback-Leibler divergence of a model from the truth, in nats: see F.klDiv, also for why 'batchmean'.
 *
 * @example
 * new nn.KLDivLoss({ reduction: 'batchmean' }).forward(tensor([[0.5, 0.5]]).log(), tensor([[0.75, 0.25]])) // tensor(0.1308)
 * @torch torch.nn.KLDivLoss
 */
export class KLDivLoss extends Loss<KlDivOptions> {
  constructor(options: KlDivOptions = {}) {
    super(known('KLDivLoss', options, KL_DIV_OPTIONS))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.options)
  }
}

/**
 * Focal loss of classes (Lin et al. 2017, equation 5): see F.focalLoss.
 *
 * @example
 * new nn.FocalLoss().forward(tensor([[2, 0, 0]]), tensor([0], { dtype: 'int32' })) // tensor(0.0109)
 * @torch none
 */
export class FocalLoss extends Loss<FocalLossOptions> {
  constructor(options: FocalLossOptions = {}) {
    super(known('FocalLoss', options, FOCAL_LOSS_OPTIONS))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return focalLoss(input, target, this.options)
  }
}

/**
 * Focal loss of yes or no (Lin et al. 2017, equation 5): see F.sigmoidFocalLoss.
 *
 * @example
 * new nn.SigmoidFocalLoss().forward(tensor([2, -1]), tensor([1, 0])) // tensor(0.0087)
 * @torch none
 */
export class SigmoidFocalLoss extends Loss<SigmoidFocalLossOptions> {
  constructor(options: SigmoidFocalLossOptions = {}) {
    super(known('SigmoidFocalLoss', options, SIGMOID_FOCAL_LOSS_OPTIONS))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return sigmoidFocalLoss(input, target, this.options)
  }
}

/**
 * Hinge loss of scores and truths -1 or 1 (Cortes & Vapnik 1995): see F.hingeLoss.
 *
 * @example
 * new nn.HingeLoss().forward(tensor([2, 0.5]), tensor([1, -1])) // tensor(0.7500)
 * @torch none
 */
export class HingeLoss extends Loss<HingeLossOptions> {
  constructor(options: HingeLossOptions = {}) {
    super(known('HingeLoss', options, HINGE_LOSS_OPTIONS))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return hingeLoss(input, target, this.options)
  }
}

/**
 * Hinge loss of classes (Weston & Watkins 1999): see F.multiMarginLoss.
 *
 * @example
 * new nn.MultiMarginLoss().forward(tensor([[0.5, 1, 0]]), tensor([0], { dtype: 'int32' })) // tensor(0.6667)
 * @torch torch.nn.MultiMarginLoss
 */
export class MultiMarginLoss extends Loss<MultiMarginLossOptions> {
  constructor(options: MultiMarginLossOptions = {}) {
    super(known('MultiMarginLoss', options, MULTI_MARGIN_LOSS_OPTIONS))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return multiMarginLoss(input, target, this.options)
  }
}
