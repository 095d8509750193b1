// WebAssembly's JavaScript interface, which @types/node leaves to TypeScript's library for browsers.
// biome-ignore-all lint/suspicious/noExplicitAny: a module tells TypeScript nothing of the types of its exports

declare namespace WebAssembly {
  type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'externref' | 'anyfunc'
  type ExternalKind = 'function' | 'global' | 'memory' | 'table' | 'tag'
  type ImportValue = ((...values: any[]) => unknown) | Global | Memory | Table | number | bigint
  type Exports = Record<string, any>
  type ModuleImports = Record<string, ImportValue>
  type Imports = Record<string, ModuleImports>
  type Source = ArrayBuffer | ArrayBufferView<ArrayBufferLike>

  interface ModuleExportDescriptor {
    name: string
    kind: ExternalKind
  }

  interface ModuleImportDescriptor extends ModuleExportDescriptor {
    module: string
  }

  interface WebAssemblyInstantiatedSource {
    instance: Instance
    module: Module
  }

  interface MemoryDescriptor {
    /** Pages of 64 KiB. */
    initial: number
    maximum?: number
    shared?: boolean
  }

  interface TableDescriptor {
    element: 'anyfunc' | 'externref'
    initial: number
    maximum?: number
  }

  interface GlobalDescriptor {
    value: ValueType
    mutable?: boolean
  }

  /** A compiled module. */
  interface Module {
    readonly [Symbol.toStringTag]: string
  }
  var Module: {
    prototype: Module
    new (bytes: Source): Module
    exports(module: Module): ModuleExportDescriptor[]
    imports(module: Module): ModuleImportDescriptor[]
    customSections(module: Module, name: string): ArrayBuffer[]
  }

  /** A module with its imports, ready to be called. */
  interface Instance {
    readonly exports: Exports
  }
  var Instance: { prototype: Instance; new (module: Module, imports?: Imports): Instance }

  interface Memory {
    readonly buffer: ArrayBuffer
    /** Adds pages of 64 KiB and returns how many there were. */
    grow(delta: number): number
  }
  var Memory: { prototype: Memory; new (descriptor: MemoryDescriptor): Memory }

  interface Table {
    readonly length: number
    get(index: number): any
    set(index: number, value?: any): void
    grow(delta: number, value?: any): number
  }
  var Table: { prototype: Table; new (descriptor: TableDescriptor, value?: any): Table }

  interface Global {
    value: any
    valueOf(): any
  }
  var Global: { prototype: Global; new (descriptor: GlobalDescriptor, value?: any): Global }

  type CompileError = Error
  var CompileError: ErrorConstructor
  type LinkError = Error
  var LinkError: ErrorConstructor
  type RuntimeError = Error
  var RuntimeError: ErrorConstructor

  function validate(bytes: Source): boolean
  function compile(bytes: Source): Promise<Module>
  function compileStreaming(source: Response | PromiseLike<Response>): Promise<Module>
  function instantiate(bytes: Source, imports?: Imports): Promise<WebAssemblyInstantiatedSource>
  function instantiate(module: Module, imports?: Imports): Promise<Instance>
  function instantiateStreaming(
    source: Response | PromiseLike<Response>,
    imports?: Imports,
  ): Promise<WebAssemblyInstantiatedSource>
}
