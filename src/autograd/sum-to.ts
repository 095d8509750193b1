// The transpose of broadcasting: a gradient is summed over the axes along which its tensor was repeated.
import { apply, view } from '../tensor/engine.js'
import { rowMajor, type Shape, sameShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'

/** `g` summed to `shape`, which broadcasts to the shape of `g`; `g` itself where they are equal. */
export function sumTo(g: Tensor, shape: Shape): Tensor {
  if (sameShape(g.shape, shape)) return g
  const extra = g.shape.length - shape.length
  const dims: number[] = []
  for (let i = 0; i < g.shape.length; i++) {
    if (i < extra || (shape[i - extra] === 1 && g.shape[i] !== 1)) dims.push(i)
  }
  const summed = dims.length === 0 ? g : apply('sum', [g], { dims, keepdim: true })
  if (extra === 0) return summed
  // The sum is row-major, and leading axes of size 1 fall away.
  const flat = summed.layout === undefined ? summed : apply('copy', [summed], {})
  return view('reshape', flat, { shape }, shape, rowMajor(shape), flat.offset)
}
