// The block that language models are stacked of: a token looks back at those before it, then thinks for itself.
import type { Generator } from '../random/index.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { gelu, relu } from '../tensor/ops/activation.js'
import { needTensor } from '../tensor/ops/operand.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { needHeads } from './attention.js'
import { Dropout } from './dropout.js'
import { ModuleError } from './errors.js'
import { attend, causalBias } from './functional/attention.js'
import { swiglu } from './functional/gates.js'
import { alibiBias, type RotaryOptions, rotaryEmbedding } from './functional/positions.js'
import { remembered } from './functional/remembered.js'
import { type LayerOptions, Linear } from './linear.js'
import { Module } from './module.js'
import { LayerNorm, RMSNorm } from './normalization.js'
import { needRange, needSize } from './sizes.js'

export interface CausalSelfAttentionOptions extends LayerOptions {
  /** Rate at which weights of attention and the output are dropped in training. 0. */
  readonly dropout?: number | undefined
  /** Whether the linear maps have a bias. True. */
  readonly bias?: boolean | undefined
  /** Heads of keys and values, each for a group of the queries' heads (Ainslie et al. 2023). As many as heads. */
  readonly kvHeads?: number | undefined
  /** How a token knows where it stands: 'none' where positions are added to the embeddings, 'rotary', or 'alibi'. 'none'. */
  readonly positions?: 'none' | 'rotary' | 'alibi' | undefined
  /** For 'rotary': base and form. */
  readonly rotary?: Omit<RotaryOptions, 'positions'> | undefined
}

const CAUSAL_SELF_ATTENTION_OPTIONS = optionNames<CausalSelfAttentionOptions>()(
  'dropout bias kvHeads positions rotary dtype generator',
)

const POSITIONS = ['none', 'rotary', 'alibi']

/**
 * Attention of each token to itself and to those before it, with several heads.
 *
 * x [N, T, E] -> [N, T, E]. Parameters: `inProj` with the rows of all q, then k, then v, and `outProj`. Without cache: all keys are computed in each
 * call. Throws BAD_OPTION, SHAPE_MISMATCH.
 *
 * @example
 * new nn.CausalSelfAttention(8, 2, { positions: 'rotary' }).forward(zeros([4, 5, 8])).shape // [4, 5, 8]
 * @torch none
 */
export class CausalSelfAttention extends Module {
  readonly dim: number
  readonly heads: number
  readonly kvHeads: number
  readonly dropout: number
  readonly positions: 'none' | 'rotary' | 'alibi'
  readonly rotary: Omit<RotaryOptions, 'positions'>
  readonly inProj: Linear
  readonly outProj: Linear
  readonly outDropout: Dropout
  readonly #generator: Generator | undefined

  constructor(dim: number, heads: number, options: CausalSelfAttentionOptions = {}) {
    super()
    known('CausalSelfAttention', options, CAUSAL_SELF_ATTENTION_OPTIONS)
    const { dropout = 0, bias = true, kvHeads = heads, positions = 'none', rotary = {}, dtype, generator } = options
    needHeads('CausalSelfAttention', dim, heads)
    needSize('CausalSelfAttention', 'kvHeads', kvHeads)
    needRange('CausalSelfAttention', 'dropout', dropout, 0, 1)
    needChoice('CausalSelfAttention', 'positions', positions, POSITIONS)
    if (heads % kvHeads !== 0) throw badGroups(heads, kvHeads)
    this.dim = dim
    this.heads = heads
    this.kvHeads = kvHeads
    this.dropout = dropout
    this.positions = positions
    this.rotary = rotary
    this.inProj = new Linear(dim, dim + 2 * kvHeads * (dim / heads), { bias, dtype, generator })
    this.outProj = new Linear(dim, dim, { bias, dtype, generator })
    this.outDropout = new Dropout(dropout, { generator })
    this.#generator = generator
  }

