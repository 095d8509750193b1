import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { ROOT, setupModule } from './scripts.js'

interface NodeVersion {
  OLDEST_NODE: string
  nodeProblem(version: string): string
}

describe('the Node that npm start runs on', () => {
  let node: NodeVersion
  before(async () => {
    node = await setupModule<NodeVersion>('node-version.mjs')
  })

  it('is refused when older than 20.19, with its version and the next step', () => {
    for (const version of ['12.22.0', '18.20.4', '20.18.3', '20.18.99', '6.0.0']) {
      assert.match(node.nodeProblem(version), new RegExp(`^error: .*20\\.19 or later.* ${version}\\.\\nnext: `))
    }
  })

  it('is accepted from 20.19 on', () => {
    for (const version of ['20.19.0', '20.19.5', '20.20.0', '22.0.0', '24.1.0', '100.0.0']) {
      assert.equal(node.nodeProblem(version), '')
    }
  })

  it('is the one that package.json asks for', () => {
    const { engines } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { engines: { node: string } }
    assert.equal(`${engines.node}.0`, `>=${node.OLDEST_NODE}`)
  })

  it('is judged by files that an old Node can read', () => {
    // Static imports are read before a line runs: these two may use nothing younger than Node 12.
    for (const name of ['scripts/start.mjs', 'scripts/setup/node-version.mjs']) {
      assert.doesNotMatch(readFileSync(new URL(name, ROOT), 'utf8'), /\?\.|\?\?|from 'node:|^\s*await /m)
    }
  })
})
