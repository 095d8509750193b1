// Comms as cells see them: two-way channels to the page, with JSON data and binary buffers.
import { randomUUID } from 'node:crypto'
import { KernelError } from '../errors.js'
import type { FromRuntime, ToRuntime } from './link.js'
import type { Output, Speaker } from './output.js'

export interface CommMessage {
  readonly data: unknown
  readonly metadata: Record<string, unknown>
  readonly buffers: readonly Uint8Array[]
}

/** What may be sent beside the data. */
export interface CommOptions {
  readonly buffers?: readonly (ArrayBufferView | ArrayBuffer)[]
  readonly metadata?: Record<string, unknown>
}

export type CommOpening = CommOptions & { readonly data?: unknown }

export type CommHandler = (message: CommMessage) => unknown

export interface Comm extends AsyncIterable<CommMessage> {
  readonly id: string
  readonly target: string
  readonly closed: boolean
  onMessage: CommHandler | undefined
  onClose: CommHandler | undefined
  send(data: unknown, options?: CommOptions): void
  close(data?: unknown, options?: CommOptions): void
}

export type CommTarget = (comm: Comm, opened: CommMessage) => unknown

export interface CommsParts {
  send(message: FromRuntime): void
  /** Who speaks now: what a comm's handlers print belongs to the execution that made the comm. */
  readonly output: Pick<Output, 'speaker'>
  /** Shows an error that no cell caught. */
  report(what: string, error: unknown): void
}

type Incoming = Extract<ToRuntime, { op: 'comm' }>

export class Comms {
  readonly #parts: CommsParts
  readonly #open = new Map<string, KernelComm>()
  readonly #targets = new Map<string, { readonly target: CommTarget; readonly owner: Speaker | undefined }>()
  /** Messages whose handlers have not finished. */
  readonly #pending = new Set<string>()

  constructor(parts: CommsParts) {
    this.#parts = parts
  }

  /** Opens a comm to the page. */
  open(target: string, { data = {}, ...options }: CommOpening = {}): Comm {
    if (typeof target !== 'string' || target === '') {
      throw new KernelError('COMM_TARGET', "jupyter.comm: expected the name of a target, such as 'my.slider'.")
    }
    const comm = this.#make(randomUUID(), target, this.#parts.output.speaker)
    comm.post('open', data, options)
    return comm
  }

  /** From now on the page may open comms for `target`. Returns how to take that back. */
  register(target: string, handler: CommTarget): () => void {
    if (typeof target !== 'string' || typeof handler !== 'function') {
      throw new KernelError('COMM_TARGET', 'jupyter.onComm: expected the name of a target and a function.')
    }
    const entry = { target: handler, owner: this.#parts.output.speaker }
    this.#targets.set(target, entry)
    this.#parts.send({ op: 'target', target, known: true })
    return () => {
      if (this.#targets.get(target) !== entry) return
      this.#targets.delete(target)
      this.#parts.send({ op: 'target', target, known: false })
    }
  }

  receive({ id, kind, comm: commId, target, data, metadata, buffers }: Incoming): void {
    const message: CommMessage = { data, metadata, buffers }
    this.#pending.add(id)
    const comm = kind === 'open' ? this.#opened(commId, target) : this.#open.get(commId)
    if (comm === undefined) this.#handled(id)
    else if (kind === 'open') this.#handle(id, comm, () => this.#targets.get(target)?.target(comm, message))
    else this.#handle(id, comm, () => comm.take(kind, message))
  }

  /** Nothing waits any longer for handlers that have not finished. */
  acknowledgeAll(): void {
    for (const id of this.#pending) this.#handled(id)
  }

  #opened(id: string, target: string): KernelComm | undefined {
    const entry = this.#targets.get(target)
    if (entry !== undefined) return this.#make(id, target, entry.owner)
    this.#parts.send({
      op: 'comm',
      kind: 'close',
      comm: id,
      target,
      data: {},
      metadata: {},
      buffers: [],
      cell: undefined,
    })
    return undefined
  }

  #make(id: string, target: string, owner: Speaker | undefined): KernelComm {
    const comm = new KernelComm(id, target, owner, this.#parts, () => this.#open.delete(id))
    this.#open.set(id, comm)
    return comm
  }

