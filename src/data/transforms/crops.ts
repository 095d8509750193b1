// Which part of an image is seen, how large, and which way round.
import { tensor } from '../../tensor/create.js'
import { stack } from '../../tensor/join.js'
import { where } from '../../tensor/ops/choose.js'
import { pad } from '../../tensor/ops/move.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { DataError } from '../errors.js'
import type { TransformOptions } from './compose.js'
import { needProbability, needRange, oneUniform, uniforms } from './draw.js'
import { floatImages, type Images, imagesOf, restored, sizesOf } from './images.js'

/**
 * Images seen in a mirror: column j becomes column W - 1 - j. x: [..., C, H, W]. Throws DATA_SHAPE.
 *
 * @example
 * data.transforms.horizontalFlip(tensor([[[1, 2, 3]]])) // tensor([[[3., 2., 1.]]])
 * @torch torchvision.transforms.v2.functional.hflip
 */
export function horizontalFlip(x: Tensor): Tensor {
  imagesOf('horizontalFlip', x)
  return x.flip(-1)
}

/**
 * Images upside down: row i becomes row H - 1 - i. x: [..., C, H, W]. Throws DATA_SHAPE.
 *
 * @example
 * data.transforms.verticalFlip(tensor([[[1], [2]]])) // tensor([[[2.], [1.]]])
 * @torch torchvision.transforms.v2.functional.vflip
 */
export function verticalFlip(x: Tensor): Tensor {
  imagesOf('verticalFlip', x)
  return x.flip(-2)
}

export interface RandomFlipOptions extends TransformOptions {
  /** The probability that an image is turned. 0.5. */
  readonly p?: number | undefined
}

const RANDOM_FLIP_OPTIONS = optionNames<RandomFlipOptions>()('p generator')

/**
 * Mirrors each image with probability p. x: [..., C, H, W]. Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * data.transforms.randomHorizontalFlip(tensor([[[1, 2, 3]]]), { p: 1 }) // tensor([[[3., 2., 1.]]])
 * @torch torchvision.transforms.v2.RandomHorizontalFlip
 * @differs each image of a batch is drawn for
 */
export function randomHorizontalFlip(x: Tensor, options: RandomFlipOptions = {}): Tensor {
  known('randomHorizontalFlip', options, RANDOM_FLIP_OPTIONS)
  return randomFlip('randomHorizontalFlip', x, -1, options)
}

/**
 * Turns each image upside down with probability p. x: [..., C, H, W]. Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * data.transforms.randomVerticalFlip(tensor([[[1], [2]]]), { p: 1 }) // tensor([[[2.], [1.]]])
 * @torch torchvision.transforms.v2.RandomVerticalFlip
 * @differs each image of a batch is drawn for
 */
export function randomVerticalFlip(x: Tensor, options: RandomFlipOptions = {}): Tensor {
  known('randomVerticalFlip', options, RANDOM_FLIP_OPTIONS)
  return randomFlip('randomVerticalFlip', x, -2, options)
}

function randomFlip(operation: string, x: Tensor, dim: number, { p = 0.5, ...options }: RandomFlipOptions): Tensor {
  const images = imagesOf(operation, x)
  needProbability(operation, p)
  const turned = uniforms(images.n, options).map(u => u < p)
  const mask = tensor(turned, { device: x.device }).reshape([images.n, 1, 1, 1])
  return restored(where(mask, images.flat.flip(dim), images.flat), images)
}

/**
 * The middle of images: x [..., C, H, W] -> [..., C, h, w]. An odd rest is shared as PyTorch does; sides that are too short get zeros.
 * `size` is a number for a square or [h, w]. Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * data.transforms.centerCrop(arange(16).reshape([1, 4, 4]), 2) // tensor([[[ 5, 6], [ 9, 10]]])
 * @torch torchvision.transforms.v2.functional.center_crop
 */
export function centerCrop(x: Tensor, size: number | readonly [number, number]): Tensor {
  const { h: height, w: width } = imagesOf('centerCrop', x)
  const [h, w] = sizesOf('centerCrop', size)
  const [down, right] = [Math.max(h - height, 0), Math.max(w - width, 0)]
  const wide = pad(x, [right >> 1, right - (right >> 1), down >> 1, down - (down >> 1)])
  return cropped(wide, evenHalf(height + down - h), evenHalf(width + right - w), h, w)
}

/** Half of a whole number; halves go to the even side, as Python rounds. */
function evenHalf(n: number): number {
  const half = Math.floor(n / 2)
  return n % 2 === 0 ? half : half + (half % 2)
}

