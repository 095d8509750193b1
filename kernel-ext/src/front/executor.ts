// Cells, one after the other: parsed, checked, compiled, run, and what became of them told in Jupyter's words.
import { analyseCell } from '../cell/analyse.js'
import type { CellAnalysis } from '../cell/cell.js'
import { compileCell } from '../cell/compile.js'
import { CellSyntaxError, KernelError } from '../errors.js'
import type { Json, Message } from '../protocol/messages.js'
import { isRecord } from '../protocol/messages.js'
import type { CellError, FromRuntime, ToRuntime } from '../runtime/link.js'
import type { TypeServer } from '../types/server.js'
import { TypesUnavailableError } from '../types/unavailable.js'
import type { Comms } from './comms.js'
import { deathText } from './death.js'
import type { History } from './history.js'
import { Inputs } from './inputs.js'
import { Names } from './names.js'
import type { Outputs } from './outputs.js'
import { type RuntimeNews, RuntimeProcess } from './runtime-process.js'
import { renderError, renderFindings, renderSyntaxError } from './traceback.js'
import { type TypeCheck, toTypeCheck } from './type-check.js'

export interface ExecutorOptions {
  readonly folder: string
  readonly roots: readonly string[]
  readonly outputs: Outputs
  readonly history: History
  readonly comms: Comms
  readonly types: TypeServer
  /** How strictly types are taken where neither the request nor the cell says. */
  readonly typecheck: () => TypeCheck
  /** Asks the client that has sent a request to have something typed. */
  readonly askInput: (content: Json, request: Message) => Message
  readonly log: (text: string) => void
}

/** One execute_request and what is known of it while it runs. */
interface Execution {
  readonly request: Message
  /** Answers by the channel that the request came by. */
  readonly reply: (content: Json) => void
  readonly id: string
  readonly code: string
  readonly silent: boolean
  readonly storeHistory: boolean
  readonly stopOnError: boolean
  readonly allowStdin: boolean
  /** Settles when `end` is called: the cell was run, or aborted. */
  readonly ended: Promise<void>
  readonly end: () => void
  number: number
  interrupted: boolean
  analysis: CellAnalysis | undefined
  finish: ((outcome: Outcome) => void) | undefined
}

type Outcome = Omit<Extract<FromRuntime, { op: 'done' }>, 'op' | 'cell' | 'globals'> & { readonly died?: string }

/** The error of a reply and of iopub's `error`. */
interface Failure {
  readonly ename: string
  readonly evalue: string
  readonly traceback: string[]
}

/** What became of user_expressions; `failure` is that of those without a value. */
interface Evaluation {
  readonly values: Extract<FromRuntime, { op: 'evaluated' }>['values']
  readonly failure: Failure | undefined
}

export class Executor {
  readonly #options: ExecutorOptions
  readonly #names = new Names()
  readonly #queue: Execution[] = []
  /** Requests and texts of executions, for late output and for tracebacks into older cells. */
  readonly #requests = new Map<string, Message>()
  readonly #sources = new Map<string, string>()
  readonly #inputs: Inputs
  readonly #evaluations = new Map<string, (answer: Evaluation) => void>()
  #runtime: RuntimeProcess
  #ready: Promise<void>
  #current: Execution | undefined
  #last: Message | undefined
  #count = 0
  #saidUnchecked = false

  constructor(options: ExecutorOptions) {
    this.#options = options
    this.#inputs = new Inputs(options.askInput)
    const { runtime, ready } = this.#startRuntime()
    this.#runtime = runtime
    this.#ready = ready
  }

  /** The request whose cell runs now. */
  get running(): Message | undefined {
    return this.#current?.request
  }

  get count(): number {
    return this.#count
  }

  enqueue(request: Message, reply: (content: Json) => void): void {
    this.#queue.push(toExecution(request, reply))
    if (this.#current === undefined) void this.#drain()
  }

  /** Settles when the cells that have been asked for by now have ended. */
  async settled(): Promise<void> {
    await (this.#queue.at(-1) ?? this.#current)?.ended
  }

  interrupt(): void {
    const current = this.#current
    if (current !== undefined) current.interrupted = true
    this.#runtime.send({ op: 'interrupt', cell: current?.id })
    // One that loops is stopped by that; one that awaits is not waited for.
    this.#endEvaluations(interruptedFailure())
  }

  answerInput(reply: Message): void {
    this.#inputs.take(reply)
  }

  toRuntime(message: ToRuntime): void {
    this.#runtime.send(message)
  }

  async end(): Promise<void> {
    this.#queue.length = 0
    await this.#runtime.end()
  }

  async #drain(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#current = next
      this.#last = next.request
      const ok = await this.#answer(next)
      this.#current = undefined
      this.#inputs.forget()
      if (!ok && next.stopOnError) this.#abortQueue()
      next.end()
    }
  }

