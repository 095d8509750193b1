// Terms of size: their values, gradients, what weight decay has to do with them, and what they leave out.
import assert from 'node:assert/strict'
import { manualSeed, nn, optim, randn, type Tensor, tensor } from '#src/index.js'
import { raises } from '../raises.js'

const model = (): nn.Sequential => new nn.Sequential(new nn.Linear(3, 4), new nn.LayerNorm(4), new nn.Linear(4, 1))

describe('nn.l1Penalty and nn.l2Penalty', () => {
  beforeEach(() => manualSeed(0))

  it('are lambda times the sum of sizes, and lambda / 2 times the sum of squares', () => {
    const parameters = [
      tensor([[1, -2]], { requiresGrad: true }),
      tensor([3], { requiresGrad: true, dtype: 'float64' }),
    ]
    assert.equal(nn.l1Penalty(parameters, 0.5).item(), 3)
    assert.equal(nn.l2Penalty(parameters, 0.5).item(), 3.5)
    assert.equal(nn.l2Penalty(parameters, 0).item(), 0)
    assert.deepEqual(nn.l2Penalty(parameters, 1).shape, [])
  })

  it('pull by lambda sign(w) and by lambda w', () => {
    const [v, w] = [0, 1].map(() => tensor([[1, -2, 0]], { requiresGrad: true })) as [Tensor, Tensor]
    nn.l1Penalty([v], 0.5).backward()
    assert.deepEqual(v.grad?.toArray(), [[0.5, -0.5, 0]])
    nn.l2Penalty([w], 0.5).backward()
    assert.deepEqual(w.grad?.toArray(), [[0.5, -1, 0]])
  })

  it('by L2 is what weightDecay is for plain SGD, and not for Adam', () => {
    const x = randn([8, 3])
    const trained = (
      make: (net: nn.Module) => optim.Optimizer,
      penalty: (net: nn.Module) => Tensor | number,
    ): Tensor => {
      manualSeed(1)
      const net = model()
      const optimizer = make(net)
      for (let step = 0; step < 5; step++) {
        optimizer.zeroGrad()
        net.forward(x).square().mean().add(penalty(net)).backward()
        optimizer.step()
      }
      return (net.at(0) as nn.Linear).weight.detach()
    }
    const lambda = 0.1
    const none = (): number => 0
    const term = (net: nn.Module): Tensor => nn.l2Penalty(net, lambda)
    const decayed = trained(net => new optim.SGD(net.parameters(), { lr: 0.1, weightDecay: lambda }), none)
    const penalized = trained(net => new optim.SGD(net.parameters(), { lr: 0.1 }), term)
    assert.ok(decayed.allclose(penalized, { rtol: 1e-5, atol: 1e-6 }))
    const adamW = trained(net => new optim.AdamW(net.parameters(), { lr: 0.1, weightDecay: lambda }), none)
    const adam = trained(net => new optim.Adam(net.parameters(), { lr: 0.1 }), term)
    assert.ok(!adamW.allclose(adam, { rtol: 1e-2, atol: 1e-3 }))
  })

  it('leave out biases and gains where they are to be free', () => {
    const net = model()
    const weights = [(net.at(0) as nn.Linear).weight, (net.at(2) as nn.Linear).weight]
    const [l1, l2] = [
      nn.l1Penalty(net, 1, { weightsOnly: true }),
      nn.l2Penalty(net.parameters(), 1, { weightsOnly: true }),
    ]
    assert.equal(l1.item(), nn.l1Penalty(weights, 1).item())
    assert.equal(l2.item(), nn.l2Penalty(weights, 1).item())
    assert.ok(nn.l1Penalty(net, 1).item() > l1.item() + 3.9, 'four gains of 1')
    l1.add(l2).backward()
    assert.equal((net.at(1) as nn.LayerNorm).weight?.grad, null)
  })

  it('say what they cannot take', () => {
    raises(() => nn.l1Penalty([], 1), 'BAD_OPTION', 'no parameters', 'model.parameters()')
    raises(() => nn.l2Penalty(new nn.LayerNorm(2), 1, { weightsOnly: true }), 'BAD_OPTION', 'two axes')
    raises(() => nn.l2Penalty(model(), -1), 'BAD_OPTION', 'lambda')
    raises(() => nn.l1Penalty(model(), Number.NaN), 'BAD_OPTION', 'lambda')
  })
})
