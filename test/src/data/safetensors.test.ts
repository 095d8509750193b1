// safetensors: files of the format's own library are read, ours are theirs byte for byte, and hostile ones are refused.
import assert from 'node:assert/strict'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { allclose, arange, data, device, equal, nn, ones, setBackend, type Tensor, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

const { openSafetensors, readSafetensors, safetensorsBytes, writeSafetensors } = data
const GOLDEN = new URL('../../../../test/golden/safetensors/', import.meta.url)
const golden = (name: string): URL => new URL(name, GOLDEN)
const text = new TextEncoder()

/** A file with this header, as text or as what JSON makes of it, and so many bytes behind it. */
function file(header: unknown, bytes = 0, length?: number): Uint8Array {
  const json =
    typeof header === 'string'
      ? text.encode(header)
      : header instanceof Uint8Array
        ? header
        : text.encode(JSON.stringify(header))
  const out = new Uint8Array(8 + json.length + bytes)
  new DataView(out.buffer).setBigUint64(0, BigInt(length ?? json.length), true)
  out.set(json, 8)
  return out
}

const entry = (start: number, end: number, shape: unknown = [(end - start) / 4], dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: [start, end],
})

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const FLOATS = [0, -0, 1, -2.5, 0.333251953125, 2 ** -14, 2 ** -24, 65504, inf, -inf, nan]
/** bfloat16 keeps 8 bits of each. */
const BRAIN = [0, -0, 1, -2.5, 0.333984375, 2 ** -14, 2 ** -24, 65536, inf, -inf, nan]

