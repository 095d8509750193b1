// Elementwise kernels of the backend: chooses a compiled function by dtype and access pattern; what is rare runs in loops.
import type { Kernels, Operand } from '../../tensor/backend.js'
import { DTYPES, type DType } from '../../tensor/dtype.js'
import { sameShape, sizeOf } from '../../tensor/shape.js'
import type { FunctionBuilder } from './assembler/module.js'
import { type Compiled, compile } from './assembler/module.js'
import { INT_DIVISIONS } from './divide.js'
import {
  anyBeyond,
  BLOCK,
  blockwise,
  comparison,
  elementwise,
  FLOAT_BINARY,
  FLOAT_UNARY,
  FLOAT32_BINARY,
  FLOAT32_ENDS,
  FLOAT32_STEPS,
  FLOAT32_UNARY,
  FLOAT64_UNARY,
  type Formula,
  INT_BINARY,
  INT_UNARY,
  KEPT,
  type Mode,
  whereKernel,
} from './elementwise.js'
import type { Steps } from './functions.js'
import type { KernelHeap } from './ground.js'
import { inOrder } from './ground.js'
import type { WasmStorage } from './memory/storage.js'
import type { LaneName } from './vector.js'
import { addressOf, eachBlock, mergedWalk, modesOf } from './walk.js'

const LANES: Partial<{ readonly [D in DType]: LaneName }> = { float32: 'f32x4', float64: 'f64x2', int32: 'i32x4' }

type Run = (inputs: readonly Operand[], out: Operand, params: never) => void

/** Makes a function for one dtype and access pattern; undefined where there is none. */
type Writer = (lanes: LaneName, modes: readonly Mode[], name: string) => FunctionBuilder | undefined

const PATTERNS: readonly (readonly Mode[])[] = [
  ['v', 'v'],
  ['v', 's'],
  ['s', 'v'],
  ['s', 's'],
]

/** The numbers from one place to another of row-major ones. */
function part({ storage, offset, dtype }: Operand, start: number, end: number): Operand {
  return { storage, offset: offset + start, shape: [end - start], layout: undefined, dtype }
}

/** Kernels that share a heap. */
export class ElementwiseKernels {
  private beyond: Compiled | undefined

  constructor(
    private readonly heap: KernelHeap,
    private readonly loops: Kernels,
  ) {}

  /** The kernels that have a compiled form; they fall back on the loops for other dtypes. */
  make(): Partial<Kernels> {
    const out: Record<string, Run> = {}
    for (const [name, formula] of Object.entries(FLOAT_UNARY)) {
      const light = name !== 'sqrt' && name !== 'rsqrt' && name !== 'reciprocal'
      out[name] = this.unary(name, (lanes, modes, id) =>
        lanes === 'i32x4' && !INT_UNARY.has(name)
          ? undefined
          : elementwise(id, lanes, formula as Formula, modes, light ? 4 : 2),
      )
    }
    for (const [name, formula] of Object.entries(FLOAT32_UNARY)) {
      const inDoubles = FLOAT64_UNARY[name]
      out[name] = this.unary(name, (lanes, modes, id) => {
        if (lanes === 'f32x4') return elementwise(id, lanes, formula as Formula, modes, 2)
        return lanes === 'i32x4' || inDoubles === undefined
          ? undefined
          : elementwise(id, lanes, inDoubles as Formula, modes, 1)
      })
    }
    for (const [name, end] of Object.entries(FLOAT32_ENDS)) out[name] = this.within(name, end, out[name] as Run)
    for (const [name, steps] of Object.entries(FLOAT32_STEPS)) out[name] = this.blockwise(name, steps, out[name] as Run)
    for (const [name, formula] of Object.entries(FLOAT_BINARY)) {
      out[name] = this.binary(name, (lanes, modes, id) => {
        if (lanes === 'i32x4' && !(name in INT_BINARY)) return undefined
        return elementwise(id, lanes, formula as Formula, modes, 4)
      })
    }
    for (const [name, formula] of Object.entries(FLOAT32_BINARY)) {
      out[name] = this.binary(name, (lanes, modes, id) =>
        lanes === 'f32x4' ? elementwise(id, lanes, formula as Formula, modes, 1) : undefined,
      )
    }
    for (const [name, formula] of Object.entries(INT_DIVISIONS)) {
      const divide = this.binary(name, (lanes, modes, id) =>
        lanes === 'i32x4' ? elementwise(id, lanes, formula as Formula, modes, 1) : undefined,
      )
      out[name] = this.unlessByZero(name, divide)
    }
    for (const name of ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const) {
      out[name] = this.binary(name, (lanes, modes, id) => comparison(id, lanes, name, modes))
    }
    out.where = this.where()
    return out as Partial<Kernels>
  }

