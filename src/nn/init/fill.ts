// First values without a thought of the layer: one number, or random ones of a given spread.
import { noGrad } from '../../autograd/index.js'
import { type Generator, uniform } from '../../random/index.js'
import { tensor } from '../../tensor/create.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { ModuleError } from '../errors.js'

export interface InitOptions {
  /** Where the numbers come from. The default generator. */
  readonly generator?: Generator | undefined
}

const INIT_OPTIONS = optionNames<InitOptions>()('generator')

/**
 * Fills x with numbers that are uniform on [low, high), in place. Returns x. Defaults: 0 and 1. Throws BAD_VALUE where low > high, BAD_DTYPE unless
 * x is a float.
 *
 * @example
 * nn.init.uniform_(new nn.Parameter(zeros([100])), -0.1, 0.1).abs().max().item() <= 0.1 // true
 * @torch torch.nn.init.uniform_
 */
export function uniform_<T extends Tensor>(x: T, low = 0, high = 1, options: InitOptions = {}): T {
  known('uniform_', options, INIT_OPTIONS)
  noGrad(() => x.uniform_(low, high, options))
  return x
}

/**
 * Fills x with normal numbers, mean + std z, in place. Returns x. Defaults: 0 and 1. Throws BAD_VALUE for a negative std, BAD_DTYPE unless x is a float.
 *
 * @example
 * nn.init.normal_(zeros([2]), 3, 0) // tensor([3., 3.])
 * @torch torch.nn.init.normal_
 */
export function normal_<T extends Tensor>(x: T, mean = 0, std = 1, options: InitOptions = {}): T {
  known('normal_', options, INIT_OPTIONS)
  noGrad(() => x.normal_(mean, std, options))
  return x
}

export interface TruncNormalOptions extends InitOptions {
  /** Mean of the normal distribution, before it is cut. 0. */
  readonly mean?: number | undefined
  /** Its standard deviation, before it is cut. 1. */
  readonly std?: number | undefined
  /** The least number: itself, not a count of standard deviations. -2. */
  readonly a?: number | undefined
  /** The greatest number. 2. */
  readonly b?: number | undefined
}

const TRUNC_NORMAL_OPTIONS = optionNames<TruncNormalOptions>()('mean std a b generator')

/**
 * Fills x with normal numbers none of which lies outside of [a, b], in place: the density of mean + std z, cut at a and b and scaled to 1. Returns x.
 *
 * Drawn by the inverse of the distribution function, in float64: x = mean + sqrt(2) std erfinv(u), u uniform between erf((a - mean) / (sqrt(2) std))
 * and the same of b. a and b are numbers of x, so `{ std: 0.02 }` alone cuts at a hundred standard deviations; for two of them give a = -.04, b = .04.
 * Throws BAD_OPTION where std is not above 0 or a is not below b, BAD_DTYPE unless x is a float.
 *
 * @example
 * nn.init.truncNormal_(zeros([1000]), { std: 0.02, a: -0.04, b: 0.04 }).abs().max().item() <= 0.04 // true
 * @torch torch.nn.init.trunc_normal_
 */
export function truncNormal_<T extends Tensor>(x: T, options: TruncNormalOptions = {}): T {
  const { mean = 0, std = 1, a = -2, b = 2, generator } = known('truncNormal_', options, TRUNC_NORMAL_OPTIONS)
  if (!(std > 0)) throw new ModuleError('BAD_OPTION', `truncNormal_: std must be above 0; it is ${String(std)}.`)
  if (!(a < b))
    throw new ModuleError('BAD_OPTION', `truncNormal_: a must lie below b; they are ${String(a)} and ${String(b)}.`)
  noGrad(() => {
    const bounds = tensor([a, b], { dtype: 'float64', device: x.device })
    const [low, high] = bounds
      .sub(mean)
      .div(Math.SQRT2 * std)
      .erf()
      .unbind() as [Tensor, Tensor]
    const u = uniform(low, high, { shape: x.shape, generator })
    x.copy_(
      u
        .erfinv()
        .mul(Math.SQRT2 * std)
        .add(mean)
        .clamp(a, b),
    )
  })
  return x
}

/**
 * Fills x with one number, in place. Returns x.
 *
 * @example
 * nn.init.constant_(zeros([2]), 0.5) // tensor([0.5000, 0.5000])
 * @torch torch.nn.init.constant_
 */
export function constant_<T extends Tensor>(x: T, value: number): T {
  noGrad(() => x.fill_(value))
  return x
}

/**
 * Fills x with zeros, in place: biases. Returns x. Weights of zeros would all learn the same.
 *
 * @example
 * nn.init.zeros_(ones([2])) // tensor([0., 0.])
 * @torch torch.nn.init.zeros_
 */
export function zeros_<T extends Tensor>(x: T): T {
  return constant_(x, 0)
}

/**
 * Fills x with ones, in place: gains of normalisation. Returns x.
 *
 * @example
 * nn.init.ones_(zeros([2])) // tensor([1., 1.])
 * @torch torch.nn.init.ones_
 */
export function ones_<T extends Tensor>(x: T): T {
  return constant_(x, 1)
}
