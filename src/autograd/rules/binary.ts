// Gradient rules of functions of two or three numbers: arithmetic, comparisons, choices.
import type { BinaryName, CompareName } from '../../tensor/primitives.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { ElementwiseRule, NoRule, Rules } from '../rule.js'
import * as c from './calculus.js'

type BinaryRule = ElementwiseRule<BinaryName>
type Partial = BinaryRule['partials'][number]

const same = (g: Tensor): Tensor => g
const zero = (x: Tensor): Tensor => c.number(0, x)

/** What each side's gradient needs of the two: with a constant side, the other is not kept for it. */
const needing = (forFirst: readonly number[], forSecond: readonly number[]) => ({
  each: [{ inputs: forFirst }, { inputs: forSecond }],
})

/** All of g to the winner, half to each where the two are equal; NaN loses to nobody. */
const toWinner = (loses: (a: Tensor, b: Tensor) => Tensor): readonly Partial[] => {
  const side =
    (mine: number, other: number): Partial =>
    (g, context) => {
      const [a, b] = [context.input(mine), context.input(other)]
      return c.where(loses(a, b), zero(g), c.where(c.eq(a, b), c.times(g, 0.5), g))
    }
  return [side(0, 1), side(1, 0)]
}

export const BINARY_RULES: { readonly [P in BinaryName]: BinaryRule } = {
  add: { kind: 'elementwise', saves: {}, partials: [same, same] },
  sub: { kind: 'elementwise', saves: {}, partials: [same, c.neg] },
  mul: {
    kind: 'elementwise',
    saves: needing([1], [0]),
    partials: [(g, context) => c.mul(g, context.input(1)), (g, context) => c.mul(g, context.input(0))],
  },
  div: {
    kind: 'elementwise',
    // Not the result, which forms like y.mul_(w) may write to, as in PyTorch.
    saves: needing([1], [0, 1]),
    partials: [
      (g, context) => c.div(g, context.input(1)),
      // -a / b^2; the sign is turned on b, which is often the smaller one.
      (g, context) => {
        const b = context.input(1)
        return c.mul(g, c.div(c.div(context.input(0), b), c.neg(b)))
      },
    ],
  },
  pow: {
    kind: 'elementwise',
    saves: { each: [{ inputs: [0, 1] }, { inputs: [0, 1], output: true }] },
    partials: [
      // b a^(b - 1); 0 where b = 0, also at a = 0
      (g, context) => {
        const [a, b] = [context.input(0), context.input(1)]
        return c.where(c.eq(b, zero(b)), zero(g), c.mul(g, c.mul(b, c.pow(a, c.plus(b, -1)))))
      },
      // a^b ln a; 0 where a = 0 and b >= 0
      (g, context) => {
        const [a, b] = [context.input(0), context.input(1)]
        const flat = c.and(c.eq(a, zero(a)), c.ge(b, zero(b)))
        const base = c.where(flat, c.number(1, a), a)
        return c.where(flat, zero(g), c.mul(g, c.mul(context.output(), c.log(base))))
      },
    ],
  },
  maximum: { kind: 'elementwise', saves: { inputs: [0, 1] }, partials: toWinner(c.lt) },
  minimum: { kind: 'elementwise', saves: { inputs: [0, 1] }, partials: toWinner(c.gt) },
  // atan2(y, x): x / (x^2 + y^2) and -y / (x^2 + y^2)
  atan2: {
    kind: 'elementwise',
    saves: { inputs: [0, 1] },
    partials: [
      (g, context) => c.mul(g, overSquares(context.input(1), context.input(0), context.input(1))),
      (g, context) => c.mul(c.neg(g), overSquares(context.input(0), context.input(0), context.input(1))),
    ],
  },
  // a - b trunc(a / b)
  fmod: {
    kind: 'elementwise',
    saves: needing([], [0, 1]),
    partials: [same, (g, context) => c.mul(c.neg(g), c.trunc(c.div(context.input(0), context.input(1))))],
  },
  // a - b floor(a / b)
  remainder: {
    kind: 'elementwise',
    saves: needing([], [0, 1]),
    partials: [same, (g, context) => c.mul(c.neg(g), c.floor(c.div(context.input(0), context.input(1))))],
  },
  floorDivide: { kind: 'elementwise', saves: {}, partials: [c.zerosLike, c.zerosLike] },
}

/** top / (x^2 + y^2), and 0 at the origin, where PyTorch says 0 as well. */
function overSquares(top: Tensor, y: Tensor, x: Tensor): Tensor {
  const radius = c.add(c.square(y), c.square(x))
  return c.div(top, c.where(c.eq(radius, zero(radius)), c.number(1, radius), radius))
}

const none: NoRule = { kind: 'none' }

export const COMPARE_RULES: { readonly [P in CompareName]: NoRule } = {
  eq: none,
  ne: none,
  lt: none,
  le: none,
  gt: none,
  ge: none,
  logicalAnd: none,
  logicalOr: none,
  logicalXor: none,
}

export const CHOOSE_RULES: Pick<Rules, 'where' | 'clamp'> = {
  where: {
    kind: 'elementwise',
    saves: { inputs: [0] },
    partials: [
      undefined,
      (g, context) => c.where(context.input(0), g, zero(g)),
      (g, context) => c.where(context.input(0), zero(g), g),
    ],
  },
  // 1 strictly inside, 0 at the bounds and at NaN, as PyTorch 2.15; an open side has no bound.
  clamp: {
    kind: 'elementwise',
    saves: { inputs: [0] },
    partials: [
      (g, context) => {
        const x = context.input(0)
        const { min, max } = context.params
        let out = g
        if (max !== Infinity) out = c.where(c.lt(x, c.number(max, x)), out, zero(g))
        if (min !== -Infinity) out = c.where(c.gt(x, c.number(min, x)), out, zero(g))
        return out
      },
    ],
  },
}
