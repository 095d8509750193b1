// compile(step): the step runs as always while it is traced; then a program takes its place.
import { detach } from '../autograd/index.js'
import { atomic } from '../tensor/atomic.js'
import { apply } from '../tensor/engine.js'
import { hooks } from '../tensor/graph.js'
import { known, optionNames } from '../tensor/options.js'
import { NONE } from '../tensor/primitives.js'
import { currentBackend, device, state } from '../tensor/state.js'
import type { Tensor } from '../tensor/tensor.js'
import { alwaysFresh, changing } from './difference.js'
import { type Draft, draftOf, isSame } from './draft.js'
import { CompileError } from './errors.js'
import { Explanation, explained } from './explain.js'
import { Program } from './program.js'
import { Trace } from './trace.js'
import { type Flat, flatten, rebuilt } from './tree.js'

export interface CompileOptions {
  /** How many traces without two equal ones in a row are tried before an error says what differs. 8. */
  readonly maxTraces?: number | undefined
  /** How many programs are kept; where there are more forms of arguments, the one that was made first is forgotten. 64. */
  readonly maxPrograms?: number | undefined
}

const COMPILE_OPTIONS = optionNames<CompileOptions>()('maxTraces maxPrograms')

/** A step that was compiled: called as the function it was made from. */
export interface CompiledStep<A extends readonly unknown[], R> {
  (...args: A): R
  /** The programs that were made so far: one for each form of the arguments, and for each answer of what it asks before a call. */
  readonly programs: readonly Program[]
  /** What became of it: its loops and kernels, with your lines, bytes and multiplications. */
  explain(): Explanation
}

/** What is known of the calls with arguments of one form. */
interface Form {
  readonly programs: Program[]
  last: Draft | undefined
  traces: number
}

/**
 * Makes a program of a step: a function of tensors that may hold forward, backward and optimizer. It gives the same numbers, bit for bit, without
 * what JavaScript costs at each operation, with chains of elementwise operations in one loop each, and in memory that is planned once.
 *
 * The first calls (mostly three) run as always and are written down; from then on the program runs. Parameters, gradients, buffers, the states
 * of optimizers and the stream of random numbers go on as without compile. What is an input at each call:
 * - the arguments: tensors, numbers, and lists and plain objects of them. Other shapes, dtypes, texts and booleans get a program of their own.
 * - what optimizers ask for: learning rates, momenta, counts of steps; and all that is written as perCall(() => number).
 *
 * All else is as it was when the step was traced: other numbers of JavaScript are constants, `if` has decided, console.log is silent. Two
 * traces are compared, so that what changes from call to call is told (CHANGING); so is the first call from another notebook cell.
 * Reading numbers inside (item(), toArray(), printing) throws HOST_READ: return the tensor and read it outside. Whether a module is in
 * training is asked at each call. A tensor that is returned has no graph: backward belongs into the step.
 *
 * Throws CompileError: HOST_READ, CHANGING, BAD_ARGUMENT, NOT_TRACEABLE; BAD_INDEX where a program meets an index outside of its range.
 *
 * @example
 * const model = new nn.Linear(3, 1)
 * const optimizer = new optim.Adam(model.parameters())
 * const step = compile((x: Tensor, y: Tensor) => {
 *   const loss = F.mseLoss(model.forward(x), y)
 *   optimizer.zeroGrad()
 *   loss.backward()
 *   optimizer.step()
 *   return loss
 * })
 * for (let i = 0; i < 10; i++) step(rand([8, 3]), rand([8, 1]))
 * step.programs.length // 1
 * @torch torch.compile
 * @differs traces whole steps, optimizer and backward included; nothing falls back in the middle
 */
