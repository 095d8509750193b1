// Copies that repeat, pad, turn around and cut out.
import { apply, compute } from '../engine.js'
import { shapeText, TensorError } from '../errors.js'
import { hooks } from '../graph.js'
import { NONE } from '../primitives.js'
import { checkedList, checkedWhole, normalDim, normalDims, rowMajor, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { int32List } from './host.js'
import { cast, constant, needTensor } from './operand.js'
import { said } from './per-axis.js'
import { diagonal, expand, movedim, reshape, transpose } from './views.js'
import { expanded, narrowed, reshaped } from './windows.js'

/**
 * Copies laid side by side: axis i becomes repeats[i] times as long. More repeats than axes add axes in front.
 *
 * @example
 * tensor([1, 2]).repeat([2, 2]) // tensor([[1., 2., 1., 2.], [1., 2., 1., 2.]])
 * @torch torch.Tensor.repeat
 */
export function repeat(x: Tensor, repeats: readonly number[]): Tensor {
  needTensor('repeat', x)
  const lead = checkedList('repeat', repeats).length - x.shape.length
  if (lead < 0 || repeats.some(n => !Number.isInteger(n) || n < 0)) {
    throw new TensorError(
      'BAD_VALUE',
      `repeat: ${shapeText(repeats)} does not say how often to repeat each of the ${x.shape.length} axes.`,
      {
        next: 'Give a whole number for each axis.',
      },
    )
  }
  const shape = [...new Array<number>(lead).fill(1), ...x.shape]
  const apart = reshaped(
    x,
    shape.flatMap(n => [1, n]),
  )
  const wide = expand(
    apart,
    shape.flatMap((n, i) => [repeats[i] as number, n]),
  )
  return reshape(
    apply('copy', [wide], NONE),
    shape.map((n, i) => n * (repeats[i] as number)),
  )
}

/**
 * repeat, with fewer repeats allowed than axes: those in front are then repeated once.
 *
 * @example
 * tensor([1, 2]).tile([2]) // tensor([1., 2., 1., 2.])
 * @torch torch.tile
 */
export function tile(x: Tensor, repeats: readonly number[]): Tensor {
  needTensor('tile', x)
  const missing = Math.max(0, x.shape.length - checkedList('tile', repeats).length)
  return repeat(x, [...new Array<number>(missing).fill(1), ...repeats])
}

/**
 * Each element again and again: [a, b] -> [a, a, b, b]; along `dim`, or of the flattened tensor. `repeats` is one number, or
 * one for each place.
 *
 * @example
 * tensor([1, 2]).repeatInterleave(2) // tensor([1., 1., 2., 2.])
 * @torch torch.repeat_interleave
 */
export function repeatInterleave(x: Tensor, repeats: number | readonly number[], dim?: number): Tensor {
  needTensor('repeatInterleave', x)
  const source = dim === undefined ? reshaped(x, [sizeOf(x.shape)]) : x
  const at = normalDim('repeatInterleave', dim ?? 0, source.shape.length)
  const size = source.shape[at] as number
  if (typeof repeats === 'number' && Number.isInteger(repeats) && repeats >= 0) return eachAgain(source, at, repeats)
  const counts =
    typeof repeats === 'number' ? new Array<number>(size).fill(repeats) : checkedList('repeatInterleave', repeats)
  if (counts.length !== size || counts.some(n => !Number.isInteger(n) || n < 0)) {
    throw new TensorError('BAD_VALUE', `repeatInterleave: ${counts.length} repeats for an axis of size ${size}.`, {
      next: 'Give one whole number, or one for each place of the axis.',
    })
  }
  const places = Int32Array.from(counts.flatMap((n, i) => new Array<number>(n).fill(i)))
  return apply('indexSelect', [source, int32List(places, x)], { dim: at })
}

/** All places of an axis equally often. */
function eachAgain(x: Tensor, axis: number, times: number): Tensor {
  const [front, back] = [x.shape.slice(0, axis + 1), x.shape.slice(axis + 1)]
  const wide = expanded(reshaped(x, [...front, 1, ...back]), [...front, times, ...back])
  return reshaped(
    apply('copy', [wide], NONE),
    x.shape.map((n, i) => (i === axis ? n * times : n)),
  )
}

export interface PadOptions {
  /** 'constant' (the default), 'reflect' (the edge once), 'replicate' (the edge again), 'circular' (from the other end). */
  readonly mode?: 'constant' | 'reflect' | 'replicate' | 'circular'
  /** What 'constant' puts in. Default 0. */
  readonly value?: number
}

const MODES: readonly unknown[] = ['constant', 'reflect', 'replicate', 'circular']

/**
 * Adds places around a tensor. `pads` are pairs [before, after], the LAST axis first: pad(x, [1, 1]) widens the rows,
 * pad(x, [1, 1, 2, 2]) also adds 2 rows above and below. Negative numbers cut off (mode 'constant').
 *
 * Throws BAD_VALUE for pairs that do not fit the tensor, or the mode.
 *
 * @example
 * pad(tensor([1, 2]), [1, 2])                   // tensor([0., 1., 2., 0., 0.])
 * pad(tensor([1, 2, 3]), [1, 1], { mode: 'reflect' }) // tensor([2., 1., 2., 3., 2.])
 * @torch torch.nn.functional.pad
 */
export function pad(x: Tensor, pads: readonly number[], { mode = 'constant', value = 0 }: PadOptions = {}): Tensor {
  needTensor('pad', x)
  const rank = x.shape.length
  if (!MODES.includes(mode)) {
    throw new TensorError('BAD_VALUE', `pad: there is no mode ${said(mode)}.`, {
      next: `Choose one of ${MODES.join(', ')}.`,
    })
  }
  if (checkedList('pad', pads).length % 2 !== 0 || pads.length > 2 * rank || !pads.every(Number.isInteger)) {
    throw new TensorError(
      'BAD_VALUE',
      `pad: ${shapeText(pads)} are not pairs [before, after] for at most ${rank} axes.`,
      {
        next: 'Give two whole numbers for each axis, the last axis first.',
      },
    )
  }
  const around = x.shape.map((_, axis): [number, number] => {
    const pair = 2 * (rank - 1 - axis)
    return [pads[pair] ?? 0, pads[pair + 1] ?? 0]
  })
  return mode === 'constant'
    ? padConstant(x, around, value)
    : around.reduce((y, pair, axis) => padByIndex(y, axis, pair, mode), x)
}

function padConstant(x: Tensor, around: readonly [number, number][], value: number): Tensor {
  let inner = x
  around.forEach(([before, after], axis) => {
    if (before >= 0 && after >= 0) return
    const length = (inner.shape[axis] as number) + Math.min(before, 0) + Math.min(after, 0)
    if (length < 0) {
      throw new TensorError(
        'BAD_VALUE',
        `pad: cutting ${-Math.min(before, 0)} and ${-Math.min(after, 0)} off dim ${axis} of size ${inner.shape[axis]} leaves nothing.`,
        {
          next: 'Cut off less.',
        },
      )
    }
    inner = narrowed(inner, axis, Math.max(-before, 0), length)
  })
  if (around.every(([before, after]) => before <= 0 && after <= 0)) return apply('copy', [inner], NONE)
  return apply('pad', [inner], {
    before: around.map(([b]) => Math.max(b, 0)),
    after: around.map(([, a]) => Math.max(a, 0)),
    value,
  })
}

function padByIndex(
  x: Tensor,
  axis: number,
  [before, after]: [number, number],
  mode: 'reflect' | 'replicate' | 'circular',
): Tensor {
  if (before === 0 && after === 0) return x
  const size = x.shape[axis] as number
  const limit = mode === 'reflect' ? size - 1 : mode === 'circular' ? size : Infinity
  if (before < 0 || after < 0 || size === 0 || Math.max(before, after) > limit) {
    throw new TensorError(
      'BAD_VALUE',
      `pad: mode '${mode}' cannot add ${before} and ${after} places to dim ${axis} of size ${size}.`,
      {
        next: mode === 'replicate' ? 'Use numbers from 0.' : `At most ${limit} on each side.`,
      },
    )
  }
  const places = Int32Array.from({ length: size + before + after }, (_, i) => {
    const at = i - before
    if (mode === 'replicate') return Math.min(Math.max(at, 0), size - 1)
    if (mode === 'circular') return (at + size) % size
    return at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at
  })
  return apply('indexSelect', [x, int32List(places, x)], { dim: axis })
}

/**
 * With the order of elements turned around along the given axes. A copy.
 *
 * @example
 * tensor([1, 2, 3]).flip(0) // tensor([3., 2., 1.])
 * @torch torch.flip
 */
export function flip(x: Tensor, dims: number | readonly number[]): Tensor {
  needTensor('flip', x)
  return apply('flip', [x], { dims: normalDims('flip', dims, x.shape.length) })
}

/**
 * Turned by k quarters in the plane of two axes, from the first towards the second. A copy. Throws BAD_DIM, BAD_VALUE.
 *
 * @example
 * tensor([[1, 2], [3, 4]]).rot90() // tensor([[2., 4.], [1., 3.]])
 * @torch torch.rot90
 */
export function rot90(x: Tensor, k = 1, dims: readonly number[] = [0, 1]): Tensor {
  needTensor('rot90', x)
  const axes = checkedList('rot90', dims).map(d => normalDim('rot90', d, x.shape.length))
  const [from, to] = axes as [number, number]
  if (axes.length !== 2 || from === to) {
    throw new TensorError('BAD_DIM', `rot90: dims ${shapeText(dims)} are no plane.`, { next: 'Name two axes.' })
  }
  const quarters = ((checkedWhole('rot90', 'k', k) % 4) + 4) % 4
  if (quarters === 0) return apply('copy', [x], NONE)
  if (quarters === 2) return flip(x, [from, to])
  return transpose(flip(x, quarters === 1 ? to : from), from, to)
}

/**
 * With elements moved on by `shifts` places along axes; what leaves at the end comes in at the beginning. Without `dims` the
 * tensor is rolled as if it were flat.
 *
 * @example
 * tensor([1, 2, 3, 4]).roll(1) // tensor([4., 1., 2., 3.])
 * @torch torch.roll
 */
export function roll(x: Tensor, shifts: number | readonly number[], dims?: number | readonly number[]): Tensor {
  needTensor('roll', x)
  const steps = (typeof shifts === 'number' ? [shifts] : checkedList('roll', shifts)).map(n =>
    checkedWhole('roll', 'a shift', n),
  )
  if (dims === undefined) {
    if (steps.length === 1) return reshape(rollOne(reshaped(x, [sizeOf(x.shape)]), steps[0] as number, 0), x.shape)
    throw new TensorError('BAD_VALUE', `roll: ${steps.length} shifts without dims.`, {
      next: 'Name an axis for each shift.',
    })
  }
  const axes = (typeof dims === 'number' ? [dims] : checkedList('roll', dims)).map(d =>
    normalDim('roll', d, x.shape.length),
  )
  if (axes.length !== steps.length) {
    throw new TensorError('BAD_VALUE', `roll: ${steps.length} shift(s) for ${axes.length} axes.`, {
      next: 'Give one shift for each axis.',
    })
  }
  return axes.reduce((y, axis, i) => rollOne(y, steps[i] as number, axis), x)
}

function rollOne(x: Tensor, shift: number, axis: number): Tensor {
  const size = x.shape[axis] as number
  const by = size === 0 ? 0 : ((shift % size) + size) % size
  if (by === 0) return apply('copy', [x], NONE)
  return apply('cat', [narrowed(x, axis, size - by, by), narrowed(x, axis, 0, size - by)], { dim: axis })
}

/**
 * The lower triangle of a matrix (or of a batch of them): zeros above diagonal `diagonal` (0 the main one, 1 the next above).
 *
 * @example
 * ones([2, 3]).tril() // tensor([[1., 0., 0.], [1., 1., 0.]])
 * @torch torch.tril
 */
export function tril(x: Tensor, diagonal = 0): Tensor {
  needTensor('tril', x)
  return triangle('tril', x, diagonal, row => [0, row + diagonal + 1])
}

/**
 * The upper triangle of a matrix (or of a batch of them): zeros below diagonal `diagonal`.
 *
 * @example
 * ones([2, 3]).triu() // tensor([[1., 1., 1.], [0., 1., 1.]])
 * @torch torch.triu
 */
export function triu(x: Tensor, diagonal = 0): Tensor {
  needTensor('triu', x)
  return triangle('triu', x, diagonal, (row, columns) => [row + diagonal, columns])
}

function triangle(
  operation: string,
  x: Tensor,
  diagonal: number,
  /** The columns of a row that are kept. */
  inside: (row: number, columns: number) => readonly [number, number],
): Tensor {
  const [rows, columns] = x.shape.slice(-2)
  if (rows === undefined || columns === undefined || !Number.isInteger(diagonal)) {
    throw new TensorError(
      'BAD_SHAPE',
      `${operation}: needs a matrix and a whole diagonal; got shape ${shapeText(x.shape)} and ${diagonal}.`,
      {
        next: 'Give a tensor of at least two axes.',
      },
    )
  }
  const mask = compute('full', [], { shape: [rows, columns], dtype: 'bool', value: 0 }, x.storage.backend)
  const bits = new Uint8Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    const [from, to] = inside(i, columns)
    bits.fill(1, i * columns + clip(from, columns), i * columns + clip(to, columns))
  }
  mask.storage.backend.write(mask.storage, bits, 0)
  return apply('where', [mask, x, constant(0, x.dtype, x.storage.backend)], NONE)
}

