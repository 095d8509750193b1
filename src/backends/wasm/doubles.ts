// Mathematical functions on two float64 lanes, and powers of float32 through them. Coefficients: bench/fit_functions.py.
//
// Errors, over the whole range and results below 2^-1022 included: exp and log 1 ulp, expm1 2, sigmoid and tanh 3 ulp; pow of
// float32 numbers 1 ulp.
import { type Code, i32, op, shuffle32 } from './assembler/expression.js'
import { Vector } from './vector.js'

/** ln 2 in two parts: the first has so few bits that a whole number up to 2^20 times it is exact. */
const LN2 = [0.6931471804855391, 7.440617110012397e-11] as const
/** (exp(r) - 1 - r) / r^2 for |r| <= ln 2 / 2, to 2e-16. */
const EXP_TAIL = [
  0.5000000000000001, 0.1666666666666664, 0.04166666666662445, 0.008333333333355489, 0.001388888891707482,
  0.0001984126978671487, 2.480152148583338e-5, 2.75573533094275e-6, 2.762000750319618e-7, 2.506895805252792e-8,
]
/** The same to 3e-9, for results in float32. */
const EXP_SHORT = [
  0.50000000133576, 0.16666666534724, 0.041666465681099, 0.0083333599531091, 0.0013933584580963, 0.00019858298013955,
]
/** (atanh(s) / s - 1) / s^2 over s^2, for |s| <= .172, to 3e-18. */
const ATANH_TAIL = [
  0.3333333333333333, 0.2000000000000044, 0.1428571428540098, 0.1111111119602597, 0.09090897803647838,
  0.0769312067004514, 0.06634366331705646, 0.06543509600238286,
]
/** The same to 1.1e-11. */
const ATANH_SHORT = [0.33333333333689, 0.19999999397121, 0.14285877531441, 0.11095686072989, 0.096815707186374]
/** Adding it pushes a number's fraction out, and leaves the nearest whole number in the low bits. */
const MAGIC = 1.5 * 2 ** 52
/** The bits of 1: its exponent. */
const ONE = 0x3ff0000000000000n

/** x = n ln 2 + r with |r| <= ln 2 / 2; `pushed` has n in its low bits. e^r = 1 + r + r^2 tail. */
function reduce(v: Vector, x: Code, coefficients = EXP_TAIL): { pushed: Code; r: Code; tail: Code } {
  const pushed = v.let(v.madd(x, v.constant(Math.LOG2E), v.constant(MAGIC)))
  const n = v.let(v.sub(pushed, v.constant(MAGIC)))
  const r = v.let(v.nmadd(n, v.constant(LN2[1]), v.nmadd(n, v.constant(LN2[0]), x)))
  return { pushed, r, tail: v.mul(v.mul(r, r), v.polynomial(r, coefficients)) }
}

/** 2^n for n in the low bits, -1022 <= n <= 1023. */
function power(v: Vector, n: Code): Code {
  return op('i64x2.add', op('i64x2.shl', n, i32(52)), v.words(ONE))
}

/** e^x, scaled by 2^n in two steps, so that results below 2^-1022 and overflow come out right. */
export function exp(v: Vector, x: Code): Code {
  const { pushed, r, tail } = reduce(v, v.let(v.atLeast(v.atMost(x, v.constant(710)), v.constant(-746))))
  const n = v.sub(pushed, v.constant(MAGIC))
  const half = v.let(v.madd(n, v.constant(0.5), v.constant(MAGIC)))
  const p = v.add(v.add(tail, r), v.constant(1))
  return v.mul(v.mul(p, power(v, half)), power(v, op('i64x2.sub', pushed, half)))
}

/** e^x for |x| up to 700 or NaN, to 3e-10. */
function expShort(v: Vector, x: Code): Code {
  const { pushed, r, tail } = reduce(v, x, EXP_SHORT)
  return v.mul(v.add(v.add(tail, r), v.constant(1)), power(v, pushed))
}

/** e^x - 1 without loss near 0: 2 (2^(n-1) q + (2^(n-1) - 1/2)) with q = e^r - 1. */
export function expm1(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const { pushed, r, tail } = reduce(v, v.let(v.atLeast(v.atMost(kept, v.constant(710)), v.constant(-40))))
  const q = v.let(v.add(tail, r))
  const half = v.let(power(v, op('i64x2.sub', pushed, v.words(1n))))
  const scaled = v.let(v.madd(q, half, v.sub(half, v.constant(0.5))))
  const near = v.select(v.eq(kept, v.constant(0)), kept, q)
  return v.select(v.eq(pushed, v.constant(MAGIC)), near, v.add(scaled, scaled))
}

