// What the reference is checked with, on the wasm backend: every primitive, both wide floats, operands wherever they lie.
import { deepEqual, ok } from 'node:assert/strict'
import '#src/index.js'
import type { DType } from '#src/tensor/dtype.js'
import { compute } from '#src/tensor/engine.js'
import { backendNamed } from '#src/tensor/state.js'
import { Tensor } from '#src/tensor/tensor.js'
import { backend, dense, gapped, make, type Plain, plain, shifted, turned } from './reference/answer.js'
import { KNOWN_ANSWERS } from './reference/known-answers.js'

const wasm = backendNamed('wasm')
/** One unit in the last place of 1, and the smallest number with all its digits. */
const FLOATS: { readonly [D in DType]?: readonly [number, number] } = {
  float64: [2 ** -52, 2 ** -1022],
  float32: [2 ** -23, 2 ** -126],
}

const CANCELLING = new Set([
  'sum',
  'cumsum',
  'logSoftmax',
  'matmul',
  'conv2d',
  'conv2dInput',
  'conv2dWeight',
  'sumPool2d',
])

/** The same storage and window in wasm's memory. */
function moved({ storage, offset, shape, layout, dtype }: Tensor): Tensor {
  const copy = wasm.allocate(dtype, storage.length)
  if (storage.length > 0) wasm.write(copy, storage.backend.read(storage, 0, storage.length), 0)
  return new Tensor(copy, offset, shape, layout, dtype, undefined)
}

/** Equal for whole numbers; for floats within 4 ulp of the result, or of the greatest result where terms cancel. */
function agree(name: string, got: Plain, expected: Plain): void {
  deepEqual([got.dtype, got.shape], [expected.dtype, expected.shape])
  const [ulp, smallest] = FLOATS[expected.dtype] ?? [0, 0]
  const greatest = Math.max(0, ...expected.data.filter(Number.isFinite).map(Math.abs))
  const scale = (value: number): number => Math.max(Math.abs(value), smallest, CANCELLING.has(name) ? greatest : 0)
  got.data.forEach((value, i) => {
    const truth = expected.data[i]!
    const same = value === truth || (Number.isNaN(value) && Number.isNaN(truth))
    // Below the smallest number with all its digits, an intermediate result may have lost some.
    const near = Math.abs(value - truth) <= Math.max(4 * ulp * scale(truth), smallest * 2 ** -16)
    ok(same || near, `${name}: element ${i} is ${value}, should be ${truth}`)
  })
}

describe('wasm beside the reference', () => {
  for (const name of new Set(KNOWN_ANSWERS.map(answer => answer.name))) {
    const answers = KNOWN_ANSWERS.filter(answer => answer.name === name)
    for (const dtype of ['float64', 'float32'] as const) {
      it(`${name}: agrees in ${dtype}, however the operands lie`, () => {
        for (const { inputs, params } of answers) {
          for (const layoutOf of [dense, shifted, gapped, turned]) {
            const operands = inputs.map(x => make(x.dtype === 'float64' ? { ...x, dtype } : x, layoutOf))
            const expected = plain(compute(name, operands, params as never, backend))
            agree(name, plain(compute(name, operands.map(moved), params as never, wasm)), expected)
          }
        }
      })
    }
  }
})
