// What is said over the comm by which a page asks the kernel for the type errors of a notebook's cells.

export const TARGET = 'gradlab.types'

export interface Cell {
  readonly id: string
  readonly code: string
  /** What the cell's own metadata say of how strictly its types are taken. */
  readonly typecheck?: string
}

/** The page asks for the errors of all `wanted` cells, the first of them first. A newer question replaces an older one. */
export interface Check {
  readonly op: 'check'
  readonly version: number
  /** All code cells of the notebook, in its order. */
  readonly cells: readonly Cell[]
  readonly wanted: readonly string[]
}

/** What is wrong in a cell; offsets count UTF-16 units of its text. */
export interface Finding {
  readonly from: number
  readonly to: number
  readonly severity: 'error' | 'warning'
  /** The number of TypeScript's message, 0 where the text is no TypeScript at all. */
  readonly code: number
  readonly message: string
}

/** The kernel answers for some of the wanted cells, or says that its names or packages are others now. */
export type Answer =
  | { readonly op: 'found'; readonly version: number; readonly cells: ReadonlyMap<string, readonly Finding[]> }
  | { readonly op: 'changed' }

/** Reads a message of the kernel; undefined for one of another form, which a later kernel may send. */
export function readAnswer(data: unknown): Answer | undefined {
  if (!isRecord(data)) return undefined
  if (data.op === 'changed') return { op: 'changed' }
  if (data.op !== 'found' || typeof data.version !== 'number' || !isRecord(data.cells)) return undefined
  const cells = Object.entries(data.cells).flatMap(([id, found]) =>
    Array.isArray(found) ? [[id, found.flatMap(readFinding)] as const] : [],
  )
  return { op: 'found', version: data.version, cells: new Map(cells) }
}

function readFinding(value: unknown): Finding[] {
  if (!isRecord(value)) return []
  const { from, to, severity, code, message } = value
  if (typeof from !== 'number' || typeof to !== 'number' || typeof message !== 'string') return []
  return [
    {
      from,
      to,
      severity: severity === 'warning' ? 'warning' : 'error',
      code: typeof code === 'number' ? code : 0,
      message,
    },
  ]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
