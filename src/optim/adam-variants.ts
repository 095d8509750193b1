// Adam with other second moments, other momentum, another beginning.

import { branch, perCall } from '../tensor/live.js'
import { maximum } from '../tensor/ops/arithmetic.js'
import type { Tensor } from '../tensor/tensor.js'
import {
  decay,
  nextStep,
  Optimizer,
  type OptimizerParams,
  type ParamGroup,
  type ParamState,
  running,
  step,
  withL2,
} from './optimizer.js'

export interface MomentsOptions {
  /** Learning rate. */
  lr: number
  /** How much of the running means of gradient and squared gradient is kept. [0.9, 0.999]. */
  betas: readonly [number, number]
  /** Added to the denominator. 1e-8. */
  eps: number
  /** L2 penalty weightDecay/2 |p|^2, as part of the gradient; or where `decoupledWeightDecay` is set, p shrinks by lr weightDecay p. 0. */
  weightDecay: number
}

/** What these optimizers share: the checks of their options. */
abstract class WithMoments<O extends MomentsOptions> extends Optimizer<O> {
  protected override check(group: ParamGroup<O>): void {
    super.check(group)
    this.need(
      'betas',
      `[${group.betas.join(', ')}]`,
      group.betas.every(beta => beta >= 0 && beta < 1),
    )
    this.need('eps', group.eps, group.eps >= 0)
    this.need('weightDecay', group.weightDecay, group.weightDecay >= 0)
  }

  /** Weight decay, then the running means of gradient and squared gradient: g, m, v. */
  protected moments(
    p: Tensor,
    gradient: Tensor,
    group: ParamGroup<O> & { readonly decoupledWeightDecay: boolean },
    state: ParamState,
  ): { g: Tensor; m: Tensor; v: Tensor } {
    if (group.decoupledWeightDecay) decay(p, group)
    const g = group.decoupledWeightDecay ? gradient : withL2(gradient, p, group)
    const m = running(state, 'expAvg', p).lerp_(
      g,
      perCall(() => 1 - group.betas[0]),
    )
    const v = running(state, 'expAvgSq', p)
      .mul_(perCall(() => group.betas[1]))
      .addcmul_(g, g, { value: perCall(() => 1 - group.betas[1]) })
    return { g, m, v }
  }
}

/**
 * Adamax (Kingma & Ba 2015, algorithm 2): Adam with the greatest gradient, which fades, instead of the mean square:
 * u = max(b2 u, |g| + eps); p = p - lr / (1 - b1^t) m / u.
 *
 * @example
 * const w = tensor([1, 2], { requiresGrad: true })
 * const optimizer = new optim.Adamax([w], { lr: 0.5 })
 * w.square().sum().backward()
 * optimizer.step()
 * w // tensor([0.5000, 1.5000], requiresGrad=true)
 * @torch torch.optim.Adamax
 */
export class Adamax extends WithMoments<MomentsOptions> {
  constructor(params: OptimizerParams<MomentsOptions>, options: Partial<MomentsOptions> = {}) {
    super(params, { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 }, options)
  }

  protected override update(p: Tensor, gradient: Tensor, group: ParamGroup<MomentsOptions>, state: ParamState): void {
    nextStep(state)
    const g = withL2(gradient, p, group)
    const m = running(state, 'expAvg', p).lerp_(
      g,
      perCall(() => 1 - group.betas[0]),
    )
    const before = running(state, 'expInf', p).mul_(perCall(() => group.betas[1]))
    const u = before.copy_(maximum(before, g.abs().add_(group.eps)))
    p.addcdiv_(m, u, { value: perCall(() => -group.lr / (1 - group.betas[0] ** step(state))) })
  }
}

export interface NAdamOptions extends MomentsOptions {
  /** How fast momentum grows to beta1. 4e-3. */
  momentumDecay: number
  /** Weight decay beside the step, as AdamW's. False. */
  decoupledWeightDecay: boolean
}

