// Runs a notebook's code cells one after another in a fresh headless kernel, with no Python and no Jupyter, and puts
// into the notebook what JupyterLab would have saved after "Run All".
import { dirname, resolve } from 'node:path'
import { CellError, type CellErrorKind } from './cell-error.js'
import { isObject } from './checks.js'
import {
  type Cell,
  type CodeCell,
  cellLabel,
  cellTags,
  isJsonObject,
  type JsonObject,
  type Notebook,
} from './format.js'
import { HeadlessKernel, packageRoot, type SentRequest } from './kernel.js'
import { checkLanguage, withKernel } from './kernelspec.js'
import { type CellOutputs, NotebookOutputs } from './outputs.js'
import { savedMetadata } from './saved.js'

export interface ExecuteOptions {
  /** The notebook's path: its folder is where the code runs; errors name it. Without one, the current folder. */
  readonly file?: string
  /** Errors of cells are kept as outputs and the run goes on; false. */
  readonly allowErrors?: boolean
  /** The time that one cell may take in seconds; 0 = no limit; 600. */
  readonly timeout?: number
  /** Aborting interrupts the running cell and ends the run. */
  readonly signal?: AbortSignal
  /** More folders whose packages resolve from the notebook. */
  readonly roots?: readonly string[]
  /** Called before each code cell that is run. */
  readonly onCell?: (progress: CellProgress) => void
  /** Called after each; `failed` where it ends the run. */
  readonly onCellEnd?: (progress: CellProgress, failed: boolean) => void
  /** The kernel's program; that of the package gradlab-kernel. */
  readonly program?: string
}

/** A code cell that is about to run. */
export interface CellProgress {
  /** 1 for the first code cell. */
  readonly number: number
  /** How many code cells the notebook has. */
  readonly total: number
  readonly cell: CodeCell
}

/** A cell in one line: its label, or the first line of its code. */
export function cellTitle(cell: Cell): string {
  return cellLabel(cell) ?? cell.source.trim().split('\n', 1)[0] ?? ''
}

export interface NotebookRun {
  /** The notebook with all outputs that came; cells that were not reached have none. */
  readonly notebook: Notebook
  /** Why the run ended before its end. */
  readonly failure: CellError | undefined
}

const TIMEOUT = 600
/** How long an interrupted cell may take to end before its kernel is killed. */
const GRACE_MS = 5_000

/**
 * Executes all code cells. What a cell does never throws: it is in the result, with the outputs so far. Throws
 * NotebookError for a notebook of another language and KernelStartError where the kernel does not start.
 */
export async function executeNotebook(notebook: Notebook, options: ExecuteOptions = {}): Promise<NotebookRun> {
  const { file, roots = [], program } = options
  checkLanguage(notebook, file ?? 'notebook')
  const outputs = new NotebookOutputs()
  const { kernel, info } = await HeadlessKernel.start({
    cwd: file === undefined ? process.cwd() : dirname(resolve(file)),
    roots: [packageRoot(), ...roots],
    ...(file === undefined ? {} : { notebook: resolve(file) }),
    ...(program === undefined ? {} : { program }),
    publish: message => outputs.take(message),
  })
  const run = new Run(notebook, kernel, outputs, options)
  try {
    const failure = await run.cells()
    return { notebook: run.result(info), failure }
  } finally {
    await kernel.shutdown()
  }
}

type Ending = 'done' | 'timeout' | 'interrupted' | 'died'

class Run {
  readonly #notebook: Notebook
  readonly #kernel: HeadlessKernel
  readonly #outputs: NotebookOutputs
  readonly #options: ExecuteOptions
  /** What became of the cells that were run, by their place in the notebook. */
  readonly #ran = new Map<number, { readonly outputs: CellOutputs; count: number | null }>()

  constructor(notebook: Notebook, kernel: HeadlessKernel, outputs: NotebookOutputs, options: ExecuteOptions) {
    this.#notebook = notebook
    this.#kernel = kernel
    this.#outputs = outputs
    this.#options = options
  }

