// Which classes are taken for which.
import { confusionMatrix as counted } from '../../data/metrics/classification.js'
import type { Classes, Predictions } from '../../data/metrics/index.js'
import { known, optionNames } from '../../tensor/options.js'
import { Figure } from '../figure.js'
import { matrixOf } from '../numbers.js'
import { checkOptions, FIGURE_OPTIONS, type FigureOptions } from '../options.js'
import { heatmapContent } from './heatmap.js'

export interface ConfusionMatrixFigureOptions extends FigureOptions {
  /** Names of the classes. Their numbers. */
  readonly classes?: readonly string[] | undefined
  /** Shares of each true class in place of counts. false. */
  readonly normalize?: boolean | undefined
}

type Own = Omit<ConfusionMatrixFigureOptions, keyof FigureOptions>
const CONFUSION_OPTIONS = { ...FIGURE_OPTIONS, ...optionNames<Own>()('classes normalize') }

/**
 * How often each class (row) was taken for which (column): predicted scores [n, K] or classes [n], target classes [n].
 *
 * Throws PlotError, and DataError as data.metrics.confusionMatrix does.
 *
 * @example
 * plot.confusionMatrix([0, 1, 1, 1], [0, 1, 0, 1]).alt // 'Confusion matrix of 2 classes: 3 of 4 right. Most often mistaken: 0 for 1, 1 time.'
 * @torch none
 */
export function confusionMatrix(
  predicted: Predictions,
  target: Classes,
  options: ConfusionMatrixFigureOptions = {},
): Figure {
  known('confusionMatrix', options, CONFUSION_OPTIONS)
  checkOptions('confusionMatrix', options)
  const { classes: names, normalize = false, ...figure } = options
  const counts = matrixOf(
    'confusionMatrix',
    counted(predicted, target, names === undefined ? {} : { numClasses: names.length }),
  )
  const classes = names ?? counts.map((_, i) => String(i))
  const shares = counts.map(row => {
    const all = row.reduce((a, b) => a + b, 0)
    return row.map(count => (all === 0 ? 0 : count / all))
  })
  const content = heatmapContent('confusionMatrix', normalize ? shares : counts, {
    xLabel: 'predicted class',
    yLabel: 'true class',
    valueLabel: normalize ? 'share' : 'count',
    ...figure,
    rows: classes,
    columns: classes,
  })
  return new Figure(content, options.alt ?? altOf(counts, classes))
}

function altOf(counts: readonly Float64Array[], classes: readonly string[]): string {
  let [right, all, worst] = [0, 0, { count: 0, i: 0, j: 0 }]
  for (const [i, row] of counts.entries()) {
    for (const [j, count] of row.entries()) {
      all += count
      if (i === j) right += count
      else if (count > worst.count) worst = { count, i, j }
    }
  }
  const mistaken =
    worst.count === 0
      ? ''
      : ` Most often mistaken: ${classes[worst.i]} for ${classes[worst.j]}, ${worst.count} time${worst.count === 1 ? '' : 's'}.`
  return `Confusion matrix of ${classes.length} classes: ${right} of ${all} right.${mistaken}`
}
