// A backward pass: gradients flow from outputs to leaves, node by node in falling order of recording.
import type { Storage } from '../tensor/backend.js'
import { apply, compute } from '../tensor/engine.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { hooks } from '../tensor/graph.js'
import { needTensor } from '../tensor/ops/operand.js'
import { NONE } from '../tensor/primitives.js'
import { sameShape } from '../tensor/shape.js'
import { state } from '../tensor/state.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { checkGradients } from './anomaly.js'
import { isFunctionNode, isLeafNode, isWanted, type Node, type PrimitiveNode, setWanted } from './node.js'
import { slice } from './rules/calculus.js'
import { nodeOf } from './tape.js'

export interface BackwardOptions {
  /** Keep what forward has saved, so that backward can run again; the value of createGraph. */
  readonly retainGraph?: boolean
  /** Record the pass itself, so that gradients have gradients; false. */
  readonly createGraph?: boolean
}

/** What `backward` takes beside the gradient. */
export interface BackwardCall extends BackwardOptions {
  /** dL/dx, where x has several elements. */
  readonly gradient?: Tensor | null | undefined
}

/**
 * Computes the gradient of `x` with respect to every leaf that it depends on, and adds it to each leaf's `.grad`
 * (reverse-mode automatic differentiation; Linnainmaa 1970).
 *
 * `gradient` is dL/dx in the shape of x; it may be left out where x has one element (then it is 1). What forward has saved is
 * freed unless `retainGraph`. Options may stand first: `loss.backward({ retainGraph: true })`. Throws NO_GRAD where x does
 * not depend on a leaf, or has several elements and no gradient is given; GRAPH_FREED at a second pass; VERSION where a saved
 * tensor was changed in place; NOT_A_TENSOR for a gradient that is none.
 *
 * @example
 * const w = tensor([2, 3], { requiresGrad: true })
 * w.mul(w).sum().backward()
 * w.grad // tensor([4., 6.])
 * @torch torch.Tensor.backward
 */
export function backward(x: Tensor, gradient?: Tensor | BackwardCall | null, options?: BackwardOptions): void {
  needTensor('backward', x)
  const call: BackwardCall = isTensor(gradient) || gradient == null ? { ...options, gradient } : gradient
  if (typeof call !== 'object' || Array.isArray(call) || !(call.gradient == null || isTensor(call.gradient))) {
    throw new TensorError('NOT_A_TENSOR', 'backward: the gradient is not a tensor.', {
      next: 'Give a tensor in the shape of what backward is called on, or nothing where that has one element.',
    })
  }
  const root = rootOf('backward', x, call.gradient ?? undefined)
  run([root], call, undefined)
}

export interface GradOptions extends BackwardOptions {
  /** dL/d(output) for each output; ones for outputs of one element. */
  readonly gradOutputs?: Tensor | readonly (Tensor | undefined)[]
  /** Whether an input that the outputs do not depend on gets null instead of an error; false. */
  readonly allowUnused?: boolean
}

/**
 * The gradients of the sum of `outputs` with respect to `inputs`, as a list; `.grad` stays as it is.
 *
 * Inputs may be leaves or anything on the way. With `createGraph` the result can be differentiated again. Throws NO_GRAD
 * where an output has no graph or an input is not part of it (unless `allowUnused`: then null stands in its place).
 *
 * @example
 * const x = tensor(3, { requiresGrad: true })
 * const [dy] = grad(x.pow(3), [x], { createGraph: true }) // 27
 * const [d2y] = grad(dy, [x])                             // 18
 * @torch torch.autograd.grad
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions & { readonly allowUnused: true },
): (Tensor | null)[]
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options?: GradOptions,
): Tensor[]
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const [outs, ins] = [tensorsOf('grad', outputs), tensorsOf('grad', inputs)]
  const { gradOutputs } = options
  const given = isTensor(gradOutputs) ? [gradOutputs] : gradOutputs
  const roots = outs.map((out, i) => rootOf('grad', out, given?.[i]))
  const wanted = new Map<Node, Tensor | undefined>()
  const nodes = ins.map((x, i) => {
    const node = nodeOf(x)
    if (node === undefined && options.allowUnused !== true) throw unused(i, x, 'does not require a gradient')
    if (node !== undefined) wanted.set(node, undefined)
    return node
  })
  run(roots, options, wanted)
  return nodes.map((node, i) => {
    const gradient = node === undefined ? undefined : wanted.get(node)
    if (gradient === undefined && options.allowUnused !== true) {
      throw unused(i, ins[i] as Tensor, 'was not used to compute the outputs')
    }
    return gradient ?? null
  })
}

/** A tensor, or a list of them, as a list. */
export function tensorsOf(operation: string, given: Tensor | readonly Tensor[]): readonly Tensor[] {
  const list = Array.isArray(given) ? (given as readonly Tensor[]) : [given as Tensor]
  for (const x of list) needTensor(operation, x)
  return list
}

