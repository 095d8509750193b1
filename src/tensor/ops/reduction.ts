// Arguments of reductions: which axes, and whether they stay with size 1.
import { TensorError } from '../errors.js'
import type { Dims } from '../primitives.js'
import { normalDim, normalDims } from '../shape.js'
import type { Tensor } from '../tensor.js'

/** One axis or several; negative ones count from the back. */
export type Dim = number | readonly number[]

export interface KeepdimOption {
  /** Whether reduced axes stay, with size 1. Default false. */
  readonly keepdim?: boolean | undefined
}

export interface ReduceOptions extends KeepdimOption {
  /** The axes to reduce. Default: all. */
  readonly dim?: Dim | undefined
}

/** `f(x, dim, options)` and `f(x, { dim, ... })` say the same; returns the options in one object. */
export function merged<O extends ReduceOptions>(
  operation: string,
  dim: Dim | O | undefined,
  options: O | undefined,
): O {
  if (options !== undefined && (typeof options !== 'object' || options === null)) throw badOptions(operation, options)
  if (typeof dim === 'object' && dim !== null && !Array.isArray(dim)) return { ...(dim as O), ...options }
  return (options === undefined ? { dim } : { ...options, dim }) as O
}

function badOptions(operation: string, got: unknown): TensorError {
  return new TensorError('BAD_VALUE', `${operation}: expected an options object, got ${String(got)}.`, {
    next: `Name what you mean: ${operation}(x, dim, { keepdim: true }).`,
  })
}

/** The axes in order; none given, or an empty list, means all, as in PyTorch. */
export function reduction(operation: string, x: Tensor, { dim, keepdim = false }: ReduceOptions): Dims {
  const rank = x.shape.length
  if (dim === undefined || (Array.isArray(dim) && dim.length === 0)) return { dims: allDims(rank), keepdim }
  // The usual call, x.sum(1), is spared the work for several axes.
  if (typeof dim === 'number' && rank > 0) return { dims: [normalDim(operation, dim, rank)], keepdim }
  return { dims: normalDims(operation, dim, rank), keepdim }
}

const ALL_DIMS: (readonly number[])[] = []

/** 0, 1, ..., rank - 1. */
export function allDims(rank: number): readonly number[] {
  ALL_DIMS[rank] ??= Object.freeze(Array.from({ length: rank }, (_, i) => i))
  return ALL_DIMS[rank]
}

/** How many numbers go into each result. */
export function countOf(x: Tensor, dims: readonly number[]): number {
  return dims.reduce((product, d) => product * (x.shape[d] as number), 1)
}

/** Throws BAD_VALUE where a reduction that has no neutral element would get no numbers. */
export function needSome(operation: string, x: Tensor, dims: readonly number[]): void {
  const empty = dims.find(d => x.shape[d] === 0)
  if (empty === undefined) return
  throw new TensorError('BAD_VALUE', `${operation}: dim ${empty} has size 0: of no numbers there is no ${operation}.`, {
    next: 'Check the size before, x.size > 0, or reduce another axis.',
  })
}

/** The axis of an operation along one axis. A tensor of zero dimensions has axis 0. */
export function oneDim(operation: string, x: Tensor, dim: unknown): number {
  const axis = typeof dim === 'object' && dim !== null ? (dim as { dim?: unknown }).dim : dim
  if (typeof axis !== 'number') {
    throw new TensorError('BAD_DIM', `${operation}: say along which axis.`, {
      next: `For the last one: ${operation}(x, -1).`,
    })
  }
  return normalDim(operation, axis, Math.max(x.shape.length, 1))
}
