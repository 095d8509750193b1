// Forward mode: dual numbers (Clifford 1873; Wengert 1964). While jvp runs, a tensor carries directions beside its numbers,
// one for each jvp that is running, and every primitive pushes them on by the same rules that backward reads.
import { isFloat } from '../tensor/dtype.js'
import { apply, assign } from '../tensor/engine.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { hooks } from '../tensor/graph.js'
import type { KernelName, PrimitiveName, PrimitiveParams } from '../tensor/primitives.js'
import { sameShape } from '../tensor/shape.js'
import { state } from '../tensor/state.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import type { Rule, RuleContext } from './rule.js'
import * as c from './rules/calculus.js'
import { RULES } from './rules.js'

/** One tensor, or several in a list. */
export type Tensors = Tensor | readonly Tensor[]
/** Results in the form of what they belong to: a tensor for a tensor, a list for a list. */
export type Like<T extends Tensors> = T extends Tensor ? Tensor : Tensor[]

/** The running jvps, outermost first. Numbers are never used twice: what an older jvp has left behind means nothing. */
const levels: number[] = []
let made = 0
/** Only levels below are seen: the tangent of one level is computed from values that do not know of it. */
let ceiling = Number.POSITIVE_INFINITY

/**
 * Runs `f` and pushes directions through it: returns its outputs and J v, the derivative of each output when the inputs move
 * along `tangents` (forward mode; costs about as much as f once more, however many outputs there are).
 *
 * `primals` is one tensor or a list, of floats; `tangents` has the same form and shapes. Outputs and their tangents come in
 * the form in which f returns them. Nests with itself and with grad in both orders, and what is recorded of it can be
 * differentiated backward. f gets copies: writes in place inside of f do not reach the primals.
 *
 * Throws BAD_VALUE where the numbers of tensors differ or f returns a promise, SHAPE_MISMATCH, BAD_DTYPE for whole numbers,
 * NOT_A_TENSOR where f returns something else.
 *
 * @example
 * jvp(x => x.mul(x), tensor(3), tensor(1)) // [tensor(9.), tensor(6.)]
 * @torch torch.func.jvp
 */
export function jvp<P extends Tensors, O extends Tensors>(
  f: (...xs: Tensor[]) => O,
  primals: P,
  tangents: NoInfer<Like<P>> | Tensors,
): [O, Like<O>] {
  const xs = listOf('jvp', primals)
  const vs = directions('jvp', xs, listOf('jvp', tangents))
  const level = enter()
  try {
    const outputs = f(...xs.map((x, i) => carrying(x, level, vs[i] as Tensor)))
    const outs = listOf('jvp', outputs)
    const pushed = outs.map(out => ownTangent(out, level, vs))
    for (const out of outs) forget(out, level)
    return [outputs, (isTensor(outputs) ? pushed[0] : pushed) as Like<O>]
  } finally {
    leave()
  }
}

function enter(): number {
  // An interrupted cell unwinds without `finally`.
  if (!hooks.forward) {
    levels.length = 0
    ceiling = Number.POSITIVE_INFINITY
  }
  const level = ++made
  levels.push(level)
  hooks.forward = true
  return level
}

function leave(): void {
  levels.pop()
  hooks.forward = levels.length > 0
}

/** The argument of a function of tensors as a list. */
export function listOf(operation: string, given: unknown): readonly Tensor[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  for (const x of list) {
    if (isTensor(x)) continue
    if (typeof (x as { then?: unknown } | null)?.then === 'function') {
      throw new TensorError('BAD_VALUE', `${operation}: the function returned a promise.`, {
        next: 'Differentiate the synchronous part only: await its inputs first.',
      })
    }
    throw new TensorError('NOT_A_TENSOR', `${operation}: expected a tensor or a list of tensors, got ${kindOf(x)}.`, {
      next: 'Inputs and results of the function are tensors; wrap numbers by tensor(...).',
    })
  }
  return list as readonly Tensor[]
}

const kindOf = (x: unknown): string => (x === null ? 'null' : typeof x)

/** Tangents in the dtype of their primals, checked against them. */
export function directions(operation: string, xs: readonly Tensor[], vs: readonly Tensor[]): Tensor[] {
  if (xs.length !== vs.length) {
    throw new TensorError('BAD_VALUE', `${operation}: ${xs.length} input(s), but ${vs.length} direction(s).`, {
      next: 'Give one direction for each input; zeros where it shall not move.',
    })
  }
  return xs.map((x, i) => {
    const v = vs[i] as Tensor
    if (!isFloat(x.dtype)) {
      throw new TensorError('BAD_DTYPE', `${operation}: input ${i} is ${x.dtype}: only floats have derivatives.`, {
        next: 'Convert it first (x.float()), or let the function close over it.',
      })
    }
    if (!sameShape(x.shape, v.shape)) {
      throw new TensorError(
        'SHAPE_MISMATCH',
        `${operation}: input ${i} has shape ${shapeText(x.shape)}, its direction ${shapeText(v.shape)}.`,
        { next: 'A direction has one number for each element of its input.' },
      )
    }
    return c.cast(v, x.dtype)
  })
}

/** A copy of `x` that moves along `v`, apart from `x` itself, which the function may also close over as a constant. */
function carrying(x: Tensor, level: number, v: Tensor): Tensor {
  const dual = c.copy(x)
  dual.tangents ??= new Map()
  dual.tangents.set(level, v)
  return dual
}

/** The tangent of an output, which nobody else holds: zeros where it has none. */
function ownTangent(out: Tensor, level: number, given: readonly Tensor[]): Tensor {
  const t = tangentAt(out, level)
  if (t === undefined) return c.zerosLike(out)
  return given.some(v => v.storage === t.storage) ? c.copy(t) : c.contiguous(t)
}

