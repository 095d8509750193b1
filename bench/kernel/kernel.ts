// A running kernel, started from its kernelspec as Jupyter starts one, and ended with all its processes.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { type Answer, Client, type ConnectionInfo, type Content } from './client.js'
import type { Contender } from './contenders.js'
import { Failure, sleep, within } from './failure.js'
import { notebookFolder } from './folder.js'
import { freePorts } from './ports.js'
import { processTree } from './proc.js'

/** How long one answer may take before the kernel counts as hung. */
const HANG_MS = 20_000
/** Jupyter's server asks a silent kernel every 500 ms; oftener here, so that a lost request adds little to a start. */
const NUDGE_MS = 100
/** Jupyter kills a kernel that has not ended so long after it was asked to. */
const SHUTDOWN_MS = 5000

export interface KernelOptions {
  /** Tells kernels apart that live at the same time. */
  readonly number?: number
  /** Packages of this project that lie in the notebook's folder. */
  readonly packages?: readonly string[]
}

/** The kernels that live now: none outlives the benchmark. */
const running = new Set<Kernel>()

export function killAll(): void {
  for (const kernel of running) kernel.kill()
}

export class Kernel {
  readonly contender: Contender
  readonly #scratch: string
  readonly #options: KernelOptions
  readonly #info: ConnectionInfo
  #child!: ChildProcess
  #client!: Client
  #trouble!: Promise<never>
  #exited!: Promise<void>
  /** When the process was started, and when it had answered kernel_info. */
  startedAt = 0
  readyAt = 0

  private constructor(contender: Contender, scratch: string, info: ConnectionInfo, options: KernelOptions) {
    this.contender = contender
    this.#scratch = scratch
    this.#options = options
    this.#info = info
  }

  /** Starts a kernel in an empty folder below `scratch` and waits until it answers. */
  static async start(contender: Contender, scratch: string, options: KernelOptions = {}): Promise<Kernel> {
    const kernel = new Kernel(contender, scratch, await newConnection(), options)
    await kernel.#launch()
    return kernel
  }

  /** One more of the same, for another notebook of the same folder. */
  sibling(number: number): Promise<Kernel> {
    return Kernel.start(this.contender, this.#scratch, { ...this.#options, number })
  }

  /** What the connection file says. */
  get info(): ConnectionInfo {
    return this.#info
  }

  get client(): Client {
    return this.#client
  }

  /** The processes of this kernel. */
  get tree(): number[] {
    return this.#child.pid === undefined ? [] : processTree(this.#child.pid)
  }

  /** Waits for something of this kernel, but no longer than it lives and behaves. */
  wait<T>(promise: Promise<T>, awaited: string, limitMs: number = HANG_MS): Promise<T> {
    return within(promise, limitMs, awaited, this.#trouble)
  }

  /** Sends a cell; does not wait. */
  submit(code: string): Answer {
    return this.#client.send('shell', 'execute_request', {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: false,
    })
  }

  /** Runs a cell to its end, which has to be a good one. */
  async run(code: string): Promise<Answer> {
    const answer = this.submit(code)
    await this.wait(answer.done.promise, 'end of a cell')
    if (answer.reply.status !== 'ok') throw new Failure(`a cell failed: ${firstLine(answer)}`)
    return answer
  }

  async request(channel: 'shell' | 'control', type: string, content: Content = {}): Promise<Answer> {
    const answer = this.#client.send(channel, type, content)
    await this.wait(answer.replied.promise, `answer to ${type} on ${channel}`)
    return answer
  }

  /** Interrupts in the way that the kernelspec asks for; as in Jupyter, the signal is the default. */
  interrupt(): void {
    if (this.contender.spec.interrupt_mode === 'message') this.#client.send('control', 'interrupt_request', {})
    else if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGINT')
  }

  /** Asks the kernel to end, waits for that, starts it again; the time until it answers, in milliseconds. */
  async restart(): Promise<number> {
    const askedAt = performance.now()
    const exited = this.#exited
    this.#client.send('control', 'shutdown_request', { restart: true })
    await Promise.race([exited, sleep(SHUTDOWN_MS)])
    this.kill()
    await exited
    this.#client.close()
    await this.#launch()
    return this.readyAt - askedAt
  }

  /** Ends the kernel at once. */
  async end(): Promise<void> {
    this.kill()
    await this.#exited
    this.#client.close()
  }

