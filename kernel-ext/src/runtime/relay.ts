// The runtime's second thread. It owns the pipe to the front, so that output leaves and interrupts arrive while a cell
// keeps the main thread busy, and it stops that thread through V8's inspector when asking does not help.
import { Session } from 'node:inspector'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { receiveMessageOnPort, workerData } from 'node:worker_threads'
import { SUSPEND_HOOKS } from './async-hooks.js'
import { signalChildren } from './children.js'
import { encodeFrame, FrameDecoder } from './frames.js'
import type { FromRuntime, ToRuntime } from './link.js'
import { Phase, type RelayData, type RelayNotice, type RelayRequest, Word, weightOf } from './shared.js'

/** How long an interrupt waits for the main thread's event loop before it stops the thread. */
const ASK_MS = 10
/** How long a cell that has been asked may take to end by itself. */
const UNWIND_MS = 300
/** How long an `atomic` section may hold an interrupt up. */
const ATOMIC_MS = 500
/** After this time a cell that cannot be stopped (native code) is reported, and how often it is tried again. */
const TELL_MS = 500
const AGAIN_MS = 150
/** How long the event loop may take to answer before what keeps it is taken for stuck. */
const PING_MS = 100
/** How long a cell that was sent may take to begin once nothing keeps the main thread any more. */
const BEGIN_MS = 500
/** How long an attempt to stop the main thread is waited for. */
const STOP_MS = 200

const SUSPEND = `globalThis[Symbol.for(${JSON.stringify(SUSPEND_HOOKS)})]()`

const { fd, words, port } = workerData as RelayData
const socket = new Socket({ fd, readable: true, writable: true })
let running: { cell: string; sequence: number } | undefined
/** The cell that was sent last, until it runs: what stops the main thread may hit the message on its way. */
let sent: Extract<ToRuntime, { op: 'run' }> | undefined
let inspector: Session | undefined
/** An attempt to stop the main thread that it has not met yet. */
let stopping: Promise<void> | undefined
let isReady = false
let pings = 0

// The front is gone: nothing may outlive it, not even a cell that loops, nor what a cell has started.
for (const event of ['error', 'close'] as const) {
  socket.on(event, () => {
    signalChildren('SIGKILL')
    endProcess()
  })
}

function endProcess(): void {
  process.kill(process.pid, 'SIGKILL')
}

const decoder = new FrameDecoder()
socket.on('data', chunk => {
  for (const message of decoder.push(chunk)) receive(message as ToRuntime)
})

function receive(message: ToRuntime): void {
  switch (message.op) {
    case 'interrupt':
      void interrupt(message.cell)
      return
    case 'shutdown':
      void shutDown(message)
      return
    case 'run':
      sent = message
      post(message)
      return
    default:
      post(message)
  }
}

/** To the main thread, which may be asleep in `prompt`. */
function post(message: ToRuntime | RelayNotice): void {
  const buffers = message.op === 'comm' ? message.buffers.map(({ buffer }) => buffer as ArrayBuffer) : []
  port.postMessage(message, buffers)
  Atomics.add(words, Word.arrived, 1)
  Atomics.notify(words, Word.arrived)
}

type Outgoing = FromRuntime | RelayRequest
let pendingText: Extract<FromRuntime, { op: 'stream' }> | undefined
let pendingWeight = 0

port.on('message', (first: Outgoing) => {
  take(first)
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    take(next.message as Outgoing)
  }
  flushText()
})

function take(message: Outgoing): void {
  switch (message.op) {
    case 'running':
      running = message
      sent = undefined
      return
    case 'ready':
      isReady = true
      socket.write(encodeFrame(message))
      return
    case 'drain':
      flushText()
      // An open inspector session would keep the process waiting for it to go.
      inspector?.disconnect()
      inspector = undefined
      socket.write('', () => {
        Atomics.store(words, Word.drained, 1)
        Atomics.notify(words, Word.drained)
      })
      return
    case 'stream':
      takeText(message)
      return
    default:
      flushText()
      socket.write(encodeFrame(message))
  }
}

/** Longest text of one stream frame; longer runs of output are cut here. */
const TEXT_LIMIT = 1 << 18

function takeText(message: Extract<FromRuntime, { op: 'stream' }>): void {
  const before = pendingText
  const weight = weightOf(message.text)
  if (before === undefined) {
    pendingText = message
    pendingWeight = weight
  } else if (before.name === message.name && before.cell === message.cell && before.text.length < TEXT_LIMIT) {
    pendingText = { ...before, text: before.text + message.text }
    pendingWeight += weight
  } else {
    flushText()
    pendingText = message
    pendingWeight = weight
  }
}

function flushText(): void {
  if (pendingText === undefined) return
  const weight = pendingWeight
  socket.write(encodeFrame(pendingText), () => {
    Atomics.sub(words, Word.outstanding, weight)
    Atomics.notify(words, Word.outstanding)
  })
  pendingText = undefined
}

