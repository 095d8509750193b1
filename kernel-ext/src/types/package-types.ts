// Where the types of an installed package are, as entries of `paths`: for packages that the notebook's folder has not,
// but the kernel's fallback roots have.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ancestors, isRecord, toSlashes } from './user-config.js'

/** Specifier, with at most one `*`, to files or folders. */
export type Paths = Record<string, string[]>

/** What TypeScript, and Node for the same import, would choose among. */
const CONDITIONS = new Set(['types', 'import', 'node', 'module-sync', 'default'])

/** The paths of all packages that a root's package.json names, and of the root's own package. */
export function fallbackPaths(notebookDir: string, roots: readonly string[]): Paths {
  const paths: Paths = {}
  for (const root of roots) {
    const manifest = readManifest(root)
    if (manifest === undefined) continue
    const { name, dependencies, optionalDependencies, peerDependencies } = manifest
    if (typeof name === 'string' && findPackage(name, notebookDir) === undefined) {
      addMissing(paths, packagePaths(name, root))
    }
    for (const dependency of keysOf(dependencies, optionalDependencies, peerDependencies)) {
      if (findPackage(dependency, notebookDir) !== undefined) continue
      const folder = findPackage(dependency, root)
      const types = findPackage(typesPackage(dependency), root)
      if (folder !== undefined) addMissing(paths, packagePaths(dependency, folder, types))
    }
  }
  return paths
}

/** The folder of a package as Node finds it from another folder. */
export function findPackage(name: string, from: string): string | undefined {
  return ancestors(from)
    .map(ancestor => join(ancestor, 'node_modules', name))
    .find(folder => existsSync(join(folder, 'package.json')))
}

/**
 * One package; `types` is the folder of its `@types` package. TypeScript takes the first target that there is, so
 * declarations come before the JavaScript that they describe.
 */
export function packagePaths(name: string, folder: string, types?: string): Paths {
  const manifest = readManifest(folder)
  const at = (base: string, subpath: string): string => toSlashes(join(base, subpath))
  const typesAt = (subpath: string): string[] => (types === undefined ? [] : [at(types, subpath)])
  if (manifest?.exports === undefined || manifest.exports === null) {
    // Of a folder TypeScript itself reads `types` and `main`.
    const hasOwn = 'types' in (manifest ?? {}) || 'typings' in (manifest ?? {})
    const targets = (subpath: string): string[] => {
      const own = [at(folder, subpath)]
      return hasOwn ? [...own, ...typesAt(subpath)] : [...typesAt(subpath), ...own]
    }
    return { [name]: targets(''), [`${name}/*`]: targets('*') }
  }
  const paths: Paths = {}
  for (const [subpath, value] of exportEntries(manifest.exports)) {
    const target = targetOf(value)
    if (target === undefined) continue
    const declarations = declarationsOf(target).map(file => at(folder, file))
    paths[name + subpath.slice(1)] = [...declarations, ...typesAt(subpath), at(folder, target)]
  }
  return paths
}

/** `./a.d.ts` for `./a.js`; TypeScript looks for it beside other JavaScript, but not beside the targets of paths. */
function declarationsOf(target: string): string[] {
  const declaration = target.replace(/\.([cm]?)jsx?$/, '.d.$1ts')
  return declaration === target ? [] : [declaration]
}

/** An exports map by subpath; the short forms mean `.`. */
function exportEntries(exports: unknown): [string, unknown][] {
  if (!isRecord(exports) || !Object.keys(exports).some(key => key.startsWith('.'))) return [['.', exports]]
  // TypeScript's paths know one `*`, at the end or in the middle, as exports do.
  return Object.entries(exports)
}

/** The first target whose conditions hold; `null` closes a subpath. */
function targetOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(targetOf).find(target => target !== undefined)
  if (!isRecord(value)) return undefined
  for (const [condition, inner] of Object.entries(value)) {
    if (!CONDITIONS.has(condition) && !condition.startsWith('types@')) continue
    const target = targetOf(inner)
    if (target !== undefined) return target
  }
  return undefined
}

/** `@types/lodash`, `@types/scope__name`. */
export function typesPackage(name: string): string {
  return `@types/${name.replace(/^@([^/]+)\//, '$1__')}`
}

function readManifest(folder: string): Record<string, unknown> | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return isRecord(manifest) ? manifest : undefined
  } catch {
    return undefined
  }
}

function keysOf(...records: readonly unknown[]): Set<string> {
  return new Set(records.flatMap(record => (isRecord(record) ? Object.keys(record) : [])))
}

/** The first root wins. */
function addMissing(paths: Paths, more: Paths): void {
  for (const [specifier, targets] of Object.entries(more)) paths[specifier] ??= targets
}
