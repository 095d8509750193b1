// Batch, instance and group normalisation: what goldens do not say. The rest is in goldens.test.ts.
import assert from 'node:assert/strict'
import { autocast, manualSeed, nn, optim, randn, type Tensor, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

const numbers = (x: Tensor | undefined): unknown => x?.toArray()

describe('batch normalisation', () => {
  it('makes each channel of a batch mean 0 and variance 1', () => {
    manualSeed(1)
    const y = new nn.BatchNorm2d(3).forward(randn([8, 3, 5, 5]).mul(4).add(7))
    const [mean, variance] = [y.mean([0, 2, 3]), y.var({ dim: [0, 2, 3], correction: 0 })]
    assert.ok(mean.allclose(zeros([3]), { atol: 1e-6 }) && variance.allclose(tensor([1, 1, 1]), { atol: 1e-4 }))
  })

  it('moves its running statistics in training alone, by the unbiased variance', () => {
    const layer = new nn.BatchNorm1d(1, { momentum: 0.5 })
    const x = tensor([[1], [3]])
    layer.forward(x)
    assert.deepEqual([numbers(layer.runningMean), numbers(layer.runningVar)], [[1], [1.5]])
    assert.equal(layer.numBatchesTracked?.item(), 1)
    layer.eval().forward(x)
    assert.deepEqual([numbers(layer.runningMean), layer.numBatchesTracked?.item()], [[1], 1])
    layer.resetRunningStats()
    assert.deepEqual(
      [numbers(layer.runningMean), numbers(layer.runningVar), layer.numBatchesTracked?.item()],
      [[0], [1], 0],
    )
  })

  it('takes the mean of all batches where momentum is null', () => {
    const layer = new nn.BatchNorm1d(1, { momentum: null })
    for (const x of [tensor([[0], [2]]), tensor([[4], [6]]), tensor([[2], [4]])]) layer.forward(x)
    assert.ok(Math.abs((layer.runningMean?.item() ?? 0) - 3) < 1e-6)
  })

  it('has statistics in the state dict, which are no parameters', () => {
    const layer = new nn.BatchNorm2d(2)
    assert.deepEqual(Object.keys(layer.stateDict()), [
      'weight',
      'bias',
      'runningMean',
      'runningVar',
      'numBatchesTracked',
    ])
    assert.equal(layer.parameters().length, 2)
    assert.deepEqual(Object.keys(new nn.BatchNorm2d(2, { affine: false, trackRunningStats: false }).stateDict()), [])
  })

  it('is renewed after a mean of weights', () => {
    manualSeed(2)
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3))
    const batches = Array.from({ length: 5 }, () => randn([16, 2]))
    model.eval()
    optim.updateBatchNorm(batches, model)
    const layer = model.at(1) as nn.BatchNorm1d
    const outputs = batches.map(x => (model.at(0) as nn.Linear).forward(x))
    const mean = outputs
      .map(y => y.mean(0))
      .reduce((a, b) => a.add(b))
      .div(5)
    const variance = outputs
      .map(y => y.var(0))
      .reduce((a, b) => a.add(b))
      .div(5)
    assert.ok(layer.runningMean?.allclose(mean.detach(), { rtol: 1e-5, atol: 1e-6 }))
    assert.ok(layer.runningVar?.allclose(variance.detach(), { rtol: 1e-5 }))
    assert.deepEqual([layer.momentum, layer.training, model.training], [0.1, false, false])
  })

  it('computes in float32 under autocast', () => {
    const layer = new nn.BatchNorm1d(2)
    const y = autocast({ dtype: 'float16' }, () => layer.forward(randn([4, 2], { dtype: 'float16' })))
    assert.equal(y.dtype, 'float32')
  })

  it('says what does not fit', () => {
    const layer = new nn.BatchNorm2d(3)
    raises(() => layer.forward(zeros([2, 3])), 'SHAPE_MISMATCH', 'BatchNorm2d: x must have 4 axes')
    raises(
      () => layer.forward(zeros([2, 4, 5, 5])),
      'SHAPE_MISMATCH',
      'has 4 channels, in axis 1; runningMean has shape [3]',
    )
    raises(() => new nn.BatchNorm1d(3).forward(zeros([1, 3])), 'SHAPE_MISMATCH', 'more than one number', 'dropLast')
    raises(() => new nn.BatchNorm1d(0), 'BAD_OPTION', 'numFeatures')
    raises(() => new nn.BatchNorm1d(3, { momentum: 2 }), 'BAD_OPTION', 'momentum')
    raises(() => new nn.BatchNorm1d(3, { eps: -1 }), 'BAD_OPTION', 'eps')
  })
})

describe('instance normalisation', () => {
  it('forgets contrast and brightness of each image', () => {
    manualSeed(3)
    const [layer, x] = [new nn.InstanceNorm2d(3), randn([2, 3, 4, 4])]
    assert.ok(layer.forward(x.mul(5).add(2)).allclose(layer.forward(x), { atol: 1e-5 }))
  })

  it('says what does not fit', () => {
    raises(() => new nn.InstanceNorm1d(3).forward(zeros([3])), 'SHAPE_MISMATCH', '2 or 3 axes')
    raises(() => new nn.InstanceNorm2d(3).forward(zeros([2, 3, 1, 1])), 'SHAPE_MISMATCH', 'more than one number')
  })
})

describe('group normalisation', () => {
  it('is instance normalisation where each channel is a group, and layer normalisation where all are one', () => {
    manualSeed(4)
    const x = randn([2, 4, 3, 3], { dtype: 'float64' })
    const of = (groups: number): Tensor => new nn.GroupNorm(groups, 4, { affine: false }).forward(x)
    assert.ok(of(4).allclose(new nn.InstanceNorm2d(4).forward(x), { rtol: 1e-12 }))
    assert.ok(of(1).allclose(new nn.LayerNorm([4, 3, 3], { elementwiseAffine: false }).forward(x), { rtol: 1e-12 }))
  })

  it('says what does not fit', () => {
    raises(() => new nn.GroupNorm(3, 4), 'BAD_OPTION', '4 channels do not fall into 3 groups')
    raises(() => new nn.GroupNorm(2, 4).forward(zeros([2, 6])), 'SHAPE_MISMATCH', 'weight has shape [4]')
  })
})
