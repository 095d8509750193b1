// The derivative of digamma, made of differentiable primitives, since no primitive has it.
import type { Tensor } from '../../tensor/tensor.js'
import * as c from './calculus.js'

/** From here on the asymptotic series is exact to the last bit or two of float64. */
const SHIFTS = 10

/** Bernoulli numbers B_2, B_4, ... of the series (Abramowitz and Stegun 1964, 6.4.12). */
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6]

/**
 * psi'(x). Below 1/2 by reflection: psi'(x) = pi^2 / sin^2(pi x) - psi'(1 - x); then the recurrence
 * psi'(x) = 1/x^2 + psi'(x + 1) moves x up to where the asymptotic series holds.
 */
export function trigamma(x: Tensor): Tensor {
  const low = c.lt(x, c.number(0.5, x))
  const up = c.where(low, c.minusFrom(1, x), x)
  const value = positive(up)
  const reflected = c.sub(c.square(c.div(c.number(Math.PI, x), sinPi(c.where(low, x, c.number(0.5, x))))), value)
  return c.where(low, reflected, value)
}

/** sin(pi x) without loss far from 0: x is first taken to its nearest whole number, the sign does not matter here. */
function sinPi(x: Tensor): Tensor {
  const whole = c.floor(c.plus(x, 0.5))
  return c.sin(c.times(c.sub(x, whole), Math.PI))
}

function positive(x: Tensor): Tensor {
  let head = c.reciprocal(c.square(x))
  for (let k = 1; k < SHIFTS; k++) head = c.add(head, c.reciprocal(c.square(c.plus(x, k))))
  const r = c.reciprocal(c.plus(x, SHIFTS))
  const r2 = c.square(r)
  let series = c.number(0, x)
  for (const b of BERNOULLI.toReversed()) series = c.mul(c.plus(series, b), r2)
  // 1/z + 1/(2 z^2) + sum B_2k / z^(2k + 1)
  return c.add(head, c.mul(r, c.plus(c.add(c.times(r, 0.5), series), 1)))
}
