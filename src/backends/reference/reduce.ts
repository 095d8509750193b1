// Reductions. The reduced axes are brought together at the end, so that each result comes from one stretch of numbers.
import type { Kernels, Operand } from '../../tensor/backend.js'
import type { DType } from '../../tensor/dtype.js'
import type { Dims } from '../../tensor/primitives.js'
import { sizeOf } from '../../tensor/shape.js'
import { type Memory, stridesOf } from './memory.js'

/** One result from x[start] ... x[end - 1]. */
type Fold = (x: Float64Array, start: number, end: number) => number

/** Neumaier's sum: what each addition loses is summed apart, so that the order of the numbers does not matter. */
function sum(x: Float64Array, start: number, end: number): number {
  let [total, lost] = [0, 0]
  for (let i = start; i < end; i++) {
    const next = total + x[i]!
    lost += Math.abs(total) >= Math.abs(x[i]!) ? total - next + x[i]! : x[i]! - next + total
    total = next
  }
  return Number.isFinite(total) ? total + lost : total
}

function prod(x: Float64Array, start: number, end: number): number {
  let product = 1
  for (let i = start; i < end; i++) product *= x[i]!
  return product
}

function intProd(x: Float64Array, start: number, end: number): number {
  let product = 1
  for (let i = start; i < end; i++) product = Math.imul(product, x[i]!)
  return product
}

/** Place of the greatest, the first of equals; the first NaN is the greatest of all. -1 where there is nothing. */
export function placeOfGreatest(x: Float64Array, start: number, end: number): number {
  let best = start
  for (let i = start; i < end; i++) {
    if (Number.isNaN(x[i])) return i - start
    if (x[i]! > x[best]!) best = i
  }
  return start < end ? best - start : -1
}

/** The same for the least; NaN is the least of all as well. */
export function placeOfLeast(x: Float64Array, start: number, end: number): number {
  let best = start
  for (let i = start; i < end; i++) {
    if (Number.isNaN(x[i])) return i - start
    if (x[i]! < x[best]!) best = i
  }
  return start < end ? best - start : -1
}

function any(x: Float64Array, start: number, end: number): number {
  for (let i = start; i < end; i++) if (x[i] !== 0) return 1
  return 0
}

function all(x: Float64Array, start: number, end: number): number {
  for (let i = start; i < end; i++) if (x[i] === 0) return 0
  return 1
}

type Names = 'sum' | 'prod' | 'amax' | 'amin' | 'any' | 'all' | 'argmax' | 'argmin'

export function reductions(memory: Memory): Pick<Kernels, Names> {
  const reduce = (x: Operand, out: Operand, dims: readonly number[], fold: Fold): void => {
    const numbers = memory.load(reducedLast(x, dims))
    if (dims.length === 0) {
      memory.store(out, numbers)
      return
    }
    const results = new Float64Array(sizeOf(out.shape))
    const length = sizeOf(dims.map(dim => x.shape[dim]!))
    for (let i = 0; i < results.length; i++) results[i] = fold(numbers, i * length, (i + 1) * length)
    memory.store(out, results)
  }
  const over =
    (foldFor: (dtype: DType) => Fold) =>
    ([x]: readonly Operand[], out: Operand, { dims }: Dims): void =>
      reduce(x!, out, dims, foldFor(x!.dtype))
  const place =
    (fold: Fold) =>
    ([x]: readonly Operand[], out: Operand, { dim }: { readonly dim: number }): void =>
      reduce(x!, out, [dim], fold)
  return {
    sum: over(() => sum),
    prod: over(dtype => (dtype === 'int32' ? intProd : prod)),
    amax: over(() => (x, start, end) => x[start + placeOfGreatest(x, start, end)]!),
    amin: over(() => (x, start, end) => x[start + placeOfLeast(x, start, end)]!),
    any: over(() => any),
    all: over(() => all),
    argmax: place(placeOfGreatest),
    argmin: place(placeOfLeast),
  }
}

/** The same elements with the axes `dims` moved behind the others. */
function reducedLast(x: Operand, dims: readonly number[]): Operand {
  const kept = x.shape.map((_, axis) => axis).filter(axis => !dims.includes(axis))
  const order = [...kept, ...dims]
  if (order.every((axis, i) => axis === i)) return x
  const strides = stridesOf(x)
  return {
    storage: x.storage,
    offset: x.offset,
    shape: order.map(axis => x.shape[axis]!),
    layout: order.map(axis => strides[axis]!),
    dtype: x.dtype,
  }
}
