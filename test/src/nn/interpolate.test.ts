// Points between two models: values, what is not interpolated, and dicts that do not fit.
import assert from 'node:assert/strict'
import { manualSeed, nn, ones, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

const at = (a: object, b: object, alpha: number): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(nn.interpolateStateDicts(a as nn.StateDict, b as nn.StateDict, alpha)).map(([name, value]) => [
      name,
      value.toArray(),
    ]),
  )

describe('nn.interpolateStateDicts', () => {
  it('walks the line from one to the other, and beyond', () => {
    const [a, b] = [
      { w: tensor([0, 4]), b: tensor([1]) },
      { w: tensor([8, 0]), b: tensor([3]) },
    ]
    assert.deepEqual(at(a, b, 0), { w: [0, 4], b: [1] })
    assert.deepEqual(at(a, b, 0.25), { w: [2, 3], b: [1.5] })
    assert.deepEqual(at(a, b, 1), { w: [8, 0], b: [3] })
    assert.deepEqual(at(a, b, -0.5), { w: [-4, 6], b: [0] })
    assert.deepEqual(at(a, b, 1.5), { w: [12, -2], b: [4] })
  })

  it('makes a linear model that answers half way between two', () => {
    manualSeed(0)
    const [a, b, middle] = [0, 1, 2].map(() => new nn.Linear(3, 2)) as [nn.Linear, nn.Linear, nn.Linear]
    middle.loadStateDict(nn.interpolateStateDicts(a.stateDict(), b.stateDict(), 0.5))
    const x = ones([1, 3])
    assert.ok(middle.forward(x).allclose(a.forward(x).add(b.forward(x)).div(2)))
  })

  it('gives fresh tensors without a graph, also at the ends', () => {
    const layer = new nn.Linear(2, 1)
    const dict = nn.interpolateStateDicts(layer.stateDict(), layer.stateDict(), 0)
    const before = layer.weight.toArray()
    dict.weight?.zero_()
    assert.deepEqual(layer.weight.toArray(), before)
    assert.equal(nn.interpolateStateDicts({ w: layer.weight }, { w: layer.weight }, 0.5).w?.requiresGrad, false)
  })

  it('takes counts and masks from the nearer one, and statistics half way', () => {
    const [a, b] = [
      { count: tensor([2], { dtype: 'int32' }), mask: tensor([true]), mean: tensor([0]) },
      { count: tensor([9], { dtype: 'int32' }), mask: tensor([false]), mean: tensor([4]) },
    ]
    assert.deepEqual(at(a, b, 0.5), { count: [2], mask: [true], mean: [2] })
    assert.deepEqual(at(a, b, 0.75), { count: [9], mask: [false], mean: [3] })
  })

  it("keeps the dtype and the names of the first, and takes PyTorch's spelling", () => {
    const between = nn.interpolateStateDicts(
      { 'bn.runningMean': zeros([1]) },
      { 'bn.running_mean': tensor([2], { dtype: 'float64' }) },
      0.5,
    )
    assert.deepEqual(Object.keys(between), ['bn.runningMean'])
    assert.equal(between['bn.runningMean']?.dtype, 'float32')
    assert.equal(between['bn.runningMean']?.item(), 1)
  })

  it('lists all that does not fit', () => {
    const a = { w: zeros([2]), only: zeros([1]), n: zeros([1], { dtype: 'int32' }) }
    const b = { w: zeros([3]), more: zeros([1]), n: zeros([1]) }
    const words = [
      '1 missing in the second: only',
      '1 missing in the first: more',
      '1 of another shape: w (expected [2], got [3])',
      '1 of another kind: n (int32 and float32)',
    ]
    raises(() => nn.interpolateStateDicts(a, b as unknown as nn.StateDict, 0.5), 'STATE_DICT', ...words)
    raises(() => nn.interpolateStateDicts({ w: zeros([1]) }, { w: 1 as never }, 0.5), 'STATE_DICT', 'got number')
    raises(() => nn.interpolateStateDicts({}, {}, Number.NaN), 'BAD_OPTION', 'alpha')
  })
})
