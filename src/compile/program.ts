// A compiled program: a draft made better, its memory planned, ready to be called.
import type { Backend, Executable, Operand, Storage } from '../tensor/backend.js'
import { DTYPES, type DType, type StoredArray } from '../tensor/dtype.js'
import { constantIn } from '../tensor/ops/operand.js'
import type { KernelOp, Place, PlannedBuffer, PlannedProgram, ProgramOp, ProgramWindow } from '../tensor/program.js'
import { sizeOf } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import { bufferBytes, planArena } from './arena.js'
import { type Draft, type GradientResult, type Likeness, ResultWindow } from './draft.js'
import { CompileError } from './errors.js'
import type { ExplainedConstant } from './explain.js'
import { fused } from './fuse.js'
import { interpreted } from './interpret.js'
import { pruned } from './prune.js'
import type { Drawn, Guard, TracedBuffer } from './trace.js'

/** The numbers of one dtype that change from call to call: one after the other in a storage. */
interface LiveBlock {
  readonly storage: Storage
  readonly array: StoredArray
  /** Which of all numbers goes to each place. */
  readonly sources: number[]
}

/** One program, for arguments of one form. */
export class Program {
  readonly guards: readonly Guard[]
  /** What another trace is compared with. */
  readonly likeness: Likeness
  readonly planned: PlannedProgram
  /** How many primitives it was made of. */
  readonly primitives: number
  /** Numbers of JavaScript that are part of it. */
  readonly constants: readonly ExplainedConstant[]
  /** The cell from which it was traced last. */
  cell: unknown
  private readonly executable: Executable
  private readonly computes: readonly (() => number)[]
  private readonly values: Float64Array
  private readonly blocks: readonly LiveBlock[]
  private readonly drawn: readonly Drawn[]
  private readonly gradientsIn: readonly Tensor[]
  /** The buffers that come fresh at each call. */
  private readonly fresh: readonly { readonly buffer: number; readonly dtype: DType; readonly length: number }[]
  private readonly freshAt: ReadonlyMap<number, number>
  private readonly gradientsOut: readonly GradientResult[]
  private readonly result: unknown
  private readonly written: readonly Storage[]
  private readonly writtenGiven: readonly number[]

  constructor(
    draft: Draft,
    private readonly backend: Backend,
    argumentCount: number,
  ) {
    const { buffers, trace, gradients, result } = draft
    this.guards = draft.guards
    this.likeness = { signature: draft.signature, kept: draft.kept, guards: draft.guards }
    this.primitives = draft.ops.length
    this.constants = buffers.flatMap(buffer => {
      const value = constantOf(buffer)
      return value === undefined ? [] : [{ value, line: buffer.site }]
    })
    this.computes = trace.numbers
    this.values = new Float64Array(this.computes.length)
    this.drawn = trace.drawn
    this.gradientsOut = gradients
    this.result = result
    const returned = windowsOf(result)
    const gradientWindows = gradients.flatMap(({ window }) => window ?? [])
    const isMade = (id: number): boolean => buffers[id]?.source.kind === 'made'
    const freshIds = [...new Set([...returned, ...gradientWindows].map(({ buffer }) => buffer))].filter(isMade)
    const lasting = new Set([...freshIds, ...buffers.keys()].filter(id => freshIds.includes(id) || !isMade(id)))
    const lengths = buffers.map(({ length }) => length)
    const kept = pruned(draft.ops, lengths, lasting)
    const constant = (id: number): number | undefined => constantOf(buffers[id] as TracedBuffer)
    const canFuse = (op: KernelOp): boolean => backend.fuses?.(op, constant) === true
    const ops: ProgramOp[] = backend.assemble === undefined ? kept : fused(kept, { lengths, lasting, canFuse })
    const blocks = new Map<DType, LiveBlock & { sources: number[] }>()
    this.gradientsIn = buffers.flatMap(({ source }) => (source.kind === 'gradient' ? [source.leaf] : []))
    this.fresh = freshIds.map(id => {
      const { dtype, length } = buffers[id] as TracedBuffer
      return { buffer: id, dtype, length }
    })
    const firstFresh = argumentCount + this.gradientsIn.length
    this.freshAt = new Map(freshIds.map((id, i) => [id, firstFresh + i]))
    const arena = planArena(
      ops,
      id => isMade(id) && !this.freshAt.has(id),
      id => bufferBytes(buffers[id] as TracedBuffer),
    )
    // Numbers of one dtype share a storage: one write brings them all.
    const numbered = new Map<number, { block: DType; at: number }>()
    const counts = new Map<DType, number[]>()
    for (const [id, { source, dtype }] of buffers.entries()) {
      if (source.kind !== 'number') continue
      const list = counts.get(dtype) ?? []
      numbered.set(id, { block: dtype, at: list.length })
      list.push(this.computes.indexOf(source.compute))
      counts.set(dtype, list)
    }
    for (const [dtype, sources] of counts) {
      const storage = backend.allocate(dtype, sources.length)
      blocks.set(dtype, { storage, array: new DTYPES[dtype].array(sources.length), sources })
    }
    this.blocks = [...blocks.values()]
    const placeOf = (id: number, { source }: TracedBuffer): Place => {
      const at = this.freshAt.get(id)
      if (at !== undefined) return { kind: 'given', index: at }
      switch (source.kind) {
        case 'made':
          return { kind: 'arena', start: arena.starts.get(id) ?? 0 }
        case 'argument':
          return { kind: 'given', index: source.index }
        case 'gradient':
          return { kind: 'given', index: argumentCount + this.gradientsIn.indexOf(source.leaf) }
        case 'number':
          return { kind: 'fixed', storage: (blocks.get(buffers[id]?.dtype as DType) as LiveBlock).storage }
        default:
          return { kind: 'fixed', storage: source.storage }
      }
    }
    const planned: PlannedBuffer[] = buffers.map((buffer, id) => ({
      dtype: buffer.dtype,
      length: buffer.length,
      place: placeOf(id, buffer),
    }))
    const moved = (window: ProgramWindow): ProgramWindow => {
      const number = numbered.get(window.buffer)
      return number === undefined ? window : { ...window, offset: window.offset + number.at }
    }
    this.planned = { buffers: planned, ops: ops.map(op => withWindows(op, moved)), arenaBytes: arena.bytes }
    this.executable = backend.assemble?.(this.planned) ?? interpreted(this.planned, backend)
    const writes = new Set(kept.map(({ out }) => out.buffer))
    this.written = buffers.flatMap(({ source }, id) =>
      source.kind === 'kept' && writes.has(id) ? [source.storage] : [],
    )
    this.writtenGiven = buffers.flatMap(({ source }, id) => {
      const { place } = planned[id] as PlannedBuffer
      return source.kind !== 'made' && place.kind === 'given' && writes.has(id) ? [place.index] : []
    })
  }

