// What was decided about a draft, as plain data: which operations are left, in which loops, and where each buffer lies.
import type { Backend, Storage } from '../tensor/backend.js'
import type { DType, StoredArray } from '../tensor/dtype.js'
import { constant, constantIn } from '../tensor/ops/operand.js'
import type { KernelOp } from '../tensor/program.js'
import { bufferBytes, planArena } from './arena.js'
import { constantOf } from './constant-of.js'
import type { Draft } from './draft.js'
import { grouped, inLoops } from './fuse.js'
import { pruned } from './prune.js'
import { simplified } from './simplify.js'
import type { TracedBuffer } from './trace.js'

/** An operation of the trace that is left, and the buffers that it reads by now. */
interface Choice {
  readonly at: number
  readonly inputs: readonly number[]
}

/** What a buffer holds that was computed once. */
interface Folded {
  readonly buffer: number
  readonly dtype: DType
  readonly values: StoredArray
  /** Whether it is one number, which loops hold in their code. */
  readonly isNumber: boolean
}

/** All of it can be written to a file and read again by another process. */
export interface Decisions {
  /** Those of one loop together. */
  readonly groups: readonly (readonly Choice[])[]
  readonly folded: readonly Folded[]
  /** The first byte of buffers that live within a call. */
  readonly starts: readonly (readonly [buffer: number, start: number])[]
  readonly arenaBytes: number
}

/** What is there at the end of a call: results, and all that the call did not make. */
export interface Lasting {
  readonly lasting: ReadonlySet<number>
  /** Results that the call makes: memory is brought for each. */
  readonly fresh: readonly number[]
}

export function decided({ buffers, ops }: Draft, backend: Backend, { lasting, fresh }: Lasting): Decisions {
  const lengths = buffers.map(({ length }) => length)
  const simple = simplified(ops, { buffers, lasting, backend })
  const left = pruned(simple.ops, lengths, lasting)
  const { folded } = simple
  const groups =
    backend.assemble === undefined
      ? left.map(op => [op])
      : grouped(left, {
          lengths,
          lasting,
          canFuse: fusesOn(backend, buffers, folded),
          canSum: op => backend.sums?.(op) === true,
        })
  const given = new Set(fresh)
  const arena = planArena(
    inLoops(groups, lasting),
    id => buffers[id]?.source.kind === 'made' && !given.has(id) && !folded.has(id),
    id => bufferBytes(buffers[id] as TracedBuffer),
  )
  return {
    groups: groups.map(group => group.map(({ at, inputs }) => ({ at, inputs: inputs.map(({ buffer }) => buffer) }))),
    folded: Array.from(folded, ([buffer, storage]) => plainly(buffer, storage, backend)),
    starts: [...arena.starts],
    arenaBytes: arena.bytes,
  }
}

/** The operations that decisions speak of. */
export function groupsOf({ groups }: Decisions, { ops }: Draft): KernelOp[][] {
  return groups.map(group =>
    group.map(({ at, inputs }) => {
      const op = ops[at] as KernelOp
      return { ...op, inputs: op.inputs.map((window, i) => ({ ...window, buffer: inputs[i] as number })) }
    }),
  )
}

/** Storages that hold what was computed once. */
export function foldedIn({ folded }: Decisions, backend: Backend): Map<number, Storage> {
  return new Map(folded.map(known => [known.buffer, storageOf(known, backend)]))
}

function plainly(buffer: number, storage: Storage, backend: Backend): Folded {
  const { dtype, length } = storage
  const isNumber = constantIn(storage) !== undefined
  const values = backend.read(storage, 0, length)
  if (!isNumber) backend.release(storage)
  return { buffer, dtype, values, isNumber }
}

function storageOf({ dtype, values, isNumber }: Folded, backend: Backend): Storage {
  if (isNumber) return constant(values[0] as number, dtype, backend).storage
  const storage = backend.allocate(dtype, values.length)
  backend.write(storage, values, 0)
  return storage
}

function fusesOn(
  backend: Backend,
  buffers: readonly TracedBuffer[],
  folded: ReadonlyMap<number, Storage>,
): (op: KernelOp) => boolean {
  const known = (id: number): number | undefined => {
    const storage = folded.get(id)
    return storage === undefined ? constantOf(buffers[id] as TracedBuffer) : constantIn(storage)
  }
  return op => backend.fuses?.(op, known) === true
}
