// The tsconfig.json that the notebook's folder is under, as TypeScript itself reads it.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { promisify } from 'node:util'

export interface UserConfig {
  /** The file and those that it extends. */
  readonly files: readonly string[]
  /** Its options with all that it extends; the folders in it (`paths`, `typeRoots`, `rootDirs`) are absolute. */
  readonly compilerOptions: Readonly<Record<string, unknown>>
}

const NO_CONFIG: UserConfig = { files: [], compilerOptions: {} }
const READ_TIMEOUT = 5_000

/** The nearest config from a folder upward. One that cannot be read counts as none, which is logged. */
export async function readUserConfig(folder: string, exe: string, log: (text: string) => void): Promise<UserConfig> {
  const file = nearest(folder, 'tsconfig.json')
  if (file === undefined) return NO_CONFIG
  try {
    const shown = await promisify(execFile)(exe, ['--showConfig', '-p', file], { timeout: READ_TIMEOUT })
    const { compilerOptions = {} } = JSON.parse(shown.stdout) as { compilerOptions?: Record<string, unknown> }
    const chain = extendsChain(file)
    return {
      files: chain.map(({ file }) => file),
      compilerOptions: absolute(compilerOptions, dirname(file), pathsFolder(chain) ?? dirname(file)),
    }
  } catch (error) {
    log(`types: ${file} is not used: ${error instanceof Error ? error.message : String(error)}`)
    return { ...NO_CONFIG, files: [file] }
  }
}

/** The folders from one upward to the root. */
export function ancestors(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...ancestors(parent)]
}

function nearest(folder: string, name: string): string | undefined {
  return ancestors(folder)
    .map(ancestor => join(ancestor, name))
    .find(file => existsSync(file))
}

function absolute(options: Record<string, unknown>, folder: string, pathsFolder: string): Record<string, unknown> {
  const { paths, typeRoots, rootDirs, baseUrl, ...others } = options
  const base = typeof baseUrl === 'string' ? resolve(folder, baseUrl) : pathsFolder
  return {
    ...others,
    ...(isRecord(paths) ? { paths: mapValues(paths, targets => resolveAll(base, targets)) } : {}),
    ...(Array.isArray(typeRoots) ? { typeRoots: resolveAll(folder, typeRoots) } : {}),
    ...(Array.isArray(rootDirs) ? { rootDirs: resolveAll(folder, rootDirs) } : {}),
  }
}

function resolveAll(folder: string, paths: unknown): string[] {
  return Array.isArray(paths) ? paths.map(path => toSlashes(resolve(folder, String(path)))) : []
}

/** TypeScript's configs have `/` between folders everywhere. */
export function toSlashes(path: string): string {
  return path.replaceAll('\\', '/')
}

interface ConfigText {
  readonly file: string
  readonly definesPaths: boolean
}

/** `paths` are relative to the file that says them, which `--showConfig` does not tell. */
function pathsFolder(chain: readonly ConfigText[]): string | undefined {
  const file = chain.find(({ definesPaths }) => definesPaths)?.file
  return file === undefined ? undefined : dirname(file)
}

/** A config and those that it extends, nearest first: where two say the same, the earlier one counts. */
function extendsChain(file: string, seen: ReadonlySet<string> = new Set()): ConfigText[] {
  if (seen.has(file) || !existsSync(file)) return []
  const { extends: extended, compilerOptions } = parseJsonc(readFileSync(file, 'utf8'))
  const inner = new Set([...seen, file])
  const bases = (Array.isArray(extended) ? extended : [extended]).filter(base => typeof base === 'string')
  return [
    { file, definesPaths: isRecord(compilerOptions) && 'paths' in compilerOptions },
    ...bases.reverse().flatMap(base => extendsChain(resolveExtended(base, file), inner)),
  ]
}

function resolveExtended(base: string, from: string): string {
  if (isAbsolute(base) || base.startsWith('.')) {
    const file = resolve(dirname(from), base)
    return existsSync(file) || file.endsWith('.json') ? file : `${file}.json`
  }
  const require = createRequire(from)
  for (const candidate of [base, `${base}.json`, `${base}/tsconfig.json`]) {
    try {
      const file = require.resolve(candidate)
      if (file.endsWith('.json')) return file
    } catch {
      // Not this one.
    }
  }
  return resolve(dirname(from), base)
}

/** JSON with comments and trailing commas; text that is not even that is an empty config, as TypeScript takes it. */
function parseJsonc(text: string): Record<string, unknown> {
  const strings = '"(?:\\\\.|[^"\\\\])*"'
  const keepStrings = (match: string): string => (match.startsWith('"') ? match : '')
  const json = text
    .replace(/^\uFEFF/, '')
    .replace(new RegExp(`${strings}|//[^\\n]*|/\\*[\\s\\S]*?\\*/`, 'g'), keepStrings)
    .replace(new RegExp(`${strings}|,(?=\\s*[}\\]])`, 'g'), keepStrings)
  try {
    const parsed: unknown = JSON.parse(json)
    return isRecord(parsed) ? parsed : {}
  } catch {
    return {}
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function mapValues<T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
