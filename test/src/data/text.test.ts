// Text as numbers, and windows on it.
import assert from 'node:assert/strict'
import { arange, data, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

describe('mobyDick', () => {
  it('is the whole book', () => {
    const text = data.mobyDick()
    assert.equal(text.length, 1_190_317)
    assert.ok(text.startsWith('CHAPTER 1. Loomings.\n\nCall me Ishmael.'))
    assert.equal(text.match(/^CHAPTER \d+\. /gm)?.length, 135)
  })
})

describe('CharacterTokenizer', () => {
  it('numbers characters in the order of Unicode, and goes both ways', () => {
    const letters = new data.CharacterTokenizer('bcab 🐋é')
    assert.deepEqual(letters.vocabulary, [' ', 'a', 'b', 'c', 'é', '🐋'])
    assert.equal(letters.vocabSize, 6)
    const numbers = letters.encode('cab 🐋')
    assert.deepEqual([numbers.dtype, numbers.toArray()], ['int32', [3, 1, 2, 0, 5]])
    assert.equal(letters.decode(numbers), 'cab 🐋')
    assert.equal(letters.decode([4, 0]), 'é ')
    assert.deepEqual(letters.encode('').shape, [0])
  })

  it('says which character it does not know', () => {
    raises(() => new data.CharacterTokenizer('ab').encode('abc'), 'DATA_FORMAT', "'c'")
    raises(() => new data.CharacterTokenizer('ab').decode([2]), 'DATA_FORMAT', 'from 0 to 1')
  })
})

describe('Windows', () => {
  it('pairs tokens with those that follow', () => {
    const windows = new data.Windows(arange(6), 3)
    assert.equal(windows.length, 3)
    assert.deepEqual(
      windows.get(2).map(x => x.toArray()),
      [
        [2, 3, 4],
        [3, 4, 5],
      ],
    )
  })

  it('gives the same in batches, with any stride', () => {
    const windows = new data.Windows(arange(20), 4, { stride: 3 })
    const [x, y] = windows.getBatch(tensor([0, 4, 2], { dtype: 'int32' }))
    for (const [row, i] of [0, 4, 2].entries()) {
      const [one, next] = windows.get(i)
      assert.deepEqual([x.at(row).toArray(), y.at(row).toArray()], [one.toArray(), next.toArray()])
    }
    assert.equal(windows.length, 6)
    assert.deepEqual(windows.get(5)[1].toArray(), [16, 17, 18, 19])
  })

  it('refuses sequences that are too short, and what is no sequence', () => {
    raises(() => new data.Windows(arange(3), 3), 'DATA_OPTION', 'more than 3')
    raises(() => new data.Windows(zeros([3, 3]), 1), 'DATA_OPTION', '[3, 3]')
    raises(() => new data.Windows(arange(9), 0), 'DATA_OPTION', 'windowLength')
    raises(() => new data.Windows(arange(9), 2, { stride: 0 }), 'DATA_OPTION', 'stride')
    raises(() => new data.Windows(arange(9), 2).get(7), 'DATA_INDEX')
  })
})
