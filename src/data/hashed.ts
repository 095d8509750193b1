// Data files that come inside npm packages: found from this library itself, whatever folder a notebook is in, and
// checked before they are read, so that a lesson's numbers are the same for everyone.
import { GradlabError } from '../errors.js'

/** A data set that is missing or not what it should be. */
export class DataError extends GradlabError {
  declare readonly code: 'DATA_MISSING' | 'DATA_HASH' | 'DATA_NODE'
}

/** The modules of Node that read packages. They are asked for when a file is read, so that the library loads in a browser too. */
interface NodeModules {
  crypto: typeof import('node:crypto')
  fs: typeof import('node:fs')
  module: typeof import('node:module')
  path: typeof import('node:path')
}

interface Host {
  process?: { getBuiltinModule?(name: string): unknown }
}

function node<N extends keyof NodeModules>(name: N): NodeModules[N] {
  const found = (globalThis as Host).process?.getBuiltinModule?.(`node:${name}`)
  if (found !== undefined) return found as NodeModules[N]
  throw new DataError(
    'DATA_NODE',
    'The data sets of gradlab are files of npm packages, which Node reads; here is no Node.',
    {
      next: 'In a browser, fetch the file and give its numbers to tensor().',
    },
  )
}

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
  const { bytes, path } = readBytes(file)
  return checkHash(bytes, file.sha256, path).toString('utf8')
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
