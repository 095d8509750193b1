// Figures put together: over each other, beside each other, one for each kind of row.
import { known, optionNames } from '../tensor/options.js'
import { badData } from './errors.js'
import { type Content, Figure, type View } from './figure.js'
import { columnOf, type Row, rowsOf } from './numbers.js'
import { CATEGORIES } from './palette.js'
import type { Json, Spec } from './spec.js'

export interface GroupOptions {
  /** What all of them show. */
  readonly title?: string | undefined
  readonly subtitle?: string | undefined
  /** For those who cannot see it. Those of all parts. */
  readonly alt?: string | undefined
}

const GROUP_OPTIONS = optionNames<GroupOptions>()('title subtitle alt')

export interface LayerOptions extends GroupOptions {
  /** Pixels of the area. Those of the first figure. */
  readonly width?: number | undefined
  readonly height?: number | undefined
}

const LAYER_OPTIONS = { ...GROUP_OPTIONS, ...optionNames<Pick<LayerOptions, 'width' | 'height'>>()('width height') }

/**
 * Figures over each other, the first one below. Axes are shared, and titled as the first one's; a colour that nobody chose is another one for each.
 *
 * Throws PlotError BAD_DATA for figures that are groups themselves.
 *
 * @example
 * plot.layer([plot.line([1, 2, 3]), plot.scatter([0, 1, 2], [1, 2, 3])]).alt.slice(0, 5) // 'Line:'
 * @torch none
 */
export function layer(figures: readonly Figure[], options: LayerOptions = {}): Figure {
  known('layer', options, LAYER_OPTIONS)
  const views = needFigures('layer', figures).map(({ content }) => {
    if (content.kind !== 'view')
      throw badData('layer', 'a group cannot lie over others', 'Lay its figures over each other one by one.')
    return content
  })
  const first = views[0] as View
  const content: Content = {
    kind: 'view',
    title: options.title ?? first.title,
    subtitle: options.subtitle ?? first.subtitle,
    width: options.width ?? first.width,
    height: options.height ?? first.height,
    layers: views.flatMap(({ layers }, i) =>
      layers.map(one => (i === 0 ? one : asLater(one, i, first.layers[0] as Spec))),
    ),
  }
  return new Figure(content, options.alt ?? together(figures))
}

/**
 * Figures beside each other, from left to right.
 *
 * @example
 * plot.beside([plot.line([1, 2]), plot.line([2, 1])], { title: 'Two runs' }).alt.startsWith('Line') // true
 * @torch none
 */
export function beside(figures: readonly Figure[], options: GroupOptions = {}): Figure {
  return group('beside', 'row', figures, options)
}

/**
 * Figures below each other, from top to bottom.
 *
 * @example
 * plot.stacked([plot.line([1, 2]), plot.line([2, 1])]).content.kind // 'column'
 * @torch none
 */
export function stacked(figures: readonly Figure[], options: GroupOptions = {}): Figure {
  return group('stacked', 'column', figures, options)
}

export interface FacetOptions extends GroupOptions {
  /** The column whose values each get a figure. */
  readonly by: string
  /** Figures beside each other before the next row begins. 2. */
  readonly columns?: number | undefined
}

const FACET_OPTIONS = { ...GROUP_OPTIONS, ...optionNames<Pick<FacetOptions, 'by' | 'columns'>>()('by columns') }

/**
 * A figure for each value of a column: `make` draws the rows that have it.
 *
 * Throws PlotError BAD_DATA for no rows, a column that is not there, more than 24 values.
 *
 * @example
 * const rows = [{ kind: 'a', y: 1 }, { kind: 'b', y: 2 }]
 * const figure = plot.facet(rows, part => plot.line(part, { y: 'y' }), { by: 'kind' })
 * figure.content.kind // 'column'
 * @torch none
 */
export function facet(
  data: Iterable<Row>,
  make: (rows: readonly Row[], value: string) => Figure,
  options: FacetOptions,
): Figure {
  const { by, columns = 2, ...rest } = known('facet', options, FACET_OPTIONS)
  const rows = rowsOf(data) ?? []
  if (rows.length === 0) throw badData('facet', 'there are no rows', 'Give a list of objects, or a table of data.csv.')
  const values = columnOf('facet', rows, by).map(String)
  const kinds = [...new Set(values)]
  if (kinds.length > 24)
    throw badData(
      'facet',
      `'${by}' has ${kinds.length} values`,
      'At most 24 figures can be looked at: choose some rows.',
    )
  const figures = kinds.map(kind =>
    titled(
      make(
        rows.filter((_, i) => values[i] === kind),
        kind,
      ),
      `${by}: ${kind}`,
    ),
  )
  const lines = Array.from({ length: Math.ceil(kinds.length / columns) }, (_, i) =>
    beside(figures.slice(i * columns, (i + 1) * columns)),
  )
  return new Figure({ ...groupOf('column', lines), ...titlesOf(rest) }, rest.alt ?? together(figures))
}

function titled(figure: Figure, title: string): Figure {
  return figure.content.title === undefined ? new Figure({ ...figure.content, title }, figure.alt) : figure
}

function group(where: string, kind: 'row' | 'column', figures: readonly Figure[], options: GroupOptions): Figure {
  known(where, options, GROUP_OPTIONS)
  needFigures(where, figures)
  return new Figure({ ...groupOf(kind, figures), ...titlesOf(options) }, options.alt ?? together(figures))
}

const groupOf = (kind: 'row' | 'column', figures: readonly Figure[]): Content => ({
  kind,
  members: figures.map(({ content }) => content),
})

const titlesOf = ({ title, subtitle }: GroupOptions): GroupOptions => ({ title, subtitle })

function needFigures(where: string, figures: readonly Figure[]): readonly Figure[] {
  if (!Array.isArray(figures) || figures.length === 0 || !figures.every(one => one instanceof Figure)) {
    throw badData(where, 'it takes a list of figures', `Write ${where}([plot.line(a), plot.line(b)]).`)
  }
  return figures
}

const together = (figures: readonly Figure[]): string => figures.map(({ alt }) => alt).join(' ')

/** A layer over others: axes titled as the first one's, and the next colour where nobody chose one. */
function asLater(layer: Spec, index: number, first: Spec): Spec {
  const [mark, encoding, other] = [layer.mark as Spec, layer.encoding as Spec, first.encoding as Spec]
  const unchosen = mark.color === CATEGORIES[0] && encoding.color === undefined
  const axisAs = (channel: 'x' | 'y'): Json | undefined => {
    const [own, shared] = [encoding[channel], other[channel]] as [Spec | undefined, Spec | undefined]
    return own === undefined || shared === undefined ? own : { ...own, title: shared.title ?? null }
  }
  return {
    ...layer,
    mark: unchosen ? { ...mark, color: CATEGORIES[index % CATEGORIES.length] as string } : mark,
    encoding: { ...encoding, x: axisAs('x'), y: axisAs('y') },
  }
}
