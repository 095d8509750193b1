// Convolutions, as networks use them: cross-correlations.

import { apply } from '../engine.js'
import { shapeText, TensorError } from '../errors.js'
import { known, optionNames } from '../options.js'
import { type Conv2dParams, needFloat } from '../primitives.js'
import { isTensor, type Tensor } from '../tensor.js'
import { add } from './arithmetic.js'
import { meet, needTensor } from './operand.js'
import { type Axes, type PerAxis, pair } from './per-axis.js'
import { lowered } from './precision.js'
import { reshaped } from './windows.js'

export interface ConvOptions {
  /** Step of the window. Default 1. */
  readonly stride?: PerAxis
  /** Zeros around the input: a number, one for each axis, 'same' (the output is as large as the input; stride 1) or 'valid'. */
  readonly padding?: PerAxis | 'same' | 'valid'
  /** Distance of the weights within a window. Default 1. */
  readonly dilation?: PerAxis
  /** Groups of channels that do not meet. Default 1. */
  readonly groups?: number
}

const CONV_OPTIONS = optionNames<ConvOptions>()('stride padding dilation groups')

export interface ConvTransposeOptions {
  readonly stride?: PerAxis
  readonly padding?: PerAxis
  /** Places added at one end of the output, where several sizes would be possible. Default 0. */
  readonly outputPadding?: PerAxis
  readonly dilation?: PerAxis
  readonly groups?: number
}

const CONV_TRANSPOSE_OPTIONS = optionNames<ConvTransposeOptions>()('stride padding outputPadding dilation groups')

/**
 * 2-D convolution: out[n, o, y, x] = bias[o] + sum over c, i, j of input[n, c, y s + i d - p, x s + j d - p] weight[o, c, i, j].
 *
 * Shapes: x [N, C, H, W] or [C, H, W], weight [O, C / groups, kh, kw], bias [O] -> [N, O, H', W'] with
 * H' = floor((H + 2 p - d (kh - 1) - 1) / s) + 1. Throws SHAPE_MISMATCH, BAD_SHAPE, BAD_VALUE; BAD_DTYPE for whole numbers.
 *
 * @example
 * conv2d(images, weight, bias, { stride: 2, padding: 1 })
 * @torch torch.nn.functional.conv2d
 * @differs tensors of different dtypes meet; PyTorch throws
 * @differs Options beside the bias go by name.
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvOptions = {}): Tensor {
  known('conv2d', options, CONV_OPTIONS)
  return convolve('conv2d', 2, x, weight, bias, options)
}

/**
 * 1-D convolution: x [N, C, L] or [C, L], weight [O, C / groups, k], bias [O] -> [N, O, L']. See conv2d.
 *
 * @example
 * conv1d(tensor([[1, 2, 3, 4]]), tensor([[[1, -1]]])) // tensor([[-1., -1., -1.]])
 * @torch torch.nn.functional.conv1d
 * @differs tensors of different dtypes meet; PyTorch throws
 * @differs Options beside the bias go by name.
 */
export function conv1d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvOptions = {}): Tensor {
  known('conv1d', options, CONV_OPTIONS)
  return convolve('conv1d', 1, x, weight, bias, options)
}

