// The exit codes of the `gradlab` command, and the error that carries one.
import { GradlabError, type GradlabErrorOptions } from '../errors.js'

/** Stable: scripts may test for them; `gradlab --help` lists them. */
export const EXIT = {
  done: 0,
  /** The work was tried and failed: a cell threw, a check found something broken. */
  failed: 1,
  /** The request cannot be carried out as written: unknown option, no such file, no valid notebook. */
  usage: 2,
  /** Something that the work needs is not installed or does not start. */
  notReady: 3,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const

export interface CommandErrorOptions extends GradlabErrorOptions {
  readonly exitCode?: number
}

/** Ends a command: printed as `error: ...` and `next: ...`. */
export class CommandError extends GradlabError {
  readonly exitCode: number

  constructor(code: string, message: string, options: CommandErrorOptions = {}) {
    super(code, message, options)
    this.exitCode = options.exitCode ?? EXIT.failed
  }
}
