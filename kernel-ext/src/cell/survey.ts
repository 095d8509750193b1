// One walk over a cell: which names it mentions, in which scope each stands, and what its program must change.
import type { Node } from 'oxc-parser'
import { children, type Identifier, isNameless, type NodeOf, unwrap } from './ast.js'
import { Scope, type Space } from './scope.js'
import type { NameUse, Opening, Site } from './sites.js'
import { TYPE_VISITORS } from './survey-types.js'
import { VALUE_VISITORS } from './survey-values.js'

/** Where the walk stands. */
export interface Place {
  readonly scope: Scope
  /** Code that runs; false in types and in `declare`d things, which leave no trace in the program. */
  readonly runs: boolean
  /** `this` is the cell's own. */
  readonly topThis: boolean
  readonly inEnum: boolean
  /** Where `infer X` declares its name. */
  readonly inferScope: Scope | undefined
}

/** One mention of a name. */
interface Mention {
  readonly name: string
  readonly space: Space
  readonly scope: Scope
  readonly assigned: boolean
}

export type Visitor<N extends Node> = (survey: Survey, node: N, place: Place) => void
export type Visitors = { readonly [T in Node['type']]?: Visitor<NodeOf<T>> }

const VISITORS: Visitors = { ...VALUE_VISITORS, ...TYPE_VISITORS }

/** How the names of a pattern are taken: `scope` for those that are declared there, otherwise sites. */
export type PatternUse = 'assign' | 'declare' | { readonly scope: Scope }

export class Survey {
  readonly top = new Scope()
  readonly sites: Site[] = []
  readonly mentions: Mention[] = []
  /** Statements that stand in a list of statements, so that others may be put before and after them. */
  readonly listed = new Set<Node>()
  /** The cell's text, as it was parsed. */
  readonly text: string
  /** The program holds what only esbuild can translate. */
  needsLowering = false
  /** ... decorators of parameters, which only TypeScript's own, older kind of decorators has. */
  needsOldDecorators = false

  constructor(text: string) {
    this.text = text
  }

  get topPlace(): Place {
    return { scope: this.top, runs: true, topThis: true, inEnum: false, inferScope: undefined }
  }

  visit(node: Node | null | undefined, place: Place): void {
    if (node === null || node === undefined) return
    // The table's entry for a type takes nodes of that type.
    const visitor = VISITORS[node.type] as Visitor<Node> | undefined
    if (visitor === undefined) this.visitAll(children(node), place)
    else visitor(this, node, place)
  }

  visitAll(nodes: readonly (Node | null)[] | null | undefined, place: Place): void {
    for (const node of nodes ?? []) this.visit(node, place)
  }

  visitStatements(statements: readonly Node[], place: Place): void {
    for (const statement of statements) this.listed.add(statement)
    this.visitAll(statements, place)
  }

  /** A member name in brackets is an expression, any other is none. */
  visitKey(node: { readonly computed: boolean; readonly key: Node }, place: Place): void {
    if (node.computed) this.visit(node.key, place)
  }

  add(site: Site, place: Place): void {
    if (place.runs) this.sites.push(site)
  }

  mention(name: string, space: Space, place: Place, assigned = false): void {
    if (name !== '' && name !== 'undefined') this.mentions.push({ name, space, scope: place.scope, assigned })
  }

  /** A name that stands for a value. */
  name(
    node: Identifier,
    use: NameUse,
    place: Place,
    details: { shorthand?: boolean; opens?: Opening | undefined } = {},
  ): void {
    const { shorthand = false, opens } = details
    const { name, start, end } = node
    if (name === 'undefined') return
    if (use !== 'declare') this.mention(name, 'value', place, use === 'assign')
    this.add({ kind: 'name', use, name, start, end, scope: place.scope, shorthand, opens, inEnum: place.inEnum }, place)
  }

  /** An expression that is called: a plain name in it must not become a method. */
  callee(node: Node, place: Place, opens?: Opening): void {
    if (node.type === 'Identifier') this.name(node, 'call', place, { opens })
    else if (node.type === 'TSNonNullExpression') this.callee(node.expression, place, opens)
    else if (node !== unwrap(node)) {
      for (const child of children(node)) {
        if ('expression' in node && child === node.expression) this.callee(child, place)
        else this.visit(child, place)
      }
    } else this.visit(node, place)
  }

  /** The target of an assignment or declaration, with its defaults and computed keys. */
  pattern(node: Node, use: PatternUse, place: Place, shorthand = false): void {
    const visitor = PATTERN_VISITORS[node.type] as PatternVisitor<Node> | undefined
    const inner = unwrap(node)
    if (visitor !== undefined) visitor(this, node, use, place, shorthand)
    else if (inner.type === 'Identifier' && use === 'assign') this.name(inner, 'assign', place)
    else this.visit(node, place)
  }

  naming(target: Node, value: Node | null, place: Place): void {
    const inner = unwrap(target)
    if (value === null || inner.type !== 'Identifier' || !isNameless(value)) return
    this.add({ kind: 'naming', value, target: inner.name, scope: place.scope }, place)
  }
}

type PatternVisitor<N extends Node> = (
  survey: Survey,
  node: N,
  use: PatternUse,
  place: Place,
  shorthand: boolean,
) => void

const PATTERN_VISITORS: { readonly [T in Node['type']]?: PatternVisitor<NodeOf<T>> } = {
  Identifier(survey, node, use, place, shorthand) {
    if (typeof use === 'string') survey.name(node, use, place, { shorthand })
    else use.scope.declare(node.name, 'value')
    survey.visitAll(node.decorators, place)
    survey.visit(node.typeAnnotation, place)
  },

  ObjectPattern(survey, node, use, place) {
    survey.visitAll(node.decorators, place)
    for (const property of node.properties) survey.pattern(property, use, place)
    survey.visit(node.typeAnnotation, place)
  },

  Property(survey, node, use, place) {
    survey.visitKey(node, place)
    survey.pattern(node.value, use, place, node.shorthand)
  },

  ArrayPattern(survey, node, use, place) {
    survey.visitAll(node.decorators, place)
    for (const element of node.elements) if (element !== null) survey.pattern(element, use, place)
    survey.visit(node.typeAnnotation, place)
  },

  AssignmentPattern(survey, node, use, place, shorthand) {
    survey.visitAll(node.decorators, place)
    survey.pattern(node.left, use, place, shorthand)
    if (typeof use === 'string') survey.naming(node.left, node.right, place)
    survey.visit(node.right, place)
  },

  RestElement(survey, node, use, place) {
    survey.visitAll(node.decorators, place)
    survey.pattern(node.argument, use, place)
    survey.visit(node.typeAnnotation, place)
  },

  TSParameterProperty(survey, node, use, place) {
    survey.visitAll(node.decorators, place)
    survey.pattern(node.parameter, use, place)
  },
}
