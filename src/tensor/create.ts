// Making tensors: from numbers, nested arrays and typed arrays, and filled by a rule.
import type { Backend } from './backend.js'
import { DTYPES, type DType, isDType, isFloat, type StoredArray } from './dtype.js'
import { apply, compute } from './engine.js'
import { shapeText, TensorError } from './errors.js'
import { hooks } from './graph.js'
import { cast } from './ops/operand.js'
import { still } from './ops/still.js'
import { type KernelName, NONE, type PrimitiveParams } from './primitives.js'
import { checkedWhole, inferShape, type Shape, sizeOf } from './shape.js'
import { backendNamed, currentBackend, state } from './state.js'
import { isTensor, Tensor } from './tensor.js'

/** What every function that makes a tensor takes last. */
export interface CreateOptions {
  /** The element type; each function says what it takes where this is not given. */
  readonly dtype?: DType | undefined
  /** Whether backward shall find a gradient for it; floats only. Default false. */
  readonly requiresGrad?: boolean | undefined
  /** Name of the backend that holds it; default: the current one. */
  readonly device?: string | undefined
}

/** Typed arrays that tensors are made of. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array
  | Int8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/** Numbers and booleans, in lists of lists where there are axes. */
export type Nested = number | boolean | TypedArray | readonly Nested[]

/**
 * A tensor from a number, a boolean, nested arrays, a typed array or another tensor (which is copied, without its graph).
 *
 * Shape: `[]` for a number, else the lengths of the lists from the outside in. All lists of one depth must be equally long.
 * Dtype, unless `options.dtype` says it: numbers give the default dtype (float32), booleans alone give bool, true counts as
 * 1 among numbers; a typed array gives its own: Float32Array float32, Float64Array float64, Float16Array float16, and every
 * array of whole numbers int32. Fractions that go into int32 are cut off.
 *
 * Throws BAD_SHAPE for ragged lists, naming the place; BAD_VALUE for what is no number, and for a number that int32 cannot
 * hold; BAD_DTYPE where `requiresGrad` meets a dtype that is no float.
 *
 * @torch torch.tensor
 * @differs whole numbers give float32 where PyTorch gives int64: JavaScript cannot tell 2 from 2.0
 * @example
 * tensor([[1, 2], [3, 4]])
 * // tensor([[1., 2.],
 * //         [3., 4.]])
 * tensor([1, 2], { dtype: 'int32' }) // tensor([1, 2])
 */
export function tensor(data: Nested | Tensor, options: CreateOptions = {}): Tensor {
  const backend = backendOf(options.device)
  if (isTensor(data)) return leaf('tensor', copied(data, options.dtype ?? data.dtype, backend), options)
  if (isTypedArray(data)) return fromArray(data, [data.length], options)
  const shape = nestedShape(data)
  const flat = new Float64Array(sizeOf(shape))
  const onlyBooleans = flatten(data, shape, flat)
  const dtype = options.dtype ?? (onlyBooleans ? 'bool' : state.defaultDtype)
  return leaf('tensor', stored('tensor', flat, shape, dtype, backend), options)
}

/**
 * A tensor from a typed array in row-major order. The numbers are copied, the array stays yours.
 *
 * Shape: as given; one size may be -1. Dtype: that of the array (see `tensor`), or `options.dtype`. Throws BAD_SHAPE where
 * the shape does not hold the array's length, BAD_VALUE for whole numbers that int32 cannot hold.
 *
 * @torch torch.from_numpy
 * @differs copies; PyTorch shares the memory
 * @example
 * fromArray(new Float32Array([1, 2, 3, 4]), [2, 2])
 * // tensor([[1., 2.],
 * //         [3., 4.]])
 */
export function fromArray(array: TypedArray, shape: Shape, options: CreateOptions = {}): Tensor {
  if (!isTypedArray(array)) {
    throw new TensorError('BAD_VALUE', `fromArray: expected a typed array, got ${kindOf(array)}.`, {
      next: 'Use tensor(...) for plain arrays.',
    })
  }
  const fitted = inferShape('fromArray', array.length, shape)
  const dtype = options.dtype ?? dtypeOfArray(array)
  return leaf('fromArray', stored('fromArray', array, fitted, dtype, backendOf(options.device)), options)
}

/**
 * A tensor full of zeros. Shape: as given, a number n means [n]. Dtype: the default dtype (float32). Throws BAD_SHAPE.
 *
 * @torch torch.zeros
 * @example
 * zeros([2, 3])
 * // tensor([[0., 0., 0.],
 * //         [0., 0., 0.]])
 */
