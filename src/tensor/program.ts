// A program: primitives in their order over numbered buffers. The compile room makes it of a traced step, a backend runs it.
import type { Operand, Storage } from './backend.js'
import type { DType } from './dtype.js'
import type { KernelName, PrimitiveParams } from './primitives.js'
import type { Shape } from './shape.js'

/** A window on a buffer, as an operand is one on a storage. */
export interface ProgramWindow {
  readonly buffer: number
  readonly offset: number
  readonly shape: Shape
  readonly layout: readonly number[] | undefined
  readonly dtype: DType
}

/** One primitive. */
export interface KernelOp {
  readonly kind: 'kernel'
  /** Its place in the trace. */
  readonly at: number
  readonly name: KernelName
  readonly inputs: readonly ProgramWindow[]
  readonly out: ProgramWindow
  readonly params: PrimitiveParams[KernelName]
  /** The parameters at this call, where they change: the counters of random numbers. */
  readonly current: (() => PrimitiveParams[KernelName]) | undefined
  /** The line that asked for it. */
  readonly site: string | undefined
}

/** What one value of a fused loop is computed from: another value of the loop, by number, or an input. */
export type FusedSource = { readonly value: number } | { readonly input: number }

export interface FusedValue {
  readonly name: KernelName
  readonly params: PrimitiveParams[KernelName]
  readonly sources: readonly FusedSource[]
  readonly dtype: DType
}

/** Several elementwise primitives in one loop: each element of the inputs is read once, what stays inside is never written. */
export interface FusedOp {
  readonly kind: 'fused'
  readonly shape: Shape
  /** All of them broadcast to the shape. */
  readonly inputs: readonly ProgramWindow[]
  readonly values: readonly FusedValue[]
  /** What is written: which value, and where. All are row-major and have the shape. */
  readonly outputs: readonly { readonly value: number; readonly to: ProgramWindow }[]
  /** Sums over the last axis: of which value, and where they go, one number for each row. */
  readonly sums: readonly { readonly value: number; readonly to: ProgramWindow }[]
  /** The primitives that it was made of. */
  readonly parts: readonly KernelOp[]
}

export type ProgramOp = KernelOp | FusedOp

/** Where a buffer's memory is. */
export type Place =
  /** In the program's own memory, at a byte. */
  | { readonly kind: 'arena'; readonly start: number }
  /** In a storage that stays: a parameter, the state of an optimizer, a constant. */
  | { readonly kind: 'fixed'; readonly storage: Storage }
  /** In a storage that is given at each call. */
  | { readonly kind: 'given'; readonly index: number }

export interface PlannedBuffer {
  readonly dtype: DType
  readonly length: number
  readonly place: Place
}

export interface PlannedProgram {
  readonly buffers: readonly PlannedBuffer[]
  readonly ops: readonly ProgramOp[]
  /** Bytes of the program's own memory. */
  readonly arenaBytes: number
}

/** A window as an operand, once it is known where its buffer lies. */
export function operandOf(window: ProgramWindow, storage: Storage, start = 0): Operand {
  const { offset, shape, layout, dtype } = window
  return { storage, offset: offset + start, shape, layout, dtype }
}
