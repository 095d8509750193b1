// Tensors of the shape of another one.
import { type CreateOptions, full } from '../create.js'
import type { Tensor } from '../tensor.js'
import { asTensor } from './operand.js'

/**
 * Zeros in the shape of x. Dtype and device: those of x, unless options say otherwise.
 *
 * @torch torch.zeros_like
 * @example
 * zerosLike(tensor([1, 2])) // tensor([0., 0.])
 */
export function zerosLike(x: Tensor, options: CreateOptions = {}): Tensor {
  return like('zerosLike', x, 0, options)
}

/**
 * Ones in the shape of x. Dtype and device: those of x, unless options say otherwise.
 *
 * @torch torch.ones_like
 * @example
 * onesLike(tensor([1, 2])) // tensor([1., 1.])
 */
export function onesLike(x: Tensor, options: CreateOptions = {}): Tensor {
  return like('onesLike', x, 1, options)
}

/**
 * One value in the shape of x. Dtype and device: those of x, unless options say otherwise. Throws BAD_VALUE where int32 cannot hold the
 * value.
 *
 * @torch torch.full_like
 * @example
 * fullLike(tensor([1, 2]), 7) // tensor([7., 7.])
 */
export function fullLike(x: Tensor, value: number | boolean, options: CreateOptions = {}): Tensor {
  return like('fullLike', x, value, options)
}

function like(operation: string, x: Tensor, value: number | boolean, options: CreateOptions): Tensor {
  const { shape, dtype, device } = asTensor(operation, x)
  return full(shape, value, { ...options, dtype: options.dtype ?? dtype, device: options.device ?? device })
}
