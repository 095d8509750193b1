// Resampling of images and sequences to another size.
import { apply, compute } from '../engine.js'
import { shapeText, TensorError } from '../errors.js'
import { needFloat } from '../primitives.js'
import type { Tensor } from '../tensor.js'
import { add, mul } from './arithmetic.js'
import { int32List } from './host.js'
import { needTensor } from './operand.js'
import { said } from './per-axis.js'
import { adaptiveAvgPool1d, adaptiveAvgPool2d } from './pool.js'
import { reshaped } from './windows.js'

export interface InterpolateOptions {
  /** The new sizes of the last axes: a number for all of them, or one for each. */
  readonly size?: number | readonly number[]
  /** Or by how much they grow. */
  readonly scaleFactor?: number | readonly number[]
  /** Default 'nearest'. 'linear' is for [N, C, L], 'bilinear' and 'bicubic' for [N, C, H, W], the others for both. */
  readonly mode?: 'nearest' | 'nearest-exact' | 'linear' | 'bilinear' | 'bicubic' | 'area'
  /** Whether the centres of the corner places stay where they are (linear modes). Default false. */
  readonly alignCorners?: boolean
}

const MODES: readonly unknown[] = ['nearest', 'nearest-exact', 'linear', 'bilinear', 'bicubic', 'area']

/**
 * An image or a sequence in another size: x [N, C, H, W] -> [N, C, H', W'], or [N, C, L] -> [N, C, L'].
 *
 * Places are found as in PyTorch: output i lies at (i + 1/2) scale - 1/2 of the input, or at i (L - 1) / (L' - 1) with
 * alignCorners. Bicubic uses Keys' kernel with a = -.75. Throws BAD_VALUE, BAD_SHAPE, BAD_DTYPE.
 *
 * @example
 * interpolate(images, { scaleFactor: 2, mode: 'bilinear' })
 * @torch torch.nn.functional.interpolate
 */
export function interpolate(
  x: Tensor,
  { size, scaleFactor, mode = 'nearest', alignCorners = false }: InterpolateOptions = {},
): Tensor {
  needTensor('interpolate', x)
  needFloat('interpolate', x)
  if (!MODES.includes(mode)) {
    throw new TensorError('BAD_VALUE', `interpolate: there is no mode ${said(mode)}.`, {
      next: `Choose one of ${MODES.join(', ')}.`,
    })
  }
  const axes = x.shape.length - 2
  const known = axes === 1 ? mode !== 'bilinear' && mode !== 'bicubic' : axes === 2 && mode !== 'linear'
  if (!known) {
    throw new TensorError('BAD_SHAPE', `interpolate: mode '${mode}' does not go with shape ${shapeText(x.shape)}.`, {
      next: "'linear' takes [N, C, L]; 'bilinear' and 'bicubic' take [N, C, H, W].",
    })
  }
  if ((size === undefined) === (scaleFactor === undefined)) {
    throw new TensorError('BAD_VALUE', 'interpolate: give either size or scaleFactor.', {
      next: 'As in interpolate(x, { scaleFactor: 2 }).',
    })
  }
  const list = (given: number | readonly number[]): readonly number[] =>
    typeof given === 'number' ? new Array<number>(axes).fill(given) : given
  const factors = scaleFactor === undefined ? undefined : list(scaleFactor)
  const sizes =
    factors === undefined ? list(size as number) : factors.map((f, a) => Math.floor((x.shape[2 + a] as number) * f))
  if (sizes.length !== axes || sizes.some(n => !Number.isInteger(n) || n < 1)) {
    throw new TensorError(
      'BAD_VALUE',
      `interpolate: sizes ${shapeText(sizes)} are not possible for shape ${shapeText(x.shape)}.`,
      { next: `Give ${axes} whole number(s) from 1.` },
    )
  }
  if (mode === 'area') return axes === 1 ? adaptiveAvgPool1d(x, sizes[0] as number) : adaptiveAvgPool2d(x, sizes)
  return sizes.reduce(
    (y, n, a) => resampled(y, 2 + a, tapsOf(mode, y.shape[2 + a] as number, n, factors?.[a], alignCorners)),
    x,
  )
}

/** For each place of the output, the places of the input that it mixes, and their weights. */
type Taps = readonly (readonly (readonly [place: number, weight: number])[])[]

function tapsOf(
  mode: NonNullable<InterpolateOptions['mode']>,
  from: number,
  to: number,
  factor: number | undefined,
  alignCorners: boolean,
): Taps {
  // As in PyTorch, a factor that was given counts, not the one that the rounded size would make.
  const scale = factor === undefined ? from / to : 1 / factor
  return Array.from({ length: to }, (_, i) => {
    if (mode === 'nearest') return [[Math.min(Math.floor(i * scale), from - 1), 1]]
    if (mode === 'nearest-exact') return [[Math.min(Math.floor((i + 0.5) * scale), from - 1), 1]]
    const at = alignCorners ? (to > 1 ? (i * (from - 1)) / (to - 1) : 0) : (i + 0.5) * scale - 0.5
    return mode === 'bicubic' ? cubic(at, from) : between(alignCorners ? at : Math.max(at, 0), from)
  })
}

function between(at: number, from: number): [number, number][] {
  const low = Math.min(Math.floor(at), from - 1)
  const part = at - low
  return [
    [low, 1 - part],
    [Math.min(low + 1, from - 1), part],
  ]
}

/** Keys, "Cubic convolution interpolation for digital image processing" (1981), a = -.75; edges are repeated. */
function cubic(at: number, from: number): [number, number][] {
  const low = Math.floor(at)
  const t = at - low
  const a = -0.75
  const near = (d: number): number => ((a + 2) * d - (a + 3)) * d * d + 1
  const far = (d: number): number => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
  const weights = [far(t + 1), near(t), near(1 - t), far(2 - t)]
  return weights.map((weight, k) => [Math.min(Math.max(low - 1 + k, 0), from - 1), weight])
}

/** Mixes places along one axis. */
function resampled(x: Tensor, axis: number, taps: Taps): Tensor {
  const count = (taps[0] as Taps[number]).length
  let sum: Tensor | undefined
  for (let k = 0; k < count; k++) {
    const places = Int32Array.from(taps, tap => (tap[k] as readonly [number, number])[0])
    const part = apply('indexSelect', [x, int32List(places, x)], { dim: axis })
    const weighted =
      count === 1
        ? part
        : mul(
            part,
            weightsOf(
              x,
              axis,
              taps.map(tap => (tap[k] as readonly [number, number])[1]),
            ),
          )
    sum = sum === undefined ? weighted : add(sum, weighted)
  }
  return sum as Tensor
}

function weightsOf(x: Tensor, axis: number, weights: readonly number[]): Tensor {
  const { backend } = x.storage
  const list = compute('full', [], { shape: [weights.length], dtype: 'float64', value: 0 }, backend)
  backend.write(list.storage, Float64Array.from(weights), 0)
  const shape = x.shape.map((_, i) => (i === axis ? weights.length : 1))
  return reshaped(compute('cast', [list], { dtype: x.dtype }), shape)
}
