// Makes outputs/jupyterlab.json: what JupyterLab's own models save for the messages of outputs/scenarios.json.
//
//   mkdir /tmp/jupyterlab && cd /tmp/jupyterlab && npm init -y && npm install --before=2026-10-15 jsdom@26 \
//     @jupyterlab/{notebook,cells,outputarea,rendermime}@4.6.4 @jupyterlab/services@7.6.4
//   node test/golden/make_outputs.mjs /tmp/jupyterlab
//
// Nothing of JupyterLab is replaced but the socket: its kernel connection, output area, cell and notebook models run
// in jsdom against a WebSocket that plays the messages.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

const ENTRY = `
export { NotebookModel } from '@jupyterlab/notebook/lib/model.js'
export { OutputArea } from '@jupyterlab/outputarea/lib/widget.js'
export { RenderMimeRegistry, standardRendererFactories } from '@jupyterlab/rendermime'
export { KernelConnection } from '@jupyterlab/services/lib/kernel/default.js'
export { ServerConnection } from '@jupyterlab/services'
`

const DATE = '2026-01-01T00:00:00.000Z'
const INFO = {
  status: 'ok',
  protocol_version: '5.4',
  implementation: 'player',
  implementation_version: '1',
  language_info: { name: 'typescript', version: '7', mimetype: 'text/x-typescript', file_extension: '.ts' },
  banner: '',
  help_links: [],
}
let ids = 0

const folder = resolve(process.argv[2] ?? '.')
const require = createRequire(join(folder, 'package.json'))
const here = import.meta.dirname

makeBrowser()
const lab = await bundle()
const scenarios = JSON.parse(readFileSync(join(here, 'outputs/scenarios.json'), 'utf8'))
const results = {}
for (const [name, cells] of Object.entries(scenarios)) results[name] = await play(cells)
const version = name => JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version
const made = { by: 'test/golden/make_outputs.mjs' }
for (const name of ['notebook', 'cells', 'outputarea', 'rendermime', 'services']) {
  made[`@jupyterlab/${name}`] = version(`@jupyterlab/${name}`)
}
made['@jupyter/ydoc'] = version('@jupyter/ydoc')
writeFileSync(join(here, 'outputs/jupyterlab.json'), `${JSON.stringify({ made, results }, null, 2)}\n`)
console.log(`${Object.keys(results).length} scenarios`)
process.exit(0)

function makeBrowser() {
  const { JSDOM } = require('jsdom')
  const { window } = new JSDOM('<!doctype html><body></body>', { url: 'http://localhost/', pretendToBeVisual: true })
  window.DragEvent ??= class extends window.Event {}
  class Observer {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
  window.ResizeObserver = window.IntersectionObserver = Observer
  window.matchMedia = () => ({ matches: false, addEventListener() {}, removeEventListener() {} })
  globalThis.window = window
  for (const name of Object.getOwnPropertyNames(window)) {
    if (!(name in globalThis)) globalThis[name] = window[name]
  }
}

async function bundle() {
  const outfile = join(mkdtempSync(join(tmpdir(), 'gradlab-golden-')), 'lab.cjs')
  await build({
    stdin: { contents: ENTRY, resolveDir: folder },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    mainFields: ['module', 'main'],
    conditions: ['import'],
    loader: { '.css': 'empty', '.svg': 'text', '.md': 'text' },
    logLevel: 'error',
  })
  return createRequire(import.meta.url)(outfile)
}

/** Runs the cells of a scenario one after another and gives their saved outputs and counts. */
async function play(cells) {
  const requests = []
  const connection = connect(cells, requests)
  const notebook = new lab.NotebookModel()
  notebook.fromJSON({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: cells.map((_, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      source: String(i),
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
  })
  const rendermime = new lab.RenderMimeRegistry({ initialFactories: lab.standardRendererFactories })
  // The areas stay alive, as in an open notebook: they still take late messages.
  const areas = []
  for (let i = 0; i < cells.length; i++) {
    const model = notebook.cells.get(i)
    model.trusted = true
    const area = new lab.OutputArea({ model: model.outputs, rendermime })
    areas.push(area)
    const session = { session: { kernel: connection } }
    const reply = await lab.OutputArea.execute(String(i), area, session, { cellId: `cell-${i}` })
    model.executionCount = reply.content.execution_count
  }
  await new Promise(done => setTimeout(done, 20))
  return notebook.toJSON().cells.map(({ outputs, execution_count }) => ({ outputs, execution_count }))
}

function connect(cells, requests) {
  class Player {
    static CONNECTING = 0
    static OPEN = 1
    static CLOSED = 3
    readyState = 1
    protocol = ''
    constructor() {
      setTimeout(() => this.onopen?.({}), 0)
    }
    send(data) {
      const request = JSON.parse(data)
      const { msg_type } = request.header
      const publish = (type, content, parent = request.header) => this.emit('iopub', type, content, parent)
      publish('status', { execution_state: 'busy' })
      if (msg_type === 'kernel_info_request') this.emit('shell', 'kernel_info_reply', INFO, request.header)
      if (msg_type === 'execute_request') this.execute(request, publish)
      publish('status', { execution_state: 'idle' })
    }
    execute(request, publish) {
      const number = Number(request.content.code)
      requests[number] = request.header
      publish('execute_input', { code: request.content.code, execution_count: number + 1 })
      for (const { type, content, cell = number } of cells[number]) publish(type, content, requests[cell])
      const failed = cells[number].some(({ type }) => type === 'error')
      const status = failed ? { status: 'error', ename: 'E', evalue: 'e', traceback: [] } : { status: 'ok' }
      this.emit('shell', 'execute_reply', { ...status, execution_count: number + 1 }, request.header)
    }
    emit(channel, msg_type, content, parent_header) {
      const header = { msg_id: `m${++ids}`, msg_type, session: 'kernel', username: 'k', date: DATE, version: '5.4' }
      const data = JSON.stringify({ channel, header, parent_header, metadata: {}, content, buffers: [] })
      setTimeout(() => this.onmessage?.({ data }), 0)
    }
    close() {}
  }
  const serverSettings = lab.ServerConnection.makeSettings({ WebSocket: Player, baseUrl: 'http://localhost/' })
  return new lab.KernelConnection({ model: { id: 'k', name: 'gradlab' }, serverSettings })
}
