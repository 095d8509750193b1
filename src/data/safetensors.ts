// Tensors in files, in the format in which models are exchanged: https://huggingface.co/docs/safetensors. Other than a pickle it holds
// nothing that could run.

import { known, optionNames } from '../tensor/options.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { DataError } from './errors.js'
import { type FilePath, pathText } from './file-path.js'
import { node } from './node.js'
import { plain } from './read-file.js'
import {
  broken,
  headerLength,
  MAX_HEADER,
  PREFIX,
  parseHeader,
  type SafetensorsEntry,
  type SafetensorsHeader,
} from './safetensors-header.js'
import { bytesOf, ELEMENT_TYPES, NAME_OF, type WideIntegers } from './safetensors-numbers.js'
import { replaceFile } from './write-file.js'

export type { SafetensorsEntry, WideIntegers }

export interface ReadSafetensorsOptions {
  /** Only these tensors; the bytes of the others are not read. All. */
  readonly names?: readonly string[] | undefined
  /** What I64, U64 and U32 become: 'int32', or 'float64' (exact up to 2^53). Numbers that do not fit throw. 'int32'. */
  readonly wideIntegers?: WideIntegers | undefined
  /** The backend that shall hold them. The current one. */
  readonly device?: string | undefined
}

const READ_SAFETENSORS_OPTIONS = optionNames<ReadSafetensorsOptions>()('names wideIntegers device')

export interface WriteSafetensorsOptions {
  /** Texts that are kept beside the tensors: { format: 'pt', epoch: '3' }. None. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

const WRITE_SAFETENSORS_OPTIONS = optionNames<WriteSafetensorsOptions>()('metadata')

/** Bytes at places, of a file or of memory. */
interface Source {
  readonly length: number
  /** A fresh copy. */
  read(start: number, end: number): Uint8Array
}

/**
 * A safetensors file whose header was read; its tensors are read one by one, when they are asked for. A file of gigabytes costs what one
 * takes from it. `openSafetensors` makes it.
 *
 * F64, F32, F16, BF16, I32 and BOOL are our dtypes; U8, I8, U16 and I16 become int32, which holds them exactly; U32, I64 and U64 become
 * `wideIntegers`. F8, F6, F4 and C64 are listed, and `get` refuses them.
 *
 * @example
 * const file = data.openSafetensors(data.safetensorsBytes({ w: ones([2, 3]) }))
 * file.keys() // ['w']
 * file.entry('w').shape // [2, 3]
 * file.get('w').sum().item() // 6
 * @torch none
 */
export class SafetensorsFile {
  readonly #source: Source
  readonly #header: SafetensorsHeader
  readonly #options: ReadSafetensorsOptions

  /** Use openSafetensors. */
  constructor(source: Source, options: ReadSafetensorsOptions) {
    known('SafetensorsFile', options, READ_SAFETENSORS_OPTIONS)
    const length = headerLength(source.read(0, Math.min(PREFIX, source.length)), source.length)
    this.#source = source
    this.#header = parseHeader(source.read(PREFIX, PREFIX + length), source.length)
    this.#options = options
  }

  /** Texts that were kept beside the tensors. */
  get metadata(): Readonly<Record<string, string>> {
    return this.#header.metadata
  }

