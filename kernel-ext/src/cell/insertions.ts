// What the type checker's copy of a cell has in addition: TypeScript would give a top-level `[]` or `null` a type that
// no later cell can do anything with, and would take an object literal for a block.
import type { Node } from 'oxc-parser'
import type { NodeOf } from './ast.js'
import type { Insertion } from './cell.js'
import type { ParsedCell } from './parse.js'

export function checkerInsertions({ program, objectLiteral }: ParsedCell): Insertion[] {
  const [only] = program.body
  if (objectLiteral && only !== undefined) {
    return [
      { offset: only.start, text: '(' },
      { offset: only.end, text: ')' },
    ]
  }
  return program.body.flatMap(statement => {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    return declaration?.type === 'VariableDeclaration' ? ofVariables(declaration) : []
  })
}

function ofVariables(node: NodeOf<'VariableDeclaration'>): Insertion[] {
  if (node.declare === true || node.kind.endsWith('using')) return []
  return node.declarations.flatMap(({ id, init }) => {
    const text = widerType(node.kind, init)
    const isPlain = id.type === 'Identifier' && (id.typeAnnotation ?? null) === null
    return isPlain && text !== undefined ? [{ offset: id.end, text }] : []
  })
}

function widerType(kind: string, init: NodeOf<'VariableDeclarator'>['init']): string | undefined {
  if (init === null) return kind === 'const' ? undefined : ': any'
  const value = withoutParentheses(init)
  if (value.type === 'ArrayExpression' && value.elements.length === 0) return ': any[]'
  if (kind === 'const') return undefined
  const isNull = value.type === 'Literal' && value.raw === 'null'
  const isUndefined = value.type === 'Identifier' && value.name === 'undefined'
  return isNull || isUndefined ? ': any' : undefined
}

/** `[] as number[]` has a type already, `([])` has none. */
function withoutParentheses(node: Node): Node {
  return node.type === 'ParenthesizedExpression' ? withoutParentheses(node.expression) : node
}
