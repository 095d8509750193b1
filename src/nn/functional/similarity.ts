// Losses of vectors that are to lie near each other or apart: how a model learns what is alike.
import { arange, eye } from '../../tensor/create.js'
import { shapeText, TensorError } from '../../tensor/errors.js'
import { cat } from '../../tensor/join.js'
import { relu } from '../../tensor/ops/activation.js'
import { add, div, minimum, mul, sub } from '../../tensor/ops/arithmetic.js'
import { where } from '../../tensor/ops/choose.js'
import { eq } from '../../tensor/ops/compare.js'
import { to } from '../../tensor/ops/convert.js'
import { normalize } from '../../tensor/ops/distance.js'
import { rsqrt, square } from '../../tensor/ops/maths.js'
import { needTensor } from '../../tensor/ops/operand.js'
import { raised } from '../../tensor/ops/precision.js'
import { matmul } from '../../tensor/ops/products.js'
import { norm, sum } from '../../tensor/ops/reduce.js'
import { transpose } from '../../tensor/ops/views.js'
import { known, optionNames } from '../../tensor/options.js'
import { sameShape } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import { crossEntropy } from './cross-entropy.js'
import { needFloats } from './floats.js'
import { type LossOptions, reduced } from './reduction.js'
import { remembered } from './remembered.js'

export interface ContrastiveLossOptions extends LossOptions {
  /** How far apart dissimilar ones are to be, in units of the vectors; above 0. 1. */
  readonly margin?: number | undefined
}

export const CONTRASTIVE_LOSS_OPTIONS = optionNames<ContrastiveLossOptions>()('margin reduction')

/**
 * Contrastive loss of pairs (Hadsell et al. 2006, equation 4): (1 - Y) D^2 / 2 + Y max(0, margin - D)^2 / 2, with Euclid's distance D of both vectors, and Y = 0 for
 * similar, Y = 1 for dissimilar ones. The second term pushes apart: without it, all vectors fall on one point.
 *
 * x1 and x2 [N, D], target [N]; or [D] and []. The target is 0 or 1 in any dtype. The gradient at D = 0 is 0. Throws SHAPE_MISMATCH, BAD_DTYPE, NOT_A_TENSOR, BAD_VALUE.
 *
 * @example
 * F.contrastiveLoss(tensor([[0, 0], [0, 0]]), tensor([[0, 2], [0, 0.5]]), tensor([0, 1])) // tensor(1.0625)
 * @torch none
 */
export function contrastiveLoss(x1: Tensor, x2: Tensor, target: Tensor, options: ContrastiveLossOptions = {}): Tensor {
  const { margin = 1, reduction } = known('contrastiveLoss', options, CONTRASTIVE_LOSS_OPTIONS)
  needVectors('contrastiveLoss', x1, { x2 })
  needOnePerRow('contrastiveLoss', x1, target)
  needAboveZero('contrastiveLoss', 'margin', margin)
  const distance = norm(sub(raised(x1), raised(x2)), 2, { dim: -1 })
  const apart = to(target, distance.dtype)
  const near = mul(sub(1, apart), square(distance))
  const far = mul(apart, square(relu(sub(margin, distance))))
  return reduced('contrastiveLoss', mul(add(near, far), 0.5), reduction)
}

export interface TripletMarginLossOptions extends LossOptions {
  /** How much farther the negative is to be than the positive, in units of the vectors; above 0. 1. */
  readonly margin?: number | undefined
  /** The norm that distances are measured with. 2. */
  readonly p?: number | undefined
  /** Added to each difference. 1e-6. */
  readonly eps?: number | undefined
  /** Whether the negative's distance to the positive counts, where that is the shorter one (Balntas et al. 2016). False. */
  readonly swap?: boolean | undefined
}

export const TRIPLET_MARGIN_LOSS_OPTIONS = optionNames<TripletMarginLossOptions>()('margin p eps swap reduction')

/**
 * Triplet loss (Schroff et al. 2015): max(0, d(anchor, positive) - d(anchor, negative) + margin), with d(a, b) = ||a - b + eps||_p.
 *
 * All three [N, D], or [D]; the result of 'none' is [N], or []. Throws SHAPE_MISMATCH, BAD_DTYPE, NOT_A_TENSOR, BAD_VALUE.
 *
 * @example
 * F.tripletMarginLoss(tensor([[0, 0]]), tensor([[0, 3]]), tensor([[2, 0]])) // tensor(2.)
 * @torch torch.nn.functional.triplet_margin_loss
 * @differs shapes that differ throw, where PyTorch broadcasts
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginLossOptions = {},
): Tensor {
  const {
    margin = 1,
    p = 2,
    eps = 1e-6,
    swap = false,
    reduction,
  } = known('tripletMarginLoss', options, TRIPLET_MARGIN_LOSS_OPTIONS)
  needVectors('tripletMarginLoss', anchor, { positive, negative })
  needAboveZero('tripletMarginLoss', 'margin', margin)
  const distance = (a: Tensor, b: Tensor): Tensor => norm(add(sub(raised(a), raised(b)), eps), p, { dim: -1 })
  const far = distance(anchor, negative)
  const farther = swap ? minimum(far, distance(positive, negative)) : far
  return reduced('tripletMarginLoss', relu(add(sub(distance(anchor, positive), farther), margin)), reduction)
}

export interface CosineEmbeddingLossOptions extends LossOptions {
  /** The cosine that dissimilar ones may have, from -1 to 1. 0. */
  readonly margin?: number | undefined
}

