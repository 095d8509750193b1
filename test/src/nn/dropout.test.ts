import assert from 'node:assert/strict'
import { F, Generator, manualSeed, nn, ones, tensor } from '#src/index.js'

describe('dropout', () => {
  it('drops a share p and scales the rest, in the gradient as in the value', () => {
    manualSeed(1)
    const x = ones([10000]).requiresGrad_()
    const y = F.dropout(x, 0.2)
    const values = new Set(y.toArray() as number[])
    assert.deepEqual([...values].sort(), [0, 1.25])
    const dropped = y.eq(0).sum().item() as number
    // 5 standard deviations of a binomial with n = 10000, p = 0.2.
    assert.ok(Math.abs(dropped - 2000) < 200, `${dropped} dropped`)
    y.sum().backward()
    assert.deepEqual(x.grad?.toArray(), y.toArray())
  })

  it('passes x itself on where nothing is dropped, and zeros where all is', () => {
    const x = tensor([1, -2])
    assert.equal(F.dropout(x, 0), x)
    assert.equal(F.dropout(x, 0.9, { training: false }), x)
    assert.deepEqual(F.dropout(x, 1).abs().toArray(), [0, 0])
  })

  it('draws from the generator that it is given', () => {
    const draw = () => F.dropout(ones([50]), 0.5, { generator: new Generator(3) }).toArray()
    assert.deepEqual(draw(), draw())
  })

  it('as a layer works in training alone', () => {
    const layer = new nn.Dropout(0.5, { generator: new Generator(0) })
    const x = ones([100])
    assert.ok(layer.forward(x).eq(0).any().item())
    assert.equal(layer.eval().forward(x), x)
    assert.equal(`${layer}`, 'Dropout(p=0.5)')
  })

  it('refuses rates that are no probability', () => {
    assert.throws(() => F.dropout(ones([2]), 1.5), { code: 'BAD_VALUE' })
    assert.throws(() => F.dropout(ones([2]), Number.NaN), { code: 'BAD_VALUE' })
    assert.throws(() => new nn.Dropout(-0.1), { code: 'BAD_OPTION' })
  })
})
