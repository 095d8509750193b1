// A trace: one call of a step, run as always, and written down: which kernels ran, over which memory.
import type { Backend, Observer, Operand, Storage } from '../tensor/backend.js'
import { callSite } from '../tensor/call-site.js'
import { type DType, isFloat, type StoredArray } from '../tensor/dtype.js'
import { apply, compute } from '../tensor/engine.js'
import { hooks, type Tracing } from '../tensor/graph.js'
import { LiveNumber } from '../tensor/live.js'
import { constantIn } from '../tensor/ops/operand.js'
import { type KernelName, NONE, type PrimitiveParams, type RandomParams } from '../tensor/primitives.js'
import type { KernelOp, ProgramWindow } from '../tensor/program.js'
import type { Tensor } from '../tensor/tensor.js'
import { CompileError } from './errors.js'

/** Where the numbers of a buffer come from at the start of a call. */
export type Source =
  /** The program makes them. */
  | { readonly kind: 'made' }
  /** They are in a storage that was there before: parameters, states of optimizers, tensors of the closure. */
  | { readonly kind: 'kept'; readonly storage: Storage; readonly constant: number | undefined }
  /** The numbers that the host wrote in this trace. */
  | { readonly kind: 'written'; readonly storage: Storage; readonly array: StoredArray }
  | { readonly kind: 'argument'; readonly index: number }
  /** One number of the host, asked for at each call. */
  | { readonly kind: 'number'; readonly compute: () => number }
  /** `.grad` of a leaf, as it was when the call began. */
  | { readonly kind: 'gradient'; readonly leaf: Tensor }

export interface TracedBuffer {
  readonly dtype: DType
  readonly length: number
  readonly storage: Storage
  source: Source
  /** The first line that met it. */
  readonly site: string | undefined
}

/** An answer that the trace rests on. */
export interface Guard {
  readonly read: () => unknown
  readonly value: unknown
}

interface Draw {
  readonly generator: Stream
  readonly first: number
  readonly blocks: number
}

interface Stream {
  readonly key: readonly [number, number]
  counter: number
}

/** How far a call moves a stream of random numbers on. */
export interface Drawn {
  readonly generator: Stream
  readonly start: number
  blocks: number
}

/** Writes down what happens between begin() and end(). */
export class Trace implements Observer, Tracing {
  readonly ops: KernelOp[] = []
  readonly buffers: TracedBuffer[] = []
  readonly guards: Guard[] = []
  /** All that perCall was asked, in order: numbers, and what only counts. */
  readonly numbers: (() => number)[] = []
  readonly drawn: Drawn[] = []
  /** What lives for as long as this does. */
  readonly held = new Set<object>()
  /** Tensors that require gradients and were used. */
  private readonly used = new Set<Tensor>()
  private readonly ids = new Map<Storage, number>()
  private readonly allocatedHere = new Set<Storage>()
  private readonly operands = new Map<LiveNumber, Map<DType, Tensor>>()
  private readonly owners = new Set<object>()
  private lastDraw: Draw | undefined
  private apart = 0

  constructor(
    readonly backend: Backend,
    args: readonly Tensor[],
    /** Whether lines are asked for: each costs some microseconds, and only a trace that becomes a program needs them. */
    private readonly sited = true,
  ) {
    for (const [index, { storage }] of args.entries()) this.add(storage, { kind: 'argument', index })
  }

  /** Runs `f` and writes it down. */
  run<T>(f: () => T): T {
    if (this.backend.watch === undefined) {
      throw new CompileError('NOT_TRACEABLE', `compile: the backend '${this.backend.name}' cannot be traced.`, {
        next: 'Run the step as it is, or on another backend.',
      })
    }
    this.backend.watch(this)
    hooks.tracing = this
    try {
      return f()
    } finally {
      this.abandon()
    }
  }

  abandon(): void {
    hooks.tracing = undefined
    this.backend.watch?.(undefined)
  }

  allocated(storage: Storage): void {
    if (this.apart === 0) this.allocatedHere.add(storage)
  }

  kernel<P extends KernelName>(name: P, inputs: readonly Operand[], out: Operand, params: PrimitiveParams[P]): void {
    if (this.apart > 0) return
    const site = this.sited ? callSite() : undefined
    for (const input of inputs) this.noteLeaf(input)
    this.noteLeaf(out)
    this.ops.push({
      kind: 'kernel',
      at: this.ops.length,
      name,
      inputs: inputs.map(x => this.window(x, site)),
      out: this.window(out, site),
      params,
      current: this.currentOf(name, params),
      site,
    })
  }

