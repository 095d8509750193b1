// Blocks with a way around: residual, dense, highway.
import { noGrad } from '../autograd/index.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { cat } from '../tensor/join.js'
import { relu } from '../tensor/ops/activation.js'
import { known, optionNames } from '../tensor/options.js'
import { sameShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { BatchNorm2d } from './batch-norm.js'
import { Conv2d } from './convolution.js'
import { type LayerOptions, Linear } from './linear.js'
import { type Layer, Module, needModule } from './module.js'
import { needSize } from './sizes.js'

export interface ResidualOptions {
  /** What x goes through on its way around, where the body changes its shape: a 1 x 1 convolution, a linear map. None: y adds x itself. */
  readonly shortcut?: Layer | undefined
  /** What follows the addition, as in the first residual networks (He et al. 2016a): new nn.ReLU(). None, as in the second (2016b). */
  readonly activation?: Layer | undefined
}

const RESIDUAL_OPTIONS = optionNames<ResidualOptions>()('shortcut activation')

/**
 * A residual block (He et al. 2016a, eq. 1 and 2): y = activation(body(x) + shortcut(x)). The body learns what is to be added; gradients have a way
 * around it.
 *
 * Post-activation (2016a): body conv-norm-relu-conv-norm, activation relu. Pre-activation (2016b): body norm-relu-conv-norm-relu-conv, none. Throws
 * SHAPE_MISMATCH where both ways end in different shapes.
 *
 * @example
 * new nn.Residual(new nn.Linear(4, 4)).forward(zeros([2, 4])).shape // [2, 4]
 * @torch none
 */
export class Residual extends Module {
  readonly body: Layer
  readonly shortcut: Layer | undefined
  readonly activation: Layer | undefined

  constructor(body: Layer, options: ResidualOptions = {}) {
    super()
    needModule('Residual: the body', body)
    const { shortcut, activation } = known('Residual', options, RESIDUAL_OPTIONS)
    this.body = body
    this.shortcut = shortcut
    this.activation = activation
  }

  override forward(x: Tensor): Tensor {
    const [change, around] = [this.body.forward(x), this.shortcut?.forward(x) ?? x]
    if (!sameShape(change.shape, around.shape)) throw apart(change, around, this.shortcut !== undefined)
    const y = change.add(around)
    return this.activation?.forward(y) ?? y
  }
}

function apart(change: Tensor, around: Tensor, projected: boolean): TensorError {
  return new TensorError(
    'SHAPE_MISMATCH',
    `Residual: the body gives ${shapeText(change.shape)}, ${projected ? 'the shortcut' : 'x itself has'} ${shapeText(around.shape)}.`,
    {
      next: projected
        ? 'Both ways need the same stride and as many outputs.'
        : 'Let the body keep the shape (padding), or give a shortcut: { shortcut: new nn.Conv2d(inChannels, outChannels, 1, { stride }) }.',
    },
  )
}

export interface DenseBlockOptions extends LayerOptions {
  /** How many channels each layer adds. */
  readonly growthRate: number
  /** How many layers there are. */
  readonly layers: number
  /** Whether a 1 x 1 convolution to 4 growthRate channels comes before each 3 x 3 one (DenseNet-B). False. */
  readonly bottleneck?: boolean | undefined
}

const DENSE_OPTIONS = optionNames<DenseBlockOptions>()('growthRate layers bottleneck dtype generator')

/** One layer of a dense block: norm-relu-conv, with a bottleneck twice. */
class DenseLayer extends Module {
  readonly norm1: BatchNorm2d
  readonly conv1: Conv2d
  readonly norm2: BatchNorm2d | undefined
  readonly conv2: Conv2d | undefined

  constructor(inChannels: number, growthRate: number, bottleneck: boolean, layer: LayerOptions) {
    super()
    const options = { bias: false, ...layer }
    this.norm1 = new BatchNorm2d(inChannels, { dtype: layer.dtype })
    if (bottleneck) {
      this.conv1 = new Conv2d(inChannels, 4 * growthRate, 1, options)
      this.norm2 = new BatchNorm2d(4 * growthRate, { dtype: layer.dtype })
      this.conv2 = new Conv2d(4 * growthRate, growthRate, 3, { padding: 1, ...options })
    } else this.conv1 = new Conv2d(inChannels, growthRate, 3, { padding: 1, ...options })
  }

  override forward(x: Tensor): Tensor {
    const y = this.conv1.forward(relu(this.norm1.forward(x)))
    return this.norm2 === undefined || this.conv2 === undefined ? y : this.conv2.forward(relu(this.norm2.forward(y)))
  }
}

/**
 * A dense block (Huang et al. 2017, eq. 2): each layer sees the outputs of all before it: x_l = H_l([x_0, ..., x_(l-1)]), H = norm-relu-conv; the block gives
 * all of them side by side.
 *
 * x [N, C, H, W] -> [N, C + layers growthRate, H, W]. Parameters: `layers.0.norm1`, `layers.0.conv1` and so on. Throws BAD_OPTION, SHAPE_MISMATCH.
 *
 * @example
 * new nn.DenseBlock(8, { growthRate: 4, layers: 3 }).forward(zeros([1, 8, 5, 5])).shape // [1, 20, 5, 5]
 * @torch none
 */
export class DenseBlock extends Module {
  readonly outChannels: number
  readonly layers: readonly Layer[]

  constructor(inChannels: number, options: DenseBlockOptions) {
    super()
    const { growthRate, layers, bottleneck = false, ...layer } = known('DenseBlock', options, DENSE_OPTIONS)
    needSize('DenseBlock', 'inChannels', inChannels)
    needSize('DenseBlock', 'growthRate', growthRate)
    needSize('DenseBlock', 'layers', layers)
    this.layers = Array.from(
      { length: layers },
      (_, i) => new DenseLayer(inChannels + i * growthRate, growthRate, bottleneck, layer),
    )
    this.outChannels = inChannels + layers * growthRate
  }

  override forward(x: Tensor): Tensor {
    return this.layers.reduce((seen, layer) => cat([seen, layer.forward(seen)], 1), x)
  }
}

export interface HighwayOptions extends LayerOptions {
  /** What bends the change. nn.ReLU. */
  readonly activation?: Layer | undefined
  /** Where the biases of the gate begin: below 0 the layer begins by passing x on. -2. */
  readonly gateBias?: number | undefined
}

const HIGHWAY_OPTIONS = optionNames<HighwayOptions>()('activation gateBias dtype generator')

/**
 * A highway layer (Srivastava et al. 2015, eq. 3): y = T(x) H(x) + (1 - T(x)) x, with H(x) = activation(x W_H + b_H) and the gate T(x) = sigmoid(x W_T + b_T).
 *
 * x [..., features] -> the same. Parameters: `transform` and `gate`. Throws BAD_OPTION, SHAPE_MISMATCH.
 *
 * @example
 * new nn.Highway(4).forward(zeros([2, 4])).shape // [2, 4]
 * @torch none
 */
export class Highway extends Module {
  readonly transform: Linear
  readonly gate: Linear
  readonly activation: Layer | undefined

  constructor(features: number, options: HighwayOptions = {}) {
    super()
    const { activation, gateBias = -2, ...layer } = known('Highway', options, HIGHWAY_OPTIONS)
    this.transform = new Linear(features, features, layer)
    this.gate = new Linear(features, features, layer)
    this.activation = activation
    noGrad(() => this.gate.bias?.fill_(gateBias))
  }

  override forward(x: Tensor): Tensor {
    const change = this.transform.forward(x)
    const bent = this.activation?.forward(change) ?? relu(change)
    return x.add(this.gate.forward(x).sigmoid().mul(bent.sub(x)))
  }
}
