// What lines and clouds share: points as rows of a specification, and the colour of each series.
import { type AxisDefaults, axis, hint, many, needFinite, noted, placed, titled } from '../axes.js'
import { badData } from '../errors.js'
import type { Content } from '../figure.js'
import { digitsOf, shortened } from '../numbers.js'
import type { FigureOptions } from '../options.js'
import { CATEGORIES } from '../palette.js'
import type { ColumnOptions, Series } from '../series.js'
import type { Json, Spec } from '../spec.js'

export type PointOptions = FigureOptions & ColumnOptions

export interface PointMark {
  readonly mark: Spec
  /** Which points of a series are drawn. */
  readonly choose: (series: Series) => Uint32Array
  /** What is said of points that are not. */
  readonly note: (drawn: number, all: number) => string
  /** Whether a y that is no number leaves a gap: in a line. */
  readonly gaps: boolean
  readonly x: AxisDefaults
  readonly y: AxisDefaults
}

export const SIZE = { width: 480, height: 280 } as const

/** One layer of points. What a logarithm has no place for, and all that is not finite, becomes a gap. */
export function pointsView(where: string, series: readonly Series[], options: PointOptions, how: PointMark): Content {
  const named = series.some(({ name }) => name !== undefined)
  let [lost, drawn, all, whole] = [0, 0, 0, 0]
  const values: Json[] = []
  const clean = series.map(one => ({ ...one, x: one.x.slice(), y: one.y.slice() }))
  for (const one of clean) lost += placed(where, 'x', options, one.x) + placed(where, 'y', options, one.y)
  const [xs, ys] = [clean.flatMap(({ x }) => spread(x)), clean.flatMap(({ y }) => spread(y))]
  needFinite(where, 'x', xs)
  needFinite(where, 'y', ys)
  const [across, up] = [digitsOf(xs), digitsOf(ys)]
  for (const one of clean) {
    const chosen = how.choose(one)
    drawn += chosen.length
    all += one.y.length
    for (const i of chosen) {
      const [x, y] = [shortened(one.x[i] as number, across), shortened(one.y[i] as number, up)]
      if (x !== null && y !== null) whole++
      if (x !== null && (y !== null || how.gaps)) values.push(named ? { x, y, c: one.name ?? '' } : { x, y })
    }
  }
  if (whole === 0)
    throw badData(
      where,
      'no point has both x and y',
      'Look at what was computed before: NaN, Infinity, or nothing above 0 on a logarithmic axis.',
    )
  const names = clean.map(({ name }) => name ?? '')
  return {
    kind: 'view',
    title: options.title,
    subtitle: noted(options, [
      drawn < all ? how.note(drawn, all) : '',
      many(lost, 'not above 0: a logarithm has no place for them'),
    ]),
    width: options.width ?? SIZE.width,
    height: options.height ?? SIZE.height,
    layers: [
      {
        data: { values },
        mark: named ? how.mark : { ...how.mark, color: CATEGORIES[0] },
        encoding: {
          x: axis('x', options, xs, how.x),
          y: axis('y', options, ys, how.y),
          color: named ? colours(names, options.color) : undefined,
          tooltip: [
            ...(named ? [hint('c', options.color ?? 'name', 'nominal')] : []),
            hint('x', options.xLabel ?? how.x.label),
            hint('y', options.yLabel ?? how.y.label),
          ],
        },
      },
    ],
  }
}

/** The least and the greatest are all that an axis asks for. */
function spread(numbers: Float64Array): number[] {
  let [least, greatest] = [Infinity, -Infinity]
  for (const value of numbers) {
    if (!Number.isFinite(value)) continue
    least = Math.min(least, value)
    greatest = Math.max(greatest, value)
  }
  return least <= greatest ? [least, greatest] : []
}

/** Names in their order, each with its colour; the colours begin again after the eighth. */
export function colours(names: readonly string[], title: string | undefined): Spec {
  return {
    field: 'c',
    type: 'nominal',
    title: titled(title),
    scale: { domain: [...names], range: names.map((_, i) => CATEGORIES[i % CATEGORIES.length] as string) },
    legend: { symbolLimit: 40 },
  }
}
