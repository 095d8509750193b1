// Shapes, strides and axes: pure functions over lists of whole numbers.
import { shapeText, TensorError } from './errors.js'

export type Shape = readonly number[]

export function sizeOf(shape: Shape): number {
  let size = 1
  for (let i = 0; i < shape.length; i++) size *= shape[i] as number
  return size
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Row-major strides, in elements: the last axis has stride 1. */
export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step
    step *= Math.max(shape[i] as number, 1)
  }
  return strides
}

/** Whether elements lie one after the other in row-major order; axes of size 1 may have any stride. */
export function isRowMajor(shape: Shape, strides: readonly number[]): boolean {
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] as number
    if (size === 0) return true
    if (size !== 1 && strides[i] !== step) return false
    step *= size
  }
  return true
}

/** `dim` counted from the front; negative ones count from the back. `extra` = 1 where a place after the last is allowed. */
export function normalDim(operation: string, dim: number, rank: number, extra = 0): number {
  const places = rank + extra
  if (!Number.isInteger(dim) || dim < -places || dim >= places) {
    throw new TensorError('BAD_DIM', `${operation}: dim ${dim} does not exist in a tensor of ${rank} dimension(s).`, {
      next: places === 0 ? 'A tensor of zero dimensions has no axes.' : `Use a dim from ${-places} to ${places - 1}.`,
    })
  }
  return dim < 0 ? dim + places : dim
}

/** The axes meant by `dim`: undefined means all of them; the result is sorted. A repeated axis is a mistake. */
export function normalDims(operation: string, dim: number | readonly number[] | undefined, rank: number): number[] {
  if (dim === undefined) return Array.from({ length: rank }, (_, i) => i)
  // PyTorch allows dim 0 and -1 of a tensor of zero dimensions.
  const given = typeof dim === 'number' ? [dim] : dim
  if (!Array.isArray(given)) {
    throw new TensorError(
      'BAD_DIM',
      `${operation}: dim is ${typeof given === 'string' ? `'${given}'` : typeof given}.`,
      {
        next: 'A dim is a whole number or a list of them.',
      },
    )
  }
  const dims = (rank === 0 ? given.filter((d: number) => d !== 0 && d !== -1) : given).map((d: number) =>
    normalDim(operation, d, rank),
  )
  if (new Set(dims).size !== dims.length) {
    throw new TensorError('BAD_DIM', `${operation}: dim ${shapeText(given)} names an axis twice.`, {
      next: 'Name each axis once.',
    })
  }
  return dims.sort((a, b) => a - b)
}

/**
 * The common shape of operands after NumPy's rule: shapes are aligned at the right, an axis of size 1 is repeated.
 * Throws SHAPE_MISMATCH with both shapes and the axis that does not fit.
 */
export function broadcast(operation: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a
  if (b.length === 0) return a
  if (a.length === 0) return b
  const rank = Math.max(a.length, b.length)
  const out = new Array<number>(rank)
  for (let i = 1; i <= rank; i++) {
    const [sizeA, sizeB] = [a[a.length - i] ?? 1, b[b.length - i] ?? 1]
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) throw misfit(operation, a, b, i)
    out[rank - i] = sizeA === 1 ? sizeB : sizeA
  }
  return out
}

function misfit(operation: string, a: Shape, b: Shape, fromRight: number): TensorError {
  const [sizeA, sizeB] = [a[a.length - fromRight], b[b.length - fromRight]]
  return new TensorError(
    'SHAPE_MISMATCH',
    `${operation}: shapes ${shapeText(a)} and ${shapeText(b)} do not fit: at dim -${fromRight} the sizes are ${sizeA} and ${sizeB}.`,
    { next: mend(a, b) },
  )
}

/** A likely mend: one of the two has the sizes of the other at another place. */
function mend(a: Shape, b: Shape): string {
  for (const [name, x, y] of [
    ['second', a, b],
    ['first', b, a],
  ] as const) {
    if (y.length === 1 && y[0] === x[0]) {
      const ones = x.slice(1).map(() => '1')
      return `To repeat the ${name} along the other axes, give it the shape [${[y[0], ...ones].join(', ')}]: reshape([${[y[0], ...ones].join(', ')}]).`
    }
    if (x.length === 2 && y.length === 2 && x[0] === y[1] && x[1] === y[0]) return `Transpose the ${name} with .t().`
  }
  return 'Sizes must be equal, or one of them 1, counted from the last axis; reshape or unsqueeze one of the two.'
}

