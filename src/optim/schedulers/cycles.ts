// Rates that go up and down, and momentum that goes the other way.

import { known, optionNames } from '../../tensor/options.js'
import { OptimError } from '../errors.js'
import type { Optimizer } from '../optimizer.js'
import { LRScheduler, needOption, needSteps, type RateOf } from './scheduler.js'

/** Where a group keeps its momentum: `momentum`, or the first of `betas`. */
interface WithMomentum {
  momentum?: number
  betas?: readonly [number, number]
}

/** A schedule that moves momentum, too. */
class MomentumScheduler extends LRScheduler {
  readonly #momentum: ((t: number, group: number) => number) | undefined

  constructor(optimizer: Optimizer, rate: RateOf, momentum: ((t: number, group: number) => number) | undefined) {
    super(optimizer, rate)
    this.#momentum = momentum
    this.#applyMomentum()
  }

  override step(): void {
    super.step()
    this.#applyMomentum()
  }

  /** The momentum of step t of a group; undefined where it is left alone. */
  momentumAt(t: number, group = 0): number | undefined {
    return this.#momentum?.(t, group)
  }

  override loadStateDict(state: Parameters<LRScheduler['loadStateDict']>[0]): void {
    super.loadStateDict(state)
    this.#applyMomentum()
  }

  #applyMomentum(): void {
    if (this.#momentum === undefined) return
    for (const [i, group] of (this.optimizer.paramGroups as WithMomentum[]).entries()) {
      const momentum = this.#momentum(this.lastEpoch, i)
      if (group.betas !== undefined) group.betas = [momentum, group.betas[1]]
      else group.momentum = momentum
    }
  }
}

/** Throws BAD_OPTION where an optimizer has no momentum to cycle. */
function needMomentum(name: string, { paramGroups }: Optimizer): void {
  if ((paramGroups as WithMomentum[]).every(group => 'momentum' in group || 'betas' in group)) return
  throw new OptimError('BAD_OPTION', `${name}: this optimizer has no momentum to cycle.`, {
    next: 'Use SGD with momentum or Adam, or say { cycleMomentum: false }.',
  })
}

