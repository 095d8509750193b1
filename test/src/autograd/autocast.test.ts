// Mixed precision: which operations compute in which dtype, against the same computed with casts written out; gradients, scopes.
import assert from 'node:assert/strict'
import { resetModes } from '#src/autograd/modes.js'
import {
  add,
  autocast,
  autocastDtype,
  cat,
  checkpoint,
  conv2d,
  F,
  grad,
  jvp,
  linear,
  logSoftmax,
  manualSeed,
  matmul,
  nn,
  noGrad,
  randn,
  setBackend,
  softmax,
  type Tensor,
  tensor,
  where,
} from '#src/index.js'
import { raises } from '../raises.js'

const LOW = ['bfloat16', 'float16'] as const

const bfloat16 = (x: Tensor): Tensor => x.bfloat16()

const same = (a: Tensor, b: Tensor): void => {
  assert.equal(a.dtype, b.dtype)
  assert.deepEqual(a.toArray(), b.toArray())
}

for (const backend of ['wasm', 'reference']) {
  describe(`autocast on ${backend}`, () => {
    before(() => setBackend(backend))
    after(() => setBackend('wasm'))
    beforeEach(() => manualSeed(3))

    for (const dtype of LOW) {
      const low = (x: Tensor): Tensor => x.to(dtype)

      it(`computes products in ${dtype}, biases included`, () => {
        const [x, w, b] = [randn([4, 3]), randn([5, 3]), randn([5])]
        same(
          autocast({ dtype }, () => matmul(x, w.t())),
          matmul(low(x), low(w.t())),
        )
        same(
          autocast({ dtype }, () => linear(x, w, b)),
          linear(low(x), low(w), low(b)),
        )
        const [image, kernel, bias] = [randn([2, 3, 5, 5]), randn([4, 3, 3, 3]), randn([4])]
        same(
          autocast({ dtype }, () => conv2d(image, kernel, bias)),
          conv2d(low(image), low(kernel), low(bias)),
        )
      })

      it(`attends in ${dtype}, with the softmax in float32`, () => {
        const [q, k, v] = [randn([2, 4, 8]), randn([2, 4, 8]), randn([2, 4, 8])]
        const weights = softmax(matmul(low(q.mul(1 / Math.sqrt(8))), low(k.transpose(-2, -1))).float(), -1)
        same(
          autocast({ dtype }, () => F.scaledDotProductAttention(q, k, v)),
          matmul(low(weights), low(v)),
        )
      })

      it(`computes softmax, powers, sums and losses of ${dtype} in float32`, () => {
        const x = low(randn([3, 4]).mul(10))
        const wide = x.float()
        const target = tensor([0, 3, 1], { dtype: 'int32' })
        const cases: [string, (x: Tensor) => Tensor][] = [
          ['softmax', x => softmax(x, -1)],
          ['logSoftmax', x => logSoftmax(x, -1)],
          ['exp', x => x.exp()],
          ['pow', x => x.pow(2)],
          ['square', x => x.square()],
          ['sum', x => x.sum()],
          ['mean', x => x.mean(0)],
          ['var', x => x.var(0)],
          ['norm', x => x.norm()],
          ['logsumexp', x => x.logsumexp(-1)],
          ['layerNorm', x => F.layerNorm(x, [4])],
          ['rmsNorm', x => F.rmsNorm(x, [4])],
          ['crossEntropy', x => F.crossEntropy(x, target)],
          ['mseLoss', x => F.mseLoss(x, x.mul(2))],
        ]
        for (const [name, f] of cases) {
          const found = autocast({ dtype }, () => f(x))
          assert.equal(found.dtype, 'float32', name)
          assert.deepEqual(found.toArray(), f(wide).toArray(), name)
        }
      })
    }

    it('gives float32 parameters float32 gradients, those of the casts written out', () => {
      const step = (mixed: boolean): Tensor[] => {
        manualSeed(5)
        const model = new nn.Sequential(new nn.Linear(6, 8), new nn.ReLU(), new nn.Linear(8, 3))
        const x = randn([4, 6])
        const target = tensor([0, 1, 2, 1], { dtype: 'int32' })
        const byHand = (): Tensor => {
          const [w1, b1, w2, b2] = model.parameters().map(p => p.bfloat16()) as [Tensor, Tensor, Tensor, Tensor]
          return F.crossEntropy(linear(linear(x.bfloat16(), w1, b1).relu(), w2, b2).float(), target)
        }
        const loss = mixed ? autocast(() => F.crossEntropy(model.forward(x), target)) : byHand()
        loss.backward()
        return model.parameters().map(p => p.grad as Tensor)
      }
      const [mixed, byHand] = [step(true), step(false)]
      for (const [i, g] of mixed.entries()) {
        assert.equal(g.dtype, 'float32')
        same(g, byHand[i] as Tensor)
      }
    })

    it('lets backward run within as it would outside', () => {
      const gradients = (inside: boolean): unknown => {
        manualSeed(7)
        const w = randn([3, 3], { requiresGrad: true })
        const x = randn([2, 3])
        const loss = autocast(() => {
          const loss = linear(x, w).tanh().sum()
          if (inside) loss.backward()
          return loss
        })
        if (!inside) loss.backward()
        assert.equal(w.grad?.dtype, 'float32')
        return w.grad?.toArray()
      }
      assert.deepEqual(gradients(true), gradients(false))
    })
  })
}

