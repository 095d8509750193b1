import assert from 'node:assert/strict'
import { nn, zeros } from '#src/index.js'

describe('nn.LayerNorm and nn.RMSNorm', () => {
  it('say what they normalise', () => {
    assert.equal(`${new nn.LayerNorm([2, 3])}`, 'LayerNorm([2, 3], eps=0.00001)')
    assert.equal(`${new nn.RMSNorm(4)}`, 'RMSNorm([4])')
    assert.equal(`${new nn.RMSNorm(4, { eps: 0.5 })}`, 'RMSNorm([4], eps=0.5)')
  })

  it('refuse sizes and eps that cannot be, and inputs that do not fit', () => {
    for (const Layer of [nn.LayerNorm, nn.RMSNorm]) {
      assert.throws(() => new Layer(0), { code: 'BAD_OPTION' })
      assert.throws(() => new Layer([]), { code: 'BAD_OPTION' })
      assert.throws(() => new Layer(2, { eps: -1 }), { code: 'BAD_OPTION' })
      assert.throws(() => new Layer(2).forward(zeros([4, 3])), { code: 'SHAPE_MISMATCH' })
    }
  })
})
