// Reading and writing by index. Indices have been checked before: here they are trusted.
import type { Kernels, Operand } from '../../tensor/backend.js'
import { rowMajor, sizeOf } from '../../tensor/shape.js'
import { type Access, placesOf } from './access.js'

type Names = 'gather' | 'scatterAdd' | 'scatter' | 'indexSelect' | 'indexAdd' | 'nonzero' | 'argsort' | 'histc'

export function indexKernels({ load, save }: Access): Pick<Kernels, Names> {
  /** For each element of `index`, its place in row-major x: the same, but for the axis `dim`, where the index says. */
  const places = (x: Operand, index: Operand, dim: number): Int32Array => {
    const strides = rowMajor(x.shape)
    const stride = strides[dim] as number
    // The walk over the other axes, with the indexed one standing still.
    const out = placesOf({
      shape: index.shape,
      layout: strides.map((s, i) => (i === dim ? 0 : s)),
      offset: 0,
    } as unknown as Operand)
    load(index).forEach((at, i) => {
      out[i] = (out[i] as number) + at * stride
    })
    return out
  }
  /** The same for an index of rank 1, repeated over the other axes of `shape`. */
  const rows = (x: Operand, index: Operand, dim: number, shape: readonly number[]): Int32Array => {
    const strides = rowMajor(x.shape)
    const out = placesOf({ shape, layout: strides.map((s, i) => (i === dim ? 0 : s)), offset: 0 } as unknown as Operand)
    const at = load(index)
    const along = placesOf({ shape, layout: shape.map((_, i) => (i === dim ? 1 : 0)), offset: 0 } as unknown as Operand)
    return out.map((place, i) => place + (at[along[i] as number] as number) * (strides[dim] as number))
  }
  const read = (x: Operand, out: Operand, from: Int32Array): void => {
    const values = load(x)
    save(
      out,
      Float64Array.from(from, place => values[place] as number),
    )
  }
  const write = (x: Operand, source: Operand, out: Operand, to: Int32Array, add: boolean): void => {
    const values = load(x)
    load(source).forEach((value, i) => {
      const place = to[i] as number
      values[place] = add ? (values[place] as number) + value : value
    })
    save(out, values)
  }
  const scattered =
    (add: boolean) =>
    ([x, index, source]: readonly Operand[], out: Operand, { dim }: { readonly dim: number }): void => {
      const { shape } = index as Operand
      // The source may be larger than the index: its first elements in each axis count.
      const part = {
        ...(source as Operand),
        shape,
        layout: (source as Operand).layout ?? rowMajor((source as Operand).shape),
      }
      write(x as Operand, part, out, places(x as Operand, index as Operand, dim), add)
    }
  return {
    gather: ([x, index], out, { dim }) => read(x as Operand, out, places(x as Operand, index as Operand, dim)),
    scatterAdd: scattered(true),
    scatter: scattered(false),
    indexSelect: ([x, index], out, { dim }) =>
      read(x as Operand, out, rows(x as Operand, index as Operand, dim, out.shape)),
    indexAdd: ([x, index, source], out, { dim }) =>
      write(
        x as Operand,
        source as Operand,
        out,
        rows(x as Operand, index as Operand, dim, (source as Operand).shape),
        true,
      ),
    nonzero: ([x], out) => {
      const { shape } = x as Operand
      const strides = rowMajor(shape)
      const found: number[] = []
      load(x as Operand).forEach((value, place) => {
        if (value === 0) return
        found.push(...strides.map((stride, axis) => Math.floor(place / stride) % (shape[axis] as number)))
      })
      save(out, found)
    },
    argsort: ([x], out, { dim, descending }) => {
      const { shape } = x as Operand
      const values = load(x as Operand)
      const order = new Float64Array(values.length)
      const stride = sizeOf(shape.slice(dim + 1))
      const size = shape[dim] ?? 1
      const lines = values.length === 0 ? 0 : values.length / size
      for (let line = 0; line < lines; line++) {
        const start = Math.floor(line / stride) * stride * size + (line % stride)
        const keys = Float64Array.from({ length: size }, (_, i) => values[start + i * stride] as number)
        const sorted = Array.from(keys.keys()).sort(
          (i, j) => compare(keys[i] as number, keys[j] as number, descending) || i - j,
        )
        sorted.forEach((at, i) => {
          order[start + i * stride] = at
        })
      }
      save(out, order)
    },
    histc: ([x], out, { bins, min, max }) => {
      const counts = new Float64Array(bins)
      for (const value of load(x as Operand)) {
        if (!(value >= min && value <= max)) continue
        const bin = Math.min(Math.floor(((value - min) / (max - min)) * bins), bins - 1)
        counts[bin] = (counts[bin] as number) + 1
      }
      save(out, counts)
    },
  }
}

/** NaN is greater than everything; -0 equals 0. */
function compare(a: number, b: number, descending: boolean): number {
  const rising = a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return descending ? -rising : rising
}
