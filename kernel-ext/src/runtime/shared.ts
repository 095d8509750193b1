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
} as const

export const Phase = {
  idle: 0,
  /** A cell's code runs. */
  running: 1,
  /** The main thread ends the cell: it must not be terminated now. */
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

/** From the main thread to the relay, beside the messages for the front. */
export type RelayRequest =
  | { readonly op: 'drain' }
  | { readonly op: 'running'; readonly cell: string; readonly sequence: number }
