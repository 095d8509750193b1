// Heat maps: a matrix as a field of colours.
import { known, optionNames } from '../../tensor/options.js'
import { hint, needFinite, noted, titled } from '../axes.js'
import { badData } from '../errors.js'
import { type Content, Figure } from '../figure.js'
import { digitsOf, type Matrix, matrixOf, said, shortened } from '../numbers.js'
import { checkOptions, FIGURE_OPTIONS, type FigureOptions } from '../options.js'
import { DIVERGING, SEQUENTIAL } from '../palette.js'
import type { Json, Spec } from '../spec.js'

export interface HeatmapOptions extends FigureOptions {
  /** Names of rows, from above, and of columns. Their places, from 0. */
  readonly rows?: readonly string[] | undefined
  readonly columns?: readonly string[] | undefined
  /** Whether each cell has its number written in it. Up to 144 cells. */
  readonly numbers?: boolean | undefined
  /** What the colours say, with its unit. 'value'. */
  readonly valueLabel?: string | undefined
  /** First and last number of the colours. Those of the matrix; where they lie on both sides of 0, as far to each. */
  readonly valueDomain?: readonly [number, number] | undefined
}

type Own = Omit<HeatmapOptions, keyof FigureOptions>
const HEATMAP_OPTIONS = { ...FIGURE_OPTIONS, ...optionNames<Own>()('rows columns numbers valueLabel valueDomain') }

/** Cells along an axis; of more, the means of blocks are drawn. */
const MOST = 64
const MOST_WRITTEN = 144

/**
 * A matrix [R, C] as colours, row 0 on top. Numbers on both sides of 0 get two colours that meet in grey. Of more than 64 rows or columns the means of
 * blocks are drawn, and the figure says so. Cells that are not finite stay empty.
 *
 * Throws PlotError: BAD_DATA for no finite number, rows of different lengths, names that do not fit; BAD_OPTION.
 *
 * @example
 * plot.heatmap([[1, 2], [3, 4]], { title: 'Weights' }).alt // 'Heat map (Weights): 2 rows, 2 columns, from 1 to 4.'
 * @torch none
 */
export function heatmap(matrix: Matrix, options: HeatmapOptions = {}): Figure {
  known('heatmap', options, HEATMAP_OPTIONS)
  checkOptions('heatmap', options)
  const rows = matrixOf('heatmap', matrix)
  const { least, greatest } = needFinite('heatmap', 'the matrix', concat(rows))
  return new Figure(heatmapContent('heatmap', rows, options), options.alt ?? altOf(rows, least, greatest, options))
}

