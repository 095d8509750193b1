// compile(step): the same numbers as without, whatever a step holds; what it refuses; what it asks for at each call.
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import {
  autocast,
  compile,
  device,
  F,
  Generator,
  grad,
  manualSeed,
  memory,
  nn,
  noGrad,
  ones,
  optim,
  perCall,
  profile,
  rand,
  randint,
  randn,
  setBackend,
  type Tensor,
  tensor,
  where,
  zeros,
} from '#src/index.js'
import { raises } from '../raises.js'

type Step = (...args: Tensor[]) => Tensor

/** What a run leaves: losses, parameters and buffers, gradients. */
function traceOf(model: nn.Module, step: Step, batches: Tensor[][], between?: () => void): unknown {
  const losses = batches.map(batch => {
    const loss = step(...batch).toArray()
    between?.()
    return loss
  })
  const state = Object.values(model.stateDict()).map(x => x.toArray())
  return { losses, state, gradients: model.parameters().map(({ grad }) => grad?.toArray() ?? null) }
}

interface Setting {
  readonly model: nn.Module
  readonly step: Step
  readonly between?: () => void
}

/** Asserts that a compiled run is the eager one, bit for bit, and that it was compiled. */
function assertSame(make: () => Setting, batches: () => Tensor[][], programs = 1): void {
  const run = (compiled: boolean): unknown => {
    manualSeed(11)
    const { model, step, between } = make()
    const used = compiled ? compile(step) : step
    manualSeed(12)
    const seen = traceOf(model, used, batches(), between)
    if (compiled) assert.equal((used as ReturnType<typeof compile>).programs.length, programs)
    return seen
  }
  assert.deepEqual(run(true), run(false))
}

const network = (): nn.Sequential => new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 3))

const batchesOf =
  (count = 8, size = 6) =>
  (): Tensor[][] =>
    Array.from({ length: count }, () => [randn([size, 4]), randint(3, { shape: [size] })])

/** A step of training with an optimizer. */
function training(model: nn.Layer, optimizer: optim.Optimizer, extra?: () => void): Step {
  return (x, y) => {
    const loss = F.crossEntropy(model.forward(x as Tensor), y as Tensor)
    optimizer.zeroGrad()
    loss.backward()
    extra?.()
    optimizer.step()
    return loss
  }
}

