// The kernels once more in a process of its own, without the instructions of relaxed SIMD.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js')
const files = ['elementwise', 'along', 'reduce', 'convolution'].map(name =>
  fileURLToPath(new URL(`${name}.test.js`, import.meta.url)),
)

describe('wasm: plain SIMD', () => {
  it('keeps to the same bounds', function () {
    this.timeout(60_000)
    const { status, stdout } = spawnSync(process.execPath, [mocha, '--reporter', 'dot', ...files], {
      env: { ...process.env, GRADLAB_RELAXED_SIMD: '0' },
      encoding: 'utf8',
    })
    assert.equal(status, 0, stdout)
    assert.match(stdout, /passing/)
  })
})
