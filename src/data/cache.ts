// Where the data sets of the catalogue are kept, and how they are read again.
import type { CatalogueEntry } from './catalogue.js'
import { DataError } from './errors.js'
import { node } from './node.js'
import { readTar } from './tar.js'

interface Host {
  process?: { env?: Record<string, string | undefined>; platform?: string }
}

/**
 * The folder of downloaded data sets: GRADLAB_DATA where it is set; else `.data` in the project, as its other parts are; else, where
 * the library was installed as a package, the user's folder for caches.
 */
export function dataFolder(): string {
  const { join } = node('path')
  const env = (globalThis as Host).process?.env ?? {}
  if (env.GRADLAB_DATA) return env.GRADLAB_DATA
  const root = projectRoot()
  return root === undefined ? join(userCache(env), 'gradlab', 'data') : join(root, '.data')
}

/** The folder of our package.json, unless it lies in a node_modules. */
function projectRoot(): string | undefined {
  const { dirname, join } = node('path')
  const { existsSync } = node('fs')
  let folder = dirname(decodeURIComponent(new URL(import.meta.url).pathname).replace(/^\/(\w:)/, '$1'))
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder)
    if (above === folder) return undefined
    folder = above
  }
  return /[\\/]node_modules[\\/]/.test(folder) ? undefined : folder
}

function userCache(env: Record<string, string | undefined>): string {
  const { join } = node('path')
  const home = node('os').homedir()
  const { platform } = (globalThis as Host).process ?? {}
  if (platform === 'win32') return env.LOCALAPPDATA ?? join(home, 'AppData', 'Local')
  if (platform === 'darwin') return join(home, 'Library', 'Caches')
  return env.XDG_CACHE_HOME || join(home, '.cache')
}

/** The file in which the tarball of a data set is kept. */
export function fileOf(entry: CatalogueEntry): string {
  return node('path').join(dataFolder(), `${entry.name}-${entry.version}.tgz`)
}

/** Whether the bytes of a tarball are what the catalogue says. */
export function isIntact(entry: CatalogueEntry, bytes: Uint8Array): boolean {
  return `sha512-${node('crypto').createHash('sha512').update(bytes).digest('base64')}` === entry.integrity
}

/**
 * The files of a downloaded data set by path (`package/data/...`), checked by hash. Throws DATA_MISSING where it was not downloaded, DATA_HASH
 * where it was changed; both say the command that mends it.
 */
export function readDownloaded(entry: CatalogueEntry): Map<string, Uint8Array> {
  const file = fileOf(entry)
  const { existsSync, readFileSync } = node('fs')
  const next = `In a terminal, in the project's folder: npx gradlab data get ${entry.name}`
  if (!existsSync(file)) {
    const size = (entry.bytes / 1e6).toFixed(1)
    throw new DataError('DATA_MISSING', `The data set '${entry.name}' (${size} MB) is not here yet: ${file}.`, { next })
  }
  const bytes = readFileSync(file)
  if (!isIntact(entry, bytes)) {
    throw new DataError('DATA_HASH', `${file} is not what was downloaded: its SHA-512 is another.`, { next })
  }
  return readTar(node('zlib').gunzipSync(bytes))
}
