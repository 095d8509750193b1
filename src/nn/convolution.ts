// Convolutions as layers.
import { uniform } from '../random/index.js'
import { type ConvOptions as ConvCallOptions, conv1d, conv2d } from '../tensor/ops/conv.js'
import { pad } from '../tensor/ops/move.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { ModuleError } from './errors.js'
import type { LayerOptions } from './linear.js'
import { Module } from './module.js'
import { Parameter } from './parameter.js'
import { needSize } from './sizes.js'

/** One number for all axes, or one for each. */
export type PerAxis = number | readonly number[]

export interface ConvOptions extends LayerOptions {
  /** Steps of the window. 1. */
  readonly stride?: PerAxis | undefined
  /** Numbers that are added on both sides; 'same' keeps the size (stride 1). 0. */
  readonly padding?: PerAxis | 'same' | 'valid' | undefined
  /** Distance of the weights of a window. 1. */
  readonly dilation?: PerAxis | undefined
  /** Channels fall into so many groups, which see only themselves. 1. */
  readonly groups?: number | undefined
  /** Whether a bias is added. True. */
  readonly bias?: boolean | undefined
  /** What is added: zeros, or the image mirrored, continued or repeated. 'zeros'. */
  readonly paddingMode?: 'zeros' | 'reflect' | 'replicate' | 'circular' | undefined
}

const CONV_OPTIONS = optionNames<ConvOptions>()('stride padding dilation groups bias paddingMode dtype generator')

/** What Conv1d and Conv2d share: sizes, parameters, padding. */
abstract class Convolution extends Module {
  readonly inChannels: number
  readonly outChannels: number
  readonly kernelSize: readonly number[]
  readonly weight: Parameter
  readonly bias: Parameter | undefined
  readonly #call: ConvCallOptions
  readonly #options: ConvOptions
  /** What is padded before, [before, after] an axis and the last axis first; undefined where the convolution itself pads by zeros. */
  readonly #around: number[] | undefined

  constructor(axes: number, inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvOptions) {
    super()
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, paddingMode = 'zeros', ...layer } = options
    const name = new.target.name
    needSize(name, 'inChannels', inChannels)
    needSize(name, 'outChannels', outChannels)
    needSize(name, 'groups', groups)
    needDivisible(name, 'inChannels', inChannels, groups)
    needDivisible(name, 'outChannels', outChannels, groups)
    this.inChannels = inChannels
    this.outChannels = outChannels
    this.kernelSize = perAxis(name, 'kernelSize', kernelSize, axes)
    const fanIn = (inChannels / groups) * this.kernelSize.reduce((product, n) => product * n, 1)
    const bound = 1 / Math.sqrt(fanIn)
    const shape = [outChannels, inChannels / groups, ...this.kernelSize]
    this.weight = new Parameter(uniform(-bound, bound, { shape, ...layer }))
    this.bias = bias ? new Parameter(uniform(-bound, bound, { shape: [outChannels], ...layer })) : undefined
    this.#options = options
    this.#around = paddingMode === 'zeros' ? undefined : around(name, padding, dilation, this.kernelSize)
    this.#call = { stride, dilation, groups, padding: this.#around === undefined ? padding : 0 }
  }

  protected abstract convolve(x: Tensor, options: ConvCallOptions): Tensor

  override forward(x: Tensor): Tensor {
    const { paddingMode = 'zeros' } = this.#options
    if (this.#around === undefined || paddingMode === 'zeros') return this.convolve(x, this.#call)
    return this.convolve(pad(x, this.#around, { mode: paddingMode }), this.#call)
  }

  override extraRepr(): string {
    const { dtype: _, generator: __, ...options } = this.#options
    const shown = Object.entries({ kernelSize: this.kernelSize, ...options }).map(
      ([name, value]) => `${name}=${text(value)}`,
    )
    return [this.inChannels, this.outChannels, ...shown].join(', ')
  }
}

/**
 * 1-D convolution (cross-correlation): x [N, C, L] or [C, L] -> [N, O, L'], L' = floor((L + 2 padding - dilation (k - 1) - 1) / stride) + 1.
 *
 * `weight` [O, C / groups, k] and `bias` [O] begin uniform within 1/sqrt(C k / groups). Throws BAD_OPTION for sizes below 1 or groups
 * that do not divide the channels; in forward as conv1d.
 *
 * @example
 * new nn.Conv1d(2, 4, 3, { padding: 1 }).forward(zeros([1, 2, 10])).shape // [1, 4, 10]
 * @torch torch.nn.Conv1d
 */
export class Conv1d extends Convolution {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvOptions = {}) {
    super(1, inChannels, outChannels, kernelSize, known('Conv1d', options, CONV_OPTIONS))
  }

  protected override convolve(x: Tensor, options: ConvCallOptions): Tensor {
    return conv1d(x, this.weight, this.bias, options)
  }
}

/**
 * 2-D convolution (cross-correlation; LeCun 1989): x [N, C, H, W] or [C, H, W] -> [N, O, H', W'], with
 * H' = floor((H + 2 padding - dilation (k - 1) - 1) / stride) + 1.
 *
 * `weight` [O, C / groups, kh, kw] and `bias` [O] begin uniform within 1/sqrt(C kh kw / groups). Throws BAD_OPTION for sizes below 1 or
 * groups that do not divide the channels; in forward as conv2d.
 *
 * @example
 * new nn.Conv2d(1, 16, 3, { padding: 1 }).forward(zeros([8, 1, 28, 28])).shape // [8, 16, 28, 28]
 * @torch torch.nn.Conv2d
 */
export class Conv2d extends Convolution {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvOptions = {}) {
    super(2, inChannels, outChannels, kernelSize, known('Conv2d', options, CONV_OPTIONS))
  }

  protected override convolve(x: Tensor, options: ConvCallOptions): Tensor {
    return conv2d(x, this.weight, this.bias, options)
  }
}

/** One number for each axis. */
export function perAxis(where: string, name: string, value: PerAxis, axes: number): number[] {
  const sizes = Array.isArray(value) ? [...value] : new Array<number>(axes).fill(value as number)
  if (sizes.length !== axes) {
    throw new ModuleError('BAD_OPTION', `${where}: ${name} needs ${axes} number(s); got ${text(value)}.`)
  }
  for (const size of sizes) needSize(where, name, size)
  return sizes
}

/** What `pad` takes for padding that the convolution does not do itself. */
function around(
  name: string,
  padding: NonNullable<ConvOptions['padding']>,
  dilation: PerAxis,
  kernel: readonly number[],
): number[] {
  const steps = perAxis(name, 'dilation', dilation, kernel.length)
  const sides = kernel.map((size, axis): [number, number] => {
    if (padding === 'valid') return [0, 0]
    if (padding !== 'same') {
      const both = typeof padding === 'number' ? padding : (padding[axis] ?? 0)
      return [both, both]
    }
    const total = (steps[axis] as number) * (size - 1)
    return [Math.floor(total / 2), total - Math.floor(total / 2)]
  })
  return sides.reverse().flat()
}

/** Throws BAD_OPTION unless the groups divide the channels. */
export function needDivisible(where: string, name: string, channels: number, groups: number): void {
  if (channels % groups === 0) return
  throw new ModuleError('BAD_OPTION', `${where}: ${name} = ${channels} does not fall into ${groups} groups.`, {
    next: 'groups must divide the channels, of the input and of the output.',
  })
}

const text = (value: unknown): string => (Array.isArray(value) ? `[${value.join(', ')}]` : String(value))
