// Convolutions as products of matrices: the windows of each image become columns (im2col; Chellapilla, Puri & Simard 2006).
import { type Compiled, compile } from '../assembler/module.js'
import type { KernelHeap } from '../ground.js'
import type { Gemm } from '../matmul.js'
import { windowArguments, windowFunction } from './im2col.js'
import { type Convolution, eachPart, type Plan, zeroed } from './plan.js'

type Functions = Readonly<Record<'gather' | 'scatter', Compiled>>

/** They can do any convolution. */
export function throughColumns(heap: KernelHeap, gemm: Gemm): Convolution {
  let functions: Functions | undefined
  const windows = (): Functions => {
    functions ??= compile([windowFunction('gather'), windowFunction('scatter')], heap.memory) as Functions
    return functions
  }

  const withColumns = (plan: Plan, run: (columns: number) => void): void => {
    const storage = heap.allocate('float32', plan.window * plan.places)
    run(storage.pointer)
    heap.release(storage)
  }

  const rowMajor = (address: number, columns: number) => ({ address, row: 4 * columns, column: 4 })
  const turned = (address: number, columns: number) => ({ address, row: 4, column: 4 * columns })

  return {
    forward(plan, x, w, out) {
      const { outputs, places, window, shape } = plan
      withColumns(plan, columns => {
        eachPart(plan, x, w, out, (image, weight, result) => {
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
    input(plan, x, w, out) {
      const { images, groups, channels, plane, outputs, places, window, shape } = plan
      zeroed(heap, x, images * groups * channels * plane)
      withColumns(plan, columns => {
        eachPart(plan, x, w, out, (image, weight, gradient) => {
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
    weight(plan, x, w, out) {
      const { groups, outputs, places, window, shape } = plan
      zeroed(heap, w, groups * outputs * window)
      withColumns(plan, columns => {
        eachPart(plan, x, w, out, (image, weight, gradient) => {
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
}
