// How often a model is right where it says how sure it is.
import { CalibrationError, type Classes } from '../../data/metrics/index.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { axis, hint, noted } from '../axes.js'
import { Figure } from '../figure.js'
import { said, shortened } from '../numbers.js'
import { checkOptions, FIGURE_OPTIONS, type FigureOptions } from '../options.js'
import { CATEGORIES, NEUTRAL } from '../palette.js'

export interface CalibrationFigureOptions extends FigureOptions {
  /** How many intervals of confidence. 10. */
  readonly bins?: number | undefined
}

const CALIBRATION_OPTIONS = { ...FIGURE_OPTIONS, ...optionNames<Pick<CalibrationFigureOptions, 'bins'>>()('bins') }

/**
 * A reliability diagram (Guo et al. 2017): of the examples that a model is about so sure of, the share that it has right. A model that knows how much it
 * knows is on the dashed line; bars below it say that it is too sure of itself. probabilities [n, K], target classes [n].
 *
 * Throws PlotError, and DataError as data.metrics.calibrationError does.
 *
 * @example
 * plot.calibration(tensor([[0.9, 0.1], [0.8, 0.2]]), [0, 1], { bins: 5 }).alt // 'Reliability of 2 predictions: expected calibration error 0.35.'
 * @torch none
 */
export function calibration(probabilities: Tensor, target: Classes, options: CalibrationFigureOptions = {}): Figure {
  known('calibration', options, CALIBRATION_OPTIONS)
  checkOptions('calibration', options)
  const error = new CalibrationError({ bins: options.bins ?? 10 }).update(probabilities, target)
  const bins = error.bins()
  const count = bins.reduce((sum, bin) => sum + bin.count, 0)
  const unit = [0, 1] as const
  const x = axis('x', { ...options, xDomain: unit }, unit, { label: 'confidence' })
  const y = axis('y', { ...options, yDomain: unit }, unit, { label: 'accuracy' })
  const values = bins.flatMap(({ from, to, count: n, accuracy, confidence }) =>
    n === 0
      ? []
      : [{ x: shortened(from), x2: shortened(to), y: shortened(accuracy), y2: 0, n, m: shortened(confidence) }],
  )
  const content = {
    kind: 'view',
    title: options.title,
    subtitle: noted(options, [`expected calibration error ${said(error.compute())}`]),
    width: options.width ?? 300,
    height: options.height ?? 300,
    layers: [
      {
        data: { values },
        mark: { type: 'rect', color: CATEGORIES[0], opacity: 0.8, stroke: 'white', strokeWidth: 1 },
        encoding: {
          x,
          x2: { field: 'x2' },
          y,
          y2: { field: 'y2' },
          tooltip: [hint('m', 'mean confidence'), hint('y', 'accuracy'), hint('n', 'examples')],
        },
      },
      {
        data: {
          values: [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
        },
        mark: { type: 'line', color: NEUTRAL, strokeDash: [5, 4], strokeWidth: 1.5 },
        encoding: { x, y },
      },
    ],
  } as const
  const alt = `Reliability of ${count.toLocaleString('en')} predictions: expected calibration error ${said(error.compute())}.`
  return new Figure(content, options.alt ?? alt)
}
