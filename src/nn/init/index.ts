// The public face of `nn.init`: what parameters begin with.
export { calculateFan, calculateGain, type Fan, type Nonlinearity } from './fan.js'
export {
  constant_,
  type InitOptions,
  normal_,
  ones_,
  type TruncNormalOptions,
  truncNormal_,
  uniform_,
  zeros_,
} from './fill.js'
export {
  type KaimingOptions,
  kaimingNormal_,
  kaimingUniform_,
  type XavierOptions,
  xavierNormal_,
  xavierUniform_,
} from './scaled.js'
export {
  type DiracOptions,
  dirac_,
  eye_,
  type OrthogonalOptions,
  orthogonal_,
  type SparseOptions,
  sparse_,
} from './structured.js'
