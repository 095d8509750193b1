// The public face of `gradlab`.
import './backends/index.js'
import * as data from './data/index.js'

export {
  backward,
  computationGraph,
  detach,
  detectAnomaly,
  enableGrad,
  grad,
  isGradEnabled,
  noGrad,
  registerHook,
  requiresGrad_,
  retainGrad,
  setDetectAnomaly,
  setGradEnabled,
} from './autograd/index.js'
export { GradlabError } from './errors.js'
export {
  type ArangeOptions,
  arange,
  type CreateOptions,
  eye,
  fromArray,
  full,
  getDefaultDtype,
  type LogspaceOptions,
  linspace,
  logspace,
  type Nested,
  ones,
  setDefaultDtype,
  type TypedArray,
  tensor,
  zeros,
} from './tensor/create.js'
export {
  type DType,
  device,
  isTensor,
  type Scalar,
  setBackend,
  Tensor,
  TensorError,
  type TensorErrorCode,
  type TensorLike,
} from './tensor/index.js'
export { add } from './tensor/ops/arithmetic.js'
export { data }
