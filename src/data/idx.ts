// The IDX format, in which MNIST comes: a magic number, the sizes, then the bytes.
import { DataError } from './errors.js'

export interface Idx {
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/** Bytes in an IDX file; other element types are not used by the sets that we read. */
const UNSIGNED_BYTE = 0x08

/** Reads an IDX file of bytes with `axes` axes. Throws DATA_FORMAT where header and length do not agree. */
export function readIdx(file: Uint8Array, axes: number, name: string): Idx {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const header = 4 + 4 * axes
  if (file.length < header) throw broken(name, `at least ${header} bytes`, `${file.length}`)
  const magic = view.getUint32(0)
  const expected = (UNSIGNED_BYTE << 8) | axes
  if (magic !== expected) throw broken(name, `the magic number ${expected} (bytes, ${axes} axes)`, `${magic}`)
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis))
  const size = shape.reduce((product, n) => product * n, 1)
  if (file.length - header !== size)
    throw broken(name, `${size} bytes for [${shape.join(', ')}]`, `${file.length - header}`)
  return { shape, bytes: file.subarray(header) }
}

function broken(name: string, expected: string, got: string): DataError {
  return new DataError('DATA_FORMAT', `${name}: expected ${expected}, got ${got}.`, {
    next: 'The file is no IDX file of this kind, or was cut off.',
  })
}