for (const backend of ['wasm', 'reference']) {
  describe(`a compiled step on ${backend} is the eager one, bit for bit`, function () {
    this.timeout(60_000)
    const chosen = device()
    before(() => {
      setBackend(backend)
    })
    after(() => {
      setBackend(chosen)
    })

    const optimizers: Record<string, (p: nn.Parameter[]) => optim.Optimizer> = {
      SGD: p => new optim.SGD(p, { lr: 0.1 }),
      'SGD with momentum': p => new optim.SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.01 }),
      Nesterov: p => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true }),
      Adam: p => new optim.Adam(p, { lr: 0.01, weightDecay: 0.1 }),
      AMSGrad: p => new optim.Adam(p, { lr: 0.01, amsgrad: true, maximize: true }),
      AdamW: p => new optim.AdamW(p, { lr: 0.01 }),
      RMSprop: p => new optim.RMSprop(p, { lr: 0.01, momentum: 0.5, centered: true }),
      Adagrad: p => new optim.Adagrad(p, { lr: 0.1, lrDecay: 0.1 }),
      Adadelta: p => new optim.Adadelta(p),
      Adamax: p => new optim.Adamax(p, { lr: 0.01 }),
      NAdam: p => new optim.NAdam(p, { lr: 0.01, weightDecay: 0.1, decoupledWeightDecay: true }),
      Lion: p => new optim.Lion(p, { lr: 0.01, weightDecay: 0.1 }),
      LARS: p => new optim.LARS(p, { lr: 0.1, weightDecay: 0.01 }),
      LAMB: p => new optim.LAMB(p, { lr: 0.01, weightDecay: 0.01 }),
    }
    for (const [name, make] of Object.entries(optimizers)) {
      it(`with ${name}`, () => {
        assertSame(() => {
          const model = network()
          return { model, step: training(model, make(model.parameters())) }
        }, batchesOf(7))
      })
    }

    it('with RAdam, whose first steps are others than its later ones', () => {
      assertSame(
        () => {
          const model = network()
          return { model, step: training(model, new optim.RAdam(model.parameters(), { lr: 0.01 })) }
        },
        batchesOf(12),
        2,
      )
    })

    it('with SAM', () => {
      assertSame(() => {
        const model = network()
        const optimizer = new optim.SAM(new optim.SGD(model.parameters(), { lr: 0.1 }))
        const step: Step = (x, y) =>
          optimizer.step(() => {
            optimizer.zeroGrad()
            const loss = F.crossEntropy(model.forward(x as Tensor), y as Tensor)
            loss.backward()
            return loss
          })
        return { model, step }
      }, batchesOf())
    })

    it('with groups, schedules and cycled momentum, which stay outside', () => {
      assertSame(() => {
        const model = network()
        const [first, second, ...rest] = model.parameters() as [nn.Parameter, nn.Parameter, ...nn.Parameter[]]
        const optimizer = new optim.AdamW([
          { params: [first, second], lr: 0.1 },
          { params: rest, lr: 0.01 },
        ])
        const schedule = new optim.OneCycleLR(optimizer, { maxLr: [0.1, 0.02], totalSteps: 20 })
        return { model, step: training(model, optimizer), between: () => schedule.step() }
      }, batchesOf(12))
    })

    it('with dropout and normalisation, in training and in use', () => {
      assertSame(
        () => {
          const model = new nn.Sequential(
            new nn.Linear(4, 8),
            new nn.BatchNorm1d(8),
            new nn.GELU(),
            new nn.Dropout(0.3),
            new nn.LayerNorm(8),
            new nn.Linear(8, 3),
          )
          let calls = 0
          const between = (): void => {
            calls++
            model.train(calls % 6 < 3)
          }
          return { model, step: training(model, new optim.Adam(model.parameters())), between }
        },
        batchesOf(24),
        2,
      )
    })

    it('with clipping, penalties and moving averages', () => {
      assertSame(() => {
        const model = network()
        const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 })
        const average = new optim.EMA(model, { decay: 0.9, warmup: true })
        const step: Step = (x, y) => {
          const loss = F.crossEntropy(model.forward(x as Tensor), y as Tensor).add(nn.l2Penalty(model, 0.01))
          optimizer.zeroGrad()
          loss.backward()
          optim.clipGradNorm(model.parameters(), 0.5)
          optim.clipGradValue(model.parameters(), 0.1)
          optimizer.step()
          average.update()
          return Object.values(average.averages()).reduce((sum, x) => sum.add(x.sum()), loss.detach())
        }
        return { model, step }
      }, batchesOf())
    })

    it('where gradients add up over micro-batches', () => {
      assertSame(() => {
        const model = network()
        const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 })
        const step: Step = (x, y) => {
          const parts = [0, 3].map(i => [(x as Tensor).at([i, i + 3]), (y as Tensor).at([i, i + 3])] as const)
          optimizer.zeroGrad()
          const loss = optim.accumulate(parts, ([a, b]) => F.crossEntropy(model.forward(a), b))
          optimizer.step()
          return loss
        }
        return { model, step }
      }, batchesOf())
    })

    it('where gradients add up from call to call, and are forgotten outside', () => {
      assertSame(
        () => {
          const model = network()
          const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 })
          let calls = 0
          const step: Step = (x, y) => {
            const loss = F.crossEntropy(model.forward(x as Tensor), y as Tensor)
            loss.backward()
            return loss
          }
          const between = (): void => {
            if (++calls % 4 !== 0) return
            optimizer.step()
            optimizer.zeroGrad()
          }
          return { model, step, between }
        },
        batchesOf(24),
        2,
      )
    })

    it('under autocast', () => {
      assertSame(() => {
        const model = network()
        const optimizer = new optim.Adam(model.parameters())
        const step: Step = (x, y) => {
          const loss = autocast({ dtype: 'bfloat16' }, () => F.crossEntropy(model.forward(x as Tensor), y as Tensor))
          optimizer.zeroGrad()
          loss.backward()
          optimizer.step()
          return loss
        }
        return { model, step }
      }, batchesOf())
    })

    it('with convolutions and pools', () => {
      assertSame(
        () => {
          const model = new nn.Sequential(
            new nn.Conv2d(1, 4, 3, { padding: 1 }),
            new nn.BatchNorm2d(4),
            new nn.ReLU(),
            new nn.MaxPool2d(2),
            new nn.Conv2d(4, 4, 3, { groups: 2 }),
            new nn.AdaptiveAvgPool2d(1),
            new nn.Flatten(),
            new nn.Linear(4, 3),
          )
          return { model, step: training(model, new optim.Adam(model.parameters())) }
        },
        () => Array.from({ length: 6 }, () => [randn([3, 1, 8, 8]), randint(3, { shape: [3] })]),
      )
    })

    it('with embeddings, attention and a recurrent net', () => {
      assertSame(
        () => {
          const embed = new nn.Embedding(5, 8)
          const block = new nn.DecoderBlock(8, 2, { dropout: 0.1, positions: 'rotary' })
          const lstm = new nn.GRU(8, 8, { batchFirst: true })
          const head = new nn.Linear(8, 5)
          class Net extends nn.Module {
            readonly parts = [embed, block, lstm, head]
            override forward(tokens: Tensor): Tensor {
              return head.forward(lstm.forward(block.forward(embed.forward(tokens))).output)
            }
          }
          const model = new Net()
          const optimizer = new optim.AdamW(model.parameters())
          const step: Step = (x, y) => {
            const loss = F.crossEntropy(model.forward(x as Tensor).reshape([-1, 5]), (y as Tensor).reshape([-1]))
            optimizer.zeroGrad()
            loss.backward()
            optimizer.step()
            return loss
          }
          return { model, step }
        },
        () => Array.from({ length: 6 }, () => [randint(5, { shape: [2, 4] }), randint(5, { shape: [2, 4] })]),
      )
    })

    it('with masks and angles that the garbage takes between two calls', () => {
      manualSeed(5)
      const block = new nn.DecoderBlock(8, 2, { positions: 'rotary' })
      const optimizer = new optim.SGD(block.parameters(), { lr: 0.1 })
      const step = compile((x: Tensor) => {
        const loss = block.forward(x).square().mean()
        optimizer.zeroGrad()
        loss.backward()
        optimizer.step()
        return loss
      })
      const x = randn([2, 6, 8])
      for (let i = 0; i < 4; i++) {
        step(x)
        memory({ collect: true })
      }
      assert.equal(step.programs.length, 1)
      assert.ok(
        step
          .explain()
          .programs[0]?.steps.every(({ primitives }) => !primitives.includes('triu') && !primitives.includes('cos')),
      )
    })

    it('for batches of several sizes, each with its program', () => {
      const sizes = [6, 6, 6, 6, 2, 2, 2, 6, 2]
      assertSame(
        () => {
          const model = network()
          return { model, step: training(model, new optim.Adam(model.parameters())) }
        },
        () => sizes.map(size => [randn([size, 4]), randint(3, { shape: [size] })]),
        2,
      )
    })

    it('for batches that are windows on a larger tensor', () => {
      assertSame(
        () => {
          const model = network()
          return { model, step: training(model, new optim.SGD(model.parameters(), { lr: 0.1 })) }
        },
        () => {
          const [x, y] = [randn([4, 40]).t(), randint(3, { shape: [40] })]
          return Array.from({ length: 8 }, (_, i) => [x.at([5 * i, 5 * i + 5]), y.at([5 * i, 5 * i + 5])])
        },
      )
    })
  })
}

