// The files in a ZIP archive, stored or deflated: what .npz is. Bytes of strangers, so each number is checked before it is believed.
import { inflateSync } from 'fflate'
import { crc32 } from './crc32.js'

/** A file of an archive, as the list at its end says. */
export interface ZipEntry {
  readonly name: string
  /** 0: as it is, 8: deflated. */
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly offset: number
}

/** End of the list: its signature and its length without a comment. */
const END = 0x06054b50
const END_LENGTH = 22
const LISTED = 0x02014b50
const LISTED_LENGTH = 46
const LOCAL = 0x04034b50
const LOCAL_LENGTH = 30
const ENCRYPTED = 1
/** In a field of 32 bits: the number is elsewhere, in 64. */
const ELSEWHERE = 0xffffffff

/** The list of an archive's files. `broken` makes the error of a problem. */
export function zipEntries(bytes: Uint8Array, broken: (problem: string) => Error): ZipEntry[] {
  const view = viewOf(bytes)
  const end = endOf(view, broken)
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  if (at === ELSEWHERE) throw broken('it is larger than 4 GB')
  return Array.from({ length: count }, () => {
    if (at + LISTED_LENGTH > end || view.getUint32(at, true) !== LISTED) throw broken('its list of files is damaged')
    const name = view.getUint16(at + 28, true)
    const text = new TextDecoder().decode(bytes.subarray(at + LISTED_LENGTH, at + LISTED_LENGTH + name))
    const entry = {
      name: text,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    }
    if ([entry.packed, entry.size, entry.offset].includes(ELSEWHERE)) throw broken(`'${text}' is larger than 4 GB`)
    if (view.getUint16(at + 8, true) & ENCRYPTED) throw broken(`'${text}' is encrypted`)
    at += LISTED_LENGTH + name + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    return entry
  })
}

/** The bytes of one file, a copy, checked by its sum. */
export function unzipEntry(bytes: Uint8Array, entry: ZipEntry, broken: (problem: string) => Error): Uint8Array {
  const { name, offset, packed, size, method } = entry
  const view = viewOf(bytes)
  if (offset + LOCAL_LENGTH > bytes.length || view.getUint32(offset, true) !== LOCAL) {
    throw broken(`'${name}' is not where the list says`)
  }
  const start = offset + LOCAL_LENGTH + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
  if (start + packed > bytes.length) throw broken(`'${name}' was cut off`)
  const content = unpacked(bytes.slice(start, start + packed), method, size)
  if (content === undefined) throw broken(`'${name}' is packed in a way (${method}) that is not known here, or damaged`)
  if (content.length !== size || crc32(content) !== entry.crc) throw broken(`the check sum of '${name}' is another`)
  return content
}

/** Deflate makes at most 1032 bytes of one: what claims more is not given the memory. */
const MOST = 1032

function unpacked(bytes: Uint8Array, method: number, size: number): Uint8Array | undefined {
  if (method === 0) return bytes
  if (method !== 8 || size > bytes.length * MOST) return undefined
  try {
    return inflateSync(bytes, { out: new Uint8Array(size) })
  } catch {
    return undefined
  }
}

/** A comment of up to 65,535 bytes may follow it. */
function endOf(view: DataView, broken: (problem: string) => Error): number {
  const last = view.byteLength - END_LENGTH
  for (let at = last; at >= 0 && at >= last - 0xffff; at--) if (view.getUint32(at, true) === END) return at
  throw broken('it has no list of files at its end: it was cut off, or is no ZIP archive')
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
