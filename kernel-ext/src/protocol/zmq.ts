// The five ZeroMQ sockets of a Jupyter connection file.
import { readFile } from 'node:fs/promises'
import { Publisher, Reply, Router } from 'zeromq'
import { ProtocolError } from '../errors.js'
import { type Channel, isRecord, type Message, malformed, type Receiver, type Transport } from './messages.js'
import { Wire } from './wire.js'

export interface ConnectionInfo {
  readonly transport: string
  readonly ip: string
  readonly shell_port: number
  readonly iopub_port: number
  readonly stdin_port: number
  readonly control_port: number
  readonly hb_port: number
  readonly key: string
  readonly signature_scheme: string
}

export async function readConnectionFile(path: string): Promise<ConnectionInfo> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new ProtocolError('CONNECTION_FILE', `Connection file ${path}: expected readable JSON.`, {
      cause,
      next: 'Jupyter writes this file when it starts a kernel: start the kernel through Jupyter.',
    })
  }
  if (!isRecord(value)) throw malformed(`Connection file ${path}`, 'an object', value)
  const text = (name: string, fallback?: string): string => {
    const part = value[name] ?? fallback
    if (typeof part !== 'string') throw malformed(`Connection file ${path}: ${name}`, 'a string', part)
    return part
  }
  const port = (name: string): number => {
    const part = value[name]
    if (typeof part !== 'number') throw malformed(`Connection file ${path}: ${name}`, 'a number', part)
    return part
  }
  return {
    transport: text('transport', 'tcp'),
    ip: text('ip', '127.0.0.1'),
    shell_port: port('shell_port'),
    iopub_port: port('iopub_port'),
    stdin_port: port('stdin_port'),
    control_port: port('control_port'),
    hb_port: port('hb_port'),
    key: text('key', ''),
    signature_scheme: text('signature_scheme', 'hmac-sha256'),
  }
}

type Sendable = { send(frames: Uint8Array[]): Promise<void> }

/** Sends in order and one at a time: a `send` that overlaps another throws EBUSY and loses its message. */
class Outbox {
  readonly #socket: Sendable
  readonly #queue: Uint8Array[][] = []
  readonly #log: (text: string) => void
  #busy: Promise<void> | undefined

  constructor(socket: Sendable, log: (text: string) => void) {
    this.#socket = socket
    this.#log = log
  }

  push(frames: Uint8Array[]): void {
    this.#queue.push(frames)
    this.#busy ??= this.#drain()
  }

  async idle(): Promise<void> {
    while (this.#busy !== undefined) await this.#busy
  }

  async #drain(): Promise<void> {
    for (let frames = this.#queue.shift(); frames !== undefined; frames = this.#queue.shift()) {
      try {
        await this.#socket.send(frames)
      } catch (error) {
        this.#log(`a message could not be sent: ${String(error)}`)
      }
    }
    this.#busy = undefined
  }
}

/** Binds the sockets and starts to listen. */
export async function openZmq(
  info: ConnectionInfo,
  receive: Receiver,
  log: (text: string) => void,
): Promise<Transport> {
  const wire = new Wire(info.key, info.signature_scheme)
  const sockets = {
    shell: new Router({ sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 1000 }),
    control: new Router({ sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 1000 }),
    stdin: new Router({ sendHighWaterMark: 0, linger: 1000 }),
    iopub: new Publisher({ sendTimeout: 0, sendHighWaterMark: 0, linger: 1000 }),
    heartbeat: new Reply(),
  }
  const address = (port: number): string =>
    info.transport === 'ipc' ? `ipc://${info.ip}-${port}` : `${info.transport}://${info.ip}:${port}`
  await Promise.all([
    bind(sockets.shell, 'shell', address(info.shell_port)),
    bind(sockets.control, 'control', address(info.control_port)),
    bind(sockets.stdin, 'stdin', address(info.stdin_port)),
    bind(sockets.iopub, 'iopub', address(info.iopub_port)),
    bind(sockets.heartbeat, 'heartbeat', address(info.hb_port)),
  ])
  for (const channel of ['shell', 'control', 'stdin'] as const)
    void listen(channel, sockets[channel], wire, receive, log)
  void echo(sockets.heartbeat)
  const outboxes: Record<Channel, Outbox> = {
    shell: new Outbox(sockets.shell, log),
    control: new Outbox(sockets.control, log),
    stdin: new Outbox(sockets.stdin, log),
    iopub: new Outbox(sockets.iopub, log),
  }
  return {
    reply: (channel, message) => outboxes[channel].push(wire.encode(message)),
    publish: message => outboxes.iopub.push(wire.encode({ ...message, identities: [topic(message)] })),
    close: async () => {
      await Promise.all(Object.values(outboxes).map(outbox => outbox.idle()))
      for (const socket of Object.values(sockets)) socket.close()
    },
  }
}

async function bind(socket: Router | Publisher | Reply, name: string, address: string): Promise<void> {
  try {
    await socket.bind(address)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ProtocolError('CONNECTION_BIND', `The ${name} socket cannot be opened at ${address}: ${reason}.`, {
      cause,
      next: 'Jupyter chose the address: start the kernel again, which gives it another one.',
    })
  }
}

function topic(message: Message): Uint8Array {
  return Buffer.from(`kernel.${message.header.session}.${message.header.msg_type}`)
}

async function listen(
  channel: Exclude<Channel, 'iopub'>,
  socket: Router,
  wire: Wire,
  receive: Receiver,
  log: (text: string) => void,
): Promise<void> {
  for await (const frames of socket) {
    let message: Message
    try {
      message = wire.decode(frames)
    } catch (error) {
      log(`${channel}: a message was dropped: ${error instanceof Error ? error.message : String(error)}`)
      continue
    }
    receive(channel, message)
  }
}

async function echo(socket: Reply): Promise<void> {
  for await (const frames of socket) await socket.send(frames)
}
