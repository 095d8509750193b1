// Writes notebook files with the bytes that JupyterLab and its server write: nbformat's JSON, lines split as Python
// splits them, a newline at the end.
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, type FileHandle, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { NotebookError } from './errors.js'
import type { Attachments, Cell, Json, JsonObject, MimeBundle, Notebook, Output } from './format.js'
import { pythonJson } from './json.js'
import { splitLines } from './lines.js'

/** The text of a notebook file. */
export function formatNotebook(notebook: Notebook): string {
  const { cells, metadata, nbformat, nbformat_minor } = notebook
  const kept = omit(metadata, ['orig_nbformat', 'orig_nbformat_minor', 'signature'])
  return `${pythonJson({ cells: cells.map(fileCell), metadata: kept, nbformat, nbformat_minor })}\n`
}

/** Tells before a long run whether its notebook could be written. Throws NotebookError. */
export async function checkWritable(file: string): Promise<void> {
  try {
    const real = await target(file)
    const old = await existing(real)
    if (old?.isFolder) throw new Error('it is a folder')
    await access(old === undefined ? dirname(real) : real, constants.W_OK)
  } catch (cause) {
    throw notWritten(file, cause)
  }
}

/**
 * Writes a notebook whole or not at all: to a new file beside it, which then takes its place and its mode. A link is
 * followed. Throws NotebookError.
 */
export async function writeNotebook(file: string, notebook: Notebook): Promise<void> {
  const text = formatNotebook(notebook)
  try {
    await replaceFile(await target(file), text)
  } catch (cause) {
    throw notWritten(file, cause)
  }
}

function notWritten(file: string, cause: unknown): NotebookError {
  return new NotebookError('NOTEBOOK_WRITE', `it cannot be written: ${(cause as Error).message}.`, {
    file,
    cause,
    next: 'Check the folder, its permissions and the free space, or name another file.',
  })
}

function fileCell(cell: Cell): object {
  const common = { ...cell, metadata: omit(cell.metadata, ['trusted']), source: splitLines(cell.source) }
  if (cell.cell_type === 'code') return { ...common, outputs: cell.outputs.map(fileOutput) }
  return cell.attachments === undefined ? common : { ...common, attachments: fileAttachments(cell.attachments) }
}

function fileOutput(output: Output): object {
  if (output.output_type === 'stream') return { ...output, text: splitLines(output.text) }
  return output.output_type === 'error' ? output : { ...output, data: fileBundle(output.data) }
}

function fileAttachments(attachments: Attachments): object {
  return Object.fromEntries(Object.entries(attachments).map(([name, bundle]) => [name, fileBundle(bundle)]))
}

function fileBundle(bundle: MimeBundle): MimeBundle {
  return Object.fromEntries(Object.entries(bundle).map(([mime, data]) => [mime, fileData(mime, data)]))
}

/** nbformat splits text types and these two; other strings (pictures in base64) stay whole. */
const SPLIT = new Set(['application/javascript', 'image/svg+xml'])

function fileData(mime: string, data: Json): Json {
  return typeof data === 'string' && (mime.startsWith('text/') || SPLIT.has(mime)) ? splitLines(data) : data
}

function omit(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
}

/** What a link points to, so that the link stays; the path itself where there is no file yet. */
async function target(file: string): Promise<string> {
  try {
    return await realpath(file)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return file
    throw error
  }
}

async function replaceFile(file: string, text: string): Promise<void> {
  const old = await existing(file)
  // A pipe or a device takes the bytes itself.
  if (old?.isFile === false) return writeFile(file, text)
  // Renaming would replace a file that may not be written.
  if (old !== undefined) await access(file, constants.W_OK)
  const fresh = join(dirname(file), `.~${basename(file)}.${randomBytes(4).toString('hex')}`)
  const handle = await create(fresh, old?.mode)
  // In a folder that takes no new files the old one is written in place, as Jupyter's server does.
  if (handle === undefined) return writeFile(file, text)
  try {
    await fill(handle, text, old?.mode)
    await rename(fresh, file)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}

interface Existing {
  readonly mode: number
  readonly isFile: boolean
  readonly isFolder: boolean
}

async function existing(file: string): Promise<Existing | undefined> {
  try {
    const stats = await stat(file)
    return { mode: stats.mode & 0o7777, isFile: stats.isFile(), isFolder: stats.isDirectory() }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Opens a new file; undefined where the old one is there but its folder takes no new ones. */
async function create(file: string, oldMode: number | undefined): Promise<FileHandle | undefined> {
  try {
    return await open(file, 'wx', oldMode ?? 0o666)
  } catch (error) {
    const code = errorCode(error)
    if (oldMode !== undefined && (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')) return undefined
    throw error
  }
}

async function fill(handle: FileHandle, text: string, mode: number | undefined): Promise<void> {
  try {
    await handle.writeFile(text)
    // Without this the umask would take bits away.
    if (mode !== undefined) await handle.chmod(mode)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
