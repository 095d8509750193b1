// Rates that fall along a cosine.

import { known, optionNames } from '../../tensor/options.js'
import type { Optimizer } from '../optimizer.js'
import { LRScheduler, needOption, needSteps } from './scheduler.js'

export interface CosineOptions {
  /** The lowest rate. 0. */
  readonly etaMin?: number | undefined
}

const COSINE_OPTIONS = optionNames<CosineOptions>()('etaMin')

/** From `high` at 0 to `low` at 1, along half a cosine: as much time near the top as near the bottom. */
const cosine = (high: number, low: number, share: number): number =>
  low + ((high - low) * (1 + Math.cos(Math.PI * share))) / 2

/**
 * Half a cosine from the rate down to etaMin in tMax steps: lr(t) = etaMin + (base - etaMin) (1 + cos(pi t / tMax)) / 2 (Loshchilov & Hutter
 * 2017, SGDR, eq. 5 without restarts). Beyond tMax it rises again, as PyTorch's does.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * new optim.CosineAnnealingLR(optimizer, 2).preview(3) // [1, 0.5, 0]
 * @torch torch.optim.lr_scheduler.CosineAnnealingLR
 */
export class CosineAnnealingLR extends LRScheduler {
  constructor(optimizer: Optimizer, tMax: number, options: CosineOptions = {}) {
    const { etaMin = 0 } = known('CosineAnnealingLR', options, COSINE_OPTIONS)
    needSteps('CosineAnnealingLR', 'tMax', tMax)
    super(optimizer, (t, base) => cosine(base, etaMin, t / tMax))
  }
}

export interface WarmRestartsOptions extends CosineOptions {
  /** Each round is so many times longer than the one before; a whole number. 1. */
  readonly tMult?: number | undefined
}

const WARM_RESTARTS_OPTIONS = optionNames<WarmRestartsOptions>()('tMult etaMin')

/**
 * Rounds of half a cosine, each from the top: lr(t) = etaMin + (base - etaMin) (1 + cos(pi s / T_i)) / 2, s steps into round i of
 * T_i = t0 tMult^i steps (Loshchilov & Hutter 2017, eq. 5).
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * new optim.CosineAnnealingWarmRestarts(optimizer, 2).preview(5) // [1, 0.5, 1, 0.5, 1]
 * @torch torch.optim.lr_scheduler.CosineAnnealingWarmRestarts
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  constructor(optimizer: Optimizer, t0: number, options: WarmRestartsOptions = {}) {
    const { tMult = 1, etaMin = 0 } = known('CosineAnnealingWarmRestarts', options, WARM_RESTARTS_OPTIONS)
    needSteps('CosineAnnealingWarmRestarts', 't0', t0)
    needSteps('CosineAnnealingWarmRestarts', 'tMult', tMult)
    super(optimizer, (t, base) => {
      let [round, into] = [t0, t]
      while (into >= round) {
        into -= round
        round *= tMult
      }
      return cosine(base, etaMin, into / round)
    })
  }
}

export interface WarmupCosineOptions {
  /** Steps of the warmup. */
  readonly warmup: number
  /** Steps of the whole training. */
  readonly total: number
  /** The rate at the end, as a part of the full rate. 0. */
  readonly floor?: number | undefined
}

const WARMUP_COSINE_OPTIONS = optionNames<WarmupCosineOptions>()('warmup total floor')

/**
 * A straight line up, then half a cosine down: the schedule of most transformers.
 *
 * lr(t) = base (t + 1) / warmup for t < warmup, so that step 0 moves too; then base (floor + (1 - floor) (1 + cos(pi s)) / 2) with
 * s = (t - warmup) / (total - warmup), cut off to [0, 1].
 *
 * Throws BAD_OPTION unless 0 <= warmup < total and 0 <= floor <= 1.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * optim.warmupCosine(optimizer, { warmup: 2, total: 4 }).preview(6) // [0.5, 1, 1, 0.5, 0, 0]
 * @torch none
 */
export function warmupCosine(optimizer: Optimizer, options: WarmupCosineOptions): LRScheduler {
  const { warmup, total, floor = 0 } = known('warmupCosine', options, WARMUP_COSINE_OPTIONS)
  needOption('warmupCosine', 'warmup', warmup, warmup >= 0 && warmup < total)
  needOption('warmupCosine', 'floor', floor, floor >= 0 && floor <= 1)
  return new LRScheduler(optimizer, (t, base) => {
    if (t < warmup) return (base * (t + 1)) / warmup
    return base * cosine(1, floor, Math.min(1, (t - warmup) / (total - warmup)))
  })
}
