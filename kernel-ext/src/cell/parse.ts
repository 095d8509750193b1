// A cell's text as a syntax tree, or a CellSyntaxError.
import { type Comment, type Node, type ParseResult, type Program, parseSync } from 'oxc-parser'
import { shift } from './ast.js'
import { blank, type Command } from './commands.js'
import { jsxError, PARSER_FILE, PARSER_OPTIONS, syntaxError } from './syntax.js'

export interface ParsedCell {
  readonly code: string
  /** What was parsed: as long as `code`, and the same but for commands. */
  readonly text: string
  readonly program: Program
  readonly comments: readonly Comment[]
  readonly commands: readonly Command[]
  /** The whole cell is an object literal, which JavaScript would take for a block. */
  readonly objectLiteral: boolean
}

const CHECKED_OPTIONS = { ...PARSER_OPTIONS, showSemanticErrors: true }

/** Line ends and the byte order mark as JavaScript understands them, at equal length. */
export function normalise(code: string): string {
  return code.replace(/^\uFEFF/, ' ').replace(/\r(?!\n)/g, '\n')
}

export function parseCell(code: string, commands: readonly Command[]): ParsedCell {
  const text = blank(normalise(code), commands)
  const result = parseSync(PARSER_FILE, text, CHECKED_OPTIONS)
  const literal = parseObjectLiteral(text, result)
  if (literal === undefined && result.errors.length > 0) throw jsxError(text) ?? syntaxError(text, result.errors)
  const { program, comments } = result
  return { code, text, program: literal ?? program, comments, commands, objectLiteral: literal !== undefined }
}

/** `{ a: 1 }` alone in a cell shows an object, as in a browser's console. */
function parseObjectLiteral(text: string, asStatements: ParseResult): Program | undefined {
  if (!mayBeObject(text, asStatements)) return undefined
  const { errors, program } = parseSync(PARSER_FILE, `(${text.replace(/;\s*$/, '')}\n)`, CHECKED_OPTIONS)
  const [statement, ...others] = program.body
  if (errors.length > 0 || others.length > 0 || statement?.type !== 'ExpressionStatement') return undefined
  const { expression: parentheses } = statement
  if (parentheses.type !== 'ParenthesizedExpression') return undefined
  const { expression } = parentheses
  if (expression.type !== 'ObjectExpression') return undefined
  shift(expression, -1)
  const { start, end } = expression
  return { ...program, body: [{ type: 'ExpressionStatement', expression, start, end }] }
}

function mayBeObject(text: string, { errors, program }: ParseResult): boolean {
  if (errors.length > 0) return /^(?:\s|\/\/.*|\/\*(?:[^*]|\*(?!\/))*\*\/)*\{/.test(text)
  const statements: Node[] = program.body.filter(({ type }) => type !== 'EmptyStatement')
  return statements.length === 1 && statements[0]?.type === 'BlockStatement'
}
