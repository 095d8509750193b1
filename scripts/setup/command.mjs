// Runs one command of the set-up: its output goes to a log file, and it never outlives us.
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { knownFailure, SetupError, Stopped } from './failure.mjs'

/** What a command that was asked to end is given before it is killed. */
const GRACE_MS = 1000

/**
 * @typedef {object} CommandOptions
 * @property {string} what the step, for messages: 'npm ci'
 * @property {string} cwd
 * @property {string} log the file that takes all output
 * @property {AbortSignal} signal ends the command when it aborts
 * @property {string} next what to do when it fails for no known reason
 * @property {Record<string, string | undefined>} [env]
 * @property {boolean} [append] add to the log of the command before
 * @property {boolean} [shell] only for a fixed command line (npm.cmd on Windows)
 * @property {(line: string) => void} [onLine]
 */

/**
 * Runs a command to its end; a non-zero exit is a SetupError that quotes the log.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} options
 * @returns {Promise<void>}
 */
export async function runCommand(command, args, options) {
  options.signal.throwIfAborted()
  mkdirSync(dirname(options.log), { recursive: true })
  const log = openSync(options.log, options.append ? 'a' : 'w')
  const end = new OutputEnd(4000)
  try {
    const code = await runChild(command, args, options, chunk => {
      end.add(chunk)
      writeSync(log, chunk)
    })
    if (code !== 0) throw commandFailed(options, code, end.text)
  } finally {
    closeSync(log)
  }
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} options
 * @param {(chunk: string) => void} onOutput
 * @returns {Promise<number | string>} the exit code, or the name of the signal
 */
function runChild(command, args, options, onOutput) {
  return new Promise((resolve, reject) => {
    // A process group of its own: Ctrl-C in the terminal reaches us alone, and we end the command with all its children.
    const ownGroup = process.platform !== 'win32'
    const child = spawn(command, [...args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: ownGroup,
      shell: options.shell ?? false,
      windowsHide: true,
    })
    /** @param {NodeJS.Signals} signal */
    const kill = signal => {
      try {
        if (ownGroup && child.pid !== undefined) process.kill(-child.pid, signal)
        else child.kill(signal)
      } catch {
        // it has ended meanwhile
      }
    }
    const killNow = () => kill('SIGKILL')
    /** @type {NodeJS.Timeout | undefined} */
    let grace
    const stop = () => {
      kill('SIGTERM')
      grace = setTimeout(killNow, GRACE_MS)
    }
    process.on('exit', killNow)
    options.signal.addEventListener('abort', stop, { once: true })
    const settle = () => {
      clearTimeout(grace)
      process.off('exit', killNow)
      options.signal.removeEventListener('abort', stop)
    }

    /** @type {unknown} */
    let brokenOutput
    const lines = new LineSplitter(options.onLine ?? (() => {}))
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', chunk => {
        try {
          onOutput(chunk)
        } catch (error) {
          brokenOutput ??= error // the log cannot be written: most likely the disk is full
          kill('SIGTERM')
        }
        lines.add(chunk)
      })
    }
    child.on('error', error => {
      settle()
      reject(error)
    })
    child.on('close', (code, signal) => {
      settle()
      if (options.signal.aborted) reject(options.signal.reason)
      else if (brokenOutput !== undefined) reject(brokenOutput)
      else resolve(code ?? signal ?? 'unknown')
    })
  })
}

/**
 * @param {CommandOptions} options
 * @param {number | string} code
 * @param {string} output
 * @returns {Error}
 */
function commandFailed(options, code, output) {
  // Ctrl-C in a shell that shares our process group may end the command before our own handler has run.
  if (code === 'SIGINT') return new Stopped('SIGINT')
  const known = knownFailure(output)
  const ended = typeof code === 'number' ? `ended with code ${code}` : `was ended by ${code}`
  return new SetupError(known === undefined ? `${options.what} ${ended}` : `${options.what}: ${known.message}`, {
    next: known?.next ?? options.next,
    log: options.log,
  })
}

/** The end of a long text. */
class OutputEnd {
  /** @param {number} limit */
  constructor(limit) {
    this.limit = limit
    this.text = ''
  }

  /** @param {string} chunk */
  add(chunk) {
    this.text = (this.text + chunk).slice(-this.limit)
  }
}

/** Cuts chunks into whole lines. */
class LineSplitter {
  /** @param {(line: string) => void} onLine */
  constructor(onLine) {
    this.onLine = onLine
    this.rest = ''
  }

  /** @param {string} chunk */
  add(chunk) {
    const parts = (this.rest + chunk).split(/\r?\n/)
    this.rest = parts.pop() ?? ''
    for (const line of parts) this.onLine(line)
  }
}
