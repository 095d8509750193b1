// Gradient rules of reductions, running sums and products, and softmax.
import type { Dims } from '../../tensor/primitives.js'
import { type Shape, sizeOf } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { GeneralRule, NoRule, RuleContext, Rules } from '../rule.js'
import * as c from './calculus.js'
import { backwardRecurrence, exclusiveProducts, forwardRecurrence } from './scan.js'

const shapeOf = (context: { readonly metas: readonly { readonly shape: Shape }[] }, i = 0): Shape =>
  context.metas[i]?.shape ?? []

/** A tensor in the reduced shape repeated along the reduced axes. */
const spread = (x: Tensor, shape: Shape, { dims, keepdim }: Dims): Tensor =>
  c.expand(c.restoreDims(x, shape, dims, keepdim), shape)

/** The extreme's share at each place: 1 / (number of ties) where it is reached, else 0. */
function shares(context: RuleContext<'amax' | 'amin'>): Tensor {
  const x = context.input(0)
  const { dims } = context.params
  const extreme = c.restoreDims(context.output(), x.shape, dims, context.params.keepdim)
  const reached = c.where(c.eq(x, extreme), c.number(1, x), c.number(0, x))
  return c.div(reached, c.sum(reached, dims, true))
}

const extreme: GeneralRule<'amax' | 'amin'> = {
  kind: 'general',
  saves: { inputs: [0], output: true },
  vjp: (g, context) => [
    c.mul(c.restoreDims(g, shapeOf(context), context.params.dims, context.params.keepdim), shares(context)),
  ],
  jvp: ([t], context) => c.sum(c.mul(t as Tensor, shares(context)), context.params.dims, context.params.keepdim),
}

/** The product of all others along `dims`, at each place. */
function others(x: Tensor, dims: readonly number[]): Tensor {
  const kept = x.shape.map((_, i) => i).filter(i => !dims.includes(i))
  const order = [...kept, ...dims]
  const moved = c.permute(x, order)
  const last = kept.length
  const row = c.reshape(moved, [...kept.map(i => x.shape[i] as number), sizeOf(dims.map(i => x.shape[i] as number))])
  const after = c.flip(exclusiveProducts(c.flip(row, [last]), last), [last])
  const product = c.reshape(c.mul(exclusiveProducts(row, last), after), moved.shape)
  return c.permute(
    product,
    order.map((_, i) => order.indexOf(i)),
  )
}

const none: NoRule = { kind: 'none' }

type Reductions =
  | 'sum'
  | 'prod'
  | 'amax'
  | 'amin'
  | 'any'
  | 'all'
  | 'argmax'
  | 'argmin'
  | 'cumsum'
  | 'cumprod'
  | 'argcummax'
  | 'argcummin'
  | 'softmax'
  | 'logSoftmax'
  | 'histc'

export const REDUCE_RULES: Pick<Rules, Reductions> = {
  sum: { kind: 'linear', vjp: (g, context) => [spread(g, shapeOf(context), context.params)] },
  // No division by x: right with one zero and with several.
  prod: {
    kind: 'general',
    saves: { inputs: [0] },
    vjp: (g, context) => {
      const { dims, keepdim } = context.params
      return [c.mul(c.restoreDims(g, shapeOf(context), dims, keepdim), others(context.input(0), dims))]
    },
    jvp: ([t], context) => {
      const { dims, keepdim } = context.params
      return c.sum(c.mul(t as Tensor, others(context.input(0), dims)), dims, keepdim)
    },
  },
  amax: extreme,
  amin: extreme,
  any: none,
  all: none,
  argmax: none,
  argmin: none,
  cumsum: {
    kind: 'linear',
    vjp: (g, { params: { dim, reverse } }) => [c.cumsum(g, dim, !reverse)],
  },
  // dL/dx[k] = (x[0] ... x[k-1]) s[k] with s[k] = g[k] + x[k+1] s[k+1]
  cumprod: {
    kind: 'general',
    saves: { inputs: [0] },
    vjp: (g, context) => {
      const { dim } = context.params
      const x = context.input(0)
      if (x.size === 0) return [g]
      const later = backwardRecurrence(c.narrow(x, dim, 1, (x.shape[dim] as number) - 1), g, dim)
      return [c.mul(exclusiveProducts(x, dim), later)]
    },
    // s[k] = x[k] s[k-1] + t[k] x[0] ... x[k-1]
    jvp: ([t], context) => {
      const { dim } = context.params
      const x = context.input(0)
      if (x.size === 0) return t as Tensor
      const own = c.mul(t as Tensor, exclusiveProducts(x, dim))
      return forwardRecurrence(c.narrow(x, dim, 1, (x.shape[dim] as number) - 1), own, dim)
    },
  },
  argcummax: none,
  argcummin: none,
  // The Jacobian diag(y) - y y^T is symmetric: both directions are y (g - sum(g y)).
  softmax: {
    kind: 'general',
    saves: { output: true },
    vjp: (g, context) => [softmaxGradient(g, context)],
    jvp: ([t], context) => softmaxGradient(t as Tensor, context),
  },
  logSoftmax: {
    kind: 'general',
    saves: { output: true },
    vjp: (g, context) => [c.takenOver(g, c.mulOver(c.exp(context.output()), c.sum(g, [context.params.dim], true)))],
    jvp: ([t], context) => {
      const tangent = t as Tensor
      return c.sub(tangent, c.sum(c.mul(c.exp(context.output()), tangent), [context.params.dim], true))
    },
  },
  histc: none,
}

function softmaxGradient(g: Tensor, context: RuleContext<'softmax'>): Tensor {
  const y = context.output()
  const weighted = c.mul(g, y)
  return c.takenOver(weighted, c.mul(y, c.sum(weighted, [context.params.dim], true)))
}
