// From a draft and what was decided about it to a plan: a program whose buffers have their places.
import type { Backend, Storage } from '../tensor/backend.js'
import type { FusedOp, Place, PlannedProgram, ProgramOp, ProgramWindow } from '../tensor/program.js'
import type { Tensor } from '../tensor/tensor.js'
import { type Decisions, foldedIn, groupsOf, type Lasting } from './decisions.js'
import { type Draft, ResultWindow } from './draft.js'
import { inLoops } from './fuse.js'
import type { LiveNumbers } from './live-numbers.js'
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

/** What is there at the end of a call of a draft. */
export function lastingOf(draft: Draft): Lasting {
  const results = new Set(resultWindows(draft).map(({ buffer }) => buffer))
  const isMade = (id: number): boolean => draft.buffers[id]?.source.kind === 'made'
  return {
    lasting: new Set([...draft.buffers.keys()].filter(id => results.has(id) || !isMade(id))),
    fresh: [...results].filter(isMade),
  }
}

export function planOf(
  draft: Draft,
  decisions: Decisions,
  { lasting, fresh }: Lasting,
  { backend, argumentCount, live }: { backend: Backend; argumentCount: number; live: LiveNumbers },
): Plan {
  const { buffers } = draft
  const groups = groupsOf(decisions, draft)
  const folded = foldedIn(decisions, backend)
  const starts = new Map(decisions.starts)
  const gradients = buffers.flatMap(({ source }) => (source.kind === 'gradient' ? [source.leaf] : []))
  const given = new Map(fresh.map((id, i) => [id, argumentCount + gradients.length + i]))
  const placeOf = (id: number, { source }: TracedBuffer): Place => {
    const known = folded.get(id)
    if (known !== undefined) return { kind: 'fixed', storage: known }
    const result = given.get(id)
    if (result !== undefined) return { kind: 'given', index: result }
    if (source.kind === 'made') return { kind: 'arena', start: starts.get(id) ?? 0 }
    if (source.kind === 'argument') return { kind: 'given', index: source.index }
    if (source.kind === 'gradient') return { kind: 'given', index: argumentCount + gradients.indexOf(source.leaf) }
    return { kind: 'fixed', storage: source.kind === 'number' ? (live.storageOf(id) as Storage) : source.storage }
  }
  const places = buffers.map((buffer, id) => placeOf(id, buffer))
  const writes = new Set(groups.flat().map(({ out }) => out.buffer))
  return {
    program: {
      buffers: buffers.map(({ dtype, length }, id) => ({ dtype, length, place: places[id] as Place })),
      ops: inLoops(groups, lasting).map(op => withWindows(op, window => live.moved(window))),
      arenaBytes: decisions.arenaBytes,
    },
    gradients,
    fresh: fresh.map(id => buffers[id] as TracedBuffer),
    writtenKept: buffers.flatMap(({ source }, id) =>
      source.kind === 'kept' && writes.has(id) ? [source.storage] : [],
    ),
    writtenGiven: places.flatMap((place, id) =>
      place.kind === 'given' && buffers[id]?.source.kind !== 'made' && writes.has(id) ? [place.index] : [],
    ),
  }
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
