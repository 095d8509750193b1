// Light and colour of images: floats from 0 to 1, red, green and blue or grey alone.
import { tensor } from '../../tensor/create.js'
import { cat } from '../../tensor/join.js'
import { maximum, minimum } from '../../tensor/ops/arithmetic.js'
import { where } from '../../tensor/ops/choose.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { DataError } from '../errors.js'
import type { TransformOptions } from './compose.js'
import { needRange, shuffled, uniforms } from './draw.js'
import { floatImages, imagesOf, perImage, restored } from './images.js'

/**
 * Brings each channel to mean 0 and deviation 1, given the data's: (x - mean) / std. x: [..., C, H, W]; mean, std: C numbers, or one for all.
 * Throws DATA_SHAPE, DATA_OPTION for a std that is not above 0.
 *
 * @example
 * data.transforms.normalize(tensor([[[0, 0.5, 1]]]), [0.5], [0.25]) // tensor([[[-2., 0., 2.]]])
 * @torch torchvision.transforms.v2.functional.normalize
 */
export function normalize(x: Tensor, mean: readonly number[], std: readonly number[]): Tensor {
  const { c } = floatImages('normalize', x)
  const channels = (what: string, numbers: readonly number[]): Tensor => {
    if (!Array.isArray(numbers) || (numbers.length !== c && numbers.length !== 1) || !numbers.every(Number.isFinite)) {
      throw new DataError(
        'DATA_OPTION',
        `normalize: ${what} must be a list of ${c} number(s), one a channel; it is ${String(numbers)}.`,
      )
    }
    return tensor(numbers, { dtype: x.dtype, device: x.device }).reshape([numbers.length, 1, 1])
  }
  const [shift, scale] = [channels('mean', mean), channels('std', std)]
  if (std.some(number => number <= 0))
    throw new DataError('DATA_OPTION', `normalize: std must be above 0; it is ${String(std)}.`)
  return x.sub(shift).div(scale)
}

export interface GrayscaleOptions {
  /** 1, or 3 equal ones for models that want three. 1. */
  readonly channels?: 1 | 3 | undefined
}

const GRAYSCALE_OPTIONS = optionNames<GrayscaleOptions>()('channels')

/**
 * Colours as brightness, as eyes weigh them: .2989 R + .587 G + .114 B (ITU-R BT.601). x: [..., 3, H, W] -> [..., 1, H, W]; grey images stay.
 * Throws DATA_SHAPE unless there are 1 or 3 channels, DATA_OPTION.
 *
 * @example
 * data.transforms.grayscale(tensor([1, 0, 0]).reshape([3, 1, 1])) // tensor([[[0.2989]]])
 * @torch torchvision.transforms.v2.functional.rgb_to_grayscale
 */
export function grayscale(x: Tensor, options: GrayscaleOptions = {}): Tensor {
  const { channels = 1 } = known('grayscale', options, GRAYSCALE_OPTIONS)
  const { c } = colours('grayscale', x)
  if (channels !== 1 && channels !== 3) {
    throw new DataError('DATA_OPTION', `grayscale: channels must be 1 or 3; it is ${String(channels)}.`)
  }
  const grey = c === 1 ? x : brightnessOf(x)
  return channels === 1 ? grey : cat([grey, grey, grey], -3)
}

function colours(where: string, x: Tensor): { c: number } {
  const { c } = floatImages(where, x)
  if (c === 1 || c === 3) return { c }
  throw new DataError('DATA_SHAPE', `${where}: images have 3 channels (red, green, blue) or 1; these have ${c}.`, {
    next: 'An alpha channel is cut off by x.narrow(-3, 0, 3).',
  })
}

const channelsOf = (x: Tensor): [Tensor, Tensor, Tensor] => [x.narrow(-3, 0, 1), x.narrow(-3, 1, 1), x.narrow(-3, 2, 1)]

