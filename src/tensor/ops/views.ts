// Views: the same numbers in the same memory, seen in another shape.
import { view as window } from '../engine.js'
import { shapeText, TensorError } from '../errors.js'
import {
  checkedList,
  checkedPlace,
  checkedWhole,
  inferShape,
  normalDim,
  type Shape,
  sizeOf,
  viewStrides,
} from '../shape.js'
import type { Tensor } from '../tensor.js'
import { needTensor } from './operand.js'
import { copied, expanded, narrowed, permuted, reshaped } from './windows.js'

/**
 * The same elements in another shape, in row-major order. A view where memory allows it, else a copy.
 *
 * `shape` has the same number of elements; one size may be -1 and is then worked out. Throws BAD_SHAPE.
 *
 * @example
 * arange(6).reshape([2, -1]) // tensor([[0, 1, 2], [3, 4, 5]])
 * @torch torch.reshape
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  needTensor('reshape', x)
  return reshaped(x, inferShape('reshape', sizeOf(x.shape), shape))
}

/**
 * The same elements in another shape, always as a view that shares memory.
 *
 * Throws BAD_SHAPE where that would need a copy (after permute, for one): then reshape or contiguous().view does it.
 *
 * @example
 * arange(4).view([2, 2]) // tensor([[0, 1], [2, 3]])
 * @torch torch.Tensor.view
 */
export function view(x: Tensor, shape: Shape): Tensor {
  needTensor('view', x)
  const full = inferShape('view', sizeOf(x.shape), shape)
  const strides = viewStrides(x.shape, x.strides, full)
  if (strides !== undefined) return window('reshape', x, { shape: full }, full, strides, x.offset)
  throw new TensorError(
    'BAD_SHAPE',
    `view: the elements of this tensor (shape ${shapeText(x.shape)}, strides ${shapeText(x.strides)}) do not lie so that they can be seen as ${shapeText(full)}.`,
    { next: 'Use reshape, which copies where it must.' },
  )
}

/**
 * Joins the axes from `start` to `end` (both included) into one: [A, B, C] -> [A, B*C] for flatten(x, 1).
 *
 * Defaults: all axes. A tensor of zero dimensions becomes [1]. Throws BAD_DIM.
 *
 * @example
 * zeros([2, 3, 4]).flatten(1).shape // [2, 12]
 * @torch torch.flatten
 */
export function flatten(x: Tensor, start = 0, end = -1): Tensor {
  needTensor('flatten', x)
  const rank = x.shape.length
  if (rank === 0) return reshaped(x, [1])
  const from = normalDim('flatten', start, rank)
  const to = normalDim('flatten', end, rank)
  if (from > to) {
    throw new TensorError('BAD_DIM', `flatten: start ${start} lies behind end ${end}.`, {
      next: 'Give the earlier axis first.',
    })
  }
  return reshaped(x, [...x.shape.slice(0, from), sizeOf(x.shape.slice(from, to + 1)), ...x.shape.slice(to + 1)])
}

/**
 * Splits one axis into several: [A, B*C] -> [A, B, C] for unflatten(x, 1, [B, C]). One size may be -1.
 *
 * Throws BAD_DIM, and BAD_SHAPE where the sizes do not multiply to that of the axis.
 *
 * @example
 * zeros([2, 6]).unflatten(1, [2, 3]).shape // [2, 2, 3]
 * @torch torch.unflatten
 */
export function unflatten(x: Tensor, dim: number, sizes: Shape): Tensor {
  needTensor('unflatten', x)
  const at = normalDim('unflatten', dim, x.shape.length)
  const full = inferShape('unflatten', x.shape[at] as number, sizes)
  return reshaped(x, [...x.shape.slice(0, at), ...full, ...x.shape.slice(at + 1)])
}

/**
 * Without the axes of size 1: all of them, or those named. Named axes of another size stay.
 *
 * @example
 * zeros([1, 3, 1]).squeeze().shape  // [3]
 * zeros([1, 3, 1]).squeeze(0).shape // [3, 1]
 * @torch torch.squeeze
 */
