// Reading and writing by tensors of indices.
import { apply, assign, compute } from '../engine.js'
import { shapeText, TensorError } from '../errors.js'
import { NONE } from '../primitives.js'
import { broadcast, normalDim, type Shape, sameShape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { numberOf } from './host.js'
import { checkedIndex } from './index-check.js'
import { asTensor, cast, filler, needTensor, type Scalar } from './operand.js'
import { expanded, narrowed, reshaped } from './windows.js'

/**
 * Picks one element for each index: out[i][j] = x[index[i][j]][j] for dim 0. The index has as many axes as x, and is not
 * longer than x along the others. Shape and place of the result are those of the index.
 *
 * Throws BAD_DTYPE, BAD_INDEX, SHAPE_MISMATCH.
 *
 * @example
 * logits.gather(1, labels.unsqueeze(1)) // the logit of each row's label: [N, C], [N, 1] -> [N, 1]
 * @torch torch.gather
 * @differs Indices are int32.
 */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  needTensor('gather', x)
  const { at, places } = prepared('gather', x, dim, index)
  return apply('gather', [x, places], { dim: at })
}

function prepared(operation: string, x: Tensor, dim: number, index: Tensor): { at: number; places: Tensor } {
  needTensor(operation, index)
  const at = normalDim(operation, dim, Math.max(x.shape.length, 1))
  const fits =
    index.shape.length === x.shape.length && index.shape.every((n, i) => i === at || n <= (x.shape[i] as number))
  if (!fits && sizeOf(index.shape) > 0) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `${operation}: the index has shape ${shapeText(index.shape)}, the tensor ${shapeText(x.shape)}.`,
      {
        next: `Both need the same number of axes, and the index at most the tensor's sizes but for dim ${at}.${
          index.shape.length === x.shape.length - 1 ? ` For one place in each row: index.unsqueeze(${at}).` : ''
        }`,
      },
    )
  }
  return { at, places: checkedIndex(operation, index, x.shape[at] ?? 1, at) }
}

/**
 * gather with an index that broadcasts: picks along `dim`, the other axes of x and the index are repeated as in arithmetic.
 * What argmax and argsort give fits. Without `dim` the tensor and the index are flat.
 *
 * Throws BAD_DTYPE, BAD_INDEX, SHAPE_MISMATCH.
 *
 * @example
 * x.takeAlongDim(x.argmax(1, { keepdim: true }), 1) // the greatest of each row: [N, C] -> [N, 1]
 * @torch torch.take_along_dim
 * @differs Indices are int32.
 */
export function takeAlongDim(x: Tensor, index: Tensor, dim?: number): Tensor {
  needTensor('takeAlongDim', x)
  needTensor('takeAlongDim', index)
  if (dim === undefined) return takeAlongDim(reshaped(x, [sizeOf(x.shape)]), reshaped(index, [sizeOf(index.shape)]), 0)
  const rank = x.shape.length
  const at = normalDim('takeAlongDim', dim, rank)
  if (index.shape.length !== rank) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `takeAlongDim: the index has shape ${shapeText(index.shape)}, the tensor ${shapeText(x.shape)}.`,
      { next: 'Both need the same number of axes: keep the axis, as in argmax(dim, { keepdim: true }).' },
    )
  }
  const without = (shape: Shape): Shape => shape.map((n, i) => (i === at ? 1 : n))
  const common = broadcast('takeAlongDim', without(x.shape), without(index.shape))
  const along = (t: Tensor): Tensor => {
    const shape = common.map((n, i) => (i === at ? (t.shape[at] as number) : n))
    return sameShape(shape, t.shape) ? t : expanded(t, shape)
  }
  return gather(along(x), at, along(index))
}

/**
 * A copy of x with `source` added at the places that gather would read: the transpose of gather. Repeated indices add up.
 *
 * `source` has the index's shape, or is larger: then its first elements count. Throws as gather.
 *
 * @example
 * zeros([3]).scatterAdd(0, tensor([2, 2], { dtype: 'int32' }), tensor([5, 6])) // tensor([ 0., 0., 11.])
 * @torch torch.scatter_add
 */
export function scatterAdd(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  needTensor('scatterAdd', x)
  const { at, places } = prepared('scatterAdd', x, dim, index)
  return apply('scatterAdd', [x, places, fitted('scatterAdd', x, index, source)], { dim: at })
}

/**
 * A copy of x with `source` (a tensor or a number) written at the places that gather would read. Of equal places the last
 * one counts.
 *
 * @example
 * zeros([3]).scatter(0, tensor([2, 0], { dtype: 'int32' }), tensor([5, 6])) // tensor([6., 0., 5.])
 * @torch torch.scatter
 */
