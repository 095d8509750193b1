// The table of a model's layers.
import assert from 'node:assert/strict'
import { F, nn, type Tensor, tensor, zeros } from '#src/index.js'

const model = () => new nn.Sequential(new nn.Linear(784, 256), new nn.ReLU(), new nn.Linear(256, 10))

describe('summary', () => {
  it('counts parameters and multiply-adds, layer by layer', () => {
    const { rows, parameters, trainable, multiplyAdds } = model().summary([1, 784])
    assert.equal(parameters, 784 * 256 + 256 + 256 * 10 + 10)
    assert.equal(trainable, parameters)
    assert.equal(multiplyAdds, 784 * 256 + 256 * 10)
    assert.deepEqual(
      rows.map(row => [row.name, row.type, row.outputShape, row.parameters, row.multiplyAdds]),
      [
        ['', 'Sequential', [1, 10], 0, 203_264],
        ['0', 'Linear', [1, 256], 200_960, 200_704],
        ['1', 'ReLU', [1, 256], 0, 0],
        ['2', 'Linear', [1, 10], 2_570, 2_560],
      ],
    )
  })

  it('counts convolutions: the kernel at every place of the output', () => {
    class Conv extends nn.Module {
      readonly weight = new nn.Parameter(zeros([8, 3, 5, 5]))
      forward(x: Tensor): Tensor {
        return F.conv2d(x, this.weight)
      }
    }
    // Output [2, 8, 10, 10], each number a sum of 3 * 5 * 5 products.
    assert.equal(new Conv().summary([2, 3, 14, 14]).multiplyAdds, 2 * 8 * 10 * 10 * 75)
  })

  it('counts attention, and shows the first of several outputs', () => {
    const layer = new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16, batchFirst: true })
    const { rows } = layer.summary([1, 5, 8])
    const row = rows.find(({ name }) => name === 'selfAttn')
    assert.deepEqual(row?.outputShape, [1, 5, 8])
    // Maps of queries, keys and values; scores and means in two heads of 4; the last map.
    assert.equal(row?.multiplyAdds, 5 * 8 * 24 + 2 * (2 * 5 * 5 * 4) + 5 * 8 * 8)
  })

  it('is a table as text', () => {
    assert.equal(
      String(model().summary([1, 784])),
      [
        'layer  type        output shape  parameters  multiply-adds',
        '----------------------------------------------------------',
        'model  Sequential  [1, 10]                         203,264',
        '  0    Linear      [1, 256]         200,960        200,704',
        '  1    ReLU        [1, 256]',
        '  2    Linear      [1, 10]            2,570          2,560',
        '----------------------------------------------------------',
        '203,530 parameters, 203,264 multiply-adds a forward pass',
      ].join('\n'),
    )
  })

  it('says what is frozen', () => {
    const frozen = model()
    frozen[0]?.requiresGrad_(false)
    assert.match(String(frozen.summary([1, 784])), /203,530 parameters \(200,960 frozen\)/)
  })

  it('leaves the model as it was: modes, hooks, gradients', () => {
    const one = model()
    one.at(1)?.eval()
    one.summary([1, 784])
    assert.deepEqual(
      one.modules().map(({ training }) => training),
      [true, true, false, true],
    )
    assert.ok(one.parameters().every(({ grad }) => grad === null))
    assert.throws(() => one.summary([1, 5]))
    assert.deepEqual(
      one.modules().map(({ training }) => training),
      [true, true, false, true],
    )
  })

  it('takes tensors where zeros will not do, and several inputs', () => {
    class Pick extends nn.Module {
      forward(x: Tensor, index: Tensor): Tensor {
        return x.indexSelect(0, index)
      }
    }
    assert.deepEqual(new Pick().summary([4, 2], tensor([3, 1, 1], { dtype: 'int32' })).rows[0]?.outputShape, [3, 2])
  })
})
