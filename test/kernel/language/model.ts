// The language that cells are meant to be, in a page: random cells as data, their text, and a plain map of values.
import fc from 'fast-check'

export type Operator = '+' | '-' | '*'
type Name = 'a' | 'b' | 'c'

export type Expression =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'name'; readonly name: Name }
  | { readonly type: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  /** A parameter that shadows a top-level name. */
  | { readonly type: 'shadow'; readonly name: Name; readonly body: Expression; readonly argument: Expression }
  | { readonly type: 'call'; readonly index: number }
  /** A class's static field, which was computed when the class was declared. */
  | { readonly type: 'field'; readonly index: number }
  /** A method, which is computed when it is called. */
  | { readonly type: 'method'; readonly index: number }
  | { readonly type: 'fail' }

export type Statement =
  | {
      readonly type: 'declare'
      readonly kind: 'let' | 'const' | 'var'
      readonly name: Name
      readonly value: Expression
    }
  | {
      readonly type: 'pattern'
      readonly kind: 'let' | 'const'
      readonly form: 'array' | 'object'
      readonly names: readonly [Name, Name]
      readonly first: Expression
      /** The default of the second, which is computed when the first has its value. */
      readonly second: Expression
    }
  | { readonly type: 'import'; readonly name: Name; readonly exported: 'one' | 'two' }
  | { readonly type: 'assign'; readonly operator: Operator | ''; readonly name: Name; readonly value: Expression }
  | { readonly type: 'increment'; readonly name: Name }
  | { readonly type: 'swap'; readonly first: Name; readonly second: Name }
  | { readonly type: 'loop'; readonly name: Name; readonly count: number }
  | { readonly type: 'block'; readonly name: Name }
  | { readonly type: 'caught'; readonly name: Name; readonly value: Expression }
  | { readonly type: 'function'; readonly index: number; readonly arrow: boolean; readonly body: Expression }
  | { readonly type: 'class'; readonly index: number; readonly field: Expression; readonly method: Expression }
  | { readonly type: 'setter'; readonly index: number; readonly name: Name; readonly operator: Operator | '' }
  | { readonly type: 'set'; readonly index: number; readonly value: Expression }
  | { readonly type: 'async'; readonly index: number; readonly body: Expression }
  | { readonly type: 'await'; readonly kind: 'let' | 'const'; readonly name: Name; readonly index: number }
  | { readonly type: 'hang' }

export type Cell = readonly Statement[]

/** What the cells import `one` and `two` from. */
export const NUMBERS = './numbers.ts'
export const NUMBERS_TEXT = 'export const one: number = 1\nexport const two: number = 2\n'

const NAMES: readonly Name[] = ['a', 'b', 'c']
const FUNCTIONS = 3
const CLASSES = 2
const KINDS = ['let', 'const', 'var'] as const

const name = fc.constantFrom(...NAMES)
const operator = fc.constantFrom<Operator>('+', '-', '*')
const assignment = fc.oneof(fc.constant('' as const), operator)

/** An expression that calls functions of lower numbers only, so that none calls itself. */
function expression(calls: number, classes = 0): fc.Arbitrary<Expression> {
  const leaf = fc.oneof(
    {
      arbitrary: fc.record({ type: fc.constant('number' as const), value: fc.integer({ min: 0, max: 9 }) }),
      weight: 4,
    },
    { arbitrary: fc.record({ type: fc.constant('name' as const), name }), weight: 4 },
    { arbitrary: fc.constant({ type: 'fail' as const }), weight: 1 },
    ...(calls === 0
      ? []
      : [{ arbitrary: fc.record({ type: fc.constant('call' as const), index: fc.nat(calls - 1) }), weight: 3 }]),
    ...(classes === 0
      ? []
      : [
          {
            arbitrary: fc.record({ type: fc.constantFrom('field', 'method'), index: fc.nat(classes - 1) }),
            weight: 3,
          },
        ]),
  )
  const { node } = fc.letrec<{ node: Expression }>(tie => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.record({ type: fc.constant('binary' as const), operator, left: tie('node'), right: tie('node') }),
      fc.record({ type: fc.constant('shadow' as const), name, body: tie('node'), argument: tie('node') }),
    ),
  }))
  return node
}

const value = expression(FUNCTIONS, CLASSES)
const index = fc.nat(CLASSES - 1)
const is = <T extends string>(type: T): fc.Arbitrary<T> => fc.constant(type)