export function scatter(x: Tensor, dim: number, index: Tensor, source: Tensor | Scalar): Tensor {
  needTensor('scatter', x)
  const { at, places } = prepared('scatter', x, dim, index)
  const values =
    typeof source === 'number' || typeof source === 'boolean'
      ? expanded(filler('scatter', source, x), index.shape)
      : source
  return apply('scatter', [x, places, fitted('scatter', x, index, values)], { dim: at })
}

function fitted(operation: string, x: Tensor, index: Tensor, source: Tensor): Tensor {
  needTensor(operation, source)
  const fits =
    source.shape.length === index.shape.length && index.shape.every((n, i) => n <= (source.shape[i] as number))
  if (!fits) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `${operation}: the source has shape ${shapeText(source.shape)}, the index ${shapeText(index.shape)}.`,
      {
        next: 'The source must not be smaller than the index.',
      },
    )
  }
  if (source.dtype !== x.dtype) {
    throw new TensorError('BAD_DTYPE', `${operation}: the source is ${source.dtype}, the tensor ${x.dtype}.`, {
      next: 'Convert the source.',
    })
  }
  if (sameShape(source.shape, index.shape)) return source
  let part = source
  index.shape.forEach((n, axis) => {
    part = narrowed(part, axis, 0, n)
  })
  return part
}

/**
 * Rows (slices) of x along an axis, in the order of a list of indices: out[k, :] = x[index[k], :] for dim 0.
 *
 * Shapes: [A, B] with an int32 index [K] -> [K, B] for dim 0, [A, K] for dim 1. Dtype: that of x. The gradients of a row that is
 * taken several times are summed. Throws BAD_DTYPE where the index is not int32, BAD_INDEX outside of the axis, BAD_DIM.
 *
 * @example
 * tensor([[1, 2], [3, 4], [5, 6]]).indexSelect(0, tensor([2, 0], { dtype: 'int32' })) // tensor([[5., 6.], [1., 2.]])
 * @torch torch.index_select
 */
export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  needTensor('indexSelect', x)
  const at = normalDim('indexSelect', dim, x.shape.length)
  return apply('indexSelect', [x, listed('indexSelect', x, at, index)], { dim: at })
}

/**
 * A copy of x with the rows of `source` added to those that the index names; repeated ones add up.
 *
 * @example
 * zeros([3]).indexAdd(0, tensor([0, 2], { dtype: 'int32' }), tensor([5, 6])) // tensor([5., 0., 6.])
 * @torch torch.index_add
 * @differs tensors of different dtypes meet; PyTorch throws
 */
export function indexAdd(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  needTensor('indexAdd', x)
  const at = normalDim('indexAdd', dim, x.shape.length)
  const places = listed('indexAdd', x, at, index)
  needTensor('indexAdd', source)
  const shape = x.shape.map((n, i) => (i === at ? sizeOf(index.shape) : n))
  if (!sameShape(source.shape, shape)) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `indexAdd: the source has shape ${shapeText(source.shape)}; for ${sizeOf(index.shape)} indices it must be ${shapeText(shape)}.`,
      {
        next: 'One row for each index.',
      },
    )
  }
  return apply('indexAdd', [x, places, cast(source, x.dtype)], { dim: at })
}

function listed(operation: string, x: Tensor, dim: number, index: Tensor): Tensor {
  needTensor(operation, index)
  if (index.shape.length > 1) {
    throw new TensorError(
      'BAD_SHAPE',
      `${operation}: the index has shape ${shapeText(index.shape)}; a list is needed.`,
      { next: 'Flatten it, or use at().' },
    )
  }
  const flat = index.shape.length === 0 ? reshaped(index, [1]) : index
  return checkedIndex(operation, flat, x.shape[dim] as number, dim)
}

/**
 * Elements of the flattened tensor, in the shape of the index. Negative indices count from the end.
 *
 * @example
 * tensor([[1, 2], [3, 4]]).take(tensor([3, 0], { dtype: 'int32' })) // tensor([4., 1.])
 * @torch torch.take
 */
export function take(x: Tensor, index: Tensor): Tensor {
  needTensor('take', x)
  needTensor('take', index)
  const size = sizeOf(x.shape)
  const places = reshaped(checkedIndex('take', index, size, 0, true), [sizeOf(index.shape)])
  return reshaped(apply('indexSelect', [reshaped(x, [size]), places], { dim: 0 }), index.shape)
}

/**
 * A copy with `value` where the mask is true; the mask broadcasts to x. No gradient flows through what was filled.
 *
 * @example
 * scores.maskedFill(mask, -Infinity).softmax(-1)
 * @torch torch.Tensor.masked_fill
 */
