// Makes a program ready to run: kernels become calls, all calls one function.
import type { Backend, Executable, Kernels, Operand, Storage } from '../../../tensor/backend.js'
import { DTYPES } from '../../../tensor/dtype.js'
import { constantIn } from '../../../tensor/ops/operand.js'
import {
  type FusedOp,
  type KernelOp,
  operandOf,
  type PlannedBuffer,
  type PlannedProgram,
  type ProgramOp,
  type ProgramWindow,
} from '../../../tensor/program.js'
import { rowMajor, type Shape, sizeOf } from '../../../tensor/shape.js'
import { type Compiled, compile, compiled } from '../assembler/module.js'
import type { Mode } from '../elementwise.js'
import type { Heap } from '../memory/heap.js'
import { WasmStorage } from '../memory/storage.js'
import { addressOf, eachBlock, mergedWalk, modesOf, stridesIn } from '../walk.js'
import { type Base, type Drive, driver, drivers } from './driver.js'
import { fusedLoop, hasRule, loopKey } from './loop.js'
import { type Recipe, RecipeWriter } from './recipe.js'
import { Recorder, SYMBOLS, symbolOf } from './recorder.js'

/**
 * A kernel that would make more calls runs itself: written out, they would be longer than the longest function that engines take, and what JavaScript
 * costs is little beside so much work.
 */
const MOST_CALLS = 2048

/** Makes programs on a heap. Code of loops is shared between them. */
export class Assembler {
  private made: Recorder | undefined
  private readonly loops = new Map<string, Loop>()
  /** What kernels of programs keep, by its number. */
  private readonly workspaces: WasmStorage[] = []

  constructor(
    private readonly heap: Heap,
    private readonly kernels: () => Kernels,
  ) {}

  private get recorder(): Recorder {
    this.made ??= new Recorder(this.heap)
    return this.made
  }

  /** Whether a primitive can be put into a loop: by name and dtypes, and where all operands step to their neighbours or stand still. */
  fuses(op: KernelOp, constant: (buffer: number) => number | undefined): boolean {
    if (!hasRule(op) || sizeOf(op.out.shape) === 0) return false
    return op.inputs.every(window => constant(window.buffer) !== undefined || stepsPlainly(window, op.out.shape))
  }

  /** What a program does, as plain data. */
  recipe({ buffers, ops }: PlannedProgram): Recipe {
    const { recorder } = this
    const writer = new RecipeWriter()
    let scratchBytes = 0
    const window = (of: ProgramWindow): Operand => {
      const { dtype, length, place } = buffers[of.buffer] as PlannedBuffer
      const pointer =
        place.kind === 'arena' ? symbolOf(SYMBOLS.arena) + place.start : symbolOf(SYMBOLS.buffers + of.buffer)
      return operandOf(of, new WasmStorage(recorder.backend, dtype, length, pointer, undefined))
    }
    for (const op of ops) {
      const recording =
        op.kind === 'fused'
          ? recorder.recording(() => this.runLoop(op, window, buffers, loop => loop.stub))
          : op.current === undefined
            ? recorder.record(op.name, op.inputs.map(window), window(op.out), op.params)
            : undefined
      if (recording !== undefined && recording.calls.length <= MOST_CALLS) {
        writer.calls(recording.calls)
        scratchBytes = Math.max(scratchBytes, recording.scratchBytes)
      } else writer.host()
    }
    return writer.recipe(scratchBytes, recorder.workspaces)
  }

