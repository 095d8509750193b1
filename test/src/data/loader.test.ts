// Batches: order, sizes, joining, reading ahead, and going on in the middle of an epoch.
import assert from 'node:assert/strict'
import { arange, data, Generator, manualSeed, type Tensor, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

const { DataLoader, TensorDataset } = data
const numbers = (n: number): data.TensorDataset<[Tensor]> => new TensorDataset(arange(n))
const rows = (loader: Iterable<[Tensor]>): unknown[] => Array.from(loader, ([x]) => x.toArray())

/** A data set whose examples take a while, the first ones longest. */
class Slow {
  readonly length = 6
  running = 0
  most = 0
  async get(i: number): Promise<[number]> {
    this.running++
    this.most = Math.max(this.most, this.running)
    await new Promise(resolve => setTimeout(resolve, 12 - 2 * i))
    this.running--
    return [i]
  }
}

describe('TensorDataset', () => {
  it('gives rows of all its tensors', () => {
    const set = new TensorDataset(
      tensor([
        [1, 2],
        [3, 4],
      ]),
      tensor([5, 6]),
    )
    assert.equal(set.length, 2)
    const [x, y] = set.get(1)
    assert.deepEqual([x.toArray(), y.item()], [[3, 4], 6])
  })

  it('refuses tensors of different lengths, and rows that are not there', () => {
    raises(() => new TensorDataset(zeros([3, 2]), zeros([4])), 'DATA_SHAPE', '3 examples', 'tensor 1 has 4')
    raises(() => new TensorDataset(), 'DATA_SHAPE')
    raises(() => new TensorDataset(tensor(1)), 'DATA_SHAPE')
    raises(() => numbers(3).get(3), 'DATA_INDEX', 'from 0 to 2')
    raises(() => numbers(3).get(-1), 'DATA_INDEX')
  })
})

describe('TensorDataset in a loop', () => {
  it('gives one example after the other', () => {
    const set = new TensorDataset(
      arange(3),
      tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    )
    const seen = Array.from(set, ([x, y]) => [x.item(), y.toArray()])
    assert.deepEqual(seen, [
      [0, [1, 2]],
      [1, [3, 4]],
      [2, [5, 6]],
    ])
  })
})

describe('DataLoader', () => {
  it('gives all examples in order, the last batch smaller', () => {
    const loader = new DataLoader(numbers(5), { batchSize: 2 })
    assert.equal(loader.length, 3)
    assert.deepEqual(rows(loader), [[0, 1], [2, 3], [4]])
    assert.deepEqual(rows(loader), [[0, 1], [2, 3], [4]])
  })

  it('leaves out the smaller last batch where that is asked for', () => {
    const loader = new DataLoader(numbers(5), { batchSize: 2, dropLast: true })
    assert.equal(loader.length, 2)
    assert.deepEqual(rows(loader), [
      [0, 1],
      [2, 3],
    ])
  })

  it('takes one example at a time by default, and no examples at all', () => {
    assert.deepEqual(rows(new DataLoader(numbers(2))), [[0], [1]])
    assert.deepEqual(rows(new DataLoader(numbers(0), { batchSize: 4 })), [])
  })

  it('shuffles anew in each epoch, all decided by the seed', () => {
    const epochs = (seed: number): unknown[] => {
      const loader = new DataLoader(numbers(20), { batchSize: 20, shuffle: true, generator: new Generator(seed) })
      return [...rows(loader), ...rows(loader)]
    }
    const [first, second] = epochs(1) as number[][]
    assert.deepEqual(epochs(1), [first, second])
    assert.notDeepEqual(first, second)
    assert.notDeepEqual(epochs(2), epochs(1))
    assert.deepEqual(
      [...(first ?? [])].sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, i) => i),
    )
  })

  it('shuffles by the default generator where none is given', () => {
    const epoch = (): unknown => {
      manualSeed(7)
      return rows(new DataLoader(numbers(10), { batchSize: 5, shuffle: true }))
    }
    assert.deepEqual(epoch(), epoch())
  })

  it('joins plain examples: numbers, strings, lists and objects', () => {
    const samples = [
      { x: tensor([1, 2]), label: 0, name: 'a', pair: [0.5, true] },
      { x: tensor([3, 4]), label: 1, name: 'b', pair: [1.5, false] },
    ]
    const set = { length: 2, get: (i: number) => samples[i] as (typeof samples)[number] }
    const [batch] = new DataLoader(set, { batchSize: 2 })
    assert.deepEqual(batch?.x.toArray(), [
      [1, 2],
      [3, 4],
    ])
    assert.equal(batch?.label.dtype, 'int32')
    assert.deepEqual(batch?.name, ['a', 'b'])
    assert.deepEqual(
      batch?.pair.map(part => (part as Tensor).toArray()),
      [
        [0.5, 1.5],
        [true, false],
      ],
    )
  })

  it('says which examples do not fit together', () => {
    const sizes = { length: 2, get: (i: number) => [zeros([i + 1])] }
    raises(() => [...new DataLoader(sizes, { batchSize: 2 })], 'DATA_SHAPE', 'at [0]', '[1]', '[2]')
    const kinds = { length: 2, get: (i: number) => (i === 0 ? 1 : 'two') }
    raises(() => [...new DataLoader(kinds, { batchSize: 2 })], 'DATA_SHAPE', 'number', 'string')
  })

  it('joins as it is told to', () => {
    const loader = new DataLoader(numbers(4), { batchSize: 2, collate: samples => samples.length })
    assert.deepEqual([...loader], [2, 2])
  })

  it('waits for asynchronous examples, in order, and reads batches ahead', async () => {
    const set = new Slow()
    const seen: unknown[] = []
    for await (const [x] of new DataLoader(set, { batchSize: 2, prefetch: 1 })) seen.push(x.toArray())
    assert.deepEqual(seen, [
      [0, 1],
      [2, 3],
      [4, 5],
    ])
    assert.ok(set.most > 2 && set.most <= 4, `${set.most} at once`)
  })

  it('waits for plain examples, too', async () => {
    const seen: unknown[] = []
    for await (const [x] of new DataLoader(numbers(3), { batchSize: 2 })) seen.push(x.toArray())
    assert.deepEqual(seen, [[0, 1], [2]])
  })

  it('refuses to loop over promises without waiting', () => {
    raises(() => [...new DataLoader(new Slow(), { batchSize: 2 })], 'DATA_ASYNC', 'for await')
  })

  it('passes on what goes wrong in an example, and leaves nothing unhandled behind', async () => {
    const set = {
      length: 8,
      async get(i: number): Promise<number> {
        if (i > 1) throw new Error(`no example ${i}`)
        return i
      },
    }
    const seen: unknown[] = []
    await assert.rejects(async () => {
      for await (const x of new DataLoader(set, { batchSize: 2 })) seen.push(x.toArray())
    }, /no example 2/)
    assert.deepEqual(seen, [[0, 1]])
  })

  it('keeps an error for the turn of its batch, also one that is thrown at once', async () => {
    const set = {
      length: 6,
      get(i: number): number {
        if (i === 3) throw new Error('no example 3')
        return i
      },
    }
    const seen: unknown[] = []
    await assert.rejects(async () => {
      for await (const x of new DataLoader(set, { prefetch: 4 })) seen.push(x.item())
    }, /no example 3/)
    assert.deepEqual(seen, [0, 1, 2])
  })

  it('leaves no promise of a batch unhandled where another example of it throws at once', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown): number => unhandled.push(error)
    process.on('unhandledRejection', note)
    try {
      const set = {
        length: 2,
        get(i: number): Promise<number> {
          if (i === 1) throw new Error('at once')
          return Promise.reject(new Error('later'))
        },
      }
      const running = new DataLoader(set, { batchSize: 2 })[Symbol.asyncIterator]().next()
      await assert.rejects(running, /at once/)
      await new Promise(resolve => setTimeout(resolve, 5))
      assert.deepEqual(unhandled, [])
    } finally {
      process.off('unhandledRejection', note)
    }
  })

  it('stops reading where a loop was left, and goes on there from its state', async () => {
    const set = new Slow()
    const make = (): data.DataLoader<[number]> =>
      new DataLoader(set, { prefetch: 2, shuffle: true, generator: new Generator(5) })
    const whole: unknown[] = []
    for await (const [x] of make()) whole.push(x.toArray())
    const left = make()
    for await (const _ of left) break
    assert.equal(left.stateDict().position, 1)
    assert.ok(set.running <= 2, `${set.running} are read`)
    const rest: unknown[] = []
    const resumed = make()
    resumed.loadStateDict(left.stateDict())
    for await (const [x] of resumed) rest.push(x.toArray())
    assert.deepEqual(rest, whole.slice(1))
  })

  it('goes on in the middle of an epoch, and with the same epochs after it', () => {
    const make = (): data.DataLoader<[Tensor], [Tensor]> =>
      new DataLoader(numbers(7), { batchSize: 2, shuffle: true, generator: new Generator(3) })
    const whole = make()
    const expected = [...rows(whole), ...rows(whole)]

    const killed = make()
    const seen: unknown[] = []
    for (const [x] of killed) {
      seen.push(x.toArray())
      if (seen.length === 2) break
    }
    const saved = JSON.parse(JSON.stringify(killed.stateDict())) as data.LoaderState
    assert.deepEqual([saved.epoch, saved.position], [1, 2])

    const resumed = make()
    // The generator's own place is part of a checkpoint; here it is where the first loader left it.
    resumed.generator.key = killed.generator.key
    resumed.generator.counter = killed.generator.counter
    resumed.loadStateDict(saved)
    assert.deepEqual([...seen, ...rows(resumed), ...rows(resumed)], expected)
  })

  it('begins a new epoch after a loop that was left', () => {
    const loader = new DataLoader(numbers(4), { batchSize: 2 })
    for (const _ of loader) break
    assert.deepEqual(rows(loader), [
      [0, 1],
      [2, 3],
    ])
    assert.deepEqual(loader.stateDict(), { epoch: 2, position: 0, random: null })
  })

  it('refuses what is no data set', () => {
    const make = (set: unknown) => (): unknown => new DataLoader(set as data.Dataset<number>)
    raises(make([1, 2]), 'DATA_OPTION', 'a list', 'get: i => list[i]')
    raises(make(zeros([3])), 'DATA_OPTION', 'a tensor', 'TensorDataset')
    raises(make({ get: () => 1 }), 'DATA_OPTION', 'length')
    raises(make(undefined), 'DATA_OPTION', 'undefined')
  })

  it('refuses sizes that make no sense', () => {
    raises(() => new DataLoader(numbers(3), { batchSize: 0 }), 'DATA_OPTION', 'batchSize')
    raises(() => new DataLoader(numbers(3), { batchSize: 1.5 }), 'DATA_OPTION')
    raises(() => new DataLoader(numbers(3), { prefetch: -1 }), 'DATA_OPTION', 'prefetch')
    const load = (state: unknown) => (): void => new DataLoader(numbers(3)).loadStateDict(state as data.LoaderState)
    raises(load({ epoch: 1, position: -1, random: null }), 'DATA_OPTION')
    raises(load({}), 'DATA_OPTION', 'epoch')
    raises(load({ epoch: 1, position: 4, random: null }), 'DATA_OPTION', 'batch 4', 'only 3')
    raises(load({ epoch: 1, position: 2, random: { key: 'x', counter: 1 } }), 'BAD_VALUE', 'state of a generator')
  })
})
