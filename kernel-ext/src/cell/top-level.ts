// The pass over a cell's own statements: what they declare, in which order it takes effect, what they become.
import type { Node } from 'oxc-parser'
import { CellSyntaxError } from '../errors.js'
import { children, type NodeOf } from './ast.js'
import type { Declaration, DeclarationKind } from './cell.js'
import { commandAt } from './commands.js'
import { declaredNames, hoistedNames, isInstantiated, leftmostName } from './hoist.js'
import type { ParsedCell } from './parse.js'
import type { Site } from './sites.js'
import type { Survey } from './survey.js'
import { visitClass, visitFunction, visitVariables } from './survey-values.js'
import { positionAt } from './text.js'

export class TopLevel {
  readonly #parsed: ParsedCell
  readonly #survey: Survey
  readonly #declarations = new Map<string, Declaration>()
  readonly #hoistedVars = new Set<string>()
  #mark = 0
  #current: Node | undefined

  constructor(parsed: ParsedCell, survey: Survey) {
    this.#parsed = parsed
    this.#survey = survey
    this.#walk()
  }

  get declarations(): readonly Declaration[] {
    return [...this.#declarations.values()]
  }

  /** Names of `var`s: they exist, undefined, from the start of the cell. */
  get hoistedVars(): ReadonlySet<string> {
    return this.#hoistedVars
  }

  #walk(): void {
    const { body } = this.#parsed.program
    const last = lastStatement(body, this.#parsed)
    // Imports are resolved before anything runs, so their marks come first.
    const marks = new Map(body.filter(bindsValues).map(statement => [statement, this.#next()]))
    const first = body.find(statement => !isModuleRequest(statement))?.start
    for (const statement of body) {
      this.#survey.listed.add(statement)
      this.#current = statement
      if (isModuleRequest(statement)) {
        const moveTo = first !== undefined && statement.start > first ? first : undefined
        this.#import(statement, marks.get(statement), moveTo)
      } else this.#statement(statement, statement === last)
    }
  }

  #next(): number {
    this.#mark += 1
    return this.#mark
  }

  #add(site: Site): void {
    this.#survey.sites.push(site)
  }

  /** One entry a name: its value if it has one, else its type. */
  #declare(name: string, kind: DeclarationKind, mark: number, typeOnly = false): void {
    const before = this.#declarations.get(name)
    if (before !== undefined && !typeOnly && !before.typeOnly && !MERGES[before.kind]?.includes(kind)) {
      throw declaredTwice(this.#parsed.text, this.#current, name)
    }
    this.#survey.top.declare(name, typeOnly ? 'type' : HAS_TYPE.has(kind) ? 'either' : 'value')
    if (before !== undefined && (typeOnly || !before.typeOnly)) return
    this.#declarations.set(name, { name, kind, typeOnly, mark })
  }

  #erase(node: Node): void {
    this.#add({ kind: 'replace', start: node.start, end: node.end, text: ';' })
  }

  #stripExport(node: Node, declaration: Node): void {
    this.#add({ kind: 'replace', start: node.start, end: declaration.start, text: '' })
  }

