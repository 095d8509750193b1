// Pictures of one's own: PNG and JPEG as tensors, and tensors as PNG.
import { isFloat } from '../tensor/dtype.js'
import { known, optionNames } from '../tensor/options.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { DataError } from './errors.js'
import type { FilePath } from './file-path.js'
import { decodeJpeg, isJpeg } from './jpeg.js'
import { decodePng, encodePng, isPng } from './png.js'
import { type Broken, type CheckSize, type ImageMode, type Raster, rasterTensor, upright } from './raster.js'
import { type NamedBytes, pathOf, readBytes } from './read-file.js'
import { replaceFile } from './write-file.js'

export type { ImageMode }

export interface ImageOptions {
  /**
   * The channels: 'gray' 1, 'grayAlpha' 2, 'rgb' 3, 'rgba' 4, or 'unchanged': as many as the file has. 'unchanged'.
   *
   * Grey is 0.299 red + 0.587 green + 0.114 blue; alpha is left out, or 1 where the file has none; colours are never mixed with a background.
   */
  readonly mode?: ImageMode | undefined
  /** Whether a picture is turned as its EXIF data say that the camera was held. True. */
  readonly applyExifOrientation?: boolean | undefined
  /** Files that claim more pixels are refused before they are unpacked. 64,000,000. */
  readonly maxPixels?: number | undefined
  /** The backend that shall hold it. The current one. */
  readonly device?: string | undefined
}

const MODES: readonly ImageMode[] = ['unchanged', 'gray', 'grayAlpha', 'rgb', 'rgba']
const IMAGE_OPTIONS = optionNames<ImageOptions>()('mode applyExifOrientation maxPixels device')
const MAX_PIXELS = 64_000_000

/**
 * Reads a picture: from a path, a file: URL, or bytes. The result is [C, H, W], float32, from 0 to 1.
 *
 * PNG: grey, colour and palette, 1 to 16 bits, with alpha or a transparent colour, interlaced; of an animation the first picture. Exact: sample / (2^bits - 1).
 * JPEG: baseline and progressive, grey and colour; differences of colour that are stored for every second pixel are smoothed as libjpeg does. Decoders round
 * differently: levels are within 4 of 255 of libjpeg's, half a level on average. Colour profiles and gamma are not applied, in either. The kind is found by the
 * content, not by the name.
 *
 * Throws DATA_FORMAT for other files, a wrong check sum, a file that was cut off, CMYK, lossless or arithmetic JPEG, and for more than `maxPixels`;
 * DATA_MISSING; DATA_OPTION; DATA_NODE for a path in a browser.
 *
 * @example
 * const photo = data.image('cat.jpg', { mode: 'rgb' })
 * photo.shape // for example [3, 480, 640]
 * @torch torchvision.io.decode_image
 * @differs floats from 0 to 1, where torchvision has bytes from 0 to 255; upright by EXIF unless { applyExifOrientation: false }
 */
export function image(source: FilePath | Uint8Array, options: ImageOptions = {}): Tensor {
  checkImageOptions('data.image', known('data.image', options, IMAGE_OPTIONS))
  return decodedImage('data.image', readBytes('data.image', source), options)
}

/** The same for bytes that were read, and options that were checked. */
export function decodedImage(where: string, { name, bytes }: NamedBytes, options: ImageOptions): Tensor {
  const { mode = 'unchanged', applyExifOrientation = true, maxPixels = MAX_PIXELS, device } = options
  const broken: Broken = (problem, cause) =>
    new DataError('DATA_FORMAT', `${where}: ${name}: ${problem}.`, {
      cause,
      next: 'Save it again as PNG (8 or 16 bits) or JPEG (RGB or grey).',
    })
  const check: CheckSize = (width, height) => {
    if (width * height <= maxPixels) return
    throw new DataError(
      'DATA_FORMAT',
      `${where}: ${name}: expected at most ${maxPixels} pixels, got ${width} x ${height} = ${width * height}.`,
      { next: 'If you trust the file and have the memory (16 bytes a pixel): { maxPixels: ... }.' },
    )
  }
  const raster = rasterOf(bytes, check, broken)
  const x = rasterTensor(raster, mode, device)
  return applyExifOrientation ? upright(x, raster.orientation) : x
}

function rasterOf(bytes: Uint8Array, check: CheckSize, broken: Broken): Raster {
  if (isPng(bytes)) return decodePng(bytes, check, broken)
  if (isJpeg(bytes)) return decodeJpeg(bytes, check, broken)
  throw broken(`expected a PNG or JPEG file, got ${kindOf(bytes)}`)
}

