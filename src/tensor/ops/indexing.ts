// Indexing: `x.at(...)` reads, `x.set(..., value)` writes, with numbers, ranges, masks and tensors of places.
import { apply, assign, view as window } from '../engine.js'
import { shapeText, TensorError } from '../errors.js'
import { NONE } from '../primitives.js'
import { broadcast, checkedPlace, type Shape, sameShape, sizeOf } from '../shape.js'
import { isTensor, type Tensor } from '../tensor.js'
import { nonzero } from './gather.js'
import { checkedIndex } from './index-check.js'
import { asTensor, cast, constant, filler, needTensor, type TensorLike } from './operand.js'
import { copied, expanded, narrowed, permuted, reshaped } from './windows.js'

/** `[start, stop]` or `[start, stop, step]`: stop is not included, null leaves an end open, negative places count from the end. */
export type Range = readonly [start?: number | null, stop?: number | null, step?: number]

/**
 * One place of an index: a number picks and drops an axis; null keeps it whole; [start, stop, step?] is a range; a bool
 * tensor is a mask (it takes as many axes as it has); an int32 tensor is a list of places; '...' stands for as many whole axes
 * as are missing; 'newaxis' puts in an axis of size 1.
 */
export type Index = number | null | Range | Tensor | '...' | 'newaxis'

/**
 * Reads by index, one argument for each axis; axes that are not named stay whole.
 *
 * `x.at(0)` the first row, `x.at(null, [1, 3])` columns 1 and 2, `x.at(-1, '...', [null, null, 2])` every other place of the
 * last axis, `x.at(x.gt(0))` where a mask is true, `x.at(tensor([2, 0], { dtype: 'int32' }))` rows 2 and 0. Numbers, null, ranges and
 * 'newaxis' give views, which share memory; masks and tensors of places give copies. Several tensors broadcast
 * together; their axes stand where the indexed ones were if those were neighbours, else in front.
 *
 * Throws BAD_INDEX for a place that does not exist or too many indices, BAD_VALUE for a step below 1 (use flip),
 * SHAPE_MISMATCH for a mask that does not fit, BAD_DTYPE for places that are no int32.
 *
 * @example
 * tensor([[1, 2, 3], [4, 5, 6]]).at(null, [1, 3]) // tensor([[2., 3.], [5., 6.]])
 * @torch torch.Tensor.__getitem__
 * @differs A range is an array [start, stop, step?]; lists of places are int32 tensors.
 */
export function at(x: Tensor, ...indices: Index[]): Tensor {
  needTensor('at', x)
  const { seen, picks } = resolve('at', x, indices)
  return picks.length === 0 ? seen : pick(seen, picks)
}

/**
 * Writes by index, in place: the last argument is the value, those before it are as in at(). The value (a tensor or a number)
 * broadcasts to what at() would read. Returns the tensor. Recorded by autograd; of equal places the last one counts.
 *
 * @example
 * const x = zeros([2, 3])
 * x.set(0, [1, 3], 5) // tensor([[0., 5., 5.], [0., 0., 0.]])
 * @torch torch.Tensor.__setitem__
 */
export function set(x: Tensor, ...indicesAndValue: [...Index[], Index | TensorLike]): Tensor {
  needTensor('set', x)
  const given = indicesAndValue.at(-1)
  const value =
    typeof given === 'number' || typeof given === 'boolean' ? filler('set', given, x) : asTensor('set', given)
  const indices = indicesAndValue.slice(0, -1) as Index[]
  const [mask] = indices
  if (indices.length === 1 && isTensor(mask) && mask.dtype === 'bool' && value.shape.length === 0) {
    return fillWhere(x, mask, value)
  }
  const { seen, picks } = resolve('set', x, indices)
  const source = cast(value, x.dtype)
  assign('set', seen, () => (picks.length === 0 ? fitted(source, seen.shape) : put(seen, picks, source)), [x, value])
  return x
}

/** x.set(x.lt(0), 0): one number where a mask is true needs no list of places. */
function fillWhere(x: Tensor, mask: Tensor, value: Tensor): Tensor {
  checkMask('set', mask, x.shape, 0)
  const on = reshaped(mask, [...mask.shape, ...x.shape.slice(mask.shape.length).map(() => 1)])
  return assign('set', x, () => apply('where', [on, cast(value, x.dtype), x], NONE), [x, value])
}

/** A fresh tensor, since the value may be a view of what is written to. */
function fitted(value: Tensor, shape: Shape): Tensor {
  if (!sameShape(broadcast('set', value.shape, shape), shape)) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `set: a value of shape ${shapeText(value.shape)} cannot be written to a place of shape ${shapeText(shape)}.`,
      {
        next: 'The value must broadcast to the shape that at() gives.',
      },
    )
  }
  return apply('copy', [expanded(value, shape)], NONE)
}

