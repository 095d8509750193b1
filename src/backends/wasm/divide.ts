// Quotients and rests of whole numbers, four lanes at a time: by way of float64, in which quotients of int32 numbers are far
// enough apart to be rounded down correctly.
import { type Code, op, shuffle32 } from './assembler/expression.js'
import { Vector } from './vector.js'

/** Adding it to a whole number leaves that in the low bits: 2^31 becomes -2^31, as in int32. */
const MAGIC = 1.5 * 2 ** 52

function quotient(v: Vector, a: Code, b: Code, round: 'floor' | 'trunc'): Code {
  const wide = new Vector('f64x2', v.builder)
  const half = (part: (lanes: Code) => Code): Code => {
    const [above, below] = [a, b].map(lanes => op('f64x2.convert_low_i32x4_s', part(lanes))) as [Code, Code]
    return v.let(wide.add(wide[round](wide.div(above, below)), wide.constant(MAGIC)))
  }
  const low = half(lanes => lanes)
  const high = half(lanes => shuffle32(lanes, lanes, [2, 3, 0, 1]))
  return shuffle32(low, high, [0, 2, 4, 6])
}

function rest(v: Vector, a: Code, b: Code, round: 'floor' | 'trunc'): Code {
  const [above, below] = [v.let(a), v.let(b)]
  return v.sub(above, v.mul(v.let(quotient(v, above, below, round)), below))
}

export const INT_DIVISIONS: { readonly [name: string]: (v: Vector, a: Code, b: Code) => Code } = {
  floorDivide: (v, a, b) => quotient(v, v.let(a), v.let(b), 'floor'),
  /** With the sign of the divisor. */
  remainder: (v, a, b) => rest(v, a, b, 'floor'),
  /** With the sign of the dividend. */
  fmod: (v, a, b) => rest(v, a, b, 'trunc'),
}
