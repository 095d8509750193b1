import assert from 'node:assert/strict'
import { F, manualSeed, nn, ones, optim, tensor } from '#src/index.js'

describe('activations as layers', () => {
  it('say their options', () => {
    assert.equal(`${new nn.ReLU6()}`, 'ReLU6()')
    assert.equal(`${new nn.LeakyReLU({ negativeSlope: 0.2 })}`, 'LeakyReLU(negativeSlope=0.2)')
    assert.equal(`${new nn.GELU({ approximate: 'sigmoid' })}`, 'GELU(approximate=sigmoid)')
    assert.equal(`${new nn.Softmax(-1)}`, 'Softmax(dim=-1)')
    assert.equal(`${new nn.PReLU({ numParameters: 3 })}`, 'PReLU(numParameters=3)')
    assert.equal(`${new nn.Swish({ beta: 2 })}`, 'Swish(beta=2)')
    assert.equal(`${new nn.Swish({ learnable: true })}`, 'Swish(learnable=true)')
  })

  it('refuse sizes that cannot be, and an axis that is not said', () => {
    assert.throws(() => new nn.PReLU({ numParameters: 0 }), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.SwiGLU(3, 0.5), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.SwiGLU(3, 2).forward(ones([2, 2])), { code: 'SHAPE_MISMATCH' })
    // @ts-expect-error: the axis must be given
    assert.throws(() => new nn.Softmax().forward(ones([2, 2])), { code: 'BAD_DIM' })
  })

  it('learn a slope and a steepness', () => {
    for (const layer of [new nn.PReLU(), new nn.Swish({ learnable: true })]) {
      const optimizer = new optim.SGD(layer.parameters(), { lr: 0.1 })
      const loss = () =>
        layer
          .forward(tensor([-1, -2]))
          .sub(tensor([-0.5, -1]))
          .square()
          .mean()
      const first = loss().item()
      for (let step = 0; step < 30; step++) {
        optimizer.zeroGrad()
        loss().backward()
        optimizer.step()
      }
      assert.ok(loss().item() < first / 2, `${layer}: ${first} -> ${loss().item()}`)
    }
  })

  it('take parameters of another dtype than the input', () => {
    const slopes = new nn.PReLU({ dtype: 'float64' })
    assert.equal(slopes.forward(tensor([-1])).dtype, 'float32')
    assert.equal(slopes.forward(tensor([-1], { dtype: 'float64' })).dtype, 'float64')
  })
})

describe('rrelu', () => {
  it('draws a slope for each element below 0, and leaves the others', () => {
    manualSeed(3)
    const x = ones([10_000]).neg()
    const slopes = F.rrelu(x, { training: true }).neg()
    assert.ok(slopes.min().item() >= 1 / 8)
    assert.ok(slopes.max().item() < 1 / 3)
    // Uniform: mean (1/8 + 1/3) / 2, standard deviation (1/3 - 1/8) / sqrt(12), of the mean a hundredth of it.
    const deviation = (1 / 3 - 1 / 8) / Math.sqrt(12)
    assert.ok(Math.abs(slopes.mean().item() - 11 / 48) < (4 * deviation) / 100)
    assert.ok(Math.abs(slopes.std().item() - deviation) < 0.05 * deviation)
    assert.deepEqual(F.rrelu(ones([3]), { training: true }).toArray(), [1, 1, 1])
  })

  it('has the slopes that it drew as gradients', () => {
    manualSeed(3)
    const x = tensor([-1, -2, 3], { requiresGrad: true })
    const y = new nn.RReLU().forward(x)
    y.sum().backward()
    assert.deepEqual(x.grad?.mul(x.detach()).toArray(), y.toArray())
  })

  it('draws again from the same seed, and nothing in use', () => {
    const x = ones([8]).neg()
    const draw = () => {
      manualSeed(5)
      return new nn.RReLU().forward(x).toArray()
    }
    assert.deepEqual(draw(), draw())
    const inUse = new nn.RReLU({ lower: 0.25, upper: 0.75 }).eval()
    assert.deepEqual(inUse.forward(tensor([-1, 2])).toArray(), [-0.5, 2])
  })
})
