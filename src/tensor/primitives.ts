// The primitive set: what a backend can do, what autograd has a rule for, and what a traced program is made of.
// Everything else in the library is composed of these. docs/primitives.md shows the same table with the gradient rules.
import type { DType } from './dtype.js'
import { isFloat } from './dtype.js'
import { shapeText, TensorError } from './errors.js'
import { reducedShape, type Shape, sizeOf } from './shape.js'

// biome-ignore format: grouped by kind
/** One number in, one number of the same dtype out. The transcendental ones take floats only. */
export const UNARY = [
  'neg', 'abs', 'sign', 'square',
  'floor', 'ceil', 'round', 'trunc',
  'sqrt', 'rsqrt', 'reciprocal',
  'exp', 'exp2', 'expm1', 'log', 'log2', 'log10', 'log1p',
  'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh',
  'erf', 'erfc', 'erfinv', 'lgamma', 'digamma',
  'sigmoid', 'softplus', 'relu', 'silu', 'gelu', 'geluSlope', 'geluTanh',
] as const

/** Two numbers of one dtype in, one of the same dtype out, broadcast. */
export const BINARY = [
  'add',
  'sub',
  'mul',
  'div',
  'pow',
  'maximum',
  'minimum',
  'atan2',
  'fmod',
  'remainder',
  'floorDivide',
] as const

/** Two numbers of one dtype in, a bool out, broadcast. */
export const COMPARE = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const

/** Bools in, bool out. */
export const LOGICAL = ['logicalAnd', 'logicalOr', 'logicalXor'] as const

/** One number in, a bool out. */
export const TEST = ['logicalNot', 'isNaN', 'isFinite', 'isInf'] as const

export type UnaryName = (typeof UNARY)[number]
export type BinaryName = (typeof BINARY)[number]
export type CompareName = (typeof COMPARE)[number] | (typeof LOGICAL)[number]
export type TestName = (typeof TEST)[number]

/** For primitives that take nothing beside tensors. */
export type None = Readonly<Record<never, never>>
export const NONE: None = Object.freeze({})

export interface Dims {
  readonly dims: readonly number[]
  readonly keepdim: boolean
}

export interface Conv2dParams {
  readonly stride: readonly [number, number]
  /** Zeros before and after, by axis: [top, bottom], [left, right]. */
  readonly padding: readonly [readonly [number, number], readonly [number, number]]
  readonly dilation: readonly [number, number]
  readonly groups: number
}

export interface Pool2dParams {
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  /** Places before and after, by axis. They count as -Inf for a maximum. */
  readonly padding: readonly [readonly [number, number], readonly [number, number]]
  readonly dilation: readonly [number, number]
}

/**
 * The other primitives, with what each takes beside tensors. Shapes by letter; `dim` and `dims` are normalised (>= 0, sorted).
 */
export interface OtherPrimitives {
  // choose
  /** (cond bool, a, b) broadcast: a where cond, else b. */
  where: None
  /** (x): min(max(x, lo), hi) with NaN kept; -Infinity and Infinity where a side is open. */
  clamp: { readonly min: number; readonly max: number }
  /** (x): to another dtype. To int32: towards zero, what does not fit to the nearest end, NaN to 0; to bool: x != 0; to 16 bits: to nearest even. */
  cast: { readonly dtype: DType }
  /** (x): the same numbers in fresh row-major memory. */
  copy: None

  // reduce. An empty `dims` is a copy.
  sum: Dims
  prod: Dims
  /** NaN wins, as in PyTorch. */
  amax: Dims
  amin: Dims
  any: Dims
  all: Dims
  /** int32: the first place of the greatest (NaN is the greatest). */
  argmax: { readonly dim: number; readonly keepdim: boolean }
  argmin: { readonly dim: number; readonly keepdim: boolean }
  cumsum: { readonly dim: number; readonly reverse: boolean }
  cumprod: { readonly dim: number }
  /** int32: place of the running greatest (the last of equals, as PyTorch). */
  argcummax: { readonly dim: number }
  argcummin: { readonly dim: number }
  softmax: { readonly dim: number }
  logSoftmax: { readonly dim: number }

  // views: no numbers move. They are made by the core itself, never by a backend.
  reshape: { readonly shape: Shape }
  permute: { readonly dims: readonly number[] }
  expand: { readonly shape: Shape }
  /** x[start : start + size*step : step] in each axis; steps are positive. */
  slice: { readonly start: readonly number[]; readonly size: readonly number[]; readonly step: readonly number[] }
  /** Any window on the storage: offset and strides in elements, counted from the storage's beginning. */
  asStrided: { readonly shape: Shape; readonly strides: readonly number[]; readonly offset: number }

