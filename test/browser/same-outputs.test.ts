// The same notebook run by `gradlab run` and by "Run All Cells" of a real JupyterLab, then saved: the same bytes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import type { CodeCell, Notebook, Output } from '#src/notebook/format.js'
import { KERNELSPEC } from '#src/notebook/kernelspec.js'
import { parseNotebook } from '#src/notebook/read.js'
import { formatNotebook } from '#src/notebook/write.js'
import { executedByCommand, type GradlabLab, runToEnd, startGradlabLab, WELCOME } from './gradlab.js'
import { type LabWindow, openNotebook, startBrowser } from './lab.js'
import { ROOT } from './lab-server.js'

const host = "const host = globalThis[Symbol.for('gradlab.host')] as any"
const show = (text: string, update: boolean): string =>
  `host.display({ 'text/plain': '${text}', 'application/json': { x: [1e-7, 1.0, 1e21, .1] } }, { id: 'p', update: ${update} });`

/** What output can be: each a cell. */
const HARD = [
  { source: "console.log('a')\nconsole.error('b')\nconsole.log('c')\n'result'" },
  { source: "for (let i = 0; i <= 20; i++) process.stdout.write('\\rstep ' + i + '/20  ')\nconsole.log()" },
  { source: "process.stdout.write('abc\\b\\bX\\ré\\u2028\\x0b\\x85\\x1c end\\r\\n')\nconsole.log('🐧')" },
  { source: host },
  { source: show('first', false) },
  { source: show('first again', false) },
  { source: show('updated', true) },
  { source: '   \n' },
  { source: "throw new Error('meant')", metadata: { tags: ['raises-exception'] } },
  { source: "const n: number = 'x'", metadata: { tags: ['raises-exception'] } },
  { source: "console.log('hidden')", metadata: { collapsed: true, execution: { 'iopub.status.busy': 'long ago' } } },
  { source: '', metadata: { collapsed: true, jupyter: { source_hidden: true } } },
  { source: "console.log('shown')", metadata: { collapsed: false, scrolled: true } },
  { source: "console.log('x')", metadata: { jupyter: { outputs_hidden: false, other: 1 } } },
  { cell_type: 'markdown', source: 'a', metadata: { jupyter: { source_hidden: true }, tags: ['x'] } },
  { cell_type: 'markdown', source: 'a', metadata: { collapsed: true, jupyter: { source_hidden: false } } },
  { cell_type: 'raw', source: 'a', metadata: { collapsed: true, jupyter: { source_hidden: true } } },
  { source: "console.log('hidden')", metadata: { jupyter: { outputs_hidden: true, source_hidden: true } } },
  { source: "host.display({ 'text/html': '<b>x</b>\\n<i>y</i>', 'image/svg+xml': '<svg>\\n</svg>' });" },
  { source: "setTimeout(() => console.log('late'), 30)\n0" },
  { source: 'await new Promise(done => setTimeout(done, 300))' },
] as const

describe('gradlab run and JupyterLab', function () {
  this.timeout(180_000)
  let lab: GradlabLab
  let browser: Browser

  before(async () => {
    lab = await startGradlabLab()
    browser = await startBrowser()
  })
  after(async () => {
    await browser?.close()
    await lab?.stop()
  })

  describe('save the welcome notebook', () => {
    let ours = ''
    let labs = ''
    before(async () => {
      ours = await executedByCommand(join(lab.notebooks, WELCOME))
      labs = await savedByLab(WELCOME)
    })

    for (const label of welcomeLabels()) {
      it(`with the same outputs of the cell '${label}'`, () => {
        const [own, theirs] = [ours, labs].map(text => cellOf(parseNotebook(text), label))
        assert.equal(json(own?.outputs), json(theirs?.outputs.map(withoutDrawing)))
        assert.equal(own?.execution_count, theirs?.execution_count)
      })
    }

    it('as the same bytes, but for the pictures that a page adds to what it has drawn', () => {
      assert.equal(ours, withoutDrawings(labs))
    })

    it('with such a picture of each Vega chart in the file of the page', () => {
      const charts = outputsOf(labs).filter(isVega)
      assert.equal(charts.length, outputsOf(ours).filter(isVega).length)
      assert.ok(charts.length > 0)
      for (const { data } of charts) assert.match(String(data['image/png']), /^iVBOR/)
    })
  })

  it('save outputs of all kinds as the same bytes', async () => {
    const name = 'hard.ipynb'
    const cells = HARD.map((cell, i) => ({
      id: `cell-${i}`,
      metadata: {},
      ...('cell_type' in cell ? {} : { cell_type: 'code', execution_count: null, outputs: [] }),
      ...cell,
    }))
    const text = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: KERNELSPEC }, cells })
    await writeFile(join(lab.notebooks, name), text)
    assert.equal(await executedByCommand(join(lab.notebooks, name)), await savedByLab(name))
  })

  /** What JupyterLab saves after "Run All Cells". */
  async function savedByLab(name: string): Promise<string> {
    const { page, close } = await openNotebook(browser, lab.server, name)
    try {
      await runToEnd(page)
      await page.evaluate(() => (globalThis as unknown as LabWindow).jupyterapp.commands.execute('docmanager:save'))
    } finally {
      await close()
    }
    return readFile(join(lab.notebooks, name), 'utf8')
  }
})

/** The code cells of the welcome notebook, named as lessons name them. */
function welcomeLabels(): string[] {
  const { cells } = parseNotebook(readFileSync(join(ROOT, 'notebooks', WELCOME), 'utf8'))
  return cells.filter(cell => cell.cell_type === 'code').map(cell => String(cell.metadata.label))
}

function cellOf(notebook: Notebook, label: string): CodeCell {
  const cell = notebook.cells.find(({ metadata }) => metadata.label === label)
  assert.ok(cell?.cell_type === 'code')
  return cell
}

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 1)
}

/** JupyterLab's Vega renderer adds a picture of what it has drawn to the output: only a page can have that. */
function withoutDrawings(text: string): string {
  const notebook = parseNotebook(text)
  const cells = notebook.cells.map(cell =>
    cell.cell_type === 'code' ? { ...cell, outputs: cell.outputs.map(withoutDrawing) } : cell,
  )
  return formatNotebook({ ...notebook, cells })
}

function withoutDrawing(output: Output): Output {
  if (!isVega(output)) return output
  const { 'image/png': _, ...data } = output.data
  return { ...output, data }
}

type Shown = Extract<Output, { data: unknown }>

function isVega(output: Output): output is Shown {
  return 'data' in output && Object.keys(output.data).some(mime => mime.startsWith('application/vnd.vega'))
}

function outputsOf(text: string): Output[] {
  return parseNotebook(text).cells.flatMap(cell => (cell.cell_type === 'code' ? cell.outputs : []))
}
