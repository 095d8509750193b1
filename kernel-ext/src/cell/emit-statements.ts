// What becomes of the statements of the top level: declarations fill boxes, imports are awaited, the last value shown.
import type { Node } from 'oxc-parser'
import type { NodeOf } from './ast.js'
import { leftmostName } from './hoist.js'
import type { Emitters, Rewrite } from './rewrite.js'
import type { TopSite } from './sites.js'

export const STATEMENT_EMITTERS: Emitters<TopSite['kind'] | 'variables'> = {
  variables(rewrite, { node, place, marks }) {
    const [first] = node.declarations
    const startsWithPattern = first !== undefined && first.id.type !== 'Identifier'
    const guard = startsWithPattern && rewrite.isListed(node) ? ';' : ''
    rewrite.replace({ start: node.start, end: first?.start ?? node.end }, guard)
    if (place === 'statement') endStatement(rewrite, node)
    for (const [index, declarator] of node.declarations.entries()) {
      const mark = marks?.[index]
      if (mark !== undefined) rewrite.close(declarator.end, `, ${reached(rewrite, mark)}`)
      declare(rewrite, node, declarator, place)
    }
  },

  import(rewrite, { node, mark, moveTo }) {
    const { prefix } = rewrite
    const source = node.source?.value ?? ''
    const module = rewrite.module()
    const specifier = JSON.stringify(source)
    const loaded = `${prefix}.import(${specifier}${importOptions(node.attributes)})`
    const bindings = node.type === 'ImportDeclaration' ? importBindings(rewrite, node, module, specifier) : []
    const statements = [
      `const ${module} = ${awaited(rewrite, loaded)}`,
      ...bindings,
      ...(mark === undefined ? [] : [reached(rewrite, mark)]),
    ]
    rewrite.replace(node, `${statements.join('; ')};`)
    if (moveTo === undefined) return
    // It may have ended the statement before it, and taken along a `;` of the next line.
    rewrite.open(node.end, ';')
    rewrite.text.move(node.start, node.end, moveTo)
  },

  'import alias'(rewrite, { node, mark }) {
    const value = aliasValue(rewrite, node.moduleReference)
    rewrite.replace(node, `${rewrite.box(node.id.name)}.v = ${value}, ${reached(rewrite, mark)};`)
  },

  function(rewrite, { name }) {
    rewrite.box(name)
    rewrite.functions.add(name)
  },

  copy(rewrite, { name, end, mark }) {
    rewrite.close(end, `;${rewrite.box(name)}.v = ${name}${mark === undefined ? '' : `, ${reached(rewrite, mark)}`};`)
  },

  mark(rewrite, { end, mark }) {
    rewrite.close(end, `;${reached(rewrite, mark)};`)
  },

  result(rewrite, { node }) {
    const isList = node.type === 'SequenceExpression'
    rewrite.unguard(node.start)
    rewrite.open(node.start, `${rewrite.prefix}.result(${isList ? '(' : ''}`)
    rewrite.close(node.end, isList ? '))' : ')')
  },

  value(rewrite, { start, node, end, last }) {
    rewrite.replace({ start, end: node.start }, '')
    // Decorators of a class may stand before `export`.
    const decorator = 'decorators' in node ? node.decorators?.[0] : undefined
    rewrite.open(Math.min(decorator?.start ?? node.start, node.start), last ? `${rewrite.prefix}.result((` : ';(')
    rewrite.close(end, ';')
    rewrite.close(node.end, last ? '))' : ')')
  },

  replace(rewrite, { start, end, text }) {
    rewrite.replace({ start, end }, text)
  },

  command(rewrite, { command }) {
    const call = `${rewrite.prefix}.shell(${JSON.stringify(command.text)})`
    rewrite.replace({ start: command.start + 1, end: command.end }, `${awaited(rewrite, call)};`)
  },
}

