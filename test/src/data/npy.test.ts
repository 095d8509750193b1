// NumPy's files: read as NumPy wrote them, written byte for byte as it does, and hostile ones refused.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { data, device, ones, setBackend, type Tensor, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

const { npyBytes, readNpy, readNpz, writeNpy } = data
const GOLDEN = new URL('../../../../test/golden/files/', import.meta.url)
const golden = (name: string): string => fileURLToPath(new URL(name, GOLDEN))
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

interface Golden {
  cases: { name: string; bytes: string; shape: number[]; values: (number | string)[] }[]
  beyond: Record<string, string>
  refused: Record<string, string>
  ours: Record<string, string>
}
const { cases, beyond, refused, ours } = JSON.parse(readFileSync(golden('npy.json'), 'utf8')) as Golden

/** A file with this header, and so many bytes behind it. */
function file(header: string, bytes = 0, { version = [1, 0], length = header.length } = {}): Uint8Array {
  const wide = version[0] !== 1
  const out = new Uint8Array((wide ? 12 : 10) + header.length + bytes)
  out.set([0x93, ...Buffer.from('NUMPY'), ...version])
  new DataView(out.buffer)[wide ? 'setUint32' : 'setUint16'](8, length, true)
  out.set(Buffer.from(header), wide ? 12 : 10)
  return out
}

