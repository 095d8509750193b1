// Whole runs with the real kernel: what a notebook says comes back as JupyterLab would have saved it.
import assert from 'node:assert/strict'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ExecuteOptions, executeNotebook, type NotebookRun } from '#src/notebook/execute.js'
import type { CodeCell, JsonObject, Notebook, Output } from '#src/notebook/format.js'
import { parseNotebook, readNotebook } from '#src/notebook/read.js'
import { formatNotebook } from '#src/notebook/write.js'

function notebook(sources: readonly string[], metadata: JsonObject = {}): Notebook {
  const cells = sources.map(
    (source, i): CodeCell => ({
      cell_type: 'code',
      id: `c${i}`,
      metadata: {},
      source,
      execution_count: null,
      outputs: [],
    }),
  )
  return { nbformat: 4, nbformat_minor: 5, metadata, cells }
}

async function outputsOf(sources: readonly string[], options?: ExecuteOptions): Promise<Output[][]> {
  const run = await executeNotebook(notebook(sources), options)
  assert.equal(run.failure, undefined, run.failure?.message)
  return outputs(run)
}

function outputs({ notebook }: NotebookRun): Output[][] {
  return notebook.cells.map(cell => (cell.cell_type === 'code' ? [...cell.outputs] : []))
}

const stdout = (text: string): Output => ({ output_type: 'stream', name: 'stdout', text })

describe('executing a notebook with the real kernel', function () {
  this.timeout(60_000)

  it('gives streams and results, with names that live on', async () => {
    const result = { output_type: 'execute_result', data: { 'text/plain': '4' }, metadata: {}, execution_count: 2 }
    assert.deepEqual(await outputsOf(["let a = 1\nconsole.log('a =', a)\nconsole.error('e')", 'a += 3\na']), [
      [stdout('a = 1\n'), { output_type: 'stream', name: 'stderr', text: 'e\n' }],
      [result],
    ])
  })

  it('takes the library from any folder', async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'gradlab-kernel-')))
    try {
      const source = "import { data } from 'gradlab'\nconsole.log(data.penguins().length, process.cwd())"
      assert.deepEqual(await outputsOf([source], { file: join(folder, 'a.ipynb') }), [[stdout(`344 ${folder}\n`)]])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('keeps one line of a progress bar', async () => {
    const source = "for (let i = 1; i <= 3; i++) process.stdout.write('\\rstep ' + i + '/3')\nconsole.log()"
    assert.deepEqual(await outputsOf([source]), [[stdout('step 3/3\n')]])
  })

  it('updates a display of an earlier cell in place', async () => {
    const host = "const host = globalThis[Symbol.for('gradlab.host')] as any"
    const show = (text: string, update: boolean): string =>
      `host.display({ 'text/plain': '${text}' }, { id: 'p', update: ${update} })`
    const display = { output_type: 'display_data', data: { 'text/plain': '100%' }, metadata: {} }
    const [, first, second] = await outputsOf([host, `${show('0%', false)};`, `${show('100%', true)};`])
    assert.deepEqual(first, [display])
    assert.deepEqual(second, [])
  })

  it('puts what comes late under its own cell', async () => {
    const [first, second] = await outputsOf([
      "const late = new Promise<void>(done => setTimeout(() => { console.log('late'); done() }, 50))",
      "await late\nconsole.log('second')",
    ])
    assert.deepEqual([first, second], [[stdout('late\n')], [stdout('second\n')]])
  })

  it('marks the line of an error, also where it arose in another cell', async () => {
    const run = await executeNotebook(notebook(["function f() {\n  throw new RangeError('no')\n}", '1\n\nf()', '2']))
    assert.equal(run.failure?.kind, 'error')
    assert.deepEqual([run.failure?.number, run.failure?.line, run.failure?.ename], [2, 3, 'RangeError'])
    assert.deepEqual(
      outputs(run).map(list => list.map(output => output.output_type)),
      [[], ['error'], []],
    )
  })

  it('marks the line of a type error and of a syntax error', async () => {
    for (const [source, line, ename] of [
      ["const ok = 1\nconst n: number = 'x'", 2, 'TypeCheckError'],
      ['const ok = 1\n\nconst = 2', 3, 'SyntaxError'],
    ] as const) {
      const { failure } = await executeNotebook(notebook([source]))
      assert.deepEqual([failure?.line, failure?.ename], [line, ename])
    }
  })

  it("follows the notebook's own word on type errors", async () => {
    const gradlab = { typecheck: 'off' }
    const run = await executeNotebook(notebook(["const n: number = 'x' as any as string\nn"], { gradlab }))
    assert.equal(run.failure, undefined)
  })

  for (const [name, source] of [
    ['a loop that never ends', "console.log('in')\nfor (;;);"],
    ['a promise that never comes', "console.log('in')\nawait new Promise(() => {})"],
  ] as const) {
    it(`interrupts ${name} at the time limit`, async () => {
      const run = await executeNotebook(notebook([source, '1']), { timeout: 1.5 })
      assert.equal(run.failure?.kind, 'timeout')
      assert.match(run.failure?.message ?? '', /and was interrupted\./)
      const [first, second] = outputs(run)
      assert.deepEqual(first?.[0], stdout('in\n'))
      assert.equal(first?.[1]?.output_type, 'error')
      assert.deepEqual(second, [])
    })
  }

  it('tells of a cell that ended its process', async () => {
    const run = await executeNotebook(notebook(["console.log('bye')\nprocess.kill(process.pid, 'SIGKILL')", '1']))
    assert.equal(run.failure?.kind, 'error')
    assert.equal(run.failure?.number, 1)
    assert.equal(outputs(run)[0]?.at(-1)?.output_type, 'error')
  })

  it('saves the same bytes each time, which read back the same', async () => {
    const file = new URL('../../../../notebooks/00-welcome.ipynb', import.meta.url).pathname
    const welcome = await readNotebook(file)
    const [first, second] = [await executeNotebook(welcome, { file }), await executeNotebook(welcome, { file })]
    assert.equal(first.failure, undefined, first.failure?.message)
    const text = formatNotebook(first.notebook)
    assert.equal(formatNotebook(second.notebook), text)
    assert.equal(formatNotebook(parseNotebook(text)), text)
  })
})