export function zeros(shape: Shape | number, options: CreateOptions = {}): Tensor {
  return filled('zeros', shape, 0, options.dtype ?? state.defaultDtype, options)
}

/**
 * A tensor full of ones. Shape: as given, a number n means [n]. Dtype: the default dtype (float32). Throws BAD_SHAPE.
 *
 * @torch torch.ones
 * @example
 * ones([3]) // tensor([1., 1., 1.])
 */
export function ones(shape: Shape | number, options: CreateOptions = {}): Tensor {
  return filled('ones', shape, 1, options.dtype ?? state.defaultDtype, options)
}

/**
 * A tensor with one value everywhere. Shape: as given, a number n means [n]. Dtype: bool for true and false, else the default
 * dtype (float32). Throws BAD_SHAPE.
 *
 * @torch torch.full
 * @differs a whole number gives float32 where PyTorch gives int64
 * @example
 * full([2], 7) // tensor([7., 7.])
 */
export function full(shape: Shape | number, value: number | boolean, options: CreateOptions = {}): Tensor {
  const dtype = options.dtype ?? (typeof value === 'boolean' ? 'bool' : state.defaultDtype)
  return filled('full', shape, Number(value), dtype, options)
}

export interface ArangeOptions extends CreateOptions {
  /** Difference between neighbours; not 0, negative to count down. Default 1. */
  readonly step?: number | undefined
}

/**
 * The numbers start, start + step, start + 2 step, ... before `end`: element i is start + i * step.
 *
 * `arange(end)`, `arange(start, end)` and `arange(start, end, step)`, each with options last. Shape: [n] with
 * n = ceil((end - start) / step). Dtype: int32 where start, end and step are whole numbers, else the default dtype (float32).
 * Throws BAD_VALUE where the step is 0, leads away from the end, or a bound is not finite.
 *
 * @torch torch.arange
 * @differs arange(6.) cannot be told from arange(6): give { dtype: 'float32' } for floats
 * @example
 * arange(5) // tensor([0, 1, 2, 3, 4])
 * arange(1, 2, 0.25) // tensor([1.0000, 1.2500, 1.5000, 1.7500])
 */
export function arange(
  start: number,
  end?: number | ArangeOptions,
  step?: number | ArangeOptions,
  options?: ArangeOptions,
): Tensor {
  const chosen = options ?? [end, step].find(x => typeof x === 'object') ?? {}
  const { from, to, by } = interval(start, end, typeof step === 'number' ? step : (chosen as ArangeOptions).step)
  const whole = Number.isInteger(from) && Number.isInteger(to) && Number.isInteger(by)
  const { dtype = whole ? 'int32' : state.defaultDtype, device } = chosen as ArangeOptions
  const length = Math.max(Math.ceil((to - from) / by), 0)
  const out = make('arange', { length, dtype, start: from, step: by }, backendOf(device))
  return leaf('arange', out, chosen as ArangeOptions)
}

function interval(start: number, end: unknown, step = 1): { from: number; to: number; by: number } {
  const [from, to] = typeof end === 'number' ? [start, end] : [0, start]
  if (!Number.isFinite(from) || !Number.isFinite(to) || !Number.isFinite(step)) {
    throw new TensorError('BAD_VALUE', `arange: from ${from} to ${to} by ${step} is not a finite range.`, {
      next: 'Give finite numbers.',
    })
  }
  if (step === 0 || (to - from) * step < 0) {
    throw new TensorError('BAD_VALUE', `arange: a step of ${step} does not lead from ${from} to ${to}.`, {
      next: step === 0 ? 'Give a step that is not 0.' : 'Change the sign of the step, or swap start and end.',
    })
  }
  return { from, to, by: step }
}

/**
 * `steps` numbers with equal distances from `start` to `end`, both included: start + i (end - start) / (steps - 1).
 *
 * Shape: [steps]; one step gives `start` alone. The second half is counted from the end, so that the last number is `end`
 * itself. Dtype: the default dtype (float32). Throws BAD_VALUE where steps is not a whole number from 0.
 *
 * @torch torch.linspace
 * @example
 * linspace(0, 1, 5) // tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
 */
export function linspace(start: number, end: number, steps: number, options: CreateOptions = {}): Tensor {
  const dtype = options.dtype ?? state.defaultDtype
  const values = spaced('linspace', start, end, steps)
  return leaf('linspace', stored('linspace', values, [steps], dtype, backendOf(options.device)), options)
}

export interface LogspaceOptions extends CreateOptions {
  /** Default 10. */
  readonly base?: number | undefined
}

