// Runs cells, one at a time, and tells the front what became of each.
import { setTimeout } from 'node:timers'
import { Script } from 'node:vm'
import type { CellScope } from '../cell/cell.js'
import { AsyncHooks } from './async-hooks.js'
import { Boxes } from './boxes.js'
import { guardBuiltins, type Restore } from './builtins.js'
import { type Incoming, RelayChannel } from './channel.js'
import { signalChildren } from './children.js'
import { Comms } from './comms.js'
import { makeDisplay, toBundle } from './display.js'
import { type Host, installHost } from './host.js'
import { Imports } from './imports.js'
import { inputUnavailable, makeConfirm, makePrompt } from './input.js'
import { InterruptError, isInterrupt } from './interrupt.js'
import type { CellRun, MimeBundle, Program } from './link.js'
import type { LoaderOptions } from './loader.js'
import { captureNativeOutput } from './native-output.js'
import { captureStreams, note, Output } from './output.js'
import { guardProcess } from './process-guard.js'
import { disposer, isAwaitable, Run, type RunContext } from './run.js'
import { Phase, Word } from './shared.js'
import { cellFileName, installStackTraces, registerCell, toCellError } from './stack.js'
import { clearTimers, installTimers } from './timers.js'
import { connectTslab } from './tslab.js'

type CellFunction = (scope: CellScope) => Promise<void>

/** How long a cell's end waits for the relay that is terminating it. */
const TERMINATION_MS = 3000
/** How soon a cell tries again to begin while the relay stops what ran before it. */
const RETRY_MS = 5
/** How long a process that ends waits for its output to be sent. */
const DRAIN_MS = 1000

export class Session {
  readonly #channel: RelayChannel
  readonly #output: Output
  readonly #context: RunContext
  readonly #globals: Set<string>
  readonly #comms: Comms
  readonly #hooks: AsyncHooks
  readonly #restoreBuiltins: Restore
  /** What is called at the end of every cell. */
  readonly #endCallbacks = new Set<() => void>()
  #current: Run | undefined
  /** The cell whose end is being made. */
  #ending: { readonly run: Run; readonly failure: { error: unknown } | undefined } | undefined
  /** What came while the thread slept in `prompt`. */
  readonly #deferred: Incoming[] = []
  #sequence = 0
  #asked = 0
  #lastStarted: string | undefined

