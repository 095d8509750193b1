// Every operation, module and optimizer of the goldens, compiled: the numbers of eager calls, bit for bit, on both backends.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import {
  compile,
  device,
  grad,
  isTensor,
  nn,
  optim,
  setBackend,
  setDefaultDtype,
  type Tensor,
  tensor,
} from '#src/index.js'
import { isFloat } from '#src/tensor/dtype.js'
import { argumentsOf, casesByName, type GoldenCase, substituted } from '../golden/cases.js'
import { callable } from '../golden/run.js'
import { moduleCases, moduleOf } from '../nn/golden-modules.js'

const BACKENDS = ['auto', 'reference'] as const
/** The first calls are traces; then come programs. */
const CALLS = 5

/** Operations whose shape or way depends on numbers: a program cannot hold them, and says so. */
const READS_NUMBERS: ReadonlySet<string> = new Set(
  'allclose argwhere at bincount bucketize equal histc maskedSelect nonzero oneHot searchsorted unique'.split(' '),
)

/** Numbers of everything that was returned: NaN and -0 are told apart. */
function bits(value: unknown): unknown {
  if (isTensor(value)) return [value.dtype, value.shape, value.toArray()]
  if (Array.isArray(value)) return value.map(bits)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, bits(item)]))
  return value
}

const tensorsIn = (value: unknown): Tensor[] => {
  if (isTensor(value)) return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(tensorsIn) : []
}

/** A function of the tensors among a case's arguments: the result, and gradients of the sum of what flows. */
function stepOf(golden: GoldenCase): { step: (...xs: Tensor[]) => unknown; inputs: Tensor[] } {
  const call = callable(golden.name, 'free') ?? callable(golden.name, 'method')
  assert.ok(call !== undefined)
  const { args } = argumentsOf(golden, { dtype: 'float32', strided: false, requiresGrad: false })
  const inputs = tensorsIn(args)
  const differentiable = golden.grads !== undefined && golden.inplace !== 1
  const step = (...xs: Tensor[]): unknown => {
    const leaves = xs.map(x => (differentiable && isFloat(x.dtype) ? x.detach().requiresGrad_() : x))
    const own = golden.inplace === 1 ? leaves.map(x => x.clone()) : leaves
    const out = call(...substituted(args, inputs, own))
    const flowing = tensorsIn(out).filter(x => x.requiresGrad)
    const wanted = leaves.filter(x => x.requiresGrad)
    if (flowing.length === 0 || wanted.length === 0) return { out: detached(out) }
    const loss = flowing.map(x => x.mul(x.detach().isfinite().to(x.dtype)).sum()).reduce((a, b) => a.add(b))
    return { out: detached(out), grads: grad(loss, wanted, { allowUnused: true }) }
  }
  return { step, inputs }
}

const detached = (value: unknown): unknown => {
  if (isTensor(value)) return value.detach()
  if (Array.isArray(value)) return value.map(detached)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, detached(item)]))
  return value
}

describe('every operation, compiled', () => {
  const chosen = device()
  afterEach(() => setBackend(chosen))

  const reading = new Set<string>()
  after(() => assert.deepEqual([...reading].sort(), [...READS_NUMBERS].sort()))

  for (const [name, cases] of casesByName()) {
    it(`${name} is what it is without`, () => {
      for (const backend of BACKENDS) {
        setBackend(backend)
        for (const golden of cases.filter(({ throws }) => throws === undefined)) {
          const { step, inputs } = stepOf(golden)
          const expected = bits(step(...inputs))
          const compiled = compile(step)
          try {
            for (let i = 0; i < CALLS; i++) assert.deepEqual(bits(compiled(...inputs)), expected)
          } catch (error) {
            if ((error as { code?: string }).code !== 'HOST_READ') throw error
            assert.ok(READS_NUMBERS.has(name), `${name} reads on the host`)
            reading.add(name)
            continue
          }
          assert.equal(compiled.programs.length, 1, `${name} has ${compiled.programs.length} programs`)
        }
      }
    })
  }
})