  override forward(x: Tensor): Tensor {
    needTensor('CausalSelfAttention', x)
    if (x.ndim !== 3) throw noSequence('CausalSelfAttention', x, this.dim)
    const { dim, heads, kvHeads } = this
    const size = dim / heads
    const [q, k, v] = this.inProj
      .forward(x)
      .split([dim, kvHeads * size, kvHeads * size], -1)
      .map(part => part.unflatten(-1, [-1, size]).transpose(1, 2)) as [Tensor, Tensor, Tensor]
    const turned = (y: Tensor): Tensor => (this.positions === 'rotary' ? rotaryEmbedding(y, this.rotary) : y)
    const { output } = attend(turned(q), turned(k), v, {
      isCausal: true,
      bias: this.positions === 'alibi' ? this.#alibi(x) : undefined,
      dropoutP: this.training ? this.dropout : 0,
      enableGqa: kvHeads !== heads,
      generator: this.#generator,
    })
    return this.outDropout.forward(this.outProj.forward(output.transpose(1, 2).flatten(-2)))
  }

  /** What stands farther back is seen less, what lies ahead not at all. The same for all layers and steps. */
  #alibi({ dtype, device, shape: [, length = 0] }: Tensor): Tensor {
    const [bias] = remembered(`alibi ${device} ${dtype} ${this.heads} ${length}`, () => {
      const causal = causalBias({ shape: [length, length], dtype, device })
      return [alibiBias(this.heads, length, { dtype, device }).add(causal)] as const
    })
    return bias
  }

  override extraRepr(): string {
    const groups = this.kvHeads === this.heads ? '' : `, kvHeads=${this.kvHeads}`
    return `${this.dim}, heads=${this.heads}${groups}${this.positions === 'none' ? '' : `, positions=${this.positions}`}`
  }
}

export interface FeedForwardOptions extends LayerOptions {
  /** Rate at which the output is dropped in training. 0. */
  readonly dropout?: number | undefined
  /** Whether the linear maps have a bias. True. */
  readonly bias?: boolean | undefined
  /** 'gelu', 'relu', or 'swiglu': silu(gate) times a second map (Shazeer 2020). 'gelu'. */
  readonly activation?: 'gelu' | 'relu' | 'swiglu' | undefined
}

const FEED_FORWARD_OPTIONS = optionNames<FeedForwardOptions>()('dropout bias activation dtype generator')

const BENDS: Record<NonNullable<FeedForwardOptions['activation']>, (x: Tensor) => Tensor> = {
  gelu: x => gelu(x),
  relu,
  swiglu: x => swiglu(x),
}

/**
 * The small network that each token goes through: linear2(activation(linear1(x))). x [..., E] -> [..., E].
 *
 * With 'swiglu' linear1 has 2 hidden rows: first those of the gate, then those that it opens; linear2(silu(gate) up). Throws BAD_OPTION.
 *
 * @example
 * new nn.FeedForward(8, 32).forward(zeros([4, 5, 8])).shape // [4, 5, 8]
 * @torch none
 */
export class FeedForward extends Module {
  readonly activation: 'gelu' | 'relu' | 'swiglu'
  readonly linear1: Linear
  readonly linear2: Linear
  readonly dropout: Dropout

  constructor(dim: number, hidden: number, options: FeedForwardOptions = {}) {
    super()
    const {
      dropout = 0,
      bias = true,
      activation = 'gelu',
      dtype,
      generator,
    } = known('FeedForward', options, FEED_FORWARD_OPTIONS)
    needSize('FeedForward', 'dim', dim)
    needSize('FeedForward', 'hidden', hidden)
    needChoice('FeedForward', 'activation', activation, Object.keys(BENDS))
    this.activation = activation
    this.linear1 = new Linear(dim, activation === 'swiglu' ? 2 * hidden : hidden, { bias, dtype, generator })
    this.linear2 = new Linear(hidden, dim, { bias, dtype, generator })
    this.dropout = new Dropout(dropout, { generator })
  }

  override forward(x: Tensor): Tensor {
    return this.dropout.forward(this.linear2.forward(BENDS[this.activation](this.linear1.forward(x))))
  }

  override extraRepr(): string {
    return `activation=${this.activation}`
  }
}

