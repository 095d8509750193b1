// The real tslab package in a cell: what its display shows are outputs of ours.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Cells, startCells } from '../clients/cells.js'
import type { Json } from '../clients/request.js'
import { PROJECT } from '../clients/stdio.js'

const VERSION = '1.0.22'

/** A node_modules folder with tslab in it: the project's, the one of the benchmarks, or one made for the tests. */
function modulesWithTslab(): string {
  const project = fileURLToPath(PROJECT)
  const made = join(project, 'build', 'tslab')
  const folders = [project, join(project, 'bench', 'peers'), made].map(folder => join(folder, 'node_modules'))
  const found = folders.find(folder => existsSync(join(folder, 'tslab', 'package.json')))
  if (found !== undefined) return found
  mkdirSync(made, { recursive: true })
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save']
  execFileSync('npm', ['install', '--prefix', made, ...quiet, `tslab@${VERSION}`], { stdio: 'ignore' })
  return join(made, 'node_modules')
}

describe('tslab in a cell', function () {
  this.timeout(120_000)
  let cells: Cells

  before(() => {
    cells = startCells()
    symlinkSync(modulesWithTslab(), join(cells.folder, 'node_modules'))
  })

  after(() => cells.close())

  const bundles = (outputs: Json[]): Json[] => outputs.map(({ data }) => data as Json)

  it('is the real package, typed', async () => {
    const outcome = await cells.run(
      'import * as tslab from "tslab"\nconst version: string = tslab.versions.tslab\nversion',
    )
    assert.deepEqual(outcome.results, [{ 'text/plain': `'${VERSION}'` }])
  })

  it('shows each kind of output under the cell that asks for it', async () => {
    const outcome = await cells.run(`tslab.display.html("<b>x</b>")
tslab.display.javascript("1 + 1")
tslab.display.markdown("# x")
tslab.display.latex("$x$")
tslab.display.svg("<svg/>")
tslab.display.png(new Uint8Array([137, 80]))
tslab.display.jpeg(Buffer.from([255, 216]))
tslab.display.gif(Buffer.from("GIF"))
tslab.display.pdf(Buffer.from("%PDF"))
tslab.display.text("x")
tslab.display.raw("application/json", '{"a":1}')`)
    assert.deepEqual(bundles(outcome.displays), [
      { 'text/html': '<b>x</b>' },
      { 'text/javascript': '1 + 1' },
      { 'text/markdown': '# x' },
      { 'text/latex': '$x$' },
      { 'image/svg+xml': '<svg/>' },
      { 'image/png': 'iVA=' },
      { 'image/jpeg': '/9g=' },
      { 'image/gif': 'R0lG' },
      { 'application/pdf': 'JVBERg==' },
      { 'text/plain': 'x' },
      { 'application/json': '{"a":1}' },
    ])
  })

  it('changes an output of newDisplay in place, also from another cell', async () => {
    const first = await cells.run(
      'import { newDisplay } from "tslab"\nconst place = newDisplay()\nplace.text("one")\nplace.text("two")',
    )
    assert.deepEqual(
      [bundles(first.displays), bundles(first.updates)],
      [[{ 'text/plain': 'one' }], [{ 'text/plain': 'two' }]],
    )
    const second = await cells.run('place.html("three")')
    assert.deepEqual([second.displays, bundles(second.updates)], [[], [{ 'text/html': 'three' }]])
    assert.deepEqual(second.updates[0]?.transient, first.displays[0]?.transient)
  })

  it('keeps its place among what is printed, and is there by require, too', async () => {
    const outcome = await cells.run(
      'console.log("a")\n;(require("tslab") as typeof tslab).display.text("b")\nconsole.log("c")',
    )
    assert.deepEqual(outcome.types.slice(2, 5), ['stream', 'display_data', 'stream'])
  })
})
