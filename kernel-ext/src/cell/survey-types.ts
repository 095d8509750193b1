// How the walk goes through types, enums and namespaces.
import type { Node } from 'oxc-parser'
import type { NodeOf } from './ast.js'
import { declaredNames, isInstantiated, leftmostName } from './hoist.js'
import { Scope } from './scope.js'
import type { Place, Survey, Visitors } from './survey.js'

export const TYPE_VISITORS: Visitors = {
  TSTypeReference(survey, node, place) {
    mentionType(survey, node.typeName, place)
    survey.visit(node.typeArguments, place)
  },

  TSTypeQuery(survey, node, place) {
    if (node.exprName.type === 'TSImportType') survey.visit(node.exprName, place)
    else survey.mention(leftmostName(node.exprName), 'value', place)
    survey.visit(node.typeArguments, place)
  },

  TSClassImplements(survey, node, place) {
    mentionType(survey, node.expression, place)
    survey.visit(node.typeArguments, place)
  },

  TSInterfaceHeritage(survey, node, place) {
    mentionType(survey, node.expression, place)
    survey.visit(node.typeArguments, place)
  },

  TSTypeParameter(survey, node, place) {
    place.scope.declare(node.name.name, 'type')
    survey.visit(node.constraint, place)
    survey.visit(node.default, place)
  },

  TSFunctionType: visitSignature,
  TSConstructorType: visitSignature,
  TSCallSignatureDeclaration: visitSignature,
  TSConstructSignatureDeclaration: visitSignature,

  TSMethodSignature(survey, node, place) {
    survey.visitKey(node, { ...place, runs: false })
    visitSignature(survey, node, place)
  },

  TSPropertySignature(survey, node, place) {
    survey.visitKey(node, { ...place, runs: false })
    survey.visit(node.typeAnnotation, place)
  },

  TSIndexSignature(survey, node, place) {
    for (const parameter of node.parameters) survey.visit(parameter.typeAnnotation, place)
    survey.visit(node.typeAnnotation, place)
  },

  TSMappedType(survey, node, place) {
    const scope = new Scope(place.scope)
    const inner = { ...place, scope }
    scope.declare(node.key.name, 'type')
    survey.visit(node.constraint, inner)
    survey.visit(node.nameType, inner)
    survey.visit(node.typeAnnotation, inner)
  },

  TSConditionalType(survey, node, place) {
    const scope = new Scope(place.scope)
    survey.visit(node.checkType, place)
    survey.visit(node.extendsType, { ...place, scope, inferScope: scope })
    survey.visit(node.trueType, { ...place, scope })
    survey.visit(node.falseType, place)
  },

  TSInferType(survey, node, place) {
    const scope = place.inferScope ?? place.scope
    scope.declare(node.typeParameter.name.name, 'type')
    survey.visit(node.typeParameter.constraint, place)
  },

  TSTypePredicate(survey, node, place) {
    survey.visit(node.typeAnnotation, place)
  },

  TSNamedTupleMember(survey, node, place) {
    survey.visit(node.elementType, place)
  },

  TSImportType(survey, node, place) {
    survey.visit(node.typeArguments, place)
  },

  TSInterfaceDeclaration(survey, node, place) {
    if (place.scope !== survey.top) place.scope.declare(node.id.name, 'type')
    const inner = { ...place, scope: new Scope(place.scope) }
    survey.visit(node.typeParameters, inner)
    survey.visitAll(node.extends, inner)
    survey.visit(node.body, inner)
  },

  TSTypeAliasDeclaration(survey, node, place) {
    if (place.scope !== survey.top) place.scope.declare(node.id.name, 'type')
    const inner = { ...place, scope: new Scope(place.scope) }
    survey.visit(node.typeParameters, inner)
    survey.visit(node.typeAnnotation, inner)
  },

  TSEnumDeclaration(survey, node, place) {
    if (place.scope !== survey.top) place.scope.declare(node.id.name, 'either')
    const scope = place.scope.merged(node.id.name)
    const inner = { ...place, scope, inEnum: true, runs: place.runs && !node.declare }
    for (const { id } of node.body.members) scope.declare(memberName(id), 'value')
    for (const { initializer } of node.body.members) survey.visit(initializer, inner)
  },

  TSModuleDeclaration(survey, node, place) {
    visitNamespace(survey, node, place, place.scope)
  },

  /** `import a = N.b` inside a namespace; those of the top level are seen by the pass over its statements. */
  TSImportEqualsDeclaration(survey, node, place) {
    place.scope.declare(node.id.name, 'either')
    visitModuleReference(survey, node.moduleReference, place)
  },
}