const dictionary = (shape: string, descr = "'<f4'", order = 'False'): string =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`

const DTYPES: Record<string, string> = { f2: 'float16', f4: 'float32', f8: 'float64', bool: 'bool' }
const dtypeOf = (name: string): string => {
  if (/^(number|version)/.test(name)) return 'float64'
  if (/^(empty|Fortran$)/.test(name)) return 'float32'
  return DTYPES[name.replace(/^[<>]/, '')] ?? 'int32'
}

describe('readNpy', () => {
  const chosen = device()
  afterEach(() => setBackend(chosen))

  for (const backend of ['wasm', 'reference']) {
    for (const { name, bytes, shape, values } of cases) {
      it(`reads ${name} on ${backend}`, () => {
        setBackend(backend)
        const x = readNpy(bytesOf(bytes))
        assert.deepEqual([x.device, x.dtype, [...x.shape]], [backend, dtypeOf(name), shape])
        const numbers = values.map(Number)
        assert.deepEqual(Array.from(x.data()), x.dtype === 'float32' ? numbers.map(Math.fround) : numbers)
        assert.ok(x.isContiguous())
      })
    }
  }

  it('takes a path, a file: URL, or bytes that begin anywhere in their memory', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-npy-'))
    const path = join(folder, 'x.npy')
    const bytes = npyBytes(tensor([1, 2]))
    writeFileSync(path, bytes)
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    for (const source of [path, pathToFileURL(path), shifted.subarray(3), Buffer.from(shifted.buffer).subarray(3)]) {
      assert.deepEqual(readNpy(source).toArray(), [1, 2])
    }
    const big = Buffer.from(cases.find(({ name }) => name === '>f4')?.bytes as string, 'base64')
    assert.deepEqual(readNpy(big).data(), readNpy(big).data())
    raises(() => readNpy(join(folder, 'y.npy')), 'DATA_MISSING', 'y.npy', 'no such file')
    rmSync(folder, { recursive: true })
  })

  it('makes float64 of whole numbers beyond int32 where it is asked to, and refuses what is not exact', () => {
    const wide = { wideIntegers: 'float64' } as const
    raises(() => readNpy(bytesOf(beyond.large as string)), 'DATA_FORMAT', '9007199254740991', "wideIntegers: 'float64'")
    raises(() => readNpy(bytesOf(beyond.unsigned as string)), 'DATA_FORMAT', '4294967295')
    raises(() => readNpy(bytesOf(beyond.larger as string), wide), 'DATA_FORMAT', '9007199254740993')
    assert.deepEqual(readNpy(bytesOf(beyond.large as string), wide).toArray(), [2 ** 53 - 1, -(2 ** 53 - 1)])
    assert.deepEqual(readNpy(bytesOf(beyond.unsigned as string), wide).toArray(), [2 ** 32 - 1])
    raises(
      () => readNpy(bytesOf(beyond.large as string), { wideIntegers: 'int64' as 'int32' }),
      'DATA_OPTION',
      "'int64'",
    )
    raises(() => readNpy(bytesOf(beyond.large as string), { dtype: 'int32' } as object), 'BAD_OPTION', "'dtype'")
  })

  const WORDS: Record<string, string> = {
    complex: 'complex numbers',
    text: 'text',
    bytes: 'text',
    dates: 'dates',
    objects: 'could run programs',
    structures: 'structures',
    long: '64 bits',
  }
  for (const [name, bytes] of Object.entries(refused)) {
    it(`refuses ${name}, and says why`, () => {
      raises(() => readNpy(bytesOf(bytes)), 'DATA_FORMAT', 'expected numbers', WORDS[name] as string)
    })
  }

  it('refuses a file that was cut off, at whatever byte', () => {
    const bytes = npyBytes(tensor([[1, 2, 3]]))
    for (let length = 0; length < bytes.length; length++) {
      raises(() => readNpy(bytes.subarray(0, length)), 'DATA_FORMAT', 'readNpy')
    }
    const longer = new Uint8Array(bytes.length + 1)
    longer.set(bytes)
    raises(() => readNpy(longer), 'DATA_FORMAT', 'something follows')
  })

  it('refuses other files, other versions, and sizes beyond all memory', () => {
    raises(() => readNpy(Buffer.from('PK\x03\x04 an archive')), 'DATA_FORMAT', 'does not begin')
    raises(() => readNpy(file(dictionary('(1,)'), 4, { version: [4, 0] })), 'DATA_FORMAT', '4.0')
    raises(() => readNpy(file(dictionary('(1,)'), 4, { version: [1, 1] })), 'DATA_FORMAT', '1.1')
    raises(() => readNpy(file(dictionary('(1,)'), 4, { version: [2, 0], length: 2 ** 31 })), 'DATA_FORMAT', '65535')
    raises(() => readNpy(file(dictionary('(4294967296, 4294967296)'), 4)), 'DATA_FORMAT', 'beyond all memory')
    raises(() => readNpy(file(dictionary('(1000000000,)'), 4)), 'DATA_FORMAT', 'expected 4000000000 bytes', 'cut off')
  })

  it('reads headers as Python writes them, and no others', () => {
    for (const header of [
      '{"shape":(1,),"descr":"<f4","fortran_order":False}',
      dictionary('(1L,)'),
      dictionary('( 1 , )'),
      dictionary('(1, 1)'),
    ]) {
      assert.equal(readNpy(file(header, 4)).item(), 0, header)
    }
    for (const header of [
      '',
      '{}',
      '(1,)',
      dictionary('(1)'),
      dictionary('(-1,)'),
      dictionary('(1.5,)'),
      dictionary('(,)'),
      dictionary('(99999999999999999999,)'),
      dictionary('(1,)', "'<f4'", 'None'),
      dictionary('(1,)', '__import__("os")'),
      dictionary('(1,)').replace('}', "'shape': (1,)}"),
      dictionary('(1,)').replace('}', "'more': 1}"),
      `${dictionary('(1,)').trim()} more`,
    ]) {
      raises(() => readNpy(file(header, 4)), 'DATA_FORMAT', 'header')
    }
    for (const descr of ["'<f3'", "'f4'", "'<q4'", "'<b1x'"]) {
      raises(() => readNpy(file(dictionary('(1,)', descr), 4)), 'DATA_FORMAT', 'expected numbers')
    }
    raises(() => readNpy(file(dictionary('(1,)', "'|b1'"), 0).slice(0)), 'DATA_FORMAT', 'cut off')
    const bytes = file(dictionary('(1,)', "'|b1'"), 1)
    bytes[bytes.length - 1] = 2
    raises(() => readNpy(bytes), 'DATA_FORMAT', 'byte 2')
  })
})

describe('writeNpy', () => {
  const special = [0, -0, 1, -2.5, 0.333251953125, 2 ** -14, 2 ** -24, 65504, Infinity, -Infinity, Number.NaN]
  const made: Record<string, () => Tensor> = {
    float64: () => tensor([[0.1, -1e300, 5e-324]], { dtype: 'float64' }),
    float32: () => tensor([0, 3, 1, 4, 2, 5]).reshape([3, 2]).t(),
    float16: () => tensor(special, { dtype: 'float16' }),
    int32: () => tensor([-1, 2], { dtype: 'int32' }),
    bool: () => tensor([true, false]),
    number: () => tensor(3),
    empty: () => zeros([0, 2]),
  }
  for (const [name, make] of Object.entries(made)) {
    it(`writes ${name} as NumPy does`, () => {
      assert.deepEqual(npyBytes(make()), bytesOf(ours[name] as string))
    })
  }

  it('puts a file in its place whole, and leaves no other', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-npy-'))
    const path = join(folder, 'x.npy')
    writeNpy(path, tensor([1, 2], { requiresGrad: true }))
    writeNpy(pathToFileURL(path), tensor([3]))
    assert.deepEqual(readNpy(path).toArray(), [3])
    mkdirSync(join(folder, 'taken.npy'))
    assert.throws(() => writeNpy(join(folder, 'taken.npy'), tensor([1])), { code: /EISDIR|EPERM|EEXIST|ENOTEMPTY/ })
    assert.deepEqual(readdirSync(folder).sort(), ['taken.npy', 'x.npy'])
    rmSync(folder, { recursive: true })
  })

  it('refuses what NumPy has not', () => {
    raises(() => npyBytes(ones([2], { dtype: 'bfloat16' })), 'DATA_OPTION', 'bfloat16', 'float32')
    raises(() => npyBytes([1, 2] as unknown as Tensor), 'DATA_OPTION', 'object')
    raises(() => writeNpy('', tensor(1)), 'DATA_OPTION', 'path')
  })
})

describe('readNpz', () => {
  for (const name of ['stored.npz', 'deflated.npz']) {
    it(`reads the arrays of ${name}`, () => {
      const { x, y } = readNpz(golden(name))
      assert.deepEqual([x?.dtype, x?.shape, y?.dtype, y?.shape], ['float32', [100, 3], 'int32', [100]])
      assert.deepEqual(x?.at(99).toArray(), [297 / 299, 298 / 299, 1].map(Math.fround))
      assert.deepEqual(y?.narrow(0, 0, 4).toArray(), [0, 1, 2, 0])
      assert.deepEqual(Object.keys(readNpz(golden(name), { names: ['y'] })), ['y'])
    })
  }

  it('reads an archive with a comment', () => {
    assert.equal(readNpz(golden('comment.npz')).a?.shape[0], 11)
  })

  it('names the arrays that there are where one is missing', () => {
    raises(() => readNpz(golden('stored.npz'), { names: ['z'] }), 'DATA_MISSING', "'z'", 'x, y')
  })

  it('refuses a changed byte, wherever it changes a number, and an archive that was cut off', () => {
    for (const name of ['stored.npz', 'deflated.npz']) {
      const bytes = new Uint8Array(readFileSync(golden(name)))
      const reference = readNpz(bytes)
      for (let at = 0; at < bytes.length; at += 7) {
        const changed = bytes.slice()
        changed[at] = (changed[at] as number) ^ 0x15
        try {
          const got = readNpz(changed)
          // Names, dates and flags of the archive may change unseen; numbers may not.
          for (const [key, x] of Object.entries(got)) {
            if (reference[key]) assert.deepEqual(x.data(), reference[key].data(), `byte ${at} of ${name}`)
          }
        } catch (error) {
          assert.ok(error instanceof data.DataError, `byte ${at} of ${name}: ${String(error)}`)
        }
      }
      for (let length = 0; length < bytes.length; length += 13) {
        raises(() => readNpz(bytes.subarray(0, length)), 'DATA_FORMAT', 'readNpz')
      }
    }
  })

  it('gives no memory to a claim beyond what deflate can make', () => {
    const bytes = new Uint8Array(readFileSync(golden('deflated.npz')))
    const listed = Buffer.from(bytes.buffer).indexOf(Buffer.from('PK\x01\x02', 'latin1'))
    new DataView(bytes.buffer).setUint32(listed + 24, 0xfffffff0, true)
    raises(() => readNpz(bytes), 'DATA_FORMAT', "'x.npy'")
    raises(() => readNpz(Buffer.from('no archive at all, but long enough')), 'DATA_FORMAT', 'ZIP')
  })

  it('refuses what is encrypted, and options that it does not have', () => {
    const bytes = new Uint8Array(readFileSync(golden('stored.npz')))
    const listed = Buffer.from(bytes.buffer).indexOf(Buffer.from('PK\x01\x02', 'latin1'))
    bytes[listed + 8] = 1
    raises(() => readNpz(bytes), 'DATA_FORMAT', 'encrypted')
    raises(() => readNpz(bytes, { keys: ['x'] } as object), 'BAD_OPTION', "'keys'", 'names')
  })
})
