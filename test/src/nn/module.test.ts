// What a module finds in its fields, its modes, and what it says of itself.
import assert from 'node:assert/strict'
import { F, isTensor, nn, noGrad, ones, type Tensor, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

class Net extends nn.Module {
  readonly hidden = new nn.Linear(3, 4)
  readonly output = new nn.Linear(4, 2)
  readonly scale = new nn.Parameter(ones([2]))
  readonly seen = this.registerBuffer('seen', zeros([1]))
  readonly scratch = this.registerBuffer('scratch', zeros([1]), { persistent: false })
  readonly note = 'not a tensor'

  forward(x: Tensor): Tensor {
    return this.output.forward(F.relu(this.hidden.forward(x))).mul(this.scale)
  }
}

const names = (pairs: readonly (readonly [string, unknown])[]): string[] => pairs.map(([name]) => name)

describe('nn.Module', () => {
  it('finds parameters as PyTorch does: its own, then those of its children', () => {
    const expected = ['scale', 'hidden.weight', 'hidden.bias', 'output.weight', 'output.bias']
    assert.deepEqual(names(new Net().namedParameters()), expected)
    assert.deepEqual(Object.keys(new Net().stateDict()), [expected[0], 'seen', ...expected.slice(1)])
  })

  it('finds buffers that were registered, and no other tensors', () => {
    class Holder extends nn.Module {
      readonly kept = this.registerBuffer('kept', zeros([1]))
      readonly plain = zeros([2])
      forward(): void {}
    }
    assert.deepEqual(names(new Holder().namedBuffers()), ['kept'])
    assert.deepEqual(Object.keys(new Holder().stateDict()), ['kept'])
  })

  it('sees what a buffer was replaced by', () => {
    const net = new Net()
    Object.assign(net, { seen: tensor([7]) })
    assert.deepEqual(net.stateDict().seen?.toArray(), [7])
  })

  it('refuses modules and parameters where it would not find them', () => {
    const holding = (value: unknown): nn.Module => {
      class Holder extends nn.Module {
        readonly parts = value
        forward(): void {}
      }
      return new Holder()
    }
    raises(
      () => holding({ a: new nn.Linear(1, 1) }).parameters(),
      'HIDDEN',
      "Holder: its field 'parts' holds modules",
      'array',
    )
    raises(() => holding(new Map([['a', new nn.Linear(1, 1)]])).stateDict(), 'HIDDEN', 'modules')
    raises(() => holding([[new nn.Parameter(ones([1]))]]).parameters(), 'HIDDEN', 'parameters')
    assert.deepEqual(holding({ a: zeros([1]), b: 2 }).parameters(), [])
    assert.deepEqual(holding([['a'], 2]).parameters(), [])
  })

  it('finds modules and parameters in arrays', () => {
    class Stack extends nn.Module {
      readonly layers = [new nn.Linear(2, 2), new nn.Linear(2, 2)]
      readonly gains = [new nn.Parameter(ones([1]))]
      forward(x: Tensor): Tensor {
        return this.layers.reduce((y, layer) => layer.forward(y), x)
      }
    }
    const stack = new Stack()
    assert.deepEqual(names(stack.namedParameters()), [
      'gains.0',
      'layers.0.weight',
      'layers.0.bias',
      'layers.1.weight',
      'layers.1.bias',
    ])
    stack.double()
    assert.equal(stack.gains[0]?.dtype, 'float64')
    assert.equal(stack.layers[1]?.weight.dtype, 'float64')
  })

  it('refuses a leaf that requires a gradient and is no Parameter', () => {
    class Forgotten extends nn.Module {
      readonly weight = tensor([1], { requiresGrad: true })
      forward(): void {}
    }
    raises(() => new Forgotten().parameters(), 'NOT_A_PARAMETER', "field 'weight'", 'new nn.Parameter')
    class InArray extends nn.Module {
      readonly weights = [tensor([1], { requiresGrad: true })]
      forward(): void {}
    }
    raises(() => new InArray().stateDict(), 'NOT_A_PARAMETER', "field 'weights.0'")
  })

  it('names a shared parameter once, and both names in the state dict', () => {
    class Tied extends nn.Module {
      readonly embed = new nn.Linear(3, 5, { bias: false })
      readonly head = this.embed
      readonly again = this.embed.weight
      forward(): void {}
    }
    const tied = new Tied()
    assert.deepEqual(names(tied.namedParameters()), ['again'])
    assert.deepEqual(Object.keys(tied.stateDict()), ['again', 'embed.weight', 'head.weight'])
    assert.equal(tied.modules().length, 2)
    tied.double()
    assert.equal(tied.again, tied.embed.weight)
    assert.equal(tied.again.dtype, 'float64')
  })

  it('goes through children, modules and paths', () => {
    const net = new Net()
    assert.deepEqual(names(net.namedChildren()), ['hidden', 'output'])
    assert.deepEqual(net.children(), [net.hidden, net.output])
    assert.deepEqual(names(net.namedModules()), ['', 'hidden', 'output'])
    assert.equal(net.getSubmodule('hidden'), net.hidden)
    assert.equal(net.getParameter('hidden.bias'), net.hidden.bias)
    raises(() => net.getSubmodule('hiden'), 'NOT_FOUND', "Net has no module 'hiden'", 'hidden, output')
    raises(() => net.getParameter('hidden.wait'), 'NOT_FOUND', 'hidden.weight')
  })

  it('switches all below it between training and use', () => {
    const net = new Net()
    assert.deepEqual([net.training, net.hidden.training], [true, true])
    assert.equal(net.eval(), net)
    assert.deepEqual([net.training, net.hidden.training], [false, false])
    net.train()
    assert.deepEqual([net.training, net.hidden.training], [true, true])
  })

  it('freezes and thaws: what is frozen gets no gradient', () => {
    const net = new Net()
    net.hidden.requiresGrad_(false)
    net
      .forward(ones([1, 3]))
      .sum()
      .backward()
    assert.equal(net.hidden.weight.grad, null)
    assert.ok(isTensor(net.output.weight.grad))
    net.requiresGrad_()
    assert.ok(net.parameters().every(parameter => parameter.requiresGrad))
    net.zeroGrad()
    assert.ok(net.parameters().every(parameter => parameter.grad === null))
  })

  it('applies a function to all modules, the deepest first', () => {
    const seen: string[] = []
    const net = new Net()
    const same = net.apply(module => {
      seen.push(module.constructor.name)
      if (module instanceof nn.Linear) noGrad(() => module.weight.fill_(2))
    })
    assert.deepEqual(seen, ['Linear', 'Linear', 'Net'])
    assert.equal(same, net)
    assert.deepEqual(net.output.weight.toArray(), [
      [2, 2, 2, 2],
      [2, 2, 2, 2],
    ])
  })

  it('changes dtype and backend, and stays trainable', () => {
    const net = new Net().to({ dtype: 'float64', device: 'reference' })
    assert.deepEqual([net.scale.dtype, net.scale.device, net.seen.dtype], ['float64', 'reference', 'float64'])
    assert.ok(net.scale instanceof nn.Parameter && net.scale.requiresGrad)
    net.hidden.requiresGrad_(false)
    assert.equal(net.float().hidden.weight.requiresGrad, false)
    assert.equal(net.half().scale.dtype, 'float16')
    assert.equal(net.bfloat16().scale.dtype, 'bfloat16')
  })

  it('leaves integer buffers as they are', () => {
    class Counter extends nn.Module {
      readonly count = this.registerBuffer('count', tensor(0, { dtype: 'int32' }))
      forward(): void {}
    }
    assert.equal(new Counter().double().count.dtype, 'int32')
  })

  it('prints itself as PyTorch does', () => {
    const model = new nn.Sequential(
      new nn.Linear(2, 3),
      new nn.Sequential(new nn.ReLU(), new nn.Linear(3, 1, { bias: false })),
    )
    assert.equal(
      String(model),
      [
        'Sequential(',
        '  (0): Linear(inFeatures=2, outFeatures=3)',
        '  (1): Sequential(',
        '    (0): ReLU()',
        '    (1): Linear(inFeatures=3, outFeatures=1, bias=false)',
        '  )',
        ')',
      ].join('\n'),
    )
  })
})

describe('nn.Parameter', () => {
  it('is a leaf that shares the numbers of its tensor', () => {
    const data = ones([2])
    const parameter = new nn.Parameter(data)
    assert.ok(isTensor(parameter) && parameter.isLeaf && parameter.requiresGrad)
    data.fill_(3)
    assert.deepEqual(parameter.toArray(), [3, 3])
    assert.equal(new nn.Parameter(data, { requiresGrad: false }).requiresGrad, false)
  })

  it('refuses what is no tensor, and integers', () => {
    raises(() => new nn.Parameter([1, 2] as unknown as Tensor), 'NOT_A_PARAMETER', 'got an array')
    raises(() => new nn.Parameter(null as unknown as Tensor), 'NOT_A_PARAMETER', 'got null')
    raises(() => new nn.Parameter(tensor([1], { dtype: 'int32' })), 'BAD_DTYPE')
  })
})

describe('nn.Sequential', () => {
  it('strings layers together, and knows them by place', () => {
    const [first, second] = [new nn.Linear(2, 3), new nn.Linear(3, 1)]
    const model = new nn.Sequential(first).append(new nn.ReLU()).append(second)
    const x = tensor([[1, -2]])
    assert.deepEqual(model.forward(x).toArray(), second.forward(F.relu(first.forward(x))).toArray())
    assert.equal(model.length, 3)
    assert.equal(model[0], first)
    assert.equal(model.at(-1), second)
    assert.deepEqual([...model][2], second)
    assert.deepEqual(Object.keys(model.stateDict()), ['0.weight', '0.bias', '2.weight', '2.bias'])
  })

  it('refuses what is no module', () => {
    raises(() => new nn.Sequential(F.relu as unknown as nn.Layer), 'NOT_A_MODULE', 'layer 0', 'new nn.ReLU()')
    raises(() => new nn.Sequential(null as unknown as nn.Layer), 'NOT_A_MODULE', 'got null')
  })
})

describe('nn.Linear', () => {
  it('draws its first values evenly within 1/sqrt(in)', () => {
    const { weight, bias } = new nn.Linear(400, 300)
    const bound = 1 / Math.sqrt(400)
    assert.ok(weight.abs().max().item() <= bound && weight.abs().max().item() > 0.99 * bound)
    // The standard error of a mean of 120,000 such numbers is bound / sqrt(3 * 120,000); of their variance 0.9 variance / sqrt(n).
    assert.ok(Math.abs(weight.mean().item()) < (5 * bound) / Math.sqrt(360_000))
    assert.ok(Math.abs(weight.square().mean().item() / (bound ** 2 / 3) - 1) < 0.015)
    assert.ok((bias?.abs().max().item() ?? 1) <= bound)
  })

  it('says which size does not fit, and how to mend it', () => {
    const layer = new nn.Linear(784, 10)
    raises(() => layer.forward(zeros([2, 100])), 'SHAPE_MISMATCH', 'Linear(784, 10)', '[2, 100]')
    raises(() => layer.forward(zeros([2, 28, 28])), 'SHAPE_MISMATCH', 'x.flatten(1)')
    raises(() => new nn.Linear(2.5, 1), 'BAD_OPTION', 'inFeatures')
    raises(() => new nn.Linear(2, 0), 'BAD_OPTION', 'outFeatures')
  })
})
