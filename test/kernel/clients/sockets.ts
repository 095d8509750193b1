// A raw client of the kernel's ZeroMQ sockets, with signing of its own; and the kernel as a process to talk to.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Dealer, Request, Subscriber } from 'zeromq'
import { type Client, Collector, type Json, makeRequest, type WireMessage } from './request.js'
import { KERNEL_BIN, PROJECT } from './stdio.js'

/** What Jupyter writes into a connection file. */
export interface Connection {
  readonly transport: string
  readonly ip: string
  readonly key: string
  readonly signature_scheme: string
  readonly shell_port: number
  readonly iopub_port: number
  readonly stdin_port: number
  readonly control_port: number
  readonly hb_port: number
}

export interface KernelProcess {
  readonly process: ChildProcess
  readonly connection: Connection
  readonly exited: Promise<number | null>
  /** What the kernel has written to its own stdout and stderr. */
  log(): string
  remove(): void
}

/** Starts a kernel, as Jupyter does: by a connection file, which `change` may alter. */
export async function launchKernel(folder: string, change: Partial<Connection> = {}): Promise<KernelProcess> {
  const connection = { ...(await makeConnection()), ...change }
  const scratch = mkdtempSync(join(tmpdir(), 'gradlab-sockets-'))
  const file = join(scratch, 'connection.json')
  writeFileSync(file, JSON.stringify(connection))
  const child = spawn(process.execPath, [KERNEL_BIN, '--connection-file', file, '--root', PROJECT.pathname], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      log += chunk
    })
  }
  return {
    process: child,
    connection,
    exited: new Promise(resolve => child.on('exit', code => resolve(code))),
    log: () => log,
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  }
}

