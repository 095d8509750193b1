// Reading numbers on the host, for operations whose parameters depend on them (and for checks of values).
import { compute } from '../engine.js'
import { NONE } from '../primitives.js'
import type { Tensor } from '../tensor.js'

/** All numbers in row-major order; whole numbers and 16-bit floats become float64. Throws READ_ASYNC where it must wait. */
export function numbersOf(x: Tensor): Float64Array {
  const { backend } = x.storage
  const flat = x.layout === undefined ? x : compute('copy', [x], NONE)
  const wide = flat.dtype === 'float64' ? flat : compute('cast', [flat], { dtype: 'float64' })
  const numbers = backend.read(wide.storage, wide.offset, wide.size) as Float64Array
  // Nobody else has seen what was made on the way.
  if (wide !== flat) backend.release(wide.storage)
  if (flat !== x) backend.release(flat.storage)
  return numbers
}

/** The number of a tensor with one element. */
export function numberOf(x: Tensor): number {
  return numbersOf(x)[0] as number
}

/** Whole numbers as an int32 tensor on the backend of `like`. */
export function int32List(values: Int32Array, like: Tensor): Tensor {
  const { backend } = like.storage
  const out = compute('full', [], { shape: [values.length], dtype: 'int32', value: 0 }, backend)
  backend.write(out.storage, values, 0)
  return out
}