describe('a compiled step', () => {
  const filled = (step: () => unknown, calls = 5): void => {
    for (let i = 0; i < calls; i++) step()
  }

  it('takes numbers as inputs, alone and in lists and objects', () => {
    const step = compile((x: Tensor, options: { factor: number; shifts: number[] }) =>
      x.mul(options.factor).add(options.shifts[1] as number),
    )
    for (let i = 0; i < 8; i++)
      assert.deepEqual(step(tensor([1, 2]), { factor: i, shifts: [9, i] }).toArray(), [2 * i, 3 * i])
    assert.equal(step.programs.length, 1)
  })

  it('asks for numbers of perCall at each call, in their order', () => {
    let count = 0
    const step = compile((x: Tensor) => {
      perCall(() => ++count)
      return x.mul(perCall(() => count * 10))
    })
    const seen = Array.from({ length: 6 }, () => step(tensor([1])).item())
    assert.deepEqual(seen, [10, 20, 30, 40, 50, 60])
    assert.equal(step.programs.length, 1)
  })

  it('makes a program for each text and boolean among its arguments', () => {
    const step = compile((x: Tensor, how: string, twice: boolean) => {
      const y = how === 'up' ? x.add(1) : x.sub(1)
      return twice ? y.mul(2) : y
    })
    for (let i = 0; i < 5; i++) {
      assert.equal(step(tensor([3]), 'up', false).item(), 4)
      assert.equal(step(tensor([3]), 'up', true).item(), 8)
      assert.equal(step(tensor([3]), 'down', false).item(), 2)
    }
    assert.equal(step.programs.length, 3)
  })

  it('gives results that are their own: later calls leave them alone', () => {
    const step = compile((x: Tensor) => ({ double: x.mul(2), rest: [x.sum(), 'text', null] as const }))
    const kept = Array.from({ length: 6 }, (_, i) => step(tensor([i, 1])))
    assert.deepEqual(
      kept.map(({ double, rest: [sum, text, none] }) => [double.toArray(), sum.item(), text, none]),
      kept.map((_, i) => [[2 * i, 2], i + 1, 'text', null]),
    )
  })

  it('gives gradients that are their own, and without graph what it returns', () => {
    const w = tensor([1, 2], { requiresGrad: true })
    const step = compile((x: Tensor) => {
      w.grad = null
      const loss = w.mul(x).sum()
      loss.backward()
      return loss
    })
    const gradients = Array.from({ length: 6 }, (_, i) => {
      assert.equal(step(tensor([i, 2 * i])).requiresGrad, false)
      return w.grad
    })
    assert.deepEqual(
      gradients.map(g => g?.toArray()),
      gradients.map((_, i) => [i, 2 * i]),
    )
  })

  it('writes into its arguments where the step does', () => {
    const step = compile((x: Tensor) => x.add_(1).sum())
    const x = zeros([2])
    filled(() => step(x), 6)
    assert.deepEqual(x.toArray(), [6, 6])
    const window = zeros([4])
    filled(() => step(window.at([1, 3])), 6)
    assert.deepEqual(window.toArray(), [0, 6, 6, 0])
  })

  it('moves on the stream of random numbers, also that of a generator of its own', () => {
    const run = (compiled: boolean): unknown => {
      manualSeed(3)
      const own = new Generator(4)
      const plain = (x: Tensor): Tensor =>
        x
          .add(rand([2]))
          .add(randn([2], { generator: own }))
          .add(rand([3]).sum())
      const step = compiled ? compile(plain) : plain
      const seen = Array.from({ length: 7 }, () => step(zeros([2])).toArray())
      return [seen, rand([1]).item(), rand([1], { generator: own }).item()]
    }
    assert.deepEqual(run(true), run(false))
  })

  it('compiles derivatives of functions, and use without gradients', () => {
    const slope = compile((x: Tensor) => grad(x.pow(3).sum(), [x])[0] as Tensor)
    const w = tensor([1, 2, 3], { requiresGrad: true })
    const atW = compile(() => grad(w.pow(3).sum(), [w])[0] as Tensor)
    filled(() => assert.deepEqual(atW().toArray(), [3, 12, 27]))
    raises(() => slope(w), 'BAD_ARGUMENT', 'requires a gradient')
    const model = new nn.Linear(2, 2)
    const use = compile((x: Tensor) => noGrad(() => model.forward(x)))
    const x = randn([3, 2])
    filled(() => assert.deepEqual(use(x).toArray(), noGrad(() => model.forward(x)).toArray()))
  })

  it('compiles gradients by what the step itself makes a leaf, and forgets them with the call', () => {
    const model = new nn.Linear(4, 2)
    const leafOf: readonly ((x: Tensor) => Tensor)[] = [
      x => x.detach().requiresGrad_(),
      x => x.clone().requiresGrad_(),
      () => ones([3, 4]).requiresGrad_(),
    ]
    for (const make of leafOf) {
      const byGrad = (x: Tensor): Tensor => {
        const leaf = make(x)
        return grad(model.forward(leaf).pow(3).sum(), [leaf])[0] as Tensor
      }
      const byBackward = (x: Tensor): [Tensor, Tensor] => {
        const leaf = make(x)
        model.zeroGrad()
        model.forward(leaf).pow(3).sum().backward()
        return [leaf.grad as Tensor, model.weight.grad as Tensor]
      }
      const steps = [compile(byGrad), compile(byBackward)] as const
      for (let i = 0; i < 8; i++) {
        const x = randn([3, 4])
        assert.deepEqual(steps[0](x).toArray(), byGrad(x).toArray())
        const [expected, got] = [byBackward(x).map(g => g.toArray()), steps[1](x).map(g => g.toArray())]
        assert.deepEqual(got, expected)
        assert.deepEqual(model.weight.grad?.toArray(), expected[1])
      }
      assert.deepEqual(
        steps.map(({ programs }) => programs.length),
        [1, 1],
      )
    }
  })

  it('says that a leaf on numbers from outside is another one at each call', () => {
    const w = ones([2])
    const step = compile(() => grad(w.detach().requiresGrad_().square().sum(), [])[0] ?? w, { maxTraces: 3 })
    filled(() => step(), 2)
    raises(() => step(), 'CHANGING', 'each of 3 calls made a tensor that requires a gradient', 'x.detach().clone()')
  })

  it('is part of the program of another one', () => {
    const inner = compile((x: Tensor) => x.mul(2))
    const outer = compile((x: Tensor) => inner(x).add(1))
    filled(() => assert.equal(outer(tensor([3])).item(), 7))
    assert.deepEqual([inner.programs.length, outer.programs.length], [0, 1])
  })

  it('follows weights that are loaded, and a module that changes between training and use', () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Dropout(1))
    const step = compile((x: Tensor) => noGrad(() => model.forward(x)))
    const x = ones([1, 2])
    filled(() => assert.deepEqual(step(x).abs().toArray(), [[0, 0]]))
    model.eval()
    filled(() => assert.deepEqual(step(x).toArray(), noGrad(() => model.forward(x)).toArray()))
    noGrad(() => model.parameters().forEach(p => void p.fill_(1)))
    assert.deepEqual(step(x).toArray(), [[3, 3]])
    model.train()
    assert.deepEqual(step(x).abs().toArray(), [[0, 0]])
    assert.equal(step.programs.length, 2)
  })

  it('says that a number cannot be read inside', () => {
    const read = compile((x: Tensor) => (x.sum().item() > 0 ? x : x.neg()))
    raises(() => read(tensor([1])), 'HOST_READ', 'where(condition, a, b)')
    raises(() => compile((x: Tensor) => `${x}`.length)(tensor([1])), 'HOST_READ')
    raises(() => compile((x: Tensor) => x.toArray())(tensor([1])), 'HOST_READ')
    const mended = compile((x: Tensor) => where(x.sum().gt(0), x, x.neg()))
    filled(() => assert.deepEqual(mended(tensor([-1])).toArray(), [1]))
  })

  it('says that a number of the call cannot be calculated with', () => {
    raises(() => compile((x: Tensor, lr: number) => x.mul(lr * 2))(tensor([1]), 3), 'BAD_VALUE', 'perCall')
  })

  it('says what changes from call to call', () => {
    let number = 0
    const counted = compile((x: Tensor) => x.mul(++number), { maxTraces: 3 })
    filled(() => counted(tensor([1])), 2)
    raises(() => counted(tensor([1])), 'CHANGING', 'a number was 2 and then 3', 'as arguments of the step')
    let state = zeros([2])
    const rotating = compile(
      (x: Tensor) => {
        state = state.add(x)
        return state
      },
      { maxTraces: 4 },
    )
    filled(() => rotating(ones([2])), 3)
    raises(() => rotating(ones([2])), 'CHANGING', 'another one at each call', 'in place')
    const growing = compile(
      (x: Tensor) => {
        number++
        let y = x
        for (let i = 0; i < number; i++) y = y.neg()
        return y
      },
      { maxTraces: 3 },
    )
    filled(() => growing(ones([2])), 2)
    raises(() => growing(ones([2])), 'CHANGING', 'operations in one')
  })

  it('says which arguments and results it cannot have', () => {
    raises(() => compile((x: unknown) => x)(new Map()), 'BAD_ARGUMENT', 'of class Map')
    raises(() => compile((x: unknown) => x)(() => 1), 'BAD_ARGUMENT', 'a function')
    raises(() => compile((x: Tensor) => new Map([['x', x]]))(tensor([1])), 'BAD_ARGUMENT', 'returns something')
    raises(() => compile(async (x: Tensor) => x)(tensor([1])), 'BAD_ARGUMENT', 'returns something')
    raises(() => compile((_: Tensor, lr: number) => lr)(tensor([1]), 2), 'BAD_ARGUMENT', 'returns a number')
    raises(() => compile(3 as never), 'BAD_ARGUMENT', 'expected a function')
  })

  it('meets an index outside of its range with an error, and goes on', () => {
    const table = new nn.Embedding(3, 2)
    const step = compile((i: Tensor) => table.forward(i).sum())
    const right = tensor([0, 2], { dtype: 'int32' })
    filled(() => step(right))
    raises(() => step(tensor([0, 3], { dtype: 'int32' })), 'BAD_INDEX', 'outside of its range')
    assert.equal(step(right).item(), noGrad(() => table.forward(right).sum()).item())
  })

  it('leaves nothing switched on where the step throws', () => {
    const broken = compile((x: Tensor) => {
      x.mul(2)
      throw new RangeError('on purpose')
    })
    assert.throws(() => broken(tensor([1])), RangeError)
    assert.equal(tensor([1]).add(1).item(), 2)
  })

  it('keeps no more programs than it is told to', () => {
    const step = compile((x: Tensor) => x.mul(2).add(1), { maxPrograms: 2 })
    for (const n of [1, 2, 3, 1])
      filled(() =>
        assert.equal(
          step(ones([n]))
            .sum()
            .item(),
          3 * n,
        ),
      )
    assert.equal(step.programs.length, 2)
  })

  it('runs kernels and loops themselves that would be too many calls', () => {
    const layer = new nn.Conv2d(1, 1, 3, { padding: 1 })
    const shift = randn([1, 40, 1, 3])
    const plain = (x: Tensor): Tensor =>
      layer
        .forward(x)
        .sum()
        .add(x.reshape([1500, 1, 3, 3]).expand([1500, 40, 3, 3]).mul(shift).add(1).sum())
    const step = compile((x: Tensor) => noGrad(() => plain(x)))
    const x = randn([1500, 1, 3, 3])
    filled(() => assert.equal(step(x).item(), noGrad(() => plain(x)).item()))
  })

  it('keeps its memory small over 100,000 steps', function () {
    this.timeout(120_000)
    const model = network()
    const optimizer = new optim.Adam(model.parameters())
    const step = compile(training(model, optimizer) as (x: Tensor, y: Tensor) => Tensor)
    const [x, y] = [randn([6, 4]), randint(3, { shape: [6] })]
    filled(() => step(x, y), 10)
    const start = memory().bytes
    let most = 0
    for (let i = 0; i < 100_000; i++) {
      step(x, y)
      if (i % 1000 === 0) most = Math.max(most, memory({ collect: false }).bytes)
    }
    assert.ok(most - start < start + 64 * 2 ** 20, `${(most - start) / 2 ** 20} MiB`)
    assert.ok(memory().bytes - start < 2 ** 20)
  })
})

