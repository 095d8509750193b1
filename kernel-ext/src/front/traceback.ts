// Errors as a person reads them in a notebook: what happened, then each of the user's own places with its code.
import type { CellError, ErrorFrame } from '../runtime/link.js'
import type { Diagnostic } from '../types/diagnostics.js'

/**
 * Bold for places, bold red for what is wrong. JupyterLab gives errors and stderr a red ground, on which its other ANSI
 * colours cannot be read; our labextension gives this red a shade for either kind of theme.
 */
const BOLD = '\u001b[1m'
const RED = '\u001b[1;31m'
const RESET = '\u001b[0m'

const CONTEXT_LINES = 2
const FRAMES_WITH_CODE = 4
const FRAMES_SHOWN = 20
/** Recursion through up to this many functions, this many times, is shown once. */
const LONGEST_CYCLE = 4
const REPEATS = 4

/** The text of a cell by its execution id; undefined for one that is no longer known. */
export type SourceOf = (cell: string) => string | undefined

/** The lines of Jupyter's `traceback`. */
export function renderError(error: CellError, sourceOf: SourceOf): string[] {
  const lines = [`${headline(error)}${error.detail === undefined ? '' : ` ${error.detail}`}`]
  lines.push(...renderFrames(error.frames, sourceOf))
  for (const inner of error.errors) lines.push(...renderError(inner, sourceOf).map(line => `  ${line}`))
  if (error.cause !== undefined) {
    const [first, ...rest] = renderError(error.cause, sourceOf)
    lines.push(`Caused by: ${first}`, ...rest)
  }
  return lines
}

function headline(error: CellError): string {
  return `${RED}${error.name}${RESET}${error.message === '' ? '' : `: ${error.message}`}`
}

function renderFrames(frames: readonly ErrorFrame[], sourceOf: SourceOf): string[] {
  const lines: string[] = []
  let quoted = 0
  let shown = 0
  for (let i = 0; i < frames.length; ) {
    const { period, times } = repetition(frames, i)
    for (const frame of frames.slice(i, i + period)) {
      lines.push(...renderFrame(frame, quoted < FRAMES_WITH_CODE ? sourceOf : () => undefined))
      quoted += 1
    }
    if (times > 1) lines.push(`  ... the same again and again`)
    shown += period
    i += period * times
    if (shown < FRAMES_SHOWN || i >= frames.length) continue
    lines.push(`  ... ${frames.length - i} more`)
    break
  }
  return lines
}

/** How many frames from `start` on make a pattern that repeats, as recursion does, and how often it comes. */
function repetition(frames: readonly ErrorFrame[], start: number): { period: number; times: number } {
  for (let period = 1; period <= LONGEST_CYCLE; period += 1) {
    let end = start + period
    while (end < frames.length && isSamePlace(frames[end]!, frames[end - period]!)) end += 1
    const times = Math.floor((end - start) / period)
    if (times >= REPEATS) return { period, times }
  }
  return { period: 1, times: 1 }
}

function isSamePlace(a: ErrorFrame, b: ErrorFrame): boolean {
  return a.file === b.file && a.line === b.line && a.column === b.column
}

function renderFrame(frame: ErrorFrame, sourceOf: SourceOf): string[] {
  const place = `${BOLD}${frame.file}:${frame.line}:${frame.column}${RESET}`
  const at = frame.functionName === undefined ? `  at ${place}` : `  at ${frame.functionName} ${place}`
  const source = frame.cell === undefined ? undefined : sourceOf(frame.cell)
  return source === undefined ? [at] : [at, ...quote(source, frame.line, frame.column, 1)]
}

/** The line of a place with its neighbours and a caret under the column; all 1-based. */
export function quote(source: string, line: number, column: number, length: number): string[] {
  const lines = source.split(/\r\n|\r|\n/)
  const first = Math.max(1, line - CONTEXT_LINES)
  const last = Math.min(lines.length, line + CONTEXT_LINES)
  const width = String(last).length
  const quoted: string[] = []
  for (let number = first; number <= last; number += 1) {
    const text = shortened(lines[number - 1] ?? '', number === line ? column : 1)
    const label = String(number).padStart(width)
    if (number !== line) {
      quoted.push(`    ${label} | ${text.text}`)
      continue
    }
    const indent = text.text.slice(0, text.column - 1).replace(/[^\t]/g, ' ')
    const marks = '^'.repeat(Math.max(1, Math.min(length, text.text.length - text.column + 1)))
    quoted.push(`  ${RED}>${RESET} ${label} | ${text.text}`)
    quoted.push(`    ${' '.repeat(width)} | ${indent}${RED}${marks}${RESET}`)
  }
  return quoted
}

const LINE_LIMIT = 160

/** A line of generated data would fill the page: the part around the column is enough. */
function shortened(text: string, column: number): { text: string; column: number } {
  if (text.length <= LINE_LIMIT) return { text, column }
  const start = Math.max(0, Math.min(column - LINE_LIMIT / 2, text.length - LINE_LIMIT))
  const cut = text.slice(start, start + LINE_LIMIT)
  return {
    text: `${start > 0 ? '…' : ''}${cut}${start + LINE_LIMIT < text.length ? '…' : ''}`,
    column: column - start + (start > 0 ? 1 : 0),
  }
}

/** A cell that does not parse. */
export function renderSyntaxError(
  message: string,
  cell: string,
  line: number,
  column: number,
  source: string,
): string[] {
  return [
    `${RED}SyntaxError${RESET}: ${message}`,
    `  at ${BOLD}${cell}:${line}:${column}${RESET}`,
    ...quote(source, line, column, 1),
  ]
}

/** Findings of the type checker, in the order of the text. */
export function renderFindings(findings: readonly Diagnostic[], cell: string, source: string): string[] {
  return findings.flatMap(finding => {
    const { severity, code, message, line, column, endLine, endColumn } = finding
    const length = endLine === line ? endColumn - column : 1
    return [
      `${BOLD}${cell}:${line}:${column}${RESET} - ${RED}${severity}${RESET} TS${code}: ${message}`,
      ...quote(source, line, column, length),
    ]
  })
}
