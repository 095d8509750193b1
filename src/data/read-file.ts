// The bytes of a file of one's own, and errors that say which file it was.
import { DataError } from './errors.js'
import { type FilePath, pathText } from './file-path.js'
import { node } from './node.js'

/** A file: its name for messages, and its bytes. */
export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

/** The bytes of a file, or those that were given. Throws DATA_MISSING, DATA_NODE, DATA_OPTION. */
export function readBytes(where: string, source: FilePath | Uint8Array): NamedBytes {
  if (source instanceof Uint8Array) return { name: 'these bytes', bytes: plain(source) }
  const name = pathOf(where, source)
  try {
    return { name, bytes: plain(node('fs').readFileSync(name)) }
  } catch (cause) {
    throw unreadable(where, name, cause)
  }
}

/** The same for a loop that goes on meanwhile. */
export async function readBytesLater(where: string, name: string): Promise<NamedBytes> {
  try {
    return { name, bytes: plain(await inTurn(() => node('fs').promises.readFile(name))) }
  } catch (cause) {
    throw unreadable(where, name, cause)
  }
}

/** Node's Buffer is a Uint8Array whose `slice` copies nothing. */
export function plain({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** A path as text. Throws DATA_OPTION for what is none. */
export function pathOf(where: string, path: FilePath): string {
  const isUrl = typeof path === 'object' && path !== null && path.protocol === 'file:'
  if (isUrl || (typeof path === 'string' && path !== '')) return pathText(path)
  const got = typeof path === 'object' && path !== null ? `the URL ${String(path.href)}` : JSON.stringify(path)
  throw new DataError('DATA_OPTION', `${where}: expected the path of a file, a file: URL, or bytes; got ${got}.`, {
    next: 'Read what lies elsewhere by fetch: new Uint8Array(await (await fetch(url)).arrayBuffer()).',
  })
}

/** So many files are open at once: systems allow some hundreds, and batches that are read ahead may be thousands. */
const MOST_OPEN = 64
let open = 0
const waiting: (() => void)[] = []

async function inTurn<T>(read: () => Promise<T>): Promise<T> {
  while (open >= MOST_OPEN) await new Promise<void>(resolve => waiting.push(resolve))
  open++
  try {
    return await read()
  } finally {
    open--
    waiting.shift()?.()
  }
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'this is a folder, not a file',
  ENOTDIR: 'this is a file, not a folder',
  EACCES: 'you are not allowed to read it',
}

export function unreadable(where: string, name: string, cause: unknown): unknown {
  if (cause instanceof DataError) return cause
  const { code, message } = cause as { code?: string; message: string }
  const problem = PROBLEMS[code ?? ''] ?? message
  return new DataError('DATA_MISSING', `${where}: ${name}: ${problem}.`, {
    cause,
    next: 'Paths are relative to the folder of the notebook or program.',
  })
}
