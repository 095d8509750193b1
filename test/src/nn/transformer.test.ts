// What the goldens do not say of transformer layers and blocks: stacks, dropout, causality, defaults, mistakes.
import assert from 'node:assert/strict'
import { allclose, Generator, manualSeed, nn, randn, type Tensor, zeros } from '#src/index.js'

const SMALL = { dimFeedforward: 6, batchFirst: true }

/** What row `at` of the output owes to the later rows of the input. */
function looksAhead(forward: (x: Tensor) => Tensor, at: number): boolean {
  const x = randn([1, 4, 8]).requiresGrad_()
  forward(x).select(1, at).square().sum().backward()
  const later = (x.grad as Tensor).narrow(1, at + 1, 3 - at)
  return later.abs().max().item() !== 0
}

describe('transformer layers', () => {
  beforeEach(() => manualSeed(0))

  it('stand one after the other in an encoder, with a last normalisation', () => {
    const encoder = new nn.TransformerEncoder(() => new nn.TransformerEncoderLayer(8, 2, { ...SMALL, dropout: 0 }), 2, {
      norm: new nn.LayerNorm(8),
    })
    const x = randn([2, 3, 8])
    const [first, second] = encoder.layers as [nn.TransformerEncoderLayer, nn.TransformerEncoderLayer]
    const masks = { isCausal: true }
    const expected = (encoder.norm as nn.LayerNorm).forward(second.forward(first.forward(x, masks), masks))
    assert.deepEqual(encoder.forward(x, masks).toArray(), expected.toArray())
    assert.ok(!allclose(first.linear1.weight, second.linear1.weight))
    const names = Object.keys(nn.toTorchNames(encoder.stateDict()))
    assert.equal(names[0], 'layers.0.self_attn.in_proj_weight')
    assert.equal(names.at(-1), 'norm.bias')
  })

  it('stand one after the other in a decoder', () => {
    const decoder = new nn.TransformerDecoder(() => new nn.TransformerDecoderLayer(8, 2, { ...SMALL, dropout: 0 }), 2)
    const [x, memory] = [randn([2, 3, 8]), randn([2, 5, 8])]
    const masks = { tgtIsCausal: true }
    const expected = decoder.layers.reduce((y, layer) => layer.forward(y, memory, masks), x)
    assert.deepEqual(decoder.forward(x, memory, masks).toArray(), expected.toArray())
  })

  it('drop in training alone', () => {
    const encoder = new nn.TransformerEncoderLayer(8, 2, { ...SMALL, generator: new Generator(4) })
    const decoder = new nn.TransformerDecoderLayer(8, 2, { ...SMALL, generator: new Generator(4) })
    const x = randn([2, 3, 8])
    for (const run of [() => encoder.forward(x), () => decoder.forward(x, x)]) {
      encoder.train()
      decoder.train()
      assert.ok(!allclose(run(), run()))
      encoder.eval()
      decoder.eval()
      assert.ok(allclose(run(), run()))
    }
  })

  it('take any function as activation', () => {
    const layer = new nn.TransformerEncoderLayer(8, 2, { ...SMALL, dropout: 0, activation: x => x.mul(0) })
    layer
      .forward(randn([1, 2, 8]))
      .sum()
      .backward()
    assert.equal(layer.linear1.weight.grad?.abs().max().item(), 0)
  })

  it('see nothing ahead where they are causal', () => {
    const layer = new nn.TransformerEncoderLayer(8, 2, { ...SMALL, dropout: 0 })
    assert.ok(!looksAhead(x => layer.forward(x, { isCausal: true }), 1))
    assert.ok(looksAhead(x => layer.forward(x), 1))
  })

  it('say what does not fit', () => {
    const layer = new nn.TransformerEncoderLayer(8, 2, SMALL)
    assert.throws(() => layer.forward(zeros([2, 3, 4])), { code: 'SHAPE_MISMATCH' })
    for (const Layer of [nn.TransformerEncoderLayer, nn.TransformerDecoderLayer]) {
      assert.throws(() => new Layer(8, 3), { code: 'BAD_OPTION' })
      assert.throws(() => new Layer(8, 2, { dimFeedforward: 0 }), { code: 'BAD_OPTION' })
      assert.throws(() => new Layer(8, 2, { dropout: -1 }), { code: 'BAD_OPTION' })
      assert.throws(() => new Layer(8, 2, { activation: 'sine' as 'relu' }), { code: 'BAD_OPTION', message: /'sine'/ })
    }
    assert.throws(() => new nn.TransformerEncoder(() => layer, 0), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.TransformerEncoder(layer as never, 2), { code: 'NOT_A_MODULE', message: /a function/ })
    assert.throws(() => new nn.TransformerDecoder((() => 3) as never, 2), { code: 'NOT_A_MODULE' })
  })
})

