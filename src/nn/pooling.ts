// Pools as layers: windows whose greatest number or mean goes on.
import {
  type AvgPoolOptions,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
} from '../tensor/ops/pool.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import type { PerAxis } from './convolution.js'
import { Module } from './module.js'

const MAX_POOL_OPTIONS = optionNames<MaxPoolOptions>()('dilation stride padding ceilMode')

const AVG_POOL_OPTIONS = optionNames<AvgPoolOptions>()('countIncludePad divisorOverride stride padding ceilMode')

/** Windows of one size. */
abstract class Pool<O extends object> extends Module {
  readonly kernelSize: PerAxis
  protected readonly options: O

  constructor(kernelSize: PerAxis, options: O) {
    super()
    this.kernelSize = kernelSize
    this.options = options
  }

  override extraRepr(): string {
    return Object.entries({ kernelSize: this.kernelSize, ...this.options })
      .map(([name, value]) => `${name}=${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`)
      .join(', ')
  }
}

/** So many windows that the output has a given size. */
abstract class AdaptivePool<S> extends Module {
  readonly outputSize: S

  constructor(outputSize: S) {
    super()
    this.outputSize = outputSize
  }

  override extraRepr(): string {
    return `outputSize=${Array.isArray(this.outputSize) ? `[${this.outputSize.join(', ')}]` : String(this.outputSize)}`
  }
}

/**
 * The greatest number in each window: x [N, C, L] -> [N, C, L']. Options and errors: see maxPool1d; the stride is the window by default.
 *
 * @example
 * new nn.MaxPool1d(2).forward(tensor([[[1, 3, 2, 0]]])) // tensor([[[3., 2.]]])
 * @torch torch.nn.MaxPool1d
 */
export class MaxPool1d extends Pool<MaxPoolOptions> {
  constructor(kernelSize: PerAxis, options: MaxPoolOptions = {}) {
    super(kernelSize, known('MaxPool1d', options, MAX_POOL_OPTIONS))
  }

  override forward(x: Tensor): Tensor {
    return maxPool1d(x, this.kernelSize, this.options)
  }
}

/**
 * The greatest number in each window: x [N, C, H, W] -> [N, C, H', W']. Options and errors: see maxPool2d; the stride is the window by
 * default.
 *
 * @example
 * new nn.MaxPool2d(2).forward(zeros([1, 3, 8, 6])).shape // [1, 3, 4, 3]
 * @torch torch.nn.MaxPool2d
 */
export class MaxPool2d extends Pool<MaxPoolOptions> {
  constructor(kernelSize: PerAxis, options: MaxPoolOptions = {}) {
    super(kernelSize, known('MaxPool2d', options, MAX_POOL_OPTIONS))
  }

  override forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options)
  }
}

/**
 * The mean of each window: x [N, C, L] -> [N, C, L']. Options and errors: see avgPool1d; the stride is the window by default.
 *
 * @example
 * new nn.AvgPool1d(2).forward(tensor([[[1, 3, 2, 0]]])) // tensor([[[2., 1.]]])
 * @torch torch.nn.AvgPool1d
 */
export class AvgPool1d extends Pool<AvgPoolOptions> {
  constructor(kernelSize: PerAxis, options: AvgPoolOptions = {}) {
    super(kernelSize, known('AvgPool1d', options, AVG_POOL_OPTIONS))
  }

  override forward(x: Tensor): Tensor {
    return avgPool1d(x, this.kernelSize, this.options)
  }
}

/**
 * The mean of each window: x [N, C, H, W] -> [N, C, H', W']. Options and errors: see avgPool2d; the stride is the window by default.
 *
 * @example
 * new nn.AvgPool2d(2).forward(zeros([1, 3, 8, 6])).shape // [1, 3, 4, 3]
 * @torch torch.nn.AvgPool2d
 */
export class AvgPool2d extends Pool<AvgPoolOptions> {
  constructor(kernelSize: PerAxis, options: AvgPoolOptions = {}) {
    super(kernelSize, known('AvgPool2d', options, AVG_POOL_OPTIONS))
  }

  override forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options)
  }
}

/**
 * Means of windows that make the output so long, whatever the input: x [N, C, L] -> [N, C, outputSize].
 *
 * @example
 * new nn.AdaptiveAvgPool1d(1).forward(tensor([[[1, 2, 6]]])) // tensor([[[3.]]])
 * @torch torch.nn.AdaptiveAvgPool1d
 */
export class AdaptiveAvgPool1d extends AdaptivePool<number> {
  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize)
  }
}

/**
 * Means of windows that make the output so large, whatever the input: x [N, C, H, W] -> [N, C, ...outputSize]; null keeps an axis. With 1,
 * the mean of each channel: global average pooling (Lin 2013).
 *
 * @example
 * new nn.AdaptiveAvgPool2d(1).forward(zeros([2, 16, 7, 5])).shape // [2, 16, 1, 1]
 * @torch torch.nn.AdaptiveAvgPool2d
 */
export class AdaptiveAvgPool2d extends AdaptivePool<number | readonly (number | null)[]> {
  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize)
  }
}

/**
 * Greatest numbers of windows that make the output so long: x [N, C, L] -> [N, C, outputSize].
 *
 * @example
 * new nn.AdaptiveMaxPool1d(1).forward(tensor([[[1, 2, 6]]])) // tensor([[[6.]]])
 * @torch torch.nn.AdaptiveMaxPool1d
 */
export class AdaptiveMaxPool1d extends AdaptivePool<number> {
  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool1d(x, this.outputSize)
  }
}

/**
 * Greatest numbers of windows that make the output so large: x [N, C, H, W] -> [N, C, ...outputSize]; null keeps an axis.
 *
 * @example
 * new nn.AdaptiveMaxPool2d([1, null]).forward(zeros([2, 16, 7, 5])).shape // [2, 16, 1, 5]
 * @torch torch.nn.AdaptiveMaxPool2d
 */
export class AdaptiveMaxPool2d extends AdaptivePool<number | readonly (number | null)[]> {
  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize)
  }
}
