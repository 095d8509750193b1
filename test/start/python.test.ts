import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setupModule } from './scripts.js'

interface Python {
  command: readonly string[]
  version: string
  executable: string
  venv: boolean
  ensurepip: boolean
}
interface Refused {
  command: readonly string[]
  problem: string
}
interface PythonModule {
  pythonCandidates(env: Record<string, string>, platform: string): string[][]
  parseAnswer(command: readonly string[], output: string): Python | Refused
  judgePython(python: Python): Python | Refused
  isNewEnough(version: string): boolean
  findPython(env: Record<string, string>, platform: string): Promise<Python>
  noPython(refused: Refused[], env: Record<string, string>, platform: string): Error & { next: string }
}

const GOOD = { version: '3.12.1', executable: '/usr/bin/python3', venv: true, ensurepip: true }

describe('the Python that JupyterLab is installed with', () => {
  let python: PythonModule
  before(async () => {
    python = await setupModule<PythonModule>('python.mjs')
  })

  it('is looked for as python3, then python, then by number; on Windows by its launcher first', () => {
    assert.deepEqual(python.pythonCandidates({}, 'linux').slice(0, 2), [['python3'], ['python']])
    assert.deepEqual(python.pythonCandidates({}, 'win32')[0], ['py', '-3'])
  })

  it('is the one of GRADLAB_PYTHON alone where that is set', () => {
    assert.deepEqual(python.pythonCandidates({ GRADLAB_PYTHON: '/opt/py' }, 'linux'), [['/opt/py']])
  })

  it('must be 3.10 or later', () => {
    for (const version of ['3.10.0', '3.13.1', '3.100.0', '4.0.0']) assert.ok(python.isNewEnough(version), version)
    for (const version of ['3.9.18', '2.7.18', '3.1.0']) assert.ok(!python.isNewEnough(version), version)
  })

  it('is read from its own answer, and anything else is told as such', () => {
    assert.deepEqual(python.parseAnswer(['python3'], JSON.stringify(GOOD)), { command: ['python3'], ...GOOD })
    for (const output of ['', 'Python 3.12', '{}', 'null', '[1]']) {
      assert.deepEqual(python.parseAnswer(['p'], output), {
        command: ['p'],
        problem: 'does not answer as a Python does',
      })
    }
  })

  it('may lack ensurepip but not venv', () => {
    const without = { command: ['p'], ...GOOD, ensurepip: false }
    assert.equal(python.judgePython(without), without)
    assert.deepEqual(python.judgePython({ ...without, venv: false }), {
      command: ['p'],
      problem: '3.12.1 at /usr/bin/python3 has no module venv',
    })
    assert.match(JSON.stringify(python.judgePython({ ...without, version: '3.9.1' })), /too old/)
  })

  it('that is missing is told with all that was tried and how to install it', () => {
    const refused = [{ command: ['py', '-3'], problem: 'not found' }]
    const error = python.noPython(refused, {}, 'win32')
    assert.match(error.message, /3\.10 or later.*\n {2}py -3: not found$/s)
    assert.match(error.next, /winget install .*GRADLAB_PYTHON/)
    assert.match(python.noPython(refused, {}, 'darwin').next, /brew install python/)
    const noVenv = [{ command: ['python3'], problem: '3.11.2 at /usr/bin/python3 has no module venv' }]
    assert.match(python.noPython(noVenv, {}, 'linux').next, /^Install the module venv .*apt-get install .*python3-venv/)
    assert.match(python.noPython(refused, { GRADLAB_PYTHON: 'x' }, 'linux').message, /^GRADLAB_PYTHON is no Python/)
  })

  it('is asked for real: one that has ensurepip wins, one that does not run is passed over', async function () {
    if (process.platform === 'win32') this.skip()
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-python-'))
    const path = process.env.PATH
    const make = (name: string, script: string): void => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
      chmodSync(join(folder, name), 0o755)
    }
    try {
      process.env.PATH = folder
      await assert.rejects(python.findPython({}, 'linux'), /python3: not found\n {2}python: not found/)
      make('python', 'echo it is broken >&2; exit 3')
      await assert.rejects(python.findPython({}, 'linux'), /python: does not run \(it is broken\)/)
      make('python3', `echo '${JSON.stringify({ ...GOOD, ensurepip: false })}'`)
      assert.equal((await python.findPython({}, 'linux')).ensurepip, false)
      make('python3.11', `echo '${JSON.stringify({ ...GOOD, version: '3.11.0' })}'`)
      assert.equal((await python.findPython({}, 'linux')).version, '3.11.0')
    } finally {
      if (path === undefined) delete process.env.PATH
      else process.env.PATH = path
      rmSync(folder, { recursive: true })
    }
  })
})
