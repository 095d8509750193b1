// What a trace comes to: a draft of a program, before anything is made better.
import type { Operand, Storage } from '../tensor/backend.js'
import { isLive } from '../tensor/live.js'
import type { KernelOp, ProgramWindow } from '../tensor/program.js'
import type { Tensor } from '../tensor/tensor.js'
import { isTensor } from '../tensor/tensor.js'
import { CompileError } from './errors.js'
import type { Guard, Trace, TracedBuffer } from './trace.js'
import { rebuilt } from './tree.js'

/** A leaf whose `.grad` a call changes: to a buffer, or to null. */
export interface GradientResult {
  readonly leaf: Tensor
  readonly window: ProgramWindow | null
}

/** What two traces of one program have in common. */
export interface Likeness {
  /** Equal for drafts of the same program. */
  readonly signature: string
  /** What the signature cannot say: which storages were there before. */
  readonly kept: readonly Storage[]
  readonly guards: readonly Guard[]
  /** What is to live for as long as this is compared with others. */
  readonly held: ReadonlySet<object>
}

/** Whether two traces came to the same program. */
export function isSame(a: Likeness, b: Likeness): boolean {
  return (
    a.signature === b.signature &&
    a.kept.length === b.kept.length &&
    a.kept.every((storage, i) => storage === b.kept[i]) &&
    a.guards.length === b.guards.length &&
    a.guards.every(({ value }, i) => value === b.guards[i]?.value)
  )
}

export interface Draft extends Likeness {
  readonly ops: readonly KernelOp[]
  readonly buffers: readonly TracedBuffer[]
  readonly trace: Trace
  /** What is returned, with windows in place of tensors. */
  readonly result: unknown
  readonly gradients: readonly GradientResult[]
}

/** A window in the form of a result. */
export class ResultWindow {
  /** The tensor itself, where it was there before the call. Not to be seen by JSON. */
  readonly #original: Tensor | undefined

  constructor(
    readonly window: ProgramWindow,
    original: Tensor | undefined,
  ) {
    this.#original = original
  }

  get original(): Tensor | undefined {
    return this.#original
  }
}

/** Puts together what a trace, its result and the gradients say. `before` are the gradients at the beginning of the call. */
export function draftOf(trace: Trace, returned: unknown, before: ReadonlyMap<Tensor, Tensor | null>): Draft {
  for (const [leaf, grad] of before) {
    const id = grad === null ? undefined : trace.bufferOf(grad.storage)
    const buffer = id === undefined ? undefined : trace.buffers[id]
    if (buffer?.source.kind === 'kept') buffer.source = { kind: 'gradient', leaf }
  }
  const gradients: GradientResult[] = []
  for (const leaf of trace.leaves) {
    const { grad } = leaf
    if (grad === (before.get(leaf) ?? null)) continue
    gradients.push({ leaf, window: grad === null ? null : trace.window(grad) })
  }
  const guards = [
    ...trace.guards,
    ...Array.from(before, ([leaf, grad]) => ({ read: () => leaf.grad === null, value: grad === null })),
  ]
  const result = windowsIn(trace, returned)
  const { ops, buffers, held } = trace
  const signature = JSON.stringify(
    [
      buffers.map(describe),
      ops.map(op => [op.name, op.inputs, op.out, paramsOf(op, trace)]),
      gradients.map(({ window }) => window),
      result,
      trace.drawn.map(({ blocks }) => blocks),
      trace.numbers.length,
    ],
    plain,
  )
  const kept = buffers.flatMap(({ source }) =>
    source.kind === 'kept' && source.constant === undefined ? [source.storage] : [],
  )
  return { ops, buffers, trace, guards, held, result, gradients, signature, kept }
}

function windowsIn(trace: Trace, returned: unknown): unknown {
  checkResult(returned)
  return rebuilt(
    returned,
    x => {
      const window = trace.window(x as Operand)
      const kept = trace.buffers[window.buffer]?.source.kind === 'kept'
      return new ResultWindow(window, kept ? x : undefined)
    },
    x => x,
  )
}

/** Results are tensors, plain values, and lists and objects of them. */
function checkResult(value: unknown): void {
  if (isTensor(value) || value === null || value === undefined) return
  if (isLive(value)) {
    throw new CompileError('BAD_ARGUMENT', 'compile: the step returns a number that changes from call to call.', {
      next: 'Return tensors; the caller knows its numbers already.',
    })
  }
  if (Array.isArray(value)) value.forEach(checkResult)
  else if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    Object.values(value).forEach(checkResult)
  else if (typeof value === 'object' || typeof value === 'function') {
    throw new CompileError(
      'BAD_ARGUMENT',
      'compile: the step returns something that is no tensor, number, text, list or plain object.',
      {
        next: 'Return tensors, alone or in lists and plain objects.',
      },
    )
  }
}

/** The parameters without what differs from call to call by nature. */
function paramsOf({ params, current }: KernelOp, trace: Trace): object {
  if (current === undefined) return params
  const { counter, key: _, ...rest } = params as { counter: number; key: unknown }
  return { ...rest, after: counter - Math.min(...trace.drawn.map(({ start }) => start)) }
}

function describe({ dtype, length, source }: TracedBuffer): unknown {
  const { kind } = source
  if (kind === 'kept') return [kind, dtype, length, source.constant]
  if (kind === 'written') return [kind, dtype, Array.from(source.array)]
  return [kind, dtype, length, kind === 'argument' ? source.index : undefined]
}

/** JSON has no words for -0, NaN and the infinities. */
export function plain(_: string, value: unknown): unknown {
  if (typeof value !== 'number') return value
  return Object.is(value, -0) || !Number.isFinite(value) ? `number ${Object.is(value, -0) ? '-0' : value}` : value
}
