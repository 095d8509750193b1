// Whether a text may be run as it is or its writer is not done: what a console asks at each Enter.
import { parseSync } from 'oxc-parser'
import { CellSyntaxError } from '../errors.js'
import { analyseCell } from './analyse.js'
import { blank, findCommands } from './commands.js'
import { normalise } from './parse.js'
import { isUnfinished, PARSER_FILE, PARSER_OPTIONS } from './syntax.js'

export interface Completeness {
  readonly status: 'complete' | 'incomplete' | 'invalid'
  /** What to begin the next line with, where the text is incomplete. */
  readonly indent?: string
}

export function isComplete(code: string): Completeness {
  try {
    analyseCell(code)
    return lacksBody(code) ? { status: 'incomplete', indent: nextIndent(code) } : { status: 'complete' }
  } catch (error) {
    if (!(error instanceof CellSyntaxError)) throw error
    return breaksOff(code) ? { status: 'incomplete', indent: nextIndent(code) } : { status: 'invalid' }
  }
}

/** The first thing wrong with the text is that it ends. */
function breaksOff(code: string): boolean {
  const normal = normalise(code)
  const text = blank(normal, findCommands(normal))
  const [error] = parseSync(PARSER_FILE, text, PARSER_OPTIONS).errors
  return error !== undefined && isUnfinished(text, error)
}

/** `!npm install \` goes on, and so does `function f()`, which parses as a declaration without a body. */
function lacksBody(code: string): boolean {
  const normal = normalise(code)
  const commands = findCommands(normal)
  const last = commands.at(-1)
  if (last?.end === normal.length && last.text.endsWith('\\')) return true
  const statement = parseSync(PARSER_FILE, blank(normal, commands), PARSER_OPTIONS).program.body.at(-1)
  return statement?.type === 'TSDeclareFunction' && statement.declare !== true && !normal.trimEnd().endsWith(';')
}

/** As deep as the last line, and deeper where that line opens something. */
function nextIndent(code: string): string {
  const last = code.trimEnd().split('\n').at(-1) ?? ''
  const indent = /^[ \t]*/.exec(last)![0]
  return OPENS.test(last) || HEADER.test(last) ? `${indent}  ` : indent
}

const OPENS = /(?:[([{]|=>|[=:?+\-*/%&|,])$/
const HEADER = /^[\s}]*(?:else\s+)?(?:if|for|while|switch|(?:async\s+)?function)\b.*\)$/
