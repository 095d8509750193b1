// Random programs of views, arithmetic, reductions, joins and writes in place: reverse mode, forward mode, differences and
// checkpoint must tell the same derivatives.
import assert from 'node:assert/strict'
import * as c from '#src/autograd/rules/calculus.js'
import { checkpoint, grad, gradcheck, gradgradcheck, hvp, type Tensor, zeros } from '#src/index.js'
import { numbers, on, points, total } from './points.js'

/** A small generator of whole numbers below n (Lehmer 1951), the same every time. */
function dice(seed: number): (n: number) => number {
  let state = seed * 7919 + 1
  return n => {
    state = (state * 48271) % 2147483647
    return state % n
  }
}

type Step = (xs: readonly Tensor[], roll: (n: number) => number) => Tensor

const pick = (xs: readonly Tensor[], roll: (n: number) => number): Tensor => xs[roll(xs.length)] as Tensor

/** All tensors of a program have the shape [2, 3]; each step keeps to it and stays bounded and smooth. */
const STEPS: readonly Step[] = [
  (xs, roll) => pick(xs, roll).add(pick(xs, roll)).mul(0.5),
  (xs, roll) => pick(xs, roll).mul(pick(xs, roll)).tanh(),
  (xs, roll) => pick(xs, roll).sin(),
  (xs, roll) => pick(xs, roll).div(pick(xs, roll).square().add(1)),
  (xs, roll) => pick(xs, roll).sub(pick(xs, roll).mean(1, { keepdim: true })),
  (xs, roll) => pick(xs, roll).softmax(roll(2)),
  (xs, roll) => c.cumprod(pick(xs, roll).sigmoid(), roll(2)),
  (xs, roll) => c.flip(pick(xs, roll), [roll(2)]),
  (xs, roll) => c.reshape(c.permute(pick(xs, roll), [1, 0]), [2, 3]),
  (xs, roll) => c.expand(c.narrow(pick(xs, roll), 0, roll(2), 1), [2, 3]),
  (xs, roll) => c.cat([c.narrow(pick(xs, roll), 1, 0, 1), c.narrow(pick(xs, roll), 1, 1, 2)], 1),
  (xs, roll) => c.matmul(c.matmul(pick(xs, roll), c.transpose(pick(xs, roll))), pick(xs, roll)).tanh(),
  // Writes: into fresh memory through a view, and into a result whose view was taken before.
  (xs, roll) => {
    const out = zeros([2, 3], { dtype: 'float64' })
    const seen = c.permute(out, [1, 0])
    c.narrow(out, 0, roll(2), 1).copy_(c.narrow(pick(xs, roll), 0, roll(2), 1))
    c.narrow(seen, 0, roll(3), 1).add_(c.narrow(c.permute(pick(xs, roll), [1, 0]), 0, 1, 1))
    return out
  },
  (xs, roll) => {
    const out = pick(xs, roll).mul(2)
    const view = c.narrow(out, 1, 1, 2)
    const before = view.sum()
    view.mul_(0.25)
    out.add_(c.narrow(pick(xs, roll), 1, 0, 1))
    return out.add(view.sum().mul(before).tanh())
  },
]

/** A program of a few steps on two inputs; the same seed makes the same program. */
function program(seed: number): (x: Tensor, y: Tensor) => Tensor {
  return (x, y) => {
    const roll = dice(seed)
    const xs = [x, y]
    for (let i = 0; i < 5; i++) xs.push((STEPS[roll(STEPS.length)] as Step)(xs, roll))
    return xs.at(-1) as Tensor
  }
}

const inputs = (seed: number): [Tensor, Tensor] => [points([2, 3], -1, 1, seed), points([2, 3], -1, 1, seed + 0.5)]

for (const backend of ['reference', 'wasm']) {
  describe(`random programs on ${backend}`, () => {
    on(backend)

    it('have the gradients that differences say, forward and reverse', () => {
      // The result must depend on an input for there to be a gradient: a last sum makes it so.
      for (let seed = 1; seed <= 60; seed++) {
        const f = program(seed)
        assert.equal(
          gradcheck((x, y) => f(x, y).add(x).add(y), inputs(seed)),
          true,
          `seed ${seed}`,
        )
      }
    })

    it('have the second derivatives that differences say', () => {
      for (let seed = 1; seed <= 12; seed++) {
        const f = program(seed)
        assert.equal(
          gradgradcheck((x, y) => f(x, y).add(x).add(y), inputs(seed), { atol: 1e-5 }),
          true,
          `seed ${seed}`,
        )
      }
    })

    it('have the same gradients behind a checkpoint', () => {
      for (let seed = 1; seed <= 60; seed++) {
        const f = (x: Tensor, y: Tensor): Tensor => program(seed)(x, y).add(x).add(y)
        const [x, y] = inputs(seed)
        const plain = grad(total(f(x, y)), [x, y]).map(numbers)
        assert.deepEqual(grad(total(checkpoint(f, x, y)), [x, y]).map(numbers), plain, `seed ${seed}`)
      }
    })

    it('have the same Hessian products forward over reverse and reverse over reverse', () => {
      for (let seed = 1; seed <= 30; seed++) {
        const f = (x: Tensor, y: Tensor): Tensor => total(program(seed)(x, y).add(x.square()).add(y.square()))
        const [x, y] = inputs(seed)
        const v = inputs(seed + 100)
        const [, product] = hvp(f, [x, y], v) as [Tensor, Tensor[]]
        const gradient = grad(f(x, y), [x, y], { createGraph: true }) as [Tensor, Tensor]
        const along = total(gradient[0].mul(v[0].detach())).add(total(gradient[1].mul(v[1].detach())))
        const expected = grad(along, [x, y]).flatMap(numbers)
        product.flatMap(numbers).forEach((value, i) => {
          const other = expected[i] as number
          assert.ok(Math.abs(value - other) <= 1e-11 * Math.max(1, Math.abs(other)), `seed ${seed}: ${value}, ${other}`)
        })
      }
    })
  })
}
