// Comparisons, tests and truth: what gives bools.
import { isFloat } from '../dtype.js'
import { apply } from '../engine.js'
import { TensorError } from '../errors.js'
import { type CompareName, NONE, type TestName } from '../primitives.js'
import { broadcast, sameShape } from '../shape.js'
import { isTensor, type Tensor } from '../tensor.js'
import { numberOf } from './host.js'
import { asTensor, cast, constant, meet, type TensorLike } from './operand.js'
import { allDims } from './reduction.js'
import { truth } from './wanted.js'

/**
 * Comparison, element by element: `a == b`.
 *
 * Shapes: broadcast with each other. Dtype: bool; the operands meet in their promoted dtype first. True where both are equal; NaN equals nothing.
 * No gradient. Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.eq
 * @example
 * eq(tensor([1, 2, 3]), 2) // tensor([false,  true, false])
 */
export function eq(a: TensorLike, b: TensorLike): Tensor {
  return compared('eq', a, b)
}

/**
 * Comparison, element by element: `a != b`.
 *
 * Shapes: broadcast with each other. Dtype: bool; the operands meet in their promoted dtype first. True where both differ; NaN differs from everything.
 * No gradient. Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.ne
 * @example
 * ne(tensor([1, 2, 3]), 2) // tensor([ true, false,  true])
 */
export function ne(a: TensorLike, b: TensorLike): Tensor {
  return compared('ne', a, b)
}

/**
 * Comparison, element by element: `a < b`.
 *
 * Shapes: broadcast with each other. Dtype: bool; the operands meet in their promoted dtype first. Never true with NaN.
 * No gradient. Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.lt
 * @example
 * lt(tensor([1, 2, 3]), 2) // tensor([ true, false, false])
 */
export function lt(a: TensorLike, b: TensorLike): Tensor {
  return compared('lt', a, b)
}

/**
 * Comparison, element by element: `a <= b`.
 *
 * Shapes: broadcast with each other. Dtype: bool; the operands meet in their promoted dtype first. Never true with NaN.
 * No gradient. Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.le
 * @example
 * le(tensor([1, 2, 3]), 2) // tensor([ true,  true, false])
 */
export function le(a: TensorLike, b: TensorLike): Tensor {
  return compared('le', a, b)
}

/**
 * Comparison, element by element: `a > b`.
 *
 * Shapes: broadcast with each other. Dtype: bool; the operands meet in their promoted dtype first. Never true with NaN.
 * No gradient. Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.gt
 * @example
 * gt(tensor([1, 2, 3]), 2) // tensor([false, false,  true])
 */
export function gt(a: TensorLike, b: TensorLike): Tensor {
  return compared('gt', a, b)
}

/**
 * Comparison, element by element: `a >= b`.
 *
 * Shapes: broadcast with each other. Dtype: bool; the operands meet in their promoted dtype first. Never true with NaN.
 * No gradient. Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.ge
 * @example
 * ge(tensor([1, 2, 3]), 2) // tensor([false,  true,  true])
 */
export function ge(a: TensorLike, b: TensorLike): Tensor {
  return compared('ge', a, b)
}

/**
 * Logical and, element by element: true where both are.
 *
 * Shapes: broadcast with each other. Dtype: bool; numbers count as true where they are not 0 (NaN is true). No gradient.
 * Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.logical_and
 * @example
 * logicalAnd(tensor([true, true]), tensor([true, false])) // tensor([ true, false])
 */
export function logicalAnd(a: TensorLike, b: TensorLike): Tensor {
  return logical('logicalAnd', a, b)
}

/**
 * Logical or, element by element: true where at least one is.
 *
 * Shapes: broadcast with each other. Dtype: bool; numbers count as true where they are not 0 (NaN is true). No gradient.
 * Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.logical_or
 * @example
 * logicalOr(tensor([true, true]), tensor([true, false])) // tensor([true, true])
 */
export function logicalOr(a: TensorLike, b: TensorLike): Tensor {
  return logical('logicalOr', a, b)
}

/**
 * Logical exclusive or, element by element: true where exactly one is.
 *
 * Shapes: broadcast with each other. Dtype: bool; numbers count as true where they are not 0 (NaN is true). No gradient.
 * Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.logical_xor
 * @example
 * logicalXor(tensor([true, true]), tensor([true, false])) // tensor([false,  true])
 */
export function logicalXor(a: TensorLike, b: TensorLike): Tensor {
  return logical('logicalXor', a, b)
}

/**
 * Logical not, element by element: true where x is 0 or false.
 *
 * Shape: that of x. Dtype: bool. No gradient.
 *
 * @torch torch.logical_not
 * @example
 * logicalNot(tensor([true, false])) // tensor([false,  true])
 */
export function logicalNot(x: TensorLike): Tensor {
  return apply('logicalNot', [truth(asTensor('logicalNot', x))], NONE)
}

/**
 * Whether x is NaN, element by element.
 *
 * Shape: that of x. Dtype: bool. Whole numbers and bools are finite. No gradient.
 *
 * @torch torch.isnan
 * @example
 * isnan(tensor([NaN, -Infinity, 1])) // tensor([ true, false, false])
 */
export function isnan(x: TensorLike): Tensor {
  return tested('isNaN', asTensor('isnan', x))
}

/**
 * Whether x is Infinity or -Infinity, element by element.
 *
 * Shape: that of x. Dtype: bool. Whole numbers and bools are finite. No gradient.
 *
 * @torch torch.isinf
 * @example
 * isinf(tensor([NaN, -Infinity, 1])) // tensor([false,  true, false])
 */
