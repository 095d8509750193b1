// How surprised a language model is.
import { noGrad } from '../../autograd/index.js'
import { logSoftmax } from '../../tensor/ops/activation.js'
import { known, optionNames } from '../../tensor/options.js'
import { isTensor, type Tensor } from '../../tensor/tensor.js'
import { DataError } from '../errors.js'
import { type Classes, scoredRows } from './classes.js'

export interface PerplexityOptions {
  /** Places whose target is this are left out: padding. -100, as crossEntropy does. */
  readonly ignoreIndex?: number | undefined
}

const PERPLEXITY_OPTIONS = optionNames<PerplexityOptions>()('ignoreIndex')

/**
 * Perplexity of a language model, batch by batch: exp(-1/n sum log p(token)), over all tokens of all batches.
 *
 * `update(logits, target)` adds tokens, `compute()` gives the perplexity so far, `loss` the mean loss in nats. Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * const perplexity = new data.metrics.Perplexity()
 * perplexity.update(zeros([2, 3, 8]), zeros([2, 3], { dtype: 'int32' })).compute().toFixed(4) // '8.0000'
 * @torch none
 */
export class Perplexity {
  readonly #ignored: number
  #nats = 0
  #tokens = 0

  constructor(options: PerplexityOptions = {}) {
    const { ignoreIndex = -100 } = known('Perplexity', options, PERPLEXITY_OPTIONS)
    this.#ignored = ignoreIndex
  }

  /** Adds tokens: logits [..., K], targets [...]. Returns itself. */
  update(logits: Tensor, target: Classes): this {
    const given = isTensor(target) ? Array.from(target.data() as ArrayLike<number>) : Array.from(target)
    const kept = given.map(token => (token === this.#ignored ? 0 : token))
    if (!isTensor(logits) || logits.dtype === 'int32' || logits.dtype === 'bool') {
      throw new DataError('DATA_OPTION', 'perplexity: logits must be a float tensor [..., K].')
    }
    const { rows, k, truth } = scoredRows(
      'perplexity',
      noGrad(() => logSoftmax(logits.double(), -1)),
      kept,
    )
    for (const [i, own] of truth.entries()) {
      if (given[i] === this.#ignored) continue
      this.#nats -= rows[i * k + own] as number
      this.#tokens++
    }
    return this
  }

  /** The mean loss in nats; NaN of no tokens. */
  get loss(): number {
    return this.#nats / this.#tokens
  }

  /** The perplexity so far; NaN of no tokens. */
  compute(): number {
    return Math.exp(this.loss)
  }

  /** Forgets all tokens. */
  reset(): void {
    this.#nats = 0
    this.#tokens = 0
  }
}

/**
 * Perplexity: exp of the mean cross entropy in nats, exp(-1/n sum log p(token)): between how many equally likely tokens the model might as well
 * choose. From 1; K for one that knows nothing.
 *
 * logits [..., K], target: tokens [...], of which `ignoreIndex` (-100) are left out. Computed in float64. Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * data.metrics.perplexity(zeros([4, 10]), [1, 2, 3, 4]).toFixed(4) // '10.0000'
 * @torch none
 */
export function perplexity(logits: Tensor, target: Classes, options: PerplexityOptions = {}): number {
  known('perplexity', options, PERPLEXITY_OPTIONS)
  return new Perplexity(options).update(logits, target).compute()
}
