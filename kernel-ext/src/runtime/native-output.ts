// Output that does not come by `console`: of child processes, of native add-ons, by file descriptor. What can be led to
// `Output` is; for the rest marks are written that keep its place among what the cells print.
import childProcess, { type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { sep } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as setTimeoutOfNode } from 'node:timers'
import { format } from 'node:util'
import type { Worker } from 'node:worker_threads'
import { KernelError } from '../errors.js'
import { MARK_VARIABLE, markText } from './marks.js'
import type { Output, StreamName } from './output.js'

const DESCRIPTORS: Record<StreamName, number> = { stdout: 1, stderr: 2 }
const STREAMS = ['stdout', 'stderr'] as const
/** The front's pipe. */
const LINK = 3

/** How often and how long a mark waits for room in a pipe that a child process has made non-blocking. */
const FULL_MS = 1
const FULL_LIMIT = 2000

const sleeping = new Int32Array(new SharedArrayBuffer(4))
const writeSync = fs.writeSync

/** Writes marks where native text may have come since the last one. */
export class NativeOutput {
  readonly #word: string
  readonly #send: (name: StreamName, text: string) => void
  readonly #dirty: Record<StreamName, boolean> = { stdout: false, stderr: false }
  #addOn = false
  #threads = 0
  #count = 0

  /** `send` takes text that goes to the front as it is. */
  constructor(send: (name: StreamName, text: string) => void) {
    this.#word = process.env[MARK_VARIABLE] ?? ''
    delete process.env[MARK_VARIABLE]
    this.#send = send
  }

