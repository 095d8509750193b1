// Activation functions as layers: those of functional/ with their options, and those that learn.
import { full } from '../tensor/create.js'
import {
  type GeluOptions,
  gelu,
  logSoftmax,
  logsigmoid,
  relu,
  type SoftplusOptions,
  sigmoid,
  silu,
  softmax,
  softplus,
} from '../tensor/ops/activation.js'
import { tanh } from '../tensor/ops/maths.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { GLU_OPTIONS, type GluOptions, glu, mish, softsign, swiglu, swish } from './functional/gates.js'
import {
  celu,
  ELU_OPTIONS,
  type EluOptions,
  elu,
  HARDTANH_OPTIONS,
  type HardtanhOptions,
  hardsigmoid,
  hardswish,
  hardtanh,
  LEAKY_RELU_OPTIONS,
  type LeakyReluOptions,
  leakyRelu,
  prelu,
  type RreluOptions,
  relu6,
  rrelu,
  selu,
} from './functional/rectifiers.js'
import { LINEAR_OPTIONS, Linear, type LinearOptions } from './linear.js'
import { Module } from './module.js'
import { Parameter } from './parameter.js'
import { needSize } from './sizes.js'

const SOFTPLUS_OPTIONS = optionNames<SoftplusOptions>()('beta threshold')

const RRELU_OPTIONS = optionNames<Omit<RreluOptions, 'training'>>()('lower upper generator')

const GELU_OPTIONS = optionNames<GeluOptions>()('approximate')

/** A function with its options. */
abstract class Activation<O extends object> extends Module {
  protected readonly options: O

  constructor(options: O) {
    super()
    this.options = options
  }

  override extraRepr(): string {
    return Object.entries(this.options)
      .filter(([, value]) => typeof value !== 'object')
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(', ')
  }
}

/** A function along an axis that must be said. */
abstract class AlongAxis extends Module {
  readonly dim: number

  constructor(dim: number) {
    super()
    this.dim = dim
  }

  override extraRepr(): string {
    return `dim=${this.dim}`
  }
}

/**
 * Rectified linear unit, element by element: y = max(0, x) (Nair & Hinton 2010).
 *
 * @example
 * new nn.ReLU().forward(tensor([-1, 2])) // tensor([0., 2.])
 * @torch torch.nn.ReLU
 */
export class ReLU extends Module {
  override forward(x: Tensor): Tensor {
    return relu(x)
  }
}

/**
 * Rectified linear unit with an upper bound: y = min(max(0, x), 6) (Howard et al. 2017). See F.relu6.
 *
 * @example
 * new nn.ReLU6().forward(tensor([-1, 2, 8])) // tensor([0., 2., 6.])
 * @torch torch.nn.ReLU6
 */
export class ReLU6 extends Module {
  override forward(x: Tensor): Tensor {
    return relu6(x)
  }
}

/**
 * Scaled exponential linear unit (Klambauer et al. 2017), which keeps means at 0 and variances at 1. See F.selu.
 *
 * @example
 * new nn.SELU().forward(tensor([-1, 2])) // tensor([-1.1113,  2.1014])
 * @torch torch.nn.SELU
 */
export class SELU extends Module {
  override forward(x: Tensor): Tensor {
    return selu(x)
  }
}

/**
 * Sigmoid linear unit: y = x sigmoid(x) (Elfwing et al. 2018). See silu, and Swish for one with a steepness.
 *
 * @example
 * new nn.SiLU().forward(tensor([-1, 2])) // tensor([-0.2689,  1.7616])
 * @torch torch.nn.SiLU
 */
export class SiLU extends Module {
  override forward(x: Tensor): Tensor {
    return silu(x)
  }
}

/**
 * Mish: y = x tanh(ln(1 + e^x)) (Misra 2019). See F.mish.
 *
 * @example
 * new nn.Mish().forward(tensor([-1, 2])) // tensor([-0.3034,  1.9440])
 * @torch torch.nn.Mish
 */
