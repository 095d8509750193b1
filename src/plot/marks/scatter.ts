// Clouds of points.
import { known, optionNames } from '../../tensor/options.js'
import { Figure } from '../figure.js'
import { type Numbers, rangeOf, said } from '../numbers.js'
import { checkOptions, FIGURE_OPTIONS, type FigureOptions } from '../options.js'
import { thinned } from '../sample.js'
import { type ColumnOptions, type Series, type SeriesData, seriesOf } from '../series.js'
import { COLUMN_OPTIONS, secondAndOptions } from './line.js'
import { pointsView } from './points.js'

export interface ScatterOptions extends FigureOptions, ColumnOptions {
  /** Area of a point in square pixels. 36, less where there are many. */
  readonly size?: number | undefined
}

const SCATTER_OPTIONS = { ...FIGURE_OPTIONS, ...COLUMN_OPTIONS, ...optionNames<{ size?: unknown }>()('size') }

/**
 * Points. `scatter(x, y)`; `scatter({ name: [x, y] })` for several kinds, each with its colour; `scatter(rows, { x, y, color })` for columns of
 * rows. What is not finite is left out. Of more than 4,000 points of a kind every nth is drawn, and the figure says so.
 *
 * Throws PlotError: BAD_DATA for no finite number, or lengths that differ; BAD_OPTION.
 *
 * @example
 * plot.scatter([1, 2, 3], [2, 4, 9], { xLabel: 'x', yLabel: 'y' }).alt // '3 points of y over x: x from 1 to 3, y from 2 to 9.'
 * @torch none
 */
export function scatter(data: SeriesData, options?: ScatterOptions): Figure
export function scatter(x: Numbers, y: Numbers, options?: ScatterOptions): Figure
export function scatter(data: SeriesData, second?: Numbers | ScatterOptions, third?: ScatterOptions): Figure {
  const { y, options } = secondAndOptions(second, third)
  known('scatter', options, SCATTER_OPTIONS)
  checkOptions('scatter', options)
  const series = seriesOf('scatter', data, y, options)
  const count = series.reduce((sum, one) => sum + one.y.length, 0)
  const { size = count > 1000 ? 12 : 36 } = options
  const content = pointsView('scatter', series, options, {
    mark: { type: 'point', filled: true, size, opacity: count > 200 ? 0.6 : 0.85 },
    gaps: false,
    choose: one => thinned(one.y.length),
    note: (drawn, all) => `${drawn.toLocaleString('en')} of ${all.toLocaleString('en')} points: every nth`,
    x: { label: options.x },
    y: { label: options.y },
  })
  return new Figure(content, options.alt ?? altOf(series, count, options))
}

function altOf(
  series: readonly Series[],
  count: number,
  { x, y, xLabel = x, yLabel = y, title }: ScatterOptions,
): string {
  const about =
    yLabel === undefined
      ? title === undefined
        ? ''
        : ` (${title})`
      : ` of ${yLabel}${xLabel === undefined ? '' : ` over ${xLabel}`}`
  const along = (name: string, values: Iterable<number>): string => {
    const { least, greatest } = rangeOf(values)
    return `${name} from ${said(least)} to ${said(greatest)}`
  }
  const names = series.flatMap(({ name }) => name ?? [])
  const kinds = names.length === 0 ? '' : ` in ${names.length} kinds (${names.slice(0, 8).join(', ')})`
  const all = (axis: 'x' | 'y'): number[] => series.flatMap(one => Object.values(rangeOf(one[axis])).slice(0, 2))
  return `${count.toLocaleString('en')} points${about}${kinds}: ${along('x', all('x'))}, ${along('y', all('y'))}.`
}
