// JPEG (ITU-T T.81): its markers are read here, so that size, kind and orientation are known before anything is decoded; jpeg-js decodes.
import decode from 'jpeg-js/lib/decoder.js'
import { type Broken, type CheckSize, orientationOf, type Raster } from './raster.js'

/** Markers by their second byte; the first is 0xff. */
const START = 0xd8
const END = 0xd9
const SCAN = 0xda
const EXIF = 0xe1
const ADOBE = 0xee
/** Frames that are decoded: baseline, extended, progressive. */
const FRAMES = [0xc0, 0xc1, 0xc2]
/** Frames that are not: lossless, differential, arithmetic coding. Of this row 0xc4, 0xc8 and 0xcc are no frames. */
const OTHER_FRAMES = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]
/** Progressive files have about ten. Each goes over the whole picture. */
const MOST_SCANS = 100
/** In a byte: a block of 64 pixels takes a bit at least, so more than 512 are a claim that costs memory and means nothing. */
const MOST_PIXELS = 512

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === START && bytes[2] === 0xff
}

/** Decodes a JPEG. `check` sees its size before anything is decoded; `broken` makes the error of a problem. */
export function decodeJpeg(bytes: Uint8Array, check: CheckSize, broken: Broken): Raster {
  const facts = factsOf(bytes, check, broken)
  const { width, height, channels, orientation } = facts
  const raw = decoded(bytes, facts, broken)
  const samples = channels === 1 ? everyThird(raw) : facts.isYcc ? coloured(raw, facts) : raw
  return { width, height, channels, orientation, most: 255, samples }
}

/** The samples of three channels, as they are stored. */
function decoded(bytes: Uint8Array, { width, height }: Facts, broken: Broken): Uint8Array {
  try {
    return decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      colorTransform: false,
      maxResolutionInMP: Number.POSITIVE_INFINITY,
      // It counts 5 bytes for a sample of the blocks, which go up to 32 pixels beyond the edges, and the result's.
      maxMemoryUsageInMB: 64 + ((width + 32) * (height + 32) * 32) / 2 ** 20,
    }).data
  } catch (cause) {
    throw broken('its pixels cannot be decoded', cause)
  }
}

/** The decoder gives grey as three equal channels. */
function everyThird(samples: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: samples.length / 3 }, (_, i) => samples[3 * i] as number)
}

/**
 * Red, green and blue of brightness and two differences of colour (JFIF). Where the differences are stored for every second pixel, those between are
 * smoothed as libjpeg does: 3/4 of the nearer one, 1/4 of the next, across and down.
 */
function coloured(ycc: Uint8Array, { width, height, half }: Facts): Uint8Array {
  const out = new Uint8ClampedArray(ycc.length)
  const columns = neighbours(width, half.across)
  const rows = neighbours(height, half.down)
  for (let y = 0, at = 0; y < height; y++) {
    const [near, far] = [(rows.near[y] as number) * width, (rows.far[y] as number) * width]
    const smooth = (x: number, channel: number): number => {
      const [a, b] = [3 * (columns.near[x] as number) + channel, 3 * (columns.far[x] as number) + channel]
      const nearRow = 3 * (ycc[3 * near + a] as number) + (ycc[3 * near + b] as number)
      const farRow = 3 * (ycc[3 * far + a] as number) + (ycc[3 * far + b] as number)
      return (3 * nearRow + farRow) / 16 - 128
    }
    for (let x = 0; x < width; x++, at += 3) {
      const brightness = ycc[at] as number
      const [cb, cr] = [smooth(x, 1), smooth(x, 2)]
      out[at] = brightness + 1.402 * cr
      out[at + 1] = brightness - 0.344136 * cb - 0.714136 * cr
      out[at + 2] = brightness + 1.772 * cb
    }
  }
  return new Uint8Array(out.buffer)
}

/** For each pixel the place of the stored sample that is nearest, and of the next: pixels 2i and 2i + 1 share one, which lies between them. */
function neighbours(size: number, isHalf: boolean): { near: Int32Array; far: Int32Array } {
  const near = Int32Array.from({ length: size }, (_, i) => (isHalf ? i - (i % 2) : i))
  const last = near[size - 1] as number
  const far = near.map((place, i) => (isHalf ? Math.min(last, Math.max(0, place + (i % 2 === 0 ? -2 : 2))) : place))
  return { near, far }
}

