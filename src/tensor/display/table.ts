// The numbers of a tensor as small tables with the places in their margins; long axes without their middle.
import { endsOf, type Numbers, piece } from '../print/ends.js'
import { styleOf } from '../print/print.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import type { Statistics } from './statistics.js'
import { heatOf } from './strip.js'

/** Rows that are all shown, and so many at either end of a longer axis. */
const ROWS = { whole: 10, end: 4 }
const COLUMNS = { most: 16, least: 5 }
/** Characters of a line, the room between columns included; tables of more axes stand side by side. */
const LINE = 100
/** Tables of a tensor with more than two axes. */
const TABLES = 2

/** Tables for the last two axes, of the first places on the others. */
export function tables(x: Tensor, range: Statistics): string {
  const rank = x.shape.length
  if (rank <= 2) return written(x, [shown(x)], range)[0] as string
  const lead = x.shape.slice(0, -2)
  const count = sizeOf(lead)
  const places = Array.from({ length: Math.min(count, TABLES) }, (_, i) => placeOf(i, lead))
  const parts = places.map(place => shown(place.reduce((y, at, axis) => piece(y, axis, at, 1), x)))
  const drawn = written(x, parts, range).map((table, i) => {
    const place = (places[i] as number[]).join(', ')
    return `<figure><figcaption>at(${place})</figcaption>${table}</figure>`
  })
  const [rows, columns] = x.shape.slice(-2)
  const rest = count > TABLES ? `<p class="gl-note">and ${count - TABLES} more of [${rows}, ${columns}]</p>` : ''
  return `<div class="gl-tables">${drawn.join('')}</div>${rest}`
}

/** Place number i on axes of these sizes. */
function placeOf(i: number, sizes: readonly number[]): number[] {
  return sizes.map((n, axis) => Math.floor(i / sizeOf(sizes.slice(axis + 1))) % n)
}

/** What may be shown of the last two axes; at first of all columns that could fit. */
function shown(x: Tensor): Numbers {
  const last = x.shape.length - 1
  return endsOf(
    x,
    x.shape.map((size, axis) => {
      if (axis === last) return COLUMNS.most / 2
      if (axis === last - 1) return size > ROWS.whole ? ROWS.end : Infinity
      return Infinity
    }),
  )
}

function written(x: Tensor, parts: readonly Numbers[], range: Statistics): string[] {
  const all = parts.flatMap(({ values }) => Array.from(values))
  const { write } = styleOf(all, x.dtype)
  const texts = new Map(all.map(value => [value, write(value)]))
  const width = all.reduce((most, value) => Math.max(most, (texts.get(value) as string).length), 1)
  const line = x.shape.length > 2 ? LINE / 2 : LINE
  const fit = Math.min(COLUMNS.most, Math.max(COLUMNS.least, Math.floor(line / (width + 2))))
  return parts.map(part => table(x, part, fit, write, range))
}

/** Where an index of the middle is left out, -1 stands for it. */
function kept(size: number, most: number, end: number): number[] {
  if (size <= most) return Array.from({ length: size }, (_, i) => i)
  const first = Array.from({ length: end }, (_, i) => i)
  return [...first, -1, ...first.map(i => size - end + i)]
}

function table(x: Tensor, part: Numbers, fit: number, write: (value: number) => string, range: Statistics): string {
  const [size = 1, width = 1] = [x.shape.at(-2), x.shape.at(-1)]
  const seen = part.shape.at(-1) ?? 1
  const rows = x.shape.length < 2 ? [0] : kept(size, ROWS.whole, ROWS.end)
  const columns = x.shape.length === 0 ? [0] : kept(width, fit, Math.floor((fit - 1) / 2))
  const valueAt = (row: number, column: number): number => {
    const i = row < ROWS.end || size <= ROWS.whole ? row : row - size + 2 * ROWS.end
    const j = column < seen / 2 || width === seen ? column : column - width + seen
    return part.values[i * seen + j] as number
  }
  const cell = (row: number, column: number): string => {
    if (row < 0) return '<td>⋮</td>'
    if (column < 0) return '<td>…</td>'
    const value = valueAt(row, column)
    return `<td${tint(value, x, range)}>${write(value)}</td>`
  }
  const head = x.shape.length === 0 ? '' : `<tr><th></th>${columns.map(j => header('col', j)).join('')}</tr>`
  const lines = rows.map(i => {
    const margin = x.shape.length < 2 ? (x.shape.length === 0 ? '' : '<th></th>') : header('row', i)
    return `<tr>${margin}${columns.map(j => cell(i, j)).join('')}</tr>`
  })
  return `<table>${head}${lines.join('')}</table>`
}

const header = (scope: 'col' | 'row', i: number): string => (i < 0 ? '<th></th>' : `<th scope="${scope}">${i}</th>`)

/** The class of a cell's colour; see the style in display.ts. */
function tint(value: number, x: Tensor, range: Statistics): string {
  const { colour, level } = heatOf(value, x.dtype === 'bool' ? { min: 0, max: 1 } : range)
  return level === 0 || x.size < 2 ? '' : ` class="gl-${colour}${colour === 'odd' ? '' : level}"`
}
