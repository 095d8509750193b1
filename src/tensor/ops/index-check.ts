// Indices are checked before a kernel sees them: kernels trust them.
import { apply } from '../engine.js'
import { TensorError } from '../errors.js'
import { hooks } from '../graph.js'
import { NONE } from '../primitives.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { constant } from './operand.js'

/**
 * Checks a tensor of indices and returns it with negative ones counted from the end; every value is read, so that no kernel
 * ever leaves its memory.
 */
export function checkedIndex(operation: string, index: Tensor, size: number, dim: number, negative = false): Tensor {
  if (index.dtype !== 'int32') {
    throw new TensorError('BAD_DTYPE', `${operation}: indices are int32; these are ${index.dtype}.`, {
      next: 'Convert them: index.int().',
    })
  }
  const flat = index.layout === undefined ? index : apply('copy', [index], NONE)
  const { backend } = flat.storage
  const look = (): Int32Array => backend.read(flat.storage, flat.offset, sizeOf(index.shape)) as Int32Array
  const { tracing } = hooks
  // A program looks at its indices itself.
  const values = tracing === undefined ? look() : tracing.aside(look)
  let wraps = false
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (value >= 0 && value < size) continue
    if (!negative || value < -size || value >= size) {
      throw new TensorError(
        'BAD_INDEX',
        `${operation}: index ${value} (element ${i}) does not exist in dim ${dim} of size ${size}.`,
        {
          next: size === 0 ? 'The axis is empty.' : `Use indices from ${negative ? -size : 0} to ${size - 1}.`,
        },
      )
    }
    values[i] = value + size
    wraps = true
  }
  if (tracing !== undefined && negative) return turned(flat, size)
  if (!wraps) return flat
  const out = apply('copy', [flat], NONE)
  backend.write(out.storage, values, 0)
  return out
}

/** Negative indices counted from the end, without a look at them. */
function turned(index: Tensor, size: number): Tensor {
  const { backend } = index.storage
  const negative = apply('lt', [index, constant(0, 'int32', backend)], NONE)
  return apply('where', [negative, apply('add', [index, constant(size, 'int32', backend)], NONE), index], NONE)
}
