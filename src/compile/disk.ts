// Blueprints on disk, in `.cache/gradlab` of the project: one file each, named by what it was made from.
import { host, type Modules, node } from '../tensor/node.js'
import type { Blueprint } from './blueprints.js'

/** Which build of the library this is; there is none while its modules are loaded one by one, as its developers do. */
declare const GRADLAB_BUILD: string | undefined

const BUILD = typeof GRADLAB_BUILD === 'string' ? GRADLAB_BUILD : undefined

/** GRADLAB_CACHE: a folder, or 'off'. What has no name for its build asks for a folder: it cannot tell which files are its own. */
const wish = (): string | undefined => host()?.env.GRADLAB_CACHE || undefined

/** Beyond these, files that were not used for the longest time are removed. */
const MOST_FILES = 512
const MOST_BYTES = 64 * 2 ** 20

/** Where this module is; a bundler that writes no ES module leaves import.meta empty. */
const { url } = import.meta as { url?: string }

type Disk = Pick<Modules, 'fs' | 'path' | 'crypto' | 'v8'> & { readonly folder: string }

/** undefined: not looked yet. null: there is none. */
let disk: Disk | null | undefined

/** The blueprint with a key; undefined where there is none, or the file is not what was written. */
export function fromDisk(key: string): Blueprint | undefined {
  const to = diskOnce()
  if (to === undefined) return undefined
  const file = fileOf(key, to)
  try {
    const content = to.fs.readFileSync(file)
    const [digest, data] = [content.subarray(0, DIGEST), content.subarray(DIGEST)]
    if (!isSame(digest, to.crypto.createHash('sha256').update(data).digest())) return undefined
    const now = new Date()
    to.fs.utimesSync(file, now, now)
    return to.v8.deserialize(data) as Blueprint
  } catch {
    return undefined
  }
}

/** Writes a blueprint, whole or not at all; where it cannot be written, nothing is from then on. */
export function toDisk(key: string, blueprint: Blueprint): void {
  const to = diskOnce()
  if (to === undefined) return
  const { fs, path, crypto, v8, folder } = to
  const unfinished = path.join(folder, `${host()?.pid}.tmp`)
  try {
    const data = v8.serialize(blueprint)
    const content = new Uint8Array(DIGEST + data.length)
    content.set(crypto.createHash('sha256').update(data).digest())
    content.set(data, DIGEST)
    fs.mkdirSync(folder, { recursive: true })
    fs.writeFileSync(unfinished, content)
    fs.renameSync(unfinished, fileOf(key, to))
    tidy(to)
  } catch {
    disk = null
    if (fs.existsSync(unfinished)) fs.rmSync(unfinished, { force: true })
  }
}

const DIGEST = 32

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])

function fileOf(key: string, { path, crypto, folder }: Disk): string {
  const name = crypto.createHash('sha256').update(`${BUILD}\n${host()?.version}\n${key}`).digest('hex')
  return path.join(folder, `${name}.program`)
}

function diskOnce(): Disk | undefined {
  if (disk === undefined) disk = find() ?? null
  return disk ?? undefined
}

function find(): Disk | undefined {
  const [fs, path, crypto, v8, urls] = [node('fs'), node('path'), node('crypto'), node('v8'), node('url')]
  const wanted = wish()
  if (wanted === 'off' || url === undefined || (wanted === undefined && BUILD === undefined)) return undefined
  if (!fs || !path || !crypto || !v8 || !urls) return undefined
  const folder =
    wanted === undefined ? folderFor(path.dirname(urls.fileURLToPath(url)), fs, path) : path.resolve(wanted)
  return folder === undefined ? undefined : { fs, path, crypto, v8, folder }
}

/** `.cache/gradlab` of the project in which this code lies: as its own package, or among a project's packages. */
function folderFor(here: string, fs: Modules['fs'], path: Modules['path']): string | undefined {
  let folder = here
  while (!fs.existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder)
    if (parent === folder) return undefined
    folder = parent
  }
  const above = path.dirname(folder)
  return path.join(path.basename(above) === 'node_modules' ? path.dirname(above) : folder, '.cache', 'gradlab')
}

let tidied = false

/** Once in a process: removes what was not used for long, where there is much. */
function tidy({ fs, path, folder }: Disk): void {
  if (tidied) return
  tidied = true
  const files = fs
    .readdirSync(folder)
    .filter(name => name.endsWith('.program'))
    .map(name => ({ name, ...sizeAndTime(fs.statSync(path.join(folder, name))) }))
    .sort((a, b) => b.mtimeMs - a.mtimeMs)
  let bytes = 0
  for (const [i, { name, size }] of files.entries()) {
    bytes += size
    if (i >= MOST_FILES || bytes > MOST_BYTES) fs.rmSync(path.join(folder, name), { force: true })
  }
}

const sizeAndTime = ({ size, mtimeMs }: { size: number; mtimeMs: number }): { size: number; mtimeMs: number } => ({
  size,
  mtimeMs,
})
