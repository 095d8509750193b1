// Random numbers from counters: Philox4x32-10 (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011). Block b of key [k0, k1] is philox([low word of b, high word of b, 0, 0], [k0, k1]): four words of 32 bits.
// Word w of the stream is word w % 4 of block counter + floor(w / 4). Which words feed which element:
//
//   randomBits        element i: word i.
//   uniform float32   element i: word i, its upper 24 bits: (word >>> 8) 2^-24. float16 takes the upper 11 bits and bfloat16
//                     the upper 8, as more would round up to 1.
//   uniform float64   element i: words 2i and 2i + 1: all of the first and the upper 21 bits of the second, 53 in all:
//                     (first 2^21 + (second >>> 11)) 2^-53.
//   normal            elements 2j and 2j + 1 are r cos(2 pi v) and r sin(2 pi v), r = sqrt(-2 log(1 - u)) (Box & Muller, 1958),
//                     where u and v are the uniforms 2j and 2j + 1: float64 uniforms for float64, float32 ones for the others.
import type { Kernels } from '../../tensor/backend.js'
import type { DType } from '../../tensor/dtype.js'
import type { RandomParams } from '../../tensor/primitives.js'
import { sizeOf } from '../../tensor/shape.js'
import type { Memory } from './memory.js'

/** The upper 32 bits of the product of two unsigned words. */
function mulHigh(a: number, b: number): number {
  const [ah, al, bh, bl] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff]
  const middle = ah * bl + ((al * bl) >>> 16)
  const other = al * bh + (middle & 0xffff)
  return ah * bh + (middle >>> 16) + (other >>> 16)
}

/** Ten rounds over the block of four words that begins at `at`, in place. */
function rounds(block: Uint32Array, at: number, low: number, high: number): void {
  let [a, b, c, d] = [block[at]!, block[at + 1]!, block[at + 2]!, block[at + 3]!]
  let [k0, k1] = [low, high]
  for (let round = 0; round < 10; round++) {
    const upper0 = mulHigh(0xd2511f53, a)
    const lower0 = Math.imul(0xd2511f53, a)
    const upper1 = mulHigh(0xcd9e8d57, c)
    const lower1 = Math.imul(0xcd9e8d57, c)
    a = (upper1 ^ b ^ k0) >>> 0
    b = lower1 >>> 0
    c = (upper0 ^ d ^ k1) >>> 0
    d = lower0 >>> 0
    k0 = (k0 + 0x9e3779b9) | 0
    k1 = (k1 + 0xbb67ae85) | 0
  }
  block[at] = a
  block[at + 1] = b
  block[at + 2] = c
  block[at + 3] = d
}

/** One block of four words, in place. */
export function philox(block: Uint32Array, key: readonly [number, number]): void {
  rounds(block, 0, key[0], key[1])
}

/** The first `count` unsigned words of the stream. */
export function words(count: number, { key, counter }: Pick<RandomParams, 'key' | 'counter'>): Uint32Array {
  const stream = new Uint32Array(Math.ceil(count / 4) * 4)
  for (let i = 0; i < stream.length; i += 4) {
    const block = counter + i / 4
    stream[i] = block % 2 ** 32
    stream[i + 1] = Math.floor(block / 2 ** 32)
    rounds(stream, i, key[0], key[1])
  }
  return stream.subarray(0, count)
}

/** How many of a word's bits a uniform number of each dtype takes. */
const BITS: { readonly [D in DType]?: number } = { float32: 24, float16: 11, bfloat16: 8 }

function uniforms(count: number, params: RandomParams, dtype: DType): Float64Array {
  const numbers = new Float64Array(count)
  if (dtype === 'float64') {
    const stream = words(2 * count, params)
    for (let i = 0; i < count; i++) numbers[i] = (stream[2 * i]! * 2 ** 21 + (stream[2 * i + 1]! >>> 11)) * 2 ** -53
  } else {
    const bits = BITS[dtype] ?? 24
    const stream = words(count, params)
    for (let i = 0; i < count; i++) numbers[i] = (stream[i]! >>> (32 - bits)) * 2 ** -bits
  }
  return numbers
}

export function randomNumbers(memory: Memory): Pick<Kernels, 'randomBits' | 'uniform' | 'normal'> {
  return {
    randomBits: (_, out, params) => memory.store(out, new Float64Array(words(sizeOf(out.shape), params))),
    uniform: (_, out, params) => memory.store(out, uniforms(sizeOf(out.shape), params, out.dtype)),
    normal: (_, out, params) => {
      const count = sizeOf(out.shape)
      const u = uniforms(count + (count % 2), params, out.dtype === 'float64' ? 'float64' : 'float32')
      const numbers = new Float64Array(u.length)
      for (let i = 0; i < u.length; i += 2) {
        const radius = Math.sqrt(-2 * Math.log1p(-u[i]!))
        const angle = 2 * Math.PI * u[i + 1]!
        numbers[i] = radius * Math.cos(angle)
        numbers[i + 1] = radius * Math.sin(angle)
      }
      memory.store(out, numbers.subarray(0, count))
    },
  }
}
