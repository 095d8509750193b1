// Lines: how a number goes on, one or several.
import { known, optionNames } from '../../tensor/options.js'
import { Figure } from '../figure.js'
import { type Numbers, rangeOf, said } from '../numbers.js'
import { checkOptions, FIGURE_OPTIONS, type FigureOptions } from '../options.js'
import { extremes } from '../sample.js'
import { type ColumnOptions, type Series, type SeriesData, seriesOf } from '../series.js'
import { pointsView } from './points.js'

export interface LineOptions extends FigureOptions, ColumnOptions {
  /** Whether a dot marks each point. Where there are 30 points and fewer. */
  readonly points?: boolean | undefined
}

export const COLUMN_OPTIONS = optionNames<ColumnOptions>()('x y color')
const LINE_OPTIONS = { ...FIGURE_OPTIONS, ...COLUMN_OPTIONS, ...optionNames<{ points?: unknown }>()('points') }

/**
 * Lines. `line(y)` counts along x, `line(x, y)` does not; `line({ train: y, test: y })` and `line({ train: [x, y] })` are several by their names,
 * `line(rows, { x, y, color })` columns of rows. NaN is a gap. Of more than 2,000 points of a line the least and greatest of each
 * interval are drawn, and the figure says so.
 *
 * Throws PlotError: BAD_DATA for no finite number, lengths that differ, a logarithm of nothing above 0; BAD_OPTION.
 *
 * @example
 * plot.line({ train: [0.9, 0.4, 0.2], test: [0.9, 0.5, 0.4] }, { title: 'Loss', xLabel: 'epoch', yLabel: 'loss, nats' }).alt
 * // 'Lines of loss, nats over epoch: train from 0.9 to 0.2, test from 0.9 to 0.4.'
 * @torch none
 */
export function line(data: SeriesData, options?: LineOptions): Figure
export function line(x: Numbers, y: Numbers, options?: LineOptions): Figure
export function line(data: SeriesData, second?: Numbers | LineOptions, third?: LineOptions): Figure {
  const { y, options } = secondAndOptions(second, third)
  known('line', options, LINE_OPTIONS)
  checkOptions('line', options)
  const series = seriesOf('line', data, y, options)
  const most = Math.max(...series.map(one => one.y.length))
  const { points = most <= 30 } = options
  const content = pointsView('line', series, options, {
    mark: {
      type: 'line',
      point: points,
      clip: options.xDomain !== undefined || options.yDomain !== undefined,
    },
    gaps: true,
    choose: one => extremes(one.y),
    note: (drawn, all) =>
      `${drawn.toLocaleString('en')} of ${all.toLocaleString('en')} points: the extremes of each interval`,
    x: { label: options.x ?? (options.y === undefined && y === undefined ? 'step' : undefined) },
    y: { label: options.y },
  })
  return new Figure(content, options.alt ?? altOf(series, options))
}

/** The second argument is numbers, or the options already. */
export function secondAndOptions<O extends object>(
  second: Numbers | O | undefined,
  third: O | undefined,
): { y: Numbers | undefined; options: O } {
  const isOptions =
    second === undefined || (typeof second === 'object' && Object.getPrototypeOf(second) === Object.prototype)
  return isOptions
    ? { y: undefined, options: (second ?? third ?? {}) as O }
    : { y: second as Numbers, options: (third ?? {}) as O }
}

function altOf(series: readonly Series[], { x, y, xLabel = x, yLabel = y, title }: LineOptions): string {
  const about = `${yLabel === undefined ? '' : ` of ${yLabel}`}${xLabel === undefined ? '' : ` over ${xLabel}`}`
  const head = title === undefined || about !== '' ? '' : ` (${title})`
  const course = ({ name, y: numbers }: Series): string => {
    const finite = numbers.filter(Number.isFinite)
    return `${name === undefined ? '' : `${name} `}from ${said(finite[0] ?? Number.NaN)} to ${said(finite.at(-1) ?? Number.NaN)}`
  }
  const [only] = series
  if (series.length > 1 || only?.name !== undefined) {
    return `Lines${about}${head}: ${series.slice(0, 8).map(course).join(', ')}${series.length > 8 ? ', and others' : ''}.`
  }
  const { least, greatest } = rangeOf((only as Series).y)
  return `Line${about}${head}: ${(only as Series).y.length} numbers ${course(only as Series)}; least ${said(least)}, greatest ${said(greatest)}.`
}
