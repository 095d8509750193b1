// PNG (ISO/IEC 15948): chunks with check sums; within them, deflated, rows of which each byte was predicted from its neighbours.
import { Unzlib, zlibSync } from 'fflate'
import { crc32 } from './crc32.js'
import { type Broken, type CheckSize, orientationOf, type Raster } from './raster.js'

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

interface Header {
  readonly width: number
  readonly height: number
  /** Bits of a sample. */
  readonly depth: number
  readonly kind: ColourKind
  readonly interlaced: boolean
}

interface ColourKind {
  readonly channels: number
  readonly depths: readonly number[]
  readonly palette?: boolean
}

/** By their number in the header. */
const COLOURS: Readonly<Record<number, ColourKind>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8], palette: true },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
}

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte)
}

/** Decodes a PNG. `check` sees its size before anything is unpacked; `broken` makes the error of a problem. */
export function decodePng(bytes: Uint8Array, check: CheckSize, broken: Broken): Raster {
  const [first, ...chunks] = chunksOf(bytes, broken)
  if (first?.type !== 'IHDR') throw broken('its first chunk is not IHDR')
  const header = headerOf(first.data, broken)
  check(header.width, header.height)
  const find = (type: string): Uint8Array | undefined => chunks.find(chunk => chunk.type === type)?.data
  const packed = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)
  const rows = inflated(packed, bytesOf(header), broken)
  const samples = samplesOf(header, rows, broken)
  const exif = find('eXIf')
  const orientation = exif === undefined ? 1 : orientationOf(exif)
  const { width, height, kind } = header
  const transparent = find('tRNS')
  if (kind.palette) {
    const colours = find('PLTE')
    if (colours === undefined) throw broken('it has no palette')
    return { width, height, orientation, most: 255, ...coloured(samples, colours, transparent, broken) }
  }
  const most = 2 ** header.depth - 1
  const plain = { width, height, orientation, most, channels: kind.channels, samples }
  return transparent === undefined || kind.channels % 2 === 0 ? plain : withKey(plain, transparent, broken)
}

interface Chunk {
  readonly type: string
  readonly data: Uint8Array
}

const KNOWN = ['IHDR', 'PLTE', 'IDAT', 'IEND']

function chunksOf(bytes: Uint8Array, broken: Broken): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: Chunk[] = []
  for (let at = SIGNATURE.length; ; ) {
    if (at + 12 > bytes.length) throw broken('it was cut off')
    const length = view.getUint32(at)
    const end = at + 12 + length
    if (end > bytes.length) throw broken('it was cut off')
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw broken(`the check sum of its chunk ${JSON.stringify(type)} is another`)
    }
    // A capital letter first: whoever does not know this chunk cannot know the picture.
    if (/^[A-Z]/.test(type) && !KNOWN.includes(type)) throw broken(`its chunk ${type} is not known here`)
    if (type === 'IEND') return chunks
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4) })
    at = end
  }
}

function headerOf(data: Uint8Array, broken: Broken): Header {
  if (data.length !== 13) throw broken('its header is not 13 bytes long')
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const [depth = 0, colour = 0, compression, filter, interlace] = data.subarray(8)
  const kind = COLOURS[colour]
  if (width === 0 || height === 0) throw broken(`its size is ${width} x ${height}`)
  if (!kind?.depths.includes(depth)) throw broken(`its colour type ${colour} with ${depth} bits does not exist`)
  if (compression !== 0 || filter !== 0 || (interlace !== 0 && interlace !== 1)) {
    throw broken('its compression, filter or interlace method does not exist')
  }
  return { width, height, depth, kind, interlaced: interlace === 1 }
}

/** Every how many pixels a pass has one, and where it begins: [x, y, step x, step y]. */
type Pass = readonly [number, number, number, number]
const WHOLE: readonly Pass[] = [[0, 0, 1, 1]]
/** Adam7: a coarse picture first, then the pixels between. */
const ADAM7: readonly Pass[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
]

