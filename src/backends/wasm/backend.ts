// The wasm backend, the default: kernels in WebAssembly SIMD, made at run time; what is rare runs in the reference's loops
// over views of the heap.
import type { Backend, Kernels, Observer, Storage } from '../../tensor/backend.js'
import { DTYPES, type DType, type StoredArray } from '../../tensor/dtype.js'
import { TensorError } from '../../tensor/errors.js'
import { observed } from '../observed.js'
import { loops } from '../reference/loops.js'
import { allKernels } from './all-kernels.js'
import { hasRelaxedSimd } from './assembler/features.js'
import { withHalf } from './convert/half.js'
import { Heap } from './memory/heap.js'
import type { WasmStorage } from './memory/storage.js'
import type { FindProducts, ProductChoice, Products } from './products.js'
import { Assembler } from './program/assemble.js'
import { isSummed } from './program/loop.js'
import type { Recipe } from './program/recipe.js'

type ArrayOn = new (buffer: ArrayBuffer, byteOffset: number, length: number) => StoredArray

/** `find` looks for somebody who makes large products of matrices: see products.ts. */
export function wasmBackend(find: FindProducts = () => undefined): Backend {
  const backend: Backend = {
    name: 'wasm',
    get engine() {
      return products() === undefined ? 'wasm' : 'blas'
    },
    choose(name) {
      const wanted: ProductChoice = name === 'wasm' || name === 'blas' ? name : 'auto'
      if (wanted === 'blas' && find(heap.memory) === undefined) throw noBlas()
      choice = wanted
      found = undefined
    },
    asynchronous: false,
    get kernels(): Kernels {
      return heard
    },
    allocate(dtype: DType, length: number) {
      const storage = heap.allocate(dtype, length)
      observer?.allocated(storage)
      return storage
    },
    write(storage, array, offset) {
      observer?.write(storage, array, offset)
      arrayOf(storage).set(array, offset)
    },
    read(storage, offset, length) {
      observer?.read(storage)
      return arrayOf(storage).slice(offset, offset + length)
    },
    readAsync: async (storage, offset, length) => arrayOf(storage).slice(offset, offset + length),
    release: storage => heap.release(storage as WasmStorage),
    memory: collect => heap.use(collect),
    listing: () => heap.listing(),
    setTracking: tracking => heap.setTracking(tracking),
    watch(next) {
      observer = next
      heard = next === undefined ? kernels : observed(kernels, next)
    },
    get dialect() {
      return `${backend.engine}${hasRelaxedSimd() ? ' relaxed' : ''}`
    },
    recipe: program => assembler.recipe(program),
    assemble: (program, recipe) => assembler.assemble(program, recipe as Recipe, backend),
    fuses: (op, constant) => assembler.fuses(op, constant),
    sums: isSummed,
    synchronize: async () => {},
  }
  let observer: Observer | undefined
  let choice: ProductChoice = 'auto'
  /** Looked for at the first large product. */
  let found: { readonly products: Products | undefined } | undefined
  const products = (): Products | undefined => {
    found ??= { products: choice === 'wasm' ? undefined : find(heap.memory) }
    return found.products
  }
  const heap = new Heap(backend, undefined, products)
  /** A view of a storage's memory; good until the next allocation, which may move the heap. */
  const arrayOf = (storage: Storage): StoredArray => {
    const { pointer, dtype, length } = storage as WasmStorage
    if (pointer === 0) throw released()
    return new (DTYPES[dtype].array as unknown as ArrayOn)(heap.memory.buffer, pointer, length)
  }
  const inLoops = withHalf(loops(arrayOf))
  const kernels = allKernels(heap, inLoops)
  const assembler = new Assembler(heap, () => kernels)
  let heard = kernels
  return backend
}

function noBlas(): TensorError {
  return new TensorError('BAD_BACKEND', "setBackend('blas'): OpenBLAS is not here.", {
    next: "npm start puts it into the project's .venv; or install scipy-openblas32 by pip, or name a library in GRADLAB_BLAS.",
  })
}

function released(): TensorError {
  return new TensorError('BAD_VALUE', 'This tensor was released: its memory is gone.', {
    next: 'This is a defect of the library: only what no variable can reach is released.',
  })
}