export const COSINE_EMBEDDING_LOSS_OPTIONS = optionNames<CosineEmbeddingLossOptions>()('margin reduction')

/** Added to squared lengths. PyTorch's number, a float32. */
const SHORT = Math.fround(1e-12)

/**
 * Loss of pairs by their angle: 1 - cos(x1, x2) where the target is 1, max(0, cos(x1, x2) - margin) where it is -1; lengths do not matter.
 *
 * x1 and x2 [N, D], target [N]; or [D] and []. The target is 1 or -1 in any dtype but bool; others give 0. Throws SHAPE_MISMATCH, BAD_DTYPE, NOT_A_TENSOR,
 * BAD_VALUE.
 *
 * @example
 * F.cosineEmbeddingLoss(tensor([[1, 0], [1, 0]]), tensor([[0, 2], [1, 1]]), tensor([1, -1])) // tensor(0.8536)
 * @torch torch.nn.functional.cosine_embedding_loss
 */
export function cosineEmbeddingLoss(
  x1: Tensor,
  x2: Tensor,
  target: Tensor,
  options: CosineEmbeddingLossOptions = {},
): Tensor {
  const { margin = 0, reduction } = known('cosineEmbeddingLoss', options, COSINE_EMBEDDING_LOSS_OPTIONS)
  needVectors('cosineEmbeddingLoss', x1, { x2 })
  needOnePerRow('cosineEmbeddingLoss', x1, target)
  if (target.dtype === 'bool') {
    throw new TensorError('BAD_DTYPE', 'cosineEmbeddingLoss: the target says 1 or -1; it is bool.', {
      next: 'where(similar, 1, -1) makes numbers of it.',
    })
  }
  if (!(margin >= -1 && margin <= 1)) {
    throw new TensorError(
      'BAD_VALUE',
      `cosineEmbeddingLoss: margin must lie between -1 and 1; it is ${String(margin)}.`,
    )
  }
  const [a, b] = [raised(x1), raised(x2)]
  const squares = (x: Tensor): Tensor => add(sum(square(x), -1), SHORT)
  const cosine = mul(sum(mul(a, b), -1), rsqrt(mul(squares(a), squares(b))))
  const near = where(eq(target, 1), sub(1, cosine), 0)
  const far = where(eq(target, -1), relu(sub(cosine, margin)), 0)
  return reduced('cosineEmbeddingLoss', add(near, far), reduction)
}

export interface InfoNceOptions extends LossOptions {
  /** Similarities are divided by it; above 0. 0.1. */
  readonly temperature?: number | undefined
  /** Whether similarities are cosines, else products. True. */
  readonly normalize?: boolean | undefined
  /** More vectors [M, D] that no query belongs to, for 'infoNCE' (He et al. 2020). None. */
  readonly negatives?: Tensor | undefined
  /** 'infoNCE': each query picks its key among all keys. 'ntXent': each of the 2 N vectors picks its partner among all others (Chen et al. 2020). 'infoNCE'. */
  readonly form?: 'infoNCE' | 'ntXent' | undefined
}

export const INFO_NCE_OPTIONS = optionNames<InfoNceOptions>()('temperature normalize negatives form reduction')

/**
 * InfoNCE (van den Oord et al. 2018, equation 4): -ln (f(q_i, k_i) / sum_j f(q_i, k_j)), with f(q, k) = e^(sim(q, k) / temperature): cross entropy of picking the own key
 * among all. ln N less the loss is a lower bound of their mutual information (the paper's section 2.3).
 *
 * query and key [N, D]: row i of both belongs together, all other keys are its negatives, and those of `negatives`. With `form: 'ntXent'` (Chen et al. 2020, equation 1)
 * both are views of the same things: each of the 2 N vectors picks its partner among the 2 N - 1 others. 'none': [N], with 'ntXent' [2 N], queries first. Throws
 * SHAPE_MISMATCH, BAD_SHAPE, BAD_DTYPE, NOT_A_TENSOR, BAD_VALUE.
 *
 * @example
 * F.infoNCE(tensor([[1, 0], [0, 1]]), tensor([[1, 0], [0, 2]]), { temperature: 1 }) // tensor(0.3133)
 * @torch none
 */
