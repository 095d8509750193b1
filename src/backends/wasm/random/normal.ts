// Standard normals from pairs of uniforms, after Box and Muller (1958).
import { type Code, i32, op, shuffle32 } from '../assembler/expression.js'
import { log } from '../functions.js'
import type { Vector } from '../vector.js'

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
const quarter = (power: number): number => (Math.PI / 2) ** power / factorial(power)

/** Taylor coefficients, for |f| <= 1/2: the first term left out is below 3e-9 of the result. */
const SIN = [1, -3, 5, -7, 9].map(power => Math.sign(power) * quarter(Math.abs(power)))
const COS = [0, -2, 4, -6, 8, -10].map(power => (power < 0 ? -quarter(-power) : quarter(power)))

/** sin and cos of 2 pi x for x in [0, 1]: 4x = q + f, where q is whole and f exact, so that nothing is lost by pi. */
function turnedBy(v: Vector, x: Code): { sin: Code; cos: Code } {
  const quarters = v.let(v.mul(x, v.constant(4)))
  const whole = v.let(v.nearest(quarters))
  const f = v.let(v.sub(quarters, whole))
  const square = v.let(v.mul(f, f))
  const sin = v.let(v.mul(f, v.polynomial(square, SIN)))
  const cos = v.let(v.polynomial(square, COS))
  const q = v.let(op('i32x4.trunc_sat_f32x4_s', whole))
  const odd = v.let(op('i32x4.neg', op('v128.and', q, v.bits(1))))
  // Bit 1 of q turns the sign of the sine, bit 1 of q + 1 that of the cosine.
  const sign = (n: Code): Code => op('i32x4.shl', op('v128.and', n, v.bits(2)), i32(30))
  return {
    sin: op('v128.xor', v.select(odd, cos, sin), sign(q)),
    cos: op('v128.xor', v.select(odd, sin, cos), sign(op('i32x4.add', q, v.bits(1)))),
  }
}

/** Eight normals from eight uniforms in two vectors: from u and v the pair r cos(2 pi v), r sin(2 pi v), r = sqrt(-2 log(1 - u)). */
export function normals(v: Vector, first: Code, second: Code): [Code, Code] {
  const us = shuffle32(first, second, [0, 2, 4, 6])
  const vs = v.let(shuffle32(first, second, [1, 3, 5, 7]))
  // 1 - u is exact: u is a multiple of 2^-24.
  const radius = v.let(v.sqrt(v.mul(log(v, v.sub(v.constant(1), us)), v.constant(-2))))
  const { sin, cos } = turnedBy(v, vs)
  const [a, b] = [v.let(v.mul(radius, cos)), v.let(v.mul(radius, sin))]
  return [v.let(shuffle32(a, b, [0, 4, 1, 5])), v.let(shuffle32(a, b, [2, 6, 3, 7]))]
}