interface Facts {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly orientation: number
  /** Brightness and two differences of colour, as nearly always; else red, green and blue. */
  readonly isYcc: boolean
  /** Whether differences of colour are stored for every second pixel. */
  readonly half: { readonly across: boolean; readonly down: boolean }
}

/** Walks over the markers up to the end of the picture. */
function factsOf(bytes: Uint8Array, check: CheckSize, broken: Broken): Facts {
  let frame: Omit<Facts, 'orientation'> | undefined
  let orientation = 1
  let adobe: number | undefined
  let scans = 0
  for (const { marker, data } of segmentsOf(bytes, broken)) {
    if (OTHER_FRAMES.includes(marker)) throw broken('it is lossless or arithmetic-coded JPEG, which is not read here')
    if (FRAMES.includes(marker)) {
      if (frame !== undefined) throw broken('it has two frames')
      frame = frameOf(data, check, broken)
    }
    if (marker === EXIF && text(data, 6) === 'Exif\0\0') orientation = orientationOf(data.subarray(6))
    if (marker === ADOBE && text(data, 5) === 'Adobe') adobe = data[11]
    if (marker === SCAN && ++scans > MOST_SCANS) throw broken(`it has more than ${MOST_SCANS} scans`)
  }
  if (frame === undefined || scans === 0) throw broken('it has no picture')
  if (frame.width * frame.height > MOST_PIXELS * bytes.length)
    throw broken('it is too short for its size: it was cut off')
  return { ...frame, orientation, isYcc: adobe === undefined ? frame.isYcc : adobe !== 0 }
}

const text = (data: Uint8Array, length: number): string => String.fromCharCode(...data.subarray(0, length))

function frameOf(data: Uint8Array, check: CheckSize, broken: Broken): Omit<Facts, 'orientation'> {
  const [precision, h1 = 0, h0 = 0, w1 = 0, w0 = 0, channels] = data
  const [width, height] = [256 * w1 + w0, 256 * h1 + h0]
  if (data.length < 6 || data.length !== 6 + 3 * (channels as number)) throw broken('its frame header is damaged')
  if (precision !== 8) throw broken(`it has ${precision} bits a sample, and only 8 are read here`)
  if (width === 0 || height === 0) throw broken(`its size is ${width} x ${height}`)
  if (channels === 4) throw broken('its colours are CMYK, which is for print')
  if (channels !== 1 && channels !== 3) throw broken(`it has ${channels} channels`)
  check(width, height)
  const components = Array.from({ length: channels }, (_, i) => data.subarray(6 + 3 * i, 9 + 3 * i))
  const isFactor = (factor: number): boolean => factor >= 1 && factor <= 4
  if (!components.every(([, sampling = 0]) => isFactor(sampling >> 4) && isFactor(sampling & 15))) {
    throw broken('its sampling factors are not from 1 to 4')
  }
  const sampling = components.map(([, factors = 0]) => [factors >> 4, factors & 15] as const)
  const isHalf = (axis: 0 | 1): boolean => sampling[0]?.[axis] === 2 && sampling.slice(1).every(one => one[axis] === 1)
  const half = { across: isHalf(0), down: isHalf(1) }
  return { width, height, channels, half, isYcc: String(components.map(([id]) => id)) !== '82,71,66' }
}

interface Segment {
  readonly marker: number
  readonly data: Uint8Array
}

function* segmentsOf(bytes: Uint8Array, broken: Broken): Iterable<Segment> {
  for (let at = 2; ; ) {
    // Any number of 0xff may stand before a marker.
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++
    const marker = bytes[at + 1]
    if (marker === undefined) throw broken('it was cut off')
    if (bytes[at] !== 0xff) throw broken('a marker is missing')
    if (marker === END) return
    if (at + 4 > bytes.length) throw broken('it was cut off')
    const length = 256 * (bytes[at + 2] as number) + (bytes[at + 3] as number)
    const end = at + 2 + length
    if (end > bytes.length) throw broken('it was cut off')
    if (length < 2) throw broken('a segment has no length')
    yield { marker, data: bytes.subarray(at + 4, end) }
    at = marker === SCAN ? endOfScan(bytes, end) : end
  }
}

/** The next marker: 0xff followed by 0 is a number, by 0xd0 to 0xd7 a mark within the scan. */
function endOfScan(bytes: Uint8Array, start: number): number {
  let at = bytes.indexOf(0xff, start)
  while (at >= 0 && (bytes[at + 1] === 0 || ((bytes[at + 1] as number) & 0xf8) === 0xd0))
    at = bytes.indexOf(0xff, at + 2)
  return at < 0 ? bytes.length : at
}