  constructor(fd: number, options: LoaderOptions) {
    this.#channel = new RelayChannel(fd, message => this.#receive(message))
    this.#output = new Output(this.#channel)
    this.#context = {
      boxes: new Boxes(),
      imports: new Imports(options),
      output: this.#output,
      folder: options.notebookFolder,
      resources: new Map(),
      tellShell: (pid, running) => this.#channel.send({ op: 'shell', pid, running }),
    }
    this.#comms = new Comms({
      output: this.#output,
      send: message => this.#channel.send(message),
      report: (what, error) => {
        if (!(error instanceof InterruptError)) note(this.#output, what, error)
      },
    })
    this.#hooks = new AsyncHooks(this.#channel.words)
    captureStreams(this.#output)
    captureNativeOutput(this.#output, this.#channel.relay)
    connectTslab(this.#output)
    installStackTraces(options.roots)
    installTimers(
      () => this.#output.speaker,
      (speaker, work) => this.#output.inNameOf(speaker, work),
    )
    this.#installGlobals()
    this.#installHost()
    this.#guardProcess()
    this.#restoreBuiltins = guardBuiltins()
    this.#globals = new Set(Object.getOwnPropertyNames(globalThis))
  }

  ready(): void {
    this.#channel.send({ op: 'ready', globals: [...this.#globals], pid: process.pid })
  }

  #receive(message: Incoming): void {
    switch (message.op) {
      case 'run':
        void this.#start(message.cell)
        return
      case 'evaluate':
        void this.#evaluate(message.id, message.expressions)
        return
      case 'interrupt':
        return
      case 'interrupted':
        this.#interrupt(message.cell)
        return
      case 'terminated':
        this.#terminated(message.cell)
        return
      case 'ping':
        this.#channel.pong(message.number)
        return
      case 'stopped':
        this.#stopped()
        return
      case 'comm':
        this.#comms.receive(message)
        return
      case 'input':
        // The answer to a question that nobody waits for any more.
        return
      case 'shutdown':
        void this.#shutdown()
        return
      default:
        message satisfies never
    }
  }

  async #start(cell: CellRun): Promise<void> {
    // Sent again in case the first was lost when the relay stopped what ran before.
    if (cell.id === this.#lastStarted) return
    if (!this.#channel.claimStart()) {
      setTimeout(() => void this.#start(cell), RETRY_MS)
      return
    }
    this.#lastStarted = cell.id
    this.#sequence += 1
    const run = new Run({ ...cell, sequence: this.#sequence }, this.#context)
    for (const callback of this.#endCallbacks) run.endCallbacks.add(callback)
    this.#current = run
    this.#output.begin(run)
    this.#channel.send({ op: 'running', cell: run.id, sequence: run.sequence })
    Atomics.store(this.#channel.words, Word.atomic, 0)
    let failure: { error: unknown } | undefined
    try {
      await this.#execute(run, cell.program)
    } catch (error) {
      failure = { error }
    }
    if (!this.#channel.claimEnd()) {
      // The relay is about to stop this thread: being stopped here does no harm.
      Atomics.wait(this.#channel.words, Word.phase, Phase.terminating, TERMINATION_MS)
    }
    this.#finish(run, failure)
  }

  async #execute(run: Run, program: Program): Promise<void> {
    registerCell(run.id, run.number, program.maps)
    await load(program, run.id)(run.scope)
    this.#mend()
    const last = run.scope.value
    const value = isAwaitable(last) ? run.scope.resume(await run.scope.wait(last)) : last
    run.scope.resume(undefined)
    await run.settled()
    if (value === undefined) return
    const data = (await run.wait(toBundle(value, this.#output))) as MimeBundle
    if (Object.keys(data).length > 0) this.#channel.send({ op: 'result', cell: run.id, data, metadata: {} })
  }

  #finish(run: Run, failure: { error: unknown } | undefined): void {
    if (this.#current !== run) return
    if (failure !== undefined) this.#mend()
    this.#current = undefined
    const interrupted = failure !== undefined && run.interrupted
    if (interrupted) run.abandon()
    this.#conclude(run, failure)
  }

  /** Calls back who waits for the cell's end and tells the front; called again if it is stopped on the way. */
  #conclude(run: Run, failure: { error: unknown } | undefined): void {
    this.#ending = { run, failure }
    this.#output.end(run)
    for (const callback of run.endCallbacks) {
      run.endCallbacks.delete(callback)
      try {
        callback()
      } catch (error) {
        note(this.#output, 'A callback at the end of the cell threw:', error)
      }
    }
    this.#ending = undefined
    const interrupted = failure !== undefined && run.interrupted
    const error = failure === undefined ? undefined : toCellError(failure.error)
    const set = run.declares.filter(({ mark }) => failure === undefined || mark <= run.scope.at).map(({ name }) => name)
    this.#channel.send({
      op: 'done',
      cell: run.id,
      status: interrupted ? 'interrupted' : failure === undefined ? 'ok' : 'error',
      error,
      set,
      globals: this.#newGlobals(),
    })
    this.#channel.setPhase(Phase.idle)
  }

  #newGlobals(): string[] {
    const fresh = Object.getOwnPropertyNames(globalThis).filter(name => !this.#globals.has(name))
    for (const name of fresh) this.#globals.add(name)
    return fresh
  }

  async #evaluate(id: string, expressions: Record<string, Program>): Promise<void> {
    const values: Record<string, { data: MimeBundle } | { error: ReturnType<typeof toCellError> }> = {}
    for (const [name, program] of Object.entries(expressions)) {
      const run = new Run(
        { id: `${id}:${name}`, number: 0, cellId: undefined, allowStdin: false, declares: [], sequence: 0 },
        this.#context,
      )
      try {
        registerCell(run.id, 0, program.maps)
        await load(program, run.id)(run.scope)
        values[name] = { data: await toBundle(await run.scope.value, this.#output) }
      } catch (error) {
        values[name] = { error: toCellError(error) }
      }
    }
    this.#channel.send({ op: 'evaluated', id, values })
  }

  #interrupt(cell: string): void {
    const run = this.#current
    if (run?.id !== cell) return
    Atomics.store(this.#channel.words, Word.acknowledged, run.sequence)
    this.#comms.acknowledgeAll()
    run.interrupt()
  }

  /** The main thread was stopped in the middle of the cell: its promise will never settle, so the end is made here. */
  #terminated(cell: string): void {
    this.#hooks.resume()
    const run = this.#current
    if (run?.id !== cell) return
    this.#channel.setPhase(Phase.ending)
    run.interrupt()
    this.#finish(run, { error: new InterruptError() })
  }

  /** What ran while no cell did was stopped by an interrupt. */
  #stopped(): void {
    this.#hooks.resume()
    this.#channel.setPhase(this.#ending === undefined ? Phase.idle : Phase.ending)
    this.#comms.acknowledgeAll()
    const ending = this.#ending
    if (ending === undefined) {
      note(
        this.#output,
        'Code of a cell that had ended (a timer or a handler) was interrupted; its timers are cleared.',
      )
      // An interval would be at it again.
      if (this.#output.speaker !== undefined) clearTimers(this.#output.speaker)
    } else {
      note(this.#output, 'A callback at the end of the cell was interrupted.')
      this.#conclude(ending.run, ending.failure)
    }
  }

  /** Sleeps until the page has answered; what else comes meanwhile is handled afterwards. */
  #ask(question: string, password: boolean): string {
    const run = this.#current
    if (run === undefined) throw inputUnavailable('no cell is running')
    if (!run.allowStdin) throw inputUnavailable('this cell was sent by a client that does not allow input')
    if (run.interrupted) throw new InterruptError()
    this.#asked += 1
    const request = this.#asked
    this.#channel.send({ op: 'input', cell: run.id, request, prompt: question, password })
    for (;;) {
      const message = this.#channel.wait()
      if (message.op === 'input') {
        if (message.request !== request) continue
        if (message.value === undefined) throw inputUnavailable('the client did not answer')
        return message.value
      }
      if (message.op === 'interrupted' || message.op === 'ping') this.#receive(message)
      else this.#defer(message)
      if (run.interrupted || message.op === 'shutdown') throw new InterruptError()
    }
  }

  #defer(message: Incoming): void {
    this.#deferred.push(message)
    if (this.#deferred.length === 1) queueMicrotask(() => this.#takeDeferred())
  }

  #takeDeferred(): void {
    for (const message of this.#deferred.splice(0)) this.#receive(message)
  }

  async #shutdown(): Promise<void> {
    for (const resource of this.#context.resources.values()) {
      try {
        await disposer(resource, true)?.()
      } catch (error) {
        note(this.#output, 'A resource could not be disposed of:', error)
      }
    }
    // Nothing that a cell has started outlives the kernel.
    signalChildren('SIGKILL')
    process.exit(0)
  }

  #installGlobals(): void {
    const { require } = this.#context.imports
    const module = { exports: {} }
    const values: Record<string, unknown> = {
      require,
      module,
      exports: module.exports,
      __dirname: this.#context.folder,
      __filename: this.#context.imports.base,
      display: makeDisplay(this.#output, work => this.#current?.keepOpen(work)),
      prompt: makePrompt((question, password) => this.#ask(question, password)),
      confirm: makeConfirm((question, password) => this.#ask(question, password)),
      clearOutput: (wait = false) => this.#output.clear(wait === true),
    }
    for (const [name, value] of Object.entries(values)) {
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false })
    }
  }

  #installHost(): void {
    const never = new AbortController().signal
    installHost({
      display: (bundle, options) => this.#output.display(bundle, options),
      clear: wait => this.#output.clear(wait),
      comms: this.#comms,
      signal: () => this.#current?.controller.signal ?? never,
      cell: (): Host['cell'] => {
        const run = this.#current
        return run === undefined ? undefined : { id: run.cellId, number: run.number }
      },
      enterAtomic: () => this.#channel.enterAtomic(this.#current?.sequence ?? -1),
      leaveAtomic: () => this.#channel.leaveAtomic(this.#current?.sequence ?? -1),
      onCellEnd: (callback, every) => {
        const run = this.#current
        run?.endCallbacks.add(callback)
        if (every) this.#endCallbacks.add(callback)
        return () => {
          run?.endCallbacks.delete(callback)
          this.#current?.endCallbacks.delete(callback)
          this.#endCallbacks.delete(callback)
        }
      },
      poll: () => {
        this.#takeDeferred()
        for (let message = this.#channel.poll(); message !== undefined; message = this.#channel.poll()) {
          this.#receive(message)
        }
        if (this.#current?.interrupted === true) throw new InterruptError()
      },
    })
  }

  /** What no cell caught is shown and survived. */
  #guardProcess(): void {
    guardProcess({
      uncaughtException: error => {
        if (!isInterrupt(error)) this.#output.uncaught('Uncaught exception:', error)
      },
      unhandledRejection: reason => {
        if (!isInterrupt(reason)) this.#output.uncaught('Unhandled promise rejection:', reason)
      },
      exit: () => this.#channel.drain(DRAIN_MS),
      drain: () => this.#channel.drain(DRAIN_MS),
    })
  }

  /** What the cell has broken of the built-in objects works again. */
  #mend(): void {
    const mended = this.#restoreBuiltins()
    if (mended.length === 0) return
    const names =
      mended.length > 6 ? `${mended.slice(0, 6).join(', ')} and ${mended.length - 6} more` : mended.join(', ')
    note(this.#output, `The cell broke built-in objects that the kernel needs; they have been restored: ${names}.`)
  }
}

function load(program: Program, id: string): CellFunction {
  return new Script(program.js, { filename: cellFileName(id) }).runInThisContext() as CellFunction
}