export function infoNCE(query: Tensor, key: Tensor, options: InfoNceOptions = {}): Tensor {
  const {
    temperature = 0.1,
    normalize: asAngles = true,
    negatives,
    form = 'infoNCE',
    reduction,
  } = known('infoNCE', options, INFO_NCE_OPTIONS)
  needVectors('infoNCE', query, { key })
  needAboveZero('infoNCE', 'temperature', temperature)
  if (query.ndim !== 2) {
    throw new TensorError('BAD_SHAPE', `infoNCE: query and key must be [N, D]; they are ${shapeText(query.shape)}.`, {
      next: 'One row for each thing: the other rows are what it is told from.',
    })
  }
  needForm(form, negatives)
  const [q, k, more] = [query, key, negatives].map(x => x && (asAngles ? normalize(raised(x)) : raised(x)))
  const scores = form === 'ntXent' ? amongAll(q as Tensor, k as Tensor) : amongKeys(q as Tensor, k as Tensor, more)
  return crossEntropy(div(scores.similarities, temperature), scores.partners, { reduction })
}

interface Scores {
  readonly similarities: Tensor
  readonly partners: Tensor
}

function amongKeys(query: Tensor, key: Tensor, negatives: Tensor | undefined): Scores {
  if (negatives !== undefined) needVectorsLike(key, negatives)
  const keys = negatives === undefined ? key : cat([key, negatives])
  const partners = arange(query.shape[0] as number, { device: query.device })
  return { similarities: matmul(query, transpose(keys, 0, 1)), partners }
}

function amongAll(query: Tensor, key: Tensor): Scores {
  const { device, dtype, shape } = query
  const n = shape[0] as number
  const [notItself, partners] = remembered(`ntXent ${device} ${dtype} ${n}`, () => {
    const self = eye(2 * n, { dtype, device }).eq(1)
    const partners = arange(2 * n, { device })
      .add(n)
      .remainder(2 * n)
    return [to(where(self, -Infinity, 0), dtype), partners] as const
  })
  const all = cat([query, key])
  return { similarities: add(raised(matmul(all, transpose(all, 0, 1))), notItself), partners }
}

function needForm(form: string, negatives: Tensor | undefined): void {
  if (form !== 'infoNCE' && form !== 'ntXent') {
    throw new TensorError('BAD_VALUE', `infoNCE: form '${String(form)}' does not exist.`, {
      next: "Choose 'infoNCE' or 'ntXent'.",
    })
  }
  if (form === 'infoNCE' || negatives === undefined) return
  throw new TensorError('BAD_VALUE', "infoNCE: 'ntXent' takes no negatives: all other vectors are.", {
    next: "Leave them out, or choose form: 'infoNCE'.",
  })
}

function needVectorsLike(key: Tensor, negatives: Tensor): void {
  needFloats('infoNCE', negatives)
  if (negatives.ndim === 2 && negatives.shape[1] === key.shape[1]) return
  throw new TensorError(
    'SHAPE_MISMATCH',
    `infoNCE: negatives must be [M, ${key.shape[1]}], as the keys; they are ${shapeText(negatives.shape)}.`,
  )
}

/** Throws unless all are float tensors of one shape, vectors or rows of them. */
function needVectors(operation: string, first: Tensor, others: Readonly<Record<string, Tensor>>): void {
  needFloats(operation, first)
  if (first.ndim === 0 || first.ndim > 2) {
    throw new TensorError(
      'BAD_SHAPE',
      `${operation}: vectors are [N, D] or [D]; these are ${shapeText(first.shape)}.`,
      {
        next: 'Flatten what a vector consists of: x.flatten(1).',
      },
    )
  }
  for (const [name, other] of Object.entries(others)) {
    needFloats(operation, other)
    if (sameShape(first.shape, other.shape)) continue
    throw new TensorError(
      'SHAPE_MISMATCH',
      `${operation}: ${name} must have the shape of the first, ${shapeText(first.shape)}; it has ${shapeText(other.shape)}.`,
    )
  }
}

function needOnePerRow(operation: string, x: Tensor, target: Tensor): void {
  needTensor(operation, target)
  const expected = x.shape.slice(0, -1)
  if (sameShape(target.shape, expected)) return
  throw new TensorError(
    'SHAPE_MISMATCH',
    `${operation}: vectors ${shapeText(x.shape)} need a target of shape ${shapeText(expected)}; it has ${shapeText(target.shape)}.`,
    { next: 'One target for each pair.' },
  )
}

function needAboveZero(operation: string, name: string, value: number): void {
  if (value > 0) return
  throw new TensorError('BAD_VALUE', `${operation}: ${name} must be above 0; it is ${String(value)}.`)
}
