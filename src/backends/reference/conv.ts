// Convolutions as the sums they are. All three primitives walk over the same products input[i] weight[j] -> output[o]; they
// differ in which of the three is summed up.
import type { Kernels, Operand } from '../../tensor/backend.js'
import type { Conv2dParams } from '../../tensor/primitives.js'
import { type Shape, sizeOf } from '../../tensor/shape.js'
import type { Memory } from './memory.js'

type Sizes = readonly [number, number, number, number]

const sizes = (shape: Shape): Sizes => shape as unknown as Sizes

/** Adds up, over one row of the kernel, what belongs to one output place. `i` and `j` are the first input and weight. */
type Row = (i: number, iStep: number, j: number, count: number, o: number) => void

export function convolutions(memory: Memory): Pick<Kernels, 'conv2d' | 'conv2dInput' | 'conv2dWeight'> {
  const result = (out: Operand): Float64Array => new Float64Array(sizeOf(out.shape))
  return {
    conv2d: ([x, w], out, params) => {
      const [input, weight, output] = [memory.load(x!), memory.load(w!), result(out)]
      eachRow(sizes(x!.shape), sizes(w!.shape), sizes(out.shape), params, (i, iStep, j, count, o) => {
        let sum = 0
        for (let k = 0; k < count; k++) sum += input[i + k * iStep]! * weight[j + k]!
        output[o]! += sum
      })
      memory.store(out, output)
    },
    conv2dInput: ([g, w], out, params) => {
      const [gradient, weight, input] = [memory.load(g!), memory.load(w!), result(out)]
      eachRow(sizes(out.shape), sizes(w!.shape), sizes(g!.shape), params, (i, iStep, j, count, o) => {
        for (let k = 0; k < count; k++) input[i + k * iStep]! += gradient[o]! * weight[j + k]!
      })
      memory.store(out, input)
    },
    conv2dWeight: ([x, g], out, params) => {
      const [input, gradient, weight] = [memory.load(x!), memory.load(g!), result(out)]
      eachRow(sizes(x!.shape), sizes(out.shape), sizes(g!.shape), params, (i, iStep, j, count, o) => {
        for (let k = 0; k < count; k++) weight[j + k]! += gradient[o]! * input[i + k * iStep]!
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
      for (let oy = 0; oy < outHeight; oy++) {
        for (let ox = 0; ox < outWidth; ox++) {
          const output = ((n * outputs + o) * outHeight + oy) * outWidth + ox
          const left = ox * stride[1] - padding[1][0]
          // The part of the kernel's row that lies on the input.
          const first = Math.max(0, Math.ceil(-left / dilation[1]))
          const end = Math.min(kernelWidth, Math.ceil((width - left) / dilation[1]))
          if (first >= end) continue
          for (let c = 0; c < perGroup; c++) {
            for (let ky = 0; ky < kernelHeight; ky++) {
              const y = oy * stride[0] - padding[0][0] + ky * dilation[0]
              if (y < 0 || y >= height) continue
              const input = ((n * channels + firstChannel + c) * height + y) * width + left + first * dilation[1]
              const weight = ((o * perGroup + c) * kernelHeight + ky) * kernelWidth + first
              row(input, dilation[1], weight, end - first, output)
            }
          }
        }
      }
    }
  }
}
