// Mathematical functions on four float32 lanes. Coefficients are Chebyshev fits made with mpmath (bench/fit_functions.py).
//
// Errors, against the correctly rounded result, over the whole range and results below 2^-126 included: exp 1 ulp, expm1 2,
// log 2, log1p 3, tanh 3, sigmoid 2, softplus 3, erf 3 ulp. silu 3 and gelu 7 ulp, but for results below 2^-120: there the
// rounding of a factor below 2^-126 is multiplied by x. geluTanh 4 ulp and 3 |y| more at y = 1.6 x (1 + .045 x^2), whose rounding
// the exponential multiplies by its size.
import type { Code } from './assembler/expression.js'
import { i32, op } from './assembler/expression.js'
import type { Vector } from './vector.js'

const LOG2_E = Math.LOG2E
/** ln 2 in two parts: the first has so few bits that n * LN2_HIGH is exact. */
const LN2_HIGH = 0.693359375
const LN2_LOW = -2.1219444005469057e-4

/** (exp(r) - 1 - r) / r^2 for |r| <= ln 2 / 2, to 1.4e-7. */
const EXP_TAIL = [0.5, 0.16666576922, 0.0416665545326, 0.00836319032562, 0.00139261976694]
/** (atanh(s) / s - 1) / s^2 over s^2, for |s| <= .172, to 2e-9. */
const ATANH_TAIL = [0.33333333276, 0.200000619531, 0.142752935188, 0.116684055026]
/** erf(x) / x over x^2, for |x| <= 1, to 1.4e-9. */
const ERF_HEAD = [
  1.12837916585, -0.376126266667, 0.112835947152, -0.0268542120106, 0.00518908742343, -0.000801686428717,
  7.87587506269e-5,
]
/** exp(t^2) erfc(t) (1 + 2t) over (t - 2.5) / (t + 2.5), for t from 0 to 10.1, to 2.7e-8. */
const ERFC_SCALED = [
  1.26483817129, -0.122356876289, -0.0990233564474, 0.157632735185, -0.102983399682, 0.0327375477024, 0.00100879552369,
  -0.00429109645537, 0.000349073110218, 0.000467000118459,
]

/** Adding it pushes a number's fraction out, and leaves the nearest whole number in the low bits. */
const MAGIC = 12582912
const MAGIC_BITS = 0x4b400000

/** x = n ln 2 + r with |r| <= ln 2 / 2; n as float and as int32. */
function reduce(v: Vector, x: Code): { n: Code; whole: Code; r: Code } {
  const pushed = v.let(v.madd(x, v.constant(LOG2_E), v.constant(MAGIC)))
  const n = v.let(v.sub(pushed, v.constant(MAGIC)))
  const whole = v.let(op('i32x4.sub', pushed, v.bits(MAGIC_BITS)))
  const r = v.let(v.nmadd(n, v.constant(LN2_LOW), v.nmadd(n, v.constant(LN2_HIGH), x)))
  return { n, whole, r }
}

/** 2^n for int32 lanes, -126 <= n <= 127. */
function power(v: Vector, n: Code): Code {
  return op('i32x4.shl', op('i32x4.add', n, v.bits(127)), i32(23))
}

/** e^x: r + r^2 p(r) + 1, scaled by 2^n in two steps, so that results below 2^-126 and overflow come out right. */
export function exp(v: Vector, x: Code): Code {
  // Beyond these ends the result is 0 or Inf anyway.
  const inside = v.let(v.atLeast(v.atMost(x, v.constant(89)), v.constant(-104)))
  const { whole, r } = reduce(v, inside)
  const half = v.let(op('i32x4.shr_s', whole, i32(1)))
  const p = v.add(v.madd(v.mul(r, r), v.polynomial(r, EXP_TAIL), r), v.constant(1))
  return v.mul(v.mul(p, power(v, half)), power(v, op('i32x4.sub', whole, half)))
}

/** e^x for x <= 0 as it is added to 1 or thrown away beside it: 0 below -87, in one step. */
export function expBelow(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const inside = v.let(v.atLeast(kept, v.constant(-87.3)))
  const { whole, r } = reduce(v, inside)
  const p = v.add(v.madd(v.mul(r, r), v.polynomial(r, EXP_TAIL), r), v.constant(1))
  return v.mul(p, power(v, whole))
}

