// What a pass holds: rules give back what they make on the way, and constants' gradients are not computed.
import assert from 'node:assert/strict'
import type { SavingNode } from '#src/autograd/node.js'
import * as c from '#src/autograd/rules/calculus.js'
import { backward, checkpoint, enableGrad, grad, hvp, jvp, noGrad, registerHook, type Tensor } from '#src/index.js'
import { hooks } from '#src/tensor/graph.js'
import { currentBackend } from '#src/tensor/state.js'
import { growth, increase, numbers, on, points, total } from './points.js'

const live = (): number => currentBackend().memory(true).bytes

for (const backend of ['reference', 'wasm']) {
  describe(`memory of passes on ${backend}`, () => {
    on(backend)

    /** Long enough that each tensor counts. */
    const size = 1 << 14
    const bytes = size * 8

    it('gives back what a gelu rule makes on its way, within the pass', () => {
      const x = points([size], -2, 2)
      const y = x.gelu()
      const g = c.zerosLike(y)
      const before = currentBackend().memory(false).bytes
      const [dx] = grad(y, [x], { gradOutputs: g })
      assert.ok(currentBackend().memory(false).bytes - before < 2 * bytes)
      assert.equal(numbers(dx as Tensor).length, size)
    })

    // The reference backend's memory is JavaScript's: it does not know what is dead.
    const counted = backend === 'wasm' ? it : undefined
    counted?.('returns to the start after backward, jvp, hvp and checkpoint', () => {
      const x = points([size], -0.5, 0.5)
      const v = points([size], -1, 1, 2).detach()
      const f = (z: Tensor): Tensor => total(z.mul(z).tanh().gelu())
      const runs: Record<string, () => unknown> = {
        backward: () => {
          backward(f(x))
          x.grad = null
        },
        jvp: () => jvp(f, x, v),
        hvp: () => hvp(f, x, v),
        checkpoint: () => grad(total(checkpoint(f, x)), [x]),
        second: () => grad(total(grad(f(x), [x], { createGraph: true })[0] as Tensor), [x]),
      }
      for (const [name, run] of Object.entries(runs)) {
        const more = growth(run, 20, live)
        assert.ok(more <= 2 * bytes, `${name}: ${more} bytes more`)
      }
    })

    it('keeps only the factor that a gradient needs', () => {
      const x = points([3], 1, 2)
      const k = points([3], 1, 2, 1).detach()
      const node = x.mul(k).gradFn as unknown as SavingNode
      assert.deepEqual(node.contents.inputs, [undefined, k])
      const h = x.mul(1)
      const y = h.mul(k)
      increase(h)
      assert.deepEqual(numbers(grad(total(y), [x])[0] as Tensor), numbers(k))
    })

    it('computes no gradients that nobody asked for', () => {
      const [x, w] = [points([3], 1, 2), points([3], 1, 2, 1)]
      const loss = total(x.mul(w).mul(w))
      const seen: string[] = []
      hooks.tracer = name => seen.push(name)
      try {
        grad(loss, [x], { retainGraph: true })
      } finally {
        hooks.tracer = undefined
      }
      assert.deepEqual(seen.filter(name => name === 'mul').length, 2)
      assert.deepEqual(numbers(grad(loss, [w])[0] as Tensor).length, 3)
    })

    it('leaves alone what a hook has kept', () => {
      const x = points([3], 1, 2)
      const kept: Tensor[] = []
      const y = x.exp()
      registerHook(y, g => {
        kept.push(g, g.mul(2), c.reshape(g.add(1), [3, 1]))
      })
      backward(total(y.mul(3).sin()))
      const [g, twice, more] = kept as [Tensor, Tensor, Tensor]
      assert.deepEqual(
        numbers(twice),
        numbers(g).map(value => 2 * value),
      )
      assert.deepEqual(
        numbers(more),
        numbers(g).map(value => value + 1),
      )
      const other: Tensor[] = []
      const z = x.exp()
      registerHook(z, h => {
        // A pass inside of a pass.
        other.push(
          ...enableGrad(() =>
            grad(
              total(
                noGrad(() => x.mul(1))
                  .mul(x)
                  .mul(x),
              ),
              [x],
            ),
          ),
          h,
        )
      })
      backward(total(z.tanh()))
      assert.deepEqual(
        other.map(t => numbers(t).every(Number.isFinite)),
        [true, true],
      )
      assert.deepEqual(numbers(other[0] as Tensor).length, 3)
    })
  })
}
