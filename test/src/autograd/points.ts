// Tensors for tests of gradients: float64 leaves at generic points, the same every time.

import { setFlagsFromString } from 'node:v8'
import { device, noGrad, setBackend } from '#src/index.js'
import { fromArray } from '#src/tensor/create.js'
import { apply, assign, compute } from '#src/tensor/engine.js'
import { constant } from '#src/tensor/ops/operand.js'
import type { Shape } from '#src/tensor/shape.js'
import { sizeOf } from '#src/tensor/shape.js'
import type { Tensor } from '#src/tensor/tensor.js'

/** Numbers from `low` to `high` without structure and none twice, in float64. */
export function points(shape: Shape, low: number, high: number, seed = 0): Tensor {
  const size = sizeOf(shape)
  // Multiples of the golden ratio, modulo 1: no two are close, whatever their number.
  const values = Float64Array.from({ length: size }, (_, i) => {
    const fraction = ((i + 1) * 0.618033988749895 + seed * 0.7548776662466927) % 1
    return low + (high - low) * fraction
  })
  return fromArray(values, shape, { dtype: 'float64', requiresGrad: true })
}

export function float64(values: readonly number[], shape: Shape = [values.length], requiresGrad = true): Tensor {
  return fromArray(Float64Array.from(values), shape, { dtype: 'float64', requiresGrad })
}

export function int32(values: readonly number[], shape: Shape = [values.length]): Tensor {
  return fromArray(Int32Array.from(values), shape, { dtype: 'int32' })
}

export function bools(values: readonly number[], shape: Shape = [values.length]): Tensor {
  return apply('cast', [int32(values, shape)], { dtype: 'bool' })
}

/** The numbers of a tensor in row-major order. */
export function numbers(x: Tensor): number[] {
  const flat = compute('cast', [compute('copy', [x], {})], { dtype: 'float64' })
  return Array.from(flat.storage.backend.read(flat.storage, 0, flat.size))
}

/** The sum of all elements. */
export function total(x: Tensor): Tensor {
  return apply('sum', [x], { dims: x.shape.map((_, i) => i), keepdim: false })
}

/** Writes x + 1 into x, outside of the graph. */
export function increase(x: Tensor): void {
  noGrad(() => assign('add_', x, () => apply('add', [x, constant(1, x.dtype, x.storage.backend)], {}), [x]))
}

/** Runs the tests of a describe on a backend, and puts back the one of before. */
export function on(backend: string): void {
  let chosen = ''
  before(() => {
    chosen = device()
    setBackend(backend)
  })
  after(() => setBackend(chosen))
}

/**
 * How many bytes live after `times` runs more than after the first: the least of three looks with runs between them. V8 holds
 * on to what a function has at hand while it optimises it beside the program; a leak stays.
 */
export function growth(run: () => unknown, times: number, live: () => number): number {
  setFlagsFromString('--no-concurrent-recompilation')
  try {
    run()
    const start = live()
    const looks = [1, 2, 3].map(() => {
      for (let i = 0; i < times; i++) run()
      return live() - start
    })
    return Math.min(...looks)
  } finally {
    setFlagsFromString('--concurrent-recompilation')
  }
}
