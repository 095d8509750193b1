// The front process: holds the client's connection and never runs a learner's code.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { MessageFactory, type Receiver, type Transport } from '../protocol/messages.js'
import { openStdio } from '../protocol/stdio.js'
import { TypeServer } from '../types/server.js'
import { Comms, type FrontTarget } from './comms.js'
import { Executor, type TypeCheck, toTypeCheck } from './executor.js'
import { History } from './history.js'
import { Kernel } from './kernel.js'
import { LIVE_TYPES_TARGET, makeLiveTypes } from './live-types.js'
import { Outputs } from './outputs.js'

const HELP = `gradlab-kernel: a TypeScript kernel for Jupyter

  gradlab-kernel --connection-file FILE   serve a Jupyter connection (what a kernelspec calls)
  gradlab-kernel --stdio                  speak Jupyter's messages as JSON lines on stdin and stdout

  --root DIR     a folder whose packages resolve from any notebook; may be given again
  --help         this text
`

/** How often the kernel looks whether the server that started it still lives. */
const ORPHAN_CHECK_MS = 2000

function log(text: string): void {
  process.stderr.write(`gradlab-kernel: ${text}\n`)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'connection-file': { type: 'string' },
      stdio: { type: 'boolean', default: false },
      root: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return
  }
  const connectionFile = values['connection-file']
  if (connectionFile === undefined && !values.stdio) {
    process.stderr.write(HELP)
    process.exitCode = 2
    return
  }
  await serve(
    connectionFile,
    values.root.map(root => resolve(root)),
  )
}

async function serve(connectionFile: string | undefined, roots: string[]): Promise<void> {
  const folder = process.cwd()
  const factory = new MessageFactory()
  const history = new History(connectionFile === undefined ? undefined : historyPath(), log)
  let kernel: Kernel | undefined
  const early: Parameters<Receiver>[] = []
  const receive: Receiver = (channel, message) => {
    if (kernel === undefined) early.push([channel, message])
    else kernel.receive(channel, message)
  }
  let shutdown = async (): Promise<void> => process.exit(0)
  const transport = await openTransport(connectionFile, receive, () => void shutdown())
  const outputs = new Outputs(transport, factory)
  const types = TypeServer.start({ notebookDir: folder, roots, log })
  const targets = new Map<string, FrontTarget>([
    [LIVE_TYPES_TARGET, makeLiveTypes({ types, typecheck: notebookTypeCheck, log })],
  ])
  const comms: Comms = new Comms({
    publish: (type, content, parent, extra) => outputs.publish(type, content, parent, extra),
    toRuntime: message => executor.toRuntime(message),
    targets,
    settled: () => executor.settled(),
  })
  const executor: Executor = new Executor({
    folder,
    roots,
    outputs,
    history,
    comms,
    types,
    typecheck: notebookTypeCheck,
    reply: (content, request) => transport.reply('shell', factory.make('execute_reply', content, request)),
    askInput: (content, request) => {
      const message = factory.make('input_request', content, request)
      transport.reply('stdin', message)
      return message
    },
    log,
  })
  shutdown = async () => {
    types.dispose()
    await executor.end()
    outputs.flush()
    await transport.close()
    process.exit(0)
  }
  kernel = new Kernel({ factory, transport, outputs, executor, comms, history, types, log, shutdown })
  outputs.status('starting', undefined)
  for (const [channel, message] of early) kernel.receive(channel, message)
  if (connectionFile !== undefined) watchParent(shutdown)
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void shutdown())
  // Jupyter interrupts by message; a Ctrl-C in the terminal of the server is not meant for us.
  process.on('SIGINT', () => executor.interrupt())
}

async function openTransport(
  connectionFile: string | undefined,
  receive: Receiver,
  closed: () => void,
): Promise<Transport> {
  if (connectionFile === undefined) {
    return openStdio({ input: process.stdin, output: process.stdout }, receive, log, closed)
  }
  const { openZmq, readConnectionFile } = await import('../protocol/zmq.js')
  return openZmq(await readConnectionFile(connectionFile), receive, log)
}

/** History lives with Jupyter's own data where a folder for that is given; headless runs are no part of it. */
function historyPath(): string | undefined {
  const data = process.env.JUPYTER_DATA_DIR
  return data === undefined || data === '' ? undefined : join(data, 'gradlab-history.jsonl')
}

/** A notebook's own `metadata.gradlab.typecheck`; Jupyter's server tells the kernel its notebook's path. */
function notebookTypeCheck(): TypeCheck {
  const path = process.env.JPY_SESSION_NAME
  if (path === undefined || !path.endsWith('.ipynb')) return 'strict'
  try {
    const notebook = JSON.parse(readFileSync(path, 'utf8')) as { metadata?: { gradlab?: unknown } }
    return toTypeCheck(notebook.metadata?.gradlab) ?? 'strict'
  } catch {
    return 'strict'
  }
}

/** No process of ours outlives its server: an orphan is adopted by another parent. */
function watchParent(shutdown: () => Promise<void>): void {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) void shutdown()
  }, ORPHAN_CHECK_MS).unref()
}

await main().catch((error: unknown) => {
  log(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
