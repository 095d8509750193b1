// Compiled steps beside the truth: what the reference backend computes, eagerly, in float64, from the same numbers.
import assert from 'node:assert/strict'
import {
  compile,
  device,
  F,
  grad,
  manualSeed,
  nn,
  optim,
  randint,
  randn,
  setBackend,
  setDefaultDtype,
  type Tensor,
} from '#src/index.js'
import { conv, mlp, resnet, Transformer, tiny } from '../../training/models.js'
import { substituted } from '../golden/cases.js'
import { numbersOf } from '../golden/ulps.js'
import { decoded, type ModuleCase, moduleCases, moduleOf, tensorsIn } from '../nn/golden-modules.js'

type Float = 'float32' | 'float64'

/** Where a run takes place. */
interface Place {
  readonly backend: string
  readonly dtype: Float
  readonly compiled: boolean
}

/** Eager, every result in float64 by plain loops. */
const TRUTH: Place = { backend: 'reference', dtype: 'float64', compiled: false }
const PLACES: readonly Place[] = [
  { backend: 'wasm', dtype: 'float32', compiled: true },
  { backend: 'wasm', dtype: 'float64', compiled: true },
  { backend: 'reference', dtype: 'float64', compiled: true },
]

const EPSILON: { readonly [D in Float]: number } = { float32: 2 ** -23, float64: 2 ** -52 }

/** What one call of a step leaves behind, by name. */
type Left = Readonly<Record<string, readonly number[]>>

/** Runs something at a place, and leaves all as it was. */
function at<T>({ backend, dtype }: Place, run: () => T): T {
  const chosen = device()
  setBackend(backend)
  setDefaultDtype(dtype)
  try {
    return run()
  } finally {
    setDefaultDtype('float32')
    setBackend(chosen)
  }
}

/** Entries whose numbers are sums of one kind share a scale: what a sum cancels to says nothing of its terms. */
const kindOf = (name: string): string => name.split(' ')[0] as string

/**
 * The first number that is further from the truth than `ulps` of the greatest number of its kind, as a line to read; undefined where there is
 * none.
 */
function furthest(truth: Left, got: Left, dtype: Float, ulps: number): string | undefined {
  assert.deepEqual(Object.keys(got), Object.keys(truth))
  const greatest = new Map<string, number>()
  for (const [name, values] of Object.entries(truth)) {
    const most = values.reduce((m, value) => (Number.isFinite(value) ? Math.max(m, Math.abs(value)) : m), 2 ** -20)
    greatest.set(kindOf(name), Math.max(greatest.get(kindOf(name)) ?? 0, most))
  }
  for (const [name, expected] of Object.entries(truth)) {
    const values = got[name] as readonly number[]
    assert.equal(values.length, expected.length, name)
    const most = ulps * EPSILON[dtype] * (greatest.get(kindOf(name)) as number)
    const near = (a: number, b: number): boolean => Object.is(a, b) || Math.abs(a - b) <= most
    const i = expected.findIndex((value, k) => !near(value, values[k] as number))
    if (i >= 0) return `${name}[${i}]: ${values[i]}, should be ${expected[i]}; ${most.toExponential(2)} off is allowed`
  }
  return undefined
}

/** What is wrong with runs at all places, call by call: a line for each place. `ulps` of a call are those that its numbers may be off. */
function wrongAt(
  places: readonly Place[],
  run: (place: Place) => readonly Left[],
  ulps: (call: number) => number,
): string[] {
  const truth = run(TRUTH)
  return places.flatMap(place => {
    const got = run(place)
    assert.equal(got.length, truth.length)
    for (const [call, left] of truth.entries()) {
      const wrong = furthest(left, got[call] as Left, place.dtype, ulps(call))
      if (wrong !== undefined) return [`${place.backend}, ${place.dtype}, call ${call + 1}: ${wrong}`]
    }
    return []
  })
}

const CALLS = 5

/** The golden case with numbers that float32 has. */
function rounded<T>(json: T): T {
  if (Array.isArray(json)) return json.map(rounded) as T
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [
      key,
      key === 't' || key === 'seeds' ? roundedNumbers(value) : rounded(value),
    ]),
  ) as T
}

const roundedNumbers = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(roundedNumbers) : typeof value === 'number' ? Math.fround(value) : value

