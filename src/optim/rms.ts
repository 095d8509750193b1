// Steps scaled by the size of the gradients: running means of their squares, or their sum.
import { branch, perCall } from '../tensor/live.js'
import type { Tensor } from '../tensor/tensor.js'
import {
  nextStep,
  Optimizer,
  type OptimizerParams,
  type ParamGroup,
  type ParamState,
  running,
  step,
  withL2,
} from './optimizer.js'

export interface RMSpropOptions {
  /** Learning rate. 1e-2. */
  lr: number
  /** How much of the running mean of squares is kept. 0.99. */
  alpha: number
  /** Added to the denominator. 1e-8. */
  eps: number
  /** L2 penalty weightDecay/2 |p|^2, as part of the gradient. 0. */
  weightDecay: number
  /** Share of the last step that goes on. 0. */
  momentum: number
  /** Divide by the spread of the gradients instead of their size. False. */
  centered: boolean
}

/**
 * RMSprop (Hinton 2012, lecture 6e; centered: Graves 2013, eq. 38-45): v = alpha v + (1 - alpha) g^2; p = p - lr g / (sqrt(v) + eps).
 *
 * Centered takes sqrt(v - mean(g)^2). With momentum the quotient is added up: b = momentum b + g / (sqrt(v) + eps); p = p - lr b.
 *
 * @example
 * const w = tensor([1, 2], { requiresGrad: true })
 * const optimizer = new optim.RMSprop([w], { lr: 0.01, alpha: 0.75 })
 * w.square().sum().backward()
 * optimizer.step()
 * w // tensor([0.9800, 1.9800], requiresGrad=true)
 * @torch torch.optim.RMSprop
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(params: OptimizerParams<RMSpropOptions>, options: Partial<RMSpropOptions> = {}) {
    super(params, { lr: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false }, options)
  }

  protected override check(group: ParamGroup<RMSpropOptions>): void {
    super.check(group)
    for (const name of ['alpha', 'eps', 'weightDecay', 'momentum'] as const)
      this.need(name, group[name], group[name] >= 0)
  }

  protected override update(p: Tensor, gradient: Tensor, group: ParamGroup<RMSpropOptions>, state: ParamState): void {
    const { eps, centered } = group
    const [alpha, rest] = [perCall(() => group.alpha), perCall(() => 1 - group.alpha)]
    const g = withL2(gradient, p, group)
    const v = running(state, 'squareAvg', p).mul_(alpha).addcmul_(g, g, { value: rest })
    const spread = centered ? v.sub(running(state, 'gradAvg', p).lerp_(g, rest).square()) : v
    let step = g.div(spread.sqrt().add_(eps))
    if (branch(() => group.momentum > 0)) {
      step = running(state, 'momentumBuffer', p)
        .mul_(perCall(() => group.momentum))
        .add_(step)
    }
    p.sub_(step.mul(perCall(() => group.lr)))
  }
}

export interface AdagradOptions {
  /** Learning rate. 1e-2. */
  lr: number
  /** The rate of step t is lr / (1 + (t - 1) lrDecay). 0. */
  lrDecay: number
  /** L2 penalty weightDecay/2 |p|^2, as part of the gradient. 0. */
  weightDecay: number
  /** Where the sums of squares begin. 0. */
  initialAccumulatorValue: number
  /** Added to the denominator. 1e-10. */
  eps: number
}

/**
 * Adagrad (Duchi, Hazan & Singer 2011): s = s + g^2; p = p - lr g / (sqrt(s) + eps). Steps only get smaller; rare features keep large ones.
 *
 * @example
 * const w = tensor([1, 2], { requiresGrad: true })
 * const optimizer = new optim.Adagrad([w], { lr: 0.5 })
 * w.square().sum().backward()
 * optimizer.step()
 * w // tensor([0.5000, 1.5000], requiresGrad=true)
 * @torch torch.optim.Adagrad
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(params: OptimizerParams<AdagradOptions>, options: Partial<AdagradOptions> = {}) {
    super(params, { lr: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 }, options)
  }

  protected override check(group: ParamGroup<AdagradOptions>): void {
    super.check(group)
    for (const name of ['lrDecay', 'weightDecay', 'initialAccumulatorValue', 'eps'] as const) {
      this.need(name, group[name], group[name] >= 0)
    }
  }

  protected override update(p: Tensor, gradient: Tensor, group: ParamGroup<AdagradOptions>, state: ParamState): void {
    const { initialAccumulatorValue, eps } = group
    nextStep(state)
    const g = withL2(gradient, p, group)
    const s = running(state, 'sum', p, initialAccumulatorValue).addcmul_(g, g)
    p.addcdiv_(g, s.sqrt().add_(eps), { value: perCall(() => -group.lr / (1 + (step(state) - 1) * group.lrDecay)) })
  }
}

export interface AdadeltaOptions {
  /** Learning rate: a factor of steps that have their own size. 1. */
  lr: number
  /** How much of the running means is kept. 0.9. */
  rho: number
  /** Added under the roots. 1e-6. */
  eps: number
  /** L2 penalty weightDecay/2 |p|^2, as part of the gradient. 0. */
  weightDecay: number
}

/**
 * Adadelta (Zeiler 2012, algorithm 1): v = rho v + (1 - rho) g^2; d = sqrt(u + eps) / sqrt(v + eps) g; u = rho u + (1 - rho) d^2; p = p - lr d.
 * The size of the steps comes from the steps before, so there is hardly a rate to choose.
 *
 * @example
 * const w = tensor([1, 2], { requiresGrad: true })
 * const optimizer = new optim.Adadelta([w], { eps: 1e-2 })
 * w.square().sum().backward()
 * optimizer.step()
 * w // tensor([0.6877, 1.6848], requiresGrad=true)
 * @torch torch.optim.Adadelta
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(params: OptimizerParams<AdadeltaOptions>, options: Partial<AdadeltaOptions> = {}) {
    super(params, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0 }, options)
  }

  protected override check(group: ParamGroup<AdadeltaOptions>): void {
    super.check(group)
    this.need('rho', group.rho, group.rho >= 0 && group.rho <= 1)
    for (const name of ['eps', 'weightDecay'] as const) this.need(name, group[name], group[name] >= 0)
  }

  protected override update(p: Tensor, gradient: Tensor, group: ParamGroup<AdadeltaOptions>, state: ParamState): void {
    const { eps } = group
    const [rho, rest] = [perCall(() => group.rho), perCall(() => 1 - group.rho)]
    const g = withL2(gradient, p, group)
    const v = running(state, 'squareAvg', p).mul_(rho).addcmul_(g, g, { value: rest })
    const u = running(state, 'accDelta', p)
    const step = u.add(eps).sqrt_().div_(v.add(eps).sqrt_()).mul_(g)
    u.mul_(rho).addcmul_(step, step, { value: rest })
    p.sub_(step.mul(perCall(() => group.lr)))
  }
}
