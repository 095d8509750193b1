// The cells of a notebook as they are written now, run or not: each that is asked for becomes a module of its own, whose
// names come from cells that have run, and where none has, from those that are written above it.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { analyseCell } from '../cell/analyse.js'
import type { CellAnalysis, DeclarationKind } from '../cell/cell.js'
import { findCommands } from '../cell/commands.js'
import { CellSyntaxError } from '../errors.js'
import { type Definition, kindsByName, type ModuleText, writeModule } from './module-text.js'

/** A cell of the notebook, by the id that it has in its file. */
export interface WrittenCell {
  readonly id: string
  readonly code: string
  /** Only what does not parse is to be told of it. */
  readonly noCheck?: boolean
}

/** A written cell as the language server sees it. */
export interface Sketch extends ModuleText {
  /** `cell:w7`. */
  readonly id: string
}

interface Reading {
  /** Of the newest text of the cell that parsed; undefined while none has. */
  readonly analysis: CellAnalysis | undefined
  readonly declared: ReadonlyMap<string, ReadonlySet<DeclarationKind>>
  /** What is wrong with its text of now. */
  readonly error: CellSyntaxError | undefined
}

/** What is known of a written cell. */
export interface SketchedCell extends Reading, WrittenCell {
  /** Of its module: `cell:w7`. */
  readonly document: string
  /** Its place in the notebook. */
  readonly index: number
  sketch: Sketch | undefined
  /** The version of the defined names with which the sketch was written. */
  version: number
}

/** How long the text of many cells is read at a stretch, in ms: messages must not wait for it. */
const SLICE = 8

export class Sketches {
  #entries = new Map<string, SketchedCell>()
  #ordered: readonly SketchedCell[] = []
  /** Where a name is declared, in the notebook's order. */
  #declaring = new Map<string, SketchedCell[]>()
  /** The cells that were asked for, and those that they take names from. */
  readonly #open = new Set<SketchedCell>()
  /** Those of them that the language server may be told of, by id. */
  readonly #shown = new Set<string>()
  #count = 0

