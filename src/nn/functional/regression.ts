// Losses of numbers that are to be near other numbers.
import { shapeText, TensorError } from '../../tensor/errors.js'
import { sub } from '../../tensor/ops/arithmetic.js'
import { square } from '../../tensor/ops/maths.js'
import { needTensor } from '../../tensor/ops/operand.js'
import { raised } from '../../tensor/ops/precision.js'
import { known } from '../../tensor/options.js'
import { sameShape } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import { LOSS_OPTIONS, type LossOptions, reduced } from './reduction.js'

/**
 * Mean squared error: the mean of (input - target)^2.
 *
 * Both have one shape. Throws SHAPE_MISMATCH for any other: a target [N] beside an input [N, 1] would silently make an N x N table.
 *
 * @example
 * F.mseLoss(tensor([1, 2]), tensor([0, 4])) // tensor(2.5000)
 * @torch torch.nn.functional.mse_loss
 * @differs shapes that differ throw, where PyTorch warns and broadcasts
 */
export function mseLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const { reduction } = known('mseLoss', options, LOSS_OPTIONS)
  needSameShape('mseLoss', input, target)
  return reduced('mseLoss', square(sub(raised(input), raised(target))), reduction)
}

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