  write(storage: Storage, array: StoredArray, offset: number): void {
    if (this.apart > 0) return
    const { backend } = this
    const copy = array.slice()
    const constant = this.aside(() => {
      const kept = backend.allocate(storage.dtype, copy.length)
      backend.write(kept, copy, 0)
      return kept
    })
    this.add(constant, { kind: 'written', storage: constant, array: copy })
    const shape = [copy.length]
    const flat = { shape, layout: undefined, dtype: storage.dtype }
    this.kernel('copy', [{ storage: constant, offset: 0, ...flat }], { storage, offset, ...flat }, NONE)
  }

  read(): void {
    if (this.apart > 0) return
    throw new CompileError(
      'HOST_READ',
      'A compiled step cannot read numbers on the host: its program would go on with those of this call for ever.',
      {
        next: 'Return the tensor and read it outside; decide between tensors with where(condition, a, b); printing and item() go outside, too.',
      },
    )
  }

  number(compute: () => number): number {
    this.numbers.push(compute)
    return new LiveNumber(compute, compute()) as unknown as number
  }

  operand(number: LiveNumber, dtype: DType, backend: Backend): Tensor {
    const known = this.operands.get(number)?.get(dtype)
    if (known !== undefined) return known
    const narrow = isFloat(dtype) && dtype !== 'float32' && dtype !== 'float64'
    const direct = narrow ? 'float32' : dtype
    const params = { shape: [], dtype: direct, value: number.value }
    const made = this.aside(() => compute('full', [], params, backend))
    made.storage.holders = -1
    this.add(made.storage, { kind: 'number', compute: number.compute })
    const tensor = narrow ? apply('cast', [made], { dtype }) : made
    const own = this.operands.get(number) ?? new Map<DType, Tensor>()
    this.operands.set(number, own.set(dtype, tensor))
    return tensor
  }

  guard(read: () => unknown, owner?: object): void {
    if (owner !== undefined && this.owners.has(owner)) return
    if (owner !== undefined) this.owners.add(owner)
    this.guards.push({ read, value: read() })
  }

  aside<T>(f: () => T): T {
    this.apart++
    try {
      return f()
    } finally {
      this.apart--
    }
  }

  hold(value: object): void {
    this.held.add(value)
  }

  drew(generator: Stream, first: number, blocks: number): void {
    if (this.apart > 0) return
    this.lastDraw = { generator, first, blocks }
    const known = this.drawn.find(({ generator: other }) => other === generator)
    if (known === undefined) this.drawn.push({ generator, start: first, blocks })
    else known.blocks = first + blocks - known.start
  }

  /** Tensors that require gradients and were there before: what the call makes itself ends with it, and so does its gradient. */
  get leaves(): Tensor[] {
    return Array.from(this.used).filter(({ storage }) => {
      const id = this.ids.get(storage)
      return id === undefined || this.buffers[id]?.source.kind === 'kept'
    })
  }

  /** The buffer of a storage that the step left somewhere, if it knows it. */
  bufferOf(storage: Storage): number | undefined {
    return this.ids.get(storage)
  }

  window(x: Operand, site?: string): ProgramWindow {
    const { storage, offset, shape, layout, dtype } = x
    return { buffer: this.ids.get(storage) ?? this.meet(storage, site), offset, shape, layout, dtype }
  }

  private meet(storage: Storage, site: string | undefined): number {
    const made = this.allocatedHere.has(storage)
    return this.add(storage, made ? { kind: 'made' } : { kind: 'kept', storage, constant: constantIn(storage) }, site)
  }

  private add(storage: Storage, source: Source, site?: string): number {
    const id = this.buffers.length
    this.buffers.push({ dtype: storage.dtype, length: storage.length, storage, source, site })
    this.ids.set(storage, id)
    return id
  }

  private noteLeaf(x: Operand): void {
    const { node, base } = x as Partial<Tensor>
    if (node?.name === 'leaf') this.used.add(x as Tensor)
    if (base?.node?.name === 'leaf') this.used.add(base)
  }

  /** Random numbers go on from where their stream is at the call. */
  private currentOf(name: KernelName, params: object): (() => PrimitiveParams[KernelName]) | undefined {
    if (name !== 'randomBits' && name !== 'uniform' && name !== 'normal') return undefined
    const { counter } = params as RandomParams
    const draw = this.lastDraw
    if (draw === undefined || counter < draw.first || counter > draw.first + draw.blocks) return undefined
    const { generator } = draw
    const { start } = this.drawn.find(({ generator: other }) => other === generator) as Drawn
    const ahead = counter - start
    return () => ({ ...params, key: generator.key, counter: generator.counter + ahead }) as never
  }
}
