// The wasm backend, the default: kernels in WebAssembly SIMD, made at run time; what is rare runs in the reference's loops
// over views of the heap.
import type { Backend, Kernels, Storage } from '../../tensor/backend.js'
import { DTYPES, type DType, type StoredArray } from '../../tensor/dtype.js'
import { TensorError } from '../../tensor/errors.js'
import { loops } from '../reference/loops.js'
import { lineKernels } from './along/kernels.js'
import { convKernels } from './conv.js'
import { withHalf } from './convert/half.js'
import { convertKernels } from './convert/kernels.js'
import type { Ground } from './ground.js'
import { indexKernels } from './index/kernels.js'
import { ElementwiseKernels } from './kernels.js'
import { Gemm, matmulKernel } from './matmul.js'
import { Heap } from './memory/heap.js'
import type { WasmStorage } from './memory/storage.js'
import { moveKernels } from './move/kernels.js'
import { poolKernels } from './pool.js'
import { randomKernels } from './random/kernels.js'
import { reduceKernels } from './reduce/kernels.js'

type ArrayOn = new (buffer: ArrayBuffer, byteOffset: number, length: number) => StoredArray

export function wasmBackend(): Backend {
  const backend: Backend = {
    name: 'wasm',
    asynchronous: false,
    get kernels(): Kernels {
      return kernels
    },
    allocate: (dtype: DType, length: number) => heap.allocate(dtype, length),
    write(storage, array, offset) {
      arrayOf(storage).set(array, offset)
    },
    read: (storage, offset, length) => arrayOf(storage).slice(offset, offset + length),
    readAsync: async (storage, offset, length) => arrayOf(storage).slice(offset, offset + length),
    release: storage => heap.release(storage as WasmStorage),
    memory: collect => heap.use(collect),
    listing: () => heap.listing(),
    setTracking: tracking => heap.setTracking(tracking),
    synchronize: async () => {},
  }
  const heap = new Heap(backend)
  /** A view of a storage's memory; good until the next allocation, which may move the heap. */
  const arrayOf = (storage: Storage): StoredArray => {
    const { pointer, dtype, length } = storage as WasmStorage
    if (pointer === 0) throw released()
    return new (DTYPES[dtype].array as unknown as ArrayOn)(heap.memory.buffer, pointer, length)
  }
  const inLoops = withHalf(loops(arrayOf))
  const ground: Ground = { memory: heap.memory, loops: inLoops }
  const gemm = new Gemm(heap)
  const kernels: Kernels = {
    ...inLoops,
    ...new ElementwiseKernels(heap, inLoops).make(),
    ...convertKernels(ground),
    ...moveKernels(ground),
    ...reduceKernels(ground),
    matmul: matmulKernel(heap, gemm, inLoops),
    ...convKernels(heap, gemm, inLoops),
    ...poolKernels(heap, inLoops),
    ...lineKernels(ground),
    ...indexKernels(ground),
    ...randomKernels(ground),
  }
  return backend
}

function released(): TensorError {
  return new TensorError('BAD_VALUE', 'This tensor was released: its memory is gone.', {
    next: 'This is a defect of the library: only what no variable can reach is released.',
  })
}
