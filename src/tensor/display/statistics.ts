// What a rich view says of the numbers of a tensor, and of its pieces from first to last.
import { compute } from '../engine.js'
import { numberOf, numbersOf } from '../ops/host.js'
import { NONE } from '../primitives.js'
import { piece } from '../print/ends.js'
import { sizeOf } from '../shape.js'
import { Tensor } from '../tensor.js'

export interface Statistics {
  /** Over the finite numbers; NaN where there are none. */
  readonly min: number
  readonly mean: number
  readonly max: number
  /** How many are NaN, and how many are infinite. */
  readonly nan: number
  readonly infinite: number
  /** The first number of each piece; NaN where not all in it are finite. */
  readonly pieces: readonly number[]
}

interface Sums {
  readonly first: number
  readonly min: number
  readonly max: number
  readonly sum: number
  readonly count: number
  readonly nan: number
  readonly infinite: number
}

/** Up to so many numbers are looked at one by one; of more, the backend reduces each piece, and only results are read. */
const READ_LIMIT = 1 << 16

/** Statistics of all numbers, and the first of each of `count` pieces of (nearly) one size. */
export function statisticsOf(x: Tensor, count: number): Statistics {
  const size = sizeOf(x.shape)
  const bounds = Array.from({ length: count + 1 }, (_, i) => Math.floor((i * size) / count))
  const pieces = size <= READ_LIMIT ? looked(numbersOf(x), bounds) : reduced(x, size, bounds)
  const total = pieces.reduce(joined, NOTHING)
  const known = total.count > 0
  return {
    min: known ? total.min : NaN,
    mean: known ? total.sum / total.count : NaN,
    max: known ? total.max : NaN,
    nan: total.nan,
    infinite: total.infinite,
    pieces: pieces.map(({ first, nan, infinite }) => (nan + infinite > 0 ? NaN : first)),
  }
}

const NOTHING: Sums = { first: NaN, min: Infinity, max: -Infinity, sum: 0, count: 0, nan: 0, infinite: 0 }

function joined(a: Sums, b: Sums): Sums {
  return {
    first: a.first,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    sum: a.sum + b.sum,
    count: a.count + b.count,
    nan: a.nan + b.nan,
    infinite: a.infinite + b.infinite,
  }
}

function looked(values: Float64Array, bounds: readonly number[]): Sums[] {
  return bounds.slice(1).map((end, i) => sumsOf(values.subarray(bounds[i], end)))
}

function sumsOf(values: Float64Array): Sums {
  let { min, max, sum, nan, infinite } = NOTHING
  for (const value of values) {
    if (Number.isFinite(value)) {
      if (value < min) min = value
      if (value > max) max = value
      sum += value
    } else if (Number.isNaN(value)) nan++
    else infinite++
  }
  return { first: values[0] as number, min, max, sum, count: values.length - nan - infinite, nan, infinite }
}

function reduced(x: Tensor, size: number, bounds: readonly number[]): Sums[] {
  const { backend } = x.storage
  const flat = x.layout === undefined ? x : compute('copy', [x], NONE)
  const list = new Tensor(flat.storage, flat.offset, [size], undefined, x.dtype, undefined)
  const sums = bounds
    .slice(1)
    .map((end, i) => sumsOfPiece(piece(list, 0, bounds[i] as number, end - (bounds[i] as number))))
  if (flat !== x) backend.release(flat.storage)
  return sums
}

function sumsOfPiece(x: Tensor): Sums {
  const { backend } = x.storage
  // Sums of whole numbers would wrap around, those of 16 bits lose their digits.
  const wide = x.dtype === 'float32' || x.dtype === 'float64' ? x : compute('cast', [x], { dtype: 'float64' })
  const [sum, min, max] = (['sum', 'amin', 'amax'] as const).map(name => {
    const one = compute(name, [wide], { dims: [0], keepdim: false })
    const number = numberOf(one)
    backend.release(one.storage)
    return number
  }) as [number, number, number]
  const sums = Number.isFinite(sum)
    ? { first: numberOf(piece(x, 0, 0, 1)), min, max, sum, count: sizeOf(x.shape), nan: 0, infinite: 0 }
    : sumsOf(numbersOf(x))
  if (wide !== x) backend.release(wide.storage)
  return sums
}
