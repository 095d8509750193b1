// Mathematical functions on four float32 lanes. Coefficients are minimax fits: bench/fit_functions.py makes them.
//
// Errors, against the correctly rounded result, over the whole range and results below 2^-126 included: exp 1 ulp, exp2, log,
// log2, log10, expm1, log1p 2, tanh, sigmoid, erf 3, softplus, atanh 4, erfc 8 ulp. silu 4 and gelu 8 ulp, but for results below
// 2^-120: there the rounding of a factor below 2^-126 is multiplied by x. geluSlope 8 ulp of its terms, which cancel below 0.
// geluTanh 4 ulp and 3 |y| more at y = 1.6 x (1 + .045 x^2), whose rounding the exponential multiplies by its size.
import type { Code } from './assembler/expression.js'
import { i32, op } from './assembler/expression.js'
import type { Vector } from './vector.js'

const LOG2_E = Math.LOG2E
/** ln 2 in two parts: the first has so few bits that n * LN2_HIGH is exact. */
const LN2_HIGH = 0.693359375
const LN2_LOW = -2.1219444005469057e-4

/** (exp(r) - 1 - r) / r^2 for |r| <= ln 2 / 2, to 1.2e-7. */
const EXP_TAIL = [0.499999995529, 0.166665773212, 0.0416668533373, 0.00836314023698, 0.00139012859635]
/** e^r for |r| <= ln 2 / 2, to 1.9e-9. */
const EXP = [
  1.00000000055, 1.0000000363, 0.499999921079, 0.166664202579, 0.0416682209012, 0.00837481003707, 0.00138370588505,
]
/** log(1 + e) / e for 0 <= e <= 1, to 9e-10: a quotient. What is above carries the 2^-32 that e's numerator lacks. */
const LOG1P_ABOVE = [0.999999999048, 1.06622342787, 0.238160856972, 0.00341740835698].map(c => c * 2 ** -32)
const LOG1P_BELOW = [1, 1.56622329687, 0.687942102447, 0.0752886543038]
/** ln 2 with so few bits that n times it is exact for n up to 2^8. What it lacks is made up for by the next three. */
const LN2_SHORT = 0.693145751953125
/**
 * Phi(t) / (e^(-t^2/2) c), but for what LN2_SHORT lacks, for t from -14.2 to 0, to 6e-8: a quotient of polynomials that begin
 * with t^4 and t^5.
 */
const NORMAL_ABOVE = [3875.10083548, -2536.29270588, 791.966020314, -104.842068882]
const NORMAL_BELOW = [-3119.46397923, 4530.68309239, -2692.85126952, 796.963499526, -105.987215037]
/** -c 2^-32 e^(-r/2) for |r| <= ln 2, again but for that, to 7.5e-8. */
const NORMAL_EXP = [
  -0.402501014587, 0.201250845331, -0.050311718809, 0.00838594889893, -0.00105444457062, 0.000104365273261,
].map(c => c * 2 ** -32)
/** What is lacking, as part of t^2: (ln 2 / LN2_SHORT - 1) / 2. */
const NORMAL_SHORT = (Math.LN2 / LN2_SHORT - 1) / 2
/** phi(t) / (e^(-t^2/2) c). */
const DENSITY = 1 / (Math.sqrt(2 * Math.PI) * -0.402501014587)
/** 2^r for |r| <= 1/2, to 1.9e-9. */
const EXP2 = [
  1.00000000055, 0.693147205718, 0.240226469041, 0.055503288063, 0.00961848787951, 0.00133999219913, 0.000153460480723,
]
/** (atanh(s) / s - 1) / s^2 over s^2, for |s| <= .172, to 1.7e-9. */
const ATANH_TAIL = [0.33333333277, 0.200000610429, 0.142753992428, 0.116654868254]
/** erf(x) / x over x^2, for |x| <= 1, to 1.2e-9. */
const ERF_HEAD = [
  1.12837916572, -0.37612625812, 0.112835851308, -0.0268538123827, 0.00518832929248, -0.000801021053167,
  7.85392181305e-5,
]

/** Adding it pushes a number's fraction out, and leaves the nearest whole number in the low bits. */
export const MAGIC = 12582912
const MAGIC_BITS = 0x4b400000
/** The same for 2^32 times a power of two. */
const NORMAL_PUSH = MAGIC + 32

/** The whole number next to x / ln 2. */
export function wholePowers(v: Vector, x: Code): Code {
  return v.sub(v.madd(x, v.constant(LOG2_E), v.constant(MAGIC)), v.constant(MAGIC))
}

/** x = n ln 2 + r with |r| <= ln 2 / 2; n as float and as int32. */
function reduce(v: Vector, x: Code): { n: Code; whole: Code; r: Code } {
  const pushed = v.let(v.madd(x, v.constant(LOG2_E), v.constant(MAGIC)))
  const n = v.let(v.sub(pushed, v.constant(MAGIC)))
  const whole = v.let(op('i32x4.sub', pushed, v.bits(MAGIC_BITS)))
  const r = v.let(v.nmadd(n, v.constant(LN2_LOW), v.nmadd(n, v.constant(LN2_HIGH), x)))
  return { n, whole, r }
}

