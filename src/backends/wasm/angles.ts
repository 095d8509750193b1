// Sines and angles on four float32 lanes. Coefficients: bench/fit_functions.py.
//
// Errors: sin and cos 3 ulp, tan 5, for |x| up to TURNS_END; atan, asin, acos and atan2 3 ulp over the whole range.
import { type Code, i32, op } from './assembler/expression.js'
import { MAGIC, withSign } from './functions.js'
import type { Vector } from './vector.js'

/** (sin(r) / r - 1) / r^2 over r^2, for |r| <= pi / 4, to 2e-10. */
const SIN_TAIL = [-0.166666666638, 0.00833333186367, -0.000198400819728, 2.72494117474e-6]
/** (cos(r) - 1 + r^2 / 2) / r^4 over r^2, for |r| <= pi / 4, to 5e-8. */
const COS_TAIL = [0.0416666646435, -0.00138883009723, 2.45476079986e-5]
/** pi / 2 in parts: the first three have so few bits that a whole number up to 2^13 times one of them is exact. */
const QUARTER_TURN = [1.5703125, 0.00048375129699707031, 7.5495336204767227e-8, 2.56334415159e-12]
/** As far as the parts of a quarter turn reach. */
export const TURNS_END = 8192
/** (atan(t) / t - 1) / t^2 over t^2, for 0 <= t <= 1, to 1.4e-8: a quotient. */
const ATAN_ABOVE = [-0.333333328659, -0.295069283529, -0.0444980090173]
const ATAN_BELOW = [1, 1.48520638998, 0.596070947038, 0.0542998848521]

/** x = n pi / 2 + r with |r| <= pi / 4: n in the low bits, sin(r) and cos(r). For |x| up to TURNS_END. */
function turned(v: Vector, x: Code): { n: Code; sine: Code; cosine: Code } {
  const kept = v.let(x)
  const pushed = v.let(v.madd(kept, v.constant(2 / Math.PI), v.constant(MAGIC)))
  const n = v.let(v.sub(pushed, v.constant(MAGIC)))
  const r = v.let(QUARTER_TURN.reduce((rest, part) => v.nmadd(n, v.constant(part), rest), kept))
  const square = v.let(v.mul(r, r))
  const sine = v.madd(v.mul(r, square), v.polynomial(square, SIN_TAIL), r)
  const tail = v.madd(v.mul(square, square), v.polynomial(square, COS_TAIL), v.constant(1))
  return { n: pushed, sine: v.let(sine), cosine: v.let(v.nmadd(square, v.constant(0.5), tail)) }
}

/** All bits where the lowest bit of n is set. */
const odd = (n: Code): Code => op('i32x4.shr_s', op('i32x4.shl', n, i32(31)), i32(31))

/** The sine of x + `quarters` pi / 2: sine or cosine of r, with the sign that the second bit of n tells. */
function sineAfter(v: Vector, x: Code, quarters: 0 | 1): Code {
  const { n, sine, cosine } = turned(v, x)
  const after = quarters === 0 ? n : v.let(op('i32x4.add', n, v.bits(quarters)))
  const sign = op('v128.and', op('i32x4.shl', after, i32(30)), v.bits(-(2 ** 31)))
  return op('v128.xor', v.select(odd(after), cosine, sine), sign)
}

export function sin(v: Vector, x: Code): Code {
  const kept = v.let(x)
  // -0 has lost its sign to the parts of 0 quarter turns.
  return v.select(v.eq(kept, v.constant(0)), kept, sineAfter(v, kept, 0))
}

export function cos(v: Vector, x: Code): Code {
  return sineAfter(v, x, 1)
}

/** sin / cos, or - cos / sin after an odd number of quarter turns. */
export function tan(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const { n, sine, cosine } = turned(v, kept)
  const mask = v.let(odd(n))
  const above = v.select(mask, v.neg(cosine), sine)
  return v.select(v.eq(kept, v.constant(0)), kept, v.div(above, v.select(mask, sine, cosine)))
}

/** A number less a, where the number has more digits than a float32: pi or its half. */
function lessThan(v: Vector, number: number, a: Code): Code {
  const high = Math.fround(number)
  return v.sub(v.constant(high), v.sub(a, v.constant(number - high)))
}

/** The angle of the point (x, y): of the smaller coordinate by the larger one, then turned to where it belongs. */
export function atan2(v: Vector, y: Code, x: Code): Code {
  const [up, along] = [v.let(y), v.let(x)]
  const [height, width] = [v.let(v.abs(up)), v.let(v.abs(along))]
  const [small, large] = [v.let(v.min(height, width)), v.let(v.max(height, width))]
  const [zero, inf] = [v.constant(0), v.constant(Infinity)]
  // 0 / 0 counts as 0, and Inf / Inf as 1.
  const quotient = v.select(v.eq(small, inf), v.constant(1), v.div(small, large))
  const t = v.let(v.select(v.eq(large, zero), zero, quotient))
  const z = v.let(v.mul(t, t))
  const tail = v.div(v.mul(v.mul(t, z), v.polynomial(z, ATAN_ABOVE)), v.polynomial(z, ATAN_BELOW))
  const low = v.let(v.add(t, tail))
  const first = v.let(v.select(v.gt(height, width), lessThan(v, Math.PI / 2, low), low))
  const left = op('i32x4.shr_s', along, i32(31))
  return withSign(v, v.select(left, lessThan(v, Math.PI, first), first), up)
}

export function atan(v: Vector, x: Code): Code {
  return atan2(v, x, v.constant(1))
}

/** cos of the angle whose sine is x, and the other way around. */
function otherSide(v: Vector, x: Code): Code {
  return v.sqrt(v.mul(v.sub(v.constant(1), x), v.add(v.constant(1), x)))
}

export function asin(v: Vector, x: Code): Code {
  const kept = v.let(x)
  return atan2(v, kept, otherSide(v, kept))
}

export function acos(v: Vector, x: Code): Code {
  const kept = v.let(x)
  return atan2(v, otherSide(v, kept), kept)
}
