// Normalisation by what a batch, a group of channels or an image has in common.
import { noGrad } from '../../autograd/index.js'
import { shapeText, TensorError } from '../../tensor/errors.js'
import { raised } from '../../tensor/ops/precision.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'

export interface BatchNormFunctionOptions {
  /** Factor of each channel, [C]. None. */
  readonly weight?: Tensor | undefined
  /** Added to each channel, [C]. None. */
  readonly bias?: Tensor | undefined
  /** Normalise by the batch and move the running statistics, instead of normalising by them. False. */
  readonly training?: boolean | undefined
  /** How far the running statistics move towards those of the batch: a number, or a tensor with one. 0.1. */
  readonly momentum?: number | Tensor | undefined
  /** Added to the variance. 1e-5. */
  readonly eps?: number | undefined
}

const BATCH_NORM_FUNCTION_OPTIONS = optionNames<BatchNormFunctionOptions>()('weight bias training momentum eps')

/**
 * Batch normalisation (Ioffe & Szegedy 2015, algorithm 1): y = (x - mean) / sqrt(var + eps) weight + bias for each channel, with mean and biased
 * variance of the batch in training, else the running ones.
 *
 * x [N, C] or [N, C, ...] -> the same. In training `runningMean` and `runningVar`, [C] or null, move in place by `momentum`: r = (1 - momentum) r +
 * momentum s, with the unbiased variance. Throws SHAPE_MISMATCH where sizes do not fit, or where a channel has a single number in training:
 * it would become 0.
 *
 * @example
 * F.batchNorm(tensor([[1, 10], [3, 30]]), null, null, { training: true }) // tensor([[-1.0000, -1.0000], [ 1.0000,  1.0000]])
 * @torch torch.nn.functional.batch_norm
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormFunctionOptions = {},
): Tensor {
  const {
    weight,
    bias,
    training = false,
    momentum = 0.1,
    eps = 1e-5,
  } = known('batchNorm', options, BATCH_NORM_FUNCTION_OPTIONS)
  needChannels('batchNorm', x, { runningMean, runningVar, weight, bias })
  const wide = raised(x)
  if (!training) {
    if (runningMean === null || runningVar === null) {
      throw new TensorError('BAD_VALUE', 'batchNorm: without training it needs runningMean and runningVar.', {
        next: 'Give both, or say training: true to normalise by the batch.',
      })
    }
    return byStatistics(wide, runningMean, runningVar, { weight, bias, eps })
  }
  const axes = othersThan(x, 1)
  needSeveral('batchNorm', x, axes)
  const { centred, variance } = spread(wide, wide.mean(axes, { keepdim: true }), axes, (mean, unbiased) => {
    move(runningMean, mean.reshape([-1]), momentum)
    move(runningVar, unbiased.reshape([-1]), momentum)
  })
  return scaled(centred, variance, { weight, bias, eps })
}

export interface InstanceNormFunctionOptions extends Omit<BatchNormFunctionOptions, 'training'> {
  /** The running mean, [C]. None. */
  readonly runningMean?: Tensor | null | undefined
  /** The running variance, [C]. None. */
  readonly runningVar?: Tensor | null | undefined
  /** Normalise by each image itself, and move the running statistics where there are any. True; false normalises by them. */
  readonly useInputStats?: boolean | undefined
}

const INSTANCE_NORM_FUNCTION_OPTIONS = optionNames<InstanceNormFunctionOptions>()(
  'runningMean runningVar useInputStats weight bias momentum eps',
)

/**
 * Instance normalisation (Ulyanov et al. 2016): each channel of each example is normalised by itself, so that contrast and style fall away:
 * y = (x - mean) / sqrt(var + eps) weight + bias.
 *
 * x [N, C, ...] -> the same. Running statistics move towards the means over the batch. Throws SHAPE_MISMATCH where sizes do not fit, or where
 * a channel has a single number.
 *
 * @example
 * F.instanceNorm(tensor([[[1, 3], [10, 30]]])) // tensor([[[-1.0000,  1.0000], [-1.0000,  1.0000]]])
 * @torch torch.nn.functional.instance_norm
 */
export function instanceNorm(x: Tensor, options: InstanceNormFunctionOptions = {}): Tensor {
  const {
    runningMean = null,
    runningVar = null,
    useInputStats = true,
    weight,
    bias,
    momentum = 0.1,
    eps = 1e-5,
  } = known('instanceNorm', options, INSTANCE_NORM_FUNCTION_OPTIONS)
  if (!useInputStats) return batchNorm(x, runningMean, runningVar, { weight, bias, eps })
  needChannels('instanceNorm', x, { runningMean, runningVar, weight, bias })
  const wide = raised(x)
  const axes = othersThan(x, 1).slice(1)
  needSeveral('instanceNorm', x, axes)
  const { centred, variance } = spread(wide, wide.mean(axes, { keepdim: true }), axes, (mean, unbiased) => {
    move(runningMean, mean.mean(0).reshape([-1]), momentum)
    move(runningVar, unbiased.mean(0).reshape([-1]), momentum)
  })
  return scaled(centred, variance, { weight, bias, eps })
}

export interface GroupNormFunctionOptions {
  /** Factor of each channel, [C]. None. */
  readonly weight?: Tensor | undefined
  /** Added to each channel, [C]. None. */
  readonly bias?: Tensor | undefined
  /** Added to the variance. 1e-5. */
  readonly eps?: number | undefined
}

const GROUP_NORM_FUNCTION_OPTIONS = optionNames<GroupNormFunctionOptions>()('weight bias eps')

