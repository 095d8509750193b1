// The learning rate of a schedule, step by step.
import type { LRScheduler } from '../../optim/index.js'
import { known, optionNames } from '../../tensor/options.js'
import { badOption } from '../errors.js'
import type { Figure } from '../figure.js'
import { FIGURE_OPTIONS, type FigureOptions } from '../options.js'
import { line } from './line.js'

export interface LrCurveOptions extends FigureOptions {
  /** How many steps are drawn. 100. */
  readonly steps?: number | undefined
  /** Which group of parameters. 0. */
  readonly group?: number | undefined
}

const LR_CURVE_OPTIONS = { ...FIGURE_OPTIONS, ...optionNames<Pick<LrCurveOptions, 'steps' | 'group'>>()('steps group') }

/**
 * The rates of a schedule's first steps. Neither schedule nor optimizer moves. `lrCurve({ name: scheduler })` compares several.
 *
 * Throws PlotError BAD_OPTION.
 *
 * @example
 * const optimizer = new optim.SGD([zeros([1], { requiresGrad: true })], { lr: 0.1 })
 * plot.lrCurve(new optim.StepLR(optimizer, 30), { steps: 90 }).alt // 'Line of learning rate over step: 90 numbers from 0.1 to 0.001; least 0.001, greatest 0.1.'
 * @torch none
 */
export function lrCurve(
  schedule: LRScheduler | Readonly<Record<string, LRScheduler>>,
  options: LrCurveOptions = {},
): Figure {
  const { steps = 100, group = 0, ...figure } = known('lrCurve', options, LR_CURVE_OPTIONS)
  if (!(Number.isInteger(steps) && steps >= 1 && steps <= 1e7)) {
    throw badOption('lrCurve', `steps is ${steps}`, 'It is a whole number from 1 to 10,000,000.')
  }
  const labels = { xLabel: 'step', yLabel: 'learning rate', points: false, ...figure }
  if (isSchedule(schedule)) return line(schedule.preview(steps, group), labels)
  return line(
    Object.fromEntries(Object.entries(schedule).map(([name, one]) => [name, one.preview(steps, group)])),
    labels,
  )
}

const isSchedule = (value: unknown): value is LRScheduler =>
  typeof (value as Partial<LRScheduler>).preview === 'function'
