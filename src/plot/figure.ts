// A figure: data that shows itself in a notebook, and can be laid over others or beside them.
import { CATEGORIES, DIVERGING, SEQUENTIAL } from './palette.js'
import { plainSpec, SCHEMA, type Spec, textLines, VEGA_LITE } from './spec.js'

/** One area with axes: layers over each other. */
export interface View {
  readonly kind: 'view'
  readonly title?: string | undefined
  readonly subtitle?: string | undefined
  readonly width: number
  readonly height: number
  readonly layers: readonly Spec[]
}

/** Figures in a row or in a column. */
export interface Group {
  readonly kind: 'row' | 'column'
  readonly title?: string | undefined
  readonly subtitle?: string | undefined
  readonly members: readonly Content[]
}

export type Content = View | Group

/** Sizes are pixels. Colours of text and lines are left to the page, which knows whether it is light or dark. */
const CONFIG: Spec = {
  view: { stroke: null },
  axis: {
    labelFontSize: 12,
    titleFontSize: 13,
    titleFontWeight: 'normal',
    titlePadding: 8,
    gridOpacity: 0.3,
    domainOpacity: 0.6,
    tickOpacity: 0.6,
    labelOverlap: 'greedy',
    labelFlush: true,
  },
  axisX: { gridOpacity: 0.15 },
  legend: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    symbolStrokeWidth: 3,
    symbolOpacity: 1,
    labelLimit: 240,
  },
  header: { labelFontSize: 13, titleFontSize: 13, titleFontWeight: 'normal' },
  title: { fontSize: 15, fontWeight: 600, subtitleFontSize: 12, anchor: 'start', offset: 12, subtitlePadding: 4 },
  // The figure is described as a whole; each of a thousand marks is not.
  mark: { aria: false },
  line: { strokeWidth: 2 },
  range: {
    category: [...CATEGORIES],
    ramp: { scheme: SEQUENTIAL },
    heatmap: { scheme: SEQUENTIAL },
    diverging: { scheme: DIVERGING },
  },
}

/**
 * What `plot`'s functions return. It shows itself in a notebook; `toSpec()` gives it as data, which Vega-Lite 5 draws anywhere.
 *
 * @example
 * plot.line([3, 2, 1], { title: 'Loss' }).alt // 'Line (Loss): 3 numbers from 3 to 1; least 1, greatest 3.'
 * @torch none
 */
export class Figure {
  readonly #content: Content

  constructor(
    content: Content,
    /** What it shows, for those who cannot see it. */
    readonly alt: string,
  ) {
    this.#content = content
  }

  /** Parts of it, for what puts figures together. */
  get content(): Content {
    return this.#content
  }

  /** A specification of Vega-Lite 5, as data of its own. */
  toSpec(): Spec {
    return plainSpec({
      $schema: SCHEMA,
      description: this.alt,
      background: 'transparent',
      config: CONFIG,
      ...bodyOf(this.#content),
    })
  }

  /** As JSON has it: the specification. */
  toJSON(): Spec {
    return this.toSpec()
  }
}

Object.defineProperties(Figure.prototype, {
  [Symbol.for('nodejs.util.inspect.custom')]: {
    value(this: Figure): string {
      return `Figure(${this.alt})`
    },
  },
  [Symbol.for('Jupyter.display')]: {
    value(this: Figure): Record<string, unknown> {
      return { [VEGA_LITE]: this.toSpec(), 'text/plain': this.alt }
    },
  },
})

function bodyOf(content: Content): Spec {
  const title = titleOf(content)
  if (content.kind !== 'view') {
    return {
      title,
      [content.kind === 'row' ? 'hconcat' : 'vconcat']: content.members.map(bodyOf),
      spacing: 24,
      resolve: APART,
    }
  }
  const { width, height, layers } = content
  const [only] = layers
  return layers.length === 1 && only !== undefined
    ? { title, width, height, ...only }
    : { title, width, height, layer: layers }
}

/** Figures beside each other have colours of their own. */
const APART: Spec = { scale: { color: 'independent' }, legend: { color: 'independent' } }

function titleOf({ title, subtitle }: Content): Spec | undefined {
  if (title === undefined && subtitle === undefined) return undefined
  return { text: textLines(title ?? ''), subtitle: subtitle === undefined ? undefined : textLines(subtitle) }
}
