// Types for the cells of one notebook: what is wrong with a cell before it runs, what may be typed next, what a name is.
import { fileURLToPath } from 'node:url'
import type { CellAnalysis, DeclarationKind } from '../cell/cell.js'
import { findCommands } from '../cell/commands.js'
import { type Completion, completionOf } from './complete.js'
import { type Diagnostic, judge, syntaxFinding } from './diagnostics.js'
import { Documents } from './documents.js'
import { type Draft, writeDraft } from './draft.js'
import { type Hover, hoverOf, nameAt, signatureOf } from './inspect.js'
import { toUri } from './language-server.js'
import { LivingServer } from './living-server.js'
import type {
  CompletionList,
  DiagnosticReport,
  LspCompletionItem,
  LspHover,
  LspLocation,
  LspPosition,
  SignatureHelp,
} from './lsp.js'
import { moduleAdvice } from './module-advice.js'
import type { Definition } from './module-text.js'
import { Neighbours } from './neighbours.js'
import { findPackage } from './package-types.js'
import { Precedence } from './precedence.js'
import { type Project, VirtualFiles } from './project.js'
import { readable } from './readable.js'
import { nearestName } from './similar.js'
import { type Sketch, type SketchedCell, Sketches, type WrittenCell } from './sketches.js'
import type { TextMap } from './text-map.js'
import { TypesUnavailableError } from './unavailable.js'

export type { Completion, CompletionMatch } from './complete.js'
export type { Diagnostic } from './diagnostics.js'
export type { Hover } from './inspect.js'
export type { WrittenCell } from './sketches.js'

export interface TypeServerOptions {
  /** The folder of the notebook: its imports, packages and tsconfig.json are looked for from here. */
  readonly notebookDir: string
  /** Folders whose packages resolve from any notebook's folder. */
  readonly roots: readonly string[]
  readonly log: (text: string) => void
  /** How long the language server may take for one answer, in ms; 10,000 if not given. */
  readonly timeout?: number
  /** The native `tsc`; found beside the kernel if not given. */
  readonly exe?: string
}

export interface CheckedCell {
  /** The cell's document, to be committed or discarded. */
  readonly document: string
  readonly diagnostics: readonly Diagnostic[]
}

const TIMEOUT = 10_000
const OPENED_AT_ONCE = 4

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/** A question about what is being written, not run; without it a question is a check's. */
interface Typing {
  /** The place that is asked about. */
  readonly position?: LspPosition
  readonly draft?: Draft
  /** Whether packages must be as they are on disk now. */
  readonly fresh?: boolean
  readonly signal?: AbortSignal
}

/** What a cell sees of the others. */
interface Surroundings {
  readonly names: () => Iterable<string>
  readonly definitionOf: (name: string) => Definition | undefined
  readonly definedBelow: (name: string) => boolean
  readonly mayInstall: (packageName: string) => boolean
}

export class TypeServer {
  readonly #options: TypeServerOptions
  readonly #files: VirtualFiles
  readonly #documents = new Documents()
  readonly #sketches = new Sketches()
  readonly #precedence = new Precedence()
  readonly #neighbours = new Neighbours()
  readonly #globals = new Set<string>()
  readonly #server: LivingServer
  #changed: () => void = () => {}

  /** Returns at once; the language server starts in the background. */
  static start(options: TypeServerOptions): TypeServer {
    const types = new TypeServer(options)
    types.refresh()
    return types
  }

  private constructor(options: TypeServerOptions) {
    this.#options = options
    this.#files = new VirtualFiles(options.notebookDir)
    this.#server = new LivingServer({ timeout: TIMEOUT, exe: undefined, ...options })
  }

