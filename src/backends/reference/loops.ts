// All primitives by plain loops: each result is computed in float64 and rounded once.
import type { Kernels } from '../../tensor/backend.js'
import { type ArrayOf, access } from './access.js'
import { elementwiseKernels } from './elementwise.js'
import { indexKernels } from './indexing.js'
import { linalgKernels } from './linalg.js'
import { moveKernels } from './move.js'
import { productKernels } from './products.js'
import { randomKernels } from './random.js'
import { reduceKernels } from './reduce.js'

/** The kernels over any memory that can be seen as typed arrays. */
export function loops(arrayOf: ArrayOf): Kernels {
  const memory = access(arrayOf)
  return {
    ...elementwiseKernels(memory),
    ...reduceKernels(memory),
    ...moveKernels(memory),
    ...indexKernels(memory),
    ...productKernels(memory),
    ...linalgKernels(memory),
    ...randomKernels(memory),
  }
}
