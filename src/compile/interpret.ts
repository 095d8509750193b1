// Runs a program kernel by kernel, on any backend.
import type { Backend, Executable, Operand, Storage } from '../tensor/backend.js'
import { type KernelOp, operandOf, type PlannedProgram, type ProgramWindow } from '../tensor/program.js'
import { CompileError } from './errors.js'

type Run = (inputs: readonly Operand[], out: Operand, params: object) => void

/** A program that was not fused, with memory of its own for each buffer. */
export function interpreted({ buffers, ops }: PlannedProgram, backend: Backend): Executable {
  const own = new Map<number, Storage>()
  const place = (given: readonly Operand[], window: ProgramWindow): Operand => {
    const { place, dtype, length } = buffers[window.buffer] as PlannedProgram['buffers'][number]
    if (place.kind === 'fixed') return operandOf(window, place.storage)
    if (place.kind === 'given') {
      const { storage, offset } = given[place.index] as Operand
      return operandOf(window, storage, offset)
    }
    let storage = own.get(window.buffer)
    if (storage === undefined) {
      storage = backend.allocate(dtype, length)
      own.set(window.buffer, storage)
    }
    return operandOf(window, storage)
  }
  const runOne = (given: readonly Operand[], op: KernelOp): void => {
    const inputs = op.inputs.map(window => place(given, window))
    ;(backend.kernels[op.name] as unknown as Run)(inputs, place(given, op.out), op.current?.() ?? op.params)
  }
  return {
    run(given) {
      for (const op of ops) {
        if (op.kind === 'fused') throw new CompileError('NOT_TRACEABLE', `'${backend.name}' has no fused loops.`)
        runOne(given, op)
      }
      return true
    },
    release() {
      for (const storage of own.values()) backend.release(storage)
      own.clear()
    },
  }
}
