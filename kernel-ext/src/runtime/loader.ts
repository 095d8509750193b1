// What Node's module loader is taught: TypeScript neighbours, extensionless paths, JSON, edited files, and the
// fallback roots whose packages resolve from any notebook folder. Used by both kinds of Node's loader hooks.
import { readFileSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isTypeScript, transformModule } from './modules.js'

export interface LoaderOptions {
  readonly notebookFolder: string
  readonly roots: readonly string[]
}

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs', '.json', '/index.ts', '/index.js']
const MISSING = new Set(['ERR_MODULE_NOT_FOUND', 'ERR_UNSUPPORTED_DIR_IMPORT', 'MODULE_NOT_FOUND'])

export function isMissing(error: unknown): boolean {
  return MISSING.has(String((error as { code?: unknown } | null)?.code))
}

export function isBare(specifier: string): boolean {
  return !/^(\.{0,2}\/|[a-z][a-z\d+.-]*:)/i.test(specifier) && specifier !== '.' && specifier !== '..'
}

/** Other spellings under which a relative import may be found, as TypeScript's 'bundler' resolution does. */
export function alternatives(specifier: string): string[] {
  const stem = specifier.replace(/\.([cm]?)js$/, '.$1ts')
  return [...(stem === specifier ? [] : [stem]), ...EXTENSIONS.map(extension => specifier + extension)]
}

/** The places to try after the importing module itself, for a package's name. */
function fallbackParents(options: LoaderOptions): string[] {
  return [options.notebookFolder, ...options.roots].map(folder => pathToFileURL(join(folder, 'package.json')).href)
}

/** Where a module that was not found is looked for next: a package by other parents, a file under other names. */
export function retries(specifier: string, options: LoaderOptions): { specifier: string; parentURL?: string }[] {
  return isBare(specifier)
    ? fallbackParents(options).map(parentURL => ({ specifier, parentURL }))
    : alternatives(specifier).map(other => ({ specifier: other }))
}

/** A module of the user's own is imported anew once its file has changed. */
export function stamped(url: string): string {
  if (!url.startsWith('file:') || url.includes('?')) return url
  const path = fileURLToPath(url)
  if (path.includes(`${sep}node_modules${sep}`)) return url
  try {
    return isStamped(path) ? `${url}?modified=${statSync(path).mtimeMs}` : url
  } catch {
    return url
  }
}

const KERNEL_FOLDER = fileURLToPath(new URL('..', import.meta.url))

/** Built files of the fallback roots keep one identity, so that two importers share one library. */
function isStamped(path: string): boolean {
  return !path.startsWith(KERNEL_FOLDER) && (isTypeScript(path) || path.endsWith('.json'))
}

export interface LoadedModule {
  readonly format: 'module'
  readonly source: string
  readonly shortCircuit: true
}

/** The modules that Node cannot load by itself; undefined for all others. */
export function loadModule(url: string, attributes: Record<string, string> | undefined): LoadedModule | undefined {
  if (!url.startsWith('file:')) return undefined
  const path = fileURLToPath(url.replace(/[?#].*$/, ''))
  if (isTypeScript(path)) return { format: 'module', source: transformModule(path).code, shortCircuit: true }
  if (path.endsWith('.json') && attributes?.type === undefined) {
    return { format: 'module', source: jsonModule(path), shortCircuit: true }
  }
  return undefined
}

function jsonModule(path: string): string {
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  try {
    JSON.parse(text)
  } catch (cause) {
    throw new SyntaxError(`${path}: expected JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
  return `export default JSON.parse(${JSON.stringify(text)})`
}
