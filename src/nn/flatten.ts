// Layers that change the shape alone.
import { flatten, unflatten } from '../tensor/ops/views.js'
import type { Shape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { Module } from './module.js'

/**
 * Joins the axes from `startDim` to `endDim`: by default all but the first, so that each example becomes one row.
 *
 * @example
 * new nn.Flatten().forward(zeros([8, 1, 28, 28])).shape // [8, 784]
 * @torch torch.nn.Flatten
 */
export class Flatten extends Module {
  readonly startDim: number
  readonly endDim: number

  constructor(startDim = 1, endDim = -1) {
    super()
    this.startDim = startDim
    this.endDim = endDim
  }

  override forward(x: Tensor): Tensor {
    return flatten(x, this.startDim, this.endDim)
  }

  override extraRepr(): string {
    return `startDim=${this.startDim}, endDim=${this.endDim}`
  }
}

/**
 * Splits one axis into several: the other way of Flatten.
 *
 * @example
 * new nn.Unflatten(1, [1, 28, 28]).forward(zeros([8, 784])).shape // [8, 1, 28, 28]
 * @torch torch.nn.Unflatten
 */
export class Unflatten extends Module {
  readonly dim: number
  readonly sizes: Shape

  constructor(dim: number, sizes: Shape) {
    super()
    this.dim = dim
    this.sizes = sizes
  }

  override forward(x: Tensor): Tensor {
    return unflatten(x, this.dim, this.sizes)
  }

  override extraRepr(): string {
    return `dim=${this.dim}, sizes=[${this.sizes.join(', ')}]`
  }
}
