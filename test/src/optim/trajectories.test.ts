// 20 steps of every optimizer on a badly conditioned quadratic and a small network, against PyTorch and the papers' formulas.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { device, optim, setBackend, type Tensor, tensor } from '#src/index.js'

interface Trajectory {
  readonly start: readonly (readonly number[])[]
  readonly losses: readonly number[]
  readonly end: readonly (readonly number[])[]
}

interface Case {
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
  readonly quadratic: Trajectory
  readonly network: Trajectory
}

interface Golden {
  readonly inputs: number[][]
  readonly targets: number[][]
  readonly cases: readonly Case[]
}

const file = new URL('../../../../test/golden/optim/trajectories.json', import.meta.url)
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden

const wide = (values: unknown): Tensor => tensor(values as number[], { dtype: 'float64' })

interface Problem {
  readonly parameters: Tensor[]
  readonly loss: () => Tensor
}

const leaves = (values: Trajectory['start'], shapes: readonly number[][]): Tensor[] =>
  values.map((list, i) =>
    wide(list)
      .reshape(shapes[i] as number[])
      .requiresGrad_(),
  )

const PROBLEMS: Readonly<Record<'quadratic' | 'network', (start: Trajectory['start']) => Problem>> = {
  quadratic: start => {
    const parameters = leaves(start, [[4], [2, 2], [1]])
    const [x, y] = parameters as [Tensor, Tensor]
    const [cx, cy] = [
      wide([10, 1, 0.1, 0.01]),
      wide([
        [3, 0.3],
        [5, 0.05],
      ]),
    ]
    return { parameters, loss: () => cx.mul(x).mul(x).sum().add(cy.mul(y).mul(y).sum()).div(2) }
  },
  network: start => {
    const parameters = leaves(start, [[5, 3], [5], [2, 5], [2]])
    const [w1, b1, w2, b2] = parameters as [Tensor, Tensor, Tensor, Tensor]
    const [x, t] = [wide(golden.inputs), wide(golden.targets)]
    const loss = (): Tensor => x.matmul(w1.T).add(b1).tanh().matmul(w2.T).add(b2).sub(t).square().mean()
    return { parameters, loss }
  },
}

type AnyOptimizer = optim.Optimizer | optim.SAM
type Make = new (params: Iterable<Tensor>, options: object) => optim.Optimizer

function optimizerOf({ name, options }: Pick<Case, 'name' | 'options'>, parameters: Tensor[]): AnyOptimizer {
  if (name !== 'SAM') return new (optim as unknown as Record<string, Make>)[name]!(parameters, options)
  const { rho, adaptive, ...rest } = options as optim.SAMOptions & Partial<optim.SGDOptions>
  return new optim.SAM(new optim.SGD(parameters, rest), { rho, adaptive })
}

/** One step; returns the loss before it. */
function step(optimizer: AnyOptimizer, loss: () => Tensor): number {
  const closure = (): Tensor => {
    optimizer.zeroGrad()
    const value = loss()
    value.backward()
    return value
  }
  if (optimizer instanceof optim.SAM) return optimizer.step(closure).item()
  const value = closure().item()
  optimizer.step()
  return value
}

const numbers = (parameters: readonly Tensor[]): number[] =>
  parameters.flatMap(p => Array.from(p.detach().reshape([-1]).data()))

/**
 * 20 steps of some ten roundings each; a quotient near 0 / 0 (Adam's first steps in a flat direction) may multiply them: 1e-12 of the
 * greatest number is about 20 times what was seen.
 */
const TOLERANCE = 1e-12

function assertNear(found: readonly number[], expected: readonly number[], what: string): void {
  const greatest = Math.max(...expected.map(Math.abs), 1e-3)
  for (const [i, value] of expected.entries()) {
    const error = Math.abs((found[i] as number) - value)
    assert.ok(
      error <= TOLERANCE * greatest,
      `${what}, number ${i}: expected ${value}, got ${found[i]} (off by ${error})`,
    )
  }
  assert.equal(found.length, expected.length)
}

describe('optimizers against PyTorch', () => {
  const chosen = device()
  afterEach(() => setBackend(chosen))

  for (const one of golden.cases) {
    for (const backend of ['wasm', 'reference']) {
      it(`${one.name} ${JSON.stringify(one.options)} on ${backend}`, () => {
        setBackend(backend)
        for (const problem of ['quadratic', 'network'] as const) {
          const { start, losses, end } = one[problem]
          const { parameters, loss } = PROBLEMS[problem](start)
          const optimizer = optimizerOf(one, parameters)
          assertNear(
            losses.map(() => step(optimizer, loss)),
            losses,
            `${problem}: losses`,
          )
          assertNear(numbers(parameters), end.flat(), `${problem}: parameters`)
        }
      })
    }
  }

  it('cover every optimizer that is exported', () => {
    const classes = Object.entries(optim).filter(
      ([, made]) => made === optim.SAM || made.prototype instanceof optim.Optimizer,
    )
    const known = new Set(golden.cases.map(({ name }) => name))
    assert.ok(classes.length > 10)
    assert.deepEqual(
      classes.map(([name]) => name).filter(name => !known.has(name)),
      [],
    )
  })

  it('go on from a saved state to the last bit', () => {
    for (const one of golden.cases) {
      const { start } = one.network
      const [whole, resumed] = [PROBLEMS.network(start), PROBLEMS.network(start)]
      const first = optimizerOf(one, whole.parameters)
      for (let i = 0; i < 5; i++) step(first, whole.loss)
      const second = optimizerOf({ name: one.name, options: one.name === 'SAM' ? one.options : {} }, resumed.parameters)
      second.loadStateDict(first.stateDict())
      for (const [i, parameter] of resumed.parameters.entries()) {
        parameter.requiresGrad_(false)
        parameter.copy_((whole.parameters[i] as Tensor).detach()).requiresGrad_()
      }
      for (let i = 0; i < 5; i++) {
        step(first, whole.loss)
        step(second, resumed.loss)
      }
      assert.deepEqual(numbers(resumed.parameters), numbers(whole.parameters), one.name)
    }
  })

  it('are short: no class has more than 40 lines', () => {
    const folder = new URL('../../../../src/optim/', import.meta.url)
    const sources = readdirSync(folder).filter(name => name.endsWith('.ts'))
    const classes = sources.flatMap(name => {
      const text = readFileSync(new URL(name, folder), 'utf8')
      return [
        ...text.matchAll(
          /^(?:export )?(?:abstract )?class (\w+) extends (?:Optimizer|Adam|WithMoments)\b[\s\S]*?^\}/gm,
        ),
      ]
    })
    assert.ok(classes.length >= 12, `${classes.length}`)
    const long = classes.filter(([body]) => body.split('\n').length > 40).map(([, name]) => name)
    assert.deepEqual(long, [])
  })
})
