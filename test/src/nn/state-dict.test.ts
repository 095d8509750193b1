// What is saved of a module, and loaded again.
import assert from 'node:assert/strict'
import { nn, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

class Norm extends nn.Module {
  readonly inProjWeight = new nn.Parameter(zeros([2]))
  readonly runningMean = this.registerBuffer('runningMean', zeros([2]))
  forward(): void {}
}

describe('state dicts', () => {
  it('share memory with the module, without a graph', () => {
    const layer = new nn.Linear(2, 1)
    const { weight } = layer.stateDict()
    assert.equal(weight?.requiresGrad, false)
    assert.equal(weight?.storage, layer.weight.storage)
  })

  it('go from one module to another of the same form', () => {
    const [a, b] = [new nn.Linear(3, 2), new nn.Linear(3, 2)]
    assert.deepEqual(b.loadStateDict(a.stateDict()), { missingKeys: [], unexpectedKeys: [] })
    assert.deepEqual(b.weight.toArray(), a.weight.toArray())
    assert.notEqual(b.weight.storage, a.weight.storage)
    assert.ok(b.weight.requiresGrad)
  })

  it('take the dtype and backend of the module', () => {
    const layer = new nn.Linear(1, 1).to({ device: 'reference' })
    layer.loadStateDict({ weight: tensor([[0.1]], { dtype: 'float64' }), bias: tensor([2], { dtype: 'int32' }) })
    assert.deepEqual([layer.weight.dtype, layer.weight.device], ['float32', 'reference'])
    assert.equal(layer.weight.item(), Math.fround(0.1))
    assert.equal(layer.bias?.item(), 2)
  })

  it("take PyTorch's spelling of names, and give it", () => {
    const norm = new Norm()
    norm.loadStateDict({ in_proj_weight: tensor([1, 2]), running_mean: tensor([3, 4]) })
    assert.deepEqual(norm.inProjWeight.toArray(), [1, 2])
    assert.deepEqual(norm.runningMean.toArray(), [3, 4])
    assert.deepEqual(Object.keys(nn.toTorchNames(norm.stateDict())), ['in_proj_weight', 'running_mean'])
  })

  it("give PyTorch's spelling also behind a digit", () => {
    const names = nn.toTorchNames({ weightIhL0Reverse: zeros([1]), 'layers.0.linear1.weight': zeros([1]) })
    assert.deepEqual(Object.keys(names), ['weight_ih_l0_reverse', 'layers.0.linear1.weight'])
  })

  it('keep names with underscores of their own', () => {
    class Odd extends nn.Module {
      readonly my_weight = new nn.Parameter(zeros([1]))
      readonly weight_ih_l0 = new nn.Parameter(zeros([1]))
      forward(): void {}
    }
    const odd = new Odd()
    odd.loadStateDict({ my_weight: tensor([1]), weight_ih_l0: tensor([2]) })
    assert.deepEqual([odd.my_weight.item(), odd.weight_ih_l0.item()], [1, 2])
  })

  it('list all that does not fit, and then change nothing', () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 1))
    const before = model.parameters().map(parameter => parameter.toArray())
    const dict = { '0.weight': zeros([2, 2]), '1.weight': zeros([3, 1]), extra: zeros([1]) }
    raises(
      () => model.loadStateDict(dict),
      'STATE_DICT',
      'Sequential',
      '2 missing: 0.bias, 1.bias',
      '1 unexpected: extra',
      '1 of another shape: 1.weight (expected [1, 2], got [3, 1])',
    )
    assert.deepEqual(
      model.parameters().map(parameter => parameter.toArray()),
      before,
    )
  })

  it('load what fits where that is asked for, and report the rest', () => {
    const model = new nn.Sequential(new nn.Linear(1, 1))
    const report = model.loadStateDict({ '0.weight': tensor([[5]]), other: zeros([1]) }, { strict: false })
    assert.deepEqual(report, { missingKeys: ['0.bias'], unexpectedKeys: ['other'] })
    assert.equal(model.getParameter('0.weight').item(), 5)
    raises(() => model.loadStateDict({ '0.weight': zeros([2, 2]) }, { strict: false }), 'STATE_DICT', 'another shape')
  })
})
