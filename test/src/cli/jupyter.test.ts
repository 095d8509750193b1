import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { activePrefix, prefixDataDir, searchPath, systemDataDirs, userDataDir } from '#src/cli/jupyter/dirs.js'
import { jupyterHome, LAB_SETTINGS, mergeSettings, prepareHome, SERVER_SETTINGS } from '#src/cli/jupyter/home.js'
import { kernelSpec, kernelSpecProblem } from '#src/cli/jupyter/kernelspec.js'
import { labAddress, labArguments, labEnvironment } from '#src/cli/jupyter/server.js'
import { parsePort } from '#src/cli/lab.js'

describe("Jupyter's folders", () => {
  const linux = { platform: 'linux', env: {}, home: '/home/ada' } as const

  it("hold the user's kernels where each platform's Jupyter looks", () => {
    assert.equal(userDataDir(linux), '/home/ada/.local/share/jupyter')
    assert.equal(userDataDir({ ...linux, env: { XDG_DATA_HOME: '/data' } }), '/data/jupyter')
    assert.equal(userDataDir({ ...linux, platform: 'darwin' }), '/home/ada/Library/Jupyter')
    const windows = {
      platform: 'win32',
      env: { APPDATA: 'C:\\Users\\ada\\AppData\\Roaming' },
      home: 'C:\\Users\\ada',
    } as const
    assert.equal(userDataDir(windows), 'C:\\Users\\ada\\AppData\\Roaming\\jupyter')
    assert.equal(userDataDir({ ...windows, env: {} }), 'C:\\Users\\ada\\.jupyter\\data')
  })

  it('follow JUPYTER_DATA_DIR on every platform', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      assert.equal(userDataDir({ platform, env: { JUPYTER_DATA_DIR: '/mine' }, home: '/h' }), '/mine')
    }
  })

  it('of a prefix and of the system are told for each platform', () => {
    assert.equal(prefixDataDir('/opt/conda', 'linux'), '/opt/conda/share/jupyter')
    assert.equal(prefixDataDir('C:\\conda', 'win32'), 'C:\\conda\\share\\jupyter')
    assert.deepEqual(systemDataDirs(linux), ['/usr/local/share/jupyter', '/usr/share/jupyter'])
    const windows = { platform: 'win32', env: { PROGRAMDATA: 'C:\\ProgramData' }, home: '' } as const
    assert.deepEqual(systemDataDirs(windows), ['C:\\ProgramData\\jupyter'])
  })

  it('are searched in the order of Jupyter, each once', () => {
    const env = { JUPYTER_PATH: '/a:/usr/share/jupyter' }
    assert.deepEqual(
      searchPath({ ...linux, env }, '/usr').map(({ path }) => path),
      ['/a', '/usr/share/jupyter', '/home/ada/.local/share/jupyter', '/usr/local/share/jupyter'],
    )
    assert.equal(activePrefix({ CONDA_PREFIX: '/conda', VIRTUAL_ENV: '/venv' }), '/venv')
    assert.equal(activePrefix({}), undefined)
  })
})

