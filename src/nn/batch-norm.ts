// Batch, instance and group normalisation as layers.

import { noGrad } from '../autograd/index.js'
import { ones, tensor, zeros } from '../tensor/create.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { ModuleError } from './errors.js'
import { batchNorm, groupNorm, instanceNorm } from './functional/batch-norm.js'
import type { LayerOptions } from './linear.js'
import { Module } from './module.js'
import { Parameter } from './parameter.js'
import { needRange, needSize } from './sizes.js'

export interface NormOptions extends Pick<LayerOptions, 'dtype'> {
  /** Added to the variance. 1e-5. */
  readonly eps?: number | undefined
  /** Whether a factor and a shift of each channel are learned. True; of InstanceNorm false. */
  readonly affine?: boolean | undefined
}

const NORM_OPTIONS = optionNames<NormOptions>()('eps affine dtype')

export interface BatchNormOptions extends NormOptions {
  /** How far the running statistics move towards those of a batch; null: they are the means of all batches so far. 0.1. */
  readonly momentum?: number | null | undefined
  /** Whether there are running statistics; without them eval mode normalises by the batch, too. True; of InstanceNorm false. */
  readonly trackRunningStats?: boolean | undefined
}

const BATCH_NORM_OPTIONS = optionNames<BatchNormOptions>()('eps momentum affine trackRunningStats dtype')

/** What BatchNorm and InstanceNorm share: parameters, running statistics. */
abstract class WithStatistics extends Module {
  readonly numFeatures: number
  readonly eps: number
  /** See BatchNormOptions. */
  momentum: number | null
  readonly weight: Parameter | undefined
  readonly bias: Parameter | undefined
  readonly runningMean: Tensor | undefined
  readonly runningVar: Tensor | undefined
  readonly numBatchesTracked: Tensor | undefined

  constructor(numFeatures: number, options: BatchNormOptions, usual: { affine: boolean; trackRunningStats: boolean }) {
    super()
    const { eps = 1e-5, momentum = 0.1, dtype } = known(new.target.name, options, BATCH_NORM_OPTIONS)
    const { affine = usual.affine, trackRunningStats = usual.trackRunningStats } = options
    const name = new.target.name
    needSize(name, 'numFeatures', numFeatures)
    needRange(name, 'eps', eps, 0, Number.MAX_VALUE)
    if (momentum !== null) needRange(name, 'momentum', momentum, 0, 1)
    this.numFeatures = numFeatures
    this.eps = eps
    this.momentum = momentum
    this.weight = affine ? new Parameter(ones([numFeatures], { dtype })) : undefined
    this.bias = affine ? new Parameter(zeros([numFeatures], { dtype })) : undefined
    if (!trackRunningStats) return
    this.runningMean = this.registerBuffer('runningMean', zeros([numFeatures], { dtype }))
    this.runningVar = this.registerBuffer('runningVar', ones([numFeatures], { dtype }))
    this.numBatchesTracked = this.registerBuffer('numBatchesTracked', tensor(0, { dtype: 'int32' }))
  }

  /** Running statistics as at the beginning: means 0, variances 1, no batch. */
  resetRunningStats(): void {
    noGrad(() => {
      this.runningMean?.zero_()
      this.runningVar?.fill_(1)
      this.numBatchesTracked?.zero_()
    })
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum } = this
    const affine = this.weight !== undefined
    return `${numFeatures}, eps=${eps}, momentum=${momentum}, affine=${affine}, trackRunningStats=${this.runningMean !== undefined}`
  }
}

/** Batch normalisation of inputs with some number of axes. */
abstract class BatchNorm extends WithStatistics {
  protected abstract readonly ranks: readonly number[]

  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super(numFeatures, options, { affine: true, trackRunningStats: true })
  }

  override forward(x: Tensor): Tensor {
    needRank(this, x, this.ranks)
    const { weight, bias, eps, runningMean = null, runningVar = null } = this
    const training = this.training || runningMean === null
    return batchNorm(x, runningMean, runningVar, { weight, bias, eps, training, momentum: this.counted() })
  }

  /** Counts a batch; returns how far the statistics move. */
  private counted(): number | Tensor {
    const count = this.numBatchesTracked
    if (count === undefined || !this.training) return 0
    noGrad(() => count.add_(1))
    return this.momentum ?? count.to((this.runningMean as Tensor).dtype).reciprocal()
  }
}

/**
 * Batch normalisation of features (Ioffe & Szegedy 2015): y = (x - mean) / sqrt(var + eps) weight + bias, for each channel. In training by mean
 * and biased variance of the batch, and `runningMean`, `runningVar` (unbiased) move towards them by `momentum`; in eval mode by those.
 *
 * x [N, C] or [N, C, L] -> the same. `weight` begins with ones, `bias` with zeros. A bias of the layer before has no effect: leave it out.
 * Throws SHAPE_MISMATCH, also for a batch that has a single number for each channel in training; BAD_OPTION.
 *
 * @example
 * new nn.BatchNorm1d(2).forward(tensor([[1, 10], [3, 30]])) // tensor([[-1.0000, -1.0000], [ 1.0000,  1.0000]], gradFn=<add>)
 * @torch torch.nn.BatchNorm1d
 */
export class BatchNorm1d extends BatchNorm {
  protected override get ranks(): readonly number[] {
    return [2, 3]
  }
}

