// The `gradlab` command: all commands together, errors and exit codes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { dataCommand } from './data.js'
import { doctorCommand } from './doctor.js'
import { CommandError, EXIT } from './exit.js'
import { kernelCommand } from './kernel.js'
import { labCommand } from './lab.js'
import { thisProject } from './project.js'
import { runCommand } from './run.js'
import { dress, EXIT_CODES_HELP, printError } from './style.js'
import { explainSystemError } from './system-errors.js'

/** Runs the command; `argv` is what follows the command's name. Returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const before = process.exitCode
  process.exitCode = undefined
  try {
    await program().parseAsync([...argv], { from: 'user' })
    return Number(process.exitCode ?? EXIT.done)
  } catch (error) {
    return exitCodeOf(error)
  } finally {
    process.exitCode = before
  }
}

function program(): Command {
  const gradlab = new Command('gradlab')
    .description('Deep learning from scratch in TypeScript notebooks.')
    .version(version(), '-V, --version', 'show the version')
    .addHelpText('after', EXIT_CODES_HELP)
    .addCommand(labCommand())
    .addCommand(runCommand())
    .addCommand(kernelCommand())
    .addCommand(dataCommand())
    .addCommand(doctorCommand())
  return dress(gradlab)
}

function version(): string {
  const text = readFileSync(join(thisProject().root, 'package.json'), 'utf8')
  return String((JSON.parse(text) as { version: unknown }).version) // our own file
}

function exitCodeOf(error: unknown): number {
  // commander has printed its own message; help and version end this way, too
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
  const explained = explainSystemError(error)
  printError(explained)
  return explained instanceof CommandError ? explained.exitCode : EXIT.failed
}
