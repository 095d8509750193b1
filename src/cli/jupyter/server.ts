// A JupyterLab server as our child: started in the project's own home, found again by the file that it writes when it
// listens, stopped without its 'y/n' question.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readJsonObject } from '../files.js'
import type { JupyterHome } from './home.js'

/** A server that was asked to stop ends its kernels first; after this long it is killed. */
const STOP_GRACE_MS = 10_000

export interface LabOptions {
  readonly root: string
  readonly python: string
  /** Opened first; relative to `root`. */
  readonly notebook: string | undefined
  readonly browser: boolean
  readonly port: number | undefined
  readonly ip: string | undefined
  /** JupyterLab's own options, unchanged. */
  readonly more: readonly string[]
}

/** What a running server says of itself. */
export interface ServerInfo {
  readonly url: string
  readonly port: number
  readonly token: string
}

/** The arguments of Python that start JupyterLab. */
export function labArguments(options: LabOptions, isRoot: boolean): string[] {
  const { root, notebook, browser, port, ip, more } = options
  return [
    ...['-m', 'jupyterlab', `--ServerApp.root_dir=${root}`],
    ...(notebook === undefined ? [] : [`--LabApp.default_url=/lab/tree/${notebook}`]),
    // We print the address ourselves; warnings and errors still come through.
    '--Application.log_level=WARN',
    ...(browser ? [] : ['--no-browser']),
    ...(port === undefined ? [] : [`--port=${port}`]),
    ...(ip === undefined ? [] : [`--ip=${ip}`]),
    ...(isRoot ? ['--allow-root'] : []),
    ...more,
  ]
}

/** The environment of the server: the project's Jupyter home, and nothing that leads Python or Jupyter elsewhere. */
export function labEnvironment(home: JupyterHome, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PYTHONHOME, PYTHONPATH, JUPYTER_CONFIG_PATH, ...rest } = env
  return { ...rest, ...home.env }
}

/**
 * A token of our own: with one that Jupyter made up, it would print its addresses beside ours. It goes by a file, so
 * that neither the list of processes nor the environment of a cell shows it.
 */
function tokenFile(home: JupyterHome, env: NodeJS.ProcessEnv): Record<string, string> {
  if (env.JUPYTER_TOKEN !== undefined || env.JUPYTER_TOKEN_FILE !== undefined) return {}
  const file = join(home.runtime, 'token')
  rmSync(file, { force: true })
  writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 })
  return { JUPYTER_TOKEN_FILE: file }
}

export class LabServer {
  readonly #child: ChildProcess
  readonly #runtime: string
  readonly #began = Date.now()
  #ended = false
  /** Settles when the server has ended; rejects where it could not be started. */
  readonly ended: Promise<number | NodeJS.Signals>

  constructor(options: LabOptions, home: JupyterHome) {
    this.#runtime = home.runtime
    this.#child = spawn(options.python, labArguments(options, process.getuid?.() === 0), {
      cwd: options.root,
      env: { ...labEnvironment(home, process.env), ...tokenFile(home, process.env) },
      stdio: ['ignore', 'inherit', 'inherit'],
      // Out of the terminal's group: Ctrl-C must not reach the server, which would ask whether it was meant.
      detached: process.platform !== 'win32',
    })
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject)
      this.#child.on('exit', (code, signal) => {
        this.#ended = true
        resolve(code ?? signal ?? 'SIGKILL')
      })
    })
    this.ended.catch(() => {
      this.#ended = true
    })
  }

  /** Waits until the server listens; undefined where it ended before. */
  async listening(): Promise<ServerInfo | undefined> {
    while (!this.#ended) {
      const info = this.#info()
      if (info !== undefined) return info
      await sleep(50)
    }
    return undefined
  }

  /** Ends the server and its kernels. */
  async stop(): Promise<void> {
    const killed = setTimeout(() => this.#child.kill('SIGKILL'), STOP_GRACE_MS)
    this.#child.kill('SIGTERM')
    await this.ended.catch(() => undefined)
    clearTimeout(killed)
  }

  #info(): ServerInfo | undefined {
    const own = join(this.#runtime, `jpserver-${this.#child.pid}.json`)
    // On Windows a virtual environment's python.exe starts the real one, whose process id we do not know.
    const files = process.platform === 'win32' ? this.#newInfoFiles() : [own]
    return files.map(parseServerInfo).find(info => info !== undefined)
  }

  #newInfoFiles(): string[] {
    return readdirSync(this.#runtime)
      .filter(name => /^jpserver-\d+\.json$/.test(name))
      .map(name => join(this.#runtime, name))
      .filter(file => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= this.#began)
  }
}

function parseServerInfo(file: string): ServerInfo | undefined {
  const { url, port, token } = readJsonObject(file) ?? {}
  if (typeof url !== 'string' || typeof port !== 'number' || typeof token !== 'string') return undefined
  return { url, port, token }
}

/** The address to open, with the token that lets one in. */
export function labAddress(info: ServerInfo, notebook: string | undefined): string {
  const page = notebook === undefined ? 'lab' : `lab/tree/${notebook}`
  return `${info.url}${page}${info.token === '' ? '' : `?token=${info.token}`}`
}
