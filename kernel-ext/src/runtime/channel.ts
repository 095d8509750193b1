// The main thread's end of the relay: posts messages for the front, receives the front's, also synchronously.
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { FromRuntime, ToRuntime } from './link.js'
import {
  makeSharedWords,
  Phase,
  type RelayData,
  type RelayNotice,
  type RelayRequest,
  type SharedWords,
  Word,
  weightOf,
} from './shared.js'

/**
 * Output beyond this weight that has not reached the front makes the cell wait. Memory stays bounded so, and the relay
 * gets to its pipe: while messages keep coming it would neither send nor hear of an interrupt.
 */
const OUTSTANDING_LIMIT = 1 << 19

/** What a client sees in an order. */
const PLACED: ReadonlySet<string> = new Set(['display', 'clear', 'result', 'done', 'input', 'comm'])

/** How long code that is about to be stopped waits for that. */
const STOP_MS = 2000

export type Incoming = ToRuntime | RelayNotice

export class RelayChannel {
  readonly words: SharedWords = makeSharedWords()
  /** Called before a message that has a place among the output of the process. */
  beforeSend: () => void = () => {}
  readonly relay: Worker
  readonly #port: MessagePort

  constructor(fd: number, receive: (message: Incoming) => void) {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    const data: RelayData = { fd, words: this.words, port: port2 }
    this.relay = new Worker(new URL('./relay.js', import.meta.url), {
      workerData: data,
      transferList: [port2],
      stdout: false,
      stderr: false,
      // The relay moves messages; the heap limits that a user gives Node are meant for the cells.
      resourceLimits: {},
    })
    this.relay.on('error', error => {
      process.stderr.write(`gradlab-kernel: the relay thread failed: ${error.stack ?? error.message}\n`)
      process.exit(70)
    })
    port1.on('message', receive)
  }

  send(message: FromRuntime | RelayRequest): void {
    if (PLACED.has(message.op)) this.beforeSend()
    this.#port.postMessage(message)
  }

  /** Claims the thread for a cell; false while the relay is stopping what ran before. */
  claimStart(): boolean {
    return Atomics.compareExchange(this.words, Word.phase, Phase.idle, Phase.running) === Phase.idle
  }

  sendText(message: Extract<FromRuntime, { op: 'stream' }>): void {
    const weight = weightOf(message.text)
    // Posted before it is counted: an interrupt between the two must not leave a weight that nobody takes away.
    this.#port.postMessage(message)
    const total = Atomics.add(this.words, Word.outstanding, weight) + weight
    if (total > OUTSTANDING_LIMIT) this.#waitForFront()
  }

  /** Takes one message that has come, without waiting; undefined if there is none. */
  poll(): Incoming | undefined {
    return receiveMessageOnPort(this.#port)?.message as Incoming | undefined
  }

  /** Takes the next message; blocks until there is one. */
  wait(): Incoming {
    for (;;) {
      const seen = Atomics.load(this.words, Word.arrived)
      const message = this.poll()
      if (message !== undefined) return message
      Atomics.wait(this.words, Word.arrived, seen)
    }
  }

  pong(number: number): void {
    Atomics.store(this.words, Word.pong, number)
  }

  /** Blocks until the front has been sent everything; used before the process ends. */
  drain(limitMs: number): void {
    Atomics.store(this.words, Word.drained, 0)
    this.send({ op: 'drain' })
    Atomics.wait(this.words, Word.drained, 0, limitMs)
  }

  setPhase(phase: (typeof Phase)[keyof typeof Phase]): void {
    Atomics.store(this.words, Word.phase, phase)
    Atomics.notify(this.words, Word.phase)
  }

  /** Claims the end of the running cell; false if the relay is terminating it. */
  claimEnd(): boolean {
    return Atomics.compareExchange(this.words, Word.phase, Phase.running, Phase.ending) === Phase.running
  }

  enterAtomic(sequence: number): void {
    Atomics.add(this.words, Word.atomic, 1)
    if (Atomics.load(this.words, Word.stopping) !== sequence || Atomics.load(this.words, Word.atomic) > 1) return
    Atomics.sub(this.words, Word.atomic, 1)
    this.#waitToBeStopped()
    Atomics.add(this.words, Word.atomic, 1)
  }

  leaveAtomic(sequence: number): void {
    const depth = Atomics.sub(this.words, Word.atomic, 1) - 1
    if (depth === 0 && Atomics.load(this.words, Word.stopping) === sequence) this.#waitToBeStopped()
  }

  /** The relay stops this thread while it waits here; the limit is for a relay that has changed its mind. */
  #waitToBeStopped(): void {
    Atomics.wait(this.words, Word.phase, Phase.running, STOP_MS)
    Atomics.wait(this.words, Word.phase, Phase.terminating, STOP_MS)
  }

  #waitForFront(): void {
    for (;;) {
      const outstanding = Atomics.load(this.words, Word.outstanding)
      if (outstanding <= OUTSTANDING_LIMIT / 2) return
      Atomics.wait(this.words, Word.outstanding, outstanding, 100)
    }
  }
}
