// Runs cells, one at a time, and tells the front what became of each.
import { Script } from 'node:vm'
import type { CellScope } from '../cell/cell.js'
import { Boxes } from './boxes.js'
import { type Incoming, RelayChannel } from './channel.js'
import { makeDisplay, toBundle } from './display.js'
import { type Host, installHost } from './host.js'
import { Imports } from './imports.js'
import { InterruptError } from './interrupt.js'
import type { CellRun, MimeBundle, Program } from './link.js'
import type { LoaderOptions } from './loader.js'
import { captureStreams, note, Output } from './output.js'
import { disposer, Run, type RunContext } from './run.js'
import { Phase, Word } from './shared.js'
import { cellFileName, installStackTraces, registerCell, toCellError } from './stack.js'
import { installTimers } from './timers.js'

type CellFunction = (scope: CellScope) => Promise<void>

/** How long a cell's end waits for the relay that is terminating it. */
const TERMINATION_MS = 3000

export class Session {
  readonly #channel: RelayChannel
  readonly #output: Output
  readonly #context: RunContext
  readonly #globals: Set<string>
  #current: Run | undefined
  #sequence = 0

  constructor(fd: number, options: LoaderOptions) {
    this.#channel = new RelayChannel(fd, message => this.#receive(message))
    this.#output = new Output(this.#channel)
    this.#context = {
      boxes: new Boxes(),
      imports: new Imports(options),
      output: this.#output,
      folder: options.notebookFolder,
      resources: new Map(),
    }
    captureStreams(this.#output)
    installStackTraces()
    installTimers(
      () => this.#current,
      owner => {
        if (owner instanceof Run) this.#output.speaker = owner.id
      },
    )
    this.#installGlobals()
    this.#installHost()
    this.#guardProcess()
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
      case 'shutdown':
        void this.#shutdown()
        return
      default:
        message satisfies never
    }
  }

  async #start(cell: CellRun): Promise<void> {
    this.#sequence += 1
    const run = new Run({ ...cell, sequence: this.#sequence }, this.#context)
    this.#current = run
    this.#output.speaker = run.id
    this.#channel.send({ op: 'running', cell: run.id, sequence: run.sequence })
    Atomics.store(this.#channel.words, Word.atomic, 0)
    this.#channel.setPhase(Phase.running)
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
    const value = run.scope.resume(await run.wait(run.scope.value))
    await run.settled()
    if (value === undefined) return
    const data = (await run.wait(toBundle(value, this.#output))) as MimeBundle
    if (Object.keys(data).length > 0) this.#channel.send({ op: 'result', cell: run.id, data, metadata: {} })
  }

  #finish(run: Run, failure: { error: unknown } | undefined): void {
    if (this.#current !== run) return
    this.#current = undefined
    const interrupted = failure !== undefined && run.interrupted
    if (interrupted) run.abandon()
    this.#output.speaker = run.id
    for (const callback of run.endCallbacks) {
      try {
        callback()
      } catch (error) {
        note(this.#output, 'A callback at the end of the cell threw:', error)
      }
    }
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
        { id: `${id}:${name}`, number: 0, cellId: undefined, declares: [], sequence: 0 },
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
    run.interrupt()
  }

  /** The main thread was stopped in the middle of the cell: its promise will never settle, so the end is made here. */
  #terminated(cell: string): void {
    const run = this.#current
    if (run?.id !== cell) return
    this.#channel.setPhase(Phase.ending)
    run.interrupt()
    this.#finish(run, { error: new InterruptError() })
  }

  async #shutdown(): Promise<void> {
    for (const resource of this.#context.resources.values()) {
      try {
        await disposer(resource, true)?.()
      } catch (error) {
        note(this.#output, 'A resource could not be disposed of:', error)
      }
    }
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
      signal: () => this.#current?.controller.signal ?? never,
      cell: (): Host['cell'] => {
        const run = this.#current
        return run === undefined ? undefined : { id: run.cellId, number: run.number }
      },
      enterAtomic: () => this.#channel.enterAtomic(this.#current?.sequence ?? -1),
      leaveAtomic: () => this.#channel.leaveAtomic(this.#current?.sequence ?? -1),
      onCellEnd: callback => {
        const run = this.#current
        if (run === undefined) return () => {}
        run.endCallbacks.add(callback)
        return () => run.endCallbacks.delete(callback)
      },
      poll: () => {
        for (let message = this.#channel.poll(); message !== undefined; message = this.#channel.poll()) {
          this.#receive(message)
        }
        if (this.#current?.interrupted === true) throw new InterruptError()
      },
    })
  }

  /** What no cell caught is shown and survived. */
  #guardProcess(): void {
    process.on('uncaughtException', error => {
      if (!(error instanceof InterruptError)) note(this.#output, 'Uncaught exception:', error)
    })
    process.on('unhandledRejection', reason => {
      if (!(reason instanceof InterruptError)) note(this.#output, 'Unhandled promise rejection:', reason)
    })
    process.on('exit', () => this.#channel.drain(1000))
  }
}

function load(program: Program, id: string): CellFunction {
  return new Script(program.js, { filename: cellFileName(id) }).runInThisContext() as CellFunction
}