export function compile<A extends readonly unknown[], R>(
  step: (...args: A) => R,
  options: CompileOptions = {},
): CompiledStep<A, R> {
  const { maxTraces = 8, maxPrograms = 64 } = known('compile', options, COMPILE_OPTIONS)
  if (typeof step !== 'function') {
    throw new CompileError('BAD_ARGUMENT', `compile: expected a function, got ${typeof step}.`, {
      next: 'Write compile((x, y) => { ...; return loss }).',
    })
  }
  const compiler = new Compiler(step, maxTraces, maxPrograms)
  const call = (...args: A): R => compiler.call(args)
  const compiled = Object.defineProperties(call, {
    programs: { get: () => compiler.programs() },
    explain: { value: () => new Explanation(compiler.programs().map(program => explained(program))) },
    name: { value: `compiled ${step.name}`.trim() },
    [Symbol.for('nodejs.util.inspect.custom')]: { value: () => said(step.name, compiler.programs().length) },
  }) as unknown as CompiledStep<A, R>
  compilers.set(compiled, compiler as unknown as Compiler<readonly unknown[], unknown>)
  return compiled
}

/** What a cell shows of a compiled step. */
function said(name: string, programs: number): string {
  const state = programs === 0 ? 'no program yet' : `${programs} program${programs === 1 ? '' : 's'}`
  return `CompiledStep(${name === '' ? '' : `${name}, `}${state}; explain() shows them)`
}

const compilers = new WeakMap<object, Compiler<readonly unknown[], unknown>>()

/** What is behind a compiled step. */
export function compilerOf(step: unknown): Compiler<readonly unknown[], unknown> | undefined {
  return typeof step === 'function' ? compilers.get(step) : undefined
}

interface Host {
  readonly cell?: { readonly number: number } | undefined
}

/** The notebook cell that runs, where there is one. */
const cellNow = (): unknown =>
  (globalThis as { [key: symbol]: Host | undefined })[Symbol.for('gradlab.host')]?.cell?.number

/** A step with its programs. */
export class Compiler<A extends readonly unknown[], R> {
  private readonly forms = new Map<string, Form>()
  /** Tensors that got gradients so far. */
  private readonly leaves = new Set<Tensor>()
  /** The numbers among the arguments of this call. */
  private numbers: readonly number[] = []

  constructor(
    private readonly step: (...args: A) => R,
    private readonly maxTraces: number,
    private readonly maxPrograms: number,
  ) {}

  programs(): Program[] {
    return [...this.forms.values()].flatMap(({ programs }) => programs)
  }

  call(args: A): R {
    // Within another trace the step is a part of that one.
    if (hooks.tracing !== undefined || hooks.forward || state.anomaly) return this.step(...args)
    const flat = flatten(args)
    const form = formOf(this.forms, flat)
    this.numbers = flat.numbers
    const program = form.programs.find(candidate => candidate.fits())
    if (program !== undefined && program.cell === cellNow()) {
      return atomic(() => program.run(flat.tensors.map(rowMajor))) as R
    }
    return this.trace(args, flat, form, program)
  }

  /** Makes the step until there is a program, and then loop by loop: the best milliseconds of each. */
  timed(args: A, rounds: number): { program: Program; times: Float64Array } {
    const flat = flatten(args)
    const form = formOf(this.forms, flat)
    let program: Program | undefined
    for (let i = 0; i < this.maxTraces && program === undefined; i++) {
      this.call(args)
      program = form.programs.find(candidate => candidate.fits())
    }
    const inputs = flat.tensors.map(rowMajor)
    this.numbers = flat.numbers
    const first = program?.timed(inputs)
    if (program === undefined || first === undefined) {
      throw new CompileError(
        'BAD_ARGUMENT',
        'profile: there is no program for these arguments whose loops could be timed.',
        {
          next: 'Call the step some times before; on the backend wasm.',
        },
      )
    }
    const times = first
    for (let i = 1; i < rounds; i++)
      program.timed(inputs)?.forEach((ms, k) => {
        times[k] = Math.min(times[k] as number, ms)
      })
    return { program, times }
  }

