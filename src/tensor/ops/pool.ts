// Pooling: windows of an image or a sequence become one number each.

import { apply } from '../engine.js'
import { shapeText, TensorError } from '../errors.js'
import { known, optionNames } from '../options.js'
import { needFloat, type Pool2dParams, windows } from '../primitives.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { div } from './arithmetic.js'
import { int32List } from './host.js'
import { needTensor } from './operand.js'
import { type Axes, type PerAxis, pair, said } from './per-axis.js'
import { narrowed, reshaped } from './windows.js'

export interface PoolOptions {
  /** Step of the window. Default: its size. */
  readonly stride?: PerAxis
  /** Places around the input, at most half of the window. They count as -Inf for a maximum. Default 0. */
  readonly padding?: PerAxis
  /** Whether windows that stand out at the end are used too. Default false. */
  readonly ceilMode?: boolean
}

export interface MaxPoolOptions extends PoolOptions {
  /** Distance of the places within a window. Default 1. */
  readonly dilation?: PerAxis
}

const MAX_POOL_OPTIONS = optionNames<MaxPoolOptions>()('dilation stride padding ceilMode')

export interface AvgPoolOptions extends PoolOptions {
  /** Whether padding counts in the mean. Default true. */
  readonly countIncludePad?: boolean
  /** What to divide the sum by, instead of the number of places. */
  readonly divisorOverride?: number
}

const AVG_POOL_OPTIONS = optionNames<AvgPoolOptions>()('countIncludePad divisorOverride stride padding ceilMode')

/**
 * The greatest number in each window: x [N, C, H, W] or [C, H, W] -> [N, C, H', W'], H' = floor((H + 2 p - d (k - 1) - 1) / s) + 1.
 *
 * NaN wins. The gradient goes to the first greatest place of each window. Throws BAD_SHAPE, BAD_VALUE, BAD_DTYPE.
 *
 * @example
 * maxPool2d(images, 2) // halves height and width
 * @torch torch.nn.functional.max_pool2d
 */
export function maxPool2d(x: Tensor, kernel: PerAxis, options: MaxPoolOptions = {}): Tensor {
  known('maxPool2d', options, MAX_POOL_OPTIONS)
  return maxPool('maxPool2d', 2, x, kernel, options).values
}

/**
 * maxPool2d, with the place of each greatest number in its plane (h * W + w, int32): { values, indices }.
 *
 * @example
 * arange(16).float().view([1, 4, 4]).maxPool2dWithIndices(2).indices // tensor([[[ 5, 7], [13, 15]]])
 * @torch torch.nn.functional.max_pool2d
 * @differs returnIndices is a function of its own.
 */
export function maxPool2dWithIndices(
  x: Tensor,
  kernel: PerAxis,
  options: MaxPoolOptions = {},
): { values: Tensor; indices: Tensor } {
  known('maxPool2dWithIndices', options, MAX_POOL_OPTIONS)
  return maxPool('maxPool2dWithIndices', 2, x, kernel, options)
}

/**
 * The greatest number in each window of a sequence: x [N, C, L] or [C, L] -> [N, C, L']. See maxPool2d.
 *
 * @example
 * tensor([[1, 3, 2, 4]]).maxPool1d(2) // tensor([[3., 4.]])
 * @torch torch.nn.functional.max_pool1d
 */
export function maxPool1d(x: Tensor, kernel: PerAxis, options: MaxPoolOptions = {}): Tensor {
  known('maxPool1d', options, MAX_POOL_OPTIONS)
  return maxPool('maxPool1d', 1, x, kernel, options).values
}

/**
 * The mean of each window: x [N, C, H, W] or [C, H, W] -> [N, C, H', W']. Throws BAD_SHAPE, BAD_VALUE, BAD_DTYPE.
 *
 * @example
 * arange(16).float().view([1, 4, 4]).avgPool2d(2) // tensor([[[ 2.5000, 4.5000], [10.5000, 12.5000]]])
 * @torch torch.nn.functional.avg_pool2d
 */
export function avgPool2d(x: Tensor, kernel: PerAxis, options: AvgPoolOptions = {}): Tensor {
  known('avgPool2d', options, AVG_POOL_OPTIONS)
  return avgPool('avgPool2d', 2, x, kernel, options)
}

/**
 * The mean of each window of a sequence: x [N, C, L] or [C, L] -> [N, C, L']. See avgPool2d.
 *
 * @example
 * tensor([[1, 2, 3, 4, 5, 6]]).avgPool1d(2) // tensor([[1.5000, 3.5000, 5.5000]])
 * @torch torch.nn.functional.avg_pool1d
 */
export function avgPool1d(x: Tensor, kernel: PerAxis, options: AvgPoolOptions = {}): Tensor {
  known('avgPool1d', options, AVG_POOL_OPTIONS)
  return avgPool('avgPool1d', 1, x, kernel, options)
}

