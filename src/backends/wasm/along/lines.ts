// Kernels that rewrite each line along one axis: the axis is brought to the end where it is not there already.
import type { Operand } from '../../../tensor/backend.js'
import { type Shape, sizeOf } from '../../../tensor/shape.js'
import { stridesOf } from '../../reference/memory.js'
import { withScratch } from '../ground.js'
import { addressOf } from '../walk.js'

/** Works on `rows` rows of `length` numbers that lie one after the other; source and target may be the same. */
export type RunRows = (target: number, source: number, rows: number, length: number) => void

/** The axes with `dim` behind the others. */
function dimLast(rank: number, dim: number): number[] {
  return [...Array.from({ length: rank }, (_, axis) => axis).filter(axis => axis !== dim), dim]
}

function permuted(x: Operand, order: readonly number[]): Operand {
  const strides = stridesOf(x)
  return {
    storage: x.storage,
    offset: x.offset,
    shape: order.map(axis => x.shape[axis] as number),
    layout: order.map(axis => strides[axis] as number),
    dtype: x.dtype,
  }
}

/** Whether the lines along `dim` lie together: only axes of size 1 come after it. */
const isLast = (shape: Shape, dim: number): boolean => sizeOf(shape.slice(dim + 1)) === 1

/** Runs over the lines along `dim` of a tensor that is not empty; `out` has the same shape and dtype. */
export function alongLines(x: Operand, out: Operand, dim: number, run: RunRows): void {
  const length = x.shape[dim] ?? 1
  const rows = sizeOf(x.shape) / length
  const { copy } = x.storage.backend.kernels
  if (isLast(x.shape, dim)) {
    if (x.layout === undefined) run(addressOf(out), addressOf(x), rows, length)
    else {
      copy([x], out, {})
      run(addressOf(out), addressOf(out), rows, length)
    }
    return
  }
  const order = dimLast(x.shape.length, dim)
  const turned = permuted(x, order)
  withScratch(x, x.dtype, turned.shape, scratch => {
    copy([turned], scratch, {})
    run(addressOf(scratch), addressOf(scratch), rows, length)
    copy([scratch], permuted(out, order), {})
  })
}

/** Calls `body` with the numbers of x in an order in which the lines along `dim` lie together. */
export function withLines(x: Operand, dim: number, body: (x: Operand) => void): void {
  if (x.layout === undefined && isLast(x.shape, dim)) {
    body(x)
    return
  }
  const turned = permuted(x, dimLast(x.shape.length, dim))
  withScratch(x, x.dtype, turned.shape, scratch => {
    x.storage.backend.kernels.copy([turned], scratch, {})
    body(scratch)
  })
}

/** Calls `body` with room for the numbers of `out`, lines along `dim` together, from which they go to their places. */
export function intoLines(out: Operand, dim: number, body: (lines: Operand) => void): void {
  if (out.layout === undefined && isLast(out.shape, dim)) {
    body(out)
    return
  }
  const order = dimLast(out.shape.length, dim)
  const target = permuted(out, order)
  withScratch(out, out.dtype, target.shape, scratch => {
    body(scratch)
    out.storage.backend.kernels.copy([scratch], target, {})
  })
}
