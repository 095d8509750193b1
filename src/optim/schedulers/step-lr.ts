// Rates that fall in steps.
import type { Optimizer } from '../optimizer.js'
import { LRScheduler } from './scheduler.js'

/**
 * Multiplies the rate by gamma every `stepSize` steps: lr(t) = base gamma^floor(t / stepSize).
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * new optim.StepLR(optimizer, 2).preview(4) // [1, 1, 0.1, 0.1]
 * @torch torch.optim.lr_scheduler.StepLR
 */
export class StepLR extends LRScheduler {
  constructor(optimizer: Optimizer, stepSize: number, { gamma = 0.1 }: { gamma?: number } = {}) {
    super(optimizer, (t, base) => base * gamma ** Math.floor(t / stepSize))
  }
}