  #statement(node: Node, isLast: boolean): void {
    switch (node.type) {
      case 'ExportNamedDeclaration':
        this.#exported(node)
        break
      case 'ExportDefaultDeclaration':
        this.#exportedDefault(node, isLast)
        break
      case 'TSExportAssignment':
        this.#value(node, node.expression, isLast)
        break
      case 'ImportDeclaration':
        for (const { local } of node.specifiers) this.#declare(local.name, 'import', 0, true)
        this.#erase(node)
        break
      case 'ExportAllDeclaration':
      case 'TSNamespaceExportDeclaration':
        this.#erase(node)
        break
      case 'EmptyStatement':
        this.#command(node)
        break
      case 'ExpressionStatement':
        if (isLast && showsResult(node.expression)) this.#add({ kind: 'result', node: node.expression })
        this.#survey.visit(node.expression, this.#survey.topPlace)
        break
      default:
        this.#declaration(node)
        break
    }
  }

  #command(node: Node): void {
    const command = commandAt(this.#parsed.commands, node.start)
    if (command !== undefined) this.#add({ kind: 'command', command })
  }

  /** `export` is left out: a cell's names are there for all other cells anyway. */
  #exported(node: NodeOf<'ExportNamedDeclaration'>): void {
    const { declaration, specifiers } = node
    if (declaration === null) {
      for (const { local } of specifiers) {
        if (local.type === 'Identifier') this.#survey.mention(local.name, 'either', this.#survey.topPlace)
      }
      this.#erase(node)
      return
    }
    this.#stripExport(node, declaration)
    this.#survey.listed.add(declaration)
    this.#declaration(declaration)
  }

  #exportedDefault(node: NodeOf<'ExportDefaultDeclaration'>, isLast: boolean): void {
    const { declaration } = node
    const isDeclaration =
      !('id' in declaration && declaration.id === null) && DEFAULT_DECLARATIONS.has(declaration.type)
    if (isDeclaration) {
      this.#stripExport(node, declaration)
      this.#declaration(declaration)
    } else this.#value(node, declaration, isLast)
  }

  #value(node: Node, value: Node, last: boolean): void {
    this.#add({ kind: 'value', start: node.start, node: value, end: node.end, last })
    const place = this.#survey.topPlace
    if (value.type === 'FunctionDeclaration') visitFunction(this.#survey, value, place)
    else if (value.type === 'ClassDeclaration') visitClass(this.#survey, value, place)
    else this.#survey.visit(value, place)
  }

  #declaration(node: Node): void {
    switch (node.type) {
      case 'VariableDeclaration':
        this.#variables(node)
        break
      case 'FunctionDeclaration':
      case 'TSDeclareFunction':
        this.#function(node)
        break
      case 'ClassDeclaration':
        this.#local(node, 'class', node.declare === true)
        break
      case 'TSEnumDeclaration':
        this.#local(node, 'enum', node.declare)
        break
      case 'TSModuleDeclaration':
        this.#local(node, 'namespace', node.declare || node.global || !isInstantiated(node))
        break
      case 'TSInterfaceDeclaration':
        this.#declare(node.id.name, 'interface', 0, true)
        this.#survey.visit(node, this.#survey.topPlace)
        break
      case 'TSTypeAliasDeclaration':
        this.#declare(node.id.name, 'type', 0, true)
        this.#survey.visit(node, this.#survey.topPlace)
        break
      case 'TSImportEqualsDeclaration':
        this.#importAlias(node)
        break
      default:
        this.#other(node)
        break
    }
  }

  #variables(node: NodeOf<'VariableDeclaration'>): void {
    const kind = node.kind === 'await using' ? 'using' : node.kind
    const isAmbient = node.declare === true
    const marks = node.declarations.map(() => (isAmbient ? 0 : this.#next()))
    for (const [index, declarator] of node.declarations.entries()) {
      for (const name of declaredNames({ ...node, declarations: [declarator] })) {
        this.#declare(name, kind, marks[index]!, isAmbient)
        if (kind === 'var' && !isAmbient) this.#hoistedVars.add(name)
      }
    }
    visitVariables(this.#survey, node, this.#survey.topPlace, 'statement', marks)
  }

  #function(node: NodeOf<'FunctionDeclaration' | 'TSDeclareFunction'>): void {
    const isAmbient = node.type === 'TSDeclareFunction'
    if (node.id !== null) {
      this.#declare(node.id.name, 'function', 0, isAmbient)
      if (!isAmbient) this.#add({ kind: 'function', name: node.id.name })
    }
    this.#survey.visit(node, this.#survey.topPlace)
  }

  /** Classes, enums and namespaces stay what they are in the program. */
  #local(
    node: NodeOf<'ClassDeclaration' | 'TSEnumDeclaration' | 'TSModuleDeclaration'>,
    kind: 'class' | 'enum' | 'namespace',
    typeOnly: boolean,
  ): void {
    const [name] = declaredNames(node)
    if (name !== undefined && !(node.type === 'TSModuleDeclaration' && node.global)) {
      const isNew = this.#declarations.get(name)?.typeOnly ?? true
      const mark = isNew && !typeOnly ? this.#next() : undefined
      this.#declare(name, kind, mark ?? 0, typeOnly)
      if (!typeOnly) this.#add({ kind: 'copy', name, end: node.end, mark })
    }
    this.#survey.visit(node, this.#survey.topPlace)
  }

  #other(node: Node): void {
    const names = hoistedNames(node)
    if (names.length > 0) {
      const mark = this.#next()
      for (const name of names) {
        this.#declare(name, 'var', mark)
        this.#hoistedVars.add(name)
      }
      this.#add({ kind: 'mark', end: node.end, mark })
    }
    this.#survey.visit(node, this.#survey.topPlace)
  }

  #import(
    node: NodeOf<'ImportDeclaration' | 'ExportNamedDeclaration' | 'ExportAllDeclaration'>,
    mark: number | undefined,
    moveTo: number | undefined,
  ): void {
    if (node.type === 'ImportDeclaration') {
      for (const specifier of node.specifiers) {
        const typeOnly = isTypeSpecifier(specifier)
        this.#declare(specifier.local.name, 'import', typeOnly ? 0 : (mark ?? 0), typeOnly)
      }
    }
    this.#add({ kind: 'import', node, mark, moveTo })
  }

  /** `import fs = require('fs')`, `import Deep = Outer.Deep`. */
  #importAlias(node: NodeOf<'TSImportEqualsDeclaration'>): void {
    const typeOnly = node.importKind === 'type'
    const mark = typeOnly ? 0 : this.#next()
    this.#declare(node.id.name, 'import', mark, typeOnly)
    if (typeOnly) this.#erase(node)
    else this.#add({ kind: 'import alias', node, mark })
    if (node.moduleReference.type !== 'TSExternalModuleReference') {
      this.#survey.mention(leftmostName(node.moduleReference), 'either', this.#survey.topPlace)
    }
  }
}

