// What the goldens do not say of attention: shared tokens, dropout, first values, mistakes.
import assert from 'node:assert/strict'
import { allclose, F, Generator, manualSeed, nn, ones, randn, type Tensor, tensor, zeros } from '#src/index.js'

const gradients = (module: nn.Module): Tensor[] => module.parameters().map(p => p.grad as Tensor)

describe('F.scaledDotProductAttention', () => {
  beforeEach(() => manualSeed(0))

  it('keeps gradients finite where a query sees nothing', () => {
    const [q, k, v] = [0, 1, 2].map(() => randn([2, 3]).requiresGrad_()) as [Tensor, Tensor, Tensor]
    const attnMask = tensor([
      [false, false],
      [true, false],
    ])
    F.scaledDotProductAttention(q, k, v, { attnMask }).square().sum().backward()
    assert.deepEqual(q.grad?.at(0).toArray(), [0, 0, 0])
    for (const x of [q, k, v]) assert.ok(x.grad?.isfinite().all().item())
  })

  it('drops weights, and scales the others', () => {
    const v = ones([1, 1])
    const out = F.scaledDotProductAttention(zeros([1000, 1]), zeros([1, 1]), v, {
      dropoutP: 0.5,
      generator: new Generator(2),
    })
    assert.deepEqual([...new Set(out.flatten().toArray() as number[])].sort(), [0, 2])
  })

  it('stays finite for scores that overflow e^x', () => {
    const out = F.scaledDotProductAttention(tensor([[1000]]), tensor([[1000], [-1000]]), tensor([[1], [2]]))
    assert.deepEqual(out.toArray(), [[1]])
  })

  it('is not harmed by a step that writes into its result', () => {
    const x = randn([2, 3, 3])
    const before = F.scaledDotProductAttention(x, x, x, { isCausal: true }).toArray()
    F.scaledDotProductAttention(x, x, x, { isCausal: true }).zero_()
    assert.deepEqual(F.scaledDotProductAttention(x, x, x, { isCausal: true }).toArray(), before)
  })

  it('makes masks anew after the old ones are forgotten', () => {
    for (let length = 1; length < 300; length++) {
      const x = zeros([1, length, 1])
      const y = F.scaledDotProductAttention(x, x, ones([1, length, 1]), { isCausal: true })
      assert.ok(allclose(y, ones([1, length, 1])))
    }
  })
})

describe('nn.MultiheadAttention', () => {
  beforeEach(() => manualSeed(0))

  it('computes the same by one product where query, key and value are one tensor', () => {
    const attention = new nn.MultiheadAttention(4, 2, { batchFirst: true })
    const x = randn([2, 3, 4])
    const run = (key: Tensor, value: Tensor): Tensor[] => {
      attention.zeroGrad()
      const { output } = attention.forward(x, key, value)
      output.square().sum().backward()
      return [output, ...gradients(attention)]
    }
    const [together, apart] = [run(x, x), run(x.clone(), x.clone())]
    together.forEach((y, i) => {
      assert.ok(allclose(y, apart[i] as Tensor, { atol: 1e-6 }))
    })
  })

  it('gives the bias of the last map, not NaN, where a query sees no key', () => {
    const attention = new nn.MultiheadAttention(4, 2, { batchFirst: true })
    const x = randn([1, 2, 4])
    const { output, weights } = attention.forward(x, x, x, { keyPaddingMask: tensor([[true, true]]) })
    assert.deepEqual(weights?.toArray(), [
      [
        [0, 0],
        [0, 0],
      ],
    ])
    assert.ok(allclose(output, (attention.outProj.bias as Tensor).expand([1, 2, 4])))
  })

  it('drops weights in training alone', () => {
    const attention = new nn.MultiheadAttention(4, 2, { dropout: 0.5, generator: new Generator(3) })
    const x = randn([6, 1, 4])
    const weights = () => attention.forward(x, x, x).weights as Tensor
    assert.ok(!allclose(weights(), weights()))
    attention.eval()
    assert.ok(allclose(weights(), weights()))
    assert.ok(allclose(weights().sum(-1), ones([1, 6])))
  })

  it("begins with PyTorch's values: Xavier-uniform maps, biases of zero", () => {
    const { inProjWeight, inProjBias, outProj, biasK } = new nn.MultiheadAttention(100, 2, { addBiasKv: true })
    const bound = Math.sqrt(6 / 400)
    const greatest = inProjWeight?.abs().max().item() as number
    assert.ok(greatest <= bound && greatest > 0.99 * bound)
    assert.equal(inProjBias?.abs().max().item(), 0)
    assert.equal(outProj.bias?.abs().max().item(), 0)
    // A normal with deviation 0.1: the deviation of 100 draws is within 4 of its own, 0.1 / sqrt(200).
    assert.ok(Math.abs((biasK?.std().item() as number) - 0.1) < 0.03)
    const bounds = new nn.MultiheadAttention(4, 2, { kdim: 12 }).kProjWeight?.abs().max().item() as number
    assert.ok(bounds <= Math.sqrt(6 / 16))
  })

  it('says what does not fit', () => {
    const attention = new nn.MultiheadAttention(4, 2)
    const x = zeros([3, 1, 4])
    const forward = (options: nn.MultiheadAttentionInput) => () => attention.forward(x, x, x, options)
    assert.throws(() => new nn.MultiheadAttention(4, 3), { code: 'BAD_OPTION', message: /3 heads do not divide 4/ })
    assert.throws(() => new nn.MultiheadAttention(0, 1), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.MultiheadAttention(4, 0), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.MultiheadAttention(4, 2, { kdim: 0 }), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.MultiheadAttention(4, 2, { vdim: 0.5 }), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.MultiheadAttention(4, 2, { dropout: 2 }), { code: 'BAD_OPTION' })
    assert.throws(() => attention.forward(x, zeros([3, 2, 4]), x), { code: 'SHAPE_MISMATCH', message: /batchFirst/ })
    assert.throws(() => attention.forward(zeros([3, 1, 5]), x, x), { code: 'SHAPE_MISMATCH' })
    assert.throws(() => attention.forward(x, x, zeros([2, 1, 4])), { code: 'SHAPE_MISMATCH' })
    assert.throws(forward({ keyPaddingMask: ones([3, 1]).bool() }), { code: 'SHAPE_MISMATCH', message: /\[1, 3\]/ })
    assert.throws(forward({ attnMask: ones([3, 2]).bool() }), { code: 'SHAPE_MISMATCH', message: /\[2, 3, 3\]/ })
    assert.throws(forward({ attnMask: ones([3, 3]).int() }), { code: 'BAD_DTYPE' })
  })

  it('prints its sizes', () => {
    const text = `${new nn.MultiheadAttention(4, 2, { batchFirst: true })}`
    assert.equal(text.split('\n')[0], 'MultiheadAttention(embedDim=4, numHeads=2, batchFirst=true')
  })
})