describe('compile in a notebook', () => {
  const HOST = Symbol.for('gradlab.host')
  const places = globalThis as { [HOST]?: unknown }
  let before: unknown
  let cell = 1
  beforeEach(() => {
    before = places[HOST]
    places[HOST] = {
      get cell() {
        return { id: undefined, number: cell }
      },
    }
  })
  afterEach(() => {
    places[HOST] = before
  })

  it('traces again at the first call from another cell, and keeps the program where nothing has changed', () => {
    let traces = 0
    const step = compile((x: Tensor) => {
      traces++
      return x.mul(2)
    })
    for (let i = 0; i < 6; i++) step(tensor([1]))
    const inOne = traces
    cell++
    for (let i = 0; i < 6; i++) step(tensor([1]))
    assert.deepEqual([traces - inOne, step.programs.length], [1, 1])
  })

  it('sees a number outside that an earlier cell has set', () => {
    let factor = 2
    const step = compile((x: Tensor) => x.mul(factor))
    for (let i = 0; i < 6; i++) assert.equal(step(tensor([1])).item(), 2)
    factor = 5
    cell++
    for (let i = 0; i < 6; i++) assert.equal(step(tensor([1])).item(), 5)
    assert.equal(step.programs.length, 1)
  })
})

describe('states of optimizers that change between calls', () => {
  for (const [name, make] of Object.entries({
    Adam: (p: readonly nn.Parameter[]): optim.Optimizer => new optim.Adam(p, { lr: 0.1 }),
    'SGD with momentum': (p: readonly nn.Parameter[]): optim.Optimizer => new optim.SGD(p, { lr: 0.1, momentum: 0.9 }),
  })) {
    it(`are seen by compiled steps: loadStateDict, and forgotten ones: ${name}`, () => {
      const run = (compiled: boolean): unknown => {
        manualSeed(2)
        const model = new nn.Linear(3, 2)
        const optimizer = make(model.parameters())
        const plain = (x: Tensor): Tensor => {
          const loss = model.forward(x).square().sum()
          optimizer.zeroGrad()
          loss.backward()
          optimizer.step()
          return loss
        }
        const step = compiled ? compile(plain) : plain
        const some = (count: number): void => {
          for (let i = 0; i < count; i++) step(randn([4, 3]))
        }
        some(3)
        const saved = structuredClone(
          Object.fromEntries(
            Object.entries(optimizer.stateDict().state).map(([i, state]) => [
              i,
              Object.fromEntries(
                Object.entries(state).map(([key, x]) => [key, typeof x === 'number' ? x : x.toArray()]),
              ),
            ]),
          ),
        )
        some(4)
        const state = Object.fromEntries(
          Object.entries(saved).map(([i, entries]) => [
            i,
            Object.fromEntries(
              Object.entries(entries).map(([key, x]) => [key, typeof x === 'number' ? x : tensor(x as number[])]),
            ),
          ]),
        )
        optimizer.loadStateDict({ ...optimizer.stateDict(), state })
        some(5)
        optimizer.state.clear()
        some(5)
        return model.parameters().map(p => p.toArray())
      }
      assert.deepEqual(run(true), run(false))
    })
  }
})

