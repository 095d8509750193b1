// Parts of data sets: no example lost, none twice.
import assert from 'node:assert/strict'
import { arange, data, Generator, type Tensor, tensor } from '#src/index.js'
import { raises } from '../raises.js'

const numbers = (n: number): data.TensorDataset => new data.TensorDataset(arange(n))
/** The one tensor of each example, as numbers. */
const all = (set: { readonly length: number; get(i: number): unknown }): number[] =>
  Array.from({ length: set.length }, (_, i) => (set.get(i) as [Tensor])[0].item())
const sorted = (values: number[]): number[] => [...values].sort((a, b) => a - b)

describe('Subset', () => {
  it('shows some examples in an order of its own, one by one and in batches', () => {
    const subset = new data.Subset(numbers(10), [7, 3, 3])
    assert.deepEqual(all(subset), [7, 3, 3])
    const [batch] = new data.DataLoader(subset, { batchSize: 3 })
    assert.deepEqual(batch?.[0]?.toArray(), [7, 3, 3])
  })

  it('refuses examples that are not there', () => {
    raises(() => new data.Subset(numbers(3), [0, 3]), 'DATA_INDEX')
    raises(() => new data.Subset(numbers(3), [0]).get(1), 'DATA_INDEX')
  })
})

describe('ConcatDataset', () => {
  it('counts through its parts', () => {
    const both = new data.ConcatDataset(numbers(2), numbers(0), numbers(3))
    assert.deepEqual(all(both), [0, 1, 0, 1, 2])
    raises(() => both.get(5), 'DATA_INDEX', 'from 0 to 4')
  })
})

describe('randomSplit', () => {
  it('shares all examples out, by counts and by fractions', () => {
    for (const sizes of [
      [6, 3, 2],
      [0.5, 0.3, 0.2],
    ]) {
      const parts = data.randomSplit(numbers(11), sizes, { generator: new Generator(1) })
      assert.deepEqual(
        parts.map(part => part.length),
        [6, 3, 2],
      )
      assert.deepEqual(
        sorted(parts.flatMap(all)),
        Array.from({ length: 11 }, (_, i) => i),
      )
    }
  })

  it('is decided by the seed', () => {
    const split = (seed: number): number[][] =>
      data.randomSplit(numbers(20), [0.5, 0.5], { generator: new Generator(seed) }).map(all)
    assert.deepEqual(split(1), split(1))
    assert.notDeepEqual(split(1), split(2))
  })

  it('does not lose an example to rounding', () => {
    // 0.1 + 0.2 + 0.7 is not 1 in float64, and 0.7 * 10 is not 7.
    assert.deepEqual(
      data.randomSplit(numbers(10), [0.1, 0.2, 0.7]).map(part => part.length),
      [1, 2, 7],
    )
  })

  it('refuses sizes that do not sum up', () => {
    raises(() => data.randomSplit(numbers(10), [5, 4]), 'DATA_OPTION', 'sum to 10')
    raises(() => data.randomSplit(numbers(10), [0.5, 0.4]), 'DATA_OPTION')
    raises(() => data.randomSplit(numbers(10), [1.5, -0.5]), 'DATA_OPTION')
  })
})

describe('kFold', () => {
  it('tests with each example once, and never learns from it then', () => {
    const folds = data.kFold(numbers(10), 3, { generator: new Generator(2) })
    assert.deepEqual(
      folds.map(({ test }) => test.length),
      [4, 3, 3],
    )
    assert.deepEqual(
      sorted(folds.flatMap(({ test }) => all(test))),
      Array.from({ length: 10 }, (_, i) => i),
    )
    for (const { train, test } of folds) {
      assert.deepEqual(sorted([...all(train), ...all(test)]).length, 10)
      assert.ok(!all(test).some(example => all(train).includes(example)))
    }
  })

  it('keeps neighbours together where it does not shuffle', () => {
    const folds = data.kFold(numbers(6), 3, { shuffle: false })
    assert.deepEqual(
      folds.map(({ test }) => all(test)),
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    )
  })

  it('gives each fold an equal share of each class', () => {
    const labels = Array.from({ length: 30 }, (_, i) => (i < 21 ? 0 : 1))
    for (const shuffle of [true, false]) {
      for (const given of [labels, tensor(Int32Array.from(labels))]) {
        const folds = data.kFold(numbers(30), 3, { labels: given, shuffle })
        for (const { test } of folds) assert.equal(all(test).filter(example => labels[example] === 1).length, 3)
      }
    }
  })

  it('refuses folds that would be empty, and labels of another length', () => {
    for (const k of [1, 11, 2.5]) raises(() => data.kFold(numbers(10), k), 'DATA_OPTION', 'from 2 to 10')
    raises(() => data.kFold(numbers(10), 2, { labels: [1, 2] }), 'DATA_OPTION', '2 labels for 10')
  })
})
