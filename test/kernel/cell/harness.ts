// Runs compiled cells for real: a scope with boxes as the runtime has them, modules given by the test.
import { runInThisContext } from 'node:vm'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { analyseCell } from '#kernel/cell/analyse.js'
import type { Box, CellAnalysis, CellScope, CompiledCell, DeclarationKind, Position } from '#kernel/cell/cell.js'
import { compileCell } from '#kernel/cell/compile.js'

const GLOBALS: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(globalThis),
  'require',
  'module',
  'exports',
  '__dirname',
  '__filename',
])

export type Modules = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** What became of one cell. */
export interface Ran {
  readonly analysis: CellAnalysis
  readonly compiled: CompiledCell
  readonly scope: TestScope
  /** The awaited result, or undefined where the cell shows none. */
  readonly value: unknown
  readonly hasResult: boolean
  readonly error: unknown
}

export class TestKernel {
  readonly live = new Map<string, DeclarationKind>()
  readonly boxes = new Map<string, Box>()
  readonly events: string[] = []
  readonly modules: Modules
  readonly #compiled = new Map<string, CompiledCell>()

  constructor(modules: Modules = {}) {
    this.modules = modules
  }

  async run(code: string): Promise<Ran> {
    const analysis = analyseCell(code)
    const compiled = compileCell(analysis, { live: this.live, globals: GLOBALS })
    const filename = `test-cell-${this.#compiled.size}`
    this.#compiled.set(filename, compiled)
    const program = runInThisContext(`(${compiled.js})`, { filename }) as (scope: CellScope) => Promise<void>
    const scope = new TestScope(this)
    let value: unknown
    let error: unknown
    try {
      await program(scope)
      value = await scope.shown
    } catch (thrown) {
      error = thrown
    }
    for (const { name, kind, mark, typeOnly } of analysis.declarations) {
      if (!typeOnly && mark <= scope.at) this.live.set(name, kind)
    }
    return { analysis, compiled, scope, value, hasResult: scope.hasResult, error }
  }

  /** Runs cells one after the other, none of which may fail, and gives the last one's value. */
  async evaluate(...cells: string[]): Promise<unknown> {
    let last: Ran | undefined
    for (const cell of cells) {
      last = await this.run(cell)
      if (last.error !== undefined) throw last.error
    }
    return last?.value
  }

  /** The places in cells that an error's stack names, innermost first. */
  places(error: unknown): Position[] {
    const frames = String((error as Error).stack).matchAll(/(test-cell-\d+):(\d+):(\d+)/g)
    return [...frames].flatMap(([, file, line, column]) => {
      const compiled = this.#compiled.get(file!)
      return compiled === undefined ? [] : (trace(compiled, { line: Number(line), column: Number(column) }) ?? [])
    })
  }
}

export function trace(compiled: CompiledCell, place: Position): Position | undefined {
  let at = place
  for (const map of compiled.maps) {
    const traceMap = new TraceMap({ ...map, file: null, sourceRoot: '' })
    const found = originalPositionFor(traceMap, { line: at.line, column: at.column - 1 })
    if (found.line === null) return undefined
    at = { line: found.line, column: found.column + 1 }
  }
  return at
}

class TestScope implements CellScope {
  at = 0
  hasResult = false
  shown: unknown
  readonly meta = { url: 'file:///notebook/' } as ImportMeta
  readonly #kernel: TestKernel

  constructor(kernel: TestKernel) {
    this.#kernel = kernel
  }

  box(name: string): Box {
    const { boxes } = this.#kernel
    const box = boxes.get(name) ?? makeBox(name)
    boxes.set(name, box)
    return box
  }

  peek(box: Box): unknown {
    return Object.hasOwn(box, 'v') ? box.v : undefined
  }

  async import(specifier: unknown, options?: unknown): Promise<Record<string, unknown>> {
    this.#kernel.events.push(`import ${String(specifier)}${options === undefined ? '' : ` ${JSON.stringify(options)}`}`)
    const module = this.#kernel.modules[String(specifier)]
    if (module === undefined) throw new Error(`Cannot find module '${String(specifier)}'`)
    return module
  }

  pick(module: Record<string, unknown>, name: string, specifier: string): unknown {
    if (!(name in module)) throw new SyntaxError(`'${specifier}' does not provide an export named '${name}'`)
    return module[name]
  }

  has(module: Record<string, unknown>, name: string): boolean {
    return name in module
  }

  wait(value: unknown): unknown {
    this.#kernel.events.push('wait')
    return value
  }

  resume<T>(value: T): T {
    this.#kernel.events.push('resume')
    return value
  }

  result(value: unknown): void {
    this.hasResult = true
    this.shown = value
  }

  constant(name: string): never {
    throw new TypeError(`Assignment to constant variable '${name}'.`)
  }

  async shell(command: string): Promise<void> {
    this.#kernel.events.push(`shell ${command}`)
  }

  use(name: string, value: unknown, isAsync: boolean): unknown {
    this.#kernel.events.push(`use ${name}${isAsync ? ' async' : ''}`)
    return value
  }
}

function makeBox(name: string): Box {
  class NameBox {
    get v(): unknown {
      throw new ReferenceError(`${name} is not defined`)
    }

    set v(value: unknown) {
      Object.defineProperty(this, 'v', { value, writable: true, enumerable: true, configurable: true })
    }
  }
  return new NameBox()
}
