// Running notebooks: the client's side with a scripted kernel, then whole runs with the real one.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kernelSpec } from '#src/cli/jupyter/kernelspec.js'
import { CellError, type CellErrorKind } from '#src/notebook/cell-error.js'
import { NotebookError } from '#src/notebook/errors.js'
import { type ExecuteOptions, executeNotebook, type NotebookRun } from '#src/notebook/execute.js'
import type { Cell, CodeCell, JsonObject, Notebook, Output } from '#src/notebook/format.js'
import { KernelStartError } from '#src/notebook/kernel.js'
import { KERNELSPEC } from '#src/notebook/kernelspec.js'

const scripted = fileURLToPath(new URL('scripted-kernel.js', import.meta.url))

function code(source: string, metadata: JsonObject = {}, id = source.replace(/\W/g, '-').slice(0, 60)): CodeCell {
  const old: Output = { output_type: 'stream', name: 'stdout', text: 'of an older run' }
  return { cell_type: 'code', id: `c${id}`, metadata, source, execution_count: 9, outputs: [old] }
}

function notebook(...cells: readonly (string | Cell)[]): Notebook {
  const whole = cells.map(cell => (typeof cell === 'string' ? code(cell) : cell))
  return { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: whole }
}

const runScripted = (nb: Notebook, options: ExecuteOptions = {}): Promise<NotebookRun> =>
  executeNotebook(nb, { program: scripted, ...options })

function cellsOf({ notebook }: NotebookRun): CodeCell[] {
  return notebook.cells.filter(cell => cell.cell_type === 'code')
}

/** Each code cell's text output. */
function texts(run: NotebookRun): string[] {
  return cellsOf(run).map(({ outputs }) =>
    outputs
      .map(output => {
        if (output.output_type === 'stream') return output.text
        return output.output_type === 'error' ? `${output.ename}: ${output.evalue}` : String(output.data['text/plain'])
      })
      .join(''),
  )
}

function failureOf(run: NotebookRun, kind: CellErrorKind): CellError {
  assert.ok(run.failure instanceof CellError, 'the run failed')
  assert.equal(run.failure.kind, kind, run.failure.message)
  return run.failure
}

