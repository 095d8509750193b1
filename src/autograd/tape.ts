// Recording: what the engine calls after each primitive whose inputs carry a gradient.
import { callSite } from '../tensor/call-site.js'
import { isFloat } from '../tensor/dtype.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import type { PrimitiveName, PrimitiveParams } from '../tensor/primitives.js'
import { state } from '../tensor/state.js'
import type { Tensor } from '../tensor/tensor.js'
import { type FunctionBackward, FunctionNode, Leaf, type Node, PrimitiveNode, ResultNode } from './node.js'
import { RULES } from './rules.js'

/** The node of a tensor. A view whose base was written to in place gets a new one first. */
export function nodeOf(x: Tensor): Node | undefined {
  const { base } = x
  if (base !== undefined && base.rebased !== x.rebased) renewView(x, base)
  return x.node as Node | undefined
}

/** After a write in place into a base, its views are windows on the new value. */
function renewView(x: Tensor, base: Tensor): void {
  x.rebased = base.rebased
  x.node = undefined
  if (base.node === undefined) return
  if (base.layout !== undefined) throw stridedBase(base)
  // A base may itself be a detached window; the rule counts from its first element.
  record('asStrided', [base], { shape: x.shape, strides: x.strides, offset: x.offset - base.offset }, x)
}

function stridedBase(base: Tensor): TensorError {
  return new TensorError(
    'IN_PLACE',
    `This view sees a detached window of shape ${shapeText(base.shape)} and strides ${shapeText(base.strides)} that was written to since: the graph cannot say where its elements come from.`,
    { next: 'Make the view after the write, or clone() the detached tensor before it.' },
  )
}

export function record<P extends PrimitiveName>(
  name: P,
  inputs: readonly Tensor[],
  params: PrimitiveParams[P],
  out: Tensor,
): void {
  const rule = RULES[name]
  if (rule.kind === 'none' || !isFloat(out.dtype)) return
  const edges = edgesOf(inputs)
  if (edges === undefined) return
  const node = new PrimitiveNode(name, rule, params, inputs, edges, out)
  if (state.anomaly) node.site = callSite()
  out.node = node
}

function edgesOf(inputs: readonly Tensor[]): (Node | undefined)[] | undefined {
  let some = false
  const edges = new Array<Node | undefined>(inputs.length)
  for (let i = 0; i < inputs.length; i++) {
    const node = nodeOf(inputs[i] as Tensor)
    edges[i] = node
    if (node !== undefined) some = true
  }
  return some ? edges : undefined
}

/**
 * Records a function with a gradient of its own: `rule` gets a gradient for each output (undefined where none came) and
 * returns one for each input. Does nothing where no input carries a gradient or recording is off.
 */
export function recordFunction(
  name: string,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  rule: FunctionBackward,
): void {
  const edges = state.grad ? edgesOf(inputs) : undefined
  const [first] = outputs
  if (edges === undefined || first === undefined) return
  const owner = new FunctionNode(name, first, edges, outputs.length, rule)
  if (state.anomaly) owner.site = callSite()
  outputs.forEach((out, place) => {
    if (isFloat(out.dtype)) out.node = new ResultNode(owner, place, out)
  })
}

/** Makes a tensor a leaf: gradients are summed up in its `.grad`. */
export function makeLeaf(x: Tensor): void {
  x.node = new Leaf(x)
}
