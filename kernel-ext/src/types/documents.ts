// The documents of all cells whose names, or whose names' types, are still current: one document a cell that was run.
import type { CellAnalysis, DeclarationKind } from '../cell/cell.js'
import { type Definition, kindsByName, type ModuleText, writeModule } from './module-text.js'

/** One cell as the language server sees it. */
export interface CellDocument extends ModuleText {
  /** `cell:7`. */
  readonly id: string
  /** What a person calls the cell: `Cell [3]`. */
  label: string | undefined
}

interface Entry extends CellDocument {
  /** The top-level names and the kinds of their declarations. */
  readonly declared: ReadonlyMap<string, ReadonlySet<DeclarationKind>>
  /** It adds to types that are not its own (`declare global`, `import 'x'`): to be kept once committed. */
  readonly augments: boolean
  /** Checked, and not yet committed or discarded. */
  pending: boolean
  kept: boolean
}

/**
 * How many imports deep a document is kept for the types of newer ones. Two cells that redeclare from each other's
 * names, run in turn for hours, make a chain without end; beyond this depth its types become `any`.
 */
const MAX_DEPTH = 50

export class Documents {
  readonly #entries = new Map<string, Entry>()
  /** Which document defines a name now. */
  readonly #names = new Map<string, string>()
  #count = 0
  #version = 0

  /** Another number whenever names are defined otherwise. */
  get version(): number {
    return this.#version
  }

  /** The document of a cell about to be checked. A cell run again unchanged is the same document. */
  add(analysis: CellAnalysis, label?: string): CellDocument {
    const module = writeModule(analysis, name => this.definitionOf(name))
    const same = [...this.#entries.values()].find(({ text }) => text === module.text)
    if (same !== undefined) {
      same.pending = true
      same.label = label ?? same.label
      return same
    }
    const entry: Entry = {
      ...module,
      id: `cell:${++this.#count}`,
      label,
      declared: kindsByName(analysis),
      augments: /\bdeclare\s+(?:global|module)\b|\bimport\s*['"]/.test(analysis.checked),
      pending: true,
      kept: false,
    }
    this.#entries.set(entry.id, entry)
    return entry
  }

  /** The names are now defined by this document. */
  commit(id: string, names: readonly string[]): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    this.#version++
    for (const name of names) if (entry.declared.has(name)) this.#names.set(name, id)
    entry.pending = false
    entry.kept ||= entry.augments
    this.#sweep()
  }

  /** The cell did not run. */
  discard(id: string): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    entry.pending = false
    this.#sweep()
  }

  /** No name is defined any more. */
  reset(): void {
    this.#version++
    this.#names.clear()
    this.#entries.clear()
  }

  get(id: string): CellDocument | undefined {
    return this.#entries.get(id)
  }

  definitionOf(name: string): Definition | undefined {
    const document = this.#names.get(name)
    if (document === undefined) return undefined
    return { document, kinds: this.#entries.get(document)?.declared.get(name) ?? new Set() }
  }

  /** All names that are defined now. */
  names(): IterableIterator<string> {
    return this.#names.keys()
  }

  all(): IterableIterator<CellDocument> {
    return this.#entries.values()
  }

  /** Closes what no current name's type can depend on. */
  #sweep(): void {
    let reached = new Set(this.#names.values())
    for (const { id, pending, kept } of this.#entries.values()) if (pending || kept) reached.add(id)
    const needed = new Set(reached)
    for (let depth = 0; depth < MAX_DEPTH && reached.size > 0; depth++) {
      const next = new Set<string>()
      for (const id of reached) {
        for (const dependency of this.#entries.get(id)?.dependencies ?? []) {
          if (!needed.has(dependency)) next.add(dependency)
        }
      }
      for (const id of next) needed.add(id)
      reached = next
    }
    for (const id of this.#entries.keys()) if (!needed.has(id)) this.#entries.delete(id)
  }
}