describe('readSafetensors', () => {
  const chosen = device()
  afterEach(() => setBackend(chosen))

  for (const backend of ['wasm', 'reference']) {
    it(`reads every kind that the real library writes, on ${backend}`, () => {
      setBackend(backend)
      const tensors = readSafetensors(golden('kinds.safetensors'))
      const expected: Record<string, [string, number[], number[]]> = {
        float64: ['float64', [5], [0.1, -1e300, 5e-324, inf, nan]],
        float32: ['float32', [2, 2], [0.1, -3e38, 1e-45, inf].map(Math.fround)],
        float16: ['float16', [11], FLOATS],
        bfloat16: ['bfloat16', [12], [...BRAIN, 3.3895313892515355e38]],
        int64: ['int32', [3], [0, -2147483648, 2147483647]],
        int32: ['int32', [1, 2], [-2147483648, 2147483647]],
        int16: ['int32', [2], [-32768, 32767]],
        int8: ['int32', [2], [-128, 127]],
        uint8: ['int32', [2], [0, 255]],
        uint16: ['int32', [2], [0, 65535]],
        uint32: ['int32', [2], [0, 2147483647]],
        uint64: ['int32', [2], [0, 2147483647]],
        bool: ['bool', [3], [1, 0, 1]],
        number: ['float32', [], [2.5]],
        empty: ['float32', [2, 0, 3], []],
        'ünï "код" \\ \n 漢字 🙂': ['float32', [1], [7]],
      }
      assert.deepEqual(Object.keys(tensors).sort(), Object.keys(expected).sort())
      for (const [name, [dtype, shape, numbers]] of Object.entries(expected)) {
        const got = tensors[name] as Tensor
        assert.equal(got.dtype, dtype, name)
        assert.equal(got.device, backend)
        assert.deepEqual([...got.shape], shape, name)
        assert.deepEqual(Array.from(got.data()), numbers, name)
      }
    })
  }

  it('loads weights of PyTorch by its names into our modules, which then compute what it computed', () => {
    const model = new nn.Sequential(
      new nn.Linear(3, 8),
      new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16, batchFirst: true }),
      new nn.Linear(8, 2),
    ).eval()
    const report = model.loadStateDict(readSafetensors(golden('model.safetensors')))
    assert.deepEqual(report, { missingKeys: [], unexpectedKeys: [] })
    const { x, y } = JSON.parse(readFileSync(golden('model.json'), 'utf8'))
    // float32 through 3 layers, sums of up to 16 terms: 1e-6 is 8 ulp of numbers near 1.
    assert.ok(allclose(model.forward(tensor(x)), tensor(y), { rtol: 1e-5, atol: 1e-6 }))
  })

  it('takes a path, a file: URL or bytes', () => {
    const url = golden('ours.safetensors')
    const bytes = readFileSync(url)
    for (const source of [url, url.pathname, bytes]) {
      assert.deepEqual(readSafetensors(source).whole?.toArray(), [[-1, 2, 3]])
    }
  })

  it('reads bytes that begin anywhere in their memory', () => {
    const bytes = readFileSync(golden('ours.safetensors'))
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    // The slice of a Buffer is no copy, and this one does not lie where floats may.
    assert.deepEqual(readSafetensors(Buffer.from(shifted.buffer).subarray(3))['a.bias']?.toArray(), [0.5])
    assert.deepEqual(readSafetensors(shifted.subarray(3))['b.weight']?.toArray(), [
      [1, 2],
      [3, 4],
    ])
  })

  it('reads only the tensors that are named', () => {
    const source = golden('ours.safetensors')
    assert.deepEqual(Object.keys(readSafetensors(source, { names: ['a.bias', 'truth'] })), ['a.bias', 'truth'])
    raises(() => readSafetensors(source, { names: ['bias'] }), 'DATA_MISSING', "'bias'", 'a.bias')
  })

  it('makes float64 of whole numbers beyond int32 where it is asked to, and refuses what is not exact', () => {
    const source = golden('beyond.safetensors')
    const wide = { wideIntegers: 'float64' } as const
    raises(
      () => readSafetensors(source, { names: ['large'] }),
      'DATA_FORMAT',
      '9007199254740991',
      "wideIntegers: 'float64'",
    )
    raises(() => readSafetensors(source, { names: ['unsigned'] }), 'DATA_FORMAT', '4294967295')
    const got = readSafetensors(source, { names: ['large', 'unsigned'], ...wide })
    assert.equal(got.large?.dtype, 'float64')
    assert.deepEqual(got.large?.toArray(), [2 ** 53 - 1, -(2 ** 53 - 1)])
    assert.deepEqual(got.unsigned?.toArray(), [2 ** 32 - 1])
    raises(() => readSafetensors(source, { names: ['larger'], ...wide }), 'DATA_FORMAT', '9007199254740993')
    raises(() => readSafetensors(source, { wideIntegers: 'int64' as 'int32' }), 'DATA_OPTION', "'int64'")
  })

  it('lists kinds that no dtype holds, and refuses to read them', () => {
    const beyond = openSafetensors(golden('beyond.safetensors'))
    assert.equal(beyond.entry('float8').kind, 'F8_E4M3')
    assert.deepEqual(beyond.entry('complex').shape, [1])
    raises(() => beyond.get('float8'), 'DATA_FORMAT', 'F8_E4M3')
    raises(() => beyond.get('complex'), 'DATA_FORMAT', 'C64')
    raises(() => openSafetensors(file({ x: entry(0, 2, [2, 2], 'F4') }, 2)).rows('x', 0, 1), 'DATA_FORMAT', 'F4')
  })

  it('says that a file is missing or none', () => {
    raises(() => readSafetensors('/nowhere/model.safetensors'), 'DATA_MISSING', '/nowhere/model.safetensors')
    raises(() => readSafetensors(tmpdir()), 'DATA_FORMAT', tmpdir())
  })
})

