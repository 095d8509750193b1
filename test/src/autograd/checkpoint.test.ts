// Checkpoint: the numbers of without, nothing kept in between.
import assert from 'node:assert/strict'
import { resetModes } from '#src/autograd/modes.js'
import type { SavingNode } from '#src/autograd/node.js'
import { backward, checkpoint, customFunction, grad, jvp, noGrad, type Tensor, TensorError } from '#src/index.js'
import { apply } from '#src/tensor/engine.js'
import { state } from '#src/tensor/state.js'
import { increase, numbers, on, points, total } from './points.js'

const raises = (f: () => unknown, code: string, words: RegExp): void => {
  assert.throws(f, (error: unknown) => error instanceof TensorError && error.code === code && words.test(error.message))
}

/** Draws a mask as dropout does: from the default generator. */
function dropout(x: Tensor): Tensor {
  const { key, counter } = state.generator
  const noise = apply('uniform', [], { shape: x.shape, key, counter, dtype: 'float64' })
  state.generator.counter += x.size
  return x.mul(noise.gt(0.5)).mul(2)
}

describe('checkpoint', () => {
  on('reference')

  let w: Tensor
  before(() => {
    w = points([4], 0.5, 2)
  })
  const block = (x: Tensor): Tensor => x.mul(w).tanh().exp().mul(x)

  it('gives the same value and gradients, also for what the function closes over', () => {
    const x = points([4], -1, 1, 3)
    const plain = total(block(x))
    const saved = total(checkpoint(block, x))
    assert.deepEqual(numbers(saved), numbers(plain))
    assert.deepEqual(grad(saved, [x, w]).map(numbers), grad(plain, [x, w]).map(numbers))
    backward(total(checkpoint(block, x)))
    assert.deepEqual(numbers(w.grad as Tensor), numbers(grad(total(block(x)), [w])[0] as Tensor))
    w.grad = null
  })

  it('keeps nothing until backward asks', () => {
    const x = points([4], -1, 1, 3)
    let runs = 0
    const y = checkpoint(z => {
      runs++
      return z.exp().tanh()
    }, x)
    const node = y.gradFn as unknown as SavingNode
    assert.equal(node.contents.output, undefined)
    assert.equal(runs, 1)
    backward(total(y))
    assert.equal(runs, 2)
    assert.notEqual(x.exp().gradFn, null)
    assert.notEqual((x.exp().gradFn as unknown as SavingNode).contents.output, undefined)
  })

  it('draws the same random numbers in the second run, and leaves the generator where it was', () => {
    const x = points([64], -1, 1, 3)
    const f = (z: Tensor): Tensor => dropout(z.exp()).exp()
    const start = state.generator.counter
    const plain = grad(total(f(x)), [x]).map(numbers)
    state.generator.counter = start
    const loss = total(checkpoint(f, x))
    state.generator.counter += 1000
    const after = state.generator.counter
    assert.deepEqual(grad(loss, [x]).map(numbers), plain)
    assert.equal(state.generator.counter, after)
  })

  it('has second derivatives', () => {
    const x = points([4], -1, 1, 3)
    const second = (f: (x: Tensor) => Tensor): number[][] => {
      const [dx] = grad(total(f(x)), [x], { createGraph: true }) as [Tensor]
      return grad(total(dx.mul(dx)), [x, w]).map(numbers)
    }
    assert.deepEqual(
      second(z => checkpoint(block, z)),
      second(block),
    )
  })

  it('nests, and takes part in a longer graph', () => {
    const x = points([4], -1, 1, 3)
    const deep = (z: Tensor): Tensor => checkpoint(y => checkpoint(block, y.sin()).cos(), z.mul(2)).exp()
    const plain = (z: Tensor): Tensor => block(z.mul(2).sin()).cos().exp()
    assert.deepEqual(grad(total(deep(x)), [x, w]).map(numbers), grad(total(plain(x)), [x, w]).map(numbers))
  })

  it('can be passed twice with retainGraph, and not without', () => {
    const x = points([4], -1, 1, 3)
    const loss = total(checkpoint(block, x))
    const first = grad(loss, [x], { retainGraph: true }).map(numbers)
    assert.deepEqual(grad(loss, [x]).map(numbers), first)
    raises(() => grad(loss, [x]), 'GRAPH_FREED', /freed/)
  })

  it('takes other arguments than tensors, several results and custom functions', () => {
    const negate = customFunction({ name: 'negate', forward: (_, z: Tensor) => z.neg(), backward: (_, g) => g.neg() })
    const x = points([4], -1, 1, 3)
    const [a, b] = checkpoint((z: Tensor, n: number) => [z.exp().mul(n), negate(z.sin())] as const, x, 3)
    const expected = total(x.exp().mul(3)).sub(total(x.sin()))
    assert.deepEqual(grad(total(a).add(total(b)), [x]).map(numbers), grad(expected, [x]).map(numbers))
  })

  it('simply runs without recording and in forward mode', () => {
    const x = points([4], -1, 1, 3)
    assert.equal(noGrad(() => checkpoint(block, x)).requiresGrad, false)
    const v = points([4], -1, 1, 5).detach()
    assert.deepEqual(numbers(jvp(z => checkpoint(block, z), x, v)[1]), numbers(jvp(block, x, v)[1]))
  })

  it('notices changed inputs and parameters', () => {
    const x = points([4], -1, 1, 3)
    const h = x.mul(2)
    const loss = total(checkpoint(block, h))
    increase(h)
    raises(() => backward(loss), 'VERSION', /input 0/)
    const p = points([4], -1, 1, 4)
    const other = total(checkpoint(z => z.mul(p), x))
    increase(p)
    raises(() => backward(other), 'VERSION', /version/)
  })

  it('notices a function that does something else the second time', () => {
    const x = points([4], -1, 1, 3)
    let runs = 0
    const loss = total(checkpoint(z => (runs++ === 0 ? z.exp() : z.sin()), x))
    raises(() => backward(loss), 'BAD_RULE', /was exp, now sin/)
    let more = 0
    const longer = total(checkpoint(z => (more++ === 0 ? z.exp() : z.exp().exp()), x))
    raises(() => backward(longer), 'BAD_RULE', /was nothing, now exp/)
  })

  it('ends where the function throws, or a cell is interrupted', () => {
    const x = points([4], -1, 1, 3)
    assert.throws(
      () =>
        checkpoint((_: Tensor): Tensor => {
          throw new Error('mine')
        }, x),
      /mine/,
    )
    assert.notEqual((x.exp().gradFn as unknown as SavingNode).contents.output, undefined)
    checkpoint(z => {
      resetModes()
      const y = z.exp()
      assert.notEqual((y.gradFn as unknown as SavingNode).contents.output, undefined)
      return y
    }, x)
  })
})