function unused(place: number, x: Tensor, why: string): TensorError {
  return new TensorError('NO_GRAD', `grad: input ${place}, of shape ${shapeText(x.shape)}, ${why}.`, {
    next: 'Check that the outputs depend on it, or pass { allowUnused: true } to get null.',
  })
}

interface Root {
  readonly node: Node
  readonly gradient: Tensor
}

function rootOf(operation: string, x: Tensor, gradient: Tensor | undefined): Root {
  const node = nodeOf(x)
  if (node === undefined) {
    throw new TensorError(
      'NO_GRAD',
      `${operation}: this tensor of shape ${shapeText(x.shape)} has no graph: nothing that it was made of requires a gradient.`,
      { next: 'Make the parameters with { requiresGrad: true }, and compute outside of noGrad() and detach().' },
    )
  }
  if (gradient === undefined) {
    if (x.size !== 1) {
      throw new TensorError(
        'NO_GRAD',
        `${operation}: without a gradient the tensor must have one element; it has shape ${shapeText(x.shape)}.`,
        {
          next: 'Reduce it first, as in loss.mean().backward(), or pass the gradient: x.backward(g).',
        },
      )
    }
    const ones = compute('full', [], { shape: x.shape, dtype: x.dtype, value: 1 }, x.storage.backend)
    return { node, gradient: ones }
  }
  if (!sameShape(gradient.shape, x.shape)) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `${operation}: the gradient has shape ${shapeText(gradient.shape)}, the tensor ${shapeText(x.shape)}.`,
      {
        next: 'Give one number for each element of the tensor.',
      },
    )
  }
  return { node, gradient: gradient.dtype === x.dtype ? gradient : apply('cast', [gradient], { dtype: x.dtype }) }
}

/** Runs a pass; with `wanted` it fills in those gradients and touches no leaf. */
function run(
  roots: readonly Root[],
  options: BackwardOptions,
  wanted: Map<Node, Tensor | undefined> | undefined,
): void {
  const createGraph = options.createGraph ?? false
  const retainGraph = options.retainGraph ?? createGraph
  const nodes = reachable(roots, wanted)
  const wantedBefore = setWanted(wanted === undefined ? undefined : new Set(nodes))
  // A pass may start inside of another one (checkpoint): the leaves that both share keep what they have.
  const stashed = nodes.map(node => node.pending)
  for (const node of nodes) node.pending = undefined
  const [gradBefore, passingBefore, freshBefore] = [state.grad, hooks.passing, hooks.fresh]
  const { autocast } = state
  state.grad = createGraph
  // Each rule computes in the dtype of what it follows.
  state.autocast = undefined
  hooks.passing = !createGraph
  hooks.fresh = []
  hooks.passes++
  try {
    for (const { node, gradient } of roots) send(node, gradient)
    for (const node of nodes) visit(node, retainGraph, wanted)
  } finally {
    state.grad = gradBefore
    state.autocast = autocast
    hooks.passing = passingBefore
    hooks.fresh = freshBefore
    hooks.passes--
    setWanted(wantedBefore)
    nodes.forEach((node, i) => {
      node.pending = stashed[i]
    })
  }
}

/** The nodes of the pass, newest first; with `wanted` only those on a way to a wanted one. */
function reachable(roots: readonly Root[], wanted: Map<Node, unknown> | undefined): Node[] {
  const seen = new Set<Node>()
  const stack = roots.map(({ node }) => node)
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    for (const edge of node.edges) if (edge !== undefined && !seen.has(edge)) stack.push(edge)
  }
  const nodes = [...seen].sort((a, b) => b.id - a.id)
  if (wanted === undefined) return nodes
  const useful = new Set<Node>()
  for (const node of nodes.toReversed()) {
    if (wanted.has(node) || node.edges.some(edge => edge !== undefined && useful.has(edge))) useful.add(node)
  }
  return nodes.filter(node => useful.has(node))
}

function visit(node: Node, retainGraph: boolean, wanted: Map<Node, Tensor | undefined> | undefined): void {
  let g = node.pending
  if (g === undefined) return
  node.pending = undefined
  if (node.listeners !== undefined) g = runHooks(node, g)
  if (node.retained !== undefined) keep(node.retained, g)
  if (wanted?.has(node) === true) {
    g.storage.holders = -1
    wanted.set(node, g)
  }
  if (isLeafNode(node)) {
    if (wanted === undefined) accumulate(node.tensor, g)
    else drop(g)
    return
  }
  if (node.freed) throw freed(node)
  if (addedToWindow(node, g)) {
    drop(g)
    if (!retainGraph) node.release()
    return
  }
  const gradients = node.backward(g)
  if (isFunctionNode(node)) gradients.forEach(share)
  if (state.anomaly) checkGradients(node, g, gradients)
  const { edges } = node
  for (let i = 0; i < edges.length; i++) {
    const [edge, gradient] = [edges[i], gradients[i]]
    if (isWanted(edge) && gradient !== undefined) send(edge, gradient)
  }
  drop(g)
  if (!retainGraph) node.release()
  sweep()
}

