// The layers of Vaswani et al. (2017): attention, then a small network for each token; around each an addition and a normalisation.
import { gelu, relu } from '../tensor/ops/activation.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { type AttentionMasks, MultiheadAttention, needHeads } from './attention.js'
import { Dropout } from './dropout.js'
import { ModuleError } from './errors.js'
import { type LayerOptions, Linear } from './linear.js'
import { Module, needModule } from './module.js'
import { LayerNorm } from './normalization.js'
import { needRange, needSize } from './sizes.js'

export interface TransformerLayerOptions extends LayerOptions {
  /** Width of the network for each token. 2048. */
  readonly dimFeedforward?: number | undefined
  /** Rate of all dropouts. 0.1. */
  readonly dropout?: number | undefined
  /** What bends the network for each token: a name, or a function of a tensor. 'relu'. */
  readonly activation?: 'relu' | 'gelu' | ((x: Tensor) => Tensor) | undefined
  /** Added to the variance in normalisations. 1e-5. */
  readonly layerNormEps?: number | undefined
  /** Whether tensors are [N, T, E] instead of [T, N, E]. False, as in PyTorch. */
  readonly batchFirst?: boolean | undefined
  /** Whether normalisation stands before attention and network (pre-norm, Xiong et al. 2020) instead of after the addition. False. */
  readonly normFirst?: boolean | undefined
  /** Whether maps and normalisations have a bias. True. */
  readonly bias?: boolean | undefined
}

const TRANSFORMER_LAYER_OPTIONS = optionNames<TransformerLayerOptions>()(
  'dimFeedforward dropout activation layerNormEps batchFirst normFirst bias dtype generator',
)

export interface EncoderMasks {
  /** What each token does not see, [T, T] or [N heads, T, T]: bool, true where it does not, or floats. None. */
  readonly srcMask?: Tensor | undefined
  /** Tokens that none sees, [N, T]: bool, true where one is padding, or floats. None. */
  readonly srcKeyPaddingMask?: Tensor | undefined
  /** Whether token i sees the tokens 0 to i alone; no mask needs to be given. False. */
  readonly isCausal?: boolean | undefined
}

const ENCODER_MASKS = optionNames<EncoderMasks>()('srcMask srcKeyPaddingMask isCausal')

const ACTIVATIONS = { relu, gelu: (x: Tensor): Tensor => gelu(x) }

function activationOf(
  where: string,
  activation: TransformerLayerOptions['activation'] = 'relu',
): (x: Tensor) => Tensor {
  if (typeof activation === 'function') return activation
  if (Object.hasOwn(ACTIVATIONS, activation)) return ACTIVATIONS[activation]
  throw new ModuleError('BAD_OPTION', `${where}: activation '${String(activation)}' does not exist.`, {
    next: "Choose 'relu' or 'gelu', or give a function of a tensor.",
  })
}

/** What encoder and decoder layers are made of, with PyTorch's names and defaults. */
function partsOf(where: string, dModel: number, nhead: number, options: TransformerLayerOptions) {
  const { dimFeedforward = 2048, dropout = 0.1, layerNormEps = 1e-5, batchFirst = false, bias = true } = options
  const { dtype, generator } = options
  needHeads(where, dModel, nhead)
  needSize(where, 'dimFeedforward', dimFeedforward)
  needRange(where, 'dropout', dropout, 0, 1)
  return {
    attention: () => new MultiheadAttention(dModel, nhead, { dropout, batchFirst, bias, dtype, generator }),
    linear1: () => new Linear(dModel, dimFeedforward, { bias, dtype, generator }),
    linear2: () => new Linear(dimFeedforward, dModel, { bias, dtype, generator }),
    norm: () => new LayerNorm(dModel, { eps: layerNormEps, bias, dtype }),
    drop: () => new Dropout(dropout, { generator }),
  }
}

