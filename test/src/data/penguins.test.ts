import assert from 'node:assert/strict'
import { DataError } from '#src/data/errors.js'
import { checkHash, readHashed } from '#src/data/hashed.js'
import { type CompletePenguin, type Penguin, penguins } from '#src/data/penguins.js'
import { data, GradlabError } from '#src/index.js'

describe('penguins', () => {
  it('has 344 rows, nulls where something is not known', () => {
    const rows: Penguin[] = penguins()
    assert.equal(rows.length, 344)
    assert.deepEqual(rows[0], {
      species: 'Adelie',
      island: 'Torgersen',
      billLength: 39.1,
      billDepth: 18.7,
      flipperLength: 181,
      bodyMass: 3750,
      sex: 'male',
    })
    const missing = (key: keyof Penguin): number => rows.filter(row => row[key] === null).length
    assert.deepEqual(
      (['species', 'island', 'billLength', 'billDepth', 'flipperLength', 'bodyMass', 'sex'] as const).map(missing),
      [0, 0, 2, 2, 2, 2, 11],
    )
  })

  it('has 333 complete rows, typed without null', () => {
    const rows: CompletePenguin[] = penguins({ complete: true })
    const count = (species: string): number => rows.filter(row => row.species === species).length
    assert.deepEqual([rows.length, count('Adelie'), count('Chinstrap'), count('Gentoo')], [333, 146, 68, 119])
    assert.ok(rows.every(row => Object.values(row).every(value => value !== null && value !== undefined)))
    const mean = rows.reduce((sum, row) => sum + row.bodyMass, 0) / rows.length
    assert.ok(Math.abs(mean - 4207.057) < 0.001, `the mean mass is ${mean} g`)
  })

  it('holds only what its types say, within the stated ranges', () => {
    const ranges = {
      billLength: [32.1, 59.6],
      billDepth: [13.1, 21.5],
      flipperLength: [172, 231],
      bodyMass: [2700, 6300],
    } as const
    const rows = penguins()
    for (const [key, [least, most]] of Object.entries(ranges)) {
      const values = rows.map(row => row[key as keyof typeof ranges]).filter(value => value !== null)
      assert.deepEqual([Math.min(...values), Math.max(...values)], [least, most], key)
    }
    assert.deepEqual([...new Set(rows.map(row => row.species))].sort(), ['Adelie', 'Chinstrap', 'Gentoo'])
    assert.deepEqual([...new Set(rows.map(row => row.island))].sort(), ['Biscoe', 'Dream', 'Torgersen'])
    assert.deepEqual(new Set(rows.map(row => row.sex)), new Set(['female', 'male', null]))
  })

  it('gives fresh rows to each caller', () => {
    const first = penguins()
    first.length = 0
    assert.equal(penguins().length, 344)
  })

  it('is part of the library', () => {
    assert.equal(data.penguins, penguins)
  })
})

describe('penguinDataset', () => {
  const rows = penguins().filter(({ bodyMass }) => bodyMass !== null)
  const dtype = 'float64'

  it('has the measurements of 342 penguins and their species', () => {
    const set = data.penguinDataset({ standardize: false, dtype })
    const [x, y] = set.tensors
    assert.deepEqual([set.length, x.shape, y.shape, y.dtype], [342, [342, 4], [342], 'int32'])
    assert.deepEqual(
      x.toArray(),
      rows.map(row => [row.billLength, row.billDepth, row.flipperLength, row.bodyMass]),
    )
    assert.deepEqual(
      Array.from(y.data() as Int32Array, label => set.classes[label]),
      rows.map(({ species }) => species),
    )
    assert.deepEqual(set.features, ['billLength', 'billDepth', 'flipperLength', 'bodyMass'])
    assert.deepEqual(
      [set.mean.toArray(), set.std.toArray()],
      [
        [0, 0, 0, 0],
        [1, 1, 1, 1],
      ],
    )
  })

  it('is standardised by what it keeps', () => {
    const set = data.penguinDataset({ dtype })
    const [x] = set.tensors
    const measured = data.penguinDataset({ standardize: false, dtype }).tensors[0]
    const off = (a: number[], b: number[]): number =>
      Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))))
    assert.ok(off(x.mean(0).toArray() as number[], [0, 0, 0, 0]) < 1e-13)
    assert.ok(off(x.std(0, { correction: 0 }).toArray() as number[], [1, 1, 1, 1]) < 1e-13)
    assert.ok(x.mul(set.std).add(set.mean).sub(measured).abs().max().item() < 1e-11)
    assert.ok(off(set.mean.toArray() as number[], [43.92192982, 17.15116959, 200.91520468, 4201.75438596]) < 1e-8)
    assert.equal(data.penguinDataset().tensors[0].dtype, 'float32')
  })

  it('names the option that was meant', () => {
    assert.throws(() => data.penguinDataset({ standardise: false } as never), /Did you mean 'standardize'/)
  })
})

describe('a data file', () => {
  it('is refused where its hash is another', () => {
    const bytes = Buffer.from('changed')
    const sha = '0'.repeat(64)
    assert.throws(
      () => checkHash(bytes, sha, 'x.json'),
      (error: unknown) => {
        assert.ok(error instanceof DataError && error instanceof GradlabError)
        assert.equal(error.code, 'DATA_HASH')
        assert.match(
          error.message,
          /^x\.json: expected SHA-256 0{64}, got [0-9a-f]{64}\. The file was changed: install/,
        )
        return true
      },
    )
  })

  it('is refused by its reader, too', () => {
    const file = { package: 'vega-datasets', path: '../data/penguins.json', sha256: 'x' }
    assert.throws(() => readHashed(file), { code: 'DATA_HASH' })
  })

  it('that is missing is named with its package', () => {
    for (const [name, path] of [
      ['vega-datasets', '../data/none.json'],
      ['no-such-package', 'x.json'],
    ] as const) {
      assert.throws(
        () => readHashed({ package: name, path, sha256: '' }),
        (error: unknown) => {
          assert.ok(error instanceof DataError)
          assert.equal(error.code, 'DATA_MISSING')
          assert.ok(error.message.includes(path) && error.message.includes(`Install the package ${name}`))
          assert.ok(error.cause instanceof Error)
          return true
        },
      )
    }
  })
})
