// Whether a place in a cell is evaluated while the cell runs, or later, when a function of it is called.
import { type Node, parseSync } from 'oxc-parser'
import { children, unwrap } from '../cell/ast.js'

export type Evaluation =
  /** While the cell runs. */
  | 'now'
  /** In the body or the signature of a function or method, or in the initialiser of an instance's field. */
  | 'later'
  /** The operand of `typeof`, which may be a name that nobody has declared. */
  | 'guarded'

/** When the code at an offset (UTF-16) is evaluated. */
export function evaluationAt(code: string, offset: number): Evaluation {
  const { program } = parseSync('cell.ts', code, { lang: 'ts', sourceType: 'module' })
  let node: Node | undefined = program
  let called: Node | undefined
  let later = false
  while (node !== undefined) {
    if (node.type === 'UnaryExpression' && node.operator === 'typeof' && unwrap(node.argument).type === 'Identifier') {
      return 'guarded'
    }
    if (node !== called && isDeferred(node, offset)) later = true
    // `(() => { ... })()` is evaluated at once.
    if (node.type === 'CallExpression') called = unwrap(node.callee)
    node = children(node).find(child => child.start <= offset && offset < child.end)
  }
  return later ? 'later' : 'now'
}

function isDeferred(node: Node, offset: number): boolean {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return true
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return !node.static && node.value !== null && contains(node.value, offset)
    default:
      return false
  }
}

function contains(node: Node, offset: number): boolean {
  return node.start <= offset && offset < node.end
}
