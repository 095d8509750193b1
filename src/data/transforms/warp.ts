// Images turned, moved, scaled and sheared: each new place asks where it comes from.
import { tensor } from '../../tensor/create.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { DataError } from '../errors.js'
import type { TransformOptions } from './compose.js'
import { needRange, uniforms } from './draw.js'
import { floatImages, type Images, restored } from './images.js'

export interface WarpOptions {
  /** What comes into places that were outside of the image. 0. */
  readonly fill?: number | undefined
  /** 'bilinear' mixes the four neighbours of the place that is asked for, 'nearest' takes the nearest. 'bilinear'. */
  readonly mode?: 'bilinear' | 'nearest' | undefined
}

const WARP_OPTIONS = optionNames<WarpOptions>()('fill mode')

export interface AffineOptions extends WarpOptions {
  /** The turn in degrees, counter-clockwise. 0. */
  readonly degrees?: number | undefined
  /** By how many pixels the image moves: [right, down]. [0, 0]. */
  readonly translate?: readonly [number, number] | undefined
  /** How much larger it becomes. 1. */
  readonly scale?: number | undefined
  /** Angles in degrees by which the axes lean: [x, y]. [0, 0]. */
  readonly shear?: readonly [number, number] | undefined
}

const AFFINE_OPTIONS = optionNames<AffineOptions>()('degrees translate scale shear fill mode')

/**
 * Images turned about their middle, counter-clockwise, by degrees: x [..., C, H, W], same size. Corners that turn out are lost, those that turn in get
 * `fill`; neighbours are mixed bilinearly, so that a turn there and back blurs. Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * data.transforms.rotate(tensor([[[1, 2], [3, 4]]]), 90).round() // tensor([[[2., 4.], [1., 3.]]])
 * @torch torchvision.transforms.v2.functional.rotate
 * @differs bilinear where torchvision's default is nearest, and outside all is `fill`, where torchvision darkens the edge; no expand, no centre of one's own
 */
export function rotate(x: Tensor, degrees: number, options: WarpOptions = {}): Tensor {
  known('rotate', options, WARP_OPTIONS)
  return affine(x, { ...options, degrees })
}

/**
 * Images turned, scaled, sheared and moved about their middle: x [..., C, H, W], same size.
 *
 * A point p from the middle comes to R(degrees) S(shear) scale p + translate. Shear is torchvision's: [20, 0] leans columns. Throws DATA_SHAPE,
 * DATA_OPTION for a scale that is not above 0.
 *
 * @example
 * data.transforms.affine(tensor([[[1, 2, 3]]]), { translate: [1, 0] }) // tensor([[[0., 1., 2.]]])
 * @torch torchvision.transforms.v2.functional.affine
 * @differs degrees turn counter-clockwise, as in rotate; torchvision's affine turns clockwise. Bilinear is the default
 */
export function affine(x: Tensor, options: AffineOptions = {}): Tensor {
  known('affine', options, AFFINE_OPTIONS)
  const images = floatImages('affine', x)
  const map = inverse(options)
  return restored(warped(images, new Array<Map2d>(images.n).fill(map), options), images)
}

export interface RandomAffineOptions extends WarpOptions, TransformOptions {
  /** Turns are drawn from -degrees to degrees, or between two bounds. 0. */
  readonly degrees?: number | readonly [number, number] | undefined
  /** Moves are drawn up to these shares of width and height, either way. [0, 0]. */
  readonly translate?: readonly [number, number] | undefined
  /** Bounds between which the scale is drawn. [1, 1]. */
  readonly scale?: readonly [number, number] | undefined
  /** Angles of the x axis are drawn from -shear to shear, or between two bounds. 0. */
  readonly shear?: number | readonly [number, number] | undefined
}

const RANDOM_AFFINE_OPTIONS = optionNames<RandomAffineOptions>()('degrees translate scale shear fill mode generator')

/**
 * Turns each image by an angle between -degrees and degrees, or between two bounds. x: [..., C, H, W]. Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * data.transforms.randomRotation(rand([2, 1, 8, 8]), 15).shape // [2, 1, 8, 8]
 * @torch torchvision.transforms.v2.RandomRotation
 * @differs each image of a batch is drawn for; bilinear is the default
 */
export function randomRotation(
  x: Tensor,
  degrees: number | readonly [number, number],
  options: WarpOptions & TransformOptions = {},
): Tensor {
  return randomAffine(x, { ...options, degrees })
}

/**
 * Turns, moves, scales and shears each image by amounts of its own, each uniform within its bounds. x: [..., C, H, W]. Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * data.transforms.randomAffine(rand([2, 1, 8, 8]), { degrees: 10, translate: [0.1, 0.1], scale: [0.9, 1.1] }).shape // [2, 1, 8, 8]
 * @torch torchvision.transforms.v2.RandomAffine
 * @differs each image of a batch is drawn for; moves are not rounded to pixels; bilinear is the default
 */