export function squeeze(x: Tensor, dim?: number | readonly number[]): Tensor {
  needTensor('squeeze', x)
  const rank = x.shape.length
  const named =
    dim === undefined
      ? undefined
      : (typeof dim === 'number' ? [dim] : checkedList('squeeze', dim)).map(d => normalDim('squeeze', d, rank))
  return reshaped(
    x,
    x.shape.filter((n, i) => n !== 1 || (named !== undefined && !named.includes(i))),
  )
}

/**
 * With a new axis of size 1 at place `dim` (from -(ndim + 1) to ndim).
 *
 * @example
 * zeros([3]).unsqueeze(1).shape // [3, 1]
 * @torch torch.unsqueeze
 */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  needTensor('unsqueeze', x)
  const at = normalDim('unsqueeze', dim, x.shape.length, 1)
  return reshaped(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)])
}

/**
 * The axes in another order: axis i of the result is axis dims[i] of x. A view. Throws BAD_DIM unless dims names each axis once.
 *
 * @example
 * zeros([2, 3, 4]).permute([2, 0, 1]).shape // [4, 2, 3]
 * @torch torch.permute
 */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  needTensor('permute', x)
  const rank = x.shape.length
  const order = checkedList('permute', dims).map(d => normalDim('permute', d, rank))
  if (new Set(order).size !== rank || order.length !== rank) {
    throw new TensorError(
      'BAD_DIM',
      `permute: dims ${shapeText(dims)} do not name each of the ${rank} axes of ${shapeText(x.shape)} once.`,
      {
        next: `Give ${rank} axes, as in permute([${x.shape.map((_, i) => rank - 1 - i).join(', ')}]).`,
      },
    )
  }
  return permuted(x, order)
}

/**
 * With two axes exchanged: out[..., j, ..., i, ...] = x[..., i, ..., j, ...]. A view: both share their numbers.
 *
 * Shape: that of x with the sizes of dim0 and dim1 exchanged. Dtype: kept. Negative axes count from the back. Throws BAD_DIM
 * for an axis that does not exist.
 *
 * @example
 * zeros([2, 3, 4]).transpose(0, 2).shape // [4, 3, 2]
 * @torch torch.transpose
 */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  needTensor('transpose', x)
  const rank = x.shape.length
  const [a, b] = [normalDim('transpose', dim0, rank), normalDim('transpose', dim1, rank)]
  return permuted(
    x,
    x.shape.map((_, i) => (i === a ? b : i === b ? a : i)),
  )
}

/**
 * The transpose of a matrix: [m, n] -> [n, m]. A view. Tensors of fewer axes stay as they are; more throw BAD_DIM.
 *
 * @example
 * tensor([[1, 2], [3, 4]]).t() // tensor([[1., 3.], [2., 4.]])
 * @torch torch.t
 */
export function t(x: Tensor): Tensor {
  needTensor('t', x)
  if (x.shape.length < 2) return x
  if (x.shape.length === 2) return permuted(x, [1, 0])
  throw new TensorError('BAD_DIM', `t: a matrix is needed; this tensor has shape ${shapeText(x.shape)}.`, {
    next: 'Name the two axes: x.transpose(-2, -1).',
  })
}

/**
 * With two axes exchanged: transpose by NumPy's name. A view.
 *
 * @example
 * zeros([2, 3, 4]).swapaxes(0, 2).shape // [4, 3, 2]
 * @torch torch.swapaxes
 */
export function swapaxes(x: Tensor, axis0: number, axis1: number): Tensor {
  return transpose(x, axis0, axis1)
}

/**
 * Moves an axis (or several) from place `source` to place `destination`; the others keep their order. A view. Throws BAD_DIM.
 *
 * @example
 * zeros([2, 3, 4]).movedim(0, -1).shape // [3, 4, 2]
 * @torch torch.movedim
 */