export function maskedFill(x: Tensor, mask: Tensor, value: Scalar | Tensor): Tensor {
  needTensor('maskedFill', x)
  const on = boolMask('maskedFill', mask)
  broadcast('maskedFill', x.shape, mask.shape)
  const put =
    typeof value === 'number' || typeof value === 'boolean'
      ? filler('maskedFill', value, x)
      : cast(asTensor('maskedFill', value), x.dtype)
  return apply('where', [on, put, x], NONE)
}

/**
 * The same in place.
 *
 * @example
 * const x = tensor([1, -2, 3])
 * x.maskedFill_(x.lt(0), 0) // tensor([1., 0., 3.])
 * @torch torch.Tensor.masked_fill_
 */
export function maskedFill_(x: Tensor, mask: Tensor, value: Scalar | Tensor): Tensor {
  needTensor('maskedFill_', x)
  return assign('maskedFill_', x, () => maskedFill(x, mask, value), [x])
}

function boolMask(operation: string, mask: Tensor): Tensor {
  needTensor(operation, mask)
  if (mask.dtype === 'bool') return mask
  throw new TensorError('BAD_DTYPE', `${operation}: the mask must be bool; it is ${mask.dtype}.`, {
    next: 'Compare first, as in x.gt(0), or use mask.bool().',
  })
}

/**
 * The elements where the mask is true, as a list. The mask broadcasts to x, and x to the mask.
 *
 * @example
 * const x = tensor([1, -2, 3])
 * x.maskedSelect(x.gt(0)) // tensor([1., 3.])
 * @torch torch.masked_select
 */
export function maskedSelect(x: Tensor, mask: Tensor): Tensor {
  needTensor('maskedSelect', x)
  const on = boolMask('maskedSelect', mask)
  const shape = broadcast('maskedSelect', x.shape, on.shape)
  const flat = reshaped(expanded(x, shape), [sizeOf(shape)])
  return apply('indexSelect', [flat, truePlaces(reshaped(expanded(on, shape), [sizeOf(shape)]))], { dim: 0 })
}

/** The places of a flat mask that are true, as a list. */
function truePlaces(mask: Tensor): Tensor {
  const rows = nonzero(mask)
  return reshaped(rows, [rows.shape[0] as number])
}

function countTrue(mask: Tensor): number {
  const ones = compute('cast', [mask], { dtype: 'int32' })
  const sum = compute('sum', [ones], { dims: mask.shape.map((_, i) => i), keepdim: false })
  const count = numberOf(sum)
  for (const { storage } of [ones, sum]) storage.backend.release(storage)
  return count
}

/**
 * The indices of what is not zero, one row for each, in row-major order: int32 [count, ndim].
 *
 * @example
 * tensor([[0, 3], [5, 0]]).nonzero() // tensor([[0, 1], [1, 0]])
 * @torch torch.nonzero
 */
export function nonzero(x: Tensor): Tensor {
  needTensor('nonzero', x)
  const on = x.dtype === 'bool' ? x : cast(x, 'bool')
  return apply('nonzero', [on], { count: countTrue(on) })
}

/**
 * nonzero by NumPy's name: the indices of what is not zero, int32 [count, ndim].
 *
 * @example
 * tensor([1, 5, 3]).gt(2).argwhere() // tensor([[1], [2]])
 * @torch torch.argwhere
 */
export function argwhere(x: Tensor): Tensor {
  return nonzero(x)
}

/**
 * The same in place, with rows added: see indexAdd.
 *
 * @example
 * zeros([3]).indexAdd_(0, tensor([2, 2], { dtype: 'int32' }), tensor([5, 6])) // tensor([ 0., 0., 11.])
 * @torch torch.Tensor.index_add_
 */
export function indexAdd_(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  needTensor('indexAdd_', x)
  return assign('indexAdd_', x, () => indexAdd(x, dim, index, source), [x, source])
}

/**
 * scatterAdd in place.
 *
 * @example
 * zeros([3]).scatterAdd_(0, tensor([2, 2], { dtype: 'int32' }), tensor([5, 6])) // tensor([ 0., 0., 11.])
 * @torch torch.Tensor.scatter_add_
 */
export function scatterAdd_(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  needTensor('scatterAdd_', x)
  return assign('scatterAdd_', x, () => scatterAdd(x, dim, index, source), [x, source])
}

/**
 * scatter in place.
 *
 * @example
 * zeros([3]).scatter_(0, tensor([2, 0], { dtype: 'int32' }), tensor([5, 6])) // tensor([6., 0., 5.])
 * @torch torch.Tensor.scatter_
 */
export function scatter_(x: Tensor, dim: number, index: Tensor, source: Tensor | Scalar): Tensor {
  needTensor('scatter_', x)
  return assign('scatter_', x, () => scatter(x, dim, index, source), [x])
}
