// Derivatives of functions of tensors: pullbacks, Jacobians, Hessians, products with them, gradients by example.
import { apply, compute } from '../tensor/engine.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { hooks } from '../tensor/graph.js'
import { type Shape, sameShape, sizeOf } from '../tensor/shape.js'
import { isTensor, Tensor } from '../tensor/tensor.js'
import { grad } from './backward.js'
import { directions, jvp, type Like, listOf, type Tensors } from './forward.js'
import { enableGrad, noGrad } from './modes.js'
import * as c from './rules/calculus.js'
import { makeLeaf, nodeOf } from './tape.js'

export interface FunctionalOptions {
  /** Record what is computed, so that results can be differentiated again; default false: results carry no graph. */
  readonly createGraph?: boolean | undefined
}

export interface JacobianOptions extends FunctionalOptions {
  /** 'reverse' (default): one backward for each output number; 'forward': one jvp for each input number. */
  readonly mode?: 'reverse' | 'forward' | undefined
}

/** A function of tensors that returns one tensor. */
type ToTensor = (...xs: Tensor[]) => Tensor

/**
 * Runs `f` and returns its outputs together with its pullback: the function that takes dL/d(outputs) to dL/d(inputs), v^T J
 * (reverse mode). The pullback may be called many times.
 *
 * `inputs` is one tensor or a list, of floats; gradients come in the same form, zeros where an output does not depend on an
 * input. The pullback's argument may be left out where the output has one element.
 *
 * Throws BAD_DTYPE for whole numbers, NOT_A_TENSOR where f returns something else, BAD_VALUE and SHAPE_MISMATCH where the
 * pullback's argument does not fit the outputs.
 *
 * @example
 * const [y, pullback] = vjp(x => x.mul(x), tensor([1, 2]))
 * pullback(tensor([1, 10])) // tensor([ 2., 40.])
 * @torch torch.func.vjp
 * @differs Inputs are one tensor or a list; the result is differentiable itself only with createGraph.
 */
export function vjp<I extends Tensors, O extends Tensors>(
  f: (...xs: Tensor[]) => O,
  inputs: I,
  options: FunctionalOptions = {},
): [O, (gradients?: Tensors) => Like<I>] {
  const createGraph = options.createGraph ?? false
  const xs = variables('vjp', listOf('vjp', inputs), createGraph)
  const outputs = enableGrad(() => f(...xs))
  const outs = listOf('vjp', outputs)
  const pullback = (gradients?: Tensors): Like<I> => {
    const vs = gradients === undefined ? outs.map(onesFor) : directions('vjp', outs, listOf('vjp', gradients))
    return inForm(inputs, pull(outs, xs, vs, createGraph))
  }
  return [createGraph ? outputs : inForm(outputs, outs.map(withoutGraph)), pullback]
}

/** The given tensors in the form of what they belong to. */
const inForm = <T extends Tensors, R = Like<T>>(form: T, list: Tensor[]): R => (isTensor(form) ? list[0] : list) as R

/** What a function is differentiated by: the numbers of its inputs, as starts of a graph, or joined to theirs. */
function variables(operation: string, inputs: readonly Tensor[], joined: boolean): Tensor[] {
  directions(operation, inputs, inputs)
  return inputs.map(x => variable(x, joined))
}

function variable(x: Tensor, joined: boolean): Tensor {
  const node = nodeOf(x)
  if (joined && node !== undefined) return enableGrad(() => c.copy(x))
  // In forward mode a copy takes the tangents along.
  const start = hooks.forward
    ? noGrad(() => c.copy(x))
    : new Tensor(x.storage, x.offset, x.shape, x.layout, x.dtype, undefined)
  makeLeaf(start)
  return start
}

/** The same numbers without the graph; in forward mode with the tangents. */
function withoutGraph(x: Tensor): Tensor {
  if (nodeOf(x) === undefined) return x
  if (hooks.forward) return noGrad(() => c.copy(x))
  return new Tensor(x.storage, x.offset, x.shape, x.layout, x.dtype, undefined)
}

