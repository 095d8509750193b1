// Gradient rules of what moves numbers without changing them: views, joins, indexing. Each is the transpose of another one.
import { isFloat } from '../../tensor/dtype.js'
import { apply, compute } from '../../tensor/engine.js'
import type { PrimitiveName } from '../../tensor/primitives.js'
import { type Shape, sameShape, sizeOf } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { NoRule, RuleContext, Rules } from '../rule.js'
import * as c from './calculus.js'

const shapeOf = <P extends PrimitiveName>(context: RuleContext<P>, i = 0): Shape => context.metas[i]?.shape ?? []
const ones = (shape: Shape): number[] => shape.map(() => 1)

const none: NoRule = { kind: 'none' }

type Views = 'reshape' | 'permute' | 'expand' | 'slice' | 'asStrided'

export const VIEW_RULES: Pick<Rules, Views> = {
  reshape: { kind: 'linear', vjp: (g, context) => [c.reshape(g, shapeOf(context))] },
  permute: {
    kind: 'linear',
    vjp: (g, { params: { dims } }) => [
      c.permute(
        g,
        dims.map((_, i) => dims.indexOf(i)),
      ),
    ],
  },
  expand: { kind: 'linear', vjp: (g, context) => [c.sumTo(g, shapeOf(context))] },
  slice: {
    kind: 'linear',
    vjp: (g, context) => {
      const { start, step } = context.params
      return [apply('sliceScatter', [g], { shape: shapeOf(context), start, step })]
    },
  },
  // Offset and strides count on a compact input, the only kind that is recorded: see asStrided in calculus.ts.
  asStrided: {
    kind: 'linear',
    vjp: (g, context) => {
      const { strides, offset } = context.params
      const shape = shapeOf(context)
      return [c.reshape(apply('asStridedScatter', [g], { length: sizeOf(shape), strides, offset }), shape)]
    },
  },
}

type Moves =
  | 'cast'
  | 'copy'
  | 'cat'
  | 'pad'
  | 'sliceScatter'
  | 'asStridedScatter'
  | 'flip'
  | 'gather'
  | 'scatterAdd'
  | 'scatter'
  | 'indexSelect'
  | 'indexAdd'
  | 'argsort'
  | 'nonzero'

export const MOVE_RULES: Pick<Rules, Moves> = {
  // Whole numbers and bools carry no gradient: what becomes one is not recorded at all.
  cast: {
    kind: 'linear',
    vjp: (g, { metas: [x] }) => [x !== undefined && isFloat(x.dtype) ? c.cast(g, x.dtype) : undefined],
  },
  copy: { kind: 'linear', vjp: g => [g] },
  cat: {
    kind: 'linear',
    vjp: (g, context) => {
      const { dim } = context.params
      let start = 0
      return context.metas.map(({ shape }, i) => {
        const from = start
        start += shape[dim] as number
        return context.needs[i] ? c.narrow(g, dim, from, shape[dim] as number) : undefined
      })
    },
  },
  pad: {
    // Affine, not linear: the tangent of what stands around is zero.
    kind: 'general',
    saves: {},
    vjp: (g, context) => [c.slice(g, context.params.before, shapeOf(context), ones(g.shape))],
    jvp: ([t], { params: { before, after } }) => apply('pad', [t as Tensor], { before, after, value: 0 }),
  },
  sliceScatter: {
    kind: 'linear',
    vjp: (g, context) => [c.slice(g, context.params.start, shapeOf(context), context.params.step)],
  },
  asStridedScatter: {
    kind: 'linear',
    vjp: (g, context) => [c.asStrided(g, shapeOf(context), context.params.strides, context.params.offset)],
  },
  flip: { kind: 'linear', vjp: (g, { params }) => [c.flip(g, params.dims)] },

  gather: {
    kind: 'multilinear',
    saves: { inputs: [1] },
    vjp: (g, context) => [
      c.scatterAddOver(c.zeros(shapeOf(context), g), context.input(1), g, context.params.dim),
      undefined,
    ],
  },
  scatterAdd: {
    kind: 'general',
    saves: { each: [{}, {}, { inputs: [1] }] },
    vjp: (g, context) => [
      g,
      undefined,
      context.needs[2] ? widen(c.gather(g, context.input(1), context.params.dim), shapeOf(context, 2)) : undefined,
    ],
    jvp: ([t, , s], context) =>
      c.scatterAdd(tangent(t, context, 0), context.input(1), tangent(s, context, 2), context.params.dim),
  },
  // Of equal places the last one has written: it alone gets the gradient (PyTorch gives it to all of them, and says so).
  scatter: {
    kind: 'general',
    saves: { inputs: [1] },
    vjp: (g, context) => {
      const { dim } = context.params
      const index = context.input(1)
      return [
        context.needs[0] ? c.scatter(g, index, c.zeros(index.shape, g), dim) : undefined,
        undefined,
        context.needs[2]
          ? widen(c.where(lastWriters(index, g, dim), c.gather(g, index, dim), c.number(0, g)), shapeOf(context, 2))
          : undefined,
      ]
    },
    jvp: ([t, , s], context) =>
      c.scatter(tangent(t, context, 0), context.input(1), tangent(s, context, 2), context.params.dim),
  },
  indexSelect: {
    kind: 'multilinear',
    saves: { inputs: [1] },
    vjp: (g, context) => [
      c.indexAddOver(c.zeros(shapeOf(context), g), context.input(1), g, context.params.dim),
      undefined,
    ],
  },
  indexAdd: {
    kind: 'general',
    saves: { each: [{}, {}, { inputs: [1] }] },
    vjp: (g, context) => [
      g,
      undefined,
      context.needs[2] ? c.indexSelect(g, context.input(1), context.params.dim) : undefined,
    ],
    jvp: ([t, , s], context) =>
      c.indexAdd(tangent(t, context, 0), context.input(1), tangent(s, context, 2), context.params.dim),
  },
  argsort: none,
  nonzero: none,
}

/** A tangent, or zeros in its place. */
function tangent<P extends PrimitiveName>(t: Tensor | undefined, context: RuleContext<P>, i: number): Tensor {
  return t ?? c.zeros(shapeOf(context, i), context.output())
}

/** The source of a scatter may be larger than its index: what was not read gets zero. */
function widen(g: Tensor, shape: Shape): Tensor {
  if (sameShape(g.shape, shape)) return g
  return apply('sliceScatter', [g], { shape, start: shape.map(() => 0), step: ones(shape) })
}

/** Which elements of the source are still there after all have been written. */
function lastWriters(index: Tensor, g: Tensor, dim: number): Tensor {
  const { backend } = g.storage
  const numbers = compute('arange', [], { length: index.size, dtype: 'int32', start: 0, step: 1 }, backend)
  const own = c.reshape(numbers, index.shape)
  const winners = c.scatter(compute('full', [], { shape: g.shape, dtype: 'int32', value: 0 }, backend), index, own, dim)
  return c.eq(c.gather(winners, index, dim), own)
}
