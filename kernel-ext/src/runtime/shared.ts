// The words that the runtime's main thread and its relay thread share, so that either sees what the other does even
// while the main thread runs a cell that never yields.

/** Indices into the shared Int32Array. */
export const Word = {
  /** See `Phase`. */
  phase: 0,
  /** How many `atomic` sections are open. */
  atomic: 1,
  /** Sequence number of the run whose interrupt the main thread has taken note of. */
  acknowledged: 2,
  /** UTF-16 units of output handed to the relay and not yet written to the front. */
  outstanding: 3,
  /** Raised by the relay when all output has been written (asked for before the process exits). */
  drained: 4,
  /** Sequence number of the run that the relay is going to stop: it must enter no `atomic` section any more. */
  stopping: 5,
  /** Counts the messages posted to the main thread, so that it can sleep until there is one. */
  arrived: 6,
  /** Number of the newest ping that the main thread has answered. */
  pong: 7,
  /** How many things hook promises and timers; negative where they cannot be put aside for a termination. */
  asyncHooks: 8,
} as const

export const Phase = {
  idle: 0,
  /** A cell's code runs. */
  running: 1,
  /** The main thread ends the cell: it may be stopped in a callback of the cell's end, and goes on with the next. */
  ending: 2,
  /** The relay terminates the main thread's execution: the main thread must not end the cell by itself. */
  terminating: 3,
} as const

export type SharedWords = Int32Array<SharedArrayBuffer>

export function makeSharedWords(): SharedWords {
  return new Int32Array(new SharedArrayBuffer(4 * Object.keys(Word).length))
}

/** What the relay thread is started with. */
export interface RelayData {
  readonly fd: number
  readonly words: SharedWords
  readonly port: import('node:worker_threads').MessagePort
}

/** From the relay to the main thread, beside the front's messages. */
export type RelayNotice =
  | { readonly op: 'interrupted'; readonly cell: string }
  | { readonly op: 'terminated'; readonly cell: string }
  /** Answered by the word `pong`, at once if the main thread's event loop turns. */
  | { readonly op: 'ping'; readonly number: number }
  /** What ran while no cell did was stopped in the middle. */
  | { readonly op: 'stopped' }

/** From the main thread to the relay, beside the messages for the front. */
export type RelayRequest =
  | { readonly op: 'drain' }
  | { readonly op: 'running'; readonly cell: string; readonly sequence: number }

/** What a text counts for while it waits for the front: its length, and what any message costs. */
export function weightOf(text: string): number {
  return text.length + 64
}
