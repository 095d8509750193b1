// Forward mode: directions through every kind of operation, nested and mixed with reverse mode, and writes in place.
import assert from 'node:assert/strict'
import * as c from '#src/autograd/rules/calculus.js'
import { add, detach, grad, jvp, mul, noGrad, type Tensor, TensorError, tensor, zeros } from '#src/index.js'
import { assign } from '#src/tensor/engine.js'
import { float64, int32, numbers, on, total } from './points.js'

const raises = (f: () => unknown, code: string, words: RegExp): void => {
  assert.throws(f, (error: unknown) => error instanceof TensorError && error.code === code && words.test(error.message))
}

const x3 = (): Tensor => float64([1, 2, 3], [3], false)
const write = (target: Tensor, value: Tensor): Tensor => assign('copy_', target, () => value, [value])

describe('jvp', () => {
  on('reference')

  it('returns outputs and their tangents in the form in which the function returns them', () => {
    const [y, dy] = jvp(x => x.mul(x), x3(), float64([1, 10, 100], [3], false))
    assert.deepEqual(
      [numbers(y), numbers(dy)],
      [
        [1, 4, 9],
        [2, 40, 600],
      ],
    )
    const [[s, p], [ds, dp]] = jvp(
      (a, b) => [add(a, b), mul(a, b)],
      [x3(), float64([2], [1], false)],
      [float64([1, 1, 1], [3], false), float64([5], [1], false)],
    )
    assert.deepEqual(
      [s, p, ds, dp].map(t => numbers(t as Tensor)),
      [
        [3, 4, 5],
        [2, 4, 6],
        [6, 6, 6],
        [7, 12, 17],
      ],
    )
  })

  it('gives zeros to what does not move', () => {
    const [, dy] = jvp(() => tensor([1, 2]), x3(), x3())
    assert.deepEqual(numbers(dy), [0, 0])
    const [, d2] = jvp(x => detach(x).mul(2), x3(), x3())
    assert.deepEqual(numbers(d2), [0, 0, 0])
    const [, d3] = jvp(x => x.gt(2), x3(), x3())
    assert.deepEqual(numbers(d3), [0, 0, 0])
  })

  it('does not move a primal that the function closes over', () => {
    const x = x3()
    const [, dy] = jvp(y => y.mul(x), x, float64([1, 1, 1], [3], false))
    assert.deepEqual(numbers(dy), [1, 2, 3])
  })

  it('sees through views', () => {
    const [, dy] = jvp(x => c.permute(c.reshape(x, [3, 1]), [1, 0]).mul(x), x3(), float64([1, 10, 100], [3], false))
    assert.deepEqual(numbers(dy), [2, 40, 600])
    const [, dn] = jvp(x => c.narrow(x, 0, 1, 2), x3(), float64([1, 10, 100], [3], false))
    assert.deepEqual(numbers(dn), [10, 100])
  })

  it('does not confuse nested perturbations', () => {
    // d/dx (x * d/dy (x + y) at y = 1) = 1, not 2 (Siskind and Pearlmutter 2005).
    const one = float64([1], [], false)
    const [, d] = jvp(x => x.mul(jvp(y => x.add(y), one, one)[1]), one, one)
    assert.deepEqual(numbers(d), [1])
    // d/dx (x * d/dy (x y^2)) at x = 3, y = 2 is d/dx 2 x^2 y = 4 x y
    const [, e] = jvp(
      x => x.mul(jvp(y => x.mul(y.mul(y)), float64([2], [], false), one)[1]),
      float64([3], [], false),
      one,
    )
    assert.deepEqual(numbers(e), [24])
  })

  it('nests: the third derivative of x^4', () => {
    const one = float64([1], [], false)
    const d = (f: (x: Tensor) => Tensor) => (x: Tensor) => jvp(f, x, one)[1]
    const third = d(d(d(x => x.mul(x).mul(x).mul(x))))
    assert.deepEqual(numbers(third(float64([2], [], false))), [48])
  })

  it('goes through reverse mode, and reverse mode through it', () => {
    const cube = (x: Tensor): Tensor => total(x.mul(x).mul(x))
    const v = float64([1, 0, 2], [3], false)
    const [, hv] = jvp(
      x => {
        const leaf = x.requiresGrad_()
        return grad(cube(leaf), [leaf])[0] as Tensor
      },
      x3(),
      v,
    )
    assert.deepEqual(numbers(hv), [6, 0, 36])
    const x = float64([1, 2, 3])
    const [, dy] = jvp(cube, x, v)
    assert.deepEqual(numbers(grad(dy, [x])[0] as Tensor), [6, 0, 36])
  })

  it('takes tangents that carry a gradient', () => {
    const v = float64([1, 1, 1])
    const [, dy] = jvp(x => total(x.mul(x)), x3(), v)
    assert.deepEqual(numbers(grad(dy, [v])[0] as Tensor), [2, 4, 6])
  })

  it('moves what is written in place, whole or through a view', () => {
    const [y, dy] = jvp(
      x => {
        const out = zeros([2, 3], { dtype: 'float64' })
        const seenBefore = c.narrow(out, 0, 1, 1)
        write(c.reshape(c.narrow(out, 0, 1, 1), [3]), x.mul(x))
        return out.add(seenBefore)
      },
      x3(),
      float64([1, 1, 1], [3], false),
    )
    assert.deepEqual(numbers(y), [1, 4, 9, 2, 8, 18])
    assert.deepEqual(numbers(dy), [2, 4, 6, 4, 8, 12])
    const [, d2] = jvp(
      x => {
        const out = x.mul(2)
        const view = c.narrow(out, 0, 0, 2)
        write(c.narrow(out, 0, 0, 1), float64([7], [1], false))
        return view.mul(1)
      },
      x3(),
      float64([1, 10, 100], [3], false),
    )
    assert.deepEqual(numbers(d2), [0, 20])
    const [, d3] = jvp(
      x => {
        const out = zeros([3], { dtype: 'float64' })
        const view = c.narrow(out, 0, 2, 1)
        write(out, x)
        return view
      },
      x3(),
      float64([1, 10, 100], [3], false),
    )
    assert.deepEqual(numbers(d3), [100])
  })

  it('keeps writes in place inside of the function from the primals', () => {
    const x = x3()
    jvp(y => write(y, y.mul(2)), x, x3())
    assert.deepEqual(numbers(x), [1, 2, 3])
  })

  it('refuses to write a moving value into a detached window', () => {
    const whole = zeros([4], { dtype: 'float64' })
    const window = detach(c.narrow(whole, 0, 1, 3))
    raises(() => jvp(x => write(window, x), x3(), x3()), 'IN_PLACE', /detached window/)
  })

  it('lets tangents of whole numbers be none', () => {
    const [y, dy] = jvp(x => c.indexSelect(x, int32([2, 0]), 0), x3(), float64([1, 10, 100], [3], false))
    assert.deepEqual(
      [numbers(y), numbers(dy)],
      [
        [3, 1],
        [100, 1],
      ],
    )
  })

  it('leaves no trace: tensors of an earlier jvp do not move in a later one', () => {
    let old: Tensor | undefined
    jvp(
      x => {
        old = x
        return x
      },
      x3(),
      x3(),
    )
    const [, dy] = jvp(x => x.add(old as Tensor), x3(), float64([1, 1, 1], [3], false))
    assert.deepEqual(numbers(dy), [1, 1, 1])
  })

  it('ends its mode where the function throws', () => {
    assert.throws(
      () =>
        jvp(
          () => {
            throw new Error('mine')
          },
          x3(),
          x3(),
        ),
      /mine/,
    )
    const [, dy] = jvp(x => x, x3(), x3())
    assert.deepEqual(numbers(dy), [1, 2, 3])
  })

  it('works without recording', () => {
    const [, dy] = noGrad(() => jvp(x => x.mul(x), float64([3]), float64([1])))
    assert.equal(dy.requiresGrad, false)
    assert.deepEqual(numbers(dy), [6])
  })

  it('tells what does not fit', () => {
    raises(() => jvp(x => x, [x3(), x3()], [x3()]), 'BAD_VALUE', /2 input\(s\), but 1 direction/)
    raises(() => jvp(x => x, x3(), float64([1])), 'SHAPE_MISMATCH', /\[3\].*\[1\]/)
    raises(() => jvp(x => x, int32([1]), int32([1])), 'BAD_DTYPE', /int32/)
    raises(() => jvp(() => 3 as unknown as Tensor, x3(), x3()), 'NOT_A_TENSOR', /number/)
    raises(() => jvp((async () => x3()) as unknown as () => Tensor, x3(), x3()), 'BAD_VALUE', /promise/)
  })
})
