// How TypeScript modules beside the notebook become JavaScript, and where their stack lines point.
import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
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
  readonly map: OxcTransform.SourceMap | undefined
}

/** Removes the types of a module; throws an error that names the file and the line. */
export function transformModule(path: string, source: string = readFileSync(path, 'utf8')): Transformed {
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
    const line = source.slice(0, offset).split('\n').length
    throw new KernelError('MODULE_SYNTAX', `${path}:${line}: ${failure.message}.`, {
      next: 'Mend the file and run the cell again.',
    })
  }
  return { code: result.code, map: result.map }
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
      known = { modified, map: map === undefined ? undefined : new TraceMap(JSON.stringify(map)) }
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