const linear = (from: number, to: number, share: number): number => from + (to - from) * share
const cosine = (from: number, to: number, share: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2

export interface OneCycleOptions {
  /** The greatest rate: one, or one for each group. */
  readonly maxLr: number | readonly number[]
  /** Steps of the whole training; or `epochs` and `stepsPerEpoch`. */
  readonly totalSteps?: number | undefined
  readonly epochs?: number | undefined
  readonly stepsPerEpoch?: number | undefined
  /** Share of the steps in which the rate rises. 0.3. */
  readonly pctStart?: number | undefined
  /** Along half a cosine or a straight line. 'cos'. */
  readonly annealStrategy?: 'cos' | 'linear' | undefined
  /** Let momentum (or beta1) fall while the rate rises. True. */
  readonly cycleMomentum?: boolean | undefined
  /** The lowest momentum. 0.85. */
  readonly baseMomentum?: number | undefined
  /** The greatest momentum. 0.95. */
  readonly maxMomentum?: number | undefined
  /** The first rate is maxLr / divFactor. 25. */
  readonly divFactor?: number | undefined
  /** The last rate is the first / finalDivFactor. 1e4. */
  readonly finalDivFactor?: number | undefined
  /** Down to the first rate as long as up, and only then to the last. False. */
  readonly threePhase?: boolean | undefined
}

const ONE_CYCLE_OPTIONS = optionNames<OneCycleOptions>()(
  'maxLr totalSteps epochs stepsPerEpoch pctStart annealStrategy cycleMomentum baseMomentum maxMomentum divFactor finalDivFactor threePhase',
)

/** A stretch of the cycle: from one place between first, greatest and last to another. */
interface Phase {
  readonly end: number
  readonly from: 'first' | 'greatest'
  readonly to: 'first' | 'greatest' | 'last'
}

/**
 * One cycle: the rate rises from maxLr / divFactor to maxLr and falls far below where it began, momentum the other way (Smith & Topin 2018,
 * "Super-convergence"). After totalSteps steps it ends: a further step throws BAD_OPTION.
 *
 * Throws BAD_OPTION for options out of range, and where there is no momentum to cycle.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1, momentum: 0.9 })
 * const cycle = new optim.OneCycleLR(optimizer, { maxLr: 1, totalSteps: 5, pctStart: 0.4, divFactor: 2 })
 * Array.from(cycle.preview(5), rate => rate.toFixed(3)) // ['0.500', '1.000', '0.750', '0.250', '0.000']
 * @torch torch.optim.lr_scheduler.OneCycleLR
 */
export class OneCycleLR extends MomentumScheduler {
  readonly totalSteps: number

  constructor(optimizer: Optimizer, options: OneCycleOptions) {
    known('OneCycleLR', options, ONE_CYCLE_OPTIONS)
    const { maxLr, epochs = 0, stepsPerEpoch = 0, totalSteps = epochs * stepsPerEpoch } = options
    const { pctStart = 0.3, annealStrategy = 'cos', cycleMomentum = true } = options
    const {
      baseMomentum = 0.85,
      maxMomentum = 0.95,
      divFactor = 25,
      finalDivFactor = 1e4,
      threePhase = false,
    } = options
    needSteps('OneCycleLR', 'totalSteps', totalSteps)
    needOption('OneCycleLR', 'pctStart', pctStart, pctStart >= 0 && pctStart <= 1)
    needOption('OneCycleLR', 'annealStrategy', annealStrategy, annealStrategy === 'cos' || annealStrategy === 'linear')
    if (cycleMomentum) needMomentum('OneCycleLR', optimizer)
    const phases = phasesOf(totalSteps, pctStart, threePhase)
    const anneal = annealStrategy === 'cos' ? cosine : linear
    const greatest = (group: number): number => (typeof maxLr === 'number' ? maxLr : (maxLr[group] as number))
    super(
      optimizer,
      (t, _, group) => {
        const first = greatest(group) / divFactor
        return along(phases, t, anneal, { first, greatest: greatest(group), last: first / finalDivFactor })
      },
      cycleMomentum
        ? t => along(phases, t, anneal, { first: maxMomentum, greatest: baseMomentum, last: maxMomentum })
        : undefined,
    )
    this.totalSteps = totalSteps
  }

  override step(): void {
    if (this.lastEpoch + 1 >= this.totalSteps + 1) {
      throw new OptimError(
        'BAD_OPTION',
        `OneCycleLR: step ${this.lastEpoch + 2} of ${this.totalSteps}; the cycle has ended.`,
        {
          next: 'Give totalSteps all steps of the training: epochs times batches.',
        },
      )
    }
    super.step()
  }
}

function phasesOf(totalSteps: number, pctStart: number, threePhase: boolean): Phase[] {
  const up: Phase = { end: pctStart * totalSteps - 1, from: 'first', to: 'greatest' }
  if (!threePhase) return [up, { end: totalSteps - 1, from: 'greatest', to: 'last' }]
  return [
    up,
    { end: 2 * pctStart * totalSteps - 2, from: 'greatest', to: 'first' },
    { end: totalSteps - 1, from: 'first', to: 'last' },
  ]
}

type Marks = Readonly<Record<'first' | 'greatest' | 'last', number>>

function along(phases: readonly Phase[], t: number, anneal: typeof linear, marks: Marks): number {
  const at = phases.findIndex(({ end }, i) => t <= end || i === phases.length - 1)
  const { end, from, to } = phases[at] as Phase
  const start = phases[at - 1]?.end ?? 0
  return anneal(marks[from], marks[to], (t - start) / (end - start))
}

export interface CyclicOptions {
  /** The lowest rate: one, or one for each group. */
  readonly baseLr: number | readonly number[]
  /** The greatest rate: one, or one for each group. */
  readonly maxLr: number | readonly number[]
  /** Steps up. 2000. */
  readonly stepSizeUp?: number | undefined
  /** Steps down. As many as up. */
  readonly stepSizeDown?: number | undefined
  /** Each cycle as high as the others, half as high as the one before, or lower by gamma at each step. 'triangular'. */
  readonly mode?: 'triangular' | 'triangular2' | 'exp_range' | undefined
  /** For 'exp_range'. 1. */
  readonly gamma?: number | undefined
  /** A scale of one's own: of the cycle (1, 2, ...) or of the step, as scaleMode says. */
  readonly scaleFn?: ((x: number) => number) | undefined
  readonly scaleMode?: 'cycle' | 'iterations' | undefined
  /** Let momentum (or beta1) fall while the rate rises. True. */
  readonly cycleMomentum?: boolean | undefined
  /** The lowest momentum. 0.8. */
  readonly baseMomentum?: number | undefined
  /** The greatest momentum. 0.9. */
  readonly maxMomentum?: number | undefined
}

const CYCLIC_OPTIONS = optionNames<CyclicOptions>()(
  'baseLr maxLr stepSizeUp stepSizeDown mode gamma scaleFn scaleMode cycleMomentum baseMomentum maxMomentum',
)

/**
 * Triangles between two rates: up in stepSizeUp steps, down in stepSizeDown, again and again (Smith 2017, "Cyclical learning rates").
 *
 * Throws BAD_OPTION for options out of range, and where there is no momentum to cycle.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1, momentum: 0.9 })
 * new optim.CyclicLR(optimizer, { baseLr: 0, maxLr: 1, stepSizeUp: 2 }).preview(6) // [0, 0.5, 1, 0.5, 0, 0.5]
 * @torch torch.optim.lr_scheduler.CyclicLR
 */
export class CyclicLR extends MomentumScheduler {
  constructor(optimizer: Optimizer, options: CyclicOptions) {
    known('CyclicLR', options, CYCLIC_OPTIONS)
    const { baseLr, maxLr, stepSizeUp = 2000, stepSizeDown = stepSizeUp, mode = 'triangular', gamma = 1 } = options
    const { cycleMomentum = true, baseMomentum = 0.8, maxMomentum = 0.9 } = options
    needSteps('CyclicLR', 'stepSizeUp', stepSizeUp)
    needSteps('CyclicLR', 'stepSizeDown', stepSizeDown)
    needOption('CyclicLR', 'mode', mode, Object.hasOwn(SCALES, mode))
    if (cycleMomentum) needMomentum('CyclicLR', optimizer)
    const scale = scaleOf(options, SCALES[mode](gamma))
    const height = (t: number): number => triangle(t, stepSizeUp, stepSizeDown) * scale(t, stepSizeUp + stepSizeDown)
    const of = (value: number | readonly number[], group: number): number =>
      typeof value === 'number' ? value : (value[group] as number)
    super(
      optimizer,
      (t, _, group) => of(baseLr, group) + (of(maxLr, group) - of(baseLr, group)) * height(t),
      cycleMomentum ? t => maxMomentum - (maxMomentum - baseMomentum) * height(t) : undefined,
    )
  }
}

/** From 0 up to 1 and down again. */
function triangle(t: number, up: number, down: number): number {
  const into = t % (up + down)
  return into <= up ? into / up : (up + down - into) / down
}

type Scale = (t: number, cycleSteps: number) => number

const cycleOf = (t: number, cycleSteps: number): number => Math.floor(1 + t / cycleSteps)

const SCALES: Readonly<Record<NonNullable<CyclicOptions['mode']>, (gamma: number) => Scale>> = {
  triangular: () => () => 1,
  triangular2: () => (t, steps) => 1 / 2 ** (cycleOf(t, steps) - 1),
  exp_range: gamma => t => gamma ** t,
}

function scaleOf({ scaleFn, scaleMode = 'cycle' }: CyclicOptions, usual: Scale): Scale {
  if (scaleFn === undefined) return usual
  return scaleMode === 'cycle' ? (t, steps) => scaleFn(cycleOf(t, steps)) : scaleFn
}
