// How numbers are folded into one: for each reduction and dtype what is kept while it runs, and how a vector goes in.
//
// Sums of float32 add eight vectors pairwise in float32 and keep the rest in float64: at most three roundings of 2^-24 before
// the last one, however many numbers there are. Sums of float64 keep beside the sum what its additions lost (Knuth's TwoSum).
// Products of float32 are kept in float64.
import { type Code, f64x2, i32x4, type Local, op, shuffle } from '../assembler/expression.js'
import type { Width } from '../move/strided.js'
import type { LaneName, Vector } from '../vector.js'

export interface Fold {
  readonly lanes: LaneName
  /** Bytes of an element. */
  readonly width: Width
  /** A vector that changes nothing. */
  readonly neutral: (v: Vector) => Code
  /** So many vectors go into the state at once. */
  readonly group: 1 | 8
  /** Axes that do not lie together are brought together first, as results in between would lose digits or overflow. */
  readonly atOnce?: boolean
  /** What the vectors of the state begin with. */
  readonly begin: (v: Vector) => readonly Code[]
  readonly absorb: (v: Vector, state: readonly Local[], xs: readonly Code[]) => Code
  /** The result of all lanes together, in lane 0. */
  readonly across: (v: Vector, state: readonly Local[]) => Code
  /** The results of all lanes, each for itself. */
  readonly apart: (v: Vector, state: readonly Local[]) => Code
}

type Combine = (v: Vector, a: Code, b: Code) => Code

/** Vectors combined two and two. */
function tree(v: Vector, combine: Combine, xs: readonly Code[]): Code {
  if (xs.length === 1) return xs[0] as Code
  const half = xs.length / 2
  return combine(v, tree(v, combine, xs.slice(0, half)), tree(v, combine, xs.slice(half)))
}

const first = (state: readonly Local[]): Local => state[0] as Local
const second = (state: readonly Local[]): Local => state[1] as Local

/** The upper half of a vector, or of its lower half and so on, moved to its beginning. */
function fromByte(x: Code, byte: number): Code {
  return shuffle(
    x,
    x,
    Array.from({ length: 16 }, (_, i) => (i + byte) % 16),
  )
}

/** Halves a vector until one lane is left. */
function halve(v: Vector, x: Code, width: Width, combine: Combine): Code {
  let rest = x
  for (let byte = 8; byte >= width; byte /= 2) {
    const kept = v.let(rest)
    rest = combine(v, kept, fromByte(kept, byte))
  }
  return rest
}

/** The state is one vector of the same lanes. */
function narrow(lanes: LaneName, neutral: Fold['neutral'], combine: Combine, width?: Width): Fold {
  const bytes = width ?? (lanes === 'f64x2' ? 8 : 4)
  return {
    lanes,
    width: bytes,
    neutral,
    group: 8,
    begin: v => [neutral(v)],
    absorb: (v, state, xs) => first(state).set(combine(v, first(state).get, tree(v, combine, xs))),
    across: (v, state) => halve(v, first(state).get, bytes, combine),
    apart: (_, state) => first(state).get,
  }
}

const low = (x: Code): Code => op('f64x2.promote_low_f32x4', x)
const high = (x: Code): Code => low(fromByte(x, 8))

/** float32 whose state is float64: the lower two lanes, the upper two. */
function wide(neutral: 0 | 1, operation: 'f64x2.add' | 'f64x2.mul', group: 1 | 8): Fold {
  const narrowed = (x: Code): Code => op('f32x4.demote_f64x2_zero', x)
  return {
    lanes: 'f32x4',
    width: 4,
    neutral: v => v.constant(neutral),
    group,
    begin: () => [f64x2(neutral), f64x2(neutral)],
    absorb(v, state, xs) {
      const kept = v.let(tree(v, add, xs))
      return [
        ...first(state).set(op(operation, first(state).get, low(kept))),
        ...second(state).set(op(operation, second(state).get, high(kept))),
      ]
    },
    across(v, state) {
      const both = v.let(op(operation, first(state).get, second(state).get))
      return narrowed(op(operation, both, fromByte(both, 8)))
    },
    apart: (_, state) =>
      shuffle(
        narrowed(first(state).get),
        narrowed(second(state).get),
        Array.from({ length: 16 }, (_unused, i) => (i < 8 ? i : i + 8)),
      ),
  }
}

/** a + b and what the addition lost, kept in locals. */
function twoSum(v: Vector, a: Code, b: Code): { sum: Code; lost: Code } {
  const [x, y] = [v.let(a), v.let(b)]
  const sum = v.let(v.add(x, y))
  const part = v.let(v.sub(sum, x))
  return { sum, lost: v.let(v.add(v.sub(x, v.sub(sum, part)), v.sub(y, part))) }
}