function brightnessOf(x: Tensor): Tensor {
  if (x.shape.at(-3) === 1) return x
  const [red, green, blue] = channelsOf(x)
  return red.mul(0.2989).add(green.mul(0.587)).add(blue.mul(0.114))
}

/** Factors: one for all images, or [N, 1, 1, 1]. */
type Factor = number | Tensor

/** factor x + (1 - factor) y, from 0 to 1. */
function blend(x: Tensor, y: Tensor | number, factor: Factor): Tensor {
  const rest = typeof factor === 'number' ? 1 - factor : factor.neg().add(1)
  const other = typeof y === 'number' ? y : y.mul(rest)
  return x.mul(factor).add(other).clamp(0, 1)
}

const brighter = (x: Tensor, factor: Factor): Tensor => blend(x, 0, factor)
const contrasted = (x: Tensor, factor: Factor): Tensor =>
  blend(x, brightnessOf(x).mean([-3, -2, -1], { keepdim: true }), factor)
const saturated = (x: Tensor, factor: Factor): Tensor => (x.shape.at(-3) === 1 ? x : blend(x, brightnessOf(x), factor))

/**
 * Images times a factor, cut off at 1: 0 is black, 1 the image, 2 twice as bright. x: [..., C, H, W] from 0 to 1. Throws DATA_SHAPE,
 * DATA_OPTION for a factor below 0.
 *
 * @example
 * data.transforms.adjustBrightness(tensor([[[0.25, 0.75]]]), 2) // tensor([[[0.5000, 1.0000]]])
 * @torch torchvision.transforms.v2.functional.adjust_brightness
 */
export function adjustBrightness(x: Tensor, factor: number): Tensor {
  colours('adjustBrightness', x)
  return brighter(x, needFactor('adjustBrightness', factor))
}

/**
 * Images blended with their mean brightness m: factor x + (1 - factor) m, cut off at 0 and 1; 0 is grey, 1 the image. Other arguments and errors:
 * those of adjustBrightness.
 *
 * @example
 * data.transforms.adjustContrast(tensor([[[0.25, 0.75]]]), 0.5) // tensor([[[0.3750, 0.6250]]])
 * @torch torchvision.transforms.v2.functional.adjust_contrast
 */
export function adjustContrast(x: Tensor, factor: number): Tensor {
  colours('adjustContrast', x)
  return contrasted(x, needFactor('adjustContrast', factor))
}

/**
 * Images blended with their own grey: 0 has no colour, 1 is the image, 2 has twice the colour. Grey images stay. Other arguments and errors: those
 * of adjustBrightness.
 *
 * @example
 * data.transforms.adjustSaturation(tensor([1, 0, 0]).reshape([3, 1, 1]), 0).flatten() // tensor([0.2989, 0.2989, 0.2989])
 * @torch torchvision.transforms.v2.functional.adjust_saturation
 */
export function adjustSaturation(x: Tensor, factor: number): Tensor {
  colours('adjustSaturation', x)
  return saturated(x, needFactor('adjustSaturation', factor))
}

/**
 * Turns all colours on the wheel by a share of the circle from -0.5 to 0.5: 1/3 makes red green, 0.5 its opposite, cyan. Grey images stay. Throws
 * DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * data.transforms.adjustHue(tensor([1, 0, 0]).reshape([3, 1, 1]), 0.5).flatten() // tensor([0., 1., 1.])
 * @torch torchvision.transforms.v2.functional.adjust_hue
 */
export function adjustHue(x: Tensor, turn: number): Tensor {
  colours('adjustHue', x)
  if (!(turn >= -0.5 && turn <= 0.5)) {
    throw new DataError('DATA_OPTION', `adjustHue: the turn must lie between -0.5 and 0.5; it is ${String(turn)}.`)
  }
  return hueTurned(x, turn)
}

function needFactor(where: string, factor: number): number {
  if (factor >= 0 && Number.isFinite(factor)) return factor
  throw new DataError('DATA_OPTION', `${where}: the factor must be a number from 0; it is ${String(factor)}.`)
}

