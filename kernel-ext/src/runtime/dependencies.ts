// What a module of the user's own depends on: a module is imported anew when a file that it imports has changed, too.
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { alternatives } from './spellings.js'

interface Known {
  readonly modified: number
  readonly specifiers: readonly string[]
}

const known = new Map<string, Known>()

/** `from 'x'`, `import 'x'`, `import('x')`. More than these may match; what is found must be a file to count. */
const SPECIFIER = /\b(?:from|import)\s*\(?\s*(?:'([^'\n]+)'|"([^"\n]+)")/g

/** Changes when the module, or any file that it imports directly or through others, has changed. */
export function fingerprint(path: string, mapped: (specifier: string) => readonly string[]): string {
  const files = new Map<string, number>()
  gather(path, mapped, files)
  const times = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, modified]) => `${file} ${modified}`)
  return createHash('sha1').update(times.join('\n')).digest('hex').slice(0, 16)
}

function gather(path: string, mapped: (specifier: string) => readonly string[], files: Map<string, number>): void {
  if (files.has(path)) return
  const modified = modifiedAt(path)
  if (modified === undefined) return
  files.set(path, modified)
  for (const specifier of specifiersOf(path, modified)) {
    const targets = /^\.{0,2}\//.test(specifier) ? [resolve(dirname(path), specifier)] : mapped(specifier)
    const file = targets.map(findFile).find(found => found !== undefined)
    if (file !== undefined) gather(file, mapped, files)
  }
}

function specifiersOf(path: string, modified: number): readonly string[] {
  if (path.endsWith('.json')) return []
  const before = known.get(path)
  if (before?.modified === modified) return before.specifiers
  const found = [...readFileSync(path, 'utf8').matchAll(SPECIFIER)].map(([, single, double]) => single ?? double ?? '')
  known.set(path, { modified, specifiers: found })
  return found
}

/** The file that a path means, which may lack its extension. */
export function findFile(path: string): string | undefined {
  return [path, ...alternatives(path)].find(file => modifiedAt(file) !== undefined)
}

function modifiedAt(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() ? found.mtimeMs : undefined
}