/**
 * NAdam (Dozat 2016): Adam that looks ahead along its momentum, as Nesterov does.
 *
 * mu_t = b1 (1 - 0.96^(t momentumDecay) / 2), M_t = mu_1 ... mu_t; the step is lr ((1 - mu_t) g / (1 - M_t) + mu_(t+1) m / (1 - M_(t+1)))
 * / (sqrt(v') + eps).
 *
 * @example
 * const w = tensor([1, 2], { requiresGrad: true })
 * const optimizer = new optim.NAdam([w], { lr: 0.5 })
 * w.square().sum().backward()
 * optimizer.step()
 * w // tensor([0.4718, 1.4718], requiresGrad=true)
 * @torch torch.optim.NAdam
 */
export class NAdam extends WithMoments<NAdamOptions> {
  constructor(params: OptimizerParams<NAdamOptions>, options: Partial<NAdamOptions> = {}) {
    const own = { momentumDecay: 4e-3, decoupledWeightDecay: false }
    super(params, { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, ...own }, options)
  }

  protected override update(p: Tensor, gradient: Tensor, group: ParamGroup<NAdamOptions>, state: ParamState): void {
    nextStep(state)
    const mu = (t: number): number => group.betas[0] * (1 - 0.5 * 0.96 ** (t * group.momentumDecay))
    const now = (): number => mu(step(state))
    const next = (): number => mu(step(state) + 1)
    const product = (): number => (state.muProduct as number | undefined) ?? 1
    perCall(() => {
      state.muProduct = product() * now()
      return product()
    })
    const { g, m, v } = this.moments(p, gradient, group, state)
    const denominator = v
      .div(perCall(() => 1 - group.betas[1] ** step(state)))
      .sqrt_()
      .add_(group.eps)
    p.addcdiv_(g, denominator, { value: perCall(() => (-group.lr * (1 - now())) / (1 - product())) })
    p.addcdiv_(m, denominator, { value: perCall(() => (-group.lr * next()) / (1 - product() * next())) })
  }
}

export interface RAdamOptions extends MomentsOptions {
  /** Weight decay beside the step, as AdamW's. False. */
  decoupledWeightDecay: boolean
}

/**
 * RAdam (Liu et al. 2020, algorithm 2): Adam that begins as momentum alone, until its second moment has seen enough to be trusted.
 *
 * rho = 2 / (1 - b2) - 1, rho_t = rho - 2 t b2^t / (1 - b2^t); where rho_t > 5 the step lr m' / sqrt(v') is multiplied by
 * sqrt((rho_t - 4)(rho_t - 2) rho / ((rho - 4)(rho - 2) rho_t)); before, it is lr m'.
 *
 * @example
 * const w = tensor([1, 2], { requiresGrad: true })
 * const optimizer = new optim.RAdam([w], { lr: 0.125 })
 * w.square().sum().backward()
 * optimizer.step()
 * w // tensor([0.7500, 1.5000], requiresGrad=true)
 * @torch torch.optim.RAdam
 */
export class RAdam extends WithMoments<RAdamOptions> {
  constructor(params: OptimizerParams<RAdamOptions>, options: Partial<RAdamOptions> = {}) {
    super(params, { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, decoupledWeightDecay: false }, options)
  }

  protected override update(p: Tensor, gradient: Tensor, group: ParamGroup<RAdamOptions>, state: ParamState): void {
    const rho = (): number => 2 / (1 - group.betas[1]) - 1
    const seen = (t: number): number => 1 - group.betas[1] ** t
    const rhoAt = (t: number): number => rho() - (2 * t * group.betas[1] ** t) / seen(t)
    const early = branch(() => rhoAt(step(state) + 1) <= 5)
    nextStep(state)
    const { m, v } = this.moments(p, gradient, group, state)
    const length = (): number => group.lr / (1 - group.betas[0] ** step(state))
    if (early) {
      p.sub_(m.mul(perCall(length)))
      return
    }
    const rectified = (): number => {
      const [all, now] = [rho(), rhoAt(step(state))]
      return Math.sqrt(((now - 4) * (now - 2) * all) / ((all - 4) * (all - 2) * now))
    }
    const value = perCall(() => -length() * rectified() * Math.sqrt(seen(step(state))))
    p.addcdiv_(m, v.sqrt().add_(group.eps), { value })
  }
}
