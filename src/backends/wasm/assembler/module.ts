// A module: functions over one imported memory, written as bytes and compiled at run time.
import { type Bytes, joined, sized, text, unsigned, vector } from './bytes.js'
import { type Code, type Local, local } from './expression.js'
import { TYPE_CODE, type ValueType } from './opcodes.js'

/** A function in the making: hands out locals. */
export class FunctionBuilder {
  private readonly types: ValueType[] = []
  private readonly head: Code[] = []
  private readonly body: Code[] = []

  constructor(
    readonly name: string,
    readonly params: readonly ValueType[],
    readonly results: readonly ValueType[] = [],
  ) {}

  param(index: number): Local {
    return local(index)
  }

  local(type: ValueType): Local {
    this.types.push(type)
    return local(this.params.length + this.types.length - 1)
  }

  add(...code: readonly Code[]): this {
    this.body.push(...code)
    return this
  }

  /** Code that runs once, before all other. */
  first(...code: readonly Code[]): this {
    this.head.push(...code)
    return this
  }

  /** Where the code stands, for since(). */
  mark(): number {
    return this.body.length
  }

  /** Takes back what was added after a mark, to be put into a loop. */
  since(mark: number): Code[] {
    return this.body.splice(mark)
  }

  /** Locals and code, in the form of the code section. */
  encode(): Bytes {
    const locals = vector(this.types.map(type => [1, TYPE_CODE[type]]))
    return sized([locals, ...this.head, ...this.body, [0x0b]])
  }
}

const section = (id: number, content: Bytes): Bytes => joined([[id], sized([content])])

/** What a function takes and gives. */
export interface Signature {
  readonly params: readonly ValueType[]
  readonly results: readonly ValueType[]
}

/** The bytes of a module that imports `env.memory`, and functions as `env.f0` and so on, and exports its own by name. */
export function encodeModule(
  functions: readonly FunctionBuilder[],
  imported: readonly Signature[] = [],
): Uint8Array<ArrayBuffer> {
  const typeOf = ({ params, results }: Signature): Bytes =>
    joined([[0x60], vector(params.map(type => [TYPE_CODE[type]])), vector(results.map(type => [TYPE_CODE[type]]))])
  return joined([
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, vector([...imported, ...functions].map(typeOf))),
    // At least one page, no maximum: it must accept the memory whatever its size.
    section(
      2,
      vector([
        joined([text('env'), text('memory'), [0x02, 0x00, 1]]),
        ...imported.map((_, i) => joined([text('env'), text(`f${i}`), [0x00], unsigned(i)])),
      ]),
    ),
    section(3, vector(functions.map((_, i) => unsigned(imported.length + i)))),
    section(7, vector(functions.map(({ name }, i) => joined([text(name), [0x00], unsigned(imported.length + i)])))),
    section(10, vector(functions.map(f => f.encode()))),
  ])
}

/** A compiled function over the heap. */
export type Compiled = (...args: number[]) => number

/** Memory that kernels are compiled for: real, or one that only writes down what is called (see program/recorder.ts). */
export interface KernelMemory {
  readonly buffer: ArrayBuffer
  /** What stands for functions; without it they are compiled. */
  functions?(functions: readonly FunctionBuilder[]): Record<string, Compiled>
}

/**
 * Functions of a memory by the bytes of their module. Eager kernels and programs ask for the same ones: an engine runs a fresh copy slowly
 * until it has optimized it, each copy for itself.
 */
const compiledFor = new WeakMap<object, Map<string, Record<string, Compiled>>>()

/** One character a byte, each its own. */
const asText = new TextDecoder('latin1')

export function compile(functions: readonly FunctionBuilder[], memory: KernelMemory): Record<string, Compiled> {
  return memory.functions === undefined ? compiled(encodeModule(functions), memory) : memory.functions(functions)
}

/** The functions of a module in a memory. */
export function compiled(bytes: Uint8Array<ArrayBuffer>, memory: KernelMemory): Record<string, Compiled> {
  let known = compiledFor.get(memory)
  if (known === undefined) {
    known = new Map()
    compiledFor.set(memory, known)
  }
  const key = asText.decode(bytes)
  let functions = known.get(key)
  if (functions === undefined) {
    const module = new WebAssembly.Module(bytes)
    functions = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Record<string, Compiled>
    known.set(key, functions)
  }
  return functions
}
