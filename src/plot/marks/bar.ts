// Bars: a number for each of some names.
import { known, optionNames } from '../../tensor/options.js'
import { axis, hint, needFinite, noted, placed, titled } from '../axes.js'
import { badData } from '../errors.js'
import { Figure } from '../figure.js'
import { isNumbers, type Numbers, numbersOf, said, shortened } from '../numbers.js'
import { checkOptions, FIGURE_OPTIONS, type FigureOptions } from '../options.js'
import { CATEGORIES } from '../palette.js'
import { SIZE } from './points.js'

export interface BarOptions extends FigureOptions {
  /** Names of the bars, where only numbers are given. Their places, from 0. */
  readonly names?: readonly string[] | undefined
  /** Whether bars lie, which long names ask for. Where a name has more than 12 letters, or there are more than 12. */
  readonly lying?: boolean | undefined
}

const BAR_OPTIONS = { ...FIGURE_OPTIONS, ...optionNames<Pick<BarOptions, 'names' | 'lying'>>()('names lying') }
const MOST = 200

/**
 * Bars: `bar({ name: number })`, or `bar(numbers, { names })`. Names stand in the order in which they are given. Where bars lie, `yLabel` and
 * `yScale` are those of the numbers all the same.
 *
 * Throws PlotError: BAD_DATA for no finite number, names that do not fit, more than 200 bars; BAD_OPTION.
 *
 * @example
 * plot.bar({ SGD: 0.92, Adam: 0.97 }, { yLabel: 'accuracy' }).alt // 'Bars of accuracy: SGD 0.92, Adam 0.97.'
 * @torch none
 */
export function bar(data: Numbers | Readonly<Record<string, number>>, options: BarOptions = {}): Figure {
  known('bar', options, BAR_OPTIONS)
  checkOptions('bar', options)
  const { names, numbers } = namedNumbers(data, options)
  placed('bar', 'y', options, numbers)
  needFinite('bar', 'it', numbers)
  const { lying = numbers.length > 12 || names.some(name => name.length > 12) } = options
  const size = { ...axis('y', options, numbers, { label: undefined, zero: options.yScale !== 'log' }), stack: null }
  const places = {
    field: 'name',
    type: 'nominal',
    sort: null,
    title: titled(options.xLabel),
    axis: { labelAngle: 0, labelLimit: 260 },
  } as const
  const layer = {
    data: { values: names.map((name, i) => ({ name, y: shortened(numbers[i] as number) })) },
    mark: { type: 'bar', color: CATEGORIES[0], cornerRadiusEnd: 2 },
    encoding: {
      ...(lying ? { y: places, x: size } : { x: places, y: size }),
      tooltip: [hint('name', options.xLabel, 'nominal'), hint('y', options.yLabel)],
    },
  } as const
  const height = lying ? Math.max(60, numbers.length * 22) : SIZE.height
  const content = {
    kind: 'view',
    title: options.title,
    subtitle: noted(options, []),
    width: options.width ?? SIZE.width,
    height: options.height ?? height,
    layers: [layer],
  } as const
  return new Figure(content, options.alt ?? altOf(names, numbers, options))
}

function namedNumbers(
  data: Numbers | Readonly<Record<string, number>>,
  { names: given }: BarOptions,
): { names: string[]; numbers: Float64Array } {
  const [names, numbers] = isNumbers(data)
    ? [given, numbersOf('bar', 'it', data)]
    : [Object.keys(data), numbersOf('bar', 'it', Object.values(data))]
  if (numbers.length > MOST) {
    throw badData(
      'bar',
      `there are ${numbers.length} bars`,
      `At most ${MOST} can be told apart; a histogram counts how often numbers occur.`,
    )
  }
  if (names !== undefined && names.length !== numbers.length) {
    throw badData('bar', `there are ${names.length} names for ${numbers.length} numbers`, 'Each bar has one.')
  }
  if (names !== undefined && new Set(names).size !== names.length) {
    throw badData('bar', 'two bars have the same name', 'Bars of one name would stand on each other.')
  }
  return { names: names === undefined ? Array.from(numbers, (_, i) => String(i)) : [...names], numbers }
}

function altOf(names: readonly string[], numbers: Float64Array, { yLabel, title }: BarOptions): string {
  const about = yLabel === undefined ? (title === undefined ? '' : ` (${title})`) : ` of ${yLabel}`
  const listed = names.slice(0, 10).map((name, i) => `${name} ${said(numbers[i] as number)}`)
  return `Bars${about}: ${listed.join(', ')}${names.length > 10 ? `, and ${names.length - 10} more` : ''}.`
}
