// Normalisation: features get mean 0 and variance 1, then a scale and a shift that are learned.
import { shapeText, TensorError } from '../../tensor/errors.js'
import { raised } from '../../tensor/ops/precision.js'
import { known, optionNames } from '../../tensor/options.js'
import { sameShape } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'

export interface RmsNormFunctionOptions {
  /** Factor of each feature, of the normalised shape. None. */
  readonly weight?: Tensor | undefined
  /** Added to the mean square. The distance of 1 to the next number of the dtype, 2^-23 in float32. */
  readonly eps?: number | undefined
}

const RMS_NORM_FUNCTION_OPTIONS = optionNames<RmsNormFunctionOptions>()('weight eps')

export interface LayerNormFunctionOptions {
  /** Factor of each feature, of the normalised shape. None. */
  readonly weight?: Tensor | undefined
  /** Added to each feature, of the normalised shape. None. */
  readonly bias?: Tensor | undefined
  /** Added to the variance. 1e-5. */
  readonly eps?: number | undefined
}

const LAYER_NORM_FUNCTION_OPTIONS = optionNames<LayerNormFunctionOptions>()('weight bias eps')

/**
 * Layer normalisation (Ba et al. 2016): y = (x - mean) / sqrt(var + eps) weight + bias, with the mean and the biased variance of the last axes,
 * those of `shape`.
 *
 * x [..., *shape] -> the same. Throws SHAPE_MISMATCH where x, weight or bias does not end with `shape`.
 *
 * @example
 * F.layerNorm(tensor([[1, 2, 3]]), [3]) // tensor([[-1.2247,  0.0000,  1.2247]])
 * @torch torch.nn.functional.layer_norm
 */
export function layerNorm(x: Tensor, shape: readonly number[], options: LayerNormFunctionOptions = {}): Tensor {
  const { weight, bias, eps = 1e-5 } = known('layerNorm', options, LAYER_NORM_FUNCTION_OPTIONS)
  const dims = lastAxes('layerNorm', x, shape, { weight, bias })
  const wide = raised(x)
  const centred = wide.sub(wide.mean(dims, { keepdim: true }))
  const variance = centred.square().mean(dims, { keepdim: true })
  return scaled(centred.mul(variance.add(eps).rsqrt()), weight, bias)
}

/** Distance of 1 to the next number. */
const EPSILON = {
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
  float32: 2 ** -23,
  float64: 2 ** -52,
  int32: 0,
  bool: 0,
} as const

/**
 * Root mean square normalisation (Zhang & Sennrich 2019): y = x / sqrt(mean(x^2) + eps) weight, over the last axes, those of `shape`.
 *
 * x [..., *shape] -> the same. Throws SHAPE_MISMATCH where x or weight does not end with `shape`.
 *
 * @example
 * F.rmsNorm(tensor([[3, 4]]), [2]) // tensor([[0.8485, 1.1314]])
 * @torch torch.nn.functional.rms_norm
 */
export function rmsNorm(x: Tensor, shape: readonly number[], options: RmsNormFunctionOptions = {}): Tensor {
  const { weight, eps } = known('rmsNorm', options, RMS_NORM_FUNCTION_OPTIONS)
  const dims = lastAxes('rmsNorm', x, shape, { weight })
  const wide = raised(x)
  const meanSquare = wide.square().mean(dims, { keepdim: true })
  return scaled(wide.mul(meanSquare.add(eps ?? EPSILON[wide.dtype]).rsqrt()), weight)
}

function scaled(x: Tensor, weight?: Tensor, bias?: Tensor): Tensor {
  const y = weight === undefined ? x : x.mul(weight)
  return bias === undefined ? y : y.add(bias)
}

/** The axes of `shape` in x, counted from the end. */
function lastAxes(
  operation: string,
  x: Tensor,
  shape: readonly number[],
  learned: Record<string, Tensor | undefined>,
): number[] {
  const own = x.shape.slice(Math.max(x.ndim - shape.length, 0))
  const [name, wrong] = Object.entries(learned).find(([, p]) => p !== undefined && !sameShape(p.shape, shape)) ?? []
  if (shape.length > 0 && sameShape(own, shape) && wrong === undefined) return shape.map((_, i) => i - shape.length)
  throw new TensorError(
    'SHAPE_MISMATCH',
    wrong === undefined
      ? `${operation}: the last axes of x must be ${shapeText(shape)}; x has shape ${shapeText(x.shape)}.`
      : `${operation}: ${name} must have shape ${shapeText(shape)}; it has ${shapeText(wrong.shape)}.`,
    { next: 'Name the axes whose mean is taken: for features in the last axis [features].' },
  )
}
