// Functions with a gradient rule of their own.
import { isFloat } from '../tensor/dtype.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { hooks } from '../tensor/graph.js'
import type { Meta } from '../tensor/primitives.js'
import { sameShape } from '../tensor/shape.js'
import { state } from '../tensor/state.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { isMoving, listOf, pushFunction, still, type Tensors } from './forward.js'
import { noGrad } from './modes.js'
import * as c from './rules/calculus.js'
import { nodeOf, recordFunction } from './tape.js'

/** What forward hands on to backward. */
export interface FunctionContext {
  /** Keeps tensors for backward: inputs or results, in any order. */
  save(...tensors: Tensor[]): void
  /** What was saved, checked to be unchanged (VERSION). */
  readonly saved: readonly Tensor[]
  /** Whether each argument wants a gradient. */
  readonly needs: readonly boolean[]
  /** Anything else to remember: numbers, shapes, flags. */
  readonly notes: Record<string, unknown>
}

/** A gradient, or nothing where none flows. */
export type MaybeTensor = Tensor | null | undefined

export interface CustomFunction<A extends readonly unknown[], O extends Tensors> {
  /** For messages and for the graph. */
  readonly name: string
  /** Computes the result from the arguments. What it does is not recorded; it must not write into its arguments. */
  readonly forward: (context: FunctionContext, ...args: A) => O
  /**
   * From dL/d(output), for each output, to dL/d(argument), for each argument: null where there is none, as for whatever is no
   * float tensor. With a single argument the gradient may stand without a list.
   */
  readonly backward: (context: FunctionContext, ...gradients: Tensor[]) => MaybeTensor | readonly MaybeTensor[]
  /** For forward mode: from the tangents of the arguments (null where there is none) to those of the outputs. */
  readonly jvp?:
    | ((context: FunctionContext, ...tangents: MaybeTensor[]) => MaybeTensor | readonly MaybeTensor[])
    | undefined
  /** Says that backward itself cannot be differentiated; a second derivative then throws instead of being wrong. False. */
  readonly onceDifferentiable?: boolean | undefined
}

/**
 * Makes a function whose gradient is the one that you say, instead of that of what it computes: for rules that are cheaper or
 * stabler than the automatic one, and for functions that have none (rounding, clipping).
 *
 * Arguments may be anything; those that are float tensors get gradients. Gradients of gradients work where backward is
 * written in differentiable operations on the gradients and on saved inputs and results. Where no gradient comes for one of
 * several outputs, backward gets zeros.
 *
 * Throws BAD_RULE where a name, forward or backward is missing; in backward where the number, the form or a shape of the
 * gradients is wrong; in forward mode where there is no `jvp`.
 *
 * @example
 * const clip = customFunction({
 *   name: 'clip', // straight through: the gradient does not see the bounds
 *   forward: (context, x: Tensor, limit: number) => x.clamp(-limit, limit),
 *   backward: (context, g) => [g, null],
 * })
 * clip(tensor([0.5, 3]), 1) // tensor([0.5000, 1.0000])
 * @torch torch.autograd.Function
 * @differs An object with functions instead of a class; what forward saves may be inputs or results.
 */
export function customFunction<A extends readonly unknown[], O extends Tensors>(
  definition: CustomFunction<A, O>,
): (...args: A) => O {
  checkDefinition(definition)
  return (...args) => call(definition, args)
}

function checkDefinition(definition: Partial<Record<'name' | 'forward' | 'backward', unknown>> | undefined): void {
  const missing = (['forward', 'backward'] as const).find(part => typeof definition?.[part] !== 'function')
  const unnamed = typeof definition?.name !== 'string' || definition.name === ''
  if (missing === undefined && !unnamed) return
  throw new TensorError(
    'BAD_RULE',
    `customFunction: ${missing === undefined ? 'a name' : `the function ${missing}`} is missing.`,
    {
      next: "Write customFunction({ name: 'square', forward(context, x) { ... }, backward(context, g) { ... } }).",
    },
  )
}

function call<A extends readonly unknown[], O extends Tensors>(definition: CustomFunction<A, O>, args: A): O {
  const { name } = definition
  const needs = args.map(x => isTensor(x) && isFloat(x.dtype) && state.grad && nodeOf(x) !== undefined)
  const context = new Context(name, needs)
  const result = still(() => noGrad(() => definition.forward(context, ...args)))
  const outputs = listOf(name, result).map(out => apart(out, args))
  const inputs = args.map(placeholder)
  const metas = outputs.map(({ shape, dtype }) => ({ shape, dtype }))
  recordFunction(name, inputs, outputs, gradients => backward(definition, context, args, metas, gradients))
  if (hooks.forward) pushTangents(definition, context, inputs, outputs)
  return (isTensor(result) ? outputs[0] : outputs) as O
}

/** An output that is an argument, or a view of one, gets memory of its own: it has another gradient. */
const apart = (out: Tensor, args: readonly unknown[]): Tensor =>
  out.base === undefined && !args.includes(out) ? out : still(() => noGrad(() => c.copy(out)))

/** What stands in the graph for an argument that is no tensor: something without a node. */
const placeholder = (x: unknown): Tensor => (isTensor(x) ? x : NOTHING)
const NOTHING = { node: undefined, base: undefined, dtype: 'bool' } as unknown as Tensor