function mentionType(survey: Survey, name: Node, place: Place): void {
  if (name.type === 'Identifier') survey.mention(name.name, 'type', place)
  else if (name.type === 'TSQualifiedName') survey.mention(leftmostName(name), 'either', place)
  else if (name.type === 'MemberExpression') mentionNamespace(survey, name.object, place)
  else survey.visit(name, { ...place, runs: false })
}

/** `A` of `implements A.B.C`, which is written as an expression. */
function mentionNamespace(survey: Survey, node: Node, place: Place): void {
  if (node.type === 'MemberExpression') mentionNamespace(survey, node.object, place)
  else if (node.type === 'Identifier') survey.mention(node.name, 'either', place)
}

function visitSignature(
  survey: Survey,
  node: NodeOf<
    | 'TSFunctionType'
    | 'TSConstructorType'
    | 'TSCallSignatureDeclaration'
    | 'TSConstructSignatureDeclaration'
    | 'TSMethodSignature'
  >,
  place: Place,
): void {
  const scope = new Scope(place.scope)
  const inner = { ...place, scope, runs: false }
  survey.visit(node.typeParameters, inner)
  for (const parameter of node.params) survey.pattern(parameter, { scope }, inner)
  survey.visit(node.returnType, inner)
}

function memberName(id: Node): string {
  if (id.type === 'Identifier') return id.name
  if (id.type === 'Literal') return String(id.value)
  return id.type === 'TemplateLiteral' ? (id.quasis[0]?.value.cooked ?? '') : ''
}

/** `A.B` of `import x = A.B`: A may be a top-level name. */
function visitModuleReference(survey: Survey, node: Node, place: Place): void {
  if (node.type === 'TSQualifiedName') visitModuleReference(survey, node.left, place)
  else if (node.type === 'Identifier') {
    survey.mention(node.name, 'type', place)
    survey.name(node, 'read', place)
  }
}

/** `host` is the scope whose namespaces of that name this one is merged with. */
function visitNamespace(survey: Survey, node: NodeOf<'TSModuleDeclaration'>, place: Place, host: Scope): void {
  const isAmbient = node.declare || node.global || node.id.type === 'Literal'
  const runs = place.runs && !isAmbient && isInstantiated(node)
  if (runs) survey.needsLowering = true
  let exported = host
  for (const part of node.global ? [] : nameParts(node.id)) {
    if (exported !== survey.top) exported.declare(part, isAmbient ? 'type' : 'either')
    exported = exported.merged(part)
  }
  const scope = new Scope(exported, { holdsVars: true })
  const inner: Place = { ...place, scope, runs, topThis: false, inEnum: false }
  for (const statement of node.body?.body ?? []) visitMember(survey, statement, inner, exported)
}

/** What a namespace exports is seen by all its other bodies. */
function visitMember(survey: Survey, statement: Node, place: Place, exported: Scope): void {
  survey.listed.add(statement)
  const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : null
  for (const name of declaration === null ? [] : declaredNames(declaration)) exported.declare(name, 'either')
  if (declaration?.type === 'TSModuleDeclaration') visitNamespace(survey, declaration, place, exported)
  else survey.visit(declaration ?? statement, place)
}

function nameParts(id: Node): string[] {
  if (id.type === 'TSQualifiedName') return [...nameParts(id.left), ...nameParts(id.right)]
  return id.type === 'Identifier' ? [id.name] : []
}