export function movedim(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  needTensor('movedim', x)
  const rank = x.shape.length
  const places = (given: number | readonly number[]): number[] =>
    (typeof given === 'number' ? [given] : checkedList('movedim', given)).map(d => normalDim('movedim', d, rank))
  const [from, to] = [places(source), places(destination)]
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
    throw new TensorError('BAD_DIM', `movedim: axes ${shapeText(from)} cannot move to ${shapeText(to)}.`, {
      next: 'Name as many different places as different axes.',
    })
  }
  const order = new Array<number>(rank).fill(-1)
  to.forEach((place, i) => {
    order[place] = from[i] as number
  })
  const rest = x.shape.map((_, i) => i).filter(i => !from.includes(i))
  return permuted(
    x,
    order.map(axis => (axis < 0 ? (rest.shift() as number) : axis)),
  )
}

/**
 * movedim by NumPy's name.
 *
 * @example
 * zeros([2, 3, 4]).moveaxis(0, -1).shape // [3, 4, 2]
 * @torch torch.moveaxis
 */
export function moveaxis(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  return movedim(x, source, destination)
}

/**
 * Repeats axes of size 1, and adds axes in front, without a copy: every repetition is the same memory.
 *
 * -1 leaves a size as it is. Throws SHAPE_MISMATCH where an axis of another size would have to change. Writing into the
 * result would write into all repetitions at once: clone() it first.
 *
 * @example
 * tensor([[1], [2]]).expand([2, 3]) // tensor([[1., 1., 1.], [2., 2., 2.]])
 * @torch torch.Tensor.expand
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  needTensor('expand', x)
  const lead = checkedList('expand', shape).length - x.shape.length
  const full = shape.map((n, i) => (n === -1 && i >= lead ? (x.shape[i - lead] as number) : n))
  const bad =
    lead < 0
      ? 0
      : full.findIndex(
          (n, i) =>
            !(Number.isInteger(n) && n >= 0) || (i >= lead && x.shape[i - lead] !== 1 && x.shape[i - lead] !== n),
        )
  if (bad >= 0) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `expand: shape ${shapeText(x.shape)} cannot be repeated to ${shapeText(shape)}: only axes of size 1 can (see dim ${bad}).`,
      {
        next: 'unsqueeze the axis that should be repeated, or use repeat, which copies.',
      },
    )
  }
  return expanded(x, full)
}

/**
 * expand to the shape of another tensor.
 *
 * @example
 * tensor([[1], [2]]).expandAs(zeros([2, 2])) // tensor([[1., 1.], [2., 2.]])
 * @torch torch.Tensor.expand_as
 */
export function expandAs(x: Tensor, other: Tensor): Tensor {
  needTensor('expandAs', other)
  return expand(x, other.shape)
}

/**
 * expand by another name.
 *
 * @example
 * tensor([1, 2]).broadcastTo([2, 2]) // tensor([[1., 2.], [1., 2.]])
 * @torch torch.broadcast_to
 */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return expand(x, shape)
}

/**
 * `length` places along `dim`, from `start` on (negative: from the end). A view. Throws BAD_INDEX where they do not exist.
 *
 * @example
 * arange(6).narrow(0, 2, 3) // tensor([2, 3, 4])
 * @torch torch.narrow
 */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  needTensor('narrow', x)
  const at = normalDim('narrow', dim, x.shape.length)
  const size = x.shape[at] as number
  const from = start < 0 ? start + size : start
  if (!Number.isInteger(from) || !Number.isInteger(length) || from < 0 || length < 0 || from + length > size) {
    throw new TensorError(
      'BAD_INDEX',
      `narrow: places ${start} to ${start + length} do not exist in dim ${dim} of size ${size}.`,
      {
        next: `start + length is at most ${size}.`,
      },
    )
  }
  return narrowed(x, at, from, length)
}

/**
 * The slice at one place of an axis, which falls away: [A, B, C] -> [A, C] for dim 1. A view. Negative places count from the
 * end; throws BAD_INDEX.
 *
 * @example
 * tensor([[1, 2], [3, 4]]).select(1, 0) // tensor([1., 3.])
 * @torch torch.select
 */
