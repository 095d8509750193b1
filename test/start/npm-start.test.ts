// `npm start` for real: JupyterLab opens, shows our kernel, and ends at a signal. The long suite does it in a fresh
// clone with empty caches, and once more without a network.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ROOT } from './scripts.js'

const PROJECT = fileURLToPath(ROOT)

interface Started {
  readonly child: ChildProcess
  output(): string
  /** Waits until the output matches; gives the match. */
  says(pattern: RegExp, limitMs?: number): Promise<RegExpExecArray>
  /** The exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals>
}

const running = new Set<ChildProcess>()

/** Runs `npm start` without npm, so that signals and exit codes are its own; `wrap` is put before the command. */
function start(folder: string, args: string[], env: Record<string, string> = {}, wrap: string[] = []): Started {
  const [program = '', ...rest] = [...wrap, process.execPath, 'scripts/start.mjs', ...args]
  const child = spawn(program, rest, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (text += String(chunk)))
  const ended = new Promise<number | NodeJS.Signals>(resolve =>
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve(code ?? signal ?? 'SIGKILL')
    }),
  )
  const says = async (pattern: RegExp, limitMs = 60_000): Promise<RegExpExecArray> => {
    for (let waited = 0; waited < limitMs; waited += 50) {
      const match = pattern.exec(text)
      if (match !== null) return match
      if (!running.has(child)) break
      await sleep(50)
    }
    throw new Error(`It never said ${pattern}, but:\n${text}`)
  }
  return { child, output: () => text, says, ended }
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url)
  assert.equal(response.status, 200, url)
  return response.json()
}

interface KernelSpecs {
  readonly default: string
  readonly kernelspecs: Record<string, { spec: { display_name: string }; resources: Record<string, string> }>
}

/** Where it says that JupyterLab is open. */
async function address(started: Started, limitMs?: number): Promise<URL> {
  const [, url = ''] = await started.says(/JupyterLab is open at (\S+)/, limitMs)
  return new URL(url)
}

describe('npm start', function () {
  this.timeout(120_000)
  afterEach(async () => {
    for (const child of running) child.kill('SIGTERM')
    while (running.size > 0) await sleep(50)
  })

  it('opens JupyterLab on the welcome notebook with our kernel as the only one, and ends at Ctrl-C', async () => {
    const lab = start(PROJECT, ['--no-browser', '--port', '0'])
    const url = await address(lab)
    assert.equal(url.pathname, '/lab/tree/notebooks/00-welcome.ipynb')
    assert.equal((await fetch(url)).status, 200)
    const specs = (await getJson(`${url.origin}/api/kernelspecs${url.search}`)) as KernelSpecs
    assert.deepEqual([specs.default, Object.keys(specs.kernelspecs)], ['gradlab', ['gradlab']])
    const { spec, resources } = specs.kernelspecs.gradlab!
    assert.equal(spec.display_name, 'TypeScript (Gradlab)')
    assert.deepEqual(Object.keys(resources).sort(), ['logo-32x32', 'logo-64x64', 'logo-svg'])
    assert.ok(!(await fetch(`${url.origin}/api/kernelspecs`)).ok, 'the server lets anyone in')
    lab.child.kill('SIGINT')
    assert.equal(await lab.ended, 0)
    assert.match(lab.output(), /JupyterLab stopped\.\n$/)
    await assert.rejects(fetch(url), 'the server lives on')
  })

  it('says so when the port is busy, and takes the next free one', async () => {
    const squatter = await listen()
    try {
      const { port } = squatter.address() as { port: number }
      const lab = start(PROJECT, ['--no-browser', '--port', String(port)])
      const url = await address(lab)
      await lab.says(new RegExp(`port ${port} is busy: it listens on ${url.port} instead`))
      assert.notEqual(Number(url.port), port)
      lab.child.kill('SIGTERM')
      assert.equal(await lab.ended, 0)
    } finally {
      squatter.close()
    }
  })

  it('that is stopped before the Lab is open says what the next start does, with 130', async () => {
    const lab = start(PROJECT, ['--no-browser', '--port', '0'])
    await lab.says(/starting JupyterLab/)
    lab.child.kill('SIGINT')
    assert.equal(await lab.ended, 130)
    assert.match(lab.output(), /stopped; the next npm start goes on where this ended\n$/)
  })

  it("hands JupyterLab's own options on, and tells when it does not start", async () => {
    const lab = start(PROJECT, ['--no-browser', '--port', '0', '--', '--ServerApp.certfile=/nowhere'])
    assert.equal(await lab.ended, 1)
    assert.match(lab.output(), /nowhere[\s\S]*error: JupyterLab ended with code \d+\.\nnext: /)
  })

  it('refuses what it does not know before anything is started', async () => {
    const lab = start(PROJECT, ['--prot', '3'])
    assert.equal(await lab.ended, 2)
    assert.match(lab.output(), /error: unknown option '--prot'\nnext: Did you mean --port\?/)
  })
})