function onesFor(out: Tensor): Tensor {
  if (out.size !== 1) {
    throw new TensorError(
      'BAD_VALUE',
      `vjp: the output has shape ${shapeText(out.shape)}: a gradient for it is needed.`,
      {
        next: 'Pass dL/d(output) to the pullback, in the shape of the output.',
      },
    )
  }
  return c.expand(c.number(1, out), out.shape)
}

/** v^T J for each input; zeros where nothing flows. */
function pull(outs: readonly Tensor[], xs: readonly Tensor[], vs: readonly Tensor[], createGraph: boolean): Tensor[] {
  const flowing = outs.map((out, i) => ({ out, v: vs[i] as Tensor })).filter(({ out }) => nodeOf(out) !== undefined)
  if (flowing.length === 0) return xs.map(c.zerosLike)
  const gradients = grad(
    flowing.map(({ out }) => out),
    xs,
    { gradOutputs: flowing.map(({ v }) => v), createGraph, retainGraph: true, allowUnused: true },
  )
  return gradients.map((g, i) => g ?? c.zerosLike(xs[i] as Tensor))
}

/**
 * The Jacobian: every partial derivative of the output of `f` by every number of `inputs`.
 *
 * Shape: [...output.shape, ...input.shape]; for a list of inputs a list of them. `mode: 'reverse'` (default) costs one
 * backward pass for each number of the output, 'forward' one jvp for each number of the inputs: choose the smaller.
 *
 * Throws BAD_DTYPE for whole numbers, NOT_A_TENSOR where f returns something else than one tensor.
 *
 * @example
 * jacobian(x => x.mul(x), tensor([1, 2])) // tensor([[2., 0.],
 *                                         //         [0., 4.]])
 * @torch torch.autograd.functional.jacobian
 * @differs f returns one tensor; mode is 'reverse' or 'forward'.
 */
export function jacobian<I extends Tensors>(f: ToTensor, inputs: I, options: JacobianOptions = {}): Like<I> {
  const xs = listOf('jacobian', inputs)
  const createGraph = options.createGraph ?? false
  if (options.mode !== 'forward') return inForm(inputs, reverseJacobian(f, xs, createGraph))
  const one = (...ys: Tensor[]): Tensor[] => [single('jacobian', f(...ys))]
  return inForm(inputs, (forwardJacobian('jacobian', one, xs, createGraph)[0] as Tensor[]).map(finished(createGraph)))
}

/** The one tensor that a function must return. */
function single(operation: string, out: unknown): Tensor {
  const list = listOf(operation, out)
  if (list.length === 1) return list[0] as Tensor
  throw new TensorError('NOT_A_TENSOR', `${operation}: the function returned ${list.length} tensors.`, {
    next: 'Return one tensor; call once for each output.',
  })
}

const finished = (createGraph: boolean) => (createGraph ? (x: Tensor) => x : withoutGraph)

function reverseJacobian(f: ToTensor, inputs: readonly Tensor[], createGraph: boolean): Tensor[] {
  const xs = variables('jacobian', inputs, createGraph)
  const out = enableGrad(() => single('jacobian', f(...xs)))
  const rows: Tensor[][] = []
  for (let i = 0; i < out.size; i++) rows.push(pull([out], xs, [unit(out, i)], createGraph))
  return xs.map((x, k) => {
    const shape = [...out.shape, ...x.shape]
    if (rows.length === 0) return c.zeros(shape, x)
    return c.reshape(
      c.cat(
        rows.map(row => c.reshape(row[k] as Tensor, [1, x.size])),
        0,
      ),
      shape,
    )
  })
}

