import { deepEqual, equal, ok } from 'node:assert/strict'
import { philox, words } from '#src/backends/reference/random.js'
import { run } from './answer.js'

const key = [0x12345678, 0x9abcdef0] as const

describe('random numbers', () => {
  it('philox gives the published answers', () => {
    // The known answers of the paper's own test suite: zeros, all ones, digits of pi.
    const known: [number[], [number, number], number[]][] = [
      [
        [0, 0, 0, 0],
        [0, 0],
        [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
      ],
      [
        [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
        [0xffffffff, 0xffffffff],
        [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
      ],
      [
        [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
        [0xa4093822, 0x299f31d0],
        [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
      ],
    ]
    for (const [counter, blockKey, expected] of known) {
      const block = Uint32Array.from(counter)
      philox(block, blockKey)
      deepEqual(Array.from(block), expected)
    }
  })

  it('randomBits: element i is word i % 4 of block counter + floor(i / 4)', () => {
    const bits = run('randomBits', [], { shape: [3, 3], key, counter: 5 })
    deepEqual([bits.dtype, bits.shape], ['int32', [3, 3]])
    const expected = [5, 6, 7].flatMap(low => {
      const block = Uint32Array.of(low, 0, 0, 0)
      philox(block, key)
      return Array.from(block, word => word | 0)
    })
    deepEqual(bits.data, expected.slice(0, 9))
  })

  it('the counter goes on beyond 2^32', () => {
    const at = 2 ** 32 * 3 - 1
    const [before, behind] = [Uint32Array.of(0xffffffff, 2, 0, 0), Uint32Array.of(0, 3, 0, 0)]
    philox(before, key)
    philox(behind, key)
    deepEqual(Array.from(words(8, { key, counter: at })), [...before, ...behind])
  })

  it('a key may be given in signed or unsigned words', () => {
    deepEqual(words(4, { key: [-1, -2], counter: 0 }), words(4, { key: [0xffffffff, 0xfffffffe], counter: 0 }))
  })

  it('uniform: the upper bits of the words, as many as the dtype holds', () => {
    const stream = words(8, { key, counter: 0 })
    const of = (dtype: 'float32' | 'float64' | 'float16' | 'bfloat16') =>
      run('uniform', [], { shape: [4], key, counter: 0, dtype }).data
    deepEqual(
      of('float32'),
      Array.from(stream.subarray(0, 4), word => (word >>> 8) / 2 ** 24),
    )
    deepEqual(
      of('float16'),
      Array.from(stream.subarray(0, 4), word => (word >>> 21) / 2 ** 11),
    )
    deepEqual(
      of('bfloat16'),
      Array.from(stream.subarray(0, 4), word => (word >>> 24) / 2 ** 8),
    )
    const wide = [0, 1, 2, 3].map(i => Number((BigInt(stream[2 * i]!) << 21n) | (BigInt(stream[2 * i + 1]!) >> 11n)))
    deepEqual(
      of('float64'),
      wide.map(bits => bits / 2 ** 53),
    )
  })

  it('uniform: lies in [0, 1) with the mean and variance of its law, in every dtype', () => {
    for (const dtype of ['float32', 'float64', 'float16', 'bfloat16'] as const) {
      const { data } = run('uniform', [], { shape: [40_000], key, counter: 0, dtype })
      ok(data.every(u => u >= 0 && u < 1))
      const { mean, variance } = moments(data)
      // bfloat16 has 256 values, whose mean is 1/512 below a half. Five standard errors otherwise.
      const bias = dtype === 'bfloat16' ? 1 / 512 : 0
      ok(Math.abs(mean + bias - 0.5) < 5 * Math.sqrt(1 / 12 / 40_000), `${dtype} ${mean}`)
      ok(Math.abs(variance - 1 / 12) < 5 * Math.sqrt(1 / 180 / 40_000), `${dtype} ${variance}`)
    }
  })

  it('normal: pairs by Box and Muller from two uniforms each', () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const u = run('uniform', [], { shape: [6], key, counter: 9, dtype }).data
      const z = run('normal', [], { shape: [5], key, counter: 9, dtype }).data
      const expected = [0, 2, 4].flatMap(i => {
        const radius = Math.sqrt(-2 * Math.log1p(-u[i]!))
        return [radius * Math.cos(2 * Math.PI * u[i + 1]!), radius * Math.sin(2 * Math.PI * u[i + 1]!)]
      })
      deepEqual(z, expected.slice(0, 5).map(dtype === 'float32' ? Math.fround : x => x))
    }
  })

  it('normal: has mean 0, variance 1 and the tails of its law', () => {
    const { data } = run('normal', [], { shape: [100_001], key, counter: 0, dtype: 'float32' })
    const { mean, variance } = moments(data)
    ok(Math.abs(mean) < 5 / Math.sqrt(data.length), `${mean}`)
    ok(Math.abs(variance - 1) < 5 * Math.sqrt(2 / data.length), `${variance}`)
    const beyond = data.filter(z => Math.abs(z) > 1.959964).length / data.length
    ok(Math.abs(beyond - 0.05) < 5 * Math.sqrt((0.05 * 0.95) / data.length), `${beyond}`)
  })

  it('make nothing of an empty shape', () => {
    equal(run('normal', [], { shape: [0], key, counter: 0, dtype: 'float32' }).data.length, 0)
    equal(run('randomBits', [], { shape: [2, 0], key, counter: 0 }).data.length, 0)
  })
})

function moments(data: readonly number[]): { mean: number; variance: number } {
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length
  return { mean, variance: data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length }
}
