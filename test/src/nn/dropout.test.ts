import assert from 'node:assert/strict'
import { F, Generator, manualSeed, nn, ones, randn, tensor } from '#src/index.js'
import { raises } from '../raises.js'

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

describe('dropout of channels, and alpha dropout', () => {
  it('drops channels as a whole, and keeps the mean', () => {
    manualSeed(1)
    const y = F.dropout2d(ones([200, 50, 2, 2]), 0.25)
    const sums = y.sum([2, 3])
    assert.ok(
      sums
        .eq(0)
        .logicalOr(
          sums
            .sub(4 / 0.75)
            .abs()
            .lt(1e-5),
        )
        .all()
        .item(),
    )
    // 10,000 channels: 4 standard errors of the mean are 4 sqrt(0.25 / 0.75 / 10000).
    assert.ok(Math.abs(y.mean().item() - 1) < 0.024)
    assert.deepEqual(F.dropout1d(ones([4, 3, 5]), 0.5).shape, [4, 3, 5])
    assert.deepEqual(
      F.dropout1d(ones([3, 5]), 1)
        .toArray()
        .flat()
        .every((x: number) => x === 0),
      true,
    )
  })

  it('keeps mean 0 and variance 1 of standard normal numbers (alpha dropout)', () => {
    manualSeed(2)
    const y = F.alphaDropout(randn([100_000]), 0.2)
    // The fourth moment is below 5: 4 standard errors are 4 / sqrt(n) for the mean and 4 sqrt(4 / n) for the variance.
    assert.ok(Math.abs(y.mean().item()) < 0.013)
    assert.ok(Math.abs(y.var().item() - 1) < 0.026)
    const dropped = y.min().item()
    const a = 1 / Math.sqrt(0.8 * (1 + 0.2 * 1.7580993408473766 ** 2))
    const low = a * -1.7580993408473766 * (1 - 0.2)
    assert.ok(Math.abs(y.eq(dropped).to('float32').mean().item()) < 0.3)
    assert.ok(y.sub(low).abs().lt(1e-5).to('float32').mean().item() > 0.19)
  })

  it('does nothing in eval mode, takes a generator, and refuses what is no rate or no image', () => {
    const x = randn([2, 3, 4])
    for (const layer of [new nn.Dropout1d(0.5), new nn.AlphaDropout(0.5)]) assert.equal(layer.eval().forward(x), x)
    const drawn = (): unknown =>
      new nn.Dropout1d(0.5, { generator: new Generator(7) }).forward(ones([8, 4, 2])).toArray()
    assert.deepEqual(drawn(), drawn())
    raises(() => F.dropout2d(x.at(0)), 'SHAPE_MISMATCH', '3 or 4 axes')
    raises(() => F.alphaDropout(x, 2), 'BAD_VALUE', 'alphaDropout: p must lie between 0 and 1')
    raises(() => new nn.Dropout2d(-1), 'BAD_OPTION', 'Dropout2d: p')
  })
})