/** By output, by input. Without createGraph nothing of it is recorded for what lies outside. */
function forwardJacobian(
  operation: string,
  f: (...xs: Tensor[]) => Tensor[],
  inputs: readonly Tensor[],
  createGraph: boolean,
): Tensor[][] {
  const xs = createGraph ? inputs : inputs.map(withoutGraph)
  directions(operation, xs, xs)
  const still = xs.map(c.zerosLike)
  const columns = xs.map((x, k) =>
    Array.from(
      { length: x.size },
      (_, i) =>
        jvp(
          f,
          xs,
          still.map((zero, j) => (j === k ? unit(x, i) : zero)),
        )[1],
    ),
  )
  const shapes = columns.flat()[0]?.map(t => t.shape) ?? f(...xs).map(t => t.shape)
  return shapes.map((shape, o) =>
    columns.map((list, k) =>
      columnsOf(
        list.map(ts => ts[o] as Tensor),
        shape,
        xs[k] as Tensor,
      ),
    ),
  )
}

/** [...shape, ...x.shape] from one tensor of `shape` for each number of x. */
function columnsOf(columns: readonly Tensor[], shape: Shape, x: Tensor): Tensor {
  const whole = [...shape, ...x.shape]
  if (columns.length === 0) return c.zeros(whole, x)
  return c.reshape(
    c.cat(
      columns.map(t => c.reshape(t, [sizeOf(shape), 1])),
      1,
    ),
    whole,
  )
}

/** 1 at one place of the shape of `x`, 0 elsewhere. */
function unit(x: Tensor, place: number): Tensor {
  const { backend } = x.storage
  const numbers = compute('arange', [], { length: x.size, dtype: 'int32', start: 0, step: 1 }, backend)
  return c.reshape(c.cast(c.eq(numbers, c.number(place, numbers)), x.dtype), x.shape)
}

/**
 * The Hessian of a function that returns one number: all its second derivatives, forward over reverse mode (Pearlmutter
 * 1994), one pass for each number of the inputs.
 *
 * Shape: [...x.shape, ...x.shape]; for a list of inputs a list of lists, [i][j] with shape [...xi.shape, ...xj.shape].
 * Throws BAD_SHAPE where f returns more than one number, BAD_DTYPE for whole numbers.
 *
 * @example
 * hessian(x => x.pow(3).sum(), tensor([1, 2])) // tensor([[ 6.,  0.],
 *                                              //         [ 0., 12.]])
 * @torch torch.autograd.functional.hessian
 */
export function hessian<I extends Tensors>(
  f: ToTensor,
  inputs: I,
  options: FunctionalOptions = {},
): I extends Tensor ? Tensor : Tensor[][] {
  const createGraph = options.createGraph ?? false
  const xs = listOf('hessian', inputs)
  const gradient = (...ys: Tensor[]): Tensor[] => gradientOf('hessian', f, ys, createGraph).slice(1)
  const blocks = forwardJacobian('hessian', gradient, xs, createGraph).map(row => row.map(finished(createGraph)))
  return (isTensor(inputs) ? blocks[0]?.[0] : blocks) as I extends Tensor ? Tensor : Tensor[][]
}

/** The value of a function that returns one number, and its gradient by each input. */
function gradientOf(operation: string, f: ToTensor, inputs: readonly Tensor[], createGraph: boolean): Tensor[] {
  const xs = variables(operation, inputs, createGraph)
  const value = enableGrad(() => single(operation, f(...xs)))
  if (value.size !== 1) {
    throw new TensorError(
      'BAD_SHAPE',
      `${operation}: the function must return one number, not ${shapeText(value.shape)}.`,
      {
        next: 'Reduce its result first: .sum() or .mean().',
      },
    )
  }
  return [finished(createGraph)(value), ...pull([value], xs, [onesFor(value)], createGraph)]
}