export function select(x: Tensor, dim: number, index: number): Tensor {
  needTensor('select', x)
  const at = normalDim('select', dim, x.shape.length)
  const one = narrowed(x, at, checkedPlace('select', index, x.shape[at] as number, at), 1)
  return reshaped(one, [...x.shape.slice(0, at), ...x.shape.slice(at + 1)])
}

/**
 * The diagonal: elements [i, i + offset] of the axes `dim1` and `dim2`, as the last axis. A view.
 *
 * @example
 * tensor([[1, 2], [3, 4]]).diagonal() // tensor([1., 4.])
 * @torch torch.diagonal
 */
export function diagonal(x: Tensor, offset = 0, { dim1 = 0, dim2 = 1 }: { dim1?: number; dim2?: number } = {}): Tensor {
  needTensor('diagonal', x)
  const rank = x.shape.length
  const [a, b] = [normalDim('diagonal', dim1, rank), normalDim('diagonal', dim2, rank)]
  if (a === b)
    throw new TensorError('BAD_DIM', 'diagonal: dim1 and dim2 are the same axis.', { next: 'Name two axes.' })
  checkedWhole('diagonal', 'offset', offset)
  const [rows, columns] = [x.shape[a] as number, x.shape[b] as number]
  const length = Math.max(0, Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)))
  const compact = asCompact(x)
  const { strides } = compact
  const others = x.shape.map((_, i) => i).filter(i => i !== a && i !== b)
  const start =
    length === 0 ? 0 : Math.max(offset, 0) * (strides[b] as number) + Math.max(-offset, 0) * (strides[a] as number)
  const shape = [...others.map(i => x.shape[i] as number), length]
  const steps = [...others.map(i => strides[i] as number), (strides[a] as number) + (strides[b] as number)]
  return window(
    'asStrided',
    compact,
    { shape, strides: steps, offset: compact.offset + start },
    shape,
    steps,
    compact.offset + start,
  )
}

/**
 * Windows of `size` places along one axis, `step` apart: the axis becomes their number, and a last axis holds each window.
 * A view: windows that overlap share memory.
 *
 * @example
 * arange(5).unfold(0, 3, 1) // tensor([[0, 1, 2], [1, 2, 3], [2, 3, 4]])
 * @torch torch.Tensor.unfold
 */
export function unfold(x: Tensor, dim: number, size: number, step: number): Tensor {
  needTensor('unfold', x)
  const at = normalDim('unfold', dim, x.shape.length)
  const length = x.shape[at] as number
  checkedWhole('unfold', 'size', size)
  checkedWhole('unfold', 'step', step)
  if (!(size >= 0 && size <= length && step >= 1)) {
    throw new TensorError(
      'BAD_VALUE',
      `unfold: windows of ${size}, ${step} apart, do not fit dim ${dim} of size ${length}.`,
      {
        next: 'size is at most that of the axis, step at least 1.',
      },
    )
  }
  const compact = asCompact(x)
  const { strides } = compact
  const count = Math.floor((length - size) / step) + 1
  const shape = [...x.shape.map((n, i) => (i === at ? count : n)), size]
  const steps = [...strides.map((s, i) => (i === at ? s * step : s)), strides[at] as number]
  return window('asStrided', compact, { shape, strides: steps, offset: compact.offset }, shape, steps, compact.offset)
}

/** What asStrided's gradient counts on: a row-major tensor that begins at the start of its storage. */
function asCompact(x: Tensor): Tensor {
  const compact = x.layout === undefined && x.offset === 0 && x.storage.length === sizeOf(x.shape)
  // A view without a node may still get one: its base has been written to since.
  const flows = x.node !== undefined || x.base?.node !== undefined
  return compact || !flows ? x : copied(x)
}

/**
 * The slices along an axis as a list: [A, B] -> B tensors of [A] for dim 1. Views.
 *
 * @example
 * tensor([[1, 2], [3, 4]]).unbind() // [tensor([1., 2.]), tensor([3., 4.])]
 * @torch torch.unbind
 */
