// The one look of all commands: colours (in a terminal only), help, errors with their next step.
import { styleText } from 'node:util'
import type { Command } from 'commander'
import { GradlabError } from '../errors.js'
import { EXIT } from './exit.js'

type Colour = Parameters<typeof styleText>[0]

/** Where text goes, as far as its look depends on it. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
}

/** Paints text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string

/** Colours for an output: only in a terminal, and never with NO_COLOR set (https://no-color.org). */
export function painter(output: Output, env: NodeJS.ProcessEnv = process.env): Paint {
  return hasColours(output, env) ? paintAlways : (_colour, text) => text
}

function hasColours(output: Output, env: NodeJS.ProcessEnv): boolean {
  return output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
}

function paintAlways(colour: Colour, text: string): string {
  return styleText(colour, text, { validateStream: false })
}

/** Prints what went wrong and what to do now. A fault of ours, which has no next step, keeps its stack. */
export function printError(error: unknown, output: Output = process.stderr): void {
  const paint = painter(output)
  output.write(`${paint('red', 'error:')} ${whatHappened(error)}\n`)
  const next = error instanceof GradlabError ? error.next : undefined
  if (next !== undefined) output.write(`${paint('cyan', 'next:')} ${next}\n`)
}

function whatHappened(error: unknown): string {
  if (error instanceof GradlabError) return withoutNext(error)
  if (error instanceof Error) return error.stack ?? error.message
  return String(error)
}

/** GradlabError's message ends with its next step, which has a line of its own here. */
function withoutNext(error: GradlabError): string {
  const tail = error.next === undefined ? '' : ` ${error.next}`
  return error.message.endsWith(tail) ? error.message.slice(0, error.message.length - tail.length) : error.message
}

/** Gives a command and those below it the common look; errors of usage throw instead of ending the process. */
export function dress(command: Command): Command {
  command
    .exitOverride()
    .showSuggestionAfterError(true)
    .helpOption('-h, --help', 'show this help')
    .configureHelp({
      styleTitle: text => paintAlways('bold', text),
      styleCommandText: text => paintAlways('cyan', text),
      styleSubcommandText: text => paintAlways('cyan', text),
      styleOptionText: text => paintAlways('cyan', text),
    })
    .configureOutput({
      // commander takes the colours out again where these say so
      getOutHasColors: () => hasColours(process.stdout, process.env),
      getErrHasColors: () => hasColours(process.stderr, process.env),
      outputError: (text, write) => write(usageError(text, command)),
    })
  if (command.commands.length > 0) command.helpCommand(false)
  for (const below of command.commands) dress(below)
  return command
}

/** commander's `error: unknown option '--x'\n(Did you mean --y?)` in our two lines. */
function usageError(text: string, command: Command): string {
  const paint = painter(process.stderr)
  const [, message = text, guess] = /^error: ([\s\S]*?)\n?(?:\(Did you mean (.*)\?\))?\n*$/.exec(text) ?? []
  const help = `${fullName(command)} --help shows what there is.`
  const next = guess === undefined ? help : `Did you mean ${guess}? ${help}`
  return `${paint('red', 'error:')} ${message}\n${paint('cyan', 'next:')} ${next}\n`
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`
}

/** The end of `gradlab --help`. */
export const EXIT_CODES_HELP = `
Exit codes:
  ${EXIT.done}    done
  ${EXIT.failed}    failed: a cell threw, a check found something broken
  ${EXIT.usage}    cannot be done as written: unknown option, no such file, not a notebook
  ${EXIT.notReady}    something it needs is not installed or does not start
  ${EXIT.interrupted}  stopped by Ctrl-C`
