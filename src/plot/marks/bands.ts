// Bands: the mean of several runs, and how far they spread.
import { known, optionNames } from '../../tensor/options.js'
import { isTensor } from '../../tensor/tensor.js'
import { axis, hint, needFinite, noted, placed } from '../axes.js'
import { badData, badOption } from '../errors.js'
import { Figure } from '../figure.js'
import { digitsOf, isNumbers, type Matrix, matrixOf, type Numbers, numbersOf, said, shortened } from '../numbers.js'
import { checkOptions, FIGURE_OPTIONS, type FigureOptions } from '../options.js'
import { CATEGORIES } from '../palette.js'
import { extremes } from '../sample.js'
import { colours, SIZE } from './points.js'

export interface BandsOptions extends FigureOptions {
  /** Where the columns stand along x. They are counted. */
  readonly x?: Numbers | undefined
  /** What the band is: one standard deviation of the sample on each side, or from the least to the greatest run. 'std'. */
  readonly spread?: 'std' | 'range' | undefined
}

const BANDS_OPTIONS = { ...FIGURE_OPTIONS, ...optionNames<Pick<BandsOptions, 'x' | 'spread'>>()('x spread') }

/**
 * Runs with several seeds: runs [S, T] as their mean over T with a band; `bands({ name: runs })` compares several. A run that became NaN counts as
 * far as it is finite.
 *
 * Throws PlotError: BAD_DATA for no finite number, lengths that differ; BAD_OPTION.
 *
 * @example
 * plot.bands([[1, 0.5], [0.8, 0.3]], { yLabel: 'loss' }).alt // 'Mean of 2 runs of loss: from 0.9 to 0.4; at the end from 0.259 to 0.541.'
 * @torch none
 */
export function bands(runs: Matrix | Readonly<Record<string, Matrix>>, options: BandsOptions = {}): Figure {
  known('bands', options, BANDS_OPTIONS)
  checkOptions('bands', options)
  const { spread = 'std' } = options
  if (spread !== 'std' && spread !== 'range')
    throw badOption('bands', `spread '${String(spread)}' does not exist`, "There are: 'std', 'range'.")
  const single = isTensor(runs) || Array.isArray(runs) || isNumbers(runs)
  const parts = single ? { '': runs as Matrix } : (runs as Readonly<Record<string, Matrix>>)
  const all = Object.entries(parts).map(([name, matrix]) => ({ name, ...bandOf(matrixOf('bands', matrix), spread) }))
  const values = all.flatMap(({ name, mean, low, high }) => {
    const x = options.x === undefined ? mean.map((_, i) => i) : numbersOf('bands', 'x', options.x).slice()
    if (x.length !== mean.length)
      throw badData('bands', `x has ${x.length} numbers, the runs have ${mean.length}`, 'Each column has its place.')
    placed('bands', 'x', options, x)
    for (const numbers of [mean, low, high]) placed('bands', 'y', options, numbers)
    const [across, up] = [digitsOf(x), digitsOf([...low, ...high])]
    return Array.from(extremes(mean), i => {
      const [a, b, c, d] = [x, mean, low, high].map((list, k) => shortened(list[i] as number, k === 0 ? across : up))
      return { x: a as number, y: b ?? null, y1: c ?? null, y2: d ?? null, ...(single ? {} : { c: name }) }
    })
  })
  const along = (name: 'x' | 'y' | 'y1' | 'y2'): number[] => values.flatMap(row => row[name] ?? [])
  needFinite('bands', 'it', along('y'))
  const ys = [...along('y'), ...along('y1'), ...along('y2')]
  const color = single
    ? undefined
    : colours(
        all.map(({ name }) => name),
        undefined,
      )
  const x = axis('x', options, along('x'), { label: 'step' })
  const y = axis('y', options, ys, { label: undefined })
  const own = single ? { color: CATEGORIES[0] } : {}
  const tooltip = [
    ...(single ? [] : [hint('c', 'name', 'nominal')]),
    hint('x', options.xLabel ?? 'step'),
    hint('y', 'mean'),
    hint('y1', 'band from'),
    hint('y2', 'to'),
  ]
  const layers = [
    {
      data: { values },
      mark: { type: 'area', opacity: 0.22, ...own },
      encoding: { x, y: { ...y, field: 'y1' }, y2: { field: 'y2' }, color },
    },
    { data: { values }, mark: { type: 'line', ...own }, encoding: { x, y, color, tooltip } },
  ] as const
  const said = spread === 'std' ? 'mean and one standard deviation' : 'mean, least and greatest'
  const content = {
    kind: 'view',
    title: options.title,
    subtitle: noted(options, [`${said} of ${[...new Set(all.map(({ count }) => count))].join(' and ')} runs`]),
    width: options.width ?? SIZE.width,
    height: options.height ?? SIZE.height,
    layers,
  } as const
  return new Figure(content, options.alt ?? altOf(all, options))
}

interface Band {
  readonly mean: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
  readonly count: number
}

function bandOf(rows: readonly Float64Array[], spread: 'std' | 'range'): Band {
  const columns = rows[0]?.length ?? 0
  const [mean, low, high] = [0, 1, 2].map(() => new Float64Array(columns).fill(Number.NaN)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  for (let j = 0; j < columns; j++) {
    const finite = rows.map(row => row[j] as number).filter(Number.isFinite)
    if (finite.length === 0) continue
    const middle = finite.reduce((a, b) => a + b, 0) / finite.length
    const squares = finite.reduce((sum, value) => sum + (value - middle) ** 2, 0)
    const deviation = finite.length < 2 ? 0 : Math.sqrt(squares / (finite.length - 1))
    mean[j] = middle
    low[j] = spread === 'std' ? middle - deviation : Math.min(...finite)
    high[j] = spread === 'std' ? middle + deviation : Math.max(...finite)
  }
  return { mean, low, high, count: rows.length }
}

function altOf(all: readonly (Band & { readonly name: string })[], { yLabel, title }: BandsOptions): string {
  const about = yLabel === undefined ? (title === undefined ? '' : ` (${title})`) : ` of ${yLabel}`
  const each = all.map(({ name, mean, low, high }) => {
    const last = mean.findLastIndex(Number.isFinite)
    const first = mean.find(Number.isFinite) ?? Number.NaN
    const ends = `at the end from ${said(low[last] as number)} to ${said(high[last] as number)}`
    return `${name === '' ? '' : `${name} `}from ${said(first)} to ${said(mean[last] as number)}; ${ends}`
  })
  return `Mean of ${all[0]?.count} runs${about}: ${each.join('. ')}.`
}