/**
 * The value of a function that returns one number, and the product of its Hessian with `v`: H v, forward over reverse mode,
 * in about the time of two gradients and without ever making H (Pearlmutter 1994, "Fast exact multiplication by the Hessian").
 *
 * `v` has the form and shapes of `inputs`; so has the product. H is symmetric, so this is v^T H too.
 * Throws BAD_SHAPE where f returns more than one number; BAD_VALUE, SHAPE_MISMATCH, BAD_DTYPE where v does not fit.
 *
 * @example
 * hvp(x => x.pow(3).sum(), tensor([1, 2]), tensor([1, 1])) // [tensor(9.), tensor([ 6., 12.])]
 * @torch torch.autograd.functional.hvp
 */
export function hvp<I extends Tensors>(
  f: ToTensor,
  inputs: I,
  v: NoInfer<Like<I>> | Tensors,
  options: FunctionalOptions = {},
): [Tensor, Like<I>] {
  const createGraph = options.createGraph ?? false
  const all = (...ys: Tensor[]): Tensor[] => gradientOf('hvp', f, ys, createGraph)
  const end = finished(createGraph)
  const given = listOf('hvp', inputs)
  const xs = createGraph ? given : given.map(withoutGraph)
  const vs = directions('hvp', xs, listOf('hvp', v))
  const [[value], [, ...product]] = jvp(all, xs, vs)
  return [end(value as Tensor), inForm(inputs, product.map(end))]
}

/**
 * Makes of a loss and its parameters a function (x, y) -> the gradient of every example by itself: for each parameter a
 * tensor [N, ...parameter.shape], whose mean over N is the gradient of the mean loss (for clipping by example, influence,
 * gradient noise).
 *
 * `lossOf(x, y)` returns one number and gets batches of one example: rows of the arguments with the first axis kept, so that
 * a model works as it is. The loop costs one forward and backward for each example. `.grad` stays as it is.
 *
 * Throws NO_GRAD where a parameter does not require a gradient, SHAPE_MISMATCH where the arguments' first axes differ,
 * BAD_SHAPE where the loss is more than one number.
 *
 * @example
 * const w = tensor([1, 2], { requiresGrad: true })
 * const gradients = perExampleGrads(x => x.mul(w).sum(), [w])
 * gradients(tensor([[1, 2], [3, 4]])) // [tensor([[1., 2.], [3., 4.]])]
 * @torch none
 */
export function perExampleGrads(
  lossOf: (...batch: Tensor[]) => Tensor,
  params: readonly Tensor[],
): (...batch: Tensor[]) => Tensor[] {
  return (...batch) => {
    const count = batchSize(batch)
    const rows: Tensor[][] = []
    for (let i = 0; i < count; i++) {
      const loss = enableGrad(() => single('perExampleGrads', lossOf(...batch.map(x => c.narrow(x, 0, i, 1)))))
      if (loss.size !== 1) {
        throw new TensorError(
          'BAD_SHAPE',
          `perExampleGrads: the loss has shape ${shapeText(loss.shape)}, not one number.`,
          {
            next: 'Reduce it: .sum() or .mean().',
          },
        )
      }
      const gradients = grad(c.reshape(loss, []), params, { allowUnused: true })
      rows.push(gradients.map((g, k) => c.reshape(g ?? c.zerosLike(params[k] as Tensor), [1, ...shapeAt(params, k)])))
    }
    return params.map((p, k) =>
      count === 0
        ? c.zeros([0, ...p.shape], p)
        : apply(
            'cat',
            rows.map(row => row[k] as Tensor),
            { dim: 0 },
          ),
    )
  }
}

const shapeAt = (xs: readonly Tensor[], i: number): Shape => (xs[i] as Tensor).shape

function batchSize(batch: readonly Tensor[]): number {
  const shapes = listOf('perExampleGrads', batch).map(x => x.shape)
  const [first] = shapes
  if (
    first === undefined ||
    shapes.some(shape => shape.length === 0 || !sameShape(shape.slice(0, 1), first.slice(0, 1)))
  ) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `perExampleGrads: the arguments must have the same first axis; they have shapes ${shapes.map(shapeText).join(', ')}.`,
      { next: 'Axis 0 counts the examples, in x as in y.' },
    )
  }
  return first[0] as number
}
