// Numbers on the move: copied, joined, padded, turned around, spread out, made. Each is one or more copies between windows.
import type { Kernel, Kernels, Operand } from '../../../tensor/backend.js'
import { DTYPES, type DType } from '../../../tensor/dtype.js'
import { rowMajor, type Shape, sizeOf } from '../../../tensor/shape.js'
import { stored, stridesOf } from '../../reference/memory.js'
import { compiledBy, type Ground, joinedAxes } from '../ground.js'
import { addressOf, stridesIn } from '../walk.js'
import { fillWith } from './fill.js'
import { flatCopy, stridedCopy, type Width } from './strided.js'

const widthOf = (dtype: DType): Width => DTYPES[dtype].bytes as Width

/** Where a window begins in row-major memory, in elements. */
function startOf(places: readonly number[], strides: readonly number[]): number {
  return places.reduce((sum, place, axis) => sum + place * (strides[axis] as number), 0)
}

/** Whether no two places of a window with these sizes and strides are the same element. */
function isApart(shape: Shape, strides: readonly number[]): boolean {
  const axes = shape
    .map((size, axis) => ({ size, stride: Math.abs(strides[axis] as number) }))
    .filter(({ size }) => size !== 1)
    .sort((a, b) => a.stride - b.stride)
  let reach = 0
  for (const { size, stride } of axes) {
    if (stride <= reach) return false
    reach += (size - 1) * stride
  }
  return true
}

type Names = 'copy' | 'cat' | 'pad' | 'flip' | 'sliceScatter' | 'asStridedScatter' | 'full'

export function moveKernels(ground: Ground): Pick<Kernels, Names> {
  const copyAxes = stridedCopy(ground)
  const flat = compiledBy<Width>(ground, flatCopy)
  const fill = fillWith(ground)

  const copy: Kernel<'copy'> = ([given], out) => {
    const x = given as Operand
    const [target, source, width] = [addressOf(out), addressOf(x), widthOf(x.dtype)]
    if (x.layout === undefined && out.layout === undefined && x.shape.length === out.shape.length) {
      const size = sizeOf(out.shape)
      if (size === sizeOf(x.shape)) {
        if (size > 0) flat(width)(target, source, size * width)
        return
      }
    }
    copyAxes(target, source, width, joinedAxes(out.shape, [stridesOf(out), stridesIn(x, out.shape)]))
  }

  /** Writes x through a window on `out`, which begins at element `start`. */
  const put = (x: Operand, out: Operand, strides: readonly number[], start: number): void => {
    const width = widthOf(out.dtype)
    copyAxes(addressOf(out) + start * width, addressOf(x), width, joinedAxes(x.shape, [strides, stridesOf(x)]))
  }

  const clear = (out: Operand): void => fill(addressOf(out), widthOf(out.dtype), sizeOf(out.shape), out.dtype, 0)

  const sliceScatter: Kernel<'sliceScatter'> = ([g], out, { start, step }) => {
    const strides = rowMajor(out.shape)
    clear(out)
    const steps = strides.map((stride, axis) => stride * (step[axis] as number))
    put(g as Operand, out, steps, startOf(start, strides))
  }

  return {
    copy,
    cat(inputs, out, { dim }) {
      const strides = rowMajor(out.shape)
      let start = 0
      for (const x of inputs) {
        put(x, out, strides, start * (strides[dim] as number))
        start += x.shape[dim] as number
      }
    },
    pad([x], out, { before, value }) {
      const strides = rowMajor(out.shape)
      fill(addressOf(out), widthOf(out.dtype), sizeOf(out.shape), out.dtype, stored(value, out.dtype))
      put(x as Operand, out, strides, startOf(before, strides))
    },
    flip([given], out, { dims }) {
      const x = given as Operand
      if (sizeOf(x.shape) === 0) return
      const strides = stridesOf(x)
      const last = dims.reduce((sum, axis) => sum + ((x.shape[axis] as number) - 1) * (strides[axis] as number), 0)
      const turned = strides.map((stride, axis) => (dims.includes(axis) ? -stride : stride))
      const width = widthOf(x.dtype)
      copyAxes(addressOf(out), addressOf(x) + last * width, width, joinedAxes(x.shape, [rowMajor(x.shape), turned]))
    },
    sliceScatter,
    asStridedScatter(inputs, out, params) {
      const g = inputs[0] as Operand
      // Where places meet, what goes there is added: rare, and left to the loops.
      if (!isApart(g.shape, params.strides)) {
        ground.loops.asStridedScatter(inputs, out, params)
        return
      }
      clear(out)
      put(g, out, params.strides, params.offset)
    },
    full(_, out, { dtype, value }) {
      fill(addressOf(out), widthOf(dtype), sizeOf(out.shape), dtype, stored(value, dtype))
    },
  }
}
