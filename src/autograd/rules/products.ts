// Gradient rules of matrix products, convolutions and window sums. Each is linear in every factor, so the gradient for one is a
// product of the same family with the other.
import { apply } from '../../tensor/engine.js'
import type { Conv2dParams, Pool2dParams, PrimitiveName } from '../../tensor/primitives.js'
import { type Shape, sizeOf } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { InputMeta, RuleContext, Rules, Saves } from '../rule.js'
import * as c from './calculus.js'

/** The gradient for each factor needs the other one. */
const other: Saves = { each: [{ inputs: [1] }, { inputs: [0] }] }

const shapeOf = <P extends PrimitiveName>(context: RuleContext<P>, i = 0): Shape => context.metas[i]?.shape ?? []

/** The last two sizes. */
function sides(shape: Shape): [number, number] {
  return [shape[shape.length - 2] as number, shape[shape.length - 1] as number]
}

/** Whether a matrix has its columns together: most often it is the transpose of a weight. */
function isTurned({ shape, layout }: InputMeta | undefined = NOTHING): boolean {
  const rank = shape.length
  return rank === 2 && layout?.[0] === 1 && layout[1] !== 1
}

const NOTHING: InputMeta = { shape: [], dtype: 'float32', layout: undefined }

/** A B, or (B^T A^T)^T: so the gradient of a transposed weight lies as the weight does, and need not be copied into its order. */
function product(a: Tensor, b: Tensor, turned: boolean): Tensor {
  return turned ? c.transpose(c.matmul(c.transpose(b), c.transpose(a))) : c.matmul(a, b)
}

/** dL/dB = A^T g; where B has no batch of its own, all rows of A's batch are one tall matrix. */
function forRight(a: Tensor, g: Tensor, shape: Shape, turned: boolean): Tensor {
  if (a.shape.length > 2 && sizeOf(shape.slice(0, -2)) === 1 && a.size > 0) {
    const [k, n] = sides(shape)
    const lead = g.shape.slice(0, -1)
    const rows = sizeOf(lead)
    // A must have the batch of g: it has, unless it is repeated itself.
    if (a.size === rows * k) {
      return c.reshape(product(c.transpose(c.reshape(a, [rows, k])), c.reshape(g, [rows, n]), turned), shape)
    }
  }
  return c.sumTo(product(c.transpose(a), g, turned), shape)
}

const conv = ({ stride, padding, dilation, groups }: Conv2dParams): Conv2dParams => ({
  stride,
  padding,
  dilation,
  groups,
})
const pool = ({ kernel, stride, padding, dilation }: Pool2dParams): Pool2dParams => ({
  kernel,
  stride,
  padding,
  dilation,
})

const conv2d = (x: Tensor, w: Tensor, params: Conv2dParams): Tensor => apply('conv2d', [x, w], conv(params))
const conv2dInput = (g: Tensor, w: Tensor, params: Conv2dParams, input: Shape): Tensor =>
  apply('conv2dInput', [g, w], { ...conv(params), size: sides(input) })
const conv2dWeight = (x: Tensor, g: Tensor, params: Conv2dParams, weight: Shape): Tensor =>
  apply('conv2dWeight', [x, g], { ...conv(params), size: sides(weight) })

/** Padding at the end of an output that is as wide as a stride leaves room for windows that no input has made. */
function cropped(x: Tensor, shape: Shape): Tensor {
  const [height, width] = sides(shape)
  return c.narrow(c.narrow(x, 2, 0, height), 3, 0, width)
}

type Products = 'matmul' | 'conv2d' | 'conv2dInput' | 'conv2dWeight' | 'maxPool2dIndex' | 'sumPool2d' | 'sumPool2dInput'

export const PRODUCT_RULES: Pick<Rules, Products> = {
  matmul: {
    kind: 'multilinear',
    saves: other,
    vjp: (g, context) => [
      context.needs[0]
        ? c.sumTo(product(g, c.transpose(context.input(1)), isTurned(context.metas[0])), shapeOf(context, 0))
        : undefined,
      context.needs[1] ? forRight(context.input(0), g, shapeOf(context, 1), isTurned(context.metas[1])) : undefined,
    ],
  },
  conv2d: {
    kind: 'multilinear',
    saves: other,
    vjp: (g, context) => [
      context.needs[0] ? conv2dInput(g, context.input(1), context.params, shapeOf(context, 0)) : undefined,
      context.needs[1] ? conv2dWeight(context.input(0), g, context.params, shapeOf(context, 1)) : undefined,
    ],
  },
  // <G, conv2dInput(g, w)> = <conv2d(G, w), g>
  conv2dInput: {
    kind: 'multilinear',
    saves: other,
    vjp: (g, context) => [
      context.needs[0] ? cropped(conv2d(g, context.input(1), context.params), shapeOf(context, 0)) : undefined,
      context.needs[1] ? conv2dWeight(g, context.input(0), context.params, shapeOf(context, 1)) : undefined,
    ],
  },
  // <W, conv2dWeight(x, g)> = <conv2d(x, W), g>
  conv2dWeight: {
    kind: 'multilinear',
    saves: other,
    vjp: (g, context) => [
      context.needs[0] ? conv2dInput(context.input(1), g, context.params, shapeOf(context, 0)) : undefined,
      context.needs[1] ? conv2d(context.input(0), g, context.params) : undefined,
    ],
  },
  maxPool2dIndex: { kind: 'none' },
  sumPool2d: {
    kind: 'linear',
    vjp: (g, context) => [apply('sumPool2dInput', [g], { ...pool(context.params), size: sides(shapeOf(context)) })],
  },
  sumPool2dInput: { kind: 'linear', vjp: (g, context) => [apply('sumPool2d', [g], pool(context.params))] },
}