export function isinf(x: TensorLike): Tensor {
  return tested('isInf', asTensor('isinf', x))
}

/**
 * Whether x is neither NaN nor infinite, element by element.
 *
 * Shape: that of x. Dtype: bool. Whole numbers and bools are finite. No gradient.
 *
 * @torch torch.isfinite
 * @example
 * isfinite(tensor([NaN, -Infinity, 1])) // tensor([false, false,  true])
 */
export function isfinite(x: TensorLike): Tensor {
  return tested('isFinite', asTensor('isfinite', x))
}

/**
 * Whether both are close, element by element: |a - b| <= atol + rtol |b|, or equal (so Infinity is close to itself).
 *
 * Shapes: broadcast with each other. Dtype: bool. Defaults: rtol 1e-5, atol 1e-8, equalNaN false (then NaN is close to
 * nothing). No gradient. Throws SHAPE_MISMATCH where the shapes do not fit, BAD_DTYPE where the dtypes differ, BAD_VALUE for
 * a negative tolerance.
 *
 * @torch torch.isclose
 * @example
 * isclose(tensor([1, 1]), tensor([1.000001, 1.1])) // tensor([ true, false])
 */
export function isclose(a: Tensor, b: TensorLike, options: CloseOptions = {}): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNaN = false } = options
  const [x, y] = comparable('isclose', a, b)
  if (!(rtol >= 0) || !(atol >= 0)) {
    throw new TensorError('BAD_VALUE', `isclose: tolerances must not be negative, got rtol ${rtol} and atol ${atol}.`, {
      next: 'Give for example { rtol: 1e-5, atol: 1e-8 }.',
    })
  }
  const same = apply('eq', [x, y], NONE)
  if (!isFloat(x.dtype)) return x.dtype === 'bool' ? same : isclose(cast(x, 'float64'), cast(y, 'float64'), options)
  // 1e-8 is 0 in float16.
  if (x.dtype !== 'float32' && x.dtype !== 'float64') return isclose(cast(x, 'float32'), cast(y, 'float32'), options)
  const number = (value: number) => constant(value, x.dtype, x.storage.backend)
  const gap = apply('abs', [apply('sub', [x, y], NONE)], NONE)
  const allowed = apply('add', [apply('mul', [apply('abs', [y], NONE), number(rtol)], NONE), number(atol)], NONE)
  const near = apply('logicalAnd', [apply('isFinite', [gap], NONE), apply('le', [gap, allowed], NONE)], NONE)
  const close = apply('logicalOr', [same, near], NONE)
  if (!equalNaN) return close
  return apply('logicalOr', [close, apply('logicalAnd', [tested('isNaN', x), tested('isNaN', y)], NONE)], NONE)
}

/**
 * Whether all elements are close: `isclose` everywhere. True for empty tensors.
 *
 * Shapes: broadcast with each other. Defaults: rtol 1e-5, atol 1e-8, equalNaN false. Reads the result, so it waits for the
 * backend. Throws as `isclose` does.
 *
 * @torch torch.allclose
 * @example
 * allclose(tensor([0.1 + 0.2]), tensor([0.3])) // true
 */
export function allclose(a: Tensor, b: TensorLike, options: CloseOptions = {}): boolean {
  return everywhere(isclose(a, b, options))
}

/**
 * Whether two tensors have the same shape and equal elements everywhere. NaN is not equal to NaN.
 *
 * Dtypes may differ; then the elements meet in the promoted one. Reads the result, so it waits for the backend.
 *
 * @torch torch.equal
 * @example
 * equal(tensor([1, 2]), tensor([1, 2])) // true
 */
export function equal(a: Tensor, b: Tensor): boolean {
  const [x, y] = meet('equal', a, b)
  return sameShape(x.shape, y.shape) && everywhere(apply('eq', [x, y], NONE))
}

export interface CloseOptions {
  /** Allowed difference as a part of |b|. Default 1e-5. */
  readonly rtol?: number | undefined
  /** Allowed difference. Default 1e-8. */
  readonly atol?: number | undefined
  /** Whether NaN is close to NaN. Default false. */
  readonly equalNaN?: boolean | undefined
}

function everywhere(truths: Tensor): boolean {
  return numberOf(apply('all', [truths], { dims: allDims(truths.shape.length), keepdim: false })) !== 0
}

function compared(name: CompareName, a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = meet(name, a, b)
  if (x.shape !== y.shape) broadcast(name, x.shape, y.shape)
  return apply(name, [x, y], NONE)
}

function logical(name: CompareName, a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = [truth(asTensor(name, a)), truth(asTensor(name, b))]
  broadcast(name, x.shape, y.shape)
  return apply(name, [x, y], NONE)
}

/** Tests of floats; whole numbers and bools are finite always. */
function tested(name: TestName, x: Tensor): Tensor {
  if (isFloat(x.dtype)) return apply(name, [x], NONE)
  return apply(name === 'isFinite' ? 'eq' : 'ne', [x, x], NONE)
}

function comparable(operation: string, a: Tensor, b: TensorLike): [Tensor, Tensor] {
  const [x, y] = meet(operation, a, b)
  if (isTensor(b) && a.dtype !== b.dtype) {
    throw new TensorError('BAD_DTYPE', `${operation}: ${a.dtype} and ${b.dtype} cannot be compared.`, {
      next: `Convert one first: b.to({ dtype: '${a.dtype}' }).`,
    })
  }
  broadcast(operation, x.shape, y.shape)
  return [x, y]
}
