// The tensor room's door: what the rest of the library and the public face take from it.
import './methods.js'
import './protocols.js'

export type { DType } from './dtype.js'
export { TensorError, type TensorErrorCode } from './errors.js'
export { add } from './ops/arithmetic.js'
export type { Scalar, TensorLike } from './ops/operand.js'
export { device, setBackend } from './state.js'
export { isTensor, Tensor } from './tensor.js'
