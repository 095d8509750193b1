import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT, setupModule } from './scripts.js'

interface Venv {
  venvState(root: string): { ok: true; python: string } | { ok: false; reason: string; foreign: boolean }
  clearPlace(root: string): string | undefined
  pythonEnvironment(env: Record<string, string>): Record<string, string>
}
interface Stamps {
  hashFiles(root: string, names: string[]): string
}

const SITE = '.venv/lib/python3.11/site-packages'

describe('.venv, before npm start goes on', function () {
  this.timeout(10_000)
  let setup: Venv
  let stamps: Stamps
  let root: string
  before(async function () {
    if (process.platform === 'win32') this.skip() // its layout is another one; the rules are the same
    setup = await setupModule<Venv>('venv.mjs')
    stamps = await setupModule<Stamps>('stamp.mjs')
  })
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'gradlab-venv-')))
    mkdirSync(join(root, 'requirements'))
    writeFileSync(join(root, 'requirements/lab.txt'), 'jupyterlab==4.6.6\n')
    writeFileSync(join(root, 'the-python'), 'python')
  })
  afterEach(() => rmSync(root, { recursive: true }))

  /** A .venv as a finished installation leaves it. */
  function finish(more: Record<string, unknown> = {}): void {
    mkdirSync(join(root, '.venv/bin'), { recursive: true })
    symlinkSync(join(root, 'the-python'), join(root, '.venv/bin/python'))
    for (const name of ['jupyterlab-4.6.6.dist-info', 'tornado-6.6.1.dist-info']) {
      mkdirSync(join(root, SITE, name), { recursive: true })
    }
    const { size, mtimeMs } = statSync(join(root, 'the-python'))
    const stamp = {
      state: 'finished',
      root,
      version: '3.11.7',
      requirements: stamps.hashFiles(root, ['requirements/lab.txt', 'requirements/blas.txt']),
      interpreter: `${join(root, 'the-python')} ${size} ${Math.trunc(mtimeMs)}`,
      packages: SITE,
      distributions: ['jupyterlab-4.6.6.dist-info', 'tornado-6.6.1.dist-info'],
      ...more,
    }
    writeFileSync(join(root, '.venv/gradlab.json'), JSON.stringify(stamp))
  }
  function reason(): string {
    const state = setup.venvState(root)
    return state.ok ? 'ok' : state.reason
  }

  it('is right as a finished installation left it', () => {
    finish()
    assert.equal(reason(), 'ok')
  })

  it('is made where there is none', () => assert.equal(reason(), 'not made yet'))

  it('is made anew after an installation that was broken off', () => {
    mkdirSync(join(root, '.venv'))
    writeFileSync(join(root, '.venv/gradlab.json'), '{"state":"unfinished"}')
    assert.equal(reason(), 'an installation was broken off')
  })

  it('is made anew where its Python is gone or another one', () => {
    finish()
    utimesSync(join(root, 'the-python'), 1, 1)
    assert.equal(reason(), 'its Python was removed or replaced')
    rmSync(join(root, 'the-python'))
    assert.equal(reason(), 'its Python was removed or replaced')
  })

  it('is made anew where the project was moved, or asks for other packages', () => {
    finish({ root: '/elsewhere' })
    assert.equal(reason(), 'the project folder was moved')
    rmSync(join(root, '.venv'), { recursive: true })
    finish()
    writeFileSync(join(root, 'requirements/lab.txt'), 'jupyterlab==4.7.0\n')
    assert.equal(reason(), 'requirements/ has changed')
  })

  it("is made anew where a package was taken away; a learner's own packages are no reason", () => {
    finish()
    mkdirSync(join(root, SITE, 'pandas-3.0.0.dist-info'))
    assert.equal(reason(), 'ok')
    rmSync(join(root, SITE, 'tornado-6.6.1.dist-info'), { recursive: true })
    assert.equal(reason(), 'tornado-6.6.1 is missing from it')
    rmSync(join(root, SITE), { recursive: true })
    assert.equal(reason(), 'jupyterlab-4.6.6 is missing from it')
  })

  it('of the user is moved aside, never deleted; our own half-made one is deleted', () => {
    mkdirSync(join(root, '.venv'))
    writeFileSync(join(root, '.venv/work.txt'), 'mine')
    assert.deepEqual(setup.venvState(root), { ok: false, reason: 'was not made by npm start', foreign: true })
    const aside = setup.clearPlace(root)
    assert.ok(aside !== undefined)
    assert.equal(readFileSync(join(aside, 'work.txt'), 'utf8'), 'mine')
    mkdirSync(join(root, '.venv'))
    writeFileSync(join(root, '.venv/gradlab.json'), '{"state":"unfinished"}')
    assert.equal(setup.clearPlace(root), undefined)
    assert.ok(!existsSync(join(root, '.venv')))
  })

  it("is filled without the user's own settings for Python and pip that lead elsewhere", () => {
    const env = setup.pythonEnvironment({
      PATH: '/bin',
      PYTHONPATH: '/x',
      PYTHONHOME: '/y',
      PIP_TARGET: '/z',
      PIP_USER: '1',
    })
    assert.deepEqual(env, { PATH: '/bin', PIP_USER: '0', PYTHONUNBUFFERED: '1' })
  })
})

describe('requirements', () => {
  const text = readFileSync(new URL('requirements/lab.txt', ROOT), 'utf8')

  it('pin everything that lab.in asks for, and every package by version and hash', () => {
    const wanted = readFileSync(new URL('requirements/lab.in', ROOT), 'utf8').match(/^[a-z].*$/gm) ?? []
    assert.ok(wanted.length > 0)
    for (const line of wanted) assert.ok(text.includes(`\n${line.replaceAll('_', '-')} `), `${line} is not in lab.txt`)
    const entries = text.split(/^(?=[a-z0-9])/m).filter(entry => !entry.startsWith('#'))
    for (const entry of entries) assert.match(entry, /^[a-z0-9-]+==\S+ .*?--hash=sha256:[0-9a-f]{64}/s)
  })

  it('pin OpenBLAS by the hashes of its wheels', () => {
    const blas = readFileSync(new URL('requirements/blas.txt', ROOT), 'utf8')
    assert.match(blas, /^scipy-openblas32==\S+( \\\n {4}--hash=sha256:[0-9a-f]{64})+$/m)
  })

  it('pin pip by a hash, too', () => {
    const pip = readFileSync(new URL('requirements/pip.txt', ROOT), 'utf8')
    assert.match(
      pip,
      new RegExp(`^pip==\\S+ --hash=sha256:[0-9a-f]{${createHash('sha256').digest('hex').length}}$`, 'm'),
    )
  })
})
