// What operations want of their operands' dtypes, beside `needFloat`.

import { TensorError } from '../errors.js'
import { state } from '../state.js'
import type { Tensor } from '../tensor.js'
import { cast, needTensor } from './operand.js'

/** The tensor, unless it is bool: throws BAD_DTYPE. */
export function noBool(operation: string, x: Tensor): Tensor {
  needTensor(operation, x)
  if (x.dtype !== 'bool') return x
  throw new TensorError('BAD_DTYPE', `${operation}: not defined for bool tensors.`, {
    next: 'Convert it first: x.int() or x.float(); for truth values there are logicalNot, logicalAnd, logicalOr, logicalXor.',
  })
}

/** bool counts as 0 and 1. */
export function boolAsInt(x: Tensor): Tensor {
  return x.dtype === 'bool' ? cast(x, 'int32') : x
}

/** Truth values: x itself if it is bool, else x != 0. */
export function truth(x: Tensor): Tensor {
  return x.dtype === 'bool' ? x : cast(x, 'bool')
}

/**
 * 16-bit floats are computed in float32 where an operation takes several steps, and rounded once at its end; under autocast the
 * result stays float32.
 */
export function wide(x: Tensor, steps: (x: Tensor) => Tensor): Tensor {
  if (x.dtype !== 'float16' && x.dtype !== 'bfloat16') return steps(x)
  const result = steps(cast(x, 'float32'))
  return state.autocast === undefined ? cast(result, x.dtype) : result
}
