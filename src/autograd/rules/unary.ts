// Gradient rules of functions of one number.
import type { TestName, UnaryName } from '../../tensor/primitives.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { ElementwiseRule, NoRule } from '../rule.js'
import * as c from './calculus.js'
import { trigamma } from './trigamma.js'

type UnaryRule = ElementwiseRule<UnaryName>

/** From g and x. */
const ofInput = (partial: (g: Tensor, x: Tensor) => Tensor): UnaryRule => ({
  kind: 'elementwise',
  saves: { inputs: [0] },
  partials: [(g, context) => partial(g, context.input(0))],
})

/** From g and the result, which forward has at hand and which is often the cheaper one. */
const ofOutput = (partial: (g: Tensor, y: Tensor) => Tensor): UnaryRule => ({
  kind: 'elementwise',
  saves: { output: true },
  partials: [(g, context) => partial(g, context.output())],
})

/** A staircase: zero wherever there is a derivative, and PyTorch says zero at the jumps too. */
const flat: UnaryRule = { kind: 'elementwise', saves: {}, partials: [c.zerosLike] }

const TWO_BY_ROOT_PI = 2 / Math.sqrt(Math.PI)

/** 2 / sqrt(pi) * exp(-x^2), the derivative of erf. */
const bell = (x: Tensor): Tensor => c.timesOver(c.expOver(c.neg(c.square(x))), TWO_BY_ROOT_PI)

export const UNARY_RULES: { readonly [P in UnaryName]: UnaryRule } = {
  neg: { kind: 'elementwise', saves: {}, partials: [c.neg] },
  // sign(0) = 0: so is the gradient of abs at 0.
  abs: ofInput((g, x) => c.mul(g, c.sign(x))),
  sign: flat,
  square: ofInput((g, x) => c.mulOver(c.add(x, x), g)),
  floor: flat,
  ceil: flat,
  round: flat,
  trunc: flat,

  sqrt: ofOutput((g, y) => c.dividedOver(g, c.add(y, y))),
  rsqrt: ofOutput((g, y) => c.mul(c.times(g, -0.5), c.mul(c.square(y), y))),
  reciprocal: ofOutput((g, y) => c.mul(c.neg(g), c.square(y))),

  exp: ofOutput(c.mul),
  exp2: ofOutput((g, y) => c.mul(g, c.times(y, Math.LN2))),
  expm1: ofOutput((g, y) => c.mulOver(c.plus(y, 1), g)),
  log: ofInput(c.div),
  log2: ofInput((g, x) => c.div(g, c.times(x, Math.LN2))),
  log10: ofInput((g, x) => c.div(g, c.times(x, Math.LN10))),
  log1p: ofInput((g, x) => c.dividedOver(g, c.plus(x, 1))),

  sin: ofInput((g, x) => c.mul(g, c.cos(x))),
  cos: ofInput((g, x) => c.neg(c.mul(g, c.sin(x)))),
  tan: ofOutput((g, y) => c.mul(g, c.plus(c.square(y), 1))),
  asin: ofInput((g, x) => c.mul(g, c.rsqrt(c.minusFrom(1, c.square(x))))),
  acos: ofInput((g, x) => c.neg(c.mul(g, c.rsqrt(c.minusFrom(1, c.square(x)))))),
  atan: ofInput((g, x) => c.div(g, c.plus(c.square(x), 1))),
  sinh: ofInput((g, x) => c.mul(g, c.cosh(x))),
  cosh: ofInput((g, x) => c.mul(g, c.sinh(x))),
  tanh: ofOutput((g, y) => c.mulOver(c.minusFromOver(1, c.square(y)), g)),
  asinh: ofInput((g, x) => c.mul(g, c.rsqrt(c.plus(c.square(x), 1)))),
  acosh: ofInput((g, x) => c.mul(g, c.rsqrt(c.plus(c.square(x), -1)))),
  atanh: ofInput((g, x) => c.div(g, c.minusFrom(1, c.square(x)))),

  erf: ofInput((g, x) => c.mulOver(bell(x), g)),
  erfc: ofInput((g, x) => c.neg(c.mul(g, bell(x)))),
  erfinv: ofOutput((g, y) => c.mul(g, c.times(c.exp(c.square(y)), 1 / TWO_BY_ROOT_PI))),
  lgamma: ofInput((g, x) => c.mul(g, c.digamma(x))),
  digamma: ofInput((g, x) => c.mul(g, trigamma(x))),

  sigmoid: ofOutput((g, y) => c.mulOver(c.mulOver(c.minusFrom(1, y), y), g)),
  softplus: ofInput((g, x) => c.mulOver(c.sigmoid(x), g)),
  // At 0 the gradient is 0; at NaN it passes, as in PyTorch.
  relu: ofOutput((g, y) => c.where(c.le(y, c.number(0, y)), c.number(0, g), g)),
  // s + x s (1 - s), with s = sigmoid(x)
  silu: ofInput((g, x) => {
    const s = c.sigmoid(x)
    return c.mulOver(c.mulOver(c.plusOver(c.mulOver(c.minusFrom(1, s), x), 1), s), g)
  }),
  gelu: ofInput((g, x) => c.mulOver(c.geluSlope(x), g)),
  // phi(x) (2 - x^2), with the normal distribution's density phi
  geluSlope: ofInput((g, x) => {
    const square = c.square(x)
    const density = c.timesOver(c.expOver(c.times(square, -0.5)), TWO_BY_ROOT_PI * Math.SQRT1_2 * 0.5)
    return c.mulOver(c.mulOver(density, c.minusFromOver(2, square)), g)
  }),
  // y = x/2 (1 + t), t = tanh(u), u = k (x + b x^3): y' = (1 + t)/2 + x/2 (1 - t^2) k (1 + 3 b x^2)
  geluTanh: ofInput((g, x) => {
    const k = TWO_BY_ROOT_PI * Math.SQRT1_2
    const b = 0.044715
    const x2 = c.square(x)
    const t = c.tanhOver(c.timesOver(c.mulOver(c.plusOver(c.times(x2, b), 1), x), k))
    const slope = c.timesOver(c.plusOver(c.timesOver(x2, 3 * b), 1), 0.5 * k)
    const bend = c.mulOver(c.mulOver(c.minusFromOver(1, c.square(t)), x), slope)
    return c.mulOver(c.addOver(c.timesOver(c.plusOver(t, 1), 0.5), bend), g)
  }),
}

const none: NoRule = { kind: 'none' }

export const TEST_RULES: { readonly [P in TestName]: NoRule } = {
  logicalNot: none,
  isNaN: none,
  isFinite: none,
  isInf: none,
}
