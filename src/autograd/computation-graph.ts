// The recorded graph as plain data, to be walked, printed and drawn.
import type { DType } from '../tensor/dtype.js'
import type { Shape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { tensorsOf } from './backward.js'
import { isLeafNode, type Node, type ResultNode } from './node.js'
import { nodeOf } from './tape.js'

export interface ComputationNode {
  /** Unique in the process; rises with the time of recording. */
  readonly id: number
  /** 'leaf' for what requires a gradient, 'operation' for what was computed. */
  readonly kind: 'leaf' | 'operation'
  /** The operation, as in 'matmul'; 'leaf'. */
  readonly operation: string
  /** The name that was given to its tensor. */
  readonly name: string | undefined
  readonly shape: Shape
  readonly dtype: DType
  /** The tensor, where it is known: leaves, and those that were named. */
  readonly tensor: Tensor | undefined
  /** Ids of the nodes of its inputs; null in the place of a constant. */
  readonly inputs: readonly (number | null)[]
  /** Where it was called, if anomaly mode was on. */
  readonly site: string | undefined
}

export interface ComputationGraphOptions {
  /** Names for tensors on the way and for leaves. */
  readonly names?: Readonly<Record<string, Tensor>>
}

/**
 * The graph behind one or several results, oldest node first, so that inputs stand before what uses them.
 *
 * Constants are not recorded; they appear as null among the inputs.
 *
 * @example
 * computationGraph(loss, { names: { w, b, loss } }).map(n => n.operation) // ['leaf', 'mul', 'sum']
 * @torch none
 */
export function computationGraph(
  outputs: Tensor | readonly Tensor[],
  { names = {} }: ComputationGraphOptions = {},
): ComputationNode[] {
  const named = new Map<Node, { name: string; tensor: Tensor }>()
  for (const [name, tensor] of Object.entries(names)) {
    const node = nodeOf(tensor)
    if (node !== undefined) named.set(node, { name, tensor })
  }
  const seen = new Set<Node>()
  const stack = tensorsOf('computationGraph', outputs).map(nodeOf)
  while (stack.length > 0) {
    const node = stack.pop()
    if (node === undefined || seen.has(node)) continue
    seen.add(node)
    stack.push(...inputsOf(node))
  }
  return [...seen].sort((a, b) => a.id - b.id).map(node => describe(node, named.get(node)))
}

/** The results of one function stand for it: its own node is left out. */
function inputsOf(node: Node): readonly (Node | undefined)[] {
  return node.kind === 'result' ? (node as ResultNode).owner.edges : node.edges
}

function describe(node: Node, known: { name: string; tensor: Tensor } | undefined): ComputationNode {
  return {
    id: node.id,
    kind: isLeafNode(node) ? 'leaf' : 'operation',
    operation: node.name,
    name: known?.name,
    shape: node.shape,
    dtype: node.dtype,
    tensor: known?.tensor ?? (isLeafNode(node) ? node.tensor : undefined),
    inputs: inputsOf(node).map(edge => edge?.id ?? null),
    site: node.site,
  }
}