async function makeConnection(): Promise<Connection> {
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = (await freePorts(5)) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const ports = { shell_port, iopub_port, stdin_port, control_port, hb_port }
  return { transport: 'tcp', ip: '127.0.0.1', key: randomUUID(), signature_scheme: 'hmac-sha256', ...ports }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>(resolve => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map(server => (server.address() as { port: number }).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}

export interface Connected extends Client {
  readonly key: string
  readonly connection: Connection
  /** Sends frames as they are, unsigned; on the shell channel by default. */
  sendRaw(frames: (string | Uint8Array)[], channel?: 'shell' | 'control' | 'stdin'): Promise<void>
  /** Signs any four JSON frames. */
  signed(json: readonly (string | Uint8Array)[]): Uint8Array[]
  sendSigned(message: WireMessage): Promise<Uint8Array[]>
  heartbeat(): Promise<string>
  disconnect(): void
}

/** Connects one client; shell and stdin have one identity, by which the kernel asks the right one. */
export async function connect(connection: Connection): Promise<Connected> {
  const { key, signature_scheme } = connection
  const collector = new Collector()
  const routingId = randomUUID()
  const dealer = (): Dealer => new Dealer({ linger: 0, routingId, sendHighWaterMark: 0, receiveHighWaterMark: 0 })
  const sockets = { shell: dealer(), control: dealer(), stdin: dealer() }
  const subscriber = new Subscriber({ linger: 0, receiveHighWaterMark: 0 })
  subscriber.subscribe()
  for (const [name, socket] of Object.entries({ ...sockets, iopub: subscriber })) {
    socket.connect(address(connection, name as keyof typeof sockets | 'iopub'))
  }
  const sign = (json: readonly (string | Uint8Array)[]): Buffer => {
    if (key === '') return Buffer.alloc(0)
    const hmac = createHmac(signature_scheme.replace(/^hmac-/, ''), key)
    for (const frame of json) hmac.update(frame)
    return Buffer.from(hmac.digest('hex'))
  }
  const receive = async (channel: WireMessage['channel'], socket: Dealer | Subscriber): Promise<void> => {
    for await (const frames of socket) {
      const at = frames.findIndex(frame => frame.toString() === '<IDS|MSG>')
      const json = frames.slice(at + 2, at + 6)
      if (!sign(json).equals(frames[at + 1]!)) throw new Error(`${channel}: wrong signature`)
      const [header, parent_header, metadata, content] = json.map(frame => JSON.parse(frame.toString()) as never)
      const buffers = frames.slice(at + 6).map(frame => frame.toString('base64'))
      collector.take({
        channel,
        header: header!,
        parent_header: parent_header!,
        metadata: metadata!,
        content: content!,
        ...(buffers.length > 0 ? { buffers } : {}),
      })
    }
  }
  const ended = (error: unknown): void => {
    if (!/closed/i.test(String(error))) throw error
  }
  for (const [name, socket] of Object.entries({ ...sockets, iopub: subscriber })) {
    receive(name as WireMessage['channel'], socket).catch(ended)
  }
  const queues = new Map<Dealer, Promise<void>>()
  /** In order: a `send` that overlaps another throws. */
  const post = (socket: Dealer, frames: (string | Uint8Array)[]): Promise<void> => {
    const sent = (queues.get(socket) ?? Promise.resolve()).then(() => socket.send(frames))
    queues.set(socket, sent)
    return sent
  }
  const signed = (json: readonly (string | Uint8Array)[]): Uint8Array[] => [
    Buffer.from('<IDS|MSG>'),
    sign(json),
    ...json.map(frame => Buffer.from(frame as string)),
  ]
  const sendSigned = async (message: WireMessage): Promise<Uint8Array[]> => {
    const { header, parent_header, metadata, content, buffers = [] } = message
    const frames = signed([header, parent_header, metadata, content].map(part => JSON.stringify(part)))
    frames.push(...buffers.map(buffer => Buffer.from(buffer, 'base64')))
    await post(sockets[message.channel as keyof typeof sockets], frames)
    return frames
  }
  const client: Connected = {
    key,
    connection,
    collector,
    signed,
    sendSigned,
    sendRaw: (frames, channel = 'shell') => post(sockets[channel], frames),
    async request(channel, type, content, metadata = {}) {
      const request = makeRequest(channel, type, content, metadata)
      const answer = collector.expect(request)
      await sendSigned(request)
      return answer
    },
    async heartbeat() {
      const socket = new Request({ linger: 0, receiveTimeout: 5000 })
      socket.connect(address(connection, 'hb'))
      await socket.send('ping')
      const [answer] = await socket.receive()
      socket.close()
      return String(answer)
    },
    disconnect() {
      for (const socket of [...Object.values(sockets), subscriber]) socket.close()
    },
    async close() {
      client.disconnect()
    },
  }
  await subscribed(client)
  return client
}

function address(connection: Connection, name: 'shell' | 'iopub' | 'stdin' | 'control' | 'hb'): string {
  const { transport, ip } = connection
  const port = connection[`${name}_port`]
  return transport === 'ipc' ? `ipc://${ip}-${port}` : `${transport}://${ip}:${port}`
}

/** A subscriber misses what is published before its subscription has arrived: ask until an answer is seen on iopub. */
async function subscribed(client: Connected): Promise<void> {
  let seen = false
  const stop = client.collector.watch(message => {
    if (message.channel === 'iopub') seen = true
  })
  while (!seen) {
    await client.sendSigned(makeRequest('shell', 'kernel_info_request', {}))
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  stop()
}

/** A kernel and its one client. */
export interface SocketClient extends Connected {
  readonly process: ChildProcess
  readonly exited: Promise<number | null>
  log(): string
}

export async function startSocketKernel(folder: string, change: Partial<Connection> = {}): Promise<SocketClient> {
  const kernel = await launchKernel(folder, change)
  const client = await connect(kernel.connection)
  const { process: child, exited, log } = kernel
  return {
    ...client,
    process: child,
    exited,
    log,
    async close() {
      if (child.exitCode === null && child.signalCode === null) {
        await client.sendSigned(makeRequest('control', 'shutdown_request', { restart: false }))
        await exited
      }
      client.disconnect()
      kernel.remove()
    },
  }
}

/** The content of an execute_request that asks for nothing special. */
export function cell(code: string, options: Json = {}): Json {
  return { code, silent: false, store_history: true, allow_stdin: false, stop_on_error: false, ...options }
}
