// Gradients that meet at one tensor are added in place where nobody else holds them.
import assert from 'node:assert/strict'
import {
  arange,
  customFunction,
  full,
  grad,
  gradgradcheck,
  ones,
  randn,
  type Tensor,
  tensor,
  zeros,
} from '#src/index.js'
import { currentBackend } from '#src/tensor/state.js'

describe('gradients that add up in place', () => {
  /** How many tensors of a whole's size are made for gradients of its slices. */
  function spreads(f: () => void): number {
    const { kernels } = currentBackend()
    const own = kernels.sliceScatter
    let calls = 0
    const counting: typeof own = (inputs, out, params) => {
      calls++
      own(inputs, out, params)
    }
    Object.assign(kernels, { sliceScatter: counting })
    try {
      f()
    } finally {
      Object.assign(kernels, { sliceScatter: own })
    }
    return calls
  }

  const run = (f: (x: Tensor) => Tensor, x: Tensor): unknown => {
    const leaf = x.clone().requiresGrad_()
    f(leaf).backward()
    return leaf.grad?.toArray()
  }

  it('spread the gradient of one slice to the whole; those of the others go into their windows', () => {
    const x = arange(60).float().reshape([20, 3])
    const weighted = (y: Tensor) =>
      y
        .mul(1)
        .unbind(0)
        .reduce((sum, row, i) => sum.add(row.mul(i).sum()), tensor(0))
    let gradient: unknown
    assert.equal(
      spreads(() => {
        gradient = run(weighted, x)
      }),
      1,
    )
    assert.deepEqual(
      gradient,
      Array.from({ length: 20 }, (_, i) => [i, i, i]),
    )
  })

  it('go into columns and into every second place as well', () => {
    const x = arange(12).float().reshape([3, 4])
    const columns = (y: Tensor) => {
      const z = y.mul(2)
      return z
        .at(null, 0)
        .sum()
        .add(z.at(null, [1, 3]).sum().mul(10))
        .add(z.at(null, [null, null, 2]).sum().mul(100))
    }
    assert.deepEqual(run(columns, x), [
      [202, 20, 220, 0],
      [202, 20, 220, 0],
      [202, 20, 220, 0],
    ])
  })

  it('are the same with createGraph, which writes nothing in place', () => {
    const x = randn([4, 3])
    const f = (y: Tensor) => {
      const [a, b, c, d] = y.mul(y).unbind(0) as [Tensor, Tensor, Tensor, Tensor]
      return a.mul(b).add(c.mul(d)).mul(a).sum()
    }
    const leaf = x.clone().requiresGrad_()
    const [gradient] = grad(f(leaf), leaf, { createGraph: true })
    assert.deepEqual(run(f, x), gradient?.toArray())
    gradgradcheck(f, [x.double().requiresGrad_()])
  })

  it('leave alone what somebody holds: a gradient that was given, one that is retained, one that a hook has seen', () => {
    const given = ones([2, 2])
    const seen: Tensor[] = []
    const x = ones([2, 2]).requiresGrad_()
    const y = x.mul(1)
    y.retainGrad()
    const z = y.mul(1)
    z.registerHook(g => {
      seen.push(g)
    })
    const out = z.mul(1)
    const loss = out.at(0).sum().add(out.sum()).add(z.at(1).sum()).add(y.at(0).sum())
    loss.backward()
    assert.deepEqual(seen[0]?.toArray(), [
      [2, 2],
      [2, 2],
    ])
    assert.deepEqual(y.grad?.toArray(), [
      [3, 3],
      [2, 2],
    ])
    const w = ones([2, 2]).requiresGrad_()
    const same = w.mul(1)
    same.add(same).add(same).backward(given)
    assert.deepEqual(given.toArray(), ones([2, 2]).toArray())
    assert.deepEqual(w.grad?.toArray(), full([2, 2], 3).toArray())
  })

  it('stay apart where two of them are windows on one memory', () => {
    const h = tensor([
      [1, 2],
      [3, 4],
    ])
    const twice = customFunction({
      name: 'twice',
      forward: (_, a: Tensor, b: Tensor) => a.add(b.t()),
      backward: (_, g) => [g, g.t()],
    })
    const x = zeros([2, 2]).requiresGrad_()
    const y = x.mul(1)
    twice(y, y).mul(h).sum().backward()
    assert.deepEqual(x.grad?.toArray(), [
      [2, 5],
      [5, 8],
    ])
    const z = x.mul(1)
    x.grad = null
    z.add(z.t()).mul(h).sum().backward()
    assert.deepEqual((x.grad as Tensor | null)?.toArray(), [
      [2, 5],
      [5, 8],
    ])
  })

  it('add up where a tensor is used many times', () => {
    const f = (y: Tensor) => {
      const z = y.mul(1)
      return z.mul(2).add(z.mul(3)).add(z.mul(4)).add(z.mul(5)).sum()
    }
    assert.deepEqual(run(f, ones([3])), [14, 14, 14])
  })
})
