// Reading and writing by index: gather, scatter, whole rows, and the indices of what is not zero.
import type { Kernels, Operand } from '../../tensor/backend.js'
import { shapeText, TensorError } from '../../tensor/errors.js'
import { rowMajor, type Shape, sizeOf } from '../../tensor/shape.js'
import { around, copyStrided, type Memory, stridesOf } from './memory.js'

type Names = 'gather' | 'scatterAdd' | 'scatter' | 'indexSelect' | 'indexAdd' | 'nonzero'

export function indexing(memory: Memory): Pick<Kernels, Names> {
  const { load, store, array } = memory
  const copyOf = (x: Operand): Float64Array => load(x).slice()

  return {
    gather: ([x, index], out, { dim }) => {
      const numbers = load(x!)
      const places = placesAlong('gather', load(index!), index!.shape, x!.shape, dim)
      for (let i = 0; i < places.length; i++) places[i] = numbers[places[i]!]!
      store(out, places)
    },
    scatterAdd: ([x, index, source], out, { dim }) => {
      const results = copyOf(x!)
      const places = placesAlong('scatterAdd', load(index!), index!.shape, x!.shape, dim)
      const added = load(corner(source!, index!.shape))
      for (let i = 0; i < places.length; i++) results[places[i]!]! += added[i]!
      store(out, results)
    },
    scatter: ([x, index, source], out, { dim }) => {
      const results = copyOf(x!)
      const places = placesAlong('scatter', load(index!), index!.shape, x!.shape, dim)
      const written = load(corner(source!, index!.shape))
      for (let i = 0; i < places.length; i++) results[places[i]!] = written[i]!
      store(out, results)
    },
    indexSelect: ([x, index], out, { dim }) => {
      const rows = load(index!)
      const { outer, inner } = around(x!.shape, dim)
      const strides = stridesOf(x!)
      const row = x!.shape.map((size, axis) => (axis === dim ? 1 : size))
      const outStrides = stridesOf(out)
      if (outer * inner === 0) return
      for (let i = 0; i < rows.length; i++) {
        const at = checked('indexSelect', rows[i]!, x!.shape, dim)
        copyStrided(
          row,
          { array: array(x!), offset: x!.offset + at * strides[dim]!, strides },
          { array: array(out), offset: out.offset + i * inner, strides: outStrides },
        )
      }
    },
    indexAdd: ([x, index, source], out, { dim }) => {
      const results = copyOf(x!)
      const [rows, added] = [load(index!), load(source!)]
      const { outer, length, inner } = around(x!.shape, dim)
      for (let i = 0; i < rows.length; i++) {
        const at = checked('indexAdd', rows[i]!, x!.shape, dim)
        for (let o = 0; o < outer; o++) {
          const [to, from] = [(o * length + at) * inner, (o * rows.length + i) * inner]
          for (let j = 0; j < inner; j++) results[to + j]! += added[from + j]!
        }
      }
      store(out, results)
    },
    nonzero: ([x], out, { count }) => {
      const numbers = load(x!)
      const rank = x!.shape.length
      const results = new Float64Array(count * rank)
      let found = 0
      for (let i = 0; i < numbers.length && found < count; i++) {
        if (numbers[i] === 0) continue
        for (let axis = rank - 1, left = i; axis >= 0; axis--) {
          results[found * rank + axis] = left % x!.shape[axis]!
          left = Math.floor(left / x!.shape[axis]!)
        }
        found++
      }
      store(out, results)
    },
  }
}

/** For each place of `index`, in row-major order, the place in a row-major tensor of `shape` that gather reads. */
function placesAlong(
  operation: string,
  index: Float64Array,
  indexShape: Shape,
  shape: Shape,
  dim: number,
): Float64Array {
  const places = new Float64Array(index.length)
  const strides = rowMajor(shape)
  const step = strides[dim] ?? 1
  const position = indexShape.map(() => 0)
  // Where the indices of all axes but `dim` lead.
  let base = 0
  for (let i = 0; i < index.length; i++) {
    places[i] = base + checked(operation, index[i]!, shape, dim) * step
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = axis === dim ? 0 : strides[axis]!
      position[axis]!++
      base += stride
      if (position[axis]! < indexShape[axis]!) break
      base -= stride * indexShape[axis]!
      position[axis] = 0
    }
  }
  return places
}

function checked(operation: string, place: number, shape: Shape, dim: number): number {
  const length = shape[dim] ?? 1
  if (place >= 0 && place < length) return place
  throw new TensorError(
    'BAD_INDEX',
    `${operation}: index ${place} is outside of dim ${dim} of a tensor of shape ${shapeText(shape)}.`,
    { next: length === 0 ? 'That axis is empty.' : `Use indices from 0 to ${length - 1}.` },
  )
}

/** The first elements along each axis: a source may be greater than its index. */
function corner(x: Operand, shape: Shape): Operand {
  if (sizeOf(shape) === sizeOf(x.shape)) return x
  return { storage: x.storage, offset: x.offset, shape, layout: stridesOf(x), dtype: x.dtype }
}
