// Four numbers at a time, in the lanes in which their dtype is computed: read, converted, written.

import type { DType } from '../../../tensor/dtype.js'
import { type Code, i32, load, memoryLane, op, shuffle32, store } from '../assembler/expression.js'
import type { Vector } from '../vector.js'

/** The lanes of four numbers: int32, float32, or float64 in two vectors. */
export type Kind = 'int' | 'float' | 'double'

export const KIND: { readonly [D in DType]: Kind } = {
  bool: 'int',
  int32: 'int',
  float16: 'float',
  bfloat16: 'float',
  float32: 'float',
  float64: 'double',
}

/** One vector, or the lower and the upper two of four doubles. */
export type Quad = readonly Code[]

const one = (quad: Quad): Code => quad[0] as Code
const two = (quad: Quad): Code => quad[1] as Code
const upper = (x: Code): Code => shuffle32(x, x, [2, 3, 0, 1])
/** The first two lanes of both, of 32 bits. */
const paired = (low: Code, high: Code): Code => shuffle32(low, high, [0, 1, 4, 5])

/** float16 bits in int32 lanes: exponent and fraction are moved to their places, and scaled by the difference of the biases. */
function fromFloat16(v: Vector, bits: Code): Code {
  const kept = v.let(bits)
  const size = v.let(op('v128.and', kept, v.bits(0x7fff)))
  const finite = v.mul(op('i32x4.shl', size, i32(13)), v.constant(2 ** 112))
  const endless = op('v128.and', op('i32x4.gt_s', size, v.bits(0x7bff)), v.bits(0x7f800000))
  const sign = op('i32x4.shl', op('v128.and', kept, v.bits(0x8000)), i32(16))
  return op('v128.or', op('v128.or', finite, endless), sign)
}

/** To nearest, ties to even: by the carry of what is cut off, or, below 2^-14, by adding 1/2, whose last place is 2^-24. */
function toFloat16(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const size = v.let(v.atMost(v.abs(kept), v.constant(65536)))
  const even = op('v128.and', op('i32x4.shr_u', size, i32(13)), v.bits(1))
  const rounded = op('i32x4.shr_u', op('i32x4.add', op('i32x4.add', size, v.bits(0xfff)), even), i32(13))
  const normal = op('i32x4.sub', rounded, v.bits(112 << 10))
  const small = op('i32x4.sub', v.add(size, v.constant(0.5)), v.bits(0x3f000000))
  const sign = op('v128.and', op('i32x4.shr_u', kept, i32(16)), v.bits(0x8000))
  const number = op('v128.or', v.select(v.lt(size, v.constant(2 ** -14)), small, normal), sign)
  return v.select(v.eq(kept, kept), number, v.bits(0x7e00))
}

/** The upper half of float32, rounded to nearest, ties to even. */
function toBfloat16(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const even = op('v128.and', op('i32x4.shr_u', kept, i32(16)), v.bits(1))
  const rounded = op('i32x4.shr_u', op('i32x4.add', op('i32x4.add', kept, v.bits(0x7fff)), even), i32(16))
  return v.select(v.eq(kept, kept), rounded, v.bits(0x7fc0))
}

/** Four numbers from memory, or one, with anything in the other lanes. */
export function readQuad(v: Vector, dtype: DType, address: Code, single: boolean): Quad {
  if (dtype === 'float64') {
    if (single) return [load('v128.load64_splat', address), load('v128.load64_splat', address)]
    return [load('v128.load', address), load('v128.load', address, 16)]
  }
  if (dtype === 'int32' || dtype === 'float32') {
    return [load(single ? 'v128.load32_splat' : 'v128.load', address)]
  }
  if (dtype === 'bool') {
    if (single) return [op('i32x4.splat', load('i32.load8_u', address))]
    return [op('i32x4.extend_low_i16x8_u', op('i16x8.extend_low_i8x16_u', load('v128.load32_zero', address)))]
  }
  const bits = single ? op('i32x4.splat', load('i32.load16_u', address)) : load('v128.load16x4_u', address)
  return [dtype === 'float16' ? fromFloat16(v, bits) : op('i32x4.shl', bits, i32(16))]
}

export function writeQuad(v: Vector, dtype: DType, address: Code, quad: Quad, single: boolean): Code {
  if (dtype === 'float64') {
    if (single) return memoryLane('v128.store64_lane', address, one(quad), 0)
    return [...store('v128.store', address, one(quad)), ...store('v128.store', address, two(quad), 16)]
  }
  if (dtype === 'int32' || dtype === 'float32') {
    return single ? memoryLane('v128.store32_lane', address, one(quad), 0) : store('v128.store', address, one(quad))
  }
  if (dtype === 'bool') {
    // Lanes are 0 or 1.
    const words = v.let(op('i16x8.narrow_i32x4_u', one(quad), one(quad)))
    const bytes = op('i8x16.narrow_i16x8_u', words, words)
    return memoryLane(single ? 'v128.store8_lane' : 'v128.store32_lane', address, bytes, 0)
  }
  const bits = v.let(dtype === 'float16' ? toFloat16(v, one(quad)) : toBfloat16(v, one(quad)))
  const words = op('i16x8.narrow_i32x4_u', bits, bits)
  return memoryLane(single ? 'v128.store16_lane' : 'v128.store64_lane', address, words, 0)
}

/** Numbers of one kind as another, rounded once; to int towards zero, what does not fit to the nearest end, NaN to 0. */
export const CONVERT: { readonly [F in Kind]: { readonly [T in Kind]: (v: Vector, quad: Quad) => Quad } } = {
  int: {
    int: (_, quad) => quad,
    float: (_, quad) => [op('f32x4.convert_i32x4_s', one(quad))],
    double: (v, quad) => {
      const x = v.let(one(quad))
      return [op('f64x2.convert_low_i32x4_s', x), op('f64x2.convert_low_i32x4_s', upper(x))]
    },
  },
  float: {
    int: (_, quad) => [op('i32x4.trunc_sat_f32x4_s', one(quad))],
    float: (_, quad) => quad,
    double: (v, quad) => {
      const x = v.let(one(quad))
      return [op('f64x2.promote_low_f32x4', x), op('f64x2.promote_low_f32x4', upper(x))]
    },
  },
  double: {
    int: (_, quad) => {
      const whole = quad.map(x => op('i32x4.trunc_sat_f64x2_s_zero', x)) as [Code, Code]
      return [paired(...whole)]
    },
    float: (_, quad) => {
      const narrow = quad.map(x => op('f32x4.demote_f64x2_zero', x)) as [Code, Code]
      return [paired(...narrow)]
    },
    double: (_, quad) => quad,
  },
}

/** A mask for each number, made by a test of floats or doubles, as lanes of 0 and 1. */
export function asBools(v: Vector, masks: Quad): Quad {
  const mask = masks.length === 1 ? one(masks) : shuffle32(one(masks), two(masks), [0, 2, 4, 6])
  return [op('v128.and', mask, v.bits(1))]
}
