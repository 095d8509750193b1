// What gradient rules are written with: the primitives as plain functions. They check nothing (a rule knows its operands),
// so that backward pays for kernels only; each is differentiable, so rules are too.
import type { DType } from '../../tensor/dtype.js'
import { apply, compute, view } from '../../tensor/engine.js'
import { hooks } from '../../tensor/graph.js'
import { constant } from '../../tensor/ops/operand.js'
import {
  type BinaryName,
  type CompareName,
  INFER,
  type KernelName,
  NONE,
  type PrimitiveParams,
  type UnaryName,
} from '../../tensor/primitives.js'
import { rowMajor, type Shape, sameShape, sizeOf, viewStrides } from '../../tensor/shape.js'
import { state } from '../../tensor/state.js'
import type { Tensor } from '../../tensor/tensor.js'

export { sumTo } from '../sum-to.js'

type Unary = (x: Tensor) => Tensor
type Binary = (a: Tensor, b: Tensor) => Tensor

const unary =
  (name: UnaryName): Unary =>
  x =>
    apply(name, [x], NONE)
const binary =
  (name: BinaryName | CompareName): Binary =>
  (a, b) =>
    apply(name, [a, b], NONE)

export const neg = unary('neg')
export const sign = unary('sign')
export const square = unary('square')
export const floor = unary('floor')
export const trunc = unary('trunc')
export const rsqrt = unary('rsqrt')
export const reciprocal = unary('reciprocal')
export const exp = unary('exp')
export const log = unary('log')
export const sin = unary('sin')
export const cos = unary('cos')
export const sinh = unary('sinh')
export const cosh = unary('cosh')
export const tanh = unary('tanh')
export const digamma = unary('digamma')
export const sigmoid = unary('sigmoid')
export const geluSlope = unary('geluSlope')

export const add = binary('add')
export const sub = binary('sub')
export const mul = binary('mul')
export const div = binary('div')
export const pow = binary('pow')
export const eq = binary('eq')
export const ne = binary('ne')
export const lt = binary('lt')
export const le = binary('le')
export const gt = binary('gt')
export const ge = binary('ge')
export const and = binary('logicalAnd')

export const where = (condition: Tensor, a: Tensor, b: Tensor): Tensor => apply('where', [condition, a, b], NONE)
export const copy = (x: Tensor): Tensor => apply('copy', [x], NONE)
export const cast = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : apply('cast', [x], { dtype }))
export const sum = (x: Tensor, dims: readonly number[], keepdim: boolean): Tensor =>
  apply('sum', [x], { dims, keepdim })

/** A number in the dtype and on the backend of `x`. */
export const number = (value: number, x: Tensor): Tensor => constant(value, x.dtype, x.storage.backend)
/** x times a number. */
export const times = (x: Tensor, value: number): Tensor => mul(x, number(value, x))
/** x plus a number. */
export const plus = (x: Tensor, value: number): Tensor => add(x, number(value, x))
/** A number minus x. */
export const minusFrom = (value: number, x: Tensor): Tensor => sub(number(value, x), x)

/**
 * A primitive whose result takes the memory of `own`, one of its operands, which the rule has made itself and needs no more: a pass over memory that is at hand
 * costs a third of one over fresh memory. Where anybody looks on (a second derivative, forward mode, a tracer) it is `apply`. The names end in Over.
 */
function over<P extends KernelName>(
  own: Tensor,
  name: P,
  inputs: readonly Tensor[],
  params: PrimitiveParams[P],
): Tensor {
  if (!isOwn(own) || !sameShape(INFER[name](inputs, params).shape, own.shape)) return apply(name, inputs, params)
  const { backend } = own.storage
  backend.kernels[name](inputs, own, params)
  return own
}

/** Whether a running pass has made x, and nobody but the rule has seen it. */
function isOwn({ storage, layout, size }: Tensor): boolean {
  const watched = !hooks.passing || hooks.forward || hooks.tracer !== undefined || state.anomaly
  return (
    !watched && state.autocast === undefined && storage.holders === 0 && layout === undefined && size === storage.length
  )
}

const unaryOver =
  (name: UnaryName): Unary =>
  own =>
    over(own, name, [own], NONE)

export const expOver = unaryOver('exp')
export const tanhOver = unaryOver('tanh')
/** own b */
export const mulOver: Binary = (own, b) => over(own, 'mul', [own, b], NONE)
/** own + b */
export const addOver: Binary = (own, b) => over(own, 'add', [own, b], NONE)
/** a - own */
export const takenOver = (a: Tensor, own: Tensor): Tensor => over(own, 'sub', [a, own], NONE)
/** a / own */
export const dividedOver = (a: Tensor, own: Tensor): Tensor => over(own, 'div', [a, own], NONE)
export const timesOver = (own: Tensor, value: number): Tensor => mulOver(own, number(value, own))
export const plusOver = (own: Tensor, value: number): Tensor => addOver(own, number(value, own))
/** A number minus own. */
export const minusFromOver = (value: number, own: Tensor): Tensor => takenOver(number(value, own), own)

