// The error of a notebook's run: which cell, its code with the line, what the kernel said.
import { stripVTControlCharacters } from 'node:util'
import { GradlabError } from '../errors.js'

export type CellErrorKind = 'error' | 'timeout' | 'interrupted' | 'died'

export interface CellFacts {
  readonly file: string
  /** The cell's number among the code cells, from 1. */
  readonly number: number
  readonly total: number
  readonly id: string
  readonly label: string | undefined
  readonly source: string
  /** Seconds. */
  readonly timeout: number
  /** The content of the execute_reply. */
  readonly reply: Record<string, unknown>
  /** How the kernel's process ended, where it has. */
  readonly exit: string | undefined
}

const CODES: Record<CellErrorKind, string> = {
  error: 'CELL_ERROR',
  timeout: 'CELL_TIMEOUT',
  interrupted: 'CELL_INTERRUPTED',
  died: 'KERNEL_DIED',
}

/** A cell that ended a run. */
export class CellError extends GradlabError {
  readonly kind: CellErrorKind
  readonly file: string
  readonly number: number
  readonly id: string
  readonly label: string | undefined
  readonly source: string
  readonly ename: string | undefined
  readonly evalue: string | undefined
  /** As the kernel coloured it. */
  readonly traceback: readonly string[]
  /** The line of the cell where the error arose, from 1. */
  readonly line: number | undefined

  constructor(kind: CellErrorKind, facts: CellFacts) {
    const { reply } = facts
    const ename = textOr(reply.ename)
    const evalue = textOr(reply.evalue)
    super(CODES[kind], `${facts.file}: ${nameOf(facts)} ${happening(kind, facts, ename, evalue)}`, {
      next: nextStep(kind),
    })
    this.kind = kind
    this.file = facts.file
    this.number = facts.number
    this.id = facts.id
    this.label = facts.label
    this.source = facts.source
    this.ename = ename
    this.evalue = evalue
    this.traceback = Array.isArray(reply.traceback) ? reply.traceback.filter(line => typeof line === 'string') : []
    this.line = lineOf(this.traceback, reply.execution_count)
  }
}

/** `cell 3 of 12 (loss-curve)`. */
function nameOf({ number, total, label, id }: CellFacts): string {
  return `cell ${number} of ${total} (${label === undefined ? `id ${id}` : label})`
}

function happening(kind: CellErrorKind, facts: CellFacts, ename = 'an error', evalue = ''): string {
  switch (kind) {
    case 'error':
      return `ended with ${evalue === '' ? ename : `${ename}: ${evalue}`}.`
    case 'timeout':
      return `took more than ${facts.timeout} s and was ${facts.exit === undefined ? 'interrupted' : 'ended by force'}.`
    case 'interrupted':
      return 'was interrupted.'
    case 'died':
      return `lost its kernel: ${facts.exit ?? 'it ended'}.`
  }
}

function nextStep(kind: CellErrorKind): string {
  switch (kind) {
    case 'error':
      return 'Mend the cell; or, if it is meant to fail, tag it raises-exception or run with --allow-errors.'
    case 'timeout':
      return 'Give it more time by --timeout SECONDS (0 = no limit).'
    case 'interrupted':
      return 'Run the notebook again.'
    case 'died':
      return 'Run the cell in JupyterLab to see what it does to the kernel; it may need too much memory.'
  }
}

/** The kernel's tracebacks name places as `Cell [execution count]:line:column`; the first is the innermost. */
function lineOf(traceback: readonly string[], count: unknown): number | undefined {
  const places = stripVTControlCharacters(traceback.join('\n')).matchAll(/Cell \[(\d+)\]:(\d+)/g)
  for (const [, cell, line] of places) {
    if (Number(cell) === count) return Number(line)
  }
  return undefined
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
