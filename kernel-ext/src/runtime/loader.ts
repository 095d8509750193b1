// What Node's module loader is taught: TypeScript neighbours, extensionless paths, JSON, edited files, and the
// fallback roots whose packages resolve from any notebook folder. Used by both kinds of Node's loader hooks.
import { readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findFile, fingerprint } from './dependencies.js'
import { isTypeScript, transformModule } from './modules.js'
import { alternatives } from './spellings.js'
import { mappedFiles } from './tsconfig.js'

export interface LoaderOptions {
  readonly notebookFolder: string
  readonly roots: readonly string[]
}

const MISSING = new Set(['ERR_MODULE_NOT_FOUND', 'ERR_UNSUPPORTED_DIR_IMPORT', 'MODULE_NOT_FOUND'])

export function isMissing(error: unknown): boolean {
  return MISSING.has(String((error as { code?: unknown } | null)?.code))
}

export function isBare(specifier: string): boolean {
  return !/^(\.{0,2}\/|[a-z][a-z\d+.-]*:)/i.test(specifier) && specifier !== '.' && specifier !== '..'
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

/** What the tsconfig's `paths` say of a specifier, for importers of the user's own. */
export function mappedUrl(specifier: string, parent: string | undefined, options: LoaderOptions): string | undefined {
  if (!isBare(specifier) || specifier.startsWith('#') || parent?.includes('/node_modules/')) return undefined
  const file = mappedFile(specifier, options)
  return file === undefined ? undefined : pathToFileURL(file).href
}

export function mappedFile(specifier: string, { notebookFolder }: LoaderOptions): string | undefined {
  return mappedFiles(specifier, notebookFolder)
    .map(findFile)
    .find(file => file !== undefined && !/\.d\.[cm]?ts$/.test(file))
}

/** What makes one state of a module another than the next. */
const STAMP = '?modified='

/** What Node's hooks tell of an import. */
interface Importer {
  readonly parentURL?: string | undefined
  readonly importAttributes?: Readonly<Record<string, string | undefined>>
}

/** A module of the user's own is imported anew once its file, or one that it imports, has changed. */
export function stamped(
  url: string,
  specifier: string,
  { parentURL: parent, importAttributes }: Importer,
  options: LoaderOptions,
): string {
  if (!url.startsWith('file:') || url.includes('?')) return url
  const path = fileURLToPath(url)
  if (!isOwn(path)) return url
  if (!isTypeScript(path) && !path.endsWith('.json') && !isOwnScript(path, specifier, parent)) return url
  try {
    const stamp = fingerprint(path, name => mappedFiles(name, options.notebookFolder))
    // A JSON module that is asked for with `type: 'json'` is Node's own and another module than ours.
    const type = importAttributes?.type === undefined ? '' : `&type=${importAttributes.type}`
    return `${url}${STAMP}${stamp}${type}`
  } catch {
    return url
  }
}

const KERNEL_FOLDER = fileURLToPath(new URL('..', import.meta.url))

function isOwn(path: string): boolean {
  return !path.includes(`${sep}node_modules${sep}`) && !path.startsWith(KERNEL_FOLDER)
}

/**
 * JavaScript that a cell, or a module of the user's own, imports by its path. What is imported by a package's name keeps
 * one identity, so that two importers share one library; so do CommonJS modules, of which Node itself keeps one.
 */
function isOwnScript(path: string, specifier: string, parent: string | undefined): boolean {
  const fromOwn = parent?.endsWith('/cell.mjs') || parent?.includes(STAMP)
  return /\.m?js$/.test(path) && fromOwn === true && (!isBare(specifier) || specifier.startsWith('file:'))
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
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw new SyntaxError(`${path}: expected JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
  return `const data = JSON.parse(${JSON.stringify(text)})\nexport default data\n${namedExports(data)}`
}

/** TypeScript takes the members of a JSON module for exports, as bundlers do. */
function namedExports(data: unknown): string {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return ''
  return Object.keys(data)
    .filter(key => key !== 'default' && !/\p{Surrogate}/u.test(key))
    .map((key, i) => {
      const name = JSON.stringify(key)
      return `const v${i} = data[${name}]\nexport { v${i} as ${name} }\n`
    })
    .join('')
}
