// The graph of a backward pass: a node for each recorded result, with edges to the nodes of what went into it.

import type { DType } from '../tensor/dtype.js'
import { TensorError } from '../tensor/errors.js'
import { type GraphNode, hooks } from '../tensor/graph.js'
import type { Meta, PrimitiveName, PrimitiveParams } from '../tensor/primitives.js'
import type { Shape } from '../tensor/shape.js'
import { state } from '../tensor/state.js'
import type { Tensor } from '../tensor/tensor.js'
import type { InputMeta, Rule, RuleContext, Saves } from './rule.js'
import { sumTo } from './sum-to.js'

/** Looks at a gradient on its way; a tensor that it returns goes on in its place, anything else is ignored. */
export type GradientHook = (gradient: Tensor) => unknown

/** What tells nodes apart, also those of another copy of this package, which is of other classes. */
export type NodeKind = 'leaf' | 'primitive' | 'function' | 'result'

/** What all nodes have. Their numbers rise with time, so that falling numbers are an order for backward. */
export abstract class Node implements GraphNode, Meta {
  abstract readonly name: string
  abstract get kind(): NodeKind
  /** Rises with the time of recording. */
  readonly id = state.recorded++
  /** Shape and dtype of the result, and so of its gradient. */
  readonly shape: Shape
  readonly dtype: DType
  /** The node of each input; undefined where no gradient flows. */
  readonly edges: readonly (Node | undefined)[]
  /** The gradient that has come in so far, during a pass. */
  pending: Tensor | undefined = undefined
  listeners: Set<GradientHook> | undefined = undefined
  /** The tensor that wants to keep its gradient. */
  retained: Tensor | undefined = undefined
  /** Where the operation was called, while anomaly mode is on. */
  site: string | undefined = undefined

  constructor(meta: Meta, edges: readonly (Node | undefined)[]) {
    this.shape = meta.shape
    this.dtype = meta.dtype
    this.edges = edges
  }

  /** Gradients for the inputs, by edge. */
  abstract backward(gradient: Tensor): readonly (Tensor | undefined)[]

  /** Lets go of what forward has saved. */
  release(): void {}

  /** Whether release() has been called: a second pass is a mistake. */
  get freed(): boolean {
    return false
  }
}

/** The nodes that matter to the running pass, where it has only some inputs to find gradients for. */
let wanted: ReadonlySet<Node> | undefined

/** Sets them, and returns what was set before. */
export function setWanted(next: ReadonlySet<Node> | undefined): ReadonlySet<Node> | undefined {
  const before = wanted
  wanted = next
  return before
}

/** Whether the running pass wants a gradient for what a node has made. */
export function isWanted(node: Node | undefined): node is Node {
  return node !== undefined && (wanted === undefined || wanted.has(node))
}

/** Where backward ends: adds the gradient to `.grad` of a tensor that requires one. */
export class Leaf extends Node {
  readonly name = 'leaf'
  readonly tensor: Tensor

  get kind(): 'leaf' {
    return 'leaf'
  }

  constructor(tensor: Tensor) {
    super(tensor, NO_EDGES)
    this.tensor = tensor
  }

  override backward(): readonly [] {
    return []
  }
}

const NO_EDGES: readonly Node[] = []

/** A primitive's node: its rule, its parameters, and the tensors that the rule saves. */
export class PrimitiveNode<P extends PrimitiveName = PrimitiveName> extends Node implements RuleContext<P>, SavingNode {
  readonly name: P
  readonly params: PrimitiveParams[P]
  readonly metas: readonly InputMeta[]
  private readonly rule: Exclude<Rule<P>, { kind: 'none' }>
  private saved: readonly (Tensor | undefined)[] | undefined
  private savedOutput: Tensor | undefined = undefined
  private readonly versions: readonly number[] | undefined
  private outputVersion = 0
  /** Computes again what a checkpoint did not save. */
  private recall: (() => void) | undefined = undefined

