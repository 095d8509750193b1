// The public face of `gradlab/optim`: optimizers, schedules, clipping.
export { OptimError, type OptimErrorCode } from './errors.js'
export {
  type GroupOptions,
  Optimizer,
  type OptimizerParams,
  type OptimizerState,
  type ParamGroup,
  type ParamState,
} from './optimizer.js'
export { LRScheduler, type RateOf } from './schedulers/scheduler.js'
export { StepLR } from './schedulers/step-lr.js'
export { SGD, type SGDOptions } from './sgd.js'