/** x = 2^e m with m in [sqrt 1/2, sqrt 2): log x = e ln 2 + 2 atanh((m - 1) / (m + 1)). For normal x above 0. */
function logNormal(v: Vector, x: Code, coefficients: readonly number[], scaledBy: Code): Code {
  // The bits of sqrt(1/2) are taken away, so that the exponent changes there; 1023 more is in the exponent.
  const shifted = op('i64x2.add', op('i64x2.sub', x, v.words(0x3fe6a09e667f3bcdn)), v.words(ONE))
  const exponent = v.let(op('i64x2.shr_u', shifted, i32(52)))
  const m = op('i64x2.add', op('i64x2.sub', x, op('i64x2.shl', exponent, i32(52))), v.words(ONE))
  // A whole number in the low bits of 2^52 is added to it.
  const e = v.let(v.sub(op('v128.or', exponent, v.constant(2 ** 52)), scaledBy))
  const f = v.let(v.sub(m, v.constant(1)))
  const s = v.let(v.div(f, v.add(f, v.constant(2))))
  const z = v.let(v.mul(s, s))
  const half = v.let(v.mul(v.mul(f, f), v.constant(0.5)))
  const tail = v.mul(v.mul(v.polynomial(z, coefficients), z), v.constant(2))
  const correction = v.sub(v.mul(s, v.add(half, tail)), half)
  const low = v.madd(e, v.constant(LN2[1]), correction)
  return v.madd(e, v.constant(LN2[0]), v.add(f, low))
}

export function log(v: Vector, x: Code): Code {
  const kept = v.let(x)
  // What is below 2^-1022 is scaled up by 2^54 first.
  const small = v.let(v.lt(kept, v.constant(2 ** -1022)))
  const scaled = v.let(v.select(small, v.mul(kept, v.constant(2 ** 54)), kept))
  const taken = v.add(v.constant(2 ** 52 + 1023), op('v128.and', small, v.constant(54)))
  return withEnds(v, kept, logNormal(v, scaled, ATANH_TAIL, taken))
}

/** log x for x >= 0 that came from float32, to 1e-11. */
function logShort(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const above = v.select(
    v.eq(kept, v.constant(0)),
    v.constant(-Infinity),
    logNormal(v, kept, ATANH_SHORT, v.constant(2 ** 52 + 1023)),
  )
  return v.select(v.lt(kept, v.constant(Infinity)), above, kept)
}

/** Puts in what logarithms give at 0, below it, at Inf and NaN. */
function withEnds(v: Vector, x: Code, finite: Code): Code {
  const inf = v.constant(Infinity)
  const atZero = v.select(v.eq(x, v.constant(0)), v.constant(-Infinity), v.constant(NaN))
  return v.select(v.eq(x, inf), inf, v.select(v.gt(x, v.constant(0)), finite, atZero))
}

/** 1 / (1 + e^-|x|), or e^-|x| times that. */
export function sigmoid(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const e = v.let(exp(v, v.neg(v.abs(kept))))
  return v.div(v.select(v.lt(kept, v.constant(0)), e, v.constant(1)), v.add(e, v.constant(1)))
}

/** t / (t + 2) with t = e^2|x| - 1, and the sign of x. */
export function tanh(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const size = v.let(v.atMost(v.abs(kept), v.constant(22)))
  const t = v.let(expm1(v, v.add(size, size)))
  return op('v128.bitselect', kept, v.div(t, v.add(t, v.constant(2))), v.constant(-0))
}

/** The upper two of four lanes. */
const upper = (x: Code): Code => shuffle32(x, x, [2, 3, 0, 1])

/** x^y of float32 numbers: e^(y log |x|) in float64, then the sign, and what C says of 0, 1, Infinity and NaN. */
export function pow(v: Vector, base: Code, exponent: Code): Code {
  const [x, y] = [v.let(base), v.let(exponent)]
  const wide = new Vector('f64x2', v.builder)
  const size = v.let(v.abs(x))
  const half = (part: (lanes: Code) => Code): Code => {
    const [a, b] = [size, y].map(lanes => op('f64x2.promote_low_f32x4', part(lanes))) as [Code, Code]
    const product = wide.mul(b, logShort(wide, a))
    const inside = wide.let(wide.atLeast(wide.atMost(product, wide.constant(100)), wide.constant(-120)))
    return op('f32x4.demote_f64x2_zero', expShort(wide, inside))
  }
  const ofSize = v.let(shuffle32(v.let(half(lanes => lanes)), v.let(half(upper)), [0, 1, 4, 5]))

  const [zero, one, inf] = [v.constant(0), v.constant(1), v.constant(Infinity)]
  const halfOfY = v.let(v.mul(y, v.constant(0.5)))
  const whole = v.let(v.eq(v.trunc(y), y))
  const even = v.let(v.eq(v.trunc(halfOfY), halfOfY))
  const sign = op('v128.andnot', op('v128.and', op('v128.and', whole, x), v.constant(-0)), even)
  // A finite number below 0 has powers of whole numbers only.
  const none = op('v128.andnot', op('v128.and', v.lt(x, zero), v.lt(size, inf)), whole)
  const signed = v.select(none, v.constant(NaN), op('v128.xor', ofSize, sign))
  const minusOneEndless = op('v128.and', v.eq(size, one), v.eq(v.abs(y), inf))
  const isOne = op('v128.or', op('v128.or', v.eq(y, zero), v.eq(x, one)), minusOneEndless)
  return v.select(isOne, one, signed)
}
