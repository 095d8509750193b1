// Activations that let through a share of a number: as much as the number itself, or another one, says.
import { shapeText, TensorError } from '../../tensor/errors.js'
import { sigmoid, silu, softplus } from '../../tensor/ops/activation.js'
import { add, div, mul } from '../../tensor/ops/arithmetic.js'
import { abs, tanh } from '../../tensor/ops/maths.js'
import { chunk } from '../../tensor/ops/views.js'
import { wide } from '../../tensor/ops/wanted.js'
import { known, optionNames } from '../../tensor/options.js'
import { isTensor, type Tensor } from '../../tensor/tensor.js'
import { needFloats } from './floats.js'

/**
 * Softsign, element by element: x / (1 + |x|), a tanh with longer tails (Bergstra et al. 2009).
 *
 * Shape and dtype: those of x, a float. Result from -1 to 1; NaN for an infinite x, as in PyTorch. Throws BAD_DTYPE, NOT_A_TENSOR.
 *
 * @example
 * F.softsign(tensor([-1, 3])) // tensor([-0.5000,  0.7500])
 * @torch torch.nn.functional.softsign
 */
export function softsign(x: Tensor): Tensor {
  needFloats('softsign', x)
  return wide(x, y => div(y, add(abs(y), 1)))
}

/**
 * Swish, element by element: x sigmoid(beta x) (Ramachandran et al. 2017). beta 1 is the silu, 0 is x / 2, a great one nearly a ReLU, 1.702 nearly the gelu.
 *
 * `beta` is a number or a tensor that is broadcast to x, so that it can be learned. Shape and dtype: those of x, a float. Throws BAD_DTYPE, NOT_A_TENSOR,
 * SHAPE_MISMATCH.
 *
 * @example
 * F.swish(tensor([-1, 2]), 1.5) // tensor([-0.1824,  1.9051])
 * @torch none
 */
export function swish(x: Tensor, beta: number | Tensor = 1): Tensor {
  needFloats('swish', x)
  if (beta === 1) return silu(x)
  return wide(x, y => mul(y, sigmoid(mul(y, isTensor(beta) ? beta.to(y.dtype) : beta))))
}

/**
 * Mish, element by element: x tanh(softplus(x)) = x tanh(ln(1 + e^x)) (Misra 2019), smooth and a little below 0 on the left.
 *
 * Shape and dtype: those of x, a float. mish(-Infinity) is NaN, as in PyTorch. Throws BAD_DTYPE, NOT_A_TENSOR.
 *
 * @example
 * F.mish(tensor([-1, 2])) // tensor([-0.3034,  1.9440])
 * @torch torch.nn.functional.mish
 */
export function mish(x: Tensor): Tensor {
  needFloats('mish', x)
  return wide(x, y => mul(y, tanh(softplus(y, { threshold: Infinity }))))
}

export interface GluOptions {
  /** The axis that is cut in half. -1. */
  readonly dim?: number | undefined
}

export const GLU_OPTIONS = optionNames<GluOptions>()('dim')

/**
 * Gated linear unit (Dauphin et al. 2017): a sigmoid(b), with the first half a and the second half b of x along an axis.
 *
 * x [..., 2 n, ...] -> [..., n, ...]. Dtype: that of x, a float. Throws SHAPE_MISMATCH for an axis of odd length, BAD_DIM, BAD_DTYPE, NOT_A_TENSOR.
 *
 * @example
 * F.glu(tensor([4, 8, 0, 100])) // tensor([2., 8.])
 * @torch torch.nn.functional.glu
 */
export function glu(x: Tensor, options: GluOptions = {}): Tensor {
  const { dim = -1 } = known('glu', options, GLU_OPTIONS)
  const [value, gate] = halves('glu', x, dim)
  return mul(value, sigmoid(gate))
}

/**
 * The gated unit of today's language models (Shazeer 2020, equation 5): silu(a) b, with the first half a and the second half b of x along an axis.
 *
 * x [..., 2 n, ...] -> [..., n, ...]. The gate is the first half, as in the layers whose maps are joined here; in glu it is the second one. Errors as
 * glu.
 *
 * @example
 * F.swiglu(tensor([0, 100, 4, 8])) // tensor([  0., 800.])
 * @torch none
 */
export function swiglu(x: Tensor, options: GluOptions = {}): Tensor {
  const { dim = -1 } = known('swiglu', options, GLU_OPTIONS)
  const [gate, value] = halves('swiglu', x, dim)
  return mul(silu(gate), value)
}

function halves(operation: string, x: Tensor, dim: number): [Tensor, Tensor] {
  needFloats(operation, x)
  const [first, second, ...more] = x.ndim === 0 ? [] : chunk(x, 2, dim)
  if (first !== undefined && second !== undefined && more.length === 0 && first.size === second.size) {
    return [first, second]
  }
  throw new TensorError('SHAPE_MISMATCH', `${operation}: axis ${dim} of x ${shapeText(x.shape)} has no two halves.`, {
    next: 'The layer before makes twice as many features as are to come out.',
  })
}
