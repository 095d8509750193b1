// How the walk goes through what runs: statements, expressions, functions and classes.
import type { Node } from 'oxc-parser'
import { type NodeOf, unwrap } from './ast.js'
import { declaredNames } from './hoist.js'
import { Scope } from './scope.js'
import type { Opening } from './sites.js'
import type { Place, Survey, Visitors } from './survey.js'

export const VALUE_VISITORS: Visitors = {
  Identifier(survey, node, place) {
    survey.name(node, 'read', place)
  },

  MemberExpression(survey, node, place) {
    survey.visit(node.object, place)
    if (node.computed) survey.visit(node.property, place)
  },

  Property(survey, node, place) {
    survey.visitKey(node, place)
    if (node.shorthand && node.value.type === 'Identifier') survey.name(node.value, 'read', place, { shorthand: true })
    else survey.visit(node.value, place)
  },

  CallExpression(survey, node, place) {
    survey.callee(node.callee, place, openingOf(survey, node))
    survey.visit(node.typeArguments, place)
    survey.visitAll(node.arguments, place)
  },

  TaggedTemplateExpression(survey, node, place) {
    survey.callee(node.tag, place)
    survey.visit(node.typeArguments, place)
    survey.visit(node.quasi, place)
  },

  Decorator(survey, node, place) {
    if (place.runs) survey.needsLowering = true
    survey.add({ kind: 'decorator', node }, place)
    survey.callee(node.expression, place)
  },

  UnaryExpression(survey, node, place) {
    const operand = unwrap(node.argument)
    if (node.operator === 'typeof' && operand.type === 'Identifier') survey.name(operand, 'typeof', place)
    else survey.visit(node.argument, place)
  },

  AssignmentExpression(survey, node, place) {
    const target = unwrap(node.left)
    if (target.type === 'Identifier') {
      survey.mention(target.name, 'value', place, true)
      survey.add({ kind: 'assignment', node, target, scope: place.scope }, place)
      if (/^(?:\?\?|\|\||&&)?=$/.test(node.operator)) survey.naming(target, node.right, place)
    } else survey.pattern(node.left, 'assign', place)
    survey.visit(node.right, place)
  },

  UpdateExpression(survey, node, place) {
    const target = unwrap(node.argument)
    if (target.type !== 'Identifier') return survey.visit(node.argument, place)
    survey.mention(target.name, 'value', place, true)
    survey.add({ kind: 'update', node, target, scope: place.scope }, place)
  },

  AwaitExpression(survey, node, place) {
    survey.add({ kind: 'await', node }, place)
    survey.visit(node.argument, place)
  },

  ThisExpression(survey, node, place) {
    if (place.topThis) survey.add({ kind: 'this', node }, place)
  },

  ImportExpression(survey, node, place) {
    survey.add({ kind: 'dynamic import', node }, place)
    survey.visit(node.source, place)
    survey.visit(node.options, place)
  },

  MetaProperty(survey, node, place) {
    if (node.meta.name === 'import') survey.add({ kind: 'import.meta', node }, place)
  },

  BlockStatement(survey, node, place) {
    survey.visitStatements(node.body, { ...place, scope: new Scope(place.scope) })
  },

  SwitchStatement(survey, node, place) {
    survey.visit(node.discriminant, place)
    survey.visitAll(node.cases, { ...place, scope: new Scope(place.scope) })
  },

  SwitchCase(survey, node, place) {
    survey.visit(node.test, place)
    survey.visitStatements(node.consequent, place)
  },

  LabeledStatement(survey, node, place) {
    if (survey.listed.has(node)) survey.listed.add(node.body)
    survey.visit(node.body, place)
  },

  BreakStatement() {},
  ContinueStatement() {},

  CatchClause(survey, node, place) {
    const scope = new Scope(place.scope)
    if (node.param !== null) survey.pattern(node.param, { scope }, { ...place, scope })
    survey.visit(node.body, { ...place, scope })
  },

  ForStatement(survey, node, place) {
    const inner = { ...place, scope: new Scope(place.scope) }
    visitHead(survey, node.init, inner)
    survey.visit(node.test, inner)
    survey.visit(node.update, inner)
    survey.visit(node.body, inner)
  },

  ForInStatement(survey, node, place) {
    visitEach(survey, node, place)
  },

  ForOfStatement(survey, node, place) {
    if (node.await) {
      const end = survey.listed.has(node) ? node.end : undefined
      survey.add({ kind: 'for await', node, end }, place)
    }
    visitEach(survey, node, place)
  },

  VariableDeclaration(survey, node, place) {
    visitVariables(survey, node, place, 'statement')
  },

  FunctionDeclaration(survey, node, place) {
    if (node.id !== null) declareLocal(survey, node, place, 'value')
    visitFunction(survey, node, place)
  },

  TSDeclareFunction(survey, node, place) {
    if (node.id !== null) declareLocal(survey, node, place, 'value')
    visitFunction(survey, node, { ...place, runs: false })
  },

  TSEmptyBodyFunctionExpression(survey, node, place) {
    visitFunction(survey, node, { ...place, runs: false })
  },

  FunctionExpression(survey, node, place) {
    const scope = new Scope(place.scope)
    if (node.id !== null) scope.declare(node.id.name, 'value')
    visitFunction(survey, node, { ...place, scope })
  },

  ArrowFunctionExpression(survey, node, place) {
    const scope = new Scope(place.scope)
    const inner = { ...place, scope }
    visitSignature(survey, node, inner)
    visitBody(survey, node.body, inner)
  },

  ClassDeclaration(survey, node, place) {
    if (node.id !== null) declareLocal(survey, node, place, 'either')
    visitClass(survey, node, place)
  },

  ClassExpression(survey, node, place) {
    visitClass(survey, node, place)
  },

  MethodDefinition(survey, node, place) {
    survey.visitAll(node.decorators, place)
    survey.visitKey(node, place)
    survey.visit(node.value, place)
  },

  TSAbstractMethodDefinition(survey, node, place) {
    survey.visitKey(node, place)
    survey.visit(node.value, { ...place, runs: false })
  },

  PropertyDefinition(survey, node, place) {
    visitField(survey, node, node.declare === true ? { ...place, runs: false } : place)
  },

  TSAbstractPropertyDefinition(survey, node, place) {
    visitField(survey, node, { ...place, runs: false })
  },

  AccessorProperty(survey, node, place) {
    if (place.runs) survey.needsLowering = true
    visitField(survey, node, place)
  },

  TSAbstractAccessorProperty(survey, node, place) {
    visitField(survey, node, { ...place, runs: false })
  },

  StaticBlock(survey, node, place) {
    const scope = new Scope(place.scope, { holdsVars: true })
    survey.visitStatements(node.body, { ...place, scope, topThis: false })
  },

  ExportNamedDeclaration(survey, node, place) {
    survey.visit(node.declaration, place)
    if (node.source !== null) return
    for (const { local } of node.specifiers)
      if (local.type === 'Identifier') survey.mention(local.name, 'either', place)
  },
}

