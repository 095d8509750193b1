// A vector for each token: the first layer of models that read.

import { noGrad } from '../autograd/index.js'
import { randn } from '../random/index.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { ModuleError } from './errors.js'
import { embedding } from './functional/embedding.js'
import type { LayerOptions } from './linear.js'
import { Module } from './module.js'
import { Parameter } from './parameter.js'
import { needSize } from './sizes.js'

export interface EmbeddingOptions extends LayerOptions {
  /** The row of this number begins with zeros and is not trained: padding. From the end where negative. None. */
  readonly paddingIdx?: number | undefined
}

const PRETRAINED_OPTIONS = optionNames<PretrainedOptions>()('freeze paddingIdx')
const EMBEDDING_OPTIONS = optionNames<EmbeddingOptions>()('paddingIdx dtype generator')

export interface PretrainedOptions {
  /** Keep the rows as they are. True. */
  readonly freeze?: boolean | undefined
  readonly paddingIdx?: number | undefined
}

/**
 * A vector for each token: tokens int32 [...] -> [..., E], the rows of `weight` [V, E], which begins standard normal.
 *
 * Throws BAD_OPTION for sizes below 1 or a padding that is no row; in forward BAD_INDEX for a token without row, BAD_DTYPE.
 *
 * @example
 * new nn.Embedding(10, 4).forward(tensor([[1, 2, 3]], { dtype: 'int32' })).shape // [1, 3, 4]
 * @torch torch.nn.Embedding
 */
export class Embedding extends Module {
  readonly numEmbeddings: number
  readonly embeddingDim: number
  readonly paddingIdx: number | undefined
  readonly weight: Parameter

  constructor(numEmbeddings: number, embeddingDim: number, given: EmbeddingOptions = {}) {
    super()
    const { paddingIdx, ...options } = known('Embedding', given, EMBEDDING_OPTIONS)
    needSize('Embedding', 'numEmbeddings', numEmbeddings)
    needSize('Embedding', 'embeddingDim', embeddingDim)
    this.numEmbeddings = numEmbeddings
    this.embeddingDim = embeddingDim
    this.paddingIdx = rowOf(paddingIdx, numEmbeddings)
    this.weight = new Parameter(randn([numEmbeddings, embeddingDim], options))
    const { weight } = this
    if (this.paddingIdx !== undefined) noGrad(() => weight.at(this.paddingIdx as number).zero_())
  }

  /** A layer with the rows of a table, which is not trained unless `freeze` is false. */
  static fromPretrained(table: Tensor, options: PretrainedOptions = {}): Embedding {
    const { freeze = true, paddingIdx } = known('Embedding.fromPretrained', options, PRETRAINED_OPTIONS)
    const [rows = 0, width = 0] = table.shape
    const layer = new Embedding(rows, width, { dtype: table.dtype })
    noGrad(() => layer.weight.copy_(table))
    layer.weight.requiresGrad_(!freeze)
    Object.assign(layer, { paddingIdx: rowOf(paddingIdx, rows) })
    return layer
  }

  override forward(tokens: Tensor): Tensor {
    return embedding(tokens, this.weight, { paddingIdx: this.paddingIdx })
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === undefined ? '' : `, paddingIdx=${this.paddingIdx}`
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}`
  }
}

function rowOf(paddingIdx: number | undefined, rows: number): number | undefined {
  if (paddingIdx === undefined) return undefined
  if (Number.isInteger(paddingIdx) && paddingIdx >= -rows && paddingIdx < rows)
    return paddingIdx < 0 ? paddingIdx + rows : paddingIdx
  throw new ModuleError(
    'BAD_OPTION',
    `Embedding: paddingIdx must be a row, from 0 to ${rows - 1}; it is ${paddingIdx}.`,
  )
}