export class Mish extends Module {
  override forward(x: Tensor): Tensor {
    return mish(x)
  }
}

/**
 * A silu of straight lines and a parabola: y = x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019). See F.hardswish.
 *
 * @example
 * new nn.Hardswish().forward(tensor([1, 4])) // tensor([0.6667, 4.0000])
 * @torch torch.nn.Hardswish
 */
export class Hardswish extends Module {
  override forward(x: Tensor): Tensor {
    return hardswish(x)
  }
}

/**
 * A sigmoid of straight lines: y = min(max(x + 3, 0), 6) / 6. See F.hardsigmoid.
 *
 * @example
 * new nn.Hardsigmoid().forward(tensor([-4, 0, 1.5])) // tensor([0.0000, 0.5000, 0.7500])
 * @torch torch.nn.Hardsigmoid
 */
export class Hardsigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return hardsigmoid(x)
  }
}

/**
 * Logistic sigmoid: y = 1 / (1 + e^-x), from 0 to 1. See sigmoid.
 *
 * @example
 * new nn.Sigmoid().forward(tensor([0, 2])) // tensor([0.5000, 0.8808])
 * @torch torch.nn.Sigmoid
 */
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return sigmoid(x)
  }
}

/**
 * Hyperbolic tangent: y = (e^x - e^-x) / (e^x + e^-x), from -1 to 1. See tanh.
 *
 * @example
 * new nn.Tanh().forward(tensor([0, 2])) // tensor([0.0000, 0.9640])
 * @torch torch.nn.Tanh
 */
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return tanh(x)
  }
}

/**
 * Logarithm of the sigmoid: y = -ln(1 + e^-x), without overflow. See logsigmoid.
 *
 * @example
 * new nn.LogSigmoid().forward(tensor([-100, 0])) // tensor([-100.0000,   -0.6931])
 * @torch torch.nn.LogSigmoid
 */
export class LogSigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return logsigmoid(x)
  }
}

/**
 * Softsign: y = x / (1 + |x|) (Bergstra et al. 2009). See F.softsign.
 *
 * @example
 * new nn.Softsign().forward(tensor([-1, 3])) // tensor([-0.5000,  0.7500])
 * @torch torch.nn.Softsign
 */
export class Softsign extends Module {
  override forward(x: Tensor): Tensor {
    return softsign(x)
  }
}

/**
 * Leaky rectified linear unit: y = x where x > 0, else negativeSlope x (Maas et al. 2013). See F.leakyRelu.
 *
 * @example
 * new nn.LeakyReLU().forward(tensor([-1, 2])) // tensor([-0.0100,  2.0000])
 * @torch torch.nn.LeakyReLU
 */
export class LeakyReLU extends Activation<LeakyReluOptions> {
  constructor(options: LeakyReluOptions = {}) {
    super(known('LeakyReLU', options, LEAKY_RELU_OPTIONS))
  }

  override forward(x: Tensor): Tensor {
    return leakyRelu(x, this.options)
  }
}

/**
 * Exponential linear unit: y = x where x > 0, else alpha (e^x - 1) (Clevert et al. 2016). See F.elu.
 *
 * @example
 * new nn.ELU().forward(tensor([-1, 2])) // tensor([-0.6321,  2.0000])
 * @torch torch.nn.ELU
 */
export class ELU extends Activation<EluOptions> {
  constructor(options: EluOptions = {}) {
    super(known('ELU', options, ELU_OPTIONS))
  }

  override forward(x: Tensor): Tensor {
    return elu(x, this.options)
  }
}

/**
 * Exponential linear unit with a slope of 1 at 0 for each alpha (Barron 2017). See F.celu.
 *
 * @example
 * new nn.CELU({ alpha: 2 }).forward(tensor([-1, 2])) // tensor([-0.7869,  2.0000])
 * @torch torch.nn.CELU
 */
export class CELU extends Activation<EluOptions> {
  constructor(options: EluOptions = {}) {
    super(known('CELU', options, ELU_OPTIONS))
  }