const cropped = (x: Tensor, top: number, left: number, h: number, w: number): Tensor =>
  x.narrow(-2, top, h).narrow(-1, left, w)

export interface RandomCropOptions extends TransformOptions {
  /** Places added on all four sides before. 0. */
  readonly padding?: number | undefined
  /** What they hold: 'constant' is `fill`, 'reflect' the image mirrored, 'replicate' its edge. 'constant'. */
  readonly paddingMode?: 'constant' | 'reflect' | 'replicate' | undefined
  /** The value of constant padding. 0. */
  readonly fill?: number | undefined
}

const RANDOM_CROP_OPTIONS = optionNames<RandomCropOptions>()('padding paddingMode fill generator')

/**
 * A part of each image, at a random place: x [..., C, H, W] -> [..., C, h, w]. All places are equally likely. `size` is a number for a square or [h, w].
 * Digits and CIFAR are usually padded by 4 and cropped to the size that they had.
 *
 * Throws DATA_OPTION where the padded image is smaller than the crop; DATA_SHAPE.
 *
 * @example
 * const crop = data.transforms.randomCrop(arange(16).reshape([1, 4, 4]), 3)
 * crop.shape // [1, 3, 3]
 * @torch torchvision.transforms.v2.RandomCrop
 * @differs each image of a batch is drawn for
 */
export function randomCrop(
  x: Tensor,
  size: number | readonly [number, number],
  options: RandomCropOptions = {},
): Tensor {
  const { padding = 0, paddingMode = 'constant', fill = 0 } = known('randomCrop', options, RANDOM_CROP_OPTIONS)
  const [h, w] = sizesOf('randomCrop', size)
  if (!(Number.isInteger(padding) && padding >= 0)) {
    throw new DataError('DATA_OPTION', `randomCrop: padding must be a whole number from 0; it is ${String(padding)}.`)
  }
  imagesOf('randomCrop', x)
  const sides = [padding, padding, padding, padding]
  const images = imagesOf('randomCrop', padding === 0 ? x : pad(x, sides, { mode: paddingMode, value: fill }))
  const [down, right] = [images.h - h, images.w - w]
  if (down < 0 || right < 0) {
    throw new DataError(
      'DATA_OPTION',
      `randomCrop: a crop of ${h} x ${w} does not fit into ${images.h} x ${images.w}.`,
      {
        next: 'Give a smaller size, or padding.',
      },
    )
  }
  const draws = uniforms(2 * images.n, options)
  const parts = Array.from({ length: images.n }, (_, i) => {
    const [u, v] = draws.slice(2 * i, 2 * i + 2) as [number, number]
    return cropped(images.flat.at(i), Math.floor(u * (down + 1)), Math.floor(v * (right + 1)), h, w)
  })
  return restored(stack(parts), images)
}

export interface ResizeOptions {
  /** 'bilinear' mixes neighbours, 'nearest' takes one. 'bilinear'. */
  readonly mode?: 'bilinear' | 'nearest' | undefined
  /** Whether bilinear, where it makes an image smaller, mixes all places that a new one covers, so that fine patterns do not alias. True. */
  readonly antialias?: boolean | undefined
}

const RESIZE_OPTIONS = optionNames<ResizeOptions>()('mode antialias')

/**
 * Images in another size: x [..., C, H, W] -> [..., C, h, w]. A number is the length of the shorter side, the other keeps the proportions (rounded down);
 * [h, w] is taken as it is.
 *
 * New place i lies at (i + 1/2) H/h - 1/2; bilinear weighs its neighbours by a triangle, which antialias widens by H/h where that is above 1. It is two
 * matrix products, one for each side. Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * data.transforms.resize(tensor([[[0, 4], [8, 12]]]), [2, 4]) // tensor([[[ 0., 1., 3., 4.], [ 8., 9., 11., 12.]]])
 * @torch torchvision.transforms.v2.functional.resize
 */
export function resize(x: Tensor, size: number | readonly [number, number], options: ResizeOptions = {}): Tensor {
  const { mode = 'bilinear', antialias = true } = known('resize', options, RESIZE_OPTIONS)
  const images = floatImages('resize', x)
  if (mode !== 'bilinear' && mode !== 'nearest') {
    throw new DataError('DATA_OPTION', `resize: there is no mode '${String(mode)}'.`, {
      next: "Choose 'bilinear' or 'nearest'.",
    })
  }
  const [h, w] = typeof size === 'number' ? proportional(images, sizesOf('resize', size)[0]) : sizesOf('resize', size)
  const weights = (from: number, to: number): Tensor => {
    const matrix = mode === 'nearest' ? nearest(from, to) : triangles(from, to, antialias)
    return tensor(matrix, { dtype: x.dtype, device: x.device }).reshape([to, from])
  }
  return weights(images.h, h).matmul(x).matmul(weights(images.w, w).t())
}