  /** Replies to one request; false if its cell failed. Busy comes first and idle last, whatever happens. */
  async #answer(execution: Execution): Promise<boolean> {
    const { outputs, log } = this.#options
    const { request, reply } = execution
    outputs.status('busy', request)
    let failure: Failure | undefined
    let expressions: Json = {}
    try {
      failure = await this.#run(execution)
      if (failure === undefined) expressions = await this.#evaluate(request)
    } catch (error) {
      // A fault of ours, not of the cell: told as such, and survived.
      log(`executing failed: ${error instanceof Error ? error.stack : String(error)}`)
      failure = { ename: 'KernelError', evalue: String(error), traceback: [`The kernel failed: ${String(error)}`] }
      outputs.publish('error', { ...failure }, request)
    }
    outputs.flush()
    reply({
      status: failure === undefined ? 'ok' : 'error',
      execution_count: this.#count,
      payload: [],
      ...(failure === undefined ? { user_expressions: expressions } : { ...failure, user_expressions: {} }),
    })
    outputs.status('idle', request)
    return failure === undefined
  }

  async #run(execution: Execution): Promise<Failure | undefined> {
    const { code, request, silent } = execution
    const { outputs, history } = this.#options
    if (code.trim() === '') return undefined
    if (execution.storeHistory && !silent) {
      this.#count += 1
      history.add(this.#count, code)
    }
    execution.number = this.#count
    if (!silent) outputs.publish('execute_input', { code, execution_count: this.#count }, request)
    this.#requests.set(execution.id, request)
    this.#sources.set(execution.id, code)
    const failure = await this.#runCode(execution)
    if (failure !== undefined) outputs.publish('error', { ...failure }, request)
    return failure
  }

  async #runCode(execution: Execution): Promise<Failure | undefined> {
    let analysis: CellAnalysis
    try {
      analysis = analyseCell(execution.code)
    } catch (error) {
      if (error instanceof CellSyntaxError) return this.#syntaxFailure(execution, error)
      throw error
    }
    execution.analysis = analysis
    const { document, failure } = await this.#check(execution, analysis)
    if (failure !== undefined) {
      if (document !== undefined) this.#options.types.discard(document)
      return failure
    }
    const outcome = await this.#execute(execution, analysis)
    this.#commit(analysis, document, new Set(outcome.set), outcome.died !== undefined)
    if (outcome.died !== undefined) return diedFailure(outcome.died, execution.number)
    if (outcome.error === undefined) return undefined
    return this.#runtimeFailure(outcome.error)
  }

  /** Types first: a cell with a type error does not run, unless the cell or the notebook says otherwise. */
  async #check(
    execution: Execution,
    analysis: CellAnalysis,
  ): Promise<{ document: string | undefined; failure: Failure | undefined }> {
    const { outputs, types } = this.#options
    let checked: Awaited<ReturnType<TypeServer['check']>>
    try {
      checked = await types.check(analysis, `Cell [${execution.number}]`)
    } catch (error) {
      this.#sayUnchecked(execution, error)
      // The cell runs unchecked; its names are kept for the time when types are there again.
      const document = error instanceof TypesUnavailableError ? error.document : undefined
      return { document, failure: undefined }
    }
    const { document, diagnostics } = checked
    if (execution.interrupted) return { document, failure: interruptedFailure() }
    const strictness = analysis.noCheck ? 'off' : (requestedCheck(execution.request) ?? this.#options.typecheck())
    if (strictness === 'off' || diagnostics.length === 0) return { document, failure: undefined }
    const cell = `Cell [${execution.number}]`
    const blocking = strictness === 'strict' ? diagnostics.filter(diagnostic => diagnostic.blocks) : []
    const others = diagnostics.filter(diagnostic => !blocking.includes(diagnostic))
    if (others.length > 0 && !execution.silent) {
      outputs.stream('stderr', `${renderFindings(others, cell, execution.code).join('\n')}\n`, execution.request)
    }
    const first = blocking[0]
    if (first === undefined) return { document, failure: undefined }
    return {
      document,
      failure: {
        ename: 'TypeCheckError',
        evalue: `TS${first.code}: ${first.message}`,
        traceback: [
          ...renderFindings(blocking, cell, execution.code),
          'The cell did not run. `// @ts-nocheck` in its first line runs it all the same.',
        ],
      },
    }
  }

  #sayUnchecked(execution: Execution, error: unknown): void {
    this.#options.log(`types: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    if (this.#saidUnchecked) return
    this.#saidUnchecked = true
    const reason = error instanceof KernelError ? error.message : String(error)
    this.#options.outputs.stream('stderr', `Types are not checked for now: ${reason}\n`, execution.request)
  }

  async #execute(execution: Execution, analysis: CellAnalysis): Promise<Outcome> {
    await this.#ready
    if (execution.interrupted) return { status: 'interrupted', error: interruptedError(), set: [] }
    const program = compileCell(analysis, this.#names)
    const outcome = new Promise<Outcome>(resolve => {
      execution.finish = resolve
    })
    const { cellId } = execution.request.metadata
    this.#runtime.send({
      op: 'run',
      cell: {
        id: execution.id,
        number: execution.number,
        cellId: typeof cellId === 'string' ? cellId : undefined,
        allowStdin: execution.allowStdin,
        program,
        declares: analysis.declarations.flatMap(({ name, mark, typeOnly }) => (typeOnly ? [] : [{ name, mark }])),
      },
    })
    // An interrupt that came while types were checked.
    if (execution.interrupted) this.interrupt()
    return outcome
  }

  #commit(analysis: CellAnalysis, document: string | undefined, set: ReadonlySet<string>, died: boolean): void {
    const { types } = this.#options
    if (died) {
      types.reset()
      return
    }
    this.#names.take(analysis.declarations, set)
    if (document !== undefined) {
      const names = analysis.declarations
        .filter(({ name, typeOnly }) => typeOnly || set.has(name))
        .map(({ name }) => name)
      types.commit(document, names)
    }
    // A `!command` may have installed packages.
    if (analysis.checked !== analysis.code) types.refresh()
  }

  #syntaxFailure(execution: Execution, error: CellSyntaxError): Failure {
    const { line, column, message } = error
    return {
      ename: 'SyntaxError',
      evalue: message,
      traceback: renderSyntaxError(message, `Cell [${execution.number}]`, line, column, execution.code),
    }
  }

  #runtimeFailure(error: CellError): Failure {
    return {
      ename: error.name,
      evalue: error.message,
      traceback: renderError(error, cell => this.#sources.get(cell)),
    }
  }

  /** `user_expressions`: each is answered on its own, whatever becomes of the others. */
  async #evaluate(request: Message): Promise<Json> {
    const asked = request.content.user_expressions
    if (!isRecord(asked) || Object.keys(asked).length === 0) return {}
    const answers: Json = {}
    const programs: Record<string, ReturnType<typeof compileCell>> = {}
    for (const [name, expression] of Object.entries(asked)) {
      try {
        programs[name] = compileCell(analyseCell(String(expression)), this.#names)
      } catch (error) {
        if (!(error instanceof CellSyntaxError)) throw error
        answers[name] = { status: 'error', ename: error.name, evalue: error.message, traceback: [error.message] }
      }
    }
    await this.#ready
    const id = request.header.msg_id
    const answered = new Promise<Evaluation>(resolve => this.#evaluations.set(id, resolve))
    this.#runtime.send({ op: 'evaluate', id, expressions: programs })
    const { values, failure } = await answered
    for (const name of Object.keys(programs)) answers[name] = { status: 'error', ...failure }
    for (const [name, value] of Object.entries(values)) {
      answers[name] =
        'data' in value
          ? { status: 'ok', data: value.data, metadata: {} }
          : { status: 'error', ...this.#runtimeFailure(value.error) }
    }
    return answers
  }

  #endEvaluations(failure: Failure): void {
    for (const answer of this.#evaluations.values()) answer({ values: {}, failure })
    this.#evaluations.clear()
  }

  #abortQueue(): void {
    const { outputs } = this.#options
    for (const { request, reply, end } of this.#queue.splice(0)) {
      outputs.status('busy', request)
      // No count: JupyterLab would show it at a cell that never ran.
      reply({ status: 'aborted' })
      outputs.status('idle', request)
      end()
    }
  }

  #startRuntime(): { runtime: RuntimeProcess; ready: Promise<void> } {
    const { folder, roots } = this.#options
    let announce: () => void = () => {}
    const ready = new Promise<void>(resolve => {
      announce = resolve
    })
    const runtime = new RuntimeProcess(
      { folder, roots },
      {
        message: message => this.#receive(message, announce),
        died: reason => {
          announce()
          this.#runtimeDied(reason)
        },
      },
    )
    return { runtime, ready }
  }

  #runtimeDied(reason: string): void {
    this.#names.clear()
    this.#inputs.forget()
    this.#options.comms.runtimeGone()
    this.#endEvaluations(diedFailure(reason, this.#count))
    const { runtime, ready } = this.#startRuntime()
    this.#runtime = runtime
    this.#ready = ready
    if (this.#current?.finish === undefined) {
      this.#options.types.reset()
      this.#options.outputs.stream('stderr', `${deathText(reason, undefined)}\n`, this.#current?.request ?? this.#last)
      return
    }
    this.#finish({ status: 'error', error: undefined, set: [], died: reason })
  }

  /** Once a cell: a death that comes after its end, in its user_expressions, is told by itself. */
  #finish(outcome: Outcome): void {
    const { finish } = this.#current ?? {}
    if (this.#current !== undefined) this.#current.finish = undefined
    finish?.(outcome)
  }

  #receive(message: RuntimeNews, announce: () => void): void {
    const { outputs, log } = this.#options
    switch (message.op) {
      case 'ready':
        this.#names.addGlobals(message.globals)
        announce()
        return
      case 'stream':
        outputs.stream(message.name, message.text, this.#parent(message.cell))
        return
      case 'display':
        this.#display(message)
        return
      case 'clear':
        outputs.publish('clear_output', { wait: message.wait }, this.#parent(message.cell))
        return
      case 'result':
        this.#result(message)
        return
      case 'done':
        this.#names.addGlobals(message.globals)
        if (message.globals.length > 0) this.#options.types.addGlobals(message.globals)
        if (this.#current?.id === message.cell) this.#finish(message)
        return
      case 'evaluated':
        this.#evaluations.get(message.id)?.({ values: message.values, failure: undefined })
        this.#evaluations.delete(message.id)
        return
      case 'input':
        this.#askInput(message)
        return
      case 'comm':
        this.#options.comms.receive(message, this.#parent(message.cell))
        return
      case 'handled':
        this.#options.comms.handled(message.id)
        return
      case 'target':
        this.#options.comms.setTarget(message.target, message.known)
        return
      case 'dying':
        this.#runtime.explainDeath(message.reason)
        return
      case 'log':
        log(message.text)
        return
      default:
        message satisfies never
    }
  }

  #parent(cell: string | undefined): Message | undefined {
    return (cell === undefined ? undefined : this.#requests.get(cell)) ?? this.#current?.request ?? this.#last
  }

  #askInput(question: Extract<FromRuntime, { op: 'input' }>): void {
    const current = this.#current
    if (current?.id !== question.cell) return
    this.#options.outputs.flush()
    const runtime = this.#runtime
    this.#inputs.ask(question, current.request, value => {
      runtime.send({ op: 'input', request: question.request, value })
    })
  }

  #display(message: Extract<FromRuntime, { op: 'display' }>): void {
    const { data, metadata, id, update, cell } = message
    this.#options.outputs.publish(
      update ? 'update_display_data' : 'display_data',
      { data, metadata, transient: id === undefined ? {} : { display_id: id } },
      this.#parent(cell),
    )
  }

  #result(message: Extract<FromRuntime, { op: 'result' }>): void {
    const execution = this.#current
    if (execution?.id !== message.cell || execution.silent) return
    const { data, metadata } = message
    this.#options.outputs.publish(
      'execute_result',
      { data, metadata, execution_count: execution.number },
      execution.request,
    )
  }
}

