// Means of weights: what they are, and that the model gets its own weights back.
import assert from 'node:assert/strict'
import { nn, noGrad, optim, type Tensor, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

class Counted extends nn.Module {
  readonly weight = new nn.Parameter(zeros([1]))
  readonly seen = this.registerBuffer('seen', tensor(0, { dtype: 'int32' }))
  forward(x: Tensor): Tensor {
    return x.mul(this.weight)
  }
}

const set = (model: Counted, value: number): void => {
  noGrad(() => model.weight.fill_(value))
}

describe('EMA', () => {
  it('says so where the model has other names than when it was made', () => {
    const model = new Counted()
    const ema = new optim.EMA(model)
    nn.prune.identity(model, 'weight')
    raises(() => ema.update(), 'STATE_DICT', 'EMA: the model has no weight any more', 'prune')
    raises(() => ema.swap(), 'STATE_DICT', 'weight')
  })

  it('is the running mean of the weights, from those it was made with', () => {
    const model = new Counted()
    const ema = new optim.EMA(model, { decay: 0.5 })
    for (const value of [4, 8]) {
      set(model, value)
      ema.update()
    }
    // 0 -> (0 + 4) / 2 -> (2 + 8) / 2
    assert.equal(
      ema.using(() => model.weight.item()),
      5,
    )
    assert.equal(model.weight.item(), 8)
  })

  it('may begin faster: min(decay, (1 + n) / (10 + n))', () => {
    const model = new Counted()
    const ema = new optim.EMA(model, { decay: 0.999, warmup: true })
    set(model, 10)
    ema.update()
    assert.ok(Math.abs(ema.using(() => model.weight.item()) - 9) < 1e-6)
  })

  it('copies whole numbers instead of mixing them', () => {
    const model = new Counted()
    const ema = new optim.EMA(model)
    noGrad(() => model.seen.fill_(7))
    ema.update()
    assert.equal(ema.averages().seen?.item(), 7)
  })

  it('gives the model its own weights back, also after a throw', () => {
    const model = new Counted()
    const ema = new optim.EMA(model)
    set(model, 3)
    assert.throws(() =>
      ema.using(() => {
        assert.equal(model.weight.item(), 0)
        throw new Error('stop')
      }),
    )
    assert.equal(model.weight.item(), 3)
    assert.ok(model.weight.requiresGrad)
  })

  it('refuses to learn while its means are in the model, and decays that are none', () => {
    const ema = new optim.EMA(new Counted())
    ema.swap()
    raises(() => ema.update(), 'STATE_DICT', 'swap them out')
    raises(() => new optim.EMA(new Counted(), { decay: 1.5 }), 'BAD_OPTION', 'decay')
  })

  it('is saved and loaded', () => {
    const [one, other] = [new Counted(), new Counted()]
    const ema = new optim.EMA(one, { decay: 0.5 })
    set(one, 4)
    ema.update()
    const again = new optim.EMA(other, { decay: 0.5 })
    again.loadStateDict(ema.stateDict())
    assert.equal(again.updates, 1)
    assert.equal(
      again.using(() => other.weight.item()),
      2,
    )
    raises(() => again.loadStateDict({ updates: 1, averages: {} }), 'STATE_DICT', 'weight, seen')
  })
})

describe('SWA', () => {
  it('is the plain mean of the weights that were given', () => {
    const model = new Counted()
    const swa = new optim.SWA(model)
    for (const value of [1, 2, 6, 7]) {
      set(model, value)
      swa.update()
    }
    assert.equal(
      swa.using(() => model.weight.item()),
      4,
    )
  })
})

describe('updateBatchNorm', () => {
  it('leaves a model without batch normalisation alone', () => {
    const model = new Counted().eval()
    let calls = 0
    model.registerForwardHook(() => {
      calls++
    })
    optim.updateBatchNorm([zeros([2])], model)
    assert.equal(calls, 0)
    assert.equal(model.training, false)
  })
})
