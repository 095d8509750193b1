// From a draft to a plan: what is left to do, in which loops, and where each buffer lies.
import type { Backend, Storage } from '../tensor/backend.js'
import { constantIn } from '../tensor/ops/operand.js'
import type { FusedOp, KernelOp, Place, PlannedProgram, ProgramOp, ProgramWindow } from '../tensor/program.js'
import type { Tensor } from '../tensor/tensor.js'
import { bufferBytes, planArena } from './arena.js'
import { constantOf } from './constant-of.js'
import { type Draft, ResultWindow } from './draft.js'
import { fused } from './fuse.js'
import type { LiveNumbers } from './live-numbers.js'
import { pruned } from './prune.js'
import { simplified } from './simplify.js'
import type { TracedBuffer } from './trace.js'

/** A planned program, and what a call brings to it: arguments first, then gradients that are there, then memory for results. */
export interface Plan {
  readonly program: PlannedProgram
  /** Leaves whose gradients are there at the beginning of a call. */
  readonly gradients: readonly Tensor[]
  /** What comes fresh at each call, since others may keep it. */
  readonly fresh: readonly TracedBuffer[]
  /** Storages that stay and are written to. */
  readonly writtenKept: readonly Storage[]
  /** Which of the given operands are written to, beside results. */
  readonly writtenGiven: readonly number[]
}

export function planOf(draft: Draft, backend: Backend, argumentCount: number, live: LiveNumbers): Plan {
  const { buffers } = draft
  const results = new Set(resultWindows(draft).map(({ buffer }) => buffer))
  const isMade = (id: number): boolean => buffers[id]?.source.kind === 'made'
  const fresh = [...results].filter(isMade)
  const lasting = new Set([...buffers.keys()].filter(id => results.has(id) || !isMade(id)))
  const lengths = buffers.map(({ length }) => length)
  const { ops: simple, folded } = simplified(draft.ops, { buffers, lasting, backend })
  const kept = pruned(simple, lengths, lasting)
  const ops =
    backend.assemble === undefined
      ? kept
      : fused(kept, {
          lengths,
          lasting,
          canFuse: fusesOn(backend, buffers, folded),
          canSum: op => backend.sums?.(op) === true,
        })
  const gradients = buffers.flatMap(({ source }) => (source.kind === 'gradient' ? [source.leaf] : []))
  const given = new Map(fresh.map((id, i) => [id, argumentCount + gradients.length + i]))
  const arena = planArena(
    ops,
    id => isMade(id) && !given.has(id) && !folded.has(id),
    id => bufferBytes(buffers[id] as TracedBuffer),
  )
  const placeOf = (id: number, { source }: TracedBuffer): Place => {
    const known = folded.get(id)
    if (known !== undefined) return { kind: 'fixed', storage: known }
    const result = given.get(id)
    if (result !== undefined) return { kind: 'given', index: result }
    if (source.kind === 'made') return { kind: 'arena', start: arena.starts.get(id) ?? 0 }
    if (source.kind === 'argument') return { kind: 'given', index: source.index }
    if (source.kind === 'gradient') return { kind: 'given', index: argumentCount + gradients.indexOf(source.leaf) }
    return { kind: 'fixed', storage: source.kind === 'number' ? (live.storageOf(id) as Storage) : source.storage }
  }
  const places = buffers.map((buffer, id) => placeOf(id, buffer))
  const writes = new Set(kept.map(({ out }) => out.buffer))
  return {
    program: {
      buffers: buffers.map(({ dtype, length }, id) => ({ dtype, length, place: places[id] as Place })),
      ops: ops.map(op => withWindows(op, window => live.moved(window))),
      arenaBytes: arena.bytes,
    },
    gradients,
    fresh: fresh.map(id => buffers[id] as TracedBuffer),
    writtenKept: buffers.flatMap(({ source }, id) =>
      source.kind === 'kept' && writes.has(id) ? [source.storage] : [],
    ),
    writtenGiven: places.flatMap((place, id) =>
      place.kind === 'given' && !isMade(id) && writes.has(id) ? [place.index] : [],
    ),
  }
}

function fusesOn(
  backend: Backend,
  buffers: readonly TracedBuffer[],
  folded: ReadonlyMap<number, Storage>,
): (op: KernelOp) => boolean {
  const constant = (id: number): number | undefined => {
    const storage = folded.get(id)
    return storage === undefined ? constantOf(buffers[id] as TracedBuffer) : constantIn(storage)
  }
  return op => backend.fuses?.(op, constant) === true
}

/** What is returned, and what becomes a gradient. */
function resultWindows({ result, gradients }: Draft): ProgramWindow[] {
  return [...windowsIn(result), ...gradients.flatMap(({ window }) => window ?? [])]
}

function windowsIn(form: unknown): ProgramWindow[] {
  if (form instanceof ResultWindow) return [form.window]
  return typeof form === 'object' && form !== null ? Object.values(form).flatMap(windowsIn) : []
}

function withWindows(op: ProgramOp, moved: (window: ProgramWindow) => ProgramWindow): ProgramOp {
  if (op.kind === 'kernel') return { ...op, inputs: op.inputs.map(moved), out: moved(op.out) }
  const to = (written: FusedOp['outputs']): FusedOp['outputs'] =>
    written.map(({ value, to: window }) => ({ value, to: moved(window) }))
  return { ...op, inputs: op.inputs.map(moved), outputs: to(op.outputs), sums: to(op.sums) }
}
