// A kernel for tests of its client only: each line of a cell is an order, so that a kernel that hangs, dies, chatters
// or speaks late can be had at will. What the real kernel does is tested with the real kernel.
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

interface Request {
  readonly channel: string
  readonly header: { readonly msg_id: string; readonly msg_type: string }
  readonly metadata: Record<string, unknown>
  readonly content: Record<string, unknown>
}

type Content = Record<string, unknown>

let count = 0
let messages = 0
let first: Request | undefined
/** Ends a cell that hangs. */
let interrupted: (() => void) | undefined

function send(channel: string, type: string, content: Content, request: Request): void {
  messages += 1
  const header = { msg_id: `k${messages}`, msg_type: type, session: 'k', username: 'k', date: '', version: '5.4' }
  process.stdout.write(`${JSON.stringify({ channel, header, parent_header: request.header, metadata: {}, content })}\n`)
}

const publish = (type: string, content: Content, request: Request): void => send('iopub', type, content, request)
const failed = (ename: string, evalue: string): Content => ({
  status: 'error',
  ename,
  evalue,
  traceback: [`\u001b[31m${ename}\u001b[0m: ${evalue}`, `  at Cell [${count}]:2:3`],
})

const orders: Record<string, (text: string, request: Request) => Content | undefined | Promise<Content | undefined>> = {
  say: (text, request) => void publish('stream', { name: 'stdout', text: `${text}\n` }, request),
  late: (text, request) => void publish('stream', { name: 'stdout', text: `${text}\n` }, first ?? request),
  result: (text, request) =>
    void publish('execute_result', { data: { 'text/plain': text }, metadata: {}, execution_count: count }, request),
  env: (text, request) => void publish('stream', { name: 'stdout', text: String(process.env[text]) }, request),
  cwd: (_, request) => void publish('stream', { name: 'stdout', text: process.cwd() }, request),
  args: (_, request) => void publish('stream', { name: 'stdout', text: process.argv.slice(2).join(' ') }, request),
  request: (_, request) => void publish('stream', { name: 'stdout', text: JSON.stringify(request) }, request),
  junk: text => void process.stdout.write(`${text}\n\n{}\n[1]\n`),
  write: path => void appendFileSync(path, 'x'),
  /** Leaves a process behind that holds the kernel's pipes, and says its pid. */
  orphan: (_, request) => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'inherit', detached: true })
    publish('stream', { name: 'stdout', text: String(child.pid) }, request)
    child.unref()
    return undefined
  },
  throw: text => failed('Error', text),
  hang: () => new Promise(resolve => (interrupted = () => resolve(failed('Interrupted', 'The cell was interrupted.')))),
  'hang-hard': () => new Promise(() => {}),
  die: text => {
    process.stderr.write('out of luck\n')
    process.exit(Number(text))
  },
}

async function execute(request: Request): Promise<void> {
  first ??= request
  count += 1
  publish('status', { execution_state: 'busy' }, request)
  let failure: Content | undefined
  for (const line of String(request.content.code).split('\n')) {
    const [order = '', ...rest] = line.split(' ')
    failure = (await orders[order]?.(rest.join(' '), request)) ?? undefined
    if (failure !== undefined) break
  }
  if (failure !== undefined) publish('error', failure, request)
  // Idle may overtake the reply on another socket: a client must wait for both.
  publish('status', { execution_state: 'idle' }, request)
  send('shell', 'execute_reply', { status: 'ok', ...failure, execution_count: count }, request)
}

function receive(request: Request): void {
  switch (request.header.msg_type) {
    case 'kernel_info_request': {
      const language_info = { name: 'typescript', version: '0', mimetype: 'text/x-typescript', file_extension: '.ts' }
      send('shell', 'kernel_info_reply', { status: 'ok', language_info }, request)
      publish('status', { execution_state: 'idle' }, request)
      return
    }
    case 'execute_request':
      void execute(request)
      return
    case 'interrupt_request':
      send('control', 'interrupt_reply', { status: 'ok' }, request)
      publish('status', { execution_state: 'idle' }, request)
      interrupted?.()
      return
    case 'shutdown_request':
      if (process.env.SCRIPTED_LOG !== undefined) appendFileSync(process.env.SCRIPTED_LOG, 'shutdown\n')
      process.exit(0)
  }
}

createInterface({ input: process.stdin }).on('line', line => receive(JSON.parse(line)))
