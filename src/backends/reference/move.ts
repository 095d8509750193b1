// Numbers on the move: joined, padded, turned around, spread out again.
import type { Kernel, Kernels, Operand } from '../../tensor/backend.js'
import { rowMajor, type Shape, sizeOf } from '../../tensor/shape.js'
import { type Access, placesOf } from './access.js'

type Names = 'cat' | 'pad' | 'sliceScatter' | 'asStridedScatter' | 'flip'

/** The places of a window on a row-major block: what a strided operand would read. */
function windowPlaces(shape: Shape, strides: readonly number[], offset: number): Int32Array {
  // Only the window matters here, not what it lies on.
  return placesOf({ shape, layout: strides, offset } as Operand)
}

export function moveKernels({ load, save }: Access): Pick<Kernels, Names> {
  /** Writes `values` through a window on zeros, or on another number, and stores it all. */
  const spread = (out: Operand, values: Float64Array, places: Int32Array, rest: number): void => {
    const all = new Float64Array(sizeOf(out.shape)).fill(rest)
    places.forEach((place, i) => {
      all[place] = values[i] as number
    })
    save(out, all)
  }
  const cat: Kernel<'cat'> = (inputs, out, { dim }) => {
    const strides = rowMajor(out.shape)
    const all = new Float64Array(sizeOf(out.shape))
    let start = 0
    for (const x of inputs) {
      const values = load(x)
      windowPlaces(x.shape, strides, start * (strides[dim] as number)).forEach((place, i) => {
        all[place] = values[i] as number
      })
      start += x.shape[dim] as number
    }
    save(out, all)
  }
  return {
    cat,
    pad: ([x], out, { before, value }) => {
      const { shape } = x as Operand
      const strides = rowMajor(out.shape)
      const offset = before.reduce((sum, n, axis) => sum + n * (strides[axis] as number), 0)
      spread(out, load(x as Operand), windowPlaces(shape, strides, offset), value)
    },
    sliceScatter: ([g], out, { start, step }) => {
      const strides = rowMajor(out.shape)
      const offset = start.reduce((sum, n, axis) => sum + n * (strides[axis] as number), 0)
      const steps = strides.map((stride, axis) => stride * (step[axis] as number))
      spread(out, load(g as Operand), windowPlaces((g as Operand).shape, steps, offset), 0)
    },
    asStridedScatter: ([g], out, { strides, offset }) => {
      const values = load(g as Operand)
      const all = new Float64Array(sizeOf(out.shape))
      windowPlaces((g as Operand).shape, strides, offset).forEach((place, i) => {
        all[place] = (all[place] as number) + (values[i] as number)
      })
      save(out, all)
    },
    flip: ([x], out, { dims }) => {
      const { shape } = x as Operand
      const strides = rowMajor(shape)
      const turned = strides.map((stride, axis) => (dims.includes(axis) ? -stride : stride))
      const offset = dims.reduce((sum, axis) => sum + ((shape[axis] as number) - 1) * (strides[axis] as number), 0)
      if (sizeOf(shape) > 0) spread(out, load(x as Operand), windowPlaces(shape, turned, offset), 0)
    },
  }
}
