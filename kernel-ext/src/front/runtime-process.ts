// The process that runs cells, seen from the front: started, spoken to, ended, and replaced after its death.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { encodeFrame, FrameDecoder } from '../runtime/frames.js'
import type { FromRuntime, ToRuntime } from '../runtime/link.js'
import { MARK_VARIABLE } from '../runtime/marks.js'
import { describeExit, LastWords } from './death.js'
import { Lanes } from './lanes.js'

const NODE_FLAGS = [
  // Without it V8's terminateExecution, by which a loop is interrupted, makes Node abort.
  '--no-force-async-hooks-checks',
  // Node calls the way in which cells import modules experimental; that is no news for a learner.
  '--disable-warning=ExperimentalWarning',
  // The kernel itself asks for `process.binding`, to survive interrupts where async hooks are in use.
  '--disable-warning=DEP0111',
]
const MAIN = fileURLToPath(new URL('../runtime/main.js', import.meta.url))
/** How long the runtime may take to dispose of `using` values before it is killed. */
const SHUTDOWN_MS = 1000
/** How long the pipes of a runtime that has gone are read, if others hold them open. */
const ORPHANS_MS = 300

/** What the runtime tells beside what is about its process. */
export type RuntimeNews = Exclude<FromRuntime, { op: 'shell' }>

export interface RuntimeHandlers {
  message(message: RuntimeNews): void
  /** The process has ended without being asked to. */
  died(reason: string): void
}

export interface RuntimeOptions {
  readonly folder: string
  readonly roots: readonly string[]
}

export class RuntimeProcess {
  readonly #child: ChildProcess
  readonly #link: Socket
  readonly #exited: Promise<void>
  /** Process groups of its `!commands`. */
  readonly #shells = new Set<number>()
  #expected = false
  #reason: string | undefined

  constructor(options: RuntimeOptions, handlers: RuntimeHandlers) {
    const word = randomBytes(6).toString('base64url')
    const child = spawn(process.execPath, [...NODE_FLAGS, MAIN], {
      cwd: options.folder,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, GRADLAB_KERNEL_ROOTS: JSON.stringify(options.roots), [MARK_VARIABLE]: word },
    })
    const lastWords = new LastWords(text => handlers.message({ op: 'stream', cell: undefined, name: 'stderr', text }))
    const lanes = new Lanes(
      word,
      message => (message.op === 'shell' ? this.#trackShell(message) : handlers.message(message)),
      text => lastWords.filter(text),
    )
    this.#child = child
    this.#link = child.stdio[3] as Socket
    const decoder = new FrameDecoder()
    this.#link.on('data', chunk => {
      for (const message of decoder.push(chunk)) lanes.take(message as FromRuntime)
    })
    // A write to a runtime that has just died is answered by its exit.
    this.#link.on('error', () => {})
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.on('data', (chunk: Buffer) => lanes.takeNative(name, chunk))
    }
    this.#exited = new Promise(resolve => {
      const ended = once((code: number | null, signal: NodeJS.Signals | null) => {
        lanes.end()
        this.#endShells()
        const words = lastWords.take()
        if (words !== '') handlers.message({ op: 'log', text: words })
        if (!this.#expected) handlers.died(this.#reason ?? describeExit(code, signal, words))
        resolve()
      })
      child.on('error', error => {
        if (!this.#expected) handlers.died(`it could not be started: ${error.message}`)
        resolve()
      })
      // All its output has been read by then, unless processes that it has left behind hold the pipes.
      child.on('close', ended)
      child.on('exit', (code, signal) => setTimeout(() => ended(code, signal), ORPHANS_MS))
    })
  }

  send(message: ToRuntime): void {
    this.#link.write(encodeFrame(message))
  }

  /** Why the process is going to end, where it knows better than its exit tells. */
  explainDeath(reason: string | undefined): void {
    this.#reason = reason
  }

  async end(): Promise<void> {
    this.#expected = true
    this.send({ op: 'shutdown' })
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), SHUTDOWN_MS)
    await this.#exited
    clearTimeout(timer)
  }

  kill(): void {
    this.#expected = true
    this.#child.kill('SIGKILL')
  }

  #trackShell({ pid, running }: Extract<FromRuntime, { op: 'shell' }>): void {
    if (running) this.#shells.add(pid)
    else this.#shells.delete(pid)
  }

  /** A runtime that was killed could not do it. */
  #endShells(): void {
    for (const pid of this.#shells) {
      try {
        process.kill(-pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
    this.#shells.clear()
  }
}

function once<Arguments extends unknown[]>(callback: (...args: Arguments) => void): (...args: Arguments) => void {
  let called = false
  return (...args) => {
    if (called) return
    called = true
    callback(...args)
  }
}
