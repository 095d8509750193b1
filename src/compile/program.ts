// A compiled program, ready to be called: brings what a call needs, runs, and hands out what it made.
import type { Backend, Executable, Operand, Storage } from '../tensor/backend.js'
import type { PlannedBuffer, PlannedProgram, ProgramWindow } from '../tensor/program.js'
import { Tensor } from '../tensor/tensor.js'
import { blueprintOf, type Origin } from './blueprints.js'
import { constantOf } from './constant-of.js'
import { type Decisions, decided } from './decisions.js'
import { type Draft, type GradientResult, type Likeness, ResultWindow } from './draft.js'
import { CompileError } from './errors.js'
import type { ExplainedConstant } from './explain.js'
import { interpreted } from './interpret.js'
import { LiveNumbers } from './live-numbers.js'
import { lastingOf, type Plan, planOf } from './plan.js'
import type { Drawn, Guard } from './trace.js'

/** One program, for arguments of one form. */
export class Program {
  /** What another trace is compared with. */
  readonly likeness: Likeness
  /** How many primitives it was made of. */
  readonly primitives: number
  /** Numbers of JavaScript that are part of it. */
  readonly constants: readonly ExplainedConstant[]
  readonly live: LiveNumbers
  /** The cell from which it was traced last. */
  cell: unknown
  /** Whether a program of the same structure was there before, in this process or in another one. */
  readonly origin: Origin
  /** Milliseconds that it took to make it, after the traces. */
  readonly madeMs: number
  private readonly plan: Plan
  private readonly executable: Executable
  private readonly drawn: readonly Drawn[]
  private readonly gradients: readonly GradientResult[]
  private readonly result: unknown

  constructor(
    draft: Draft,
    readonly backend: Backend,
    argumentCount: number,
  ) {
    const start = performance.now()
    const { signature, kept, guards, held, buffers, trace } = draft
    this.likeness = { signature, kept, guards, held }
    this.primitives = draft.ops.length
    this.constants = buffers.flatMap(buffer => {
      const value = constantOf(buffer)
      return value === undefined ? [] : [{ value, line: buffer.site }]
    })
    this.live = new LiveNumbers(trace.numbers, buffers, backend)
    const lasting = lastingOf(draft)
    const plan = (decisions: Decisions): Plan =>
      planOf(draft, decisions, lasting, { backend, argumentCount, live: this.live })
    let planned: Plan | undefined
    const { blueprint, origin } = blueprintOf(backend, signature, () => {
      const decisions = decided(draft, backend, lasting)
      planned = plan(decisions)
      return { decisions, recipe: backend.recipe?.(planned.program) }
    })
    this.plan = planned ?? plan(blueprint.decisions)
    this.executable = backend.assemble?.(this.planned, blueprint.recipe) ?? interpreted(this.planned, backend)
    this.origin = origin
    this.madeMs = performance.now() - start
    this.drawn = trace.drawn
    this.gradients = draft.gradients
    this.result = draft.result
  }

  get planned(): PlannedProgram {
    return this.plan.program
  }

  /** Whether all that the program rests on is as it was when it was traced. */
  fits(): boolean {
    const { guards } = this.likeness
    for (let i = 0; i < guards.length; i++) {
      const { read, value } = guards[i] as Guard
      if (read() !== value) return false
    }
    return true
  }

  /** One call, operation by operation: milliseconds of each, where the backend can tell. */
  timed(args: readonly Tensor[]): Float64Array | undefined {
    const { executable } = this
    if (executable.timed === undefined) return undefined
    let times: Float64Array | undefined
    this.run(args, given => {
      times = executable.timed?.(given)
      return true
    })
    return times
  }

  /** One call. `args` are row-major. */
  run(args: readonly Tensor[], execute = (given: readonly Operand[]) => this.executable.run(given)): unknown {
    this.live.refresh()
    const given = this.given(args)
    const right = execute(given)
    for (const { generator, blocks } of this.drawn) generator.counter += blocks
    if (!right) {
      throw new CompileError('BAD_INDEX', 'A compiled step met an index outside of its range.', {
        next: 'Call the function itself with these arguments: it says which one.',
      })
    }
    for (const storage of this.plan.writtenKept) storage.version++
    for (const index of this.plan.writtenGiven) (given[index] as Operand).storage.version++
    for (const { leaf, window } of this.gradients) leaf.grad = window === null ? null : this.tensorAt(window, given)
    return this.rebuild(this.result, given)
  }

  release(): void {
    this.executable.release()
  }

  /** The memory that changes from call to call: arguments, gradients that are there, results to be. */
  private given(args: readonly Tensor[]): Operand[] {
    const given: Operand[] = [...args]
    for (const { grad } of this.plan.gradients) {
      const { storage, shape, dtype } = grad as Tensor
      given.push({ storage, offset: 0, shape, layout: undefined, dtype })
    }
    for (const { dtype, length } of this.plan.fresh) {
      const storage = this.backend.allocate(dtype, length)
      given.push({ storage, offset: 0, shape: [length], layout: undefined, dtype })
    }
    return given
  }

  private tensorAt({ buffer, offset, shape, layout, dtype }: ProgramWindow, given: readonly Operand[]): Tensor {
    const { place } = this.planned.buffers[buffer] as PlannedBuffer
    if (place.kind === 'given') {
      const base = given[place.index] as Operand
      return new Tensor(base.storage, base.offset + offset, shape, layout, dtype, undefined)
    }
    return new Tensor((place as { storage: Storage }).storage, offset, shape, layout, dtype, undefined)
  }

  private rebuild(form: unknown, given: readonly Operand[]): unknown {
    if (form instanceof ResultWindow) return form.original ?? this.tensorAt(form.window, given)
    if (Array.isArray(form)) return form.map(item => this.rebuild(item, given))
    if (typeof form === 'object' && form !== null) {
      return Object.fromEntries(Object.entries(form).map(([name, item]) => [name, this.rebuild(item, given)]))
    }
    return form
  }
}
