// One hash over everything that the built extension is made from: tells a stale build without building.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

const SOURCES = [
  'src',
  'style',
  'schema',
  'scripts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'webpack.config.cjs',
]

/** SHA-256 of the names and texts of the sources of the extension in `root`, in hexadecimal. */
export function sourceHash(root) {
  const hash = createHash('sha256')
  for (const file of sourceFiles(root)) {
    // Line endings are git's choice on the machine at hand, not a change of the source.
    const text = readFileSync(join(root, file), 'utf8').replaceAll('\r\n', '\n')
    hash.update(`${file}\n${text.length}\n${text}`)
  }
  return hash.digest('hex')
}

function sourceFiles(root) {
  return SOURCES.flatMap(name => filesUnder(join(root, name)))
    .map(path => relative(root, path).split(sep).join('/'))
    .sort()
}

function filesUnder(path) {
  if (statSync(path).isFile()) return [path]
  const entries = readdirSync(path, { withFileTypes: true, recursive: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}
