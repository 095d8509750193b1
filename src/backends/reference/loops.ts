// Every primitive by plain loops, over memory of any backend that can show its storages as typed arrays.
import type { Kernels, Storage } from '../../tensor/backend.js'
import type { StoredArray } from '../../tensor/dtype.js'
import { convolutions } from './conv.js'
import { elementwise } from './elementwise.js'
import { indexing } from './indexing.js'
import { smallMatrices } from './linalg/kernels.js'
import { products } from './matmul.js'
import { memoryOf } from './memory.js'
import { moves } from './move.js'
import { pools } from './pool.js'
import { randomNumbers } from './random.js'
import { reductions } from './reduce.js'
import { scans } from './scan.js'
import { orders } from './sort.js'

/** Where the elements of a storage lie. */
export type ArrayOf = (storage: Storage) => StoredArray

/**
 * The kernels of the reference backend. Other backends may take those that are not worth a fast one of their own: `arrayOf`
 * then shows a storage in their memory (as long as a kernel runs, that array must stay valid).
 */
export function loops(arrayOf: ArrayOf): Kernels {
  const memory = memoryOf(arrayOf)
  return {
    ...elementwise(memory),
    ...reductions(memory),
    ...scans(memory),
    ...moves(memory),
    ...indexing(memory),
    ...orders(memory),
    ...products(memory),
    ...convolutions(memory),
    ...pools(memory),
    ...smallMatrices(memory),
    ...randomNumbers(memory),
  }
}
