// A picture as a file has it: samples of one pixel after the other, row by row; and as a tensor: channel by channel, from 0 to 1.
import { fromArray } from '../tensor/create.js'
import { flip } from '../tensor/ops/move.js'
import { transpose } from '../tensor/ops/views.js'
import type { Tensor } from '../tensor/tensor.js'

export interface Raster {
  readonly width: number
  readonly height: number
  /** 1: grey, 2: grey and alpha, 3: red, green and blue, 4: these and alpha. */
  readonly channels: number
  readonly samples: Uint8Array | Uint16Array
  /** The sample that means 1. */
  readonly most: number
  /** How the camera was held, by EXIF: 1 to 8, 1 is upright. */
  readonly orientation: number
}

/** Width and height that a file claims, said before anything is decoded: may throw. */
export type CheckSize = (width: number, height: number) => void

/** Makes the error of a problem with a file. */
export type Broken = (problem: string, cause?: unknown) => Error

/** Which channels a picture gets. */
export type ImageMode = 'unchanged' | 'gray' | 'grayAlpha' | 'rgb' | 'rgba'

const CHANNELS: { readonly [M in ImageMode]: number | undefined } = {
  unchanged: undefined,
  gray: 1,
  grayAlpha: 2,
  rgb: 3,
  rgba: 4,
}

/** Brightness of red, green and blue as television has defined it (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114] as const

/** [C, H, W], from 0 to 1. */
export function rasterTensor(raster: Raster, mode: ImageMode, device: string | undefined): Tensor {
  const { width, height, channels, samples, most } = raster
  const wanted = CHANNELS[mode] ?? channels
  const size = width * height
  const out = new Float32Array(wanted * size)
  const copy = (plane: number, channel: number): void => {
    for (let i = 0; i < size; i++) out[plane * size + i] = (samples[i * channels + channel] as number) / most
  }
  const hasColour = channels >= 3
  if (wanted >= 3) for (let c = 0; c < 3; c++) copy(c, hasColour ? c : 0)
  else if (hasColour) brightness(raster, out)
  else copy(0, 0)
  if (wanted % 2 === 0) {
    if (channels % 2 === 0) copy(wanted - 1, channels - 1)
    else out.fill(1, (wanted - 1) * size)
  }
  return fromArray(out, [wanted, height, width], { dtype: 'float32', device })
}

function brightness({ width, height, channels, samples, most }: Raster, out: Float32Array): void {
  const [red, green, blue] = LUMA
  for (let i = 0, at = 0; i < width * height; i++, at += channels) {
    const [r, g, b] = [samples[at] as number, samples[at + 1] as number, samples[at + 2] as number]
    out[i] = (red * r + green * g + blue * b) / most
  }
}

/** What makes a picture upright, by EXIF's number. */
const UPRIGHT: Readonly<Record<number, (x: Tensor) => Tensor>> = {
  2: x => flip(x, [-1]),
  3: x => flip(x, [-2, -1]),
  4: x => flip(x, [-2]),
  5: x => transpose(x, -2, -1),
  6: x => flip(transpose(x, -2, -1), [-1]),
  7: x => flip(transpose(x, -2, -1), [-2, -1]),
  8: x => flip(transpose(x, -2, -1), [-2]),
}

export function upright(x: Tensor, orientation: number): Tensor {
  return UPRIGHT[orientation]?.(x).contiguous() ?? x
}

const ORIENTATION = 0x0112
const SHORT = 3

/** The orientation in EXIF data, which is a small TIFF file; 1 where it says none, or nothing that makes sense. */
export function orientationOf(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  if (view.byteLength < 8) return 1
  const little = view.getUint16(0) === 0x4949
  if (!little && view.getUint16(0) !== 0x4d4d) return 1
  const list = view.getUint32(4, little)
  if (list + 2 > view.byteLength) return 1
  const count = view.getUint16(list, little)
  for (let i = 0; i < count; i++) {
    const at = list + 2 + 12 * i
    if (at + 12 > view.byteLength) return 1
    if (view.getUint16(at, little) !== ORIENTATION || view.getUint16(at + 2, little) !== SHORT) continue
    const value = view.getUint16(at + 8, little)
    return value >= 1 && value <= 8 ? value : 1
  }
  return 1
}
