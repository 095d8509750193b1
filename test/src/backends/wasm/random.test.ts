// Random numbers of the wasm backend: the same bits and uniforms as the reference's, normals within a few ulp.
import assert from 'node:assert/strict'
import { close, onBoth, same } from './beside.js'

/** Keys and counters, among them some where the low word of the block number runs over. */
const STREAMS = [
  { key: [0, 0], counter: 0 },
  { key: [0x12345678, 0x9abcdef0], counter: 5 },
  { key: [0xffffffff, 0xffffffff], counter: 2 ** 32 - 1 },
  { key: [1, 2], counter: 2 ** 32 - 2 },
  { key: [7, 0], counter: 2 ** 32 - 7 },
  { key: [7, 0], counter: 2 ** 52 + 3 },
] as const

const SIZES = [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 64, 129]

describe('wasm: random numbers', () => {
  it('has the bits of the reference', () => {
    for (const stream of STREAMS) {
      for (const size of SIZES)
        same(onBoth('randomBits', [], { shape: [size], ...stream }), `${size} ${stream.counter}`)
    }
  })

  it('has the published words of Philox4x32-10', () => {
    // Random123's known answer for counter 0 and key 0.
    const { actual } = onBoth('randomBits', [], { shape: [4], key: [0, 0], counter: 0 })
    assert.deepEqual(
      Array.from(actual, word => word >>> 0),
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    )
  })

  for (const dtype of ['float32', 'float64', 'float16', 'bfloat16'] as const) {
    it(`has the uniforms of the reference: ${dtype}`, () => {
      for (const stream of STREAMS) {
        for (const size of SIZES) same(onBoth('uniform', [], { shape: [size], dtype, ...stream }), `${size}`)
      }
    })
  }

  it('draws normals within 4 ulp of the reference, or 1e-14 near 0', () => {
    for (const dtype of ['float32', 'float64'] as const) {
      for (const stream of STREAMS) {
        for (const size of SIZES) {
          close(onBoth('normal', [], { shape: [size], dtype, ...stream }), dtype, 4, `${size}`, 1e-14)
        }
      }
      close(onBoth('normal', [], { shape: [100, 1000], dtype, key: [3, 4], counter: 9 }), dtype, 4, 'many', 1e-14)
    }
  })

  it('draws normals of mean 0 and variance 1', () => {
    const { actual } = onBoth('normal', [], { shape: [200_000], dtype: 'float32', key: [11, 12], counter: 0 })
    const values = Array.from(actual)
    const mean = values.reduce((sum, value) => sum + value) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    // Five standard errors.
    assert.ok(Math.abs(mean) < 5 / Math.sqrt(200_000))
    assert.ok(Math.abs(variance - 1) < 5 * Math.sqrt(2 / 200_000))
  })
})