/** Fresh zeros of a shape, in the dtype and on the backend of `x`. */
export const zeros = (shape: Shape, x: Tensor): Tensor =>
  compute('full', [], { shape, dtype: x.dtype, value: 0 }, x.storage.backend)
export const zerosLike = (x: Tensor): Tensor => zeros(x.shape, x)

export const contiguous = (x: Tensor): Tensor => (x.layout === undefined ? x : copy(x))
/** Row-major from the first element of its storage on, so that strides on the storage can be told from the shape alone. */
export const compact = (x: Tensor): Tensor => (x.layout === undefined && x.offset === 0 ? x : copy(x))

export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x
  if (x.layout === undefined) return view('reshape', x, { shape }, shape, rowMajor(shape), x.offset)
  const strides = viewStrides(x.shape, x.layout, shape)
  return strides === undefined ? reshape(copy(x), shape) : view('reshape', x, { shape }, shape, strides, x.offset)
}

export function permute(x: Tensor, dims: readonly number[]): Tensor {
  const { strides } = x
  const shape = dims.map(d => x.shape[d] as number)
  return view(
    'permute',
    x,
    { dims },
    shape,
    dims.map(d => strides[d] as number),
    x.offset,
  )
}

/** The axes of `x`, aligned at the right, repeated to a shape. */
export function expand(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x
  const { strides } = x
  const extra = shape.length - x.shape.length
  const next = shape.map((size, i) => (i >= extra && x.shape[i - extra] === size ? (strides[i - extra] as number) : 0))
  return view('expand', x, { shape }, shape, next, x.offset)
}

export function slice(x: Tensor, start: readonly number[], size: readonly number[], step: readonly number[]): Tensor {
  const { strides } = x
  let { offset } = x
  if (sizeOf(size) > 0) for (let i = 0; i < start.length; i++) offset += (start[i] as number) * (strides[i] as number)
  const next = strides.map((stride, i) => stride * (step[i] as number))
  return view('slice', x, { start, size, step }, size, next, offset)
}

/** Places from `start` on, `length` of them, in one axis. */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  if (start === 0 && length === x.shape[dim]) return x
  return slice(
    x,
    x.shape.map((_, i) => (i === dim ? start : 0)),
    x.shape.map((n, i) => (i === dim ? length : n)),
    x.shape.map(() => 1),
  )
}

/** A window whose offset and strides count on a row-major tensor, as they do on the storage of one that is compact. */
export function asStrided(x: Tensor, shape: Shape, strides: readonly number[], offset: number): Tensor {
  const flat = compact(x)
  return view('asStrided', flat, { shape, strides, offset }, shape, strides, offset)
}

export const cat = (parts: readonly Tensor[], dim: number): Tensor =>
  parts.length === 1 ? (parts[0] as Tensor) : apply('cat', parts, { dim })
export const flip = (x: Tensor, dims: readonly number[]): Tensor => apply('flip', [x], { dims })

export const cumsum = (x: Tensor, dim: number, reverse: boolean): Tensor => apply('cumsum', [x], { dim, reverse })
export const cumprod = (x: Tensor, dim: number): Tensor => apply('cumprod', [x], { dim })
export const gather = (x: Tensor, index: Tensor, dim: number): Tensor => apply('gather', [x, index], { dim })
export const indexSelect = (x: Tensor, index: Tensor, dim: number): Tensor => apply('indexSelect', [x, index], { dim })

type Scattering = (x: Tensor, index: Tensor, source: Tensor, dim: number) => Tensor
const scattering =
  (name: 'scatterAdd' | 'scatter' | 'indexAdd'): Scattering =>
  (x, index, source, dim) =>
    apply(name, [x, index, source], { dim })
export const scatterAdd = scattering('scatterAdd')
export const scatter = scattering('scatter')
export const indexAdd = scattering('indexAdd')

export const scatterAddOver: Scattering = (own, index, source, dim) =>
  over(own, 'scatterAdd', [own, index, source], { dim })
export const indexAddOver: Scattering = (own, index, source, dim) =>
  over(own, 'indexAdd', [own, index, source], { dim })

export const matmul = (a: Tensor, b: Tensor): Tensor => apply('matmul', [a, b], NONE)
export const solve = (a: Tensor, b: Tensor): Tensor => apply('solve', [a, b], NONE)
export const triangularSolve = (t: Tensor, b: Tensor, upper: boolean): Tensor =>
  apply('triangularSolve', [t, b], { upper })

/** Matrices with rows and columns exchanged. */
export function transpose(x: Tensor): Tensor {
  const n = x.shape.length
  return permute(
    x,
    x.shape.map((_, i) => (i < n - 2 ? i : 2 * n - 3 - i)),
  )
}

/** A reduced tensor with its reduced axes put back, each of size 1. */
export function restoreDims(x: Tensor, shape: Shape, dims: readonly number[], keepdim: boolean): Tensor {
  if (keepdim) return x
  return reshape(
    x,
    shape.map((n, i) => (dims.includes(i) ? 1 : n)),
  )
}
