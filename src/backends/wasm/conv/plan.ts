// The sizes of a convolution, and where its parts lie.
import type { Conv2dParams } from '../../../tensor/primitives.js'
import { i32, memoryFill } from '../assembler/expression.js'
import { type Compiled, compile, FunctionBuilder } from '../assembler/module.js'
import type { KernelHeap } from '../ground.js'
import type { WindowParams } from './im2col.js'

/** One convolution's sizes. */
export interface Plan {
  readonly images: number
  readonly groups: number
  /** Channels of a group, and outputs of a group. */
  readonly channels: number
  readonly outputs: number
  /** Elements of one image's channel, of one result's channel, and of one window over all channels of a group. */
  readonly plane: number
  readonly places: number
  readonly window: number
  readonly shape: Omit<WindowParams, 'image' | 'columns'>
}

export function planOf(
  x: readonly number[],
  w: readonly number[],
  out: readonly number[],
  { stride, padding, dilation, groups }: Conv2dParams,
): Plan {
  const [images, , height, width] = x as [number, number, number, number]
  const [outputs, channels, kernelH, kernelW] = w as [number, number, number, number]
  const [, , outH, outW] = out as [number, number, number, number]
  return {
    images,
    groups,
    channels,
    outputs: outputs / groups,
    plane: height * width,
    places: outH * outW,
    window: channels * kernelH * kernelW,
    shape: {
      channels,
      height,
      width,
      kernelH,
      kernelW,
      outH,
      outW,
      strideH: stride[0],
      strideW: stride[1],
      padH: padding[0][0],
      padW: padding[1][0],
      dilationH: dilation[0],
      dilationW: dilation[1],
    },
  }
}

/** Calls `visit` for each image and group with the byte addresses of their parts. */
export function eachPart(
  { images, groups, channels, outputs, plane, places, window }: Plan,
  x: number,
  w: number,
  out: number,
  visit: (x: number, w: number, out: number) => void,
): void {
  for (let image = 0; image < images; image++) {
    for (let group = 0; group < groups; group++) {
      const part = image * groups + group
      visit(x + 4 * part * channels * plane, w + 4 * group * outputs * window, out + 4 * part * outputs * places)
    }
  }
}

/**
 * One way to convolve float32: forward, and the gradients of its two inputs. The addresses are those of the image or its gradient, the weights or
 * theirs, and the result or its gradient; what is made is written to its own.
 */
export interface Convolution {
  forward(plan: Plan, x: number, w: number, out: number): void
  input(plan: Plan, x: number, w: number, out: number): void
  weight(plan: Plan, x: number, w: number, out: number): void
}

const zeroOf = new WeakMap<KernelHeap, Compiled>()

/** Writes zeros, by a function of the heap: so that a program can have it. */
export function zeroed(heap: KernelHeap, address: number, elements: number): void {
  let zero = zeroOf.get(heap)
  if (zero === undefined) {
    const f = new FunctionBuilder('zero', ['i32', 'i32'])
    zero = compile([f.add(memoryFill(f.param(0).get, i32(0), f.param(1).get))], heap.memory).zero as Compiled
    zeroOf.set(heap, zero)
  }
  zero(address, 4 * elements)
}
