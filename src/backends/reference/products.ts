// Products: matrices, convolutions, and sums over windows, by plain loops in float64.
import type { Kernels, Operand } from '../../tensor/backend.js'
import type { Conv2dParams, Pool2dParams } from '../../tensor/primitives.js'
import { sizeOf } from '../../tensor/shape.js'
import type { Access } from './access.js'

type Names = 'matmul' | 'conv2d' | 'conv2dInput' | 'conv2dWeight' | 'maxPool2dIndex' | 'sumPool2d' | 'sumPool2dInput'

type Four = readonly [number, number, number, number]
const four = (x: Operand): Four => x.shape as unknown as Four

export function productKernels({ load, save }: Access): Pick<Kernels, Names> {
  return {
    matmul: ([a, b], out) => {
      const [m, n] = out.shape.slice(-2) as [number, number]
      const k = (a as Operand).shape.at(-1) as number
      const batch = out.shape.slice(0, -2)
      const x = load(a as Operand, [...batch, m, k])
      const y = load(b as Operand, [...batch, k, n])
      const product = new Float64Array(sizeOf(out.shape))
      const int = out.dtype === 'int32'
      for (let p = 0, i = 0; p < product.length; i++) {
        const [row, base] = [i * k, Math.floor(i / m) * k * n]
        for (let j = 0; j < n; j++, p++) {
          let sum = 0
          for (let l = 0; l < k; l++) {
            const [s, t] = [x[row + l] as number, y[base + l * n + j] as number]
            sum += int ? Math.imul(s, t) : s * t
          }
          product[p] = sum
        }
      }
      save(out, product)
    },
    conv2d: ([x, w], out, params) => {
      const [input, weight] = [load(x as Operand), load(w as Operand)]
      const result = new Float64Array(sizeOf(out.shape))
      eachTap(four(x as Operand), four(w as Operand), four(out), params, (i, j, o) => {
        result[o] = (result[o] as number) + (input[i] as number) * (weight[j] as number)
      })
      save(out, result)
    },
    conv2dInput: ([g, w], out, params) => {
      const [gradient, weight] = [load(g as Operand), load(w as Operand)]
      const result = new Float64Array(sizeOf(out.shape))
      eachTap(four(out), four(w as Operand), four(g as Operand), params, (i, j, o) => {
        result[i] = (result[i] as number) + (gradient[o] as number) * (weight[j] as number)
      })
      save(out, result)
    },
    conv2dWeight: ([x, g], out, params) => {
      const [input, gradient] = [load(x as Operand), load(g as Operand)]
      const result = new Float64Array(sizeOf(out.shape))
      eachTap(four(x as Operand), four(out), four(g as Operand), params, (i, j, o) => {
        result[j] = (result[j] as number) + (input[i] as number) * (gradient[o] as number)
      })
      save(out, result)
    },
    maxPool2dIndex: ([x], out, params) => {
      const input = load(x as Operand)
      const width = four(x as Operand)[3]
      const found = new Float64Array(sizeOf(out.shape)).fill(-1)
      const best = new Float64Array(found.length)
      eachPlace(four(x as Operand), four(out), params, (i, o, h, w) => {
        const value = input[i] as number
        const leader = best[o] as number
        if ((found[o] as number) >= 0 && !(value > leader || (Number.isNaN(value) && !Number.isNaN(leader)))) return
        best[o] = value
        found[o] = h * width + w
      })
      save(out, found)
    },
    sumPool2d: ([x], out, params) => {
      const input = load(x as Operand)
      const sums = new Float64Array(sizeOf(out.shape))
      eachPlace(four(x as Operand), four(out), params, (i, o) => {
        sums[o] = (sums[o] as number) + (input[i] as number)
      })
      save(out, sums)
    },
    sumPool2dInput: ([g], out, params) => {
      const gradient = load(g as Operand)
      const sums = new Float64Array(sizeOf(out.shape))
      eachPlace(four(out), four(g as Operand), params, (i, o) => {
        sums[i] = (sums[i] as number) + (gradient[o] as number)
      })
      save(out, sums)
    },
  }
}

/** Calls `visit` with the places of input, weight and output of every product that a convolution is the sum of. */
function eachTap(
  [batch, channels, height, width]: Four,
  [outputs, perGroup, kh, kw]: Four,
  [, , oh, ow]: Four,
  { stride, padding, dilation, groups }: Conv2dParams,
  visit: (input: number, weight: number, output: number) => void,
): void {
  const outputsPerGroup = outputs / groups
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outputs; o++) {
      const first = Math.floor(o / outputsPerGroup) * perGroup
      for (let c = 0; c < perGroup; c++) {
        for (let y = 0; y < oh; y++) {
          for (let ky = 0; ky < kh; ky++) {
            const h = y * stride[0] - padding[0][0] + ky * dilation[0]
            if (h < 0 || h >= height) continue
            for (let x = 0; x < ow; x++) {
              for (let kx = 0; kx < kw; kx++) {
                const w = x * stride[1] - padding[1][0] + kx * dilation[1]
                if (w < 0 || w >= width) continue
                visit(
                  ((n * channels + first + c) * height + h) * width + w,
                  ((o * perGroup + c) * kh + ky) * kw + kx,
                  ((n * outputs + o) * oh + y) * ow + x,
                )
              }
            }
          }
        }
      }
    }
  }
}

/** Calls `visit` with the places of input and output of every element of every window, and the element's row and column. */
function eachPlace(
  [batch, channels, height, width]: Four,
  [, , oh, ow]: Four,
  { kernel, stride, padding, dilation }: Pool2dParams,
  visit: (input: number, output: number, h: number, w: number) => void,
): void {
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let y = 0; y < oh; y++) {
      for (let x = 0; x < ow; x++) {
        for (let ky = 0; ky < kernel[0]; ky++) {
          const h = y * stride[0] - padding[0][0] + ky * dilation[0]
          if (h < 0 || h >= height) continue
          for (let kx = 0; kx < kernel[1]; kx++) {
            const w = x * stride[1] - padding[1][0] + kx * dilation[1]
            if (w >= 0 && w < width) visit((plane * height + h) * width + w, (plane * oh + y) * ow + x, h, w)
          }
        }
      }
    }
  }
}
