// Gradients that are too long, against torch.nn.utils.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { optim, type Tensor, tensor } from '#src/index.js'
import { raises } from '../raises.js'

interface Clipping {
  readonly normType: number | 'Infinity'
  readonly maxNorm: number
  readonly before: readonly (number[] | number[][] | null)[]
  readonly total: number
  readonly after: readonly (number[] | number[][] | null)[]
}

const file = new URL('../../../../test/golden/optim/trajectories.json', import.meta.url)
const { clipping } = JSON.parse(readFileSync(file, 'utf8')) as { clipping: Clipping[] }

function parametersOf(gradients: Clipping['before']): Tensor[] {
  return gradients.map(values => {
    const parameter = tensor([0], { dtype: 'float64', requiresGrad: true })
    parameter.grad = values === null ? null : tensor(values, { dtype: 'float64' })
    return parameter
  })
}

describe('clipping', () => {
  for (const { normType, maxNorm, before, total, after } of clipping) {
    it(`by the norm of type ${normType} to ${maxNorm}, as PyTorch`, () => {
      const parameters = parametersOf(before)
      const found = optim.clipGradNorm(parameters, maxNorm, { normType: Number(normType) })
      assert.ok(Math.abs(found.item() - total) <= 1e-14 * total)
      for (const [i, expected] of after.entries()) {
        const gradient = parameters[i]?.grad
        if (expected === null) assert.equal(gradient, null)
        else assert.ok(gradient?.allclose(tensor(expected, { dtype: 'float64' }), { rtol: 1e-14, atol: 0 }))
      }
    })
  }

  it('of a single tensor, and of parameters without gradients', () => {
    const [w] = parametersOf([[3, 4]]) as [Tensor]
    assert.equal(optim.getTotalNorm(w).item(), 5)
    assert.equal(optim.getTotalNorm(parametersOf([null])).item(), 0)
    assert.equal(optim.clipGradNorm(parametersOf([null]), 1).item(), 0)
  })

  it('by value cuts each number, and so changes the direction', () => {
    const [w] = parametersOf([[3, -0.5, -7]]) as [Tensor]
    optim.clipGradValue([w], 1)
    assert.deepEqual(w.grad?.toArray(), [1, -0.5, -1])
  })

  it('tells of a norm that is no number, where that is asked for', () => {
    const bad = parametersOf([[Number.NaN, 1]])
    assert.ok(Number.isNaN(optim.clipGradNorm(bad, 1).item()))
    raises(() => optim.clipGradNorm(bad, 1, { errorIfNonfinite: true }), 'NOT_FINITE', 'detectAnomaly')
    raises(() => optim.clipGradNorm(bad, 1, { normType: 0.5 }), 'BAD_OPTION', 'normType')
  })

  it('keeps the dtype of the gradients', () => {
    const half = tensor([0], { dtype: 'float16', requiresGrad: true })
    half.grad = tensor([30], { dtype: 'float16' })
    optim.clipGradNorm([half], 3)
    assert.deepEqual([half.grad.dtype, half.grad.item()], ['float16', 3])
  })
})
