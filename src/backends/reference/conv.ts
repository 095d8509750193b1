// Convolutions as the sums they are. All three primitives walk over the same products input[i] weight[j] -> output[o]; they
// differ in which of the three is summed up.
import type { Kernels, Operand } from '../../tensor/backend.js'
import type { Conv2dParams } from '../../tensor/primitives.js'
import { type Shape, sizeOf } from '../../tensor/shape.js'
import type { Memory } from './memory.js'

type Sizes = readonly [number, number, number, number]

const sizes = (shape: Shape): Sizes => shape as unknown as Sizes

/**
 * Adds up one tap of the kernel along one row of the output: for k < count, input[i + k * step] and output[o + k] meet at
 * weight[j].
 */
type Row = (i: number, step: number, j: number, o: number, count: number) => void

export function convolutions(memory: Memory): Pick<Kernels, 'conv2d' | 'conv2dInput' | 'conv2dWeight'> {
  const result = (out: Operand): Float64Array => new Float64Array(sizeOf(out.shape))
  return {
    conv2d: ([x, w], out, params) => {
      const [input, weight, output] = [memory.load(x!), memory.load(w!), result(out)]
      eachRow(sizes(x!.shape), sizes(w!.shape), sizes(out.shape), params, (i, step, j, o, count) => {
        for (let k = 0; k < count; k++) output[o + k]! += input[i + k * step]! * weight[j]!
      })
      memory.store(out, output)
    },
    conv2dInput: ([g, w], out, params) => {
      const [gradient, weight, input] = [memory.load(g!), memory.load(w!), result(out)]
      eachRow(sizes(out.shape), sizes(w!.shape), sizes(g!.shape), params, (i, step, j, o, count) => {
        for (let k = 0; k < count; k++) input[i + k * step]! += gradient[o + k]! * weight[j]!
      })
      memory.store(out, input)
    },
    conv2dWeight: ([x, g], out, params) => {
      const [input, gradient, weight] = [memory.load(x!), memory.load(g!), result(out)]
      eachRow(sizes(x!.shape), sizes(out.shape), sizes(g!.shape), params, (i, step, j, o, count) => {
        for (let k = 0; k < count; k++) weight[j]! += input[i + k * step]! * gradient[o + k]!
      })
      memory.store(out, weight)
    },
  }
}

function eachRow(
  [batch, channels, height, width]: Sizes,
  [outputs, perGroup, kernelHeight, kernelWidth]: Sizes,
  [, , outHeight, outWidth]: Sizes,
  { stride, padding, dilation, groups }: Conv2dParams,
  row: Row,
): void {
  const outputsPerGroup = outputs / groups
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outputs; o++) {
      const firstChannel = Math.floor(o / outputsPerGroup) * perGroup
      for (let c = 0; c < perGroup; c++) {
        const plane = (n * channels + firstChannel + c) * height
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            const weight = ((o * perGroup + c) * kernelHeight + ky) * kernelWidth + kx
            // The output columns whose input column, ox * stride - shift, lies on the input.
            const shift = padding[1][0] - kx * dilation[1]
            const first = Math.max(0, Math.ceil(shift / stride[1]))
            const end = Math.min(outWidth, Math.ceil((width + shift) / stride[1]))
            for (let oy = 0; oy < outHeight && first < end; oy++) {
              const y = oy * stride[0] - padding[0][0] + ky * dilation[0]
              if (y < 0 || y >= height) continue
              const input = (plane + y) * width + first * stride[1] - shift
              row(input, stride[1], weight, ((n * outputs + o) * outHeight + oy) * outWidth + first, end - first)
            }
          }
        }
      }
    }
  }
}
