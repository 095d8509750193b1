// Where text and displays of the cells go: to the relay, each marked with the cell that speaks.
import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { format } from 'node:util'
import { checkedBundle, toJson } from './bundle.js'
import type { RelayChannel } from './channel.js'
import type { MimeBundle } from './link.js'
import { NativeOutput } from './native-output.js'
import { outermostCell } from './stack.js'
import type { TimerOwner } from './timers.js'

export type StreamName = 'stdout' | 'stderr'

export interface DisplayOptions {
  readonly metadata?: Record<string, unknown>
  readonly id?: string
  readonly update?: boolean
  /** The bundle holds nothing that cannot be sent. */
  readonly isChecked?: boolean
}

/** Who speaks: an execution of a cell. */
export interface Speaker extends TimerOwner {
  readonly id: string
}

export class Output {
  /** The execution that output now belongs to; late output keeps its own. */
  speaker: Speaker | undefined
  readonly native: NativeOutput
  readonly #channel: RelayChannel
  #running: Speaker | undefined
  /** Whose callback runs, or has just thrown. */
  #thrower: Speaker | undefined

  constructor(channel: RelayChannel) {
    this.#channel = channel
    this.native = new NativeOutput((name, text) => this.#sendText(name, text))
    channel.beforeSend = () => this.native.settle()
  }

  /** A cell begins: what is printed is its own, but for what code of other cells says in its own name. */
  begin(running: Speaker): void {
    this.#running = running
    this.speaker = running
    this.native.settle()
  }

  end(ended: Speaker): void {
    this.#running = undefined
    this.speaker = ended
  }

  /** The code that now goes on belongs to `speaker`; when it yields, the running cell has the word again. */
  speak(speaker: Speaker): void {
    this.speaker = speaker
    if (this.#running === undefined || this.#running === speaker) return
    queueMicrotask(() => {
      if (this.#running !== undefined) this.speaker = this.#running
    })
  }

  /** Calls `work` in the name of `speaker`. */
  inNameOf(speaker: Speaker, work: () => void): void {
    const before = this.speaker
    this.speaker = speaker
    // Not in a `finally`: what it throws is told in its name, too.
    this.#thrower = speaker
    work()
    this.#thrower = undefined
    this.speaker = this.#running ?? before
  }

  /** Tells of an error that no cell caught, under the cell that it comes from. */
  uncaught(what: string, error: unknown): void {
    const before = this.speaker
    const cell = this.#thrower === undefined ? outermostCell(error) : undefined
    if (cell !== undefined && cell !== before?.id) this.speaker = { id: cell, timers: new Set() }
    note(this, what, error)
    this.#thrower = undefined
    this.speaker = this.#running ?? before
  }

  text(name: StreamName, text: string): void {
    if (text !== '') this.#sendText(name, this.native.mark(name) + text)
  }

  #sendText(name: StreamName, text: string): void {
    this.#channel.sendText({ op: 'stream', cell: this.speaker?.id, name, text })
  }

  display(data: MimeBundle, options: DisplayOptions = {}): void {
    this.#channel.send({
      op: 'display',
      cell: this.speaker?.id,
      data: options.isChecked === true ? data : checkedBundle(data),
      metadata: toJson(options.metadata ?? {}, 'metadata') as Record<string, unknown>,
      id: options.id,
      update: options.update ?? false,
    })
  }

  clear(wait: boolean): void {
    this.#channel.send({ op: 'clear', cell: this.speaker?.id, wait })
  }
}

/** Sends `process.stdout`, `process.stderr` and `console` of this process to `output`. */
export function captureStreams(output: Output): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = new TextStream(name, output)
    Object.defineProperty(process, name, { value: stream, configurable: true, enumerable: true })
  }
  const { stdout, stderr } = process
  const captured = new Console({ stdout, stderr, colorMode: false })
  for (const [key, method] of Object.entries(captured)) {
    if (typeof method === 'function')
      Object.defineProperty(console, key, { value: method, configurable: true, writable: true, enumerable: true })
  }
}

type Done = (error: Error | null | undefined) => void

/** A stream whose writes are synchronous, as a terminal's are: nothing is lost when the process ends. */
class TextStream extends Writable {
  readonly isTTY = false
  readonly columns = 80
  readonly fd: number
  readonly #name: StreamName
  readonly #output: Output
  readonly #decoder = new StringDecoder('utf8')

  constructor(name: StreamName, output: Output) {
    super({ decodeStrings: false })
    this.#name = name
    this.#output = output
    this.fd = name === 'stdout' ? 1 : 2
  }

  /**
   * Text goes past the stream's own state: an interrupt that stops the thread in the middle of `_write` would leave it
   * 'writing', and nothing would ever be written again.
   */
  override write(chunk: unknown, encoding?: BufferEncoding | Done, done?: Done): boolean {
    const callback = typeof encoding === 'function' ? encoding : done
    const named = typeof encoding === 'string' ? encoding : 'utf8'
    const hasState = !this.writable || this.writableCorked > 0 || this.writableLength > 0
    if (typeof chunk !== 'string' || !isUtf8(named) || hasState) return super.write(chunk, named, callback)
    this.#output.text(this.#name, chunk)
    if (callback !== undefined) process.nextTick(callback, null)
    return true
  }

  override _write(chunk: string | Buffer, encoding: BufferEncoding, done: () => void): void {
    const isText = typeof chunk === 'string' && isUtf8(encoding)
    this.#output.text(this.#name, isText ? chunk : this.#decoder.write(toBytes(chunk, encoding)))
    done()
  }

  /** Cells come after this one: what ends the stream only writes its last words. */
  override end(...args: unknown[]): this {
    const done = args.find(argument => typeof argument === 'function') as (() => void) | undefined
    const [chunk, encoding] = args
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) {
      this.write(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
    }
    if (done !== undefined) process.nextTick(done)
    return this
  }

  override destroy(): this {
    return this
  }
}

function isUtf8(encoding: string): boolean {
  return /^utf-?8$/i.test(encoding)
}

function toBytes(chunk: string | Buffer, encoding: BufferEncoding): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
}

/** One line on the cell's stderr, from the kernel itself. */
export function note(output: Output, ...parts: unknown[]): void {
  output.text('stderr', `${safeFormat(parts)}\n`)
}

/** `util.format`, which for hostile values may itself throw. */
function safeFormat(parts: readonly unknown[]): string {
  try {
    return format(...parts)
  } catch {
    return parts.map(part => (typeof part === 'string' ? part : '[a value that cannot be shown]')).join(' ')
  }
}