  constructor(
    name: P,
    rule: Exclude<Rule<P>, { kind: 'none' }>,
    params: PrimitiveParams[P],
    inputs: readonly Tensor[],
    edges: readonly (Node | undefined)[],
    out: Tensor,
  ) {
    super(out, edges)
    this.name = name
    this.rule = rule
    this.params = params
    this.metas = inputs.map(metaOf)
    this.saved = NO_TENSORS
    this.versions = undefined
    const wants = rule.kind === 'linear' ? 0 : wantsOf(rule.saves, edges)
    if (wants === 0) return
    const inputsWanted = (wants & ~OUTPUT) !== 0
    if (inputsWanted) this.versions = inputs.map(versionOf)
    if ((wants & OUTPUT) !== 0) this.outputVersion = out.storage.version
    if (keeper !== undefined) this.recall = keeper(this)
    if (this.recall !== undefined) return
    if (inputsWanted) {
      const saved = new Array<Tensor | undefined>(inputs.length)
      for (let i = 0; i < inputs.length; i++) saved[i] = (wants & (1 << i)) === 0 ? undefined : inputs[i]
      this.saved = saved
    }
    if ((wants & OUTPUT) !== 0) this.savedOutput = out
  }

  get kind(): 'primitive' {
    return 'primitive'
  }

  get needs(): readonly boolean[] {
    return this.edges.map(isWanted)
  }

  input(i: number): Tensor {
    this.recall?.()
    const x = this.saved?.[i]
    if (x === undefined) throw this.missing(`input ${i}`)
    this.checkVersion(`input ${i}`, x, this.versions?.[i])
    return x
  }

  output(): Tensor {
    this.recall?.()
    const x = this.savedOutput
    if (x === undefined) throw this.missing('its result')
    this.checkVersion('its result', x, this.outputVersion)
    return x
  }

  override backward(gradient: Tensor): readonly (Tensor | undefined)[] {
    const { rule } = this
    if (rule.kind !== 'elementwise') return rule.vjp(gradient, this)
    const out = new Array<Tensor | undefined>(this.edges.length)
    for (let i = 0; i < this.edges.length; i++) {
      const partial = rule.partials[i]
      if (partial === undefined || !isWanted(this.edges[i])) continue
      out[i] = sumTo(partial(gradient, this), (this.metas[i] as Meta).shape)
    }
    return out
  }

  /** A node that saved nothing has nothing to lose, and can be passed again. */
  override release(): void {
    if (this.versions !== undefined || this.savedOutput !== undefined || this.recall !== undefined)
      this.saved = undefined
    this.savedOutput = undefined
    this.recall = undefined
  }

  get contents(): Contents {
    return { inputs: this.saved, output: this.savedOutput }
  }

  /** Takes over what a node of the same operation has saved in a second run. */
  restore({ contents }: SavingNode): void {
    if (this.recall === undefined) return
    this.recall = undefined
    this.saved = contents.inputs
    this.savedOutput = contents.output
  }

  override get freed(): boolean {
    return this.saved === undefined
  }

  private missing(what: string): Error {
    return new Error(`The gradient rule of ${this.name} asks for ${what}, which it does not list in 'saves'.`)
  }

  private checkVersion(what: string, x: Tensor, version: number | undefined): void {
    if (x.storage.version === version) return
    throw new TensorError(
      'VERSION',
      `backward of ${this.name} needs ${what} (shape [${x.shape.join(', ')}]) as it was in forward, but a write in place has changed it since: it is at version ${x.storage.version}, expected ${version}.${this.site === undefined ? '' : ` ${this.name} was called at ${this.site}.`}`,
      { next: 'Use the form without _ (a new tensor) for that write, or clone() the tensor before it.' },
    )
  }
}

/** Sees each node that is about to save tensors; where it returns a function, that one brings them back instead. */
export type Keeper = (node: SavingNode) => (() => void) | undefined