const statement: fc.Arbitrary<Statement> = fc.oneof(
  fc.record({ type: is('declare'), kind: fc.constantFrom(...KINDS), name, value }),
  fc.record({
    type: is('pattern'),
    kind: fc.constantFrom('let', 'const'),
    form: fc.constantFrom('array', 'object'),
    names: fc.constantFrom<readonly [Name, Name]>(['a', 'b'], ['c', 'a'], ['b', 'c']),
    first: value,
    second: value,
  }),
  fc.record({ type: is('import'), name, exported: fc.constantFrom('one', 'two') }),
  fc.record({ type: is('assign'), operator: assignment, name, value }),
  fc.record({ type: is('increment'), name }),
  fc.record({ type: is('swap'), first: name, second: name }),
  fc.record({ type: is('loop'), name, count: fc.nat(4) }),
  fc.record({ type: is('block'), name }),
  fc.record({ type: is('caught'), name, value }),
  fc
    .nat(FUNCTIONS - 1)
    .chain(number =>
      fc.record({ type: is('function'), index: fc.constant(number), arrow: fc.boolean(), body: expression(number) }),
    ),
  fc.record({ type: is('class'), index, field: expression(FUNCTIONS), method: expression(FUNCTIONS) }),
  fc.record({ type: is('setter'), index, name, operator: assignment }),
  fc.record({ type: is('set'), index, value }),
  fc.record({ type: is('async'), index, body: value }),
  fc.record({ type: is('await'), kind: fc.constantFrom('let', 'const'), name, index }),
)

/** No cell declares a name twice, which would be a syntax error. */
const cell: fc.Arbitrary<Cell> = fc.array(statement, { minLength: 1, maxLength: 5 }).map(statements => {
  const declared = new Set<string>()
  return statements.filter(one => {
    const names = declaredNames(one)
    if (names.some(each => declared.has(each))) return false
    for (const each of names) declared.add(each)
    return true
  })
})

export const notebook: fc.Arbitrary<readonly Cell[]> = fc.array(cell, { minLength: 1, maxLength: 8 })

/** Notebooks of which some cells hang at their end, until they are interrupted. */
export const hangingNotebook: fc.Arbitrary<readonly Cell[]> = fc.array(
  fc
    .tuple(cell, fc.integer({ min: 0, max: 5 }))
    .map(([statements, die]): Cell => (die === 0 ? [...statements, { type: 'hang' }] : statements)),
  { minLength: 1, maxLength: 8 },
)

function declaredNames(one: Statement): readonly string[] {
  switch (one.type) {
    case 'declare':
    case 'import':
    case 'await':
      return [one.name]
    case 'pattern':
      return one.names
    case 'function':
      return [`f${one.index}`]
    case 'class':
      return [`K${one.index}`]
    case 'setter':
      return [`s${one.index}`]
    case 'async':
      return [`g${one.index}`]
    default:
      return []
  }
}

/** Writes cells; every name begins with `prefix`, so that notebooks may share a kernel. */
export class Writer {
  readonly #prefix: string

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  cell(statements: Cell): string {
    return ['// @ts-nocheck', ...statements.map(one => this.#statement(one))].join('\n')
  }

  /** A cell that shows all that can be seen of the names, as the model's `seen` does. */
  probe(): string {
    const probes = [...PROBES].map(probe => `async () => ${this.#expression(probe)}`)
    const waits = Array.from({ length: CLASSES }, (_, i) => `async () => await ${this.#prefix}g${i}()`)
    return `// @ts-nocheck
const ${this.#prefix}probed = []
for (const probe of [${[...probes, ...waits].join(', ')}]) {
  try { ${this.#prefix}probed.push(String(await probe())) } catch (error) { ${this.#prefix}probed.push(error.name) }
}
${this.#prefix}probed.join(' ')`
  }

  #expression(node: Expression): string {
    const prefix = this.#prefix
    switch (node.type) {
      case 'number':
        return String(node.value)
      case 'name':
        return prefix + node.name
      case 'call':
        return `${prefix}f${node.index}()`
      case 'field':
        return `${prefix}K${node.index}.field`
      case 'method':
        return `new ${prefix}K${node.index}().method()`
      case 'fail':
        return '(() => { throw new RangeError() })()'
      case 'binary':
        return `(${this.#expression(node.left)} ${node.operator} ${this.#expression(node.right)})`
      case 'shadow':
        return `((${prefix}${node.name}: number): number => ${this.#expression(node.body)})(${this.#expression(node.argument)})`
      default:
        return node satisfies never
    }
  }

  #statement(one: Statement): string {
    const prefix = this.#prefix
    switch (one.type) {
      case 'declare':
        return `${one.kind} ${prefix}${one.name}: number = ${this.#expression(one.value)}`
      case 'pattern':
        return this.#pattern(one)
      case 'import':
        return `import { ${one.exported} as ${prefix}${one.name} } from '${NUMBERS}'`
      case 'assign':
        return `${prefix}${one.name} ${one.operator}= ${this.#expression(one.value)}`
      case 'increment':
        return `${prefix}${one.name}++`
      case 'swap':
        return `;[${prefix}${one.first}, ${prefix}${one.second}] = [${prefix}${one.second}, ${prefix}${one.first}]`
      case 'loop':
        return `for (let i = 0; i < ${one.count}; i++) ${prefix}${one.name} += i`
      case 'block':
        return `{ let ${prefix}${one.name} = 1; ${prefix}${one.name} += 1 }`
      case 'caught':
        return `try { ${prefix}${one.name} = ${this.#expression(one.value)} } catch (${prefix}b) { ${prefix}b = 0 }`
      case 'function':
        return one.arrow
          ? `const ${prefix}f${one.index} = () => ${this.#expression(one.body)}`
          : `function ${prefix}f${one.index}() { return ${this.#expression(one.body)} }`
      case 'class':
        return `class ${prefix}K${one.index} { static field = ${this.#expression(one.field)}; method() { return ${this.#expression(one.method)} } }`
      case 'setter':
        return `const ${prefix}s${one.index} = (x: number) => { ${prefix}${one.name} ${one.operator}= x }`
      case 'set':
        return `${prefix}s${one.index}(${this.#expression(one.value)})`
      case 'async':
        return `async function ${prefix}g${one.index}() { await null; return ${this.#expression(one.body)} }`
      case 'await':
        return `${one.kind} ${prefix}${one.name}: number = await ${prefix}g${one.index}()`
      case 'hang':
        return 'console.log("go")\nfor (;;);'
      default:
        return one satisfies never
    }
  }