describe('one-hot rows, compiled', () => {
  it('are made without reading, and refuse classes that are none', () => {
    const step = compile((x: Tensor) => x.oneHot(4).float().mul(2))
    const classes = (last: number): Tensor => tensor([3, 0, last, 1], { dtype: 'int32' }).reshape([2, 2])
    for (let i = 0; i < CALLS; i++)
      assert.deepEqual(
        step(classes(i % 4)).toArray(),
        classes(i % 4)
          .oneHot(4)
          .float()
          .mul(2)
          .toArray(),
      )
    assert.throws(() => step(classes(4)), { code: 'BAD_INDEX' })
    assert.equal(step.programs.length, 1)
  })
})

describe('every module, compiled and trained', () => {
  const chosen = device()
  afterEach(() => {
    setBackend(chosen)
    setDefaultDtype('float32')
  })

  for (const golden of moduleCases) {
    it(`${golden.name}(${JSON.stringify(golden.args).slice(0, 60)})${golden.train ? ', training' : ''}`, () => {
      for (const backend of BACKENDS) {
        setBackend(backend)
        const run = (compiled: boolean): unknown => {
          const module = moduleOf(golden, 'float32')
          const { args } = argumentsOf({ args: golden.inputs } as GoldenCase, {
            dtype: 'float32',
            strided: false,
            requiresGrad: false,
          })
          const inputs = tensorsIn(args)
          const parameters = module.parameters().filter(p => p.requiresGrad)
          const optimizer = parameters.length === 0 ? undefined : new optim.Adam(parameters, { lr: 0.01 })
          const plain = (...xs: Tensor[]): unknown => {
            const out = module.forward(...substituted(args, inputs, xs))
            const flowing = tensorsIn(out).filter(x => x.requiresGrad)
            optimizer?.zeroGrad()
            if (flowing.length > 0 && optimizer !== undefined) {
              flowing
                .map(x => x.square().sum())
                .reduce((a, b) => a.add(b))
                .backward()
              optimizer.step()
            }
            return detached(out)
          }
          const step = compiled ? compile(plain) : plain
          const outs = Array.from({ length: CALLS + 1 }, () => bits(step(...inputs)))
          if (compiled) assert.equal((step as unknown as { programs: unknown[] }).programs.length, 1)
          return [outs, Object.entries(module.stateDict()).map(([key, x]) => [key, bits(x)])]
        }
        assert.deepEqual(run(true), run(false))
      }
    })
  }
})

type Class = new (parameters: Tensor[], options: object) => optim.Optimizer

function optimizerOf(name: string, options: object, parameters: Tensor[]): optim.Optimizer | optim.SAM {
  if (name !== 'SAM') return new (optim as unknown as Record<string, Class>)[name]!(parameters, options)
  const { rho, adaptive, ...rest } = options as optim.SAMOptions & Partial<optim.SGDOptions>
  return new optim.SAM(new optim.SGD(parameters, rest), { rho, adaptive })
}

interface Trajectories {
  readonly cases: readonly { readonly name: string; readonly options: Readonly<Record<string, unknown>> }[]
}

describe('every optimizer, compiled', () => {
  const file = new URL('../../../../test/golden/optim/trajectories.json', import.meta.url)
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as Trajectories
  const chosen = device()
  afterEach(() => setBackend(chosen))

  for (const { name, options } of cases) {
    it(`${name} ${JSON.stringify(options)}`, () => {
      for (const backend of BACKENDS) {
        setBackend(backend)
        const run = (compiled: boolean): unknown => {
          const w = new nn.Parameter(
            tensor([
              [0.5, -1, 2],
              [1.5, 0.25, -0.75],
            ]),
          )
          const b = new nn.Parameter(tensor([0.1, -0.2]))
          const optimizer = optimizerOf(name, options, [w, b])
          const plain = (x: Tensor): Tensor => {
            const closure = (): Tensor => {
              const loss = x.matmul(w.T).add(b).tanh().square().sum()
              optimizer.zeroGrad()
              loss.backward()
              return loss
            }
            if (optimizer instanceof optim.SAM) return optimizer.step(closure)
            const loss = closure()
            optimizer.step()
            return loss
          }
          const step = compiled ? compile(plain) : plain
          const seen = Array.from({ length: 20 }, (_, i) =>
            bits(
              step(
                tensor([
                  [i % 3, 1, -1],
                  [0.5, i % 4, 2],
                ]),
              ),
            ),
          )
          return [seen, bits([w.detach(), b.detach()])]
        }
        assert.deepEqual(run(true), run(false))
      }
    })
  }
})
