// Small questions about oxc's syntax tree (TypeScript-ESTree with `start` and `end` in UTF-16 units).
import { type Node, visitorKeys } from 'oxc-parser'

/** The nodes whose `type` is, or may be, T. */
export type NodeOf<T extends Node['type']> = Node extends infer N
  ? N extends { readonly type: infer U }
    ? T extends U
      ? N
      : never
    : never
  : never

export type Identifier = NodeOf<'Identifier'>

/** The children of a node in visiting order. */
export function children(node: Node): Node[] {
  const found: Node[] = []
  for (const key of visitorKeys[node.type] ?? []) {
    // The tree is plain data: what stands under a visitor key is a node, a list of nodes and holes, or nothing.
    const value = (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[key]
    if (Array.isArray(value)) for (const item of value) item !== null && found.push(item)
    else if (value !== null && value !== undefined) found.push(value)
  }
  return found
}

/** An expression without its parentheses and type annotations: `(f as Fn)!` is `f`. */
export function unwrap(node: Node): Node {
  switch (node.type) {
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'TSNonNullExpression':
    case 'TSInstantiationExpression':
      return unwrap(node.expression)
    default:
      return node
  }
}

/** A function or class that takes its name from what it is assigned to. */
export function isNameless(node: Node): boolean {
  const inner = unwrap(node)
  switch (inner.type) {
    case 'ArrowFunctionExpression':
      return true
    case 'FunctionExpression':
    case 'ClassExpression':
      return inner.id === null
    default:
      return false
  }
}

/** Moves every offset of a tree, which was parsed with `-by` characters before the cell's own text. */
export function shift(node: Node, by: number): void {
  node.start += by
  node.end += by
  for (const child of children(node)) shift(child, by)
}
