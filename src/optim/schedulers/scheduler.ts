// What all schedules share: the learning rate of each group as a function of the step.
import type { Optimizer } from '../optimizer.js'

/** The learning rate of step t (0, 1, 2, ...) of a group that was made with the rate `base`. */
export type RateOf = (t: number, base: number, group: number) => number

/**
 * The base of all schedules that are a function of time: lr(t) = rate(t, base), where t counts the calls of step().
 *
 * Step 0 holds from construction on. Where PyTorch goes from rate to rate, this computes each anew from the formula, so a rate that is
 * changed by hand in between does not last.
 *
 * @example
 * class Halving extends optim.LRScheduler {
 *   constructor(optimizer: optim.Optimizer) {
 *     super(optimizer, (t, base) => base * 0.5 ** t)
 *   }
 * }
 * @torch torch.optim.lr_scheduler.LRScheduler
 */
export class LRScheduler {
  readonly optimizer: Optimizer
  /** The rates that the groups were made with. */
  readonly baseLrs: number[]
  /** How many steps were made. */
  lastEpoch = 0
  readonly #rate: RateOf

  constructor(optimizer: Optimizer, rate: RateOf) {
    this.optimizer = optimizer
    this.baseLrs = optimizer.paramGroups.map(({ lr }) => lr)
    this.#rate = rate
    this.#apply()
  }

  /** The rates that are in force, one for each group. */
  get lastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr)
  }

  /** Goes on to the next step: call it after optimizer.step(). */
  step(): void {
    this.lastEpoch++
    this.#apply()
  }

  /** The rates of the first `steps` steps of a group, without making them: for a plot. */
  preview(steps: number, group = 0): Float64Array {
    return Float64Array.from({ length: steps }, (_, t) => this.#rate(t, this.baseLrs[group] as number, group))
  }

  #apply(): void {
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      group.lr = this.#rate(this.lastEpoch, this.baseLrs[i] ?? group.lr, i)
    }
  }
}
