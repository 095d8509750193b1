// Attention with several heads: queries, keys and values are linear maps of tokens, and each head sees a part of them.
import { noGrad } from '../autograd/index.js'
import type { Generator } from '../random/index.js'
import { ones, zeros } from '../tensor/create.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { cat } from '../tensor/join.js'
import { where } from '../tensor/ops/choose.js'
import { needTensor } from '../tensor/ops/operand.js'
import { linear } from '../tensor/ops/products.js'
import { known, optionNames } from '../tensor/options.js'
import { sameShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { ModuleError } from './errors.js'
import { type AttentionOptions, attend } from './functional/attention.js'
import { xavierNormal_, xavierUniform_ } from './init/index.js'
import { type LayerOptions, Linear } from './linear.js'
import { Module } from './module.js'
import { Parameter } from './parameter.js'
import { needRange, needSize } from './sizes.js'

export interface MultiheadAttentionOptions extends LayerOptions {
  /** Rate at which weights of attention are dropped in training. 0. */
  readonly dropout?: number | undefined
  /** Whether the linear maps have a bias. True. */
  readonly bias?: boolean | undefined
  /** Whether a learned key and value stand behind all others. False. */
  readonly addBiasKv?: boolean | undefined
  /** Whether a key and a value of zeros stand behind all others. False. */
  readonly addZeroAttn?: boolean | undefined
  /** Features of the keys. embedDim. */
  readonly kdim?: number | undefined
  /** Features of the values. embedDim. */
  readonly vdim?: number | undefined
  /** Whether tensors are [N, T, E] instead of [T, N, E]. False, as in PyTorch. */
  readonly batchFirst?: boolean | undefined
}

const MULTIHEAD_ATTENTION_OPTIONS = optionNames<MultiheadAttentionOptions>()(
  'dropout bias addBiasKv addZeroAttn kdim vdim batchFirst dtype generator',
)

/** Which keys each query sees. In both masks true hides, the opposite of F.scaledDotProductAttention, as in PyTorch; floats are added to the scores. */
export interface AttentionMasks {
  /** Keys that no query sees, [N, S] ([S] without batch): bool, true where a key is padding, or floats. None. */
  readonly keyPaddingMask?: Tensor | undefined
  /** What each query does not see, [L, S] or [N heads, L, S]: bool, true where it does not, or floats. None. */
  readonly attnMask?: Tensor | undefined
  /** Whether query i sees the keys 0 to i alone; no mask needs to be given. False. */
  readonly isCausal?: boolean | undefined
}

export interface MultiheadAttentionInput extends AttentionMasks {
  /** Whether the weights of attention are returned. True. */
  readonly needWeights?: boolean | undefined
  /** Whether they are the mean over the heads. True. */
  readonly averageAttnWeights?: boolean | undefined
}

const MULTIHEAD_ATTENTION_INPUT = optionNames<MultiheadAttentionInput>()(
  'needWeights averageAttnWeights keyPaddingMask attnMask isCausal',
)

export interface Attended {
  /** [L, N, E], or [N, L, E] with batchFirst. */
  readonly output: Tensor
  /** [N, L, S], or [N, heads, L, S] without averageAttnWeights; after dropout. Undefined without needWeights. */
  readonly weights: Tensor | undefined
}

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2): heads_i = softmax(q_i k_i^T / sqrt(d)) v_i with d = E / heads and
 * q = query W_q^T + b_q, and so on; output = concat(heads) W_o^T + b_o.
 *
 * query [L, N, E], key [S, N, kdim], value [S, N, vdim] (with `batchFirst` [N, L, E] ...; without batch [L, E] ...) -> `{ output, weights }`.
 * Parameters: `inProjWeight` [3 E, E] with the rows of q, k and v, or `qProjWeight` [E, E], `kProjWeight` [E, kdim], `vProjWeight` [E, vdim] where
 * kdim or vdim differ; `inProjBias` [3 E], `biasK` and `biasV` [1, 1, E], `outProj`. Maps begin Xavier-uniform, biases with zeros. A query that sees
 * no key gives `outProj.bias`. Throws BAD_OPTION where heads do not divide E, SHAPE_MISMATCH.
 *
 * @example
 * const attention = new nn.MultiheadAttention(8, 2, { batchFirst: true })
 * const x = zeros([4, 5, 8])
 * attention.forward(x, x, x, { isCausal: true }).output.shape // [4, 5, 8]
 * @torch torch.nn.MultiheadAttention
 * @differs returns { output, weights } by name; isCausal needs no mask beside it; a query that sees no key gives NaN in PyTorch with needWeights
 */
