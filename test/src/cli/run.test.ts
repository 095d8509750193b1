// `gradlab run` as a process: files, exit codes and what it says, with a scripted kernel.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RunFlags, runCommand } from '#src/cli/run.js'
import { Progress } from '#src/cli/run-progress.js'
import { quoteCell } from '#src/cli/run-report.js'
import type { CellProgress } from '#src/notebook/execute.js'
import type { CodeCell } from '#src/notebook/format.js'
import { parseNotebook } from '#src/notebook/read.js'
import { formatNotebook } from '#src/notebook/write.js'

const scripted = fileURLToPath(new URL('../notebook/scripted-kernel.js', import.meta.url))
const command = new URL('../../../../dist/cli/run.js', import.meta.url).href
const driver = `
  const [file, flags, program] = JSON.parse(process.argv[1])
  const { run } = await import(${JSON.stringify(command)})
  process.exitCode = await run(file, flags, program)
`

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `signal` is sent once the file `after` is there. */
async function gradlabRun(
  file: string,
  flags: Partial<RunFlags> = {},
  { program = scripted, signal, after }: { program?: string; signal?: NodeJS.Signals; after?: string } = {},
): Promise<Ended> {
  const whole: RunFlags = { allowErrors: false, timeout: 600, ...flags }
  const args = ['--input-type=module', '-e', driver, JSON.stringify([file, whole, program])]
  const child = spawn(process.execPath, args, { env: { ...process.env, FORCE_COLOR: '' } })
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      text[name] += part
    })
  }
  const poll = setInterval(() => {
    if (after === undefined || !existsSync(after)) return
    clearInterval(poll)
    child.kill(signal)
  }, 50)
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  clearInterval(poll)
  return { code, ...text }
}

function cell(source: string, id: string, metadata: Record<string, unknown> = {}): object {
  return { cell_type: 'code', id, metadata, source, execution_count: null, outputs: [] }
}

function notebookText(...cells: object[]): string {
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells })
}

describe('gradlab run', () => {
  let folder = ''
  let file = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gradlab-run-'))
    file = join(folder, 'a.ipynb')
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('executes a notebook in place and says so in plain lines', async () => {
    await writeFile(file, notebookText(cell('say a', 'a', { label: 'greet' }), cell('result 2', 'b')))
    const { code, stdout, stderr } = await gradlabRun(file)
    assert.equal(stdout, '')
    assert.match(
      stderr.replaceAll(/\d+\.\d s/g, 'T'),
      /^cell 1\/2 ok T {2}greet\ncell 2\/2 ok T {2}result 2\ndone: 2 cells in T, saved in .*a\.ipynb\n$/,
    )
    assert.equal(code, 0)
    const text = await readFile(file, 'utf8')
    const [a, b] = parseNotebook(text).cells as CodeCell[]
    assert.deepEqual(a?.outputs, [{ output_type: 'stream', name: 'stdout', text: 'a\n' }])
    assert.equal(b?.execution_count, 2)
    assert.equal(text, formatNotebook(parseNotebook(text)))
  })

  it('saves elsewhere, or prints, and then leaves the notebook as it is', async () => {
    const text = notebookText(cell('say a', 'a'))
    await writeFile(file, text)
    const other = join(folder, 'b.ipynb')
    assert.equal((await gradlabRun(file, { output: other })).code, 0)
    const { code, stdout } = await gradlabRun(file, { output: '-' })
    assert.equal(code, 0)
    assert.equal(stdout, await readFile(other, 'utf8'))
    assert.equal(await readFile(file, 'utf8'), text)
  })

  it('quotes a cell that failed, marks its line, and saves what there is', async () => {
    await writeFile(file, notebookText(cell('say a', 'a'), cell('say b\nthrow no\nsay c', 'b'), cell('say d', 'd')))
    const { code, stderr } = await gradlabRun(file)
    assert.equal(code, 1)
    assert.equal(
      stderr.replaceAll(/\d+\.\d s/g, 'T').replaceAll(folder, ''),
      [
        'cell 1/3 ok T  say a',
        'cell 2/3 failed T  say b',
        '  1 | say b',
        '> 2 | throw no',
        '  3 | say c',
        '',
        'Error: no',
        '  at Cell [2]:2:3',
        '',
        'error: /a.ipynb: cell 2 of 3 (id b) ended with Error: no.',
        'next: Mend the cell; or, if it is meant to fail, tag it raises-exception or run with --allow-errors.',
        'The outputs so far are in /a.ipynb.',
        '',
      ].join('\n'),
    )
    const cells = parseNotebook(await readFile(file, 'utf8')).cells as CodeCell[]
    assert.deepEqual(
      cells.map(({ outputs }) => outputs.map(output => output.output_type)),
      [['stream'], ['stream', 'error'], []],
    )
  })

  it('passes its options on', async () => {
    await writeFile(file, notebookText(cell('throw no', 'a'), cell('say b', 'b')))
    assert.equal((await gradlabRun(file, { allowErrors: true })).code, 0)
    await writeFile(file, notebookText(cell('hang', 'a')))
    const slow = await gradlabRun(file, { timeout: 0.3 })
    assert.equal(slow.code, 1)
    assert.match(
      slow.stderr,
      /error: .*cell 1 of 1 \(id a\) took more than 0\.3 s and was interrupted\.\nnext: .*--timeout/,
    )
  })

  it('ends with 2 for what is no notebook that it can run', async () => {
    await writeFile(file, '{"cells": [}')
    const broken = await gradlabRun(file)
    assert.equal(broken.code, 2)
    assert.match(broken.stderr, /^error: .*a\.ipynb:1:12: expected a JSON value, got .*\nnext: /)
    assert.equal((await gradlabRun(join(folder, 'none.ipynb'))).code, 2)
    await writeFile(file, notebookText(cell('say a', 'a')))
    const nowhere = await gradlabRun(file, { output: join(folder, 'none', 'b.ipynb') })
    assert.equal(nowhere.code, 2)
    assert.match(nowhere.stderr, /^error: .*b\.ipynb: it cannot be written: .*\nnext: /, 'before any cell has run')
    const python = { name: 'python3', display_name: 'Python', language: 'python' }
    await writeFile(
      file,
      JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: python }, cells: [] }),
    )
    assert.equal((await gradlabRun(file)).code, 2)
  })

  it('ends with 3 where the kernel does not start', async () => {
    await writeFile(file, notebookText(cell('say a', 'a')))
    const { code, stderr } = await gradlabRun(file, {}, { program: join(folder, 'no-kernel.mjs') })
    assert.equal(code, 3)
    assert.match(stderr, /^error: The kernel did not start: [\s\S]*\nnext: Run `gradlab doctor`/)
  })

  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`interrupts the cell at ${signal}, saves, and ends with ${expected}`, async () => {
      const after = join(folder, 'running')
      await writeFile(file, notebookText(cell(`say a\nwrite ${after}\nhang`, 'a'), cell('say b', 'b')))
      const { code, stderr } = await gradlabRun(file, {}, { signal, after })
      assert.equal(code, expected, stderr)
      assert.match(stderr, /error: .*cell 1 of 2 \(id a\) was interrupted\.\nnext: .*\nThe outputs so far are in /)
      const [a] = parseNotebook(await readFile(file, 'utf8')).cells as CodeCell[]
      assert.deepEqual(
        a?.outputs.map(output => output.output_type),
        ['stream', 'error'],
      )
    })
  }

  it('takes no time limit that is none', async () => {
    for (const bad of ['-1', 'x', '', 'Infinity']) {
      const command = runCommand()
        .exitOverride()
        .configureOutput({ writeErr: () => {} })
      await assert.rejects(command.parseAsync(['x.ipynb', '--timeout', bad], { from: 'user' }), {
        code: 'commander.invalidArgument',
      })
    }
  })
})

