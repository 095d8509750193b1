import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gradlab, ROOT } from './command.js'

describe('gradlab kernel', function () {
  this.timeout(60_000)
  let folder: string
  let env: Record<string, string | undefined>
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-kernel-'))
    env = { JUPYTER_DATA_DIR: join(folder, 'user'), JUPYTER_PATH: undefined, VIRTUAL_ENV: join(folder, 'venv') }
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const spec = (dataDir: string): string => join(folder, dataDir, 'kernels', 'gradlab')
  const extension = (dataDir: string): string => join(folder, dataDir, 'labextensions', 'gradlab-labextension')

  it('installs kernelspec, logos and extension below a prefix, with paths that exist', () => {
    const { code, out } = gradlab(['kernel', 'install', '--prefix', folder], env)
    assert.equal(code, 0)
    assert.ok(out.includes(spec('share/jupyter')))
    const kernel = JSON.parse(readFileSync(join(spec('share/jupyter'), 'kernel.json'), 'utf8')) as {
      argv: string[]
      display_name: string
      language: string
      interrupt_mode: string
    }
    const [node = '', program = '', ...rest] = kernel.argv
    assert.equal(node, process.execPath)
    assert.ok(existsSync(program), program)
    assert.deepEqual(rest, ['--connection-file', '{connection_file}', '--root', ROOT.replace(/\/$/, '')])
    assert.deepEqual(
      [kernel.display_name, kernel.language, kernel.interrupt_mode],
      ['TypeScript (Gradlab)', 'typescript', 'message'],
    )
    assert.deepEqual(readdirSync(spec('share/jupyter')).sort(), [
      'kernel.json',
      'logo-32x32.png',
      'logo-64x64.png',
      'logo-svg.svg',
    ])
    assert.ok(existsSync(join(extension('share/jupyter'), 'package.json')))
    assert.deepEqual(readdirSync(join(folder, 'share/jupyter/kernels')), ['gradlab'], 'something was left over')
  })

  it('goes to the user by default, and to the active environment by --sys-prefix', () => {
    assert.equal(gradlab(['kernel', 'install'], env).code, 0)
    assert.ok(existsSync(spec('user')))
    assert.equal(gradlab(['kernel', 'install', '--sys-prefix'], env).code, 0)
    assert.ok(existsSync(spec('venv/share/jupyter')))
  })

  it('replaces an older installation whole', () => {
    mkdirSync(spec('user'), { recursive: true })
    writeFileSync(join(spec('user'), 'stale.txt'), '')
    assert.equal(gradlab(['kernel', 'install', '--user'], env).code, 0)
    assert.ok(!existsSync(join(spec('user'), 'stale.txt')))
  })

  it('lists where it is, and which installation would not start', () => {
    assert.match(gradlab(['kernel', 'list'], { ...env, PATH: '' }).out, /(project|not installed)/)
    gradlab(['kernel', 'install', '--user'], env)
    gradlab(['kernel', 'install', '--sys-prefix'], env)
    const file = join(spec('venv/share/jupyter'), 'kernel.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('gradlab-kernel.mjs', 'moved/gradlab-kernel.mjs'))
    const lines = gradlab(['kernel', 'list'], env).out.split('\n')
    assert.match(lines.find(line => line.includes(spec('user'))) ?? '', /^ok +user /)
    assert.match(
      lines.find(line => line.includes(spec('venv/share/jupyter'))) ?? '',
      /^broken +environment .*its kernel is gone: /,
    )
  })

  it('removes what it installed, and nothing else', () => {
    gradlab(['kernel', 'install', '--user'], env)
    mkdirSync(join(folder, 'user/kernels/python3'))
    const { code, out } = gradlab(['kernel', 'uninstall'], env)
    assert.equal(code, 0)
    assert.match(out, /^removed .*gradlab-labextension\nremoved .*gradlab\n$/)
    assert.deepEqual(readdirSync(join(folder, 'user/kernels')), ['python3'])
    const again = gradlab(['kernel', 'uninstall'], env)
    assert.equal(again.code, 1)
    assert.match(again.err, /^error: The kernel is not installed in .*\nnext: `gradlab kernel list`/)
  })

  it("leaves another program's kernel of the same name alone", () => {
    mkdirSync(spec('user'), { recursive: true })
    writeFileSync(join(spec('user'), 'kernel.json'), '{"argv":["/usr/bin/other"]}')
    const { code, err } = gradlab(['kernel', 'uninstall'], env)
    assert.equal(code, 1)
    assert.match(err, /was not installed by gradlab/)
    assert.ok(existsSync(spec('user')))
  })

  it('says where it may not write', () => {
    // A file in the way stands for a folder that may not be written, which root could write all the same.
    cpSync(join(ROOT, 'package.json'), join(folder, 'user'))
    const { code, err } = gradlab(['kernel', 'install'], env)
    assert.equal(code, 1)
    assert.match(err, /^error: .*user.* may not be written\.\nnext: Choose another place: --user/)
  })
})
