// Products of vectors and matrices.
import { apply } from '../engine.js'
import { shapeText, TensorError } from '../errors.js'
import { NONE } from '../primitives.js'
import { broadcast, normalDim, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { add, mul, sub } from './arithmetic.js'
import { roll } from './move.js'
import { meet, needTensor } from './operand.js'
import { lowered } from './precision.js'
import { sum } from './reduce.js'
import { diagonal } from './views.js'
import { permuted, reshaped } from './windows.js'

/**
 * Matrix product: out[i, j] = sum over k of a[i, k] b[k, j].
 *
 * Shapes: [m, k] x [k, n] -> [m, n]; [k] x [k] -> []; [m, k] x [k] -> [m]; [k] x [k, n] -> [n]; more axes in front are a
 * batch and broadcast: [..., m, k] x [..., k, n] -> [..., m, n]. Dtypes meet as in arithmetic; 16-bit floats are summed in
 * float32. Throws SHAPE_MISMATCH with both shapes and the sizes that differ.
 *
 * @example
 * tensor([[1, 2], [3, 4]]).matmul(tensor([1, 1])) // tensor([3., 7.])
 * @torch torch.matmul
 * @differs tensors of different dtypes meet; PyTorch throws
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  return product('matmul', a, b)
}

function product(operation: string, a: Tensor, b: Tensor): Tensor {
  const [x, y] = meet(operation, lowered(a), lowered(b))
  if (x.shape.length === 0 || y.shape.length === 0) {
    throw new TensorError(
      'BAD_SHAPE',
      `${operation}: a tensor of zero dimensions is no matrix: shapes ${shapeText(x.shape)} and ${shapeText(y.shape)}.`,
      {
        next: 'Multiply by a number with mul.',
      },
    )
  }
  const [left, right] = [
    x.shape.length === 1 ? reshaped(x, [1, ...x.shape]) : x,
    y.shape.length === 1 ? reshaped(y, [...y.shape, 1]) : y,
  ]
  checkInner(operation, x, y, left.shape.at(-1) as number, right.shape.at(-2) as number)
  if (left.shape.length > 2 || right.shape.length > 2)
    broadcast(operation, left.shape.slice(0, -2), right.shape.slice(0, -2))
  const out = multiplied(left, right)
  if (x.shape.length > 1 && y.shape.length > 1) return out
  const kept = out.shape.slice()
  if (x.shape.length === 1) kept.splice(kept.length - 2, 1)
  if (y.shape.length === 1) kept.splice(kept.length - 1, 1)
  return reshaped(out, kept)
}

/** A batch times one matrix is one tall product: its rows are all that differ. */
function multiplied(left: Tensor, right: Tensor): Tensor {
  if (right.shape.length === 2 && left.shape.length > 2 && left.layout === undefined) {
    const rows = left.shape.slice(0, -1)
    const tall = reshaped(left, [rows.reduce((p, n) => p * n, 1), left.shape.at(-1) as number])
    return reshaped(apply('matmul', [tall, right], NONE), [...rows, right.shape[1] as number])
  }
  return apply('matmul', [left, right], NONE)
}

function checkInner(operation: string, a: Tensor, b: Tensor, inner: number, other: number): void {
  if (inner === other) return
  const [axisA, axisB] = [a.shape.length === 1 ? 0 : -1, b.shape.length === 1 ? 0 : -2]
  throw new TensorError(
    'SHAPE_MISMATCH',
    `${operation}: shapes ${shapeText(a.shape)} and ${shapeText(b.shape)} do not fit: the first has ${inner} at dim ${axisA}, the second ${other} at dim ${axisB}; these must be equal.`,
    { next: mend(a, b, inner, other) },
  )
}

/** Which transpose would make it fit. */
function mend(a: Tensor, b: Tensor, inner: number, other: number): string {
  if (b.shape.length >= 2 && b.shape.at(-1) === inner) return 'Transpose the second: b.t() (or b.transpose(-2, -1)).'
  if (a.shape.length >= 2 && a.shape.at(-2) === other) return 'Transpose the first: a.t() (or a.transpose(-2, -1)).'
  return 'In [m, k] x [k, n] the inner sizes k must be equal.'
}

/** Throws BAD_SHAPE unless a tensor has so many axes. */
function needRank(operation: string, x: Tensor, rank: number, name: string): void {
  needTensor(operation, x)
  if (x.shape.length === rank) return
  throw new TensorError(
    'BAD_SHAPE',
    `${operation}: the ${name} must have ${rank} dimension(s); it has shape ${shapeText(x.shape)}.`,
    {
      next: 'matmul takes any number of axes.',
    },
  )
}

/**
 * Product of two matrices: [m, k] x [k, n] -> [m, n]. Throws BAD_SHAPE for anything else; matmul also takes vectors and batches.
 *
 * @example
 * mm(tensor([[1, 2]]), tensor([[3], [4]])) // tensor([[11.]])
 * @torch torch.mm
 * @differs tensors of different dtypes meet; PyTorch throws
 */
export function mm(a: Tensor, b: Tensor): Tensor {
  needRank('mm', a, 2, 'first')
  needRank('mm', b, 2, 'second')
  return product('mm', a, b)
}

/**
 * Products of two batches of matrices: [b, m, k] x [b, k, n] -> [b, m, n]. Throws BAD_SHAPE, SHAPE_MISMATCH.
 *
 * @example
 * ones([2, 1, 3]).bmm(ones([2, 3, 1])).shape // [2, 1, 1]
 * @torch torch.bmm
 * @differs tensors of different dtypes meet; PyTorch throws
 */
export function bmm(a: Tensor, b: Tensor): Tensor {
  needRank('bmm', a, 3, 'first')
  needRank('bmm', b, 3, 'second')
  if (a.shape[0] !== b.shape[0]) {
    throw new TensorError('SHAPE_MISMATCH', `bmm: batches of ${a.shape[0]} and ${b.shape[0]} matrices.`, {
      next: 'Both need the same number; matmul repeats a batch of 1.',
    })
  }
  return product('bmm', a, b)
}

/**
 * Matrix times vector: [m, k] x [k] -> [m]. Throws BAD_SHAPE, SHAPE_MISMATCH.
 *
 * @example
 * mv(tensor([[1, 2], [3, 4]]), tensor([1, 10])) // tensor([21., 43.])
 * @torch torch.mv
 * @differs tensors of different dtypes meet; PyTorch throws
 */
export function mv(a: Tensor, x: Tensor): Tensor {
  needRank('mv', a, 2, 'first')
  needRank('mv', x, 1, 'second')
  return product('mv', a, x)
}

/**
 * Inner product of two vectors: the sum of a[i] b[i]. Throws BAD_SHAPE, SHAPE_MISMATCH.
 * @example
 * tensor([1, 2]).dot(tensor([3, 4])) // tensor(11.)
 * @torch torch.dot
 * @differs tensors of different dtypes meet; PyTorch throws
 */
export function dot(a: Tensor, b: Tensor): Tensor {
  needRank('dot', a, 1, 'first')
  needRank('dot', b, 1, 'second')
  return product('dot', a, b)
}

/**
 * Outer product of two vectors: out[i, j] = a[i] b[j]; [m], [n] -> [m, n]. Throws BAD_SHAPE.
 *
 * @example
 * tensor([1, 2]).outer(tensor([3, 4])) // tensor([[3., 4.], [6., 8.]])
 * @torch torch.outer
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  needRank('outer', a, 1, 'first')
  needRank('outer', b, 1, 'second')
  return mul(reshaped(a, [...a.shape, 1]), b)
}

/**
 * Kronecker's product: each element of a times all of b. [m, n], [p, q] -> [m p, n q]; any number of axes, sizes multiply.
 *
 * @example
 * tensor([1, 10]).kron(tensor([1, 2])) // tensor([ 1.,  2., 10., 20.])
 * @torch torch.kron
 */
export function kron(a: Tensor, b: Tensor): Tensor {
  needTensor('kron', a)
  needTensor('kron', b)
  const rank = Math.max(a.shape.length, b.shape.length)
  const sizes = (x: Tensor): number[] => [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape]
  const [left, right] = [sizes(a), sizes(b)]
  const product = mul(
    reshaped(
      a,
      left.flatMap(n => [n, 1]),
    ),
    reshaped(
      b,
      right.flatMap(n => [1, n]),
    ),
  )
  return reshaped(
    product,
    left.map((n, i) => n * (right[i] as number)),
  )
}

/**
 * The sum of products over several axes at once: over the last `dims` axes of a and the first of b, or over the axes that two
 * lists name in pairs. What is left of a stands before what is left of b.
 *
 * dims = 1 is a matrix product, 0 the outer product, 2 (the default) sums over two axes. Throws SHAPE_MISMATCH where the sizes of a
 * pair differ, BAD_DIM, BAD_VALUE.
 *
 * @example
 * tensordot(zeros([2, 3, 4]), zeros([3, 4, 5])).shape                  // [2, 5]
 * tensordot(zeros([2, 3, 4]), zeros([4, 2, 5]), [[0, 2], [1, 0]]).shape // [3, 5]
 * @torch torch.tensordot
 * @differs tensors of different dtypes meet; PyTorch throws
 */
export function tensordot(
  a: Tensor,
  b: Tensor,
  dims: number | readonly [readonly number[], readonly number[]] = 2,
): Tensor {
  needTensor('tensordot', a)
  needTensor('tensordot', b)
  const [x, y] = meet('tensordot', a, b)
  const [from, to] = contracted(x, y, dims)
  from.forEach((axis, i) => {
    const [m, n] = [x.shape[axis], y.shape[to[i] as number]]
    if (m === n) return
    throw new TensorError(
      'SHAPE_MISMATCH',
      `tensordot: shapes ${shapeText(a.shape)} and ${shapeText(b.shape)} do not fit: dim ${axis} of the first is ${m}, dim ${to[i]} of the second ${n}.`,
      { next: 'Axes that are summed over together have one size.' },
    )
  })
  const [left, right] = [others(x, from), others(y, to)]
  const inner = sizeOf(from.map(axis => x.shape[axis] as number))
  const rows = reshaped(permuted(x, [...left, ...from]), [sizeOf(left.map(i => x.shape[i] as number)), inner])
  const columns = reshaped(permuted(y, [...to, ...right]), [inner, sizeOf(right.map(i => y.shape[i] as number))])
  return reshaped(apply('matmul', [rows, columns], NONE), [
    ...left.map(i => x.shape[i] as number),
    ...right.map(i => y.shape[i] as number),
  ])
}

const others = (x: Tensor, axes: readonly number[]): number[] => x.shape.map((_, i) => i).filter(i => !axes.includes(i))

/** The axes that are summed over, in pairs. */
function contracted(
  a: Tensor,
  b: Tensor,
  dims: number | readonly [readonly number[], readonly number[]],
): [number[], number[]] {
  const [rankA, rankB] = [a.shape.length, b.shape.length]
  if (typeof dims === 'number') {
    if (Number.isInteger(dims) && dims >= 0 && dims <= Math.min(rankA, rankB)) {
      const first = Array.from({ length: dims }, (_, i) => i)
      return [first.map(i => rankA - dims + i), first]
    }
  } else if (
    Array.isArray(dims) &&
    dims.length === 2 &&
    dims.every(Array.isArray) &&
    dims[0].length === dims[1].length
  ) {
    const pairs = [
      dims[0].map((d: number) => normalDim('tensordot', d, rankA)),
      dims[1].map((d: number) => normalDim('tensordot', d, rankB)),
    ] as [number[], number[]]
    if (pairs.every(axes => new Set(axes).size === axes.length)) return pairs
  }
  throw new TensorError(
    'BAD_VALUE',
    `tensordot: dims ${JSON.stringify(dims)} do not go with shapes ${shapeText(a.shape)} and ${shapeText(b.shape)}.`,
    { next: 'Give a number of axes, or two lists of as many axes, as in [[1, 2], [0, 1]].' },
  )
}

/**
 * Cross product of vectors with three coordinates along `dim` (the last, unless said): at right angles to both, as long as the area
 * between them. a and b broadcast. Throws BAD_SHAPE unless the axis has size 3, SHAPE_MISMATCH.
 *
 * @example
 * tensor([1, 0, 0]).cross(tensor([0, 1, 0])) // tensor([0., 0., 1.])
 * @torch torch.linalg.cross
 */
export function cross(a: Tensor, b: Tensor, { dim = -1 }: { readonly dim?: number } = {}): Tensor {
  needTensor('cross', a)
  needTensor('cross', b)
  const shape = broadcast('cross', a.shape, b.shape)
  const axis = normalDim('cross', dim, shape.length)
  const back = axis - shape.length
  if (a.shape.at(back) !== 3 || b.shape.at(back) !== 3) {
    throw new TensorError(
      'BAD_SHAPE',
      `cross: needs vectors of size 3 along dim ${dim}; shapes are ${shapeText(a.shape)} and ${shapeText(b.shape)}.`,
      { next: 'Name the axis of the three coordinates: { dim }.' },
    )
  }
  const turned = (x: Tensor, by: number): Tensor => roll(x, by, x.shape.length + back)
  return sub(mul(turned(a, -1), turned(b, -2)), mul(turned(a, -2), turned(b, -1)))
}

/**
 * An affine map: x W^T + b. x [..., in], weight [out, in], bias [out] -> [..., out].
 *
 * Throws SHAPE_MISMATCH.
 *
 * @example
 * linear(tensor([[1, 2]]), tensor([[3, 4], [5, 6]]), tensor([10, 20])) // tensor([[21., 37.]])
 * @torch torch.nn.functional.linear
 * @differs tensors of different dtypes meet; PyTorch throws
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  needRank('linear', weight, 2, 'weight')
  const out = product('linear', x, permuted(lowered(weight), [1, 0]))
  return bias === undefined ? out : add(out, lowered(bias))
}

export interface AddmmOptions {
  /** Factor of the first tensor. Default 1. */
  readonly beta?: number
  /** Factor of the product. Default 1. */
  readonly alpha?: number
}

/**
 * beta x + alpha (a b): x broadcasts to [m, n]. Throws as mm.
 *
 * @example
 * ones([2, 2]).addmm(eye(2), tensor([[1, 2], [3, 4]])) // tensor([[2., 3.], [4., 5.]])
 * @torch torch.addmm
 * @differs tensors of different dtypes meet; PyTorch throws
 */
export function addmm(x: Tensor, a: Tensor, b: Tensor, { beta = 1, alpha = 1 }: AddmmOptions = {}): Tensor {
  const scaled = alpha === 1 ? mm(a, b) : mul(mm(a, b), alpha)
  return add(beta === 1 ? x : mul(x, beta), scaled)
}

/**
 * Sum of the diagonal of a matrix. Throws BAD_SHAPE.
 *
 * @example
 * tensor([[1, 2], [3, 4]]).trace() // tensor(5.)
 * @torch torch.trace
 */
export function trace(x: Tensor): Tensor {
  needRank('trace', x, 2, 'tensor')
  return sum(diagonal(x), 0)
}
