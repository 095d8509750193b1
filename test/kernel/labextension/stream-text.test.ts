// What the labextension draws of a long output, and what it leaves out.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Sources, translate } from './sources.js'

interface Stretch {
  readonly from: number
  readonly to: number
  readonly style: object
}

interface StreamText {
  readonly pieces: readonly (Stretch & { readonly lines: number })[]
  readonly rest: Stretch
  readonly lines: number
  update(text: string): boolean
  fold(): { readonly pieces: number; readonly lines: number; readonly tail: Stretch } | undefined
}

interface StreamModule {
  readonly StreamText: new () => StreamText
  longLines(text: string, from: number, to: number): { from: number; to: number }[]
}

interface AnsiModule {
  readonly PLAIN: object
  styleAfter(style: object, text: string): object
  sequenceOf(style: object): string
  withoutAnsi(text: string): string
  placeToCut(text: string, at: number): number
}

describe('the text of a long output', () => {
  let sources: Sources
  let stream: StreamModule
  let ansi: AnsiModule

  before(async () => {
    sources = translate('stream')
    stream = (await sources.load('stream-text.js')) as StreamModule
    ansi = (await sources.load('ansi.js')) as AnsiModule
  })
  after(() => sources.remove())

  const read = (text: string): StreamText => {
    const read = new stream.StreamText()
    read.update(text)
    return read
  }
  const numbered = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i}\n`).join('')
  /** The first and the last lines that are drawn. */
  const drawn = (text: string): { head: string; tail: string; hidden: number } | undefined => {
    const of = read(text)
    const fold = of.fold()
    if (fold === undefined) return undefined
    const headEnd = of.pieces[fold.pieces - 1]?.to ?? 0
    return { head: text.slice(0, headEnd), tail: text.slice(fold.tail.from, fold.tail.to), hidden: fold.lines }
  }

  it('is drawn whole up to 2,500 lines', () => {
    assert.equal(drawn(numbered(2500)), undefined)
  })

  it('of 100,000 lines is drawn as the first 2,000 and the last 500', () => {
    const text = numbered(100_000)
    const { head, tail, hidden } = drawn(text)!
    assert.equal(head, numbered(2000))
    assert.equal(tail, text.slice(text.indexOf('line 99500\n')))
    assert.equal(hidden, 97_500)
  })

  it('counts a last line without an end', () => {
    const { tail, hidden } = drawn(`${numbered(2500)}and`)!
    assert.match(tail, /^line 2001\n[\s\S]*line 2499\nand$/)
    assert.equal(hidden, 1)
  })

  it('of lines so long that 2,500 would be too much draws fewer', () => {
    const text = `${'x'.repeat(999)}\n`.repeat(2000)
    const { head, tail, hidden } = drawn(text)!
    assert.equal(head.length, 400_000)
    assert.equal(tail.length, 100_000)
    assert.equal(hidden, 1500)
  })

  it('has the middle of a line of a million characters cut out', () => {
    const text = `a\n${'x'.repeat(1e6)}\nb\n`
    assert.equal(drawn(text), undefined)
    assert.deepEqual(stream.longLines(text, 0, text.length), [{ from: 4002, to: 999_003 }])
  })

  it('is the same whether it came at once or piece by piece', () => {
    const line = fc.oneof(
      fc.constantFrom('', 'short', '\u001b[31mred', 'plain\u001b[0m'),
      fc.integer({ min: 0, max: 12_000 }).map(length => 'y'.repeat(length)),
    )
    const texts = fc.array(fc.array(line, { maxLength: 400 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 20 }), (groups, cuts) => {
        const text = groups.flat().join('\n')
        const grown = new stream.StreamText()
        for (const cut of cuts.map(n => n % (text.length + 1)).sort((a, b) => a - b)) {
          assert.equal(grown.update(text.slice(0, cut)), true)
        }
        assert.equal(grown.update(text), true)
        const whole = read(text)
        assert.deepEqual(grown.pieces, whole.pieces)
        assert.deepEqual(grown.rest, whole.rest)
        assert.deepEqual(grown.fold(), whole.fold())
        // The pieces cover the text without a gap.
        const ends = [...whole.pieces, whole.rest]
        for (const [i, { from }] of ends.entries()) assert.equal(from, ends[i - 1]?.to ?? 0)
        assert.equal(whole.rest.to, text.length)
        const fold = whole.fold()
        const tail = fold?.tail ?? whole.rest
        assert.deepEqual(tail.style, ansi.styleAfter(ansi.PLAIN, text.slice(0, tail.from)))
      }),
      { seed: 4, numRuns: 60 },
    )
  })

  it('keeps its pieces where the last line is written anew, as a progress bar does', () => {
    const text = read(`${numbered(600)}10 %`)
    const { pieces } = text
    assert.equal(text.update(`${numbered(600)}100 %\n`), true)
    assert.deepEqual(text.pieces.slice(0, 2), pieces)
    assert.equal(text.update('another'), false)
    assert.deepEqual([text.pieces.length, text.lines], [0, 1])
  })

  describe('in colours', () => {
    const inForce = (text: string): string => ansi.sequenceOf(ansi.styleAfter(ansi.PLAIN, text))

    it('goes on in those that are in force', () => {
      assert.equal(inForce('\u001b[31mred'), '\u001b[31m')
      assert.equal(inForce('\u001b[1;38;5;208mbold \u001b[44mon blue'), '\u001b[1;38;5;208;44m')
      assert.equal(inForce('\u001b[38;2;1;2;3;4mx\u001b[24m'), '\u001b[38;2;1;2;3m')
      assert.equal(inForce('\u001b[31mred\u001b[39m and \u001b[7mback\u001b[m'), '')
    })

    it('is cut beside a sequence and beside a pair of surrogates, never within', () => {
      assert.equal(ansi.placeToCut('abc\u001b[31mred', 5), 3)
      assert.equal(ansi.placeToCut('abc\u001b[31mred', 8), 8)
      assert.equal(ansi.placeToCut('ab😀', 3), 2)
      assert.equal(ansi.placeToCut('ab😀', 2), 2)
    })

    it('is copied without them', () => {
      assert.equal(ansi.withoutAnsi('\u001b[1;31mred\u001b[0m \u001b[2Kline'), 'red line')
    })
  })
})
