// Dropout as a layer: noise in training, nothing in use.
import type { Generator } from '../random/index.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { dropout } from './functional/dropout.js'
import { Module } from './module.js'
import { needRange } from './sizes.js'

export interface DropoutOptions {
  /** Where the dropped elements are drawn from. The default generator. */
  readonly generator?: Generator | undefined
}

const DROPOUT_OPTIONS = optionNames<DropoutOptions>()('generator')

/**
 * Dropout (Srivastava et al. 2014): in training each element becomes 0 with probability p and the others are scaled by 1 / (1 - p); in eval mode
 * y = x. p from 0 to 1; 0.5. Throws BAD_OPTION.
 *
 * @example
 * new nn.Dropout(0.1).eval().forward(tensor([1, 2])) // tensor([1., 2.])
 * @torch torch.nn.Dropout
 */
export class Dropout extends Module {
  readonly p: number
  readonly #generator: Generator | undefined

  constructor(p = 0.5, options: DropoutOptions = {}) {
    super()
    const { generator } = known('Dropout', options, DROPOUT_OPTIONS)
    needRange('Dropout', 'p', p, 0, 1)
    this.p = p
    this.#generator = generator
  }

  override forward(x: Tensor): Tensor {
    return dropout(x, this.p, { training: this.training, generator: this.#generator })
  }

  override extraRepr(): string {
    return `p=${this.p}`
  }
}
