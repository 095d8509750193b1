// What losses of two tensors want of them: an input and a target of one shape.
import { isFloat } from '../../tensor/dtype.js'
import { shapeText, TensorError } from '../../tensor/errors.js'
import { needTensor } from '../../tensor/ops/operand.js'
import { sameShape } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import { needFloats } from './floats.js'

/** Throws SHAPE_MISMATCH unless input and target have one shape. */
export function needSameShape(operation: string, input: Tensor, target: Tensor): void {
  needTensor(operation, input)
  needTensor(operation, target)
  if (sameShape(input.shape, target.shape)) return
  const sameNumbers = input.size === target.size
  throw new TensorError(
    'SHAPE_MISMATCH',
    `${operation}: input ${shapeText(input.shape)} and target ${shapeText(target.shape)} must have the same shape.`,
    {
      next: sameNumbers
        ? `Give the target that shape: target.reshape(${shapeText(input.shape)}).`
        : 'One target for each prediction.',
    },
  )
}

/** Throws unless input and target are float tensors of one shape: NOT_A_TENSOR, BAD_DTYPE, SHAPE_MISMATCH. */
export function needPair(operation: string, input: Tensor, target: Tensor): void {
  needFloats(operation, input)
  needTensor(operation, target)
  if (!isFloat(target.dtype)) {
    throw new TensorError('BAD_DTYPE', `${operation}: the target must be float, as the input; it is ${target.dtype}.`, {
      next: 'Convert it: target.float().',
    })
  }
  needSameShape(operation, input, target)
}

/** Throws SHAPE_MISMATCH unless weights repeat to the shape of the input. */
export function needWeights(operation: string, input: Tensor, name: string, weight: Tensor | undefined): void {
  if (weight === undefined) return
  needTensor(operation, weight)
  const own = input.shape.slice(Math.max(input.ndim - weight.ndim, 0))
  if (weight.ndim <= input.ndim && weight.shape.every((n, i) => n === 1 || n === own[i])) return
  throw new TensorError(
    'SHAPE_MISMATCH',
    `${operation}: ${name} ${shapeText(weight.shape)} does not repeat to the input's ${shapeText(input.shape)}.`,
    { next: 'One for each number of the last axis: a list as long as it.' },
  )
}
