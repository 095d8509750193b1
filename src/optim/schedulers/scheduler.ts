// What all schedules share: the learning rate of each group as a function of time.

import { OptimError } from '../errors.js'
import type { Optimizer, ParamGroup } from '../optimizer.js'

/** The learning rate of step t (0, 1, 2, ...) of a group that was made with the rate `base`. */
export type RateOf = (t: number, base: number, group: number) => number

/** A schedule as plain data. */
export interface SchedulerState {
  readonly lastEpoch: number
  readonly baseLrs: number[]
  readonly [more: string]: unknown
}

/** What a training loop asks of a schedule. */
export interface Scheduler {
  /** Goes on to the next step: call it after optimizer.step(). */
  step(metric?: number): void
  /** The rates that are in force, one for each group. */
  readonly lastLr: number[]
  stateDict(): SchedulerState
  loadStateDict(state: SchedulerState): void
}

/**
 * The base of all schedules that are a function of time: lr(t) = rate(t, base), where t counts the calls of step() and base is the rate that
 * a group was made with. The rate of step 0 holds from construction on.
 *
 * Throws BAD_OPTION for what is no optimizer, STATE_DICT for a state of other groups.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * const halving = new optim.LRScheduler(optimizer, (t, base) => base * 0.5 ** t)
 * halving.preview(4) // [1, 0.5, 0.25, 0.125]
 * @torch torch.optim.lr_scheduler.LRScheduler
 * @differs each rate is computed anew from the formula: one that was changed by hand in between does not last
 */
export class LRScheduler implements Scheduler {
  readonly optimizer: Optimizer
  /** The rates that the groups were made with. */
  baseLrs: number[]
  /** How many steps were made. */
  lastEpoch = 0
  readonly #rate: RateOf

  constructor(optimizer: Optimizer, rate: RateOf) {
    needOptimizer(new.target.name, optimizer)
    this.optimizer = optimizer
    this.baseLrs = optimizer.paramGroups.map(initialRate)
    this.#rate = rate
    this.apply()
  }

  get lastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr)
  }

  /** The rate of step t of a group, whether it was reached or not. */
  rateAt(t: number, group = 0): number {
    return this.#rate(t, this.baseLrs[group] as number, group)
  }

  /** Goes on to the next step: call it after optimizer.step(). */
  step(): void {
    this.lastEpoch++
    this.apply()
  }

  /** The rates of the first `steps` steps of a group, without making them: for a plot. */
  preview(steps: number, group = 0): Float64Array {
    return Float64Array.from({ length: steps }, (_, t) => this.rateAt(t, group))
  }

  stateDict(): SchedulerState {
    return { lastEpoch: this.lastEpoch, baseLrs: [...this.baseLrs] }
  }

  loadStateDict({ lastEpoch, baseLrs }: SchedulerState): void {
    if (baseLrs.length !== this.optimizer.paramGroups.length) {
      throw new OptimError(
        'STATE_DICT',
        `${this.constructor.name}: a state of ${baseLrs.length} groups, and an optimizer of ${this.optimizer.paramGroups.length}.`,
      )
    }
    this.lastEpoch = lastEpoch
    this.baseLrs = [...baseLrs]
    this.apply()
  }

  /** Gives all groups their rates of now. */
  protected apply(): void {
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      // A group that was added later has its own rate as base.
      this.baseLrs[i] ??= initialRate(group)
      group.lr = this.rateAt(this.lastEpoch, i)
    }
  }
}

/** The rate that a group was made with: noted where the first schedule begins, so that a second one starts from the same. */
function initialRate(group: ParamGroup<{ lr: number }> & { initialLr?: number }): number {
  group.initialLr ??= group.lr
  return group.initialLr
}

export function needOptimizer(name: string, optimizer: unknown): asserts optimizer is Optimizer {
  if (typeof optimizer === 'object' && optimizer !== null && 'paramGroups' in optimizer) return
  throw new OptimError('BAD_OPTION', `${name}: the first argument must be an optimizer.`, {
    next: 'Make it first: new optim.SGD(model.parameters(), { lr: 0.1 }).',
  })
}

/** Throws BAD_OPTION unless `holds`. */
export function needOption(name: string, option: string, value: unknown, holds: boolean): void {
  if (holds) return
  throw new OptimError('BAD_OPTION', `${name}: ${option} = ${String(value)} is out of range.`, {
    next: 'The docstring says which values it takes.',
  })
}

/** Throws BAD_OPTION unless a number of steps is whole and at least 1. */
export function needSteps(name: string, option: string, value: number): void {
  needOption(name, option, value, Number.isInteger(value) && value >= 1)
}