describe('the Jupyter home of the project', () => {
  let root: string
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'gradlab-home-')))
    mkdirSync(join(root, 'kernel-ext/bin'), { recursive: true })
    writeFileSync(join(root, 'kernel-ext/bin/gradlab-kernel.mjs'), '')
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const project = (): { root: string; kernelFolder: string } => ({ root, kernelFolder: join(root, 'kernel-ext') })
  const json = (name: string): unknown => JSON.parse(readFileSync(join(root, '.jupyter', name), 'utf8'))
  const build = (): void => {
    mkdirSync(join(root, 'kernel-ext/labextension/labextension'), { recursive: true })
    writeFileSync(join(root, 'kernel-ext/labextension/labextension/package.json'), '{}')
  }

  it('holds our kernel alone, as the default, and the settings that learners need', () => {
    build()
    const home = prepareHome(project())
    assert.deepEqual(json('share/kernels/gradlab/kernel.json'), kernelSpec(project()))
    assert.equal(kernelSpecProblem(join(home.share, 'kernels/gradlab')), undefined)
    assert.deepEqual(json('config/jupyter_server_config.json'), SERVER_SETTINGS)
    assert.deepEqual(json('config/labconfig/default_setting_overrides.json'), LAB_SETTINGS)
    assert.ok(existsSync(join(home.share, 'labextensions/gradlab-labextension/package.json')))
  })

  it('keeps every path of Jupyter inside the project', () => {
    for (const [name, path] of Object.entries(jupyterHome(root).env)) {
      assert.ok(path.startsWith(join(root, '.jupyter')), name)
    }
  })

  it('is written again only where something changed', () => {
    build()
    prepareHome(project())
    const files = readdirSync(join(root, '.jupyter'), { recursive: true, encoding: 'utf8' })
    const times = (): number[] => files.map(name => statSync(join(root, '.jupyter', name)).mtimeMs)
    const before = times()
    prepareHome(project())
    assert.deepEqual(times(), before)
  })

  it("keeps the user's own settings, and puts ours right", () => {
    mkdirSync(join(root, '.jupyter/config'), { recursive: true })
    const file = join(root, '.jupyter/config/jupyter_server_config.json')
    writeFileSync(
      file,
      JSON.stringify({
        IdentityProvider: { hashed_password: 'x' },
        KernelSpecManager: { ensure_native_kernel: true, mine: 1 },
      }),
    )
    prepareHome(project())
    assert.deepEqual(json('config/jupyter_server_config.json'), {
      ...SERVER_SETTINGS,
      IdentityProvider: { hashed_password: 'x' },
      KernelSpecManager: { ...SERVER_SETTINGS.KernelSpecManager, mine: 1 },
    })
    writeFileSync(file, '{"half')
    prepareHome(project())
    assert.deepEqual(json('config/jupyter_server_config.json'), SERVER_SETTINGS)
  })

  it('follows an extension that is built later, moved or removed', () => {
    const place = join(root, '.jupyter/share/labextensions/gradlab-labextension')
    prepareHome(project())
    assert.ok(!existsSync(place))
    build()
    prepareHome(project())
    assert.ok(existsSync(join(place, 'package.json')))
    rmSync(join(root, 'kernel-ext/labextension'), { recursive: true })
    prepareHome(project())
    assert.ok(!readdirSync(join(root, '.jupyter/share/labextensions')).includes('gradlab-labextension'))
  })

  it('merges settings by key, lists as a whole', () => {
    assert.deepEqual(mergeSettings({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3] }, d: { e: 1 } }), {
      a: { b: 1, c: [3] },
      d: { e: 1 },
    })
  })
})

describe('the command line of JupyterLab', () => {
  const options = {
    root: '/p',
    python: '/p/.venv/bin/python',
    notebook: 'notebooks/00-welcome.ipynb',
    browser: true,
    port: undefined,
    ip: undefined,
    more: [],
  }

  it('opens the welcome notebook in the project', () => {
    const args = labArguments(options, false)
    assert.deepEqual(args.slice(0, 2), ['-m', 'jupyterlab'])
    assert.ok(args.includes('--ServerApp.root_dir=/p'))
    assert.ok(args.includes('--LabApp.default_url=/lab/tree/notebooks/00-welcome.ipynb'))
    for (const option of ['--no-browser', '--allow-root']) assert.ok(!args.includes(option), option)
  })

  it("passes on --no-browser, --port, --ip and JupyterLab's own options, which come last and so win", () => {
    const args = labArguments({ ...options, browser: false, port: 0, ip: '::', more: ['--debug', '--a=b c'] }, true)
    for (const option of ['--no-browser', '--port=0', '--ip=::', '--allow-root'])
      assert.ok(args.includes(option), option)
    assert.deepEqual(args.slice(-2), ['--debug', '--a=b c'])
  })

  it("runs in the project's home, with nothing that leads Python elsewhere", () => {
    const env = labEnvironment(jupyterHome('/p'), {
      PATH: '/bin',
      PYTHONPATH: '/x',
      PYTHONHOME: '/y',
      JUPYTER_PATH: '/z',
    })
    assert.deepEqual(env, { PATH: '/bin', ...jupyterHome('/p').env })
  })

  it('is reached at an address with its token, if it has one', () => {
    const server = { url: 'http://localhost:8888/', port: 8888, token: 'abc' }
    assert.equal(labAddress(server, 'a/b.ipynb'), 'http://localhost:8888/lab/tree/a/b.ipynb?token=abc')
    assert.equal(labAddress({ ...server, token: '' }, undefined), 'http://localhost:8888/lab')
  })

  it('takes ports as whole numbers only', () => {
    assert.deepEqual(['0', '8888', '65535'].map(parsePort), [0, 8888, 65_535])
    for (const text of ['', '-1', '65536', '1e3', '8888x', ' 1', '1.5']) {
      assert.throws(() => parsePort(text), /whole number from 0 to 65535/)
    }
  })
})