/**
 * `steps` numbers from base^start to base^end with equal ratios: base^(start + i (end - start) / (steps - 1)).
 *
 * Shape: [steps]. Dtype: the default dtype (float32). Throws BAD_VALUE where steps is not a whole number from 0.
 *
 * @torch torch.logspace
 * @example
 * logspace(0, 2, 3) // tensor([  1.,  10., 100.])
 */
export function logspace(start: number, end: number, steps: number, options: LogspaceOptions = {}): Tensor {
  const { base = 10, dtype = state.defaultDtype } = options
  const values = spaced('logspace', start, end, steps).map(x => base ** x)
  return leaf('logspace', stored('logspace', values, [steps], dtype, backendOf(options.device)), options)
}

function spaced(operation: string, start: number, end: number, steps: number): Float64Array {
  if (!Number.isInteger(steps) || steps < 0) {
    throw new TensorError('BAD_VALUE', `${operation}: steps must be a whole number from 0, got ${String(steps)}.`, {
      next: `Say how many numbers you want: ${operation}(${start}, ${end}, 10).`,
    })
  }
  const step = steps > 1 ? (end - start) / (steps - 1) : 0
  const half = Math.max(Math.floor(steps / 2), 1)
  return Float64Array.from({ length: steps }, (_, i) => (i < half ? start + i * step : end - (steps - 1 - i) * step))
}

/**
 * The identity matrix: ones where row and column are equal, zeros elsewhere.
 *
 * Shape: [n, n], or [n, m] for `eye(n, m)`. Dtype: the default dtype (float32). Throws BAD_SHAPE.
 *
 * @torch torch.eye
 * @example
 * eye(2)
 * // tensor([[1., 0.],
 * //         [0., 1.]])
 */
export function eye(n: number, m: number | CreateOptions = n, options: CreateOptions = {}): Tensor {
  const [columns, chosen] = typeof m === 'number' ? [m, options] : [n, m]
  if (![n, columns].every(size => Number.isInteger(size) && size >= 0)) {
    throw new TensorError('BAD_SHAPE', `eye: ${String(n)} rows and ${String(columns)} columns are not possible.`, {
      next: 'Give whole numbers from 0: eye(3), or eye(2, 3).',
    })
  }
  const shape = [n, columns]
  const values = new Uint8Array(n * columns)
  for (let i = 0; i < Math.min(n, columns); i++) values[i * columns + i] = 1
  const dtype = chosen.dtype ?? state.defaultDtype
  return leaf('eye', stored('eye', values, shape, dtype, backendOf(chosen.device)), chosen)
}

export interface TriangleOptions {
  /** The diagonal where the triangle ends: 0 the main one, 1 the next above. Default 0. */
  readonly offset?: number
  readonly device?: string
}

/**
 * The places of the lower triangle of a matrix, row by row: int32 [2, count], rows above columns. `x.at(i, j)` with the two rows of
 * the result reads them. Throws BAD_SHAPE, BAD_VALUE.
 *
 * @torch torch.tril_indices
 * @example
 * trilIndices(2, 2) // tensor([[0, 1, 1], [0, 0, 1]])
 */
export function trilIndices(rows: number, columns: number, options: TriangleOptions = {}): Tensor {
  return triangle('trilIndices', rows, columns, options, (difference, offset) => difference <= offset)
}

/**
 * The places of the upper triangle of a matrix, row by row: int32 [2, count]. See trilIndices.
 *
 * @torch torch.triu_indices
 * @example
 * triuIndices(2, 2) // tensor([[0, 0, 1], [0, 1, 1]])
 */
export function triuIndices(rows: number, columns: number, options: TriangleOptions = {}): Tensor {
  return triangle('triuIndices', rows, columns, options, (difference, offset) => difference >= offset)
}

function triangle(
  operation: string,
  rows: number,
  columns: number,
  { offset = 0, device }: TriangleOptions,
  inside: (difference: number, offset: number) => boolean,
): Tensor {
  checkShape(operation, [rows, columns])
  checkedWhole(operation, 'offset', offset)
  const places: [number, number][] = []
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) if (inside(j - i, offset)) places.push([i, j])
  }
  const values = Int32Array.from([...places.map(([i]) => i), ...places.map(([, j]) => j)])
  return stored(operation, values, [2, places.length], 'int32', backendOf(device))
}

/**
 * Sets the dtype that numbers get and that int32 and bool tensors become before sqrt, exp and the like: one of the floats.
 * It is float32 at the start. Throws BAD_DTYPE for anything else.
 *
 * @torch torch.set_default_dtype
 * @example
 * setDefaultDtype('float64')
 * tensor(1).dtype // 'float64'
 */
