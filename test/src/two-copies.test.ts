// Two copies of the library in one program: a package may bring its own. This file's are the modules of dist and the bundle in it.
import assert from 'node:assert/strict'
import * as other from 'gradlab'
import * as one from '#src/index.js'

type Library = typeof one

/** What a few steps of training lead to, where model, loss and optimizer each come from some copy. */
function trained(models: Library, losses: Library, optimizers: Library): number[] {
  const { manualSeed, nn, randn } = models
  manualSeed(7)
  const model = new nn.Sequential(new nn.Linear(3, 8), new nn.ReLU(), new nn.LayerNorm(8), new nn.Linear(8, 2))
  const x = randn([16, 3])
  const y = x.at([], [0, 2]).square()
  const optimizer = new optimizers.optim.Adam(model.parameters(), { lr: 0.05 })
  return Array.from({ length: 20 }, () => {
    const loss = losses.F.mseLoss(model.forward(x), y)
    optimizer.zeroGrad()
    loss.backward()
    optimizers.optim.clipGradNorm(model.parameters(), 1)
    optimizer.step()
    return loss.item()
  })
}

describe('two copies of the library in one program', () => {
  it('are two', () => {
    assert.notEqual(one.Tensor, other.Tensor)
  })

  it('train together as one does alone, to the last bit', () => {
    const copy = other as unknown as Library
    const expected = trained(one, one, one)
    assert.ok((expected[19] as number) < (expected[0] as number) / 2)
    const mixtures: [Library, Library, Library][] = [
      [one, copy, one],
      [one, one, copy],
      [copy, one, one],
      [one, copy, copy],
    ]
    for (const mixture of mixtures) assert.deepEqual(trained(...mixture), expected)
  })

  it('find each other’s parameters, modules and gradients', () => {
    const { nn, grad, ones, tensor } = one
    class Mixed extends other.nn.Module {
      readonly weight = new nn.Parameter(ones([2])) as unknown as other.nn.Parameter
      readonly layer = new nn.Linear(2, 1) as unknown as other.nn.Linear
      override forward(x: other.Tensor): other.Tensor {
        return this.layer.forward(x.mul(this.weight))
      }
    }
    const model = new Mixed()
    assert.deepEqual(
      model.namedParameters().map(([name]) => name),
      ['weight', 'layer.weight', 'layer.bias'],
    )
    const x = tensor([1, 2], { requiresGrad: true })
    const [dx] = other.grad(x.square().sum() as unknown as other.Tensor, [x as unknown as other.Tensor])
    assert.deepEqual(dx?.toArray(), [2, 4])
    const [ddx] = grad((other.sin(x as unknown as other.Tensor) as unknown as one.Tensor).sum(), [x], {
      createGraph: true,
    })
    assert.equal(ddx?.requiresGrad, true)
  })
})
