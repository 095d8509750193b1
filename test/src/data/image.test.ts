// Pictures: every kind of PNG to the last bit, JPEG as near to libjpeg as its rounding lets it, and hostile files refused.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { zlibSync } from 'fflate'
import { crc32 } from '#src/data/crc32.js'
import { arange, data, device, ones, rand, setBackend, type Tensor, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

const { image, pngBytes, writeImage } = data
const GOLDEN = new URL('../../../../test/golden/files/images.json', import.meta.url)

interface Golden {
  png: { name: string; bytes: string; shape: number[]; most: number; pixels: string }[]
  jpeg: { name: string; bytes: string; shape: number[]; pixels: string }[]
  cmyk: string
  modes: { bytes: string; rgba: string; grey: string; turned: string }
}
const { png, jpeg, cmyk, modes } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Golden
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))
const named = (list: readonly { name: string; bytes: string }[], name: string): Uint8Array =>
  bytesOf(list.find(one => one.name === name)?.bytes as string)

function chunk(type: string, content: Uint8Array): number[] {
  const inner = [...Buffer.from(type, 'latin1'), ...content]
  const number = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]
  return [...number(content.length), ...inner, ...number(crc32(Uint8Array.from(inner)))]
}

/** A PNG of these parts; by default 2 x 2, 8 bits, grey. */
function file({
  header = [0, 0, 0, 2, 0, 0, 0, 2, 8, 0, 0, 0, 0],
  rows = [0, 1, 2, 0, 3, 4],
  pixels = zlibSync(Uint8Array.from(rows)),
  before = [] as number[],
} = {}): Uint8Array {
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
  const parts = [chunk('IHDR', Uint8Array.from(header)), before, chunk('IDAT', pixels), chunk('IEND', new Uint8Array())]
  return Uint8Array.from([...signature, ...parts.flat()])
}

/** All ways in which a byte is changed or the end is missing must be refused, or give a picture of some kind. */
function survives(bytes: Uint8Array, step: number): void {
  for (let at = 0; at < bytes.length; at += step) {
    for (const change of [0x01, 0x80, 0xff]) {
      const changed = bytes.slice()
      changed[at] = (changed[at] as number) ^ change
      try {
        assert.equal(image(changed, { maxPixels: 1e5 }).shape.length, 3)
      } catch (error) {
        assert.ok(error instanceof data.DataError, `byte ${at}: ${String(error)}`)
        assert.equal(error.code, 'DATA_FORMAT')
      }
    }
  }
}