describe('nn.DecoderBlock', () => {
  beforeEach(() => manualSeed(0))

  for (const positions of ['none', 'rotary', 'alibi'] as const) {
    it(`sees nothing ahead, positions ${positions}`, () => {
      const block = new nn.DecoderBlock(8, 2, { positions })
      for (const at of [0, 1, 2]) assert.ok(!looksAhead(x => block.forward(x), at))
    })
  }

  it('tells positions apart by rotary and ALiBi alone', () => {
    const same = randn([1, 1, 8]).expand([1, 4, 8])
    const spread = (positions: 'none' | 'rotary' | 'alibi') => {
      const x = same.clone()
      x.set(0, 0, 0, 5)
      const y = new nn.CausalSelfAttention(8, 2, { positions, generator: new Generator(1) }).forward(x)
      return y.select(1, 3).sub(y.select(1, 2)).abs().max().item() as number
    }
    for (const positions of ['none', 'rotary', 'alibi'] as const) assert.ok(spread(positions) > 1e-6)
    // Of equal tokens each row is the same mean, however they are weighed.
    const y = new nn.CausalSelfAttention(8, 2, { positions: 'alibi' }).forward(same)
    assert.ok(allclose(y.select(1, 3), y.select(1, 0)))
  })

  it('has as many weights with SwiGLU as with GELU, to a few', () => {
    const count = (activation: 'gelu' | 'swiglu') =>
      new nn.DecoderBlock(48, 2, { activation, bias: false }).feedForward.parameters().reduce((n, p) => n + p.size, 0)
    assert.equal(count('gelu'), 8 * 48 * 48)
    assert.equal(count('swiglu'), 8 * 48 * 48)
  })

  it('drops in training alone', () => {
    const block = new nn.DecoderBlock(8, 2, { dropout: 0.3, generator: new Generator(2) })
    const x = randn([1, 3, 8])
    assert.ok(!allclose(block.forward(x), block.forward(x)))
    block.eval()
    assert.ok(allclose(block.forward(x), block.forward(x)))
  })

  it('says what does not fit', () => {
    assert.throws(() => new nn.DecoderBlock(8, 3), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.DecoderBlock(8, 4, { kvHeads: 3 }), { code: 'BAD_OPTION', message: /3 heads of keys/ })
    assert.throws(() => new nn.DecoderBlock(8, 2, { kvHeads: 0 }), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.DecoderBlock(8, 2, { norm: 'batch' as 'rms' }), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.DecoderBlock(8, 2, { positions: 'learned' as 'none' }), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.DecoderBlock(8, 2, { activation: 'sine' as 'gelu' }), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.DecoderBlock(8, 2, { dropout: 2 }), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.DecoderBlock(8, 2, { hidden: 0 }), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.FeedForward(0, 2), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.DecoderBlock(8, 2).forward(zeros([3, 8])), {
      code: 'SHAPE_MISMATCH',
      message: /unsqueeze/,
    })
    assert.throws(() => new nn.DecoderBlock(8, 8, { positions: 'rotary' }).forward(zeros([1, 3, 8])), {
      code: 'BAD_SHAPE',
    })
  })

  it('prints what it is made of', () => {
    const block = new nn.DecoderBlock(8, 2, { positions: 'rotary', kvHeads: 1, activation: 'swiglu' })
    assert.match(`${block}`, /CausalSelfAttention\(8, heads=2, kvHeads=1, positions=rotary/)
    assert.match(`${block}`, /FeedForward\(activation=swiglu/)
  })
})
