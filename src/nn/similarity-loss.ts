// Losses of vectors that are to lie near each other or apart, as modules.
import { known } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import {
  CONTRASTIVE_LOSS_OPTIONS,
  COSINE_EMBEDDING_LOSS_OPTIONS,
  type ContrastiveLossOptions,
  type CosineEmbeddingLossOptions,
  contrastiveLoss,
  cosineEmbeddingLoss,
  INFO_NCE_OPTIONS,
  type InfoNceOptions,
  infoNCE,
  TRIPLET_MARGIN_LOSS_OPTIONS,
  type TripletMarginLossOptions,
  tripletMarginLoss,
} from './functional/similarity.js'
import { Loss } from './loss.js'

/**
 * Contrastive loss of pairs (Hadsell et al. 2006, equation 4); target 0: similar, 1: dissimilar. See F.contrastiveLoss.
 *
 * @example
 * new nn.ContrastiveLoss().forward(tensor([[0, 0], [0, 0]]), tensor([[0, 2], [0, 0.5]]), tensor([0, 1])) // tensor(1.0625)
 * @torch none
 */
export class ContrastiveLoss extends Loss<ContrastiveLossOptions> {
  constructor(options: ContrastiveLossOptions = {}) {
    super(known('ContrastiveLoss', options, CONTRASTIVE_LOSS_OPTIONS))
  }

  override forward(x1: Tensor, x2: Tensor, target: Tensor): Tensor {
    return contrastiveLoss(x1, x2, target, this.options)
  }
}

/**
 * Loss of pairs by their angle; target 1: similar, -1: dissimilar. See F.cosineEmbeddingLoss.
 *
 * @example
 * new nn.CosineEmbeddingLoss().forward(tensor([[1, 0], [1, 0]]), tensor([[0, 2], [1, 1]]), tensor([1, -1])) // tensor(0.8536)
 * @torch torch.nn.CosineEmbeddingLoss
 */
export class CosineEmbeddingLoss extends Loss<CosineEmbeddingLossOptions> {
  constructor(options: CosineEmbeddingLossOptions = {}) {
    super(known('CosineEmbeddingLoss', options, COSINE_EMBEDDING_LOSS_OPTIONS))
  }

  override forward(x1: Tensor, x2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(x1, x2, target, this.options)
  }
}

/**
 * Triplet loss (Schroff et al. 2015): the negative is to be farther from the anchor than the positive. See F.tripletMarginLoss.
 *
 * @example
 * new nn.TripletMarginLoss().forward(tensor([[0, 0]]), tensor([[0, 3]]), tensor([[2, 0]])) // tensor(2.)
 * @torch torch.nn.TripletMarginLoss
 */
export class TripletMarginLoss extends Loss<TripletMarginLossOptions> {
  constructor(options: TripletMarginLossOptions = {}) {
    super(known('TripletMarginLoss', options, TRIPLET_MARGIN_LOSS_OPTIONS))
  }

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options)
  }
}

/**
 * InfoNCE (van den Oord et al. 2018, equation 4), or the NT-Xent of SimCLR: see F.infoNCE.
 *
 * @example
 * new nn.InfoNCELoss({ temperature: 1 }).forward(tensor([[1, 0], [0, 1]]), tensor([[1, 0], [0, 2]])) // tensor(0.3133)
 * @torch none
 */
export class InfoNCELoss extends Loss<InfoNceOptions> {
  constructor(options: InfoNceOptions = {}) {
    super(known('InfoNCELoss', options, INFO_NCE_OPTIONS))
  }

  override forward(query: Tensor, key: Tensor): Tensor {
    return infoNCE(query, key, this.options)
  }
}
