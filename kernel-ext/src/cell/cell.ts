// The contract of the cell compiler: what a cell's text says (analysis) and what becomes of it (compiled).
// Names live in boxes shared by all cells: `let acc = 0` becomes `$acc.v = 0`, each use of it `$acc.v`.

/** What kind of declaration made a top-level name. */
export type DeclarationKind =
  | 'const'
  | 'let'
  | 'var'
  | 'using'
  | 'function'
  | 'class'
  | 'enum'
  | 'namespace'
  | 'import'
  | 'interface'
  | 'type'

/** One top-level name of a cell. */
export interface Declaration {
  readonly name: string
  readonly kind: DeclarationKind
  /** True for names without a value: interfaces, type aliases, `import type`, `declare`d names. */
  readonly typeOnly: boolean
  /** The progress mark (see `CellScope.at`) after which the declaration has taken effect; 0 = hoisted. */
  readonly mark: number
}

/** Text to put into the type checker's copy of a cell; offsets are UTF-16 units into `code`, ascending. */
export interface Insertion {
  readonly offset: number
  readonly text: string
}

/** What the text of a cell says, before it is known which names live. */
export interface CellAnalysis {
  /** The cell's own text, unchanged. */
  readonly code: string
  /**
   * The text that the type checker reads: `code` with the same number of lines and the same length, where each
   * `!command` line is `;;` and spaces. It is `code` itself where there are none.
   */
  readonly checked: string
  readonly declarations: readonly Declaration[]
  /** Every identifier, value or type, that the cell mentions and does not declare at its own top level. */
  readonly free: ReadonlySet<string>
  /** Those of `free` that the cell assigns (`=`, `+=`, `++`, destructuring, `for (x of ...)`). */
  readonly assigned: ReadonlySet<string>
  /**
   * `: any` and `: any[]` for top-level `let x`, `= null`, `= undefined`, `= []` without annotation; parentheses around
   * a cell that is an object literal.
   */
  readonly anyInsertions: readonly Insertion[]
  /** The cell starts with `// @ts-nocheck`. */
  readonly noCheck: boolean
}

/** What the front knows of names when it compiles a cell. */
export interface CellEnvironment {
  /** Names that earlier cells have given a value, and how. */
  readonly live: ReadonlyMap<string, DeclarationKind>
  /** Names of the runtime's global object (`Math`, `console`, `fetch`, ...). */
  readonly globals: ReadonlySet<string>
}

/** A source map, version 3, from one text to the one before it. */
export interface RawSourceMap {
  readonly version: 3
  readonly sources: (string | null)[]
  readonly names: string[]
  readonly mappings: string
}

/** A cell as a program for the runtime. */
export interface CompiledCell {
  /** A JavaScript expression whose value is `async ($: CellScope) => void`. */
  readonly js: string
  /** Maps from `js` back to the cell's text, to be traced in this order. */
  readonly maps: readonly RawSourceMap[]
}

/** A place in a cell, both 1-based. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** One name's box. Reading `v` before it was given a value throws the ReferenceError that JavaScript would. */
export interface Box {
  v: unknown
}

/** What a compiled cell may ask of the runtime: the one argument of its function. */
export interface CellScope {
  /** The last progress mark passed: set to k when the k-th declaration has taken effect. */
  at: number
  /** The box of a name, shared by all cells. */
  box(name: string): Box
  /** For `typeof name`: the value, or undefined where there is none. */
  peek(box: Box): unknown
  /** `import()`: resolved from the notebook's folder, then from the fallback roots. */
  import(specifier: unknown, options?: unknown): Promise<Record<string, unknown>>
  /** The export `name` of a module (or `default`), with CommonJS interop; throws the SyntaxError that Node would. */
  pick(module: Record<string, unknown>, name: string, specifier: string): unknown
  /** Whether `pick` would find an export: asked for imported names of which the cell uses no value. */
  has(module: Record<string, unknown>, name: string): boolean
  /** Around the operand of each `await`: a promise that an interrupt rejects. */
  wait(value: unknown): unknown
  /** Around each finished `await`: this cell is speaking again. */
  resume<T>(value: T): T
  /** The value of the cell's last expression statement. */
  result(value: unknown): void
  /** An assignment to a constant: throws a TypeError. */
  constant(name: string): never
  /** Runs a `!command` line in the notebook's folder, output streamed. */
  shell(command: string): Promise<void>
  /**
   * Keeps a `using` (or `await using`) value of the top level until its name is redeclared or the kernel ends. What it
   * returns is awaited.
   */
  use(name: string, value: unknown, isAsync: boolean): unknown
  /** `import.meta` of the cell. */
  readonly meta: ImportMeta
}
