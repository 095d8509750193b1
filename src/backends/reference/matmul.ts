// Matrix products, batched and broadcast over the leading axes.
import type { Kernels } from '../../tensor/backend.js'
import { type Shape, sizeOf } from '../../tensor/shape.js'
import type { Memory } from './memory.js'

export function products(memory: Memory): Pick<Kernels, 'matmul'> {
  return {
    matmul: ([a, b], out) => {
      const [x, y] = [memory.load(a!), memory.load(b!)]
      const [m, k] = a!.shape.slice(-2) as [number, number]
      const n = b!.shape.at(-1)!
      const batch = out.shape.slice(0, -2)
      const [fromA, fromB] = [matrices(a!.shape, batch), matrices(b!.shape, batch)]
      const results = new Float64Array(sizeOf(out.shape))
      const multiply = a!.dtype === 'int32' ? multiplyInts : multiplyFloats
      for (let i = 0; i < sizeOf(batch); i++) {
        multiply(x, fromA[i]! * m * k, y, fromB[i]! * k * n, results, i * m * n, m, k, n)
      }
      memory.store(out, results)
    },
  }
}

/** results[i, j] += sum over p of x[i, p] y[p, j], in the order that walks through memory. */
function multiplyFloats(
  x: Float64Array,
  xStart: number,
  y: Float64Array,
  yStart: number,
  results: Float64Array,
  start: number,
  m: number,
  k: number,
  n: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = x[xStart + i * k + p]!
      for (let j = 0; j < n; j++) results[start + i * n + j]! += factor * y[yStart + p * n + j]!
    }
  }
}

/** The same modulo 2^32. */
function multiplyInts(
  x: Float64Array,
  xStart: number,
  y: Float64Array,
  yStart: number,
  results: Float64Array,
  start: number,
  m: number,
  k: number,
  n: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = x[xStart + i * k + p]!
      for (let j = 0; j < n; j++) results[start + i * n + j]! += Math.imul(factor, y[yStart + p * n + j]!)
    }
  }
}

/** For each matrix of the result's batch, the number of the matrix that an operand gives to it. */
function matrices(shape: Shape, batch: Shape): number[] {
  let numbers = [0]
  const missing = batch.length - (shape.length - 2)
  batch.forEach((size, axis) => {
    const own = axis < missing ? 1 : shape[axis - missing]!
    numbers = numbers.flatMap(number => Array.from({ length: size }, (_, i) => number * own + (own === 1 ? 0 : i)))
  })
  return numbers
}
