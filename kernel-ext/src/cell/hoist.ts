// Names that statements declare, read off the syntax tree without a scope.
import type { Node } from 'oxc-parser'
import { children } from './ast.js'

/** The names of a binding pattern: `{ a, b: [c = 1, ...d] }` has a, c and d. */
export function patternNames(pattern: Node): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'Property':
      return patternNames(pattern.value)
    case 'RestElement':
      return patternNames(pattern.argument)
    case 'AssignmentPattern':
      return patternNames(pattern.left)
    case 'ObjectPattern':
      return pattern.properties.flatMap(patternNames)
    case 'ArrayPattern':
      return pattern.elements.flatMap(element => (element === null ? [] : patternNames(element)))
    default:
      return []
  }
}

/** The names that a declaration gives to the scope it stands in. */
export function declaredNames(declaration: Node): string[] {
  if (declaration.type === 'VariableDeclaration') return declaration.declarations.flatMap(({ id }) => patternNames(id))
  if (!('id' in declaration) || declaration.id === null || typeof declaration.id !== 'object') return []
  const { id } = declaration
  return id.type === 'Identifier' ? [id.name] : id.type === 'TSQualifiedName' ? [leftmostName(id)] : []
}

/** `A` of `A.B.C`. */
export function leftmostName(node: Node): string {
  if (node.type === 'TSQualifiedName') return leftmostName(node.left)
  return node.type === 'Identifier' ? node.name : ''
}

/** The names that `var`s inside a statement declare outside of it. */
export function hoistedNames(statement: Node): string[] {
  if (statement.type === 'VariableDeclaration') return statement.kind === 'var' ? declaredNames(statement) : []
  if (!HOLDS_STATEMENTS.has(statement.type)) return []
  return children(statement).flatMap(hoistedNames)
}

const HOLDS_STATEMENTS = new Set<Node['type']>([
  'BlockStatement',
  'CatchClause',
  'DoWhileStatement',
  'ForInStatement',
  'ForOfStatement',
  'ForStatement',
  'IfStatement',
  'LabeledStatement',
  'SwitchCase',
  'SwitchStatement',
  'TryStatement',
  'WhileStatement',
])

/** Whether a namespace has anything that exists at run time. */
export function isInstantiated(node: NodeWithBody): boolean {
  return node.body?.body.some(statement => hasValue(statement)) ?? false
}

type NodeWithBody = { readonly body: { readonly body: readonly Node[] } | null }

function hasValue(statement: Node): boolean {
  switch (statement.type) {
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'TSImportEqualsDeclaration':
    case 'EmptyStatement':
      return false
    case 'TSModuleDeclaration':
      return !statement.declare && isInstantiated(statement)
    case 'ExportNamedDeclaration':
      if (statement.declaration?.type === 'TSImportEqualsDeclaration') return true
      return statement.declaration === null ? statement.specifiers.length > 0 : hasValue(statement.declaration)
    default:
      return !('declare' in statement && statement.declare === true)
  }
}
