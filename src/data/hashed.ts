// Data files that come inside npm packages: found from this library itself, whatever folder a notebook is in, and
// checked before they are read, so that a lesson's numbers are the same for everyone.
import { DataError } from './errors.js'
import { node } from './node.js'

export interface HashedFile {
  /** The npm package that holds the file. */
  readonly package: string
  /** From the folder of the package's main module to the file. */
  readonly path: string
  /** The file's SHA-256 in hexadecimal. */
  readonly sha256: string
}

/** The text of a file of a package. Throws DataError where it is missing or its hash is another. */
export function readHashed(file: HashedFile): string {
  return readHashedBytes(file).toString('utf8')
}

/** The bytes of a file of a package. Throws DataError where it is missing or its hash is another. */
export function readHashedBytes(file: HashedFile): Buffer {
  const { bytes, path } = readBytes(file)
  return checkHash(bytes, file.sha256, path)
}

/** Gives the bytes back if their SHA-256 is as expected; `path` names them in the error. */
export function checkHash<B extends Uint8Array>(bytes: B, expected: string, path: string): B {
  const got = node('crypto').createHash('sha256').update(bytes).digest('hex')
  if (got === expected) return bytes
  throw new DataError('DATA_HASH', `${path}: expected SHA-256 ${expected}, got ${got}.`, {
    next: 'The file was changed: install its package again (npm ci in the project).',
  })
}

function readBytes({ package: name, path }: HashedFile): { bytes: Buffer; path: string } {
  try {
    const { dirname, join } = node('path')
    const file = join(
      dirname(
        node('module')
          .createRequire(import.meta.url)
          .resolve(name),
      ),
      path,
    )
    return { bytes: node('fs').readFileSync(file), path: file }
  } catch (cause) {
    if (cause instanceof DataError) throw cause
    throw new DataError(
      'DATA_MISSING',
      `expected the file ${path} of the package ${name}, got: ${(cause as Error).message}.`,
      {
        cause,
        next: `Install the package ${name} (npm ci in the project).`,
      },
    )
  }
}
