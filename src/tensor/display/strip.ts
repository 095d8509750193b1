// The heat strip: all numbers of a tensor from first to last as a row of coloured cells in SVG, and its legend.
import type { Statistics } from './statistics.js'

type Bounds = Pick<Statistics, 'min' | 'max'>

/** Cells of a strip at most; each is the first of its piece where there are more numbers. */
export const CELLS = 96
/** Steps of colour from 0 to the greatest size. */
export const LEVELS = 10
const HEIGHT = 14
const WIDTH = 480

/** Blue below 0, orange above, both clear on light and dark and to the colour-blind; magenta for what is not finite. */
export const COLOURS = { below: '59,130,196', above: '224,134,38', odd: '201,48,140' } as const

/** Of which colour a number is, and how strong: 0 has level 0, the number farthest from 0 the highest. */
export interface Heat {
  readonly colour: keyof typeof COLOURS
  readonly level: number
}

export function heatOf(value: number, { min, max }: Bounds): Heat {
  if (!Number.isFinite(value)) return { colour: 'odd', level: LEVELS }
  const reach = Math.max(Math.abs(min), Math.abs(max))
  const part = reach === 0 ? 0 : Math.min(1, Math.abs(value) / reach)
  return { colour: value < 0 ? 'below' : 'above', level: Math.round(part * LEVELS) }
}

/** How opaque a level is drawn; the page's own background stands for 0. */
export function opacityOf(level: number): string {
  return String(Number((level / LEVELS).toFixed(2))).replace(/^0\./, '.')
}

/** The strip of the pieces' first numbers. `says` is what a screen reader reads and a mouse shows. */
export function heatStrip(pieces: readonly number[], bounds: Bounds, says: string): string {
  return picture(pieces, Math.min(WIDTH, Math.max(96, pieces.length * 20)), bounds, says)
}

/** The colours from the least to the greatest number. */
export function legend({ min, max }: Bounds): string {
  const steps = min === max ? 1 : 24
  const values = Array.from({ length: steps }, (_, i) => (steps === 1 ? min : min + ((max - min) * i) / (steps - 1)))
  return picture(values, steps === 1 ? 14 : 96, { min, max }, '')
}

/** One path for each colour and level: a few hundred bytes instead of a rectangle for each cell. */
function picture(values: readonly number[], width: number, bounds: Bounds, says: string): string {
  const paths = new Map<string, string>()
  values.forEach((value, i) => {
    const { colour, level } = heatOf(value, bounds)
    if (level === 0) return
    const [from, to] = [edge(i, values.length, width), edge(i + 1, values.length, width)]
    const key = `fill="rgb(${COLOURS[colour]})" fill-opacity="${opacityOf(level)}"`
    paths.set(key, `${paths.get(key) ?? ''}M${from} 0H${to}V${HEIGHT}H${from}z`)
  })
  const drawn = [...paths].map(([fill, d]) => `<path ${fill} d="${d}"/>`).join('')
  const role = says === '' ? 'aria-hidden="true"' : `role="img" aria-label="${says}"`
  const title = says === '' ? '' : `<title>${says}</title>`
  return `<svg width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" ${role}>${title}${drawn}</svg>`
}

const edge = (i: number, count: number, width: number): number => Math.round((i * width) / count)
