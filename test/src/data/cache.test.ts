// The catalogue of downloads: where files are kept, and that nothing is read unchecked.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { dataFolder, fileOf, readDownloaded } from '#src/data/cache.js'
import { CATALOGUE, type CatalogueEntry } from '#src/data/catalogue.js'
import { readTar } from '#src/data/tar.js'
import { raises } from '../raises.js'
import { packedTar, tarballOf } from './tarball.js'

describe('the catalogue', () => {
  it('names each set once, with hash, size, licence and source', () => {
    assert.equal(new Set(CATALOGUE.map(({ name }) => name)).size, CATALOGUE.length)
    for (const { integrity, bytes, licence, source, version } of CATALOGUE) {
      assert.match(integrity, /^sha512-[A-Za-z0-9+/]{86}==$/)
      assert.ok(bytes > 1e5 && licence.length > 3 && source.length > 10 && /^\d+\.\d+\.\d+$/.test(version))
    }
  })
})

describe('the folder of downloads', () => {
  let folder = ''
  const before = process.env.GRADLAB_DATA
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-data-'))
    process.env.GRADLAB_DATA = folder
  })
  afterEach(() => {
    if (before === undefined) delete process.env.GRADLAB_DATA
    else process.env.GRADLAB_DATA = before
    rmSync(folder, { recursive: true, force: true })
  })

  const { bytes, integrity } = tarballOf({ 'package/data/a.txt': 'hello' })
  const entry: CatalogueEntry = { ...(CATALOGUE[0] as CatalogueEntry), name: 'tiny', integrity, bytes: bytes.length }

  it('is where GRADLAB_DATA says, else in the project', () => {
    assert.equal(dataFolder(), folder)
    delete process.env.GRADLAB_DATA
    assert.match(dataFolder(), /[\\/]\.data$/)
  })

  it('gives the files of a set', () => {
    writeFileSync(fileOf(entry), bytes)
    const text = readDownloaded(entry).get('package/data/a.txt')
    assert.equal(new TextDecoder().decode(text), 'hello')
  })

  it('says how to get a set that is not there, or was changed', () => {
    raises(() => readDownloaded(entry), 'DATA_MISSING', 'npx gradlab data get tiny')
    writeFileSync(fileOf(entry), gzipSync('something else'))
    raises(() => readDownloaded(entry), 'DATA_HASH', 'npx gradlab data get tiny')
  })
})

describe('tar', () => {
  it('gives plain files by path, also long ones', () => {
    const long = `${'folder/'.repeat(16)}file.txt`
    const files = readTar(packedTar({ a: '', 'b/c.txt': 'x'.repeat(513), [long]: 'far' }))
    assert.deepEqual(
      [...files].map(([name, bytes]) => [name, bytes.length]),
      [
        ['a', 0],
        ['b/c.txt', 513],
        [long, 3],
      ],
    )
  })

  it('is refused where it was cut off', () => {
    const whole = packedTar({ 'a.txt': 'x'.repeat(600) })
    raises(() => readTar(whole.subarray(0, 1000)), 'DATA_FORMAT', "'a.txt' should have 600 bytes")
  })
})