/** An axis that is read by a tensor of places. */
interface Pick {
  readonly axis: number
  readonly places: Tensor
}

/** The view that the simple indices give, and the axes of it that tensors pick from. */
function resolve(operation: string, x: Tensor, given: readonly Index[]): { seen: Tensor; picks: Pick[] } {
  const indices = complete(operation, x, given)
  const [start, size, step, shape]: number[][] = [[], [], [], []]
  const picks: Pick[] = []
  let axis = 0
  const keep = (from: number, count: number, by: number): void => {
    start?.push(from)
    size?.push(count)
    step?.push(by)
    axis++
  }
  for (const index of indices) {
    const length = x.shape[axis] as number
    if (index === 'newaxis') shape?.push(1)
    else if (typeof index === 'number') keep(checkedPlace(operation, index, length, axis), 1, 1)
    else if (isTensor(index) && index.dtype === 'bool' && index.shape.length === 0) {
      // As in PyTorch: a new axis, kept or emptied.
      picks.push({ axis: (shape as number[]).length, places: truePlaces(reshaped(index, [1])) })
      shape?.push(1)
    } else if (isTensor(index)) {
      for (const places of placesOf(operation, index, x.shape, axis)) {
        picks.push({ axis: (shape as number[]).length, places })
        shape?.push(x.shape[axis] as number)
        keep(0, x.shape[axis] as number, 1)
      }
    } else {
      const [from, count, by] = rangeOf(operation, index === null ? [] : index, length)
      keep(from, count, by)
      shape?.push(count)
    }
  }
  return { seen: reshaped(sliced(x, start as number[], size as number[], step as number[]), shape as number[]), picks }
}

function sliced(x: Tensor, start: readonly number[], size: readonly number[], step: readonly number[]): Tensor {
  if (start.every(n => n === 0) && step.every(n => n === 1) && sameShape(size, x.shape)) return x
  const { strides } = x
  const offset = sizeOf(size) === 0 ? x.offset : start.reduce((sum, n, i) => sum + n * (strides[i] as number), x.offset)
  return window(
    'slice',
    x,
    { start, size, step },
    size,
    strides.map((s, i) => s * (step[i] as number)),
    offset,
  )
}

/** As many indices as there are axes: '...' is filled in, and axes at the end. */
function complete(operation: string, x: Tensor, given: readonly Index[]): Exclude<Index, '...'>[] {
  const takes = (index: Index): number => {
    if (index === '...' || index === 'newaxis') return 0
    return isTensor(index) && index.dtype === 'bool' ? index.shape.length : 1
  }
  const used = given.reduce<number>((sum, index) => sum + takes(index), 0)
  const missing = x.shape.length - used
  if (missing < 0) {
    throw new TensorError(
      'BAD_INDEX',
      `${operation}: ${used} indices for a tensor of ${x.shape.length} dimension(s), shape ${shapeText(x.shape)}.`,
      {
        next: 'Give at most one index for each axis.',
      },
    )
  }
  const dots = given.indexOf('...')
  if (dots !== given.lastIndexOf('...')) {
    throw new TensorError('BAD_INDEX', `${operation}: '...' stands twice.`, {
      next: "Use '...' once: it stands for all axes that are missing.",
    })
  }
  const whole = new Array<null>(missing).fill(null)
  const filled = dots < 0 ? [...given, ...whole] : [...given.slice(0, dots), ...whole, ...given.slice(dots + 1)]
  return filled as Exclude<Index, '...'>[]
}

/** What stands where an index should, for an error. */
function said(value: unknown): string {
  return Array.isArray(value) || typeof value === 'string' ? JSON.stringify(value) : String(value)
}

/** First place, number of places and step of a range on an axis. */
function rangeOf(operation: string, range: unknown, length: number): [number, number, number] {
  const [start, stop, step = 1] = Array.isArray(range) ? (range as unknown as Range) : []
  const valid = (n: unknown): boolean => n === null || n === undefined || Number.isInteger(n)
  if (!Array.isArray(range) || range.length > 3 || !valid(start) || !valid(stop) || !Number.isInteger(step)) {
    throw new TensorError('BAD_INDEX', `${operation}: ${said(range)} is no range.`, {
      next: 'A range is [start, stop] or [start, stop, step]; a list of places is a tensor: tensor([0, 2, 5], { dtype: "int32" }).',
    })
  }
  if (step < 1) {
    throw new TensorError('BAD_VALUE', `${operation}: a step of ${step} is not possible.`, {
      next: 'Use flip to turn an axis around.',
    })
  }
  const clip = (n: number): number => Math.min(Math.max(n < 0 ? n + length : n, 0), length)
  const from = clip(start ?? 0)
  const to = clip(stop ?? length)
  return [from, Math.max(0, Math.ceil((to - from) / step)), step]
}

