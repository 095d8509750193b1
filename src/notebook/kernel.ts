// A client of the headless kernel: a process of its own, never an import, that speaks JSON lines.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GradlabError } from '../errors.js'
import { isObject } from './checks.js'
import { type Message, makeRequest, parseMessage, type RequestParts } from './message.js'

/** The kernel's process did not start, or did not answer. */
export class KernelStartError extends GradlabError {}

export interface KernelOptions {
  /** The notebook's folder: where its code runs. */
  readonly cwd: string
  /** Folders whose packages resolve from any notebook. */
  readonly roots?: readonly string[]
  /** The path of the notebook, for the kernel to look up its metadata. */
  readonly notebook?: string
  /** Takes each message of iopub as it comes. */
  readonly publish: (message: Message) => void
  /** How long the first answer may take; 60,000 ms. */
  readonly startLimit?: number
  /** The kernel's program; that of the package gradlab-kernel. */
  readonly program?: string
}

/** How the kernel's process ended, in words. */
export interface KernelExit {
  readonly reason: string
}

export interface SentRequest {
  readonly id: string
  /** The reply's content, once the reply and the idle status are both there; rejects where the kernel has ended. */
  readonly done: Promise<Record<string, unknown>>
}

const START_LIMIT = 60_000
/** After this a kernel that was asked to end is killed. */
const END_LIMIT = 5_000
/** A process that the kernel has left behind may hold its pipes: they are read for this long after its end. */
const LAST_WORDS_MS = 500
const LOG_LINES = 40

export class HeadlessKernel {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #session = randomUUID()
  readonly #publish: (message: Message) => void
  readonly #waiting = new Map<string, Waiting>()
  readonly #log: string[] = []
  #exit: KernelExit | undefined
  readonly #ended: Promise<void>

  /** Starts a kernel and waits for its first answer, which it gives with the kernel. Throws KernelStartError. */
  static async start(options: KernelOptions): Promise<{ kernel: HeadlessKernel; info: Record<string, unknown> }> {
    const kernel = new HeadlessKernel(options.program ?? findKernel(), options)
    try {
      const { done } = kernel.request({ channel: 'shell', type: 'kernel_info_request', content: {} })
      return { kernel, info: await within(done, options.startLimit ?? START_LIMIT) }
    } catch (cause) {
      kernel.kill()
      const log = kernel.#log.map(line => `\n  ${line}`).join('')
      throw new KernelStartError('KERNEL_START', `The kernel did not start: ${(cause as Error).message}${log}\n`, {
        cause,
        next: 'Run `gradlab doctor`: it names what is missing.',
      })
    }
  }

