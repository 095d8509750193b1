// Where text and displays of the cells go: to the relay, each marked with the cell that speaks.
import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { format } from 'node:util'
import type { RelayChannel } from './channel.js'
import type { MimeBundle } from './link.js'

export type StreamName = 'stdout' | 'stderr'

export interface DisplayOptions {
  readonly metadata?: Record<string, unknown>
  readonly id?: string
  readonly update?: boolean
}

export class Output {
  /** The execution that output now belongs to; late output keeps its own. */
  speaker: string | undefined
  readonly #channel: RelayChannel

  constructor(channel: RelayChannel) {
    this.#channel = channel
  }

  text(name: StreamName, text: string): void {
    if (text !== '') this.#channel.sendText({ op: 'stream', cell: this.speaker, name, text })
  }

  display(data: MimeBundle, options: DisplayOptions = {}): void {
    this.#channel.send({
      op: 'display',
      cell: this.speaker,
      data,
      metadata: options.metadata ?? {},
      id: options.id,
      update: options.update ?? false,
    })
  }

  clear(wait: boolean): void {
    this.#channel.send({ op: 'clear', cell: this.speaker, wait })
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

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#output.text(this.#name, typeof chunk === 'string' ? chunk : this.#decoder.write(chunk))
    done()
  }
}

/** One line on the cell's stderr, from the kernel itself. */
export function note(output: Output, ...parts: unknown[]): void {
  output.text('stderr', `${format(...parts)}\n`)
}