  override forward(x: Tensor): Tensor {
    return celu(x, this.options)
  }
}

/**
 * Gaussian error linear unit: y = x Phi(x) (Hendrycks & Gimpel 2016); approximate: 'none', 'tanh' or 'sigmoid'. See gelu.
 *
 * @example
 * new nn.GELU().forward(tensor([-1, 2])) // tensor([-0.1587,  1.9545])
 * @torch torch.nn.GELU
 */
export class GELU extends Activation<GeluOptions> {
  constructor(options: GeluOptions = {}) {
    super(known('GELU', options, GELU_OPTIONS))
  }

  override forward(x: Tensor): Tensor {
    return gelu(x, this.options)
  }
}

/**
 * A tanh of straight lines: y = min(max(x, minVal), maxVal) (Collobert 2004). See F.hardtanh.
 *
 * @example
 * new nn.Hardtanh().forward(tensor([-3, 0.5, 3])) // tensor([-1.0000,  0.5000,  1.0000])
 * @torch torch.nn.Hardtanh
 */
export class Hardtanh extends Activation<HardtanhOptions> {
  constructor(options: HardtanhOptions = {}) {
    super(known('Hardtanh', options, HARDTANH_OPTIONS))
  }

  override forward(x: Tensor): Tensor {
    return hardtanh(x, this.options)
  }
}

/**
 * Smooth form of the ReLU: y = ln(1 + e^(beta x)) / beta (Dugas et al. 2001). See softplus.
 *
 * @example
 * new nn.Softplus().forward(tensor([0, 100])) // tensor([  0.6931, 100.0000])
 * @torch torch.nn.Softplus
 */
export class Softplus extends Activation<SoftplusOptions> {
  constructor(options: SoftplusOptions = {}) {
    super(known('Softplus', options, SOFTPLUS_OPTIONS))
  }

  override forward(x: Tensor): Tensor {
    return softplus(x, this.options)
  }
}

/**
 * Gated linear unit: y = a sigmoid(b), with the halves a and b of x (Dauphin et al. 2017). See F.glu.
 *
 * @example
 * new nn.GLU().forward(tensor([4, 8, 0, 100])) // tensor([2., 8.])
 * @torch torch.nn.GLU
 */
export class GLU extends Activation<GluOptions> {
  constructor(options: GluOptions = {}) {
    super(known('GLU', options, GLU_OPTIONS))
  }

  override forward(x: Tensor): Tensor {
    return glu(x, this.options)
  }
}

/**
 * Softmax along an axis: y_i = e^x_i / sum_j e^x_j, positive and of sum 1. A loss by cross entropy wants the logits instead. See softmax. `dim` must be given.
 *
 * @example
 * new nn.Softmax(-1).forward(tensor([1, 2, 3])) // tensor([0.0900, 0.2447, 0.6652])
 * @torch torch.nn.Softmax
 */
export class Softmax extends AlongAxis {
  override forward(x: Tensor): Tensor {
    return softmax(x, this.dim)
  }
}

/**
 * Logarithm of the softmax along an axis: y_i = x_i - ln sum_j e^x_j, which NLLLoss takes. See logSoftmax. `dim` must be given.
 *
 * @example
 * new nn.LogSoftmax(-1).forward(tensor([1, 2, 3])) // tensor([-2.4076, -1.4076, -0.4076])
 * @torch torch.nn.LogSoftmax
 */
export class LogSoftmax extends AlongAxis {
  override forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim)
  }
}

/**
 * Randomised leaky rectified linear unit (Xu et al. 2015): in training each slope below 0 is drawn from [lower, upper), in use it is their mean. See F.rrelu.
 *
 * @example
 * new nn.RReLU().eval().forward(tensor([-24, 1])) // tensor([-5.5000,  1.0000])
 * @torch torch.nn.RReLU
 * @differs equal seeds draw other slopes than PyTorch
 */
