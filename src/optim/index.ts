// The public face of `gradlab/optim`: optimizers, schedules, clipping.
export { type AccumulateOptions, accumulate } from './accumulate.js'
export { Adam, type AdamOptions, AdamW } from './adam.js'
export { Adamax, type MomentsOptions, NAdam, type NAdamOptions, RAdam, type RAdamOptions } from './adam-variants.js'
export { EMA, type EMAOptions, SWA, updateBatchNorm } from './averages.js'
export { type ClipOptions, clipGradNorm, clipGradValue, getTotalNorm } from './clip.js'
export { OptimError, type OptimErrorCode } from './errors.js'
export { GradScaler, type GradScalerOptions, type GradScalerState } from './grad-scaler.js'
export { LAMB, type LAMBOptions, LARS, type LARSOptions, Lion, type LionOptions } from './large-batch.js'
export { type LrRange, type LrRangeTestOptions, lrRangeTest } from './lr-range-test.js'
export {
  type GroupOptions,
  Optimizer,
  type OptimizerParams,
  type OptimizerState,
  type ParamGroup,
  type ParamState,
  type TorchOptimizerState,
} from './optimizer.js'
export {
  Adadelta,
  type AdadeltaOptions,
  Adagrad,
  type AdagradOptions,
  RMSprop,
  type RMSpropOptions,
} from './rms.js'
export { SAM, type SAMOptions } from './sam.js'
export {
  ChainedScheduler,
  type PlateauOptions,
  ReduceLROnPlateau,
  SequentialLR,
} from './schedulers/combined.js'
export {
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  type CosineOptions,
  type WarmRestartsOptions,
  type WarmupCosineOptions,
  warmupCosine,
} from './schedulers/cosine.js'
export { CyclicLR, type CyclicOptions, OneCycleLR, type OneCycleOptions } from './schedulers/cycles.js'
export {
  ConstantLR,
  type ConstantLROptions,
  ExponentialLR,
  type FactorOf,
  type GammaOptions,
  LambdaLR,
  LinearLR,
  type LinearLROptions,
  MultiplicativeLR,
  MultiStepLR,
  PolynomialLR,
  type PolynomialLROptions,
  StepLR,
} from './schedulers/decay.js'
export { LRScheduler, type RateOf, type Scheduler, type SchedulerState } from './schedulers/scheduler.js'
export { SGD, type SGDOptions } from './sgd.js'
