// Comms: who of the page, the runtime and the front itself talks to whom.
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages
import { randomUUID } from 'node:crypto'
import { isRecord, type Json, type Message } from '../protocol/messages.js'
import type { CommMessage, FromRuntime, ToRuntime } from '../runtime/link.js'

/** One comm as a target of the front sees it. */
export interface FrontComm {
  readonly id: string
  send(data: Json, buffers?: readonly Uint8Array[]): void
  close(): void
}

export interface FrontCommHandlers {
  message(data: Json): void
  /** The page has closed it or gone. */
  closed(): void
}

/** Answers a comm that the page has opened: in this process, so also while a cell is busy. */
export type FrontTarget = (comm: FrontComm, data: Json) => FrontCommHandlers

export interface CommsOptions {
  /** Publishes a message of a comm to all clients. */
  readonly publish: (
    type: string,
    content: Json,
    parent: Message | undefined,
    extra: { metadata?: Json; buffers?: readonly Uint8Array[] },
  ) => void
  readonly toRuntime: (message: ToRuntime) => void
  readonly targets: ReadonlyMap<string, FrontTarget>
  /** Settles when the cells that have been asked for by now have ended. */
  readonly settled: () => Promise<void>
}

/** `handlers` is undefined for a comm whose kernel side is in the runtime. */
interface Entry {
  readonly target: string
  readonly handlers: FrontCommHandlers | undefined
}

type FromRuntimeComm = Extract<FromRuntime, { op: 'comm' }>

export class Comms {
  readonly #options: CommsOptions
  readonly #open = new Map<string, Entry>()
  /** Comms whose target is not known yet, and when it will be. */
  readonly #opening = new Map<string, Promise<void>>()
  /** Comms that their page has been told to be closed: a second word would be an error in the page's eyes. */
  readonly #refused = new Set<string>()
  /** Targets that cells have registered. */
  readonly #targets = new Set<string>()
  /** Messages that the runtime has not yet handled. */
  readonly #unhandled = new Map<string, () => void>()

  constructor(options: CommsOptions) {
    this.#options = options
  }

  /** The content of a comm_info_reply. */
  info(content: Json): Json {
    const wanted = typeof content.target_name === 'string' ? content.target_name : undefined
    const comms = [...this.#open].filter(([, { target }]) => wanted === undefined || target === wanted)
    return { status: 'ok', comms: Object.fromEntries(comms.map(([id, { target }]) => [id, { target_name: target }])) }
  }

  /** A page opens a comm. A page waits seconds for one that nobody answers: an unknown target is closed at once. */
  async open(request: Message): Promise<void> {
    const id = idOf(request)
    const target = String(request.content.target_name ?? '')
    const front = this.#options.targets.get(target)
    if (front !== undefined) {
      // Open before its target is called, which may answer at once.
      this.#open.set(id, { target, handlers: IGNORE })
      const handlers = front(this.#frontComm(id), dataOf(request))
      if (this.#open.has(id)) this.#open.set(id, { target, handlers })
      return
    }
    if (!this.#targets.has(target)) {
      // A cell that waits to be run may register it.
      const settled = this.#options.settled()
      this.#opening.set(id, settled)
      await settled
      this.#opening.delete(id)
    }
    if (!this.#targets.has(target)) {
      this.#refuse(id, request)
      return
    }
    this.#open.set(id, { target, handlers: undefined })
    await this.#pass('open', id, target, request)
  }

  async message(request: Message): Promise<void> {
    const id = idOf(request)
    await this.#opening.get(id)
    const entry = this.#open.get(id)
    if (entry === undefined) this.#refuse(id, request)
    else if (entry.handlers !== undefined) entry.handlers.message(dataOf(request))
    else await this.#pass('message', id, entry.target, request)
  }

  async close(request: Message): Promise<void> {
    const id = idOf(request)
    await this.#opening.get(id)
    const entry = this.#open.get(id)
    if (entry === undefined) return
    this.#open.delete(id)
    if (entry.handlers !== undefined) entry.handlers.closed()
    else await this.#pass('close', id, entry.target, request)
  }

  /** Once a comm: pages send more before they hear of it. */
  #refuse(id: string, request: Message): void {
    if (this.#refused.has(id)) return
    this.#refused.add(id)
    this.#options.publish('comm_close', { comm_id: id, data: {} }, request, {})
  }

  /** A cell speaks. */
  receive(message: FromRuntimeComm, parent: Message | undefined): void {
    const { kind, comm, target, data, metadata, buffers } = message
    if (kind === 'open') this.#open.set(comm, { target, handlers: undefined })
    if (kind === 'close') this.#open.delete(comm)
    const content = { comm_id: comm, data, ...(kind === 'open' ? { target_name: target } : {}) }
    this.#options.publish(TYPES[kind], content, parent, { metadata, buffers })
  }

  handled(id: string): void {
    this.#unhandled.get(id)?.()
    this.#unhandled.delete(id)
  }

  setTarget(target: string, known: boolean): void {
    if (known) this.#targets.add(target)
    else this.#targets.delete(target)
  }

  /** The runtime has been replaced: pages are told that its comms are gone. */
  runtimeGone(): void {
    for (const [id, { handlers }] of this.#open) {
      if (handlers !== undefined) continue
      this.#open.delete(id)
      this.#options.publish('comm_close', { comm_id: id, data: {} }, undefined, {})
    }
    this.#targets.clear()
    for (const id of [...this.#unhandled.keys()]) this.handled(id)
  }

  /** Settles when the runtime's handler has run, so that a page that waits for `idle` is not ahead of the kernel. */
  async #pass(kind: CommMessage['kind'], comm: string, target: string, request: Message): Promise<void> {
    const id = randomUUID()
    const handled = new Promise<void>(resolve => this.#unhandled.set(id, resolve))
    const { metadata, buffers, content } = request
    this.#options.toRuntime({ op: 'comm', id, kind, comm, target, data: content.data ?? {}, metadata, buffers })
    await handled
  }

  #frontComm(id: string): FrontComm {
    const { publish } = this.#options
    return {
      id,
      send: (data, buffers = []) => {
        if (this.#open.has(id)) publish('comm_msg', { comm_id: id, data }, undefined, { buffers })
      },
      close: () => {
        if (this.#open.delete(id)) publish('comm_close', { comm_id: id, data: {} }, undefined, {})
      },
    }
  }
}

const TYPES = { open: 'comm_open', message: 'comm_msg', close: 'comm_close' } as const

const IGNORE: FrontCommHandlers = { message: () => {}, closed: () => {} }

function idOf(request: Message): string {
  return String(request.content.comm_id ?? '')
}

function dataOf(request: Message): Json {
  return isRecord(request.content.data) ? request.content.data : {}
}
