// Histograms: how often numbers of each size occur.
import { known, optionNames } from '../../tensor/options.js'
import { axis, hint, many, needFinite, noted, placed } from '../axes.js'
import { badOption } from '../errors.js'
import { Figure } from '../figure.js'
import { digitsOf, isNumbers, type Numbers, numbersOf, said, shortened } from '../numbers.js'
import { checkOptions, FIGURE_OPTIONS, type FigureOptions } from '../options.js'
import { CATEGORIES } from '../palette.js'
import { colours, SIZE } from './points.js'

export interface HistogramOptions extends FigureOptions {
  /** How many intervals of one width. Freedman and Diaconis' choice (1981), from 5 to 80. */
  readonly bins?: number | undefined
  /** 'count', or 'density': the area of all bars is 1. */
  readonly show?: 'count' | 'density' | undefined
}

const HISTOGRAM_OPTIONS = { ...FIGURE_OPTIONS, ...optionNames<Pick<HistogramOptions, 'bins' | 'show'>>()('bins show') }

/**
 * A histogram of numbers, of any many: they are counted here. `histogram({ before: x, after: y })` lays several over each other. What is not finite is
 * left out, and told.
 *
 * Throws PlotError: BAD_DATA for no finite number; BAD_OPTION.
 *
 * @example
 * plot.histogram([1, 1, 2, 3], { bins: 2, xLabel: 'activation' }).alt // 'Histogram of activation: 4 numbers from 1 to 3, mean 1.75.'
 * @torch none
 */
export function histogram(data: Numbers | Readonly<Record<string, Numbers>>, options: HistogramOptions = {}): Figure {
  known('histogram', options, HISTOGRAM_OPTIONS)
  checkOptions('histogram', options)
  const { bins, show = 'count' } = options
  if (bins !== undefined && !(Number.isInteger(bins) && bins >= 1 && bins <= 1000)) {
    throw badOption('histogram', `bins is ${bins}`, 'It is a whole number from 1 to 1000.')
  }
  if (show !== 'count' && show !== 'density')
    throw badOption('histogram', `show '${String(show)}' does not exist`, "There are: 'count', 'density'.")
  const parts = isNumbers(data)
    ? [['', flat(data)] as const]
    : Object.entries(data).map(([name, numbers]) => [name, flat(numbers)] as const)
  for (const [, numbers] of parts) placed('histogram', 'x', options, numbers)
  const finite = parts.map(([name, numbers]) => [name, numbers.filter(Number.isFinite)] as const)
  // On a logarithmic axis intervals are of one width there.
  const [into, back] = options.xScale === 'log' ? [Math.log10, (x: number) => 10 ** x] : [same, same]
  const lists = finite.map(([, numbers]) => numbers.map(into))
  const { least, greatest } = needFinite(
    'histogram',
    'it',
    lists.flatMap(numbers => ends(numbers)),
  )
  const room = greatest - least > 1e-9 * Math.max(1, Math.abs(least)) ? 0 : Math.max(0.5, Math.abs(least) / 2)
  const [from, to] = [least - room, greatest + room]
  const count = bins ?? chosenBins(lists, from, to)
  const width = (to - from) / count
  const named = !isNumbers(data)
  const edges = Array.from({ length: count + 1 }, (_, i) => back(from + i * width))
  const digits = digitsOf(edges)
  const values = finite.flatMap(([name], k) => {
    const numbers = lists[k] as Float64Array
    const counts = countsIn(numbers, from, width, count)
    return Array.from(counts, (n, i) => {
      const [first, last] = [edges[i] as number, edges[i + 1] as number]
      const y = show === 'density' ? n / (numbers.length * (last - first)) : n
      return {
        x: shortened(first, digits),
        x2: shortened(last, digits),
        // A logarithm has no place for what never occurs.
        y: y === 0 && options.yScale === 'log' ? null : shortened(y),
        ...(named ? { c: name } : {}),
      }
    })
  })
  const lost =
    parts.reduce((sum, [, numbers]) => sum + numbers.length, 0) -
    finite.reduce((sum, [, numbers]) => sum + numbers.length, 0)
  const heights = values.flatMap(({ y }) => y ?? [])
  const content = {
    kind: 'view',
    title: options.title,
    subtitle: noted(options, [
      many(lost, options.xScale === 'log' ? 'not above 0, or not finite: left out' : 'not finite: left out'),
    ]),
    width: options.width ?? SIZE.width,
    height: options.height ?? SIZE.height,
    layers: [
      {
        data: { values },
        mark: {
          type: 'bar',
          binSpacing: named ? 0 : 1,
          ...(named ? { opacity: 0.55 } : { color: CATEGORIES[0] }),
        },
        encoding: {
          x: { ...axis('x', options, edges, { label: undefined }), bin: { binned: true } },
          x2: { field: 'x2' },
          y: { ...axis('y', options, heights, { label: show, zero: options.yScale !== 'log' }), stack: null },
          tooltip: [hint('x', 'from'), hint('x2', 'to'), hint('y', show)],
          color: named
            ? colours(
                finite.map(([name]) => name),
                undefined,
              )
            : undefined,
        },
      },
    ],
  } as const
  return new Figure(content, options.alt ?? altOf(finite, options))
}

const same = (x: number): number => x

const flat = (given: Numbers): Float64Array =>
  numbersOf('histogram', 'it', typeof given === 'object' && 'reshape' in given ? given.reshape([-1]) : given)

function ends(numbers: Float64Array): number[] {
  let [least, greatest] = [Infinity, -Infinity]
  for (const value of numbers) {
    least = Math.min(least, value)
    greatest = Math.max(greatest, value)
  }
  return numbers.length === 0 ? [] : [least, greatest]
}

/** Twice the middle half's width by the cube root of how many there are (Freedman and Diaconis 1981). */
function chosenBins(lists: readonly Float64Array[], from: number, to: number): number {
  const largest = lists.reduce((a, b) => (b.length > a.length ? b : a))
  const sorted = largest.slice().sort()
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] as number
  const width = (2 * (at(0.75) - at(0.25))) / Math.cbrt(sorted.length)
  const wanted = width > 0 ? Math.ceil((to - from) / width) : 10
  return Math.min(80, Math.max(5, wanted))
}

function countsIn(numbers: Float64Array, from: number, width: number, count: number): Uint32Array {
  const counts = new Uint32Array(count)
  for (const value of numbers) {
    const place = Math.min(count - 1, Math.max(0, Math.floor((value - from) / width)))
    counts[place] = (counts[place] as number) + 1
  }
  return counts
}

function altOf(parts: readonly (readonly [string, Float64Array])[], { xLabel, title }: HistogramOptions): string {
  const about = xLabel ?? title
  const each = parts.map(([name, numbers]) => {
    const [least = Number.NaN, greatest = Number.NaN] = ends(numbers)
    const mean = numbers.reduce((sum, value) => sum + value / numbers.length, 0)
    return `${name === '' ? '' : `${name}, `}${numbers.length.toLocaleString('en')} numbers from ${said(least)} to ${said(greatest)}, mean ${said(mean)}`
  })
  return `Histogram${about === undefined ? '' : ` of ${about}`}: ${each.join('; ')}.`
}
