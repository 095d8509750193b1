// The tar format, as npm packs its packages (ustar): a block of 512 bytes that names a file, then its bytes in whole blocks.
import { DataError } from './errors.js'

const BLOCK = 512
const PLAIN_FILE = new Set(['0', '\0'])

/** The plain files of a tar by path; the bytes are windows on `tar`. Throws DATA_FORMAT where the file is cut off. */
export function readTar(tar: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const header = tar.subarray(at, at + BLOCK)
    const name = text(header, 0, 100)
    // The end is a block of zeros.
    if (name === '') break
    const size = Number.parseInt(text(header, 124, 12), 8)
    const begin = at + BLOCK
    if (!(size >= 0) || begin + size > tar.length) {
      throw new DataError('DATA_FORMAT', `tar: '${name}' should have ${size} bytes, which are not there.`)
    }
    const folder = text(header, 345, 155)
    const kind = String.fromCharCode(header[156] as number)
    if (PLAIN_FILE.has(kind)) files.set(folder === '' ? name : `${folder}/${name}`, tar.subarray(begin, begin + size))
    at = begin + Math.ceil(size / BLOCK) * BLOCK
  }
  return files
}

/** A text that ends at a zero byte. */
function text(header: Uint8Array, at: number, length: number): string {
  const bytes = header.subarray(at, at + length)
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end)).trim()
}
