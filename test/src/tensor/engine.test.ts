// The engine guards what operations above it have promised.
import assert from 'node:assert/strict'
import { ones, tensor } from '#src/index.js'
import { assign } from '#src/tensor/engine.js'

describe('a write in place', () => {
  it('refuses a result of another dtype or shape', () => {
    const target = tensor([1, 2], { dtype: 'int32' })
    assert.throws(() => assign('mine_', target, () => ones([2]), []), {
      code: 'BAD_DTYPE',
      message: /mine_: the result is float32 and cannot be written into a tensor of int32\. Use the form without _/,
    })
    assert.throws(() => assign('mine_', target, () => ones([3], { dtype: 'int32' }), []), {
      code: 'SHAPE_MISMATCH',
      message: /shape \[3\] and cannot be written into a tensor of shape \[2\]/,
    })
    assert.deepEqual(target.toArray(), [1, 2])
  })
})
