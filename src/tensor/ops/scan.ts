// Running sums, products and extremes along one axis.
import { apply } from '../engine.js'
import { TensorError } from '../errors.js'
import { NONE } from '../primitives.js'
import { checkedWhole, normalDim } from '../shape.js'
import type { Tensor } from '../tensor.js'
import type { DimOption } from './activation.js'
import { logaddexp } from './arithmetic.js'
import type { ValuesAndIndices } from './extremes.js'
import { asTensor, cast, toFloat } from './operand.js'
import { oneDim } from './reduction.js'
import { boolAsInt, wide } from './wanted.js'
import { narrowed, reshaped } from './windows.js'

/**
 * Running sum along one axis: out_i = x_0 + x_1 + ... + x_i.
 *
 * Shape: that of x. Dtype: kept; bool becomes int32. Throws BAD_DIM where the axis does not exist or is not given.
 *
 * @torch torch.cumsum
 * @differs the sums of int32 and bool are int32; PyTorch's are int64
 * @example
 * cumsum(tensor([1, 2, 3]), 0) // tensor([1., 3., 6.])
 */
export function cumsum(x: Tensor, dim: number | DimOption): Tensor {
  return along('cumsum', x, dim, (y, axis) => apply('cumsum', [boolAsInt(y)], { dim: axis, reverse: false }))
}

/**
 * Running product along one axis: out_i = x_0 x_1 ... x_i.
 *
 * Shape: that of x. Dtype: kept; bool becomes int32. The gradient is right also where factors are 0. Throws BAD_DIM where the axis
 * does not exist or is not given.
 *
 * @torch torch.cumprod
 * @differs the products of int32 and bool are int32; PyTorch's are int64
 * @example
 * cumprod(tensor([1, 2, 3, 4]), 0) // tensor([ 1.,  2.,  6., 24.])
 */
export function cumprod(x: Tensor, dim: number | DimOption): Tensor {
  return along('cumprod', x, dim, (y, axis) => apply('cumprod', [boolAsInt(y)], { dim: axis }))
}

/**
 * Running maximum along one axis, with its places: out_i = max(x_0, ..., x_i); of equals the last. NaN wins.
 *
 * Gives `{ values, indices }`. Shapes: that of x. Dtype: that of x; indices are int32. The gradient goes to the element at the index.
 * Throws BAD_DIM where the axis does not exist or is not given.
 *
 * @torch torch.cummax
 * @example
 * cummax(tensor([1, 3, 2]), 0).values // tensor([1., 3., 3.])
 */
export function cummax(x: Tensor, dim: number | DimOption): ValuesAndIndices {
  return running('cummax', 'argcummax', x, dim)
}

/**
 * Running minimum along one axis, with its places: out_i = min(x_0, ..., x_i); of equals the last. NaN wins.
 *
 * Gives `{ values, indices }`. Shapes: that of x. Dtype: that of x; indices are int32. The gradient goes to the element at the index.
 * Throws BAD_DIM where the axis does not exist or is not given.
 *
 * @torch torch.cummin
 * @example
 * cummin(tensor([3, 1, 2]), 0).values // tensor([3., 1., 1.])
 */
export function cummin(x: Tensor, dim: number | DimOption): ValuesAndIndices {
  return running('cummin', 'argcummin', x, dim)
}

/**
 * Running ln of the sum of exponentials along one axis: out_i = ln(e^x_0 + ... + e^x_i), without overflow for any x.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. Works in log2(n) rounds, each of which joins every
 * element with the one 1, 2, 4, ... places before it. Throws BAD_DIM where the axis does not exist or is not given.
 *
 * @torch torch.logcumsumexp
 * @differs takes int32 and bool as well; where x begins with -Infinity the gradient stays finite
 * @example
 * logcumsumexp(tensor([0, 0, 1000]), 0) // tensor([0.0000e+00, 6.9315e-01, 1.0000e+03])
 */
export function logcumsumexp(x: Tensor, dim: number | DimOption): Tensor {
  return along('logcumsumexp', toFloat(asTensor('logcumsumexp', x)), dim, (y, axis) => wide(y, z => rounds(z, axis)))
}

function rounds(x: Tensor, dim: number): Tensor {
  const length = x.shape[dim] as number
  let out = length > 1 ? x : apply('copy', [x], NONE)
  for (let distance = 1; distance < length; distance *= 2) {
    const before = x.shape.map((_, i) => (i === dim ? distance : 0))
    const after = x.shape.map(() => 0)
    const earlier = apply('pad', [narrowed(out, dim, 0, length - distance)], { before, after, value: -Infinity })
    out = logaddexp(out, earlier)
  }
  return out
}

/** A number is seen as a list of one. */
function along(
  operation: string,
  x: Tensor,
  dim: number | DimOption,
  scan: (x: Tensor, dim: number) => Tensor,
): Tensor {
  const input = asTensor(operation, x)
  const axis = oneDim(operation, input, dim)
  if (input.shape.length > 0) return scan(input, axis)
  return reshaped(scan(reshaped(input, [1]), 0), [])
}

function running(
  operation: string,
  name: 'argcummax' | 'argcummin',
  x: Tensor,
  dim: number | DimOption,
): ValuesAndIndices {
  const input = asTensor(operation, x)
  const axis = oneDim(operation, input, dim)
  const rows = input.shape.length === 0 ? reshaped(input, [1]) : input
  const indices = apply(name, [rows.dtype === 'bool' ? cast(rows, 'int32') : rows], { dim: axis })
  const values = apply('gather', [rows, indices], { dim: axis })
  if (input.shape.length > 0) return { values, indices }
  return { values: reshaped(values, []), indices: reshaped(indices, []) }
}

/**
 * Differences of neighbours along an axis (the last, unless `dim` says so), n times over: out_i = x_(i+1) - x_i. The axis becomes n
 * places shorter, at most empty; of bools, whether they differ. Throws BAD_DIM, BAD_VALUE.
 *
 * @torch torch.diff
 * @differs join what stands before or behind with cat
 * @example
 * diff(tensor([1, 4, 9])) // tensor([3., 5.])
 */
export function diff(x: Tensor, n = 1, { dim = -1 }: { readonly dim?: number } = {}): Tensor {
  let y = asTensor('diff', x)
  const at = normalDim('diff', dim, y.shape.length)
  if (checkedWhole('diff', 'n', n) < 0) {
    throw new TensorError('BAD_VALUE', `diff: differences ${n} times over.`, { next: 'Give a whole number from 0.' })
  }
  for (let i = 0; i < n && (y.shape[at] as number) > 0; i++) {
    const left = (y.shape[at] as number) - 1
    y = apply(y.dtype === 'bool' ? 'ne' : 'sub', [narrowed(y, at, 1, left), narrowed(y, at, 0, left)], NONE)
  }
  return y
}
