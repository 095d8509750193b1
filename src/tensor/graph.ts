// What the core knows of autograd: that it may watch what is computed. The autograd room fills in the watcher.
import type { Backend, Storage } from './backend.js'
import type { DType } from './dtype.js'
import type { LiveNumber } from './live.js'
import type { PrimitiveName, PrimitiveParams } from './primitives.js'
import type { Tensor } from './tensor.js'

/** A place in the graph of a backward pass: autograd/node.ts has the real thing. */
export interface GraphNode {
  /** The primitive or function that made the tensor; 'leaf' for one that has `requiresGrad` set. */
  readonly name: string
}

export interface Watcher {
  /** Called after a primitive whose inputs have a node, while recording is on. Sets `out.node`. */
  record<P extends PrimitiveName>(name: P, inputs: readonly Tensor[], params: PrimitiveParams[P], out: Tensor): void
  /** Called after every primitive in anomaly mode: throws NOT_FINITE where NaN appears. */
  check(name: PrimitiveName, inputs: readonly Tensor[], out: Tensor): void
  /** Called before a write in place: throws where the graph could not express it. */
  beforeWrite(operation: string, target: Tensor, inputs: readonly Tensor[]): void
  /**
   * Called after a write in place, with the result that was written: moves the nodes of the target and of what it is a
   * view of. `value` is undefined where nothing was recorded.
   */
  afterWrite(operation: string, target: Tensor, value: Tensor | undefined): void
  /** Called after every primitive while forward mode is on: sets `out.tangents`. */
  push<P extends PrimitiveName>(name: P, inputs: readonly Tensor[], params: PrimitiveParams[P], out: Tensor): void
}

export interface Hooks {
  watcher: Watcher | undefined
  forward: boolean
  /** Fresh results belong to a running backward pass (see Storage.holders). */
  passing: boolean
  /** How many backward passes are running, one inside of the other. */
  passes: number
  /** What such a pass has made since it last looked: released where nobody holds it. */
  fresh: Storage[]
  tracer: Watcher['push'] | undefined
  makeLeaf: ((x: Tensor) => void) | undefined
  /** The trace of a step that is being made. */
  tracing: Tracing | undefined
}

/** What a trace asks of those whose numbers it cannot see: see perCall and branch in live.ts. */
export interface Tracing {
  /** A number that is computed anew at each call. Returns what stands for it. */
  number(compute: () => number): number
  /** A tensor of zero dimensions that holds such a number. */
  operand(number: LiveNumber, dtype: DType, backend: Backend): Tensor
  /** A decision that the program depends on: another answer at a later call means another program. One of each owner will do. */
  guard(read: () => unknown, owner?: object): void
  /** Ends the trace, where a host stops a cell in the middle. */
  abandon(): void
  /** Runs `f` apart: what it does is no part of the program. */
  aside<T>(f: () => T): T
  /** What the program rests on, and nobody else may hold: it lives for as long as the trace does, and what is made of it. */
  hold(value: object): void
  /** Blocks of random numbers were taken. */
  drew(generator: { readonly key: readonly [number, number]; counter: number }, first: number, blocks: number): void
}

/** The hooks of the engine; without autograd nothing is watched. */
export const hooks: Hooks = {
  watcher: undefined,
  /** Forward mode is on: at least one jvp is running. */
  forward: false,
  /** Sees every primitive after it was computed; for compile and for tools that draw. */
  tracer: undefined,
  passing: false,
  passes: 0,
  fresh: [],
  /** What `requiresGrad: true` at creation calls. */
  makeLeaf: undefined,
  tracing: undefined,
}
