// What may have been meant by a module that is not there: a file beside the notebook, a module of Node, a package.
import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules, isBuiltin } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { findPackage } from './package-types.js'
import { nearestName } from './similar.js'
import { ancestors, isRecord } from './user-config.js'

const SCRIPT = /(?:\.d)?\.[cm]?[jt]sx?$/
const PACKAGE = /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*/i

/** The npm package that a specifier names; undefined for files, modules of Node, URLs and `#imports`. */
export function packageNameOf(specifier: string): string | undefined {
  if (/^[./#]|^[A-Za-z][\w+.-]*:/.test(specifier)) return undefined
  const name = PACKAGE.exec(specifier)?.[0]
  return name === undefined || isBuiltin(name) ? undefined : name
}

/** One or two sentences for who has written a specifier behind which there is no module; empty where there is no idea. */
export function moduleAdvice(specifier: string, folder: string): string {
  if (/^\.{1,2}(?:\/|$)/.test(specifier)) return adviceForPath(specifier, folder)
  const foreign = /^(npm|jsr|https?):/.exec(specifier)?.[1]
  if (foreign !== undefined) return adviceForForeign(foreign, specifier)
  const name = packageNameOf(specifier)
  if (name === undefined) return didYouMean(nearestBuiltin(specifier))
  const own = findPackage(name, folder)
  if (own !== undefined) {
    const near = nearestName(specifier.slice(name.length + 1), subpathsOf(own))
    return near === undefined ? '' : didYouMean(`${name}/${near}`)
  }
  const file = fileAt(join(folder, specifier))
  if (file !== undefined) return didYouMean(`./${join(dirname(specifier), file)}`)
  const near = didYouMean(nearestName(name, installedPackages(folder)) ?? nearestBuiltin(specifier))
  return near === '' ? `Run !npm install ${name} in a cell.` : `${near} If not, run !npm install ${name} in a cell.`
}

function didYouMean(specifier: string | undefined): string {
  return specifier === undefined ? '' : `Did you mean '${specifier}'?`
}

function adviceForPath(specifier: string, folder: string): string {
  const path = join(folder, specifier)
  const name = basename(path)
  const entries = entriesOf(dirname(path))
  if (entries.some(entry => entry.isDirectory() && entry.name === name)) return `'${specifier}' is a folder.`
  const files = new Map(entries.flatMap(entry => namesOf(entry).map(each => [each, fileOf(entry)])))
  const near = files.get(nearestName(name, files.keys()) ?? '')
  if (near === undefined) return "Paths start at the notebook's folder."
  return didYouMean(specifier.slice(0, specifier.lastIndexOf('/') + 1) + near)
}

/** What one may write for an entry of a folder: `utils`, `utils.ts` and `utils.js`. */
function namesOf(entry: Dirent): string[] {
  const { name } = entry
  if (entry.isDirectory()) return name === 'node_modules' || name.startsWith('.') ? [] : [name]
  if (name.endsWith('.json')) return [name]
  if (!SCRIPT.test(name)) return []
  const stem = name.replace(SCRIPT, '')
  return [name, stem, `${stem}.js`]
}

function fileOf(entry: Dirent): string {
  return entry.isDirectory() ? `${entry.name}/` : entry.name
}

/** The name of the file that a path without ending means. */
function fileAt(path: string): string | undefined {
  return entriesOf(dirname(path)).find(entry => entry.isFile() && namesOf(entry).includes(basename(path)))?.name
}

function adviceForForeign(kind: string, specifier: string): string {
  const [, name = ''] = /^\w+:\/?((?:@[^/@]+\/)?[^/@]*)/.exec(specifier) ?? []
  if (kind === 'npm') return `Run !npm install ${name} in a cell and import '${name}'.`
  if (kind === 'jsr') return `Run !npx jsr add ${name} in a cell and import '${name}'.`
  return 'Node does not import from the web: run !npm install with the name of the package in a cell.'
}

/** `node:fs` for `node:fss`, `fs/promises` for `fs/promise`. */
function nearestBuiltin(specifier: string): string | undefined {
  const prefix = specifier.startsWith('node:') ? 'node:' : ''
  const names = builtinModules.filter(name => !name.startsWith('_')).map(name => name.replace(/^node:/, ''))
  const near = nearestName(specifier.slice(prefix.length), names)
  return near === undefined ? undefined : prefix + near
}

/** What a package's exports map offers by exact name. */
function subpathsOf(folder: string): string[] {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const exports = isRecord(manifest) && isRecord(manifest.exports) ? Object.keys(manifest.exports) : []
    return exports.filter(key => key.startsWith('./') && !key.includes('*')).map(key => key.slice(2))
  } catch {
    return []
  }
}

/** All packages that can be imported from a folder. */
function installedPackages(folder: string): string[] {
  return ancestors(folder)
    .map(ancestor => join(ancestor, 'node_modules'))
    .filter(modules => existsSync(modules))
    .flatMap(modules =>
      entriesOf(modules).flatMap(({ name }) => {
        if (!name.startsWith('@')) return name.startsWith('.') ? [] : [name]
        return name === '@types' ? [] : entriesOf(join(modules, name)).map(inner => `${name}/${inner.name}`)
      }),
    )
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
