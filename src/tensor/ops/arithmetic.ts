// Elementwise arithmetic on two operands.
import { apply } from '../engine.js'
import { type BinaryName, NONE } from '../primitives.js'
import { broadcast } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { meet, type TensorLike } from './operand.js'

/**
 * Sum of two tensors, element by element: `a + b`.
 *
 * Shapes: broadcast with each other. Dtype: promoted as in PyTorch; a plain number is weak. bool + bool is a bool (or).
 * Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @example
 * add(tensor([1, 2]), 10) // tensor([11., 12.])
 */
export function add(a: TensorLike, b: TensorLike): Tensor {
  return binary('add', a, b)
}

function binary(name: BinaryName, a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = meet(name, a, b)
  if (x.shape !== y.shape) broadcast(name, x.shape, y.shape)
  return apply(name, [x, y], NONE)
}