  // move
  /** (x...) joined along dim. */
  cat: { readonly dim: number }
  /** (x): with `value` around it; `after` and `before` by axis, not negative. */
  pad: { readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number }
  /** (g of the slice's shape): zeros of `shape` with g at start, start + step, ...; the transpose of `slice`. */
  sliceScatter: { readonly shape: Shape; readonly start: readonly number[]; readonly step: readonly number[] }
  /** (g): zeros with `length` elements in one axis, and g added at each place that asStrided would read; its transpose. */
  asStridedScatter: { readonly length: number; readonly strides: readonly number[]; readonly offset: number }
  flip: { readonly dims: readonly number[] }
  /** (x, index int32 of the same rank): out[i][j] = x[index[i][j]][j] for dim 0. */
  gather: { readonly dim: number }
  /** (x, index, source): a copy of x with source added at the places that gather would read. */
  scatterAdd: { readonly dim: number }
  /** (x, index, source): a copy of x with source written there; the last of equal places wins. */
  scatter: { readonly dim: number }
  /** (x, index int32 of rank 1): rows of x along dim. */
  indexSelect: { readonly dim: number }
  /** (x, index, source): a copy of x with rows added along dim; the transpose of indexSelect. */
  indexAdd: { readonly dim: number }
  /** int32: the stable order of the elements; NaN is the greatest. */
  argsort: { readonly dim: number; readonly descending: boolean }
  /** (x, count): the indices of what is not zero, [count, rank], in row-major order. */
  nonzero: { readonly count: number }
  /** (x): counts in equal bins from min to max, as the dtype of x. */
  histc: { readonly bins: number; readonly min: number; readonly max: number }

  // products
  /** [..., m, k] x [..., k, n] -> [..., m, n]; the leading axes broadcast. Both have rank >= 2. */
  matmul: None
  /** (x [N, C, H, W], w [O, C/groups, kh, kw]) -> [N, O, H', W'] */
  conv2d: Conv2dParams
  /** (g [N, O, H', W'], w) -> [N, C, H, W] of `size` [H, W]: gradient of conv2d for x, and the transposed convolution. */
  conv2dInput: Conv2dParams & { readonly size: readonly [number, number] }
  /** (x, g) -> [O, C/groups, kh, kw] of `size` [kh, kw]: gradient of conv2d for w. */
  conv2dWeight: Conv2dParams & { readonly size: readonly [number, number] }
  /** (x [N, C, H, W]) -> int32 [N, C, H', W']: place of each window's greatest in its plane (h * W + w); NaN wins. */
  maxPool2dIndex: Pool2dParams
  /** (x [N, C, H, W]) -> sums over windows [N, C, H', W']. */
  sumPool2d: Pool2dParams
  /** (g) -> [N, C, H, W] of `size`: the transpose of sumPool2d. */
  sumPool2dInput: Pool2dParams & { readonly size: readonly [number, number] }

  // small matrices, batched over leading axes, float32 and float64
  /** [..., n, n] -> lower L with A = L L^T */
  cholesky: None
  /** (T [..., n, n], B [..., n, k]) -> T^-1 B; the other triangle is not read. */
  triangularSolve: { readonly upper: boolean }
  /** (A, B) -> A^-1 B by LU with partial pivoting */
  solve: None
  /** (A) -> log|det A| and its sign, [..., 2] */
  slogdet: None
  /** [..., n, n] symmetric, of which the lower triangle is read -> [..., n + 1, n]: row 0 the eigenvalues, rising; below V */
  eigh: None
  /** [..., m, n], k = min(m, n) -> [..., m + 1 + n, k]: U, then one row of singular values, falling, then V */
  svd: None
  /** [..., m, n], m >= n -> [..., m + n, n]: Q above R, the diagonal of R not negative where numbers allow */
  qr: None

  // make: no tensor goes in
  full: { readonly shape: Shape; readonly dtype: DType; readonly value: number }
  /** start + i * step */
  arange: { readonly length: number; readonly dtype: DType; readonly start: number; readonly step: number }
  /** Philox4x32-10: element i is word i % 4 of block counter + floor(i / 4), with key [low, high]; int32. */
  randomBits: RandomParams
  /** Uniform on [0, 1) from the same bits: float32 (bits >>> 8) * 2^-24; float64 from two words, 53 bits; 16-bit floats as many as they hold. */
  uniform: RandomParams & { readonly dtype: DType }
  /** Standard normal by Box and Muller from the same bits. */
  normal: RandomParams & { readonly dtype: DType }
}