describe('the progress of a run', () => {
  const cellOf = (source: string, metadata = {}): CellProgress['cell'] => ({
    cell_type: 'code',
    id: 'a',
    metadata,
    source,
    execution_count: null,
    outputs: [],
  })

  it('is one line in a terminal, no wider than that, and then gone', () => {
    let written = ''
    let now = 0
    const write = (text: string): void => {
      written += text
    }
    const output = { isTTY: true, columns: 40, write }
    const progress = new Progress(
      output,
      (_, text) => text,
      () => now,
    )
    const cell = cellOf('\n  const aVeryLongName = await fetchEverything()\nsecond')
    progress.cell({ number: 3, total: 12, cell })
    now = 4200
    progress.cellEnd({ number: 3, total: 12, cell }, false)
    assert.equal(written, '\r\u001b[2Kcell 3/12  const aVeryLongNam...  0.0 s\r\u001b[2K')
  })

  it('takes a terminal that tells no width for one of 80 columns', () => {
    const lines: string[] = []
    const progress = new Progress({ isTTY: true, columns: 0, write: text => lines.push(text) }, (_, text) => text)
    const run = { number: 1, total: 1, cell: cellOf('x'.repeat(200)) }
    progress.cell(run)
    progress.cellEnd(run, false)
    assert.equal(lines[0]?.length, '\r\u001b[2K'.length + 79)
  })

  it('is a line a cell elsewhere, with its label or its first line', () => {
    let written = ''
    let now = 0
    const write = (text: string): void => {
      written += text
    }
    const progress = new Progress(
      { write },
      (_, text) => text,
      () => now,
    )
    for (const [number, cell] of [cellOf('a\nb'), cellOf('x', { label: 'loss' })].entries()) {
      progress.cell({ number: number + 1, total: 2, cell })
      now += 1500
      progress.cellEnd({ number: number + 1, total: 2, cell }, number === 1)
    }
    assert.equal(written, 'cell 1/2 ok 1.5 s  a\ncell 2/2 failed 1.5 s  loss\n')
  })
})

describe('the quote of a cell', () => {
  const plain = (_: unknown, text: string): string => text

  it('shows a short cell whole', () => {
    assert.deepEqual(quoteCell('a\nb', 2, plain), ['  1 | a', '> 2 | b'])
    assert.deepEqual(quoteCell('a\nb', undefined, plain), ['  1 | a', '  2 | b'])
  })

  it('shows a long cell around the line', () => {
    const source = Array.from({ length: 100 }, (_, i) => `line ${i + 1}`).join('\n')
    const quote = quoteCell(source, 50, plain)
    assert.equal(quote.length, 13)
    assert.deepEqual(
      [quote[0], quote[1], quote[6], quote[12]],
      ['     ...', '  45 | line 45', '> 50 | line 50', '     ...'],
    )
  })
})