export function setDefaultDtype(dtype: DType): void {
  if (!isDType(dtype) || !isFloat(dtype)) {
    throw new TensorError('BAD_DTYPE', `setDefaultDtype: '${String(dtype)}' is not a float dtype.`, {
      next: "Choose one of 'float32', 'float64', 'float16', 'bfloat16'.",
    })
  }
  state.defaultDtype = dtype
}

/**
 * The dtype that numbers get: float32 unless setDefaultDtype has changed it.
 *
 * @torch torch.get_default_dtype
 * @example
 * getDefaultDtype() // 'float32'
 */
export function getDefaultDtype(): DType {
  return state.defaultDtype
}

// What other modules that make tensors need.

/** The backend of that name, or the current one. */
export function backendOf(device: string | undefined): Backend {
  return device === undefined ? currentBackend() : backendNamed(device)
}

/** Sizes that a tensor can have; a number n means [n]. Throws BAD_SHAPE. */
export function checkShape(operation: string, shape: Shape | number): Shape {
  const sizes = typeof shape === 'number' ? [shape] : shape
  if (!Array.isArray(sizes) || !sizes.every(n => Number.isInteger(n) && n >= 0)) {
    const got = Array.isArray(sizes) ? shapeText(sizes) : kindOf(sizes)
    throw new TensorError('BAD_SHAPE', `${operation}: ${got} is not a shape.`, {
      next: `A shape is a list of whole numbers from 0: ${operation}([2, 3]).`,
    })
  }
  return sizes
}

/** Runs a primitive that takes no tensor. */
export function make<P extends KernelName>(name: P, params: PrimitiveParams[P], backend: Backend): Tensor {
  const out = compute(name, [], params, backend)
  hooks.tracer?.(name, [], params, out)
  return out
}

/** Marks a fresh tensor as a leaf where the options ask for it. Throws BAD_VALUE for options that are none: zeros(2, 3). */
export function leaf(operation: string, x: Tensor, options: CreateOptions): Tensor {
  if (typeof options !== 'object' || Array.isArray(options) || isTensor(options)) throw noOptions(operation, options)
  const { requiresGrad = false } = options
  if (!requiresGrad) return x
  if (!isFloat(x.dtype)) {
    throw new TensorError('BAD_DTYPE', `${operation}: a tensor of dtype ${x.dtype} cannot have a gradient.`, {
      next: "Only floats can: give { dtype: 'float32', requiresGrad: true }.",
    })
  }
  if (hooks.makeLeaf === undefined) {
    throw new TensorError('NO_GRAD', `${operation}: requiresGrad needs autograd, which is not loaded.`, {
      next: "Import the library as a whole: import { tensor } from 'gradlab'.",
    })
  }
  hooks.makeLeaf(x)
  return x
}

function noOptions(operation: string, got: unknown): TensorError {
  return new TensorError('BAD_VALUE', `${operation}: expected options, got ${kindOf(got)}.`, {
    next: `Sizes and numbers stand in one list, options have names: ${operation}([2, 3], { dtype: 'float32' }).`,
  })
}

function filled(operation: string, shape: Shape | number, value: number, dtype: DType, options: CreateOptions): Tensor {
  checkDtype(operation, dtype)
  if (dtype === 'int32') checkInt(operation, value, '')
  const sizes = [...checkShape(operation, shape)]
  return leaf(operation, make('full', { shape: sizes, dtype, value }, backendOf(options.device)), options)
}

/** A copy in fresh memory of `backend`, without graph. */
export function copied(x: Tensor, dtype: DType, backend: Backend): Tensor {
  checkDtype('tensor', dtype)
  return still(() => {
    const same = x.dtype === dtype ? apply('copy', [x], NONE) : cast(x, dtype)
    return same.storage.backend === backend ? same : moved(same, backend)
  })
}

/** A row-major tensor in the memory of another backend. */
export function moved(x: Tensor, backend: Backend): Tensor {
  const array = x.storage.backend.read(x.storage, x.offset, x.size)
  const storage = backend.allocate(x.dtype, x.size)
  backend.write(storage, array, 0)
  return new Tensor(storage, 0, x.shape, undefined, x.dtype, undefined)
}

/** The numbers of an array as a tensor of that dtype. */
export function stored(operation: string, array: TypedArray, shape: Shape, dtype: DType, backend: Backend): Tensor {
  checkDtype(operation, dtype)
  // Written as float64 and rounded by the backend: 16 bits are had by one rounding, not two.
  const direct = dtype === 'float16' || dtype === 'bfloat16' ? 'float64' : dtype
  const storage = backend.allocate(direct, array.length)
  backend.write(storage, converted(operation, array, shape, direct), 0)
  const out = new Tensor(storage, 0, [...shape], undefined, direct, undefined)
  return direct === dtype ? out : still(() => cast(out, dtype))
}

