// Reads notebook files: JSON -> checked -> the in-memory form of format.ts, from any minor version of nbformat 4.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isObject } from './checks.js'
import { NotebookError } from './errors.js'
import {
  type Attachments,
  type Cell,
  isJsonMime,
  type Json,
  type JsonObject,
  type Notebook,
  type Output,
} from './format.js'
import { findSyntaxError, formatPath, locate, type SyntaxProblem } from './locate.js'
import { CELL_ID, findProblem } from './schema.js'

const NEWEST_MINOR = 5

/** Reads and checks a notebook file. Throws NotebookError. */
export async function readNotebook(file: string): Promise<Notebook> {
  return parseNotebook(decode(await readBytes(file), file), file)
}

/**
 * Checks the text of a notebook of version 4.0 to 4.5 and gives it as 4.5. Cells without an id (all of them before
 * 4.5) get one that depends on their text alone, so that reading a file twice gives the same ids; JupyterLab, in
 * contrast, keeps 4.4 as it is. `file` names the notebook in errors. Throws NotebookError.
 */
export function parseNotebook(text: string, file = 'notebook'): Notebook {
  const json = text.startsWith('\ufeff') ? text.slice(1) : text
  const value = parse(json, file)
  const minor = checkVersion(value, json, file)
  const problem = findProblem(value, minor)
  if (problem !== undefined) {
    throw new NotebookError('NOTEBOOK_INVALID', `expected ${problem.expected}, got ${problem.got}.`, {
      file,
      position: locate(json, problem.path),
      path: formatPath(problem.path),
      next: 'Correct it there, or open the notebook in JupyterLab and save it again.',
    })
  }
  return toNotebook(value as FileNotebook)
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file.',
      EISDIR: 'expected a notebook file, got a folder.',
      EACCES: 'no permission to read it.',
    }
    throw new NotebookError('NOTEBOOK_READ', reasons[code ?? ''] ?? `it cannot be read: ${message}.`, {
      file,
      cause,
      next: 'Check the path.',
    })
  }
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new NotebookError('NOTEBOOK_JSON', 'expected UTF-8 text, got other bytes.', {
      file,
      cause,
      next: 'Save the file as UTF-8.',
    })
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const problem = findSyntaxError(text)
    if (problem === undefined) throw cause
    throw new NotebookError('NOTEBOOK_JSON', `expected ${problem.expected}, got ${problem.got}.`, {
      file,
      position: problem.position,
      cause,
      next: syntaxAdvice(problem),
    })
  }
}

function syntaxAdvice({ got }: SyntaxProblem): string {
  if (/^(<{7}|={7}|>{7}|\|{7})/.test(got)) return 'The file holds an unfinished merge: choose one of the two sides.'
  if (/\b(NaN|Infinity)\b/.test(got)) return 'JSON has no NaN and no Infinity: write null instead.'
  return 'A notebook is JSON: mend it there, or take an older copy of the file.'
}

/** The minor version. */
function checkVersion(value: unknown, text: string, file: string): number {
  if (!isObject(value)) return NEWEST_MINOR
  const { nbformat, nbformat_minor: minor } = value
  if (typeof nbformat !== 'number' || (nbformat === 4 && typeof minor !== 'number')) return NEWEST_MINOR
  if (nbformat === 4 && typeof minor === 'number' && minor <= NEWEST_MINOR) return minor
  const isNewer = nbformat >= 4
  throw new NotebookError(
    'NOTEBOOK_VERSION',
    `expected notebook format 4.0 to 4.${NEWEST_MINOR}, got ${nbformat}.${typeof minor === 'number' ? minor : 0}.`,
    {
      file,
      position: locate(text, [isNewer && nbformat === 4 ? 'nbformat_minor' : 'nbformat']),
      next: isNewer ? 'Update gradlab.' : 'Open it in JupyterLab and save it: that converts it to format 4.',
    },
  )
}

// What the schema has let through: multi-line text may still be a list, ids may be missing.
interface FileNotebook {
  readonly metadata: JsonObject
  readonly cells: readonly FileCell[]
}

type FileText = string | readonly string[]

interface FileCell {
  readonly cell_type: Cell['cell_type']
  readonly id?: string
  readonly metadata: JsonObject
  readonly source: FileText
  readonly attachments?: Attachments
  readonly execution_count?: number | null
  readonly outputs?: readonly FileOutput[]
}

type FileOutput =
  | { readonly text: FileText; readonly output_type: 'stream'; readonly name: string }
  | Exclude<Output, { text: string }>

function toNotebook({ metadata, cells }: FileNotebook): Notebook {
  const ids = new CellIds(cells)
  return {
    nbformat: 4,
    nbformat_minor: NEWEST_MINOR,
    metadata: without(metadata, ['orig_nbformat', 'orig_nbformat_minor', 'signature']),
    cells: cells.map(cell => toCell(cell, ids)),
  }
}

function toCell(cell: FileCell, ids: CellIds): Cell {
  const source = join(cell.source)
  const base = { id: ids.of(cell, source), metadata: without(cell.metadata, ['trusted']), source }
  if (cell.cell_type === 'code') {
    const { execution_count = null, outputs = [] } = cell
    return { ...base, cell_type: 'code', execution_count, outputs: outputs.map(toOutput) }
  }
  const { attachments } = cell
  return {
    ...base,
    cell_type: cell.cell_type,
    ...(attachments === undefined ? {} : { attachments: mapValues(attachments, joinBundle) }),
  }
}

function toOutput(output: FileOutput): Output {
  if (output.output_type === 'stream') return { ...output, text: join(output.text) }
  if (output.output_type === 'error') return output
  return { ...output, data: joinBundle(output.data) }
}

function joinBundle(bundle: JsonObject): JsonObject {
  return mapValues(bundle, (value, mime) => (isJsonMime(mime) ? value : joinStrings(value)))
}

function joinStrings(value: Json): Json {
  return Array.isArray(value) && value.every(line => typeof line === 'string') ? value.join('') : value
}

function join(text: FileText): string {
  return typeof text === 'string' ? text : text.join('')
}

/** A copy without some keys; `Object.fromEntries` keeps a key named `__proto__` an ordinary one. */
function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
}

function mapValues<V, W>(object: { readonly [key: string]: V }, map: (value: V, key: string) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]))
}

/** Keeps the ids of a notebook's cells that are valid and unique, and makes the others. */
class CellIds {
  readonly #taken: Set<string>
  readonly #used = new Set<string>()

  constructor(cells: readonly FileCell[]) {
    this.#taken = new Set(cells.flatMap(cell => (typeof cell.id === 'string' ? [cell.id] : [])))
  }

  of(cell: FileCell, source: string): string {
    const { id } = cell
    const isGood = typeof id === 'string' && CELL_ID.test(id) && !this.#used.has(id)
    const chosen = isGood ? id : this.#make(cell.cell_type, source)
    this.#used.add(chosen)
    return chosen
  }

  #make(type: string, source: string): string {
    for (let n = 0; ; n++) {
      const id = createHash('sha256').update(`${type}\n${n}\n${source}`).digest('hex').slice(0, 8)
      if (this.#taken.has(id)) continue
      this.#taken.add(id)
      return id
    }
  }
}
