// Pooling on float32 images: plain loops over views of the heap, which JavaScript runs fast enough beside convolutions.
import type { Kernels, Operand } from '../../tensor/backend.js'
import type { Pool2dParams } from '../../tensor/primitives.js'
import { sizeOf } from '../../tensor/shape.js'
import { straightened } from './conv.js'
import { clear } from './matmul.js'
import type { Heap } from './memory/heap.js'
import { addressOf } from './walk.js'

type Names = 'maxPool2dIndex' | 'sumPool2d' | 'sumPool2dInput'

export function poolKernels(heap: Heap, loops: Kernels): Pick<Kernels, Names> {
  const floats = (x: Operand): Float32Array => new Float32Array(heap.memory.buffer, addressOf(x), sizeOf(x.shape))
  const run = {
    maxPool2dIndex: ([x]: readonly Operand[], out: Operand, params: Pool2dParams): void => {
      const input = floats(x as Operand)
      const places = new Int32Array(heap.memory.buffer, addressOf(out), sizeOf(out.shape))
      eachWindow((x as Operand).shape, out.shape, params, (o, plane, top, bottom, left, right, width, down, across) => {
        let best = -Infinity
        let at = -1
        for (let h = top; h < bottom; h += down) {
          for (let w = left; w < right; w += across) {
            const value = input[plane + h * width + w] as number
            // The last NaN wins, as in PyTorch.
            if (value > best || at < 0 || Number.isNaN(value)) {
              best = value
              at = h * width + w
            }
          }
        }
        places[o] = at
      })
    },
    sumPool2d: ([x]: readonly Operand[], out: Operand, params: Pool2dParams): void => {
      const input = floats(x as Operand)
      const sums = floats(out)
      eachWindow((x as Operand).shape, out.shape, params, (o, plane, top, bottom, left, right, width, down, across) => {
        let sum = 0
        for (let h = top; h < bottom; h += down)
          for (let w = left; w < right; w += across) sum += input[plane + h * width + w] as number
        sums[o] = sum
      })
    },
    sumPool2dInput: ([g]: readonly Operand[], out: Operand, params: Pool2dParams): void => {
      clear(heap, out)
      const gradient = floats(g as Operand)
      const sums = floats(out)
      eachWindow(out.shape, (g as Operand).shape, params, (o, plane, top, bottom, left, right, width, down, across) => {
        const value = gradient[o] as number
        for (let h = top; h < bottom; h += down) {
          for (let w = left; w < right; w += across) {
            const place = plane + h * width + w
            sums[place] = (sums[place] as number) + value
          }
        }
      })
    },
  }
  const kernel =
    <P extends Pool2dParams>(name: Names) =>
    (inputs: readonly Operand[], out: Operand, params: P): void => {
      const [x] = inputs as [Operand]
      if (x.dtype !== 'float32') (loops[name] as (typeof run)[Names])(inputs, out, params)
      else if (sizeOf(out.shape) > 0) straightened(heap, inputs, plain => run[name](plain, out, params))
    }
  return {
    maxPool2dIndex: kernel('maxPool2dIndex'),
    sumPool2d: kernel('sumPool2d'),
    sumPool2dInput: kernel('sumPool2dInput'),
  }
}

/** The part of a window that lies inside of its plane: rows from top to bottom, `down` apart, columns likewise. */
type Visit = (
  output: number,
  plane: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  width: number,
  down: number,
  across: number,
) => void

function eachWindow(
  image: readonly number[],
  out: readonly number[],
  { kernel, stride, padding, dilation }: Pool2dParams,
  visit: Visit,
): void {
  const [n, c, height, width] = image as [number, number, number, number]
  const [, , oh, ow] = out as [number, number, number, number]
  const [down, across] = dilation
  let output = 0
  for (let plane = 0; plane < n * c; plane++) {
    for (let y = 0; y < oh; y++) {
      const start = y * stride[0] - padding[0][0]
      const top = start < 0 ? start + Math.ceil(-start / down) * down : start
      const bottom = Math.min(start + (kernel[0] - 1) * down + 1, height)
      for (let x = 0; x < ow; x++) {
        const begin = x * stride[1] - padding[1][0]
        const left = begin < 0 ? begin + Math.ceil(-begin / across) * across : begin
        const right = Math.min(begin + (kernel[1] - 1) * across + 1, width)
        visit(output++, plane * height * width, top, bottom, left, right, width, down, across)
      }
    }
  }
}