export class MultiheadAttention extends Module {
  readonly embedDim: number
  readonly numHeads: number
  readonly kdim: number
  readonly vdim: number
  readonly dropout: number
  readonly batchFirst: boolean
  readonly addZeroAttn: boolean
  readonly inProjWeight: Parameter | undefined
  readonly qProjWeight: Parameter | undefined
  readonly kProjWeight: Parameter | undefined
  readonly vProjWeight: Parameter | undefined
  readonly inProjBias: Parameter | undefined
  readonly biasK: Parameter | undefined
  readonly biasV: Parameter | undefined
  readonly outProj: Linear
  readonly #generator: Generator | undefined

  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    super()
    const {
      dropout = 0,
      bias = true,
      addBiasKv = false,
      addZeroAttn = false,
      batchFirst = false,
    } = known('MultiheadAttention', options, MULTIHEAD_ATTENTION_OPTIONS)
    const { kdim = embedDim, vdim = embedDim, dtype, generator } = options
    needHeads('MultiheadAttention', embedDim, numHeads)
    needSize('MultiheadAttention', 'kdim', kdim)
    needSize('MultiheadAttention', 'vdim', vdim)
    needRange('MultiheadAttention', 'dropout', dropout, 0, 1)
    this.embedDim = embedDim
    this.numHeads = numHeads
    this.kdim = kdim
    this.vdim = vdim
    this.dropout = dropout
    this.batchFirst = batchFirst
    this.addZeroAttn = addZeroAttn
    this.#generator = generator
    const packed = kdim === embedDim && vdim === embedDim
    const map = (rows: number, columns: number): Parameter =>
      xavierUniform_(new Parameter(zeros([rows, columns], { dtype })), { generator })
    this.inProjWeight = packed ? map(3 * embedDim, embedDim) : undefined
    this.qProjWeight = packed ? undefined : map(embedDim, embedDim)
    this.kProjWeight = packed ? undefined : map(embedDim, kdim)
    this.vProjWeight = packed ? undefined : map(embedDim, vdim)
    this.inProjBias = bias ? new Parameter(zeros([3 * embedDim], { dtype })) : undefined
    const token = (): Parameter => xavierNormal_(new Parameter(zeros([1, 1, embedDim], { dtype })), { generator })
    this.biasK = addBiasKv ? token() : undefined
    this.biasV = addBiasKv ? token() : undefined
    this.outProj = new Linear(embedDim, embedDim, { bias, dtype, generator })
    noGrad(() => this.outProj.bias?.zero_())
  }

  override forward(query: Tensor, key: Tensor, value: Tensor, options: MultiheadAttentionInput = {}): Attended {
    for (const x of [query, key, value]) needTensor('MultiheadAttention', x)
    known('MultiheadAttention', options, MULTIHEAD_ATTENTION_INPUT)
    if (query.ndim === 2) return this.#alone(query, key, value, options)
    this.#check(query, key, value)
    const { needWeights = true, averageAttnWeights = true } = options
    const [q, k, v] = this.#project(query, key, value).map(x => this.#split(x)) as [Tensor, Tensor, Tensor]
    const keys = this.#lengthen(k, this.biasK)
    const { output, weights } = attend(q, keys, this.#lengthen(v, this.biasV), {
      ...this.#masks(q, k, keys.shape[2] as number, options),
      dropoutP: this.training ? this.dropout : 0,
      generator: this.#generator,
      needWeights,
    })
    return {
      output: this.outProj.forward(this.#join(output)),
      weights: averageAttnWeights ? weights?.mean(1) : weights,
    }
  }

  /** Without a batch: a batch of one. */
  #alone(query: Tensor, key: Tensor, value: Tensor, options: MultiheadAttentionInput): Attended {
    const axis = this.batchFirst ? 0 : 1
    const [q, k, v] = [query, key, value].map(x => x.unsqueeze(axis)) as [Tensor, Tensor, Tensor]
    const keyPaddingMask = options.keyPaddingMask?.unsqueeze(0)
    const { output, weights } = this.forward(q, k, v, { ...options, keyPaddingMask })
    return { output: output.squeeze(axis), weights: weights?.squeeze(0) }
  }

  /** q, k and v with all heads side by side. Where they are made of the same tokens, by one product. */
  #project(query: Tensor, key: Tensor, value: Tensor): Tensor[] {
    const { inProjWeight, inProjBias } = this
    if (inProjWeight !== undefined && query === key && key === value) {
      return linear(query, inProjWeight, inProjBias).chunk(3, -1)
    }
    const weights = inProjWeight?.chunk(3) ?? [this.qProjWeight, this.kProjWeight, this.vProjWeight]
    const biases = inProjBias?.chunk(3) ?? []
    return [query, key, value].map((x, i) => linear(x, weights[i] as Tensor, biases[i]))
  }

  /** [T, N, E] or [N, T, E] -> [N, heads, T, E / heads]. */
  #split(x: Tensor): Tensor {
    const heads = x.unflatten(-1, [this.numHeads, -1])
    return heads.permute(this.batchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3])
  }

  /** The way back. */
  #join(x: Tensor): Tensor {
    return x.permute(this.batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3]).flatten(-2)
  }

  /** Keys or values with the learned one and the one of zeros behind them. */
  #lengthen(x: Tensor, learned: Parameter | undefined): Tensor {
    const [batch = 0, heads = 0, , size = 0] = x.shape
    const parts = [x]
    if (learned !== undefined) parts.push(learned.reshape([1, heads, 1, size]).expand([batch, heads, 1, size]))
    if (this.addZeroAttn) parts.push(zeros([batch, heads, 1, size], { dtype: x.dtype, device: x.device }))
    return parts.length === 1 ? x : cat(parts, 2)
  }

  /** The masks as F.scaledDotProductAttention takes them: true where a key is seen. Keys that were added are always seen. */
  #masks(q: Tensor, k: Tensor, keys: number, { keyPaddingMask, attnMask, isCausal = false }: AttentionMasks): SeenMask {
    const [batch = 0, heads = 0, length = 0] = q.shape
    const given = k.shape[2] as number
    const masks: Tensor[] = []
    if (keyPaddingMask !== undefined) {
      needShape('keyPaddingMask', keyPaddingMask, [batch, given])
      masks.push(keyPaddingMask.reshape([batch, 1, 1, given]))
    }
    if (attnMask !== undefined) {
      needShape('attnMask', attnMask, [length, given], [batch * heads, length, given])
      masks.push(attnMask.ndim === 2 ? attnMask : attnMask.unflatten(0, [batch, heads]))
    }
    if (keys === given) return { attnMask: seenThrough(masks, q), isCausal }
    if (isCausal) masks.push(ones([length, given], { dtype: 'bool', device: q.device }).triu(1))
    return {
      attnMask: seenThrough(
        masks.map(mask => lengthened(mask, keys - given)),
        q,
      ),
    }
  }

  #check(query: Tensor, key: Tensor, value: Tensor): void {
    const [batch, tokens] = this.batchFirst ? [0, 1] : [1, 0]
    const fits =
      [query, key, value].every(x => x.ndim === 3 && x.shape[batch] === query.shape[batch]) &&
      key.shape[tokens] === value.shape[tokens] &&
      [query, key, value].every((x, i) => x.shape[2] === [this.embedDim, this.kdim, this.vdim][i])
    if (fits) return
    const [n, l, s] = this.batchFirst ? ['N, L', 'N, S', 'N, S'] : ['L, N', 'S, N', 'S, N']
    throw new TensorError(
      'SHAPE_MISMATCH',
      `MultiheadAttention: query ${shapeText(query.shape)}, key ${shapeText(key.shape)}, value ${shapeText(value.shape)} do not fit.`,
      {
        next: `They are [${n}, ${this.embedDim}], [${l}, ${this.kdim}] and [${s}, ${this.vdim}]${this.batchFirst ? '' : '; for batches in front give { batchFirst: true }'}.`,
      },
    )
  }

  override extraRepr(): string {
    return `embedDim=${this.embedDim}, numHeads=${this.numHeads}${this.batchFirst ? ', batchFirst=true' : ''}`
  }
}