  /** How many documents of cells are held open. */
  get openDocuments(): number {
    return [...this.#documents.all(), ...this.#sketches.all()].length
  }

  /** The language server's process; undefined while there is none. */
  pid(): Promise<number | undefined> {
    return this.#server.pid()
  }

  /**
   * Opens a document for a cell and tells what is wrong with it. `label` is what a person calls the cell. Throws a
   * `TypesUnavailableError`, with the document in it, if the language server cannot tell.
   */
  async check(analysis: CellAnalysis, label?: string): Promise<CheckedCell> {
    const document = this.#documents.add(analysis, label)
    this.#neighbours.follow(analysis.checked, this.#options.notebookDir)
    if (analysis.noCheck) return { document: document.id, diagnostics: [] }
    try {
      const { items = [] } = await this.#precedence.first(() =>
        this.#ask<DiagnosticReport>('textDocument/diagnostic', this.#files.cell(document.id)),
      )
      return { document: document.id, diagnostics: this.#judge(items, analysis, document.map, this.#defined()) }
    } catch (error) {
      if (error instanceof TypesUnavailableError) error.document = document.id
      throw error
    }
  }

  /**
   * What `check` would say of cells as they are written now, one after the other in the order of `wanted`; `cells` are
   * all code cells of the notebook, in its order. A name that no cell has defined yet is taken from those that stand
   * above. Runs have precedence. It stops when `signal` comes, or types cannot be had.
   */
  async sketch(
    cells: readonly WrittenCell[],
    wanted: readonly string[],
    found: (id: string, diagnostics: readonly Diagnostic[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (!(await this.#sketches.take(cells, signal))) return
    this.#neighbours.followWritten(this.#sketches.texts(), this.#options.notebookDir)
    for (const id of wanted) {
      const cell = this.#sketches.get(id)
      if (cell === undefined) continue
      const diagnostics = await this.#sketchOf(cell, id === wanted[0], signal)
      if (diagnostics === undefined) return
      found(id, diagnostics)
    }
  }

  /** Forgets the cells that are being written. */
  forgetSketches(): void {
    this.#sketches.clear()
  }

  /** The names (values that took effect, and types) are now defined by this document. */
  commit(document: string, names: readonly string[]): void {
    this.#documents.commit(document, names)
    this.#changed()
  }

  /** The cell of this document did not run. */
  discard(document: string): void {
    this.#documents.discard(document)
  }

  /** Names that code has put into the global object: known from now on, of type any. */
  addGlobals(names: readonly string[]): void {
    for (const name of names) if (IDENTIFIER.test(name)) this.#globals.add(name)
    this.#changed()
  }

  /** Forgets all names, as after a restart of the runtime. */
  reset(): void {
    this.#documents.reset()
    this.#globals.clear()
    this.#server.forgive()
    this.#changed()
  }

  /** What may stand at an offset (UTF-16); the text need not parse. */
  async complete(code: string, offset: number): Promise<Completion> {
    const at = clamp(offset, code)
    const nothing = { matches: [], start: at, end: at }
    if (isInCommand(code, at)) return nothing
    const draft = this.#draft(code)
    const answer = await this.#tryAsk<CompletionList | readonly LspCompletionItem[] | null>(
      'textDocument/completion',
      draft,
      draft.at(at),
    )
    if (answer === undefined || answer === null) return nothing
    const items = 'items' in answer ? answer.items : answer
    return completionOf(items, code, at, draft, name => declaredAs(this.#documents.definitionOf(name)))
  }

  /** Type and documentation of the name at an offset (UTF-16), or of the call around it. */
  async inspect(code: string, offset: number, detail: 0 | 1 = 0): Promise<Hover | undefined> {
    const at = clamp(offset, code)
    if (isInCommand(code, at)) return undefined
    const draft = this.#draft(code)
    const clean = (text: string): string => this.#readable(text)
    const name = nameAt(code, at)
    if (name !== undefined) {
      const hover = await this.#tryAsk<LspHover | null>('textDocument/hover', draft, draft.at(name))
      const found = hoverOf(hover ?? null, clean)
      if (found !== undefined) return detail === 0 ? found : this.#withPlace(found, draft, draft.at(name))
    }
    const help = await this.#tryAsk<SignatureHelp | null>('textDocument/signatureHelp', draft, draft.at(at))
    return signatureOf(help ?? null, clean)
  }

  /** To be called when packages may have come or gone: takes a new look at them, if something has changed. */
  refresh(): void {
    this.#server.forgive()
    this.#server.warmUp(project => this.#texts(project))
    this.#changed()
  }

  /** Calls back when what a check or a sketch says may have changed: names, packages. */
  onChange(changed: () => void): void {
    this.#changed = changed
  }

  dispose(): void {
    this.#server.dispose()
  }

  /** Undefined if `signal` ended it, or types cannot be had. */
  async #sketchOf(cell: SketchedCell, fresh: boolean, signal: AbortSignal): Promise<readonly Diagnostic[] | undefined> {
    const { analysis, error } = cell
    if (error !== undefined) return [syntaxFinding(error, cell.code)]
    if (analysis === undefined || analysis.noCheck || cell.noCheck === true) return []
    this.#sketches.want([cell.id])
    try {
      const { items } = await this.#askSketch(cell, fresh, signal)
      const map = cell.sketch?.map
      return map === undefined ? [] : this.#judge(items ?? [], analysis, map, this.#around(cell))
    } catch (error) {
      if (signal.aborted || error instanceof TypesUnavailableError) return undefined
      throw error
    }
  }

  /** Each text that is opened costs the server a look at the project, which a check would have to wait for. */
  async #askSketch(cell: SketchedCell, fresh: boolean, signal: AbortSignal): Promise<DiagnosticReport> {
    const ask = (path: string): Promise<DiagnosticReport> =>
      this.#precedence.last(attempt => this.#ask('textDocument/diagnostic', path, { fresh, signal: attempt }), signal)
    this.#writeSketches()
    while (this.#sketches.show(OPENED_AT_ONCE)) await ask(this.#files.written)
    return ask(this.#files.cell(cell.document))
  }

  #judge(
    items: Parameters<typeof judge>[0],
    { code, free }: CellAnalysis,
    map: TextMap,
    { names, definitionOf, definedBelow, mayInstall }: Surroundings,
  ): readonly Diagnostic[] {
    return judge(items, {
      code,
      map,
      definedBelow,
      mayInstall: name => findCommands(code).length > 0 || mayInstall(name),
      clean: message => this.#readable(message),
      similarName: name => nearestName(name, names()),
      declaredAs: name => (free.has(name) ? declaredAs(definitionOf(name)) : undefined),
      installed: name => this.#installed(name),
      moduleAdvice: specifier => moduleAdvice(specifier, this.#options.notebookDir),
    })
  }

  /** What a cell that is run sees: the names that cells have defined. */
  #defined(): Surroundings {
    return {
      names: () => this.#documents.names(),
      definitionOf: name => this.#documents.definitionOf(name),
      definedBelow: () => false,
      mayInstall: () => false,
    }
  }

  /** What a cell that is written sees: the same, and what stands above it. */
  #around({ index }: SketchedCell): Surroundings {
    const sketches = this.#sketches
    const { names, definitionOf } = this.#defined()
    return {
      names: () => [...names(), ...sketches.namesAbove(index)],
      definitionOf: name => definitionOf(name) ?? sketches.definitionAbove(name, index),
      definedBelow: name => sketches.definedBelow(name, index),
      mayInstall: name => sketches.isInstalledAbove(name, index),
    }
  }

  #readable(text: string): string {
    return readable(text, this.#files, document => this.#documents.get(document)?.label)
  }

  #installed(name: string): 'own' | 'fallback' | undefined {
    const { notebookDir, roots } = this.#options
    if (findPackage(name, notebookDir) !== undefined) return 'own'
    return roots.some(root => findPackage(name, root) !== undefined) ? 'fallback' : undefined
  }

  #draft(code: string): Draft {
    const definedBy = this.#sketches.definedFor(code)
    for (const name of this.#documents.names()) {
      const definition = this.#documents.definitionOf(name)
      if (definition !== undefined) definedBy.set(name, definition.document)
    }
    return writeDraft(code, definedBy)
  }

  async #withPlace(hover: Hover, draft: Draft, position: LspPosition): Promise<Hover> {
    const found = await this.#tryAsk<LspLocation | readonly LspLocation[] | null>(
      'textDocument/definition',
      draft,
      position,
    )
    const location = Array.isArray(found) ? found[0] : (found ?? undefined)
    const place = location === undefined ? undefined : this.#placeOf(location)
    if (place === undefined) return hover
    return {
      text: `${hover.text}\n\nDefined in ${place}`,
      markdown: `${hover.markdown}\n\nDefined in \`${place}\``,
    }
  }

