// Type errors while one types: a page tells what stands in the notebook's cells, and is told what a run would say of it.
// The comm's target is `gradlab.types`; `code` is TypeScript's number, or 0 for text that does not parse.
//
//   page    { op: 'check', version: 7, cells: [{ id, code, typecheck }], wanted: [id] }    cells in the notebook's order
//   kernel  { op: 'found', version: 7, cells: { [id]: [{ from, to, severity, code, message }] } }    one or more of them
//   kernel  { op: 'changed' }    names or packages are others now: what was found may no longer be so
import { isRecord, type Json } from '../protocol/messages.js'
import { type Diagnostic, SYNTAX_ERROR } from '../types/diagnostics.js'
import type { TypeServer, WrittenCell } from '../types/server.js'
import { lineStarts, offsetOf } from '../types/text-map.js'
import type { FrontComm, FrontTarget } from './comms.js'
import { type TypeCheck, toTypeCheck } from './type-check.js'

export const LIVE_TYPES_TARGET = 'gradlab.types'

/** A finding in a cell's text; offsets are UTF-16 units. */
export interface LiveFinding {
  readonly from: number
  readonly to: number
  readonly severity: Diagnostic['severity']
  readonly code: number
  readonly message: string
}

export interface LiveTypesOptions {
  readonly types: TypeServer
  /** How strictly types are taken where the cell does not say. */
  readonly typecheck: () => TypeCheck
  readonly log: (text: string) => void
}

interface Check {
  readonly version: number
  readonly cells: ReadonlyMap<string, WrittenCell & { readonly typecheck: TypeCheck }>
  readonly wanted: readonly string[]
}

/** Runs of a whole notebook change names many times a second. */
const CHANGED_EVERY_MS = 150
/** Findings of cells that are checked within this time go together. */
const FOUND_EVERY_MS = 30

export function makeLiveTypes(options: LiveTypesOptions): FrontTarget {
  const live = new LiveTypes(options)
  return comm => live.open(comm)
}

class LiveTypes {
  readonly #options: LiveTypesOptions
  readonly #comms = new Set<FrontComm>()
  /** What each page has asked last and has not been answered yet. */
  readonly #asked = new Map<FrontComm, Check>()
  #answering: { readonly comm: FrontComm; readonly controller: AbortController } | undefined
  #changed: NodeJS.Timeout | undefined

  constructor(options: LiveTypesOptions) {
    this.#options = options
    options.types.onChange(() => this.#tellChange())
  }

  open(comm: FrontComm): ReturnType<FrontTarget> {
    this.#comms.add(comm)
    return { message: data => this.#ask(comm, data), closed: () => this.#close(comm) }
  }

  #ask(comm: FrontComm, data: Json): void {
    if (data.op !== 'check') return
    this.#asked.set(comm, toCheck(data, this.#options.typecheck))
    if (this.#answering === undefined) void this.#answerAll()
    else if (this.#answering.comm === comm) this.#answering.controller.abort()
  }

  #close(comm: FrontComm): void {
    this.#comms.delete(comm)
    this.#asked.delete(comm)
    if (this.#answering?.comm === comm) this.#answering.controller.abort()
    if (this.#comms.size === 0) this.#options.types.forgetSketches()
  }

  /** One page after the other, each with what it has asked last. */
  async #answerAll(): Promise<void> {
    for (const [comm, check] of this.#asked) {
      this.#asked.delete(comm)
      const controller = new AbortController()
      this.#answering = { comm, controller }
      try {
        await this.#answer(comm, check, controller.signal)
      } catch (error) {
        this.#options.log(`types: ${error instanceof Error ? error.stack : String(error)}`)
      }
    }
    this.#answering = undefined
  }

  async #answer(comm: FrontComm, { version, cells, wanted }: Check, signal: AbortSignal): Promise<void> {
    let found: Record<string, LiveFinding[]> = {}
    let told = performance.now()
    const tell = (): void => {
      if (Object.keys(found).length > 0) comm.send({ op: 'found', version, cells: found })
      found = {}
      told = performance.now()
    }
    const take = (id: string, diagnostics: readonly Diagnostic[]): void => {
      const cell = cells.get(id)
      if (cell === undefined) return
      found[id] = toFindings(diagnostics, cell.code, cell.typecheck)
      if (performance.now() - told > FOUND_EVERY_MS) tell()
    }
    await this.#options.types.sketch([...cells.values()], wanted, take, signal)
    if (!signal.aborted) tell()
  }

  #tellChange(): void {
    if (this.#comms.size === 0) return
    this.#changed ??= setTimeout(() => {
      this.#changed = undefined
      for (const comm of this.#comms) comm.send({ op: 'changed' })
    }, CHANGED_EVERY_MS).unref()
  }
}

/** A page's message; what is not of its form is left out. */
function toCheck({ version, cells, wanted }: Json, notebook: () => TypeCheck): Check {
  let ofNotebook: TypeCheck | undefined
  const checked = (Array.isArray(cells) ? cells : []).flatMap((cell: unknown) => {
    if (!isRecord(cell) || typeof cell.id !== 'string' || typeof cell.code !== 'string') return []
    ofNotebook ??= notebook()
    const typecheck = toTypeCheck(cell) ?? ofNotebook
    return [[cell.id, { id: cell.id, code: cell.code, typecheck, noCheck: typecheck === 'off' }] as const]
  })
  return {
    version: Number(version),
    cells: new Map(checked),
    wanted: (Array.isArray(wanted) ? wanted : []).filter(id => typeof id === 'string'),
  }
}

function toFindings(diagnostics: readonly Diagnostic[], code: string, typecheck: TypeCheck): LiveFinding[] {
  const starts = lineStarts(code)
  return diagnostics.map(({ line, column, endLine, endColumn, severity, code: number, message }) => ({
    ...visible(offsetOf(starts, { line, column }), offsetOf(starts, { line: endLine, column: endColumn }), code),
    // Text that does not parse cannot run, however types are taken.
    severity: typecheck === 'strict' || number === SYNTAX_ERROR ? severity : 'warning',
    code: number,
    message,
  }))
}

/** A range that can be underlined: what is missing has no width. */
function visible(from: number, to: number, code: string): { from: number; to: number } {
  if (to > from) return { from, to }
  const isText = (at: number): boolean => /\S/.test(code.charAt(at))
  if (isText(from)) return { from, to: from + 1 }
  return from > 0 ? { from: from - 1, to: from } : { from, to: Math.min(from + 1, code.length) }
}
