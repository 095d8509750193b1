// What clients are told: status, streams, displays, results and errors, each under the request that caused it.
import type { Json, Message, MessageFactory, Transport } from '../protocol/messages.js'

/** Text of one stream is gathered for this long, since each message costs every client some work. */
const GATHER_MS = 10
const GATHER_LIMIT = 1 << 19

export type StreamName = 'stdout' | 'stderr'

export class Outputs {
  readonly #transport: Transport
  readonly #factory: MessageFactory
  #gathered: { parent: Message | undefined; name: StreamName; parts: string[]; length: number } | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(transport: Transport, factory: MessageFactory) {
    this.#transport = transport
    this.#factory = factory
  }

  publish(
    type: string,
    content: Json,
    parent: Message | undefined,
    extra: { metadata?: Json; buffers?: readonly Uint8Array[] } = {},
  ): void {
    this.flush()
    this.#transport.publish(this.#factory.make(type, content, parent, extra))
  }

  status(state: 'starting' | 'busy' | 'idle', parent: Message | undefined): void {
    this.publish('status', { execution_state: state }, parent)
  }

  stream(name: StreamName, text: string, parent: Message | undefined): void {
    if (text === '') return
    const gathered = this.#gathered
    if (gathered !== undefined && gathered.name === name && gathered.parent === parent) {
      gathered.parts.push(text)
      gathered.length += text.length
    } else {
      this.flush()
      this.#gathered = { parent, name, parts: [text], length: text.length }
      this.#timer = setTimeout(() => this.flush(), GATHER_MS)
    }
    if (this.#gathered !== undefined && this.#gathered.length > GATHER_LIMIT) this.flush()
  }

  flush(): void {
    const gathered = this.#gathered
    if (gathered === undefined) return
    this.#gathered = undefined
    clearTimeout(this.#timer)
    const { name, parts, parent } = gathered
    this.#transport.publish(this.#factory.make('stream', { name, text: parts.join('') }, parent))
  }
}
