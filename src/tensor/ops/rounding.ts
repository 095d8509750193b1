// Rounding to whole numbers.

import { isFloat } from '../dtype.js'
import { apply } from '../engine.js'
import { TensorError } from '../errors.js'
import { NONE, needFloat, type UnaryName } from '../primitives.js'
import type { Tensor } from '../tensor.js'
import { asTensor, constant, type TensorLike } from './operand.js'
import { noBool } from './wanted.js'

/**
 * Rounds down, element by element: the greatest whole number that is not above x.
 *
 * Shape: that of x. Dtype: kept. Whole numbers stay as they are; -0 and infinities too. The gradient is 0 everywhere.
 * Throws BAD_DTYPE for bool.
 *
 * @torch torch.floor
 * @example
 * floor(tensor([1.5, -1.5, 2])) // tensor([ 1., -2.,  2.])
 */
export function floor(x: TensorLike): Tensor {
  return rounded('floor', x)
}

/**
 * Rounds up, element by element: the least whole number that is not below x.
 *
 * Shape: that of x. Dtype: kept. Whole numbers stay as they are; -0 and infinities too. The gradient is 0 everywhere.
 * Throws BAD_DTYPE for bool.
 *
 * @torch torch.ceil
 * @example
 * ceil(tensor([1.5, -1.5, 2])) // tensor([ 2., -1.,  2.])
 */
export function ceil(x: TensorLike): Tensor {
  return rounded('ceil', x)
}

/**
 * Rounds towards zero, element by element: cuts off the fraction.
 *
 * Shape: that of x. Dtype: kept. Whole numbers stay as they are; -0 and infinities too. The gradient is 0 everywhere.
 * Throws BAD_DTYPE for bool.
 *
 * @torch torch.trunc
 * @example
 * trunc(tensor([1.5, -1.5, 2])) // tensor([ 1., -1.,  2.])
 */
export function trunc(x: TensorLike): Tensor {
  return rounded('trunc', x)
}

/**
 * Rounds to the nearest whole number, element by element; halves go to the even neighbour. With `decimals` to that many
 * places after the point: round(x 10^decimals) / 10^decimals; negative ones round to tens, hundreds, ...
 *
 * Shape: that of x. Dtype: kept. The gradient is 0 everywhere. Throws BAD_DTYPE for bool, and for int32 with decimals;
 * BAD_VALUE where decimals is no whole number.
 *
 * @torch torch.round
 * @example
 * round(tensor([0.5, 1.5, -2.7])) // tensor([ 0.,  2., -3.])
 * round(tensor([3.14159]), { decimals: 2 }) // tensor([3.1400])
 */
export function round(x: TensorLike, { decimals = 0 }: { decimals?: number | undefined } = {}): Tensor {
  if (!Number.isInteger(decimals)) {
    throw new TensorError('BAD_VALUE', `round: decimals must be a whole number, got ${String(decimals)}.`, {
      next: 'Say how many digits to keep: { decimals: 2 }.',
    })
  }
  if (decimals === 0) return rounded('round', x)
  const input = asTensor('round', x)
  needFloat('round with decimals', input)
  const scale = constant(10 ** Math.abs(decimals), input.dtype, input.storage.backend)
  const [there, back] = decimals > 0 ? (['mul', 'div'] as const) : (['div', 'mul'] as const)
  return apply(back, [apply('round', [apply(there, [input, scale], NONE)], NONE), scale], NONE)
}

/**
 * The fraction, element by element: x - trunc(x), with the sign of x.
 *
 * Shape: that of x. Dtype: kept. The gradient is 1. NaN at infinities. Throws BAD_DTYPE unless x is a float.
 *
 * @torch torch.frac
 * @example
 * frac(tensor([1.5, -1.25, 2])) // tensor([ 0.5000, -0.2500,  0.0000])
 */
export function frac(x: TensorLike): Tensor {
  const input = asTensor('frac', x)
  needFloat('frac', input)
  return apply('sub', [input, apply('trunc', [input], NONE)], NONE)
}

function rounded(name: UnaryName, x: TensorLike): Tensor {
  const input = noBool(name, asTensor(name, x))
  return isFloat(input.dtype) ? apply(name, [input], NONE) : apply('copy', [input], NONE)
}