  private constructor(program: string, { cwd, roots = [], notebook, publish }: KernelOptions) {
    this.#publish = publish
    this.#process = spawn(process.execPath, [program, '--stdio', ...roots.flatMap(root => ['--root', root])], {
      cwd,
      env: notebook === undefined ? process.env : { ...process.env, JPY_SESSION_NAME: notebook },
      // A group of its own: Ctrl-C in the terminal is for us, and we pass it on as an interrupt of the cell.
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    readLines(this.#process.stdout, line => this.#receive(line))
    readLines(this.#process.stderr, line => this.#keepLog(line))
    // Writing to a kernel that has just ended: its exit says so.
    this.#process.stdin.on('error', () => {})
    this.#ended = new Promise(resolve => {
      this.#process.on('error', error => this.#end(error.message, resolve))
      this.#process.on('close', (code, signal) => this.#end(exitReason(code, signal), resolve))
      this.#process.on('exit', (code, signal) => {
        setTimeout(() => this.#end(exitReason(code, signal), resolve), LAST_WORDS_MS).unref()
      })
    })
  }

  /** Set once the process has ended. */
  get exit(): KernelExit | undefined {
    return this.#exit
  }

  request(parts: RequestParts): SentRequest {
    const { id, line } = makeRequest(this.#session, parts)
    const done = new Promise<Record<string, unknown>>((resolve, reject) => {
      if (this.#exit === undefined) this.#waiting.set(id, { resolve, reject, reply: undefined, idle: false })
      else reject(new Error(this.#exit.reason))
    })
    // Whoever sent it may be looking elsewhere when the kernel ends.
    done.catch(() => {})
    this.#process.stdin.write(`${line}\n`)
    return { id, done }
  }

  /** Stops what runs; its own reply tells when. */
  interrupt(): void {
    this.request({ channel: 'control', type: 'interrupt_request', content: {} })
  }

  /** Ends the kernel in its own time, or by force after a while. */
  async shutdown(): Promise<void> {
    const timer = setTimeout(() => this.kill(), END_LIMIT)
    this.request({ channel: 'control', type: 'shutdown_request', content: { restart: false } })
    this.#process.stdin.end()
    await this.#ended
    clearTimeout(timer)
  }

  /** Ends the kernel and all processes it has started, at once. */
  kill(): void {
    const { pid } = this.#process
    if (pid === undefined || this.#exit !== undefined) return
    try {
      if (process.platform === 'win32') this.#process.kill('SIGKILL')
      else process.kill(-pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }

  #receive(line: string): void {
    const message = parseMessage(line)
    if (message === undefined) {
      this.#keepLog(line)
      return
    }
    if (message.channel === 'iopub') this.#publish(message)
    const waiting = this.#waiting.get(message.parent ?? '')
    if (waiting === undefined) return
    if (message.channel === 'iopub') waiting.idle ||= isIdle(message)
    else waiting.reply = message.content
    if (waiting.reply === undefined || !waiting.idle) return
    this.#waiting.delete(message.parent ?? '')
    waiting.resolve(waiting.reply)
  }

  #keepLog(line: string): void {
    this.#log.push(line)
    if (this.#log.length > LOG_LINES) this.#log.shift()
  }

  #end(reason: string, resolve: () => void): void {
    this.#exit ??= { reason }
    for (const { reject } of this.#waiting.values()) reject(new Error(this.#exit.reason))
    this.#waiting.clear()
    this.#process.stdout.destroy()
    this.#process.stderr.destroy()
    resolve()
  }
}

interface Waiting {
  readonly resolve: (reply: Record<string, unknown>) => void
  readonly reject: (error: Error) => void
  reply: Record<string, unknown> | undefined
  idle: boolean
}

function isIdle({ type, content }: Message): boolean {
  return type === 'status' && content.execution_state === 'idle'
}

/** The program of the package gradlab-kernel, wherever it is installed. */
function findKernel(): string {
  try {
    const file = createRequire(import.meta.url).resolve('gradlab-kernel/package.json')
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const bin = isObject(manifest) && isObject(manifest.bin) ? manifest.bin['gradlab-kernel'] : undefined
    if (typeof bin !== 'string') throw new Error(`${file} names no program`)
    return join(dirname(file), bin)
  } catch (cause) {
    throw new KernelStartError('KERNEL_START', `The kernel was not found: ${(cause as Error).message}.`, {
      cause,
      next: 'Run `npm install` in the project: it brings the package gradlab-kernel.',
    })
  }
}

/** The folder of our own package, whose packages every notebook may import. */
export function packageRoot(): string {
  return fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')
}

function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `its process ended with code ${code}` : `its process was ended by ${signal}`
}

async function within<T>(promise: Promise<T>, limit: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limit / 1000} s`)), limit)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Lines end at `\n` only: Node's readline also ends them at U+2028, which JSON text may hold. */
function readLines(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let parts: string[] = []
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const [first = '', ...rest] = chunk.split('\n')
    parts.push(first)
    for (const next of rest) {
      take(parts.join(''))
      parts = [next]
    }
  })
  stream.on('end', () => {
    if (parts.join('') !== '') take(parts.join(''))
  })
}
