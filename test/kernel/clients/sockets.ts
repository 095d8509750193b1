// A raw client of the kernel's ZeroMQ sockets, with signing of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Dealer, Request, Subscriber } from 'zeromq'
import { type Client, Collector, makeRequest, type WireMessage } from './request.js'
import { KERNEL_BIN, PROJECT } from './stdio.js'

export interface SocketClient extends Client {
  readonly process: ChildProcess
  readonly key: string
  readonly ports: Record<'shell' | 'iopub' | 'stdin' | 'control' | 'hb', number>
  /** Sends frames as they are, unsigned, on the shell channel. */
  sendRaw(frames: (string | Uint8Array)[]): Promise<void>
  sendSigned(message: WireMessage): Promise<Uint8Array[]>
  heartbeat(): Promise<string>
  exited: Promise<number | null>
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

export async function startSocketKernel(folder: string): Promise<SocketClient> {
  const [shell, iopub, stdin, control, hb] = (await freePorts(5)) as [number, number, number, number, number]
  const ports = { shell, iopub, stdin, control, hb }
  const key = randomUUID()
  const scratch = mkdtempSync(join(tmpdir(), 'gradlab-sockets-'))
  const file = join(scratch, 'connection.json')
  writeFileSync(
    file,
    JSON.stringify({
      transport: 'tcp',
      ip: '127.0.0.1',
      key,
      signature_scheme: 'hmac-sha256',
      shell_port: shell,
      iopub_port: iopub,
      stdin_port: stdin,
      control_port: control,
      hb_port: hb,
    }),
  )
  const child = spawn(process.execPath, [KERNEL_BIN, '--connection-file', file, '--root', PROJECT.pathname], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const exited = new Promise<number | null>(resolve => child.on('exit', code => resolve(code)))
  const collector = new Collector()
  const sockets = { shell: new Dealer({ linger: 0 }), control: new Dealer({ linger: 0 }) }
  const subscriber = new Subscriber({ linger: 0, receiveHighWaterMark: 0 })
  subscriber.subscribe()
  const address = (port: number): string => `tcp://127.0.0.1:${port}`
  sockets.shell.connect(address(shell))
  sockets.control.connect(address(control))
  subscriber.connect(address(iopub))
  const sign = (json: Buffer[]): Buffer => {
    const hmac = createHmac('sha256', key)
    for (const frame of json) hmac.update(frame)
    return Buffer.from(hmac.digest('hex'))
  }
  const receive = async (channel: WireMessage['channel'], socket: Dealer | Subscriber): Promise<void> => {
    for await (const frames of socket) {
      const at = frames.findIndex(frame => frame.toString() === '<IDS|MSG>')
      const json = frames.slice(at + 2, at + 6)
      if (!sign(json).equals(frames[at + 1]!)) throw new Error(`${channel}: wrong signature`)
      const [header, parent_header, metadata, content] = json.map(frame => JSON.parse(frame.toString()) as never)
      collector.take({
        channel,
        header: header!,
        parent_header: parent_header!,
        metadata: metadata!,
        content: content!,
      })
    }
  }
  const ended = (error: unknown): void => {
    if (!/closed/i.test(String(error))) throw error
  }
  receive('shell', sockets.shell).catch(ended)
  receive('control', sockets.control).catch(ended)
  receive('iopub', subscriber).catch(ended)
  const sendSigned = async (message: WireMessage): Promise<Uint8Array[]> => {
    const json = [message.header, message.parent_header, message.metadata, message.content].map(part =>
      Buffer.from(JSON.stringify(part)),
    )
    const frames = [Buffer.from('<IDS|MSG>'), sign(json), ...json]
    await sockets[message.channel as 'shell' | 'control'].send(frames)
    return frames
  }
  const client: SocketClient = {
    process: child,
    key,
    ports,
    collector,
    exited,
    sendSigned,
    sendRaw: frames => sockets.shell.send(frames),
    async request(channel, type, content, metadata = {}) {
      const request = makeRequest(channel, type, content, metadata)
      const answer = collector.expect(request)
      await sendSigned(request)
      return answer
    },
    async heartbeat() {
      const socket = new Request({ linger: 0, receiveTimeout: 5000 })
      socket.connect(address(hb))
      await socket.send('ping')
      const [answer] = await socket.receive()
      socket.close()
      return String(answer)
    },
    async close() {
      if (child.exitCode === null && child.signalCode === null) {
        await sendSigned(makeRequest('control', 'shutdown_request', { restart: false }))
        await exited
      }
      for (const socket of [sockets.shell, sockets.control, subscriber]) socket.close()
      rmSync(scratch, { recursive: true, force: true })
    },
  }
  await subscribed(client)
  return client
}

/** A subscriber misses what is published before its subscription has arrived: ask until an answer is seen on iopub. */
async function subscribed(client: SocketClient): Promise<void> {
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
