// What console.log shows of data sets, loaders and tokenizers: a line each, not their numbers.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { arange, data, zeros } from '#src/index.js'

const digits = new data.TensorDataset(zeros([1200, 1, 4, 4]), zeros([1200], { dtype: 'int32' }))
const DIGITS = 'TensorDataset(1,200 examples: [1, 4, 4] float32, [] int32)'

/** A data set of one's own. */
const squares = { length: 3, get: (i: number): number => i * i }

const PRINTED: readonly (readonly [what: () => object, text: string])[] = [
  [() => digits, DIGITS],
  [() => data.penguinDataset(), 'PenguinDataset(342 examples: [4] float32, [] int32)'],
  [() => new data.Subset(digits, [1, 2]), `Subset(2 of ${DIGITS})`],
  [() => new data.Subset(squares, [1]), 'Subset(1 of 3 examples)'],
  [() => new data.ConcatDataset<unknown>(squares, digits), `ConcatDataset(1,203 examples: 3 examples, ${DIGITS})`],
  [
    () => new data.DataLoader(digits, { batchSize: 64, shuffle: true }),
    `DataLoader(19 batches of 64, shuffled, of ${DIGITS})`,
  ],
  [() => new data.DataLoader(squares, { batchSize: 3 }), 'DataLoader(1 batch of 3, in order, of 3 examples)'],
  [() => new data.Windows(arange(100), 8), 'Windows(92 examples: 8 tokens and those that follow)'],
  [() => new data.CharacterTokenizer('hello'), 'CharacterTokenizer(4 characters)'],
  [() => data.BytePairTokenizer.train('abab', 257), 'BytePairTokenizer(257 tokens, 1 merge)'],
]

describe('data in print', () => {
  for (const [what, text] of PRINTED) {
    it(text, () => {
      assert.equal(inspect(what()), text)
      assert.equal(String(what()), text)
      assert.equal(inspect({ set: what() }, { breakLength: Infinity }), `{ set: ${text} }`)
    })
  }

  it('names the classes of folders', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-printed-'))
    try {
      for (const name of ['cat', 'dog']) {
        mkdirSync(join(folder, name))
        data.writeImage(join(folder, name, '1.png'), zeros([1, 2, 2]))
      }
      assert.equal(inspect(data.imageFolder(folder)), 'ImageFolder(2 pictures of 2 classes: cat, dog)')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
