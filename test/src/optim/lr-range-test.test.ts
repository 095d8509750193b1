// The learning-rate range test: what it suggests, where it stops, and that it leaves no trace.
import assert from 'node:assert/strict'
import { defaultGenerator, F, manualSeed, nn, optim, rand, randn, type Tensor, tensor } from '#src/index.js'
import { raises } from '../raises.js'

/** A quadratic bowl a/2 w^2 as a model: plain gradient descent converges below 2/a and breaks out above. */
class Bowl extends nn.Module {
  readonly weight = new nn.Parameter(tensor([1], { dtype: 'float64' }))
  readonly curvature: number
  constructor(curvature: number) {
    super()
    this.curvature = curvature
  }
  override forward(): Tensor {
    return this.weight
      .square()
      .sum()
      .mul(this.curvature / 2)
  }
}

describe('the learning-rate range test', () => {
  it('breaks out behind 2 / curvature, and suggests less than that', () => {
    for (const curvature of [1, 100]) {
      const bowl = new Bowl(curvature)
      const range = optim.lrRangeTest(bowl, new optim.SGD(bowl.parameters()), {
        loss: () => bowl.forward(),
        minLr: 1e-5 / curvature,
        maxLr: 1000 / curvature,
        steps: 200,
        smoothing: 0,
      })
      const edge = 2 / curvature
      assert.equal(range.diverged, true)
      assert.ok((range.lrs.at(-1) as number) > edge && range.lrs.length < 200)
      assert.ok(range.lowest < 2 * edge && range.steepest < range.lowest)
      assert.ok(range.suggestion <= range.lowest / 10 && range.suggestion > 1e-4 * edge)
      assert.match(range.reason, /falls fastest at .* lowest at /)
    }
  })

  it('raises the rate by the same factor at each step, and writes the losses down', () => {
    const bowl = new Bowl(1)
    const { lrs, losses, smoothed, diverged } = optim.lrRangeTest(bowl, new optim.SGD(bowl.parameters()), {
      loss: () => bowl.forward(),
      minLr: 1e-4,
      maxLr: 1e-2,
      steps: 5,
    })
    assert.equal(diverged, false)
    for (const [i, lr] of [1e-4, 10 ** -3.5, 1e-3, 10 ** -2.5, 1e-2].entries()) {
      assert.ok(Math.abs((lrs[i] as number) / lr - 1) < 1e-12)
    }
    // w shrinks by 1 - lr at each step.
    let w = 1
    for (const [i, lr] of lrs.entries()) {
      assert.ok(Math.abs((losses[i] as number) - (w * w) / 2) < 1e-12)
      w *= 1 - lr
    }
    const weights = [1, 0.8, 0.8 ** 2, 0.8 ** 3, 0.8 ** 4]
    const sum = weights.reduce((a, b) => a + b)
    const mean = weights.reduce((a, weight, i) => a + weight * (losses[i] as number), 0) / sum
    assert.ok(Math.abs((smoothed[0] as number) - mean) < 1e-12)
  })

  const classifier = () => {
    manualSeed(5)
    const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Dropout(0.2), new nn.Linear(8, 2))
    const optimizer = new optim.AdamW([
      { params: [...model.parameters()].slice(0, 2), lr: 1e-3 },
      { params: [...model.parameters()].slice(2), lr: 1e-2 },
    ])
    const loss = (): Tensor => F.mseLoss(model.forward(randn([6, 4])), rand([6, 2]))
    const step = (): number => {
      const value = loss()
      optimizer.zeroGrad()
      value.backward()
      optimizer.step()
      return value.item()
    }
    return { model, optimizer, loss, step }
  }

  it('leaves model, optimizer, gradients and random numbers as they were, to the last bit', () => {
    const [tested, plain] = [classifier(), classifier()]
    manualSeed(9)
    for (let i = 0; i < 3; i++) tested.step()
    const [random, gradient] = [defaultGenerator().getState(), tested.model.parameters()[0]?.grad]
    const rates: number[][] = []
    optim.lrRangeTest(tested.model, tested.optimizer, {
      steps: 10,
      loss: () => {
        rates.push(tested.optimizer.paramGroups.map(({ lr }) => lr))
        return tested.loss()
      },
    })
    assert.deepEqual(defaultGenerator().getState(), random)
    assert.equal(tested.model.parameters()[0]?.grad, gradient)
    assert.deepEqual(
      tested.optimizer.paramGroups.map(({ lr }) => lr),
      [1e-3, 1e-2],
    )
    // The groups keep their ratio on the way.
    assert.ok(rates.every(([a, b]) => Math.abs((b as number) / (a as number) - 10) < 1e-9))
    const after = [1, 2, 3].map(() => tested.step())
    manualSeed(9)
    for (let i = 0; i < 3; i++) plain.step()
    assert.deepEqual(
      after,
      [1, 2, 3].map(() => plain.step()),
    )
  })

  it('leaves no trace where the loss throws', () => {
    const { model, optimizer, loss } = classifier()
    const before = model.parameters().map(p => p.toArray())
    const run = (): unknown =>
      optim.lrRangeTest(model, optimizer, {
        loss: i => {
          if (i === 3) throw new RangeError('no more data')
          return loss()
        },
      })
    assert.throws(run, RangeError)
    assert.deepEqual(
      model.parameters().map(p => p.toArray()),
      before,
    )
    assert.deepEqual(optimizer.stateDict().state, {})
  })

  it('says so where the loss never falls', () => {
    const bowl = new Bowl(1)
    const range = optim.lrRangeTest(bowl, new optim.SGD(bowl.parameters(), { maximize: true }), {
      loss: () => bowl.forward(),
      smoothing: 0,
      steps: 30,
      minLr: 1e-2,
    })
    assert.match(range.reason, /never falls/)
  })

  it('refuses a loss that is no number, and options out of range', () => {
    const bowl = new Bowl(1)
    const optimizer = new optim.SGD(bowl.parameters())
    const run = (options: object): (() => unknown) => {
      return () => optim.lrRangeTest(bowl, optimizer, { loss: () => bowl.forward(), ...options })
    }
    raises(run({ loss: () => tensor(Number.NaN) }), 'NOT_FINITE', 'NaN before the first step')
    raises(run({ loss: 3 }), 'BAD_OPTION', 'loss = 3')
    raises(run({ minLr: 0 }), 'BAD_OPTION', 'minLr = 0')
    raises(run({ minLr: 1, maxLr: 1 }), 'BAD_OPTION', 'maxLr = 1')
    raises(run({ steps: 4 }), 'BAD_OPTION', 'steps = 4')
    raises(run({ smoothing: 1 }), 'BAD_OPTION', 'smoothing = 1')
    raises(run({ divergence: 1 }), 'BAD_OPTION', 'divergence = 1')
  })
})
