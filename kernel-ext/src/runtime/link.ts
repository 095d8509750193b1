// The messages between the front and the runtime: JSON frames over one duplex pipe (fd 3 of the runtime).
import type { CompiledCell, Declaration } from '../cell/cell.js'

/** A MIME bundle: media type -> text or JSON. */
export type MimeBundle = Record<string, unknown>

/** Front -> runtime. */
export type ToRuntime =
  | { readonly op: 'run'; readonly cell: CellRun }
  | { readonly op: 'evaluate'; readonly id: string; readonly expressions: Record<string, Program> }
  /** Without a cell: what runs after its cell has ended (a timer, a comm's handler) is stopped if it does not yield. */
  | { readonly op: 'interrupt'; readonly cell: string | undefined }
  /** What was typed; undefined if there is nobody to ask. */
  | { readonly op: 'input'; readonly request: number; readonly value: string | undefined }
  | (CommMessage & { readonly id: string })
  | { readonly op: 'shutdown' }

/** One message of a comm, in either direction. The front's are acknowledged by `handled` with their id. */
export interface CommMessage {
  readonly op: 'comm'
  readonly kind: 'open' | 'message' | 'close'
  readonly comm: string
  /** Of `open`: who is meant. */
  readonly target: string
  readonly data: unknown
  readonly metadata: Record<string, unknown>
  readonly buffers: readonly Uint8Array[]
}

/** A compiled cell or expression. */
export type Program = CompiledCell

export interface CellRun {
  /** Identity of this execution; outputs carry it. */
  readonly id: string
  /** The execution count: `Cell [number]` in stack traces. */
  readonly number: number
  /** The notebook's own id of the cell, where the client sent one. */
  readonly cellId: string | undefined
  /** Whether the client can be asked for input. */
  readonly allowStdin: boolean
  readonly program: Program
  /** The top-level names that have a value. */
  readonly declares: readonly Pick<Declaration, 'name' | 'mark'>[]
}

/** An error of a cell, ready to be shown. */
export interface CellError {
  readonly name: string
  readonly message: string
  /** Frames of the user's own code, innermost first. */
  readonly frames: readonly ErrorFrame[]
  /** The error's own text by `util.inspect` without its stack, where it has more to say (extra properties). */
  readonly detail: string | undefined
  readonly cause: CellError | undefined
  /** AggregateError. */
  readonly errors: readonly CellError[]
}

export interface ErrorFrame {
  readonly functionName: string | undefined
  /** `Cell [3]` or an absolute path. */
  readonly file: string
  /** Execution id of the cell, where the frame is in one. */
  readonly cell: string | undefined
  readonly line: number
  readonly column: number
}

/** Runtime -> front. */
export type FromRuntime =
  | { readonly op: 'ready'; readonly globals: readonly string[]; readonly pid: number }
  | {
      readonly op: 'stream'
      readonly cell: string | undefined
      readonly name: 'stdout' | 'stderr'
      readonly text: string
    }
  | {
      readonly op: 'display'
      readonly cell: string | undefined
      readonly data: MimeBundle
      readonly metadata: Record<string, unknown>
      readonly id: string | undefined
      readonly update: boolean
    }
  | { readonly op: 'clear'; readonly cell: string | undefined; readonly wait: boolean }
  | {
      readonly op: 'result'
      readonly cell: string
      readonly data: MimeBundle
      readonly metadata: Record<string, unknown>
    }
  | {
      readonly op: 'done'
      readonly cell: string
      readonly status: 'ok' | 'error' | 'interrupted'
      readonly error: CellError | undefined
      /** Declared names that took effect. */
      readonly set: readonly string[]
      /** Global names that are new since `ready` or the last `done`. */
      readonly globals: readonly string[]
    }
  | {
      readonly op: 'evaluated'
      readonly id: string
      readonly values: Record<string, { readonly data: MimeBundle } | { readonly error: CellError }>
    }
  | {
      readonly op: 'input'
      readonly cell: string
      readonly request: number
      readonly prompt: string
      readonly password: boolean
    }
  | (CommMessage & { readonly cell: string | undefined })
  | { readonly op: 'handled'; readonly id: string }
  /** Whether the page may open comms for this target. */
  | { readonly op: 'target'; readonly target: string; readonly known: boolean }
  /** A `!command` has been started, or is over: `pid` leads a process group that may not outlive the runtime. */
  | { readonly op: 'shell'; readonly pid: number; readonly running: boolean }
  | { readonly op: 'log'; readonly text: string }
  /** Why the process will have ended, should it end now; undefined when that is over. */
  | { readonly op: 'dying'; readonly reason: string | undefined }