  #pattern({ kind, form, names, first, second }: Extract<Statement, { type: 'pattern' }>): string {
    const [one, other] = names.map(each => this.#prefix + each)
    const [value, fallback] = [this.#expression(first), this.#expression(second)]
    return form === 'array'
      ? `${kind} [${one}, ${other} = ${fallback}] = [${value}]`
      : `${kind} { x: { ${one} }, y: ${other} = ${fallback} } = { x: { ${one}: ${value} } }`
  }
}

const PROBES: readonly Expression[] = [
  ...NAMES.map(each => ({ type: 'name', name: each }) as const),
  ...Array.from({ length: FUNCTIONS }, (_, i) => ({ type: 'call', index: i }) as const),
  ...Array.from({ length: CLASSES }, (_, i) => ({ type: 'field', index: i }) as const),
  ...Array.from({ length: CLASSES }, (_, i) => ({ type: 'method', index: i }) as const),
]

/** An error of the model: only its name counts. */
class ModelError extends Error {
  constructor(name: string) {
    super()
    this.name = name
  }
}

type Value = number | undefined

interface ModelClass {
  readonly field: Value
  readonly method: Expression
}

interface Setter {
  readonly name: Name
  readonly operator: Operator | ''
  /** What the name was for the cell that has the setter. */
  readonly constant: boolean
}

export class Model {
  readonly #values = new Map<Name, Value>()
  readonly #functions = new Map<number, Expression>()
  readonly #classes = new Map<number, ModelClass>()
  readonly #setters = new Map<number, Setter>()
  readonly #asyncs = new Map<number, Expression>()
  #constants: ReadonlySet<Name> = new Set()

  /** Runs a cell; the name of its error, or undefined. */
  run(statements: Cell): string | undefined {
    const before = this.#constants
    const declared = new Map(statements.flatMap(one => declaredKinds(one)))
    const isConstant = (target: Name): boolean => {
      const kind = declared.get(target)
      return kind === undefined ? before.has(target) : kind === 'const'
    }
    return failure(() => {
      for (const one of statements) this.#hoist(one)
      for (const one of statements) if (one.type !== 'import') this.#execute(one, isConstant)
    })
  }