/** Infinities have no rounding error, but Inf - Inf would make one. */
function mended(v: Vector, sum: Code, lost: Code): Code {
  return v.select(v.lt(v.abs(sum), v.constant(Number.POSITIVE_INFINITY)), v.add(sum, lost), sum)
}

const exactSum: Fold = {
  lanes: 'f64x2',
  width: 8,
  neutral: v => v.constant(0),
  group: 1,
  begin: v => [v.constant(0), v.constant(0)],
  absorb(v, state, xs) {
    const { sum, lost } = twoSum(v, first(state).get, tree(v, add, xs))
    return [...second(state).set(v.add(second(state).get, lost)), ...first(state).set(sum)]
  },
  across(v, state) {
    const [sums, losses] = [first(state).get, second(state).get]
    const { sum, lost } = twoSum(v, sums, fromByte(sums, 8))
    return mended(v, sum, v.add(lost, v.add(losses, fromByte(losses, 8))))
  },
  apart: (v, state) => mended(v, first(state).get, second(state).get),
}

const zero = (v: Vector): Code => v.constant(0)
const one = (v: Vector): Code => v.constant(1)
const bottom = (v: Vector): Code => v.constant(v.name === 'i32x4' ? -(2 ** 31) : Number.NEGATIVE_INFINITY)
const top = (v: Vector): Code => v.constant(v.name === 'i32x4' ? 2 ** 31 - 1 : Number.POSITIVE_INFINITY)
const add: Combine = (v, a, b) => v.add(a, b)
const mul: Combine = (v, a, b) => v.mul(a, b)
const max: Combine = (v, a, b) => v.max(a, b)
const min: Combine = (v, a, b) => v.min(a, b)

/**
 * The greatest or least of floats. NaN wins, but the instructions for that are slow: the fast ones run, and beside them a mask
 * of the lanes that met a NaN.
 */
function extreme(lanes: 'f32x4' | 'f64x2', which: 'max' | 'min'): Fold {
  const neutral = which === 'max' ? bottom : top
  const exact: Combine = (v, a, b) => v[which](a, b)
  const fast: Combine = (_, a, b) => op(`${lanes}.p${which}`, a, b)
  const either: Combine = (_, a, b) => op('v128.or', a, b)
  // All bits set are a NaN.
  const marked = (state: readonly Local[]): Code => op('v128.or', first(state).get, second(state).get)
  const width = lanes === 'f64x2' ? 8 : 4
  return {
    lanes,
    width,
    neutral,
    group: 8,
    begin: v => [neutral(v), v.bits(0)],
    absorb(v, state, xs) {
      const kept = xs.map(x => v.let(x))
      const noNumber = kept.map(x => v.ne(x, x))
      return [
        ...first(state).set(fast(v, first(state).get, tree(v, fast, kept))),
        ...second(state).set(either(v, second(state).get, tree(v, either, noNumber))),
      ]
    },
    across: (v, state) => halve(v, marked(state), width, exact),
    apart: (_, state) => marked(state),
  }
}

/** Bytes that are 0 or 1. */
const anyTrue = narrow('i32x4', zero, (_, a, b) => op('v128.or', a, b), 1)
const allTrue = narrow(
  'i32x4',
  () => i32x4(0x01010101),
  (_, a, b) => op('v128.and', a, b),
  1,
)

export type FoldName = 'sum' | 'prod' | 'amax' | 'amin' | 'any' | 'all'
export type FoldDtype = 'float32' | 'float64' | 'int32' | 'bool'

/** What is not here runs in loops. */
export const FOLDS: { readonly [F in FoldName]: { readonly [D in FoldDtype]?: Fold } } = {
  sum: { float32: wide(0, 'f64x2.add', 8), float64: exactSum, int32: narrow('i32x4', zero, add) },
  prod: {
    float32: { ...wide(1, 'f64x2.mul', 1), atOnce: true },
    float64: { ...narrow('f64x2', one, mul), group: 1 },
    int32: narrow('i32x4', one, mul),
  },
  amax: {
    float32: extreme('f32x4', 'max'),
    float64: extreme('f64x2', 'max'),
    int32: narrow('i32x4', bottom, max),
    bool: anyTrue,
  },
  amin: {
    float32: extreme('f32x4', 'min'),
    float64: extreme('f64x2', 'min'),
    int32: narrow('i32x4', top, min),
    bool: allTrue,
  },
  any: { bool: anyTrue },
  all: { bool: allTrue },
}
