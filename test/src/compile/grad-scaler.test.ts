// Loss scaling within compiled steps: a step that is none is selected away on the backend, and the numbers are those of eager steps.
import assert from 'node:assert/strict'
import {
  autocast,
  compile,
  F,
  manualSeed,
  nn,
  optim,
  randint,
  randn,
  setBackend,
  type Tensor,
  tensor,
} from '#src/index.js'

type Make = (parameters: readonly nn.Parameter[]) => optim.Optimizer

interface Run {
  readonly losses: unknown[]
  readonly parameters: unknown
  readonly states: unknown
  readonly scaler: unknown
}

const STEPS = 24

/** A training with gradients that are Infinity in some steps, since their batch is. */
function train(make: Make, compiled: boolean, between?: (i: number, scaler: optim.GradScaler) => void): Run {
  manualSeed(5)
  const model = new nn.Sequential(new nn.Linear(6, 8), new nn.Tanh(), new nn.Linear(8, 3))
  const optimizer = make(model.parameters())
  const scaler = new optim.GradScaler({ initScale: 1024, growthInterval: 3 })
  const plain = (x: Tensor, y: Tensor, size: Tensor): Tensor => {
    const loss = F.crossEntropy(model.forward(x), y)
    optimizer.zeroGrad()
    // The factor is 1, or Infinity: then all gradients are, but the loss is not.
    scaler.scale(loss.mul(size)).backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return loss
  }
  const step = compiled ? compile(plain) : plain
  const losses = Array.from({ length: STEPS }, (_, i) => {
    const bad = i === 0 || i === 1 || i === 7 || i === 8 || i === 15
    const loss = step(randn([5, 6]), randint(3, { shape: [5] }), tensor(bad ? Infinity : 1)).item()
    between?.(i, scaler)
    return loss
  })
  const numbers = (x: unknown): unknown => (typeof x === 'object' ? (x as Tensor).toArray() : x)
  const states = Array.from({ length: 4 }, (_, i) =>
    Object.entries(optimizer.stateDict().state[i] ?? {}).map(([name, x]) => [name, numbers(x)]),
  )
  return { losses, parameters: model.parameters().map(p => p.toArray()), states, scaler: scaler.stateDict() }
}

const OPTIMIZERS: Readonly<Record<string, Make>> = {
  SGD: p => new optim.SGD(p, { lr: 0.1 }),
  'SGD with momentum and dampening': p => new optim.SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.5 }),
  Adam: p => new optim.Adam(p, { lr: 0.01 }),
  'AdamW, amsgrad': p => new optim.AdamW(p, { lr: 0.01, amsgrad: true }),
  NAdam: p => new optim.NAdam(p, { lr: 0.01 }),
  RAdam: p => new optim.RAdam(p, { lr: 0.01 }),
  Adagrad: p => new optim.Adagrad(p, { lr: 0.1, initialAccumulatorValue: 0.5 }),
  Adadelta: p => new optim.Adadelta(p),
  RMSprop: p => new optim.RMSprop(p, { lr: 0.01, momentum: 0.5, centered: true }),
  Lion: p => new optim.Lion(p, { lr: 0.01 }),
}

for (const backend of ['auto', 'reference']) {
  describe(`a GradScaler within a compiled step, on ${backend}`, () => {
    before(() => setBackend(backend))
    after(() => setBackend('auto'))

    for (const [name, make] of Object.entries(OPTIMIZERS)) {
      it(`skips the steps that an eager one skips, and leaves the same numbers: ${name}`, () => {
        assert.deepEqual(train(make, true), train(make, false))
      })
    }

    it('tells its scale between calls, as an eager one does', () => {
      const scales = (compiled: boolean): number[] => {
        const seen: number[] = []
        train(OPTIMIZERS.Adam as Make, compiled, (_, scaler) => seen.push(scaler.getScale()))
        return seen
      }
      assert.deepEqual(scales(true), scales(false))
      assert.equal(scales(true)[0], 512)
    })
  })
}

describe('a GradScaler and a compiled step', () => {
  it('make one program, which reads nothing on the host', () => {
    const w = new nn.Parameter(tensor([1, 2]))
    const optimizer = new optim.SGD([w], { lr: 0.1 })
    const scaler = new optim.GradScaler({ initScale: 4 })
    const step = compile((x: Tensor) => {
      const loss = autocast({ dtype: 'float16' }, () => w.mul(x).sum())
      optimizer.zeroGrad()
      scaler.scale(loss).backward()
      const made = scaler.step(optimizer)
      assert.equal(made, undefined)
      scaler.update()
      return loss
    })
    for (let i = 0; i < 6; i++) step(tensor([1, 1]))
    assert.equal(step.programs.length, 1)
    const before = w.toArray()
    step(tensor([Infinity, 1]))
    assert.deepEqual(w.toArray(), before)
    assert.equal(scaler.getScale(), 2)
    step(tensor([1, 1]))
    assert.notDeepEqual(w.toArray(), before)
  })

  it('may have update() outside of the step', () => {
    const run = (compiled: boolean): unknown => {
      const w = new nn.Parameter(tensor([1, 2]))
      const optimizer = new optim.Adam([w], { lr: 0.1 })
      const scaler = new optim.GradScaler({ initScale: 8, growthInterval: 2 })
      const plain = (x: Tensor): Tensor => {
        const loss = w.mul(x).sum()
        optimizer.zeroGrad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        return loss
      }
      const step = compiled ? compile(plain) : plain
      const seen = Array.from({ length: 12 }, (_, i) => {
        step(tensor([i % 5 === 4 ? Number.NaN : 1, i]))
        scaler.update()
        return scaler.getScale()
      })
      return [seen, w.toArray(), optimizer.state.get(w)?.step]
    }
    assert.deepEqual(run(true), run(false))
  })

  it('work for two optimizers, of which each skips alone', () => {
    const run = (compiled: boolean): unknown => {
      const [a, b] = [new nn.Parameter(tensor([1, 2])), new nn.Parameter(tensor([3]))]
      const [first, second] = [new optim.Adam([a], { lr: 0.1 }), new optim.SGD([b], { lr: 0.1, momentum: 0.9 })]
      const scaler = new optim.GradScaler({ initScale: 8, growthInterval: 2 })
      const plain = (x: Tensor, y: Tensor): Tensor => {
        first.zeroGrad()
        second.zeroGrad()
        const loss = a.mul(x).sum()
        const other = b.mul(y).sum()
        scaler.scale(loss).backward()
        scaler.step(first)
        scaler.scale(other).backward()
        scaler.step(second)
        scaler.update()
        return loss.add(other)
      }
      const step = compiled ? compile(plain) : plain
      for (let i = 0; i < 14; i++)
        step(tensor([i % 4 === 3 ? Infinity : 1, i]), tensor([i % 6 === 5 ? -Infinity : 0.5]))
      return [a.toArray(), b.toArray(), first.state.get(a)?.step, scaler.stateDict()]
    }
    assert.deepEqual(run(true), run(false))
  })
})
