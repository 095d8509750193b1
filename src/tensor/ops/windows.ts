// Views that operations need inside; the public ones are in views.ts.
import { apply, view } from '../engine.js'
import { NONE } from '../primitives.js'
import { rowMajor, type Shape, viewStrides } from '../shape.js'
import type { Tensor } from '../tensor.js'

/** The same elements in another shape of the same size; a copy where memory does not allow a view. */
export function reshaped(x: Tensor, shape: Shape): Tensor {
  const strides = viewStrides(x.shape, x.strides, shape)
  if (strides !== undefined) return view('reshape', x, { shape }, shape, strides, x.offset)
  return view('reshape', apply('copy', [x], NONE), { shape }, shape, rowMajor(shape), 0)
}

/** The axes in another order. */
export function permuted(x: Tensor, dims: readonly number[]): Tensor {
  const { shape, strides } = x
  return view(
    'permute',
    x,
    { dims },
    dims.map(d => shape[d] as number),
    dims.map(d => strides[d] as number),
    x.offset,
  )
}

/** `length` places along one axis from `start` on. */
export function narrowed(x: Tensor, dim: number, start: number, length: number): Tensor {
  const size = x.shape.map((n, i) => (i === dim ? length : n))
  const from = x.shape.map((_, i) => (i === dim ? start : 0))
  const step = x.shape.map(() => 1)
  return view('slice', x, { start: from, size, step }, size, x.strides, x.offset + start * (x.strides[dim] as number))
}

/** With repeated axes of size 1 and new ones in front. */
export function expanded(x: Tensor, shape: Shape): Tensor {
  const lead = shape.length - x.shape.length
  const strides = shape.map((n, i) =>
    i < lead || (x.shape[i - lead] === 1 && n !== 1) ? 0 : (x.strides[i - lead] as number),
  )
  return view('expand', x, { shape }, shape, strides, x.offset)
}

/** A fresh row-major copy. */
export function copied(x: Tensor): Tensor {
  return apply('copy', [x], NONE)
}
