// gradcheck itself: it passes what is right and finds what is wrong, and says where.
import assert from 'node:assert/strict'
import { customFunction, grad, gradcheck, gradgradcheck, type Tensor, TensorError, tensor } from '#src/index.js'
import { float64, int32, on, points, total } from './points.js'

const raises = (f: () => unknown, code: string, words: RegExp): void => {
  assert.throws(f, (error: unknown) => error instanceof TensorError && error.code === code && words.test(error.message))
}

/** x^2 with its derivative off by a factor, in one direction or the other. */
const square = (reverse: number, forward: number) =>
  customFunction({
    name: 'square',
    forward(context, x: Tensor) {
      context.save(x)
      return x.mul(x)
    },
    backward: (context, g) => g.mul(context.saved[0] as Tensor).mul(2 * reverse),
    jvp: (context, t) => (t as Tensor).mul(context.saved[0] as Tensor).mul(2 * forward),
  })

describe('gradcheck', () => {
  on('reference')

  it('passes batched inputs, several inputs and outputs, and inputs that want nothing', () => {
    const f = (x: Tensor, y: Tensor, i: Tensor): Tensor[] => [x.mul(y), x.exp(), x.mul(i.gt(0))]
    assert.equal(gradcheck(f, [points([2, 3], -1, 1), points([3], -1, 1, 2), int32([1, 0, 1])]), true)
    assert.equal(gradgradcheck(f, [points([2, 3], -1, 1), points([3], -1, 1, 2), int32([1, 0, 1])]), true)
  })

  it('finds a gradient that is wrong by 1e-4, with place, both values and the expected error', () => {
    raises(
      () => gradcheck(square(1.0001, 1.0001), [float64([0.25, 3], [1, 2])]),
      'GRADCHECK',
      /d\(output 0\[0, 0\]\) \/ d\(input 0\[0, 0\]\): analytic 0\.50005\d*, numerical 0\.(5|4999)\d*.*Expected error.*2e-9/,
    )
    raises(() => gradcheck(square(1.0001, 1.0001), float64([3], [])), 'GRADCHECK', /d\(output 0\) \/ d\(input 0\)/)
  })

  it('finds a forward rule that differs from the reverse one', () => {
    raises(() => gradcheck(square(1, 1.00001), [float64([0.5, 3])]), 'GRADCHECK', /forward mode differs.*output 0\[0\]/)
    assert.equal(gradcheck(square(1, 1.00001), [float64([0.5, 3])], { forward: false }), true)
  })

  it('finds a second derivative that is wrong', () => {
    const halfway = customFunction({
      name: 'halfway',
      forward(context, x: Tensor) {
        context.save(x)
        return x.mul(x)
      },
      // Right, but cut off from the graph.
      backward: (context, g) => g.mul((context.saved[0] as Tensor).detach()).mul(2),
    })
    assert.equal(gradcheck(halfway, [float64([0.5, 3])], { forward: false }), true)
    raises(() => gradgradcheck(halfway, [float64([0.5, 3])], { forward: false }), 'GRADCHECK', /analytic 0, numerical/)
  })

  it('finds a NaN that is only in the gradient', () => {
    const nan = customFunction({
      name: 'nan',
      forward: (_, x: Tensor) => x.mul(1),
      backward: (_, g) => g.mul(Number.NaN),
    })
    raises(() => gradcheck(nan, [float64([1])], { forward: false }), 'GRADCHECK', /analytic NaN/)
  })

  it('takes its tolerances and its step', () => {
    const wrong = square(1.0001, 1.0001)
    assert.equal(gradcheck(wrong, [float64([0.25, 3])], { rtol: 1e-3 }), true)
    assert.equal(gradcheck(wrong, [float64([0.25, 3])], { atol: 1e-2 }), true)
    raises(() => gradcheck(x => x.mul(x).mul(x), [float64([1])], { eps: 0.1, rtol: 1e-4 }), 'GRADCHECK', /3\.0/)
  })

  it('checks second derivatives along gradients that are given', () => {
    assert.equal(
      gradgradcheck(x => x.exp(), [float64([1, 2])], { gradOutputs: float64([1, -3]) }),
      true,
    )
  })

  it('wants float64 and an input that requires a gradient', () => {
    raises(() => gradcheck(x => x, [tensor([1], { requiresGrad: true })]), 'BAD_DTYPE', /input 0 is float32/)
    raises(() => gradgradcheck(x => x, [tensor([1], { requiresGrad: true })]), 'BAD_DTYPE', /gradgradcheck: input 0/)
    raises(() => gradcheck(x => x, [float64([1], [1], false)]), 'NO_GRAD', /no input/)
    raises(() => gradcheck(() => 1 as unknown as Tensor, [float64([1])]), 'NOT_A_TENSOR', /number/)
  })

  it('leaves its inputs as they were', () => {
    const x = float64([1, 2])
    gradcheck(z => z.exp(), [x])
    assert.equal(x.grad, null)
    assert.equal(x.storage.version, 0)
    assert.equal(grad(total(x.mul(2)), [x]).length, 1)
  })
})