/**
 * Transposed 2-D convolution: the gradient of conv2d for its input, used to make images larger.
 *
 * Shapes: x [N, C, H, W] or [C, H, W], weight [C, O / groups, kh, kw], bias [O] -> [N, O, H', W'] with
 * H' = (H - 1) s - 2 p + d (kh - 1) + outputPadding + 1. Throws as conv2d.
 *
 * @example
 * convTranspose2d(tensor([[[1, 2]]]), tensor([[[[1, 10]]]])) // tensor([[[ 1., 12., 20.]]])
 * @torch torch.nn.functional.conv_transpose2d
 * @differs tensors of different dtypes meet; PyTorch throws
 * @differs Options beside the bias go by name.
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTransposeOptions = {},
): Tensor {
  known('convTranspose2d', options, CONV_TRANSPOSE_OPTIONS)
  return transposeConvolve('convTranspose2d', 2, x, weight, bias, options)
}

/**
 * Transposed 1-D convolution: x [N, C, L], weight [C, O / groups, k], bias [O] -> [N, O, L']. See convTranspose2d.
 *
 * @example
 * convTranspose1d(tensor([[1, 2]]), tensor([[[1, 1]]]), null, { stride: 2 }) // tensor([[1., 1., 2., 2.]])
 * @torch torch.nn.functional.conv_transpose1d
 * @differs tensors of different dtypes meet; PyTorch throws
 * @differs Options beside the bias go by name.
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTransposeOptions = {},
): Tensor {
  known('convTranspose1d', options, CONV_TRANSPOSE_OPTIONS)
  return transposeConvolve('convTranspose1d', 1, x, weight, bias, options)
}

function convolve(
  operation: string,
  axes: Axes,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
  options: ConvOptions,
): Tensor {
  const { groups = 1 } = options
  const [input, kernel] = operands(operation, axes, x, weight)
  const channels = input.shape[1] as number
  const [outputs, perGroup] = kernel.shape as [number, number]
  checkBias(operation, bias, outputs)
  if (channels !== perGroup * groups || outputs % groups !== 0) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `${operation}: the input ${shapeText(x.shape)} has ${channels} channels; weight ${shapeText(weight.shape)} with ${groups} group(s) expects ${perGroup * groups}.`,
      {
        next: 'weight is [out, in / groups, ...], and both channel numbers divide by groups.',
      },
    )
  }
  const params = paramsOf(operation, axes, kernel, options)
  const reach = [0, 1].map(a => (params.dilation[a] as number) * ((kernel.shape[2 + a] as number) - 1) + 1)
  const room = [0, 1].map(a => (input.shape[2 + a] as number) + sum(params.padding[a] as readonly number[]))
  if (reach.some((r, a) => r > (room[a] as number))) {
    throw new TensorError(
      'BAD_SHAPE',
      `${operation}: a window of ${shapeText(reach.slice(2 - axes))} does not fit an input of ${shapeText(room.slice(2 - axes))} (padding included).`,
      {
        next: 'Add padding, or use a smaller kernel or dilation.',
      },
    )
  }
  return finished(axes, x, apply('conv2d', [input, kernel], params), bias)
}

function transposeConvolve(
  operation: string,
  axes: Axes,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
  options: ConvTransposeOptions,
): Tensor {
  const { groups = 1, outputPadding = 0 } = options
  const [input, kernel] = operands(operation, axes, x, weight)
  if (input.shape[1] !== kernel.shape[0] || (input.shape[1] as number) % groups !== 0) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `${operation}: the input ${shapeText(x.shape)} has ${input.shape[1]} channels; weight ${shapeText(weight.shape)} expects ${kernel.shape[0]}.`,
      {
        next: 'weight is [in, out / groups, ...], and both channel numbers divide by groups.',
      },
    )
  }
  checkBias(operation, bias, (kernel.shape[1] as number) * groups)
  const params = paramsOf(operation, axes, kernel, options)
  const extra = pair(operation, 'outputPadding', axes, outputPadding, 0)
  const size = [0, 1].map(a => {
    const [s, d] = [params.stride[a] as number, params.dilation[a] as number]
    return (
      ((input.shape[2 + a] as number) - 1) * s -
      sum(params.padding[a] as readonly number[]) +
      d * ((kernel.shape[2 + a] as number) - 1) +
      (extra[a] as number) +
      1
    )
  }) as [number, number]
  if (
    size.some(n => n < 1) ||
    extra.some((n, a) => n >= Math.max(params.stride[a] as number, params.dilation[a] as number) && n > 0)
  ) {
    throw new TensorError(
      'BAD_VALUE',
      `${operation}: an output of ${shapeText(size.slice(2 - axes))} with outputPadding ${shapeText(extra.slice(2 - axes))} is not possible.`,
      {
        next: 'outputPadding is smaller than stride or dilation, and padding smaller than the output.',
      },
    )
  }
  return finished(axes, x, apply('conv2dInput', [input, kernel], { ...params, size }), bias)
}

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)

/** Input and weight with four axes, in one dtype. */
function operands(operation: string, axes: Axes, x: Tensor, weight: Tensor): [Tensor, Tensor] {
  needTensor(operation, x)
  needTensor(operation, weight)
  const [a, b] = meet(operation, lowered(x), lowered(weight))
  needFloat(operation, a)
  const rank = axes + 2
  if ((a.shape.length !== rank && a.shape.length !== rank - 1) || b.shape.length !== rank) {
    throw new TensorError(
      'BAD_SHAPE',
      `${operation}: expected an input of ${rank - 1} or ${rank} dimensions and a weight of ${rank}; got ${shapeText(x.shape)} and ${shapeText(weight.shape)}.`,
      {
        next:
          axes === 2
            ? 'Images are [N, C, H, W], weights [out, in, height, width].'
            : 'Sequences are [N, C, L], weights [out, in, length].',
      },
    )
  }
  const batched = a.shape.length === rank ? a.shape : [1, ...a.shape]
  return [reshaped(a, fourAxes(axes, batched)), reshaped(b, fourAxes(axes, b.shape))]
}