  /** All that can be seen of the names, as the text of the writer's probe shows it. */
  seen(): string {
    const waits = Array.from({ length: CLASSES }, (_, i) => () => this.#wait(i))
    const shown = [...PROBES.map(probe => () => this.#evaluate(probe)), ...waits].map(read => {
      let found: Value
      return failure(() => (found = read())) ?? String(found)
    })
    return shown.join(' ')
  }

  /** What takes effect before a cell's first statement: imports, functions, `var`s without a value. */
  #hoist(one: Statement): void {
    if (one.type === 'import') this.#declare(one.name, 'const', one.exported === 'one' ? 1 : 2)
    if (one.type === 'declare' && one.kind === 'var' && !this.#values.has(one.name))
      this.#values.set(one.name, undefined)
    if (one.type === 'function' && !one.arrow) this.#functions.set(one.index, one.body)
    if (one.type === 'async') this.#asyncs.set(one.index, one.body)
  }

  #execute(one: Statement, isConstant: (target: Name) => boolean): void {
    const set = (target: Name, result: Value): void => this.#assign(target, result, isConstant(target))
    switch (one.type) {
      case 'declare':
        this.#declare(one.name, one.kind, this.#evaluate(one.value))
        break
      case 'pattern':
        this.#pattern(one)
        break
      case 'import':
      case 'block':
        break
      case 'assign':
        this.#update(one.name, one.operator, () => this.#evaluate(one.value), isConstant(one.name))
        break
      case 'increment':
        set(one.name, calculate('+', this.#read(one.name), 1))
        break
      case 'swap': {
        const [second, first] = [this.#read(one.second), this.#read(one.first)]
        set(one.first, second)
        set(one.second, first)
        break
      }
      case 'loop':
        for (let i = 0; i < one.count; i++) set(one.name, calculate('+', this.#read(one.name), i))
        break
      case 'caught':
        failure(() => set(one.name, this.#evaluate(one.value)))
        break
      case 'function':
        this.#functions.set(one.index, one.body)
        break
      case 'class':
        this.#classes.set(one.index, { field: this.#evaluate(one.field), method: one.method })
        break
      case 'setter':
        this.#setters.set(one.index, { name: one.name, operator: one.operator, constant: isConstant(one.name) })
        break
      case 'set': {
        const { name: target, operator: by, constant } = known(this.#setters.get(one.index))
        const result = this.#evaluate(one.value)
        this.#update(target, by, () => result, constant)
        break
      }
      case 'async':
        break
      case 'await':
        this.#declare(one.name, one.kind, this.#wait(one.index))
        break
      case 'hang':
        throw new ModelError('Interrupted')
      default:
        one satisfies never
    }
  }

  #declare(target: Name, kind: 'let' | 'const' | 'var', result: Value): void {
    this.#values.set(target, result)
    const others = [...this.#constants].filter(each => each !== target)
    this.#constants = new Set(kind === 'const' ? [...others, target] : others)
  }

  /** The first name has its value while the second's is computed, but is declared together with it. */
  #pattern({ kind, names, first, second }: Extract<Statement, { type: 'pattern' }>): void {
    const value = this.#evaluate(first)
    this.#values.set(names[0], value)
    const other = this.#evaluate(second)
    this.#declare(names[0], kind, this.#values.get(names[0]))
    this.#declare(names[1], kind, other)
  }

  #update(target: Name, by: Operator | '', compute: () => Value, constant: boolean): void {
    const before = by === '' ? 0 : this.#read(target)
    const result = compute()
    this.#assign(target, by === '' ? result : calculate(by, before, result), constant)
  }

  #assign(target: Name, result: Value, constant: boolean): void {
    if (constant) throw new ModelError('TypeError')
    this.#values.set(target, result)
  }

  #read(target: Name): Value {
    if (!this.#values.has(target)) throw new ModelError('ReferenceError')
    return this.#values.get(target)
  }

  #wait(index: number): Value {
    return this.#evaluate(known(this.#asyncs.get(index)))
  }

  #evaluate(node: Expression, locals: Readonly<Record<string, Value>> = {}): Value {
    switch (node.type) {
      case 'number':
        return node.value
      case 'name':
        return node.name in locals ? locals[node.name] : this.#read(node.name)
      case 'binary':
        return calculate(node.operator, this.#evaluate(node.left, locals), this.#evaluate(node.right, locals))
      case 'shadow':
        return this.#evaluate(node.body, { ...locals, [node.name]: this.#evaluate(node.argument, locals) })
      case 'call':
        return this.#evaluate(known(this.#functions.get(node.index)))
      case 'field':
        return known(this.#classes.get(node.index)).field
      case 'method':
        return this.#evaluate(known(this.#classes.get(node.index)).method)
      case 'fail':
        throw new ModelError('RangeError')
      default:
        return node satisfies never
    }
  }
}

function declaredKinds(one: Statement): [Name, 'let' | 'const' | 'var'][] {
  if (one.type === 'declare' || one.type === 'await') return [[one.name, one.kind]]
  if (one.type === 'import') return [[one.name, 'const']]
  return one.type === 'pattern' ? one.names.map(each => [each, one.kind]) : []
}

function known<T>(found: T | undefined): T {
  if (found === undefined) throw new ModelError('ReferenceError')
  return found
}

function calculate(by: Operator, left: Value, right: Value): number {
  // `undefined` is what a `var` has before its declaration is reached.
  const [x, y] = [left ?? Number.NaN, right ?? Number.NaN]
  return by === '+' ? x + y : by === '-' ? x - y : x * y
}

function failure(action: () => unknown): string | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    return (error as Error).name
  }
}