/** Five steps of SGD on a module, by seeds for its outputs: what each leaves. */
function moduleRun(golden: ModuleCase, place: Place): Left[] {
  return at(place, () => {
    const { dtype } = place
    const module = moduleOf(golden, dtype)
    const { args, leaves } = decoded(golden.inputs, dtype, true)
    const seeds = decoded(
      golden.out.flatMap(({ s, r }, i) =>
        r === 1 ? [{ t: golden.seeds[seedOf(golden, i)] ?? [], s, d: 'f' as const }] : [],
      ),
      dtype,
      false,
    ).args as Tensor[]
    const parameters = module.parameters().filter(({ requiresGrad }) => requiresGrad)
    const optimizer = parameters.length === 0 ? undefined : new optim.SGD(parameters, { lr: 0.01, momentum: 0.9 })
    const plain = (...given: Tensor[]): Tensor[] => {
      const inputs = given.map(x => x.detach().requiresGrad_())
      const outs = tensorsIn(module.forward(...substituted(args, leaves, inputs)))
      const flowing = golden.out.flatMap(({ r }, i) => (r === 1 ? [outs[i] as Tensor] : []))
      if (flowing.length === 0) return outs
      const loss = flowing.map((out, i) => out.mul(seeds[i] as Tensor).sum()).reduce((a, b) => a.add(b))
      const own = inputs.length === 0 ? [] : grad(loss, inputs, { retainGraph: true, allowUnused: true })
      optimizer?.zeroGrad()
      if (optimizer !== undefined) loss.backward()
      optimizer?.step()
      return [...outs, ...own.flatMap(x => (x === null ? [] : [x]))]
    }
    const step = place.compiled ? compile(plain) : plain
    const left = Array.from({ length: CALLS }, (): Left => {
      const results = step(...leaves.map(x => x.detach()))
      const lists = [
        ...results.map((x, i) => [`result ${i}`, x] as const),
        ...Object.entries(module.stateDict()).map(([name, x]) => [`state ${name}`, x] as const),
        ...module
          .namedParameters()
          .flatMap(([name, p]) => (p.grad === null ? [] : [[`gradient of ${name}`, p.grad] as const])),
      ]
      return Object.fromEntries(lists.map(([name, x]) => [name, numbersOf(x)]))
    })
    if (place.compiled) assert.equal((step as ReturnType<typeof compile>).programs.length, 1, 'it was not compiled')
    return left
  })
}

const seedOf = ({ out }: ModuleCase, i: number): number => out.slice(0, i).filter(({ r }) => r === 1).length

/** What a call adds to the parameters stays in those of the next. */
const eachCall =
  (ulps: number) =>
  (call: number): number =>
    ulps * (call + 1)

describe('compiled modules beside the reference in float64', function () {
  this.timeout(60_000)
  for (const name of new Set(moduleCases.map(({ name }) => name))) {
    // 4 ulp for each term of the longest sum forward, and as many backward.
    it(`${name}: outputs, gradients, parameters and buffers of five steps`, () => {
      for (const [i, golden] of moduleCases
        .filter(one => one.name === name)
        .map(rounded)
        .entries()) {
        const wrong = wrongAt(PLACES, place => moduleRun(golden, place), eachCall(8 * golden.length))
        assert.deepEqual(wrong, [], `case ${i + 1}`)
      }
    })
  }
})

type Step = (x: Tensor, y: Tensor) => Tensor

/** A training with the same numbers everywhere: those that float32 has of a model and of its batches. */
interface Training {
  readonly model: () => nn.Layer
  readonly batches: () => readonly (readonly [Tensor, Tensor])[]
  readonly optimizer: (parameters: nn.Parameter[]) => optim.Optimizer
}

function trainingRun({ model: make, batches: makeBatches, optimizer: makeOptimizer }: Training) {
  const START: Place = { backend: 'wasm', dtype: 'float32', compiled: false }
  const [state, batches] = at(START, () => {
    manualSeed(5)
    return [Object.entries(make().stateDict()), makeBatches()] as const
  })
  return (place: Place): Left[] =>
    at(place, () => {
      const { backend, dtype, compiled } = place
      const here = (x: Tensor): Tensor =>
        x.dtype === 'float32' ? x.to({ device: deviceOf(backend), dtype }) : x.to(deviceOf(backend))
      const model = make().to({ dtype })
      model.loadStateDict(Object.fromEntries(state.map(([name, x]) => [name, here(x)])) as nn.StateDict)
      const optimizer = makeOptimizer(model.parameters())
      const plain: Step = (x, y) => {
        const loss = F.crossEntropy(model.forward(x).flatten(0, -2), y.flatten())
        optimizer.zeroGrad()
        loss.backward()
        optimizer.step()
        return loss
      }
      const step = compiled ? compile(plain) : plain
      const left = batches.map(([x, y]): Left => {
        const loss = step(here(x), here(y))
        return Object.fromEntries([
          ['loss', numbersOf(loss)],
          ...Object.entries(model.stateDict()).map(([name, value]) => [`state ${name}`, numbersOf(value)]),
          ...model.namedParameters().map(([name, { grad }]) => [`gradient of ${name}`, numbersOf(grad as Tensor)]),
        ])
      })
      if (compiled) assert.notEqual((step as ReturnType<typeof compile>).programs.length, 0, 'it was not compiled')
      return left
    })
}

