// `paths` of the notebook's tsconfig.json: where TypeScript finds a module by them, Node is to find it, too.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, resolve } from 'node:path'

/** A pattern such as `@lib/*`, cut at its star, and the files that it stands for. */
interface Mapping {
  readonly prefix: string
  /** Undefined for a pattern without a star. */
  readonly suffix: string | undefined
  readonly targets: readonly string[]
}

interface Config {
  readonly paths: Readonly<Record<string, unknown>> | undefined
  readonly baseUrl: string | undefined
  /** The folder that the targets of `paths` are relative to where there is no `baseUrl`. */
  readonly pathsFolder: string
  /** The files that were read, with the times of their last change. */
  readonly read: readonly string[]
}

interface Known {
  readonly state: string
  readonly files: readonly string[]
  readonly mappings: readonly Mapping[]
}

const known = new Map<string, Known>()

/** The files that `paths` name for a specifier, best first; they may lack their extension. */
export function mappedFiles(specifier: string, folder: string): string[] {
  const [best] = mappingsOf(folder)
    .filter(mapping => fits(mapping, specifier))
    .sort((a, b) => rank(b) - rank(a))
  if (best === undefined) return []
  const star = specifier.slice(best.prefix.length, specifier.length - (best.suffix?.length ?? 0))
  return best.targets.map(target => target.replace('*', () => star))
}

function fits({ prefix, suffix }: Mapping, specifier: string): boolean {
  if (suffix === undefined) return specifier === prefix
  return specifier.length >= prefix.length + suffix.length && specifier.startsWith(prefix) && specifier.endsWith(suffix)
}

/** An exact pattern comes first, then the one with the longest text before its star. */
function rank({ prefix, suffix }: Mapping): number {
  return suffix === undefined ? Number.POSITIVE_INFINITY : prefix.length
}

/** Read again when one of the files has changed. */
function mappingsOf(folder: string): readonly Mapping[] {
  const before = known.get(folder)
  if (before !== undefined && before.state === stateOf(before.files)) return before.mappings
  const file = nearest(folder)
  const config = file === undefined ? undefined : readConfig(file, new Set())
  const files = config?.read ?? [join(folder, 'tsconfig.json')]
  const mappings = config === undefined ? [] : toMappings(config)
  known.set(folder, { state: stateOf(files), files, mappings })
  return mappings
}

function stateOf(files: readonly string[]): string {
  return files.map(file => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? '-').join(' ')
}

function nearest(folder: string): string | undefined {
  const file = join(folder, 'tsconfig.json')
  if (existsSync(file)) return file
  const parent = dirname(folder)
  return parent === folder ? undefined : nearest(parent)
}

function toMappings({ paths = {}, baseUrl, pathsFolder }: Config): Mapping[] {
  return Object.entries(paths).flatMap(([pattern, targets]) => {
    if (!Array.isArray(targets)) return []
    const [prefix = '', suffix] = pattern.split('*')
    return { prefix, suffix, targets: targets.map(target => resolve(baseUrl ?? pathsFolder, String(target))) }
  })
}

/** A config with what it extends; where two say the same, the one that extends, or the later base, counts. */
function readConfig(file: string, seen: ReadonlySet<string>): Config | undefined {
  if (seen.has(file) || !existsSync(file)) return undefined
  const { extends: extended, compilerOptions } = parseJsonc(readFileSync(file, 'utf8'))
  const { paths, baseUrl } = isRecord(compilerOptions) ? compilerOptions : {}
  const folder = dirname(file)
  const inner = new Set([...seen, file])
  const bases = (Array.isArray(extended) ? extended : [extended])
    .filter(base => typeof base === 'string')
    .reverse()
    .flatMap(base => readConfig(resolveExtended(base, file), inner) ?? [])
  const withPaths = bases.find(base => base.paths !== undefined)
  return {
    paths: isRecord(paths) ? paths : withPaths?.paths,
    pathsFolder: isRecord(paths) ? folder : (withPaths?.pathsFolder ?? folder),
    baseUrl: typeof baseUrl === 'string' ? resolve(folder, baseUrl) : bases.find(base => base.baseUrl)?.baseUrl,
    read: [file, ...bases.flatMap(base => base.read)],
  }
}

function resolveExtended(base: string, from: string): string {
  if (base.startsWith('.') || isAbsolute(base)) {
    const file = resolve(dirname(from), base)
    return existsSync(file) || file.endsWith('.json') ? file : `${file}.json`
  }
  for (const candidate of [base, `${base}.json`, `${base}/tsconfig.json`]) {
    try {
      const file = createRequire(from).resolve(candidate)
      if (file.endsWith('.json')) return file
    } catch {
      // Not this one.
    }
  }
  return resolve(dirname(from), base)
}

/** JSON with comments and trailing commas. The type checker tells of a text that is not even that. */
function parseJsonc(text: string): Record<string, unknown> {
  const keepStrings = (match: string): string => (match.startsWith('"') ? match : '')
  const json = text
    .replace(/^\uFEFF/, '')
    .replace(/"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, keepStrings)
    .replace(/"(?:\\.|[^"\\])*"|,(?=\s*[}\]])/g, keepStrings)
  try {
    const parsed: unknown = JSON.parse(json)
    return isRecord(parsed) ? parsed : {}
  } catch {
    return {}
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
