import { deepEqual, equal, ok } from 'node:assert/strict'
import { decodeTable, encode } from '#src/backends/reference/half.js'
import { float64, make, run } from './answer.js'

const FORMATS = ['float16', 'bfloat16'] as const

describe('16-bit floats', () => {
  for (const format of FORMATS) {
    const table = decodeTable(format)

    it(`${format}: every one of the 65,536 patterns comes back from its number`, () => {
      for (let bits = 0; bits < 0x10000; bits++) {
        const value = table[bits]!
        if (Number.isNaN(value)) continue
        if (encode(value, format) !== bits) equal(encode(value, format), bits)
      }
    })

    it(`${format}: halfway between neighbours goes to the even one, a hair more or less to the nearer one`, () => {
      const infinity = encode(Infinity, format)
      for (let bits = 0; bits < infinity - 1; bits++) {
        const [low, high] = [table[bits]!, table[bits + 1]!]
        const middle = (low + high) / 2
        const even = bits % 2 === 0 ? bits : bits + 1
        const hair = (high - low) * 2 ** -30
        const got = [middle, middle - hair, middle + hair, -middle].map(x => encode(x, format))
        const expected = [even, bits, bits + 1, even | 0x8000]
        if (got.some((value, i) => value !== expected[i])) deepEqual(got, expected, `between ${low} and ${high}`)
      }
    })

    it(`${format}: rounds once, straight from float64`, () => {
      // Just above a tie, but so little that float32 would make it a tie, which then goes to the even one below.
      const step = table[encode(1, format) + 1]! - 1
      const value = 1 + step / 2 + 2 ** -40
      equal(encode(value, format), encode(1, format) + 1)
      equal(encode(Math.fround(value), format), encode(1, format))
    })

    it(`${format}: NaN, infinities, zeros and what is too large or too small`, () => {
      ok(Number.isNaN(table[encode(NaN, format)]))
      equal(table[encode(-Infinity, format)], -Infinity)
      equal(encode(-0, format), 0x8000)
      equal(table[encode(1e300, format)], Infinity)
      equal(encode(-1e-300, format), 0x8000)
      equal(encode(5e-324, format), 0)
    })
  }

  it('float16: the values that IEEE 754 gives', () => {
    const table = decodeTable('float16')
    deepEqual(
      [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x7c00, 0x3555].map(bits => table[bits]),
      [1, -2, 65504, 2 ** -14, 2 ** -24, Infinity, 0.333251953125],
    )
    equal(encode(65519.99, 'float16'), 0x7bff)
    equal(encode(65520, 'float16'), 0x7c00)
  })

  it('bfloat16: the upper half of a float32', () => {
    const table = decodeTable('bfloat16')
    const [words, floats] = [new Uint32Array(1), new Float32Array(1)]
    const upper = new Float32Array(words.buffer)
    for (let bits = 0; bits < 0x10000; bits++) {
      words[0] = bits << 16
      floats[0] = upper[0]!
      if (!Object.is(table[bits], floats[0])) equal(table[bits], floats[0])
    }
  })

  it('are computed in float64 and rounded once', () => {
    for (const dtype of FORMATS) {
      const x = make({ dtype, shape: [3], data: [1, 0.1, -3] })
      const table = decodeTable(dtype)
      const tenth = table[encode(0.1, dtype)]!
      deepEqual(
        run('exp', [x], {}).data,
        [Math.E, Math.exp(tenth), Math.exp(-3)].map(y => table[encode(y, dtype)]),
      )
      deepEqual(run('cast', [float64([1 / 3, 70000])], { dtype }).data[0], table[encode(1 / 3, dtype)])
    }
  })
})
