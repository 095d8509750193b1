// vjp, Jacobians, Hessians, Hessian-vector products and gradients by example, against each other and against closed forms.
import assert from 'node:assert/strict'
import * as c from '#src/autograd/rules/calculus.js'
import {
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  perExampleGrads,
  type Tensor,
  TensorError,
  tensor,
  vjp,
} from '#src/index.js'
import { float64, int32, numbers, on, points, total } from './points.js'

const raises = (f: () => unknown, code: string, words: RegExp): void => {
  assert.throws(f, (error: unknown) => error instanceof TensorError && error.code === code && words.test(error.message))
}

const close = (x: Tensor, expected: readonly number[]): void => {
  const got = numbers(x)
  assert.equal(got.length, expected.length)
  got.forEach((value, i) => {
    assert.ok(
      Math.abs(value - (expected[i] as number)) <= 1e-12 * Math.max(1, Math.abs(value)),
      `${i}: ${value}, ${expected[i]}`,
    )
  })
}

const constant = (values: readonly number[]): Tensor => float64(values, [values.length], false)
/** sum of x^3 + x0 x1 */
const energy = (x: Tensor): Tensor => total(x.mul(x).mul(x)).add(total(c.narrow(x, 0, 0, 1).mul(c.narrow(x, 0, 1, 1))))

