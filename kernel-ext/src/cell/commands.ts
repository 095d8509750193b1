// `!command` lines: `!npm install d3` at the start of a line runs in a shell, as in other notebooks.
//
// A line that starts with `!` and a letter, `.`, `/`, `~` or `_` is a command where a statement of the cell's top level
// may begin, so never inside a string, a comment, a block or an expression. A `\` at its end continues it. The same line
// may be TypeScript (`!ready`, `!f(x)`, `!a && b`): it is, if it parses as one expression whose first name the cell
// itself declares. In all other cases it is a command: `!ls -la` would parse, too.
import type { Node } from 'oxc-parser'
import { parseSync } from 'oxc-parser'
import { children } from './ast.js'
import { PARSER_FILE, PARSER_OPTIONS } from './syntax.js'

/** A command line; the range runs from its `!` to the end of its last line. */
export interface Command {
  readonly start: number
  readonly end: number
  /** What the shell gets: without the `!`, continued lines joined. */
  readonly text: string
  /** Where the line could be TypeScript as well: the first name that it mentions. */
  readonly firstName: string | undefined
}

const CANDIDATE = /^![A-Za-z./~_](?:[^\n\r\\]|\\\r?\n|\\.|\\$)*/gm

/** All lines that are commands unless the cell declares their `firstName`. */
export function findCommands(code: string): Command[] {
  const commands: Command[] = []
  for (const { index: start, 0: line } of code.matchAll(CANDIDATE)) {
    if (!endsComplete(blank(code.slice(0, start), commands))) continue
    const end = start + line.length
    commands.push({ start, end, text: line.slice(1).replace(/\\\r?\n/g, ''), firstName: firstNameOf(line) })
  }
  return commands
}

/**
 * The text with each command replaced by blanks of equal length after two semicolons: the first ends a statement before
 * the command, the second is an empty statement, which stands for it.
 */
export function blank(text: string, commands: readonly Command[]): string {
  let blanked = ''
  let from = 0
  for (const { start, end } of commands) {
    blanked += `${text.slice(from, start)};;${text.slice(start + 2, end).replace(/[^\n\r]/g, ' ')}`
    from = end
  }
  return blanked + text.slice(from)
}

/** The command that an empty statement stands for. */
export function commandAt(commands: readonly Command[], start: number): Command | undefined {
  return commands.find(command => command.start + 1 === start)
}

/** Whether a statement of the top level may begin after this text. */
function endsComplete(before: string): boolean {
  return before.trim() === '' || parseSync(PARSER_FILE, before, PARSER_OPTIONS).errors.length === 0
}

function firstNameOf(line: string): string | undefined {
  const { errors, program } = parseSync(PARSER_FILE, line, PARSER_OPTIONS)
  const [statement, ...others] = program.body
  if (errors.length > 0 || others.length > 0 || statement?.type !== 'ExpressionStatement') return undefined
  return firstName(statement)
}

function firstName(node: Node): string | undefined {
  if (node.type === 'Identifier') return node.name
  const parts = node.type === 'MemberExpression' && !node.computed ? [node.object] : children(node)
  for (const part of parts) {
    const name = firstName(part)
    if (name !== undefined) return name
  }
  return undefined
}