/** e^x for x <= 0, NaN kept: as exp, but the second scaling can be the same for all, as no 2^n is too large. */
export function expNotAbove0(v: Vector, x: Code): Code {
  const { whole, r } = reduce(v, v.let(v.atLeast(x, v.constant(-104))))
  const p = v.add(v.madd(v.mul(r, r), v.polynomial(r, EXP_TAIL), r), v.constant(1))
  return v.mul(v.mul(p, power(v, op('i32x4.add', whole, v.bits(32)))), v.constant(2 ** -32))
}

/** e^x - 1 without loss near 0: 2 (2^(n-1) q + (2^(n-1) - 1/2)) with q = e^r - 1. */
export function expm1(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const inside = v.let(v.atLeast(v.atMost(kept, v.constant(89)), v.constant(-20)))
  const { n, whole, r } = reduce(v, inside)
  const q = v.let(v.madd(v.mul(r, r), v.polynomial(r, EXP_TAIL), r))
  const half = v.let(power(v, op('i32x4.sub', whole, v.bits(1))))
  const scaled = v.add(v.mul(q, half), v.sub(half, v.constant(0.5)))
  // Where n is 0 the sum is q itself, also a -0.
  return v.select(v.eq(n, v.constant(0)), v.select(v.eq(kept, v.constant(0)), kept, q), v.add(scaled, scaled))
}

/** x = 2^e m with m in [sqrt 1/2, sqrt 2): log x = e ln 2 + 2 atanh((m - 1) / (m + 1)). */
function logParts(v: Vector, x: Code): { e: Code; f: Code; correction: Code } {
  // What is below 2^-126 is scaled up by 2^23 first.
  const small = v.let(v.lt(x, v.constant(2 ** -126)))
  const scaled = v.let(v.select(small, v.mul(x, v.constant(2 ** 23)), x))
  // The bits of sqrt(1/2) are taken away, so that the exponent changes there.
  const shifted = v.let(op('i32x4.sub', scaled, v.bits(0x3f3504f3)))
  const exponent = v.let(op('i32x4.shr_s', shifted, i32(23)))
  const m = op('i32x4.sub', scaled, op('i32x4.shl', exponent, i32(23)))
  const e = v.let(v.sub(op('f32x4.convert_i32x4_s', exponent), op('v128.and', small, v.constant(23))))
  const f = v.let(v.sub(m, v.constant(1)))
  const s = v.let(v.div(f, v.add(f, v.constant(2))))
  const z = v.let(v.mul(s, s))
  const half = v.let(v.mul(v.mul(f, f), v.constant(0.5)))
  // log m = f - half + s (half + 2 z tail)
  const tail = v.mul(v.mul(v.polynomial(z, ATANH_TAIL), z), v.constant(2))
  const correction = v.let(v.sub(v.mul(s, v.add(half, tail)), half))
  return { e, f, correction }
}

/** Puts in what logarithms give at 0, below it, at Inf and NaN. */
function logEnds(v: Vector, x: Code, finite: Code): Code {
  const inf = v.constant(Infinity)
  const atZero = v.select(v.eq(x, v.constant(0)), v.constant(-Infinity), v.constant(NaN))
  const ends = v.select(v.gt(x, v.constant(0)), finite, atZero)
  return v.select(v.eq(x, inf), inf, ends)
}

export function log(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const { e, f, correction } = logParts(v, kept)
  const low = v.madd(e, v.constant(LN2_LOW), correction)
  return logEnds(v, kept, v.add(v.madd(e, v.constant(LN2_HIGH), low), f))
}

const LOG2_E_LOW = -2.241909053e-7 // of log2(e), beyond 1.44269525...

export function log2(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const { e, f, correction } = logParts(v, kept)
  const high = v.constant(1.4426952600479126)
  const low = v.madd(v.add(f, correction), v.constant(LOG2_E_LOW), v.mul(correction, high))
  return logEnds(v, kept, v.add(v.madd(f, high, low), e))
}

/** log(u) + (x - (u - 1)) / u with u = 1 + x rounded. */
export function log1p(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const u = v.let(v.add(kept, v.constant(1)))
  const { e, f, correction } = logParts(v, u)
  // For x above 2^24 the rounding of u says nothing; Inf - Inf would be NaN.
  const lost = v.select(v.lt(kept, v.constant(2 ** 24)), v.div(v.sub(kept, v.sub(u, v.constant(1))), u), v.constant(0))
  const low = v.add(v.madd(e, v.constant(LN2_LOW), correction), lost)
  const result = logEnds(v, u, v.add(v.madd(e, v.constant(LN2_HIGH), low), f))
  // Where 1 + x rounds to 1 the answer is x, also -0.
  return v.select(v.lt(v.abs(kept), v.constant(2 ** -24)), kept, result)
}

