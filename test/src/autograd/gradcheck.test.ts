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

  it('is as close as its docstring expects: h^2 / 6 from cutting off and 2^-52 / h from rounding, least near h = 1e-5', () => {
    const xs = Array.from({ length: 200 }, (_, i) => 0.3 + 3 * ((i * 0.6180339887) % 1))
    // Functions of library and JavaScript, first and third derivative.
    const functions: readonly (readonly [(x: Tensor) => Tensor, (x: number) => number, (x: number) => number])[] = [
      [x => x.exp(), Math.exp, Math.exp],
      [x => x.sin(), Math.cos, x => -Math.cos(x)],
      [x => x.log(), x => 1 / x, x => 2 / x ** 3],
      [x => x.pow(3), x => 3 * x * x, () => 6],
    ]
    const worst = (h: number): number => {
      const errors = functions.flatMap(([f, first, third]) => {
        const [up, down, at] = [h, -h, 0].map(by => f(float64(xs.map(x => x + by))).data()) as [
          Float64Array,
          Float64Array,
          Float64Array,
        ]
        return xs.map((x, i) => {
          const numeric = ((up[i] as number) - (down[i] as number)) / (x + h - (x - h))
          const error = Math.abs(numeric - first(x))
          const expected = (h * h * Math.abs(third(x))) / 6 + (2 ** -52 * Math.abs(at[i] as number)) / h
          assert.ok(error <= 1.05 * expected, `${error} at x = ${x}, h = ${h}, expected ${expected}`)
          return error / Math.max(Math.abs(at[i] as number), Math.abs(third(x)), 0.1)
        })
      })
      return Math.max(...errors)
    }
    const steps = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8]
    const least = steps.map(worst)
    assert.equal(steps[least.indexOf(Math.min(...least))], 1e-5)
    assert.ok((least[2] as number) < 1e-10 && (least[3] as number) < 5e-10, `${least}`)
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
