import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setupModule } from './scripts.js'

type State = { ok: true; count: number } | { ok: false; reason: string }
interface Packages {
  packagesState(root: string): State
  stampPackages(root: string): void
  npmCommand(env: Record<string, string | undefined>, node: string): string[]
}

const OTHER_PLATFORM = process.platform === 'win32' ? 'linux' : 'win32'

/** A lock file of five packages: one needed, one for developers, two for platforms, one for a C library. */
function lock(version: string): { packages: Record<string, object> } {
  return {
    packages: {
      '': {},
      'node_modules/a': { version },
      'node_modules/d': { version: '1.0.0', dev: true },
      'node_modules/here': { version: '1.0.0', optional: true, os: [process.platform], cpu: [process.arch] },
      'node_modules/elsewhere': { version: '1.0.0', optional: true, os: [OTHER_PLATFORM] },
      'node_modules/musl': { version: '1.0.0', optional: true, os: [process.platform], libc: ['musl'] },
    },
  }
}

describe('node_modules, before npm start goes on', () => {
  let setup: Packages
  let root: string
  before(async () => {
    setup = await setupModule<Packages>('packages.mjs')
  })
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'gradlab-packages-'))
    put('package.json', {})
    put('kernel-ext/package.json', {})
    put('package-lock.json', lock('1.0.0'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  function put(name: string, value: object): void {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), JSON.stringify(value))
  }
  function install(version: string): void {
    for (const name of ['a', 'here']) put(`node_modules/${name}/package.json`, {})
    put('node_modules/.package-lock.json', lock(version))
  }
  function reason(): string {
    const state = setup.packagesState(root)
    return state.ok ? 'ok' : state.reason
  }

  it('is installed where it is missing', () => assert.equal(reason(), 'node_modules/a is missing'))

  it("is taken as it is after a developer's own npm ci, by npm's list; other platforms' packages are not asked for", () => {
    install('1.0.0')
    assert.deepEqual(setup.packagesState(root), { ok: true, count: 2 })
  })

  it('is installed again after an installation that was broken off', () => {
    install('1.0.0')
    rmSync(join(root, 'node_modules/.package-lock.json'))
    assert.equal(reason(), 'an installation was broken off')
  })

  it('is right by its stamp until the lock file changes', () => {
    install('1.0.0')
    setup.stampPackages(root)
    rmSync(join(root, 'node_modules/.package-lock.json'))
    assert.equal(reason(), 'ok')
    put('package-lock.json', lock('2.0.0'))
    install('1.0.0')
    assert.equal(reason(), 'node_modules/a has another version')
  })

  it('is installed again where a stamped package was taken away', () => {
    install('1.0.0')
    setup.stampPackages(root)
    rmSync(join(root, 'node_modules/here'), { recursive: true })
    assert.equal(reason(), 'node_modules/here is missing')
  })

  it('is told when the lock file itself is no JSON', () => {
    writeFileSync(join(root, 'package-lock.json'), '{"packages"')
    assert.equal(reason(), 'package-lock.json is missing or not JSON')
  })

  it("is installed by the npm that runs us, by the one beside Node, and never by another manager's script", () => {
    const npm = join(root, 'lib/npm-cli.js')
    const pnpm = join(root, 'lib/pnpm.cjs')
    put('lib/npm-cli.js', {})
    put('lib/pnpm.cjs', {})
    const node = join(root, 'bin', 'node')
    assert.deepEqual(setup.npmCommand({ npm_execpath: npm }, node), [node, npm])
    assert.deepEqual(setup.npmCommand({ npm_execpath: pnpm }, node), ['npm'])
    put('lib/node_modules/npm/bin/npm-cli.js', {})
    const beside = join(root, 'lib/node_modules/npm/bin/npm-cli.js')
    assert.deepEqual(setup.npmCommand({ npm_execpath: pnpm }, node), [node, beside])
  })
})