if (process.env.GRADLAB_LONG === '1') {
  describe('npm start in a fresh clone', function () {
    this.timeout(900_000)
    let folder: string
    let clone: string
    let env: Record<string, string>
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'gradlab-fresh-'))
      clone = join(folder, 'clone')
      const git = spawnSync('git', ['clone', '--quiet', PROJECT, clone], { encoding: 'utf8' })
      assert.equal(git.status, 0, git.stderr)
      // `home` shows whether anything is written outside the project but npm's and pip's caches.
      env = {
        HOME: join(folder, 'home'),
        npm_config_cache: join(folder, 'npm-cache'),
        PIP_CACHE_DIR: join(folder, 'pip-cache'),
        // pip asks for Rust's version, and rustup, where it is installed, then makes a folder at home.
        RUSTUP_HOME: join(folder, 'rustup'),
      }
    })
    after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

    async function openAndStop(lab: Started): Promise<void> {
      const url = await address(lab, 600_000)
      assert.equal((await fetch(url)).status, 200)
      lab.child.kill('SIGINT')
      assert.equal(await lab.ended, 0)
    }

    it('goes on after Ctrl-C during npm and during pip', async () => {
      for (const moment of [/installing into node_modules/, /installing into \.venv/]) {
        const broken = start(clone, ['--no-browser', '--port', '0'], env)
        await broken.says(moment, 300_000)
        await sleep(1500)
        broken.child.kill('SIGINT')
        assert.equal(await broken.ended, 130)
        assert.match(broken.output(), /stopped; the next npm start goes on/)
      }
    })

    it('installs, builds and opens JupyterLab, and writes nothing into the home folder', async () => {
      await openAndStop(start(clone, ['--no-browser', '--port', '0'], env))
      assert.deepEqual(existsSync(join(folder, 'home')) ? readdirSync(join(folder, 'home')) : [], [])
      const status = spawnSync('git', ['status', '--porcelain'], { cwd: clone, encoding: 'utf8' })
      assert.equal(status.stdout, '')
    })

    it('starts a second time with nothing to do', async () => {
      const lab = start(clone, ['--no-browser', '--port', '0'], env)
      await openAndStop(lab)
      assert.match(lab.output(), /set-up +packages, build and JupyterLab are in place/)
    })

    it('starts without a network', async function () {
      const cut = ['unshare', '--net', '--map-root-user']
      const able = spawnSync(cut[0]!, [...cut.slice(1), 'true']).status === 0
      if (!able) this.skip() // only Linux can cut the network off one process, and not in every container
      const code = 'ip link set lo up 2>/dev/null; exec "$@"'
      const lab = start(clone, ['--no-browser', '--port', '0', '--set-up-only'], env, [...cut, 'sh', '-c', code, 'sh'])
      assert.equal(await lab.ended, 0)
      const open = start(clone, ['--no-browser', '--port', '0'], env, [...cut, 'sh', '-c', code, 'sh'])
      await address(open) // nobody outside its network can reach it: that it listens must do
      open.child.kill('SIGINT')
      assert.equal(await open.ended, 0)
    })

    it('mends an environment whose Python is gone', async () => {
      rmSync(join(clone, '.venv', 'bin'), { recursive: true })
      const lab = start(clone, ['--set-up-only'], env)
      assert.equal(await lab.ended, 0)
      assert.match(lab.output(), /its Python was removed or replaced[\s\S]*installed into \.venv/)
    })
  })
}

function listen(): Promise<Server> {
  return new Promise(resolve => {
    const server = createServer().listen(0, 'localhost', () => resolve(server))
  })
}
