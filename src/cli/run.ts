// `gradlab run NOTEBOOK`: executes a notebook with no Python and no Jupyter.
import { Command, InvalidArgumentError } from 'commander'
import type { CellError } from '../notebook/cell-error.js'
import { NotebookError } from '../notebook/errors.js'
import { type ExecuteOptions, executeNotebook } from '../notebook/execute.js'
import type { Notebook } from '../notebook/format.js'
import { KernelStartError } from '../notebook/kernel.js'
import { readNotebook } from '../notebook/read.js'
import { checkWritable, formatNotebook, writeNotebook } from '../notebook/write.js'
import { EXIT } from './exit.js'
import { Progress } from './run-progress.js'
import { reportCell } from './run-report.js'
import { painter, printError } from './style.js'

export interface RunFlags {
  readonly output?: string
  readonly allowErrors: boolean
  readonly timeout: number
}

const STDOUT = '-'

export function runCommand(): Command {
  return new Command('run')
    .summary('execute a notebook, with no Python and no Jupyter')
    .description('Executes all code cells of a notebook in a fresh kernel and saves their outputs in it.')
    .argument('<notebook>', 'the notebook file (.ipynb)')
    .option('-o, --output <file>', 'save there instead; - prints the notebook')
    .option('--allow-errors', 'go on after a cell that fails', false)
    .option('--timeout <seconds>', 'the time that one cell may take; 0 = no limit', seconds, 600)
    .addHelpText('after', '\nA cell that is tagged raises-exception may fail.')
    .action(async (notebook: string, flags: RunFlags) => {
      process.exitCode = await run(notebook, flags)
    })
}

/** Runs a notebook and tells how it went on stderr. Returns the exit code. `program` replaces the kernel. */
export async function run(file: string, flags: RunFlags, program?: string): Promise<number> {
  try {
    const notebook = await readNotebook(file)
    const target = flags.output ?? file
    if (target !== STDOUT) await checkWritable(target)
    return await execute(notebook, file, target, flags, program)
  } catch (error) {
    printError(error)
    return exitCode(error)
  }
}

async function execute(
  notebook: Notebook,
  file: string,
  target: string,
  { allowErrors, timeout }: RunFlags,
  program: string | undefined,
): Promise<number> {
  const paint = painter(process.stderr)
  const progress = new Progress(process.stderr, paint)
  const stop = stopBySignal()
  const started = performance.now()
  const options: ExecuteOptions = {
    file,
    allowErrors,
    timeout,
    signal: stop.signal,
    onCell: cell => progress.cell(cell),
    onCellEnd: (cell, failed) => progress.cellEnd(cell, failed),
    ...(program === undefined ? {} : { program }),
  }
  try {
    const { notebook: executed, failure } = await executeNotebook(notebook, options)
    await save(executed, target)
    if (failure === undefined) {
      const count = executed.cells.filter(cell => cell.cell_type === 'code').length
      const time = ((performance.now() - started) / 1000).toFixed(1)
      process.stderr.write(`${paint('green', 'done:')} ${count} cells in ${time} s${savedIn(target)}\n`)
      return EXIT.done
    }
    return report(failure, target, stop)
  } finally {
    stop.clear()
  }
}

function report(failure: CellError, target: string, stop: StopBySignal): number {
  const paint = painter(process.stderr)
  if (failure.kind !== 'interrupted') {
    const colours = paint('red', 'x') !== 'x'
    process.stderr.write(reportCell(failure, { paint, colours }))
  }
  printError(failure)
  if (target !== STDOUT) process.stderr.write(`The outputs so far are in ${target}.\n`)
  return failure.kind === 'interrupted' ? stop.exitCode() : EXIT.failed
}

async function save(notebook: Notebook, target: string): Promise<void> {
  if (target === STDOUT) process.stdout.write(formatNotebook(notebook))
  else await writeNotebook(target, notebook)
}

function savedIn(target: string): string {
  return target === STDOUT ? '' : `, saved in ${target}`
}

function exitCode(error: unknown): number {
  if (error instanceof KernelStartError) return EXIT.notReady
  return error instanceof NotebookError ? EXIT.usage : EXIT.failed
}

function seconds(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError('Expected a number of seconds, 0 or more.')
  }
  return value
}

interface StopBySignal {
  readonly signal: AbortSignal
  exitCode(): number
  clear(): void
}

const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: 143 } as const

/** The first Ctrl-C interrupts the cell and saves; the second ends at once (the kernel ends with its input). */
function stopBySignal(): StopBySignal {
  const controller = new AbortController()
  let code: number = EXIT.interrupted
  const stop = (signal: NodeJS.Signals): void => {
    code = SIGNALS[signal as keyof typeof SIGNALS]
    if (controller.signal.aborted) process.exit(code)
    controller.abort()
  }
  const signals = Object.keys(SIGNALS) as NodeJS.Signals[]
  for (const name of signals) process.on(name, stop)
  return {
    signal: controller.signal,
    exitCode: () => code,
    clear: () => {
      for (const name of signals) process.off(name, stop)
    },
  }
}
