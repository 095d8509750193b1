// Rates that fall by a factor: in steps, all the time, or as a function says.

import { known, optionNames } from '../../tensor/options.js'
import type { Optimizer } from '../optimizer.js'
import { LRScheduler, needOption, needSteps } from './scheduler.js'

export interface GammaOptions {
  /** The factor. 0.1. */
  readonly gamma?: number | undefined
}

const GAMMA_OPTIONS = optionNames<GammaOptions>()('gamma')

/**
 * Multiplies the rate by gamma every `stepSize` steps: lr(t) = base gamma^floor(t / stepSize).
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * new optim.StepLR(optimizer, 2).preview(4) // [1, 1, 0.1, 0.1]
 * @torch torch.optim.lr_scheduler.StepLR
 */
export class StepLR extends LRScheduler {
  constructor(optimizer: Optimizer, stepSize: number, options: GammaOptions = {}) {
    const { gamma = 0.1 } = known('StepLR', options, GAMMA_OPTIONS)
    needSteps('StepLR', 'stepSize', stepSize)
    super(optimizer, (t, base) => base * gamma ** Math.floor(t / stepSize))
  }
}

/**
 * Multiplies the rate by gamma at each milestone: lr(t) = base gamma^(milestones that t has reached).
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * new optim.MultiStepLR(optimizer, [1, 3], { gamma: 0.5 }).preview(5) // [1, 0.5, 0.5, 0.25, 0.25]
 * @torch torch.optim.lr_scheduler.MultiStepLR
 */
export class MultiStepLR extends LRScheduler {
  constructor(optimizer: Optimizer, milestones: readonly number[], options: GammaOptions = {}) {
    const { gamma = 0.1 } = known('MultiStepLR', options, GAMMA_OPTIONS)
    needOption('MultiStepLR', 'milestones', milestones, Array.isArray(milestones))
    super(optimizer, (t, base) => base * gamma ** milestones.filter(milestone => t >= milestone).length)
  }
}

export interface ConstantLROptions {
  /** The factor of the first steps. 1/3. */
  readonly factor?: number | undefined
  /** How many steps it holds. 5. */
  readonly totalIters?: number | undefined
}

const CONSTANT_LR_OPTIONS = optionNames<ConstantLROptions>()('factor totalIters')

/**
 * A part of the rate for the first steps: lr(t) = base factor for t < totalIters, then base.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * new optim.ConstantLR(optimizer, { factor: 0.5, totalIters: 2 }).preview(4) // [0.5, 0.5, 1, 1]
 * @torch torch.optim.lr_scheduler.ConstantLR
 */
export class ConstantLR extends LRScheduler {
  constructor(optimizer: Optimizer, options: ConstantLROptions = {}) {
    const { factor = 1 / 3, totalIters = 5 } = known('ConstantLR', options, CONSTANT_LR_OPTIONS)
    needOption('ConstantLR', 'factor', factor, factor >= 0 && factor <= 1)
    super(optimizer, (t, base) => (t < totalIters ? base * factor : base))
  }
}

export interface LinearLROptions {
  /** The factor of step 0. 1/3. */
  readonly startFactor?: number | undefined
  /** The factor at the end. 1. */
  readonly endFactor?: number | undefined
  /** Steps from one to the other. 5. */
  readonly totalIters?: number | undefined
}

const LINEAR_LR_OPTIONS = optionNames<LinearLROptions>()('startFactor endFactor totalIters')

/**
 * A straight line from one factor to another: lr(t) = base (start + (end - start) min(t, T) / T) with T = totalIters. A warmup by default.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * new optim.LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 }).preview(4) // [0.5, 0.75, 1, 1]
 * @torch torch.optim.lr_scheduler.LinearLR
 */
export class LinearLR extends LRScheduler {
  constructor(optimizer: Optimizer, options: LinearLROptions = {}) {
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = known('LinearLR', options, LINEAR_LR_OPTIONS)
    needOption('LinearLR', 'startFactor', startFactor, startFactor > 0 && startFactor <= 1)
    needOption('LinearLR', 'endFactor', endFactor, endFactor >= 0 && endFactor <= 1)
    super(optimizer, (t, base) => base * (startFactor + (endFactor - startFactor) * Math.min(1, t / totalIters)))
  }
}

/**
 * Multiplies the rate by gamma at every step: lr(t) = base gamma^t.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * new optim.ExponentialLR(optimizer, 0.5).preview(4) // [1, 0.5, 0.25, 0.125]
 * @torch torch.optim.lr_scheduler.ExponentialLR
 */
export class ExponentialLR extends LRScheduler {
  constructor(optimizer: Optimizer, gamma: number) {
    needOption('ExponentialLR', 'gamma', gamma, gamma > 0)
    super(optimizer, (t, base) => base * gamma ** t)
  }
}

export interface PolynomialLROptions {
  /** Steps until 0 is reached. 5. */
  readonly totalIters?: number | undefined
  /** The power; 1 is a straight line. 1. */
  readonly power?: number | undefined
}

const POLYNOMIAL_LR_OPTIONS = optionNames<PolynomialLROptions>()('totalIters power')

/**
 * Falls to 0 along a power: lr(t) = base (1 - min(t, T) / T)^power with T = totalIters.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * new optim.PolynomialLR(optimizer, { totalIters: 4 }).preview(6) // [1, 0.75, 0.5, 0.25, 0, 0]
 * @torch torch.optim.lr_scheduler.PolynomialLR
 */
export class PolynomialLR extends LRScheduler {
  constructor(optimizer: Optimizer, options: PolynomialLROptions = {}) {
    const { totalIters = 5, power = 1 } = known('PolynomialLR', options, POLYNOMIAL_LR_OPTIONS)
    needSteps('PolynomialLR', 'totalIters', totalIters)
    super(optimizer, (t, base) => base * (1 - Math.min(t, totalIters) / totalIters) ** power)
  }
}

/** A factor for each step: one function for all groups, or one for each. */
export type FactorOf = ((t: number) => number) | readonly ((t: number) => number)[]

/**
 * The factor that a function of one's own gives: lr(t) = base f(t).
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * new optim.LambdaLR(optimizer, t => 1 / (t + 1)).preview(4) // [1, 0.5, 0.3333333333333333, 0.25]
 * @torch torch.optim.lr_scheduler.LambdaLR
 */
export class LambdaLR extends LRScheduler {
  constructor(optimizer: Optimizer, factor: FactorOf) {
    const of = factorOf('LambdaLR', optimizer, factor)
    super(optimizer, (t, base, group) => base * of(group)(t))
  }
}

/**
 * Multiplies the rate at each step by what a function of one's own gives: lr(t) = base f(1) f(2) ... f(t).
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * new optim.MultiplicativeLR(optimizer, t => (t === 2 ? 0.5 : 1)).preview(4) // [1, 1, 0.5, 0.5]
 * @torch torch.optim.lr_scheduler.MultiplicativeLR
 */
export class MultiplicativeLR extends LRScheduler {
  constructor(optimizer: Optimizer, factor: FactorOf) {
    const of = factorOf('MultiplicativeLR', optimizer, factor)
    super(optimizer, (t, base, group) => {
      let rate = base
      for (let step = 1; step <= t; step++) rate *= of(group)(step)
      return rate
    })
  }
}

function factorOf(name: string, optimizer: Optimizer, factor: FactorOf): (group: number) => (t: number) => number {
  if (typeof factor === 'function') return () => factor
  needOption(name, 'functions for groups', factor.length, factor.length === optimizer.paramGroups.length)
  return group => factor[group] as (t: number) => number
}
