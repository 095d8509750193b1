// Pooling on float32 images: plain loops over views of the heap, which JavaScript runs fast enough beside convolutions.
import type { Kernels, Operand } from '../../tensor/backend.js'
import type { Pool2dParams } from '../../tensor/primitives.js'
import { sizeOf } from '../../tensor/shape.js'
import { type Compiled, compile } from './assembler/module.js'
import { straightened } from './conv/kernels.js'
import type { KernelHeap } from './ground.js'
import { clear } from './matmul.js'
import { maxPairs } from './pool-pairs.js'
import { addressOf } from './walk.js'

type Names = 'maxPool2dIndex' | 'sumPool2d' | 'sumPool2dInput'

export function poolKernels(heap: KernelHeap, loops: Kernels): Pick<Kernels, Names> {
  const floats = (x: Operand): Float32Array => new Float32Array(heap.memory.buffer, addressOf(x), sizeOf(x.shape))
  let pairs: Compiled | undefined
  const run = {
    maxPool2dIndex: ([x]: readonly Operand[], out: Operand, params: Pool2dParams): void => {
      if (arePairs(params)) {
        const [n, c, height, width] = (x as Operand).shape as [number, number, number, number]
        const [, , oh, ow] = out.shape as [number, number, number, number]
        pairs ??= compile([maxPairs()], heap.memory).maxPairs as Compiled
        pairs(n * c, oh, ow, height, width, addressOf(x as Operand), addressOf(out))
        return
      }
      const input = floats(x as Operand)
      const places = new Int32Array(heap.memory.buffer, addressOf(out), sizeOf(out.shape))
      greatestPlaces(input, places, (x as Operand).shape, out.shape, params)
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

/** Windows of 2 x 2, 2 apart, without padding. */
function arePairs({ kernel, stride, padding, dilation }: Pool2dParams): boolean {
  const two = (pair: readonly number[]): boolean => pair.every(n => n === 2)
  return two(kernel) && two(stride) && dilation.every(n => n === 1) && padding.flat().every(n => n === 0)
}

/**
 * Written out, without a call for each window: pooling is as frequent as convolution. The last NaN wins, as in PyTorch.
 */
function greatestPlaces(
  input: Float32Array,
  places: Int32Array,
  image: readonly number[],
  out: readonly number[],
  { kernel, stride, padding, dilation }: Pool2dParams,
): void {
  const [n, c, height, width] = image as [number, number, number, number]
  const [, , oh, ow] = out as [number, number, number, number]
  const [[kh, kw], [down, across], [sh, sw]] = [kernel, dilation, stride]
  const [[padTop], [padLeft]] = padding
  let output = 0
  for (let plane = 0; plane < n * c * height * width; plane += height * width) {
    for (let y = 0; y < oh; y++) {
      for (let x = 0; x < ow; x++) {
        let best = -Infinity
        let at = -1
        for (let ky = 0, h = y * sh - padTop; ky < kh; ky++, h += down) {
          if (h < 0 || h >= height) continue
          for (let kx = 0, w = x * sw - padLeft; kx < kw; kx++, w += across) {
            if (w < 0 || w >= width) continue
            const value = input[plane + h * width + w] as number
            // Neither less nor equal: greater, or one of the two is NaN, and then only a new NaN counts.
            if (at >= 0 && (value <= best || (Number.isNaN(best) && !Number.isNaN(value)))) continue
            best = value
            at = h * width + w
          }
        }
        places[output++] = at
      }
    }
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