type SeenMask = Pick<AttentionOptions, 'attnMask' | 'isCausal'>

/** Masks that hide, as one that shows: bool where all are, else floats to be added. */
function seenThrough(masks: readonly Tensor[], { dtype }: Tensor): Tensor | undefined {
  if (masks.length === 0) return undefined
  if (masks.every(mask => mask.dtype === 'bool')) {
    return masks.reduce((hidden, mask) => hidden.logicalOr(mask)).logicalNot()
  }
  const added = masks.map(mask => (mask.dtype === 'bool' ? where(mask, Number.NEGATIVE_INFINITY, 0).to(dtype) : mask))
  return added.reduce((sum, mask) => sum.add(mask))
}

/** A mask with keys behind the others that it does not hide. */
function lengthened(mask: Tensor, count: number): Tensor {
  return cat([mask, zeros([...mask.shape.slice(0, -1), count], { dtype: mask.dtype, device: mask.device })], -1)
}

function needShape(name: string, mask: Tensor, ...shapes: (readonly number[])[]): void {
  if (shapes.some(shape => sameShape(shape, mask.shape))) return
  throw new TensorError(
    'SHAPE_MISMATCH',
    `MultiheadAttention: ${name} has shape ${shapeText(mask.shape)}; expected ${shapes.map(shapeText).join(' or ')}.`,
    { next: name === 'attnMask' ? 'Queries and keys: [L, S], or [N heads, L, S].' : 'One row a sequence: [N, S].' },
  )
}

/** Throws BAD_OPTION unless there are heads, and they divide the features. */
export function needHeads(where: string, embedDim: number, numHeads: number): void {
  needSize(where, 'embedDim', embedDim)
  needSize(where, 'numHeads', numHeads)
  if (embedDim % numHeads === 0) return
  throw new ModuleError('BAD_OPTION', `${where}: ${numHeads} heads do not divide ${embedDim} features.`, {
    next: 'Each head sees embedDim / numHeads of them.',
  })
}