  private fallback(name: string): Run {
    return (this.loops as unknown as Record<string, Run>)[name] as Run
  }

  private compiler(name: string, writer: Writer): (dtype: DType, pattern: number) => Compiled | undefined {
    const known = new Map<DType, (Compiled | null)[]>()
    return (dtype, pattern) => {
      let list = known.get(dtype)
      if (list === undefined) {
        list = []
        known.set(dtype, list)
      }
      let found = list[pattern]
      if (found === undefined) {
        const lanes = LANES[dtype]
        const written = lanes === undefined ? undefined : writer(lanes, PATTERNS[pattern] as readonly Mode[], name)
        found = written === undefined ? null : (compile([written], this.heap.memory)[name] as Compiled)
        list[pattern] = found
      }
      return found ?? undefined
    }
  }

  private unary(name: string, writer: Writer): Run {
    const compiled = this.compiler(name, (lanes, modes, id) => writer(lanes, modes.slice(0, 1), id))
    const fallback = this.fallback(name)
    return (inputs, out, params) => {
      const x = inputs[0] as Operand
      const f = compiled(x.dtype, 0)
      if (f === undefined) {
        fallback(inputs, out, params)
        return
      }
      if (x.layout === undefined) {
        const size = sizeOf(out.shape)
        if (size > 0) f(size, 1, addressOf(x), 0, addressOf(out), 0)
        return
      }
      this.general(inputs, out, patterns => compiled(x.dtype, patterns[0] === 's' ? 3 : 0))
    }
  }

  /** Whole numbers by `run`, others in loops; also where a divisor is 0: they say so. */
  private unlessByZero(name: string, run: Run): Run {
    const fallback = this.fallback(name)
    return (inputs, out, params) => {
      const b = inputs[1] as Operand
      const zero = (): boolean =>
        inOrder(b, divisors => {
          const { buffer } = this.heap.memory
          return new Int32Array(buffer, addressOf(divisors), sizeOf(b.shape)).includes(0)
        })
      ;(b.dtype !== 'int32' || zero() ? fallback : run)(inputs, out, params)
    }
  }

  /** By `run` where no float32 number lies beyond an end, else in loops. */
  private within(name: string, end: number, run: Run): Run {
    const fallback = this.fallback(name)
    return (inputs, out, params) => {
      const x = inputs[0] as Operand
      if (x.dtype !== 'float32') {
        fallback(inputs, out, params)
        return
      }
      inOrder(x, ordered => {
        this.beyond ??= compile([anyBeyond('beyond')], this.heap.memory).beyond as Compiled
        const far = this.beyond(addressOf(ordered), sizeOf(x.shape), end) !== 0
        ;(far ? fallback : run)([ordered], out, params)
      })
    }
  }

  /** Whole blocks of row-major float32 numbers by steps, the others by `rest`. */
  private blockwise(name: string, steps: Steps, rest: Run): Run {
    let code: Compiled | undefined
    return (inputs, out, params) => {
      const x = inputs[0] as Operand
      const size = sizeOf(out.shape)
      const whole = size - (size % BLOCK)
      if (x.dtype !== 'float32' || x.layout !== undefined || whole === 0) {
        rest(inputs, out, params)
        return
      }
      code ??= compile([blockwise(name, steps)], this.heap.memory)[name] as Compiled
      const scratch = this.heap.allocate('float32', KEPT * BLOCK)
      code(addressOf(out), addressOf(x), whole, scratch.pointer)
      this.heap.release(scratch)
      if (whole < size) rest([part(x, whole, size)], part(out, whole, size), params)
    }
  }