/** Columns, rows and bytes of a row in each pass; passes without pixels have no rows. */
function passesOf({ width, height, depth, kind, interlaced }: Header) {
  return (interlaced ? ADAM7 : WHOLE)
    .map(pass => {
      const [x, y, dx, dy] = pass
      const columns = Math.max(0, Math.ceil((width - x) / dx))
      return {
        pass,
        columns,
        rows: Math.max(0, Math.ceil((height - y) / dy)),
        bytes: Math.ceil((columns * depth * kind.channels) / 8),
      }
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0)
}

const bytesOf = (header: Header): number =>
  passesOf(header).reduce((sum, { rows, bytes }) => sum + rows * (bytes + 1), 0)

/** So much is unpacked before one looks how much came out: deflate makes at most 1032 bytes of one. */
const PIECE = 2 ** 14

/** Unpacks what a picture of this size needs, and no more: a small file may claim to be an ocean. */
function inflated(packed: readonly Uint8Array[], needed: number, broken: Broken): Uint8Array {
  const out = new Uint8Array(needed)
  let at = 0
  let beyond = 0
  const stream = new Unzlib(piece => {
    const fits = piece.subarray(0, needed - at)
    out.set(fits, at)
    at += fits.length
    beyond += piece.length - fits.length
  })
  try {
    for (const data of packed) {
      for (let start = 0; start < data.length && beyond === 0; start += PIECE) {
        stream.push(data.subarray(start, start + PIECE), false)
      }
    }
    if (beyond === 0) stream.push(new Uint8Array(), true)
  } catch (cause) {
    if (at < needed) throw broken('its pixels cannot be unpacked', cause)
  }
  if (beyond > 0) throw broken(`it holds more than the ${needed} bytes that its size needs`)
  if (at < needed) throw broken(`it holds ${at} of the ${needed} bytes that its size needs`)
  return out
}

type Predict = (left: number, up: number, corner: number) => number

/** What a byte was predicted to be, from the pixel before, the one above, and the one before that: by a row's first byte. */
const PREDICTORS: readonly Predict[] = [() => 0, left => left, (_, up) => up, (left, up) => (left + up) >> 1, paeth]

/** A. W. Paeth, "Image File Compression Made Easy" (1991): the neighbour that lies nearest to left + up - corner. */
function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner)
  const toUp = Math.abs(left - corner)
  const toCorner = Math.abs(left + up - 2 * corner)
  if (toLeft <= toUp && toLeft <= toCorner) return left
  return toUp <= toCorner ? up : corner
}

/** Adds the prediction to each byte of the rows, in place; `start` is the first row's first byte. */
function unfilter(data: Uint8Array, start: number, rows: number, bytes: number, step: number, broken: Broken): void {
  for (let row = 0, at = start; row < rows; row++, at += bytes + 1) {
    const predict = PREDICTORS[data[at] as number]
    if (predict === undefined) throw broken(`a row begins with ${data[at]}, which is no filter`)
    const above = row === 0 ? undefined : at - bytes - 1
    for (let i = 1; i <= bytes; i++) {
      const left = i > step ? (data[at + i - step] as number) : 0
      const up = above === undefined ? 0 : (data[above + i] as number)
      const corner = above === undefined || i <= step ? 0 : (data[above + i - step] as number)
      data[at + i] = (data[at + i] as number) + predict(left, up, corner)
    }
  }
}

function samplesOf(header: Header, data: Uint8Array, broken: Broken): Uint8Array | Uint16Array {
  const { width, height, depth, kind } = header
  const { channels } = kind
  const samples = new (depth === 16 ? Uint16Array : Uint8Array)(width * height * channels)
  let start = 0
  for (const { pass, columns, rows, bytes } of passesOf(header)) {
    const [x, y, dx, dy] = pass
    unfilter(data, start, rows, bytes, Math.ceil((depth * channels) / 8), broken)
    for (let row = 0; row < rows; row++) {
      const line = data.subarray(start + 1, start + 1 + bytes)
      const at = ((y + row * dy) * width + x) * channels
      if (depth === 8 && dx === 1) samples.set(line, at)
      else {
        for (let column = 0; column < columns; column++) {
          for (let c = 0; c < channels; c++) {
            samples[at + column * dx * channels + c] = sampleAt(line, column * channels + c, depth)
          }
        }
      }
      start += bytes + 1
    }
  }
  return samples
}

