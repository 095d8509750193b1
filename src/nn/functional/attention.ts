// Attention: each query takes the mean of the values, weighted by how well their keys answer it.
import type { Generator } from '../../random/index.js'
import { full, zeros } from '../../tensor/create.js'
import { shapeText, TensorError } from '../../tensor/errors.js'
import { where } from '../../tensor/ops/choose.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { dropout } from './dropout.js'
import { remembered } from './remembered.js'

export interface AttentionOptions {
  /**
   * Which keys a query sees, broadcast to [..., L, S]: bool, true where it does, or floats that are added to the scores, -Infinity
   * where it does not. All.
   */
  readonly attnMask?: Tensor | undefined
  /** Rate at which weights are dropped, also without training: give 0 then. 0. */
  readonly dropoutP?: number | undefined
  /** Whether query i sees the keys 0 to i alone. False. */
  readonly isCausal?: boolean | undefined
  /** Factor of the products of queries and keys. 1/sqrt(E). */
  readonly scale?: number | undefined
  /** Whether keys and values have fewer heads, each for a group of queries' heads (Ainslie et al. 2023). False. */
  readonly enableGqa?: boolean | undefined
  /** Where the dropped weights are drawn from. The default generator. */
  readonly generator?: Generator | undefined
}

const ATTENTION_OPTIONS = optionNames<AttentionOptions>()('attnMask dropoutP isCausal scale enableGqa generator')

/**
 * Scaled dot-product attention (Vaswani et al. 2017, equation 1): softmax(scale q k^T + mask) v.
 *
 * query [..., L, E], key [..., S, E], value [..., S, Ev] -> [..., L, Ev]; the leading axes (batch, heads) broadcast. A query that sees no key
 * gives zeros, and its gradients are zeros. Throws SHAPE_MISMATCH where sizes differ or the mask does not fit, BAD_SHAPE for fewer than two axes,
 * BAD_DTYPE for a mask of whole numbers, BAD_VALUE for heads that do not divide.
 *
 * @example
 * const [q, k, v] = [zeros([1, 2]), ones([2, 2]), tensor([[1, 2], [3, 4]])]
 * F.scaledDotProductAttention(q, k, v) // tensor([[2., 3.]])
 * F.scaledDotProductAttention(q, k, v, { isCausal: true }) // tensor([[1., 2.]])
 * @torch torch.nn.functional.scaled_dot_product_attention
 * @differs attnMask and isCausal may be given together, both hold; a float mask of another dtype is converted
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  known('scaledDotProductAttention', options, ATTENTION_OPTIONS)
  checkShapes(query, key, value)
  return attend(query, key, value, options).output
}

/** What layers say beside. */
export interface AttendOptions extends AttentionOptions {
  /** Whether the weights are wanted. False. */
  readonly needWeights?: boolean | undefined
  /** What is added to the scores instead of masks, where every query is known to see a key. */
  readonly bias?: Tensor | undefined
}

/** The same with its weights [..., L, S], after dropout, where they are wanted. */
export function attend(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttendOptions,
): { output: Tensor; weights: Tensor | undefined } {
  const { dropoutP = 0, scale = 1 / Math.sqrt(query.shape.at(-1) as number), generator, needWeights = false } = options
  const [k, v] = options.enableGqa === true ? [key, value].map(x => repeatHeads(query, x)) : [key, value]
  const scores = query.mul(scale).matmul((k as Tensor).transpose(-2, -1))
  const { bias, sees }: Bias = options.bias === undefined ? biasOf(scores, options) : { bias: options.bias }
  const shares = (bias === undefined ? scores : scores.add(bias)).softmax(-1)
  const weights = dropoutP === 0 ? shares : dropout(shares, dropoutP, { generator })
  const output = weights.matmul(v as Tensor)
  const cleared = (x: Tensor): Tensor => (sees === undefined ? x : x.mul(sees))
  return { output: cleared(output), weights: needWeights ? cleared(weights) : undefined }
}

