// The public face of `F`: what layers compute, as functions of tensors.

export {
  type GeluOptions,
  gelu,
  logSoftmax,
  logsigmoid,
  relu,
  type SoftplusOptions,
  sigmoid,
  silu,
  softmax,
  softmin,
  softplus,
} from '../../tensor/ops/activation.js'
export { conv1d, conv2d, convTranspose1d, convTranspose2d } from '../../tensor/ops/conv.js'
export { cosineSimilarity, normalize } from '../../tensor/ops/distance.js'
export { interpolate } from '../../tensor/ops/interpolate.js'
export { tanh } from '../../tensor/ops/maths.js'
export { oneHot, pad } from '../../tensor/ops/move.js'
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  maxPool1d,
  maxPool2d,
} from '../../tensor/ops/pool.js'
export { linear } from '../../tensor/ops/products.js'
export { type AttentionOptions, scaledDotProductAttention } from './attention.js'
export {
  type BatchNormFunctionOptions,
  batchNorm,
  type GroupNormFunctionOptions,
  groupNorm,
  type InstanceNormFunctionOptions,
  instanceNorm,
} from './batch-norm.js'
export {
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
} from './binary.js'
export { type CrossEntropyOptions, crossEntropy, type NLLLossOptions, nllLoss } from './cross-entropy.js'
export { type KlDivOptions, klDiv } from './divergence.js'
export { alphaDropout, type DropoutFunctionOptions, dropout, dropout1d, dropout2d } from './dropout.js'
export { type EmbeddingFunctionOptions, embedding } from './embedding.js'
export { type FocalLossOptions, focalLoss, type SigmoidFocalLossOptions, sigmoidFocalLoss } from './focal.js'
export { type GluOptions, glu, mish, softsign, swiglu, swish } from './gates.js'
export { type HingeLossOptions, hingeLoss, type MultiMarginLossOptions, multiMarginLoss } from './margin.js'
export { type LayerNormFunctionOptions, layerNorm, type RmsNormFunctionOptions, rmsNorm } from './normalization.js'
export {
  alibiBias,
  alibiSlopes,
  type PositionOptions,
  type RotaryOptions,
  rotaryEmbedding,
  type SinusoidOptions,
  sinusoidalPositions,
} from './positions.js'
export {
  celu,
  type EluOptions,
  elu,
  type HardtanhOptions,
  hardsigmoid,
  hardswish,
  hardtanh,
  type LeakyReluOptions,
  leakyRelu,
  prelu,
  type RreluOptions,
  relu6,
  rrelu,
  selu,
} from './rectifiers.js'
export type { LossOptions, Reduction } from './reduction.js'
export {
  type GaussianNllLossOptions,
  gaussianNllLoss,
  type HuberLossOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from './regression.js'
export {
  type ContrastiveLossOptions,
  type CosineEmbeddingLossOptions,
  contrastiveLoss,
  cosineEmbeddingLoss,
  type InfoNceOptions,
  infoNCE,
  type TripletMarginLossOptions,
  tripletMarginLoss,
} from './similarity.js'