function sampleAt(line: Uint8Array, i: number, depth: number): number {
  if (depth === 8) return line[i] as number
  if (depth === 16) return ((line[2 * i] as number) << 8) | (line[2 * i + 1] as number)
  const bit = i * depth
  return ((line[bit >> 3] as number) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)
}

/** Samples are places in a palette; where it has alphas, those without one are opaque. */
function coloured(
  places: Uint8Array | Uint16Array,
  palette: Uint8Array,
  alphas: Uint8Array | undefined,
  broken: Broken,
): Pick<Raster, 'channels' | 'samples'> {
  const colours = palette.length / 3
  if (!Number.isInteger(colours) || colours === 0 || colours > 256) throw broken('its palette is no list of colours')
  const channels = alphas === undefined ? 3 : 4
  const samples = new Uint8Array(places.length * channels)
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number
    if (place >= colours) throw broken(`a pixel has colour ${place} of a palette of ${colours}`)
    for (let c = 0; c < 3; c++) samples[i * channels + c] = palette[3 * place + c] as number
    if (alphas !== undefined) samples[i * channels + 3] = alphas[place] ?? 255
  }
  return { channels, samples }
}

/** One colour means transparent. */
function withKey(raster: Raster, key: Uint8Array, broken: Broken): Raster {
  const { channels, samples, most } = raster
  if (key.length !== 2 * channels) throw broken('its transparent colour is none')
  const colour = Array.from({ length: channels }, (_, c) => sampleAt(key, c, 16))
  const size = samples.length / channels
  const out = new (most > 255 ? Uint16Array : Uint8Array)(size * (channels + 1))
  for (let i = 0; i < size; i++) {
    const pixel = samples.subarray(i * channels, (i + 1) * channels)
    out.set(pixel, i * (channels + 1))
    out[(i + 1) * (channels + 1) - 1] = colour.every((sample, c) => pixel[c] === sample) ? 0 : most
  }
  return { ...raster, channels: channels + 1, samples: out }
}

/** The colour types of 1, 2, 3 and 4 channels. */
const COLOUR_TYPES = [0, 4, 2, 6]

/** A PNG of 8 bits a sample; samples lie pixel by pixel. */
export function encodePng(width: number, height: number, channels: number, samples: Uint8Array): Uint8Array {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, COLOUR_TYPES[channels - 1] as number], 8)
  const pixels = zlibSync(filtered(samples, height, width * channels, channels))
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', new Uint8Array()),
  ]
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  parts.reduce((at, part) => {
    out.set(part, at)
    return at + part.length
  }, 0)
  return out
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length)
  const view = new DataView(out.buffer)
  view.setUint32(0, data.length)
  out.set(new TextEncoder().encode(type), 4)
  out.set(data, 8)
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)))
  return out
}

/** Each row by the predictor that leaves the least: the specification's own advice. */
function filtered(samples: Uint8Array, rows: number, bytes: number, step: number): Uint8Array {
  const out = new Uint8Array(rows * (bytes + 1))
  const none = new Uint8Array(bytes)
  for (let row = 0; row < rows; row++) {
    const line = samples.subarray(row * bytes, (row + 1) * bytes)
    const above = row === 0 ? none : samples.subarray((row - 1) * bytes, row * bytes)
    const tries = PREDICTORS.map(predict => rest(line, above, step, predict))
    const sums = tries.map(weight)
    const best = sums.indexOf(Math.min(...sums))
    out[row * (bytes + 1)] = best
    out.set(tries[best] as Uint8Array, row * (bytes + 1) + 1)
  }
  return out
}

function rest(line: Uint8Array, above: Uint8Array, step: number, predict: Predict): Uint8Array {
  const out = new Uint8Array(line.length)
  for (let i = 0; i < line.length; i++) {
    const left = i >= step ? (line[i - step] as number) : 0
    const corner = i >= step ? (above[i - step] as number) : 0
    out[i] = (line[i] as number) - predict(left, above[i] as number, corner)
  }
  return out
}

/** The sum of sizes, bytes taken with a sign. */
function weight(bytes: Uint8Array): number {
  let sum = 0
  for (const byte of bytes) sum += byte < 128 ? byte : 256 - byte
  return sum
}