function reached({ prefix }: Rewrite, mark: number): string {
  return `${prefix}.at = ${mark}`
}

function awaited({ prefix }: Rewrite, promise: string): string {
  return `${prefix}.resume(await ${prefix}.wait(${promise}))`
}

function endStatement(rewrite: Rewrite, node: Node): void {
  if (rewrite.text.original[node.end - 1] !== ';') rewrite.close(node.end, ';')
}

/** One `name = value` of a declaration; the names themselves are sites of their own. */
function declare(
  rewrite: Rewrite,
  { kind }: NodeOf<'VariableDeclaration'>,
  { id, init, end }: NodeOf<'VariableDeclarator'>,
  place: 'statement' | 'head',
): void {
  if (id.type === 'Identifier') {
    if (init === null) {
      // A `var` that is there keeps its value; a head's `var` has been made already.
      const { name } = id
      const value = kind === 'var' ? `${rewrite.prefix}.peek(${rewrite.box(name)})` : 'undefined'
      if (place === 'statement') rewrite.close(end, ` = ${value}`)
    } else if (kind.endsWith('using')) keep(rewrite, id.name, init, kind === 'await using')
    return
  }
  if (id.type !== 'AssignmentPattern' && (id.typeAnnotation ?? null) !== null) rewrite.replace(id.typeAnnotation!, '')
  if (id.type !== 'ObjectPattern' || init === null) return
  rewrite.open(id.start, '(')
  rewrite.close(end, ')')
}

function keep(rewrite: Rewrite, name: string, init: Node, isAsync: boolean): void {
  const { prefix } = rewrite
  rewrite.open(init.start, `${prefix}.resume(await ${prefix}.wait(${prefix}.use(${JSON.stringify(name)}, `)
  rewrite.close(init.end, `, ${isAsync})))`)
}

function importBindings(
  rewrite: Rewrite,
  { specifiers }: NodeOf<'ImportDeclaration'>,
  module: string,
  source: string,
): string[] {
  return specifiers.flatMap(specifier => {
    if (specifier.type === 'ImportSpecifier' && specifier.importKind === 'type') return []
    const target = `${rewrite.box(specifier.local.name)}.v`
    if (specifier.type === 'ImportNamespaceSpecifier') return [`${target} = ${module}`]
    const exported = JSON.stringify(specifier.type === 'ImportSpecifier' ? exportName(specifier.imported) : 'default')
    const picked = `${target} = ${rewrite.prefix}.pick(${module}, ${exported}, ${source})`
    // `import { SomeInterface }` without `type`: nothing of it exists at run time, and TypeScript leaves it out, too.
    if (!rewrite.usesValue(specifier.local.name))
      return [`${rewrite.prefix}.has(${module}, ${exported}) && (${picked})`]
    return [picked]
  })
}

function exportName(name: NodeOf<'ImportSpecifier'>['imported']): string {
  return name.type === 'Identifier' ? name.name : name.value
}

function importOptions(attributes: NodeOf<'ImportDeclaration'>['attributes']): string {
  if (attributes.length === 0) return ''
  const entries = attributes.map(({ key, value }) => [key.type === 'Identifier' ? key.name : key.value, value.value])
  return `, { with: ${JSON.stringify(Object.fromEntries(entries))} }`
}

/** `require('x')` or `A.B.C`, of which nothing may exist at run time. */
function aliasValue(rewrite: Rewrite, reference: NodeOf<'TSImportEqualsDeclaration'>['moduleReference']): string {
  if (reference.type === 'TSExternalModuleReference') return `require(${JSON.stringify(reference.expression.value)})`
  const first = leftmostName(reference)
  const path = rewrite.text.original.slice(reference.start, reference.end).split('.').slice(1)
  const value = rewrite.isBoxed(first) ? `${rewrite.prefix}.peek(${rewrite.box(first)})` : first
  return [value, ...path.map(part => part.trim())].join('?.')
}
