// Stochastic gradient descent.
import { branch, perCall } from '../tensor/live.js'
import type { Tensor } from '../tensor/tensor.js'
import { Optimizer, type OptimizerParams, type ParamGroup, type ParamState, remembered, withL2 } from './optimizer.js'

export interface SGDOptions {
  /** Learning rate. 1e-3. */
  lr: number
  /** Share of the last step that goes on. 0. */
  momentum: number
  /** Share of the gradient that is left out of the momentum. 0. */
  dampening: number
  /** L2 penalty weightDecay/2 |p|^2, as part of the gradient. 0. */
  weightDecay: number
  /** Look ahead along the momentum (Nesterov 1983). False. */
  nesterov: boolean
  /** Go up instead of down. False. */
  maximize: boolean
}

/**
 * Stochastic gradient descent (Robbins & Monro 1951), with momentum (Polyak 1964; Sutskever 2013).
 *
 * g = gradient + weightDecay p; b = momentum b + (1 - dampening) g, at the first step b = g; p = p - lr b, with `nesterov`
 * p = p - lr (g + momentum b).
 *
 * @example
 * const w = tensor([1, 2], { requiresGrad: true })
 * const optimizer = new optim.SGD([w], { lr: 0.5 })
 * w.square().sum().backward()
 * optimizer.step()
 * w // tensor([0., 0.], requiresGrad=true)
 * @torch torch.optim.SGD
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: OptimizerParams<SGDOptions>, options: Partial<SGDOptions> = {}) {
    super(params, { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false }, options)
  }

  protected override check(group: ParamGroup<SGDOptions>): void {
    const { momentum, dampening, weightDecay, nesterov } = group
    super.check(group)
    this.need('momentum', momentum, momentum >= 0)
    this.need('weightDecay', weightDecay, weightDecay >= 0)
    this.need(
      'nesterov',
      `${nesterov}, momentum = ${momentum}, dampening = ${dampening}`,
      !nesterov || (momentum > 0 && dampening === 0),
    )
  }

  protected override update(p: Tensor, gradient: Tensor, group: ParamGroup<SGDOptions>, state: ParamState): void {
    let g = withL2(group.maximize ? gradient.neg() : gradient, p, group)
    if (branch(() => group.momentum !== 0)) {
      const momentum = perCall(() => group.momentum)
      const before = remembered(state, 'momentumBuffer')
      const b = before === undefined ? g.clone() : before.mul_(momentum).add_(g.mul(perCall(() => 1 - group.dampening)))
      state.momentumBuffer = b
      g = group.nesterov ? g.add(b.mul(momentum)) : b
    }
    p.sub_(g.mul(perCall(() => group.lr)))
  }
}
