// The front process: holds the client's connection and never runs a learner's code.
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { MessageFactory, type Receiver, type Transport } from '../protocol/messages.js'
import { Comms, type FrontTarget } from './comms.js'
import { History } from './history.js'
import { Outputs } from './outputs.js'
import { Reception } from './reception.js'
import { notebookTypeCheck } from './type-check.js'

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
  const factory = new MessageFactory()
  const reception = new Reception(factory)
  let interrupt = (): void => {}
  let shutdown = async (): Promise<void> => process.exit(0)
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void shutdown())
  // Jupyter interrupts by message; a Ctrl-C in the terminal of the server is not meant for us.
  process.on('SIGINT', () => interrupt())
  const transport = await openTransport(connectionFile, reception.receive, () => void shutdown())
  const outputs = new Outputs(transport, factory)
  outputs.status('starting', undefined)
  reception.open(transport, outputs)
  if (connectionFile !== undefined) watchParent(() => shutdown())
  // From here on kernel_info is answered. What cells need comes in steps, between which the sockets are read; the type
  // server is first, since its process loads TypeScript's libraries while the rest is loaded here.
  const folder = process.cwd()
  const { TypeServer } = await import('../types/server.js')
  const types = TypeServer.start({ notebookDir: folder, roots, log })
  const { Executor } = await import('./executor.js')
  const { Kernel } = await import('./kernel.js')
  const { LIVE_TYPES_TARGET, makeLiveTypes } = await import('./live-types.js')
  const history = new History(connectionFile === undefined ? undefined : historyPath(), log)
  const targets = new Map<string, FrontTarget>([
    [LIVE_TYPES_TARGET, makeLiveTypes({ types, typecheck: notebookTypeCheck, log })],
  ])
  const comms: Comms = new Comms({
    publish: (type, content, parent, extra) => outputs.publish(type, content, parent, extra),
    toRuntime: message => executor.toRuntime(message),
    targets,
    settled: () => executor.settled(),
  })
  const executor: InstanceType<typeof Executor> = new Executor({
    folder,
    roots,
    outputs,
    history,
    comms,
    types,
    typecheck: notebookTypeCheck,
    askInput: (content, request) => {
      const message = factory.make('input_request', content, request)
      transport.reply('stdin', message)
      return message
    },
    log,
  })
  interrupt = () => executor.interrupt()
  shutdown = async () => {
    types.dispose()
    await executor.end()
    outputs.flush()
    await transport.close()
    process.exit(0)
  }
  const kernel = new Kernel({ factory, transport, outputs, executor, comms, history, types, log, shutdown })
  reception.handOver((channel, message) => kernel.receive(channel, message))
  await keepSmall()
}

/**
 * This process moves messages: a large young generation would only hold what is garbage already, 20 MB of it in a long
 * day. Set here and not by Node's arguments, which a kernelspec of somebody else's has not.
 */
async function keepSmall(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--optimize-for-size')
  setFlagsFromString('--semi-space-growth-factor=1')
}

async function openTransport(
  connectionFile: string | undefined,
  receive: Receiver,
  closed: () => void,
): Promise<Transport> {
  if (connectionFile === undefined) {
    const { openStdio } = await import('../protocol/stdio.js')
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