/**
 * A layer of an encoder: x = norm1(x + attention(x)); x = norm2(x + linear2(activation(linear1(x)))), with dropouts; with `normFirst`
 * x = x + attention(norm1(x)), x = x + linear2(activation(linear1(norm2(x)))) (Vaswani et al. 2017, section 3.1).
 *
 * src [T, N, E] (with `batchFirst` [N, T, E]; without batch [T, E]) -> the same. Parameters: `selfAttn`, `linear1`, `linear2`, `norm1`, `norm2`.
 * Throws BAD_OPTION, SHAPE_MISMATCH.
 *
 * @example
 * const layer = new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16, batchFirst: true })
 * layer.forward(zeros([4, 5, 8]), { isCausal: true }).shape // [4, 5, 8]
 * @torch torch.nn.TransformerEncoderLayer
 * @differs isCausal needs no mask beside it
 */
export class TransformerEncoderLayer extends Module {
  readonly normFirst: boolean
  readonly activation: (x: Tensor) => Tensor
  readonly selfAttn: MultiheadAttention
  readonly linear1: Linear
  readonly dropout: Dropout
  readonly linear2: Linear
  readonly norm1: LayerNorm
  readonly norm2: LayerNorm
  readonly dropout1: Dropout
  readonly dropout2: Dropout

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super()
    known('TransformerEncoderLayer', options, TRANSFORMER_LAYER_OPTIONS)
    const parts = partsOf('TransformerEncoderLayer', dModel, nhead, options)
    this.normFirst = options.normFirst ?? false
    this.activation = activationOf('TransformerEncoderLayer', options.activation)
    this.selfAttn = parts.attention()
    this.linear1 = parts.linear1()
    this.dropout = parts.drop()
    this.linear2 = parts.linear2()
    this.norm1 = parts.norm()
    this.norm2 = parts.norm()
    this.dropout1 = parts.drop()
    this.dropout2 = parts.drop()
  }

  override forward(src: Tensor, masks: EncoderMasks = {}): Tensor {
    known('TransformerEncoderLayer', masks, ENCODER_MASKS)
    if (this.normFirst) {
      const x = src.add(this.#attend(this.norm1.forward(src), masks))
      return x.add(this.#feedForward(this.norm2.forward(x)))
    }
    const x = this.norm1.forward(src.add(this.#attend(src, masks)))
    return this.norm2.forward(x.add(this.#feedForward(x)))
  }

  #attend(x: Tensor, { srcMask, srcKeyPaddingMask, isCausal }: EncoderMasks): Tensor {
    const masks = { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, isCausal }
    return this.dropout1.forward(attended(this.selfAttn, x, x, masks))
  }

  #feedForward(x: Tensor): Tensor {
    return this.dropout2.forward(this.linear2.forward(this.dropout.forward(this.activation(this.linear1.forward(x)))))
  }
}

function attended(attention: MultiheadAttention, x: Tensor, memory: Tensor, masks: AttentionMasks): Tensor {
  return attention.forward(x, memory, memory, { ...masks, needWeights: false }).output
}

export interface DecoderMasks {
  /** What each token of the target does not see of the target. See EncoderMasks. None. */
  readonly tgtMask?: Tensor | undefined
  /** What each token of the target does not see of the memory, [T, S] or [N heads, T, S]. None. */
  readonly memoryMask?: Tensor | undefined
  /** Tokens of the target that none sees, [N, T]. None. */
  readonly tgtKeyPaddingMask?: Tensor | undefined
  /** Tokens of the memory that none sees, [N, S]. None. */
  readonly memoryKeyPaddingMask?: Tensor | undefined
  /** Whether token i of the target sees the tokens 0 to i alone; no mask needs to be given. False. */
  readonly tgtIsCausal?: boolean | undefined
  /** Whether token i of the target sees the tokens 0 to i of the memory alone. False. */
  readonly memoryIsCausal?: boolean | undefined
}

const DECODER_MASKS = optionNames<DecoderMasks>()(
  'tgtMask memoryMask tgtKeyPaddingMask memoryKeyPaddingMask tgtIsCausal memoryIsCausal',
)

/**
 * A layer of a decoder that listens to an encoder: attention among the tokens of the target, attention to the memory, a network for each
 * token; x = norm(x + part(x)) around each, with `normFirst` x = x + part(norm(x)) (Vaswani et al. 2017, section 3.1).
 *
 * tgt [T, N, E], memory [S, N, E] (with `batchFirst` [N, T, E] ...; without batch [T, E] ...) -> [T, N, E]. Parameters: `selfAttn`,
 * `multiheadAttn`, `linear1`, `linear2`, `norm1`, `norm2`, `norm3`. A model that only continues its own text needs no memory: see DecoderBlock. Throws
 * BAD_OPTION, SHAPE_MISMATCH.
 *
 * @example
 * const layer = new nn.TransformerDecoderLayer(8, 2, { dimFeedforward: 16 })
 * layer.forward(zeros([5, 1, 8]), zeros([7, 1, 8]), { tgtIsCausal: true }).shape // [5, 1, 8]
 * @torch torch.nn.TransformerDecoderLayer
 * @differs tgtIsCausal and memoryIsCausal need no mask beside them
 */
export class TransformerDecoderLayer extends Module {
  readonly normFirst: boolean
  readonly activation: (x: Tensor) => Tensor
  readonly selfAttn: MultiheadAttention
  readonly multiheadAttn: MultiheadAttention
  readonly linear1: Linear
  readonly dropout: Dropout
  readonly linear2: Linear
  readonly norm1: LayerNorm
  readonly norm2: LayerNorm
  readonly norm3: LayerNorm
  readonly dropout1: Dropout
  readonly dropout2: Dropout
  readonly dropout3: Dropout

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super()
    known('TransformerDecoderLayer', options, TRANSFORMER_LAYER_OPTIONS)
    const parts = partsOf('TransformerDecoderLayer', dModel, nhead, options)
    this.normFirst = options.normFirst ?? false
    this.activation = activationOf('TransformerDecoderLayer', options.activation)
    this.selfAttn = parts.attention()
    this.multiheadAttn = parts.attention()
    this.linear1 = parts.linear1()
    this.dropout = parts.drop()
    this.linear2 = parts.linear2()
    this.norm1 = parts.norm()
    this.norm2 = parts.norm()
    this.norm3 = parts.norm()
    this.dropout1 = parts.drop()
    this.dropout2 = parts.drop()
    this.dropout3 = parts.drop()
  }

  override forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    known('TransformerDecoderLayer', masks, DECODER_MASKS)
    if (this.normFirst) {
      const x = tgt.add(this.#attendSelf(this.norm1.forward(tgt), masks))
      const y = x.add(this.#attendMemory(this.norm2.forward(x), memory, masks))
      return y.add(this.#feedForward(this.norm3.forward(y)))
    }
    const x = this.norm1.forward(tgt.add(this.#attendSelf(tgt, masks)))
    const y = this.norm2.forward(x.add(this.#attendMemory(x, memory, masks)))
    return this.norm3.forward(y.add(this.#feedForward(y)))
  }

  #attendSelf(x: Tensor, { tgtMask, tgtKeyPaddingMask, tgtIsCausal }: DecoderMasks): Tensor {
    const masks = { attnMask: tgtMask, keyPaddingMask: tgtKeyPaddingMask, isCausal: tgtIsCausal }
    return this.dropout1.forward(attended(this.selfAttn, x, x, masks))
  }

  #attendMemory(x: Tensor, memory: Tensor, { memoryMask, memoryKeyPaddingMask, memoryIsCausal }: DecoderMasks): Tensor {
    const masks = { attnMask: memoryMask, keyPaddingMask: memoryKeyPaddingMask, isCausal: memoryIsCausal }
    return this.dropout2.forward(attended(this.multiheadAttn, x, memory, masks))
  }

  #feedForward(x: Tensor): Tensor {
    return this.dropout3.forward(this.linear2.forward(this.dropout.forward(this.activation(this.linear1.forward(x)))))
  }
}

export interface TransformerStackOptions {
  /** What normalises at the end; a stack of pre-norm layers needs one. None. */
  readonly norm?: (Module & { forward(x: Tensor): Tensor }) | undefined
}

const TRANSFORMER_STACK_OPTIONS = optionNames<TransformerStackOptions>()('norm')

/** As many layers as wanted, each made anew. */
function stacked<L extends Module>(where: string, makeLayer: (i: number) => L, numLayers: number): L[] {
  needSize(where, 'numLayers', numLayers)
  if (typeof makeLayer !== 'function') {
    throw new ModuleError(
      'NOT_A_MODULE',
      `${where}: expected a function that makes a layer, got ${typeof makeLayer}.`,
      {
        next: `Write new nn.${where}(() => new nn.${where}Layer(512, 8), 6): each layer begins with weights of its own.`,
      },
    )
  }
  return Array.from({ length: numLayers }, (_, i) => {
    const layer = makeLayer(i)
    needModule(`${where}: layer ${i}`, layer)
    return layer
  })
}

/**
 * Encoder layers one after the other, and a last normalisation where given. src and masks go to each layer: see
 * TransformerEncoderLayer. Throws BAD_OPTION, NOT_A_MODULE.
 *
 * @example
 * const layer = () => new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16 })
 * new nn.TransformerEncoder(layer, 3).forward(zeros([5, 1, 8])).shape // [5, 1, 8]
 * @torch torch.nn.TransformerEncoder
 * @differs takes a function that makes a layer, so that each has first weights of its own; PyTorch copies one layer, weights and all
 */
export class TransformerEncoder extends Module {
  readonly layers: readonly TransformerEncoderLayer[]
  readonly norm: TransformerStackOptions['norm']

  constructor(
    makeLayer: (i: number) => TransformerEncoderLayer,
    numLayers: number,
    options: TransformerStackOptions = {},
  ) {
    super()
    const { norm } = known('TransformerEncoder', options, TRANSFORMER_STACK_OPTIONS)
    this.layers = stacked('TransformerEncoder', makeLayer, numLayers)
    this.norm = norm
  }

  override forward(src: Tensor, masks: EncoderMasks = {}): Tensor {
    const x = this.layers.reduce((y, layer) => layer.forward(y, masks), src)
    return this.norm === undefined ? x : this.norm.forward(x)
  }
}

/**
 * Decoder layers one after the other, and a last normalisation where given. tgt, memory and masks go to each layer: see
 * TransformerDecoderLayer. Throws BAD_OPTION, NOT_A_MODULE.
 *
 * @example
 * const layer = () => new nn.TransformerDecoderLayer(8, 2, { dimFeedforward: 16 })
 * new nn.TransformerDecoder(layer, 3).forward(zeros([5, 1, 8]), zeros([7, 1, 8])).shape // [5, 1, 8]
 * @torch torch.nn.TransformerDecoder
 * @differs takes a function that makes a layer: see TransformerEncoder
 */
export class TransformerDecoder extends Module {
  readonly layers: readonly TransformerDecoderLayer[]
  readonly norm: TransformerStackOptions['norm']

  constructor(
    makeLayer: (i: number) => TransformerDecoderLayer,
    numLayers: number,
    options: TransformerStackOptions = {},
  ) {
    super()
    const { norm } = known('TransformerDecoder', options, TRANSFORMER_STACK_OPTIONS)
    this.layers = stacked('TransformerDecoder', makeLayer, numLayers)
    this.norm = norm
  }

  override forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    const x = this.layers.reduce((y, layer) => layer.forward(y, memory, masks), tgt)
    return this.norm === undefined ? x : this.norm.forward(x)
  }
}
