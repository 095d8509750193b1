// What operations of several primitives ask for under autocast, beside the lists of primitives in ../autocast.ts.
import { state } from '../state.js'
import { isTensor, type Tensor } from '../tensor.js'
import { cast } from './operand.js'

/** Under autocast, float32 and the other 16 bits in the dtype that products compute in; else x itself. */
export function lowered(x: Tensor): Tensor {
  const { autocast } = state
  if (autocast === undefined || !isTensor(x)) return x
  return x.dtype === 'float32' || x.dtype === 'float16' || x.dtype === 'bfloat16' ? cast(x, autocast) : x
}

/** Under autocast, 16-bit floats in float32: for losses, norms and all that sums. Else x itself. */
export function raised(x: Tensor): Tensor {
  if (state.autocast === undefined || !isTensor(x)) return x
  return x.dtype === 'float16' || x.dtype === 'bfloat16' ? cast(x, 'float32') : x
}