  kill(): void {
    running.delete(this)
    for (const pid of this.tree) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // it has ended meanwhile
      }
    }
  }

  async #launch(): Promise<void> {
    this.startedAt = performance.now()
    this.#spawn()
    this.#client = new Client(this.#info)
    this.#trouble = Promise.race([this.#client.broken, this.#exited.then(() => this.#died())])
    this.#trouble.catch(() => {}) // whoever waits for the kernel sees it
    try {
      this.readyAt = await this.wait(this.#firstReply(), 'kernel_info_reply')
      await this.wait(this.#firstPublished(), 'message on iopub')
    } catch (error) {
      await this.end()
      throw error
    }
  }

  #spawn(): void {
    const folder = notebookFolder(join(this.#scratch, 'notebooks', this.contender.name), this.#options.packages ?? [])
    const connectionFile = join(this.#scratch, `${this.#name}.json`)
    writeFileSync(connectionFile, JSON.stringify(this.#info))
    const [command = '', ...args] = this.contender.spec.argv.map(part =>
      part.replace('{connection_file}', connectionFile),
    )
    const log = openSync(this.#logFile, 'w')
    this.#child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, ...homes(this.#scratch), ...this.contender.spec.env },
      stdio: ['ignore', log, log],
      detached: true, // a process group of its own, as Jupyter gives it: signals are sent to the group
    })
    closeSync(log)
    running.add(this)
    this.#exited = new Promise(resolve => {
      this.#child.once('exit', () => resolve())
      this.#child.once('error', () => resolve())
    })
  }

  get #name(): string {
    return `${this.contender.name}-${this.#options.number ?? 1}`
  }

  get #logFile(): string {
    return join(this.#scratch, `${this.#name}.log`)
  }

  #died(): never {
    const { exitCode, signalCode } = this.#child
    if (signalCode !== null) throw new Failure(`the kernel ended by ${signalCode}`)
    const said = stripVTControlCharacters(readFileSync(this.#logFile, 'utf8')).trim().split('\n').at(-1) ?? ''
    throw new Failure(`the kernel ended with ${exitCode ?? 'no start'}${said === '' ? '' : `: ${said}`}`)
  }

  /** When the kernel first answered. As Jupyter's server does, asks again: a kernel may lose what finds it half open. */
  async #firstReply(): Promise<number> {
    const asked: Answer[] = []
    let replied: Answer | undefined
    while (replied === undefined && running.has(this)) {
      asked.push(this.#client.send('shell', 'kernel_info_request', {}))
      await Promise.race([sleep(NUDGE_MS), ...asked.map(answer => answer.replied.promise)])
      replied = asked.find(answer => answer.replyAt !== undefined)
    }
    return replied?.replyAt ?? Number.NaN
  }

  /** What a kernel publishes before our subscription has reached it is lost: asks until something is seen. */
  async #firstPublished(): Promise<void> {
    const seen = this.#client.subscribed.then(() => true)
    while (!(await Promise.race([seen, sleep(20)])) && running.has(this)) {
      this.#client.send('shell', 'kernel_info_request', {})
    }
  }
}

async function newConnection(): Promise<ConnectionInfo> {
  const [shell, iopub, stdin, control, hb] = (await freePorts(5)) as [number, number, number, number, number]
  return {
    transport: 'tcp',
    ip: '127.0.0.1',
    shell_port: shell,
    iopub_port: iopub,
    stdin_port: stdin,
    control_port: control,
    hb_port: hb,
    key: randomUUID(),
    signature_scheme: 'hmac-sha256',
  }
}

/** What Jupyter sets, and folders in which kernels keep history and caches, so that they stay out of the user's home. */
function homes(scratch: string): Record<string, string> {
  return {
    JPY_PARENT_PID: String(process.pid),
    JUPYTER_DATA_DIR: join(scratch, 'jupyter'),
    JUPYTER_RUNTIME_DIR: join(scratch, 'jupyter', 'runtime'),
    JUPYTER_CONFIG_DIR: join(scratch, 'jupyter', 'config'),
    IPYTHONDIR: join(scratch, 'ipython'),
    DENO_DIR: join(scratch, 'deno'),
    DENO_NO_UPDATE_CHECK: '1',
  }
}

/** What the kernel said of an error: an `error` message, or for want of it what came on stderr. */
function firstLine(answer: Answer): string {
  const error = answer.published.find(message => message.type === 'error')?.content
  if (error !== undefined)
    return stripVTControlCharacters(`${String(error.ename)}: ${String(error.evalue).split('\n')[0]}`)
  const text = answer.published.map(({ content }) => (content.name === 'stderr' ? String(content.text) : '')).join('')
  return stripVTControlCharacters(text).trim().split('\n')[0] || 'without a word'
}
