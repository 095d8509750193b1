// Optimizers for large batches and large models: layers with steps of their own length, and steps of one length for all.
import { perCall } from '../tensor/live.js'
import { div, mul } from '../tensor/ops/arithmetic.js'
import { where } from '../tensor/ops/choose.js'
import { gt } from '../tensor/ops/compare.js'
import { norm } from '../tensor/ops/reduce.js'
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

export interface LionOptions {
  /** Learning rate: each number moves by just this. A tenth to a third of AdamW's. 1e-4. */
  lr: number
  /** How much of the running mean is kept: in the step, and in memory. [0.9, 0.99]. */
  betas: readonly [number, number]
  /** p shrinks by lr weightDecay p. 0. */
  weightDecay: number
}

/**
 * Lion (Chen et al. 2023, algorithm 2): u = sign(b1 m + (1 - b1) g); p = p - lr (u + weightDecay p); m = b2 m + (1 - b2) g. Half of Adam's
 * memory, and every step equally long.
 *
 * @example
 * const w = tensor([1, -2], { requiresGrad: true })
 * const optimizer = new optim.Lion([w], { lr: 0.25 })
 * w.square().sum().backward()
 * optimizer.step()
 * w // tensor([ 0.7500, -1.7500], requiresGrad=true)
 * @torch none
 */
export class Lion extends Optimizer<LionOptions> {
  constructor(params: OptimizerParams<LionOptions>, options: Partial<LionOptions> = {}) {
    super(params, { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0 }, options)
  }

  protected override check(group: ParamGroup<LionOptions>): void {
    super.check(group)
    this.need(
      'betas',
      `[${group.betas.join(', ')}]`,
      group.betas.every(beta => beta >= 0 && beta < 1),
    )
    this.need('weightDecay', group.weightDecay, group.weightDecay >= 0)
  }

  protected override update(p: Tensor, g: Tensor, group: ParamGroup<LionOptions>, state: ParamState): void {
    const m = running(state, 'expAvg', p)
    const direction = m
      .lerp(
        g,
        perCall(() => 1 - group.betas[0]),
      )
      .sign()
    decay(p, group)
    p.sub_(direction.mul(perCall(() => group.lr)))
    m.lerp_(
      g,
      perCall(() => 1 - group.betas[1]),
    )
  }
}

export interface LARSOptions {
  /** Learning rate. 0.1. */
  lr: number
  /** Share of the last step that goes on. 0.9. */
  momentum: number
  /** L2 penalty weightDecay/2 |p|^2, as part of the gradient. 0. */
  weightDecay: number
  /** How far a layer may move, as a share of its own length. 1e-3. */
  trustCoefficient: number
  /** Scale the step by the layer's length; say false in the group of biases and normalisation gains. True. */
  adapt: boolean
}

/**
 * LARS (You, Gitman & Ginsburg 2017, eq. 6 and algorithm 1): momentum, each layer with its own rate
 * trust |p| / (|g| + weightDecay |p|), so that no layer moves far compared with its length.
 *
 * b = momentum b + lr trust ratio (g + weightDecay p); p = p - b. A layer of zeros, or without gradient, has ratio 1.
 *
 * @example
 * const w = tensor([3, 4], { requiresGrad: true })
 * const optimizer = new optim.LARS([w], { lr: 1, trustCoefficient: 0.1 })
 * w.square().sum().backward()
 * optimizer.step()
 * w // tensor([2.7000, 3.6000], requiresGrad=true)
 * @torch none
 */
export class LARS extends Optimizer<LARSOptions> {
  constructor(params: OptimizerParams<LARSOptions>, options: Partial<LARSOptions> = {}) {
    super(params, { lr: 0.1, momentum: 0.9, weightDecay: 0, trustCoefficient: 1e-3, adapt: true }, options)
  }

  protected override check(group: ParamGroup<LARSOptions>): void {
    super.check(group)
    for (const name of ['momentum', 'weightDecay', 'trustCoefficient'] as const)
      this.need(name, group[name], group[name] >= 0)
  }

  protected override update(p: Tensor, gradient: Tensor, group: ParamGroup<LARSOptions>, state: ParamState): void {
    const lr = perCall(() => group.lr)
    const g = withL2(gradient, p, group)
    const b = running(state, 'momentumBuffer', p).mul_(perCall(() => group.momentum))
    const [length, slope] = [norm(p), norm(gradient)]
    const decayed = slope.add(length.mul(perCall(() => group.weightDecay)))
    const ratio = trusted(length, slope, length.mul(group.trustCoefficient).div(decayed))
    p.sub_(b.add_(g.mul(group.adapt ? ratio.mul(lr) : lr)))
  }
}

export interface LAMBOptions {
  /** Learning rate. 1e-3. */
  lr: number
  /** How much of the running means of gradient and squared gradient is kept. [0.9, 0.999]. */
  betas: readonly [number, number]
  /** Added to the denominator. 1e-6. */
  eps: number
  /** Weight decay, as part of the step whose length is scaled. 0. */
  weightDecay: number
  /** Scale the step by the layer's length; say false in the group of biases and normalisation gains. True. */
  adapt: boolean
}

/**
 * LAMB (You et al. 2020, algorithm 2): Adam, each layer's step as long as the layer: u = m' / (sqrt(v') + eps) + weightDecay p;
 * p = p - lr |p| / |u| u. A layer of zeros, or without a step, has ratio 1.
 *
 * @example
 * const w = tensor([3, 4], { requiresGrad: true })
 * const optimizer = new optim.LAMB([w], { lr: 0.1 })
 * w.square().sum().backward()
 * optimizer.step()
 * w // tensor([2.6464, 3.6464], requiresGrad=true)
 * @torch none
 */
export class LAMB extends Optimizer<LAMBOptions> {
  constructor(params: OptimizerParams<LAMBOptions>, options: Partial<LAMBOptions> = {}) {
    super(params, { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-6, weightDecay: 0, adapt: true }, options)
  }

  protected override check(group: ParamGroup<LAMBOptions>): void {
    super.check(group)
    this.need(
      'betas',
      `[${group.betas.join(', ')}]`,
      group.betas.every(beta => beta >= 0 && beta < 1),
    )
    for (const name of ['eps', 'weightDecay'] as const) this.need(name, group[name], group[name] >= 0)
  }

  protected override update(p: Tensor, g: Tensor, group: ParamGroup<LAMBOptions>, state: ParamState): void {
    nextStep(state)
    const corrected = (x: Tensor, which: 0 | 1): Tensor => x.div(perCall(() => 1 - group.betas[which] ** step(state)))
    const m = running(state, 'expAvg', p).lerp_(
      g,
      perCall(() => 1 - group.betas[0]),
    )
    const v = running(state, 'expAvgSq', p)
      .mul_(perCall(() => group.betas[1]))
      .addcmul_(g, g, { value: perCall(() => 1 - group.betas[1]) })
    const adam = corrected(m, 0).div_(corrected(v, 1).sqrt_().add_(group.eps))
    const u = withL2(adam, p, group)
    const lr = perCall(() => group.lr)
    const [length, reach] = [norm(p), norm(u)]
    p.sub_(mul(u, group.adapt ? trusted(length, reach, div(length, reach)).mul(lr) : lr))
  }
}

/** The ratio where both lengths are above 0, else 1; computed with tensors, so that nothing is read on the way. */
const trusted = (length: Tensor, other: Tensor, ratio: Tensor): Tensor => where(gt(mul(length, other), 0), ratio, 1)
