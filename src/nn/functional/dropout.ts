// Noise that training adds so that no unit relies on a single other one.
import type { Generator } from '../../random/index.js'
import { rand } from '../../random/index.js'
import { shapeText, TensorError } from '../../tensor/errors.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Shape } from '../../tensor/shape.js'
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
  needShare('dropout', p)
  if (!training || p === 0) return x
  return p === 1 ? x.mul(0) : x.mul(keptShare(x, x.shape, p, generator).div(1 - p))
}

/** 1 where an element stays, 0 where it is dropped. */
function keptShare({ dtype, device }: Tensor, shape: Shape, p: number, generator: Generator | undefined): Tensor {
  return rand(shape, { dtype, device, generator }).ge(p).to(dtype)
}

/**
 * Dropout of whole channels of sequences (Tompson et al. 2015): neighbours are so alike that single numbers would be guessed.
 *
 * x [N, C, L] or [C, L] -> the same; otherwise as dropout. Throws SHAPE_MISMATCH, BAD_VALUE.
 *
 * @example
 * F.dropout1d(ones([1, 2, 3]), 0.5, { training: false }).shape // [1, 2, 3]
 * @torch torch.nn.functional.dropout1d
 * @differs equal seeds drop other channels than PyTorch
 */
export function dropout1d(x: Tensor, p = 0.5, options: DropoutFunctionOptions = {}): Tensor {
  return channelDropout('dropout1d', x, p, 1, known('dropout1d', options, DROPOUT_FUNCTION_OPTIONS))
}

/**
 * Dropout of whole channels of images (Tompson et al. 2015): neighbours are so alike that single numbers would be guessed.
 *
 * x [N, C, H, W] or [C, H, W] -> the same; otherwise as dropout. Throws SHAPE_MISMATCH, BAD_VALUE.
 *
 * @example
 * F.dropout2d(ones([1, 2, 3, 3]), 0.5, { training: false }).shape // [1, 2, 3, 3]
 * @torch torch.nn.functional.dropout2d
 * @differs equal seeds drop other channels than PyTorch
 */
export function dropout2d(x: Tensor, p = 0.5, options: DropoutFunctionOptions = {}): Tensor {
  return channelDropout('dropout2d', x, p, 2, known('dropout2d', options, DROPOUT_FUNCTION_OPTIONS))
}

/** Drops what lies under the last `places` axes as one. */
function channelDropout(
  operation: string,
  x: Tensor,
  p: number,
  places: number,
  { training = true, generator }: DropoutFunctionOptions,
): Tensor {
  needShare(operation, p)
  if (x.ndim !== places + 1 && x.ndim !== places + 2) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `${operation}: x must have ${places + 1} or ${places + 2} axes; it has shape ${shapeText(x.shape)}.`,
      { next: 'Channels stand before the places: [N, C, ...].' },
    )
  }
  if (!training || p === 0) return x
  if (p === 1) return x.mul(0)
  const shape = x.shape.map((n, axis) => (axis < x.ndim - places ? n : 1))
  return x.mul(keptShare(x, shape, p, generator).div(1 - p))
}

/** Where SELU goes for x to -Infinity: -scale alpha. */
const SELU_END = -1.7580993408473766

/**
 * Alpha dropout (Klambauer et al. 2017, section 4): sets elements to the lowest value of SELU, alpha' = -1.7581, and bends all so that mean 0 and variance 1
 * stay: y = a (x d + alpha' (1 - d)) + b, with d drawn for each element, a = ((1 - p) (1 + p alpha'^2))^(-1/2), b = -a alpha' p.
 *
 * Shape and dtype: those of x; otherwise as dropout. Throws BAD_VALUE.
 *
 * @example
 * F.alphaDropout(tensor([1, 2]), 0.5, { training: false }) // tensor([1., 2.])
 * @torch torch.nn.functional.alpha_dropout
 * @differs drops unless `training: false` is said, as dropout; equal seeds drop other elements than PyTorch
 */
export function alphaDropout(x: Tensor, p = 0.5, options: DropoutFunctionOptions = {}): Tensor {
  const { training = true, generator } = known('alphaDropout', options, DROPOUT_FUNCTION_OPTIONS)
  needShare('alphaDropout', p)
  if (!training || p === 0) return x
  if (p === 1) return x.mul(0)
  const kept = keptShare(x, x.shape, p, generator)
  const a = 1 / Math.sqrt((1 - p) * (1 + p * SELU_END ** 2))
  const dropped = kept.mul(-a * SELU_END).add(a * SELU_END * (1 - p))
  return x.mul(kept.mul(a)).add(dropped)
}

function needShare(operation: string, p: number): void {
  if (p >= 0 && p <= 1) return
  throw new TensorError('BAD_VALUE', `${operation}: p must lie between 0 and 1; it is ${String(p)}.`, {
    next: 'p is the share that is dropped.',
  })
}
