// The golden files of test/golden/notebooks, made by the real nbformat and jupyter_server.
import { readFileSync } from 'node:fs'

const folder = new URL('../../../../test/golden/notebooks/', import.meta.url)

/** Names of the notebooks, each there as `.json` (sent by a browser) and `.ipynb` (saved by the server). */
export const goldenNames = ['empty', 'plain', 'lines', 'attachments', 'strings', 'transient'] as const

export function goldenText(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8')
}

interface Tables {
  readonly lineEnds: readonly number[]
  readonly splits: readonly [text: string, lines: string[]][]
  readonly numbers: readonly [javascript: string, python: string][]
  readonly doubles: readonly [bits: string, python: string][]
  readonly verdicts: { readonly base: unknown; readonly changes: readonly Change[] }
}

export interface Change {
  readonly name: string
  readonly valid: boolean
  readonly path: readonly (string | number)[]
  /** Put at the path; where there is no such key, what is at the path is taken away. */
  readonly value?: unknown
}

export const tables = JSON.parse(goldenText('tables.json')) as Tables

/** The base notebook of the verdicts with one change. */
export function changed(change: Change): unknown {
  const copy = structuredClone(tables.verdicts.base)
  const last = change.path.at(-1) ?? ''
  const parent = change.path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], copy)
  if (Object.hasOwn(change, 'value')) (parent as Record<string, unknown>)[last] = change.value
  else delete (parent as Record<string, unknown>)[last]
  return copy
}
