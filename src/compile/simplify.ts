// Leaves out what a program need not do: values that it has already, operations that give back what they got, and what is known beforehand.
import type { Backend, Operand, Storage } from '../tensor/backend.js'
import { constant } from '../tensor/ops/operand.js'
import { type KernelOp, operandOf, type ProgramWindow } from '../tensor/program.js'
import { sameShape } from '../tensor/shape.js'
import { constantOf } from './constant-of.js'
import { plain } from './draft.js'
import { isWhole } from './prune.js'
import type { TracedBuffer } from './trace.js'

export interface SimplifyOptions {
  readonly buffers: readonly TracedBuffer[]
  /** Buffers that are read after the call. */
  readonly lasting: ReadonlySet<number>
  readonly backend: Backend
}

export interface Simplified {
  readonly ops: readonly KernelOp[]
  /** What buffers hold that are computed once, when the program is made. */
  readonly folded: ReadonlyMap<number, Storage>
}

/** Results that are larger are computed in each call: they would take memory for as long as the program lives. */
const MOST_FOLDED = 4096

type NumberAt = (input: number) => number | undefined

/** Which input a result is equal to, to the last bit. */
const IDENTITIES: { readonly [name: string]: (op: KernelOp, number: NumberAt) => number | undefined } = {
  mul: (_, number) => (number(1) === 1 ? 0 : number(0) === 1 ? 1 : undefined),
  div: (_, number) => (number(1) === 1 ? 0 : undefined),
  // x - 0 is x, but -0 + 0 is 0.
  sub: (_, number) => (Object.is(number(1), 0) ? 0 : undefined),
  add: (_, number) => (Object.is(number(1), -0) ? 0 : Object.is(number(0), -0) ? 1 : undefined),
  copy: () => 0,
  cast: () => 0,
  where: ({ inputs: [, a, b] }) => (JSON.stringify(a) === JSON.stringify(b) ? 1 : undefined),
}

/** The operations that are left, over the same buffers. */
export function simplified(ops: readonly KernelOp[], { buffers, lasting, backend }: SimplifyOptions): Simplified {
  const lengths = buffers.map(({ length }) => length)
  const writes = writesOf(ops)
  const writtenWithin = (buffer: number, from: number, to: number): boolean =>
    writes.get(buffer)?.some(at => at > from && at < to) === true
  /** Buffers in whose place others are read. */
  const instead = new Map<number, number>()
  const folded = new Map<number, Storage>()
  const seen = new Map<string, { readonly buffer: number; readonly at: number }>()
  const left: KernelOp[] = []

  const storageOf = (id: number): Storage | undefined => {
    const { source } = buffers[id] as TracedBuffer
    if (source.kind === 'written' || constantOf(buffers[id] as TracedBuffer) !== undefined) {
      return writes.has(id) ? undefined : (source as { storage: Storage }).storage
    }
    return folded.get(id)
  }
  const numberIn = (window: ProgramWindow | undefined): number | undefined => {
    if (window === undefined) return undefined
    const { source } = buffers[window.buffer] as TracedBuffer
    return source.kind === 'kept' && !writes.has(window.buffer) ? source.constant : undefined
  }

  for (const [at, given] of ops.entries()) {
    const op = { ...given, inputs: given.inputs.map(window => replaced(window, instead)) }
    const { out } = op
    const source = buffers[out.buffer]?.source.kind
    // Only what is written once, as a whole, and read within the call alone is a value that another buffer can stand for.
    const isValue =
      source === 'made' &&
      op.current === undefined &&
      !lasting.has(out.buffer) &&
      writes.get(out.buffer)?.length === 1 &&
      isWhole(out, lengths)
    if (!isValue) {
      left.push(op)
      continue
    }
    const equal = IDENTITIES[op.name]?.(op, i => numberIn(op.inputs[i]))
    const input = equal === undefined ? undefined : op.inputs[equal]
    if (input !== undefined && standsFor(input, out, lengths) && !writtenWithin(input.buffer, at, ops.length)) {
      instead.set(out.buffer, input.buffer)
      continue
    }
    const storages = op.inputs.map(({ buffer }) => storageOf(buffer))
    if (storages.every(storage => storage !== undefined) && (lengths[out.buffer] as number) <= MOST_FOLDED) {
      folded.set(out.buffer, computed(op, storages, backend))
      continue
    }
    const key = JSON.stringify([op.name, op.params, op.inputs, out.shape, out.dtype], plain)
    const before = seen.get(key)
    if (before !== undefined && op.inputs.every(({ buffer }) => !writtenWithin(buffer, before.at, at))) {
      instead.set(out.buffer, before.buffer)
      continue
    }
    seen.set(key, { buffer: out.buffer, at })
    left.push(op)
  }
  return { ops: left, folded }
}

/** When each buffer is written. */
function writesOf(ops: readonly KernelOp[]): Map<number, number[]> {
  const writes = new Map<number, number[]>()
  for (const [at, { out }] of ops.entries()) {
    const known = writes.get(out.buffer)
    if (known === undefined) writes.set(out.buffer, [at])
    else known.push(at)
  }
  return writes
}

function replaced(window: ProgramWindow, instead: ReadonlyMap<number, number>): ProgramWindow {
  const buffer = instead.get(window.buffer)
  return buffer === undefined ? window : { ...window, buffer }
}

/** Whether an input is all of its buffer, element by element what the result would be. */
function standsFor(input: ProgramWindow, out: ProgramWindow, lengths: readonly number[]): boolean {
  return isWhole(input, lengths) && input.dtype === out.dtype && sameShape(input.shape, out.shape)
}

/** Runs an operation once, for good. One number becomes a constant, which loops hold in their code. */
function computed(op: KernelOp, inputs: readonly Storage[], backend: Backend): Storage {
  const run = backend.kernels[op.name] as unknown as (i: readonly Operand[], o: Operand, p: object) => void
  const operands = op.inputs.map((window, i) => operandOf(window, inputs[i] as Storage))
  const { dtype, shape } = op.out
  const length = shape.reduce((size, n) => size * n, 1)
  const storage = backend.allocate(dtype, length)
  run(operands, { storage, offset: 0, shape, layout: undefined, dtype }, op.params)
  if (length !== 1 || (dtype !== 'float32' && dtype !== 'float64')) return storage
  const value = backend.read(storage, 0, 1)[0] as number
  backend.release(storage)
  return constant(value, dtype, backend).storage
}
