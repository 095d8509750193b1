// How TypeScript modules beside the notebook become JavaScript, and where their stack lines point.
import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import type * as Esbuild from 'esbuild'
import type * as OxcTransform from 'oxc-transform'
import type { Position } from '../cell/cell.js'
import { KernelError } from '../errors.js'

const load = createRequire(import.meta.url)
const TYPESCRIPT = /\.[cm]?ts$/

export function isTypeScript(path: string): boolean {
  return TYPESCRIPT.test(path) && !/\.d\.[cm]?ts$/.test(path)
}

export interface Transformed {
  readonly code: string
  /** As JSON. */
  readonly map: string | undefined
}

/** Removes the types of a module; throws an error that names the file and the line. */
export function transformModule(path: string, source: string = readFileSync(path, 'utf8')): Transformed {
  if (needsLowering(source)) return lowerModule(path, source)
  // Loaded at the first use: most notebooks import no TypeScript of their own.
  const { transformSync } = load('oxc-transform') as typeof OxcTransform
  const result = transformSync(path, source, {
    sourcemap: true,
    target: 'es2022',
    typescript: { onlyRemoveTypeImports: false },
  })
  const failure = result.errors.find(error => error.severity === 'Error')
  if (failure !== undefined) {
    const offset = failure.labels[0]?.start ?? 0
    throw mistake(path, source.slice(0, offset).split('\n').length, failure.message)
  }
  return { code: result.code, map: result.map === undefined ? undefined : JSON.stringify(result.map) }
}

function mistake(path: string, line: number, message: string): KernelError {
  return new KernelError('MODULE_SYNTAX', `${path}:${line}: ${message}.`, {
    next: 'Mend the file and run the cell again.',
  })
}

/** Decorators, `accessor`, `using` and namespaces, which Node 20 or oxc does not know. A guess too many costs 2 ms. */
function needsLowering(source: string): boolean {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  return /@[\w$(]|\baccessor\s+[\w$#[]|\busing\s+[\w$]+\s*[=:]|\busing\s+[\w$]+\s+of\b|\b(?:namespace|module)\s+[\w$.]+\s*\{/.test(
    code,
  )
}

function lowerModule(path: string, source: string): Transformed {
  const { transformSync } = load('esbuild') as typeof Esbuild
  const lower = (experimentalDecorators: boolean): Transformed =>
    transformSync(source, {
      loader: 'ts',
      target: 'node20.19',
      charset: 'utf8',
      sourcemap: 'external',
      sourcefile: path,
      keepNames: true,
      logLevel: 'silent',
      tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, experimentalDecorators } },
    })
  try {
    // Decorators of parameters are a matter of TypeScript's own, older kind of decorators.
    return attempt(() => lower(false)) ?? lower(true)
  } catch (error) {
    const [first] = (error as Partial<Esbuild.TransformFailure>).errors ?? []
    throw first === undefined ? error : mistake(path, first.location?.line ?? 1, first.text)
  }
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}

const maps = new Map<string, { readonly modified: number; readonly map: TraceMap | undefined }>()

/** The place in the TypeScript source of a place in what it was transformed to. */
export function mapModuleFrame(path: string, place: Position): Position {
  if (!isTypeScript(path)) return place
  try {
    const modified = statSync(path).mtimeMs
    let known = maps.get(path)
    if (known?.modified !== modified) {
      const { map } = transformModule(path)
      known = { modified, map: map === undefined ? undefined : new TraceMap(map) }
      maps.set(path, known)
    }
    if (known.map === undefined) return place
    const found = originalPositionFor(known.map, { line: place.line, column: place.column - 1 })
    return found.line === null ? place : { line: found.line, column: found.column + 1 }
  } catch {
    // The file has gone or no longer parses: the generated place is better than none.
    return place
  }
}
