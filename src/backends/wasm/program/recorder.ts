// Kernels that write down which compiled functions they would call, with which numbers, instead of calling them.
import type { Backend, Kernels, Operand } from '../../../tensor/backend.js'
import { DTYPES, type DType } from '../../../tensor/dtype.js'
import type { KernelName } from '../../../tensor/primitives.js'
import { allKernels } from '../all-kernels.js'
import {
  type Compiled,
  encodeModule,
  type FunctionBuilder,
  type KernelMemory,
  type Signature,
} from '../assembler/module.js'
import type { KernelHeap } from '../ground.js'
import type { Heap } from '../memory/heap.js'
import { WasmStorage } from '../memory/storage.js'
import { PRODUCT, type Products } from '../products.js'

/**
 * Addresses of memory whose place is not known yet: this many bytes apart, above all real ones. Kernels only add to addresses, so that base
 * and offset can be told apart afterwards; 2^17 of them are exact in a double.
 */
export const SYMBOLIC = 2 ** 36

/** The symbolic address of the first byte of a piece of memory. */
export const symbolOf = (index: number): number => (index + 1) * SYMBOLIC

/** Functions that are encoded when a program calls one of them. */
export class Module {
  private encoded: Uint8Array<ArrayBuffer> | undefined

  constructor(private readonly builders: readonly FunctionBuilder[]) {}

  get bytes(): Uint8Array<ArrayBuffer> {
    this.encoded ??= encodeModule(this.builders)
    return this.encoded
  }
}

/** A function that a program calls: one of a module, or, where there is none, of those who make products (`products.ts`). */
export interface Callee extends Signature {
  readonly module: Module | undefined
  readonly name: string
}

/** One call, with symbolic addresses among its numbers. */
export interface Call {
  readonly callee: Callee
  readonly args: readonly number[]
}

/** What one kernel does: calls, and bytes of memory that it needs for a moment. */
export interface Recording {
  readonly calls: readonly Call[]
  readonly scratchBytes: number
}

/** Thrown where a kernel reads or writes memory itself. */
class NotRecordable extends Error {}

const refuse = (): never => {
  throw new NotRecordable()
}

/** What the first symbols stand for; above them are the program's buffers. */
export const SYMBOLS = {
  /** Memory for a moment. */
  scratch: 0,
  /** The program's own memory. */
  arena: 1,
  /** Memory that kernels keep, this many pieces. */
  workspaces: 2,
  buffers: 16,
} as const

const SCRATCH = symbolOf(SYMBOLS.scratch)

const ALIGNMENT = 16

/** Kernels of one heap, for programs. */
export class Recorder {
  /** What operands of recorded kernels lie on. */
  readonly backend: Backend
  private calls: Call[] = []
  private scratch = 0
  private scratchTop = 0
  private noted: Products | undefined
  /** Bytes of what kernels have asked to keep. */
  readonly workspaces: number[] = []

  constructor(private readonly heap: Heap) {
    const memory: KernelMemory = {
      get buffer(): ArrayBuffer {
        return refuse()
      },
      functions: builders => this.stubs(builders),
    }
    const recording: KernelHeap = {
      memory,
      allocate: (dtype, length) => this.allocate(dtype, length),
      release: () => {},
      workspace: (dtype, length) => this.workspace(dtype, length),
      products: () => this.products(),
    }
    const loops = new Proxy({}, { get: () => refuse, ownKeys: () => [] }) as Kernels
    const kernels = allKernels(recording, loops)
    this.backend = {
      kernels: new Proxy(kernels, { get: (all, name) => Reflect.get(all, name) ?? refuse }),
      allocate: recording.allocate,
      release: () => {},
    } as unknown as Backend
  }

  /** What a kernel does; undefined where it must run itself. */
  record(name: KernelName, inputs: readonly Operand[], out: Operand, params: object): Recording | undefined {
    return this.recording(() => {
      const kernel = this.backend.kernels[name] as unknown as (i: readonly Operand[], o: Operand, p: object) => void
      kernel(inputs, out, params)
    })
  }

  /** What `run` calls. */
  recording(run: () => void): Recording | undefined {
    this.calls = []
    this.scratch = 0
    this.scratchTop = 0
    try {
      run()
      return { calls: this.calls, scratchBytes: this.scratchTop }
    } catch (error) {
      if (error instanceof NotRecordable) return undefined
      throw error
    }
  }

  /** Functions that write down how they are called. One that returns something is taken to say that all is well: 1. */
  stubs(builders: readonly FunctionBuilder[]): Record<string, Compiled> {
    const module = new Module(builders)
    return Object.fromEntries(
      builders.map(({ name, params, results }) => [name, this.stub({ module, name, params, results })]),
    )
  }

  private stub(callee: Callee): Compiled {
    return (...args) => {
      this.calls.push({ callee, args })
      return 1
    }
  }

  /** Products that others make are calls of the host, with numbers alone. */
  private products(): Products | undefined {
    if (this.heap.products() === undefined) return undefined
    const noted = (name: keyof Products): Compiled => this.stub({ ...PRODUCT, module: undefined, name })
    this.noted ??= { f32x4: noted('f32x4'), f64x2: noted('f64x2') }
    return this.noted
  }

  private workspace(dtype: DType, length: number): WasmStorage {
    const index = this.workspaces.length
    if (SYMBOLS.workspaces + index >= SYMBOLS.buffers)
      throw new Error('Kernels keep more pieces of memory than have symbols.')
    this.workspaces.push(length * DTYPES[dtype].bytes)
    return new WasmStorage(this.backend, dtype, length, symbolOf(SYMBOLS.workspaces + index), undefined)
  }

  private allocate(dtype: DType, length: number): WasmStorage {
    const bytes = Math.ceil((length * DTYPES[dtype].bytes) / ALIGNMENT) * ALIGNMENT
    const storage = new WasmStorage(this.backend, dtype, length, SCRATCH + this.scratch, undefined)
    this.scratch += bytes
    this.scratchTop = Math.max(this.scratchTop, this.scratch)
    return storage
  }
}