/** What may declare a name again, in the same cell, that such a declaration has made. */
const MERGES: { readonly [K in DeclarationKind]?: readonly DeclarationKind[] } = {
  var: ['var', 'function'],
  function: ['function', 'var', 'namespace'],
  class: ['namespace'],
  enum: ['enum', 'namespace'],
  namespace: ['namespace', 'enum', 'function'],
}

/** The parser finds most of these itself, but not those that types could make right. */
function declaredTwice(text: string, statement: Node | undefined, name: string): CellSyntaxError {
  const offset = (statement && findName(statement, name)?.start) ?? statement?.start ?? 0
  const { line, column } = positionAt(text, offset)
  return new CellSyntaxError(`Identifier \`${name}\` has already been declared`, line, column)
}

function findName(node: Node, name: string): Node | undefined {
  if (node.type === 'Identifier' && node.name === name) return node
  for (const child of children(node)) {
    const found = findName(child, name)
    if (found !== undefined) return found
  }
  return undefined
}

const HAS_TYPE = new Set<DeclarationKind>(['class', 'enum', 'namespace', 'import'])

const DEFAULT_DECLARATIONS = new Set<Node['type']>([
  'FunctionDeclaration',
  'TSDeclareFunction',
  'ClassDeclaration',
  'TSInterfaceDeclaration',
])

/** A statement that names a module to be loaded; those of types only are not loaded. */
function isModuleRequest(
  node: Node,
): node is NodeOf<'ImportDeclaration'> | NodeOf<'ExportNamedDeclaration'> | NodeOf<'ExportAllDeclaration'> {
  switch (node.type) {
    case 'ImportDeclaration':
      return node.importKind !== 'type' && (node.specifiers.length === 0 || !node.specifiers.every(isTypeSpecifier))
    case 'ExportNamedDeclaration':
      return node.source !== null && node.exportKind !== 'type'
    case 'ExportAllDeclaration':
      return node.exportKind !== 'type'
    default:
      return false
  }
}

function bindsValues(node: Node): boolean {
  return node.type === 'ImportDeclaration' && isModuleRequest(node) && node.specifiers.length > 0
}

function isTypeSpecifier(specifier: Node): boolean {
  return specifier.type === 'ImportSpecifier' && specifier.importKind === 'type'
}

/** Assignments show nothing; in parentheses they do, as any other expression. */
function showsResult(expression: Node): boolean {
  return expression.type !== 'AssignmentExpression' && expression.type !== 'UpdateExpression'
}

/** The statement whose value is the cell's; a command is one without a value. */
function lastStatement(body: readonly Node[], { commands }: ParsedCell): Node | undefined {
  return body.findLast(node => node.type !== 'EmptyStatement' || commandAt(commands, node.start) !== undefined)
}