/** Names of the WebAssembly backend are those of one memory. */
const deviceOf = (backend: string): string => (backend === 'reference' ? 'reference' : 'wasm')

describe('compiled optimizers beside the reference in float64', function () {
  this.timeout(60_000)
  const optimizers: { readonly [name: string]: (p: nn.Parameter[]) => optim.Optimizer } = {
    SGD: p => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
    Adam: p => new optim.Adam(p, { lr: 0.01, weightDecay: 0.1, amsgrad: true }),
    AdamW: p => new optim.AdamW(p, { lr: 0.01 }),
    RMSprop: p => new optim.RMSprop(p, { lr: 0.01, momentum: 0.5, centered: true }),
    Adagrad: p => new optim.Adagrad(p, { lr: 0.1, lrDecay: 0.1 }),
    Adadelta: p => new optim.Adadelta(p),
    Adamax: p => new optim.Adamax(p, { lr: 0.01 }),
    NAdam: p => new optim.NAdam(p, { lr: 0.01, weightDecay: 0.1, decoupledWeightDecay: true }),
    RAdam: p => new optim.RAdam(p, { lr: 0.01 }),
    Lion: p => new optim.Lion(p, { lr: 0.01, weightDecay: 0.1 }),
    LARS: p => new optim.LARS(p, { lr: 0.1, weightDecay: 0.01 }),
    LAMB: p => new optim.LAMB(p, { lr: 0.01, weightDecay: 0.01 }),
  }

  it('are all there are', () => {
    const all = Object.entries(optim).filter(([, value]) => value.prototype instanceof optim.Optimizer)
    assert.deepEqual(Object.keys(optimizers).sort(), all.map(([name]) => name).sort())
  })

  for (const [name, optimizer] of Object.entries(optimizers)) {
    it(`${name}: parameters and gradients of twelve steps`, () => {
      const run = trainingRun({
        model: () => new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 3)),
        batches: () => Array.from({ length: 12 }, () => [randn([6, 4]), randint(3, { shape: [6] })] as const),
        optimizer,
      })
      assert.deepEqual(wrongAt(PLACES, run, eachCall(8)), [])
    })
  }
})
/** WebAssembly alone, and with OpenBLAS where it is there. */
const hasBlas = at({ ...TRUTH, backend: 'auto' }, device) === 'blas'
const MODEL_PLACES: readonly Place[] = (['float32', 'float64'] as const).flatMap(dtype =>
  ['wasm', ...(hasBlas ? ['blas'] : [])].map(backend => ({ backend, dtype, compiled: true })),
)

describe(`compiled models beside the reference in float64${hasBlas ? '' : ' (without OpenBLAS, which is not in .venv)'}`, function () {
  this.timeout(120_000)
  const batch =
    (shape: readonly number[], classes: number, target: readonly number[] = [shape[0] as number]) =>
    () =>
      Array.from({ length: 5 }, () => [randn(shape), randint(classes, { shape: target })] as const)
  const tokens = () =>
    Array.from({ length: 5 }, () => [randint(20, { shape: [2, 16] }), randint(20, { shape: [2, 16] })] as const)
  const models: { readonly [name: string]: Pick<Training, 'model' | 'batches'> } = {
    tiny: { model: tiny, batches: batch([16, 16], 4) },
    mlp: { model: mlp, batches: batch([8, 784], 10) },
    conv: { model: conv, batches: batch([2, 1, 28, 28], 10) },
    resnet: { model: resnet, batches: batch([2, 3, 16, 16], 10) },
    transformer: { model: () => new Transformer({ vocabSize: 20, contextLength: 16, dim: 32 }), batches: tokens },
  }
  for (const [name, parts] of Object.entries(models)) {
    it(`${name}: losses, gradients and parameters of five steps`, () => {
      const run = trainingRun({ ...parts, optimizer: p => new optim.SGD(p, { lr: 0.05, momentum: 0.9 }) })
      assert.deepEqual(wrongAt(MODEL_PLACES, run, eachCall(16)), [])
    })
  }
})