/** An image with four axes: batch and height of 1 where they are missing. */
function asImage(operation: string, axes: Axes, x: Tensor): Tensor {
  needTensor(operation, x)
  needFloat(operation, x)
  const rank = axes + 2
  if (x.shape.length !== rank && x.shape.length !== rank - 1) {
    throw new TensorError(
      'BAD_SHAPE',
      `${operation}: expected ${rank - 1} or ${rank} dimensions; got shape ${shapeText(x.shape)}.`,
      {
        next: axes === 2 ? 'Images are [N, C, H, W] or [C, H, W].' : 'Sequences are [N, C, L] or [C, L].',
      },
    )
  }
  const [n, c, ...size] = x.shape.length === rank ? x.shape : [1, ...x.shape]
  return reshaped(x, axes === 2 ? [n as number, c as number, ...size] : [n as number, c as number, 1, ...size])
}

/** The result with the axes that came in. */
function asGiven(axes: Axes, x: Tensor, out: Tensor): Tensor {
  const [n, c, h, w] = out.shape as [number, number, number, number]
  const shape = axes === 2 ? [c, h, w] : [c, w]
  return reshaped(out, x.shape.length === axes + 2 ? [n, ...shape] : shape)
}

function paramsOf(
  operation: string,
  axes: Axes,
  image: Tensor,
  kernel: PerAxis,
  options: MaxPoolOptions,
): Pool2dParams {
  const size = pair(operation, 'kernel', axes, kernel, 1)
  const stride = pair(operation, 'stride', axes, options.stride ?? kernel, 1)
  const dilation = pair(operation, 'dilation', axes, options.dilation ?? 1, 1)
  const pads = pair(operation, 'padding', axes, options.padding ?? 0, 0)
  if (pads.some((p, a) => 2 * p > (size[a] as number))) {
    throw new TensorError(
      'BAD_VALUE',
      `${operation}: a padding of ${shapeText(pads.slice(2 - axes))} is more than half of the window ${shapeText(size.slice(2 - axes))}.`,
      {
        next: 'Use a smaller padding.',
      },
    )
  }
  const around = [0, 1].map((a): [number, number] => {
    const [p, s, k, d] = [pads[a] as number, stride[a] as number, size[a] as number, dilation[a] as number]
    const length = image.shape[2 + a] as number
    if (options.ceilMode !== true) return [p, p]
    // One more window where it begins inside of the input or its left padding.
    const fitting = windows(length, k, s, [p, p], d)
    const wanted = Math.ceil((length + 2 * p - d * (k - 1) - 1) / s) + 1
    const more = wanted > fitting && (wanted - 1) * s < length + p ? wanted : fitting
    return [p, Math.max(p, (more - 1) * s + d * (k - 1) + 1 - length - p)]
  }) as [[number, number], [number, number]]
  const params = { kernel: size, stride, dilation, padding: around }
  const room = [0, 1].map(a =>
    windows(
      image.shape[2 + a] as number,
      size[a] as number,
      stride[a] as number,
      around[a] as [number, number],
      dilation[a] as number,
    ),
  )
  if (room.some(n => n < 1)) {
    throw new TensorError(
      'BAD_SHAPE',
      `${operation}: a window of ${shapeText(size.slice(2 - axes))} does not fit an input of ${shapeText(image.shape.slice(4 - axes))}.`,
      {
        next: 'Use a smaller window.',
      },
    )
  }
  return params
}

function maxPool(
  operation: string,
  axes: Axes,
  x: Tensor,
  kernel: PerAxis,
  options: MaxPoolOptions,
): { values: Tensor; indices: Tensor } {
  const image = asImage(operation, axes, x)
  const places = apply('maxPool2dIndex', [image], paramsOf(operation, axes, image, kernel, options))
  return { values: asGiven(axes, x, pickPlaces(image, places)), indices: asGiven(axes, x, places) }
}

/** The numbers at places of their planes. */
function pickPlaces(image: Tensor, places: Tensor): Tensor {
  const [n, c, h, w] = image.shape as [number, number, number, number]
  const [, , oh, ow] = places.shape as [number, number, number, number]
  const flat = apply('gather', [reshaped(image, [n * c, h * w]), reshaped(places, [n * c, oh * ow])], { dim: 1 })
  return reshaped(flat, [n, c, oh, ow])
}

function avgPool(operation: string, axes: Axes, x: Tensor, kernel: PerAxis, options: AvgPoolOptions): Tensor {
  const image = asImage(operation, axes, x)
  const params = paramsOf(operation, axes, image, kernel, options)
  const sums = apply('sumPool2d', [image], params)
  return asGiven(
    axes,
    x,
    div(sums, divisorOf(image, sums, params, pair(operation, 'padding', axes, options.padding ?? 0, 0), options)),
  )
}