export interface RandomParams {
  readonly shape: Shape
  readonly key: readonly [number, number]
  /** Number of the first block of four words: a whole number below 2^53. */
  readonly counter: number
}

export type PrimitiveParams = {
  readonly [P in UnaryName | BinaryName | CompareName | TestName]: None
} & OtherPrimitives
export type PrimitiveName = keyof PrimitiveParams

/** Primitives that only look at memory in another way. */
export type ViewName = 'reshape' | 'permute' | 'expand' | 'slice' | 'asStrided'
/** Primitives that a backend computes. */
export type KernelName = Exclude<PrimitiveName, ViewName>

/** What is known of a tensor without its numbers. */
export interface Meta {
  readonly shape: Shape
  readonly dtype: DType
}

type Infer<P extends KernelName> = (inputs: readonly Meta[], params: PrimitiveParams[P]) => Meta

const same = ([x]: readonly Meta[]): Meta => x as Meta

/** Operands of elementwise primitives have met already: same dtype, shapes that broadcast. */
function joined(inputs: readonly Meta[], dtype: DType): Meta {
  let shape: Shape = []
  for (const input of inputs) shape = joinShapes(shape, input.shape)
  return { shape, dtype }
}

function joinShapes(a: Shape, b: Shape): Shape {
  if (a === b || b.length === 0) return a
  if (a.length === 0) return b
  const rank = Math.max(a.length, b.length)
  const out = new Array<number>(rank)
  for (let i = 1; i <= rank; i++) {
    const [m, n] = [a[a.length - i] ?? 1, b[b.length - i] ?? 1]
    out[rank - i] = m === 1 ? n : m
  }
  return out
}

const reduced = ([x]: readonly Meta[], { dims, keepdim }: Dims): Meta => ({
  shape: reducedShape((x as Meta).shape, dims, keepdim),
  dtype: (x as Meta).dtype,
})
const index = ([x]: readonly Meta[], { dim, keepdim }: { dim: number; keepdim: boolean }): Meta => ({
  shape: reducedShape((x as Meta).shape, [dim], keepdim),
  dtype: 'int32',
})
const places = ([x]: readonly Meta[]): Meta => ({ shape: (x as Meta).shape, dtype: 'int32' })
const at = (shape: Shape, i: number): number => shape[i] as number

/** Number of windows along one axis. */
export function windows(
  size: number,
  kernel: number,
  stride: number,
  padding: readonly [number, number],
  dilation: number,
): number {
  return Math.floor((size + padding[0] + padding[1] - dilation * (kernel - 1) - 1) / stride) + 1
}

function pooled(x: Meta, { kernel, stride, padding, dilation }: Pool2dParams, dtype: DType): Meta {
  const size = (axis: 0 | 1) =>
    windows(at(x.shape, 2 + axis), kernel[axis], stride[axis], padding[axis], dilation[axis])
  return { shape: [at(x.shape, 0), at(x.shape, 1), size(0), size(1)], dtype }
}

const listed = <const N extends readonly PrimitiveName[], I>(names: N, rule: I): { [P in N[number]]: I } =>
  Object.fromEntries(names.map(name => [name, rule])) as { [P in N[number]]: I }