function proportional({ h, w }: Images, shorter: number): readonly [number, number] {
  return h <= w ? [shorter, Math.floor((shorter * w) / h)] : [Math.floor((shorter * h) / w), shorter]
}

/** Row i: how much of each old place is in new place i. */
function triangles(from: number, to: number, antialias: boolean): Float64Array {
  const scale = from / to
  const reach = antialias ? Math.max(scale, 1) : 1
  const matrix = new Float64Array(to * from)
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale - 0.5
    const row = matrix.subarray(i * from, (i + 1) * from)
    for (let j = 0; j < from; j++) row[j] = Math.max(0, 1 - Math.abs(j - centre) / reach)
    const sum = row.reduce((total, weight) => total + weight, 0)
    for (let j = 0; j < from; j++) row[j] = (row[j] as number) / sum
  }
  return matrix
}

function nearest(from: number, to: number): Float64Array {
  const matrix = new Float64Array(to * from)
  for (let i = 0; i < to; i++) matrix[i * from + Math.min(Math.floor((i * from) / to), from - 1)] = 1
  return matrix
}

export interface RandomResizedCropOptions extends TransformOptions, ResizeOptions {
  /** The share of the area that is kept, from the first to the second number. [0.08, 1]. */
  readonly scale?: readonly [number, number] | undefined
  /** Width over height of what is kept, before it is resized. [3/4, 4/3]. */
  readonly ratio?: readonly [number, number] | undefined
}

const RANDOM_RESIZED_CROP_OPTIONS = optionNames<RandomResizedCropOptions>()('scale ratio generator mode antialias')

/**
 * A random part of each image in a given size (Szegedy et al. 2015): area and proportions are drawn, and the part is resized: x [..., C, H, W] -> [..., C, h, w].
 *
 * The area is uniform on `scale`, log(width/height) on the logarithms of `ratio`; a part that does not fit is drawn again up to ten times, then the
 * middle is taken. Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * data.transforms.randomResizedCrop(rand([2, 3, 8, 8]), 4).shape // [2, 3, 4, 4]
 * @torch torchvision.transforms.v2.RandomResizedCrop
 * @differs each image of a batch is drawn for
 */
export function randomResizedCrop(
  x: Tensor,
  size: number | readonly [number, number],
  options: RandomResizedCropOptions = {},
): Tensor {
  known('randomResizedCrop', options, RANDOM_RESIZED_CROP_OPTIONS)
  const images = floatImages('randomResizedCrop', x)
  const sizes = sizesOf('randomResizedCrop', size)
  const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3], mode, antialias } = options
  needRange('randomResizedCrop', 'scale', scale, 0)
  needRange('randomResizedCrop', 'ratio', ratio, Number.MIN_VALUE)
  const parts = Array.from({ length: images.n }, (_, i) => {
    const image = images.flat.at(i)
    const part = randomPart(images, scale, ratio, options)
    const kept =
      part === undefined
        ? centerCrop(image, fitting(images, ratio))
        : cropped(image, part.top, part.left, part.height, part.width)
    return resize(kept, sizes, { mode, antialias })
  })
  return restored(stack(parts), images)
}

export interface Part {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

/** A rectangle of random area and proportions within an image; undefined where ten of them were too large. */
export function randomPart(
  { h, w }: Images,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  options: TransformOptions,
): Part | undefined {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = h * w * oneUniform(options, ...scale)
    const proportion = Math.exp(oneUniform(options, Math.log(ratio[0]), Math.log(ratio[1])))
    const height = Math.round(Math.sqrt(area / proportion))
    const width = Math.round(Math.sqrt(area * proportion))
    if (height < 1 || width < 1 || height > h || width > w) continue
    const top = Math.floor(oneUniform(options, 0, h - height + 1))
    const left = Math.floor(oneUniform(options, 0, w - width + 1))
    return { top, left, height, width }
  }
  return undefined
}

/** The greatest size within the proportions that are allowed. */
function fitting({ h, w }: Images, [low, high]: readonly [number, number]): readonly [number, number] {
  if (w / h < low) return [Math.min(Math.round(w / low), h), w]
  return w / h > high ? [h, Math.min(Math.round(h * high), w)] : [h, w]
}
