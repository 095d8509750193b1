// First weights whose spread follows from the layer's sizes, so that signals and gradients keep their size from layer to layer.

import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { ModuleError } from '../errors.js'
import { calculateFan, calculateGain, type Nonlinearity } from './fan.js'
import { type InitOptions, normal_, uniform_ } from './fill.js'

export interface XavierOptions extends InitOptions {
  /** A factor for the activation that follows: calculateGain('tanh'). 1. */
  readonly gain?: number | undefined
}

const XAVIER_OPTIONS = optionNames<XavierOptions>()('gain generator')

/** The standard deviation of a compromise: 1/fanIn keeps signals, 1/fanOut keeps gradients. */
function xavierStd(weight: Tensor, { gain = 1 }: XavierOptions): number {
  const { fanIn, fanOut } = calculateFan(weight)
  return gain * Math.sqrt(2 / (fanIn + fanOut))
}

/**
 * Xavier (Glorot & Bengio 2010, equation 16), uniform: weights on [-c, c), c = gain sqrt(6 / (fanIn + fanOut)), in place. Returns the weight.
 *
 * The variance is gain^2 2 / (fanIn + fanOut), between what keeps signals and what keeps gradients, for activations that are the identity near 0 (tanh).
 * weight [out, in, ...]; throws BAD_SHAPE below two axes.
 *
 * @example
 * nn.init.xavierUniform_(zeros([3, 3])).abs().max().item() <= 1 // true
 * @torch torch.nn.init.xavier_uniform_
 */
export function xavierUniform_<T extends Tensor>(weight: T, options: XavierOptions = {}): T {
  known('xavierUniform_', options, XAVIER_OPTIONS)
  const bound = Math.sqrt(3) * xavierStd(weight, options)
  return uniform_(weight, -bound, bound, { generator: options.generator })
}

/**
 * Xavier (Glorot & Bengio 2010), normal: mean 0, standard deviation gain sqrt(2 / (fanIn + fanOut)), in place. Returns the weight.
 *
 * weight [out, in, ...]; throws BAD_SHAPE below two axes.
 *
 * @example
 * nn.init.xavierNormal_(zeros([100, 300])).std().item() // for example 0.0706
 * @torch torch.nn.init.xavier_normal_
 */
export function xavierNormal_<T extends Tensor>(weight: T, options: XavierOptions = {}): T {
  known('xavierNormal_', options, XAVIER_OPTIONS)
  return normal_(weight, 0, xavierStd(weight, options), { generator: options.generator })
}

export interface KaimingOptions extends InitOptions {
  /** Slope of the leaky ReLU for x < 0; only 'leakyRelu' looks at it. 0, which makes it a ReLU. */
  readonly a?: number | undefined
  /** Whose size is kept: that of signals ('fanIn') or of gradients ('fanOut'). 'fanIn'. */
  readonly mode?: 'fanIn' | 'fanOut' | undefined
  /** The activation that follows. 'leakyRelu'. */
  readonly nonlinearity?: Nonlinearity | undefined
}

const KAIMING_OPTIONS = optionNames<KaimingOptions>()('a mode nonlinearity generator')

function kaimingStd(where: string, weight: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu' } = options
  const fan = calculateFan(weight)
  if (!Object.hasOwn(fan, mode))
    throw new ModuleError('BAD_OPTION', `${where}: mode must be 'fanIn' or 'fanOut'; it is '${String(mode)}'.`)
  return calculateGain(nonlinearity, a) / Math.sqrt(fan[mode])
}

/**
 * Kaiming (He et al. 2015), uniform: weights on [-c, c), c = gain sqrt(3 / fan), in place. Returns the weight.
 *
 * The variance is gain^2 / fan: 2 / fan for ReLU, which lets half of the square through, where weights are symmetric around 0 and biases are 0. weight
 * [out, in, ...]. `{ a: Math.sqrt(5) }` is what Linear and Conv2d begin with: c = 1/sqrt(fanIn). Throws BAD_SHAPE below two axes, BAD_OPTION.
 *
 * @example
 * nn.init.kaimingUniform_(zeros([8, 6]), { nonlinearity: 'relu' }).abs().max().item() <= 1 // true
 * @torch torch.nn.init.kaiming_uniform_
 */
export function kaimingUniform_<T extends Tensor>(weight: T, options: KaimingOptions = {}): T {
  known('kaimingUniform_', options, KAIMING_OPTIONS)
  const bound = Math.sqrt(3) * kaimingStd('kaimingUniform_', weight, options)
  return uniform_(weight, -bound, bound, { generator: options.generator })
}

/**
 * Kaiming (He et al. 2015, equation 10), normal: mean 0, standard deviation gain / sqrt(fan), in place. Returns the weight.
 *
 * weight [out, in, ...]; see kaimingUniform_. Throws BAD_SHAPE below two axes, BAD_OPTION.
 *
 * @example
 * nn.init.kaimingNormal_(zeros([100, 200])).std().item() // for example 0.1002
 * @torch torch.nn.init.kaiming_normal_
 */
export function kaimingNormal_<T extends Tensor>(weight: T, options: KaimingOptions = {}): T {
  known('kaimingNormal_', options, KAIMING_OPTIONS)
  return normal_(weight, 0, kaimingStd('kaimingNormal_', weight, options), { generator: options.generator })
}