describe('image: PNG', () => {
  const chosen = device()
  afterEach(() => setBackend(chosen))

  for (const { name, bytes, shape, most, pixels } of png) {
    it(`reads to the last bit: ${name}`, () => {
      const x = image(bytesOf(bytes))
      const expected = new Uint16Array(bytesOf(pixels).buffer)
      assert.deepEqual([x.dtype, [...x.shape]], ['float32', shape])
      assert.deepEqual(
        x.data(),
        Float32Array.from(expected, sample => sample / most),
      )
    })
  }

  it('reads on each backend', () => {
    for (const backend of ['wasm', 'reference']) {
      setBackend(backend)
      const x = image(file())
      assert.deepEqual(
        [x.device, x.toArray()],
        [backend, [[[1, 2].map(n => Math.fround(n / 255)), [3, 4].map(n => Math.fround(n / 255))]]],
      )
    }
    assert.equal(image(file(), { device: 'wasm' }).device, 'wasm')
  })

  it('gives the channels that are asked for', () => {
    const bytes = bytesOf(modes.bytes)
    const scaled = (base64: string): Float32Array => Float32Array.from(bytesOf(base64), sample => sample / 255)
    const rgba = scaled(modes.rgba)
    const [rgb, alpha] = [rgba.slice(0, 3 * 33 * 45), rgba.slice(3 * 33 * 45)]
    assert.deepEqual(image(bytes, { mode: 'rgb' }).data(), rgb)
    assert.deepEqual(image(bytes, { mode: 'rgba' }).data(), rgba)
    assert.deepEqual(image(bytes, { mode: 'unchanged' }).data(), rgba)
    const grey = image(bytes, { mode: 'gray' })
    assert.deepEqual([...grey.shape], [1, 33, 45])
    // Pillow rounds to bytes: half a byte, and a hair for float32.
    scaled(modes.grey).forEach((level, i) => {
      assert.ok(Math.abs((grey.data()[i] as number) - level) <= 0.501 / 255, `pixel ${i}`)
    })
    const both = image(bytes, { mode: 'grayAlpha' })
    assert.deepEqual([both.at(0).data(), both.at(1).data()], [grey.at(0).data(), alpha])
    const plain = file()
    assert.deepEqual(image(plain, { mode: 'rgb' }).at(2).toArray(), image(plain).at(0).toArray())
    assert.deepEqual(image(plain, { mode: 'rgba' }).at(3).toArray(), [
      [1, 1],
      [1, 1],
    ])
    assert.deepEqual([...image(plain, { mode: 'grayAlpha' }).shape], [2, 2, 2])
  })

  it('is turned upright, unless one wants it as it is stored', () => {
    const bytes = bytesOf(modes.turned)
    assert.deepEqual([...image(bytes).shape], [3, 45, 33])
    const stored = image(bytes, { applyExifOrientation: false })
    assert.deepEqual([...stored.shape], [3, 33, 45])
    // Orientation 6: the first row as stored is the right column.
    assert.deepEqual(image(bytes).select(2, 32).toArray(), stored.select(1, 0).toArray())
  })

  it('takes a path or a file: URL', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-image-'))
    // The content counts, not the name.
    const path = join(folder, 'picture.jpg')
    writeFileSync(path, file())
    for (const source of [path, pathToFileURL(path)]) assert.deepEqual([...image(source).shape], [1, 2, 2])
    writeFileSync(path, 'GIF89a')
    raises(() => image(path), 'DATA_FORMAT', path, 'expected a PNG or JPEG', 'GIF')
    raises(() => image(join(folder, 'none.png')), 'DATA_MISSING', 'none.png', 'no such file')
    rmSync(folder, { recursive: true })
  })

  it('says what other files are', () => {
    const starts = {
      'an empty file': '',
      WebP: 'RIFF\0\0\0\0WEBPVP8 ',
      BMP: 'BM\0\0',
      TIFF: 'II*\0',
      AVIF: '\0\0\0\x20ftypavif',
      HEIC: '\0\0\0\x20ftypheic',
      SVG: '<svg xmlns',
      PDF: '%PDF-1.7',
      'Git LFS': 'version https://git-lfs.github.com/spec/v1',
      HTML: '<!DOCTYPE html>',
      '61 62 63': 'abc',
    }
    for (const [word, start] of Object.entries(starts)) {
      raises(() => image(Buffer.from(start, 'latin1')), 'DATA_FORMAT', word)
    }
  })

  it('refuses sizes beyond the limit before it unpacks anything', () => {
    const header = [0x7f, 255, 255, 255, 0x7f, 255, 255, 255, 8, 6, 0, 0, 0]
    raises(() => image(file({ header })), 'DATA_FORMAT', '64000000', '2147483647 x 2147483647', 'maxPixels')
    raises(() => image(file(), { maxPixels: 3 }), 'DATA_FORMAT', 'at most 3 pixels', '2 x 2 = 4')
    assert.equal(image(file(), { maxPixels: 4 }).size, 4)
  })

  it('unpacks no more than the size needs, whatever lies in the file', () => {
    const ocean = zlibSync(new Uint8Array(5e7))
    raises(() => image(file({ pixels: ocean })), 'DATA_FORMAT', 'more than the 6 bytes')
    raises(() => image(file({ rows: [0, 1, 2, 0, 3] })), 'DATA_FORMAT', '5 of the 6 bytes')
    raises(() => image(file({ pixels: Uint8Array.of(1, 2, 3) })), 'DATA_FORMAT', 'cannot be unpacked')
  })

  it('refuses what breaks the rules, and says where', () => {
    const header = (at: number, value: number): Uint8Array => {
      const bytes = [0, 0, 0, 2, 0, 0, 0, 2, 8, 0, 0, 0, 0]
      bytes[at] = value
      return file({ header: bytes })
    }
    raises(() => image(header(3, 0)), 'DATA_FORMAT', '0 x 2')
    raises(() => image(header(8, 3)), 'DATA_FORMAT', 'colour type 0 with 3 bits')
    raises(() => image(header(9, 5)), 'DATA_FORMAT', 'colour type 5')
    raises(() => image(header(9, 3)), 'DATA_FORMAT', 'no palette')
    for (const at of [10, 11, 12]) raises(() => image(header(at, 2)), 'DATA_FORMAT', 'method')
    raises(() => image(file({ header: [1] })), 'DATA_FORMAT', '13 bytes')
    raises(() => image(file({ rows: [5, 1, 2, 0, 3, 4] })), 'DATA_FORMAT', 'no filter')
    raises(() => image(file({ before: chunk('ABCD', Uint8Array.of(1)) })), 'DATA_FORMAT', 'ABCD')
    assert.equal(image(file({ before: chunk('abCD', Uint8Array.of(1)) })).size, 4)
    raises(() => image(file({ before: chunk('tRNS', Uint8Array.of(1)) })), 'DATA_FORMAT', 'transparent')
    const palette = [0, 0, 0, 2, 0, 0, 0, 2, 8, 3, 0, 0, 0]
    const colours = (...list: number[]): Uint8Array =>
      file({ header: palette, before: chunk('PLTE', Uint8Array.from(list)) })
    raises(() => image(colours(1, 2, 3)), 'DATA_FORMAT', 'colour 1 of a palette of 1')
    raises(() => image(colours(1, 2)), 'DATA_FORMAT', 'no list of colours')
    const changed = file()
    changed[45] = (changed[45] as number) ^ 1
    raises(() => image(changed), 'DATA_FORMAT', 'check sum', 'IDAT')
    const headless = Uint8Array.from([...file().subarray(0, 8), ...chunk('IEND', new Uint8Array())])
    raises(() => image(headless), 'DATA_FORMAT', 'IHDR')
  })

  it('refuses a file that was cut off, at whatever byte, and survives every changed byte', () => {
    const bytes = named(png, 'palette with alpha, 4 bits')
    for (let length = 8; length < bytes.length; length++) {
      raises(() => image(bytes.subarray(0, length)), 'DATA_FORMAT', 'cut off')
    }
    survives(bytes, 1)
  })

  it('refuses options that it does not have', () => {
    raises(() => image(file(), { mode: 'RGB' as 'rgb' }), 'DATA_OPTION', "'RGB'", 'rgb')
    raises(() => image(file(), { colour: true } as object), 'BAD_OPTION', "'colour'", 'mode')
    raises(() => image(file(), { maxPixels: Number.NaN }), 'DATA_OPTION', 'maxPixels')
    raises(() => image(7 as unknown as string), 'DATA_OPTION', '7')
  })
})

