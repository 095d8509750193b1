// Convolutions as products of matrices: the windows of each image become columns (im2col; Chellapilla, Puri & Simard 2006).
import type { Kernels, Operand } from '../../tensor/backend.js'
import type { Conv2dParams } from '../../tensor/primitives.js'
import { sizeOf } from '../../tensor/shape.js'
import { type Compiled, compile } from './assembler/module.js'
import type { KernelHeap } from './ground.js'
import { windowArguments, windowFunction } from './im2col.js'
import { clear, type Gemm, throughFloat32 } from './matmul.js'
import type { WasmStorage } from './memory/storage.js'
import { addressOf } from './walk.js'

type Names = 'conv2d' | 'conv2dInput' | 'conv2dWeight'

/** One convolution's sizes. */
interface Plan {
  readonly images: number
  readonly groups: number
  /** Channels of a group, and outputs of a group. */
  readonly channels: number
  readonly outputs: number
  /** Elements of one image's channel, of one result's channel, and of one window over all channels of a group. */
  readonly plane: number
  readonly places: number
  readonly window: number
  readonly shape: Omit<Parameters<typeof windowArguments>[0], 'image' | 'columns'>
}

function planOf(
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

export function convKernels(heap: KernelHeap, gemm: Gemm, loops: Kernels): Pick<Kernels, Names> {
  let functions: { gather: Compiled; scatter: Compiled } | undefined
  const windows = (): { gather: Compiled; scatter: Compiled } => {
    functions ??= compile([windowFunction('gather'), windowFunction('scatter')], heap.memory) as unknown as {
      gather: Compiled
      scatter: Compiled
    }
    return functions
  }

  /** Calls `visit` for each image and group with the byte addresses of their parts. */
  const eachPart = (
    plan: Plan,
    x: number,
    w: number,
    out: number,
    visit: (x: number, w: number, out: number) => void,
  ): void => {
    const { images, groups, channels, outputs, plane, places, window } = plan
    for (let image = 0; image < images; image++) {
      for (let group = 0; group < groups; group++) {
        const part = image * groups + group
        visit(x + 4 * part * channels * plane, w + 4 * group * outputs * window, out + 4 * part * outputs * places)
      }
    }
  }

  const withColumns = (plan: Plan, run: (columns: number) => void): void => {
    const storage = heap.allocate('float32', plan.window * plan.places)
    run(storage.pointer)
    heap.release(storage)
  }

  const rowMajor = (address: number, columns: number) => ({ address, row: 4 * columns, column: 4 })
  const turned = (address: number, columns: number) => ({ address, row: 4, column: 4 * columns })

  const run = {
    conv2d: ([x, w]: readonly Operand[], out: Operand, params: Conv2dParams): void => {
      const plan = planOf((x as Operand).shape, (w as Operand).shape, out.shape, params)
      const { outputs, places, window, shape } = plan
      withColumns(plan, columns => {
        eachPart(plan, addressOf(x as Operand), addressOf(w as Operand), addressOf(out), (image, weight, result) => {
          windows().gather(...windowArguments({ ...shape, image, columns }))
          gemm.multiply(
            'f32x4',
            outputs,
            places,
            window,
            rowMajor(weight, window),
            rowMajor(columns, places),
            rowMajor(result, places),
            false,
          )
        })
      })
    },
    conv2dInput: ([g, w]: readonly Operand[], out: Operand, params: Conv2dParams): void => {
      const plan = planOf(out.shape, (w as Operand).shape, (g as Operand).shape, params)
      const { outputs, places, window, shape } = plan
      clear(heap, out)
      withColumns(plan, columns => {
        eachPart(plan, addressOf(out), addressOf(w as Operand), addressOf(g as Operand), (image, weight, gradient) => {
          gemm.multiply(
            'f32x4',
            window,
            places,
            outputs,
            turned(weight, window),
            rowMajor(gradient, places),
            rowMajor(columns, places),
            false,
          )
          windows().scatter(...windowArguments({ ...shape, image, columns }))
        })
      })
    },
    conv2dWeight: ([x, g]: readonly Operand[], out: Operand, params: Conv2dParams): void => {
      const plan = planOf((x as Operand).shape, out.shape, (g as Operand).shape, params)
      const { outputs, places, window, shape } = plan
      clear(heap, out)
      withColumns(plan, columns => {
        eachPart(plan, addressOf(x as Operand), addressOf(out), addressOf(g as Operand), (image, weight, gradient) => {
          windows().gather(...windowArguments({ ...shape, image, columns }))
          gemm.multiply(
            'f32x4',
            outputs,
            window,
            places,
            rowMajor(gradient, places),
            turned(columns, places),
            rowMajor(weight, window),
            true,
          )
        })
      })
    },
  }

  /** float32 by products, 16-bit floats through float32, float64 in loops. Inputs are copied where they are not row-major. */
  const kernel =
    <P extends Conv2dParams>(name: Names) =>
    (inputs: readonly Operand[], out: Operand, params: P): void => {
      if (sizeOf(out.shape) === 0) return
      const fast = run[name]
      if (out.dtype === 'float32') straightened(heap, inputs, plain => fast(plain, out, params))
      else if (out.dtype === 'float64') (loops[name] as typeof fast)(inputs, out, params)
      else throughFloat32(heap, (wide, result) => fast(wide, result, params))(inputs, out)
    }
  return { conv2d: kernel('conv2d'), conv2dInput: kernel('conv2dInput'), conv2dWeight: kernel('conv2dWeight') }
}

/** Runs with row-major copies of what is strided. */
export function straightened(
  heap: KernelHeap,
  inputs: readonly Operand[],
  run: (inputs: readonly Operand[]) => void,
): void {
  const used: WasmStorage[] = []
  const plain = inputs.map(x => {
    if (x.layout === undefined) return x
    const storage = heap.allocate(x.dtype, sizeOf(x.shape))
    used.push(storage)
    const copy: Operand = { storage, offset: 0, shape: x.shape, layout: undefined, dtype: x.dtype }
    storage.backend.kernels.copy([x], copy, {})
    return copy
  })
  run(plain)
  for (const storage of used) heap.release(storage)
}
