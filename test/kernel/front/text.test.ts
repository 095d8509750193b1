import assert from 'node:assert/strict'
import { toCodePoints, toOffset } from '#kernel/front/text.js'
import { quote } from '#kernel/front/traceback.js'

describe('cursor positions', () => {
  it('count code points for Jupyter and UTF-16 units for JavaScript', () => {
    const text = 'a😀b'
    assert.deepEqual(
      [0, 1, 2, 3, 99, -4].map(position => toOffset(text, position)),
      [0, 1, 3, 4, 4, 0],
    )
    assert.deepEqual(
      [0, 1, 3, 4, 99].map(offset => toCodePoints(text, offset)),
      [0, 1, 2, 3, 3],
    )
  })
})

describe('quoted code', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI colours are made of them
  const plain = (lines: string[]): string[] => lines.map(line => line.replace(/\u001b\[[\d;]*m/g, ''))

  it('shows the line between its neighbours, with a caret under the column', () => {
    assert.deepEqual(plain(quote('one\ntwo\n\tthree\nfour\nfive\nsix', 3, 2, 5)), [
      '    1 | one',
      '    2 | two',
      '  > 3 | \tthree',
      '      | \t^^^^^',
      '    4 | four',
      '    5 | five',
    ])
  })

  it('cuts a very long line to the part around the column', () => {
    const [line = '', caret = ''] = plain(quote(`${'x'.repeat(500)}HERE${'y'.repeat(500)}`, 1, 501, 4))
    assert.ok(line.length < 200)
    assert.equal(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1), 'HERE')
  })

  it('stays inside the text when the place does not', () => {
    assert.equal(plain(quote('one', 9, 9, 1)).length, 0)
    assert.deepEqual(plain(quote('', 1, 1, 1)), ['  > 1 | ', '      | ^'])
  })
})