/** A node that has saved tensors, or can take over those of a twin. */
export interface SavingNode {
  readonly name: string
  readonly contents: Contents
  restore(twin: SavingNode): void
}

interface Contents {
  readonly inputs: readonly (Tensor | undefined)[] | undefined
  readonly output: Tensor | undefined
}

let keeper: Keeper | undefined

/** Runs `f` with a keeper, or with none. */
export function withKeeper<T>(next: Keeper | undefined, f: () => T): T {
  const before = keeper
  keeper = next
  try {
    return f()
  } finally {
    keeper = before
  }
}

/** For a host that ends a cell by an interrupt, which unwinds without `finally`. */
export function dismissKeeper(): void {
  keeper = undefined
}

/** The bit that stands for the result; bit i stands for input i. */
const OUTPUT = 1 << 30

/** What the gradients in demand need, as bits. */
function wantsOf(saves: Saves, edges: readonly (Node | undefined)[]): number {
  const { each } = saves
  if (each === undefined) return bitsOf(saves)
  let bits = 0
  for (let i = 0; i < each.length; i++) if (edges[i] !== undefined) bits |= bitsOf(each[i] as Saves)
  return bits
}

function bitsOf({ inputs, output }: Saves): number {
  let bits = output === true ? OUTPUT : 0
  if (inputs !== undefined) for (let i = 0; i < inputs.length; i++) bits |= 1 << (inputs[i] as number)
  return bits
}

const NO_TENSORS: readonly undefined[] = []
const metaOf = ({ shape, dtype, layout }: Tensor): InputMeta => ({ shape, dtype, layout })
const versionOf = (x: Tensor): number => x.storage.version

/** The gradients of a function that is no primitive, from those of its outputs. */
export type FunctionBackward = (gradients: readonly (Tensor | undefined)[]) => readonly (Tensor | undefined)[]

/** A node with a gradient of its own: custom functions, checkpoints, writes into a view. It may have several results. */
export class FunctionNode extends Node {
  readonly name: string
  /** Gradients of the results that have come in, by place. */
  readonly slots: (Tensor | undefined)[]
  private rule: FunctionBackward | undefined

  constructor(name: string, meta: Meta, edges: readonly (Node | undefined)[], results: number, rule: FunctionBackward) {
    super(meta, edges)
    this.name = name
    this.rule = rule
    this.slots = new Array<Tensor | undefined>(results).fill(undefined)
  }

  get kind(): 'function' {
    return 'function'
  }

  override backward(): readonly (Tensor | undefined)[] {
    const gradients = [...this.slots]
    this.slots.fill(undefined)
    const { passing } = hooks
    // What foreign code makes may be kept by it.
    hooks.passing = false
    try {
      return (this.rule as FunctionBackward)(gradients)
    } finally {
      hooks.passing = passing
    }
  }

  override release(): void {
    this.rule = undefined
  }

  override get freed(): boolean {
    return this.rule === undefined
  }
}

export function isLeafNode(node: Node | undefined): node is Leaf {
  return node !== undefined && node.kind === 'leaf'
}

export function isFunctionNode(node: Node | undefined): node is FunctionNode {
  return node !== undefined && node.kind === 'function'
}

/** One result of a FunctionNode. */
export class ResultNode extends Node {
  readonly name: string
  readonly owner: FunctionNode
  readonly place: number

  constructor(owner: FunctionNode, place: number, meta: Meta) {
    super(meta, [owner])
    this.name = owner.name
    this.owner = owner
    this.place = place
  }

  get kind(): 'result' {
    return 'result'
  }

  override backward(gradient: Tensor): readonly (Tensor | undefined)[] {
    gradient.storage.holders = -1
    this.owner.slots[this.place] = gradient
    // The owner must see that something has come: any gradient will do, it reads its slots.
    return [gradient]
  }
}
