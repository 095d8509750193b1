// What becomes of names and of expressions: `acc` becomes `$acc.v`, `f(x)` becomes `(0, $f.v)(x)`.
import type { Emitters, Rewrite } from './rewrite.js'
import type { NameUse, Site } from './sites.js'

type NameKind =
  | 'name'
  | 'assignment'
  | 'update'
  | 'naming'
  | 'await'
  | 'for await'
  | 'this'
  | 'dynamic import'
  | 'import.meta'
  | 'decorator'

type NameSite = Extract<Site, { kind: 'name' }>

export const NAME_EMITTERS: Emitters<NameKind> = {
  name(rewrite, site) {
    const { name, use, start, end, scope, shorthand, inEnum, opens } = site
    if (!rewrite.isBoxed(name, scope)) return use === 'assign' ? assignMember(rewrite, site) : undefined
    // TypeScript computes what it can from other enums, which are locals of the program as well.
    if (inEnum && rewrite.isEnumHere(name)) return
    const value = nameText(rewrite, name, use)
    if (shorthand) rewrite.replace({ start, end }, `${propertyKey(name)}: ${value}`)
    else if (use === 'call') call(rewrite, value, { start, end, opens })
    else rewrite.replace({ start, end }, value)
  },

  assignment(rewrite, { node, target, scope }) {
    const { name } = target
    if (!rewrite.isBoxed(name, scope)) return rewrite.replace(target, rewrite.member(name, scope) ?? name)
    if (!rewrite.isConstant(name)) return rewrite.replace(target, `${rewrite.box(name)}.v`)
    const operator = node.operator.slice(0, -1)
    const isLogical = ['??', '||', '&&'].includes(operator)
    const before = operator === '' ? '(' : `(${rewrite.box(name)}.v${isLogical ? ` ${operator} (` : ', '}`
    rewrite.replace({ start: node.start, end: node.right.start }, rewrite.guard(node.start) + before)
    rewrite.close(node.end, `, ${constantError(rewrite, name)})${isLogical ? ')' : ''}`)
  },

  update(rewrite, { node, target, scope }) {
    const { name } = target
    if (!rewrite.isBoxed(name, scope)) return rewrite.replace(target, rewrite.member(name, scope) ?? name)
    if (!rewrite.isConstant(name)) return rewrite.replace(target, `${rewrite.box(name)}.v`)
    rewrite.replace(node, `${rewrite.guard(node.start)}(${rewrite.box(name)}.v, ${constantError(rewrite, name)})`)
  },

  /** A member that is assigned to gives a function no name, a property of an object does. */
  naming(rewrite, { value, target, scope }) {
    if (!rewrite.isBoxed(target, scope)) return
    const key = propertyKey(target)
    rewrite.open(value.start, `{ ${key}: `)
    rewrite.close(value.end, ` }${key.startsWith('[') ? key : `.${key}`}`)
  },

  await(rewrite, { node }) {
    const { prefix } = rewrite
    rewrite.replace({ start: node.start, end: node.start + 'await'.length }, `${prefix}.resume(await ${prefix}.wait(`)
    rewrite.close(node.end, '))')
  },

  'for await'(rewrite, { node, end }) {
    const resume = `${rewrite.prefix}.resume(0);`
    rewrite.needsEach = true
    if (end !== undefined) rewrite.close(end, ` ${resume}`)
    rewrite.open(node.right.start, `${rewrite.prefix}0(`)
    rewrite.close(node.right.end, ')')
    if (node.body.type === 'BlockStatement') return rewrite.open(node.body.start + 1, ` ${resume}`)
    rewrite.open(node.body.start, `{ ${resume} `)
    rewrite.close(node.body.end, ' }')
  },

  this(rewrite, { node }) {
    rewrite.replace(node, `${rewrite.guard(node.start)}(void 0)`)
  },

  'dynamic import'(rewrite, { node }) {
    rewrite.replace({ start: node.start, end: node.source.start }, `${rewrite.prefix}.import(`)
  },

  'import.meta'(rewrite, { node }) {
    rewrite.replace(node, `${rewrite.prefix}.meta`)
  },

  decorator(rewrite, { node: { expression } }) {
    if (expression.type === 'ParenthesizedExpression') return
    rewrite.open(expression.start, '(')
    rewrite.close(expression.end, ')')
  },
}

/** esbuild knows what the bodies of a namespace read of each other, but not what they assign. */
function assignMember(rewrite: Rewrite, { name, start, end, scope, shorthand }: NameSite): void {
  const member = rewrite.member(name, scope)
  if (member !== undefined) rewrite.replace({ start, end }, shorthand ? `${name}: ${member}` : member)
}

/**
 * V8 places such a call at its parenthesis, which is therefore made a part of the name, with the type arguments, `!` and
 * `?.` between them: stack traces then point at the name.
 */
function call(
  rewrite: Rewrite,
  callee: string,
  { start, end, opens }: Pick<NameSite, 'start' | 'end' | 'opens'>,
): void {
  const opening = opens === undefined ? '' : opens.optional ? '?.(' : '('
  rewrite.replace({ start, end: opens?.end ?? end }, `${rewrite.guard(start)}${callee}${opening}`)
}

function nameText(rewrite: Rewrite, name: string, use: NameUse): string {
  switch (use) {
    case 'call':
      return `(0, ${rewrite.box(name)}.v)`
    case 'typeof':
      return `${rewrite.prefix}.peek(${rewrite.box(name)})`
    case 'assign':
      return rewrite.isConstant(name) ? `${constantError(rewrite, name)}.v` : `${rewrite.box(name)}.v`
    case 'read':
    case 'declare':
      return `${rewrite.box(name)}.v`
    default:
      return use satisfies never
  }
}

/** The expression that throws what JavaScript throws at an assignment to a constant. */
function constantError({ prefix }: Rewrite, name: string): string {
  return `${prefix}.constant(${JSON.stringify(name)})`
}

/** `__proto__: x` would set the prototype. */
function propertyKey(name: string): string {
  return name === '__proto__' ? '["__proto__"]' : name
}
