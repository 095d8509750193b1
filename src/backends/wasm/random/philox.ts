// Random numbers in SIMD: four blocks of Philox4x32-10 at once, one in each lane (Salmon, Moraes, Dror & Shaw, 2011). Which words
// feed which element is told in the reference backend's random.ts; bits and uniforms are the same there and here.
import { type Code, i32, type Local, op, repeatWhile, shuffle32, store, v128 } from '../assembler/expression.js'
import { FunctionBuilder } from '../assembler/module.js'
import { collect } from '../elementwise.js'
import { advance, transposeTile } from '../move/strided.js'
import { Vector } from '../vector.js'
import { normals } from './normal.js'

export type Draw = 'bits' | 'uniform' | 'uniform64' | 'normal'

/** Bytes that one turn makes out of its 16 words. */
export const TURN_BYTES = 64
/** Blocks that one turn takes. */
export const TURN_BLOCKS = 4
const ROUNDS = 10
const [WEYL0, WEYL1] = [0x9e3779b9 | 0, 0xbb67ae85 | 0]

const lanes = (values: readonly number[]): Code => v128(new Uint8Array(Int32Array.from(values).buffer))

/** The products of unsigned 32-bit lanes with a constant: their upper and lower words. */
function product(f: FunctionBuilder, a: Code, factor: Code): { high: Code; low: Code } {
  const [first, second] = [f.local('v128'), f.local('v128')]
  f.add(first.set(op('i64x2.extmul_low_i32x4_u', a, factor)), second.set(op('i64x2.extmul_high_i32x4_u', a, factor)))
  return {
    high: shuffle32(first.get, second.get, [1, 3, 5, 7]),
    low: shuffle32(first.get, second.get, [0, 2, 4, 6]),
  }
}

/** Ten rounds over the words of four blocks, in place. */
function rounds(v: Vector, [a, b, c, d]: readonly [Local, Local, Local, Local], keys: readonly Local[]): void {
  const f = v.builder
  for (let round = 0; round < ROUNDS; round++) {
    const one = product(f, a.get, v.bits(0xd2511f53 | 0))
    const two = product(f, c.get, v.bits(0xcd9e8d57 | 0))
    const key = (word: 0 | 1): Code => (keys[2 * round + word] as Local).get
    f.add(
      a.set(op('v128.xor', op('v128.xor', two.high, b.get), key(0))),
      c.set(op('v128.xor', op('v128.xor', one.high, d.get), key(1))),
      b.set(two.low),
      d.set(one.low),
    )
  }
}

/** (word >>> 8) 2^-24 */
function uniform(v: Vector, words: Code): Code {
  return v.mul(op('f32x4.convert_i32x4_s', op('i32x4.shr_u', words, i32(8))), v.constant(2 ** -24))
}

/** (first 2^21 + (second >>> 11)) 2^-53 of two pairs of words: every step is exact. */
function uniform64(v: Vector, words: Code): Code {
  const kept = v.let(words)
  const first = op('f64x2.convert_low_i32x4_u', shuffle32(kept, kept, [0, 2, 0, 2]))
  const rest = op('i32x4.shr_u', shuffle32(kept, kept, [1, 3, 1, 3]), i32(11))
  const [shift, scale] = [2 ** 21, 2 ** -53].map(factor =>
    v128(new Uint8Array(new Float64Array(2).fill(factor).buffer)),
  )
  const whole = op('f64x2.add', op('f64x2.mul', first, shift as Code), op('f64x2.convert_low_i32x4_u', rest))
  return op('f64x2.mul', whole, scale as Code)
}

/** What is stored for the 16 words of a turn, in the order of the stream. */
const DRAWS: { readonly [D in Draw]: (v: Vector, words: readonly Code[]) => readonly Code[] } = {
  bits: (_, words) => words,
  uniform: (v, words) => words.map(word => uniform(v, word)),
  uniform64: (v, words) => words.map(word => uniform64(v, word)),
  normal: (v, words) => {
    const [a, b, c, d] = words.map(word => v.let(uniform(v, word))) as [Code, Code, Code, Code]
    return [...normals(v, a, b), ...normals(v, c, d)]
  },
}

/** (target, turns, low and high word of the first block's number, both words of the key) */
export function philoxTurns(draw: Draw): FunctionBuilder {
  const f = new FunctionBuilder(`philox_${draw}`, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'])
  const v = new Vector('f32x4', f)
  const [target, turns, low, high, key0, key1] = [0, 1, 2, 3, 4, 5].map(i => f.param(i)) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ]
  const vectors = (count: number): Local[] => Array.from({ length: count }, () => f.local('v128'))
  const keys = vectors(2 * ROUNDS)
  const [lows, highs] = vectors(2) as [Local, Local]
  const words = vectors(4) as [Local, Local, Local, Local]
  const inOrder = vectors(4)
  const keyed = keys.flatMap((key, i) => {
    const [word, weyl] = i % 2 === 0 ? [key0, WEYL0] : [key1, WEYL1]
    return [...key.set(op('i32x4.splat', word.get)), ...word.set(op('i32.add', word.get, i32(weyl)))]
  })
  const four = lanes([4, 4, 4, 4])
  const [a, b, c, d] = words
  const turn = collect(f, () => {
    f.add(a.set(lows.get), b.set(highs.get), c.set(lanes([0, 0, 0, 0])), d.set(lanes([0, 0, 0, 0])))
    rounds(v, words, keys)
    f.add(...transposeTile(f, 4, words, (row, value) => (inOrder[row] as Local).set(value)))
    const results = DRAWS[draw](
      v,
      inOrder.map(row => row.get),
    )
    return results.flatMap((result, i) => store('v128.store', target.get, result, 16 * i))
  })
  return f.add(
    keyed,
    lows.set(op('i32x4.add', op('i32x4.splat', low.get), lanes([0, 1, 2, 3]))),
    // A lane that ran over carries into the high word: a mask is -1.
    highs.set(op('i32x4.sub', op('i32x4.splat', high.get), op('i32x4.lt_u', lows.get, lanes([0, 1, 2, 3])))),
    repeatWhile(
      turns.tee(op('i32.sub', turns.get, i32(1))),
      ...turn,
      lows.set(op('i32x4.add', lows.get, four)),
      highs.set(op('i32x4.sub', highs.get, op('i32x4.lt_u', lows.get, four))),
      advance(target, i32(TURN_BYTES)),
    ),
  )
}
