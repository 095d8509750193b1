// The 16-bit floats: their bits to numbers and back. Rounding goes from float64 in one step, to nearest, ties to even.

interface Format {
  /** Bits behind the binary point. */
  readonly fraction: number
  readonly bias: number
}

const FORMATS: { readonly [D in 'float16' | 'bfloat16']: Format } = {
  float16: { fraction: 10, bias: 15 },
  bfloat16: { fraction: 7, bias: 127 },
}

/** Bits to numbers, for all 65,536 of them; made at first use. */
const tables: { [D in 'float16' | 'bfloat16']?: Float64Array } = {}

export function decodeTable(dtype: 'float16' | 'bfloat16'): Float64Array {
  tables[dtype] ??= Float64Array.from({ length: 0x10000 }, (_, bits) => decode(bits, FORMATS[dtype]))
  return tables[dtype]
}

function decode(bits: number, { fraction, bias }: Format): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits & 0x7fff) >> fraction
  const rest = bits & ((1 << fraction) - 1)
  if (exponent === 2 * bias + 1) return rest === 0 ? sign * Infinity : NaN
  if (exponent === 0) return sign * rest * 2 ** (1 - bias - fraction)
  return sign * (rest + (1 << fraction)) * 2 ** (exponent - bias - fraction)
}

const number = new Float64Array(1)
const words = new Uint32Array(number.buffer)
// Adding and taking away 2^52 rounds a number from 0 to 2^52 to a whole one, ties to even.
const ROUNDER = 2 ** 52

/** The bits of the nearest 16-bit float; too large a number becomes Infinity, NaN the quiet one without sign. */
export function encode(value: number, dtype: 'float16' | 'bfloat16'): number {
  const { fraction, bias } = FORMATS[dtype]
  const infinity = (2 * bias + 1) << fraction
  if (Number.isNaN(value)) return infinity | (1 << (fraction - 1))
  number[0] = value
  const high = words[1]!
  const sign = (high >>> 16) & 0x8000
  // Below the smallest normal number the spacing stays that of the smallest normal number.
  const exponent = Math.max(((high >>> 20) & 0x7ff) - 1023, 1 - bias)
  if (exponent > bias) return sign | infinity
  const units = Math.abs(value) * 2 ** (fraction - exponent)
  const rounded = units + ROUNDER - ROUNDER
  // Rounding up to the next power of two carries into the exponent by itself.
  return sign | (((exponent + bias) << fraction) + rounded - (1 << fraction))
}
