// Transposed convolutions as layers.
import { uniform } from '../random/index.js'
import { type ConvTransposeOptions as CallOptions, convTranspose1d, convTranspose2d } from '../tensor/ops/conv.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { needDivisible, type PerAxis, perAxis } from './convolution.js'
import type { LayerOptions } from './linear.js'
import { Module } from './module.js'
import { Parameter } from './parameter.js'
import { needSize } from './sizes.js'

export interface ConvTransposeOptions extends LayerOptions {
  /** Distance of the places in the output that neighbours of the input reach. 1. */
  readonly stride?: PerAxis | undefined
  /** Places that are cut off on both sides. 0. */
  readonly padding?: PerAxis | undefined
  /** Places that are added at one end, where several sizes would be possible. 0. */
  readonly outputPadding?: PerAxis | undefined
  /** Distance of the weights of a window. 1. */
  readonly dilation?: PerAxis | undefined
  /** Channels fall into so many groups, which see only themselves. 1. */
  readonly groups?: number | undefined
  /** Whether a bias is added. True. */
  readonly bias?: boolean | undefined
}

const OPTIONS = optionNames<ConvTransposeOptions>()('stride padding outputPadding dilation groups bias dtype generator')

/** What both share: sizes, parameters. */
abstract class ConvTranspose extends Module {
  readonly inChannels: number
  readonly outChannels: number
  readonly kernelSize: readonly number[]
  readonly weight: Parameter
  readonly bias: Parameter | undefined
  protected readonly call: CallOptions

  constructor(axes: number, inChannels: number, outChannels: number, kernelSize: PerAxis, given: ConvTransposeOptions) {
    super()
    const name = new.target.name
    const { bias = true, dtype, generator, ...options } = known(name, given, OPTIONS)
    const { groups = 1 } = options
    needSize(name, 'inChannels', inChannels)
    needSize(name, 'outChannels', outChannels)
    needSize(name, 'groups', groups)
    needDivisible(name, 'inChannels', inChannels, groups)
    needDivisible(name, 'outChannels', outChannels, groups)
    this.inChannels = inChannels
    this.outChannels = outChannels
    this.kernelSize = perAxis(name, 'kernelSize', kernelSize, axes)
    const shape = [inChannels, outChannels / groups, ...this.kernelSize]
    // PyTorch counts the second axis of the weight as what comes in, also here, where it is what goes out.
    const bound = 1 / Math.sqrt(shape.slice(1).reduce((product, n) => product * n, 1))
    this.weight = new Parameter(uniform(-bound, bound, { shape, dtype, generator }))
    this.bias = bias ? new Parameter(uniform(-bound, bound, { shape: [outChannels], dtype, generator })) : undefined
    this.call = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  }

  override extraRepr(): string {
    const shown = Object.entries({ kernelSize: this.kernelSize, ...this.call })
    return [
      this.inChannels,
      this.outChannels,
      ...shown.map(([name, value]) => `${name}=${JSON.stringify(value)}`),
    ].join(', ')
  }
}

/**
 * Transposed 1-D convolution: each number of the input adds the window of weights to the output: x [N, C, L] or [C, L] -> [N, O, L'],
 * L' = (L - 1) stride - 2 padding + dilation (k - 1) + outputPadding + 1.
 *
 * `weight` [C, O / groups, k] and `bias` [O] begin uniform within 1/sqrt(O k / groups). Throws BAD_OPTION for sizes below 1 or groups that do not
 * divide the channels; in forward as convTranspose1d.
 *
 * @example
 * new nn.ConvTranspose1d(2, 4, 3, { stride: 2 }).forward(zeros([1, 2, 5])).shape // [1, 4, 11]
 * @torch torch.nn.ConvTranspose1d
 */
export class ConvTranspose1d extends ConvTranspose {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvTransposeOptions = {}) {
    super(1, inChannels, outChannels, kernelSize, options)
  }

  override forward(x: Tensor): Tensor {
    return convTranspose1d(x, this.weight, this.bias, this.call)
  }
}

/**
 * Transposed 2-D convolution (Zeiler et al. 2010), the gradient of a convolution as a layer: it makes images larger. x [N, C, H, W] or [C, H, W] ->
 * [N, O, H', W'], H' = (H - 1) stride - 2 padding + dilation (kh - 1) + outputPadding + 1. A kernel that is no multiple of the stride leaves
 * a checkerboard (Odena et al. 2016).
 *
 * `weight` [C, O / groups, kh, kw] and `bias` [O] begin uniform within 1/sqrt(O kh kw / groups). Throws BAD_OPTION for sizes below 1 or groups
 * that do not divide the channels; in forward as convTranspose2d.
 *
 * @example
 * new nn.ConvTranspose2d(8, 4, 2, { stride: 2 }).forward(zeros([1, 8, 7, 7])).shape // [1, 4, 14, 14]
 * @torch torch.nn.ConvTranspose2d
 */
export class ConvTranspose2d extends ConvTranspose {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvTransposeOptions = {}) {
    super(2, inChannels, outChannels, kernelSize, options)
  }

  override forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight, this.bias, this.call)
  }
}