/** What is added to the scores, -Infinity where a key is hidden; and 1 for queries that see a key, 0 for others: none where all do. */
interface Bias {
  readonly bias?: Tensor
  readonly sees?: Tensor
}

/**
 * A query that sees nothing is shown everything, so that the softmax and its gradient are finite; its result is taken away
 * afterwards. A causal mask alone always leaves key 0.
 */
function biasOf(scores: Tensor, { attnMask: mask, isCausal = false }: AttentionOptions): Bias {
  if (mask === undefined) return isCausal ? { bias: causalBias(scores) } : {}
  checkMask(scores, mask)
  const own = mask.dtype === 'bool' ? mask : mask.ne(Number.NEGATIVE_INFINITY)
  const seen = isCausal ? own.logicalAnd(causalBias(scores).eq(0)) : own
  const sees = seen.any(-1, { keepdim: true })
  const { dtype, device } = scores
  const added = mask.dtype === 'bool' ? zeros([], { dtype, device }) : where(own, mask.to(dtype), 0)
  return { bias: where(seen.logicalOr(sees.logicalNot()), added, Number.NEGATIVE_INFINITY), sees: sees.to(dtype) }
}

function checkMask(scores: Tensor, mask: Tensor): void {
  if (mask.dtype === 'int32') {
    throw new TensorError('BAD_DTYPE', 'scaledDotProductAttention: attnMask must be bool or a float; it is int32.', {
      next: 'For 0 and 1 write mask.bool(): true where a query sees a key.',
    })
  }
  const fits =
    mask.ndim <= scores.ndim && mask.shape.every((n, i) => n === 1 || n === scores.shape[scores.ndim - mask.ndim + i])
  if (fits) return
  throw new TensorError(
    'SHAPE_MISMATCH',
    `scaledDotProductAttention: attnMask ${shapeText(mask.shape)} does not broadcast to the scores ${shapeText(scores.shape)}.`,
    { next: 'Its last axes are queries and keys; sizes of 1 are repeated.' },
  )
}

/** 0 on and below the diagonal, -Infinity above: [L, S]. Made once, the same for all layers and steps. */
export function causalBias({ shape, dtype, device }: Pick<Tensor, 'shape' | 'dtype' | 'device'>): Tensor {
  const [rows, columns] = shape.slice(-2) as [number, number]
  const [bias] = remembered(`causal ${device} ${dtype} ${rows} ${columns}`, () => {
    return [full([rows, columns], Number.NEGATIVE_INFINITY, { dtype, device }).triu(1)] as const
  })
  return bias
}

function checkShapes(query: Tensor, key: Tensor, value: Tensor): void {
  const shapes = `query ${shapeText(query.shape)}, key ${shapeText(key.shape)}, value ${shapeText(value.shape)}`
  if (query.ndim < 2 || key.ndim < 2 || value.ndim < 2) {
    throw new TensorError('BAD_SHAPE', `scaledDotProductAttention: ${shapes}: each needs two axes.`, {
      next: 'Tokens and features stand last: [..., T, E].',
    })
  }
  if (query.shape.at(-1) !== key.shape.at(-1) || key.shape.at(-2) !== value.shape.at(-2)) {
    throw new TensorError('SHAPE_MISMATCH', `scaledDotProductAttention: ${shapes} do not fit.`, {
      next: 'Queries and keys need as many features (last axis), keys and values as many tokens (the axis before).',
    })
  }
}

/** [..., h, S, E] -> [..., H, S, E], each head for H/h heads of the query. */
function repeatHeads(query: Tensor, x: Tensor): Tensor {
  const [heads, groups] = [query.shape.at(-3), x.shape.at(-3)]
  if (heads === undefined || groups === undefined || heads % groups !== 0) {
    throw new TensorError(
      'BAD_VALUE',
      `scaledDotProductAttention: ${groups ?? 'no'} heads do not divide ${heads ?? 'none'}.`,
      {
        next: 'With enableGqa the number of query heads is a multiple of that of keys and values.',
      },
    )
  }
  return heads === groups ? x : x.repeatInterleave(heads / groups, -3)
}
