// The windows of images as columns of a matrix, and back: convolution by matrix product, done by hand.
import { apply, compute } from '../engine.js'
import { shapeText, TensorError } from '../errors.js'
import { windows } from '../primitives.js'
import type { Tensor } from '../tensor.js'
import { int32List } from './host.js'
import { pad } from './move.js'
import { needTensor } from './operand.js'
import { type PerAxis, pair } from './per-axis.js'
import { narrowed, reshaped } from './windows.js'

export interface PatchOptions {
  /** Step of the window. Default 1. */
  readonly stride?: PerAxis
  /** Zeros around the image. Default 0. */
  readonly padding?: PerAxis
  /** Distance of the places within a window. Default 1. */
  readonly dilation?: PerAxis
}

/**
 * Each window of an image as a column: x [N, C, H, W] or [C, H, W] -> [N, C kh kw, L], L the number of windows row by row.
 *
 * A convolution is then a matrix product: weight.reshape([O, -1]).matmul(x.unfold2d(k)).reshape([N, O, H', W']). Throws BAD_SHAPE,
 * BAD_VALUE.
 *
 * @example
 * arange(9).reshape([1, 3, 3]).unfold2d(2).at(null, 0) // tensor([0, 1, 3, 4])
 * @torch torch.nn.functional.unfold
 */
export function unfold2d(x: Tensor, kernel: PerAxis, options: PatchOptions = {}): Tensor {
  needTensor('unfold2d', x)
  const image = batched('unfold2d', x, 3, 'Images are [N, C, H, W] or [C, H, W].')
  const [n, c, h, w] = image.shape as [number, number, number, number]
  const grid = gridOf('unfold2d', kernel, [h, w], options)
  const [top, left] = grid.padding
  const wide = top + left === 0 ? image : pad(image, [left, left, top, top])
  const flat = reshaped(wide, [n, c, grid.height * grid.width])
  const columns = apply('indexSelect', [flat, int32List(grid.places, x)], { dim: 2 })
  return unbatched(x, 3, reshaped(columns, [n, c * grid.size, grid.count]))
}

/**
 * The transpose of unfold2d: columns [N, C kh kw, L] or [C kh kw, L] -> [N, C, ...outputSize]; where windows overlap they add up.
 *
 * `outputSize` is [H, W] of the image (or one number for both). Throws BAD_SHAPE where the columns are not those of its windows,
 * BAD_VALUE.
 *
 * @example
 * ones([4, 4]).fold(3, 2) // tensor([[[1., 2., 1.], [2., 4., 2.], [1., 2., 1.]]])
 * @torch torch.nn.functional.fold
 */
export function fold(x: Tensor, outputSize: PerAxis, kernel: PerAxis, options: PatchOptions = {}): Tensor {
  needTensor('fold', x)
  const columns = batched('fold', x, 2, 'Columns are [N, C kh kw, L] or [C kh kw, L].')
  const [h, w] = pair('fold', 'outputSize', 2, outputSize, 1)
  const grid = gridOf('fold', kernel, [h, w], options)
  const [n, rows, count] = columns.shape as [number, number, number]
  if (rows % grid.size !== 0 || count !== grid.count) {
    throw new TensorError(
      'BAD_SHAPE',
      `fold: ${shapeText(x.shape)} are not the columns of an image of ${h} x ${w}: its ${grid.count} windows have ${grid.size} places each.`,
      { next: `The last axis is ${grid.count}, the one before it a multiple of ${grid.size}.` },
    )
  }
  const c = rows / grid.size
  const flat = reshaped(columns, [n, c, grid.size * count])
  const shape = [n, c, grid.height * grid.width]
  const empty = compute('full', [], { shape, dtype: x.dtype, value: 0 }, x.storage.backend)
  const summed = apply('indexAdd', [empty, int32List(grid.places, x), flat], { dim: 2 })
  const image = reshaped(summed, [n, c, grid.height, grid.width])
  const [top, left] = grid.padding
  return unbatched(x, 2, narrowed(narrowed(image, 2, top, h), 3, left, w))
}

function batched(operation: string, x: Tensor, rank: number, next: string): Tensor {
  if (x.shape.length === rank + 1) return x
  if (x.shape.length === rank) return reshaped(x, [1, ...x.shape])
  throw new TensorError('BAD_SHAPE', `${operation}: got shape ${shapeText(x.shape)}.`, { next })
}

const unbatched = (x: Tensor, rank: number, out: Tensor): Tensor =>
  x.shape.length === rank ? reshaped(out, out.shape.slice(1)) : out

interface Grid {
  /** Sizes of the padded image. */
  readonly height: number
  readonly width: number
  readonly padding: readonly [number, number]
  /** Places in a window, and windows. */
  readonly size: number
  readonly count: number
  /** Place in the flat padded image of each element of the columns. */
  readonly places: Int32Array
}

function gridOf(operation: string, kernel: PerAxis, [h, w]: readonly [number, number], options: PatchOptions): Grid {
  const size = pair(operation, 'kernel', 2, kernel, 1)
  const stride = pair(operation, 'stride', 2, options.stride ?? 1, 1)
  const dilation = pair(operation, 'dilation', 2, options.dilation ?? 1, 1)
  const padding = pair(operation, 'padding', 2, options.padding ?? 0, 0)
  const [rows, columns] = [0, 1].map(a => {
    const [k, s, d, p] = [size[a], stride[a], dilation[a], padding[a]] as [number, number, number, number]
    return windows(a === 0 ? h : w, k, s, [p, p], d)
  }) as [number, number]
  if (rows < 1 || columns < 1) {
    throw new TensorError(
      'BAD_SHAPE',
      `${operation}: a window of ${shapeText(size)} does not fit an image of ${h} x ${w}.`,
      {
        next: 'Use a smaller window, or more padding.',
      },
    )
  }
  const width = w + 2 * padding[1]
  const places = new Int32Array(size[0] * size[1] * rows * columns)
  let next = 0
  for (let i = 0; i < size[0]; i++) {
    for (let j = 0; j < size[1]; j++) {
      for (let row = 0; row < rows; row++) {
        const start = (row * stride[0] + i * dilation[0]) * width + j * dilation[1]
        for (let column = 0; column < columns; column++) places[next++] = start + column * stride[1]
      }
    }
  }
  return { height: h + 2 * padding[0], width, padding, size: size[0] * size[1], count: rows * columns, places }
}