const clip = (n: number, size: number): number => Math.min(Math.max(n, 0), size)

/**
 * A matrix with the numbers of a list on its diagonal; of a matrix, the diagonal as a copy.
 *
 * @example
 * tensor([1, 2]).diag() // tensor([[1., 0.], [0., 2.]])
 * @torch torch.diag
 */
export function diag(x: Tensor, offset = 0): Tensor {
  needTensor('diag', x)
  checkedWhole('diag', 'offset', offset)
  if (x.shape.length === 2) return apply('copy', [diagonal(x, offset)], NONE)
  if (x.shape.length !== 1) {
    throw new TensorError('BAD_SHAPE', `diag: needs a list or a matrix; got shape ${shapeText(x.shape)}.`, {
      next: 'Use diagonal for more axes.',
    })
  }
  const n = (x.shape[0] as number) + Math.abs(offset)
  const start = offset > 0 ? offset : -offset * n
  const flat = apply('asStridedScatter', [x], { length: n * n, strides: [n + 1], offset: start })
  return reshaped(flat, [n, n])
}

export interface DiagEmbedOptions {
  /** The axis that becomes the rows. Default -2. */
  readonly dim1?: number
  /** The axis that becomes the columns. Default -1. */
  readonly dim2?: number
}

/**
 * Matrices with the numbers of the last axis on a diagonal and zeros elsewhere: [..., n] -> [..., m, m], m = n + |offset|.
 *
 * `offset` is the diagonal: 0 the main one, 1 the next above. Throws BAD_DIM, BAD_VALUE.
 *
 * @example
 * tensor([[1, 2], [3, 4]]).diagEmbed().at(1) // tensor([[3., 0.], [0., 4.]])
 * @torch torch.diag_embed
 */
