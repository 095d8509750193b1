// Reductions: many numbers to one, over any axes.
import type { DType } from '../dtype.js'
import { isFloat } from '../dtype.js'
import { apply } from '../engine.js'
import { TensorError } from '../errors.js'
import { type Dims, NONE, needFloat } from '../primitives.js'
import { reducedShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { asTensor, cast, constant, needTensor, toFloat } from './operand.js'
import {
  countOf,
  type Dim,
  type KeepdimOption,
  merged,
  needSome,
  oneDim,
  type ReduceOptions,
  reduction,
} from './reduction.js'
import { still } from './still.js'
import { boolAsInt, truth, wide } from './wanted.js'
import { reshaped } from './windows.js'

export interface SumOptions extends ReduceOptions {
  /** The dtype in which is summed. Default: that of x. */
  readonly dtype?: DType | undefined
}

/**
 * Sum over axes: sum_i x_i.
 *
 * `sum(x)`, `sum(x, dim)` or `sum(x, { dim, keepdim, dtype })`, with one axis or several. Shape: that of x without the reduced
 * axes, or with size 1 there if keepdim. Dtype: kept, or `dtype`; bool becomes int32. The sum of nothing is 0. Throws BAD_DIM
 * for an axis that does not exist.
 *
 * @torch torch.sum
 * @differs the sum of int32 and bool is int32 and wraps beyond 2^31; PyTorch's is int64
 * @example
 * const x = tensor([[1, 2], [3, 4]])
 * sum(x) // tensor(10.)
 * sum(x, 0) // tensor([4., 6.])
 */
export function sum(x: Tensor, dim?: Dim | SumOptions, options?: SumOptions): Tensor {
  return summed('sum', 'sum', x, dim, options)
}

/**
 * Product over axes: x_1 x_2 ... x_n.
 *
 * Shape: that of x without the reduced axes, or with size 1 there if keepdim. Dtype: kept, or `dtype`; bool becomes int32. The
 * product of nothing is 1. The gradient is right also where factors are 0. Throws BAD_DIM for an axis that does not exist.
 *
 * @torch torch.prod
 * @differs takes several axes; the product of int32 is int32, PyTorch's is int64
 * @example
 * prod(tensor([1, 2, 3, 4])) // tensor(24.)
 */
export function prod(x: Tensor, dim?: Dim | SumOptions, options?: SumOptions): Tensor {
  return summed('prod', 'prod', x, dim, options)
}

/**
 * Mean over axes: sum_i x_i / n.
 *
 * Shape: that of x without the reduced axes, or with size 1 there if keepdim. Dtype: kept, or `dtype`. The mean of nothing is
 * NaN. The gradient is 1 / n for each. Throws BAD_DTYPE for int32 and bool, BAD_DIM for an axis that does not exist.
 *
 * @torch torch.mean
 * @example
 * mean(tensor([[1, 2], [3, 4]]), 0) // tensor([2., 3.])
 */
export function mean(x: Tensor, dim?: Dim | SumOptions, options?: SumOptions): Tensor {
  const chosen = merged('mean', dim, options)
  const input = inDtype('mean', x, chosen.dtype)
  const dims = reduction('mean', input, chosen)
  return wide(input, y => average(y, dims))
}

function average(x: Tensor, dims: Dims): Tensor {
  return apply('div', [apply('sum', [x], dims), constant(countOf(x, dims.dims), x.dtype, x.storage.backend)], NONE)
}

export interface VarOptions extends ReduceOptions {
  /** What is taken from the count. 1 (default): the unbiased estimate of a sample; 0: the variance of the numbers themselves. */
  readonly correction?: number | undefined
}

/**
 * Variance over axes: sum_i (x_i - mean)^2 / (n - correction).
 *
 * `correction` is 1 by default (Bessel's: an unbiased estimate from a sample); 0 gives the variance of the numbers themselves,
 * as batch and layer normalisation use it. Shape: that of x without the reduced axes, or with size 1 there if keepdim. Dtype:
 * kept. Fewer than 2 numbers give NaN. Throws BAD_DTYPE for int32 and bool, BAD_DIM for an axis that does not exist.
 *
 * `var` is a word of JavaScript's own: the method is x.var(), the free function is imported as `variance`.
 *
 * @torch torch.var
 * @example
 * tensor([1, 2, 3, 4]).var() // tensor(1.6667)
 * tensor([1, 2, 3, 4]).var({ correction: 0 }) // tensor(1.2500)
 */
function variance(x: Tensor, dim?: Dim | VarOptions, options?: VarOptions): Tensor {
  const chosen = merged('var', dim, options)
  const input = asTensor('var', x)
  needFloat('var', input)
  return wide(input, y => spread(y, reduction('var', y, chosen), chosen.correction))
}

export { variance as var }

/**
 * Standard deviation over axes: the square root of the variance, sqrt(sum_i (x_i - mean)^2 / (n - correction)).
 *
 * `correction` is 1 by default, see `var`. Shape: that of x without the reduced axes, or with size 1 there if keepdim. Dtype:
 * kept. Fewer than 2 numbers give NaN. The gradient is 0 where all numbers are equal. Throws BAD_DTYPE for int32 and bool,
 * BAD_DIM for an axis that does not exist.
 *
 * @torch torch.std
 * @example
 * std(tensor([1, 2, 3, 4])) // tensor(1.2910)
 */
export function std(x: Tensor, dim?: Dim | VarOptions, options?: VarOptions): Tensor {
  const chosen = merged('std', dim, options)
  const input = asTensor('std', x)
  needFloat('std', input)
  return wide(input, y => rootOrZero(spread(y, reduction('std', y, chosen), chosen.correction)))
}

function spread(x: Tensor, dims: Dims, correction = 1): Tensor {
  const centre = average(x, { dims: dims.dims, keepdim: true })
  const squares = apply('square', [apply('sub', [x, centre], NONE)], NONE)
  const count = Math.max(countOf(x, dims.dims) - correction, 0)
  return apply('div', [apply('sum', [squares], dims), constant(count, x.dtype, x.storage.backend)], NONE)
}

/** The square root, with gradient 0 at 0. */
function rootOrZero(x: Tensor): Tensor {
  return apartFromZero(x, 0, y => apply('sqrt', [y], NONE))
}

/** f(x), but where x is 0 a given number with gradient 0. */
function apartFromZero(x: Tensor, atZero: number, f: (x: Tensor) => Tensor): Tensor {
  const number = (value: number) => constant(value, x.dtype, x.storage.backend)
  const none = apply('eq', [x, number(0)], NONE)
  return apply('where', [none, number(atZero), f(apply('where', [none, number(1), x], NONE))], NONE)
}

/**
 * Greatest element over axes; NaN wins. Like max, but over several axes at once.
 *
 * Shape: that of x without the reduced axes, or with size 1 there if keepdim. Dtype: kept. Elements that are equally great share
 * the gradient evenly. Throws BAD_VALUE where an axis has size 0, BAD_DIM for an axis that does not exist.
 *
 * @torch torch.amax
 * @example
 * amax(tensor([[1, 5], [3, 4]]), 0) // tensor([3., 5.])
 */
export function amax(x: Tensor, dim?: Dim | ReduceOptions, options?: ReduceOptions): Tensor {
  return extreme('amax', 'any', x, merged('amax', dim, options))
}

/**
 * Smallest element over axes; NaN wins. Like min, but over several axes at once.
 *
 * Shape: that of x without the reduced axes, or with size 1 there if keepdim. Dtype: kept. Elements that are equally small share
 * the gradient evenly. Throws BAD_VALUE where an axis has size 0, BAD_DIM for an axis that does not exist.
 *
 * @torch torch.amin
 * @example
 * amin(tensor([[1, 5], [3, 4]]), 0) // tensor([1., 4.])
 */
export function amin(x: Tensor, dim?: Dim | ReduceOptions, options?: ReduceOptions): Tensor {
  return extreme('amin', 'all', x, merged('amin', dim, options))
}

function extreme(name: 'amax' | 'amin', ofBools: 'any' | 'all', x: Tensor, options: ReduceOptions): Tensor {
  const input = asTensor(name, x)
  const dims = reduction(name, input, options)
  needSome(name, input, dims.dims)
  return apply(input.dtype === 'bool' ? ofBools : name, [input], dims)
}

/** One axis, or none for all. */
export interface ArgOptions extends KeepdimOption {
  readonly dim?: number | undefined
}

/**
 * Place of the greatest element along an axis, or in the flattened tensor where no axis is given; the first of equals. NaN counts
 * as the greatest.
 *
 * Shape: that of x without the axis, or with size 1 there if keepdim. Dtype: int32. No gradient. Throws BAD_VALUE where the axis
 * has size 0, BAD_DIM for an axis that does not exist, BAD_DTYPE for bool.
 *
 * @torch torch.argmax
 * @example
 * argmax(tensor([[1, 5], [3, 4]]), 1) // tensor([1, 1])
 */
export function argmax(x: Tensor, dim?: number | ArgOptions, options?: ArgOptions): Tensor {
  return place('argmax', x, merged<ArgOptions>('argmax', dim, options))
}

/**
 * Place of the smallest element along an axis, or in the flattened tensor where no axis is given; the first of equals. NaN counts
 * as the smallest.
 *
 * Shape: that of x without the axis, or with size 1 there if keepdim. Dtype: int32. No gradient. Throws BAD_VALUE where the axis
 * has size 0, BAD_DIM for an axis that does not exist, BAD_DTYPE for bool.
 *
 * @torch torch.argmin
 * @example
 * argmin(tensor([[1, 5], [3, 4]]), 1) // tensor([0, 0])
 */
export function argmin(x: Tensor, dim?: number | ArgOptions, options?: ArgOptions): Tensor {
  return place('argmin', x, merged<ArgOptions>('argmin', dim, options))
}

function place(name: 'argmax' | 'argmin', x: Tensor, { dim, keepdim = false }: ArgOptions): Tensor {
  needTensor(name, x)
  if (x.dtype === 'bool') {
    throw new TensorError('BAD_DTYPE', `${name}: not defined for bool tensors.`, {
      next: `Convert it first: x.int().${name}().`,
    })
  }
  const flat = dim === undefined || x.shape.length === 0
  const axis = dim === undefined ? 0 : oneDim(name, x, dim)
  const input = flat ? reshaped(x, [x.size]) : x
  needSome(name, input, [axis])
  const out = apply(name, [input], { dim: axis, keepdim: flat ? false : keepdim })
  return flat && keepdim
    ? reshaped(
        out,
        x.shape.map(() => 1),
      )
    : out
}

/**
 * Whether any element over the axes is true (not 0; NaN is true).
 *
 * Shape: that of x without the reduced axes, or with size 1 there if keepdim. Dtype: bool. Of nothing: false. No gradient.
 *
 * @torch torch.any
 * @differs an empty list of axes means all of them
 * @example
 * any(tensor([false, true])) // tensor(true)
 */
export function any(x: Tensor, dim?: Dim | ReduceOptions, options?: ReduceOptions): Tensor {
  const input = truth(asTensor('any', x))
  return apply('any', [input], reduction('any', input, merged('any', dim, options)))
}

/**
 * Whether all elements over the axes are true (not 0; NaN is true).
 *
 * Shape: that of x without the reduced axes, or with size 1 there if keepdim. Dtype: bool. Of nothing: true. No gradient.
 *
 * @torch torch.all
 * @differs an empty list of axes means all of them
 * @example
 * all(tensor([false, true])) // tensor(false)
 */
export function all(x: Tensor, dim?: Dim | ReduceOptions, options?: ReduceOptions): Tensor {
  const input = truth(asTensor('all', x))
  return apply('all', [input], reduction('all', input, merged('all', dim, options)))
}

/**
 * Number of elements over the axes that are not 0 (NaN counts).
 *
 * Shape: that of x without the reduced axes, or with size 1 there if keepdim. Dtype: int32. No gradient.
 *
 * @torch torch.count_nonzero
 * @example
 * countNonzero(tensor([0, 1, 2])) // tensor(2)
 */
export function countNonzero(x: Tensor, dim?: Dim | ReduceOptions, options?: ReduceOptions): Tensor {
  const input = cast(truth(asTensor('countNonzero', x)), 'int32')
  return apply('sum', [input], reduction('countNonzero', input, merged('countNonzero', dim, options)))
}

/**
 * Norm over axes, of the elements as one vector: (sum_i |x_i|^p)^(1/p).
 *
 * p is 2 by default ('fro' is the same: Euclid's and Frobenius' norm); 1 sums absolute values, Infinity takes the greatest, -Infinity
 * the smallest, 0 counts what is not 0. Shape: that of x without the reduced axes, or with size 1 there if keepdim. Dtype: kept. The
 * gradient at x = 0 is 0. Throws BAD_DTYPE for int32 and bool, BAD_VALUE where p is no number, or the axis is empty and p infinite.
 *
 * @torch torch.norm
 * @example
 * norm(tensor([3, 4])) // tensor(5.)
 * norm(tensor([[3, 4], [6, 8]]), 2, { dim: 1 }) // tensor([ 5., 10.])
 */
export function norm(x: Tensor, p: number | 'fro' | ReduceOptions = 2, options?: ReduceOptions): Tensor {
  const [order, chosen] = typeof p === 'object' ? [2, p] : [p === 'fro' ? 2 : p, options ?? {}]
  if (typeof order !== 'number' || Number.isNaN(order)) {
    throw new TensorError('BAD_VALUE', `norm: p must be a number or 'fro', got ${String(p)}.`, {
      next: 'For nuclear and spectral norms of matrices see linalg.',
    })
  }
  const input = asTensor('norm', x)
  needFloat('norm', input)
  const dims = reduction('norm', input, chosen)
  if (Math.abs(order) === Infinity) needSome('norm', input, dims.dims)
  return wide(input, y => normOf(y, order, dims))
}

function normOf(x: Tensor, p: number, dims: Dims): Tensor {
  if (p === 2) return rootOrZero(apply('sum', [apply('square', [x], NONE)], dims))
  const size = apply('abs', [x], NONE)
  if (p === 1) return apply('sum', [size], dims)
  if (p === Infinity) return apply('amax', [size], dims)
  if (p === -Infinity) return apply('amin', [size], dims)
  const number = (value: number) => constant(value, x.dtype, x.storage.backend)
  if (p === 0) return apply('sum', [apply('where', [apply('ne', [x, number(0)], NONE), number(1), size], NONE)], dims)
  const powers = (exponent: number) => (y: Tensor) => apply('pow', [y, number(exponent)], NONE)
  const atZero = p > 0 ? 0 : Infinity
  return apartFromZero(apply('sum', [apartFromZero(size, atZero, powers(p))], dims), atZero, powers(1 / p))
}

/**
 * ln of the sum of exponentials over axes: ln sum_i e^x_i, without overflow for any x.
 *
 * Shape: that of x without the reduced axes, or with size 1 there if keepdim. Dtype: floats stay, int32 and bool become the default
 * dtype. Of nothing: -Infinity. The gradient is the softmax. Throws BAD_DIM for an axis that does not exist.
 *
 * @torch torch.logsumexp
 * @differs without axes it reduces all of them; PyTorch wants them named
 * @example
 * logsumexp(tensor([100, 100]), 0) // tensor(100.6931)
 */
export function logsumexp(x: Tensor, dim?: Dim | ReduceOptions, options?: ReduceOptions): Tensor {
  const input = toFloat(asTensor('logsumexp', x))
  const { dims, keepdim } = reduction('logsumexp', input, merged('logsumexp', dim, options))
  return wide(input, y => logOfSum(y, dims, keepdim))
}

function logOfSum(x: Tensor, dims: readonly number[], keepdim: boolean): Tensor {
  const kept = { dims, keepdim: true }
  const zero = constant(0, x.dtype, x.storage.backend)
  // The result does not depend on what is taken out, so no gradient needs to flow through it.
  const top = countOf(x, dims) === 0 ? zero : still(() => finite(apply('amax', [x], kept), zero))
  const total = apply('sum', [apply('exp', [apply('sub', [x, top], NONE)], NONE)], kept)
  const out = apply('add', [apply('log', [total], NONE), top], NONE)
  return keepdim ? out : reshaped(out, reducedShape(x.shape, dims, false))
}

function finite(x: Tensor, otherwise: Tensor): Tensor {
  return apply('where', [apply('isFinite', [x], NONE), x, otherwise], NONE)
}

/**
 * Sum over axes in which NaN counts as 0.
 *
 * Shape: that of x without the reduced axes, or with size 1 there if keepdim. Dtype: kept, or `dtype`; bool becomes int32. The
 * gradient is 0 where x is NaN. Throws BAD_DIM for an axis that does not exist.
 *
 * @torch torch.nansum
 * @example
 * nansum(tensor([1, NaN, 3])) // tensor(4.)
 */
export function nansum(x: Tensor, dim?: Dim | SumOptions, options?: SumOptions): Tensor {
  return summed('nansum', 'sum', known(asTensor('nansum', x)), dim, options)
}

/**
 * Mean over axes of what is not NaN.
 *
 * Shape: that of x without the reduced axes, or with size 1 there if keepdim. Dtype: kept. NaN where there is nothing else. The
 * gradient is 0 where x is NaN. Throws BAD_DTYPE for int32 and bool, BAD_DIM for an axis that does not exist.
 *
 * @torch torch.nanmean
 * @example
 * nanmean(tensor([1, NaN, 3])) // tensor(2.)
 */
export function nanmean(x: Tensor, dim?: Dim | SumOptions, options?: SumOptions): Tensor {
  const chosen = merged('nanmean', dim, options)
  const input = inDtype('nanmean', x, chosen.dtype)
  const dims = reduction('nanmean', input, chosen)
  return wide(input, y => {
    const there = apply('logicalNot', [apply('isNaN', [y], NONE)], NONE)
    return apply('div', [apply('sum', [known(y)], dims), apply('sum', [cast(there, y.dtype)], dims)], NONE)
  })
}

/** NaN replaced by 0. */
function known(x: Tensor): Tensor {
  if (!isFloat(x.dtype)) return x
  return apply('where', [apply('isNaN', [x], NONE), constant(0, x.dtype, x.storage.backend), x], NONE)
}

function summed(
  operation: string,
  name: 'sum' | 'prod',
  x: Tensor,
  dim: Dim | SumOptions | undefined,
  options: SumOptions | undefined,
): Tensor {
  const chosen = merged(operation, dim, options)
  const input = boolAsInt(chosen.dtype === undefined ? asTensor(operation, x) : cast(x, chosen.dtype))
  return apply(name, [input], reduction(operation, input, chosen))
}

function inDtype(operation: string, x: Tensor, dtype: DType | undefined): Tensor {
  const input = dtype === undefined ? asTensor(operation, x) : cast(x, dtype)
  needFloat(operation, input)
  return input
}
