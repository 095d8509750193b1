// What every test client of the kernel shares: making requests, gathering what belongs to one.
import { randomUUID } from 'node:crypto'

export type Json = Record<string, unknown>

export interface WireMessage {
  channel: 'shell' | 'control' | 'iopub' | 'stdin'
  header: { msg_id: string; msg_type: string; session: string; username: string; date: string; version: string }
  parent_header: { msg_id?: string }
  metadata: Json
  content: Json
  /** Base64, in JSON lines only. */
  buffers?: string[]
}

/** What came of one request: its reply, and every iopub message with it as parent, in order, to its last idle. */
export interface Answer {
  reply: WireMessage
  published: WireMessage[]
}

export function makeRequest(
  channel: 'shell' | 'control',
  type: string,
  content: Json,
  metadata: Json = {},
): WireMessage {
  return {
    channel,
    header: {
      msg_id: randomUUID(),
      msg_type: type,
      session: 'test-session',
      username: 'test',
      date: new Date().toISOString(),
      version: '5.4',
    },
    parent_header: {},
    metadata,
    content,
  }
}

/** Sorts incoming messages to the requests they answer. */
export class Collector {
  readonly #open = new Map<
    string,
    { published: WireMessage[]; reply?: WireMessage; idle: boolean; done(answer: Answer): void }
  >()
  readonly #watchers = new Set<(message: WireMessage) => void>()

  expect(request: WireMessage): Promise<Answer> {
    return new Promise(done => this.#open.set(request.header.msg_id, { published: [], idle: false, done }))
  }

  watch(watcher: (message: WireMessage) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Resolves with the first message that fits. */
  next(fits: (message: WireMessage) => boolean): Promise<WireMessage> {
    return new Promise(resolve => {
      const stop = this.watch(message => {
        if (!fits(message)) return
        stop()
        resolve(message)
      })
    })
  }

  take(message: WireMessage): void {
    for (const watcher of [...this.#watchers]) watcher(message)
    const parent = message.parent_header.msg_id
    const entry = parent === undefined ? undefined : this.#open.get(parent)
    if (entry === undefined || parent === undefined) return
    if (message.channel === 'iopub') {
      entry.published.push(message)
      if (message.header.msg_type === 'status' && message.content.execution_state === 'idle') entry.idle = true
    } else if (message.channel !== 'stdin') {
      entry.reply = message
    }
    if (entry.reply !== undefined && entry.idle) {
      this.#open.delete(parent)
      entry.done({ reply: entry.reply, published: entry.published })
    }
  }
}

export interface Client {
  request(channel: 'shell' | 'control', type: string, content: Json, metadata?: Json): Promise<Answer>
  readonly collector: Collector
  close(): Promise<void>
}

/** One cell's outputs in the words of a notebook. */
export interface CellOutcome {
  status: unknown
  count: unknown
  stdout: string
  stderr: string
  results: Json[]
  displays: Json[]
  updates: Json[]
  error: { ename: string; evalue: string; traceback: string[] } | undefined
  /** Types of all iopub messages, streams once. */
  types: string[]
  reply: Json
}

export async function execute(
  client: Client,
  code: string,
  options: Json = {},
  metadata: Json = {},
): Promise<CellOutcome> {
  const answer = await client.request(
    'shell',
    'execute_request',
    {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: false,
      ...options,
    },
    metadata,
  )
  return toOutcome(answer)
}

export function toOutcome({ reply, published }: Answer): CellOutcome {
  const of = (type: string): Json[] => published.filter(m => m.header.msg_type === type).map(m => m.content)
  const text = (name: string): string =>
    of('stream')
      .filter(content => content.name === name)
      .map(content => String(content.text))
      .join('')
  return {
    status: reply.content.status,
    count: reply.content.execution_count,
    stdout: text('stdout'),
    stderr: text('stderr'),
    results: of('execute_result').map(content => content.data as Json),
    displays: of('display_data'),
    updates: of('update_display_data'),
    error: of('error')[0] as CellOutcome['error'],
    types: published.map(m => m.header.msg_type).filter((type, i, all) => type !== 'stream' || all[i - 1] !== 'stream'),
    reply: reply.content,
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI colours are made of them
const ANSI = /\u001b\[[\d;]*m/g

export function plainTraceback(outcome: CellOutcome): string {
  return (outcome.error?.traceback ?? []).join('\n').replace(ANSI, '')
}