describe('executing a notebook', () => {
  it('puts outputs and counts into code cells and leaves the others', async () => {
    const text: Cell = { cell_type: 'markdown', id: 'm', metadata: {}, source: 'text' }
    const run = await runScripted(notebook('say a\nresult 1', text, ' \n ', 'say b'))
    assert.equal(run.failure, undefined)
    assert.deepEqual(texts(run), ['a\n1', '', 'b\n'])
    assert.deepEqual(
      cellsOf(run).map(cell => cell.execution_count),
      [1, null, 2],
    )
    assert.deepEqual(run.notebook.cells[1], text)
  })

  it('sets the metadata that JupyterLab sets, and keeps the rest', async () => {
    const { notebook: executed } = await runScripted({
      ...notebook(code('say a', { execution: { 'iopub.status.busy': 'x' }, tags: ['t'], collapsed: true })),
      metadata: { title: 'T', kernelspec: { name: 'tslab', display_name: 'X', other: 1 } },
    })
    assert.deepEqual(executed.metadata, {
      title: 'T',
      kernelspec: { name: 'gradlab', display_name: 'TypeScript (Gradlab)', language: 'typescript' },
      language_info: { name: 'typescript', version: '0', mimetype: 'text/x-typescript', file_extension: '.ts' },
    })
    assert.deepEqual(executed.cells[0]?.metadata, { tags: ['t'] })
  })

  it('names the kernel as its kernelspec does', () => {
    const { display_name, language } = kernelSpec({ root: '/r', kernelFolder: '/k' })
    assert.deepEqual({ name: 'gradlab', display_name, language }, KERNELSPEC)
  })

  it('stops at an error, quotes its cell, and leaves no older outputs behind it', async () => {
    const run = await runScripted(notebook('say a', code('say b\nthrow no', { label: 'bad' }), 'say c'))
    const failure = failureOf(run, 'error')
    assert.equal(failure.code, 'CELL_ERROR')
    assert.equal(
      failure.message,
      'notebook: cell 2 of 3 (bad) ended with Error: no. ' +
        'Mend the cell; or, if it is meant to fail, tag it raises-exception or run with --allow-errors.',
    )
    assert.deepEqual([failure.number, failure.line, failure.source], [2, 2, 'say b\nthrow no'])
    assert.deepEqual(failure.traceback, ['\u001b[31mError\u001b[0m: no', '  at Cell [2]:2:3'])
    assert.deepEqual(texts(run), ['a\n', 'b\nError: no', ''])
    assert.deepEqual(
      cellsOf(run).map(cell => cell.execution_count),
      [1, 2, null],
    )
  })

  it('goes on after errors that are allowed or announced by a tag', async () => {
    const allowed = await runScripted(notebook('throw a', 'say b'), { allowErrors: true })
    assert.equal(allowed.failure, undefined)
    assert.deepEqual(texts(allowed), ['Error: a', 'b\n'])
    const tagged = await runScripted(notebook(code('throw a', { tags: ['raises-exception'] }), 'say b', 'throw c'))
    assert.equal(failureOf(tagged, 'error').number, 3)
    assert.deepEqual(texts(tagged), ['Error: a', 'b\n', 'Error: c'])
  })

  it('interrupts a cell at its time limit and names it', async () => {
    const run = await runScripted(notebook(code('say a\nhang', {}, 'slow'), 'say b'), { timeout: 0.3 })
    const failure = failureOf(run, 'timeout')
    assert.match(failure.message, /cell 1 of 2 \(id cslow\) took more than 0\.3 s and was interrupted\. .*--timeout/)
    assert.deepEqual(texts(run), ['a\nInterrupted: The cell was interrupted.', ''])
  })

  it('kills a kernel that cannot be interrupted', async function () {
    this.timeout(20_000)
    const run = await runScripted(notebook('say a\nhang-hard'), { timeout: 0.3 })
    assert.match(failureOf(run, 'timeout').message, /was ended by force/)
    assert.deepEqual(texts(run), ['a\n'])
  })

  it('interrupts a cell when it is told to', async () => {
    const controller = new AbortController()
    const run = await runScripted(notebook('say a', 'hang', 'say c'), {
      signal: controller.signal,
      timeout: 0,
      onCell: ({ number }) => {
        if (number === 2) setTimeout(() => controller.abort(), 50)
      },
    })
    const failure = failureOf(run, 'interrupted')
    assert.equal(failure.number, 2)
    assert.deepEqual(texts(run), ['a\n', 'Interrupted: The cell was interrupted.', ''])
  })

  it('runs nothing when it was told to stop before', async () => {
    const run = await runScripted(notebook('say a'), { signal: AbortSignal.abort() })
    assert.equal(failureOf(run, 'interrupted').number, 1)
    assert.deepEqual(texts(run), [''])
  })

  it('tells of a kernel that ended', async () => {
    const run = await runScripted(notebook('say a', 'say b\ndie 7', 'say c'))
    const failure = failureOf(run, 'died')
    assert.match(failure.message, /cell 2 of 3 .* lost its kernel: its process ended with code 7\./)
    assert.deepEqual(texts(run), ['a\n', 'b\n', ''])
  })

  it('puts late output under its own cell', async () => {
    assert.deepEqual(texts(await runScripted(notebook('say a', 'say b\nlate x'))), ['a\nx\n', 'b\n'])
  })

  it('survives lines that are no messages', async () => {
    assert.deepEqual(texts(await runScripted(notebook('junk what?\nsay a'))), ['a\n'])
  })

  it('sends what JupyterLab sends', async () => {
    const nb: Notebook = {
      ...notebook(code('request', { tags: ['raises-exception'], gradlab: { a: 1 } }, 'x\u2028y')),
      metadata: { gradlab: { typecheck: 'off', a: 0 } },
    }
    const sent = JSON.parse(texts(await runScripted(nb))[0] ?? '')
    assert.equal(sent.channel, 'shell')
    assert.deepEqual(sent.metadata, {
      tags: ['raises-exception'],
      gradlab: { typecheck: 'off', a: 1 },
      cellId: 'cx\u2028y',
    })
    assert.deepEqual(sent.content, {
      code: 'request',
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: false,
    })
  })

  it("runs in the notebook's folder, which the kernel is told of", async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'gradlab-execute-')))
    try {
      const file = join(folder, 'a.ipynb')
      const nb = notebook('cwd', 'env JPY_SESSION_NAME', 'args')
      const [cwd, name, args = ''] = texts(await runScripted(nb, { file, roots: ['/elsewhere'] }))
      assert.deepEqual([cwd, name], [folder, file])
      assert.match(args, /^--stdio --root \S+ --root \/elsewhere$/)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('ends the kernel in good order', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gradlab-execute-'))
    const log = join(folder, 'log')
    process.env.SCRIPTED_LOG = log
    try {
      await runScripted(notebook('say a'))
      assert.equal(await readFile(log, 'utf8'), 'shutdown\n')
    } finally {
      delete process.env.SCRIPTED_LOG
      await rm(folder, { recursive: true })
    }
  })

  it('does not wait for a process that a cell has left behind', async () => {
    const pid = Number(texts(await runScripted(notebook('orphan')))[0])
    // Still alive: this throws where it is not.
    process.kill(pid, 'SIGKILL')
  })

  it('tells how far it is', async () => {
    const seen: string[] = []
    await runScripted(notebook('say a', '', 'throw x', 'say b'), {
      onCell: ({ number, total, cell }) => seen.push(`${number}/${total} ${cell.source}`),
      onCellEnd: ({ number }, failed) => seen.push(`${number} ${failed}`),
    })
    assert.deepEqual(seen, ['1/4 say a', '1 false', '3/4 throw x', '3 true'])
  })

  it('says why a kernel did not start', async () => {
    await assert.rejects(executeNotebook(notebook('x'), { program: '/nowhere/kernel.mjs' }), (error: unknown) => {
      assert.ok(error instanceof KernelStartError)
      assert.equal(error.code, 'KERNEL_START')
      assert.match(error.message, /did not start: its process ended with code 1[\s\S]*nowhere[\s\S]*gradlab doctor/)
      assert.ok(error.cause instanceof Error)
      return true
    })
  })

  it('refuses notebooks of another language, and takes those of other TypeScript kernels', async () => {
    const of = (metadata: JsonObject): Notebook => ({ ...notebook('say a'), metadata })
    const python = of({ kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } })
    await assert.rejects(runScripted(python, { file: 'p.ipynb' }), (error: unknown) => {
      assert.ok(error instanceof NotebookError)
      assert.equal(error.code, 'NOTEBOOK_LANGUAGE')
      assert.match(
        error.message,
        /^p\.ipynb \(metadata\.kernelspec\): expected a TypeScript notebook, got one for python\./,
      )
      return true
    })
    await assert.rejects(runScripted(of({ language_info: { name: 'R' } })), { code: 'NOTEBOOK_LANGUAGE' })
    for (const metadata of [
      { kernelspec: { name: 'deno', display_name: 'Deno' } },
      { kernelspec: { name: 'tslab', display_name: 'TypeScript', language: 'typescript' } },
      { kernelspec: { name: '', display_name: '' }, language_info: { name: '' } },
      { language_info: { name: 'TypeScript' } },
    ]) {
      assert.deepEqual(texts(await runScripted(of(metadata))), ['a\n'])
    }
  })
})
