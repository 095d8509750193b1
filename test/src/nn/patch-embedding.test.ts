import assert from 'node:assert/strict'
import { manualSeed, nn, zeros } from '#src/index.js'

describe('nn.PatchEmbedding', () => {
  it('begins with a class token of zeros and small positions', () => {
    manualSeed(0)
    const { clsToken, posEmbed } = new nn.PatchEmbedding(28, 7, 1, 64)
    assert.equal(clsToken?.abs().max().item(), 0)
    // 17 x 64 draws: the deviation is within 4 of its own, 0.02 / sqrt(2 x 1088).
    assert.ok(Math.abs((posEmbed?.std().item() as number) - 0.02) < 0.002)
  })

  it('says what does not fit', () => {
    assert.throws(() => new nn.PatchEmbedding(28, 5, 1, 8), { code: 'BAD_OPTION', message: /do not divide/ })
    assert.throws(() => new nn.PatchEmbedding([28, 30], 7, 1, 8), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.PatchEmbedding(0, 7, 1, 8), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.PatchEmbedding(28, 7, 0, 8), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.PatchEmbedding(28, 7, 1, 0), { code: 'BAD_OPTION' })
    const embed = new nn.PatchEmbedding(28, 7, 1, 8)
    assert.throws(() => embed.forward(zeros([1, 28, 28])), { code: 'SHAPE_MISMATCH' })
    assert.throws(() => embed.forward(zeros([1, 1, 28, 32])), { code: 'SHAPE_MISMATCH', message: /\[N, C, 28, 28\]/ })
    assert.throws(() => embed.forward(zeros([1, 2, 28, 28])), { code: 'SHAPE_MISMATCH' })
    assert.match(`${embed}`, /PatchEmbedding\(image=\[28, 28\], patch=\[7, 7\]/)
  })
})
