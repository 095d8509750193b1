// The cell that is being typed, as a module for completion and tooltips. It need not parse: the names of earlier cells
// are imported in a line above it, where no unfinished string or bracket can swallow them.
import { analyseCell } from '../cell/analyse.js'
import { blank, findCommands } from '../cell/commands.js'
import type { LspPosition } from './lsp.js'
import { importLine } from './module-text.js'
import { lineStarts, positionAt } from './text-map.js'

export interface Draft {
  readonly text: string
  /** The place of an offset of the cell's text. */
  at(offset: number): LspPosition
  /** The offset in the cell's text; places above it are its start. */
  toOffset(place: LspPosition): number
}

/** `definedBy` has every name of earlier cells with its document. */
export function writeDraft(code: string, definedBy: ReadonlyMap<string, string>): Draft {
  const imports = new Map<string, string[]>()
  const isOwn = ownNames(code)
  for (const [name, document] of definedBy) {
    if (!isOwn(name)) imports.set(document, [...(imports.get(document) ?? []), name])
  }
  const starts = lineStarts(code)
  return {
    text: `${importLine(imports)}\n${blank(code, findCommands(code))}`,
    at(offset) {
      const { line, character } = positionAt(starts, offset)
      return { line: line + 1, character }
    },
    toOffset({ line, character }) {
      return line === 0 ? 0 : Math.min((starts[line - 1] ?? code.length) + character, code.length)
    },
  }
}

/** The names that the cell declares itself, which hide those of earlier cells. */
function ownNames(code: string): (name: string) => boolean {
  try {
    const names = new Set(analyseCell(code).declarations.map(({ name }) => name))
    return name => names.has(name)
  } catch {
    return name => seemsToDeclare(code, name)
  }
}

/** In text that does not parse. What is missed here is imported as well: the checker then prefers the cell's own. */
function seemsToDeclare(code: string, name: string): boolean {
  if (!code.includes(name)) return false
  const word = String.raw`(?<![\w$])${name.replaceAll('$', '\\$')}(?![\w$])`
  return [
    String.raw`\b(?:const|let|var|using|function\s*\*?|class|enum|interface|type|namespace)\s+${word}`,
    String.raw`\bimport\s[^'"]*${word}[^'"]*\bfrom\b`,
  ].some(pattern => new RegExp(pattern).test(code))
}