  #placeOf({ uri, range }: LspLocation): string | undefined {
    if (!uri.startsWith('file:')) return undefined
    const path = fileURLToPath(uri)
    if (path === this.#files.draft) return undefined
    const document = this.#documents.get(this.#files.documentOf(path) ?? '')
    if (document === undefined) return `${path}:${range.start.line + 1}:${range.start.character + 1}`
    const { line, column } = document.map.toPosition(range.start)
    return `${document.label ?? 'an earlier cell'}:${line}:${column}`
  }

  /** A question about the draft; undefined when types cannot be had, which the next `check` reports. */
  async #tryAsk<T>(method: string, draft: Draft, position: LspPosition): Promise<T | undefined> {
    try {
      return await this.#ask<T>(method, this.#files.draft, { position, draft })
    } catch (error) {
      if (error instanceof TypesUnavailableError) return undefined
      throw error
    }
  }

  #ask<T>(method: string, path: string, typing?: Typing): Promise<T> {
    const { position, fresh = typing === undefined, signal } = typing ?? {}
    return this.#server.ask<T>({
      method,
      params: { textDocument: { uri: toUri(path) }, ...(position === undefined ? {} : { position }) },
      texts: project => this.#texts(project, typing),
      changes: this.#neighbours.changes(),
      fresh,
      typing: typing !== undefined,
      signal,
    })
  }

  /** All that the language server has open. A check must not see what is being typed elsewhere. */
  #texts(project: Project, typing?: Typing): Map<string, string> {
    const documents = [...this.#documents.all()]
    const written = this.#writeSketches()
    return new Map([
      [this.#files.config, project.config],
      [this.#files.index, indexText(documents)],
      [this.#files.globals, globalsText(this.#globals)],
      // What is written, but not run, is no part of what a check sees.
      [this.#files.written, indexText(typing === undefined ? [] : written)],
      [this.#files.draft, typing?.draft?.text ?? 'export {}'],
      ...[...documents, ...written].map(({ id, text }): [string, string] => [this.#files.cell(id), text]),
    ])
  }

  #writeSketches(): Sketch[] {
    this.#sketches.write(name => this.#documents.definitionOf(name), this.#documents.version)
    return [...this.#sketches.all()]
  }
}

function indexText(documents: readonly { readonly id: string }[]): string {
  return documents.map(({ id }) => `import ${JSON.stringify(id)}\n`).join('') || 'export {}'
}

function declaredAs(definition: Definition | undefined): DeclarationKind | undefined {
  const kinds = [...(definition?.kinds ?? [])]
  // Where a class and a namespace or an interface merge, the value tells more.
  return kinds.find(kind => kind !== 'interface' && kind !== 'type' && kind !== 'namespace') ?? kinds[0]
}

function globalsText(names: ReadonlySet<string>): string {
  return `export {}\ndeclare global {\n${[...names].map(name => `var ${name}: any\n`).join('')}}`
}

function isInCommand(code: string, offset: number): boolean {
  return findCommands(code).some(({ start, end }) => start < offset && offset <= end)
}

function clamp(offset: number, code: string): number {
  return Math.max(0, Math.min(offset, code.length))
}
