// Tables of one's own: what spreadsheets, pandas and people write, and errors that name the line.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { data, device, setBackend } from '#src/index.js'
import { raises } from '../raises.js'

const { csv } = data
const rows = (text: string, options?: data.CsvOptions): unknown[] => [...csv(text, options)]

describe('csv', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-csv-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  const file = (bytes: string | Uint8Array): string => {
    const path = join(folder, 'table.csv')
    writeFileSync(path, bytes)
    return path
  }

  it('gives each column its type', () => {
    const table = csv('n,x,ok,name\n1,-2.5e3,TRUE,a\n+3,.5,false,7b\n4.,inf,True,\n')
    assert.deepEqual(table.columns, ['n', 'x', 'ok', 'name'])
    assert.deepEqual(table.types, { n: 'number', x: 'number', ok: 'boolean', name: 'text' })
    assert.deepEqual(
      [...table],
      [
        { n: 1, x: -2500, ok: true, name: 'a' },
        { n: 3, x: 0.5, ok: false, name: '7b' },
        { n: 4, x: Number.POSITIVE_INFINITY, ok: true, name: null },
      ],
    )
    assert.equal(table.length, 3)
    assert.deepEqual(table.column('x'), [-2500, 0.5, Number.POSITIVE_INFINITY])
  })

  it('reads a path, a file: URL, bytes and text alike', () => {
    const text = 'a,b\n1,x\n'
    const path = file(text)
    for (const source of [text, path, pathToFileURL(path), new TextEncoder().encode(text)]) {
      assert.deepEqual(csv(source).row(0), { a: 1, b: 'x' })
    }
  })

  it('reads quoted values: separators, quotes and line breaks within them', () => {
    assert.deepEqual(rows('a,b\n"x, y","she said ""no"""\n"two\nlines",""\n'), [
      { a: 'x, y', b: 'she said "no"' },
      { a: 'two\nlines', b: null },
    ])
  })

  it('reads any text that was quoted, by whatever separator', () => {
    const value = fc.string({
      unit: fc.constantFrom('a', '"', ',', ';', '\t', '|', '\n', '\r', ' ', 'é', '🙂', '1', '.'),
    })
    const table = fc.integer({ min: 2, max: 4 }).chain(n => fc.array(fc.array(value, { minLength: n, maxLength: n })))
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n'),
        (lines, separator, end) => {
          const names = (lines[0] ?? ['x', 'y']).map((_, i) => `c${i}`)
          const quoted = [names, ...lines].map(line =>
            line.map(text => `"${text.replaceAll('"', '""')}"`).join(separator),
          )
          const types = Object.fromEntries(names.map(name => [name, 'text' as const]))
          const read = [...csv(quoted.join(end) + end, { separator, types, missing: [] })]
          const plain = (text: string): string => text.replace(/\r\n?/g, '\n').trim()
          assert.deepEqual(
            read.map(row => Object.values(row)),
            lines.map(line => line.map(plain)),
          )
        },
      ),
      { seed: 1, numRuns: 300 },
    )
  })

  it('does not count byte order marks, line ends of other systems, empty lines and spaces', () => {
    assert.deepEqual(rows('\uFEFF a , b \r\n\r\n 1 , x y \r2,z\n\n'), [
      { a: 1, b: 'x y' },
      { a: 2, b: 'z' },
    ])
  })

  it('reads UTF-16 by its mark and other encodings by their name', () => {
    const utf16 = Buffer.from('\uFEFFname\tn\nÄpfel\t1\n', 'utf16le')
    assert.deepEqual(csv(file(utf16)).row(0), { name: 'Äpfel', n: 1 })
    assert.deepEqual(csv(utf16.swap16()).row(0), { name: 'Äpfel', n: 1 })
    const western = Buffer.from('name,n\nÄpfel,1\n', 'latin1')
    assert.deepEqual(csv(western, { encoding: 'windows-1252' }).row(0), { name: 'Äpfel', n: 1 })
    raises(() => csv(file(western)), 'DATA_FORMAT', 'table.csv', 'utf-8', "encoding: 'windows-1252'")
    raises(() => csv(western, { encoding: 'klingon' }), 'DATA_OPTION', "'klingon'", 'windows-1252')
  })

  for (const separator of [',', ';', '\t', '|']) {
    it(`finds out that ${JSON.stringify(separator)} separates, and takes it when told`, () => {
      const text = `a${separator}b\n1${separator}x\n2${separator}y\n`
      assert.deepEqual(csv(text).row(1), { a: 2, b: 'y' })
      assert.deepEqual(csv(text, { separator }).row(1), { a: 2, b: 'y' })
    })
  }

  it('takes any character as separator, and a comma as decimal mark', () => {
    assert.deepEqual(rows('a:b\n1:x,y\n', { separator: ':' }), [{ a: 1, b: 'x,y' }])
    assert.deepEqual(rows('a;b\n1,5;2\n-0,25;3\n', { decimal: ',' }), [
      { a: 1.5, b: 2 },
      { a: -0.25, b: 3 },
    ])
  })

  it('reads one column', () => {
    assert.deepEqual(csv('n\n1\n2\n').column('n'), [1, 2])
  })

  it('makes null of what is missing, by default or by choice', () => {
    assert.deepEqual(csv('a,b\nNA,1\n,2\nnull,3\nNaN,4\n5,5\n').column('a'), [null, null, null, null, 5])
    assert.deepEqual(csv('a,b\n?,1\n5,2\n', { missing: ['?'] }).column('a'), [null, 5])
    assert.deepEqual(csv('a,b\nNA,1\n', { missing: [] }).column('a'), ['NA'])
  })

  it('keeps whole numbers that would lose digits as text', () => {
    assert.deepEqual(csv('id,n\n9007199254740993,1\n').column('id'), ['9007199254740993'])
    assert.deepEqual(csv('id,n\n9007199254740991,1\n').column('id'), [9007199254740991])
  })

  it('takes types that are given', () => {
    assert.deepEqual(csv('zip,n\n01234,1\n', { types: { zip: 'text' } }).row(0), { zip: '01234', n: 1 })
    raises(() => csv('a,n\n1,1\n2,x\n', { types: { n: 'number' } }), 'DATA_FORMAT', 'line 3', "'n'", 'a number', "'x'")
    raises(() => csv('a,n\n1,1\n', { types: { n: 'boolean' } }), 'DATA_FORMAT', 'line 2', 'a boolean', "'1'")
    raises(() => csv('a,n\n1,1\n', { types: { m: 'text' } }), 'DATA_OPTION', "'m'", 'a, n')
    raises(() => csv('a\n1\n', { types: { a: 'date' as 'text' } }), 'DATA_OPTION', "'date'")
  })

  it('takes names, or makes them, where the file has none', () => {
    assert.deepEqual(rows('1,x\n2,y\n', { header: false })[1], { 'column 1': 2, 'column 2': 'y' })
    assert.deepEqual(rows('1,x\n2,y\n', { header: ['n', 'kind'] })[0], { n: 1, kind: 'x' })
    assert.deepEqual(rows(',n\n0,5\n')[0], { 'column 1': 0, n: 5 })
    assert.deepEqual(rows('2010,2011\n5,6\n', { header: true }), [{ 2010: 5, 2011: 6 }])
    raises(() => csv('1,2\n3,4\n'), 'DATA_FORMAT', 'line 1', '1, 2', 'header: false')
    raises(() => csv('a,b,a\n1,2,3\n'), 'DATA_FORMAT', 'line 1', "'a'")
    raises(() => csv('1,2\n', { header: ['a', 'a'] }), 'DATA_FORMAT', 'the header given', "'a'")
    raises(() => csv('1,2\n', { header: ['a'] }), 'DATA_FORMAT', 'line 1', 'expected 1', 'got 2')
    raises(() => csv(new Uint8Array()), 'DATA_FORMAT', 'no line')
  })

  it('holds a column of any name', () => {
    assert.equal(Object.getOwnPropertyDescriptor(csv('__proto__,a\n1,2\n').row(0), '__proto__')?.value, 1)
  })

  it('has no rows where there is only a header', () => {
    const table = csv('a,b\n')
    assert.deepEqual([table.length, [...table], table.columns], [0, [], ['a', 'b']])
    assert.deepEqual(table.toTensors().x.shape, [0, 2])
  })

  it('names the line of a row that is too long or too short, counting lines within quotes', () => {
    const path = file('a,b\n"one\n\ntwo",2\n\n3\n')
    raises(() => csv(path), 'DATA_FORMAT', path, 'line 6', 'expected 2 values (a, b)', 'got 1')
    raises(() => csv('a,b\n1,2,3\n'), 'DATA_FORMAT', 'line 2', 'got 3')
  })

  it('names the line of a quote that is not closed, or closed too early', () => {
    raises(() => csv('a,b\n1,2\n3,"4\n5,6\n'), 'DATA_FORMAT', 'line 3', 'never closed')
    raises(() => csv('a,b\n1,"2"x\n'), 'DATA_FORMAT', 'line 2', 'closing quote')
  })

  it('refuses what is no text', () => {
    raises(() => csv(Uint8Array.of(65, 0, 66, 10)), 'DATA_FORMAT', 'zero bytes', 'spreadsheets'.slice(1))
    raises(() => csv('nowhere.csv'), 'DATA_MISSING', 'nowhere.csv', 'no such file')
    raises(() => csv(folder), 'DATA_MISSING', 'folder')
    raises(() => csv(new URL('https://example.org/a.csv')), 'DATA_OPTION', 'example.org', 'fetch')
    raises(() => csv(5 as unknown as string), 'DATA_OPTION', '5')
  })

  it('refuses options that it does not have', () => {
    const option = (options: object): (() => unknown) => {
      return () => csv('a\n1\n', options as data.CsvOptions)
    }
    raises(option({ delimiter: ';' }), 'BAD_OPTION', "'delimiter'", 'separator')
    raises(option({ separator: '||' }), 'DATA_OPTION', 'separator')
    raises(option({ separator: '"' }), 'DATA_OPTION', 'separator')
    raises(option({ header: 'a' }), 'DATA_OPTION', 'header')
    raises(option({ missing: '?' }), 'DATA_OPTION', 'missing')
    raises(option({ decimal: "'" }), 'DATA_OPTION', 'decimal')
  })
})

