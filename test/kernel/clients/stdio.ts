// A client of the headless kernel: JSON lines over a child process.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type Client, Collector, makeRequest, type WireMessage } from './request.js'

export const PROJECT = new URL('../../../../', import.meta.url)
export const KERNEL_BIN = new URL('kernel-ext/bin/gradlab-kernel.mjs', PROJECT).pathname

export interface StdioClient extends Client {
  readonly process: ChildProcess
  /** What the kernel logged. */
  log(): string
  /** Sends a message as it is. */
  post(message: WireMessage): void
}

export function startStdioKernel(
  folder: string,
  args: string[] = ['--root', PROJECT.pathname],
  env: NodeJS.ProcessEnv = {},
): StdioClient {
  const child = spawn(process.execPath, [KERNEL_BIN, '--stdio', ...args], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const collector = new Collector()
  let log = ''
  child.stderr.on('data', chunk => {
    log += chunk
  })
  createInterface({ input: child.stdout }).on('line', line => collector.take(JSON.parse(line) as WireMessage))
  const exited = new Promise<void>(resolve => child.on('exit', () => resolve()))
  return {
    process: child,
    collector,
    log: () => log,
    post: message => void child.stdin.write(`${JSON.stringify(message)}\n`),
    request(channel, type, content, metadata = {}) {
      const request = makeRequest(channel, type, content, metadata)
      const answer = collector.expect(request)
      child.stdin.write(`${JSON.stringify(request)}\n`)
      return answer
    },
    async close() {
      child.stdin.end()
      await exited
    },
  }
}
