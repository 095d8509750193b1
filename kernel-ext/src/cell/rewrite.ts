// The sites of a cell, edited into its text. What comes out is still TypeScript.
import { MagicString } from 'magic-string'
import type { CellPlan } from './analyse.js'
import type { CellEnvironment, DeclarationKind } from './cell.js'
import { NAME_EMITTERS } from './emit-names.js'
import { STATEMENT_EMITTERS } from './emit-statements.js'
import { namePrefix } from './names.js'
import type { Scope } from './scope.js'
import { rareSeparators } from './separators.js'
import type { Site } from './sites.js'

export type Emitter<K extends Site['kind']> = (rewrite: Rewrite, site: Extract<Site, { kind: K }>) => void
export type Emitters<K extends Site['kind']> = { readonly [T in K]: Emitter<T> }

const EMITTERS: Emitters<Site['kind']> = { ...NAME_EMITTERS, ...STATEMENT_EMITTERS }

export class Rewrite {
  /** What our own names begin with: `$` is the scope, `$acc` the box of `acc`, `$1` a module. */
  readonly prefix: string
  readonly text: MagicString
  /** The names whose boxes the program uses. */
  readonly boxed = new Set<string>()
  /** Functions of the top level, set before anything runs. */
  readonly functions = new Set<string>()
  /** The program has a `for await`. */
  needsEach = false
  readonly #plan: CellPlan
  readonly #environment: CellEnvironment
  readonly #kinds: ReadonlyMap<string, DeclarationKind>
  /** Where statements of a list begin that are nothing but an expression. */
  readonly #statementStarts = new Set<number>()
  #modules = 0

  constructor(plan: CellPlan, environment: CellEnvironment) {
    const { text, program } = plan.parsed
    this.#plan = plan
    this.#environment = environment
    this.#kinds = new Map(plan.declarations.flatMap(({ name, kind, typeOnly }) => (typeOnly ? [] : [[name, kind]])))
    this.prefix = namePrefix(text)
    this.text = new MagicString(text)
    for (const { type, start } of plan.survey.listed) {
      if (type === 'ExpressionStatement') this.#statementStarts.add(start)
    }
    for (const { offset, escaped } of rareSeparators(text, program)) {
      this.replace({ start: offset, end: offset + 1 }, escaped)
    }
    if (program.hashbang !== null) this.replace(program.hashbang, '')
    // The table's entry for a kind takes sites of that kind.
    for (const site of plan.survey.sites) (EMITTERS[site.kind] as Emitter<Site['kind']>)(this, site)
  }

  /** Whether the cell does anything with a top-level name but declare it, or name it in a type. */
  usesValue(name: string): boolean {
    const { sites, top } = this.#plan.survey
    return sites.some(
      site =>
        site.kind === 'name' &&
        site.name === name &&
        site.use !== 'declare' &&
        site.scope.ownerOf(name, 'value') === top,
    )
  }

  get hoistedVars(): ReadonlySet<string> {
    return this.#plan.hoistedVars
  }

  isListed(node: Parameters<CellPlan['survey']['listed']['has']>[0]): boolean {
    return this.#plan.survey.listed.has(node)
  }

  /** The expression that is a name's box. */
  box(name: string): string {
    this.boxed.add(name)
    return this.prefix + name
  }

  /** A fresh variable for a module. */
  module(): string {
    this.#modules += 1
    return `${this.prefix}${this.#modules}`
  }

  /** How a top-level name was declared, in this cell or an earlier one. */
  kindOf(name: string): DeclarationKind | undefined {
    return this.#kinds.get(name) ?? this.#environment.live.get(name)
  }

  isEnumHere(name: string): boolean {
    return this.#kinds.get(name) === 'enum'
  }

  isConstant(name: string): boolean {
    return CONSTANT_KINDS.has(this.kindOf(name))
  }

  /** Whether a name, seen from a scope, lives in a box: all but inner names and what the runtime's global object has. */
  isBoxed(name: string, scope: Scope = this.#plan.survey.top): boolean {
    const owner = scope.ownerOf(name, 'value')
    if (owner !== undefined) return owner === this.#plan.survey.top
    return this.#environment.live.has(name) || !this.#environment.globals.has(name)
  }

  /** `Space.n`, what an export `n` of a namespace is for all its bodies; undefined for other names. */
  member(name: string, scope: Scope): string | undefined {
    const object = scope.ownerOf(name, 'value')?.object
    return object === undefined || object === name ? undefined : `${object}.${name}`
  }

  replace({ start, end }: { readonly start: number; readonly end: number }, text: string): void {
    if (end > start) this.text.update(start, end, text)
  }

  /** Puts text before what begins at `start`, inside of all that was opened there earlier. */
  open(start: number, text: string): void {
    this.text.appendRight(start, text)
  }

  /** Puts text after what ends at `end`, inside of all that was closed there earlier. */
  close(end: number, text: string): void {
    this.text.prependLeft(end, text)
  }

  /** A line that now begins with a parenthesis must not go on with the line before it. */
  guard(start: number): string {
    return this.#statementStarts.has(start) ? ';' : ''
  }

  /** The statement that begins here is wrapped in a call and needs no guard. */
  unguard(start: number): void {
    this.#statementStarts.delete(start)
  }
}

const CONSTANT_KINDS = new Set<DeclarationKind | undefined>(['const', 'using', 'import'])