describe('explain() and profile()', () => {
  it('show loops, lines, bytes, multiplications and constants', () => {
    const w = randn([4, 5])
    const step = compile((x: Tensor) => x.matmul(w).mul(1.5).relu().sum())
    assert.match(String(step.explain()), /No program yet/)
    for (let i = 0; i < 4; i++) step(randn([3, 4]))
    const [program] = step.explain().programs
    assert.deepEqual(
      program?.steps.map(({ primitives, shape, multiplyAdds }) => [primitives.join(' '), shape, multiplyAdds]),
      [
        ['matmul', [3, 5], 60],
        ['mul relu', [3, 5], 0],
        ['sum', [], 0],
      ],
    )
    assert.equal(program?.steps[0]?.bytes, 4 * (12 + 20 + 15))
    assert.ok(program?.constants.some(({ value, line }) => value === 1.5 && line?.includes('compile.test') === true))
    assert.match(
      String(step.explain()),
      /4 primitives in 3 loops and kernels; expected [\d.]+ ms at best; .*\n.*expected µs {2}lines\n1 +matmul/,
    )
    const bundle = (step.explain() as unknown as Record<symbol, () => Record<string, string>>)[
      Symbol.for('Jupyter.display')
    ]?.()
    assert.match(bundle?.['text/html'] ?? '', /<td[^>]*>mul relu<\/td>/)
  })

  it('are named where a step is printed', () => {
    const double = (x: Tensor): Tensor => x.mul(2)
    const step = compile(double)
    assert.equal(inspect(step), 'CompiledStep(double, no program yet; explain() shows them)')
    for (let i = 0; i < 4; i++) step(ones([2]))
    assert.equal(inspect(step), 'CompiledStep(double, 1 program; explain() shows them)')
  })

  it('measure each loop of a step', () => {
    const step = compile((x: Tensor) => x.exp().sum())
    const x = randn([1000])
    const { programs } = profile(step, [x], { rounds: 3 })
    assert.ok(programs[0]?.steps.every(({ ms }) => ms !== undefined && ms >= 0))
    assert.match(String(programs.length), /1/)
    raises(() => profile((() => 1) as never, [] as never), 'BAD_ARGUMENT', 'a compiled step')
    raises(() => profile(step, [x], { rounds: 0 }), 'BAD_ARGUMENT', 'rounds')
  })
})
