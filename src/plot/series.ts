// Several lines or clouds in one figure: what a function is given becomes lists of x and y by their names.
import { badData } from './errors.js'
import { columnOf, described, isNumbers, type Numbers, numberColumn, numbersOf, type Row, rowsOf } from './numbers.js'

/** One line or cloud; a name where there are several. */
export interface Series {
  readonly name: string | undefined
  readonly x: Float64Array
  readonly y: Float64Array
}

/** Which columns of rows are drawn. */
export interface ColumnOptions {
  /** The column along x; without it rows are counted. */
  readonly x?: string | undefined
  /** The column along y. */
  readonly y?: string | undefined
  /** The column whose values are told apart by colours. */
  readonly color?: string | undefined
}

/** Numbers by a name, or x and y in a list of two. */
export type NamedSeries = Readonly<Record<string, Numbers | readonly [x: Numbers, y: Numbers]>>

export type SeriesData = Numbers | NamedSeries | Iterable<Row>

/** More would be a tangle with eight colours in it. */
const MOST = 40

/** Reads `f(y)`, `f(x, y)`, `f({ name: y })`, `f({ name: [x, y] })` and `f(rows, { x, y, color })`. */
export function seriesOf(
  where: string,
  data: SeriesData,
  second: Numbers | undefined,
  columns: ColumnOptions,
): Series[] {
  const series = parts(where, data, second, columns)
  if (series.length === 0) throw badData(where, 'there is nothing to draw', 'Give numbers, numbers by names, or rows.')
  if (series.length > MOST) {
    throw badData(
      where,
      `there are ${series.length} of them`,
      `At most ${MOST} can be told apart: choose some, or draw bands of them.`,
    )
  }
  for (const { name, x, y } of series) {
    if (x.length !== y.length) {
      throw badData(
        where,
        `${name === undefined ? '' : `'${name}': `}x has ${x.length} numbers, y has ${y.length}`,
        'Each point has both.',
      )
    }
  }
  return series
}

function parts(where: string, data: SeriesData, second: Numbers | undefined, columns: ColumnOptions): Series[] {
  if (isNumbers(data)) {
    const first = numbersOf(where, second === undefined ? 'y' : 'x', data)
    return [
      second === undefined
        ? counted(undefined, first)
        : { name: undefined, x: first, y: numbersOf(where, 'y', second) },
    ]
  }
  const rows = rowsOf(data)
  if (rows !== undefined) return ofRows(where, rows, columns)
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw badData(where, `it is ${described(data)}`, 'Give numbers, numbers by names, or rows.')
  }
  return Object.entries(data as NamedSeries).map(([name, value]) => {
    if (isNumbers(value)) return counted(name, numbersOf(where, `'${name}'`, value))
    if (!Array.isArray(value) || value.length !== 2) {
      throw badData(
        where,
        `'${name}' is ${described(value)}`,
        'Give numbers by each name, or x and y in a list of two.',
      )
    }
    const [x, y] = value as [Numbers, Numbers]
    return { name, x: numbersOf(where, `x of '${name}'`, x), y: numbersOf(where, `y of '${name}'`, y) }
  })
}

const counted = (name: string | undefined, y: Float64Array): Series => ({
  name,
  x: Float64Array.from(y, (_, i) => i),
  y,
})

function ofRows(where: string, rows: readonly Row[], { x, y, color }: ColumnOptions): Series[] {
  if (rows.length === 0) return []
  if (y === undefined) {
    throw badData(
      where,
      'it is not said which column is drawn',
      `Write { x: '...', y: '...' }; there are: ${Object.keys(rows[0] as Row).join(', ')}.`,
    )
  }
  const groups = new Map<string | undefined, Row[]>()
  const names = color === undefined ? undefined : columnOf(where, rows, color)
  for (const [i, row] of rows.entries()) {
    const name = names === undefined ? undefined : String(names[i])
    const known = groups.get(name)
    if (known === undefined) groups.set(name, [row])
    else known.push(row)
  }
  return Array.from(groups, ([name, members]) => {
    const down = numberColumn(where, members, y)
    return x === undefined ? counted(name, down) : { name, x: numberColumn(where, members, x), y: down }
  })
}