/** Through hue, saturation and value (Smith 1978), hue counted in sixths of the circle. */
function hueTurned(x: Tensor, turn: Factor): Tensor {
  if (x.shape.at(-3) === 1) return x
  const [red, green, blue] = channelsOf(x)
  const value = maximum(maximum(red, green), blue)
  const chroma = value.sub(minimum(minimum(red, green), blue))
  // Grey has no hue: any will do, as its chroma is 0.
  const safe = where(chroma.eq(0), 1, chroma)
  const hue = where(
    value.eq(red),
    green.sub(blue).div(safe),
    where(value.eq(green), blue.sub(red).div(safe).add(2), red.sub(green).div(safe).add(4)),
  )
  const turned = hue.add(typeof turn === 'number' ? turn * 6 : turn.mul(6))
  // How far a colour lies from channel n on the wheel says how much the value is lowered.
  const channel = (n: number): Tensor => {
    const k = turned.add(n).remainder(6)
    return value.sub(chroma.mul(minimum(k, k.neg().add(4)).clamp(0, 1)))
  }
  return cat([channel(5), channel(3), channel(1)], -3)
}

export interface ColorJitterOptions extends TransformOptions {
  /** Factors from max(0, 1 - b) to 1 + b, or between two bounds. 0: none. */
  readonly brightness?: number | readonly [number, number] | undefined
  /** As brightness. */
  readonly contrast?: number | readonly [number, number] | undefined
  /** As brightness. */
  readonly saturation?: number | readonly [number, number] | undefined
  /** Turns from -hue to hue, at most 0.5, or between two bounds. 0: none. */
  readonly hue?: number | readonly [number, number] | undefined
}

const COLOR_JITTER_OPTIONS = optionNames<ColorJitterOptions>()('brightness contrast saturation hue generator')

const JITTERS = [
  ['brightness', brighter],
  ['contrast', contrasted],
  ['saturation', saturated],
  ['hue', hueTurned],
] as const

/**
 * Changes brightness, contrast, saturation and hue of each image by factors of its own, in an order that is drawn once a call. x: [..., C, H, W] from 0 to 1.
 * What is 0, the default, stays. Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * data.transforms.colorJitter(rand([2, 3, 4, 4]), { brightness: 0.2, hue: 0.1 }).shape // [2, 3, 4, 4]
 * @torch torchvision.transforms.v2.ColorJitter
 * @differs each image of a batch is drawn for
 */
export function colorJitter(x: Tensor, options: ColorJitterOptions = {}): Tensor {
  known('colorJitter', options, COLOR_JITTER_OPTIONS)
  colours('colorJitter', x)
  const images = imagesOf('colorJitter', x)
  const ranges = JITTERS.map(([name]) => jitterRange(name, options[name] ?? 0))
  const jittered = shuffled(JITTERS.length, options).reduce((y, k) => {
    const range = ranges[k]
    if (range === undefined) return y
    return (JITTERS[k] as (typeof JITTERS)[number])[1](y, perImage(uniforms(images.n, options, ...range), y))
  }, images.flat)
  return restored(jittered, images)
}

function jitterRange(name: string, given: number | readonly [number, number]): readonly [number, number] | undefined {
  if (given === 0) return undefined
  const middle = name === 'hue' ? 0 : 1
  if (typeof given === 'number') needRange('colorJitter', name, [0, given], 0)
  const range =
    typeof given === 'number' ? ([middle === 1 ? Math.max(0, 1 - given) : -given, middle + given] as const) : given
  needRange('colorJitter', name, range, name === 'hue' ? -0.5 : 0)
  if (name === 'hue' && range[1] > 0.5) {
    throw new DataError('DATA_OPTION', `colorJitter: hue must lie between -0.5 and 0.5; it is ${String(given)}.`)
  }
  return range
}
