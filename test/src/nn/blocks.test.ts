// Blocks with a way around, lists of modules, layers that make images larger: what goldens do not say.
import assert from 'node:assert/strict'
import { gradcheck, manualSeed, nn, optim, randn, relu, type Tensor, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

describe('a residual block', () => {
  const dtype = 'float64'

  it('adds what its body makes to what comes in', () => {
    manualSeed(1)
    const body = new nn.Sequential(new nn.Linear(3, 5), new nn.Tanh(), new nn.Linear(5, 3))
    const x = randn([2, 3])
    assert.ok(new nn.Residual(body).forward(x).equal(body.forward(x).add(x)))
  })

  it('bends the sum where an activation is given (2016a), and projects x where a shortcut is', () => {
    manualSeed(2)
    const [body, shortcut] = [new nn.Conv2d(2, 4, 3, { padding: 1, stride: 2 }), new nn.Conv2d(2, 4, 1, { stride: 2 })]
    const block = new nn.Residual(body, { shortcut, activation: new nn.ReLU() })
    const x = randn([1, 2, 6, 6])
    assert.ok(block.forward(x).equal(relu(body.forward(x).add(shortcut.forward(x)))))
    assert.deepEqual(
      block.namedParameters().map(([name]) => name),
      ['body.weight', 'body.bias', 'shortcut.weight', 'shortcut.bias'],
    )
  })

  it('has right gradients, before and behind normalisation', () => {
    manualSeed(3)
    const post = new nn.Residual(
      new nn.Sequential(new nn.Conv2d(2, 2, 3, { padding: 1, dtype }), new nn.BatchNorm2d(2, { dtype })),
      { activation: new nn.Tanh() },
    )
    const pre = new nn.Residual(
      new nn.Sequential(new nn.BatchNorm2d(2, { dtype }), new nn.Tanh(), new nn.Conv2d(2, 2, 3, { padding: 1, dtype })),
    )
    for (const block of [post, pre]) {
      const x = randn([2, 2, 3, 3], { dtype, requiresGrad: true })
      for (const training of [true, false]) {
        block.train(training)
        assert.ok(gradcheck(y => block.forward(y as Tensor), [x]))
      }
    }
  })

  it('says which shapes do not meet', () => {
    const block = new nn.Residual(new nn.Linear(3, 4))
    raises(
      () => block.forward(zeros([2, 3])),
      'SHAPE_MISMATCH',
      'the body gives [2, 4], x itself has [2, 3]',
      'shortcut',
    )
    const projected = new nn.Residual(new nn.Linear(3, 4), { shortcut: new nn.Linear(3, 5) })
    raises(() => projected.forward(zeros([2, 3])), 'SHAPE_MISMATCH', 'the shortcut [2, 5]')
    raises(() => new nn.Residual(3 as never), 'NOT_A_MODULE')
  })
})

describe('dense blocks and highway layers', () => {
  it('begin as a way through: a highway gate of large negative bias passes x on', () => {
    manualSeed(4)
    const x = randn([5, 3])
    const gap = (gateBias: number): number => new nn.Highway(3, { gateBias }).forward(x).sub(x).abs().max().item()
    assert.ok(gap(-30) < 1e-9 && gap(0) > 0.01)
  })

  it('let each layer see the outputs of all before it', () => {
    const block = new nn.DenseBlock(3, { growthRate: 2, layers: 4 })
    assert.equal(block.outChannels, 11)
    const x = randn([2, 3, 4, 4])
    const y = block.forward(x)
    assert.ok(y.at([], [0, 3]).equal(x))
    assert.deepEqual(y.shape, [2, 11, 4, 4])
  })

  it('refuse sizes that are none', () => {
    raises(() => new nn.DenseBlock(0, { growthRate: 2, layers: 2 }), 'BAD_OPTION', 'inChannels')
    raises(() => new nn.DenseBlock(2, { growthRate: 0, layers: 2 }), 'BAD_OPTION', 'growthRate')
    raises(() => new nn.DenseBlock(2, { growthRate: 2, layers: 1.5 }), 'BAD_OPTION', 'layers')
    raises(() => new nn.Highway(0), 'BAD_OPTION')
  })
})

describe('modules in lists and under names', () => {
  it('are found, trained and saved under their places', () => {
    class Net extends nn.Module {
      readonly layers = new nn.ModuleList([new nn.Linear(2, 2), new nn.Linear(2, 2)])
      readonly heads = new nn.ModuleDict({ a: new nn.Linear(2, 1), b: new nn.Linear(2, 1, { bias: false }) })
      override forward(x: Tensor): Tensor {
        const y = [...this.layers].reduce((now, layer) => layer.forward(now), x)
        return (this.heads.get('b') as nn.Linear).forward(y)
      }
    }
    const net = new Net()
    assert.deepEqual(Object.keys(net.stateDict()), [
      'layers.0.weight',
      'layers.0.bias',
      'layers.1.weight',
      'layers.1.bias',
      'heads.a.weight',
      'heads.a.bias',
      'heads.b.weight',
    ])
    const optimizer = new optim.SGD(net.parameters(), { lr: 1 })
    const before = net.stateDict()['layers.0.weight']?.clone()
    net
      .forward(randn([3, 2]))
      .sum()
      .backward()
    optimizer.step()
    assert.ok(!net.stateDict()['layers.0.weight']?.equal(before as Tensor))
    assert.deepEqual(net.train(false).layers.at(-1)?.training, false)
  })

  it('grow: append, extend, insert; set, get, has, keys, values, entries', () => {
    const [a, b, c, d] = [1, 2, 3, 4].map(n => new nn.Linear(n, 1)) as [nn.Linear, nn.Linear, nn.Linear, nn.Linear]
    const list = new nn.ModuleList([a]).append(c).extend([d]).insert(1, b)
    assert.deepEqual([...list], [a, b, c, d])
    assert.deepEqual([list.length, list[1], list.at(-1)], [4, b, d])
    const dict = new nn.ModuleDict({ a }).set('b', b).set('a', c)
    assert.deepEqual([dict.keys(), dict.values(), dict.has('b'), dict.get('z')], [['a', 'b'], [c, b], true, undefined])
    assert.deepEqual(dict.entries(), [
      ['a', c],
      ['b', b],
    ])
  })

  it('have no forward, and take nothing but modules', () => {
    raises(() => new nn.ModuleList().forward(), 'NOT_A_MODULE', 'ModuleList has no forward')
    raises(() => new nn.ModuleDict().forward(), 'NOT_A_MODULE', 'ModuleDict has no forward')
    raises(() => new nn.ModuleList([3 as never]), 'NOT_A_MODULE')
    raises(() => new nn.ModuleDict({ x: tensor([1]) as never }), 'NOT_A_MODULE')
    raises(() => new nn.ModuleDict({ forward: new nn.Linear(1, 1) }), 'BAD_OPTION', "'forward' is the name of a method")
  })
})

describe('layers that make images larger', () => {
  it('begin with weights of PyTorch’s spread, by the channels that go out', () => {
    manualSeed(5)
    const layer = new nn.ConvTranspose2d(64, 16, 4)
    const bound = 1 / Math.sqrt(16 * 16)
    const [low, high, deviation] = [layer.weight.min().item(), layer.weight.max().item(), layer.weight.std().item()]
    assert.ok(low >= -bound && high <= bound && high > 0.99 * bound)
    assert.ok(Math.abs(deviation / (bound / Math.sqrt(3)) - 1) < 0.02)
  })

  it('say what does not fit', () => {
    raises(() => new nn.ConvTranspose2d(3, 4, 2, { groups: 2 }), 'BAD_OPTION', 'inChannels = 3')
    raises(() => new nn.Upsample({}), 'BAD_OPTION', 'either size or scaleFactor')
    raises(() => new nn.Upsample({ size: 2, scaleFactor: 2 }), 'BAD_OPTION', 'either')
    raises(() => new nn.PixelShuffle(2).forward(zeros([1, 6, 2, 2])), 'SHAPE_MISMATCH', 'a multiple of 4')
    raises(() => new nn.PixelShuffle(0), 'BAD_OPTION')
    raises(() => new nn.ZeroPad2d([1, 2]), 'BAD_OPTION', '[left, right, top, bottom]')
  })
})