describe('openSafetensors', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-safetensors-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('knows names, kinds, shapes, places and metadata from the header alone', () => {
    const { length } = readFileSync(golden('kinds.safetensors'))
    const path = join(folder, 'header.safetensors')
    const header = readFileSync(golden('kinds.safetensors'))
    // Behind the header stand zeros: nobody looks.
    const end = 8 + Number(header.readBigUInt64LE(0))
    writeFileSync(path, header.subarray(0, end))
    truncateSync(path, length)
    const opened = openSafetensors(path)
    assert.deepEqual(opened.metadata, { 'made by': 'safetensors ✓' })
    assert.equal(opened.keys().length, 16)
    assert.ok(opened.has('empty') && !opened.has('full'))
    const { name, kind, shape, start, end: stop } = opened.entry('float32')
    assert.deepEqual([name, kind, shape, stop - start], ['float32', 'F32', [2, 2], 16])
  })

  it('reads one tensor, or some of its rows, of a file of 4 GB without reading the rest', () => {
    const rows = 2 ** 20
    const path = join(folder, 'large.safetensors')
    const last = 4 * 1024 * rows
    writeFileSync(path, file({ table: entry(0, last, [rows, 1024]), end: entry(last, last + 4) }))
    const first = readFileSync(path).length
    truncateSync(path, first + last + 4)
    const before = process.memoryUsage().rss
    const opened = openSafetensors(path)
    assert.deepEqual(opened.get('end').toArray(), [0])
    assert.deepEqual([...opened.rows('table', rows - 2, rows).shape], [2, 1024])
    assert.ok(process.memoryUsage().rss - before < 2e8)
  })

  it('reads rows', () => {
    const opened = openSafetensors(safetensorsBytes({ x: arange(12).reshape([4, 3]), n: tensor(1), e: zeros([0, 3]) }))
    assert.deepEqual(opened.rows('x', 1, 3).toArray(), [
      [3, 4, 5],
      [6, 7, 8],
    ])
    assert.deepEqual([...opened.rows('x', 2, 2).shape], [0, 3])
    assert.deepEqual([...opened.rows('e', 0, 0).shape], [0, 3])
    for (const [start, stop] of [
      [-1, 2],
      [2, 1],
      [0, 5],
      [0.5, 2],
    ] as const) {
      raises(() => opened.rows('x', start, stop), 'DATA_INDEX', '[4, 3]')
    }
    raises(() => opened.rows('n', 0, 1), 'DATA_INDEX')
  })

  it('fails where the file has changed since it was opened', () => {
    const path = join(folder, 'changing.safetensors')
    writeSafetensors(path, { x: ones([2]) })
    const opened = openSafetensors(path)
    utimesSync(path, 1, 1)
    raises(() => opened.get('x'), 'DATA_FORMAT', 'has changed')
  })
})

