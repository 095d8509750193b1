// What is printed of a cell that ended a run: its code with the line marked, and what the kernel said.
import { stripVTControlCharacters } from 'node:util'
import type { CellError } from '../notebook/cell-error.js'
import type { Paint } from './style.js'

/** Longer cells are shown around the marked line only. */
const WHOLE = 24
const AROUND = 5

export interface ReportOptions {
  readonly paint: Paint
  /** Keep the traceback's own colours. */
  readonly colours: boolean
}

/** The quote of a failed cell, with a line end. */
export function reportCell(error: CellError, { paint, colours }: ReportOptions): string {
  const quote = quoteCell(error.source, error.line, paint)
  const traceback = error.traceback.flatMap(line => line.split('\n'))
  const shown = colours ? traceback : traceback.map(line => stripVTControlCharacters(line))
  return [...quote, ...(shown.length === 0 ? [] : ['', ...shown]), ''].map(line => `${line}\n`).join('')
}

/** A cell's lines with their numbers; the marked one has a `>`. */
export function quoteCell(source: string, marked: number | undefined, paint: Paint): string[] {
  const lines = source.split('\n')
  const [first, last] = shownLines(lines.length, marked ?? 1)
  const width = String(last).length
  const quoted = lines.slice(first - 1, last).map((line, i) => {
    const number = first + i
    const text = `${String(number).padStart(width)} | ${line}`
    return number === marked ? paint('red', `> ${text}`) : `  ${text}`
  })
  const gap = paint('dim', `  ${' '.repeat(width)} ...`)
  return [...(first > 1 ? [gap] : []), ...quoted, ...(last < lines.length ? [gap] : [])]
}

function shownLines(count: number, marked: number): [first: number, last: number] {
  return count <= WHOLE ? [1, count] : [Math.max(1, marked - AROUND), Math.min(count, marked + AROUND)]
}