/** A sequence is an image of one row. */
const fourAxes = (axes: Axes, shape: readonly number[]): number[] =>
  axes === 2 ? [...shape] : [shape[0] as number, shape[1] as number, 1, shape[2] as number]

function paramsOf(operation: string, axes: Axes, kernel: Tensor, options: ConvOptions): Conv2dParams {
  const stride = pair(operation, 'stride', axes, options.stride ?? 1, 1)
  const dilation = pair(operation, 'dilation', axes, options.dilation ?? 1, 1)
  return {
    stride,
    dilation,
    groups: options.groups ?? 1,
    padding: paddingOf(operation, axes, kernel, options.padding ?? 0, stride, dilation),
  }
}

type Pads = readonly [readonly [number, number], readonly [number, number]]

function paddingOf(
  operation: string,
  axes: Axes,
  kernel: Tensor,
  padding: PerAxis | 'same' | 'valid',
  stride: readonly number[],
  dilation: readonly number[],
): Pads {
  if (padding === 'valid')
    return [
      [0, 0],
      [0, 0],
    ]
  if (padding !== 'same') {
    const [a, b] = pair(operation, 'padding', axes, padding, 0)
    return axes === 1
      ? [
          [0, 0],
          [b, b],
        ]
      : [
          [a, a],
          [b, b],
        ]
  }
  if (stride.some(s => s !== 1)) {
    throw new TensorError(
      'BAD_VALUE',
      `${operation}: padding 'same' needs a stride of 1; it is ${shapeText(stride.slice(2 - axes))}.`,
      { next: 'Give the padding as a number.' },
    )
  }
  const around = [0, 1].map((a): [number, number] => {
    const total = (dilation[a] as number) * ((kernel.shape[2 + a] as number) - 1)
    return [Math.floor(total / 2), total - Math.floor(total / 2)]
  })
  return around as [[number, number], [number, number]]
}

/** Bias, and the axes that came in. */
function finished(axes: Axes, x: Tensor, out: Tensor, bias: Tensor | null | undefined): Tensor {
  const [n, o, h, w] = out.shape as [number, number, number, number]
  const whole = bias === undefined || bias === null ? out : add(out, reshaped(lowered(bias), [o, 1, 1]))
  const shape = axes === 2 ? [o, h, w] : [o, w]
  return reshaped(whole, x.shape.length === axes + 2 ? [n, ...shape] : shape)
}

/** Throws NOT_A_TENSOR where options stand in the place of the bias, SHAPE_MISMATCH unless it has one number an output channel. */
function checkBias(operation: string, bias: Tensor | null | undefined, outputs: number): void {
  if (bias === undefined || bias === null) return
  if (!isTensor(bias)) {
    throw new TensorError('NOT_A_TENSOR', `${operation}: the bias, its third argument, is no tensor.`, {
      next: `Write ${operation}(x, weight, bias, options), with null for no bias.`,
    })
  }
  if (bias.shape.length === 1 && bias.shape[0] === outputs) return
  throw new TensorError(
    'SHAPE_MISMATCH',
    `${operation}: the bias has shape ${shapeText(bias.shape)}; the weight makes ${outputs} channels.`,
    { next: `Give one number a channel: shape [${outputs}].` },
  )
}
