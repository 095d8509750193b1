// How fast this machine is at best: what the time of a kernel can be measured against.
import type { Backend, Operand } from '../tensor/backend.js'
import { NONE } from '../tensor/primitives.js'
import { type Shape, sizeOf } from '../tensor/shape.js'

export interface Rates {
  readonly multiplyAddsPerMs: number
  /** Of numbers that lie in the caches, read and written. */
  readonly bytesPerMs: number
}

const ROUNDS = 7

/** A product, and a sum of two tensors: as large as takes a plain backend a millisecond. */
const [SIDE, LENGTH] = [96, 2 ** 15]

const known = new WeakMap<Backend, Rates>()

/** Measured once, within some milliseconds. */
export function ratesOf(backend: Backend): Rates {
  let rates = known.get(backend)
  if (rates === undefined) {
    rates = {
      multiplyAddsPerMs: SIDE ** 3 / best(backend, 'matmul', [SIDE, SIDE]),
      bytesPerMs: (3 * 4 * LENGTH) / best(backend, 'add', [LENGTH]),
    }
    known.set(backend, rates)
  }
  return rates
}

/** Milliseconds of the best of some rounds; each round is long enough for the clock. */
function best(backend: Backend, name: 'matmul' | 'add', shape: Shape): number {
  const [a, b, out] = Array.from({ length: 3 }, (): Operand => {
    const storage = backend.allocate('float32', sizeOf(shape))
    backend.write(storage, new Float32Array(sizeOf(shape)).fill(1), 0)
    return { storage, offset: 0, shape, layout: undefined, dtype: 'float32' }
  }) as [Operand, Operand, Operand]
  const run = (times: number): number => {
    const start = performance.now()
    for (let i = 0; i < times; i++) backend.kernels[name]([a, b], out, NONE)
    return (performance.now() - start) / times
  }
  const times = Math.max(1, Math.min(64, Math.round(0.3 / run(1))))
  let ms = Number.POSITIVE_INFINITY
  for (let i = 0; i < ROUNDS; i++) ms = Math.min(ms, run(times))
  for (const { storage } of [a, b, out]) backend.release(storage)
  return Math.max(ms, 1e-6)
}
