// Makes the backends known to the core, by name.
import { registerBackend } from '../tensor/state.js'
import { referenceBackend } from './reference/backend.js'
import { wasmBackend } from './wasm/backend.js'

registerBackend('wasm', wasmBackend)
registerBackend('reference', referenceBackend)