export class RReLU extends Activation<Omit<RreluOptions, 'training'>> {
  constructor(options: Omit<RreluOptions, 'training'> = {}) {
    super(known('RReLU', options, RRELU_OPTIONS))
  }

  override forward(x: Tensor): Tensor {
    return rrelu(x, { ...this.options, training: this.training })
  }
}

export interface PReLUOptions extends Pick<LinearOptions, 'dtype'> {
  /** 1, one slope for all, or as many as channels. 1. */
  readonly numParameters?: number | undefined
  /** The slopes at the beginning. 0.25. */
  readonly init?: number | undefined
}

const PRELU_OPTIONS = optionNames<PReLUOptions>()('numParameters init dtype')

/**
 * Parametric rectified linear unit (He et al. 2015): y = x where x > 0, else weight x. See F.prelu.
 *
 * x [N, C, ...] with `numParameters: C`, or any x. Parameter: `weight` [numParameters]; without weight decay, which would draw it to a ReLU. Throws
 * BAD_OPTION, SHAPE_MISMATCH.
 *
 * @example
 * new nn.PReLU().forward(tensor([-1, 2])) // tensor([-0.2500,  2.0000], gradFn=<mul>)
 * @torch torch.nn.PReLU
 */
export class PReLU extends Module {
  readonly numParameters: number
  readonly weight: Parameter

  constructor(options: PReLUOptions = {}) {
    super()
    const { numParameters = 1, init = 0.25, dtype } = known('PReLU', options, PRELU_OPTIONS)
    needSize('PReLU', 'numParameters', numParameters)
    this.numParameters = numParameters
    this.weight = new Parameter(full([numParameters], init, { dtype }))
  }

  override forward(x: Tensor): Tensor {
    return prelu(x, this.weight)
  }

  override extraRepr(): string {
    return `numParameters=${this.numParameters}`
  }
}

export interface SwishOptions extends Pick<LinearOptions, 'dtype'> {
  /** Steepness; at the beginning, where it is learned. 1. */
  readonly beta?: number | undefined
  /** Whether beta is a parameter. False. */
  readonly learnable?: boolean | undefined
}

const SWISH_OPTIONS = optionNames<SwishOptions>()('beta learnable dtype')

/**
 * Swish: y = x sigmoid(beta x) (Ramachandran et al. 2017), with a beta that is fixed or learned. See F.swish.
 *
 * @example
 * new nn.Swish({ beta: 1.5 }).forward(tensor([-1, 2])) // tensor([-0.1824,  1.9051])
 * new nn.Swish({ learnable: true }).parameters().length // 1
 * @torch none
 */
export class Swish extends Module {
  readonly beta: number | Parameter

  constructor(options: SwishOptions = {}) {
    super()
    const { beta = 1, learnable = false, dtype } = known('Swish', options, SWISH_OPTIONS)
    this.beta = learnable ? new Parameter(full([], beta, { dtype })) : beta
  }

  override forward(x: Tensor): Tensor {
    return swish(x, this.beta)
  }

  override extraRepr(): string {
    return typeof this.beta === 'number' ? `beta=${this.beta}` : 'learnable=true'
  }
}

/**
 * Two linear maps, of which one opens the other (Shazeer 2020, equation 5): y = silu(x W^T + b) * (x V^T + c). x [..., in] -> [..., out].
 *
 * Both maps are rows of one: `linear` holds W above V. FeedForward with 'swiglu' puts a third map behind it. Options: those of Linear. Throws BAD_OPTION,
 * SHAPE_MISMATCH.
 *
 * @example
 * new nn.SwiGLU(3, 4).forward(zeros([5, 3])).shape // [5, 4]
 * @torch none
 */
export class SwiGLU extends Module {
  readonly linear: Linear

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super()
    known('SwiGLU', options, LINEAR_OPTIONS)
    needSize('SwiGLU', 'outFeatures', outFeatures)
    this.linear = new Linear(inFeatures, 2 * outFeatures, options)
  }

  override forward(x: Tensor): Tensor {
    return swiglu(this.linear.forward(x))
  }
}
