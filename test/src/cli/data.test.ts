// `gradlab data`: a registry of our own serves what npm's would, and what it should not.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { download } from '#src/cli/download.js'
import { CATALOGUE, type CatalogueEntry } from '#src/data/catalogue.js'
import { tarballOf } from '../data/tarball.js'
import { raisesLater } from '../raises.js'
import { gradlabBeside } from './command.js'

const { bytes, integrity } = tarballOf({ 'package/data/a.txt': 'hello' })
const entry: CatalogueEntry = {
  ...(CATALOGUE[0] as CatalogueEntry),
  name: 'tiny',
  package: '@scope/tiny',
  version: '1.0.0',
  integrity,
  bytes: bytes.length,
}

describe('gradlab data', () => {
  let folder = ''
  let server: Server
  let answer: 'whole' | 'other' | 'cut' | 'none' = 'whole'
  const asked: string[] = []
  const before = { ...process.env }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-get-'))
    asked.length = 0
    server = createServer((request, response) => {
      asked.push(request.url ?? '')
      if (answer === 'none') response.writeHead(404).end()
      else if (answer === 'cut') {
        response.writeHead(200, { 'content-length': bytes.length })
        response.write(bytes.subarray(0, 20))
        setTimeout(() => response.destroy(), 20)
      } else response.end(answer === 'whole' ? bytes : Buffer.from('something else'))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    process.env.GRADLAB_DATA = join(folder, 'data')
    process.env.npm_config_registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    answer = 'whole'
  })

  afterEach(async () => {
    for (const name of ['GRADLAB_DATA', 'npm_config_registry']) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
    rmSync(folder, { recursive: true, force: true })
  })

  const kept = (): string[] => (existsSync(join(folder, 'data')) ? readdirSync(join(folder, 'data')) : [])

  it('downloads from the registry that npm uses, with a bar in a terminal', async () => {
    let drawn = ''
    await download(entry, { isTTY: true, write: text => (drawn += text) })
    assert.deepEqual(asked, ['/@scope/tiny/-/tiny-1.0.0.tgz'])
    assert.deepEqual(kept(), ['tiny-1.0.0.tgz'])
    assert.deepEqual(readFileSync(join(folder, 'data', 'tiny-1.0.0.tgz')), bytes)
    assert.match(drawn, /tiny \[#{24}\]/)
  })

  it('keeps nothing that is not what was expected', async () => {
    answer = 'other'
    await raisesLater(download(entry, { write: () => undefined }), 'DOWNLOAD_HASH', 'SHA-512')
    assert.deepEqual(kept(), [])
  })

  it('keeps nothing of a download that breaks off, or is not there', async () => {
    answer = 'cut'
    await raisesLater(download(entry, { write: () => undefined }), 'DOWNLOAD', 'tiny could not be downloaded')
    answer = 'none'
    await raisesLater(download(entry, { write: () => undefined }), 'DOWNLOAD', '404')
    assert.deepEqual(kept(), [])
  })

  it('says what to do where there is no place for downloads', async () => {
    writeFileSync(join(folder, 'file'), '')
    process.env.GRADLAB_DATA = join(folder, 'file')
    await raisesLater(download(entry, { write: () => undefined }), 'DOWNLOAD', 'could not be written', 'GRADLAB_DATA=')
  })

  it('says what to do without a network', async () => {
    process.env.npm_config_registry = 'http://127.0.0.1:9/'
    await raisesLater(download(entry, { write: () => undefined }), 'DOWNLOAD', 'Check the connection')
  })

  it('lists what there is, as text and as JSON', async () => {
    const { code, out } = await gradlabBeside(['data', 'list'])
    assert.equal(code, 0)
    assert.match(out, /mnist +installed/)
    assert.match(out, /moby-dick +not here +1\.5 MB/)
    const columns = out
      .split('\n')
      .filter(line => / MB {2}/.test(line))
      .map(line => line.indexOf(' MB  '))
    assert.equal(new Set(columns).size, 1, `sizes stand in one column, not in ${columns.join()}`)
    const { sets, folder: where } = JSON.parse((await gradlabBeside(['data', 'list', '--json'])).out) as {
      sets: { name: string; state: string }[]
      folder: string
    }
    assert.equal(where, process.env.GRADLAB_DATA)
    assert.deepEqual(
      sets.filter(({ state }) => state === 'installed').map(({ name }) => name),
      ['mnist', 'penguins'],
    )
  })

  it('replaces a damaged file, and says so in the list before', async () => {
    const [first] = CATALOGUE as [CatalogueEntry]
    await download(entry, { write: () => undefined })
    writeFileSync(join(folder, 'data', `${first.name}-${first.version}.tgz`), 'broken')
    assert.match((await gradlabBeside(['data', 'list'])).out, new RegExp(`${first.name} +damaged`))
    const { code, err } = await gradlabBeside(['data', 'get', first.name])
    assert.equal(code, 1)
    assert.match(err, /SHA-512 is another/)
    assert.deepEqual(kept(), ['tiny-1.0.0.tgz'])
  })

  it('refuses names that it does not know, before it downloads anything', async () => {
    const { code, err } = await gradlabBeside(['data', 'get', 'moby-dick', 'moby-duck'])
    assert.equal(code, 2)
    assert.match(err, /no data set 'moby-duck'[\s\S]*moby-dick, spam-assassin/)
    assert.deepEqual(asked, [])
    assert.match(
      (await gradlabBeside(['data', 'get', 'mnist'])).err,
      /installed with the library[\s\S]*data\.mnist\(\)/,
    )
  })
})
