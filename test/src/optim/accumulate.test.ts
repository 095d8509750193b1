// Micro-batches: their gradients are those of the whole batch.
import assert from 'node:assert/strict'
import { F, manualSeed, nn, optim, randint, randn, type Tensor, tensor } from '#src/index.js'
import { raises } from '../raises.js'

const RELATIVE = 1e-12

const close = (a: Tensor | null | undefined, b: Tensor | null | undefined): boolean =>
  a?.allclose(b as Tensor, { rtol: RELATIVE, atol: RELATIVE }) === true

describe('accumulated gradients', () => {
  const dtype = 'float64'
  const model = (): nn.Sequential => {
    manualSeed(3)
    return new nn.Sequential(new nn.Linear(4, 6, { dtype }), new nn.ReLU(), new nn.Linear(6, 3, { dtype }))
  }
  const x = randn([12, 4], { dtype })
  const y = randint(3, { shape: [12] })
  const part = (from: number, to: number): [Tensor, Tensor] => [x.at([from, to]), y.at([from, to])]

  it('of equal micro-batches are those of one batch, and so is the loss', () => {
    const [whole, parts] = [model(), model()]
    const expected = F.crossEntropy(whole.forward(x), y)
    expected.backward()
    const found = optim.accumulate([part(0, 4), part(4, 8), part(8, 12)], ([a, b]) =>
      F.crossEntropy(parts.forward(a), b),
    )
    assert.ok(close(found, expected.detach()))
    assert.equal(found.requiresGrad, false)
    for (const [i, p] of parts.parameters().entries()) assert.ok(close(p.grad, whole.parameters()[i]?.grad))
  })

  it('of unequal micro-batches are those of one batch where each counts by its examples, and are not else', () => {
    const batches = [part(0, 7), part(7, 12)]
    const [whole, weighted, plain] = [model(), model(), model()]
    F.crossEntropy(whole.forward(x), y).backward()
    optim.accumulate(batches, ([a, b]) => F.crossEntropy(weighted.forward(a), b), {
      weight: ([a]) => a.shape[0] as number,
    })
    optim.accumulate(batches, ([a, b]) => F.crossEntropy(plain.forward(a), b))
    const gradient = (of: nn.Module): Tensor | null | undefined => of.parameters()[0]?.grad
    assert.ok(close(gradient(weighted), gradient(whole)))
    assert.ok(!close(gradient(plain), gradient(whole)))
  })

  it('see each batch with its number, and may come from a generator', () => {
    const w = tensor([2], { requiresGrad: true })
    const seen: number[] = []
    function* batches(): Generator<number> {
      yield* [10, 20]
    }
    const loss = optim.accumulate(batches(), (batch, i) => {
      seen.push(i)
      return w.mul(batch).sum()
    })
    assert.deepEqual([seen, loss.item(), w.grad?.toArray()], [[0, 1], 30, [15]])
  })

  it('are scaled for float16 by a scaler, the loss is not', () => {
    const w = tensor([1], { requiresGrad: true })
    const scaler = new optim.GradScaler({ initScale: 8 })
    const loss = optim.accumulate([1, 3], batch => w.mul(batch).sum(), { scaler })
    assert.deepEqual([loss.item(), w.grad?.toArray()], [2, [16]])
  })

  it('add to gradients that are there', () => {
    const w = tensor([1], { requiresGrad: true })
    for (let i = 0; i < 2; i++) optim.accumulate([1], () => w.mul(5).sum())
    assert.deepEqual(w.grad?.toArray(), [10])
  })

  it('want a micro-batch that counts', () => {
    raises(() => optim.accumulate([], () => tensor(1)), 'BAD_OPTION', '0 micro-batches that count []')
    raises(() => optim.accumulate([1, 2], () => tensor(1), { weight: () => 0 }), 'BAD_OPTION', 'count [0, 0]')
    raises(() => optim.accumulate([2, -1], () => tensor(1), { weight: w => w }), 'BAD_OPTION', 'count [2, -1]')
    raises(() => optim.accumulate([1], () => tensor(1), { weight: () => Number.NaN }), 'BAD_OPTION', 'NaN')
  })
})