/** What other files begin with. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'an empty file'],
  [/^GIF8/, 'GIF'],
  [/^RIFF.{4}WEBP/s, 'WebP'],
  [/^BM/, 'BMP'],
  [/^(II\*\0|MM\0\*)/, 'TIFF'],
  [/^.{4}ftyp(avif|avis)/s, 'AVIF'],
  [/^.{4}ftyp/s, 'HEIC or a film'],
  [/^\s*(<\?xml|<svg)/, 'SVG'],
  [/^%PDF/, 'PDF'],
  [/^version https:\/\/git-lfs/, 'a pointer of Git LFS, not the file itself'],
  [/^\s*<(!doctype|html)/i, 'a page of HTML'],
]

function kindOf(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, 64))
  const found = OTHERS.find(([pattern]) => pattern.test(start))
  if (found !== undefined) return found[1]
  return `one that begins with the bytes ${Array.from(bytes.subarray(0, 4), byte => byte.toString(16).padStart(2, '0')).join(' ')}`
}

/** Throws DATA_OPTION. */
export function checkImageOptions(where: string, { mode = 'unchanged', maxPixels = MAX_PIXELS }: ImageOptions): void {
  const bad = (problem: string, next?: string): DataError =>
    new DataError('DATA_OPTION', `${where}: ${problem}.`, next === undefined ? {} : { next })
  if (!MODES.includes(mode)) throw bad(`mode cannot be '${String(mode)}'`, `Choose ${MODES.join(', ')}.`)
  if (!(maxPixels >= 1)) throw bad(`maxPixels must be a number from 1; it is ${String(maxPixels)}`)
}

/**
 * The bytes of a PNG (8 bits) with this picture: what writeImage writes, and what a page shows.
 *
 * x: [C, H, W] with 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) channels, or [H, W]. Floats from 0 to 1: round(255 x), what is beyond is cut off;
 * int32: bytes from 0 to 255.
 *
 * Throws DATA_SHAPE, DATA_OPTION for NaN, whole numbers beyond a byte, and bool.
 *
 * @example
 * data.image(data.pngBytes(tensor([[0, 1], [1, 2]]))).toArray() // [[[0, 1], [1, 1]]]
 * @torch torchvision.io.encode_png
 * @differs takes floats from 0 to 1, too
 */
export function pngBytes(x: Tensor): Uint8Array {
  const [channels, height, width] = pictureShape('data.pngBytes', x)
  const bytes = bytesOfPicture('data.pngBytes', x)
  const size = height * width
  const samples = new Uint8Array(bytes.length)
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < size; i++) samples[i * channels + c] = bytes[c * size + i] as number
  }
  return encodePng(width, height, channels, samples)
}

/**
 * Writes a picture as PNG; see pngBytes. The file is written beside its place and then renamed.
 *
 * Throws DATA_SHAPE; DATA_OPTION, also for a name that does not end in .png; DATA_NODE in a browser, where pngBytes does the same.
 *
 * @example
 * data.writeImage('grey.png', rand([1, 28, 28]))
 * @torch torchvision.utils.save_image
 * @differs one picture; PNG alone
 */
export function writeImage(path: FilePath, x: Tensor): void {
  const target = pathOf('data.writeImage', path)
  if (!/\.png$/i.test(target)) {
    throw new DataError('DATA_OPTION', `data.writeImage: expected a name that ends in .png, got ${target}.`, {
      next: 'Only PNG is written: it keeps each pixel as it is.',
    })
  }
  replaceFile(target, [pngBytes(x)])
}

function pictureShape(where: string, x: Tensor): readonly [number, number, number] {
  const shape = isTensor(x) ? (x.shape.length === 2 ? [1, ...x.shape] : [...x.shape]) : []
  const [channels = 0, height = 0, width = 0] = shape
  if (shape.length === 3 && channels >= 1 && channels <= 4 && height >= 1 && width >= 1)
    return [channels, height, width]
  const got = isTensor(x) ? `shape [${x.shape.join(', ')}]` : typeof x
  throw new DataError(
    'DATA_SHAPE',
    `${where}: expected a picture [C, H, W] with 1 to 4 channels, or [H, W]; got ${got}.`,
    {
      next: 'Of a batch, take one: x.at(0).',
    },
  )
}

function bytesOfPicture(where: string, x: Tensor): Uint8Array {
  const numbers = x.data()
  const isOfBytes = x.dtype === 'int32'
  if (!isOfBytes && !isFloat(x.dtype)) {
    throw new DataError('DATA_OPTION', `${where}: pictures are floats or int32; this is ${x.dtype}.`, {
      next: "x.to('float32') makes 0 and 1 of it.",
    })
  }
  const odd = numbers.find(value => (isOfBytes ? value < 0 || value > 255 : Number.isNaN(value)))
  if (odd !== undefined) {
    const range = isOfBytes ? 'whole numbers from 0 to 255' : 'floats from 0 to 1'
    throw new DataError('DATA_OPTION', `${where}: expected ${range}, got ${odd}.`)
  }
  return Uint8Array.from(numbers as ArrayLike<number>, value =>
    isOfBytes ? value : Math.round(255 * Math.min(1, Math.max(0, value))),
  )
}
