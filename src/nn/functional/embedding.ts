// Rows of a table by number.

import { detach } from '../../autograd/index.js'
import { arange } from '../../tensor/create.js'
import { TensorError } from '../../tensor/errors.js'
import { where } from '../../tensor/ops/choose.js'
import { ne } from '../../tensor/ops/compare.js'
import { indexSelect } from '../../tensor/ops/gather.js'
import { needTensor } from '../../tensor/ops/operand.js'
import { reshape, unsqueeze } from '../../tensor/ops/views.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'

export interface EmbeddingFunctionOptions {
  /** Tokens with this number do not train their row: padding. None. */
  readonly paddingIdx?: number | undefined
}

const EMBEDDING_FUNCTION_OPTIONS = optionNames<EmbeddingFunctionOptions>()('paddingIdx')

/**
 * The rows of a table that `tokens` name: out[..., :] = weight[tokens[...], :]. tokens int32 [...], weight [V, E] -> [..., E].
 *
 * The gradient adds up where a row is used several times. Throws BAD_INDEX for a token that has no row, BAD_DTYPE unless tokens are int32.
 *
 * @example
 * F.embedding(tensor([2, 0], { dtype: 'int32' }), tensor([[1, 1], [2, 2], [3, 3]])) // tensor([[3., 3.], [1., 1.]])
 * @torch torch.nn.functional.embedding
 * @differs rows are never rescaled (maxNorm) and gradients are dense
 */
export function embedding(tokens: Tensor, weight: Tensor, options: EmbeddingFunctionOptions = {}): Tensor {
  const { paddingIdx } = known('embedding', options, EMBEDDING_FUNCTION_OPTIONS)
  needTensor('embedding', tokens)
  needTensor('embedding', weight)
  if (weight.shape.length !== 2) {
    throw new TensorError(
      'BAD_SHAPE',
      `embedding: the table must have two axes, [V, E]; it has ${weight.shape.length}.`,
    )
  }
  if (tokens.dtype !== 'int32') {
    throw new TensorError('BAD_DTYPE', `embedding: tokens are int32; these are ${tokens.dtype}.`, {
      next: 'Convert them: tokens.int().',
    })
  }
  const [rows, width] = weight.shape as [number, number]
  const shape = [...tokens.shape, width]
  if (paddingIdx === undefined) return reshape(picked(tokens, weight, rows), shape)
  const padding = paddingIdx < 0 ? paddingIdx + rows : paddingIdx
  // What is padding takes no gradient: masked where there is less to mask, in the table or in what was read.
  if (tokens.size > rows)
    return reshape(picked(tokens, masked(weight, arange(rows, { device: weight.device }), padding), rows), shape)
  return masked(reshape(picked(tokens, weight, rows), shape), tokens, padding)
}

/** x, without a gradient where a number is the padding's: x has one row for each number. */
function masked(x: Tensor, numbers: Tensor, padding: number): Tensor {
  return where(unsqueeze(ne(numbers, padding), -1), x, detach(x))
}

function picked(tokens: Tensor, weight: Tensor, rows: number): Tensor {
  try {
    return indexSelect(weight, 0, reshape(tokens, [-1]))
  } catch (cause) {
    if (!(cause instanceof TensorError) || cause.code !== 'BAD_INDEX') throw cause
    throw new TensorError('BAD_INDEX', `embedding: a token has no row: there are ${rows}, from 0 to ${rows - 1}.`, {
      cause,
      next: 'Make the table as large as the vocabulary.',
    })
  }
}