/** p 2^n in two steps, so that results below 2^-126 and overflow come out right. */
function scaled(v: Vector, p: Code, n: Code): Code {
  const half = v.let(op('i32x4.shr_s', n, i32(1)))
  return v.mul(v.mul(p, power(v, half)), power(v, op('i32x4.sub', n, half)))
}

/** 2^n for int32 lanes, -126 <= n <= 127. */
function power(v: Vector, n: Code): Code {
  return op('i32x4.shl', op('i32x4.add', n, v.bits(127)), i32(23))
}

/** e^x: r + r^2 p(r) + 1, times 2^n. */
export function exp(v: Vector, x: Code): Code {
  // Beyond these ends the result is 0 or Inf anyway.
  const inside = v.let(v.atLeast(v.atMost(x, v.constant(89)), v.constant(-104)))
  const { whole, r } = reduce(v, inside)
  return scaled(v, v.add(v.madd(v.mul(r, r), v.polynomial(r, EXP_TAIL), r), v.constant(1)), whole)
}

/** 2^x. */
export function exp2(v: Vector, x: Code): Code {
  const inside = v.let(v.atLeast(v.atMost(x, v.constant(129)), v.constant(-151)))
  const pushed = v.let(v.add(inside, v.constant(MAGIC)))
  const r = v.let(v.sub(inside, v.sub(pushed, v.constant(MAGIC))))
  return scaled(v, v.polynomial(r, EXP2), v.let(op('i32x4.sub', pushed, v.bits(MAGIC_BITS))))
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

/** log10(2) and log10(e) in two parts; of the first, the high one has so few bits that e times it is exact. */
const LOG10_2 = [0.30126953125, Math.log10(2) - 0.30126953125]
const LOG10_E = [Math.fround(Math.LOG10E), Math.LOG10E - Math.fround(Math.LOG10E)]

export function log10(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const { e, f, correction } = logParts(v, kept)
  const [high, low] = LOG10_E.map(part => v.constant(part)) as [Code, Code]
  const small = v.madd(v.add(f, correction), low, v.mul(correction, high))
  const rest = v.madd(e, v.constant(LOG10_2[1] as number), small)
  return logEnds(v, kept, v.madd(e, v.constant(LOG10_2[0] as number), v.madd(f, high, rest)))
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

/** What is added to x log2(e) in expPushed, for results times 2^scale. */
export const pushFor = (scale: number): number => MAGIC + 127 + scale

/**
 * p * power = 2^scale e^x, which must be a float with all its digits: 2^scale keeps it away from what is too small or too large,
 * and divides out later. A NaN is in p.
 */
export function expPushed(v: Vector, x: Code, push: Code): { p: Code; power: Code } {
  const pushed = v.let(v.madd(x, v.constant(LOG2_E), push))
  const n = v.let(v.sub(pushed, push))
  const r = v.let(v.nmadd(n, v.constant(LN2_LOW), v.nmadd(n, v.constant(LN2_HIGH), x)))
  // The low bits of `pushed` are the exponent already.
  return { p: v.polynomial(r, EXP), power: op('i32x4.shl', pushed, i32(23)) }
}

/** K / (K + K e^-x), with K = 2^-32: so results below 2^-126 are rounded once. */
export function sigmoid(v: Vector, x: Code): Code {
  const inside = v.let(v.atLeast(v.atMost(x, v.constant(60)), v.constant(-105)))
  const { p, power } = expPushed(v, v.neg(inside), v.constant(pushFor(-32)))
  const one = v.constant(2 ** -32)
  return v.div(one, v.madd(p, power, one))
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

/** log(1 + 2t / (1 - t)) / 2 with t = |x|, and the sign of x. */
export function atanh(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const t = v.let(v.abs(kept))
  const twice = v.let(log1p(v, v.div(v.add(t, t), v.sub(v.constant(1), t))))
  return withSign(v, v.mul(twice, v.constant(0.5)), kept)
}

/** The size of one number with the sign of another. */
export function withSign(v: Vector, size: Code, sign: Code): Code {
  return op('v128.bitselect', sign, size, v.constant(-0))
}

/** max(x, 0) + log(1 + e), e = e^-|x|: the logarithm is e times a rational function. */
export function softplus(v: Vector, x: Code): Code {
  const kept = v.let(x)
  const below = v.let(v.atLeast(op('v128.or', kept, v.constant(-0)), v.constant(-105)))
  const { p, power } = expPushed(v, below, v.constant(pushFor(32)))
  const scaled = v.let(v.mul(p, power))
  const e = v.let(v.mul(scaled, v.constant(2 ** -32)))
  const factor = v.div(v.polynomial(e, LOG1P_ABOVE), v.polynomial(e, LOG1P_BELOW))
  return v.madd(scaled, factor, v.atLeast(kept, v.constant(0)))
}

/** A formula in two steps. */
export interface Steps {
  readonly first: (v: Vector, x: Code) => readonly Code[]
  /** From x again and what the first step gave. */
  readonly second: (v: Vector, x: Code, kept: readonly Code[]) => Code
}

/** -|x|, where Infinity is replaced by a large number. */
function finiteBelow(v: Vector, x: Code): Code {
  return op('v128.or', v.atMost(x, v.constant(NORMAL_PUSH)), v.constant(-0))
}

/**
 * The normal distribution's Phi(t) for t from -14.5 to 0, in two steps: e^(-t^2/2) times a rational function of t. 2^32 keeps
 * the factors above 2^-126. `withSlope` adds t phi(t), the density, which is the same but for its factor. t^2 is `scale` part^2, of which no digit may be lost, as the exponential multiplies by its size what is.
 */
function beginNormal(v: Vector, t: Code, part: Code, scale: 1 | 2, withSlope = false): Code[] {
  const times = scale === 1 ? part : v.let(v.add(part, part))
  const square = v.let(v.mul(times, part))
  const push = v.constant(NORMAL_PUSH)
  const pushed = v.let(v.madd(square, v.constant(-LOG2_E / 2), push))
  const powers = v.let(v.mul(v.sub(pushed, push), v.constant(2 * LN2_SHORT)))
  // t^2 + 2 n ln 2, half of which is what is left of the exponent but for its sign.
  const r = v.fused ? v.madd(times, part, powers) : v.sub(v.add(square, powers), lostBySquare(v, part, square, scale))
  const below = v.div(v.monic(t, NORMAL_ABOVE), v.monic(t, NORMAL_BELOW))
  const density = (): Code => v.madd(square, v.constant(DENSITY * NORMAL_SHORT), v.constant(DENSITY))
  const factor = withSlope ? v.madd(density(), t, below) : below
  return [r, op('i32x4.add', factor, op('i32x4.shl', pushed, i32(23)))]
}

function endNormal(v: Vector, [r, factor]: readonly Code[]): Code {
  return v.mul(factor as Code, v.polynomial(r as Code, NORMAL_EXP))
}

/** What the rounding of `scale` x^2 to `square` added: x is taken in two parts. */
function lostBySquare(v: Vector, x: Code, square: Code, scale: 1 | 2): Code {
  const high = v.let(op('v128.and', x, v.bits(0xfffff000 | 0)))
  const times = (a: Code, b: Code): Code => (scale === 1 ? v.mul(a, b) : v.mul(v.add(a, a), b))
  return v.sub(v.sub(square, times(high, high)), times(v.sub(x, high), v.add(x, high)))
}

/** x Phi(x) = max(x, 0) - |x| Phi(-|x|). */
export const GELU: Steps = {
  first(v, x) {
    const t = v.let(v.atLeast(finiteBelow(v, x), v.constant(-14.5)))
    return beginNormal(v, t, t, 1)
  },
  second: (v, x, kept) => v.madd(finiteBelow(v, x), endNormal(v, kept), v.atLeast(x, v.constant(-0))),
}

/** Phi(x) + x phi(x), which is 1 less what it is at -x. 1 + x - x has the NaN of both infinities. */
export const GELU_SLOPE: Steps = {
  first(v, x) {
    const t = v.let(v.atLeast(finiteBelow(v, x), v.constant(-14.7)))
    return beginNormal(v, t, t, 1, true)
  },
  second(v, x, kept) {
    const below = v.let(endNormal(v, kept))
    const slope = v.select(v.lt(x, v.constant(0)), below, v.sub(v.constant(1), below))
    return v.mul(slope, v.add(v.sub(x, x), v.constant(1)))
  },
}

/** erfc(|x|) / 2 = Phi(-sqrt(2) |x|). */
function beginErfc(v: Vector, x: Code): Code[] {
  const t = v.let(v.atLeast(finiteBelow(v, x), v.constant(-10.25)))
  return beginNormal(v, v.let(v.mul(t, v.constant(Math.SQRT2))), t, 2)
}

/** erf(x) for |x| <= 1. */
function erfNear0(v: Vector, x: Code): Code {
  return v.mul(x, v.polynomial(v.let(v.mul(x, x)), ERF_HEAD))
}

export const ERF: Steps = {
  first: beginErfc,
  second(v, x, kept) {
    const half = v.let(endNormal(v, kept))
    const tail = withSign(v, v.sub(v.constant(1), v.add(half, half)), x)
    return v.select(v.gt(v.abs(x), v.constant(1)), tail, erfNear0(v, x))
  },
}

/** 1 - erf(x): right also where it is tiny. */
export const ERFC: Steps = {
  first: beginErfc,
  second(v, x, kept) {
    const half = v.let(endNormal(v, kept))
    const above = v.let(v.add(half, half))
    const tail = v.let(v.select(v.lt(x, v.constant(0)), v.sub(v.constant(2), above), above))
    return v.select(v.gt(v.abs(x), v.constant(0.5)), tail, v.sub(v.constant(1), erfNear0(v, x)))
  },
}

export function inOneGo({ first, second }: Steps): (v: Vector, x: Code) => Code {
  return (v, x) => {
    const kept = v.let(x)
    return second(
      v,
      kept,
      first(v, kept).map(value => v.let(value)),
    )
  }
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
