// Images with holes, and images made of two.
import { randn } from '../../random/index.js'
import { arange, full, tensor } from '../../tensor/create.js'
import { where } from '../../tensor/ops/choose.js'
import { logicalAnd } from '../../tensor/ops/compare.js'
import { oneHot } from '../../tensor/ops/move.js'
import { known, optionNames } from '../../tensor/options.js'
import { isTensor, type Tensor } from '../../tensor/tensor.js'
import { DataError } from '../errors.js'
import type { TransformOptions } from './compose.js'
import { type Part, randomPart } from './crops.js'
import { beta, needPositive, needProbability, needRange, oneUniform, shuffled, uniforms } from './draw.js'
import { floatImages, type Images, restored } from './images.js'

export interface RandomErasingOptions extends TransformOptions {
  /** The probability that an image gets a hole. 0.5. */
  readonly p?: number | undefined
  /** The share of the area that is erased, between two bounds. [0.02, 0.33]. */
  readonly scale?: readonly [number, number] | undefined
  /** Width over height of the hole, between two bounds. [0.3, 3.3]. */
  readonly ratio?: readonly [number, number] | undefined
  /** What the hole holds: a number, or 'random' for standard normal numbers, which the paper found best for normalised images. 0. */
  readonly value?: number | 'random' | undefined
}

const RANDOM_ERASING_OPTIONS = optionNames<RandomErasingOptions>()('p scale ratio value generator')

/**
 * Random erasing (Zhong et al. 2017, algorithm 1): with probability p a rectangle of each image is erased. x: [..., C, H, W].
 *
 * The hole's area is uniform on `scale`, the logarithm of its proportions on that of `ratio`; where ten of them do not fit, the image stays whole.
 * Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * const holes = data.transforms.randomErasing(ones([4, 3, 8, 8]), { p: 1, scale: [0.25, 0.25], ratio: [1, 1] })
 * holes.mean().item() // 0.75
 * @torch torchvision.transforms.v2.RandomErasing
 * @differs each image of a batch is drawn for
 */
export function randomErasing(x: Tensor, options: RandomErasingOptions = {}): Tensor {
  known('randomErasing', options, RANDOM_ERASING_OPTIONS)
  const images = floatImages('randomErasing', x)
  const { p = 0.5, scale = [0.02, 0.33], ratio = [0.3, 3.3], value = 0 } = options
  needProbability('randomErasing', p)
  needRange('randomErasing', 'scale', scale, 0)
  needRange('randomErasing', 'ratio', ratio, Number.MIN_VALUE)
  if (value !== 'random' && !Number.isFinite(value)) {
    throw new DataError('DATA_OPTION', `randomErasing: value must be a number or 'random'; it is ${String(value)}.`)
  }
  const parts = uniforms(images.n, options).map(u => (u < p ? randomPart(images, scale, ratio, options) : undefined))
  const holes = inside(
    images,
    parts.map(part => part ?? NOTHING),
  )
  const { dtype, device } = x
  const filling =
    value === 'random' ? randn(images.flat.shape, { ...options, dtype, device }) : full([], value, { dtype, device })
  return restored(where(holes, filling, images.flat), images)
}

const NOTHING: Part = { top: 0, left: 0, height: 0, width: 0 }

/** bool [N, 1, H, W]: which places lie in the rectangle of their image. */
function inside({ flat: { device }, h, w }: Images, parts: readonly Part[]): Tensor {
  const column = (value: (part: Part) => number): Tensor =>
    tensor(parts.map(value), { dtype: 'int32', device }).reshape([parts.length, 1, 1, 1])
  const between = (places: Tensor, from: Tensor, to: Tensor): Tensor => logicalAnd(places.ge(from), places.lt(to))
  const rows = arange(h, { device }).reshape([1, 1, h, 1])
  const columns = arange(w, { device }).reshape([1, 1, 1, w])
  return logicalAnd(
    between(
      rows,
      column(part => part.top),
      column(part => part.top + part.height),
    ),
    between(
      columns,
      column(part => part.left),
      column(part => part.left + part.width),
    ),
  )
}

export interface MixOptions extends TransformOptions {
  /** How much is mixed: the share is drawn from Beta(alpha, alpha); near 0 hardly, 1 any share is equally likely. 1. */
  readonly alpha?: number | undefined
  /** How many classes there are, where labels are classes. */
  readonly numClasses?: number | undefined
}

const MIX_OPTIONS = optionNames<MixOptions>()('alpha numClasses generator')

/** A batch whose examples are made of two. */
export interface Mixed {
  /** Shape and dtype of x. */
  readonly x: Tensor
  /** Probabilities [N, K]: crossEntropy takes them. */
  readonly y: Tensor
  /** The share of the first of the two. */
  readonly lambda: number
}

