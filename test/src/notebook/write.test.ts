// The bytes of notebook files, against those that nbformat and jupyter_server wrote.
import assert from 'node:assert/strict'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { NotebookError } from '#src/notebook/errors.js'
import type { Cell, JsonObject, Notebook, Output } from '#src/notebook/format.js'
import { compareCodePoints, formatNumber, pythonJson } from '#src/notebook/json.js'
import { splitLines } from '#src/notebook/lines.js'
import { parseNotebook } from '#src/notebook/read.js'
import { formatNotebook, writeNotebook } from '#src/notebook/write.js'
import { goldenNames, goldenText, tables } from './golden.js'

describe('lines', () => {
  it('end where Python ends them, for each UTF-16 unit', () => {
    const ends: number[] = []
    for (let unit = 0; unit < 0x10000; unit++) {
      if (splitLines(`a${String.fromCharCode(unit)}b`).length > 1) ends.push(unit)
    }
    assert.deepEqual(ends, tables.lineEnds)
  })

  it('are split as Python splits them', () => {
    for (const [text, lines] of tables.splits) assert.deepEqual(splitLines(text), lines)
  })

  it('join to the text they came from', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => assert.equal(splitLines(text).join(''), text)))
  })
})

describe('JSON as Python writes it', () => {
  it('prints numbers that JavaScript prints otherwise', () => {
    for (const [javascript, python] of tables.numbers) {
      assert.equal(String(Number(javascript)), javascript, 'the table holds JavaScript numbers')
      assert.equal(formatNumber(Number(javascript)), python)
    }
  })

  it('prints doubles of all sizes', () => {
    for (const [bits, python] of tables.doubles) {
      const value = Buffer.from(bits, 'hex').readDoubleBE()
      assert.equal(formatNumber(value), python, `the double ${bits}`)
    }
  })

  it('loses no digit', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), x => {
        assert.equal(Number(formatNumber(x)), x === 0 ? 0 : x)
      }),
    )
  })

  it('has null for what JSON cannot hold, as JSON.stringify has', () => {
    const value = [Number.NaN, Number.POSITIVE_INFINITY, -0, undefined, { a: undefined }]
    assert.equal(pythonJson(value).replaceAll(/\s/g, ''), '[null,null,0,null,{}]')
  })

  it('replaces lone surrogates, which UTF-8 has no bytes for', () => {
    assert.equal(pythonJson('a\ud800b\udc00\ud83d\udc27'), '"a\ufffdb\ufffd\ud83d\udc27"')
  })

  it('sorts keys by code point', () => {
    const bytes = (text: string): Buffer => Buffer.from(text, 'utf8')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        assert.equal(Math.sign(compareCodePoints(a, b)), Buffer.compare(bytes(a), bytes(b)))
      }),
    )
    assert.deepEqual(['\ufffd', '\u{1f427}', '\ue000', '\ud7ff'].sort(compareCodePoints), [
      '\ud7ff',
      '\ue000',
      '\ufffd',
      '\u{1f427}',
    ])
  })
})

describe('a notebook file', () => {
  for (const name of goldenNames) {
    it(`has the bytes of jupyter_server: ${name}`, () => {
      const notebook = parseNotebook(goldenText(`${name}.json`))
      assert.equal(formatNotebook(notebook), goldenText(`${name}.ipynb`))
    })

    it(`is the same after reading and writing: ${name}`, () => {
      const text = goldenText(`${name}.ipynb`)
      assert.equal(formatNotebook(parseNotebook(text)), text)
    })
  }

  it('reads back as what was written', () => {
    fc.assert(
      fc.property(anyNotebook, notebook => assert.deepEqual(parseNotebook(formatNotebook(notebook)), notebook)),
      { numRuns: 300 },
    )
  })
})

