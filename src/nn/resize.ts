// Layers without parameters that make images larger.
import { shapeText, TensorError } from '../tensor/errors.js'
import { type InterpolateOptions, interpolate } from '../tensor/ops/interpolate.js'
import { pad } from '../tensor/ops/move.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { ModuleError } from './errors.js'
import { Module } from './module.js'
import { needSize } from './sizes.js'

/** What Upsample takes: see interpolate. */
export interface UpsampleOptions {
  /** The new sizes: a number for all axes, or one for each. */
  readonly size?: number | readonly number[] | undefined
  /** Or by how much they grow. */
  readonly scaleFactor?: number | readonly number[] | undefined
  /** 'nearest', 'nearest-exact', 'linear' for sequences, 'bilinear' and 'bicubic' for images, 'area'. 'nearest'. */
  readonly mode?: InterpolateOptions['mode'] | undefined
  /** Whether the corners stay where they are, in the linear modes. False. */
  readonly alignCorners?: boolean | undefined
}

const UPSAMPLE_OPTIONS = optionNames<UpsampleOptions>()('size scaleFactor mode alignCorners')

/**
 * Makes sequences [N, C, L] or images [N, C, H, W] larger, or smaller, to a `size` or by a `scaleFactor`: see interpolate.
 *
 * Throws BAD_OPTION unless just one of both is given; in forward as interpolate.
 *
 * @example
 * new nn.Upsample({ scaleFactor: 2 }).forward(tensor([[[1, 2]]])) // tensor([[[1., 1., 2., 2.]]])
 * @torch torch.nn.Upsample
 */
export class Upsample extends Module {
  readonly #options: InterpolateOptions

  constructor(options: UpsampleOptions) {
    super()
    const given = Object.entries(known('Upsample', options, UPSAMPLE_OPTIONS)).filter(
      ([, value]) => value !== undefined,
    )
    this.#options = Object.fromEntries(given)
    if ((this.#options.size === undefined) === (this.#options.scaleFactor === undefined)) {
      throw new ModuleError('BAD_OPTION', 'Upsample: give either size or scaleFactor.', {
        next: 'Write new nn.Upsample({ scaleFactor: 2 }).',
      })
    }
  }

  override forward(x: Tensor): Tensor {
    return interpolate(x, this.#options)
  }

  override extraRepr(): string {
    return Object.entries(this.#options)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(', ')
  }
}

/**
 * Sub-pixel rearrangement (Shi et al. 2016, eq. 4): channels become places: x [N, C r^2, H, W] -> [N, C, H r, W r], with
 * y[n, c, h r + i, w r + j] = x[n, c r^2 + i r + j, h, w].
 *
 * Any leading axes. Throws BAD_OPTION for a factor below 1, SHAPE_MISMATCH where r^2 does not divide the channels.
 *
 * @example
 * new nn.PixelShuffle(2).forward(tensor([[[[1]], [[2]], [[3]], [[4]]]])) // tensor([[[[1., 2.], [3., 4.]]]])
 * @torch torch.nn.PixelShuffle
 */
export class PixelShuffle extends Module {
  readonly upscaleFactor: number

  constructor(upscaleFactor: number) {
    super()
    needSize('PixelShuffle', 'upscaleFactor', upscaleFactor)
    this.upscaleFactor = upscaleFactor
  }

  override forward(x: Tensor): Tensor {
    const r = this.upscaleFactor
    const [channels, height, width] = x.shape.slice(-3)
    if (channels === undefined || height === undefined || width === undefined || channels % (r * r) !== 0) {
      throw new TensorError(
        'SHAPE_MISMATCH',
        `PixelShuffle: x must be [..., C, H, W] with C a multiple of ${r * r}; it has shape ${shapeText(x.shape)}.`,
        { next: `The layer before needs ${r * r} times as many channels as go on.` },
      )
    }
    const lead = x.shape.slice(0, -3)
    const n = lead.length
    const axes = [...lead.keys(), n, n + 3, n + 1, n + 4, n + 2]
    return x
      .reshape([...lead, channels / (r * r), r, r, height, width])
      .permute(axes)
      .reshape([...lead, channels / (r * r), height * r, width * r])
  }

  override extraRepr(): string {
    return `upscaleFactor=${this.upscaleFactor}`
  }
}

/**
 * Zeros around images: x [..., H, W] -> [..., H + top + bottom, W + left + right]. `padding`: a number for all sides, or [left, right, top, bottom];
 * negative numbers cut off. Throws BAD_OPTION.
 *
 * @example
 * new nn.ZeroPad2d(1).forward(ones([1, 1])) // tensor([[0., 0., 0.], [0., 1., 0.], [0., 0., 0.]])
 * @torch torch.nn.ZeroPad2d
 */
export class ZeroPad2d extends Module {
  readonly padding: readonly number[]

  constructor(padding: number | readonly number[]) {
    super()
    this.padding = typeof padding === 'number' ? [padding, padding, padding, padding] : [...padding]
    if (this.padding.length !== 4 || !this.padding.every(Number.isInteger)) {
      throw new ModuleError(
        'BAD_OPTION',
        `ZeroPad2d: padding must be one whole number or four; it is ${String(padding)}.`,
        {
          next: 'Write [left, right, top, bottom].',
        },
      )
    }
  }

  override forward(x: Tensor): Tensor {
    return pad(x, [...this.padding])
  }

  override extraRepr(): string {
    return `[${this.padding.join(', ')}]`
  }
}