  /** Runs a handler; what it prints goes under the cell that made the comm. */
  #handle(id: string, comm: KernelComm, handler: () => unknown): void {
    const { output, report } = this.#parts
    const { speaker } = output
    output.speaker = comm.owner ?? speaker
    const failed = (error: unknown): void => report(`A handler of the comm '${comm.target}' threw:`, error)
    try {
      const work = handler()
      if (work instanceof Promise) void work.catch(failed).then(() => this.#handled(id))
      else this.#handled(id)
    } catch (error) {
      failed(error)
      this.#handled(id)
    } finally {
      output.speaker = speaker
    }
  }

  #handled(id: string): void {
    if (this.#pending.delete(id)) this.#parts.send({ op: 'handled', id })
  }
}

class KernelComm implements Comm {
  readonly id: string
  readonly target: string
  /** The execution that made it. */
  readonly owner: Speaker | undefined
  onMessage: CommHandler | undefined
  onClose: CommHandler | undefined
  closed = false
  readonly #parts: CommsParts
  readonly #forget: () => void
  readonly #readers = new Set<Reader>()

  constructor(id: string, target: string, owner: Speaker | undefined, parts: CommsParts, forget: () => void) {
    this.id = id
    this.target = target
    this.owner = owner
    this.#parts = parts
    this.#forget = forget
  }

  send(data: unknown, options: CommOptions = {}): void {
    if (this.closed) {
      throw new KernelError('COMM_CLOSED', `comm.send: the comm '${this.target}' is closed.`, {
        next: 'Open a new one with jupyter.comm.',
      })
    }
    this.post('message', data, options)
  }

  close(data: unknown = {}, options: CommOptions = {}): void {
    if (this.closed) return
    this.post('close', data, options)
    this.#end()
  }

  /** The messages from now on, to the comm's end: `for await (const { data } of comm)`. */
  [Symbol.asyncIterator](): AsyncIterator<CommMessage> {
    const reader = new Reader(this.closed, () => this.#readers.delete(reader))
    if (!this.closed) this.#readers.add(reader)
    return reader
  }

  post(kind: 'open' | 'message' | 'close', data: unknown, { buffers = [], metadata = {} }: CommOptions): void {
    const { id: comm, target } = this
    this.#parts.send({
      op: 'comm',
      kind,
      comm,
      target,
      data: toJson(data),
      metadata: toJson(metadata) as Record<string, unknown>,
      buffers: buffers.map(toBytes),
      cell: this.#parts.output.speaker?.id,
    })
  }

  take(kind: 'message' | 'close', message: CommMessage): unknown {
    if (kind === 'close') {
      this.#end()
      return this.onClose?.(message)
    }
    for (const reader of this.#readers) reader.push(message)
    return this.onMessage?.(message)
  }

  #end(): void {
    this.closed = true
    this.#forget()
    for (const reader of this.#readers) reader.end()
  }
}

class Reader implements AsyncIterator<CommMessage> {
  readonly #queue: CommMessage[] = []
  readonly #waiting: ((result: IteratorResult<CommMessage>) => void)[] = []
  readonly #left: () => void
  #ended: boolean

  constructor(ended: boolean, left: () => void) {
    this.#ended = ended
    this.#left = left
  }

  push(message: CommMessage): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#queue.push(message)
    else waiting({ value: message, done: false })
  }

  end(): void {
    this.#ended = true
    for (const waiting of this.#waiting.splice(0)) waiting({ value: undefined, done: true })
  }

  next(): Promise<IteratorResult<CommMessage>> {
    const value = this.#queue.shift()
    if (value !== undefined) return Promise.resolve({ value, done: false })
    if (this.#ended) return Promise.resolve({ value: undefined, done: true })
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  return(): Promise<IteratorResult<CommMessage>> {
    this.#left()
    this.end()
    return Promise.resolve({ value: undefined, done: true })
  }
}

/** A copy as JSON: what JSON cannot hold is an error here, at the place that sends it. */
function toJson(data: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(data))
  } catch (cause) {
    throw new KernelError('COMM_DATA', 'comm.send: expected data that JSON can hold.', {
      cause,
      next: 'Remove cycles, bigints and functions; send numbers in bulk as buffers.',
    })
  }
}

function toBytes(buffer: ArrayBufferView | ArrayBuffer): Uint8Array {
  if (!ArrayBuffer.isView(buffer)) return new Uint8Array(buffer)
  const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  // A message takes the whole memory of a view with it.
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
}