/**
 * Batch normalisation of images (Ioffe & Szegedy 2015): as BatchNorm1d, each channel over all images and places.
 *
 * x [N, C, H, W] -> the same. Throws SHAPE_MISMATCH, also for a batch that has a single number for each channel in training; BAD_OPTION.
 *
 * @example
 * new nn.BatchNorm2d(8).forward(ones([4, 8, 5, 5])).shape // [4, 8, 5, 5]
 * @torch torch.nn.BatchNorm2d
 */
export class BatchNorm2d extends BatchNorm {
  protected override get ranks(): readonly number[] {
    return [4]
  }
}

/** Instance normalisation of inputs with some number of axes behind that of the channels. */
abstract class InstanceNorm extends WithStatistics {
  protected abstract readonly places: number

  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super(numFeatures, options, { affine: false, trackRunningStats: false })
  }

  override forward(x: Tensor): Tensor {
    const ranks = [this.places + 1, this.places + 2]
    needRank(this, x, ranks)
    const { weight, bias, eps, runningMean, runningVar } = this
    const useInputStats = this.training || runningMean === undefined
    const single = x.ndim === ranks[0]
    // As in PyTorch: without momentum nothing moves, and batches are not counted.
    const momentum = this.momentum ?? 0
    const options = { weight, bias, eps, runningMean, runningVar, useInputStats, momentum }
    const y = instanceNorm(single ? x.unsqueeze(0) : x, options)
    return single ? y.squeeze(0) : y
  }
}

/**
 * Instance normalisation of sequences (Ulyanov et al. 2016): each channel of each example by its own mean and biased variance, in training and
 * eval mode: y = (x - mean) / sqrt(var + eps). With `affine` a factor and a shift are learned; with `trackRunningStats` eval mode uses
 * running statistics.
 *
 * x [N, C, L] or [C, L] -> the same. Throws SHAPE_MISMATCH, also where L is 1; BAD_OPTION.
 *
 * @example
 * new nn.InstanceNorm1d(2).forward(tensor([[1, 3], [10, 30]])) // tensor([[-1.0000,  1.0000], [-1.0000,  1.0000]])
 * @torch torch.nn.InstanceNorm1d
 */
export class InstanceNorm1d extends InstanceNorm {
  protected override get places(): number {
    return 1
  }
}

/**
 * Instance normalisation of images (Ulyanov et al. 2016): as InstanceNorm1d, each channel of each image by itself.
 *
 * x [N, C, H, W] or [C, H, W] -> the same. Throws SHAPE_MISMATCH, also where an image is one pixel; BAD_OPTION.
 *
 * @example
 * new nn.InstanceNorm2d(3).forward(ones([2, 3, 4, 4])).shape // [2, 3, 4, 4]
 * @torch torch.nn.InstanceNorm2d
 */
export class InstanceNorm2d extends InstanceNorm {
  protected override get places(): number {
    return 2
  }
}

/**
 * Group normalisation (Wu & He 2018): each group of channels of each example by its own mean and biased variance, then a factor and a shift for
 * each channel: y = (x - mean) / sqrt(var + eps) weight + bias. Batches do not matter, so that it works where they are small.
 *
 * x [N, C, ...] -> the same. `numGroups` divides `numChannels`. `weight` begins with ones, `bias` with zeros. Throws BAD_OPTION, SHAPE_MISMATCH.
 *
 * @example
 * new nn.GroupNorm(2, 4).forward(tensor([[1, 3, 10, 30]])) // tensor([[-1.0000,  1.0000, -1.0000,  1.0000]], gradFn=<add>)
 * @torch torch.nn.GroupNorm
 */
export class GroupNorm extends Module {
  readonly numGroups: number
  readonly numChannels: number
  readonly eps: number
  readonly weight: Parameter | undefined
  readonly bias: Parameter | undefined

  constructor(numGroups: number, numChannels: number, options: NormOptions = {}) {
    super()
    const { eps = 1e-5, affine = true, dtype } = known('GroupNorm', options, NORM_OPTIONS)
    needSize('GroupNorm', 'numGroups', numGroups)
    needSize('GroupNorm', 'numChannels', numChannels)
    needRange('GroupNorm', 'eps', eps, 0, Number.MAX_VALUE)
    if (numChannels % numGroups !== 0) {
      throw new ModuleError('BAD_OPTION', `GroupNorm: ${numChannels} channels do not fall into ${numGroups} groups.`, {
        next: 'The number of groups must divide the number of channels.',
      })
    }
    this.numGroups = numGroups
    this.numChannels = numChannels
    this.eps = eps
    this.weight = affine ? new Parameter(ones([numChannels], { dtype })) : undefined
    this.bias = affine ? new Parameter(zeros([numChannels], { dtype })) : undefined
  }

  override forward(x: Tensor): Tensor {
    return groupNorm(x, this.numGroups, { weight: this.weight, bias: this.bias, eps: this.eps })
  }

  override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${this.eps}, affine=${this.weight !== undefined}`
  }
}

function needRank(module: Module, x: Tensor, ranks: readonly number[]): void {
  if (ranks.includes(x.ndim)) return
  throw new TensorError(
    'SHAPE_MISMATCH',
    `${module.constructor.name}: x must have ${ranks.join(' or ')} axes; it has shape ${shapeText(x.shape)}.`,
    { next: 'The axes are [N, C, ...]: examples, channels, places.' },
  )
}