async function interrupt(cell: string | undefined): Promise<void> {
  const begun = (): boolean => cell !== undefined && running?.cell === cell
  // The interrupt may overtake the news that its cell has started: the two come by different ways.
  if (!(await until(begun, cell === undefined ? 0 : ASK_MS))) {
    await unblock()
    if (cell === undefined || sent?.cell.id !== cell || !(await until(begun, BEGIN_MS))) return
  }
  const run = running
  if (run === undefined) return
  if (!isRunning(run)) {
    await unblock()
    return
  }
  post({ op: 'interrupted', cell: run.cell })
  await until(() => Atomics.load(words, Word.acknowledged) === run.sequence, ASK_MS)
  if (Atomics.load(words, Word.acknowledged) === run.sequence) {
    if (await until(() => !isRunning(run), UNWIND_MS)) return
  }
  // From here on the main thread waits to be stopped when it leaves, or would enter, an `atomic` section.
  Atomics.store(words, Word.stopping, run.sequence)
  await until(() => Atomics.load(words, Word.atomic) === 0, ATOMIC_MS)
  await terminate(run)
}

/** Stops what runs while no cell does (a timer, a comm's handler, a callback of a cell's end) and does not yield. */
async function unblock(): Promise<void> {
  if (!isReady || (await ping(PING_MS))) return
  const { idle, ending, terminating } = Phase
  const claimed = [idle, ending].some(phase => Atomics.compareExchange(words, Word.phase, phase, terminating) === phase)
  if (!claimed) return
  do {
    await stopMainThread()
    post({ op: 'stopped' })
  } while (!(await ping(PING_MS)))
  if (sent !== undefined) post(sent)
}

function ping(limit: number): Promise<boolean> {
  const number = ++pings
  post({ op: 'ping', number })
  return until(() => Atomics.load(words, Word.pong) === number, limit)
}

/** A cell that runs is stopped first, so that what it holds can be disposed of. */
async function shutDown(message: ToRuntime): Promise<void> {
  await (running !== undefined && isRunning(running) ? interrupt(running.cell) : unblock())
  post(message)
}

function isRunning(run: { sequence: number }): boolean {
  return running?.sequence === run.sequence && Atomics.load(words, Word.phase) === Phase.running
}

async function terminate(run: { cell: string; sequence: number }): Promise<void> {
  if (running?.sequence !== run.sequence) return
  if (Atomics.compareExchange(words, Word.phase, Phase.running, Phase.terminating) !== Phase.running) return
  const ended = (): boolean =>
    running?.sequence !== run.sequence || Atomics.load(words, Word.phase) !== Phase.terminating
  const began = Date.now()
  let hasAskedChildren = false
  let hasTold = false
  while (!ended()) {
    await stopMainThread()
    post({ op: 'terminated', cell: run.cell })
    if (await until(ended, AGAIN_MS)) break
    if (!hasAskedChildren) {
      // `execSync` and its kin end with what they wait for.
      hasAskedChildren = true
      signalChildren('SIGINT')
    } else if (!hasTold && Date.now() - began > TELL_MS) {
      hasTold = true
      tellNative(run.cell)
    }
  }
  if (Atomics.load(words, Word.asyncHooks) !== 0) explainDeath(undefined)
}

function tellNative(cell: string): void {
  const text =
    'The cell is inside a native call that cannot be stopped: it ends when the call returns. Restart the kernel to end it now; all names are lost then.\n'
  flushText()
  socket.write(encodeFrame({ op: 'stream', cell, name: 'stderr', text } satisfies FromRuntime))
}

/** Waits a little for that: a thread in a native call is stopped when it comes back. */
function stopMainThread(): Promise<unknown> {
  stopping ??= requestStop().finally(() => {
    stopping = undefined
  })
  return Promise.race([stopping, sleep(STOP_MS)])
}

async function requestStop(): Promise<void> {
  if (inspector === undefined) {
    inspector = new Session()
    inspector.connectToMainThread()
  }
  const hooks = Atomics.load(words, Word.asyncHooks)
  if (hooks !== 0) explainDeath(HOOKED)
  if (hooks < 0) socket.write('', endProcess)
  if (hooks > 0) {
    // Twice, as the first may come in the middle of a hook, which then still pushes its id. The second goes together
    // with the termination: the thread handles both at the same place.
    await call(inspector, 'Runtime.evaluate', { expression: SUSPEND })
    void call(inspector, 'Runtime.evaluate', { expression: SUSPEND })
  }
  await call(inspector, 'Runtime.terminateExecution')
}

function call(session: Session, method: string, params: object = {}): Promise<void> {
  return new Promise(resolve => session.post(method, params, () => resolve()))
}

const HOOKED =
  'it was interrupted while an AsyncLocalStorage or an async hook was in use, which this version of Node ' +
  `(${process.versions.node}) does not always survive`

function explainDeath(reason: string | undefined): void {
  flushText()
  socket.write(encodeFrame({ op: 'dying', reason } satisfies FromRuntime))
}

async function until(condition: () => boolean, limit: number): Promise<boolean> {
  const deadline = Date.now() + limit
  while (!condition()) {
    if (Date.now() >= deadline) return false
    await sleep(2)
  }
  return true
}