export interface DecoderBlockOptions extends CausalSelfAttentionOptions, FeedForwardOptions {
  /** Width of the network for each token. 4 dim; with 'swiglu' 8/3 dim, rounded up to a multiple of 8, which is as many weights. */
  readonly hidden?: number | undefined
  /** Whether normalisation stands before attention and network instead of after the addition. True. */
  readonly normFirst?: boolean | undefined
  /** 'layer' (Ba et al. 2016) or 'rms' (Zhang & Sennrich 2019). 'layer'. */
  readonly norm?: 'layer' | 'rms' | undefined
  /** Added to the variance in normalisations. 1e-5. */
  readonly eps?: number | undefined
}

const DECODER_BLOCK_OPTIONS = optionNames<DecoderBlockOptions>()(
  'hidden normFirst norm eps dropout bias kvHeads positions rotary dtype generator activation',
)

/**
 * A block of a language model: x = x + attention(norm1(x)); x = x + feedForward(norm2(x)); with `normFirst: false` x = norm1(x + attention(x)) and
 * so on. A stack of pre-norm blocks needs one more normalisation at its end (Xiong et al. 2020).
 *
 * x [N, T, E] -> [N, T, E]; token i sees the tokens 0 to i. The defaults are GPT-2's; Llama's are
 * `{ norm: 'rms', activation: 'swiglu', positions: 'rotary', bias: false }`. Options: those of CausalSelfAttention and FeedForward, too. Parameters:
 * `norm1`, `attention`, `norm2`, `feedForward`. Throws BAD_OPTION, SHAPE_MISMATCH.
 *
 * @example
 * const block = new nn.DecoderBlock(8, 2, { positions: 'rotary', activation: 'swiglu', norm: 'rms' })
 * block.forward(zeros([4, 5, 8])).shape // [4, 5, 8]
 * @torch none
 */
export class DecoderBlock extends Module {
  readonly normFirst: boolean
  readonly norm1: LayerNorm | RMSNorm
  readonly attention: CausalSelfAttention
  readonly norm2: LayerNorm | RMSNorm
  readonly feedForward: FeedForward

  constructor(dim: number, heads: number, options: DecoderBlockOptions = {}) {
    super()
    const {
      norm = 'layer',
      normFirst = true,
      eps = 1e-5,
      activation = 'gelu',
      hidden = activation === 'swiglu' ? 8 * Math.ceil(dim / 3) : 4 * dim,
      kvHeads,
      positions,
      rotary,
      ...shared
    } = known('DecoderBlock', options, DECODER_BLOCK_OPTIONS)
    const { bias, dtype } = shared
    needChoice('DecoderBlock', 'norm', norm, ['layer', 'rms'])
    const normalize = (): LayerNorm | RMSNorm =>
      norm === 'rms' ? new RMSNorm(dim, { eps, dtype }) : new LayerNorm(dim, { eps, bias, dtype })
    this.normFirst = normFirst
    this.norm1 = normalize()
    this.attention = new CausalSelfAttention(dim, heads, { kvHeads, positions, rotary, ...shared })
    this.norm2 = normalize()
    this.feedForward = new FeedForward(dim, hidden, { activation, ...shared })
  }

  override forward(x: Tensor): Tensor {
    if (this.normFirst) {
      const y = x.add(this.attention.forward(this.norm1.forward(x)))
      return y.add(this.feedForward.forward(this.norm2.forward(y)))
    }
    const y = this.norm1.forward(x.add(this.attention.forward(x)))
    return this.norm2.forward(y.add(this.feedForward.forward(y)))
  }
}

function needChoice(where: string, name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return
  throw new ModuleError('BAD_OPTION', `${where}: ${name} '${String(value)}' does not exist.`, {
    next: `Choose one of ${choices.join(', ')}.`,
  })
}

function badGroups(heads: number, kvHeads: number): ModuleError {
  return new ModuleError(
    'BAD_OPTION',
    `CausalSelfAttention: ${kvHeads} heads of keys do not divide ${heads} of queries.`,
    {
      next: 'Each head of keys serves as many heads of queries.',
    },
  )
}

function noSequence(where: string, x: Tensor, dim: number): TensorError {
  return new TensorError('SHAPE_MISMATCH', `${where}: x must be [N, T, ${dim}]; it is ${shapeText(x.shape)}.`, {
    next: x.ndim === 2 ? 'For a single sequence: x.unsqueeze(0).' : 'Embed the tokens first.',
  })
}
