// The header of a safetensors file: eight bytes with its length, then JSON with name, kind, shape and place of each tensor. Files come
// from anywhere, so nothing in it is believed: a place that lies wrong is an error, never a read beyond the file.
import { DataError } from './errors.js'
import { ELEMENT_TYPES } from './safetensors-numbers.js'
import { strictJson } from './strict-json.js'

/** What the header says of a tensor. */
export interface SafetensorsEntry {
  readonly name: string
  /** The format's name of the kind of its elements: 'F32', 'BF16', 'I64', ... */
  readonly kind: string
  readonly shape: readonly number[]
  /** First byte in the file, and the one behind the last. */
  readonly start: number
  readonly end: number
}

export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, SafetensorsEntry>
  readonly metadata: Readonly<Record<string, string>>
}

/** Longer headers are refused, as by the format's own library. */
export const MAX_HEADER = 100_000_000
/** Bytes before the header that hold its length. */
export const PREFIX = 8
/** `{ name: { data_offsets: [0, 4] } }` */
const DEPTH = 3

/** The length of the header from the first eight bytes. Throws DATA_FORMAT. */
export function headerLength(prefix: Uint8Array, fileLength: number): number {
  if (prefix.length < PREFIX) throw broken(`the file has ${fileLength} bytes, fewer than its 8 first ones`)
  const length = new DataView(prefix.buffer, prefix.byteOffset, PREFIX).getBigUint64(0, true)
  if (length > BigInt(MAX_HEADER)) throw broken(`a header of ${length} bytes, where ${MAX_HEADER} are allowed`)
  if (PREFIX + Number(length) > fileLength) {
    throw broken(`a header of ${length} bytes in a file of ${fileLength}`)
  }
  return Number(length)
}

/** Reads and checks the JSON of the header; the tensors' bytes follow it to the end of the file. Throws DATA_FORMAT. */
export function parseHeader(bytes: Uint8Array, fileLength: number): SafetensorsHeader {
  if (bytes[0] !== 0x7b) throw broken("its header does not begin with '{'")
  const root = strictJson(utf8(bytes), DEPTH, broken)
  if (!(root instanceof Map)) throw broken('its header is no object')
  const first = PREFIX + bytes.length
  const entries = [...root]
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => entryOf(name, value, first))
  checkPlaces(entries, first, fileLength)
  return {
    entries: new Map(entries.map(entry => [entry.name, entry])),
    metadata: metadataOf(root.get('__metadata__')),
  }
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw broken('its header is not UTF-8')
  }
}

function metadataOf(value: unknown): Record<string, string> {
  if (value === undefined) return {}
  if (!(value instanceof Map) || ![...value.values()].every(text => typeof text === 'string')) {
    throw broken('__metadata__ is not made of texts by name')
  }
  return Object.fromEntries(value as Map<string, string>)
}

function entryOf(name: string, value: unknown, first: number): SafetensorsEntry {
  const keys = value instanceof Map ? [...value.keys()].sort().join() : ''
  if (!(value instanceof Map) || keys !== 'data_offsets,dtype,shape') {
    throw broken(`'${name}' must have dtype, shape and data_offsets, and nothing else`)
  }
  const kind = value.get('dtype')
  if (typeof kind !== 'string' || !Object.hasOwn(ELEMENT_TYPES, kind)) {
    throw broken(`'${name}' has the unknown dtype ${JSON.stringify(kind)}`)
  }
  const shape = sizesOf(name, 'shape', value.get('shape'))
  const offsets = sizesOf(name, 'data_offsets', value.get('data_offsets'))
  const [begin = 0, end = 0] = offsets
  if (offsets.length !== 2 || begin > end) throw broken(`'${name}' lies at [${offsets.join(', ')}], which is no range`)
  const expected = byteLength(name, kind, shape)
  if (end - begin !== expected) {
    throw broken(`'${name}', ${kind} [${shape.join(', ')}], needs ${expected} bytes and has ${end - begin}`)
  }
  return { name, kind, shape, start: first + begin, end: first + end }
}

function sizesOf(name: string, field: string, value: unknown): number[] {
  if (!Array.isArray(value) || !value.every(size => Number.isSafeInteger(size) && size >= 0)) {
    throw broken(`'${name}' has a ${field} that is no list of whole numbers from 0`)
  }
  return value
}

/** Sizes are multiplied one by one, so that a product beyond what numbers hold is seen wherever it comes up. */
function byteLength(name: string, kind: string, shape: readonly number[]): number {
  const bits = shape.reduce((product, size) => {
    const next = product * size
    if (!Number.isSafeInteger(next)) throw broken(`'${name}' has a shape [${shape.join(', ')}] beyond all memory`)
    return next
  }, ELEMENT_TYPES[kind]?.bits ?? 0)
  if (bits % 8 !== 0) throw broken(`'${name}' ends within a byte`)
  return bits / 8
}

/** The tensors lie one behind the other, from the end of the header to the end of the file: no gap to hide in, no byte twice. */
function checkPlaces(entries: readonly SafetensorsEntry[], first: number, fileLength: number): void {
  let at = first
  for (const { name, start, end } of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start > at) throw broken(`${start - at} byte(s) before '${name}' belong to no tensor`)
    if (start < at) throw broken(`'${name}' overlaps with the tensor before it`)
    at = end
  }
  if (at > fileLength) throw broken(`its tensors need ${at} bytes, and it has ${fileLength}: it was cut off`)
  if (at < fileLength) throw broken(`${fileLength - at} byte(s) at its end belong to no tensor`)
}

export function broken(problem: string): DataError {
  return new DataError('DATA_FORMAT', `safetensors: ${problem}.`, {
    next: 'This is no safetensors file, or it was damaged.',
  })
}
