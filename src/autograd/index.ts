// The autograd room's door.
import './methods.js'

export { detectAnomaly, setDetectAnomaly } from './anomaly.js'
export { type BackwardOptions, backward, type GradOptions, grad } from './backward.js'
export { type ComputationGraphOptions, type ComputationNode, computationGraph } from './computation-graph.js'
export { detach, registerHook, requiresGrad_, retainGrad } from './leaf.js'
export { enableGrad, isGradEnabled, noGrad, setGradEnabled } from './modes.js'
export type { GradientHook } from './node.js'
