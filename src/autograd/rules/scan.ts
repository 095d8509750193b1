// Recurrences along an axis in log n steps of differentiable operations: the gradients of products, which must be right where
// a factor is zero, so nothing is divided.
import type { Tensor } from '../../tensor/tensor.js'
import * as c from './calculus.js'

/**
 * s with s[k] = b[k] + m[k] * s[k + 1] along `dim`, where s ends in b[n - 1] (Hillis and Steele 1986: pairs (m, b) compose,
 * so the reach of each doubles with every step). `m` has n - 1 places.
 */
export function backwardRecurrence(m: Tensor, b: Tensor, dim: number): Tensor {
  const n = b.shape[dim] as number
  let [factor, value] = [m, b]
  for (let reach = 1; reach < n; reach *= 2) {
    const active = n - reach
    const near = c.narrow(factor, dim, 0, active)
    const grown = c.add(c.narrow(value, dim, 0, active), c.mul(near, c.narrow(value, dim, reach, active)))
    value = c.cat([grown, c.narrow(value, dim, active, reach)], dim)
    // Only the places that the next step reads: those from which 2 * reach still lies inside.
    const next = n - 2 * reach
    if (next > 0) factor = c.mul(c.narrow(factor, dim, 0, next), c.narrow(factor, dim, reach, next))
  }
  return value
}

/** s with s[k] = b[k] + m[k - 1] * s[k - 1], where s begins with b[0]. */
export function forwardRecurrence(m: Tensor, b: Tensor, dim: number): Tensor {
  return c.flip(backwardRecurrence(c.flip(m, [dim]), c.flip(b, [dim]), dim), [dim])
}

/** The product of all that stands before each place: 1, x0, x0 x1, ... */
export function exclusiveProducts(x: Tensor, dim: number): Tensor {
  const n = x.shape[dim] as number
  const first = c.expand(
    c.number(1, x),
    x.shape.map((size, i) => (i === dim ? Math.min(n, 1) : size)),
  )
  return n < 2 ? first : c.cat([first, c.cumprod(c.narrow(x, dim, 0, n - 1), dim)], dim)
}
