// Every schedule over 60 steps against PyTorch, momentum where it cycles, and what they refuse.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { optim, tensor } from '#src/index.js'
import { raises } from '../raises.js'

interface Curve {
  readonly name: string
  readonly kind: 'sgd' | 'adam'
  readonly rates: readonly number[]
  readonly lrs: readonly (readonly number[])[]
  readonly momenta: readonly (readonly number[])[]
  readonly args?: readonly unknown[]
  readonly options?: Readonly<Record<string, unknown>>
  readonly metrics?: readonly number[] | null
  readonly parts?: readonly (readonly [string, readonly unknown[], Readonly<Record<string, unknown>>])[]
  readonly milestones?: readonly number[] | null
}

const file = new URL('../../../../test/golden/optim/schedules.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Curve[] }

/** The functions that the goldens name. */
const FUNCTIONS: Readonly<Record<string, (t: number) => number>> = {
  inverse: t => 1 / (t + 1),
  fall: () => 0.97,
  wave: t => 1 + 0.5 * Math.sin(t),
  shrink: x => 1 / (1 + x / 7),
}

const value = (given: unknown): unknown => {
  if (Array.isArray(given)) return given.map(value)
  return typeof given === 'string' && given in FUNCTIONS ? FUNCTIONS[given] : given
}

const one = (): ReturnType<typeof tensor> => tensor([0], { requiresGrad: true })

function optimizerOf({ kind, rates }: Pick<Curve, 'kind' | 'rates'>): optim.Optimizer {
  const groups = rates.map(lr => ({ params: [one()], lr }))
  return kind === 'sgd' ? new optim.SGD(groups, { momentum: 0.9 }) : new optim.Adam(groups)
}

type Make = new (...args: unknown[]) => optim.LRScheduler & { step(metric?: number): void }

function schedulerOf(optimizer: optim.Optimizer, curve: Curve): optim.Scheduler {
  const make = (name: string, args: readonly unknown[], options: object): optim.LRScheduler => {
    const Class = (optim as unknown as Record<string, Make>)[name] as Make
    const chosen = Object.fromEntries(Object.entries(options).map(([key, given]) => [key, value(given)]))
    return new Class(optimizer, ...args.map(value), chosen)
  }
  if (curve.parts === undefined) return make(curve.name, curve.args ?? [], curve.options ?? {})
  const parts = curve.parts.map(([name, args, options]) => make(name, args, options))
  if (curve.name === 'ChainedScheduler') return new optim.ChainedScheduler(parts)
  return new optim.SequentialLR(optimizer, parts, curve.milestones ?? [])
}

const momentaOf = (optimizer: optim.Optimizer): number[] =>
  (optimizer.paramGroups as { momentum?: number; betas?: [number, number] }[]).map(
    group => group.betas?.[0] ?? (group.momentum as number),
  )

/** PyTorch goes from rate to rate and rounds at each step: 60 steps may be off by some 60 roundings. */
const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-13 + 1e-12 * Math.abs(b)

describe('schedules against PyTorch', () => {
  for (const [i, curve] of cases.entries()) {
    const options = JSON.stringify(curve.options ?? curve.parts)
    it(`${curve.name} ${options} (curve ${i + 1})`, () => {
      const optimizer = optimizerOf(curve)
      const scheduler = schedulerOf(optimizer, curve)
      for (const [t, expected] of curve.lrs.entries()) {
        const found = scheduler.lastLr
        assert.ok(
          found.every((lr, group) => near(lr, expected[group] as number)),
          `step ${t}: expected ${expected}, got ${found}`,
        )
        const momenta = momentaOf(optimizer)
        assert.ok(
          momenta.every((momentum, group) => near(momentum, curve.momenta[t]?.[group] as number)),
          `step ${t}: expected momenta ${curve.momenta[t]}, got ${momenta}`,
        )
        scheduler.step(curve.metrics?.[t] as number)
      }
    })
  }

  it('cover every schedule that is exported', () => {
    const classes = Object.entries(optim).filter(
      ([, made]) => made === optim.ReduceLROnPlateau || made.prototype instanceof optim.LRScheduler,
    )
    const known = new Set(cases.map(({ name }) => name))
    assert.deepEqual(
      classes.map(([name]) => name).filter(name => !known.has(name)),
      [],
    )
  })

  it('can be shown before they are gone through', () => {
    for (const curve of cases.filter(({ name }) => name !== 'ReduceLROnPlateau')) {
      const scheduler = schedulerOf(optimizerOf(curve), curve) as optim.LRScheduler
      const shown = scheduler.preview(60, 1)
      assert.ok(curve.lrs.every(([, lr], t) => near(shown[t] as number, lr as number)))
      assert.equal(scheduler.lastEpoch, 0)
    }
  })

  it('go on where a saved one was, to the last bit', () => {
    for (const curve of cases) {
      const [first, second] = [optimizerOf(curve), optimizerOf(curve)]
      const [whole, resumed] = [schedulerOf(first, curve), schedulerOf(second, curve)]
      for (let t = 0; t < 30; t++) whole.step(curve.metrics?.[t] as number)
      resumed.loadStateDict(JSON.parse(JSON.stringify(whole.stateDict())) as optim.SchedulerState)
      for (let t = 30; t < 60; t++) {
        assert.deepEqual(resumed.lastLr, whole.lastLr, `${curve.name}, step ${t}`)
        assert.deepEqual(momentaOf(second), momentaOf(first))
        whole.step(curve.metrics?.[t] as number)
        resumed.step(curve.metrics?.[t] as number)
      }
    }
  })
})

describe('warmupCosine', () => {
  const schedule = (options: optim.WarmupCosineOptions): optim.LRScheduler =>
    optim.warmupCosine(new optim.SGD([one()], { lr: 2 }), options)

  it('rises by (t + 1) / warmup, so that step 0 moves, and falls along half a cosine to the floor', () => {
    const rates = schedule({ warmup: 4, total: 24, floor: 0.1 }).preview(30)
    assert.deepEqual([...rates.slice(0, 4)], [0.5, 1, 1.5, 2])
    assert.equal(rates[4], 2)
    // Halfway down: the mean of top and floor.
    assert.ok(near(rates[14] as number, 2 * 0.55))
    for (const t of [24, 25, 29]) assert.ok(near(rates[t] as number, 0.2))
    assert.ok([...rates.slice(4, 24)].every((rate, i, all) => i === 0 || rate < (all[i - 1] as number)))
  })

  it('does without warmup and without floor', () => {
    const rates = schedule({ warmup: 0, total: 10 }).preview(11)
    assert.equal(rates[0], 2)
    assert.ok(near(rates[5] as number, 1) && near(rates[10] as number, 0))
  })

  it('refuses a warmup that is longer than the training', () => {
    raises(() => schedule({ warmup: 10, total: 10 }), 'BAD_OPTION', 'warmup')
    raises(() => schedule({ warmup: -1, total: 10 }), 'BAD_OPTION')
    raises(() => schedule({ warmup: 1, total: 10, floor: 2 }), 'BAD_OPTION', 'floor')
  })
})

describe('schedules', () => {
  it('nest: a sequence within a sequence', () => {
    const optimizer = new optim.SGD([one()], { lr: 1 })
    const inner = new optim.SequentialLR(
      optimizer,
      [new optim.ConstantLR(optimizer, { factor: 0.5, totalIters: 9 }), new optim.ExponentialLR(optimizer, 0.5)],
      [2],
    )
    const outer = new optim.SequentialLR(
      optimizer,
      [new optim.LinearLR(optimizer, { startFactor: 0.25, totalIters: 3 }), inner],
      [3],
    )
    assert.deepEqual([...outer.preview(8)], [0.25, 0.5, 0.75, 0.5, 0.5, 1, 0.5, 0.25])
  })

  it('give a group that is added later its own rate as base', () => {
    const optimizer = new optim.SGD([one()], { lr: 1 })
    const scheduler = new optim.ExponentialLR(optimizer, 0.5)
    scheduler.step()
    optimizer.addParamGroup({ params: [one()], lr: 8 })
    scheduler.step()
    assert.deepEqual(scheduler.lastLr, [0.25, 2])
  })

  it('refuse what makes no sense', () => {
    const optimizer = new optim.SGD([one()], { lr: 1 })
    raises(() => new optim.StepLR({} as optim.Optimizer, 2), 'BAD_OPTION', 'must be an optimizer')
    raises(() => new optim.StepLR(optimizer, 0), 'BAD_OPTION', 'stepSize')
    raises(() => new optim.ConstantLR(optimizer, { factor: 2 }), 'BAD_OPTION', 'factor')
    raises(() => new optim.LinearLR(optimizer, { startFactor: 0 }), 'BAD_OPTION', 'startFactor')
    raises(() => new optim.LinearLR(optimizer, { endFactor: -1 }), 'BAD_OPTION', 'endFactor')
    raises(() => new optim.ExponentialLR(optimizer, 0), 'BAD_OPTION', 'gamma')
    raises(() => new optim.PolynomialLR(optimizer, { totalIters: 0 }), 'BAD_OPTION', 'totalIters')
    raises(() => new optim.LambdaLR(optimizer, [() => 1, () => 1]), 'BAD_OPTION', 'functions for groups')
    raises(() => new optim.CosineAnnealingLR(optimizer, 0), 'BAD_OPTION', 'tMax')
    raises(() => new optim.CosineAnnealingWarmRestarts(optimizer, 0), 'BAD_OPTION', 't0')
    raises(() => new optim.CosineAnnealingWarmRestarts(optimizer, 2, { tMult: 1.5 }), 'BAD_OPTION', 'tMult')
    raises(() => new optim.CyclicLR(optimizer, { baseLr: 0, maxLr: 1, stepSizeUp: 0 }), 'BAD_OPTION', 'stepSizeUp')
    raises(
      () => new optim.CyclicLR(optimizer, { baseLr: 0, maxLr: 1, mode: 'square' as 'triangular' }),
      'BAD_OPTION',
      'mode',
    )
    raises(() => new optim.OneCycleLR(optimizer, { maxLr: 1 }), 'BAD_OPTION', 'totalSteps')
    raises(() => new optim.OneCycleLR(optimizer, { maxLr: 1, totalSteps: 9, pctStart: 2 }), 'BAD_OPTION', 'pctStart')
    raises(() => new optim.ReduceLROnPlateau(optimizer, { factor: 1 }), 'BAD_OPTION', 'factor')
    raises(() => new optim.ReduceLROnPlateau(optimizer).step(undefined as unknown as number), 'BAD_OPTION', 'metric')
    raises(
      () => new optim.StepLR(optimizer, 2).loadStateDict({ lastEpoch: 1, baseLrs: [1, 2] }),
      'STATE_DICT',
      '2 groups',
    )
    const steps = [new optim.StepLR(optimizer, 2), new optim.StepLR(optimizer, 3)]
    raises(() => new optim.SequentialLR(optimizer, steps, []), 'BAD_OPTION', 'milestones')
    raises(() => new optim.SequentialLR(new optim.SGD([one()]), steps, [3]), 'BAD_OPTION', 'different optimizers')
    raises(() => new optim.ChainedScheduler([]), 'BAD_OPTION', 'schedulers')
  })

  it('say where momentum cannot cycle', () => {
    class Plain extends optim.Optimizer {
      protected override update(): void {}
    }
    const plain = new Plain([one()], { lr: 1 })
    raises(() => new optim.OneCycleLR(plain, { maxLr: 1, totalSteps: 9 }), 'BAD_OPTION', 'cycleMomentum: false')
    raises(() => new optim.CyclicLR(plain, { baseLr: 0, maxLr: 1 }), 'BAD_OPTION', 'cycleMomentum: false')
    new optim.OneCycleLR(plain, { maxLr: 1, totalSteps: 9, cycleMomentum: false }).step()
  })

  it('end a one-cycle after its last step', () => {
    const cycle = new optim.OneCycleLR(new optim.SGD([one()], { momentum: 0.9 }), { maxLr: 1, totalSteps: 3 })
    for (let t = 0; t < 3; t++) cycle.step()
    raises(() => cycle.step(), 'BAD_OPTION', 'the cycle has ended')
  })
})