describe('image: JPEG', () => {
  for (const { name, bytes, shape, pixels } of jpeg) {
    it(`is within 3 of 255 of libjpeg's: ${name}`, () => {
      const x = image(bytesOf(bytes))
      assert.deepEqual([x.dtype, [...x.shape]], ['float32', shape])
      const expected = bytesOf(pixels)
      // Brightness and a difference of colour may each be rounded to the other side, and 1.772 of the latter counts.
      const off = Array.from(x.data(), (level, i) => Math.abs(255 * level - (expected[i] as number)))
      assert.ok(Math.max(...off) <= 3.001, `off by ${Math.max(...off)}`)
      const mean = off.reduce((sum, one) => sum + one, 0) / off.length
      assert.ok(mean < 0.5, `off by ${mean} on average`)
    })
  }

  it('is as it is stored where that is asked for', () => {
    const bytes = named(jpeg, 'orientation 8')
    assert.deepEqual([...image(bytes).shape], [3, 45, 33])
    assert.deepEqual([...image(bytes, { applyExifOrientation: false }).shape], [3, 33, 45])
  })

  it('gives the channels that are asked for', () => {
    assert.deepEqual([...image(named(jpeg, 'grey'), { mode: 'rgb' }).shape], [3, 33, 45])
    assert.deepEqual([...image(named(jpeg, 'half colours'), { mode: 'gray' }).shape], [1, 33, 45])
  })

  it('refuses what it does not read, and says why', () => {
    raises(() => image(bytesOf(cmyk)), 'DATA_FORMAT', 'CMYK')
    const bytes = named(jpeg, 'full colours')
    const frame = Buffer.from(bytes).indexOf(Buffer.from([0xff, 0xc0]))
    const changed = (at: number, value: number): Uint8Array => {
      const copy = bytes.slice()
      copy[frame + at] = value
      return copy
    }
    raises(() => image(changed(1, 0xc3)), 'DATA_FORMAT', 'lossless or arithmetic')
    raises(() => image(changed(1, 0xc9)), 'DATA_FORMAT', 'lossless or arithmetic')
    raises(() => image(changed(4, 12)), 'DATA_FORMAT', '12 bits')
    raises(() => image(changed(6, 0)), 'DATA_FORMAT', '45 x 0')
    raises(() => image(changed(11, 0xf1)), 'DATA_FORMAT', 'sampling')
    raises(() => image(changed(9, 2)), 'DATA_FORMAT', 'frame header')
    raises(() => image(changed(5, 0xff)), 'DATA_FORMAT', 'too short for its size')
    raises(() => image(changed(6, 99)), 'DATA_FORMAT', 'cannot be decoded')
  })

  it('refuses sizes beyond the limit, and scans beyond measure, before it decodes anything', () => {
    raises(() => image(named(jpeg, 'full colours'), { maxPixels: 1000 }), 'DATA_FORMAT', '45 x 33 = 1485')
    const bytes = named(jpeg, 'progressive grey')
    const scan = Buffer.from(bytes).indexOf(Buffer.from([0xff, 0xda]))
    const next = Buffer.from(bytes).indexOf(Buffer.from([0xff, 0xc4]), scan)
    const one = [...bytes.subarray(scan, next)]
    const many = Array.from({ length: 101 }, () => one).flat()
    const bomb = Uint8Array.from([...bytes.subarray(0, scan), ...many, ...bytes.subarray(scan)])
    raises(() => image(bomb), 'DATA_FORMAT', '100 scans')
    raises(() => image(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9)), 'DATA_FORMAT', 'no picture')
  })

  it('refuses a file that was cut off, at whatever byte, and survives changed ones', () => {
    for (const name of ['half colours', 'progressive, half colours']) {
      const bytes = named(jpeg, name)
      for (let length = 3; length < bytes.length; length += 3) {
        raises(() => image(bytes.subarray(0, length)), 'DATA_FORMAT', 'cut off')
      }
      survives(bytes, 5)
    }
  }).timeout(20_000)
})

