// What moves elements without computing: they are copied as stored, so that every dtype keeps its bits.
import type { Kernels, Operand } from '../../tensor/backend.js'
import { rowMajor, sizeOf } from '../../tensor/shape.js'
import { copyStrided, type Memory, stored, stridesOf, type Window } from './memory.js'

type Names = 'cat' | 'pad' | 'sliceScatter' | 'asStridedScatter' | 'flip' | 'full' | 'arange'

export function moves(memory: Memory): Pick<Kernels, Names> {
  const windowOf = (x: Operand): Window => ({ array: memory.array(x), offset: x.offset, strides: stridesOf(x) })
  const fill = (out: Operand, value: number): void => {
    memory.array(out).fill(stored(value, out.dtype), out.offset, out.offset + sizeOf(out.shape))
  }
  /** The part of a row-major `out` that begins at `start` and goes on in steps. */
  const part = (out: Operand, start: readonly number[], step?: readonly number[]): Window => {
    const strides = rowMajor(out.shape)
    return {
      array: memory.array(out),
      offset: start.reduce((offset, place, axis) => offset + place * strides[axis]!, out.offset),
      strides: strides.map((stride, axis) => stride * (step?.[axis] ?? 1)),
    }
  }

  return {
    cat: (inputs, out, { dim }) => {
      const start = out.shape.map(() => 0)
      for (const x of inputs) {
        copyStrided(x.shape, windowOf(x), part(out, start))
        start[dim]! += x.shape[dim]!
      }
    },
    pad: ([x], out, { before, value }) => {
      fill(out, value)
      copyStrided(x!.shape, windowOf(x!), part(out, before))
    },
    sliceScatter: ([x], out, { start, step }) => {
      fill(out, 0)
      copyStrided(x!.shape, windowOf(x!), part(out, start, step))
    },
    asStridedScatter: ([x], out, { length, strides, offset }) => {
      const numbers = memory.load(x!)
      const results = new Float64Array(length)
      const places = placesOf(x!.shape, strides, offset)
      for (let i = 0; i < numbers.length; i++) results[places[i]!]! += numbers[i]!
      memory.store(out, results)
    },
    flip: ([x], out, { dims }) => {
      const strides = stridesOf(x!)
      const last = dims.reduce((offset, dim) => offset + (x!.shape[dim]! - 1) * strides[dim]!, x!.offset)
      const backwards = strides.map((stride, axis) => (dims.includes(axis) ? -stride : stride))
      copyStrided(out.shape, { array: memory.array(x!), offset: last, strides: backwards }, windowOf(out))
    },
    full: (_, out, { value }) => fill(out, value),
    arange: (_, out, { length, start, step }) => {
      memory.store(
        out,
        Float64Array.from({ length }, (_, i) => start + i * step),
      )
    },
  }
}

/** Where each element of a strided window lies, in row-major order. */
function placesOf(shape: readonly number[], strides: readonly number[], offset: number): Float64Array {
  let places = Float64Array.of(offset)
  shape.forEach((size, axis) => {
    const next = new Float64Array(places.length * size)
    for (let i = 0; i < places.length; i++) {
      for (let j = 0; j < size; j++) next[i * size + j] = places[i]! + j * strides[axis]!
    }
    places = next
  })
  return places
}