export function diagEmbed(x: Tensor, offset = 0, { dim1 = -2, dim2 = -1 }: DiagEmbedOptions = {}): Tensor {
  needTensor('diagEmbed', x)
  checkedWhole('diagEmbed', 'offset', offset)
  const rank = x.shape.length + 1
  const [rows, columns] = [normalDim('diagEmbed', dim1, rank), normalDim('diagEmbed', dim2, rank)]
  if (rows === columns) {
    throw new TensorError('BAD_DIM', `diagEmbed: dim1 ${dim1} and dim2 ${dim2} are the same axis of the result.`, {
      next: 'Name one axis for the rows and one for the columns.',
    })
  }
  const lead = x.shape.slice(0, -1)
  const size = (x.shape.at(-1) as number) + Math.abs(offset)
  const length = sizeOf(lead) * size * size
  const strides = [...rowMajor([...lead, size * size]).slice(0, -1), size + 1]
  const flat = apply('asStridedScatter', [x], { length, strides, offset: offset > 0 ? offset : -offset * size })
  return movedim(reshaped(flat, [...lead, size, size]), [-2, -1], [rows, columns])
}

/**
 * Classes as vectors with a single 1: int32 [A, B] -> int32 [A, B, classes].
 *
 * `classes` defaults to the greatest class plus 1. Throws BAD_DTYPE for what is not int32, BAD_INDEX for a class that is
 * negative or too large.
 *
 * @example
 * tensor([0, 2], { dtype: 'int32' }).oneHot(3) // tensor([[1, 0, 0], [0, 0, 1]])
 * @torch torch.nn.functional.one_hot
 */
