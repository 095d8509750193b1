// Pooling: the place of the greatest in each window, sums over windows, and the transpose of these sums.
import type { Kernels, Operand } from '../../tensor/backend.js'
import type { Pool2dParams } from '../../tensor/primitives.js'
import { type Shape, sizeOf } from '../../tensor/shape.js'
import type { Memory } from './memory.js'

/** One place of one window: where it lies in the input, in its plane of the input, and where its window is in the output. */
type Visit = (input: number, place: number, output: number) => void

export function pools(memory: Memory): Pick<Kernels, 'maxPool2dIndex' | 'sumPool2d' | 'sumPool2dInput'> {
  const result = (out: Operand): Float64Array => new Float64Array(sizeOf(out.shape))
  return {
    maxPool2dIndex: ([x], out, params) => {
      const input = memory.load(x!)
      const places = result(out).fill(-1)
      const best = result(out)
      eachPlace(x!.shape, out.shape, params, (i, place, o) => {
        // The first of equals; a NaN always, so that of several the last counts, as in PyTorch.
        if (places[o]! >= 0 && !(input[i]! > best[o]!) && !Number.isNaN(input[i])) return
        best[o] = input[i]!
        places[o] = place
      })
      memory.store(out, places)
    },
    sumPool2d: ([x], out, params) => {
      const [input, output] = [memory.load(x!), result(out)]
      eachPlace(x!.shape, out.shape, params, (i, _, o) => {
        output[o]! += input[i]!
      })
      memory.store(out, output)
    },
    sumPool2dInput: ([g], out, params) => {
      const [gradient, input] = [memory.load(g!), result(out)]
      eachPlace(out.shape, g!.shape, params, (i, _, o) => {
        input[i]! += gradient[o]!
      })
      memory.store(out, input)
    },
  }
}

function eachPlace(inShape: Shape, outShape: Shape, params: Pool2dParams, visit: Visit): void {
  const { kernel, stride, padding, dilation } = params
  const [batch, channels, height, width] = inShape as [number, number, number, number]
  const [, , outHeight, outWidth] = outShape as [number, number, number, number]
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        const output = (plane * outHeight + oy) * outWidth + ox
        for (let ky = 0; ky < kernel[0]; ky++) {
          const y = oy * stride[0] - padding[0][0] + ky * dilation[0]
          if (y < 0 || y >= height) continue
          for (let kx = 0; kx < kernel[1]; kx++) {
            const x = ox * stride[1] - padding[1][0] + kx * dilation[1]
            if (x >= 0 && x < width) visit((plane * height + y) * width + x, y * width + x, output)
          }
        }
      }
    }
  }
}
