// What the core knows of autograd: that it may watch what is computed. The autograd room fills in the watcher.
import type { Storage } from './backend.js'
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
}
