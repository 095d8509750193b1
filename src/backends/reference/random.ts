// Random numbers from counters: Philox4x32-10 (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011). Block b of key (k0, k1) is philox([low b, high b, 0, 0], [k0, k1]): four words of 32 bits.
//
// Bits and float32 uniforms: element i is word i % 4 of block counter + floor(i / 4). float64 uniforms take two words each:
// element i has words 2i and 2i + 1 of the stream; the first gives the upper 32 of 53 bits. Normals come in pairs by Box and
// Muller: elements 2j and 2j + 1 are r cos a and r sin a with r = sqrt(-2 log(1 - u)), a = 2 pi v, where u and v are the
// uniforms 2j and 2j + 1.
import type { Kernels, Operand } from '../../tensor/backend.js'
import type { RandomParams } from '../../tensor/primitives.js'
import { sizeOf } from '../../tensor/shape.js'
import type { Access } from './access.js'

/** The upper 32 bits of the product of two unsigned words. */
function mulHigh(a: number, b: number): number {
  const [ah, al, bh, bl] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff]
  const low = al * bl
  const middle = ah * bl + (low >>> 16)
  const other = al * bh + (middle & 0xffff)
  return (ah * bh + Math.floor(middle / 65536) + Math.floor(other / 65536)) >>> 0
}

/** One block: ten rounds over four words. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [a, b, c, d] = counter
  let [k0, k1] = key
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = [mulHigh(0xd2511f53, a), Math.imul(0xd2511f53, a)]
    const [high1, low1] = [mulHigh(0xcd9e8d57, c), Math.imul(0xcd9e8d57, c)]
    a = (high1 ^ b ^ k0) >>> 0
    b = low1 >>> 0
    c = (high0 ^ d ^ k1) >>> 0
    d = low0 >>> 0
    k0 = (k0 + 0x9e3779b9) >>> 0
    k1 = (k1 + 0xbb67ae85) >>> 0
  }
  return [a, b, c, d]
}

/** `count` unsigned words of the stream that begins with block `counter`. */
export function words(count: number, { key, counter }: RandomParams): Uint32Array {
  const out = new Uint32Array(Math.ceil(count / 4) * 4)
  for (let i = 0; i < out.length; i += 4) {
    const block = counter + i / 4
    out.set(philox([block >>> 0, Math.floor(block / 2 ** 32) >>> 0, 0, 0], [key[0] >>> 0, key[1] >>> 0]), i)
  }
  return out
}

/** How many words an element of a float dtype takes. */
const wide = (out: Operand): boolean => out.dtype === 'float64'

export function uniforms(count: number, params: RandomParams, double: boolean): Float64Array {
  if (!double) return Float64Array.from(words(count, params).subarray(0, count), word => (word >>> 8) * 2 ** -24)
  const stream = words(2 * count, params)
  return Float64Array.from({ length: count }, (_, i) => {
    const [high, low] = [stream[2 * i] as number, stream[2 * i + 1] as number]
    return (high * 2 ** 21 + (low >>> 11)) * 2 ** -53
  })
}

export function randomKernels({ save }: Access): Pick<Kernels, 'randomBits' | 'uniform' | 'normal'> {
  return {
    randomBits: (_, out, params) => {
      const count = sizeOf(out.shape)
      save(
        out,
        Float64Array.from(words(count, params).subarray(0, count), word => word | 0),
      )
    },
    uniform: (_, out, params) => save(out, uniforms(sizeOf(out.shape), params, wide(out))),
    normal: (_, out, params) => {
      const count = sizeOf(out.shape)
      const u = uniforms(count + (count % 2), params, wide(out))
      const values = new Float64Array(count)
      for (let i = 0; i < count; i += 2) {
        const r = Math.sqrt(-2 * Math.log1p(-(u[i] as number)))
        const angle = 2 * Math.PI * (u[i + 1] as number)
        values[i] = r * Math.cos(angle)
        if (i + 1 < count) values[i + 1] = r * Math.sin(angle)
      }
      save(out, values)
    },
  }
}