function toExecution(request: Message, reply: Execution['reply']): Execution {
  const { content } = request
  const silent = content.silent === true
  let end = (): void => {}
  const ended = new Promise<void>(resolve => {
    end = resolve
  })
  return {
    request,
    reply,
    id: request.header.msg_id,
    code: typeof content.code === 'string' ? content.code : '',
    silent,
    storeHistory: content.store_history !== false && !silent,
    stopOnError: content.stop_on_error !== false,
    allowStdin: content.allow_stdin === true,
    ended,
    end,
    number: 0,
    interrupted: false,
    analysis: undefined,
    finish: undefined,
  }
}

/** JupyterLab sends the cell's metadata with the request: `gradlab: { typecheck: 'warn' }` relaxes one cell. */
function requestedCheck(request: Message): TypeCheck | undefined {
  return toTypeCheck(request.metadata.gradlab)
}

function interruptedError(): CellError {
  return {
    name: 'Interrupted',
    message: 'The cell was interrupted.',
    frames: [],
    detail: undefined,
    cause: undefined,
    errors: [],
  }
}

function interruptedFailure(): Failure {
  const { name, message } = interruptedError()
  return { ename: name, evalue: message, traceback: [`${name}: ${message}`] }
}

function diedFailure(reason: string, cell: number): Failure {
  return { ename: 'RuntimeDied', evalue: reason, traceback: [deathText(reason, cell)] }
}