/**
 * Group normalisation (Wu & He 2018): channels fall into groups, and each group of each example is normalised by itself: y = (x - mean) /
 * sqrt(var + eps) weight + bias. One group: the whole example; as many groups as channels: instance normalisation. Batches do not matter.
 *
 * x [N, C, ...] -> the same; `numGroups` divides C. Throws SHAPE_MISMATCH where it does not, or where sizes do not fit.
 *
 * @example
 * F.groupNorm(tensor([[1, 3, 10, 30]]), 2) // tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
 * @torch torch.nn.functional.group_norm
 */
export function groupNorm(x: Tensor, numGroups: number, options: GroupNormFunctionOptions = {}): Tensor {
  const { weight, bias, eps = 1e-5 } = known('groupNorm', options, GROUP_NORM_FUNCTION_OPTIONS)
  const channels = needChannels('groupNorm', x, { weight, bias })
  if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new TensorError('SHAPE_MISMATCH', `groupNorm: ${channels} channels do not fall into ${numGroups} groups.`, {
      next: 'The number of groups must divide the number of channels.',
    })
  }
  const wide = raised(x)
  const count = x.shape[0] as number
  const groups = wide.reshape([count, numGroups, -1])
  const { centred, variance } = spread(groups, groups.mean(2, { keepdim: true }), [2])
  const root = variance.add(eps).rsqrt()
  const normal = centred.reshape(x.shape)
  const places = x.shape.slice(2).map(() => 1)
  // The factor of a channel is made before it meets all of its numbers.
  const perChannel = (factor: Tensor): Tensor => factor.reshape([count, channels, ...places])
  const each = root.expand([count, numGroups, channels / numGroups])
  const y = normal.mul(perChannel(weight === undefined ? each : each.mul(weight.reshape([1, numGroups, -1]))))
  return bias === undefined ? y : y.add(alongChannels(bias, x.ndim))
}

/** x without its mean, and the biased variance; `observe` gets the mean and the unbiased variance, without graph. */
function spread(
  x: Tensor,
  mean: Tensor,
  axes: readonly number[],
  observe?: (mean: Tensor, unbiased: Tensor) => void,
): { centred: Tensor; variance: Tensor } {
  const centred = x.sub(mean)
  const variance = centred.square().mean(axes, { keepdim: true })
  const count = axes.reduce((product, axis) => product * (x.shape[axis] as number), 1)
  if (observe !== undefined) noGrad(() => observe(mean.detach(), variance.detach().mul(count / (count - 1))))
  return { centred, variance }
}

/** Moves a running statistic. */
function move(running: Tensor | null, now: Tensor, momentum: number | Tensor): void {
  running?.lerp_(now.to(running.dtype), momentum)
}

type Affine = { readonly weight: Tensor | undefined; readonly bias: Tensor | undefined; readonly eps: number }

/** The factor of a channel is made before it meets all of its numbers. */
function scaled(centred: Tensor, variance: Tensor, { weight, bias, eps }: Affine): Tensor {
  const factor = variance.add(eps).rsqrt()
  const y = centred.mul(weight === undefined ? factor : factor.mul(alongChannels(weight, centred.ndim)))
  return bias === undefined ? y : y.add(alongChannels(bias, centred.ndim))
}

/** One factor and one shift for each channel. */
function byStatistics(x: Tensor, mean: Tensor, variance: Tensor, { weight, bias, eps }: Affine): Tensor {
  const root = variance.add(eps).rsqrt()
  const factor = weight === undefined ? root : root.mul(weight)
  const product = mean.mul(factor)
  const shift = bias === undefined ? product.neg() : bias.sub(product)
  return x.mul(alongChannels(factor, x.ndim)).add(alongChannels(shift, x.ndim))
}

/** [C] as [C, 1, ...], so that it broadcasts along axis 1. */
const alongChannels = (x: Tensor, ndim: number): Tensor =>
  ndim <= 2 ? x : x.reshape([-1, ...new Array<number>(ndim - 2).fill(1)])

const othersThan = (x: Tensor, axis: number): number[] => x.shape.map((_, i) => i).filter(i => i !== axis)

/** The number of channels; throws SHAPE_MISMATCH where something does not have one number for each. */
function needChannels(operation: string, x: Tensor, learned: Record<string, Tensor | null | undefined>): number {
  const channels = x.shape[1]
  if (channels === undefined) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `${operation}: x must be [N, C, ...]; it has shape ${shapeText(x.shape)}.`,
      {
        next: 'Add the axis of the batch: x.unsqueeze(0).',
      },
    )
  }
  for (const [name, p] of Object.entries(learned)) {
    if (p === null || p === undefined || (p.ndim === 1 && p.shape[0] === channels)) continue
    throw new TensorError(
      'SHAPE_MISMATCH',
      `${operation}: x of shape ${shapeText(x.shape)} has ${channels} channels, in axis 1; ${name} has shape ${shapeText(p.shape)}.`,
      { next: 'Images are [N, C, H, W]; permute x, or make the layer for as many channels.' },
    )
  }
  return channels
}

function needSeveral(operation: string, x: Tensor, axes: readonly number[]): void {
  if (axes.reduce((product, axis) => product * (x.shape[axis] as number), 1) !== 1) return
  throw new TensorError(
    'SHAPE_MISMATCH',
    `${operation}: in training it needs more than one number for each channel; x has shape ${shapeText(x.shape)}.`,
    {
      next: 'Give a larger batch (dropLast: true drops the last, smaller one), or call eval() to use the running statistics.',
    },
  )
}
