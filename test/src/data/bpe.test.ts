// Byte pairs, learned and applied as Hugging Face's tokenizers do (test/golden/make_byte_pair.py), and any text there and back.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { data } from '#src/index.js'
import { raises } from '../raises.js'

const { BytePairTokenizer } = data

interface Golden {
  readonly mixed: string
  readonly cases: readonly {
    readonly name: 'book' | 'mixed'
    readonly vocabSize: number
    readonly merges: readonly [number, number][]
    readonly count: number
    readonly sha256: string
    readonly mixed: readonly number[]
  }[]
}
const golden: Golden = JSON.parse(
  readFileSync(new URL('../../../../test/golden/data/byte_pair.json', import.meta.url), 'utf8'),
)

const TEXTS = { book: () => data.mobyDick(), mixed: () => golden.mixed }

describe('BytePairTokenizer', () => {
  for (const { name, vocabSize, merges, count, sha256, mixed } of golden.cases) {
    it(`learns from the ${name} text what tokenizers learn, and encodes alike`, () => {
      const text = TEXTS[name]()
      const tokenizer = BytePairTokenizer.train(text, vocabSize)
      assert.deepEqual(tokenizer.merges, merges)
      const tokens = tokenizer.encode(text)
      assert.deepEqual([tokens.dtype, tokens.shape], ['int32', [count]])
      const numbers = tokens.data() as Int32Array
      assert.equal(
        createHash('sha256')
          .update(Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength))
          .digest('hex'),
        sha256,
      )
      assert.deepEqual(tokenizer.encode(golden.mixed).toArray(), mixed)
      assert.equal(tokenizer.decode(tokens), text)
    })
  }

  it('joins the most frequent pair first, and of equals the lowest', () => {
    const { merges, vocabulary } = BytePairTokenizer.train('ab ab ab cd cd xy xy', 300)
    // 'ab' stands 3 times; ' c', ' x', ' ab', 'cd' and 'xy' twice. A space is the lowest token, then c before x before what was learned.
    assert.deepEqual(vocabulary.slice(256, 259), ['ab', ' c', ' x'])
    assert.deepEqual(merges.slice(0, 4), [
      [97, 98],
      [32, 99],
      [32, 120],
      [32, 256],
    ])
  })

  it('stops where no pair stands often enough', () => {
    assert.equal(BytePairTokenizer.train('abc', 300).vocabSize, 256)
    assert.equal(BytePairTokenizer.train('abc', 300, { minFrequency: 1 }).vocabSize, 258)
    assert.equal(BytePairTokenizer.train('ab ab ab', 300, { minFrequency: 4 }).vocabSize, 256)
    assert.equal(BytePairTokenizer.train('', 256).encode('é').toArray().toString(), '195,169')
  })

  it('learns from several texts without joining over their ends', () => {
    const tokenizer = BytePairTokenizer.train(['ab', 'ab', 'ab'], 300)
    assert.deepEqual(tokenizer.vocabulary.slice(256), ['ab'])
  })

  it('tells how far it is', () => {
    const seen: [number, number][] = []
    BytePairTokenizer.train('ab ab abc abc', 259, { onProgress: (done, total) => seen.push([done, total]) })
    assert.deepEqual(seen, [
      [1, 3],
      [2, 3],
      [3, 3],
    ])
  })

  it('gives any text back, to the last character', () => {
    const tokenizer = new BytePairTokenizer(golden.cases[1]?.merges ?? [])
    let state = 1
    const random = (n: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * n)
    }
    // As many short code points as long ones, among them lone surrogates.
    const character = (): string => String.fromCodePoint(random([0x80, 0x800, 0x10000, 0x110000][random(4)] as number))
    for (let i = 0; i < 300; i++) {
      const text = Array.from({ length: random(60) }, character).join('')
      // UTF-8 has no lone surrogates: they become U+FFFD.
      const wellFormed = Buffer.from(text).toString('utf8')
      assert.equal(tokenizer.decode(tokenizer.encode(text)), wellFormed)
      assert.deepEqual([...tokenizer.encode(text).data()], [...tokenizer.encode(wellFormed).data()])
    }
    assert.equal(tokenizer.decode(tokenizer.encode('a\ud800b')), 'a\ufffdb')
    assert.equal(tokenizer.decode(tokenizer.encode('\ufeffBOM')), '\ufeffBOM')
    assert.deepEqual(tokenizer.encode('').shape, [0])
    assert.equal(tokenizer.decode([]), '')
  })

  it('shows its tokens', () => {
    const tokenizer = BytePairTokenizer.train('über über', 260)
    assert.deepEqual(tokenizer.vocabulary.slice(256), ['be', '<BC 62 65>', 'übe', 'über'])
    assert.equal(tokenizer.vocabulary[195], '<C3>')
    assert.equal(tokenizer.vocabulary[65], 'A')
    assert.deepEqual(tokenizer.pieces('Ü'), ['<C3>', '<9C>'])
    assert.equal(inspect(tokenizer), 'BytePairTokenizer(260 tokens, 4 merges)')
  })

  it('says which number is no token', () => {
    const tokenizer = new BytePairTokenizer([])
    raises(() => tokenizer.decode([3, 256]), 'DATA_FORMAT', '256 stands for no token; there are 256')
    raises(() => tokenizer.decode([-1]), 'DATA_FORMAT', '-1')
  })

  it('reads a run without an end in a moment', () => {
    const tokenizer = new BytePairTokenizer(golden.cases[1]?.merges ?? [])
    const long = 'a'.repeat(200_000)
    assert.equal(tokenizer.decode(tokenizer.encode(long)), long)
  }).timeout(5_000)

  it('refuses sizes that cannot be', () => {
    raises(
      () => BytePairTokenizer.train('a', 255),
      'DATA_OPTION',
      'vocabSize must be a whole number from 256; it is 255',
    )
    raises(() => BytePairTokenizer.train('a', 300.5), 'DATA_OPTION', 'vocabSize')
    raises(() => BytePairTokenizer.train('a', 300, { minFrequency: 0 }), 'DATA_OPTION', 'minFrequency')
    raises(() => BytePairTokenizer.train('a', 300, { minFreq: 2 } as never), 'BAD_OPTION', 'minFrequency')
  })
})

