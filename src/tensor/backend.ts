// The door between the core and its backends: storage, reading and writing, and one kernel for each primitive.
import type { DType, StoredArray } from './dtype.js'
import type { KernelName, PrimitiveParams } from './primitives.js'
import type { KernelOp, PlannedProgram } from './program.js'
import type { Shape } from './shape.js'

/** A piece of a backend's memory, shared by a tensor and its views. Only its backend knows where the bytes are. */
export interface Storage {
  readonly backend: Backend
  readonly dtype: DType
  /** Number of elements. */
  readonly length: number
  /** Counts the writes in place; backward compares it with what it saw when it saved a tensor. */
  version: number
  /**
   * Used by backward alone: how many gradients of a running pass lie here, or -1 where somebody else may see it as well.
   * Backends set -1 at allocation.
   */
  holders: number
}

/** What a kernel sees of a tensor: a strided window on a storage. Every Tensor is one. */
export interface Operand {
  readonly storage: Storage
  /** First element, counted in elements. */
  readonly offset: number
  readonly shape: Shape
  /** Strides in elements, 0 for an expanded axis; undefined where the elements lie in row-major order. */
  readonly layout: readonly number[] | undefined
  readonly dtype: DType
}

/**
 * Computes one primitive into `out`.
 *
 * `out` is row-major and not shared with an input, with two exceptions: elementwise kernels may be given an input of the
 * very same window (in-place forms), and `copy` may be given any `out` that does not overlap its input. Inputs may have any
 * layout. Elementwise inputs broadcast to the shape of `out`: a kernel aligns them at the right.
 */
export type Kernel<P extends KernelName> = (
  inputs: readonly Operand[],
  out: Operand,
  params: PrimitiveParams[P],
) => void

/** Exhaustive by type: a backend without one of them does not compile. */
export type Kernels = { readonly [P in KernelName]: Kernel<P> }

export interface MemoryUse {
  /** Bytes of storages that are alive or not yet known to be dead. */
  readonly bytes: number
  /** Storages, counted the same way. */
  readonly storages: number
  /** Bytes taken from the system. */
  readonly reserved: number
  /** The greatest `bytes` so far. */
  readonly peak: number
}

/** A storage that lives, or several small ones that share memory (then dtype is undefined). */
export interface LiveStorage {
  readonly dtype: DType | undefined
  readonly length: number
  readonly bytes: number
  readonly count: number
  /** The line that made it, where it is known. */
  readonly site: string | undefined
}

/** What is known of small storages: nothing, that each lives, or also the line that made it (some microseconds each). */
export type Tracking = 'off' | 'count' | 'lines'

/** Hears what a backend does, for a while: how a step becomes a program. */
export interface Observer {
  /** A kernel has run; not those that it called itself. */
  kernel<P extends KernelName>(name: P, inputs: readonly Operand[], out: Operand, params: PrimitiveParams[P]): void
  /** Memory was taken, also for a moment within a kernel. */
  allocated(storage: Storage): void
  /** Numbers came from the host. */
  write(storage: Storage, array: StoredArray, offset: number): void
  /** Numbers are about to go to the host. */
  read(storage: Storage): void
}

/** A program: kernels in their order, over memory that was planned. */
export interface Executable {
  /**
   * Computes it once. `given` is the memory that changes from call to call, in the order in which the program lists it, each row-major from
   * its offset on. Returns false where an index was out of its range: the numbers are worth nothing then.
   */
  run(given: readonly Operand[]): boolean
  /** The same, operation by operation: milliseconds of each. */
  timed?(given: readonly Operand[]): Float64Array
  /** Gives its memory back. */
  release(): void
}

export interface Backend {
  readonly name: string
  /** What computes, where that is more than the name says: 'blas' where OpenBLAS makes the large products. */
  readonly engine?: string
  /** Told by which of its names it was chosen. Throws BAD_BACKEND where it cannot be. */
  choose?(name: string): void
  /** Where reads can only be had by promise (a GPU in a browser); then `read` throws READ_ASYNC. */
  readonly asynchronous: boolean
  readonly kernels: Kernels
  /** Fresh memory, not cleared. Throws OUT_OF_MEMORY. */
  allocate(dtype: DType, length: number): Storage
  /** Copies the array into the storage, from element `offset` on. */
  write(storage: Storage, array: StoredArray, offset: number): void
  /** A copy of `length` elements. */
  read(storage: Storage, offset: number, length: number): StoredArray
  readAsync(storage: Storage, offset: number, length: number): Promise<StoredArray>
  /** Gives memory back at once. The core calls it only for what no variable can reach; a second call is harmless. */
  release(storage: Storage): void
  /** With `collect`, what is dead is found first, as far as the engine lets us. */
  memory(collect: boolean): MemoryUse
  /** What lives, storage by storage as far as it is known; see setTracking. */
  listing(): LiveStorage[]
  /** Whether every storage is counted for itself from now on, with or without the line that made it. */
  setTracking(tracking: Tracking): void
  /** Tells an observer what happens from now on, or nobody. Backends without it cannot be traced. */
  watch?(observer: Observer | undefined): void
  /** What a program will do, as plain data, from which another process may make it. */
  recipe?(program: PlannedProgram): unknown
  /** What recipes depend on, beside the program and the backend's own code. */
  readonly dialect?: string
  /** Makes a program ready to run, by its recipe. Backends without it run it kernel by kernel. */
  assemble?(program: PlannedProgram, recipe: unknown): Executable
  /** Whether assemble can put a primitive into one loop with others. */
  fuses?(op: KernelOp, constant: (buffer: number) => number | undefined): boolean
  /** Whether such a loop can end in a sum over the last axis. */
  sums?(op: KernelOp): boolean
  /** Waits for work in flight; a no-op where kernels run at once. */
  synchronize(): Promise<void>
}
