// Views of detached windows after writes: where their gradients come from.
import assert from 'node:assert/strict'
import { detach, grad, narrow, permute, type Tensor, TensorError, zeros } from '#src/index.js'
import { float64, numbers, on, total } from './points.js'

describe('a view of a detached window', () => {
  on('reference')
  const whole = (): Tensor => float64([1, 2, 3, 4, 5, 6], [2, 3], false)

  it('finds its place in what was written, wherever the window begins', () => {
    const window = detach(narrow(whole(), 0, 1, 1))
    const view = narrow(window, 1, 0, 2)
    const w = float64([10, 20, 30], [1, 3])
    window.add_(w)
    assert.deepEqual(numbers(grad(total(view), [w])[0] as Tensor), [1, 1, 0])
  })

  it('says so where the window is not row-major', () => {
    const window = detach(permute(whole(), [1, 0]))
    const view = narrow(window, 0, 0, 2)
    window.add_(float64([1, 2, 3, 4, 5, 6], [3, 2]))
    assert.throws(
      () => total(view),
      (error: unknown) =>
        error instanceof TensorError && error.code === 'IN_PLACE' && /detached window/.test(error.message),
    )
    assert.equal(total(narrow(window, 0, 0, 2)).requiresGrad, true)
  })
})

describe('a view whose base was written to after it was made', () => {
  on('reference')

  it('passes gradients through diagonal and unfold to their places', () => {
    const w = float64([1, 2, 3, 4, 5, 6], [2, 3])
    const out = zeros([2, 3], { dtype: 'float64' })
    const view = permute(out, [1, 0])
    out.add_(w)
    assert.deepEqual(numbers(grad(total(view.diagonal(-1)), [w])[0] as Tensor), [0, 1, 0, 0, 0, 1])
    const again = zeros([2, 3], { dtype: 'float64' })
    const windows = permute(again, [1, 0])
    again.add_(w)
    assert.deepEqual(numbers(grad(total(windows.unfold(0, 2, 1)), [w])[0] as Tensor), [1, 2, 1, 1, 2, 1])
  })
})
