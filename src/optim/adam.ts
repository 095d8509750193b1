// Adam and its relatives: a step for each number, as long as its gradients have been steady.
import { perCall } from '../tensor/live.js'
import { maximum } from '../tensor/ops/arithmetic.js'
import { known } from '../tensor/options.js'
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

export interface AdamOptions {
  /** Learning rate. 1e-3. */
  lr: number
  /** How much of the running means of gradient and squared gradient is kept at each step. [0.9, 0.999]. */
  betas: readonly [number, number]
  /** Added to the denominator. 1e-8. */
  eps: number
  /** Adam: L2 penalty weightDecay/2 |p|^2, as part of the gradient; AdamW: shrinks p by lr weightDecay p. 0; AdamW 1e-2. */
  weightDecay: number
  /** Divide by the greatest second moment so far (Reddi 2018). False. */
  amsgrad: boolean
  /** Go up instead of down. False. */
  maximize: boolean
}

const DEFAULTS: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1): steps of about lr in each direction.
 *
 * m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2 (the uncentred second moment), corrected for their start at 0: m' = m / (1 - b1^t),
 * v' = v / (1 - b2^t); p = p - lr m' / (sqrt(v') + eps). With amsgrad v is replaced by its greatest value so far.
 *
 * @example
 * const w = tensor([1, 2], { requiresGrad: true })
 * const optimizer = new optim.Adam([w], { lr: 0.5 })
 * w.square().sum().backward()
 * optimizer.step()
 * w // tensor([0.5000, 1.5000], requiresGrad=true)
 * @torch torch.optim.Adam
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(params: OptimizerParams<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, DEFAULTS, options)
  }

  protected override check(group: ParamGroup<AdamOptions>): void {
    super.check(group)
    const [beta1, beta2] = group.betas
    this.need('betas', `[${group.betas.join(', ')}]`, beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)
    this.need('eps', group.eps, group.eps >= 0)
    this.need('weightDecay', group.weightDecay, group.weightDecay >= 0)
  }

  protected override update(p: Tensor, gradient: Tensor, group: ParamGroup<AdamOptions>, state: ParamState): void {
    const { eps, amsgrad, maximize } = group
    nextStep(state)
    const g = this.decayed(p, maximize ? gradient.neg() : gradient, group)
    const m = running(state, 'expAvg', p).lerp_(
      g,
      perCall(() => 1 - group.betas[0]),
    )
    let v = running(state, 'expAvgSq', p)
      .mul_(perCall(() => group.betas[1]))
      .addcmul_(g, g, { value: perCall(() => 1 - group.betas[1]) })
    if (amsgrad) {
      const greatest = running(state, 'maxExpAvgSq', p)
      v = greatest.copy_(maximum(greatest, v))
    }
    const denominator = v
      .sqrt()
      .div_(perCall(() => Math.sqrt(1 - group.betas[1] ** step(state))))
      .add_(eps)
    p.addcdiv_(m, denominator, { value: perCall(() => -group.lr / (1 - group.betas[0] ** step(state))) })
  }

  /** The gradient that is used: with the L2 penalty. */
  protected decayed(p: Tensor, g: Tensor, group: ParamGroup<AdamOptions>): Tensor {
    return withL2(g, p, group)
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2): p shrinks by lr weightDecay p beside the step, so that all
 * weights decay alike, however large their gradients.
 *
 * @example
 * const w = tensor([1, 2], { requiresGrad: true })
 * const optimizer = new optim.AdamW([w], { lr: 0.5, weightDecay: 0.1 })
 * w.square().sum().backward()
 * optimizer.step()
 * w // tensor([0.4500, 1.4000], requiresGrad=true)
 * @torch torch.optim.AdamW
 */
export class AdamW extends Adam {
  constructor(params: OptimizerParams<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, { ...known('AdamW', options, DEFAULTS), weightDecay: options.weightDecay ?? 1e-2 })
  }

  protected override decayed(p: Tensor, g: Tensor, group: ParamGroup<AdamOptions>): Tensor {
    decay(p, group)
    return g
  }
}