export function heatmapContent(where: string, given: readonly Float64Array[], options: HeatmapOptions): Content {
  const [height, width] = [given.length, given[0]?.length ?? 0]
  const step = Math.max(Math.ceil(height / MOST), Math.ceil(width / MOST))
  const cells = step === 1 ? given : blockMeans(given, step)
  const rows = namesOf(where, 'rows', options.rows, height, step)
  const columns = namesOf(where, 'columns', options.columns, width, step)
  const { least, greatest } = needFinite(where, 'the matrix', concat(cells))
  const { numbers = cells.length * columns.length <= MOST_WRITTEN } = options
  const twoSided = least < 0 && greatest > 0
  const reach = Math.max(-least, greatest)
  const domain =
    options.valueDomain ??
    (twoSided ? [-reach, reach] : least === greatest ? [least - 0.5, greatest + 0.5] : [least, greatest])
  const [low, high] = [domain[0] as number, domain[1] as number]
  const digits = digitsOf([least, greatest])
  const values: Json[] = cells.flatMap((row, i) =>
    Array.from(row, (v, j) => ({ y: rows[i] as string, x: columns[j] as string, v: shortened(v, digits) })),
  )
  const size = Math.max(5, Math.min(34, Math.floor(300 / cells.length)))
  const [wide, tall] = numbers ? [46, 32] : [size, size]
  const slanted = columns.some(name => name.length * 7 > wide) && columns.length <= 16
  const place = (channel: 'x' | 'y', names: readonly string[], title: string | undefined): Spec => ({
    field: channel,
    type: 'ordinal',
    sort: null,
    title: titled(title),
    scale: { padding: 0 },
    axis: {
      labelAngle: channel === 'x' && slanted ? -40 : 0,
      labelOverlap: false,
      labelFlush: false,
      grid: false,
      ticks: false,
      domain: false,
      values: spacedOut(names, channel === 'x' ? wide / 26 : tall / 14),
    },
  })
  const encoding = { x: place('x', columns, options.xLabel), y: place('y', rows, options.yLabel) }
  const colour: Spec = {
    field: 'v',
    type: 'quantitative',
    title: titled(options.valueLabel ?? 'value'),
    scale: { scheme: twoSided ? DIVERGING : SEQUENTIAL, domain: [shortened(low, digits), shortened(high, digits)] },
    legend: { gradientLength: 160 },
  }
  const tooltip = [
    hint('y', options.yLabel ?? 'row', 'nominal'),
    hint('x', options.xLabel ?? 'column', 'nominal'),
    hint('v', options.valueLabel ?? 'value'),
  ]
  // Counts are not rounded.
  const whole = cells.every(row => row.every(v => !Number.isFinite(v) || (Number.isInteger(v) && Math.abs(v) < 1e6)))
  const middle = low + 0.45 * (high - low)
  // Light cells have dark numbers: both ends of the two-sided scheme are dark, only the far end of the other is light.
  const isLight = twoSided ? `abs(datum.v) < ${reach * 0.6}` : `datum.v > ${middle}`
  const text: Spec = {
    mark: { type: 'text', fontSize: 11 },
    encoding: {
      ...encoding,
      text: { field: 'v', type: 'quantitative', format: whole ? 'd' : '.2~g' },
      color: { condition: { test: isLight, value: '#111111' }, value: '#ffffff' },
    },
  }
  return {
    kind: 'view',
    title: options.title,
    subtitle: noted(options, [
      step === 1
        ? ''
        : `means of ${step} by ${step} of ${height.toLocaleString('en')} by ${width.toLocaleString('en')} cells`,
    ]),
    width: options.width ?? wide * columns.length,
    height: options.height ?? tall * cells.length,
    layers: [
      { data: { values }, mark: { type: 'rect' }, encoding: { ...encoding, color: colour, tooltip } },
      ...(numbers ? [{ data: { values }, ...text }] : []),
    ],
  }
}

/** Names that have room, `share` of one in each cell; ordinal axes have no greedy overlap. */
function spacedOut(names: readonly string[], share: number): string[] {
  const every = Math.max(1, Math.ceil(1 / share))
  return names.filter((_, i) => i % every === 0)
}

function namesOf(
  where: string,
  what: 'rows' | 'columns',
  names: readonly string[] | undefined,
  count: number,
  step: number,
): string[] {
  if (names !== undefined && names.length !== count) {
    throw badData(where, `there are ${names.length} names for ${count} ${what}`, 'Each has one.')
  }
  if (names !== undefined && new Set(names).size !== count) {
    throw badData(where, `two ${what} have the same name`, 'Cells of one name would lie on each other.')
  }
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => names?.[i * step] ?? String(i * step))
}

function blockMeans(rows: readonly Float64Array[], step: number): Float64Array[] {
  const columns = rows[0]?.length ?? 0
  return Array.from({ length: Math.ceil(rows.length / step) }, (_, i) =>
    Float64Array.from({ length: Math.ceil(columns / step) }, (_, j) => {
      let [sum, count] = [0, 0]
      for (const row of rows.slice(i * step, (i + 1) * step)) {
        for (const value of row.subarray(j * step, (j + 1) * step)) {
          if (!Number.isFinite(value)) continue
          sum += value
          count++
        }
      }
      return sum / count
    }),
  )
}

function* concat(rows: readonly Float64Array[]): Generator<number> {
  for (const row of rows) yield* row
}

function altOf(
  rows: readonly Float64Array[],
  least: number,
  greatest: number,
  { title, valueLabel }: HeatmapOptions,
): string {
  const about = title === undefined ? (valueLabel === undefined ? '' : ` of ${valueLabel}`) : ` (${title})`
  return `Heat map${about}: ${rows.length} rows, ${rows[0]?.length} columns, from ${said(least)} to ${said(greatest)}.`
}
