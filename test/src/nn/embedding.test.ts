// Tables of vectors: first values, padding, pretrained rows, and tokens that have no row.
import assert from 'node:assert/strict'
import { F, nn, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

const tokens = (...list: number[]): ReturnType<typeof tensor> => tensor(Int32Array.from(list))

describe('nn.Embedding', () => {
  it('begins standard normal, with zeros in the row of padding', () => {
    const { weight } = new nn.Embedding(500, 100, { paddingIdx: -2 })
    assert.ok(weight.at(498).eq(0).all().item())
    // 49,900 numbers: five standard errors of their mean and of their mean square.
    assert.ok(Math.abs(weight.mean().item()) < 5 / Math.sqrt(49_900))
    assert.ok(Math.abs(weight.square().sum().item() / 49_900 - 1) < 5 * Math.sqrt(2 / 49_900))
    assert.ok(weight.requiresGrad)
  })

  it('does not train the row of padding', () => {
    const layer = new nn.Embedding(3, 2, { paddingIdx: 0 })
    layer
      .forward(tokens(0, 1, 1))
      .sum()
      .backward()
    assert.deepEqual(layer.weight.grad?.toArray(), [
      [0, 0],
      [2, 2],
      [0, 0],
    ])
  })

  it('does not train it either where tokens are many and the table is small', () => {
    const layer = new nn.Embedding(3, 2, { paddingIdx: -3 })
    const read = layer.forward(tokens(0, 1, 1, 0, 2))
    assert.deepEqual(read.at(3).toArray(), [0, 0])
    assert.deepEqual(read.at(4).toArray(), layer.weight.at(2).toArray())
    read
      .mul(tensor([[1], [2], [3], [4], [5]]))
      .sum()
      .backward()
    assert.deepEqual(layer.weight.grad?.toArray(), [
      [0, 0],
      [5, 5],
      [5, 5],
    ])
  })

  it('takes rows that were trained elsewhere, frozen or not', () => {
    const table = tensor([
      [1, 2],
      [3, 4],
    ])
    const layer = nn.Embedding.fromPretrained(table)
    assert.deepEqual(layer.forward(tokens(1)).toArray(), [[3, 4]])
    assert.equal(layer.weight.requiresGrad, false)
    assert.equal(nn.Embedding.fromPretrained(table, { freeze: false, paddingIdx: -1 }).paddingIdx, 1)
    assert.ok(nn.Embedding.fromPretrained(table, { freeze: false }).weight.requiresGrad)
  })

  it('says which tokens and tables it cannot use', () => {
    raises(() => new nn.Embedding(4, 2).forward(tokens(0, 4)), 'BAD_INDEX', 'from 0 to 3')
    raises(() => new nn.Embedding(4, 2).forward(tokens(-1)), 'BAD_INDEX')
    raises(() => new nn.Embedding(4, 2).forward(zeros([2])), 'BAD_DTYPE', 'tokens.int()')
    raises(() => F.embedding(tokens(0), zeros([3])), 'BAD_SHAPE', '[V, E]')
    raises(() => new nn.Embedding(4, 2, { paddingIdx: 4 }), 'BAD_OPTION', 'from 0 to 3')
    raises(() => new nn.Embedding(0, 2), 'BAD_OPTION', 'numEmbeddings')
  })
})