describe('Table', () => {
  const chosen = device()
  afterEach(() => setBackend(chosen))
  const text = 'mass,island,wild,kind\n1.5,Dream,true,oak\n,Biscoe,false,ash\n2.5,Biscoe,true,elm\n'

  it('gives rows and columns, and refuses others', () => {
    const table = csv(text)
    raises(() => table.row(3), 'DATA_INDEX', 'from 0 to 2')
    raises(() => table.column('weight'), 'DATA_OPTION', "'weight'", 'mass, island')
    raises(() => table.complete(['weight']), 'DATA_OPTION', "'weight'")
    table.column('mass')[0] = 7
    assert.equal(table.row(0).mass, 1.5)
  })

  it('leaves out rows by a rule, or those that miss something', () => {
    const table = csv(text)
    assert.deepEqual(table.complete().column('kind'), ['oak', 'elm'])
    assert.equal(table.complete(['island']).length, 3)
    assert.deepEqual(table.filter(row => row.island === 'Biscoe').column('kind'), ['ash', 'elm'])
    assert.deepEqual(table.filter((_, i) => i === 1).column('kind'), ['ash'])
  })

  for (const backend of ['wasm', 'reference']) {
    it(`becomes features and classes on ${backend}`, () => {
      setBackend(backend)
      const { x, y, features, classes } = csv(text).complete().toTensors({ label: 'kind' })
      assert.deepEqual(
        [x.dtype, x.device, x.toArray()],
        [
          'float32',
          backend,
          [
            [1.5, 1],
            [2.5, 1],
          ],
        ],
      )
      assert.deepEqual([y.dtype, y.toArray(), classes], ['int32', [1, 0], ['elm', 'oak']])
      assert.deepEqual(features, ['mass', 'wild'])
    })
  }

  it('makes several numbers of a text among the features', () => {
    const { x, features } = csv(text).toTensors({ features: ['wild', 'island'] })
    assert.deepEqual(features, ['wild', 'island=Biscoe', 'island=Dream'])
    assert.deepEqual(x.toArray(), [
      [1, 0, 1],
      [0, 1, 0],
      [1, 1, 0],
    ])
  })

  it('takes numbers as values to predict, or as classes when told', () => {
    const digits = csv('a,n\n1,10\n2,9\n3,10\n')
    const values = digits.toTensors({ label: 'n', dtype: 'float64' })
    assert.deepEqual([values.y.dtype, values.y.toArray(), values.classes], ['float64', [10, 9, 10], []])
    const classes = digits.toTensors({ label: 'n', target: 'class' })
    assert.deepEqual([classes.y.dtype, classes.y.toArray(), classes.classes], ['int32', [1, 0, 1], ['9', '10']])
    const booleans = csv('a,ok\n1,true\n2,false\n')
    assert.deepEqual(booleans.toTensors({ label: 'ok' }).classes, ['false', 'true'])
    assert.deepEqual(booleans.toTensors({ label: 'ok', target: 'value' }).y.toArray(), [1, 0])
    raises(() => csv(text).toTensors({ features: ['wild'], label: 'kind', target: 'value' }), 'DATA_OPTION', "'kind'")
  })

  it('gives a second file the numbers of the first', () => {
    const classes = ['oak', 'elm', 'ash']
    assert.deepEqual(
      csv(text)
        .toTensors({ features: ['wild'], label: 'kind', classes })
        .y.toArray(),
      [0, 2, 1],
    )
    raises(
      () => csv(text).toTensors({ features: ['wild'], label: 'kind', classes: ['oak', 'elm'] }),
      'DATA_OPTION',
      'line 3',
      "'ash'",
    )
  })

  it('names the line where a value is missing, also after rows were left out', () => {
    raises(() => csv(text).toTensors({ label: 'kind' }), 'DATA_FORMAT', 'line 3', "'mass'", 'complete()')
    const later = csv(text).filter(row => row.kind !== 'oak')
    raises(() => later.toTensors({ label: 'kind' }), 'DATA_FORMAT', 'line 3')
    raises(() => csv('a,b\n1,\n').toTensors({ label: 'b' }), 'DATA_FORMAT', 'line 2', "'b'")
  })

  it('shows its first rows, in columns', () => {
    const table = csv('n,name\n1.5,oak\n,"two\nlines"\n-10,a text that is too long to be shown as a whole\n')
    const expected = [
      '     n  name',
      'number  text',
      '   1.5  oak',
      '     -  two lines',
      '   -10  a text that is too long…',
      '3 rows, 2 columns',
    ].join('\n')
    assert.equal(String(table), expected)
    assert.equal(inspect(table), expected)
    const long = csv(`n\n${'7\n'.repeat(12)}`)
    assert.match(String(long), /\n12 rows, 1 column; the first 10 are shown$/)
    assert.equal(String(long).split('\n').length, 13)
  })

  it('shows as HTML in a notebook, where nothing of the file is run', () => {
    const table = csv('n,<b>\n1,"<script>alert(""1"")</script>"\n')
    const display = (table as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]
    const html = display?.call(table)['text/html'] as string
    assert.equal(
      html,
      '<table><thead><tr><th style="text-align:right">n</th><th style="text-align:left">&#60;b&#62;</th></tr></thead>' +
        '<tbody><tr><td style="text-align:right">1</td><td style="text-align:left">&#60;script&#62;alert(&#34;1&#34;)&#60;/scr…</td>' +
        '</tr></tbody></table><p>1 row, 2 columns</p>',
    )
    assert.equal(display?.call(table)['text/plain'], String(table))
  })

  it('refuses columns that are not there, and a table with nothing to learn from', () => {
    raises(() => csv(text).toTensors({ features: ['weight'] }), 'DATA_OPTION', "'weight'")
    raises(() => csv(text).toTensors({ features: ['wild'], label: 'species' }), 'DATA_OPTION', "'species'")
    raises(() => csv('a,b\nx,y\n').toTensors({ label: 'b' }), 'DATA_OPTION', 'text')
    raises(() => csv(text).toTensors({ labels: 'kind' } as object), 'BAD_OPTION', "'labels'", "'label'")
  })
})