  /** Whether all that the program rests on is as it was when it was traced. */
  fits(): boolean {
    for (let i = 0; i < this.guards.length; i++) {
      const { read, value } = this.guards[i] as Guard
      if (read() !== value) return false
    }
    return true
  }

  /** How many numbers of the host are asked for at each call. */
  get liveNumbers(): number {
    return this.computes.length
  }

  /** One call, operation by operation: milliseconds of each, where the backend can tell. */
  timed(args: readonly Tensor[]): Float64Array | undefined {
    let times: Float64Array | undefined
    this.run(args, given => {
      times = this.executable.timed?.(given)
      return times !== undefined
    })
    return times
  }

  /** One call. `args` are row-major. */
  run(args: readonly Tensor[], execute = (given: readonly Operand[]) => this.executable.run(given)): unknown {
    const { backend, computes, values } = this
    for (let i = 0; i < computes.length; i++) values[i] = (computes[i] as () => number)()
    for (const { storage, array, sources } of this.blocks) {
      for (let i = 0; i < sources.length; i++) array[i] = values[sources[i] as number] as number
      backend.write(storage, array, 0)
    }
    const given: Operand[] = [...args]
    for (const { grad } of this.gradientsIn) {
      const { storage, shape, dtype } = grad as Tensor
      given.push({ storage, offset: 0, shape, layout: undefined, dtype })
    }
    for (const { dtype, length } of this.fresh) {
      const storage = backend.allocate(dtype, length)
      given.push({ storage, offset: 0, shape: [length], layout: undefined, dtype })
    }
    const right = execute(given)
    for (const { generator, blocks } of this.drawn) generator.counter += blocks
    if (!right) {
      throw new CompileError('BAD_INDEX', 'A compiled step met an index outside of its range.', {
        next: 'Call the function itself with these arguments: it says which one.',
      })
    }
    for (const storage of this.written) storage.version++
    for (const index of this.writtenGiven) (given[index] as Operand).storage.version++
    for (const { leaf, window } of this.gradientsOut) leaf.grad = window === null ? null : this.tensorAt(window, given)
    return this.rebuild(this.result, given)
  }

  release(): void {
    this.executable.release()
  }

  private tensorAt({ buffer, offset, shape, layout, dtype }: ProgramWindow, given: readonly Operand[]): Tensor {
    const { place } = this.planned.buffers[buffer] as PlannedBuffer
    if (place.kind === 'given') {
      const base = given[place.index] as Operand
      return new Tensor(base.storage, base.offset + offset, shape, layout, dtype, undefined)
    }
    return new Tensor((place as { storage: Storage }).storage, offset, shape, layout, dtype, undefined)
  }

  private rebuild(form: unknown, given: readonly Operand[]): unknown {
    if (form instanceof ResultWindow) return form.original ?? this.tensorAt(form.window, given)
    if (Array.isArray(form)) return form.map(item => this.rebuild(item, given))
    if (typeof form === 'object' && form !== null) {
      return Object.fromEntries(Object.entries(form).map(([name, item]) => [name, this.rebuild(item, given)]))
    }
    return form
  }
}

/** The number that a buffer holds for good. */
function constantOf({ source }: TracedBuffer): number | undefined {
  return source.kind === 'kept' ? constantIn(source.storage) : undefined
}

function windowsOf(form: unknown): ProgramWindow[] {
  if (form instanceof ResultWindow) return [form.window]
  if (typeof form === 'object' && form !== null) return Object.values(form).flatMap(windowsOf)
  return []
}

function withWindows(op: ProgramOp, moved: (window: ProgramWindow) => ProgramWindow): ProgramOp {
  if (op.kind === 'kernel') return { ...op, inputs: op.inputs.map(moved), out: moved(op.out) }
  return { ...op, inputs: op.inputs.map(moved), outputs: op.outputs.map(({ value, to }) => ({ value, to: moved(to) })) }
}

/** Elements of a window's buffer that it may see, for those who lay it out. */
export const elementsOf = ({ shape }: ProgramWindow): number => sizeOf(shape)