/**
 * Mixup (Zhang et al. 2018): each example becomes lambda x_i + (1 - lambda) x_j, its label lambda y_i + (1 - lambda) y_j, with j from a random order of the
 * batch and one lambda ~ Beta(alpha, alpha) for all, as in the paper's code.
 *
 * x: [N, ...] floats of any kind; y: classes [N] int32 (with `numClasses`) or probabilities [N, K]. Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * const { x, y } = data.transforms.mixup(rand([4, 1, 8, 8]), tensor([0, 1, 2, 0], { dtype: 'int32' }), { numClasses: 3 })
 * y.shape // [4, 3]
 * @torch torchvision.transforms.v2.MixUp
 * @differs partners come from a random order; torchvision takes the neighbour
 */
export function mixup(x: Tensor, y: Tensor, options: MixOptions = {}): Mixed {
  known('mixup', options, MIX_OPTIONS)
  const labels = probabilities('mixup', x, y, options)
  const lambda = beta(needPositive('mixup', 'alpha', options.alpha ?? 1), options)
  const order = orderOf(x, options)
  const mix = (a: Tensor): Tensor => a.mul(lambda).add(a.indexSelect(0, order).mul(1 - lambda))
  return { x: mix(x), y: mix(labels), lambda }
}

/**
 * CutMix (Yun et al. 2019): a rectangle of each image is replaced by that of another, the labels mixed by area. lambda ~ Beta(alpha, alpha); the rectangle has
 * sides sqrt(1 - lambda) of the image's, its middle is uniform and what lies beyond the edge is cut; then lambda is 1 - its area / (H W).
 *
 * x: [N, C, H, W] floats; y: classes [N] int32 (with `numClasses`) or probabilities [N, K]. One rectangle for the batch, as in the paper's code.
 * Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * const { x, y, lambda } = data.transforms.cutmix(rand([4, 1, 8, 8]), tensor([0, 1, 2, 0], { dtype: 'int32' }), { numClasses: 3 })
 * y.sum(1) // tensor([1., 1., 1., 1.])
 * @torch torchvision.transforms.v2.CutMix
 * @differs partners come from a random order; torchvision takes the neighbour
 */
export function cutmix(x: Tensor, y: Tensor, options: MixOptions = {}): Mixed {
  known('cutmix', options, MIX_OPTIONS)
  const images = floatImages('cutmix', x)
  const { h, w } = images
  if (x.shape.length !== 4)
    throw new DataError('DATA_SHAPE', `cutmix: it takes a batch [N, C, H, W]; got [${x.shape.join(', ')}].`)
  const labels = probabilities('cutmix', x, y, options)
  const drawn = beta(needPositive('cutmix', 'alpha', options.alpha ?? 1), options)
  const order = orderOf(x, options)
  const part = cutOut(h, w, drawn, options)
  const lambda = 1 - (part.height * part.width) / (h * w)
  return {
    x: where(inside(images, [part]), x.indexSelect(0, order), x),
    y: labels.mul(lambda).add(labels.indexSelect(0, order).mul(1 - lambda)),
    lambda,
  }
}

/** A rectangle of share 1 - lambda, with its middle anywhere. */
function cutOut(h: number, w: number, lambda: number, options: TransformOptions): Part {
  const side = Math.sqrt(1 - lambda)
  const range = (length: number): readonly [number, number] => {
    const half = Math.floor(length * side) / 2
    const middle = Math.floor(oneUniform(options, 0, length))
    return [Math.max(0, Math.ceil(middle - half)), Math.min(length, Math.ceil(middle + half))]
  }
  const [[top, bottom], [left, right]] = [range(h), range(w)]
  return { top, left, height: bottom - top, width: right - left }
}

function orderOf(x: Tensor, options: TransformOptions): Tensor {
  return tensor(shuffled(x.shape[0] as number, options), { dtype: 'int32', device: x.device })
}

function probabilities(operation: string, x: Tensor, y: Tensor, { numClasses }: MixOptions): Tensor {
  const n = isTensor(x) ? x.shape[0] : undefined
  if (n === undefined || !isTensor(y) || y.shape[0] !== n || y.shape.length > 2) {
    const got = isTensor(x) && isTensor(y) ? `[${x.shape.join(', ')}] and [${y.shape.join(', ')}]` : 'something else'
    throw new DataError('DATA_SHAPE', `${operation}: it takes examples [N, ...] and labels [N] or [N, K]; got ${got}.`)
  }
  if (y.shape.length === 2) return y.to(x.dtype)
  if (y.dtype !== 'int32' || numClasses === undefined) {
    throw new DataError('DATA_OPTION', `${operation}: labels [N] must be int32 classes, and need numClasses.`, {
      next: `As in ${operation}(x, y, { numClasses: 10 }).`,
    })
  }
  return oneHot(y, numClasses).to(x.dtype)
}