/** Gives back what a rule has made on its way. A tracer may have kept it. */
function sweep(): void {
  const { fresh } = hooks
  if (hooks.tracer === undefined) {
    for (let i = 0; i < fresh.length; i++) {
      const storage = fresh[i] as Storage
      if (storage.holders === 0) storage.backend.release(storage)
    }
  }
  fresh.length = 0
}

function freed(node: Node): TensorError {
  return new TensorError('GRAPH_FREED', `backward: the graph was freed by an earlier backward (at ${node.name}).`, {
    next: 'Compute the loss again, or pass { retainGraph: true } to the first backward.',
  })
}

/** Adds a gradient to what a node has. */
function send(node: Node, gradient: Tensor): void {
  const { pending } = node
  // A function reads its slots, which its results have filled: its own pending gradient only says that some came.
  if (pending !== undefined && isFunctionNode(node)) return
  if (pending === undefined) {
    node.pending = gradient
    hold(gradient)
    return
  }
  if (isOwn(pending) && pending.storage !== gradient.storage) {
    addInto(pending, gradient)
    if (gradient.storage.holders === 0) gradient.storage.backend.release(gradient.storage)
    return
  }
  const sum = apply('add', [pending, gradient], NONE)
  hold(sum)
  drop(pending)
  if (gradient.storage.holders === 0) gradient.storage.backend.release(gradient.storage)
  node.pending = sum
}

/**
 * Adds the gradient of a slice to the window that it saw, where a gradient of the whole is there already: to unbind a sequence and add a
 * tensor of its full length for each token would take the square of its length. Returns whether it did.
 */
function addedToWindow(node: Node, g: Tensor): boolean {
  if (node.kind !== 'primitive' || node.name !== 'slice') return false
  const [whole] = node.edges
  if (!isWanted(whole) || whole.pending === undefined || !isOwn(whole.pending)) return false
  if (whole.pending.storage === g.storage || whole.pending.dtype !== g.dtype) return false
  const { start, step } = (node as PrimitiveNode<'slice'>).params
  addInto(slice(whole.pending, start, g.shape, step), g)
  return true
}

/** Whether a pending gradient may be written to: its node alone holds it, and nobody looks on. */
function isOwn(pending: Tensor): boolean {
  const { storage, layout } = pending
  const watched = !hooks.passing || hooks.forward || hooks.tracer !== undefined || state.anomaly
  return !watched && storage.holders === 1 && layout === undefined && pending.size === storage.length
}

/** Somebody outside of the pass may hold it: it is never released. */
function share(g: Tensor | undefined): void {
  if (g !== undefined) g.storage.holders = -1
}

function hold(g: Tensor): void {
  if (g.storage.holders >= 0) g.storage.holders++
}

/** One holder less; the last one gives the memory back at once. */
function drop(g: Tensor): void {
  const { storage } = g
  if (storage.holders <= 0) return
  storage.holders--
  if (storage.holders === 0) storage.backend.release(storage)
}

function runHooks(node: Node, gradient: Tensor): Tensor {
  let g = gradient
  // Who has seen a gradient may keep it.
  g.storage.holders = -1
  for (const hook of node.listeners ?? []) {
    const changed = outside(() => hook(g))
    if (!isTensor(changed)) continue
    if (!sameShape(changed.shape, g.shape)) {
      throw new TensorError(
        'BAD_RULE',
        `A gradient hook on ${node.name} must return a tensor of shape ${shapeText(g.shape)}.`,
        {
          next: 'Return the changed gradient in the shape in which it came.',
        },
      )
    }
    g = changed
    g.storage.holders = -1
  }
  return g
}

/** Runs foreign code: what it makes is its own. */
function outside<T>(f: () => T): T {
  const { passing } = hooks
  hooks.passing = false
  try {
    return f()
  } finally {
    hooks.passing = passing
  }
}

/** `.grad` of a tensor that is no leaf: kept as it is, since nobody writes into it. */
function keep(x: Tensor, g: Tensor): void {
  g.storage.holders = -1
  x.grad = x.grad === null ? g : apply('add', [x.grad, g], NONE)
  x.grad.storage.holders = -1
}

/** Adds to `.grad` of a leaf: takes the gradient over where nobody else holds it, writes in place where it is there. */
function accumulate(leaf: Tensor, g: Tensor): void {
  const { grad } = leaf
  if (grad === null) {
    const mine = g.storage.holders === 1 && g.layout === undefined && g.size === g.storage.length
    const own = mine ? g : apply('copy', [g], NONE)
    if (own !== g) drop(g)
    own.storage.holders = -1
    leaf.grad = own
    return
  }
  if (state.grad || hooks.forward) leaf.grad = apply('add', [grad, g], NONE)
  else {
    addInto(grad, g)
    drop(g)
  }
}

function addInto(grad: Tensor, g: Tensor): void {
  const { backend } = grad.storage
  if (grad.layout === undefined) backend.kernels.add([grad, g], grad, NONE)
  else {
    const sum = compute('add', [grad, g], NONE)
    backend.kernels.copy([sum], grad, NONE)
    backend.release(sum.storage)
  }
  grad.storage.version++
}
