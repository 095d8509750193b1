import { equal, ok } from 'node:assert/strict'
import * as special from '#src/backends/reference/special.js'
import { ulps } from './answer.js'
import { SPECIAL_VALUES } from './special-values.js'

type Name =
  | 'erf'
  | 'erfc'
  | 'erfinv'
  | 'lgamma'
  | 'digamma'
  | 'sigmoid'
  | 'softplus'
  | 'silu'
  | 'gelu'
  | 'geluSlope'
  | 'geluTanh'
const functions: { readonly [P in Name]: (x: number) => number } = special

/** How far from the true value, in units of the last place. */
const ALLOWED: { readonly [P in Name]: (x: number, y: number) => number } = {
  erf: () => 3,
  erfc: () => 4,
  erfinv: () => 3,
  // Below 0 the two terms of the reflection cancel: the error is that of the greater one, of size up to 70.
  lgamma: (x, y) => (x < 0 ? 3 * Math.max(1, 70 / Math.abs(y)) : 3),
  digamma: (x, y) => (x < 0 ? 6 * Math.max(1, 10 / Math.abs(y)) : 6),
  sigmoid: () => 2,
  softplus: () => 2,
  silu: () => 2,
  gelu: () => 4,
  // Below 0 its two terms cancel, wholly at -.75.
  geluSlope: (x, y) => 4 * Math.max(1, x < 0 ? ((1 + x * x) * Math.exp((-x * x) / 2)) / Math.abs(y) : 1),
  // The exponent 2u itself is rounded, which costs |2u| / 2 units of its exponential.
  geluTanh: x => 4 + Math.abs(1.6 * (x + 0.045 * x ** 3)),
}

describe('special functions', () => {
  for (const name of Object.keys(ALLOWED) as Name[]) {
    it(`${name}: a few units in the last place from the true value`, () => {
      for (const [x, y] of SPECIAL_VALUES[name]!) {
        const off = ulps(functions[name](x), y)
        ok(off <= ALLOWED[name](x, y), `${name}(${x}) = ${functions[name](x)}, should be ${y}: ${off} ulp`)
      }
    })
    it(`${name}: keeps NaN`, () => equal(functions[name](NaN), NaN))
  }

  it('erf and erfc end at their limits', () => {
    equal(special.erf(Infinity), 1)
    equal(special.erf(-Infinity), -1)
    equal(special.erf(-0), -0)
    equal(special.erfc(Infinity), 0)
    equal(special.erfc(1e4), 0)
    equal(special.erfc(-Infinity), 2)
  })

  it('erfinv is infinite at the ends and undefined behind them', () => {
    equal(special.erfinv(1), Infinity)
    equal(special.erfinv(-1), -Infinity)
    equal(special.erfinv(1.1), NaN)
    equal(special.erfinv(-0), -0)
  })

  it('erfinv undoes erf', () => {
    for (let x = -5; x <= 5; x += 0.37) {
      // erf is flat far out: what a rounding of its value costs.
      const loss = 2 ** -52 / (1.1 * Math.exp(-x * x))
      ok(Math.abs(special.erfinv(special.erf(x)) - x) <= loss + 2 ** -50, `${x}`)
    }
  })

  it('lgamma is 0 at 1 and 2 and infinite at its poles', () => {
    equal(special.lgamma(1), 0)
    equal(special.lgamma(2), 0)
    for (const pole of [0, -0, -1, -20, Infinity, -Infinity]) equal(special.lgamma(pole), Infinity)
  })

  it('digamma has its poles where PyTorch sees them', () => {
    equal(special.digamma(0), -Infinity)
    equal(special.digamma(-0), Infinity)
    equal(special.digamma(-3), NaN)
    equal(special.digamma(-Infinity), NaN)
    equal(special.digamma(Infinity), Infinity)
  })

  it('digamma rises by 1/x', () => {
    for (const x of [0.01, 0.4, 1.2, 1.9, 3.3, 9.5, 50]) {
      const rise = special.digamma(x + 1) - special.digamma(x)
      ok(Math.abs(rise - 1 / x) <= (2 ** -50 * 8) / Math.min(x, 1), `${x}`)
    }
  })

  it('activations at their ends', () => {
    equal(special.silu(-Infinity), NaN)
    equal(special.silu(-1e4), -0)
    equal(special.silu(1e4), 1e4)
    equal(special.gelu(-Infinity), NaN)
    equal(special.gelu(-100), -0)
    equal(special.gelu(1e4), 1e4)
    equal(special.gelu(Infinity), Infinity)
    equal(special.geluTanh(-Infinity), NaN)
    equal(special.geluTanh(-100), -0)
    equal(special.softplus(-1e4), 0)
    equal(special.softplus(-Infinity), 0)
    equal(special.softplus(Infinity), Infinity)
    equal(special.sigmoid(-Infinity), 0)
    equal(special.sigmoid(Infinity), 1)
  })

  it('power has the corner cases of C, not of JavaScript', () => {
    equal(special.power(1, NaN), 1)
    equal(special.power(NaN, 0), 1)
    equal(special.power(-1, Infinity), 1)
    equal(special.power(-1, -Infinity), 1)
    equal(special.power(1, Infinity), 1)
    equal(special.power(-0, -1), -Infinity)
    equal(special.power(-2, 0.5), NaN)
  })

  it('roundHalfEven takes ties to even and keeps the sign of zero', () => {
    const pairs = [
      [0.5, 0],
      [1.5, 2],
      [2.5, 2],
      [-0.5, -0],
      [-1.5, -2],
      [-0.2, -0],
      [0.49999999999999994, 0],
      [2251799813685248.5, 2251799813685248],
      [-0, -0],
      [Infinity, Infinity],
      [NaN, NaN],
    ] as const
    for (const [x, y] of pairs) equal(special.roundHalfEven(x), y, `${x}`)
  })
})