/** 1 / (1 + e^-|x|), or e^-|x| times that. */
export function sigmoid(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const e = v.let(exp(v, v.neg(v.abs(kept))))
  const above = v.select(v.lt(kept, v.constant(0)), e, v.constant(1))
  // A NaN has passed through exp.
  return v.div(above, v.add(e, v.constant(1)))
}

export function silu(v: Vector, x: Code): Code {
  const kept = v.let(x)
  return v.mul(kept, sigmoid(v, kept))
}

/** t / (t + 2) with t = e^2|x| - 1, and the sign of x. */
export function tanh(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const size = v.let(v.atMost(v.abs(kept), v.constant(10)))
  const t = v.let(expm1(v, v.add(size, size)))
  return withSign(v, v.div(t, v.add(t, v.constant(2))), kept)
}

/** The size of one number with the sign of another. */
function withSign(v: Vector, size: Code, sign: Code): Code {
  return v.select(v.constant(-0), sign, size)
}

export function softplus(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const e = v.let(exp(v, v.neg(v.abs(kept))))
  return v.add(v.max(kept, v.constant(0)), log1p(v, e))
}

/** e^(t^2) erfc(t) for t >= 0: p(u) / (1 + 2t), u = (t - 2.5) / (t + 2.5), in one division. */
function erfcScaled(v: Vector, t: Code): Code {
  const size = v.let(v.atMost(t, v.constant(10.1)))
  const [a, b] = [v.let(v.add(size, v.constant(2.5))), v.let(v.madd(size, v.constant(2), v.constant(1)))]
  const inverse = v.let(v.div(v.constant(1), v.mul(a, b)))
  const u = v.let(v.mul(v.mul(v.sub(size, v.constant(2.5)), b), inverse))
  return v.mul(v.mul(v.polynomial(u, ERFC_SCALED), a), inverse)
}

/** e^(-factor x^2). The square is split: its rounding error would be multiplied by its size. */
function gauss(v: Vector, x: Code, factor: number): Code {
  const kept = v.let(v.atMost(v.abs(x), v.constant(15)))
  const high = v.let(op('v128.and', kept, v.bits(0xfffff000 | 0)))
  const low = v.mul(v.mul(v.sub(kept, high), v.add(kept, high)), v.constant(-factor))
  const e = v.let(exp(v, v.mul(v.mul(high, high), v.constant(-factor))))
  return v.mul(e, expTiny(v, low))
}

/** e^x for |x| below .02: 1 + x + x^2 / 2. */
function expTiny(v: Vector, x: Code): Code {
  const kept = v.let(x)
  return v.polynomial(kept, [1, 1, 0.5, 0.16666667])
}

export function erf(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const size = v.let(v.abs(kept))
  const square = v.let(v.mul(kept, kept))
  const head = v.let(v.mul(kept, v.polynomial(square, ERF_HEAD)))
  const tail = withSign(v, v.sub(v.constant(1), v.mul(gauss(v, size, 1), erfcScaled(v, size))), kept)
  return v.select(v.lt(size, v.constant(1)), head, tail)
}

/** x Phi(x): half of x erfc(t) below 0, x - that above, with t = |x| / sqrt 2. */
export function gelu(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const t = v.let(v.mul(v.abs(kept), v.constant(Math.SQRT1_2)))
  const half = v.let(v.mul(v.mul(v.constant(0.5), gauss(v, kept, 0.5)), erfcScaled(v, t)))
  const phi = v.select(v.lt(kept, v.constant(0)), half, v.sub(v.constant(1), half))
  return v.mul(kept, phi)
}

/** x sigmoid(2 sqrt(2/pi) (x + .044715 x^3)), which is .5 x (1 + tanh(...)). */
export function geluTanh(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const inner = v.let(
    v.mul(kept, v.madd(v.mul(kept, kept), v.constant(0.044715 * 1.5957691216057308), v.constant(1.5957691216057308))),
  )
  const e = v.let(exp(v, v.neg(v.abs(inner))))
  const above = v.select(v.lt(inner, v.constant(0)), e, v.constant(1))
  return v.mul(kept, v.div(above, v.add(e, v.constant(1))))
}
