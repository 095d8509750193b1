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