  /** Runs the cells in order, up to the first that fails. */
  async cells(): Promise<CellError | undefined> {
    const code = [...this.#notebook.cells.entries()].filter(([, cell]) => cell.cell_type === 'code')
    for (const [number, [index, cell]] of code.entries()) {
      if (cell.cell_type !== 'code' || cell.source.trim() === '') continue
      const progress = { number: number + 1, total: code.length, cell }
      if (this.#options.signal?.aborted) return this.#failure('interrupted', progress)
      this.#options.onCell?.(progress)
      const failure = await this.#cell(index, progress)
      this.#options.onCellEnd?.(progress, failure !== undefined)
      if (failure !== undefined) return failure
    }
    return undefined
  }

  /** The notebook as it stands. */
  result(info: Record<string, unknown>): Notebook {
    const languageInfo = isObject(info.language_info) ? (info.language_info as JsonObject) : {}
    return {
      ...this.#notebook,
      metadata: withKernel(this.#notebook.metadata, languageInfo),
      cells: this.#notebook.cells.map((cell, index) => this.#resultCell(cell, index)),
    }
  }

  #resultCell(cell: Cell, index: number): Cell {
    const metadata = savedMetadata(cell)
    if (cell.cell_type !== 'code') return { ...cell, metadata }
    const ran = this.#ran.get(index)
    return {
      ...cell,
      metadata,
      execution_count: ran?.count ?? null,
      outputs: ran?.outputs.toJSON() ?? [],
    }
  }

  async #cell(index: number, progress: CellProgress): Promise<CellError | undefined> {
    const { cell } = progress
    const mayFail = this.#options.allowErrors === true || cellTags(cell).includes('raises-exception')
    const request = this.#kernel.request({
      channel: 'shell',
      type: 'execute_request',
      content: {
        code: cell.source,
        silent: false,
        store_history: true,
        user_expressions: {},
        allow_stdin: false,
        stop_on_error: !mayFail,
      },
      metadata: this.#requestMetadata(cell),
    })
    const ran: { outputs: CellOutputs; count: number | null } = { outputs: this.#outputs.open(request.id), count: null }
    this.#ran.set(index, ran)
    const ending = await this.#wait(request)
    const reply = await request.done.catch(() => ({}) as Record<string, unknown>)
    ran.count = typeof reply.execution_count === 'number' ? reply.execution_count : null
    if (ending !== 'done') return this.#failure(ending, progress)
    return reply.status === 'ok' || mayFail ? undefined : this.#failure('error', progress, reply)
  }

  /** As JupyterLab sends it: the cell's own metadata and id; and the notebook's wishes for our kernel. */
  #requestMetadata(cell: CodeCell): Record<string, unknown> {
    const own = cell.metadata.gradlab
    const shared = this.#notebook.metadata.gradlab
    const gradlab = { ...(isJsonObject(shared) ? shared : {}), ...(isJsonObject(own) ? own : {}) }
    return { ...cell.metadata, gradlab, cellId: cell.id }
  }

  /** Waits for the end of a cell; at the time limit and at an abort it is interrupted and must end soon. */
  async #wait(request: SentRequest): Promise<Ending> {
    const { timeout = TIMEOUT, signal } = this.#options
    const stop = new Stop(timeout * 1000, signal)
    try {
      const done = request.done.then<Ending, Ending>(
        () => 'done',
        () => 'died',
      )
      const ending = await Promise.race([done, stop.reached])
      if (ending === 'done' || ending === 'died') return ending
      this.#kernel.interrupt()
      const killed = setTimeout(() => this.#kernel.kill(), GRACE_MS)
      await done
      clearTimeout(killed)
      return ending
    } finally {
      stop.clear()
    }
  }

  #failure(kind: CellErrorKind, progress: CellProgress, reply: Record<string, unknown> = {}): CellError {
    const { file, timeout = TIMEOUT } = this.#options
    return new CellError(kind, {
      file: file ?? 'notebook',
      number: progress.number,
      total: progress.total,
      id: progress.cell.id,
      label: cellLabel(progress.cell),
      source: progress.cell.source,
      timeout,
      reply,
      exit: this.#kernel.exit?.reason,
    })
  }
}

/** The first of two things: a time limit (0 = none) and an abort. */
class Stop {
  readonly reached: Promise<'timeout' | 'interrupted'>
  clear: () => void = () => {}

  constructor(limit: number, signal: AbortSignal | undefined) {
    this.reached = new Promise(resolve => {
      const abort = (): void => resolve('interrupted')
      const timer = limit > 0 ? setTimeout(() => resolve('timeout'), Math.min(limit, MAX_TIMER)) : undefined
      signal?.addEventListener('abort', abort)
      if (signal?.aborted) abort()
      this.clear = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
      }
    })
  }
}

/** Node fires longer timers at once. */
const MAX_TIMER = 2 ** 31 - 1