export function unbind(x: Tensor, dim = 0): Tensor[] {
  needTensor('unbind', x)
  const at = normalDim('unbind', dim, x.shape.length)
  return Array.from({ length: x.shape[at] as number }, (_, i) => select(x, at, i))
}

/**
 * Pieces of `size` along an axis, the last one smaller where it does not divide; or pieces of the sizes in a list. Views.
 *
 * Throws BAD_VALUE where the sizes do not add up to that of the axis.
 *
 * @example
 * arange(5).split(2) // [tensor([0, 1]), tensor([2, 3]), tensor([4])]
 * @torch torch.split
 */
export function split(x: Tensor, size: number | readonly number[], dim = 0): Tensor[] {
  needTensor('split', x)
  const at = normalDim('split', dim, x.shape.length)
  const length = x.shape[at] as number
  if (typeof size === 'number' && !(Number.isInteger(size) && (size > 0 || length === 0))) {
    throw new TensorError('BAD_VALUE', `split: pieces of ${size} are not possible.`, {
      next: 'Give a whole number from 1, or a list of sizes.',
    })
  }
  const sizes = typeof size === 'number' ? piecesOf(length, size) : checkedList('split', size)
  const total = sizes.reduce((sum, n) => sum + n, 0)
  if (total !== length || sizes.some(n => !Number.isInteger(n) || n < 0)) {
    throw new TensorError(
      'BAD_VALUE',
      `split: sizes ${shapeText(sizes)} do not add up to ${length}, the size of dim ${dim}.`,
      {
        next: `Their sum must be ${length}.`,
      },
    )
  }
  let start = 0
  return sizes.map(n => {
    const piece = narrowed(x, at, start, n)
    start += n
    return piece
  })
}

function piecesOf(length: number, size: number): number[] {
  const count = Math.max(1, Math.ceil(length / Math.max(size, 1)))
  return Array.from({ length: count }, (_, i) => Math.min(size, length - i * size))
}

/**
 * At most `chunks` pieces of one size along an axis (rounded up), the last one smaller. Views.
 *
 * @example
 * arange(5).chunk(2) // [tensor([0, 1, 2]), tensor([3, 4])]
 * @torch torch.chunk
 */
export function chunk(x: Tensor, chunks: number, dim = 0): Tensor[] {
  needTensor('chunk', x)
  if (!(Number.isInteger(chunks) && chunks > 0)) {
    throw new TensorError('BAD_VALUE', `chunk: ${chunks} pieces are not possible.`, {
      next: 'Give a whole number from 1.',
    })
  }
  const length = x.shape[normalDim('chunk', dim, x.shape.length)] as number
  return length === 0 ? split(x, new Array<number>(chunks).fill(0), dim) : split(x, Math.ceil(length / chunks), dim)
}

/**
 * `sections` pieces along an axis, the first ones larger by one where it does not divide; or pieces between the places of a
 * list. Views.
 *
 * @example
 * arange(5).tensorSplit(3) // [tensor([0, 1]), tensor([2, 3]), tensor([4])]
 * @torch torch.tensor_split
 */
export function tensorSplit(x: Tensor, sections: number | readonly number[], dim = 0): Tensor[] {
  needTensor('tensorSplit', x)
  const at = normalDim('tensorSplit', dim, x.shape.length)
  const length = x.shape[at] as number
  if (typeof sections === 'number') {
    if (!(Number.isInteger(sections) && sections > 0)) {
      throw new TensorError('BAD_VALUE', `tensorSplit: ${sections} pieces are not possible.`, {
        next: 'Give a whole number from 1.',
      })
    }
    const small = Math.floor(length / sections)
    return split(
      x,
      Array.from({ length: sections }, (_, i) => small + Number(i < length % sections)),
      dim,
    )
  }
  const places = checkedList('tensorSplit', sections).map(n => checkedWhole('tensorSplit', 'a place', n))
  const ends = [...places, length].map(n => Math.min(Math.max(n < 0 ? n + length : n, 0), length))
  return ends.map((end, i) => {
    const start = i === 0 ? 0 : (ends[i - 1] as number)
    return narrowed(x, at, start, Math.max(0, end - start))
  })
}
