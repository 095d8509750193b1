// Normalisation as layers.
import { ones, zeros } from '../tensor/create.js'
import { shapeText } from '../tensor/errors.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { layerNorm, rmsNorm } from './functional/normalization.js'
import type { LayerOptions } from './linear.js'
import { Module } from './module.js'
import { Parameter } from './parameter.js'
import { needRange, needSize } from './sizes.js'

export interface RMSNormOptions extends Pick<LayerOptions, 'dtype'> {
  /** Added to the mean square. The distance of 1 to the next number of x's dtype, 2^-23 in float32. */
  readonly eps?: number | undefined
  /** Whether a factor of each feature is learned. True. */
  readonly elementwiseAffine?: boolean | undefined
}

const RMS_NORM_OPTIONS = optionNames<RMSNormOptions>()('eps elementwiseAffine dtype')

export interface LayerNormOptions extends Pick<LayerOptions, 'dtype'> {
  /** Added to the variance. 1e-5. */
  readonly eps?: number | undefined
  /** Whether a factor and a shift of each feature are learned. True. */
  readonly elementwiseAffine?: boolean | undefined
  /** Whether the shift is among them. True. */
  readonly bias?: boolean | undefined
}

const LAYER_NORM_OPTIONS = optionNames<LayerNormOptions>()('eps elementwiseAffine bias dtype')

function shapeOf(where: string, shape: number | readonly number[]): readonly number[] {
  const sizes = typeof shape === 'number' ? [shape] : [...shape]
  for (const size of sizes.length === 0 ? [undefined] : sizes) needSize(where, 'normalizedShape', size)
  return sizes
}

/**
 * Layer normalisation (Ba et al. 2016): y = (x - mean) / sqrt(var + eps) weight + bias; mean and biased variance are those of the last axes of
 * each example, so that batches do not matter and training and use are the same.
 *
 * x [..., *normalizedShape] -> the same; a number n means [n]. `weight` begins with ones, `bias` with zeros. Throws BAD_OPTION, SHAPE_MISMATCH.
 *
 * @example
 * new nn.LayerNorm(3).forward(tensor([[1, 2, 3]])) // tensor([[-1.2247,  0.0000,  1.2247]], gradFn=<add>)
 * @torch torch.nn.LayerNorm
 */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[]
  readonly eps: number
  readonly weight: Parameter | undefined
  readonly bias: Parameter | undefined

  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super()
    const { eps = 1e-5, elementwiseAffine = true, bias = true, dtype } = known('LayerNorm', options, LAYER_NORM_OPTIONS)
    needRange('LayerNorm', 'eps', eps, 0, Number.MAX_VALUE)
    this.normalizedShape = shapeOf('LayerNorm', normalizedShape)
    this.eps = eps
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, { dtype })) : undefined
    this.bias = elementwiseAffine && bias ? new Parameter(zeros(this.normalizedShape, { dtype })) : undefined
  }

  override forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, { weight: this.weight, bias: this.bias, eps: this.eps })
  }

  override extraRepr(): string {
    return `${shapeText(this.normalizedShape)}, eps=${this.eps}`
  }
}

/**
 * Root mean square normalisation (Zhang & Sennrich 2019): y = x / sqrt(mean(x^2) + eps) weight, over the last axes of each example. Without mean and
 * shift it is cheaper than LayerNorm; Llama uses it.
 *
 * x [..., *normalizedShape] -> the same; a number n means [n]. `weight` begins with ones. Throws BAD_OPTION, SHAPE_MISMATCH.
 *
 * @example
 * new nn.RMSNorm(2).forward(tensor([[3, 4]])) // tensor([[0.8485, 1.1314]], gradFn=<mul>)
 * @torch torch.nn.RMSNorm
 */
export class RMSNorm extends Module {
  readonly normalizedShape: readonly number[]
  readonly eps: number | undefined
  readonly weight: Parameter | undefined

  constructor(normalizedShape: number | readonly number[], options: RMSNormOptions = {}) {
    super()
    const { eps, elementwiseAffine = true, dtype } = known('RMSNorm', options, RMS_NORM_OPTIONS)
    needRange('RMSNorm', 'eps', eps ?? 0, 0, Number.MAX_VALUE)
    this.normalizedShape = shapeOf('RMSNorm', normalizedShape)
    this.eps = eps
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, { dtype })) : undefined
  }

  override forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, { weight: this.weight, eps: this.eps })
  }

  override extraRepr(): string {
    return `${shapeText(this.normalizedShape)}${this.eps === undefined ? '' : `, eps=${this.eps}`}`
  }
}
