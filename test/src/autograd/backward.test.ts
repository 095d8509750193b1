// The tape and the pass back through it: accumulation, what is freed, hooks, modes, writes in place, and every mistake.
import assert from 'node:assert/strict'
import { resetModes } from '#src/autograd/modes.js'
import {
  backward,
  computationGraph,
  detectAnomaly,
  enableGrad,
  grad,
  isGradEnabled,
  noGrad,
  setDetectAnomaly,
  setGradEnabled,
  type Tensor,
  TensorError,
  type TensorErrorCode,
  tensor,
  zeros,
} from '#src/index.js'

const leaf = (values: number | number[] | number[][]): Tensor => tensor(values, { requiresGrad: true })
const list = (x: Tensor | null): number[] => [...(x as Tensor).data()]

function throws(code: TensorErrorCode, message: RegExp, f: () => unknown): void {
  assert.throws(f, error => {
    assert.ok(error instanceof TensorError, String(error))
    assert.equal(error.code, code)
    assert.match(error.message, message)
    assert.ok(error.next !== undefined && error.message.endsWith(error.next))
    return true
  })
}

describe('backward', () => {
  it('adds gradients up in .grad, pass after pass', () => {
    const w = leaf([2, 3])
    w.mul(w).sum().backward()
    assert.deepEqual(list(w.grad), [4, 6])
    w.sum().backward()
    assert.deepEqual(list(w.grad), [5, 7])
    w.grad = null
    backward(w.mul(10).sum())
    assert.deepEqual(list(w.grad), [10, 10])
  })

  it('adds up where a value is used twice', () => {
    const x = leaf(3)
    const y = x.mul(x)
    y.add(y.mul(x)).backward()
    assert.equal(x.grad?.item(), 6 + 27)
  })

  it('takes a gradient for a result of several elements', () => {
    const x = leaf([1, 2])
    x.mul(x).backward(tensor([10, 100]))
    assert.deepEqual(list(x.grad), [20, 400])
  })

  it('gives each leaf a gradient of its own', () => {
    const [a, b] = [leaf([1, 2]), leaf([3, 4])]
    a.add(b).sum().backward()
    noGrad(() => a.grad?.mul_(5))
    assert.deepEqual(
      [list(a.grad), list(b.grad)],
      [
        [5, 5],
        [1, 1],
      ],
    )
  })

  it('never writes into the gradient that was passed in', () => {
    const x = leaf([1, 2])
    const g = tensor([1, 1])
    x.mul(1).backward(g)
    x.mul(1).backward(g)
    assert.deepEqual(
      [list(x.grad), list(g)],
      [
        [2, 2],
        [1, 1],
      ],
    )
  })

  it('goes through a chain of 10,000 operations', () => {
    const x = leaf(1)
    let y: Tensor = x
    for (let i = 0; i < 10_000; i++) y = y.add(1)
    y.backward()
    assert.equal(x.grad?.item(), 1)
  })

  it('frees what it saved: a second pass needs retainGraph', () => {
    const x = leaf([1, 2])
    const y = x.mul(x).sum()
    y.backward({ retainGraph: true })
    y.backward()
    assert.deepEqual(list(x.grad), [4, 8])
    throws('GRAPH_FREED', /freed by an earlier backward .*retainGraph: true/, () => y.backward())
  })

  it('passes again through what saved nothing', () => {
    const x = leaf([1, 2])
    const h = x.add(1)
    h.mul(2).sum().backward()
    h.mul(3).sum().backward()
    assert.deepEqual(list(x.grad), [5, 5])
  })

  it('takes the gradient first or by name, and nothing else in its place', () => {
    const x = leaf([1, 2])
    const y = x.mul(2)
    y.backward(tensor([1, 10]), { retainGraph: true })
    y.backward({ gradient: tensor([1, 10]) })
    assert.deepEqual(list(x.grad), [4, 40])
    const wrong = (gradient: unknown): void =>
      leaf([1, 2])
        .mul(2)
        .backward(gradient as Tensor)
    for (const gradient of [3, 'x', [1, 1], { gradient: [1, 1] }]) {
      throws('NOT_A_TENSOR', /the gradient is not a tensor.*in the shape of/, () => wrong(gradient))
    }
  })

  it('says what has no graph, and what is no single number', () => {
    throws('NO_GRAD', /backward: this tensor of shape \[2\] has no graph/, () => tensor([1, 2]).backward())
    throws('NO_GRAD', /must have one element; it has shape \[2\].*loss\.mean\(\)/, () => leaf([1, 2]).mul(2).backward())
    throws('SHAPE_MISMATCH', /the gradient has shape \[3\], the tensor \[2\]/, () =>
      leaf([1, 2])
        .mul(2)
        .backward(zeros([3])),
    )
  })
})

