// All kernels of the backend, on some heap.
import type { Kernels } from '../../tensor/backend.js'
import { lineKernels } from './along/kernels.js'
import { convKernels } from './conv/kernels.js'
import { convertKernels } from './convert/kernels.js'
import type { Ground, KernelHeap } from './ground.js'
import { indexKernels } from './index/kernels.js'
import { ElementwiseKernels } from './kernels.js'
import { Gemm, matmulKernel } from './matmul.js'
import { moveKernels } from './move/kernels.js'
import { poolKernels } from './pool.js'
import { randomKernels } from './random/kernels.js'
import { reduceKernels } from './reduce/kernels.js'

/** Those that have code of their own; `loops` are for all others, and for dtypes and layouts that code does not know. */
export function allKernels(heap: KernelHeap, loops: Kernels): Kernels {
  const ground: Ground = { memory: heap.memory, loops }
  const gemm = new Gemm(heap)
  return {
    ...loops,
    ...new ElementwiseKernels(heap, loops).make(),
    ...convertKernels(ground),
    ...moveKernels(ground),
    ...reduceKernels(ground),
    matmul: matmulKernel(heap, gemm, loops),
    ...convKernels(heap, gemm, loops),
    ...poolKernels(heap, loops),
    ...lineKernels(ground),
    ...indexKernels(ground),
    ...randomKernels(ground),
  }
}
