// Schedules made of schedules.

import { known, optionNames } from '../../tensor/options.js'
import { OptimError } from '../errors.js'
import type { Optimizer } from '../optimizer.js'
import { LRScheduler, needOption, type Scheduler, type SchedulerState } from './scheduler.js'

/**
 * Schedules one after the other: from milestone i on, schedule i + 1 counts from its own step 0.
 *
 * Throws BAD_OPTION unless milestones rise and are one fewer than the schedules, or where these belong to other optimizers.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * const warmup = new optim.LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 })
 * const decay = new optim.ExponentialLR(optimizer, 0.5)
 * new optim.SequentialLR(optimizer, [warmup, decay], [2]).preview(5) // [0.5, 0.75, 1, 0.5, 0.25]
 * @torch torch.optim.lr_scheduler.SequentialLR
 */
export class SequentialLR extends LRScheduler {
  constructor(optimizer: Optimizer, schedulers: readonly LRScheduler[], milestones: readonly number[]) {
    needParts('SequentialLR', optimizer, schedulers)
    needOption(
      'SequentialLR',
      'milestones',
      `[${milestones.join(', ')}]`,
      isRising(milestones) && milestones.length === schedulers.length - 1,
    )
    super(optimizer, (t, _, group) => {
      const at = milestones.filter(milestone => t >= milestone).length
      return (schedulers[at] as LRScheduler).rateAt(t - (milestones[at - 1] ?? 0), group)
    })
  }
}

/**
 * Schedules at the same time: their factors multiply. lr(t) = base (rate_1(t) / base) (rate_2(t) / base) ...
 *
 * Throws BAD_OPTION where they belong to other optimizers.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * const parts = [new optim.ConstantLR(optimizer, { factor: 0.5, totalIters: 1 }), new optim.ExponentialLR(optimizer, 0.5)]
 * new optim.ChainedScheduler(parts).preview(3) // [0.5, 0.5, 0.25]
 * @torch torch.optim.lr_scheduler.ChainedScheduler
 */
export class ChainedScheduler extends LRScheduler {
  constructor(schedulers: readonly LRScheduler[], optimizer: Optimizer | undefined = schedulers[0]?.optimizer) {
    needParts('ChainedScheduler', optimizer, schedulers)
    super(optimizer as Optimizer, (t, base, group) =>
      schedulers.reduce((rate, part) => (base === 0 ? 0 : (rate * part.rateAt(t, group)) / base), base),
    )
  }
}

function needParts(name: string, optimizer: Optimizer | undefined, schedulers: readonly LRScheduler[]): void {
  needOption(name, 'schedulers', `[${schedulers.length}]`, schedulers.length > 0)
  if (schedulers.every(part => part.optimizer === optimizer)) return
  throw new OptimError('BAD_OPTION', `${name}: its schedules belong to different optimizers.`)
}

const isRising = (numbers: readonly number[]): boolean =>
  numbers.every((n, i) => i === 0 || n > (numbers[i - 1] as number))

export interface PlateauOptions {
  /** Whether a lower or a higher metric is better. 'min'. */
  readonly mode?: 'min' | 'max' | undefined
  /** What the rate is multiplied by. 0.1. */
  readonly factor?: number | undefined
  /** How many steps without a better metric are borne. 10. */
  readonly patience?: number | undefined
  /** How much better counts as better. 1e-4. */
  readonly threshold?: number | undefined
  /** The threshold as a share of the best metric ('rel') or as such ('abs'). 'rel'. */
  readonly thresholdMode?: 'rel' | 'abs' | undefined
  /** Steps to wait after the rate has fallen. 0. */
  readonly cooldown?: number | undefined
  /** The lowest rate: one, or one for each group. 0. */
  readonly minLr?: number | readonly number[] | undefined
  /** A fall by less than this is left out. 1e-8. */
  readonly eps?: number | undefined
}

const PLATEAU_OPTIONS = optionNames<PlateauOptions>()('mode factor patience threshold thresholdMode cooldown minLr eps')

type Complete = { readonly [K in keyof PlateauOptions]-?: NonNullable<PlateauOptions[K]> }

/**
 * Lowers the rate when a metric no longer gets better: after more than `patience` steps without a new best value, lr = max(lr factor, minLr).
 * Call `step(metric)` once in an epoch, with the validation loss for one.
 *
 * Throws BAD_OPTION for a factor from 1 or what is no number.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * const plateau = new optim.ReduceLROnPlateau(optimizer, { patience: 1 })
 * for (const loss of [2, 2, 2]) plateau.step(loss)
 * plateau.lastLr // [0.1]
 * @torch torch.optim.lr_scheduler.ReduceLROnPlateau
 */
export class ReduceLROnPlateau implements Scheduler {
  readonly optimizer: Optimizer
  readonly #options: Complete
  /** The best metric so far. */
  best: number
  /** Steps since then. */
  numBadEpochs = 0
  #cooldown = 0
  lastEpoch = 0

  constructor(optimizer: Optimizer, options: PlateauOptions = {}) {
    known('ReduceLROnPlateau', options, PLATEAU_OPTIONS)
    const defaults = {
      mode: 'min',
      factor: 0.1,
      patience: 10,
      threshold: 1e-4,
      thresholdMode: 'rel',
      cooldown: 0,
      minLr: 0,
      eps: 1e-8,
    } as const
    this.optimizer = optimizer
    this.#options = { ...defaults, ...options } as Complete
    const { factor, mode, thresholdMode } = this.#options
    needOption('ReduceLROnPlateau', 'factor', factor, factor < 1)
    needOption('ReduceLROnPlateau', 'mode', mode, mode === 'min' || mode === 'max')
    needOption('ReduceLROnPlateau', 'thresholdMode', thresholdMode, thresholdMode === 'rel' || thresholdMode === 'abs')
    this.best = mode === 'min' ? Infinity : -Infinity
  }

  get lastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr)
  }

  step(metric: number): void {
    needOption('ReduceLROnPlateau.step', 'metric', metric, typeof metric === 'number')
    const { patience, cooldown } = this.#options
    this.lastEpoch++
    if (this.#isBetter(metric)) {
      this.best = metric
      this.numBadEpochs = 0
    } else this.numBadEpochs++
    if (this.#cooldown > 0) {
      this.#cooldown--
      this.numBadEpochs = 0
    }
    if (this.numBadEpochs <= patience) return
    this.#reduce()
    this.#cooldown = cooldown
    this.numBadEpochs = 0
  }

  stateDict(): SchedulerState {
    const { best, numBadEpochs, lastEpoch } = this
    // JSON has no Infinity.
    return { lastEpoch, baseLrs: this.lastLr, best: String(best), numBadEpochs, cooldown: this.#cooldown }
  }

  loadStateDict(state: SchedulerState): void {
    this.lastEpoch = state.lastEpoch
    this.best = Number(state.best)
    this.numBadEpochs = Number(state.numBadEpochs)
    this.#cooldown = Number(state.cooldown)
    for (const [i, group] of this.optimizer.paramGroups.entries()) group.lr = state.baseLrs[i] ?? group.lr
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options
    const sign = mode === 'min' ? -1 : 1
    const bar = thresholdMode === 'rel' ? this.best * (1 + sign * threshold) : this.best + sign * threshold
    return mode === 'min' ? metric < bar : metric > bar
  }

  #reduce(): void {
    const { factor, minLr, eps } = this.#options
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      const least = typeof minLr === 'number' ? minLr : (minLr[i] as number)
      const lower = Math.max(group.lr * factor, least)
      if (group.lr - lower > eps) group.lr = lower
    }
  }
}