/** The places that a tensor index means, one list for each axis that it takes. */
function placesOf(operation: string, index: Tensor, shape: Shape, axis: number): Tensor[] {
  if (index.dtype !== 'bool') return [checkedIndex(operation, index, shape[axis] as number, axis, true)]
  const own = checkMask(operation, index, shape, axis)
  const rows = nonzero(index)
  return own.map((_, i) => reshaped(narrowed(rows, 1, i, 1), [rows.shape[0] as number]))
}

/** The sizes of the axes that a mask stands for, from `axis` on. */
function checkMask(operation: string, mask: Tensor, shape: Shape, axis: number): Shape {
  const own = shape.slice(axis, axis + mask.shape.length)
  if (sameShape(mask.shape, own)) return own
  throw new TensorError(
    'SHAPE_MISMATCH',
    `${operation}: the mask has shape ${shapeText(mask.shape)}, the axes it stands for ${shapeText(own)}.`,
    {
      next: 'A mask has the sizes of the axes that it picks from.',
    },
  )
}

/** The places of a list of bools that are true. */
function truePlaces(mask: Tensor): Tensor {
  const rows = nonzero(mask)
  return reshaped(rows, [rows.shape[0] as number])
}

interface Plan {
  /** x with the picked axes in front and merged: [places, ...rest]. */
  readonly flat: Tensor
  /** The places on that axis, flat. */
  readonly places: Tensor
  /** Shape of the places, and of what is not picked. */
  readonly lead: Shape
  readonly rest: Shape
  readonly order: readonly number[]
  /** Before which of the remaining axes the picked ones stand in the result. */
  readonly front: number
}

function plan(x: Tensor, picks: readonly Pick[]): Plan {
  const axes = picks.map(({ axis }) => axis)
  const others = x.shape.map((_, i) => i).filter(i => !axes.includes(i))
  const neighbours = axes.every((axis, i) => i === 0 || axis === (axes[i - 1] as number) + 1)
  const lead = picks.map(({ places }) => places.shape).reduce((a, b) => broadcast('at', a, b), [] as Shape)
  const order = [...axes, ...others]
  const rest = others.map(i => x.shape[i] as number)
  const flat = reshaped(permuted(x, order), [sizeOf(axes.map(i => x.shape[i] as number)), ...rest])
  return {
    flat,
    places: reshaped(linear(x, picks, lead), [sizeOf(lead)]),
    lead,
    rest,
    order,
    front: neighbours ? (axes[0] as number) : 0,
  }
}

/** Places on several axes as places on the merged one. */
function linear(x: Tensor, picks: readonly Pick[], lead: Shape): Tensor {
  const { backend } = x.storage
  let sum: Tensor | undefined
  for (const { axis, places } of picks) {
    const scaled =
      sum === undefined ? undefined : apply('mul', [sum, constant(x.shape[axis] as number, 'int32', backend)], NONE)
    sum = scaled === undefined ? places : apply('add', [scaled, places], NONE)
  }
  return expanded(sum as Tensor, lead)
}

function pick(x: Tensor, picks: readonly Pick[]): Tensor {
  const { flat, places, lead, rest, front } = plan(x, picks)
  const rows = reshaped(apply('indexSelect', [flat, places], { dim: 0 }), [...lead, ...rest])
  return front === 0 ? rows : permuted(rows, between(lead.length, rest.length, front))
}

/** The order of axes that puts the first `lead` ones behind `front` of the others. */
function between(lead: number, rest: number, front: number): number[] {
  const first = Array.from({ length: lead }, (_, i) => i)
  const others = Array.from({ length: rest }, (_, i) => lead + i)
  return [...others.slice(0, front), ...first, ...others.slice(front)]
}

/** What x becomes when `value` is written to the picked places. */
function put(x: Tensor, picks: readonly Pick[], value: Tensor): Tensor {
  const { flat, places, lead, rest, order, front } = plan(x, picks)
  const target = [...rest.slice(0, front), ...lead, ...rest.slice(front)]
  const wide = fitted(value, target)
  const moved = front === 0 ? wide : permuted(wide, inverse(between(lead.length, rest.length, front)))
  const count = sizeOf(lead)
  const rows = reshaped(moved, [count, ...rest])
  const index = expanded(reshaped(places, [count, ...rest.map(() => 1)]), [count, ...rest])
  const written = apply('scatter', [flat, index, copied(rows)], { dim: 0 })
  return permuted(
    reshaped(
      written,
      order.map(i => x.shape[i] as number),
    ),
    inverse(order),
  )
}

function inverse(order: readonly number[]): number[] {
  return order.map((_, i) => order.indexOf(i))
}