describe('a hostile safetensors file is refused:', () => {
  const good = { a: entry(0, 8), b: entry(8, 12) }
  const refuses = (what: string, bytes: Uint8Array, ...words: string[]): void => {
    it(what, () => raises(() => openSafetensors(bytes), 'DATA_FORMAT', ...words))
  }

  it('(the one that the others are made from is read)', () => {
    assert.deepEqual(openSafetensors(file(good, 12)).keys(), ['a', 'b'])
    assert.deepEqual(openSafetensors(file('{}')).keys(), [])
    assert.deepEqual(openSafetensors(file(' {}'.trim().padEnd(8))).keys(), [])
  })

  refuses('empty', new Uint8Array(), '0 bytes')
  refuses('shorter than the length of its header', new Uint8Array(7), '7 bytes')
  refuses('a header beyond its end', file('{}', 0, 3), 'a header of 3 bytes')
  refuses('a header of more than 100 MB', file('{}', 0, 100_000_001), '100000001')
  refuses('a header of 2^63 bytes', file('{}', 0, 2 ** 63), '9223372036854775808')
  refuses('no header', file(''), "begin with '{'")
  refuses('spaces before the header', file(' {}'), "begin with '{'")
  refuses('a list in place of an object', file('[]'), "begin with '{'")
  refuses('no UTF-8', file(Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x7d])), 'UTF-8')
  refuses('a mark of byte order', file('\ufeff{}'), "begin with '{'")
  refuses('no JSON', file('{"a"}'), "':'")
  refuses('JSON without an end', file('{"a":{"dtype":"F32"'), "'}'")
  refuses('text without an end', file('{"a'), 'broken text')
  refuses('a broken escape', file('{"\\x":1}'), 'broken text')
  refuses('a line break within a text', file('{"a\nb":1}'), 'broken text')
  refuses('a comma too many', file('{"a":{"shape":[1,]}}'), 'no value')
  refuses('words of JavaScript', file('{"a":NaN}'), 'no value')
  refuses('something behind its end', file('{}x'), 'goes on')
  refuses('deep nesting', file(`{"a":${'['.repeat(1e6)}`), 'deeper than 3')
  refuses(
    'a name twice',
    file('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'),
    "'a' twice",
  )
  refuses(
    'a field twice',
    file('{"a":{"dtype":"F32","dtype":"F64","shape":[0],"data_offsets":[0,0]}}'),
    "'dtype' twice",
  )
  refuses('a tensor that is no object', file({ a: [1] }), "'a' must have")
  refuses('a tensor without a shape', file({ a: { dtype: 'F32', data_offsets: [0, 0] } }), "'a' must have")
  refuses('a field more', file({ a: { ...entry(0, 0), more: 1 } }), 'nothing else')
  refuses('an unknown kind', file({ a: entry(0, 4, [1], 'F33') }, 4), '"F33"')
  refuses('the kind constructor', file({ a: entry(0, 4, [1], 'constructor') }, 4), '"constructor"')
  refuses('a kind that is a number', file({ a: entry(0, 4, [1], 4) }, 4), 'dtype 4')
  refuses('a negative size', file({ a: entry(0, 4, [-1]) }, 4), 'shape')
  refuses('a fraction as size', file({ a: entry(0, 4, [0.5]) }, 4), 'shape')
  refuses(
    'a size beyond 2^53',
    file('{"a":{"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,4]}}', 4),
    'shape',
  )
  refuses('a shape that is no list', file({ a: entry(0, 4, '1') }, 4), 'shape')
  refuses('sizes whose product wraps around', file({ a: entry(0, 0, [2 ** 32, 2 ** 32, 0]) }), 'beyond all memory')
  refuses('three offsets', file({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4, 4] } }, 4), 'no range')
  refuses('an end before the start', file({ a: entry(4, 0, [1]) }, 4), 'no range')
  refuses('an offset that is no number', file({ a: { ...entry(0, 4), data_offsets: [null, 4] } }, 4), 'data_offsets')
  refuses('fewer bytes than the shape needs', file({ a: entry(0, 4, [2]) }, 4), 'needs 8 bytes and has 4')
  refuses('half a byte', file({ a: entry(0, 1, [1], 'F4') }, 1), 'within a byte')
  refuses('tensors that overlap', file({ a: entry(0, 8), b: entry(4, 12) }, 12), 'overlaps')
  refuses('the same bytes twice', file({ a: entry(0, 8), b: entry(0, 8) }, 8), 'overlaps')
  refuses('a gap between tensors', file({ a: entry(0, 4), b: entry(8, 12) }, 12), "4 byte(s) before 'b'")
  refuses('a gap before the first', file({ a: entry(4, 8) }, 8), "4 byte(s) before 'a'")
  refuses('bytes behind the last', file(good, 13), '1 byte(s) at its end')
  refuses('a file that was cut off', file(good, 11), 'cut off')
  refuses('metadata that is no text', file({ __metadata__: { epoch: 3 } }), '__metadata__')
  refuses('metadata that is a list', file({ __metadata__: ['a'] }), '__metadata__')

  it('a bool that is neither true nor false', () => {
    const bytes = file({ a: entry(0, 1, [1], 'BOOL') }, 1)
    bytes[bytes.length - 1] = 2
    raises(() => readSafetensors(bytes), 'DATA_FORMAT', 'the byte 2')
  })

  it('a text of 20 MB without an end, at once and without running out of stack', () => {
    raises(() => openSafetensors(file(`{"${'\\'.repeat(2e7)}`)), 'DATA_FORMAT', 'broken text')
  })

  it('names that are special in JavaScript are names like others', () => {
    const tensors = readSafetensors(
      file('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{"__proto__":"x"}}', 4),
    )
    assert.deepEqual(Object.keys(tensors), ['__proto__'])
    assert.equal(Object.getPrototypeOf(tensors), Object.prototype)
  })
})