describe('functions of functions', () => {
  on('reference')

  describe('vjp', () => {
    it('pulls gradients back, as often as asked', () => {
      const [y, pullback] = vjp(x => x.mul(x), constant([1, 2]))
      assert.deepEqual(numbers(y), [1, 4])
      assert.equal(y.requiresGrad, false)
      assert.deepEqual(numbers(pullback(constant([1, 10]))), [2, 40])
      assert.deepEqual(numbers(pullback(constant([1, 0]))), [2, 0])
    })

    it('takes lists, and gives zeros where nothing flows', () => {
      const [[s, k], pullback] = vjp(
        (a, b) => [a.mul(3), tensor([1], { dtype: 'float64' }), b].slice(0, 2) as Tensor[],
        [constant([1, 2]), constant([5])],
      )
      assert.deepEqual([numbers(s as Tensor), numbers(k as Tensor)], [[3, 6], [1]])
      assert.deepEqual(pullback([constant([1, 1]), constant([1])]).map(numbers), [[3, 3], [0]])
      const [, flat] = vjp(() => constant([1, 2]), constant([1]))
      assert.deepEqual(numbers(flat(constant([1, 1]))), [0])
    })

    it('leaves .grad alone, and records with createGraph only', () => {
      const x = float64([2])
      const [y, pullback] = vjp(z => z.mul(z), x, { createGraph: true })
      const dx = pullback()
      assert.equal(y.requiresGrad, true)
      assert.deepEqual(numbers(grad(total(dx), [x])[0] as Tensor), [2])
      assert.equal(x.grad, null)
      assert.equal(vjp(z => z.mul(z), x)[1]().requiresGrad, false)
    })

    it('carries tangents of a jvp around it', () => {
      const v = constant([1, 1])
      const [, d] = jvp(x => vjp(z => z.mul(z).mul(z), x)[1](v), constant([1, 2]), constant([1, 10]))
      assert.deepEqual(numbers(d), [6, 120])
      const [, dy] = jvp(x => vjp(z => z.mul(z), x)[0], constant([1, 2]), constant([1, 10]))
      assert.deepEqual(numbers(dy), [2, 40])
    })

    it('tells what does not fit', () => {
      raises(() => vjp(x => x.mul(x), constant([1, 2]))[1](), 'BAD_VALUE', /\[2\]/)
      raises(() => vjp(x => x, int32([1])), 'BAD_DTYPE', /int32/)
      raises(() => vjp(x => x.mul(x), constant([1, 2]))[1](constant([1])), 'SHAPE_MISMATCH', /\[2\].*\[1\]/)
      raises(() => vjp(() => 1 as unknown as Tensor, constant([1])), 'NOT_A_TENSOR', /number/)
    })
  })

  describe('jacobian', () => {
    it('has the shape of the output, then that of the input, in both modes', () => {
      const f = (x: Tensor): Tensor => c.mul(c.reshape(x, [2, 1]), x)
      for (const mode of ['reverse', 'forward'] as const) {
        const j = jacobian(f, constant([3, 5]), { mode })
        assert.deepEqual(j.shape, [2, 2, 2])
        close(j, [6, 0, 5, 3, 5, 3, 0, 10])
      }
    })

    it('takes lists and whatever the inputs are part of', () => {
      const w = float64([2, 3])
      const [a, b] = jacobian((x, y) => x.mul(y), [w, constant([5])]) as [Tensor, Tensor]
      close(a, [5, 0, 0, 5])
      close(b, [2, 3])
      assert.equal(a.requiresGrad, false)
      assert.equal(jacobian(x => x.mul(w), constant([1, 1]), { mode: 'forward' }).requiresGrad, false)
    })

    it('nests with createGraph: the Jacobian of a Jacobian, in all four mixes', () => {
      const f = (x: Tensor): Tensor => x.mul(x).mul(x)
      for (const outer of ['reverse', 'forward'] as const) {
        for (const inner of ['reverse', 'forward'] as const) {
          const j = jacobian(x => jacobian(f, x, { mode: inner, createGraph: true }), constant([1, 2]), { mode: outer })
          close(j, [6, 0, 0, 0, 0, 0, 0, 12])
        }
      }
    })

    it('is empty where input or output are', () => {
      assert.deepEqual(jacobian(x => x, constant([])).shape, [0, 0])
      assert.deepEqual(jacobian(x => x, constant([]), { mode: 'forward' }).shape, [0, 0])
      assert.deepEqual(jacobian(x => c.narrow(x, 0, 0, 0), constant([1, 2])).shape, [0, 2])
    })

    it('wants one tensor from the function', () => {
      raises(
        () => jacobian(((x: Tensor) => [x, x]) as unknown as (x: Tensor) => Tensor, constant([1])),
        'NOT_A_TENSOR',
        /2 tensors/,
      )
    })
  })

  describe('hessian and hvp', () => {
    it('agree with the closed form', () => {
      close(hessian(energy, constant([1, 2, 3])), [6, 1, 0, 1, 12, 0, 0, 0, 18])
      const [value, product] = hvp(energy, constant([1, 2, 3]), constant([1, 10, 100]))
      close(value, [38])
      close(product, [16, 121, 1800])
    })

    it('take lists: blocks by input and input', () => {
      const f = (x: Tensor, y: Tensor): Tensor => total(x.mul(x).mul(y))
      const [[xx, xy], [yx, yy]] = hessian(f, [constant([1, 2]), constant([5])]) as [[Tensor, Tensor], [Tensor, Tensor]]
      close(xx, [10, 0, 0, 10])
      close(xy, [2, 4])
      close(yx, [2, 4])
      close(yy, [0])
      assert.deepEqual(xy.shape, [2, 1])
      const [, [hx, hy]] = hvp(f, [constant([1, 2]), constant([5])], [constant([1, 0]), constant([1])]) as [
        Tensor,
        [Tensor, Tensor],
      ]
      close(hx, [12, 4])
      close(hy, [2])
    })

    it('carry a graph with createGraph only', () => {
      const x = float64([1, 2])
      const w = float64([3, 4])
      const f = (z: Tensor): Tensor => total(w.mul(z).mul(z).mul(z))
      const [value, product] = hvp(f, x, constant([1, 1]))
      assert.deepEqual([value.requiresGrad, product.requiresGrad], [false, false])
      assert.equal(hessian(f, x).requiresGrad, false)
      const [, traced] = hvp(f, x, constant([1, 1]), { createGraph: true })
      const [dx, dw] = grad(total(traced), [x, w]) as [Tensor, Tensor]
      close(dx, [18, 24])
      close(dw, [6, 12])
      const [d3] = grad(total(hessian(f, x, { createGraph: true })), [x]) as [Tensor]
      close(d3, [18, 24])
      assert.equal(x.grad, null)
    })

    it('want one number from the function', () => {
      raises(() => hessian(x => x, constant([1, 2])), 'BAD_SHAPE', /\[2\]/)
      raises(() => hvp(x => x, constant([1, 2]), constant([1, 2])), 'BAD_SHAPE', /\[2\]/)
    })
  })

  describe('perExampleGrads', () => {
    it('gives the gradient of each example, whose mean is that of the batch', () => {
      const w = points([2, 3], -1, 1)
      const b = points([3], -1, 1, 2)
      const unused = points([2], -1, 1)
      const loss = (x: Tensor, y: Tensor): Tensor => {
        const out = c
          .sum(c.reshape(x, [x.shape[0] as number, 2, 1]).mul(w), [1], false)
          .add(b)
          .sub(y)
        return c.times(total(out.mul(out)), 1 / (x.shape[0] as number))
      }
      const [x, y] = [points([4, 2], -1, 1, 3).detach(), points([4, 3], -1, 1, 4).detach()]
      const [gw, gb, gu] = perExampleGrads(loss, [w, b, unused])(x, y) as [Tensor, Tensor, Tensor]
      assert.deepEqual(
        [gw.shape, gb.shape, gu.shape],
        [
          [4, 2, 3],
          [4, 3],
          [4, 2],
        ],
      )
      assert.deepEqual(numbers(gu), new Array(8).fill(0))
      const [mw, mb] = grad(loss(x, y), [w, b]) as [Tensor, Tensor]
      close(c.times(c.sum(gw, [0], false), 1 / 4), numbers(mw))
      close(c.times(c.sum(gb, [0], false), 1 / 4), numbers(mb))
      assert.equal(w.grad, null)
    })

    it('returns no rows for no examples', () => {
      const w = float64([1, 2])
      const [g] = perExampleGrads(x => total(x.mul(w)), [w])(float64([], [0, 2], false))
      assert.deepEqual(g?.shape, [0, 2])
    })

    it('tells what does not fit', () => {
      const w = float64([1, 2])
      const f = perExampleGrads(x => total(x.mul(w)), [w])
      raises(() => f(constant([1, 2]), constant([1])), 'SHAPE_MISMATCH', /\[2\], \[1\]/)
      raises(() => f(), 'SHAPE_MISMATCH', /first axis/)
      raises(() => perExampleGrads(x => x.mul(w), [w])(float64([1, 2], [1, 2], false)), 'BAD_SHAPE', /\[1, 2\]/)
      raises(() => perExampleGrads(x => total(x), [w])(float64([1, 2], [1, 2], false)), 'NO_GRAD', /graph/)
    })
  })
})
