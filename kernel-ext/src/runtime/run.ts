// One execution of a cell: what it may be interrupted at, what it has set going, and the scope its program sees.
import type { ChildProcess } from 'node:child_process'
import type { Box, CellScope } from '../cell/cell.js'
import { type Boxes, peek } from './boxes.js'
import { hasExport, type Imports, makeMeta, pickExport } from './imports.js'
import { InterruptError } from './interrupt.js'
import type { CellRun } from './link.js'
import type { Output, Speaker } from './output.js'
import { killShell, runShell } from './shell.js'
import { clearTimers } from './timers.js'

export interface RunContext {
  readonly boxes: Boxes
  readonly imports: Imports
  readonly output: Output
  readonly folder: string
  /** `using` values of the top level, by name: disposed when the name is declared again. */
  readonly resources: Map<string, Disposable | AsyncDisposable>
  /** Tells the front of a `!command`'s process group, since the runtime may die before it. */
  readonly tellShell: (pid: number, running: boolean) => void
}

export class Run implements Speaker {
  readonly id: string
  readonly number: number
  readonly cellId: string | undefined
  readonly allowStdin: boolean
  readonly declares: CellRun['declares']
  readonly sequence: number
  readonly timers = new Set<NodeJS.Timeout | NodeJS.Immediate>()
  readonly controller = new AbortController()
  readonly endCallbacks = new Set<() => void>()
  interrupted = false
  readonly scope: Scope
  readonly #output: Output
  readonly #tellShell: RunContext['tellShell']
  readonly #waiting = new Set<(error: Error) => void>()
  readonly #shells = new Set<ChildProcess>()
  readonly #work = new Set<Promise<unknown>>()

  constructor(identity: Omit<CellRun, 'program'> & { readonly sequence: number }, context: RunContext) {
    this.id = identity.id
    this.number = identity.number
    this.cellId = identity.cellId
    this.allowStdin = identity.allowStdin
    this.declares = identity.declares
    this.sequence = identity.sequence
    this.#output = context.output
    this.#tellShell = context.tellShell
    this.scope = new Scope(this, context)
  }

  /** A promise that settles as `value` does, or is rejected by an interrupt; what is no promise is used at once. */
  wait(value: unknown, use: (result: unknown) => unknown = result => result): unknown {
    if (this.interrupted) throw new InterruptError()
    if (!isThenable(value)) return use(value)
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject)
      Promise.resolve(value).then(
        result => {
          this.#waiting.delete(reject)
          resolve(use(result))
        },
        error => {
          this.#waiting.delete(reject)
          reject(error)
          // What catches the error speaks next.
          this.#output.speak(this)
        },
      )
    })
  }

  /** Keeps the cell open until `work` has settled. */
  keepOpen(work: Promise<unknown>): void {
    const settled = work.finally(() => this.#work.delete(settled))
    this.#work.add(settled)
  }

  async settled(): Promise<void> {
    while (this.#work.size > 0) await this.wait(Promise.all(this.#work))
  }

  trackShell(child: ChildProcess): void {
    const { pid } = child
    this.#shells.add(child)
    if (pid !== undefined) this.#tellShell(pid, true)
    child.on('close', () => {
      this.#shells.delete(child)
      if (pid !== undefined) this.#tellShell(pid, false)
    })
  }

  /** Asks the cell to end: everything it waits for is rejected. */
  interrupt(): void {
    if (this.interrupted) return
    this.interrupted = true
    const error = new InterruptError()
    for (const reject of this.#waiting) reject(error)
    this.#waiting.clear()
    for (const child of this.#shells) killShell(child)
    this.controller.abort(error)
  }

  /** What an interrupted cell leaves behind is stopped. */
  abandon(): void {
    this.interrupt()
    clearTimers(this)
  }
}

/** The value that a cell shows; a proxy that throws when it is asked for `then` is shown as it is. */
export function isAwaitable(value: unknown): boolean {
  try {
    return isThenable(value)
  } catch {
    return false
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

/** The value of an `await`, and who speaks after it. */
class Awaited {
  readonly run: Run
  readonly value: unknown

  constructor(run: Run, value: unknown) {
    this.run = run
    this.value = value
  }
}

// An `await` asks each object for `then`: an Object.prototype with one would keep the cell waiting for ever.
Object.setPrototypeOf(Awaited.prototype, null)

/** The argument of a compiled cell. */
export class Scope implements CellScope {
  at = 0
  value: unknown
  readonly meta: ImportMeta
  readonly #run: Run
  readonly #context: RunContext

  constructor(run: Run, context: RunContext) {
    this.#run = run
    this.#context = context
    this.meta = makeMeta(context.imports, context.folder)
  }

  box(name: string): Box {
    return this.#context.boxes.get(name)
  }

  peek(box: Box): unknown {
    return peek(box)
  }

  import(specifier: unknown, options?: unknown): Promise<Record<string, unknown>> {
    return this.#context.imports.import(specifier, options)
  }

  pick(module: Record<string, unknown>, name: string, specifier: string): unknown {
    return pickExport(module, name, specifier)
  }

  has(module: Record<string, unknown>, name: string): boolean {
    return hasExport(module, name)
  }

  /** A function may be called by another cell than the one that it stands in: the one that speaks is who waits. */
  wait(value: unknown): unknown {
    const { speaker } = this.#context.output
    const run = speaker instanceof Run ? speaker : this.#run
    return run.wait(value, result => new Awaited(run, result))
  }

  /** Called by what follows an `await`, with what `wait` has made of its value. */
  resume<T>(value: T): T {
    const run = value instanceof Awaited ? value.run : this.#run
    if (run.interrupted) throw new InterruptError()
    this.#context.output.speak(run)
    return value instanceof Awaited ? (value.value as T) : value
  }

  result(value: unknown): void {
    this.value = value
  }

  constant(name: string): never {
    throw new TypeError(`Assignment to constant variable '${name}'.`)
  }

  async shell(command: string): Promise<void> {
    const { folder, output } = this.#context
    await this.#run.wait(runShell(command, { folder, output, started: child => this.#run.trackShell(child) }))
    this.resume(undefined)
  }

  use(name: string, value: unknown, isAsync: boolean): unknown {
    const { resources, output } = this.#context
    if (value === null || value === undefined) return value
    if (disposer(value, isAsync) === undefined) {
      throw new TypeError(`using ${name}: expected an object with [Symbol.${isAsync ? 'asyncDispose' : 'dispose'}].`)
    }
    const before = resources.get(name)
    resources.set(name, value as Disposable)
    if (before === undefined) return value
    const disposed = disposer(before, true)?.()
    if (!(disposed instanceof Promise)) return value
    return disposed.then(() => {
      output.speak(this.#run)
      return value
    })
  }
}

export function disposer(value: unknown, isAsync: boolean): (() => unknown) | undefined {
  const resource = value as Record<symbol, unknown>
  const keys = isAsync ? [Symbol.asyncDispose, Symbol.dispose] : [Symbol.dispose]
  for (const key of keys) {
    const method = resource[key]
    if (typeof method === 'function') return () => method.call(value)
  }
  return undefined
}
