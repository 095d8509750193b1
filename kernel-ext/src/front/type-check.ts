// How strictly types are taken: by what a cell's or a notebook's metadata says.
import { readFileSync } from 'node:fs'
import { isRecord } from '../protocol/messages.js'

export type TypeCheck = 'strict' | 'warn' | 'off'

/** Reads `metadata.gradlab.typecheck` of a cell or a notebook. */
export function toTypeCheck(metadata: unknown): TypeCheck | undefined {
  const value = isRecord(metadata) ? metadata.typecheck : undefined
  return value === 'strict' || value === 'warn' || value === 'off' ? value : undefined
}

/** A notebook's own `metadata.gradlab.typecheck`; Jupyter's server tells the kernel its notebook's path. */
export function notebookTypeCheck(): TypeCheck {
  const path = process.env.JPY_SESSION_NAME
  if (path === undefined || !path.endsWith('.ipynb')) return 'strict'
  try {
    const notebook = JSON.parse(readFileSync(path, 'utf8')) as { metadata?: { gradlab?: unknown } }
    return toTypeCheck(notebook.metadata?.gradlab) ?? 'strict'
  } catch {
    return 'strict'
  }
}