/** Shape and dtype of each primitive's result. The operations above have checked their arguments before. */
export const INFER: { readonly [P in KernelName]: Infer<P> } = {
  ...listed(UNARY, same),
  ...listed(BINARY, (inputs: readonly Meta[]) => joined(inputs, (inputs[0] as Meta).dtype)),
  ...listed([...COMPARE, ...LOGICAL], (inputs: readonly Meta[]) => joined(inputs, 'bool')),
  ...listed(TEST, ([x]: readonly Meta[]) => ({ shape: (x as Meta).shape, dtype: 'bool' as const })),
  where: inputs => joined(inputs, (inputs[1] as Meta).dtype),
  clamp: same,
  cast: ([x], { dtype }) => ({ shape: (x as Meta).shape, dtype }),
  copy: same,
  sum: reduced,
  prod: reduced,
  amax: reduced,
  amin: reduced,
  any: reduced,
  all: reduced,
  argmax: index,
  argmin: index,
  cumsum: same,
  cumprod: same,
  argcummax: places,
  argcummin: places,
  softmax: same,
  logSoftmax: same,
  cat: (inputs, { dim }) => {
    const [first] = inputs as [Meta]
    const total = inputs.reduce((sum, x) => sum + at(x.shape, dim), 0)
    return { shape: first.shape.map((n, i) => (i === dim ? total : n)), dtype: first.dtype }
  },
  pad: ([x], { before, after }) => ({
    shape: (x as Meta).shape.map((n, i) => n + at(before, i) + at(after, i)),
    dtype: (x as Meta).dtype,
  }),
  sliceScatter: ([x], { shape }) => ({ shape, dtype: (x as Meta).dtype }),
  asStridedScatter: ([x], { length }) => ({ shape: [length], dtype: (x as Meta).dtype }),
  flip: same,
  gather: ([x, i]) => ({ shape: (i as Meta).shape, dtype: (x as Meta).dtype }),
  scatterAdd: same,
  scatter: same,
  indexSelect: ([x, i], { dim }) => ({
    shape: (x as Meta).shape.map((n, axis) => (axis === dim ? sizeOf((i as Meta).shape) : n)),
    dtype: (x as Meta).dtype,
  }),
  indexAdd: same,
  argsort: places,
  nonzero: ([x], { count }) => ({ shape: [count, (x as Meta).shape.length], dtype: 'int32' }),
  histc: ([x], { bins }) => ({ shape: [bins], dtype: (x as Meta).dtype }),
  matmul: ([a, b]) => {
    const [x, y] = [(a as Meta).shape, (b as Meta).shape]
    return {
      shape: [...joinShapes(x.slice(0, -2), y.slice(0, -2)), at(x, x.length - 2), at(y, y.length - 1)],
      dtype: (a as Meta).dtype,
    }
  },
  conv2d: ([x, w], { stride, padding, dilation }) => {
    const [input, weight] = [(x as Meta).shape, (w as Meta).shape]
    const size = (axis: 0 | 1) =>
      windows(at(input, 2 + axis), at(weight, 2 + axis), stride[axis], padding[axis], dilation[axis])
    return { shape: [at(input, 0), at(weight, 0), size(0), size(1)], dtype: (x as Meta).dtype }
  },
  conv2dInput: ([g, w], { groups, size }) => ({
    shape: [at((g as Meta).shape, 0), at((w as Meta).shape, 1) * groups, ...size],
    dtype: (g as Meta).dtype,
  }),
  conv2dWeight: ([x, g], { groups, size }) => ({
    shape: [at((g as Meta).shape, 1), at((x as Meta).shape, 1) / groups, ...size],
    dtype: (x as Meta).dtype,
  }),
  maxPool2dIndex: ([x], params) => pooled(x as Meta, params, 'int32'),
  sumPool2d: ([x], params) => pooled(x as Meta, params, (x as Meta).dtype),
  sumPool2dInput: ([g], { size }) => ({
    shape: [at((g as Meta).shape, 0), at((g as Meta).shape, 1), ...size],
    dtype: (g as Meta).dtype,
  }),
  cholesky: same,
  triangularSolve: ([, b]) => b as Meta,
  solve: ([, b]) => b as Meta,
  slogdet: ([x]) => ({ shape: [...(x as Meta).shape.slice(0, -2), 2], dtype: (x as Meta).dtype }),
  eigh: ([x]) => matrix(x as Meta, (_, n) => [n + 1, n]),
  svd: ([x]) => matrix(x as Meta, (m, n) => [m + 1 + n, Math.min(m, n)]),
  qr: ([x]) => matrix(x as Meta, (m, n) => [m + n, n]),
  full: (_, { shape, dtype }) => ({ shape, dtype }),
  arange: (_, { length, dtype }) => ({ shape: [length], dtype }),
  randomBits: (_, { shape }) => ({ shape, dtype: 'int32' }),
  uniform: (_, { shape, dtype }) => ({ shape, dtype }),
  normal: (_, { shape, dtype }) => ({ shape, dtype }),
}

function matrix({ shape, dtype }: Meta, sides: (m: number, n: number) => number[]): Meta {
  return { shape: [...shape.slice(0, -2), ...sides(at(shape, shape.length - 2), at(shape, shape.length - 1))], dtype }
}

/** Throws BAD_DTYPE unless the dtype is a float. */
export function needFloat(operation: string, x: Meta): void {
  if (isFloat(x.dtype)) return
  throw new TensorError(
    'BAD_DTYPE',
    `${operation}: needs a float tensor; this one, of shape ${shapeText(x.shape)}, is ${x.dtype}.`,
    {
      next: 'Convert it first: x.float().',
    },
  )
}
