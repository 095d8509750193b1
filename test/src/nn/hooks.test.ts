// Functions that look in when a module runs, forward and backward.
import assert from 'node:assert/strict'
import { isTensor, nn, ones, type Tensor, tensor } from '#src/index.js'

class Twice extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.mul(2)
  }
}

class Product extends nn.Module {
  forward(a: Tensor, b: Tensor): Tensor {
    return a.mul(b)
  }
}

describe('module hooks', () => {
  it('see the inputs before forward, and may replace them', () => {
    const module = new Twice()
    const seen: unknown[] = []
    module.registerForwardPreHook((which, inputs) => {
      seen.push(which, inputs.length)
    })
    const remove = module.registerForwardPreHook((_, [x]) => [(x as Tensor).add(1)])
    assert.equal(module.forward(tensor(3)).item(), 8)
    assert.deepEqual(seen, [module, 1])
    remove()
    assert.equal(module.forward(tensor(3)).item(), 6)
  })

  it('see the output after forward, and may replace it', () => {
    const module = new Twice()
    const outputs: number[] = []
    module.registerForwardHook((_, __, output) => {
      outputs.push((output as Tensor).item())
    })
    module.registerForwardHook((_, [x], output) => (output as Tensor).sub(x as Tensor))
    assert.equal(module.forward(tensor(5)).item(), 5)
    assert.deepEqual(outputs, [10])
  })

  it('run inside of other modules, too', () => {
    const inner = new Twice()
    const model = new nn.Sequential(inner, new nn.Identity())
    let calls = 0
    inner.registerForwardHook(() => {
      calls++
    })
    model.forward(ones([1]))
    assert.equal(calls, 1)
  })

  it('hold for a forward that is a field', () => {
    class Arrow extends nn.Module {
      forward = (x: Tensor): Tensor => x.mul(3)
    }
    const module = new Arrow()
    module.registerForwardHook((_, __, output) => (output as Tensor).add(1))
    assert.equal(module.forward(tensor(2)).item(), 7)
  })

  it('may be registered twice, and removed one by one', () => {
    const module = new Twice()
    let calls = 0
    const count = (): void => {
      calls++
    }
    const remove = module.registerForwardHook(count)
    module.registerForwardHook(count)
    module.forward(tensor(1))
    assert.equal(calls, 2)
    remove()
    remove()
    module.forward(tensor(1))
    assert.equal(calls, 3)
  })

  it('see the gradients by inputs and outputs', () => {
    const module = new Product()
    const seen: unknown[] = []
    module.registerFullBackwardHook((_, gradInputs, gradOutputs) => {
      seen.push(
        gradInputs.map(g => g?.toArray()),
        gradOutputs.map(g => g?.toArray()),
      )
    })
    const [a, b] = [tensor([1, 2], { requiresGrad: true }), tensor([3, 4], { requiresGrad: true })]
    module.forward(a, b).mul(10).sum().backward()
    assert.deepEqual(seen, [
      [
        [30, 40],
        [10, 20],
      ],
      [[10, 10]],
    ])
    assert.deepEqual(a.grad?.toArray(), [30, 40])
  })

  it('may replace the gradients that flow on', () => {
    const module = new Twice()
    module.registerFullBackwardHook((_, [g]) => [isTensor(g) ? g.mul(-1) : null])
    const x = tensor([1], { requiresGrad: true })
    module.forward(x).sum().backward()
    assert.deepEqual(x.grad?.toArray(), [-2])
  })

  it('come where only parameters carry gradients', () => {
    const layer = new nn.Linear(2, 1)
    const seen: unknown[] = []
    layer.registerFullBackwardHook((_, gradInputs, gradOutputs) => {
      seen.push(gradInputs, gradOutputs[0]?.toArray())
    })
    layer
      .forward(ones([1, 2]))
      .sum()
      .backward()
    assert.deepEqual(seen, [[null], [[1]]])
  })

  it('come through modules that return several tensors by name', () => {
    const lstm = new nn.LSTM(2, 1)
    const seen: unknown[] = []
    lstm.registerFullBackwardHook((_, [gradX], gradOutputs) => {
      seen.push(
        gradX?.shape,
        gradOutputs.map(g => g?.toArray()),
      )
    })
    const x = ones([2, 1, 2]).requiresGrad_()
    const { output, state } = lstm.forward(x)
    output.sum().add(state.c.sum().mul(3)).backward()
    assert.deepEqual(seen, [
      [2, 1, 2],
      [[[[1]], [[1]]], [[[0]]], [[[3]]]],
    ])
    assert.ok(x.grad)
    const attention = new nn.MultiheadAttention(2, 1)
    const calls: number[] = []
    attention.registerFullBackwardHook((_, __, gradOutputs) => {
      calls.push(gradOutputs.length)
    })
    attention.forward(x, x, x, { needWeights: false }).output.sum().backward()
    assert.deepEqual(calls, [1])
  })

  it('do not change gradients by looking', () => {
    const plain = new nn.Linear(3, 2)
    const watched = new nn.Linear(3, 2)
    watched.loadStateDict(plain.stateDict())
    watched.registerFullBackwardHook(() => undefined)
    const x = tensor([[1, -2, 3]])
    for (const layer of [plain, watched]) layer.forward(x).square().sum().backward()
    assert.deepEqual(watched.weight.grad?.toArray(), plain.weight.grad?.toArray())
  })
})