describe('a tokenizer in a file', () => {
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-bpe-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('is the same when it is read again', () => {
    const tokenizer = new BytePairTokenizer(golden.cases[1]?.merges ?? [])
    const file = join(folder, 'tokens.json')
    tokenizer.save(file)
    const again = BytePairTokenizer.load(file)
    assert.deepEqual(again.vocabulary, tokenizer.vocabulary)
    assert.deepEqual(again.encode(golden.mixed).toArray(), golden.cases[1]?.mixed)
    assert.deepEqual(BytePairTokenizer.fromJSON(JSON.parse(JSON.stringify(tokenizer))).merges, tokenizer.merges)
  })

  it('is refused where it is none', () => {
    const file = join(folder, 'broken.json')
    writeFileSync(file, '{')
    raises(() => BytePairTokenizer.load(file), 'DATA_FORMAT', 'broken.json is no JSON')
    raises(() => BytePairTokenizer.load(join(folder, 'none.json')), 'DATA_MISSING', 'none.json')
    const head = { format: 'gradlab-byte-pair', version: 1 }
    for (const json of [null, 3, [], {}, { ...head, version: 2, merges: [] }, head]) {
      raises(() => BytePairTokenizer.fromJSON(json), 'DATA_FORMAT', 'no tokenizer')
    }
    for (const pair of [[97, 256], [97], [97, 98, 99], ['97', 98], [-1, 3], [1.5, 3], null, 'ab']) {
      raises(
        () => BytePairTokenizer.fromJSON({ ...head, merges: [pair] }),
        'DATA_FORMAT',
        'merge 0 must be two tokens from 0 to 255',
      )
    }
  })

  it('is refused where tokens double without an end', () => {
    const merges = Array.from({ length: 40 }, (_, i) => (i === 0 ? [97, 97] : [255 + i, 255 + i]))
    const json = { format: 'gradlab-byte-pair', version: 1, merges }
    raises(() => BytePairTokenizer.fromJSON(json), 'DATA_FORMAT', 'merge 16 makes a token of 131072 bytes')
  })
})
