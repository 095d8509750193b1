// The heap of the wasm backend.
import assert from 'node:assert/strict'
import { wasmBackend } from '#src/backends/wasm/backend.js'

describe('wasm: heap', () => {
  it('gives a storage of no elements first of all', () => {
    const backend = wasmBackend()
    const storage = backend.allocate('float32', 0)
    assert.equal(backend.read(storage, 0, 0).length, 0)
  })
})