describe('grad', () => {
  it('leaves .grad alone and can be differentiated again', () => {
    const x = leaf(3)
    const [first] = grad(x.pow(3), [x], { createGraph: true }) as [Tensor]
    const [second] = grad(first, [x], { createGraph: true }) as [Tensor]
    const [third] = grad(second, [x]) as [Tensor]
    assert.deepEqual([first.item(), second.item(), third.item(), x.grad], [27, 18, 6, null])
  })

  it('takes results on the way as inputs, and several outputs', () => {
    const x = leaf([1, 2])
    const h = x.mul(3)
    const [gh, gx] = grad([h.mul(h).sum(), x.sum()], [h, x]) as [Tensor, Tensor]
    assert.deepEqual(
      [list(gh), list(gx)],
      [
        [6, 12],
        [19, 37],
      ],
    )
  })

  it('weighs outputs by gradOutputs', () => {
    const x = leaf([1, 2])
    const [g] = grad([x.mul(2), x.mul(3)], x, { gradOutputs: [tensor([1, 0]), tensor([0, 1])] }) as [Tensor]
    assert.deepEqual(list(g), [2, 3])
  })

  it('gives null for what was not used, if that is allowed', () => {
    const [x, y] = [leaf(1), leaf(2)]
    assert.deepEqual(grad(x.mul(2), [y], { allowUnused: true }), [null])
    throws('NO_GRAD', /grad: input 0, of shape \[\], was not used/, () => grad(x.mul(2), [y]))
    throws('NO_GRAD', /input 1, of shape \[\], does not require a gradient/, () => grad(x.mul(2), [x, tensor(1)]))
  })
})

describe('leaves', () => {
  it('say what they are', () => {
    const x = leaf([1])
    const y = x.mul(2)
    assert.deepEqual([x.isLeaf, x.requiresGrad, x.gradFn], [true, true, null])
    assert.deepEqual([y.isLeaf, y.requiresGrad, y.gradFn?.name], [false, true, 'mul'])
    assert.deepEqual([tensor(1).isLeaf, tensor(1).requiresGrad], [true, false])
  })

  it('are made and unmade in place', () => {
    const x = zeros([2]).requiresGrad_()
    assert.ok(x.requiresGrad)
    assert.ok(!x.requiresGrad_(false).requiresGrad)
    throws('BAD_DTYPE', /only float tensors .* this one is int32/, () => zeros([2], { dtype: 'int32' }).requiresGrad_())
    throws('IN_PLACE', /result of a recorded operation/, () => leaf([1]).mul(2).requiresGrad_(false))
  })

  it('are cut off by detach, which shares memory', () => {
    const x = leaf([1, 2])
    const d = x.mul(2).detach()
    assert.ok(!d.requiresGrad && d.isLeaf)
    const seen = x.detach()
    noGrad(() => x.add_(10))
    assert.deepEqual(list(seen), [11, 12])
  })
})

describe('hooks', () => {
  it('see the whole gradient, and may change it', () => {
    const x = leaf([1, 2])
    const h = x.add(3)
    const seen: number[][] = []
    const remove = h.registerHook(g => {
      seen.push(list(g))
      return g.mul(10)
    })
    h.add(h).sum().backward()
    assert.deepEqual([seen, list(x.grad)], [[[2, 2]], [20, 20]])
    remove()
    x.grad = null
    h.sum().backward()
    assert.deepEqual([seen.length, list(x.grad)], [1, [1, 1]])
  })

  it('ignore what is no tensor, and refuse another shape', () => {
    const x = leaf([1, 2])
    const norms: number[] = []
    x.registerHook(g => norms.push(g.norm().item()))
    x.mul(2).sum().backward()
    assert.deepEqual(
      norms.map(n => n.toFixed(3)),
      ['2.828'],
    )
    x.registerHook(() => zeros([3]))
    throws('BAD_RULE', /hook on leaf must return a tensor of shape \[2\]/, () => x.sum().backward())
    throws('NO_GRAD', /registerHook: this tensor carries no gradient/, () => tensor(1).registerHook(() => undefined))
  })

  it('keep the gradient of a result where retainGrad asks for it', () => {
    const x = leaf([1, 2])
    const h = x.mul(x).retainGrad()
    h.mul(3).sum().backward()
    assert.deepEqual(
      [list(h.grad), list(x.grad)],
      [
        [3, 3],
        [6, 12],
      ],
    )
    throws('NO_GRAD', /retainGrad/, () => tensor(1).retainGrad())
  })
})

