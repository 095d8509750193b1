// The 16-bit floats: between their bits and numbers, rounding once, to nearest, ties to even.
import type { DType } from '../../tensor/dtype.js'

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
export function decodeFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1024 + fraction) * 2 ** (exponent - 25)
}

export function encodeFloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  // 65520 is halfway between the greatest number and the next that would be.
  if (size >= 65520) return sign | 0x7c00
  const exponent = Math.max(exponentOf(size), -14)
  const units = roundHalfEven(size * 2 ** (10 - exponent))
  // A carry out of the fraction runs into the exponent, which is right.
  return units < 1024 ? sign | units : sign | (((exponent + 15) << 10) + (units - 1024))
}

/** bfloat16: the upper half of a float32. */
export function decodeBfloat16(bits: number): number {
  words[0] = bits << 16
  return floats[0] as number
}

export function encodeBfloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (size >= BFLOAT16_OVERFLOW) return sign | 0x7f80
  const exponent = Math.max(exponentOf(size), -126)
  const units = roundHalfEven(size * 2 ** (7 - exponent))
  return units < 128 ? sign | units : sign | (((exponent + 127) << 7) + (units - 128))
}

const words = new Uint32Array(1)
const floats = new Float32Array(words.buffer)
const wide = new Float64Array(1)
const wideWords = new Uint32Array(wide.buffer)
/** Halfway from the greatest bfloat16 to the next that would be. */
const BFLOAT16_OVERFLOW = (2 - 2 ** -8) * 2 ** 127

/** floor(log2(size)) of a number that is at least 2^-1022; less for smaller ones, which are all below the formats here. */
function exponentOf(size: number): number {
  wide[0] = size
  return (((wideWords[1] as number) >>> 20) & 2047) - 1023
}

/** To the nearest whole number, ties to even. */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x)
  const rest = x - below
  if (rest < 0.5) return below
  if (rest > 0.5) return below + 1
  return below % 2 === 0 ? below : below + 1
}

export function decode(dtype: DType, stored: number): number {
  if (dtype === 'float16') return decodeFloat16(stored)
  return dtype === 'bfloat16' ? decodeBfloat16(stored) : stored
}

/** The stored form of a number: what a typed array of the dtype takes, rounded once. */
export function encode(dtype: DType, value: number): number {
  if (dtype === 'float16') return encodeFloat16(value)
  if (dtype === 'bfloat16') return encodeBfloat16(value)
  if (dtype === 'int32') return toInt32(value)
  return dtype === 'bool' ? Number(value !== 0) : value
}

/** Towards zero; what does not fit wraps, as the low 32 bits of two's complement do. NaN and infinities become 0. */
export function toInt32(value: number): number {
  return Math.trunc(value) | 0
}