  /** The mark that goes before text of the cells; empty where no native text can have come. */
  mark(name: StreamName): string {
    if (!this.#addOn && !this.#dirty[name]) return ''
    this.#dirty[name] = false
    return this.#write(name)
  }

  /** Before anything that is no text: native text of both streams has come before it. */
  settle(): void {
    for (const name of STREAMS) {
      if (this.#threads > 0) this.#dirty[name] = true
      const mark = this.mark(name)
      if (mark !== '') this.#send(name, mark)
    }
  }

  /** An add-on may write whenever code of a cell runs. */
  expectAddOn(): void {
    this.expect()
    this.#addOn = true
  }

  /** A thread may write at any time: what it writes has no place but in its cell. Returns how to say that it ended. */
  expectThread(): () => void {
    this.expect()
    this.#threads += 1
    return () => {
      this.#threads -= 1
      this.expect()
    }
  }

  /** Native text comes from now on, and belongs behind what has been printed. */
  expect(): void {
    this.#dirty.stdout = true
    this.#dirty.stderr = true
    this.settle()
    this.#dirty.stdout = true
    this.#dirty.stderr = true
  }

  #write(name: StreamName): string {
    if (this.#word === '') return ''
    this.#count += 1
    const mark = markText(this.#word, this.#count)
    for (let waited = 0; waited < FULL_LIMIT; waited += FULL_MS) {
      try {
        writeSync(DESCRIPTORS[name], mark)
        return mark
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return ''
        Atomics.wait(sleeping, 0, 0, FULL_MS)
      }
    }
    return ''
  }
}

/** Leads all ways to the process's stdout and stderr to `output`, or has them marked. */
export function captureNativeOutput(output: Output, relay: Worker): void {
  const { native } = output
  captureDescriptors(output)
  captureChildren(output)
  for (const name of ['spawnSync', 'execSync', 'execFileSync'] as const) {
    wrap(childProcess, name, original => (...args) => {
      native.expect()
      return original(...args)
    })
  }
  wrap(process, 'dlopen', original => (...args) => {
    // The kernel's own transformer is an add-on, too, which prints nothing.
    if (!String(args[1]).includes(`${sep}@oxc-`)) native.expectAddOn()
    return original.apply(process, args)
  })
  // Threads share the descriptors.
  process.on('worker', worker => {
    if (worker === relay) return
    const end = native.expectThread()
    worker.on('exit', end)
  })
  // What Node itself has to say (warnings) goes this way.
  const { _rawDebug } = process as unknown as { _rawDebug: unknown }
  if (typeof _rawDebug === 'function') {
    const raw = (...parts: unknown[]): void => output.text('stderr', `${format(...parts)}\n`)
    Object.defineProperty(process, '_rawDebug', { value: raw, configurable: true, writable: true })
  }
  syncBuiltinESMExports()
}

type AnyFunction = (...args: unknown[]) => unknown

function wrap(owner: object, name: string, make: (original: AnyFunction) => AnyFunction): void {
  const original = (owner as Record<string, AnyFunction>)[name]
  if (original === undefined) return
  const value = make(original)
  // `util.promisify` of them gives what it gave before.
  Object.defineProperties(value, Object.getOwnPropertyDescriptors(original))
  Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: true })
}

/** `fs.writeSync(1, ...)` and its like say what `process.stdout.write` does, in the same order. */
function captureDescriptors(output: Output): void {
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') }
  const print = (name: StreamName, bytes: Buffer): number => {
    output.text(name, decoders[name].write(bytes))
    return bytes.length
  }
  for (const [name, bytesOf] of Object.entries(WRITERS)) {
    wrap(fs, `${name}Sync`, original => (...args) => {
      const stream = streamOf(args[0])
      return stream === undefined ? original(...args) : print(stream, bytesOf(args))
    })
    wrap(fs, name, original => (...args) => {
      const stream = streamOf(args[0])
      const done = args.at(-1)
      if (stream === undefined || typeof done !== 'function') return original(...args)
      const count = print(stream, bytesOf(args.slice(0, -1)))
      process.nextTick(done as AnyFunction, null, count, args[1])
      return undefined
    })
  }
  for (const name of ['close', 'closeSync']) {
    wrap(fs, name, original => (...args) => {
      const [fd] = args
      if (typeof fd !== 'number' || fd < 1 || fd > LINK) return original(...args)
      throw new KernelError('KERNEL_DESCRIPTOR', `fs.${name}(${fd}): this descriptor is the kernel's own.`, {
        next: 'Close only what you have opened.',
      })
    })
  }
}

/** The stream of a descriptor, or of the file that stands for it. */
function streamOf(target: unknown): StreamName | undefined {
  if (target === 1 || target === '/dev/stdout' || target === '/dev/fd/1') return 'stdout'
  if (target === 2 || target === '/dev/stderr' || target === '/dev/fd/2') return 'stderr'
  return undefined
}

/** What each function of `fs` is asked to write. */
const WRITERS: Record<string, (args: readonly unknown[]) => Buffer> = {
  write: ([, data, second, third]) => {
    if (typeof data === 'string') return Buffer.from(data, toEncoding(third))
    const bytes = toBuffer(data)
    const { offset = 0, length } = (
      typeof second === 'object' && second !== null ? second : { offset: second ?? 0, length: third }
    ) as { offset?: number; length?: number | null }
    return bytes.subarray(offset, offset + (length ?? bytes.length - offset))
  },
  writev: ([, data]) => Buffer.concat((data as unknown[]).map(toBuffer)),
  writeFile: ([, data, options]) => toBuffer(data, options),
  appendFile: ([, data, options]) => toBuffer(data, options),
}

function toBuffer(data: unknown, options?: unknown): Buffer {
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  if (typeof data !== 'string') throw new TypeError('expected a string or the bytes to write')
  const { encoding } = (typeof options === 'object' && options !== null ? options : { encoding: options }) as {
    encoding?: unknown
  }
  return Buffer.from(data, toEncoding(encoding))
}

function toEncoding(value: unknown): BufferEncoding {
  return typeof value === 'string' && Buffer.isEncoding(value) ? value : 'utf8'
}

interface SpawnOptions {
  stdio?: unknown
}

type SpawnedChild = ChildProcess & {
  spawn(options: SpawnOptions): unknown
  _handle: { onexit(code: number, signal: string): void } | null
}

/** How long the end of a child waits for the last of its output, which its own children may hold open. */
const LAST_WORDS_MS = 100

/** A child that inherits stdout or stderr prints under the cell that has started it, however late. */
function captureChildren(output: Output): void {
  const prototype = childProcess.ChildProcess.prototype as SpawnedChild
  wrap(
    prototype,
    'spawn',
    original =>
      function (this: SpawnedChild, options: SpawnOptions): unknown {
        const { stdio, inherited } = withoutInherited(options.stdio)
        if (inherited.length === 0) return original.call(this, options)
        const result = original.call(this, { ...options, stdio })
        forward(this, inherited, output)
        return result
      } as AnyFunction,
  )
}

/** The `stdio` of a child with pipes for what it would inherit. */
function withoutInherited(stdio: unknown): { stdio: unknown; inherited: { at: number; name: StreamName }[] } {
  const list = typeof stdio === 'string' ? [stdio, stdio, stdio] : Array.isArray(stdio) ? [...stdio] : undefined
  if (list === undefined) return { stdio, inherited: [] }
  const inherited: { at: number; name: StreamName }[] = []
  list.forEach((entry: unknown, at) => {
    const fd = entry === 'inherit' ? at : typeof entry === 'number' ? entry : (entry as { fd?: unknown } | null)?.fd
    const name = streamOf(fd)
    if (name === undefined) return
    inherited.push({ at, name })
    list[at] = 'pipe'
  })
  return { stdio: list, inherited }
}

function forward(child: SpawnedChild, inherited: { at: number; name: StreamName }[], output: Output): void {
  const { speaker } = output
  const streams = inherited.flatMap(({ at, name }) => {
    const stream = child.stdio?.[at] as NodeJS.ReadableStream | null | undefined
    return stream === null || stream === undefined ? [] : [{ at, name, stream }]
  })
  const ended = streams.map(({ at, name, stream }) => {
    const decoder = new StringDecoder('utf8')
    const print = (text: string): void => {
      if (speaker === undefined) output.text(name, text)
      else output.inNameOf(speaker, () => output.text(name, text))
    }
    stream.on('data', (chunk: Buffer) => print(decoder.write(chunk)))
    // As it would be for a stream that is inherited.
    if (at === 1) child.stdout = null
    if (at === 2) child.stderr = null
    return new Promise<void>(resolve => {
      stream.on('error', () => resolve())
      stream.on('end', () => {
        print(decoder.end())
        resolve()
      })
    })
  })
  delayExit(child, Promise.all(ended))
}

/** What waits for the child's end has seen its output: an inherited stream is written when the child has gone. */
function delayExit(child: SpawnedChild, ended: Promise<unknown>): void {
  const handle = child._handle
  if (handle === null || typeof handle?.onexit !== 'function') return
  const onexit = handle.onexit.bind(handle)
  handle.onexit = (code, signal) => {
    let told = false
    const tell = (): void => {
      if (told) return
      told = true
      onexit(code, signal)
    }
    void ended.then(tell)
    setTimeoutOfNode(tell, LAST_WORDS_MS)
  }
}
