// The package as others import it: the bundled doors that package.json names, in a process of their own.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as data from '#src/data/index.js'
import * as gradlab from '#src/index.js'
import * as notebook from '#src/notebook/index.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a script inside of the package, where it may import itself by its name; what it prints is JSON. */
function run(script: string, type = 'module'): unknown {
  const args = [`--input-type=${type}`, '--eval', script]
  return JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }))
}

describe('the package', function () {
  this.timeout(60_000)

  it('has behind each door what its modules export', () => {
    const doors = { gradlab, 'gradlab/data': data, 'gradlab/notebook': notebook }
    for (const [door, modules] of Object.entries(doors)) {
      const names = run(`import * as all from '${door}'; console.log(JSON.stringify(Object.keys(all)))`)
      assert.deepEqual(names, Object.keys(modules), door)
    }
  })

  it('has one library behind several doors', () => {
    const same = `import { data } from 'gradlab'; import { penguins } from 'gradlab/data'
      console.log(data.penguins === penguins && penguins().length)`
    assert.equal(run(same), 344)
  })

  it('may be required by CommonJS', () => {
    const script = `const { tensor } = require('gradlab')
      const x = tensor([1, 2, 3], { requiresGrad: true })
      x.mul(x).sum().backward()
      console.log(JSON.stringify(x.grad.toArray()))`
    assert.deepEqual(run(script, 'commonjs'), [2, 4, 6])
  })

  it("names the caller's line, not its own", () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-package-'))
    try {
      const file = join(folder, 'train.mjs')
      const door = pathToFileURL(join(ROOT, 'dist/bundle/index.js')).href
      writeFileSync(
        file,
        `import { memory, ones, trackMemory } from '${door}'
trackMemory(true)
const x = ones([2, 3]).sigmoid()
console.log(JSON.stringify([memory().toString(), x.shape]))`,
      )
      const [text] = JSON.parse(execFileSync(process.execPath, [file], { encoding: 'utf8' })) as [string]
      assert.match(text, /train\.mjs:3:24/)
      assert.doesNotMatch(text, /bundle/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