  /** Makes a program ready to run, by its recipe. */
  assemble({ buffers, ops, arenaBytes }: PlannedProgram, recipe: Recipe, backend: Backend): Executable {
    const { memory } = this.heap
    const arena = this.heap.workspace('float32', Math.max(4, Math.ceil(arenaBytes / 4)))
    const scratch = this.heap.workspace('float32', Math.max(4, Math.ceil(recipe.scratchBytes / 4)))
    const givens = buffers.reduce(
      (most, { place }) => (place.kind === 'given' ? Math.max(most, place.index + 1) : most),
      0,
    )
    const baseAt = (symbol: number): Base => {
      if (symbol === SYMBOLS.scratch) return { address: scratch.pointer }
      if (symbol === SYMBOLS.arena) return { address: arena.pointer }
      const workspace = recipe.workspaces[symbol - SYMBOLS.workspaces]
      if (symbol < SYMBOLS.buffers && workspace !== undefined) {
        return { address: this.workspace(symbol - SYMBOLS.workspaces, workspace).pointer }
      }
      const { place } = buffers[symbol - SYMBOLS.buffers] as PlannedBuffer
      if (place.kind === 'given') return { argument: place.index }
      return { address: ((place as { storage: Storage }).storage as WasmStorage).pointer }
    }
    let given: readonly Operand[] = []
    const real = (of: ProgramWindow): Operand => {
      const { dtype, length, place } = buffers[of.buffer] as PlannedBuffer
      if (place.kind === 'fixed') return operandOf(of, place.storage)
      if (place.kind === 'arena') {
        return operandOf(of, new WasmStorage(backend, dtype, length, arena.pointer + place.start, arena.block))
      }
      const { storage, offset } = given[place.index] as Operand
      return operandOf(of, storage, offset)
    }
    const host = (index: number): void => {
      const op = ops[index] as ProgramOp
      if (op.kind === 'fused') {
        this.runLoop(op, real, buffers, loop => loop.code)
        return
      }
      const kernel = this.kernels()[op.name] as unknown as (i: readonly Operand[], o: Operand, p: object) => void
      kernel(op.inputs.map(real), real(op.out), op.current?.() ?? op.params)
    }
    const drive: Drive = { recipe, functions: this.functionsOf(recipe), baseAt, givens, host }
    const run = driver(drive, memory)
    let single: Compiled[] | undefined
    const addressesOf = (operands: readonly Operand[]): number[] => {
      given = operands
      return Array.from({ length: givens }, (_, i) => addressOf(operands[i] as Operand))
    }
    return {
      run: operands => {
        const right = run(...addressesOf(operands)) === 1
        given = []
        return right
      },
      timed: operands => {
        single ??= drivers(recipe.parts, drive, memory)
        const addresses = addressesOf(operands)
        return Float64Array.from(single, one => {
          const start = performance.now()
          one(...addresses)
          return performance.now() - start
        })
      },
      release: () => {
        this.heap.release(arena)
        this.heap.release(scratch)
      },
    }
  }

  private functionsOf({ modules, callees }: Recipe): Compiled[] {
    const { memory } = this.heap
    const known = modules.map(bytes => compiled(bytes, memory))
    return callees.map(({ module, name }) => {
      const functions = module < 0 ? this.heap.products() : known[module]
      return (functions as Record<string, Compiled> | undefined)?.[name] as Compiled
    })
  }

  private workspace(index: number, bytes: number): WasmStorage {
    let known = this.workspaces[index]
    if (known === undefined) {
      known = this.heap.workspace('float64', Math.ceil(bytes / 8))
      this.workspaces[index] = known
    }
    return known
  }

  /** Calls the loop of a fused operation, over more than two axes several times. */
  private runLoop(
    op: FusedOp,
    operandAt: (of: ProgramWindow) => Operand,
    buffers: readonly PlannedBuffer[],
    form: (loop: Loop) => Compiled,
  ): void {
    const operands = [
      ...[...op.inputs, ...op.outputs.map(({ to }) => to)].map(operandAt),
      ...op.sums.map(({ to }) => alongRows(operandAt(to), op.shape)),
    ]
    const constants = op.inputs.map(({ buffer }) => {
      const { place } = buffers[buffer] as PlannedBuffer
      return place.kind === 'fixed' ? constantIn(place.storage) : undefined
    })
    const walk = mergedWalk(operands, op.shape)
    const modes = modesOf(walk, op.inputs.length)
    if (modes === undefined) throw new Error('An operand of a fused loop steps further than to its neighbour.')
    const code = form(this.loopOf(op, modes, constants))
    const bytes = operands.map(({ dtype }) => DTYPES[dtype].bytes)
    eachBlock(walk, operands.map(addressOf), bytes, args => code(...args))
  }

  private loopOf(op: FusedOp, modes: readonly Mode[], constants: readonly (number | undefined)[]): Loop {
    const key = loopKey(op, modes, constants)
    let loop = this.loops.get(key)
    if (loop === undefined) {
      const builders = [fusedLoop('loop', op, modes, constants)]
      const { memory } = this.heap
      let code: Compiled | undefined
      loop = {
        stub: this.recorder.stubs(builders).loop as Compiled,
        get code() {
          code ??= compile(builders, memory).loop as Compiled
          return code
        },
      }
      this.loops.set(key, loop)
    }
    return loop
  }
}

/** A fused loop: what writes down how it is called, and the function itself. */
interface Loop {
  readonly stub: Compiled
  readonly code: Compiled
}

/** Sums of rows as an operand of the loop over their numbers: it stands still within a row. */
function alongRows(x: Operand, shape: Shape): Operand {
  return { ...x, shape, layout: [...rowMajor(shape.slice(0, -1)), 0] }
}

function stepsPlainly(window: ProgramWindow, shape: readonly number[]): boolean {
  const strides = stridesIn(window as unknown as Operand, shape)
  const last = shape.findLastIndex(size => size !== 1)
  const step = last < 0 ? 0 : strides[last]
  return step === 0 || step === 1
}
