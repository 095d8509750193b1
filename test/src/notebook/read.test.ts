// Reading notebook files: what is taken, what is refused and how that is said.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { NotebookError } from '#src/notebook/errors.js'
import { findSyntaxError, formatPath, locate } from '#src/notebook/locate.js'
import { parseNotebook, readNotebook } from '#src/notebook/read.js'
import { changed, tables } from './golden.js'

function refusal(text: string, file = 'x.ipynb'): NotebookError {
  try {
    parseNotebook(text, file)
  } catch (error) {
    assert.ok(error instanceof NotebookError, String(error))
    return error
  }
  throw new assert.AssertionError({ message: 'it was taken' })
}

const codeCell = { cell_type: 'code', metadata: {}, source: 'x', outputs: [], execution_count: null }
const file = (cells: unknown, minor = 5, major = 4): string =>
  JSON.stringify({ nbformat: major, nbformat_minor: minor, metadata: {}, cells }, null, 1)

describe('reading a notebook', () => {
  for (const change of tables.verdicts.changes) {
    it(`${change.valid ? 'takes' : 'refuses'}, as nbformat does: ${change.name}`, () => {
      const text = JSON.stringify(changed(change))
      if (change.valid) parseNotebook(text)
      else assert.equal(refusal(text).code, 'NOTEBOOK_INVALID')
    })
  }

  it('names the file, the line, the path, what was expected, what was there and the next step', () => {
    const error = refusal(
      file([codeCell, { ...codeCell, outputs: [{ output_type: 'stream', name: 'stdout', text: 1 }] }]),
    )
    assert.equal(
      error.message,
      'x.ipynb:21:14 (cells[1].outputs[0].text): expected a string or a list of strings, got 1. ' +
        'Correct it there, or open the notebook in JupyterLab and save it again.',
    )
    assert.deepEqual(error.position, { line: 21, column: 14 })
    assert.equal(error.path, 'cells[1].outputs[0].text')
  })

  it('joins what files split, and nothing else', () => {
    const output = {
      output_type: 'display_data',
      metadata: {},
      data: { 'text/plain': ['a\n', 'b'], 'application/json': ['a', 'b'], 'image/png': ['x', 'y'] },
    }
    const [cell] = parseNotebook(file([{ ...codeCell, id: 'a', source: ['x\n', 'y'], outputs: [output] }])).cells
    assert.equal(cell?.source, 'x\ny')
    assert.deepEqual(cell?.cell_type === 'code' && cell.outputs[0], {
      ...output,
      data: { 'text/plain': 'a\nb', 'application/json': ['a', 'b'], 'image/png': 'xy' },
    })
  })

  it('takes 4.0 to 4.5 and gives 4.5', () => {
    for (let minor = 0; minor <= 5; minor++) {
      assert.equal(parseNotebook(file([codeCell], minor)).nbformat_minor, 5)
    }
  })

  it('gives cells without an id the same valid id each time, wherever they stand', () => {
    const other = { ...codeCell, source: 'y' }
    const first = parseNotebook(file([codeCell, codeCell, other], 4)).cells.map(cell => cell.id)
    const second = parseNotebook(file([other, codeCell, codeCell], 4)).cells.map(cell => cell.id)
    assert.equal(new Set(first).size, 3)
    for (const id of first) assert.match(id, /^[0-9a-f]{8}$/)
    assert.deepEqual([second[1], second[2], second[0]], first)
  })

  it('keeps good ids and mends missing, repeated and (before 4.5) malformed ones', () => {
    const ids = (list: unknown[], minor?: number): string[] =>
      parseNotebook(
        file(
          list.map(id => (id === undefined ? codeCell : { ...codeCell, id })),
          minor,
        ),
      ).cells.map(c => c.id)
    const [a, b, c] = ids(['a', undefined, 'a'])
    assert.equal(a, 'a')
    assert.equal(new Set([a, b, c]).size, 3)
    assert.match(ids(['not good'], 4)[0] ?? '', /^[0-9a-f]{8}$/)
    const made = ids([undefined])[0]
    assert.deepEqual(new Set(ids([undefined, made])).size, 2)
  })

  it('refuses other versions', () => {
    const old = refusal(file([], 0, 3))
    assert.equal(old.code, 'NOTEBOOK_VERSION')
    assert.match(old.message, /^x\.ipynb:2:14: expected notebook format 4\.0 to 4\.5, got 3\.0\. Open it in JupyterLab/)
    const newer = refusal(file([], 6))
    assert.match(newer.message, /^x\.ipynb:3:20: .*got 4\.6\. Update gradlab\.$/)
    assert.match(refusal(file([], 0, 5)).message, /got 5\.0\. Update gradlab\.$/)
  })

  it('refuses what is no object, and notebooks without a version', () => {
    for (const text of ['[]', '1', 'null', '"x"', '{}', '{"nbformat":"4"}', '{"nbformat":4}']) {
      assert.equal(refusal(text).code, 'NOTEBOOK_INVALID', text)
    }
  })

  it('tells where text stops being JSON', () => {
    const conflict = '{\n "cells": [\n<<<<<<< HEAD\n  {}\n=======\n  {},\n>>>>>>> other\n ]\n}\n'
    const error = refusal(conflict)
    assert.equal(error.code, 'NOTEBOOK_JSON')
    assert.match(error.message, /^x\.ipynb:3:1: expected a JSON value, got <<<<<<< HEAD\. .*unfinished merge/)
    assert.match(refusal('{"a": NaN}').message, /:1:7: expected a JSON value, got .*write null/)
    assert.match(refusal('').message, /:1:1: expected a JSON value, got the end of the file/)
    assert.match(refusal('{"a": 1,}').message, /:1:9: expected a key in double quotes/)
    assert.match(refusal('{"a": "x\ny"}').message, /:1:7: expected a whole string on one line/)
    assert.match(refusal('{"a" 1}').message, /:1:6: expected :/)
    assert.match(refusal('[1 2]').message, /:1:4: expected a comma or \]/)
    assert.match(refusal('{} x').message, /:1:4: expected the end of the file/)
  })

  it('ignores a byte order mark', () => {
    assert.equal(parseNotebook(`\ufeff${file([])}`).cells.length, 0)
  })

  it('says what is wrong with a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gradlab-read-'))
    try {
      const bytes = join(folder, 'bytes.ipynb')
      await writeFile(bytes, Buffer.from([0x7b, 0xff, 0x7d]))
      const cases: [string, string, RegExp][] = [
        [join(folder, 'none.ipynb'), 'NOTEBOOK_READ', /there is no such file\. Check the path\.$/],
        [folder, 'NOTEBOOK_READ', /got a folder/],
        [bytes, 'NOTEBOOK_JSON', /expected UTF-8 text, got other bytes\. Save the file as UTF-8\.$/],
      ]
      for (const [path, code, message] of cases) {
        await assert.rejects(readNotebook(path), { name: 'NotebookError', code, file: path, message })
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('a place in JSON text', () => {
  it('is found for each path', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 1, 4), (json, indent) => {
        const value: unknown = JSON.parse(json)
        const text = JSON.stringify(value, null, indent)
        const lines = text.split('\n')
        for (const [path, part] of parts(value)) {
          const { line, column } = locate(text, path)
          const rest = [lines[line - 1]?.slice(column - 1), ...lines.slice(line)].join('\n')
          assert.ok(
            rest.startsWith(JSON.stringify(part, null, indent).split('\n')[0] ?? ''),
            `${formatPath(path)} in ${text}`,
          )
        }
      }),
    )
  })

  it('is found for a syntax error exactly where there is one', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.constantFrom('', '"', ',', '}', 'x', '\n', '1'), (json, at, put) => {
        const cut = at % (json.length + 1)
        const text = json.slice(0, cut) + put + json.slice(cut + 1)
        assert.equal(findSyntaxError(text) === undefined, isJson(text), text)
      }),
      { numRuns: 2000 },
    )
  })

  it('is found behind strings of megabytes', () => {
    const text = JSON.stringify({ a: 'x'.repeat(8_000_000), b: '\\n'.repeat(2_000_000), c: 1 })
    assert.equal(findSyntaxError(text), undefined)
    assert.equal(locate(text, ['c']).column, text.length - 1)
  })

  it('reads like code', () => {
    assert.equal(
      formatPath(['cells', 3, 'data', 'text/plain', 'ä', '__proto__']),
      'cells[3].data["text/plain"].ä.__proto__',
    )
    assert.equal(formatPath([]), '')
  })
})

function* parts(value: unknown, path: readonly (string | number)[] = []): Generator<[(string | number)[], unknown]> {
  yield [[...path], value]
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* parts(item, [...path, i])
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* parts(item, [...path, key])
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