  /** Runs the step as always, and writes it down; `known` is the program that another cell called. */
  private trace(args: A, flat: Flat, form: Form, known: Program | undefined): R {
    const backend = flat.tensors[0]?.storage.backend ?? currentBackend()
    const before = new Map(Array.from(this.leaves, leaf => [leaf, leaf.grad]))
    const copies = flat.tensors.map(copyOf)
    // The first trace is never a program: it has nothing to be compared with.
    const trace = new Trace(backend, copies, known !== undefined || form.last !== undefined)
    const returned = trace.run(() => this.step(...this.standIns(args, copies, trace)))
    const draft = draftOf(trace, returned, before)
    bringBack(trace, copies, flat.tensors)
    const fresh = trace.leaves.filter(leaf => !this.leaves.has(leaf))
    for (const leaf of fresh) this.leaves.add(leaf)
    if (known !== undefined) {
      if (isSame(known.likeness, draft)) known.cell = cellNow()
      else this.forget(form, known)
    }
    if (known?.cell !== cellNow() || known === undefined) this.learn(form, draft, fresh.length > 0, copies.length)
    return withoutGraph(returned, draft) as R
  }

  private learn(form: Form, draft: Draft, incomplete: boolean, argumentCount: number): void {
    form.traces++
    const { last } = form
    form.last = draft
    if (incomplete && form.traces >= this.maxTraces) throw alwaysFresh(form.traces)
    if (last === undefined || incomplete) return
    if (isSame(last, draft)) {
      const program = new Program(draft, draft.trace.backend, argumentCount)
      program.cell = cellNow()
      form.programs.push(program)
      this.forgetOldest()
      form.last = undefined
      form.traces = 0
    } else if (form.traces >= this.maxTraces) throw changing(last, draft, form.traces)
  }

  /** Forms are in the order in which they first came. */
  private forgetOldest(): void {
    if (this.programs().length <= this.maxPrograms) return
    for (const [key, form] of this.forms) {
      const [oldest] = form.programs
      if (oldest === undefined) continue
      this.forget(form, oldest)
      if (form.programs.length === 0) this.forms.delete(key)
      return
    }
  }

  private forget(form: Form, program: Program): void {
    form.programs.splice(form.programs.indexOf(program), 1)
    program.release()
  }

  /** The arguments with copies in place of their tensors, and with numbers that are asked for at each call. */
  private standIns(args: A, copies: readonly Tensor[], trace: Trace): A {
    let [tensors, numbers] = [0, 0]
    const number = (): number => {
      const place = numbers++
      return trace.number(() => this.numbers[place] as number)
    }
    return rebuilt(args, () => copies[tensors++], number) as A
  }
}

/** What a traced call returns: as the program will, without graph. */
function withoutGraph(returned: unknown, { trace }: Draft): unknown {
  const isKept = (x: Tensor): boolean => {
    const id = trace.bufferOf(x.storage)
    return id === undefined || trace.buffers[id]?.source.kind === 'kept'
  }
  return rebuilt(
    returned,
    x => (isKept(x) ? x : detach(x)),
    x => x,
  )
}

function formOf(forms: Map<string, Form>, { key }: Flat): Form {
  const { grad, autocast, defaultDtype } = state
  const whole = `${key} ${grad} ${autocast} ${defaultDtype} ${device()}`
  let form = forms.get(whole)
  if (form === undefined) {
    form = { programs: [], last: undefined, traces: 0 }
    forms.set(whole, form)
  }
  return form
}

const rowMajor = (x: Tensor): Tensor => (x.layout === undefined ? x : apply('copy', [detach(x)], NONE))

/** Memory of its own, so that a trace can tell it from all other. */
function copyOf(x: Tensor): Tensor {
  if (x.requiresGrad) {
    throw new CompileError('BAD_ARGUMENT', 'compile: an argument requires a gradient.', {
      next: 'Take it from the closure, as parameters are, or detach() it.',
    })
  }
  return apply('copy', [x], NONE)
}

/** What a traced step has written into its arguments is written into the real ones. */
function bringBack(trace: Trace, copies: readonly Tensor[], originals: readonly Tensor[]): void {
  const written = new Set(trace.ops.map(({ out }) => out.buffer))
  copies.forEach((copy, index) => {
    if (written.has(index)) (originals[index] as Tensor).copy_(copy)
  })
}
