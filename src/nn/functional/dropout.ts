// Noise that training adds so that no unit relies on a single other one.
import type { Generator } from '../../random/index.js'
import { randLike } from '../../random/index.js'
import { TensorError } from '../../tensor/errors.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'

export interface DropoutFunctionOptions {
  /** Whether anything is dropped at all. True. */
  readonly training?: boolean | undefined
  /** Where the dropped elements are drawn from. The default generator. */
  readonly generator?: Generator | undefined
}

const DROPOUT_FUNCTION_OPTIONS = optionNames<DropoutFunctionOptions>()('training generator')

/**
 * Dropout (Srivastava et al. 2014): sets each element to 0 with probability p and scales the others by 1 / (1 - p), so that the mean stays.
 *
 * Shape and dtype: those of x. Without `training`, or with p = 0, it returns x itself. p is the rate of what is dropped, from 0 to 1; 0.5. Throws
 * BAD_VALUE for another p.
 *
 * @example
 * F.dropout(tensor([1, 2]), 0.5, { training: false }) // tensor([1., 2.])
 * F.dropout(ones([4]), 0.5) // for example tensor([2., 0., 0., 2.])
 * @torch torch.nn.functional.dropout
 * @differs equal seeds drop other elements than PyTorch
 */
export function dropout(x: Tensor, p = 0.5, options: DropoutFunctionOptions = {}): Tensor {
  const { training = true, generator } = known('dropout', options, DROPOUT_FUNCTION_OPTIONS)
  if (!(p >= 0 && p <= 1)) {
    throw new TensorError('BAD_VALUE', `dropout: p must lie between 0 and 1; it is ${String(p)}.`, {
      next: 'p is the share that is dropped.',
    })
  }
  if (!training || p === 0) return x
  if (p === 1) return x.mul(0)
  return x.mul(
    randLike(x, { generator })
      .ge(p)
      .to(x.dtype)
      .div(1 - p),
  )
}
