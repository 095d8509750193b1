// Makes the backends known to the core, by name.
import type { Backend } from '../tensor/backend.js'
import { registerBackend } from '../tensor/state.js'
import { openBlas } from './blas/openblas.js'
import { referenceBackend } from './reference/backend.js'
import { wasmBackend } from './wasm/backend.js'

/** One heap under three names: 'auto' has large products made by OpenBLAS where it is there, 'wasm' never, 'blas' always. */
let wasm: Backend | undefined
const heap = (): Backend => {
  wasm ??= wasmBackend(openBlas)
  return wasm
}

for (const name of ['auto', 'wasm', 'blas']) registerBackend(name, heap)
registerBackend('reference', referenceBackend)