function converted(operation: string, array: TypedArray, shape: Shape, dtype: DType): StoredArray {
  const { array: Kind, kind } = DTYPES[dtype]
  const clamped = array instanceof Uint8ClampedArray
  if (array.constructor === Kind && kind !== 'bool' && !clamped) return array as StoredArray
  const out = new Kind(array.length)
  for (let i = 0; i < array.length; i++) {
    const value = Number(array[i])
    if (kind === 'int') checkInt(operation, value, placeOf(i, shape))
    out[i] = kind === 'bool' ? Number(value !== 0) : value
  }
  return out
}

function checkInt(operation: string, value: number, place: string): void {
  // NaN fails as well.
  if (Math.trunc(value) >= -0x8000_0000 && Math.trunc(value) <= 0x7fff_ffff) return
  throw new TensorError('BAD_VALUE', `${operation}: int32 cannot hold ${value}${place && `, at ${place}`}.`, {
    next: 'int32 reaches from -2147483648 to 2147483647; use a float dtype.',
  })
}

function checkDtype(operation: string, dtype: unknown): void {
  if (isDType(dtype)) return
  throw new TensorError('BAD_DTYPE', `${operation}: '${String(dtype)}' is not a dtype.`, {
    next: `Choose one of: ${Object.keys(DTYPES).join(', ')}.`,
  })
}

function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}

function dtypeOfArray(array: TypedArray): DType {
  const name = array.constructor.name
  if (name === 'Float64Array') return 'float64'
  if (name === 'Float16Array') return 'float16'
  return name === 'Float32Array' ? 'float32' : 'int32'
}

/** The lengths of the lists along the first elements. */
function nestedShape(data: unknown): number[] {
  const shape: number[] = []
  let inner: unknown = data
  while (Array.isArray(inner) || isTypedArray(inner)) {
    shape.push(inner.length)
    inner = inner[0]
  }
  return shape
}

/** Writes all numbers into `out`, in order; returns whether all were booleans. Throws where a list is ragged. */
function flatten(data: unknown, shape: Shape, out: Float64Array): boolean {
  const path: number[] = []
  let next = 0
  let onlyBooleans = out.length > 0
  const visit = (value: unknown): void => {
    const depth = path.length
    if (depth === shape.length) {
      if (typeof value !== 'boolean') onlyBooleans = false
      out[next++] = leafNumber(value, path, shape)
      return
    }
    if (!(Array.isArray(value) || isTypedArray(value)) || value.length !== shape[depth]) {
      throw ragged(value, path, shape[depth] as number)
    }
    for (let i = 0; i < value.length; i++) {
      path[depth] = i
      visit(value[i])
    }
    path.length = depth
  }
  visit(data)
  return onlyBooleans
}

function leafNumber(value: unknown, path: readonly number[], shape: Shape): number {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value)
  if (Array.isArray(value) || isTypedArray(value)) throw ragged(value, path, undefined)
  const next = isTensor(value)
    ? 'Join tensors with stack([...]) or cat([...]).'
    : typeof value === 'bigint'
      ? 'Convert it first: Number(x).'
      : 'Give numbers or booleans, in arrays of equal length.'
  const place = shape.length === 0 ? '' : ` at ${placeText(path)}`
  throw new TensorError('BAD_VALUE', `tensor: expected a number or a boolean${place}, got ${kindOf(value)}.`, { next })
}

function ragged(value: unknown, path: readonly number[], expected: number | undefined): TensorError {
  const got = Array.isArray(value) || isTypedArray(value) ? `a list of ${value.length}` : kindOf(value)
  const wanted = expected === undefined ? 'a number' : `a list of ${expected}`
  return new TensorError(
    'BAD_SHAPE',
    `tensor: the lists are ragged: at ${placeText(path)} expected ${wanted}, got ${got}.`,
    {
      next: 'All lists of one depth must be equally long; pad the short ones.',
    },
  )
}

function placeText(path: readonly number[]): string {
  return path.map(i => `[${i}]`).join('')
}

function placeOf(i: number, shape: Shape): string {
  const path: number[] = []
  for (let axis = shape.length - 1, rest = i; axis >= 0; axis--) {
    const size = shape[axis] as number
    path.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return path.length === 0 ? '' : placeText(path)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (isTensor(value)) return 'a tensor'
  return typeof value === 'object' ? 'an object' : typeof value
}
