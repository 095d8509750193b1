// The words that all figures have in common.
import { optionNames } from '../tensor/options.js'
import { badOption } from './errors.js'

/** How numbers become places on an axis. */
export type Scale = 'linear' | 'log' | 'symlog' | 'sqrt'

/** What every figure takes. */
export interface FigureOptions {
  /** What it shows, in a few words. */
  readonly title?: string | undefined
  /** A second, smaller line. */
  readonly subtitle?: string | undefined
  /** What the axes are, with their units: 'loss, nats'. */
  readonly xLabel?: string | undefined
  readonly yLabel?: string | undefined
  /** 'linear'. */
  readonly xScale?: Scale | undefined
  readonly yScale?: Scale | undefined
  /** First and last number of an axis. Those of the data. */
  readonly xDomain?: readonly [number, number] | undefined
  readonly yDomain?: readonly [number, number] | undefined
  /** Pixels of the area in which it is drawn. 480 by 280. */
  readonly width?: number | undefined
  readonly height?: number | undefined
  /** For those who cannot see it. Made from the data. */
  readonly alt?: string | undefined
}

export const FIGURE_OPTIONS = optionNames<FigureOptions>()(
  'title subtitle xLabel yLabel xScale yScale xDomain yDomain width height alt',
)

const SCALES: ReadonlySet<unknown> = new Set<Scale>(['linear', 'log', 'symlog', 'sqrt'])

/** Looks at the values of options; their names have been looked at by then. */
export function checkOptions(where: string, options: FigureOptions): void {
  for (const name of ['xScale', 'yScale'] as const) {
    const scale = options[name]
    if (scale !== undefined && !SCALES.has(scale)) {
      throw badOption(where, `${name} '${scale}' does not exist`, `There are: ${[...SCALES].join(', ')}.`)
    }
  }
  for (const name of ['width', 'height'] as const) {
    const size = options[name]
    if (size !== undefined && !(size >= 20 && size <= 4000)) {
      throw badOption(where, `${name} is ${size}`, 'It is a number of pixels from 20 to 4000.')
    }
  }
  for (const axis of ['x', 'y'] as const) {
    const domain = options[`${axis}Domain`]
    if (domain === undefined) continue
    const [first, last] = domain
    if (domain.length !== 2 || !Number.isFinite(first) || !Number.isFinite(last) || first === last) {
      throw badOption(where, `${axis}Domain is [${domain.join(', ')}]`, 'It is two different numbers: [0, 1].')
    }
    if (options[`${axis}Scale`] === 'log' && !(Math.min(first, last) > 0)) {
      throw badOption(
        where,
        `${axis}Domain begins at ${Math.min(first, last)}`,
        "A logarithm is of numbers above 0; yScale: 'symlog' has all.",
      )
    }
  }
}