/** A comment before the parenthesis may hold one itself: such a call keeps its own place. */
function openingOf(
  { text }: Survey,
  { callee, typeArguments, optional }: NodeOf<'CallExpression'>,
): Opening | undefined {
  OPENING.lastIndex = typeArguments?.end ?? callee.end
  return OPENING.test(text) ? { end: OPENING.lastIndex, optional } : undefined
}

const OPENING = /\s*(?:\?\.)?\s*\(/y

/** Names of the top level are declared by the pass over its statements, which knows more of them. */
function declareLocal(survey: Survey, node: Node, place: Place, space: 'value' | 'either'): void {
  if (place.scope === survey.top) return
  for (const name of declaredNames(node)) place.scope.declare(name, space)
}

function visitHead(survey: Survey, node: Node | null, place: Place): void {
  if (node?.type === 'VariableDeclaration') visitVariables(survey, node, place, 'head')
  else survey.visit(node, place)
}

function visitEach(survey: Survey, node: NodeOf<'ForInStatement' | 'ForOfStatement'>, place: Place): void {
  const inner = { ...place, scope: new Scope(place.scope) }
  if (node.left.type === 'VariableDeclaration') visitHead(survey, node.left, inner)
  else survey.pattern(node.left, 'assign', inner)
  survey.visit(node.right, inner)
  survey.visit(node.body, inner)
}

/** A declaration of variables, whose names are the cell's own or local to a block or function. */
export function visitVariables(
  survey: Survey,
  node: NodeOf<'VariableDeclaration'>,
  outer: Place,
  place: 'statement' | 'head',
  marks?: readonly number[],
): void {
  const inner = node.declare === true ? { ...outer, runs: false } : outer
  const scope = node.kind === 'var' ? inner.scope.varScope() : inner.scope
  const isTop = scope === survey.top
  if (isTop) survey.add({ kind: 'variables', node, place, marks }, inner)
  else if (node.kind.endsWith('using')) survey.needsLowering = true
  for (const { id, init } of node.declarations) {
    // Names of the top level are already declared there.
    survey.pattern(id, isTop ? 'declare' : { scope }, inner)
    if (isTop) survey.naming(id, init, inner)
    survey.visit(init, inner)
  }
}

type AnyFunction = NodeOf<
  'FunctionDeclaration' | 'FunctionExpression' | 'TSDeclareFunction' | 'TSEmptyBodyFunctionExpression'
>

export function visitFunction(survey: Survey, node: AnyFunction, place: Place): void {
  const scope = new Scope(place.scope)
  scope.declare('arguments', 'value')
  const inner = { ...place, scope, topThis: false, inEnum: false }
  visitSignature(survey, node, inner)
  if (node.body !== null) visitBody(survey, node.body, inner)
}

/** Type parameters, parameters and result, all in a scope of their own, which the body's scope is inside of. */
function visitSignature(survey: Survey, node: AnyFunction | NodeOf<'ArrowFunctionExpression'>, place: Place): void {
  survey.visit(node.typeParameters, place)
  for (const parameter of node.params) {
    if (place.runs && 'decorators' in parameter && (parameter.decorators?.length ?? 0) > 0) {
      survey.needsOldDecorators = true
    }
    survey.pattern(parameter, { scope: place.scope }, place)
  }
  survey.visit(node.returnType, place)
}

function visitBody(survey: Survey, body: Node, place: Place): void {
  if (body.type !== 'BlockStatement') survey.visit(body, place)
  else survey.visitStatements(body.body, { ...place, scope: new Scope(place.scope, { holdsVars: true }) })
}

export function visitClass(survey: Survey, node: NodeOf<'ClassDeclaration' | 'ClassExpression'>, outer: Place): void {
  const place = node.declare === true ? { ...outer, runs: false } : outer
  survey.visitAll(node.decorators, place)
  const scope = new Scope(place.scope)
  if (node.id !== null) scope.declare(node.id.name, 'either')
  const inner = { ...place, scope }
  survey.visit(node.typeParameters, inner)
  survey.visit(node.superClass, inner)
  survey.visit(node.superTypeArguments, inner)
  survey.visitAll(node.implements, inner)
  survey.visitAll(node.body.body, inner)
}

function visitField(
  survey: Survey,
  node: NodeOf<
    'PropertyDefinition' | 'AccessorProperty' | 'TSAbstractPropertyDefinition' | 'TSAbstractAccessorProperty'
  >,
  place: Place,
): void {
  survey.visitAll(node.decorators, place)
  survey.visitKey(node, place)
  survey.visit(node.typeAnnotation, place)
  survey.visit(node.value, { ...place, topThis: false, inEnum: false })
}
