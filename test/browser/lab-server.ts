// A JupyterLab server of a test's own: a free port, a token, and nothing in the user's home.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The project's root; this file runs from build/test/browser/. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 10_000

export interface LabOptions {
  /** The folder that JupyterLab shows. */
  readonly notebooks: string
  /** The Python that has JupyterLab; the project's own by default. */
  readonly python?: string
  /** Folders with `kernels/` and `labextensions/`. */
  readonly jupyterPath?: readonly string[]
  /** Added to the environment; wins over the rest. */
  readonly env?: Readonly<Record<string, string>>
  /** `jupyter_server_config.json`. */
  readonly config?: Readonly<Record<string, unknown>>
  /** JupyterLab's settings by plugin, as `default_setting_overrides.json` has them. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** More of the command line. */
  readonly args?: readonly string[]
}

export interface LabServer {
  readonly url: string
  readonly token: string
  /** What the server has written so far. */
  log(): string
  /** Ends the server and every process that it started, and removes its folders. */
  stop(): Promise<void>
}

/** Starts a JupyterLab server on a free port with settings, state and kernels of its own, nothing in the user's home. */
export async function startLab(options: LabOptions): Promise<LabServer> {
  const home = await mkdtemp(join(tmpdir(), 'gradlab-lab-'))
  await writeConfig(home, options)
  const port = await freePort()
  const token = randomBytes(16).toString('hex')
  const server = spawn(options.python ?? projectPython(), labArguments(options, port), {
    cwd: options.notebooks,
    env: { ...process.env, ...labEnvironment(home, token, options) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  })
  const log = collectOutput(server)
  const killAtExit = (): void => killTree(server)
  process.once('exit', killAtExit)
  const url = `http://127.0.0.1:${port}`
  const stop = async (): Promise<void> => {
    await stopServer(server, url, token)
    process.off('exit', killAtExit)
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await untilServing(server, url, token)
  } catch (cause) {
    await stop()
    throw new Error(`JupyterLab did not start. Its log:\n${log()}`, { cause })
  }
  return { url, token, log, stop }
}

function projectPython(): string {
  const python = join(ROOT, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  if (!existsSync(python)) throw new Error(`There is no ${python}. Run 'npm start' once, which installs JupyterLab.`)
  return python
}

function labArguments(options: LabOptions, port: number): string[] {
  const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : []
  return [
    ...['-m', 'jupyterlab', '--no-browser', '--ip=127.0.0.1', `--port=${port}`, '--ServerApp.port_retries=0'],
    // Gives the page `window.jupyterapp`, by which the functions below run commands and read models.
    '--LabApp.expose_app_in_browser=True',
    `--ServerApp.root_dir=${options.notebooks}`,
    ...asRoot,
    ...(options.args ?? []),
  ]
}

function labEnvironment(home: string, token: string, options: LabOptions): Record<string, string> {
  return {
    JUPYTER_CONFIG_DIR: join(home, 'config'),
    JUPYTER_DATA_DIR: join(home, 'data'),
    JUPYTER_RUNTIME_DIR: join(home, 'runtime'),
    JUPYTERLAB_SETTINGS_DIR: join(home, 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: join(home, 'workspaces'),
    IPYTHONDIR: join(home, 'ipython'),
    JUPYTER_PATH: (options.jupyterPath ?? []).join(delimiter),
    JUPYTER_TOKEN: token,
    ...options.env,
  }
}

async function writeConfig(home: string, options: LabOptions): Promise<void> {
  const labconfig = join(home, 'config', 'labconfig')
  await mkdir(labconfig, { recursive: true })
  const settings = {
    // Its question about news covers the page at the first start.
    '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
    ...options.settings,
  }
  await writeFile(join(labconfig, 'default_setting_overrides.json'), JSON.stringify(settings))
  await writeFile(join(home, 'config', 'jupyter_server_config.json'), JSON.stringify(options.config ?? {}))
}

/** A TCP port that is free now, on this machine's own address. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise(resolve => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No port of this machine is free.')
  return address.port
}

function collectOutput(server: ChildProcess): () => string {
  let text = ''
  const add = (chunk: Buffer): void => {
    text += chunk.toString()
  }
  server.stdout?.on('data', add)
  server.stderr?.on('data', add)
  server.on('error', error => add(Buffer.from(String(error))))
  return () => text
}

async function untilServing(server: ChildProcess, url: string, token: string): Promise<void> {
  const end = Date.now() + START_LIMIT_MS
  while (Date.now() < end) {
    if (hasEnded(server)) throw new Error(`The server ended with ${server.exitCode ?? server.signalCode}.`)
    const status = await ask(`${url}/api/status`, token).catch(() => undefined)
    if (status?.ok) return
    await sleep(100)
  }
  throw new Error(`Nothing answered at ${url} within ${START_LIMIT_MS / 1000} s.`)
}

function ask(url: string, token: string, method = 'GET'): Promise<Response> {
  return fetch(url, { method, headers: { Authorization: `token ${token}` }, signal: AbortSignal.timeout(5_000) })
}

async function stopServer(server: ChildProcess, url: string, token: string): Promise<void> {
  const kernels = descendants(server.pid)
  if (!hasEnded(server)) {
    // Asked first, since the server ends its kernels in order; then it is no longer asked.
    await ask(`${url}/api/shutdown`, token, 'POST').catch(() => undefined)
    await untilEnded(server, STOP_LIMIT_MS)
  }
  killTree(server)
  for (const pid of kernels) kill(pid)
}

async function untilEnded(server: ChildProcess, limit: number): Promise<void> {
  const end = Date.now() + limit
  while (!hasEnded(server) && Date.now() < end) await sleep(50)
}

function hasEnded(server: ChildProcess): boolean {
  return server.pid === undefined || server.exitCode !== null || server.signalCode !== null
}

function killTree(server: ChildProcess): void {
  for (const pid of descendants(server.pid)) kill(pid)
  if (!hasEnded(server) && server.pid !== undefined) kill(server.pid)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** The processes below one, by /proc: kernels have a session of their own, so a signal to the group misses them. */
export function descendants(pid: number | undefined): number[] {
  if (pid === undefined || !existsSync('/proc')) return []
  const parents = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(name => [Number(name), parentOf(name)] as const)
  const below = (parent: number): number[] =>
    parents.flatMap(([child, of]) => (of === parent ? [child, ...below(child)] : []))
  return below(pid)
}

function parentOf(pid: string): number {
  try {
    // `pid (name) state ppid ...`, where the name may hold spaces and brackets.
    const [, ppid] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    return Number(ppid)
  } catch {
    return -1
  }
}