function forget(out: Tensor, level: number): void {
  out.tangents?.delete(level)
  out.base?.tangents?.delete(level)
}

/**
 * The tangent that a tensor has at a level. Only tensors with memory of their own carry tangents; that of a view is the same
 * window on the tangent of its base, so that writes through any of them are seen by all.
 */
function tangentAt(x: Tensor, level: number): Tensor | undefined {
  if (x.base === undefined) return x.tangents?.get(level)
  const whole = x.base.tangents?.get(level)
  return whole === undefined ? undefined : c.asStrided(whole, x.shape, x.strides, x.offset)
}

/** Whether some running jvp moves the tensor. */
export function isMoving(x: Tensor): boolean {
  const { tangents } = x.base ?? x
  return tangents !== undefined && levels.some(level => level < ceiling && tangents.has(level))
}

/** Runs `f` as if the jvps from `level` on were not there. */
function below<T>(level: number, f: () => T): T {
  const before = ceiling
  const { passing } = hooks
  ceiling = level
  // A tangent outlives the backward pass that it may be made in.
  hooks.passing = false
  try {
    return f()
  } finally {
    ceiling = before
    hooks.passing = passing
  }
}

/** Runs `f` without autocast: each rule computes in the dtype of what it follows. */
function uncast<T>(f: () => T): T {
  const { autocast } = state
  state.autocast = undefined
  try {
    return f()
  } finally {
    state.autocast = autocast
  }
}

/** Runs `f` without forward mode; its results carry no tangents. */
export const still = <T>(f: () => T): T => below(0, f)

/** Called after every primitive while a jvp runs: gives the result its tangents, outermost level first. */
export function pushForward<P extends PrimitiveName>(
  name: P,
  inputs: readonly Tensor[],
  params: PrimitiveParams[P],
  out: Tensor,
): void {
  // The tangent of a view is found when it is asked for.
  if (out.base !== undefined || !isFloat(out.dtype)) return
  const rule = RULES[name] as Rule<P>
  if (rule.kind === 'none') return
  pushFunction(inputs, [out], tangents => [tangentOf(name, rule, inputs, params, out, tangents)])
}

/** Sets the tangents of results by level, where some input has one; `rule` gets those of the inputs. */
export function pushFunction(
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  rule: (tangents: readonly (Tensor | undefined)[]) => readonly (Tensor | undefined)[],
): void {
  for (const level of levels) {
    if (level >= ceiling) break
    const tangents = inputs.map(x => (isFloat(x.dtype) ? tangentAt(x, level) : undefined))
    if (tangents.every(t => t === undefined)) continue
    const pushed = below(level, () => uncast(() => rule(tangents)))
    outputs.forEach((out, i) => {
      const t = pushed[i]
      if (t === undefined) return
      out.tangents ??= new Map()
      out.tangents.set(level, t)
    })
  }
}

function tangentOf<P extends PrimitiveName>(
  name: P,
  rule: Exclude<Rule<P>, { kind: 'none' }>,
  inputs: readonly Tensor[],
  params: PrimitiveParams[P],
  out: Tensor,
  tangents: readonly (Tensor | undefined)[],
): Tensor | undefined {
  const again = (xs: readonly Tensor[]): Tensor => apply(name as KernelName, xs, params as PrimitiveParams[KernelName])
  if (rule.kind === 'linear') {
    return again(inputs.map((x, i) => tangents[i] ?? (isFloat(x.dtype) ? c.zerosLike(x) : x)))
  }
  if (rule.kind === 'multilinear') {
    return total(tangents.map((t, i) => t && again(inputs.map((x, j) => (i === j ? t : x)))))
  }
  const context: RuleContext<P> = {
    params,
    metas: inputs,
    needs: tangents.map(t => t !== undefined),
    input: i => inputs[i] as Tensor,
    output: () => out,
  }
  if (rule.kind === 'general') return rule.jvp(tangents, context)
  return total(tangents.map((t, i) => t && rule.partials[i]?.(c.expand(t, out.shape), context)))
}

function total(terms: readonly (Tensor | undefined)[]): Tensor | undefined {
  let sum: Tensor | undefined
  for (const term of terms) if (term !== undefined) sum = sum === undefined ? term : c.add(sum, term)
  return sum
}

/** After a write in place: the tangent of what was written goes where the value went. */
export function writeTangents(operation: string, target: Tensor, value: Tensor | undefined): void {
  for (const level of levels) {
    if (level >= ceiling) break
    const t = value === undefined ? undefined : tangentAt(value, level)
    const owner = target.base ?? target
    const before = owner.tangents?.get(level)
    if (t === undefined && before === undefined) continue
    needWhole(operation, owner)
    const after = target === owner ? t : below(level, () => written(operation, owner, target, before, t))
    owner.tangents ??= new Map()
    if (after === undefined) owner.tangents.delete(level)
    else owner.tangents.set(level, after)
  }
}

/** The tangent of a base after a write through a view: a copy, since others may hold the one of before. */
function written(
  operation: string,
  owner: Tensor,
  target: Tensor,
  before: Tensor | undefined,
  t: Tensor | undefined,
): Tensor {
  const whole = before === undefined ? c.zerosLike(owner) : c.copy(before)
  const window = c.asStrided(whole, target.shape, target.strides, target.offset)
  const value = t ?? c.zerosLike(target)
  assign(operation, window, () => value, [value])
  return whole
}

function needWhole(operation: string, owner: Tensor): void {
  if (owner.layout === undefined && owner.offset === 0 && owner.size === owner.storage.length) return
  throw new TensorError(
    'IN_PLACE',
    `${operation}: inside of jvp this writes a moving value into a detached window, whose memory belongs to another tensor.`,
    { next: 'clone() the tensor before writing into it, or use the form without _.' },
  )
}
