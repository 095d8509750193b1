// How cells are parsed, and what is said of text that does not parse.
import { type Node, type OxcError, type ParserOptions, parseSync } from 'oxc-parser'
import { CellSyntaxError } from '../errors.js'
import { children } from './ast.js'
import { positionAt } from './text.js'

export const PARSER_FILE = 'cell.ts'
export const PARSER_OPTIONS = { lang: 'ts', sourceType: 'module' } satisfies ParserOptions

/** The first of the parser's errors in the cell's own terms. `by` was added to each offset. */
export function syntaxError(text: string, errors: readonly OxcError[], by = 0): CellSyntaxError {
  const error = errors[0]!
  const offset = Math.min(labelOf(error).start - by, text.trimEnd().length)
  const { line, column } = positionAt(text, Math.max(offset, 0))
  return new CellSyntaxError(describe(error, text, by), line, column, { cause: error })
}

/** Text that is a mistake only because it has JSX in it, which the parser's own words would not tell. */
export function jsxError(text: string): CellSyntaxError | undefined {
  if (!/<[\w>]/.test(text)) return undefined
  const { errors, program } = parseSync('cell.tsx', text, { ...PARSER_OPTIONS, lang: 'tsx' })
  const element = errors.length === 0 ? findJsx(program) : undefined
  if (element === undefined) return undefined
  const { line, column } = positionAt(text, element.start)
  return new CellSyntaxError('A cell cannot hold JSX: show HTML by `display.html("<b>text</b>")`', line, column)
}

function findJsx(node: Node): Node | undefined {
  if (node.type === 'JSXElement' || node.type === 'JSXFragment') return node
  for (const child of children(node)) {
    const found = findJsx(child)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether the text only lacks its end: the parser was still reading when the text was over. */
export function isUnfinished(text: string, error: OxcError): boolean {
  const { start } = labelOf(error)
  if (start >= text.trimEnd().length) return true
  if (error.message === 'Unterminated multiline comment') return true
  return error.message === 'Unterminated string' && (text[start] === '`' || text[start] === '}')
}

/** Of a name that is declared twice the second place is the mistake. */
function labelOf(error: OxcError): { readonly start: number; readonly end: number } {
  const again = error.labels.find(label => label.message?.includes('redeclared here'))
  return again ?? error.labels[0] ?? { start: 0, end: 0 }
}

const PLAINER: readonly (readonly [RegExp, string])[] = [
  [/`EOF`/, 'the end of the cell'],
  [/^Expected a semicolon or an implicit semicolon after a statement, but found none$/, 'Expected `;` or a new line'],
  [/^A 'return' statement can only be used within a function body\.$/, '`return` is allowed only in a function'],
  [/\.$/, ''],
]

function describe(error: OxcError, text: string, by: number): string {
  const { start, end } = labelOf(error)
  if (error.message === 'Unexpected token') {
    const token = text.slice(start - by, end - by)
    return token.trim() === '' ? 'Unexpected end of the cell' : `Unexpected token \`${token}\``
  }
  return PLAINER.reduce((message, [pattern, plain]) => message.replace(pattern, plain), error.message)
}
