// A module as a function of its parameters.
import assert from 'node:assert/strict'
import { hvp, jvp, nn, type Tensor, tensor } from '#src/index.js'
import { raises } from '../raises.js'

describe('functionalCall', () => {
  it('runs with other parameters, and leaves the module as it was', () => {
    const model = new nn.Sequential(new nn.Linear(2, 1))
    const own = model.getParameter('0.weight')
    const out = nn.functionalCall(model, { '0.weight': tensor([[1, 2]]), '0.bias': tensor([10]) }, tensor([[3, 4]]))
    assert.deepEqual(out.toArray(), [[21]])
    assert.equal(model.getParameter('0.weight'), own)
  })

  it('puts everything back after a throw', () => {
    const layer = new nn.Linear(2, 1)
    const { weight } = layer
    assert.throws(() => nn.functionalCall(layer, { weight: tensor([[1, 2]]) }, tensor([[1, 2, 3]])))
    assert.equal(layer.weight, weight)
  })

  it('refuses names that the module does not have', () => {
    raises(() => nn.functionalCall(new nn.Linear(1, 1), { wait: tensor([[1]]) }, tensor([[1]])), 'NOT_FOUND', 'wait')
  })

  it('gives second derivatives by the weights', () => {
    const layer = new nn.Linear(2, 1, { bias: false })
    const x = tensor([[3, 4]])
    // loss = (w x)^2: its Hessian is 2 x x^T.
    const loss = (weight: Tensor): Tensor => nn.functionalCall(layer, { weight }, x).square().sum()
    const [, product] = hvp(loss, layer.weight.detach(), tensor([[1, 0]]))
    assert.deepEqual((product as Tensor).toArray(), [[18, 24]])
  })

  it('lets a whole model be differentiated in forward mode', () => {
    const layer = new nn.Linear(2, 1, { bias: false })
    const [, tangents] = jvp(
      weight => nn.functionalCall(layer, { weight: weight as Tensor }, tensor([[3, 4]])),
      [layer.weight.detach()],
      [tensor([[1, 10]])],
    )
    assert.deepEqual((tangents as unknown as Tensor).toArray(), [[43]])
  })
})