export function oneHot(x: Tensor, classes?: number): Tensor {
  needTensor('oneHot', x)
  if (x.dtype !== 'int32') {
    throw new TensorError('BAD_DTYPE', `oneHot: classes are int32; these are ${x.dtype}.`, {
      next: 'Convert them: x.int().',
    })
  }
  if (classes !== undefined) checkedWhole('oneHot', 'the number of classes', classes)
  const flat = x.layout === undefined ? x : apply('copy', [x], NONE)
  if (classes !== undefined && hooks.tracing !== undefined) return unitRows(flat, classes)
  const values = flat.storage.backend.read(flat.storage, flat.offset, sizeOf(x.shape))
  let greatest = -1
  for (const value of values) {
    greatest = Math.max(greatest, value)
    if (value >= 0 && value < (classes ?? Infinity)) continue
    throw new TensorError('BAD_INDEX', `oneHot: class ${value} is not one of ${classes ?? 'the classes from 0'}.`, {
      next: 'Classes count from 0 to classes - 1.',
    })
  }
  const count = classes ?? greatest + 1
  if (count < 1)
    throw new TensorError('BAD_VALUE', 'oneHot: the number of classes is not known for an empty tensor.', {
      next: 'Give it: oneHot(classes).',
    })
  return equalTo(flat, count)
}

/** 1 where a number is that of its column, of so many. */
function equalTo(x: Tensor, count: number): Tensor {
  const ids = compute('arange', [], { length: count, dtype: 'int32', start: 0, step: 1 }, x.storage.backend)
  const wide = expanded(reshaped(x, [...x.shape, 1]), [...x.shape, count])
  return cast(apply('eq', [wide, ids], NONE), 'int32')
}

/** The same by rows of the unit matrix: here the kernel looks at the numbers, so that a compiled step need not read them. */
function unitRows(x: Tensor, count: number): Tensor {
  const ids = compute('arange', [], { length: count, dtype: 'int32', start: 0, step: 1 }, x.storage.backend)
  const rows = apply('indexSelect', [equalTo(ids, count), reshaped(x, [x.size])], { dim: 0 })
  return reshaped(rows, [...x.shape, count])
}