/** The shape after reducing over `dims` (normalised, sorted). */
export function reducedShape(shape: Shape, dims: readonly number[], keepdim: boolean): number[] {
  const out: number[] = []
  for (let i = 0; i < shape.length; i++) {
    if (!dims.includes(i)) out.push(shape[i] as number)
    else if (keepdim) out.push(1)
  }
  return out
}

/** A list of whole numbers. PyTorch also takes them one by one, as in x.reshape(2, 3); here options may follow. */
export function checkedList(operation: string, list: unknown): readonly number[] {
  if (Array.isArray(list)) return list
  const got = typeof list === 'number' ? String(list) : list === null ? 'null' : typeof list
  throw new TensorError('BAD_SHAPE', `${operation}: takes a list of whole numbers; got ${got}.`, {
    next: `Put them in brackets: ${operation}([${typeof list === 'number' ? `${list}, ...` : '2, 3'}]).`,
  })
}

/** A whole number; anything else throws BAD_VALUE. */
export function checkedWhole(operation: string, name: string, n: unknown): number {
  if (Number.isInteger(n)) return n as number
  throw new TensorError('BAD_VALUE', `${operation}: ${name} is ${typeof n === 'object' ? 'no number' : String(n)}.`, {
    next: 'Give a whole number.',
  })
}

/** Sizes with one -1 filled in. */
export function inferShape(operation: string, size: number, shape: Shape): Shape {
  checkedList(operation, shape)
  const unknown = shape.indexOf(-1)
  const known = shape.reduce((product, n, i) => (i === unknown ? product : product * n), 1)
  const bad = shape.some((n, i) => !Number.isInteger(n) || (n < 0 && i !== unknown))
  const fits = unknown < 0 ? known === size : known > 0 && size % known === 0
  if (bad || !fits) {
    throw new TensorError('BAD_SHAPE', `${operation}: ${size} element(s) cannot take the shape ${shapeText(shape)}.`, {
      next: bad
        ? 'Sizes are whole numbers from 0; one of them may be -1.'
        : 'The product of the sizes must stay the same.',
    })
  }
  return unknown < 0 ? shape : shape.map((n, i) => (i === unknown ? size / known : n))
}

/**
 * The strides with which a strided tensor can be seen in another shape without a copy, or undefined where it cannot.
 * Groups of axes that lie one after the other in memory are split and merged; axes of size 1 are free.
 */
export function viewStrides(shape: Shape, strides: readonly number[], next: Shape): number[] | undefined {
  if (sizeOf(shape) === 0) return rowMajor(next)
  const axes = shape.map((size, i) => ({ size, stride: strides[i] as number })).filter(axis => axis.size !== 1)
  const groups: { size: number; stride: number }[] = []
  for (const axis of axes) {
    const last = groups.at(-1)
    if (last !== undefined && last.stride === axis.size * axis.stride) {
      last.size *= axis.size
      last.stride = axis.stride
    } else groups.push({ ...axis })
  }
  const out = new Array<number>(next.length)
  let group = groups.length - 1
  let used = 1
  for (let i = next.length - 1; i >= 0; i--) {
    const size = next[i] as number
    const current = groups[group]
    if (size === 1 || current === undefined) {
      out[i] = current === undefined ? 1 : current.stride * used
      continue
    }
    out[i] = current.stride * used
    used *= size
    if (used > current.size) return undefined
    if (current.size % used !== 0) return undefined
    if (used === current.size) {
      group--
      used = 1
    }
  }
  return group < 0 ? out : undefined
}

/** A place on an axis, counted from the front. */
export function checkedPlace(operation: string, index: number, size: number, dim: number): number {
  if (Number.isInteger(index) && index >= -size && index < size) return index < 0 ? index + size : index
  throw new TensorError('BAD_INDEX', `${operation}: index ${index} does not exist in dim ${dim} of size ${size}.`, {
    next: size === 0 ? 'The axis is empty.' : `Use an index from ${-size} to ${size - 1}.`,
  })
}
