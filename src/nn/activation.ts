// Activation functions as layers.
import { relu } from '../tensor/ops/activation.js'
import type { Tensor } from '../tensor/tensor.js'
import { Module } from './module.js'

/**
 * Rectified linear unit, element by element: y = max(0, x) (Nair & Hinton 2010).
 *
 * @example
 * new nn.ReLU().forward(tensor([-1, 2])) // tensor([0., 2.])
 * @torch torch.nn.ReLU
 */
export class ReLU extends Module {
  override forward(x: Tensor): Tensor {
    return relu(x)
  }
}