  /** Takes the notebook as it is written now; false if `signal` came before it was read. */
  async take(cells: readonly WrittenCell[], signal: AbortSignal): Promise<boolean> {
    const entries = new Map<string, SketchedCell>()
    let start = performance.now()
    for (const cell of cells) {
      if (performance.now() - start > SLICE) {
        await nextTurn()
        start = performance.now()
      }
      if (signal.aborted) return false
      entries.set(cell.id, this.#read(cell, entries.size))
    }
    const open = [...this.#open].map(({ id }) => id)
    this.#entries = entries
    this.#ordered = [...entries.values()]
    this.#declaring = declarations(this.#ordered)
    this.#open.clear()
    // What the language server has read already stays with it, in its new text.
    this.want(open)
    return true
  }

  /** Makes modules of these cells. */
  want(ids: Iterable<string>): void {
    for (const id of ids) {
      const entry = this.#entries.get(id)
      if (entry !== undefined) this.#open.add(entry)
      else this.#shown.delete(id)
    }
  }

  /** Shows some modules more; false when all are shown. */
  show(count: number): boolean {
    const hidden = [...this.#open].filter(({ id }) => !this.#shown.has(id))
    for (const { id } of hidden.slice(0, count)) this.#shown.add(id)
    return hidden.length > 0
  }

  /** Writes the modules of all that is wanted. `defined` tells which names cells that ran have defined, in a version. */
  write(defined: (name: string) => Definition | undefined, version: number): void {
    // The set grows while it is walked, by the cells that others need.
    for (const entry of this.#open) {
      if (entry.analysis === undefined || entry.version === version) continue
      entry.version = version
      entry.sketch = {
        id: entry.document,
        ...writeModule(entry.analysis, name => {
          const known = defined(name)
          if (known !== undefined) return known
          const above = this.#above(name, entry.index)
          if (above !== undefined) this.#open.add(above)
          return definitionOf(name, above)
        }),
      }
    }
  }

  clear(): void {
    this.#entries.clear()
    this.#ordered = []
    this.#declaring.clear()
    this.#open.clear()
    this.#shown.clear()
  }

  get(id: string): SketchedCell | undefined {
    return this.#entries.get(id)
  }

  /** All modules that are shown. */
  *all(): IterableIterator<Sketch> {
    for (const { sketch, id } of this.#open) if (sketch !== undefined && this.#shown.has(id)) yield sketch
  }

  /** What the checker reads of all cells. */
  texts(): string[] {
    return this.#ordered.flatMap(({ analysis }) => (analysis === undefined ? [] : [analysis.checked]))
  }

  /** What a cell above has as its definition of a name. */
  definitionAbove(name: string, index: number): Definition | undefined {
    return definitionOf(name, this.#above(name, index))
  }

  definedBelow(name: string, index: number): boolean {
    return this.#declaring.get(name)?.some(entry => entry.index > index) ?? false
  }

  /** The names that cells above a place declare. */
  namesAbove(index: number): string[] {
    return [...this.#declaring].flatMap(([name, [first]]) => (first !== undefined && first.index < index ? [name] : []))
  }

  /** Which module defines each name of the cells above the one whose text this is, or nearly is. */
  definedFor(code: string): Map<string, string> {
    const index = this.#indexOf(code)
    const shown = [...this.#open].filter(entry => entry.index < index && this.#shown.has(entry.id))
    shown.sort((a, b) => a.index - b.index)
    return new Map(shown.flatMap(({ declared, document }) => [...declared.keys()].map(name => [name, document])))
  }

  /** Whether a `!command` above a place names a package. */
  isInstalledAbove(packageName: string, index: number): boolean {
    return this.#ordered
      .slice(0, index)
      .some(
        ({ code }) => code.includes(packageName) && findCommands(code).some(({ text }) => text.includes(packageName)),
      )
  }

  /** The cell that is being typed has a few characters more, or less, than when the page last told of it. */
  #indexOf(code: string): number {
    let [most, index] = [code.length / 2, this.#ordered.length]
    for (const entry of this.#ordered) {
      const alike = charactersAlike(entry.code, code)
      if (alike > most) [most, index] = [alike, entry.index]
    }
    return index
  }

  #above(name: string, index: number): SketchedCell | undefined {
    return this.#declaring.get(name)?.findLast(entry => entry.index < index)
  }

  #read(cell: WrittenCell, index: number): SketchedCell {
    const before = this.#entries.get(cell.id)
    const document = before?.document ?? `cell:w${++this.#count}`
    const reading = before?.code === cell.code ? before : read(cell.code, before)
    const { analysis, declared, error } = reading
    return { ...cell, document, index, analysis, declared, error, sketch: undefined, version: -1 }
  }
}

function definitionOf(name: string, entry: SketchedCell | undefined): Definition | undefined {
  if (entry === undefined) return undefined
  return { document: entry.document, kinds: entry.declared.get(name) ?? new Set() }
}

/** A text that does not parse, as most do while they are typed, keeps the names that it had. */
function read(code: string, before: Reading | undefined): Reading {
  try {
    const analysis = analyseCell(code)
    return { analysis, declared: kindsByName(analysis), error: undefined }
  } catch (error) {
    if (!(error instanceof CellSyntaxError)) throw error
    return { analysis: before?.analysis, declared: before?.declared ?? new Map(), error }
  }
}

/** How many characters two texts share at their start and at their end. */
function charactersAlike(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  let start = 0
  while (start < shorter && a[start] === b[start]) start++
  let end = 0
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++
  return start + end
}

function declarations(entries: readonly SketchedCell[]): Map<string, SketchedCell[]> {
  const declaring = new Map<string, SketchedCell[]>()
  for (const entry of entries) {
    for (const name of entry.declared.keys()) {
      const known = declaring.get(name)
      if (known === undefined) declaring.set(name, [entry])
      else known.push(entry)
    }
  }
  return declaring
}
