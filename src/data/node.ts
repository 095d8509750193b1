// The modules of Node that read files. They are asked for when a file is read, so that the library loads in a browser too.
import { DataError } from './errors.js'

interface NodeModules {
  crypto: typeof import('node:crypto')
  fs: typeof import('node:fs')
  module: typeof import('node:module')
  os: typeof import('node:os')
  path: typeof import('node:path')
  url: typeof import('node:url')
  zlib: typeof import('node:zlib')
}

interface Host {
  process?: { getBuiltinModule?(name: string): unknown }
}

/** A module of Node: `node('fs')`. Throws DATA_NODE where there is no Node. */
export function node<N extends keyof NodeModules>(name: N): NodeModules[N] {
  const found = (globalThis as Host).process?.getBuiltinModule?.(`node:${name}`)
  if (found !== undefined) return found as NodeModules[N]
  throw new DataError('DATA_NODE', 'gradlab reads files by Node; here is no Node.', {
    next: 'In a browser, fetch the file and give its bytes, text or numbers.',
  })
}
