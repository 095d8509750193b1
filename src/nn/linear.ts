// Affine maps: the layer that most of a network is.

import type { Generator } from '../random/index.js'
import { uniform } from '../random/index.js'
import type { DType } from '../tensor/dtype.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { needTensor } from '../tensor/ops/operand.js'
import { linear } from '../tensor/ops/products.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { Module } from './module.js'
import { Parameter } from './parameter.js'
import { needSize } from './sizes.js'

/** What every layer with parameters takes. */
export interface LayerOptions {
  /** The dtype of the parameters. The default dtype. */
  readonly dtype?: DType | undefined
  /** Where the first values are drawn from. The default generator. */
  readonly generator?: Generator | undefined
}

export interface LinearOptions extends LayerOptions {
  /** Whether a bias is added. True. */
  readonly bias?: boolean | undefined
}

export const LINEAR_OPTIONS = optionNames<LinearOptions>()('bias dtype generator')

/**
 * An affine map: y = x W^T + b. x [..., in] -> [..., out].
 *
 * `weight` [out, in] and `bias` [out] begin uniform on [-1/sqrt(in), 1/sqrt(in)). Throws BAD_OPTION for sizes below 1 (in: 0),
 * SHAPE_MISMATCH where the last axis of x is not `in`.
 *
 * @example
 * const layer = new nn.Linear(3, 2)
 * layer.forward(zeros([5, 3])).shape // [5, 2]
 * @torch torch.nn.Linear
 */
export class Linear extends Module {
  readonly inFeatures: number
  readonly outFeatures: number
  readonly weight: Parameter
  readonly bias: Parameter | undefined

  constructor(inFeatures: number, outFeatures: number, given: LinearOptions = {}) {
    super()
    const { bias = true, ...options } = known('Linear', given, LINEAR_OPTIONS)
    needSize('Linear', 'inFeatures', inFeatures, 0)
    needSize('Linear', 'outFeatures', outFeatures)
    this.inFeatures = inFeatures
    this.outFeatures = outFeatures
    const bound = inFeatures === 0 ? 0 : 1 / Math.sqrt(inFeatures)
    this.weight = new Parameter(uniform(-bound, bound, { shape: [outFeatures, inFeatures], ...options }))
    this.bias = bias ? new Parameter(uniform(-bound, bound, { shape: [outFeatures], ...options })) : undefined
  }

  override forward(x: Tensor): Tensor {
    needTensor('Linear', x)
    if (x.shape.at(-1) !== this.inFeatures) throw this.#misfit(x)
    return linear(x, this.weight, this.bias)
  }

  override extraRepr(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}${this.bias === undefined ? ', bias=false' : ''}`
  }

  #misfit({ shape }: Tensor): TensorError {
    const flat = shape.slice(1).reduce((product, n) => product * n, 1)
    const next =
      flat === this.inFeatures
        ? 'Flatten it first: x.flatten(1), or an nn.Flatten() before.'
        : 'Check the layer before.'
    return new TensorError(
      'SHAPE_MISMATCH',
      `Linear(${this.inFeatures}, ${this.outFeatures}): the last axis of x must be ${this.inFeatures}; x has shape ${shapeText(shape)}.`,
      { next },
    )
  }
}
