// What was run, kept over restarts: append-only JSON lines in Jupyter's own data folder.
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isRecord, type Json } from '../protocol/messages.js'

/** session, line, source: Jupyter's own order. */
export type HistoryEntry = readonly [session: number, line: number, source: string]

export class History {
  readonly session: number
  readonly #path: string | undefined
  readonly #log: (text: string) => void
  readonly #entries: HistoryEntry[]
  #broken = false

  /** Without a path history lasts as long as the kernel. */
  constructor(path: string | undefined, log: (text: string) => void) {
    this.#path = path
    this.#log = log
    this.#entries = path === undefined ? [] : readEntries(path)
    this.session = 1 + this.#entries.reduce((latest, [session]) => Math.max(latest, session), 0)
  }

  add(line: number, source: string): void {
    const entry: HistoryEntry = [this.session, line, source]
    this.#entries.push(entry)
    if (this.#path === undefined || this.#broken) return
    try {
      mkdirSync(dirname(this.#path), { recursive: true })
      appendFileSync(this.#path, `${JSON.stringify(entry)}\n`)
    } catch (error) {
      this.#broken = true
      this.#log(`history is not kept: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Answers the content of a history_request. */
  answer(request: Json): HistoryEntry[] {
    const count = typeof request.n === 'number' ? request.n : undefined
    switch (request.hist_access_type) {
      case 'range':
        return this.#range(request)
      case 'search':
        return this.#search(String(request.pattern ?? '*'), count, request.unique === true)
      default:
        return last(this.#entries, count)
    }
  }

  /** Session 0 or below counts back from the running one. */
  #range(request: Json): HistoryEntry[] {
    const asked = typeof request.session === 'number' ? request.session : 0
    const session = asked <= 0 ? this.session + asked : asked
    const start = typeof request.start === 'number' ? request.start : 0
    const stop = typeof request.stop === 'number' ? request.stop : Number.POSITIVE_INFINITY
    return this.#entries.filter(([of, line]) => of === session && line >= start && line < stop)
  }

  #search(pattern: string, count: number | undefined, unique: boolean): HistoryEntry[] {
    const matcher = globToRegExp(pattern)
    const found = this.#entries.filter(([, , source]) => matcher.test(source))
    if (!unique) return last(found, count)
    const newest = new Map<string, HistoryEntry>()
    for (const entry of found) {
      newest.delete(entry[2])
      newest.set(entry[2], entry)
    }
    return last([...newest.values()], count)
  }
}

function last<T>(entries: readonly T[], count: number | undefined): T[] {
  return count === undefined ? [...entries] : count <= 0 ? [] : entries.slice(-count)
}

function globToRegExp(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '[^]*')
    .replace(/\?/g, '[^]')
  return new RegExp(`^${source}$`)
}

/** Lines that another version or a crash left broken are passed over. */
function readEntries(path: string): HistoryEntry[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap(line => {
    try {
      const value: unknown = JSON.parse(line)
      if (!Array.isArray(value) || isRecord(value)) return []
      const [session, number, source] = value as unknown[]
      return typeof session === 'number' && typeof number === 'number' && typeof source === 'string'
        ? [[session, number, source] as const]
        : []
    } catch {
      return []
    }
  })
}
