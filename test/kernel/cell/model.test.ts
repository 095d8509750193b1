// Cells against a plain model: a map of values. Random declarations, assignments, closures and failures must agree.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { TestKernel } from './harness.js'

type Name = 'a' | 'b' | 'c'
type Operator = '+' | '-' | '*'

type Expression =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'name'; readonly name: Name }
  | { readonly type: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  /** A parameter that shadows a top-level name. */
  | { readonly type: 'shadow'; readonly name: Name; readonly body: Expression; readonly argument: Expression }
  | { readonly type: 'call'; readonly index: number }

type Statement =
  | {
      readonly type: 'declare'
      readonly kind: 'let' | 'const' | 'var'
      readonly name: Name
      readonly value: Expression
    }
  | { readonly type: 'assign'; readonly operator: Operator | ''; readonly name: Name; readonly value: Expression }
  | { readonly type: 'increment'; readonly name: Name }
  | { readonly type: 'swap'; readonly first: Name; readonly second: Name }
  | { readonly type: 'loop'; readonly name: Name; readonly count: number }
  | { readonly type: 'block'; readonly name: Name; readonly value: Expression }
  | { readonly type: 'function'; readonly index: number; readonly arrow: boolean; readonly body: Expression }

type Cell = readonly Statement[]

const NAMES: readonly Name[] = ['a', 'b', 'c']
const FUNCTIONS = 3

const name = fc.constantFrom(...NAMES)
const operator = fc.constantFrom<Operator>('+', '-', '*')

/** An expression that calls functions of lower numbers only, so that none calls itself. */
function expression(calls: number): fc.Arbitrary<Expression> {
  const leaf = fc.oneof(
    fc.record({ type: fc.constant('number' as const), value: fc.integer({ min: 0, max: 9 }) }),
    fc.record({ type: fc.constant('name' as const), name }),
    ...(calls === 0 ? [] : [fc.record({ type: fc.constant('call' as const), index: fc.nat(calls - 1) })]),
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

const value = expression(FUNCTIONS)
const statement: fc.Arbitrary<Statement> = fc.oneof(
  fc.record({ type: fc.constant('declare' as const), kind: fc.constantFrom('let', 'const', 'var'), name, value }),
  fc.record({
    type: fc.constant('assign' as const),
    operator: fc.oneof(fc.constant('' as const), operator),
    name,
    value,
  }),
  fc.record({ type: fc.constant('increment' as const), name }),
  fc.record({ type: fc.constant('swap' as const), first: name, second: name }),
  fc.record({ type: fc.constant('loop' as const), name, count: fc.nat(4) }),
  fc.record({ type: fc.constant('block' as const), name, value }),
  fc.nat(FUNCTIONS - 1).chain(index =>
    fc.record({
      type: fc.constant('function' as const),
      index: fc.constant(index),
      arrow: fc.boolean(),
      body: expression(index),
    }),
  ),
)

/** No cell declares a name twice, which would be a syntax error. */
const cell: fc.Arbitrary<Cell> = fc
  .array(statement, { minLength: 1, maxLength: 5 })
  .map(statements => statements.filter((one, index) => !statements.slice(0, index).some(other => sameName(one, other))))

function sameName(one: Statement, other: Statement): boolean {
  const names = [one, other].map(declaredName)
  return names[0] !== undefined && names[0] === names[1]
}

function declaredName(one: Statement): string | undefined {
  if (one.type === 'declare') return one.name
  return one.type === 'function' ? `f${one.index}` : undefined
}

function expressionText(node: Expression): string {
  switch (node.type) {
    case 'number':
      return String(node.value)
    case 'name':
      return node.name
    case 'call':
      return `f${node.index}()`
    case 'binary':
      return `(${expressionText(node.left)} ${node.operator} ${expressionText(node.right)})`
    case 'shadow':
      return `((${node.name}: number): number => ${expressionText(node.body)})(${expressionText(node.argument)})`
    default:
      return node satisfies never
  }
}

function statementText(node: Statement): string {
  switch (node.type) {
    case 'declare':
      return `${node.kind} ${node.name}: number = ${expressionText(node.value)}`
    case 'assign':
      return `${node.name} ${node.operator}= ${expressionText(node.value)}`
    case 'increment':
      return `${node.name}++`
    case 'swap':
      return `;[${node.first}, ${node.second}] = [${node.second}, ${node.first}]`
    case 'loop':
      return `for (let i = 0; i < ${node.count}; i++) ${node.name} += i`
    case 'block':
      return `{ let ${node.name} = 1; ${node.name} += 1 }`
    case 'function':
      return node.arrow
        ? `const f${node.index} = () => ${expressionText(node.body)}`
        : `function f${node.index}() { return ${expressionText(node.body)} }`
    default:
      return node satisfies never
  }
}

/** The language that cells are meant to be, in a few lines. */
class Model {
  readonly values = new Map<string, number | undefined>()
  readonly functions = new Map<number, Expression>()
  readonly #constants = new Set<string>()

  run(statements: Cell): void {
    const declared = new Map(statements.flatMap(one => (one.type === 'declare' ? [[one.name, one.kind]] : [])))
    const isConstant = (target: Name): boolean => {
      const kind = declared.get(target)
      return kind === undefined ? this.#constants.has(target) : kind === 'const'
    }
    for (const one of statements) {
      if (one.type === 'declare' && one.kind === 'var' && !this.values.has(one.name))
        this.values.set(one.name, undefined)
      if (one.type === 'function' && !one.arrow) this.functions.set(one.index, one.body)
    }
    for (const one of statements) this.#execute(one, isConstant)
  }

  #execute(one: Statement, isConstant: (target: Name) => boolean): void {
    const set = (target: Name, result: number | undefined): void => {
      if (isConstant(target)) throw new TypeError()
      this.values.set(target, result)
    }
    switch (one.type) {
      case 'declare':
        this.values.set(one.name, this.evaluate(one.value))
        if (one.kind === 'const') this.#constants.add(one.name)
        else this.#constants.delete(one.name)
        break
      case 'assign': {
        const before = one.operator === '' ? 0 : this.read(one.name)
        const result = this.evaluate(one.value)
        set(one.name, one.operator === '' ? result : calculate(one.operator, before, result))
        break
      }
      case 'increment':
        set(one.name, calculate('+', this.read(one.name), 1))
        break
      case 'swap': {
        const [second, first] = [this.read(one.second), this.read(one.first)]
        set(one.first, second)
        set(one.second, first)
        break
      }
      case 'loop':
        for (let i = 0; i < one.count; i++) set(one.name, calculate('+', this.read(one.name), i))
        break
      case 'block':
        break
      case 'function':
        this.functions.set(one.index, one.body)
        break
      default:
        one satisfies never
    }
  }

  read(target: string): number | undefined {
    if (!this.values.has(target)) throw new ReferenceError()
    return this.values.get(target)
  }

  evaluate(node: Expression, locals: Readonly<Record<string, number | undefined>> = {}): number | undefined {
    switch (node.type) {
      case 'number':
        return node.value
      case 'name':
        return node.name in locals ? locals[node.name] : this.read(node.name)
      case 'binary':
        return calculate(node.operator, this.evaluate(node.left, locals), this.evaluate(node.right, locals))
      case 'shadow':
        return this.evaluate(node.body, { ...locals, [node.name]: this.evaluate(node.argument, locals) })
      case 'call': {
        const body = this.functions.get(node.index)
        if (body === undefined) throw new ReferenceError()
        return this.evaluate(body)
      }
      default:
        return node satisfies never
    }
  }
}

function calculate(by: Operator, left: number | undefined, right: number | undefined): number {
  // `undefined` is what a `var` has before its declaration is reached.
  const [x, y] = [left ?? Number.NaN, right ?? Number.NaN]
  return by === '+' ? x + y : by === '-' ? x - y : x * y
}

describe('cells and a plain model of them', () => {
  it('agree on every value and every failure', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 8 }), async cells => {
        const kernel = new TestKernel()
        const model = new Model()
        for (const statements of cells) {
          const { error } = await kernel.run(statements.map(statementText).join('\n'))
          const expected = failure(() => model.run(statements))
          assert.equal((error as Error | undefined)?.name, expected)
          for (const each of NAMES) {
            const found = await kernel.run(each)
            assert.equal(
              failure(() => model.read(each)),
              (found.error as Error | undefined)?.name,
            )
            if (found.error === undefined) assert.deepEqual(found.value, model.read(each))
          }
        }
      }),
      { numRuns: 100 },
    )
  })
})

function failure(action: () => unknown): string | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    return (error as Error).name
  }
}