describe('autocast', () => {
  it('lets operands of different floats meet in the widest, and leaves float64 alone', () => {
    const [low, single] = [bfloat16(tensor([1.5])), tensor([0.25])]
    autocast(() => {
      same(add(low, single), tensor([1.75]))
      same(cat([low.half(), single]), tensor([1.5, 0.25]))
      same(where(tensor([true]), low, single), tensor([1.5]))
      assert.equal(add(low, low).dtype, 'bfloat16')
      const wide = randn([2, 2], { dtype: 'float64' })
      assert.equal(matmul(wide, wide).dtype, 'float64')
      assert.equal(linear(wide, wide, wide.at(0)).dtype, 'float64')
      assert.equal(softmax(wide, 0).dtype, 'float64')
      assert.equal(tensor([1, 2], { dtype: 'int32' }).sum().dtype, 'int32')
    })
  })

  it('lets composed operations of 16 bits work, whatever they are made of', () => {
    const x = bfloat16(tensor([0.5, 0.25, 2]))
    autocast(() => {
      for (const name of ['logsigmoid', 'sinh', 'sigmoid', 'gelu', 'silu', 'tanh', 'std', 'cumsum', 'logit'] as const) {
        const f = x[name as 'tanh'] as (dim?: number) => Tensor
        const found = (name === 'cumsum' ? f.call(x, 0) : f.call(x)) as Tensor
        const wide = x.float()
        const expected = (name === 'cumsum' ? f.call(wide, 0) : f.call(wide)) as Tensor
        const gap = found.float().sub(expected).abs().amax().item()
        // Equal up to the rounding of what stays in bfloat16; logit(2) is NaN in both.
        assert.ok(Number.isNaN(gap) || gap <= 2 ** -8 * 4, `${name}: ${gap}`)
      }
    })
  })

  it('keeps the dtype of what is written in place', () => {
    const x = bfloat16(tensor([1, 2]))
    autocast(() => {
      x.exp_()
      x.add_(tensor([1, 1]))
    })
    same(x, bfloat16(tensor([Math.E, Math.E ** 2])).add(1))
  })

  it('holds for its scope: nested, switched off within, put back after an error and at the end of a cell', () => {
    assert.equal(autocastDtype(), null)
    autocast({ dtype: 'float16' }, () => {
      assert.equal(autocastDtype(), 'float16')
      autocast(() => assert.equal(autocastDtype(), 'bfloat16'))
      const x = randn([2, 2])
      assert.equal(autocast({ enabled: false }, () => matmul(x, x)).dtype, 'float32')
      assert.equal(noGrad(() => matmul(x, x)).dtype, 'float16')
      assert.equal(autocastDtype(), 'float16')
    })
    assert.throws(() =>
      autocast(() => {
        throw new Error('stop')
      }),
    )
    assert.equal(autocastDtype(), null)
    autocast(() => {
      resetModes()
      assert.equal(autocastDtype(), null)
    })
  })

  it('is remembered by a checkpoint', () => {
    manualSeed(1)
    const [w, x] = [randn([3, 3], { requiresGrad: true }), randn([2, 3])]
    const block = (x: Tensor): Tensor => linear(x, w).tanh()
    const gradient = (run: () => Tensor): unknown => {
      w.grad = null
      autocast(() => run().sum()).backward()
      return (w.grad as Tensor | null)?.toArray()
    }
    assert.deepEqual(
      gradient(() => checkpoint(block, x)),
      gradient(() => block(x)),
    )
  })

  it('goes through forward mode and gradients of gradients', () => {
    const f = (x: Tensor): Tensor => matmul(x, x).exp().sum()
    const x = tensor([
      [0.5, 0.25],
      [0.125, 1],
    ])
    const v = tensor([
      [1, 0.5],
      [2, 0.25],
    ])
    const [, moved] = autocast(() => jvp(f, x, v))
    const leaf = x.clone().requiresGrad_()
    const [g] = autocast(() => grad(f(leaf), [leaf], { createGraph: true })) as [Tensor]
    assert.equal(g.dtype, 'float32')
    const forward = (moved as Tensor).item()
    const reverse = g.mul(v).sum().item()
    // Rounded to bfloat16 on the way, by each in its own order.
    assert.ok(Math.abs(forward - reverse) < 2 ** -6 * Math.abs(reverse), `${forward} and ${reverse}`)
    g.square().sum().backward()
    assert.ok(leaf.grad?.isfinite().all().item())
  })

  it('refuses another dtype, a promise, and what is no function', () => {
    raises(() => autocast({ dtype: 'float32' as 'float16' }, () => 1), 'BAD_VALUE', 'float32')
    raises(() => autocast({}, undefined as unknown as () => void), 'BAD_VALUE', 'function')
    raises(() => autocast(async () => 1), 'BAD_VALUE', 'promise')
    assert.equal(autocastDtype(), null)
  })
})
