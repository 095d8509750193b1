// After every test of the rooms that compute, as many storages live as before it. The tests run once more in a process of their
// own, where every storage is counted and garbage is collected after each (test/src/live-counts/hooks.ts).
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const HERE = join(ROOT, 'build/test/src')
const ROOMS = ['tensor', 'random', 'autograd', 'backends']
/** What fills memory on purpose looks at it by itself. */
const ON_PURPOSE = /[\\/]memory[.\\/]/
/** V8 holds on to what a function has at hand while it optimises it beside the program. */
const FLAGS = ['--no-concurrent-recompilation']

interface Seen {
  readonly tests: number
  readonly left: readonly { readonly title: string; readonly more: number; readonly report: string }[]
}

describe('live counts', () => {
  it('return to the start after every test', async function () {
    this.timeout(600_000)
    const files = ROOMS.flatMap(room =>
      readdirSync(join(HERE, room), { recursive: true, encoding: 'utf8' })
        .filter(name => name.endsWith('.test.js'))
        .map(name => join(HERE, room, name))
        .filter(name => !ON_PURPOSE.test(name)),
    )
    const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js')
    const hooks = join(HERE, 'live-counts/hooks.js')
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        ...FLAGS,
        mocha,
        '--no-config',
        '--exit',
        '--timeout',
        '200000',
        '--reporter',
        'min',
        '--require',
        hooks,
        ...files,
      ],
      { cwd: ROOT, maxBuffer: 2 ** 26, env: { ...process.env, FORCE_COLOR: '0' } },
    )
    const seen = JSON.parse(/^LIVE (.*)$/m.exec(stdout)?.[1] ?? '{"tests":0,"left":[]}') as Seen
    assert.ok(seen.tests > 1000, `only ${seen.tests} tests were looked at`)
    assert.deepEqual(
      seen.left.map(({ title, more, report }) => `${title}: ${more} more\n${report}`),
      [],
    )
  })
})