describe('writing a notebook', () => {
  const notebook = parseNotebook(goldenText('plain.json'))
  const text = goldenText('plain.ipynb')
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gradlab-write-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('makes a new file and leaves no other', async () => {
    await writeNotebook(join(folder, 'a.ipynb'), notebook)
    assert.deepEqual(await readdir(folder), ['a.ipynb'])
    assert.equal(await readFile(join(folder, 'a.ipynb'), 'utf8'), text)
  })

  it('keeps the mode of the file that was there', async () => {
    const file = join(folder, 'a.ipynb')
    await writeFile(file, 'old')
    await chmod(file, 0o640)
    await writeNotebook(file, notebook)
    assert.equal((await stat(file)).mode & 0o777, 0o640)
    assert.equal(await readFile(file, 'utf8'), text)
  })

  it('follows a link', async () => {
    await mkdir(join(folder, 'real'))
    await writeFile(join(folder, 'real/a.ipynb'), 'old')
    await symlink('real/a.ipynb', join(folder, 'link.ipynb'))
    await writeNotebook(join(folder, 'link.ipynb'), notebook)
    assert.ok((await lstat(join(folder, 'link.ipynb'))).isSymbolicLink())
    assert.equal(await readFile(join(folder, 'real/a.ipynb'), 'utf8'), text)
  })

  it('says why it cannot, and leaves nothing behind', async () => {
    await mkdir(join(folder, 'taken.ipynb'))
    for (const file of [join(folder, 'missing/a.ipynb'), join(folder, 'taken.ipynb')]) {
      await assert.rejects(writeNotebook(file, notebook), error => {
        assert.ok(error instanceof NotebookError)
        assert.equal(error.code, 'NOTEBOOK_WRITE')
        assert.equal(error.file, file)
        assert.ok(error.cause instanceof Error)
        return true
      })
    }
    assert.deepEqual(await readdir(folder), ['taken.ipynb'])
  })

  it('keeps the old file where the new one cannot be filled', async () => {
    const file = join(folder, 'a.ipynb')
    await writeFile(file, 'old')
    // A notebook that cannot be serialised fails before the file is touched.
    const circular: Record<string, unknown> = {}
    circular.self = circular
    await assert.rejects(writeNotebook(file, { ...notebook, metadata: circular as unknown as JsonObject }))
    assert.equal(await readFile(file, 'utf8'), 'old')
    assert.deepEqual(await readdir(folder), ['a.ipynb'])
  })
})

const anyText = fc.string({ unit: 'binary', maxLength: 30 })
const anyJson = fc.jsonValue({ maxDepth: 3 }).map(value => JSON.parse(JSON.stringify(value)))
const spoken =
  /^(tags|name|jupyter|execution|collapsed|scrolled|format|trusted|kernelspec|language_info|title|authors|orig_nbformat.*|signature)$/
const anyKey = anyText.filter(key => !spoken.test(key))
const anyObject: fc.Arbitrary<JsonObject> = fc.dictionary(anyKey, anyJson, { maxKeys: 4, noNullPrototype: true })
const anyCount = fc.option(fc.nat(), { nil: null })
const anyBundle: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.dictionary(fc.constantFrom('text/plain', 'text/html', 'image/png', 'image/svg+xml', 'a'), anyText, {
      noNullPrototype: true,
    }),
    fc.dictionary(fc.constantFrom('application/json', 'application/vnd.plotly.v1+json'), anyJson, {
      noNullPrototype: true,
    }),
  )
  .map(([texts, jsons]) => ({ ...texts, ...jsons }))
const anyOutput: fc.Arbitrary<Output> = fc.oneof(
  fc.record({ output_type: fc.constant('stream' as const), name: fc.constantFrom('stdout', 'stderr'), text: anyText }),
  fc.record({ output_type: fc.constant('display_data' as const), data: anyBundle, metadata: anyObject }),
  fc.record({
    output_type: fc.constant('execute_result' as const),
    data: anyBundle,
    metadata: anyObject,
    execution_count: anyCount,
  }),
  fc.record({
    output_type: fc.constant('error' as const),
    ename: anyText,
    evalue: anyText,
    traceback: fc.array(anyText),
  }),
)
const anyId = fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/)
const anyCell: fc.Arbitrary<Cell> = fc.oneof(
  fc.record({
    cell_type: fc.constant('code' as const),
    id: anyId,
    metadata: anyObject,
    source: anyText,
    execution_count: anyCount,
    outputs: fc.array(anyOutput, { maxLength: 4 }),
  }),
  fc.record(
    {
      cell_type: fc.constantFrom('markdown' as const, 'raw' as const),
      id: anyId,
      metadata: anyObject,
      source: anyText,
      attachments: fc.dictionary(anyText, anyBundle, { noNullPrototype: true, maxKeys: 2 }),
    },
    { requiredKeys: ['cell_type', 'id', 'metadata', 'source'] },
  ),
)
// Cloned, since fast-check makes some objects without a prototype.
const anyNotebook: fc.Arbitrary<Notebook> = fc
  .record({
    nbformat: fc.constant(4 as const),
    nbformat_minor: fc.constant(5 as const),
    metadata: anyObject,
    cells: fc.uniqueArray(anyCell, { maxLength: 4, selector: cell => cell.id }),
  })
  .map(notebook => structuredClone(notebook))
