// The heat strip: all numbers of a tensor from first to last, as a row (or a few rows) of coloured cells in SVG.
import type { Statistics } from './statistics.js'

const CELLS = 96
const HEIGHT = 14
const WIDTH = 480

/** Blue below 0, white at 0, orange above: safe for the common kinds of colour blindness. */
const BELOW = [33, 102, 172] as const
const MIDDLE = [247, 247, 247] as const
const ABOVE = [179, 88, 6] as const
/** What is not finite. */
const ODD = '#c51b7d'

/** Numbers of one sign are coloured from white at the end near 0; mixed ones around 0. */
export function colourOf(value: number, { min, max }: Pick<Statistics, 'min' | 'max'>): string {
  if (!Number.isFinite(value)) return ODD
  const reach = Math.max(Math.abs(min), Math.abs(max))
  const part = reach === 0 ? 0 : Math.min(1, Math.abs(value) / reach)
  const end = value < 0 ? BELOW : ABOVE
  const mixed = MIDDLE.map((from, i) => Math.round(from + ((end[i] as number) - from) * part))
  return `rgb(${mixed.join(',')})`
}

/** SVG of at most 96 cells; each is the mean of its neighbours where there are more numbers. */
export function heatStrip(values: ArrayLike<number>, range: Pick<Statistics, 'min' | 'max'>): string {
  const count = Math.min(values.length, CELLS)
  if (count === 0) return ''
  const width = WIDTH / count
  const cells = Array.from({ length: count }, (_, i) => {
    const [from, to] = [Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count)]
    const colour = colourOf(meanOf(values, from, to), range)
    return `<rect x="${(i * width).toFixed(2)}" width="${(width + 0.3).toFixed(2)}" height="${HEIGHT}" fill="${colour}"/>`
  })
  return `<svg class="gl-strip" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="All ${values.length} numbers from first to last as colours, from ${range.min} to ${range.max}">${cells.join('')}</svg>`
}

function meanOf(values: ArrayLike<number>, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += values[i] as number
  return sum / (to - from)
}
