// The same notebook run by `gradlab run` and by "Run All Cells" of a real JupyterLab, then saved: the same bytes.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { kernelSpecFiles } from '#src/cli/jupyter/kernelspec.js'
import { thisProject } from '#src/cli/project.js'
import { executeNotebook } from '#src/notebook/execute.js'
import type { Output } from '#src/notebook/format.js'
import { KERNELSPEC } from '#src/notebook/kernelspec.js'
import { parseNotebook, readNotebook } from '#src/notebook/read.js'
import { formatNotebook } from '#src/notebook/write.js'
import { type LabServer, type LabWindow, openNotebook, ROOT, runAll, startBrowser, startLab, untilIdle } from './lab.js'

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

describe('what gradlab run saves', function () {
  this.timeout(180_000)
  let folder = ''
  let server: LabServer
  let browser: Browser

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gradlab-saved-'))
    const spec = join(folder, 'jupyter/kernels/gradlab')
    await mkdir(spec, { recursive: true })
    for (const [name, content] of kernelSpecFiles(thisProject())) await writeFile(join(spec, name), content)
    await mkdir(join(folder, 'notebooks'))
    server = await startLab({
      notebooks: join(folder, 'notebooks'),
      jupyterPath: [join(folder, 'jupyter')],
      config: {
        KernelSpecManager: { ensure_native_kernel: false, allowed_kernelspecs: ['gradlab'] },
        MultiKernelManager: { default_kernel_name: 'gradlab' },
      },
    })
    browser = await startBrowser()
  })
  after(async () => {
    await browser?.close()
    await server?.stop()
    await rm(folder, { recursive: true })
  })

  /** Runs a notebook both ways. */
  async function both(name: string, text: string): Promise<{ ours: string; labs: string }> {
    const file = join(folder, 'notebooks', name)
    await writeFile(file, text)
    const { notebook, failure } = await executeNotebook(await readNotebook(file), { file })
    assert.equal(failure, undefined, failure?.message)
    const { page, close } = await openNotebook(browser, server, name)
    try {
      await untilIdle(page)
      await runAll(page)
      await untilIdle(page)
      await save(page)
    } finally {
      await close()
    }
    return { ours: formatNotebook(notebook), labs: await readFile(file, 'utf8') }
  }

  it('is what JupyterLab saves: outputs of all kinds', async () => {
    const cells = HARD.map((cell, i) => ({
      id: `cell-${i}`,
      metadata: {},
      ...('cell_type' in cell ? {} : { cell_type: 'code', execution_count: null, outputs: [] }),
      ...cell,
    }))
    const text = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: KERNELSPEC }, cells })
    const { ours, labs } = await both('hard.ipynb', text)
    assert.equal(ours, labs)
  })

  it('is what JupyterLab saves: the welcome notebook', async () => {
    const { ours, labs } = await both('welcome.ipynb', await readFile(join(ROOT, 'notebooks/00-welcome.ipynb'), 'utf8'))
    assert.equal(ours, withoutDrawings(labs))
  })
})

/** JupyterLab's Vega renderer adds a picture of what it has drawn to the output: only a page can have that. */
function withoutDrawings(text: string): string {
  const notebook = parseNotebook(text)
  const cells = notebook.cells.map(cell =>
    cell.cell_type === 'code' ? { ...cell, outputs: cell.outputs.map(withoutDrawing) } : cell,
  )
  return formatNotebook({ ...notebook, cells })
}

function withoutDrawing(output: Output): Output {
  if (!('data' in output) || !Object.keys(output.data).some(mime => mime.startsWith('application/vnd.vega')))
    return output
  const { 'image/png': _, ...data } = output.data
  return { ...output, data }
}

async function save(page: Page): Promise<void> {
  await page.evaluate(() => (globalThis as unknown as LabWindow).jupyterapp.commands.execute('docmanager:save'))
}