describe('writeImage', () => {
  it('writes what is read again, whatever the channels', () => {
    for (const channels of [1, 2, 3, 4]) {
      const bytes = arange(channels * 7 * 5, { dtype: 'int32' })
        .mul(91)
        .remainder(256)
        .reshape([channels, 7, 5])
      const x = image(pngBytes(bytes))
      assert.deepEqual(x.mul(255).round().to('int32').toArray(), bytes.toArray())
      assert.deepEqual(image(pngBytes(x)).data(), x.data())
    }
  })

  it('rounds to bytes and cuts off what is beyond', () => {
    const bytes = pngBytes(
      tensor([
        [-1, 0.5, 0.001],
        [2, Number.POSITIVE_INFINITY, 0.003],
      ]),
    )
    assert.deepEqual(image(bytes).mul(255).round().toArray(), [
      [
        [0, 128, 0],
        [255, 255, 1],
      ],
    ])
    assert.deepEqual(image(pngBytes(rand([3, 4, 5], { dtype: 'float64' }).permute([0, 2, 1]))).shape, [3, 5, 4])
  })

  it('makes files that are smaller than their pixels', () => {
    const ramp = arange(64).div(64).reshape([1, 64]).expand([64, 64])
    assert.ok(pngBytes(ramp).length < 300)
  })

  it('puts a file in its place whole', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-image-'))
    writeImage(join(folder, 'a.png'), zeros([3, 2, 2]))
    writeImage(pathToFileURL(join(folder, 'a.png')), ones([1, 2, 2]))
    assert.deepEqual(image(join(folder, 'a.png')).toArray(), [
      [
        [1, 1],
        [1, 1],
      ],
    ])
    assert.deepEqual(readdirSync(folder), ['a.png'])
    rmSync(folder, { recursive: true })
  })

  it('refuses what is no picture', () => {
    const wrong = (x: unknown): (() => unknown) => {
      return () => pngBytes(x as Tensor)
    }
    raises(wrong(zeros([5, 2, 2])), 'DATA_SHAPE', '[5, 2, 2]')
    raises(wrong(zeros([2, 3, 2, 2])), 'DATA_SHAPE', 'x.at(0)')
    raises(wrong(zeros([3, 0, 2])), 'DATA_SHAPE')
    raises(wrong([[1]]), 'DATA_SHAPE', 'object')
    raises(wrong(tensor([[Number.NaN]])), 'DATA_OPTION', 'NaN')
    raises(wrong(tensor([[256]], { dtype: 'int32' })), 'DATA_OPTION', '256')
    raises(wrong(tensor([[true]])), 'DATA_OPTION', 'bool')
    raises(() => writeImage('a.jpg', zeros([1, 2, 2])), 'DATA_OPTION', '.png')
  })
})
