// Dropout as a layer: noise in training, nothing in use.
import type { Generator } from '../random/index.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { alphaDropout, type DropoutFunctionOptions, dropout, dropout1d, dropout2d } from './functional/dropout.js'
import { Module } from './module.js'
import { needRange } from './sizes.js'

export interface DropoutOptions {
  /** Where the dropped elements are drawn from. The default generator. */
  readonly generator?: Generator | undefined
}

const DROPOUT_OPTIONS = optionNames<DropoutOptions>()('generator')

/** A layer that drops with a rate p. */
abstract class Dropping extends Module {
  readonly p: number
  protected readonly generator: Generator | undefined

  constructor(p = 0.5, options: DropoutOptions = {}) {
    super()
    const name = new.target.name
    const { generator } = known(name, options, DROPOUT_OPTIONS)
    needRange(name, 'p', p, 0, 1)
    this.p = p
    this.generator = generator
  }

  protected get options(): DropoutFunctionOptions {
    return { training: this.training, generator: this.generator }
  }

  override extraRepr(): string {
    return `p=${this.p}`
  }
}

/**
 * Dropout (Srivastava et al. 2014): in training each element becomes 0 with probability p and the others are scaled by 1 / (1 - p); in eval mode
 * y = x. p from 0 to 1; 0.5. Throws BAD_OPTION.
 *
 * @example
 * new nn.Dropout(0.1).eval().forward(tensor([1, 2])) // tensor([1., 2.])
 * @torch torch.nn.Dropout
 */
export class Dropout extends Dropping {
  override forward(x: Tensor): Tensor {
    return dropout(x, this.p, this.options)
  }
}

/**
 * Dropout of whole channels of sequences (Tompson et al. 2015), [N, C, L] or [C, L]: p from 0 to 1; 0.5. In eval mode y = x. Throws BAD_OPTION,
 * SHAPE_MISMATCH.
 *
 * @example
 * new nn.Dropout1d(0.1).eval().forward(ones([1, 2, 3])).shape // [1, 2, 3]
 * @torch torch.nn.Dropout1d
 */
export class Dropout1d extends Dropping {
  override forward(x: Tensor): Tensor {
    return dropout1d(x, this.p, this.options)
  }
}

/**
 * Dropout of whole channels of images (Tompson et al. 2015), [N, C, H, W] or [C, H, W]: p from 0 to 1; 0.5. In eval mode y = x. Throws BAD_OPTION,
 * SHAPE_MISMATCH.
 *
 * @example
 * new nn.Dropout2d(0.1).eval().forward(ones([1, 2, 3, 3])).shape // [1, 2, 3, 3]
 * @torch torch.nn.Dropout2d
 */
export class Dropout2d extends Dropping {
  override forward(x: Tensor): Tensor {
    return dropout2d(x, this.p, this.options)
  }
}

/**
 * Alpha dropout (Klambauer et al. 2017), for networks of SELU: mean 0 and variance 1 stay: see F.alphaDropout. p from 0 to 1; 0.5. In eval mode y = x.
 * Throws BAD_OPTION.
 *
 * @example
 * new nn.AlphaDropout(0.1).eval().forward(tensor([1, 2])) // tensor([1., 2.])
 * @torch torch.nn.AlphaDropout
 */
export class AlphaDropout extends Dropping {
  override forward(x: Tensor): Tensor {
    return alphaDropout(x, this.p, this.options)
  }
}
