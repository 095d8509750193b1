// What functions of a network want of their operands.
import { needTensor } from '../../tensor/ops/operand.js'
import { needFloat } from '../../tensor/primitives.js'
import type { Tensor } from '../../tensor/tensor.js'

/** Throws NOT_A_TENSOR or BAD_DTYPE unless x is a float tensor. */
export function needFloats(operation: string, x: unknown): asserts x is Tensor {
  needTensor(operation, x)
  needFloat(operation, x)
}
