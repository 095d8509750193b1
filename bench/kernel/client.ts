// A small Jupyter client over raw ZeroMQ sockets, the same for every kernel: it signs, checks and times messages.
import { createHmac, randomUUID } from 'node:crypto'
import { Dealer, Request, Subscriber } from 'zeromq'
import { Failure } from './failure.js'

export interface ConnectionInfo {
  readonly transport: 'tcp'
  readonly ip: string
  readonly shell_port: number
  readonly iopub_port: number
  readonly stdin_port: number
  readonly control_port: number
  readonly hb_port: number
  readonly key: string
  readonly signature_scheme: 'hmac-sha256'
}

export type Content = Record<string, unknown>

interface Header {
  readonly msg_id: string
  readonly msg_type: string
}

/** One message on iopub, and when it came. */
export interface Published {
  readonly type: string
  readonly content: Content
  readonly at: number
}

/** What has come of one request so far. Times are of `performance.now()`. */
export class Answer {
  readonly sentAt = performance.now()
  readonly published: Published[] = []
  /** When something last came for this request. */
  lastAt = this.sentAt
  replyAt: number | undefined
  reply: Content = {}
  idleAt: number | undefined
  readonly busy = new Mark()
  readonly replied = new Mark()
  /** Both the reply and the idle status are there, in whichever order. */
  readonly done = new Mark()

  takeReply(content: Content): void {
    this.lastAt = this.replyAt = performance.now()
    this.reply = content
    this.replied.set()
    this.#settle()
  }

  takePublished(type: string, content: Content): void {
    this.lastAt = performance.now()
    this.published.push({ type, content, at: this.lastAt })
    if (type !== 'status') return
    if (content.execution_state === 'busy') this.busy.set()
    if (content.execution_state !== 'idle') return
    this.idleAt = this.lastAt
    this.#settle()
  }

  /** From the request to the later one of reply and idle. */
  get tookMs(): number {
    return Math.max(this.replyAt ?? Number.NaN, this.idleAt ?? Number.NaN) - this.sentAt
  }

  #settle(): void {
    if (this.replyAt !== undefined && this.idleAt !== undefined) this.done.set()
  }
}

/** A promise that is fulfilled from outside. */
export class Mark {
  #resolve: () => void = () => {}
  readonly promise = new Promise<void>(resolve => {
    this.#resolve = resolve
  })

  set(): void {
    this.#resolve()
  }
}

const DELIMITER = Buffer.from('<IDS|MSG>')

/**
 * How long a socket waits before it tries again to reach a kernel that does not listen yet. ZeroMQ's own 100 ms would
 * be added to the start times, by chance more or less of it.
 */
const RECONNECT_MS = 5

export class Client {
  readonly #key: string
  readonly #session = randomUUID()
  readonly #shell = new Dealer({ linger: 0, reconnectInterval: RECONNECT_MS, receiveHighWaterMark: 0 })
  readonly #control = new Dealer({ linger: 0, reconnectInterval: RECONNECT_MS, receiveHighWaterMark: 0 })
  readonly #heartbeat = new Request({ linger: 0, reconnectInterval: RECONNECT_MS })
  readonly #iopub = new Subscriber({ linger: 0, reconnectInterval: RECONNECT_MS, receiveHighWaterMark: 0 })
  readonly #answers = new Map<string, Answer>()
  readonly #published = new Mark()
  #closed = false
  /** Settles when the last request has left. */
  sent: Promise<void> = Promise.resolve()
  #break: (error: unknown) => void = () => {}
  /** Rejects when a message cannot be sent, or one comes that is not the protocol's: wrongly signed, or no JSON. */
  readonly broken = new Promise<never>((_, reject) => {
    this.#break = reject
  })

  constructor(info: ConnectionInfo) {
    this.#key = info.key
    const address = (port: number): string => `${info.transport}://${info.ip}:${port}`
    this.#shell.connect(address(info.shell_port))
    this.#control.connect(address(info.control_port))
    this.#heartbeat.connect(address(info.hb_port))
    this.#iopub.connect(address(info.iopub_port))
    this.#iopub.subscribe()
    for (const socket of [this.#shell, this.#control, this.#iopub]) void this.#listen(socket)
    this.broken.catch(() => {}) // whoever waits for an answer sees it
  }

  /** Sends a request; the answer fills as messages come. */
  send(channel: 'shell' | 'control', type: string, content: Content): Answer {
    const id = randomUUID()
    const header = {
      msg_id: id,
      msg_type: type,
      session: this.#session,
      username: 'bench',
      date: new Date().toISOString(),
      version: '5.4',
    }
    const json = [header, {}, {}, content].map(part => Buffer.from(JSON.stringify(part)))
    const answer = new Answer()
    this.#answers.set(id, answer)
    const socket = channel === 'shell' ? this.#shell : this.#control
    // Sends must not overlap on a socket: who sends many at once waits for each to be `sent`.
    this.sent = socket.send([DELIMITER, this.#sign(json), ...json])
    this.sent.catch(this.#break)
    return answer
  }

  /** Fulfilled when anything at all has come on iopub: only then has the subscription arrived. */
  get subscribed(): Promise<void> {
    return this.#published.promise
  }

  /** One echo of the heartbeat socket, in milliseconds. */
  async ping(): Promise<number> {
    const sentAt = performance.now()
    await this.#heartbeat.send('ping')
    await this.#heartbeat.receive()
    return performance.now() - sentAt
  }

  close(): void {
    this.#closed = true
    for (const socket of [this.#shell, this.#control, this.#heartbeat, this.#iopub]) socket.close()
  }

  async #listen(socket: Dealer | Subscriber): Promise<void> {
    try {
      for await (const frames of socket) this.#take(frames, socket === this.#iopub)
    } catch (error) {
      if (!this.#closed) this.#break(new Failure(`a message that is not Jupyter's: ${String(error)}`, { cause: error }))
    }
  }

  #take(frames: readonly Buffer[], isPublished: boolean): void {
    const at = frames.findIndex(frame => frame.equals(DELIMITER))
    const json = frames.slice(at + 2, at + 6)
    if (!frames[at + 1]?.equals(this.#sign(json))) throw new Error('wrong signature')
    const [header, parent, , content] = json.map(frame => JSON.parse(frame.toString()) as unknown)
    if (isPublished) this.#published.set()
    const answer = this.#answers.get((parent as Partial<Header>).msg_id ?? '')
    if (answer === undefined) return
    if (isPublished) answer.takePublished((header as Header).msg_type, content as Content)
    else answer.takeReply(content as Content)
  }

  #sign(json: readonly Buffer[]): Buffer {
    const hmac = createHmac('sha256', this.#key)
    for (const frame of json) hmac.update(frame)
    return Buffer.from(hmac.digest('hex'))
  }
}
