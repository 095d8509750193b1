// TypeScript to JavaScript: oxc takes the types out, in a tenth of a millisecond. It passes decorators, `accessor` and
// `using` through, which Node 20 cannot parse, and knows only a part of namespaces: cells with those go to esbuild.
import { createRequire } from 'node:module'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import type * as Esbuild from 'esbuild'
import { transformSync } from 'oxc-transform'
import { CellSyntaxError } from '../errors.js'
import type { Position, RawSourceMap } from './cell.js'
import { positionAt } from './text.js'

export interface Lowered {
  readonly code: string
  readonly map: RawSourceMap
}

export interface LowerOptions {
  /** The map from the text back to the cell: where a refusal of the translator is shown. */
  readonly map: RawSourceMap
  /** Decorators of parameters are a matter of TypeScript's own, older kind of decorators. */
  readonly oldDecorators: boolean
}

const TARGET = 'node20.19'

export function removeTypes(text: string, { map }: LowerOptions): Lowered {
  const result = transformSync('cell.ts', text, {
    lang: 'ts',
    sourceType: 'module',
    sourcemap: true,
    target: 'esnext',
    typescript: { onlyRemoveTypeImports: true },
  })
  const [error] = result.errors
  if (error !== undefined || result.map === undefined) {
    throw refusal(
      error?.message ?? 'The cell cannot be translated',
      positionAt(text, error?.labels[0]?.start ?? 0),
      map,
    )
  }
  return { code: result.code, map: plainMap(result.map) }
}

let esbuild: typeof Esbuild | undefined

/** Also makes JavaScript of what only newer engines know. esbuild is loaded when it is first needed. */
export function lowerSyntax(text: string, { map, oldDecorators }: LowerOptions): Lowered {
  esbuild ??= createRequire(import.meta.url)('esbuild') as typeof Esbuild
  try {
    const result = esbuild.transformSync(text, {
      loader: 'ts',
      target: TARGET,
      charset: 'utf8',
      sourcemap: 'external',
      // Classes and functions that it renames keep the name they have in the cell.
      keepNames: true,
      logLevel: 'silent',
      tsconfigRaw: {
        compilerOptions: {
          useDefineForClassFields: true,
          verbatimModuleSyntax: true,
          experimentalDecorators: oldDecorators,
        },
      },
    })
    return { code: result.code, map: plainMap(JSON.parse(result.map) as RawSourceMap) }
  } catch (error) {
    const [first] = (error as Partial<Esbuild.TransformFailure>).errors ?? []
    if (first === undefined) throw error
    const { line = 1, column = 0 } = first.location ?? {}
    throw refusal(first.text, { line, column: column + 1 }, map)
  }
}

function plainMap({ names, mappings }: Pick<RawSourceMap, 'names' | 'mappings'>): RawSourceMap {
  return { version: 3, sources: ['cell'], names, mappings }
}

function refusal(message: string, { line, column }: Position, map: RawSourceMap): CellSyntaxError {
  const found = originalPositionFor(new TraceMap({ ...map, file: null, sourceRoot: '' }), { line, column: column - 1 })
  return new CellSyntaxError(message.replace(/\.$/, ''), found.line ?? 1, (found.column ?? 0) + 1)
}