  private binary(name: string, writer: Writer): Run {
    const compiled = this.compiler(name, writer)
    const fallback = this.fallback(name)
    // The commonest case has a function of its own at hand.
    let float32: Compiled | undefined
    return (inputs, out, params) => {
      const a = inputs[0] as Operand
      const b = inputs[1] as Operand
      if (a.dtype === 'float32' && a.layout === undefined && b.layout === undefined && sameShape(a.shape, b.shape)) {
        float32 ??= compiled('float32', 0) as Compiled
        const size = sizeOf(a.shape)
        const [x, y] = [a.storage as WasmStorage, b.storage as WasmStorage]
        if (size > 0) float32(size, 1, x.pointer + 4 * a.offset, 0, y.pointer + 4 * b.offset, 0, addressOf(out), 0)
        return
      }
      if (compiled(a.dtype, 0) === undefined) {
        fallback(inputs, out, params)
        return
      }
      // A number beside a tensor: every plain number is one, so it is spared the walk.
      if (a.layout === undefined && b.layout === undefined && (a.shape.length === 0 || b.shape.length === 0)) {
        const f = compiled(a.dtype, b.shape.length === 0 ? 1 : 2) as Compiled
        const size = sizeOf(out.shape)
        if (size > 0) f(size, 1, addressOf(a), 0, addressOf(b), 0, addressOf(out), 0)
        return
      }
      this.general(inputs, out, modes => compiled(a.dtype, (modes[0] === 's' ? 2 : 0) + (modes[1] === 's' ? 1 : 0)))
    }
  }

  /** Any shapes and layouts. Operands that step further than to their neighbour along the last axis are copied first. */
  private general(
    inputs: readonly Operand[],
    out: Operand,
    choose: (modes: readonly Mode[]) => Compiled | undefined,
  ): void {
    if (sizeOf(out.shape) === 0) return
    const operands = [...inputs, out]
    const walk = mergedWalk(operands, out.shape)
    const modes = modesOf(walk, inputs.length)
    if (modes === undefined) {
      this.withCopies(inputs, out, walk.strides, choose)
      return
    }
    const f = choose(modes) as Compiled
    eachBlock(
      walk,
      operands.map(addressOf),
      operands.map(x => DTYPES[x.dtype].bytes),
      args => f(...args),
    )
  }

  private withCopies(
    inputs: readonly Operand[],
    out: Operand,
    strides: readonly number[][],
    choose: (modes: readonly Mode[]) => Compiled | undefined,
  ): void {
    const temporary: WasmStorage[] = []
    const plain = inputs.map((x, i) => {
      const step = (strides[i] as number[]).at(-1) ?? 1
      if (step === 0 || step === 1) return x
      const storage = this.heap.allocate(x.dtype, sizeOf(x.shape))
      temporary.push(storage)
      const copy: Operand = { storage, offset: 0, shape: x.shape, layout: undefined, dtype: x.dtype }
      storage.backend.kernels.copy([x], copy, {})
      return copy
    })
    this.general(plain, out, choose)
    for (const storage of temporary) this.heap.release(storage)
  }

  private where(): Run {
    const compiled = this.compiler('where', (_, modes, id) => whereKernel(id, modes as readonly [Mode, Mode]))
    const fallback = this.fallback('where')
    return (inputs, out, params) => {
      const cond = inputs[0] as Operand
      const wide = DTYPES[out.dtype].bytes === 4
      const size = sizeOf(out.shape)
      if (!wide || size === 0) {
        fallback(inputs, out, params)
        return
      }
      const walk = mergedWalk([...inputs, out], out.shape)
      const modes = modesOf(walk, 3)
      // A condition that stands still along the last axis, or a strided operand, is rare.
      if (modes === undefined || modes[0] === 's' || cond.dtype !== 'bool') {
        fallback(inputs, out, params)
        return
      }
      const f = compiled('float32', (modes[1] === 's' ? 2 : 0) + (modes[2] === 's' ? 1 : 0)) as Compiled
      eachBlock(walk, [...inputs, out].map(addressOf), [1, 4, 4, 4], args => f(...args))
    }
  }
}
