// Products by OpenBLAS, through koffi, straight on the memory of the wasm heap.
import { TensorError } from '../../tensor/errors.js'
import { host, node } from '../../tensor/node.js'
import type { Compiled } from '../wasm/assembler/module.js'
import type { Products } from '../wasm/products.js'
import { findLibrary, physicalCores, wish } from './find.js'

/** What is used of koffi. Addresses are whole numbers: memory lies below 2^53. */
interface Koffi {
  load(file: string): { func(prototype: string): (...args: number[]) => number }
  address(view: Uint8Array): bigint
}

type Library = ReturnType<Koffi['load']>

const ROW_MAJOR = 101
/** CblasNoTrans and CblasTrans. */
const ORDERS = [111, 112] as const

/** Functions have a prefix in SciPy's wheel. */
const PREFIXES = ['scipy_', ''] as const

/** Where this module is; a bundler that writes no ES module leaves import.meta empty. */
const { url } = import.meta as { url?: string }

let library: { readonly koffi: Koffi; readonly file: string; readonly found: Library } | undefined
let looked = false

/** OpenBLAS for a memory. Undefined where it is not there; what GRADLAB_BLAS names must be. */
export function openBlas(memory: WebAssembly.Memory): Products | undefined {
  if (!looked) {
    looked = true
    library = loaded()
  }
  return library === undefined ? undefined : productsOf(library.koffi, library.found, memory)
}

function loaded(): typeof library {
  const [modules, urls, path] = [node('module'), node('url'), node('path')]
  if (modules === undefined || urls === undefined || path === undefined || url === undefined) return undefined
  const here = urls.fileURLToPath(url)
  const file = findLibrary(path.dirname(here))
  if (file === undefined) return undefined
  try {
    const koffi = modules.createRequire(here)('koffi') as Koffi
    return { koffi, file, found: koffi.load(file) }
  } catch (error) {
    if (wish() === undefined) return undefined
    throw new TensorError('BAD_BACKEND', `GRADLAB_BLAS: OpenBLAS cannot be loaded from ${file}.`, {
      next: `Give the path of a library with cblas_sgemm, or GRADLAB_BLAS=off. (${(error as Error).message})`,
    })
  }
}

/** A function by its name, with or without the prefix. */
function functionOf(found: Library, prototype: (prefix: string) => string): (...args: number[]) => number {
  for (const prefix of PREFIXES) {
    try {
      return found.func(prototype(prefix))
    } catch {
      // The other prefix.
    }
  }
  throw new TensorError('BAD_BACKEND', 'OpenBLAS has no function cblas_sgemm.', {
    next: 'Give another library by GRADLAB_BLAS, or GRADLAB_BLAS=off.',
  })
}

function productsOf(koffi: Koffi, found: Library, memory: WebAssembly.Memory): Products {
  if (host()?.env.OPENBLAS_NUM_THREADS === undefined) {
    functionOf(found, prefix => `void ${prefix}openblas_set_num_threads(int)`)(physicalCores())
  }
  // The memory stays where it is when it grows, as engines reserve its room; should one move it, this sees it.
  let [buffer, base] = [undefined as ArrayBufferLike | undefined, 0]
  /** A program gives addresses above 2 GB as negative numbers: WebAssembly's integers have a sign for JavaScript. */
  const at = (address: number): number => base + (address >>> 0)
  const product = (letter: 's' | 'd', number: 'float' | 'double'): Compiled => {
    const gemm = functionOf(
      found,
      prefix =>
        `void ${prefix}cblas_${letter}gemm(int, int, int, int, int, int, ${number}, void *, int, void *, int, ${number}, void *, int)`,
    )
    return (rows, columns, depth, a, aTurned, aStep, b, bTurned, bStep, c, cStep, add) => {
      if (memory.buffer !== buffer) {
        buffer = memory.buffer
        base = Number(koffi.address(new Uint8Array(buffer)))
      }
      const [first, second] = [ORDERS[aTurned as 0 | 1], ORDERS[bTurned as 0 | 1]]
      const [atA, atB, atC] = [at(a as number), at(b as number), at(c as number)]
      // biome-ignore format: one line, as in the library's manual
      gemm(ROW_MAJOR, first, second, rows as number, columns as number, depth as number, 1, atA, aStep as number, atB, bStep as number, add as number, atC, cStep as number)
      return 0
    }
  }
  return { f32x4: product('s', 'float'), f64x2: product('d', 'double') }
}
