// Lengths, angles and distances of vectors.

import { apply } from '../engine.js'
import { shapeText, TensorError } from '../errors.js'
import { known, optionNames } from '../options.js'
import { NONE, needFloat } from '../primitives.js'
import { broadcast } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { div, mul, sub } from './arithmetic.js'
import { clampMin, where } from './choose.js'
import { gt } from './compare.js'
import { sqrt, square } from './maths.js'
import { meet, needTensor } from './operand.js'
import { matmul } from './products.js'
import { norm, sum } from './reduce.js'
import { transpose, unsqueeze } from './views.js'

export interface NormalizeOptions {
  /** Which norm becomes 1; see norm. Default 2. */
  readonly p?: number
  /** Along which axis vectors lie. Default 1. */
  readonly dim?: number
  /** Shorter vectors are divided by this. Default 1e-12. */
  readonly eps?: number
}

const NORMALIZE_OPTIONS = optionNames<NormalizeOptions>()('p dim eps')

/**
 * Vectors of length 1: x / max(||x||_p, eps) along an axis. Shape and dtype are kept. Throws BAD_DTYPE, BAD_DIM.
 *
 * @example
 * tensor([[3, 4]]).normalize() // tensor([[0.6000, 0.8000]])
 * @torch torch.nn.functional.normalize
 */
export function normalize(x: Tensor, options: NormalizeOptions = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = known('normalize', options, NORMALIZE_OPTIONS)
  return div(x, clampMin(norm(x, p, { dim, keepdim: true }), eps))
}

export interface CosineSimilarityOptions {
  /** Along which axis vectors lie. Default 1. */
  readonly dim?: number
  /** Shorter vectors are divided by this. Default 1e-8. */
  readonly eps?: number
}

const COSINE_SIMILARITY_OPTIONS = optionNames<CosineSimilarityOptions>()('dim eps')

/**
 * The cosine of the angle between vectors: sum(a b) / (max(||a||, eps) max(||b||, eps)) along an axis, which falls away.
 *
 * a and b broadcast. From -1 (opposite) over 0 (at right angles, or of no length) to 1. Throws SHAPE_MISMATCH, BAD_DTYPE, BAD_DIM.
 *
 * @example
 * cosineSimilarity(tensor([1, 0]), tensor([2, 2]), { dim: 0 }) // tensor(0.7071)
 * @torch torch.nn.functional.cosine_similarity
 */
export function cosineSimilarity(a: Tensor, b: Tensor, options: CosineSimilarityOptions = {}): Tensor {
  const { dim = 1, eps = 1e-8 } = known('cosineSimilarity', options, COSINE_SIMILARITY_OPTIONS)
  needTensor('cosineSimilarity', a)
  needTensor('cosineSimilarity', b)
  const [x, y] = meet('cosineSimilarity', a, b)
  broadcast('cosineSimilarity', x.shape, y.shape)
  // Axes count in the common shape, as in PyTorch.
  const at = dim < 0 ? dim : dim - Math.max(x.shape.length, y.shape.length)
  const unit = (v: Tensor): Tensor => normalize(v, { dim: at, eps })
  return sum(mul(unit(x), unit(y)), at)
}

/** From so many vectors on, Euclid's distances come from one matrix product; PyTorch's own limit. */
const BY_PRODUCT = 25

/**
 * The distances between all vectors of two sets: a [..., P, M], b [..., R, M] -> [..., P, R], ||a_i - b_j||_p.
 *
 * p = 2 (Euclid's) by default; 1, Infinity, or any p from 0 on; see norm. With more than 25 vectors in a set Euclid's distances are
 * computed as sqrt(a^2 + b^2 - 2 a b): one matrix product and no table of differences, but small distances of long vectors lose
 * digits. The gradient at distance 0 is 0. Throws SHAPE_MISMATCH, BAD_SHAPE, BAD_DTYPE.
 *
 * @example
 * tensor([[0, 0], [3, 4]]).cdist(tensor([[0, 0]])) // tensor([[0.], [5.]])
 * @torch torch.cdist
 * @differs tensors of different dtypes meet; PyTorch throws
 */
export function cdist(a: Tensor, b: Tensor, p = 2): Tensor {
  needTensor('cdist', a)
  needTensor('cdist', b)
  const [x, y] = meet('cdist', a, b)
  needFloat('cdist', x)
  if (x.shape.length < 2 || y.shape.length < 2 || x.shape.at(-1) !== y.shape.at(-1)) {
    throw new TensorError(
      x.shape.length < 2 || y.shape.length < 2 ? 'BAD_SHAPE' : 'SHAPE_MISMATCH',
      `cdist: needs sets of vectors of one length, [..., P, M] and [..., R, M]; got ${shapeText(x.shape)} and ${shapeText(y.shape)}.`,
      { next: 'A single vector is a set as x.unsqueeze(0).' },
    )
  }
  broadcast('cdist', x.shape.slice(0, -2), y.shape.slice(0, -2))
  const many = (x.shape.at(-2) as number) > BY_PRODUCT || (y.shape.at(-2) as number) > BY_PRODUCT
  if (p === 2 && many) return byProduct(x, y)
  return norm(sub(unsqueeze(x, -2), unsqueeze(y, -3)), p, { dim: -1 })
}

function byProduct(x: Tensor, y: Tensor): Tensor {
  const lengths = (v: Tensor): Tensor => sum(square(v), { dim: -1, keepdim: true })
  const both = sub(
    apply('add', [lengths(x), transpose(lengths(y), -1, -2)], NONE),
    mul(matmul(x, transpose(y, -1, -2)), 2),
  )
  // Where rounding makes it negative, and at 0 itself, the root must have no gradient.
  const apart = gt(both, 0)
  return where(apart, sqrt(where(apart, both, 1)), 0)
}
