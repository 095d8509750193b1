// A cell as a module of TypeScript: its own text, and below it what it gives to later cells and takes from earlier ones.
//
//   lr = 0.5; const next = f(lr)                    the cell, line for line
//   export { next }                                 what it declares
//   import { f } from "cell:1"                      what it reads
//   declare let lr: typeof import("cell:2").lr      what it assigns: an import could not be assigned
import { parseSync } from 'oxc-parser'
import type { CellAnalysis, DeclarationKind } from '../cell/cell.js'
import { insert, TextMap } from './text-map.js'

/** Where a name was defined last, and how: more than one kind where declarations merge (a class and a namespace). */
export interface Definition {
  /** The defining cell's document, which is also its module specifier. */
  readonly document: string
  readonly kinds: ReadonlySet<DeclarationKind>
}

export interface ModuleText {
  readonly text: string
  readonly map: TextMap
  /** The documents that it imports from. */
  readonly dependencies: ReadonlySet<string>
}

export function writeModule(
  analysis: CellAnalysis,
  definitionOf: (name: string) => Definition | undefined,
): ModuleText {
  const { code, checked, anyInsertions, assigned } = analysis
  const imports = new Map<string, string[]>()
  const assignments: string[] = []
  const dependencies = new Set<string>()
  for (const name of analysis.free) {
    const definition = definitionOf(name)
    if (definition === undefined) continue
    const { document } = definition
    dependencies.add(document)
    if (assigned.has(name) && isAssignable(definition.kinds)) {
      assignments.push(`declare let ${name}: typeof import(${JSON.stringify(document)}).${name}`)
    } else {
      imports.set(document, [...(imports.get(document) ?? []), name])
    }
  }
  const lines = [insert(checked, anyInsertions), exportLine(analysis), importLine(imports), ...assignments]
  return {
    text: lines.filter(line => line !== '').join('\n'),
    map: new TextMap(code, anyInsertions),
    dependencies,
  }
}

/** The top-level names of a cell and the kinds of their declarations. */
export function kindsByName({ declarations }: CellAnalysis): Map<string, Set<DeclarationKind>> {
  const kinds = new Map<string, Set<DeclarationKind>>()
  for (const { name, kind } of declarations) kinds.set(name, (kinds.get(name) ?? new Set()).add(kind))
  return kinds
}

/** `import { a, b } from "cell:1"; import { c } from "cell:2"` */
export function importLine(imports: ReadonlyMap<string, readonly string[]>): string {
  return [...imports]
    .map(([document, names]) => `import { ${names.join(', ')} } from ${JSON.stringify(document)}`)
    .join('; ')
}

/** Only what TypeScript itself lets one assign within a cell, and functions, as JavaScript does. */
function isAssignable(kinds: ReadonlySet<DeclarationKind>): boolean {
  return [...kinds].every(kind => kind === 'let' || kind === 'var' || kind === 'function')
}

function exportLine({ checked, declarations }: CellAnalysis): string {
  const exported = exportedNames(checked)
  const names = new Set(declarations.map(({ name }) => name).filter(name => !exported.has(name)))
  return names.size === 0 ? 'export {}' : `export { ${[...names].join(', ')} }`
}

/** The names that a cell exports by itself, as pasted code may. */
function exportedNames(code: string): Set<string | null> {
  if (!/\bexport\b/.test(code)) return new Set()
  const { staticExports } = parseSync('cell.ts', code, { lang: 'ts', sourceType: 'module' }).module
  return new Set(staticExports.flatMap(({ entries }) => entries.map(({ exportName }) => exportName.name)))
}