describe('modes', () => {
  it('record or not, as the innermost scope says', () => {
    const x = leaf([1])
    assert.ok(!noGrad(() => x.mul(2)).requiresGrad)
    assert.ok(noGrad(() => enableGrad(() => x.mul(2))).requiresGrad)
    assert.ok(isGradEnabled())
    setGradEnabled(false)
    assert.ok(!x.mul(2).requiresGrad)
    setGradEnabled(true)
  })

  it('are put back after a throw, and by the host where nothing unwinds', () => {
    assert.throws(() =>
      noGrad(() => {
        throw new Error('x')
      }),
    )
    assert.ok(isGradEnabled())
    noGrad(() => {
      // As an interrupt does: the host puts back what held outside of all scopes.
      resetModes()
      assert.ok(isGradEnabled())
    })
  })

  it('refuse what is not over when it returns', () => {
    throws('BAD_VALUE', /noGrad: the function returned a promise/, () => noGrad(async () => 1))
    assert.ok(isGradEnabled())
  })
})

describe('writes in place', () => {
  it('refuse leaves and their views, but for noGrad', () => {
    const w = leaf([1, 2])
    throws('IN_PLACE', /add_: a leaf that requires a gradient .*noGrad\(\(\) => w\.sub_/, () => w.add_(1))
    throws('IN_PLACE', /a view of a leaf/, () => w.at([0, 1]).add_(1))
    noGrad(() => w.at([0, 1]).add_(1))
    assert.deepEqual(list(w), [2, 2])
  })

  it('are noticed where backward needs the old numbers', () => {
    const x = leaf([1, 2])
    const h = x.mul(2)
    const y = h.mul(h)
    h.add_(1)
    throws('VERSION', /backward of mul needs input [01] \(shape \[2\]\) .* at version 1, expected 0/, () =>
      y.sum().backward(),
    )
  })

  it('move the graph of a base when a view is written to', () => {
    const w = leaf([5, 7])
    const base = zeros([4])
    const view = base.at([1, 3])
    view.add_(w.mul(w))
    assert.ok(base.requiresGrad && view.requiresGrad)
    base
      .mul(tensor([1, 10, 100, 1000]))
      .sum()
      .backward()
    assert.deepEqual(list(w.grad), [100, 1400])
  })

  it('are seen by views that were made before', () => {
    const w = leaf([2])
    const base = zeros([3])
    const before = base.at([0, 2])
    base.add_(w)
    before.sum().backward()
    assert.deepEqual(list(w.grad), [2])
  })
})

describe('anomaly mode', () => {
  it('names the operation and the line of the first NaN', () => {
    throws('NOT_FINITE', /sqrt made NaN at .*backward\.test.*: input 0 of shape \[2\] from -1 to 4/, () =>
      detectAnomaly(() => tensor([-1, 4]).sqrt().sum()),
    )
    throws('NOT_FINITE', /div made NaN/, () => detectAnomaly(() => zeros([1]).div(zeros([1]))))
    assert.ok(tensor([-1]).sqrt().isnan().item())
  })

  it('names the operation whose gradient is NaN, and where it was called', () => {
    const x = leaf([0])
    throws('NOT_FINITE', /The gradient of sqrt is NaN for its input 0 \(called at .*backward\.test/, () =>
      detectAnomaly(() => x.mul(0).sqrt().mul(0).sum().backward()),
    )
  })

  it('stays on until it is switched off', () => {
    setDetectAnomaly(true)
    throws('NOT_FINITE', /log made NaN/, () => tensor(-1).log())
    setDetectAnomaly(false)
    assert.ok(Number.isNaN(tensor(-1).log().item()))
  })
})

describe('the graph', () => {
  it('can be walked, oldest first, with names', () => {
    const [w, b] = [leaf([1, 2]), leaf([3, 4])]
    const loss = w
      .mul(tensor([5, 6]))
      .add(b)
      .sum()
    const nodes = computationGraph(loss, { names: { w, b, loss } })
    assert.deepEqual(
      nodes.map(({ kind, operation, name, shape }) => [kind, operation, name, shape]),
      [
        ['leaf', 'leaf', 'w', [2]],
        ['leaf', 'leaf', 'b', [2]],
        ['operation', 'mul', undefined, [2]],
        ['operation', 'add', undefined, [2]],
        ['operation', 'sum', 'loss', []],
      ],
    )
    const [idW, idB, mul, add] = nodes.map(({ id }) => id)
    assert.deepEqual(
      nodes.slice(2).map(({ inputs }) => inputs),
      [[idW, null], [mul, idB], [add]],
    )
    assert.equal(nodes[0]?.tensor, w)
    assert.equal(nodes[4]?.tensor, loss)
  })
})