  /** The tensors' names, in the order of the header. */
  keys(): string[] {
    return [...this.#header.entries.keys()]
  }

  has(name: string): boolean {
    return this.#header.entries.has(name)
  }

  /** Kind, shape and place of a tensor, from the header alone. Throws DATA_MISSING. */
  entry(name: string): SafetensorsEntry {
    const entry = this.#header.entries.get(name)
    if (entry !== undefined) return entry
    throw new DataError('DATA_MISSING', `safetensors: there is no tensor '${name}'.`, {
      next: `There are: ${this.keys().slice(0, 12).join(', ')}${this.keys().length > 12 ? ', ...' : '.'}`,
    })
  }

  /** Reads one tensor. Throws DATA_MISSING, DATA_FORMAT. */
  get(name: string): Tensor {
    const entry = this.entry(name)
    return this.#read(entry, entry.start, entry.end, entry.shape)
  }

  /** Reads the rows `start` to `stop` - 1 of a tensor, and only their bytes. Throws DATA_MISSING, DATA_INDEX, DATA_FORMAT. */
  rows(name: string, start: number, stop: number): Tensor {
    const entry = this.entry(name)
    const [count, ...rest] = entry.shape
    const whole = [start, stop].every(Number.isInteger)
    if (count === undefined || !whole || start < 0 || stop < start || stop > count) {
      throw new DataError(
        'DATA_INDEX',
        `safetensors: ${name} [${entry.shape.join(', ')}] has no rows ${start} to ${stop}.`,
      )
    }
    const bytes = count === 0 ? 0 : (entry.end - entry.start) / count
    if (!Number.isInteger(bytes)) throw unreadable(entry)
    return this.#read(entry, entry.start + start * bytes, entry.start + stop * bytes, [stop - start, ...rest])
  }

  #read(entry: SafetensorsEntry, start: number, end: number, shape: readonly number[]): Tensor {
    const read = ELEMENT_TYPES[entry.kind]?.read
    if (read === undefined) throw unreadable(entry)
    const { wideIntegers: wide = 'int32', device } = this.#options
    return read(this.#source.read(start, end), { name: `safetensors: ${entry.name}`, shape, wide, device })
  }
}

function unreadable({ name, kind }: SafetensorsEntry): DataError {
  return new DataError('DATA_FORMAT', `safetensors: ${name} is ${kind}, which no dtype here can hold.`, {
    next: 'Convert it to F32 or BF16 in the program that wrote it.',
  })
}

/**
 * Opens a safetensors file (a path, a file: URL, or its bytes) and reads its header; tensors are read when they are asked for.
 *
 * The header is checked before anything else: at most 100 MB of UTF-8, no name twice, no deep nesting, every tensor as long as its shape says,
 * one behind the other, none beyond the file. No file is held open: each read opens it, and fails where it has changed since.
 *
 * Throws DATA_MISSING where there is no file, DATA_FORMAT where it breaks the rules, DATA_NODE for a path in a browser, DATA_OPTION.
 *
 * @example
 * const file = data.openSafetensors(data.safetensorsBytes({ bias: zeros([4]) }, { metadata: { epoch: '3' } }))
 * file.metadata.epoch // '3'
 * @torch none
 */
export function openSafetensors(source: FilePath | Uint8Array, options: ReadSafetensorsOptions = {}): SafetensorsFile {
  const { wideIntegers = 'int32' } = known('openSafetensors', options, READ_SAFETENSORS_OPTIONS)
  if (wideIntegers !== 'int32' && wideIntegers !== 'float64') {
    throw new DataError('DATA_OPTION', `openSafetensors: wideIntegers cannot be '${String(wideIntegers)}'.`, {
      next: "Choose 'int32' or 'float64'.",
    })
  }
  return new SafetensorsFile(source instanceof Uint8Array ? inMemory(source) : inFile(pathText(source)), options)
}

/**
 * The tensors of a safetensors file (a path, a file: URL, or its bytes) by name: what loadStateDict takes. Names of PyTorch's (`bn.running_mean`)
 * fit, too. `names` reads some of them.
 *
 * Throws DATA_MISSING, DATA_FORMAT, DATA_NODE, DATA_OPTION; see openSafetensors, which reads shapes and single tensors.
 *
 * @example
 * const bytes = data.safetensorsBytes(new nn.Linear(2, 1).stateDict())
 * Object.keys(data.readSafetensors(bytes)) // ['bias', 'weight']
 * @torch none
 */
export function readSafetensors(
  source: FilePath | Uint8Array,
  options: ReadSafetensorsOptions = {},
): Record<string, Tensor> {
  known('readSafetensors', options, READ_SAFETENSORS_OPTIONS)
  const file = openSafetensors(source, options)
  return Object.fromEntries((options.names ?? file.keys()).map(name => [name, file.get(name)]))
}

function inMemory(source: Uint8Array): Source {
  const bytes = plain(source)
  return { length: bytes.length, read: (start, end) => bytes.slice(start, end) }
}

/** More at once is refused by some systems. */
const PIECE = 2 ** 30

function inFile(path: string): Source {
  const { closeSync, openSync, readSync, statSync } = node('fs')
  const seen = statOf(path)
  const read = (start: number, end: number): Uint8Array => {
    const bytes = new Uint8Array(end - start)
    const file = openSync(path, 'r')
    try {
      const now = statSync(path)
      if (now.size !== seen.size || now.mtimeMs !== seen.mtimeMs)
        throw broken(`${path} has changed since it was opened`)
      for (let done = 0; done < bytes.length; ) {
        const count = readSync(file, bytes, done, Math.min(bytes.length - done, PIECE), start + done)
        if (count === 0) throw broken(`${path} ended while it was read`)
        done += count
      }
    } finally {
      closeSync(file)
    }
    return bytes
  }
  return { length: seen.size, read }
}

function statOf(path: string): { size: number; mtimeMs: number } {
  const found = node('fs').statSync(path, { throwIfNoEntry: false })
  if (found === undefined) {
    throw new DataError('DATA_MISSING', `safetensors: there is no file ${path}.`, {
      next: 'Paths are relative to the folder of the notebook or program.',
    })
  }
  if (!found.isFile()) throw new DataError('DATA_FORMAT', `safetensors: ${path} is no file.`)
  return found
}

/**
 * Writes tensors to a safetensors file, which PyTorch and others read; `metadata` are texts kept beside them. With `nn.toTorchNames(model.stateDict())`
 * PyTorch's modules load it.
 *
 * The file is written beside its place and then renamed, so that a crash leaves the old one. Bytes are those of the format's own library:
 * wider kinds first, then by name. float64, float32, float16, bfloat16, int32 and bool keep their dtype.
 *
 * Throws DATA_OPTION for what is no tensor, or metadata that is no text; DATA_NODE in a browser, where safetensorsBytes does the same.
 *
 * @example
 * data.writeSafetensors('model.safetensors', model.stateDict(), { metadata: { epoch: '3' } })
 * @torch none
 */
export function writeSafetensors(
  path: FilePath,
  tensors: Readonly<Record<string, Tensor>>,
  options: WriteSafetensorsOptions = {},
): void {
  known('writeSafetensors', options, WRITE_SAFETENSORS_OPTIONS)
  replaceFile(pathText(path), piecesOf(tensors, options))
}

/**
 * The bytes of a safetensors file with these tensors: what writeSafetensors writes, for a download from a page or a message. Throws DATA_OPTION.
 *
 * @example
 * data.safetensorsBytes({ w: tensor([1, 2]) }).length // 72
 * @torch none
 */
export function safetensorsBytes(
  tensors: Readonly<Record<string, Tensor>>,
  options: WriteSafetensorsOptions = {},
): Uint8Array {
  known('safetensorsBytes', options, WRITE_SAFETENSORS_OPTIONS)
  const pieces = [...piecesOf(tensors, options)]
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}

/** Header, then the tensors one by one, so that a large model is never in memory twice. */
function piecesOf(
  tensors: Readonly<Record<string, Tensor>>,
  { metadata }: WriteSafetensorsOptions,
): Iterable<Uint8Array> {
  checkTensors(tensors)
  const kinds = Object.keys(ELEMENT_TYPES)
  const rank = (x: Tensor): number => kinds.indexOf(NAME_OF[x.dtype])
  const sorted = Object.entries(tensors).sort(([a, x], [b, y]) => rank(y) - rank(x) || (a < b ? -1 : 1))
  const header = headerOf(sorted, metadata)
  return (function* () {
    yield header
    for (const [, x] of sorted) yield bytesOf(x)
  })()
}

function checkTensors(tensors: Readonly<Record<string, Tensor>>): void {
  for (const [name, x] of Object.entries(tensors)) {
    if (name === '__metadata__') {
      throw new DataError('DATA_OPTION', "writeSafetensors: no tensor may have the name '__metadata__'.")
    }
    if (!isTensor(x)) {
      throw new DataError(
        'DATA_OPTION',
        `writeSafetensors: ${name} is no tensor but ${x === null ? 'null' : typeof x}.`,
        {
          next: 'Give tensors by name, as stateDict() does; numbers and texts go into metadata, as texts.',
        },
      )
    }
  }
}

function headerOf(
  sorted: readonly (readonly [string, Tensor])[],
  metadata: WriteSafetensorsOptions['metadata'],
): Uint8Array {
  const odd = Object.entries(metadata ?? {}).find(([, text]) => typeof text !== 'string')
  if (odd !== undefined) {
    throw new DataError('DATA_OPTION', `writeSafetensors: metadata '${odd[0]}' is no text but ${typeof odd[1]}.`, {
      next: 'Write String(value), or JSON.stringify(value).',
    })
  }
  let at = 0
  const entries = sorted.map(([name, x]) => {
    const dtype = NAME_OF[x.dtype]
    const start = at
    at += (x.size * (ELEMENT_TYPES[dtype]?.bits ?? 0)) / 8
    return [name, { dtype, shape: x.shape, data_offsets: [start, at] }] as const
  })
  // Written one by one: an object would put names that are numbers first.
  const lines = [...(metadata === undefined ? [] : [['__metadata__', metadata] as const]), ...entries]
  const json = `{${lines.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`
  return framed(new TextEncoder().encode(json))
}

/** The length in eight bytes, the JSON, and spaces up to a multiple of eight, so that numbers lie where processors like them. */
function framed(json: Uint8Array): Uint8Array {
  const length = Math.ceil(json.length / 8) * 8
  if (length > MAX_HEADER) {
    throw new DataError(
      'DATA_OPTION',
      `writeSafetensors: a header of ${length} bytes, where ${MAX_HEADER} are allowed.`,
    )
  }
  const out = new Uint8Array(PREFIX + length).fill(0x20)
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true)
  out.set(json, PREFIX)
  return out
}
