// The autograd room's door.
import './methods.js'

export { detectAnomaly, setDetectAnomaly } from './anomaly.js'
export { type AutocastOptions, autocast, autocastDtype } from './autocast.js'
export { type BackwardOptions, backward, type GradOptions, grad } from './backward.js'
export { checkpoint } from './checkpoint.js'
export { type ComputationGraphOptions, type ComputationNode, computationGraph } from './computation-graph.js'
export { jvp, type Like, type Tensors } from './forward.js'
export { type CustomFunction, customFunction, type FunctionContext, type MaybeTensor } from './function.js'
export {
  type FunctionalOptions,
  hessian,
  hvp,
  type JacobianOptions,
  jacobian,
  perExampleGrads,
  vjp,
} from './functional.js'
export { type GradcheckOptions, type GradgradcheckOptions, gradcheck, gradgradcheck } from './gradcheck.js'
export { detach, registerHook, requiresGrad_, retainGrad } from './leaf.js'
export { enableGrad, isGradEnabled, noGrad, setGradEnabled } from './modes.js'
export type { GradientHook } from './node.js'