export function randomAffine(x: Tensor, options: RandomAffineOptions = {}): Tensor {
  known('randomAffine', options, RANDOM_AFFINE_OPTIONS)
  const images = floatImages('randomAffine', x)
  const { degrees = 0, translate = [0, 0], scale = [1, 1], shear = 0 } = options
  const bounds = [
    around('degrees', degrees),
    around('translate', (translate[0] as number) * images.w),
    around('translate', (translate[1] as number) * images.h),
    scale,
    around('shear', shear),
  ] as const
  needRange('randomAffine', 'scale', scale, Number.MIN_VALUE)
  const draws = bounds.map(([low, high]) => uniforms(images.n, options, low, high))
  const maps = Array.from({ length: images.n }, (_, i) => {
    const [turn, right, down, size, lean] = draws.map(list => list[i]) as [number, number, number, number, number]
    return inverse({ degrees: turn, translate: [right, down], scale: size, shear: [lean, 0] })
  })
  return restored(warped(images, maps, options), images)
}

function around(what: string, given: number | readonly [number, number]): readonly [number, number] {
  const range = typeof given === 'number' ? ([-given, given] as const) : given
  needRange('randomAffine', what, range, Number.NEGATIVE_INFINITY)
  return range
}

/** From a new place to the old one, both counted from the middle: (a x + b y + c, d x + e y + f). */
type Map2d = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/** The inverse of translate * rotate * shear * scale. */
function inverse({ degrees = 0, translate = [0, 0], scale = 1, shear = [0, 0] }: AffineOptions): Map2d {
  const numbers = [degrees, scale, ...translate, ...shear]
  if (!(scale > 0) || numbers.length !== 6 || !numbers.every(Number.isFinite)) {
    throw new DataError(
      'DATA_OPTION',
      `affine: degrees, translate, shear must be finite and scale above 0; they are ${numbers.join(', ')}.`,
    )
  }
  const radians = Math.PI / 180
  // Rows count downwards, so a turn to the left is one by a negative angle.
  const [turn, leanX, leanY] = [-degrees * radians, (shear[0] as number) * radians, (shear[1] as number) * radians]
  const a = Math.cos(turn - leanY) / Math.cos(leanY)
  const b = -a * Math.tan(leanX) - Math.sin(turn)
  const c = Math.sin(turn - leanY) / Math.cos(leanY)
  const d = -c * Math.tan(leanX) + Math.cos(turn)
  // Its determinant is 1.
  const [m00, m01, m10, m11] = [d / scale, -b / scale, -c / scale, a / scale]
  const [right, down] = translate as readonly [number, number]
  return [m00, m01, -m00 * right - m01 * down, m10, m11, -m10 * right - m11 * down]
}

/** Four neighbours of each new place, and their weights. */
const CORNERS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const

/** Each new place gets what its map points at. Outside of the image is `fill`. */
function warped({ flat, n, c, h, w }: Images, maps: readonly Map2d[], options: WarpOptions): Tensor {
  const { fill = 0, mode = 'bilinear' } = options
  if (mode !== 'bilinear' && mode !== 'nearest') {
    throw new DataError('DATA_OPTION', `affine: there is no mode '${String(mode)}'.`, {
      next: "Choose 'bilinear' or 'nearest'.",
    })
  }
  const size = h * w
  const corners = CORNERS.map(() => ({ places: new Int32Array(n * size), weights: new Float64Array(n * size) }))
  const outside = new Float64Array(n * size).fill(fill)
  for (const [i, [a, b, shiftX, d, e, shiftY]] of maps.entries()) {
    for (let p = 0; p < size; p++) {
      const x = (p % w) - (w - 1) / 2
      const y = Math.floor(p / w) - (h - 1) / 2
      const column = a * x + b * y + shiftX + (w - 1) / 2
      const row = d * x + e * y + shiftY + (h - 1) / 2
      const [top, left] =
        mode === 'nearest' ? [Math.round(row), Math.round(column)] : [Math.floor(row), Math.floor(column)]
      const [down, right] = mode === 'nearest' ? [0, 0] : [row - top, column - left]
      for (const [k, [below, beside]] of CORNERS.entries()) {
        const weight = (below ? down : 1 - down) * (beside ? right : 1 - right)
        const [r, s] = [top + below, left + beside]
        if (weight === 0 || r < 0 || r >= h || s < 0 || s >= w) continue
        const at = i * size + p
        const corner = corners[k] as (typeof corners)[number]
        corner.places[at] = r * w + s
        corner.weights[at] = weight
        outside[at] = (outside[at] as number) - fill * weight
      }
    }
  }
  const here = { dtype: flat.dtype, device: flat.device }
  const pixels = flat.reshape([n, c, size])
  const mixed = corners.reduce(
    (sum, { places, weights }) => {
      const from = tensor(places, { device: flat.device }).reshape([n, 1, size]).expand([n, c, size])
      return sum.add(pixels.gather(2, from).mul(tensor(weights, here).reshape([n, 1, size])))
    },
    tensor(outside, here).reshape([n, 1, size]).expand([n, c, size]),
  )
  return mixed.reshape([n, c, h, w])
}
