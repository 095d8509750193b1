// Several tensors into one.
import { promote } from './dtype.js'
import { apply } from './engine.js'
import { shapeText, TensorError } from './errors.js'
import { cast, notTensor } from './ops/operand.js'
import { expand, reshape, unsqueeze } from './ops/views.js'
import { normalDim } from './shape.js'
import { isTensor, type Tensor } from './tensor.js'

/**
 * Joins tensors along an axis that they have: [A, C] and [B, C] -> [A + B, C] for dim 0.
 *
 * All other sizes must be equal (SHAPE_MISMATCH); dtypes meet as in arithmetic. An empty list throws BAD_VALUE, anything but a list of
 * tensors NOT_A_TENSOR. A tensor of
 * shape [0] joins with anything, as in PyTorch.
 *
 * @example
 * cat([tensor([1, 2]), tensor([3])]) // tensor([1., 2., 3.])
 * @torch torch.cat
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  const first = firstOf('cat', tensors)
  const some = tensors.filter(x => x.shape.length !== 1 || x.shape[0] !== 0)
  const parts = some.length === 0 ? [first] : some
  const [lead] = parts as [Tensor]
  const at = normalDim('cat', dim, lead.shape.length)
  parts.forEach((x, i) => {
    const fits =
      x.shape.length === lead.shape.length && x.shape.every((n, axis) => axis === at || n === lead.shape[axis])
    if (fits) return
    throw new TensorError(
      'SHAPE_MISMATCH',
      `cat: tensor ${i} has shape ${shapeText(x.shape)}, tensor 0 ${shapeText(lead.shape)}; only dim ${at} may differ.`,
      {
        next: 'Use stack to put tensors of one shape along a new axis.',
      },
    )
  })
  const dtype = tensors.map(x => x.dtype).reduce(promote)
  return apply(
    'cat',
    parts.map(x => cast(x, dtype)),
    { dim: at },
  )
}

/**
 * Puts tensors of one shape along a new axis: n tensors of [A, B] -> [n, A, B] for dim 0.
 *
 * Throws SHAPE_MISMATCH where shapes differ, BAD_VALUE for an empty list.
 *
 * @example
 * stack([tensor([1, 2]), tensor([3, 4])]) // tensor([[1., 2.], [3., 4.]])
 * @torch torch.stack
 */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  const first = firstOf('stack', tensors)
  const odd = tensors.findIndex(x => shapeText(x.shape) !== shapeText(first.shape))
  if (odd >= 0) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `stack: tensor ${odd} has shape ${shapeText((tensors[odd] as Tensor).shape)}, tensor 0 ${shapeText(first.shape)}.`,
      {
        next: 'All shapes must be equal; cat joins along an axis that is there.',
      },
    )
  }
  const at = normalDim('stack', dim, first.shape.length, 1)
  return cat(
    tensors.map(x => unsqueeze(x, at)),
    at,
  )
}

/**
 * Joins tensors side by side: along axis 1, lists (and single numbers) along their only axis. Throws as cat.
 *
 * @example
 * hstack([tensor([1, 2]), tensor([3])]) // tensor([1., 2., 3.])
 * @torch torch.hstack
 */
export function hstack(tensors: readonly Tensor[]): Tensor {
  firstOf('hstack', tensors)
  const parts = tensors.map(x => (x.shape.length === 0 ? reshape(x, [1]) : x))
  return cat(parts, (parts[0] as Tensor).shape.length === 1 ? 0 : 1)
}

/**
 * Joins tensors one below the other: along axis 0; a list is a row. Throws as cat.
 *
 * @example
 * vstack([tensor([1, 2]), tensor([3, 4])]) // tensor([[1., 2.], [3., 4.]])
 * @torch torch.vstack
 */
export function vstack(tensors: readonly Tensor[]): Tensor {
  firstOf('vstack', tensors)
  return cat(tensors.map(x => (x.shape.length < 2 ? reshape(x, [1, x.shape[0] ?? 1]) : x)))
}

/** The first of a list that has one; what is no list of tensors is refused. */
function firstOf(operation: string, tensors: readonly Tensor[]): Tensor {
  if (!Array.isArray(tensors)) {
    throw new TensorError('NOT_A_TENSOR', `${operation}: takes a list of tensors.`, {
      next: `Put the tensors in brackets: ${operation}([a, b]).`,
    })
  }
  const odd = tensors.findIndex(x => !isTensor(x))
  if (odd >= 0) throw notTensor(operation, tensors[odd])
  const [first] = tensors as readonly Tensor[]
  if (first !== undefined) return first
  throw new TensorError('BAD_VALUE', `${operation}: the list is empty.`, { next: 'Give at least one tensor.' })
}

/**
 * Matrices of coordinates from one-dimensional tensors: of sizes A and B, two tensors of [A, B].
 *
 * `indexing` 'ij' (the default) lets the first vary along rows, 'xy' along columns. Views.
 *
 * @example
 * meshgrid([tensor([1, 2]), tensor([3, 4])])[0] // tensor([[1., 1.], [2., 2.]])
 * @torch torch.meshgrid
 * @differs indexing is 'ij' unless said, which PyTorch warns about.
 */
export function meshgrid(
  tensors: readonly Tensor[],
  { indexing = 'ij' }: { readonly indexing?: 'ij' | 'xy' } = {},
): Tensor[] {
  firstOf('meshgrid', tensors)
  const sizes = tensors.map((x, i) => {
    if (x.shape.length <= 1) return x.shape[0] ?? 1
    throw new TensorError(
      'BAD_SHAPE',
      `meshgrid: tensor ${i} has shape ${shapeText(x.shape)}; only lists of numbers make a grid.`,
      {
        next: 'Flatten it first.',
      },
    )
  })
  const swapped = indexing === 'xy' && sizes.length > 1
  const shape = swapped ? [sizes[1] as number, sizes[0] as number, ...sizes.slice(2)] : sizes
  return tensors.map((x, i) => {
    const axis = swapped && i < 2 ? 1 - i : i
    return expand(
      reshape(
        x,
        shape.map((n, d) => (d === axis ? n : 1)),
      ),
      shape,
    )
  })
}

/**
 * All combinations of one element of each list: of lists of sizes A and B, [A B, 2], the last list varying fastest. Of a single list,
 * the list. Throws BAD_SHAPE for what is no list, BAD_VALUE for none.
 *
 * @example
 * cartesianProd([tensor([1, 2]), tensor([3, 4])]) // tensor([[1., 3.], [1., 4.], [2., 3.], [2., 4.]])
 * @torch torch.cartesian_prod
 */
export function cartesianProd(tensors: readonly Tensor[]): Tensor {
  const first = firstOf('cartesianProd', tensors)
  const odd = tensors.find(x => x.shape.length !== 1)
  if (odd !== undefined) {
    throw new TensorError('BAD_SHAPE', `cartesianProd: takes lists; one has shape ${shapeText(odd.shape)}.`, {
      next: 'Flatten it first.',
    })
  }
  if (tensors.length === 1) return first
  return stack(
    meshgrid(tensors).map(x => reshape(x, [-1])),
    1,
  )
}