describe('writeSafetensors', () => {
  let folder = ''
  let path = ''
  const chosen = device()
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-safetensors-'))
    path = join(folder, 'x.safetensors')
  })
  afterEach(() => {
    setBackend(chosen)
    rmSync(folder, { recursive: true, force: true })
  })

  for (const backend of ['wasm', 'reference']) {
    it(`writes the very bytes of the real library, on ${backend}`, () => {
      setBackend(backend)
      const tensors = {
        'b.weight': tensor([
          [1, 2],
          [3, 4],
        ]),
        'a.bias': tensor([0.5]),
        10: tensor([1], { dtype: 'float64' }),
        9: tensor([2], { dtype: 'float64' }),
        half: tensor(FLOATS, { dtype: 'float16' }),
        brain: tensor(FLOATS, { dtype: 'bfloat16' }),
        whole: tensor([[-1, 2, 3]], { dtype: 'int32' }),
        truth: tensor([true, false]),
        number: tensor(3),
        none: zeros([0]),
      }
      const expected = readFileSync(golden('ours.safetensors'))
      const metadata = { format: 'pt' }
      assert.deepEqual(Buffer.from(safetensorsBytes(tensors, { metadata })), expected)
      writeSafetensors(path, tensors, { metadata })
      assert.deepEqual(readFileSync(path), expected)
    })
  }

  it('keeps every bit pattern of both 16-bit floats, but for what NaNs carry', () => {
    for (const kind of ['F16', 'BF16']) {
      const bytes = file({ x: entry(0, 2 ** 17, [2 ** 16], kind) }, 2 ** 17)
      const bits = new DataView(bytes.buffer, bytes.length - 2 ** 17)
      for (let i = 0; i < 2 ** 16; i++) bits.setUint16(2 * i, i, true)
      const again = safetensorsBytes(readSafetensors(bytes))
      const got = new DataView(again.buffer, again.length - 2 ** 17)
      const [exponent, fraction] = kind === 'F16' ? [0x7c00, 0x3ff] : [0x7f80, 0x7f]
      for (let i = 0; i < 2 ** 16; i++) {
        const word = got.getUint16(2 * i, true)
        const noNumber = (bits: number): boolean => (bits & exponent) === exponent && (bits & fraction) !== 0
        if (noNumber(i)) assert.ok(noNumber(word), `${kind} ${i}`)
        else assert.equal(word, i, kind)
      }
    }
  })

  it('writes views, transposed tensors and tensors that share memory as the numbers that they show', () => {
    const x = arange(6).reshape([2, 3])
    writeSafetensors(path, { turned: x.t(), part: x.at(null, 1), same: x, twice: x })
    const got = readSafetensors(path)
    assert.deepEqual(got.turned?.toArray(), [
      [0, 3],
      [1, 4],
      [2, 5],
    ])
    assert.deepEqual(got.part?.toArray(), [1, 4])
    assert.ok(equal(got.same as Tensor, got.twice as Tensor))
  })

  it("saves a model that comes back, and has PyTorch's names where it is asked to", () => {
    const model = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 8 })
    const copy = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 8 })
    writeSafetensors(pathToFileURL(path), nn.toTorchNames(model.stateDict()))
    const opened = openSafetensors(path)
    assert.ok(opened.has('self_attn.in_proj_weight'), opened.keys().join())
    copy.loadStateDict(readSafetensors(path))
    for (const [name, value] of Object.entries(model.stateDict())) {
      assert.ok(equal(copy.stateDict()[name] as Tensor, value), name)
    }
  })

  it('replaces a file as a whole, and leaves the old one and no other where it fails', () => {
    writeSafetensors(path, { x: ones([2]) })
    writeSafetensors(path, { x: ones([3]) })
    assert.deepEqual(readdirSync(folder), ['x.safetensors'])
    const bad = join(folder, 'folder')
    mkdirSync(join(bad, 'full'), { recursive: true })
    assert.throws(() => writeSafetensors(bad, { x: ones([2]) }))
    assert.deepEqual(readdirSync(folder).sort(), ['folder', 'x.safetensors'])
  })

  it('refuses what is no tensor, texts that are none, and the name of the metadata', () => {
    raises(() => writeSafetensors(path, { x: 3 as unknown as Tensor }), 'DATA_OPTION', 'x is no tensor but number')
    raises(() => safetensorsBytes({ x: null as unknown as Tensor }), 'DATA_OPTION', 'null')
    raises(() => safetensorsBytes({ __metadata__: ones([1]) }), 'DATA_OPTION', '__metadata__')
    raises(
      () => safetensorsBytes({}, { metadata: { epoch: 3 as unknown as string } }),
      'DATA_OPTION',
      "'epoch'",
      'number',
    )
    assert.deepEqual(readdirSync(folder), [])
  })

  it('writes a file without tensors', () => {
    assert.deepEqual(readSafetensors(safetensorsBytes({})), {})
    assert.deepEqual(openSafetensors(safetensorsBytes({}, { metadata: { a: 'b' } })).metadata, { a: 'b' })
  })
})
