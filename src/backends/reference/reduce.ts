// Reductions over any axes, and running ones along one axis.
import type { Kernels, Operand } from '../../tensor/backend.js'
import type { Dims } from '../../tensor/primitives.js'
import { type Shape, sizeOf } from '../../tensor/shape.js'
import type { Access } from './access.js'

/** Folds the numbers of one group; `int` says that the result is an int32. */
type Fold = (values: Float64Array, places: Int32Array, int: boolean) => number

const FOLDS: { readonly [P in 'sum' | 'prod' | 'amax' | 'amin' | 'any' | 'all']: Fold } = {
  sum: (values, places) => {
    // Neumaier's sum: the truth to the last digit, whatever the order.
    let [sum, lost] = [0, 0]
    for (const place of places) {
      const x = values[place] as number
      const next = sum + x
      lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum
      sum = next
    }
    return Number.isFinite(sum) ? sum + lost : sum
  },
  prod: (values, places, int) => {
    let product = 1
    for (const place of places) {
      const x = values[place] as number
      product = int ? Math.imul(product, x) : product * x
    }
    return product
  },
  amax: (values, places) => values[places[best(values, places, 1)] as number] as number,
  amin: (values, places) => values[places[best(values, places, -1)] as number] as number,
  any: (values, places) => Number(places.some(place => values[place] !== 0)),
  all: (values, places) => Number(places.every(place => values[place] !== 0)),
}

/** Place in the group of the first greatest (or least) number; a NaN wins at once. */
function best(values: Float64Array, places: Int32Array, sign: 1 | -1): number {
  let at = 0
  for (let i = 0; i < places.length; i++) {
    const x = values[places[i] as number] as number
    if (Number.isNaN(x)) return i
    if (sign * x > sign * (values[places[at] as number] as number)) at = i
  }
  return at
}

/** The groups that are folded: for each element of the result the places, in row-major order, of what goes into it. */
function* groups(shape: Shape, dims: readonly number[]): Generator<Int32Array> {
  const kept = shape.map((_, i) => i).filter(i => !dims.includes(i))
  const inner = offsets(shape, dims)
  for (const start of offsets(shape, kept)) yield inner.map(step => start + step)
}

/** Row-major offsets of all places in some of the axes. */
function offsets(shape: Shape, dims: readonly number[]): Int32Array {
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)))
  let out = Int32Array.of(0)
  for (const dim of dims) {
    const [size, stride] = [shape[dim] as number, strides[dim] as number]
    const next = new Int32Array(out.length * size)
    out.forEach((base, i) => {
      for (let k = 0; k < size; k++) next[i * size + k] = base + k * stride
    })
    out = next
  }
  return out
}

type Names =
  | keyof typeof FOLDS
  | 'argmax'
  | 'argmin'
  | 'cumsum'
  | 'cumprod'
  | 'argcummax'
  | 'argcummin'
  | 'softmax'
  | 'logSoftmax'

export function reduceKernels({ load, save }: Access): Pick<Kernels, Names> {
  const folded =
    (fold: Fold) =>
    ([x]: readonly Operand[], out: Operand, { dims }: Dims): void => {
      const { shape } = x as Operand
      const values = load(x as Operand)
      save(
        out,
        Array.from(groups(shape, dims), places => fold(values, places, out.dtype === 'int32')),
      )
    }
  const placed =
    (sign: 1 | -1) =>
    ([x]: readonly Operand[], out: Operand, { dim }: { readonly dim: number }): void => {
      const values = load(x as Operand)
      save(
        out,
        Array.from(groups((x as Operand).shape, [dim]), places => best(values, places, sign)),
      )
    }
  /** Each line along `dim` is rewritten by `run`. */
  const along = (x: Operand, out: Operand, dim: number, run: (line: Float64Array) => void): void => {
    const values = load(x)
    for (const places of groups(x.shape, [dim])) {
      const line = Float64Array.from(places, place => values[place] as number)
      run(line)
      places.forEach((place, i) => {
        values[place] = line[i] as number
      })
    }
    save(out, values)
  }
  const running =
    (sign: 1 | -1) =>
    ([x]: readonly Operand[], out: Operand, { dim }: { readonly dim: number }): void =>
      along(x as Operand, out, dim, line => {
        let at = 0
        const seen = line.slice()
        for (let i = 0; i < line.length; i++) {
          const [value, leader] = [seen[i] as number, seen[at] as number]
          if (!Number.isNaN(leader) && (Number.isNaN(value) || sign * value >= sign * leader)) at = i
          else if (Number.isNaN(leader) && Number.isNaN(value)) at = i
          line[i] = at
        }
      })

  return {
    sum: folded(FOLDS.sum),
    prod: folded(FOLDS.prod),
    amax: folded(FOLDS.amax),
    amin: folded(FOLDS.amin),
    any: folded(FOLDS.any),
    all: folded(FOLDS.all),
    argmax: placed(1),
    argmin: placed(-1),
    argcummax: running(1),
    argcummin: running(-1),
    cumsum: ([x], out, { dim, reverse }) =>
      along(x as Operand, out, dim, line => {
        if (reverse) line.reverse()
        for (let i = 1; i < line.length; i++) line[i] = (line[i - 1] as number) + (line[i] as number)
        if (reverse) line.reverse()
      }),
    cumprod: ([x], out, { dim }) =>
      along(x as Operand, out, dim, line => {
        const int = out.dtype === 'int32'
        for (let i = 1; i < line.length; i++) {
          const [before, value] = [line[i - 1] as number, line[i] as number]
          line[i] = int ? Math.imul(before, value) : before * value
        }
      }),
    softmax: ([x], out, { dim }) => along(x as Operand, out, dim, line => normalise(line, false)),
    logSoftmax: ([x], out, { dim }) => along(x as Operand, out, dim, line => normalise(line, true)),
  }
}

/** exp(x - max) / sum, or its logarithm. */
function normalise(line: Float64Array, log: boolean): void {
  let max = -Infinity
  for (const x of line) max = Math.max(max, x)
  let sum = 0
  for (const x of line) sum += Math.exp(x - max)
  const logSum = Math.log(sum)
  for (let i = 0; i < line.length; i++) {
    const shifted = (line[i] as number) - max
    line[i] = log ? shifted - logSum : Math.exp(shifted) / sum
  }
}
