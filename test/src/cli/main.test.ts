import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gradlab, ROOT } from './command.js'

describe('gradlab', function () {
  this.timeout(60_000)

  it('shows its commands and exit codes, without colours where nobody looks', () => {
    const { code, out, err } = gradlab(['--help'])
    assert.deepEqual([code, err], [0, ''])
    for (const word of ['lab', 'run', 'kernel', 'doctor', 'Exit codes:', '130']) assert.ok(out.includes(word), word)
    assert.ok(!out.includes('\u001b'), 'colours in a pipe')
  })

  it('shows help of every command in the same style', () => {
    for (const path of [['lab'], ['run'], ['kernel'], ['kernel', 'install'], ['kernel', 'list'], ['doctor']]) {
      const { code, out } = gradlab([...path, '--help'])
      assert.equal(code, 0)
      assert.match(out, new RegExp(`^Usage: gradlab ${path.join(' ')}`))
      assert.match(out, /\n {2}-h, --help +show this help\n/)
    }
  })

  it('shows the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    assert.deepEqual(gradlab(['--version']), { code: 0, out: `${version}\n`, err: '' })
  })

  it('refuses what it does not know with 2, and guesses what was meant', () => {
    const cases: [string[], RegExp][] = [
      [['lba'], /^error: unknown command 'lba'\nnext: Did you mean lab\? gradlab --help shows what there is\.\n$/],
      [['lab', '--prot', '3'], /^error: unknown option '--prot'\nnext: Did you mean --port\? gradlab lab --help/],
      [['kernel', 'instal'], /^error: unknown command 'instal'\nnext: Did you mean install\? gradlab kernel --help/],
      [['lab', '--port', '99999'], /^error: .*'99999' is invalid\. A port is a whole number from 0 to 65535\.\nnext: /],
      [['lab', 'notebook'], /^error: gradlab lab does not know what to do with 'notebook'\.\nnext: .* after --/],
      [['kernel', 'install', '--user', '--prefix', 'x'], /^error: option '--user' cannot be used with .*\nnext: /],
    ]
    for (const [args, expected] of cases) {
      const { code, out, err } = gradlab(args)
      assert.deepEqual([code, out], [2, ''], args.join(' '))
      assert.match(err, expected)
    }
  })

  it('shows its help as an error where no command is named', () => {
    for (const args of [[], ['kernel']]) {
      const { code, out, err } = gradlab(args)
      assert.deepEqual([code, out], [2, ''])
      assert.match(err, /^Usage: gradlab /)
    }
  })

  it('says what to do where it is not built', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-unbuilt-'))
    try {
      cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true })
      const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin/gradlab.mjs')], { encoding: 'utf8' })
      assert.equal(status, 3)
      assert.match(stderr, /^error: gradlab cannot run: it is not built\.\nnext: run npm start /)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