/** How many places each window's mean counts: all alike, or fewer at the edges. */
function divisorOf(
  image: Tensor,
  sums: Tensor,
  params: Pool2dParams,
  pads: readonly number[],
  { countIncludePad = true, divisorOverride, ceilMode = false }: AvgPoolOptions,
): number | Tensor {
  if (divisorOverride !== undefined) return divisorOverride
  const full = params.kernel[0] * params.kernel[1]
  if (!ceilMode && (countIncludePad || pads.every(p => p === 0))) return full
  const along = [0, 1].map(a => {
    const [k, s, p, length] = [
      params.kernel[a] as number,
      params.stride[a] as number,
      pads[a] as number,
      image.shape[2 + a] as number,
    ]
    return Array.from({ length: sums.shape[2 + a] as number }, (_, i) => {
      const start = i * s - p
      // Padding counts as far as it was asked for, not what ceilMode adds.
      const end = Math.min(start + k, length + p)
      return countIncludePad ? end - start : Math.min(end, length) - Math.max(start, 0)
    })
  })
  const [rows, columns] = along as [number[], number[]]
  const counts = Int32Array.from(rows.flatMap(r => columns.map(c => r * c)))
  return reshaped(int32List(counts, image), [rows.length, columns.length])
}

/**
 * The mean of windows that divide an image into `size` rows and columns: window i reaches from floor(i H / H') to
 * ceil((i + 1) H / H'). x [N, C, H, W] -> [N, C, ...size]. A null size stays as it is.
 *
 * @example
 * adaptiveAvgPool2d(features, 1) // global average pooling: [N, C, 1, 1]
 * @torch torch.nn.functional.adaptive_avg_pool2d
 */
export function adaptiveAvgPool2d(x: Tensor, size: number | readonly (number | null)[]): Tensor {
  return adaptive('adaptiveAvgPool2d', 2, x, size, meanOf)
}

/**
 * The same for a sequence: x [N, C, L] -> [N, C, size].
 *
 * @example
 * tensor([[1, 2, 3, 4, 5, 6]]).adaptiveAvgPool1d(2) // tensor([[2., 5.]])
 * @torch torch.nn.functional.adaptive_avg_pool1d
 */
export function adaptiveAvgPool1d(x: Tensor, size: number): Tensor {
  return adaptive('adaptiveAvgPool1d', 1, x, size, meanOf)
}

/**
 * The greatest number of windows that divide an image into `size` rows and columns; see adaptiveAvgPool2d.
 *
 * @example
 * arange(16).float().view([1, 4, 4]).adaptiveMaxPool2d(2) // tensor([[[ 5., 7.], [13., 15.]]])
 * @torch torch.nn.functional.adaptive_max_pool2d
 */
export function adaptiveMaxPool2d(x: Tensor, size: number | readonly (number | null)[]): Tensor {
  return adaptive('adaptiveMaxPool2d', 2, x, size, greatestOf)
}

/**
 * The same for a sequence: x [N, C, L] -> [N, C, size].
 *
 * @example
 * tensor([[1, 2, 3, 4, 5, 6]]).adaptiveMaxPool1d(2) // tensor([[3., 6.]])
 * @torch torch.nn.functional.adaptive_max_pool1d
 */
export function adaptiveMaxPool1d(x: Tensor, size: number): Tensor {
  return adaptive('adaptiveMaxPool1d', 1, x, size, greatestOf)
}

type Window = (image: Tensor, axis: number) => Tensor

const meanOf: Window = (image, axis) =>
  div(apply('sum', [image], { dims: [axis], keepdim: true }), image.shape[axis] as number)

/** To the first greatest place, as maxPool2d. */
const greatestOf: Window = (image, axis) => {
  const index = apply('argmax', [image], { dim: axis, keepdim: true })
  return apply('gather', [image, index], { dim: axis })
}

/** Windows are rectangles: rows are pooled first, then columns. */
function adaptive(
  operation: string,
  axes: Axes,
  x: Tensor,
  size: number | readonly (number | null)[],
  pool: Window,
): Tensor {
  const image = asImage(operation, axes, x)
  const given = typeof size === 'number' ? new Array<number>(axes).fill(size) : Array.isArray(size) ? size : []
  const full = axes === 1 ? [null, ...given] : given
  const wanted = full.map((n, a) => n ?? (image.shape[2 + a] as number))
  if (given.length !== axes || wanted.some(n => !Number.isInteger(n) || n < 1) || sizeOf(image.shape.slice(2)) === 0) {
    throw new TensorError(
      'BAD_VALUE',
      `${operation}: a size of ${said(size)} is not possible for shape ${shapeText(x.shape)}.`,
      {
        next: 'Give whole numbers from 1.',
      },
    )
  }
  return asGiven(
    axes,
    x,
    wanted.reduce((y, n, a) => pooledAlong(y, 2 + a, n, pool), image),
  )
}

function pooledAlong(x: Tensor, axis: number, count: number, pool: Window): Tensor {
  const length = x.shape[axis] as number
  if (count === length) return x
  const parts = Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * length) / count)
    return pool(narrowed(x, axis, start, Math.ceil(((i + 1) * length) / count) - start), axis)
  })
  return parts.length === 1 ? (parts[0] as Tensor) : apply('cat', parts, { dim: axis })
}
