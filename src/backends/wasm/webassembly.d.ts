// WebAssembly's own JavaScript interface, as far as it is used here: TypeScript has it only among the types of browsers.
declare namespace WebAssembly {
  class Memory {
    constructor(size: { initial: number; maximum?: number; shared?: boolean })
    readonly buffer: ArrayBuffer
    /** Adds pages of 64 KiB; returns the number before. */
    grow(pages: number): number
  }
  class Module {
    constructor(bytes: BufferSource)
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: Record<string, unknown>
  }
  function validate(bytes: BufferSource): boolean
  type BufferSource = ArrayBufferView | ArrayBuffer
}
