// How arguments become operands: numbers turn into tensors of zero dimensions, dtypes meet, and mistakes are told apart.
import type { Backend, Storage } from '../backend.js'
import { type DType, dtypeOf, isFloat, promote, promoteWeak } from '../dtype.js'
import { apply, compute } from '../engine.js'
import { TensorError } from '../errors.js'
import { hooks } from '../graph.js'
import { isLive } from '../live.js'
import { currentBackend, state } from '../state.js'
import { isTensor, type Tensor } from '../tensor.js'

/** A plain number or boolean; weak in type promotion. */
export type Scalar = number | boolean
export type TensorLike = Tensor | Scalar

const CACHE_LIMIT = 512
/** What the storage of a constant holds. */
const numbers = new WeakMap<Storage, number>()

/** The number that a storage holds for good; undefined for all storages but those of constants. */
export function constantIn(storage: Storage): number | undefined {
  return numbers.get(storage)
}

const constants = new WeakMap<Backend, Map<DType, Map<number, Tensor>>>()

/** A number as a tensor of zero dimensions. These are shared: nobody may write to them or hand them out. */
export function constant(value: Scalar, dtype: DType, backend: Backend = currentBackend()): Tensor {
  const { tracing } = hooks
  if (tracing !== undefined && isLive(value)) return tracing.operand(value, dtype, backend)
  const number = Number(value)
  const full = (): Tensor => compute('full', [], { shape: [], dtype, value: number }, backend)
  const make = (): Tensor => {
    const tensor = tracing === undefined ? full() : tracing.aside(full)
    tensor.storage.holders = -1
    numbers.set(tensor.storage, number)
    return tensor
  }
  // A Map takes -0 for 0.
  if (Object.is(number, -0)) return make()
  const known = constantsOf(backend, dtype)
  const cached = known.get(number)
  if (cached !== undefined) return cached
  if (known.size >= CACHE_LIMIT) known.clear()
  const tensor = make()
  known.set(number, tensor)
  return tensor
}

function constantsOf(backend: Backend, dtype: DType): Map<number, Tensor> {
  let byDtype = constants.get(backend)
  if (byDtype === undefined) {
    byDtype = new Map()
    constants.set(backend, byDtype)
  }
  let known = byDtype.get(dtype)
  if (known === undefined) {
    known = new Map()
    byDtype.set(dtype, known)
  }
  return known
}

/** Two operands in one dtype, the first step of every binary operation. */
export function meet(operation: string, a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  if (isTensor(a)) {
    if (isTensor(b)) {
      if (a.dtype === b.dtype) return [a, b]
      const dtype = jointDtype(a, b)
      return [cast(a, dtype), cast(b, dtype)]
    }
    const dtype = weakDtype(operation, a, b)
    return [cast(a, dtype), constant(b, dtype, a.storage.backend)]
  }
  if (isTensor(b)) {
    const dtype = weakDtype(operation, b, a)
    return [constant(a, dtype, b.storage.backend), cast(b, dtype)]
  }
  if (typeof a !== 'number' && typeof a !== 'boolean') throw notTensor(operation, a)
  throw new TensorError('NOT_A_TENSOR', `${operation}: neither operand is a tensor.`, {
    next: `Wrap one: tensor(${a}).`,
  })
}

function jointDtype(a: Tensor, b: Tensor): DType {
  if (a.shape.length > 0 && b.shape.length === 0) return promoteWeak(a.dtype, b.dtype)
  if (b.shape.length > 0 && a.shape.length === 0) return promoteWeak(b.dtype, a.dtype)
  return promote(a.dtype, b.dtype)
}

function weakDtype(operation: string, tensor: Tensor, value: unknown): DType {
  if (typeof value !== 'number' && typeof value !== 'boolean') {
    if (isLive(value)) return isFloat(tensor.dtype) ? tensor.dtype : state.defaultDtype
    throw notTensor(operation, value)
  }
  const kind = dtypeOf(value)
  if (kind !== 'float32') return promoteWeak(tensor.dtype, kind)
  return isFloat(tensor.dtype) ? tensor.dtype : state.defaultDtype
}

/** In another dtype; the tensor itself where it has it already. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : apply('cast', [x], { dtype })
}

/** Whole numbers and bools become the default float, as PyTorch does before sqrt, exp and the like. */
export function toFloat(x: Tensor): Tensor {
  return isFloat(x.dtype) ? x : cast(x, state.defaultDtype)
}

/** The argument as a tensor; numbers and booleans become tensors of zero dimensions. */
export function asTensor(operation: string, x: unknown): Tensor {
  if (isTensor(x)) return x
  if (typeof x === 'number') return constant(x, state.defaultDtype)
  if (typeof x === 'boolean') return constant(x, 'bool')
  if (isLive(x)) return constant(x as unknown as number, state.defaultDtype)
  throw notTensor(operation, x)
}

/** A number that is written into x, exact in its dtype; throws BAD_VALUE where an int32 tensor cannot hold it. */
export function filler(operation: string, value: Scalar, x: Tensor): Tensor {
  if (isLive(value)) return constant(value, x.dtype, x.storage.backend)
  const number = x.dtype === 'int32' ? Math.trunc(Number(value)) : x.dtype === 'bool' ? Number(value) !== 0 : value
  if (x.dtype === 'int32' && !(Number(number) >= -0x8000_0000 && Number(number) <= 0x7fff_ffff)) {
    throw new TensorError('BAD_VALUE', `${operation}: int32 cannot hold ${value}.`, {
      next: 'Use a float tensor: x.float().',
    })
  }
  return constant(number, x.dtype, x.storage.backend)
}

/** Throws NOT_A_TENSOR for anything else. */
export function needTensor(operation: string, x: unknown): asserts x is Tensor {
  if (!isTensor(x)) throw notTensor(operation, x, 'a tensor')
}

export function notTensor(operation: string, value: unknown, wanted = 'a tensor or a number'): TensorError {
  const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
  return new TensorError('NOT_A_TENSOR', `${operation}: expected ${wanted}, got ${got}.`, {
    next: Array.isArray(value)
      ? 'Wrap it first: tensor([...]).'
      : typeof value === 'number'
        ? `Wrap it first: tensor(${value}).`
        : 'Check the argument.',
  })
}
