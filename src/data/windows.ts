// Windows on a long sequence: what a language model learns from.
import { arange } from '../tensor/create.js'
import { add } from '../tensor/ops/arithmetic.js'
import { indexSelect } from '../tensor/ops/gather.js'
import { narrow, reshape, unsqueeze } from '../tensor/ops/views.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { type Batch, type Dataset, needIndex } from './dataset.js'
import { DataError } from './errors.js'
import { counted, printedByToString } from './printed.js'

export interface WindowsOptions {
  /** Distance from one window to the next. 1. */
  readonly stride?: number | undefined
}

const WINDOWS_OPTIONS = optionNames<WindowsOptions>()('stride')

/**
 * All windows of `length` + 1 tokens of a sequence, as pairs: tokens to read and, one further, tokens to predict. Example i is
 * [tokens[s i .. s i + length - 1], tokens[s i + 1 .. s i + length]], s the stride.
 *
 * Throws DATA_OPTION where the sequence is too short, DATA_INDEX for a window that is not there.
 *
 * @example
 * const windows = new data.Windows(arange(10), 3)
 * windows.get(2) // [tensor([2, 3, 4]), tensor([3, 4, 5])]
 * @torch none
 */
export class Windows implements Dataset<[Tensor, Tensor]> {
  readonly tokens: Tensor
  readonly windowLength: number
  readonly stride: number
  readonly length: number

  constructor(tokens: Tensor, windowLength: number, options: WindowsOptions = {}) {
    const { stride = 1 } = known('Windows', options, WINDOWS_OPTIONS)
    const count = tokens.shape[0] ?? 0
    for (const [name, value] of Object.entries({ windowLength, stride })) {
      if (Number.isInteger(value) && value >= 1) continue
      throw new DataError('DATA_OPTION', `Windows: ${name} must be a whole number from 1; it is ${String(value)}.`)
    }
    if (tokens.shape.length !== 1 || count <= windowLength) {
      throw new DataError(
        'DATA_OPTION',
        `Windows: needs more than ${windowLength} tokens in one axis; got shape [${tokens.shape.join(', ')}].`,
        {
          next: 'Take a longer text or a shorter window.',
        },
      )
    }
    this.tokens = tokens
    this.windowLength = windowLength
    this.stride = stride
    this.length = Math.floor((count - windowLength - 1) / stride) + 1
  }

  /** One window: views of the sequence. */
  get(index: number): [Tensor, Tensor] {
    needIndex('Windows', index, this.length)
    const at = index * this.stride
    return [narrow(this.tokens, 0, at, this.windowLength), narrow(this.tokens, 0, at + 1, this.windowLength)]
  }

  /** The windows at `indices`, copied together: tokens [n, length] and targets [n, length]. */
  getBatch(indices: Tensor): Batch<[Tensor, Tensor]> {
    const starts = unsqueeze(indices.mul(this.stride), 1)
    const places = add(starts, arange(this.windowLength + 1))
    const rows = reshape(indexSelect(this.tokens, 0, reshape(places, [-1])), [indices.size, this.windowLength + 1])
    return [narrow(rows, 1, 0, this.windowLength).contiguous(), narrow(rows, 1, 1, this.windowLength).contiguous()]
  }
  /** `Windows(997 examples: 3 tokens and those that follow)`. */
  toString(): string {
    return `Windows(${counted(this.length, 'example')}: ${counted(this.windowLength, 'token')} and those that follow)`
  }
}

printedByToString(Windows)
