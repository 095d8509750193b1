// Distances of numbers in units in the last place.
import type { DType } from '#src/tensor/dtype.js'
import { compute } from '#src/tensor/engine.js'
import { backendNamed } from '#src/tensor/state.js'
import type { Tensor } from '#src/tensor/tensor.js'
import { rowMajorTensor } from './cases.js'

/** Digits after the leading one, and the exponent of the smallest normal number. */
const FORMAT: Partial<Record<DType, { digits: number; least: number }>> = {
  float64: { digits: 52, least: -1022 },
  float32: { digits: 23, least: -126 },
  float16: { digits: 10, least: -14 },
  bfloat16: { digits: 7, least: -126 },
}

/** The distance between neighbouring numbers of a dtype at x. */
export function ulp(x: number, dtype: DType): number {
  const format = FORMAT[dtype]
  if (format === undefined) return 1
  const size = Math.abs(x)
  // Math.log2 may round up to the next power.
  let exponent = size === 0 ? format.least : Math.floor(Math.log2(size))
  if (2 ** exponent > size) exponent--
  return 2 ** (Math.max(exponent, format.least) - format.digits)
}

/** float64 numbers as a dtype holds them. */
export function roundedTo(values: readonly number[], dtype: DType): number[] {
  if (dtype === 'float64') return [...values]
  if (dtype === 'float32') return values.map(Math.fround)
  return numbersOf(rowMajorTensor(values, [values.length], 'f', dtype))
}

/** The numbers of a tensor in row-major order, as float64. */
export function numbersOf(x: Tensor): number[] {
  const flat = compute('cast', [compute('copy', [x], {})], { dtype: 'float64' })
  return Array.from(flat.storage.backend.read(flat.storage, flat.offset, flat.size))
}

export const reference = backendNamed('reference')