class Context implements FunctionContext {
  readonly needs: readonly boolean[]
  readonly notes: Record<string, unknown> = {}
  private readonly name: string
  private kept: readonly Tensor[] = []
  private versions: readonly number[] = []

  constructor(name: string, needs: readonly boolean[]) {
    this.name = name
    this.needs = needs
  }

  save(...tensors: Tensor[]): void {
    this.kept = tensors
    this.versions = tensors.map(x => x.storage.version)
  }

  get saved(): readonly Tensor[] {
    const changed = this.kept.findIndex((x, i) => x.storage.version !== this.versions[i])
    if (changed < 0) return this.kept
    throw new TensorError(
      'VERSION',
      `backward of ${this.name}: saved tensor ${changed} was changed in place since forward.`,
      {
        next: 'Use the form without _ for that write, or clone() the tensor before it.',
      },
    )
  }
}

function backward<A extends readonly unknown[], O extends Tensors>(
  definition: CustomFunction<A, O>,
  context: Context,
  args: A,
  outputs: readonly Meta[],
  gradients: readonly (Tensor | undefined)[],
): (Tensor | undefined)[] {
  const { name, onceDifferentiable = false } = definition
  const like = gradients.find(g => g !== undefined) as Tensor
  const given = outputs.map((out, i) => gradients[i] ?? zerosOf(out, like))
  const run = (): MaybeTensor[] => asList(definition.backward(context, ...given))
  const found = checked(name, onceDifferentiable ? noGrad(run) : run(), args)
  if (onceDifferentiable) {
    const made = found.filter(g => g !== undefined)
    recordFunction(name, [...given, ...args.map(placeholder)], made, () => {
      throw new TensorError('BAD_RULE', `${name}: its backward cannot be differentiated (onceDifferentiable).`, {
        next: 'Write backward in differentiable operations and leave onceDifferentiable out, or do without createGraph.',
      })
    })
  }
  return found
}

const zerosOf = ({ shape, dtype }: Meta, like: Tensor): Tensor => c.cast(c.zeros(shape, like), dtype)
const asList = (result: MaybeTensor | readonly MaybeTensor[]): MaybeTensor[] =>
  Array.isArray(result) ? [...(result as readonly MaybeTensor[])] : [result as MaybeTensor]

/** The gradients of a rule, if they fit the arguments. */
function checked(name: string, gradients: readonly MaybeTensor[], args: readonly unknown[]): (Tensor | undefined)[] {
  if (gradients.length !== args.length) {
    throw new TensorError(
      'BAD_RULE',
      `backward of ${name} returned ${gradients.length} gradient(s) for ${args.length} argument(s) of forward.`,
      { next: 'Return a list with one gradient for each argument, null for those that have none.' },
    )
  }
  return gradients.map((g, i) => {
    if (g === null || g === undefined) return undefined
    const x = args[i]
    if (!isTensor(g) || !isTensor(x) || !isFloat(x.dtype)) {
      const what = isTensor(g) ? 'a gradient for argument' : `${typeof g} instead of a tensor for argument`
      throw new TensorError(
        'BAD_RULE',
        `backward of ${name} returned ${what} ${i}${isTensor(g) ? ', which is no float tensor' : ''}.`,
        {
          next: 'Gradients are tensors, and null for arguments that are none.',
        },
      )
    }
    if (!sameShape(g.shape, x.shape)) {
      throw new TensorError(
        'BAD_RULE',
        `backward of ${name} returned a gradient of shape ${shapeText(g.shape)} for argument ${i}, which has shape ${shapeText(x.shape)}.`,
        { next: 'Sum it over the axes along which the argument was repeated.' },
      )
    }
    return c.cast(g, x.dtype)
  })
}

function pushTangents<A extends readonly unknown[], O extends Tensors>(
  definition: CustomFunction<A, O>,
  context: Context,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
): void {
  const { name, jvp } = definition
  if (jvp === undefined) {
    if (!inputs.some(isMoving)) return
    throw new TensorError('BAD_RULE', `${name}: this custom function says nothing of forward mode.`, {
      next: 'Give it a jvp(context, ...tangents) that returns the tangents of its outputs.',
    })
  }
  pushFunction(inputs, outputs, tangents => {
    const pushed = asList(jvp(context, ...tangents))
    if (pushed.length !== outputs.length) {
      throw new TensorError(
        'BAD_RULE',
        `jvp of ${name} returned ${pushed.length} tangent(s) for ${outputs.length} output(s).`,
        {
          next: 'Return one tangent for each output, null where it does not move.',
        },
      )
    }
    return outputs.map((out, i) => {
      const t = pushed[i] ?? undefined
      if (t !== undefined && !sameShape(t.shape, out.shape)) {
        throw new TensorError(
          'BAD_RULE',
          `jvp of ${name} returned a tangent of shape ${shapeText(t.shape)} for output ${i}, which has shape ${shapeText(out.shape)}.`,
          { next: 'A tangent has the shape of its output.' },
        )
      }
      return t === undefined ? undefined : c.cast(t, out.dtype)
    })
  })
}
