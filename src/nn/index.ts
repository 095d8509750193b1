// The public face of `gradlab/nn`: layers, losses, initialisers.
export {
  CELU,
  ELU,
  GELU,
  GLU,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LeakyReLU,
  LogSigmoid,
  LogSoftmax,
  Mish,
  PReLU,
  type PReLUOptions,
  ReLU,
  ReLU6,
  RReLU,
  SELU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Softsign,
  SwiGLU,
  Swish,
  type SwishOptions,
  Tanh,
} from './activation.js'
export {
  type Attended,
  type AttentionMasks,
  MultiheadAttention,
  type MultiheadAttentionInput,
  type MultiheadAttentionOptions,
} from './attention.js'
export {
  BatchNorm1d,
  BatchNorm2d,
  type BatchNormOptions,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  type NormOptions,
} from './batch-norm.js'
export {
  BCELoss,
  BCEWithLogitsLoss,
  FocalLoss,
  HingeLoss,
  KLDivLoss,
  MultiMarginLoss,
  SigmoidFocalLoss,
} from './binary-loss.js'
export {
  DenseBlock,
  type DenseBlockOptions,
  Highway,
  type HighwayOptions,
  Residual,
  type ResidualOptions,
} from './blocks.js'
export { Identity, Sequential } from './containers.js'
export { ConvTranspose1d, ConvTranspose2d, type ConvTransposeOptions } from './conv-transpose.js'
export { Conv1d, Conv2d, type ConvOptions, type PerAxis } from './convolution.js'
export {
  CausalSelfAttention,
  type CausalSelfAttentionOptions,
  DecoderBlock,
  type DecoderBlockOptions,
  FeedForward,
  type FeedForwardOptions,
} from './decoder-block.js'
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, type DropoutOptions } from './dropout.js'
export { Embedding, type EmbeddingOptions, type PretrainedOptions } from './embedding.js'
export { ModuleError, type ModuleErrorCode } from './errors.js'
export { Flatten, Unflatten } from './flatten.js'
export * as functional from './functional/index.js'
export { functionalCall } from './functional-call.js'
export { type GenerateOptions, generate, type LanguageModel } from './generate.js'
export type { BackwardHook, ForwardHook, ForwardPreHook } from './hooks.js'
export * as init from './init/index.js'
export { interpolateStateDicts } from './interpolate.js'
export { type LayerOptions, Linear, type LinearOptions } from './linear.js'
export { CrossEntropyLoss, GaussianNLLLoss, HuberLoss, L1Loss, MSELoss, NLLLoss, SmoothL1Loss } from './loss.js'
export { type BufferOptions, type Layer, Module, type ToOptions } from './module.js'
export { ModuleDict, ModuleList } from './module-list.js'
export { LayerNorm, type LayerNormOptions, RMSNorm, type RMSNormOptions } from './normalization.js'
export { Parameter, type ParameterOptions } from './parameter.js'
export { PatchEmbedding, type PatchEmbeddingOptions } from './patch-embedding.js'
export { l1Penalty, l2Penalty, type PenaltyOptions } from './penalties.js'
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AvgPool1d,
  AvgPool2d,
  MaxPool1d,
  MaxPool2d,
} from './pooling.js'
export * as prune from './prune/index.js'
export { GRU, LSTM, type Recurrence, type RecurrentOptions, RNN, type RNNOptions } from './recurrent.js'
export { GRUCell, LSTMCell, RNNCell } from './recurrent-cells.js'
export type { CellOptions, LSTMState, RNNCellOptions } from './recurrent-steps.js'
export { PixelShuffle, Upsample, type UpsampleOptions, ZeroPad2d } from './resize.js'
export { ContrastiveLoss, CosineEmbeddingLoss, InfoNCELoss, TripletMarginLoss } from './similarity-loss.js'
export { cloneStateDict, type LoadOptions, type LoadReport, type StateDict, toTorchNames } from './state-dict.js'
export { Summary, type SummaryInput, type SummaryRow } from './summary.js'
export {
  type DecoderMasks,
  type EncoderMasks,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
  type TransformerStackOptions,
} from './transformer.js'
