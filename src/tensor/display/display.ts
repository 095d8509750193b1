// The rich view of a tensor in a notebook: shape, dtype, device, a few statistics, a table of values, a heat strip.
import { data, type TensorData } from '../ops/read.js'
import { print, styleOf } from '../print/print.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { statisticsOf } from './statistics.js'
import { colourOf, heatStrip } from './strip.js'

/** Rows and columns that a table shows before it leaves out the middle. */
const EDGE = 4
/** Slices of a tensor with more than two axes that are shown. */
const SLICES = 2

export interface MimeBundle {
  readonly 'text/plain': string
  readonly 'text/html'?: string
}

/** What `Jupyter.display` gets: text for everybody, HTML for a notebook. */
export function displayTensor(x: Tensor): MimeBundle {
  return { 'text/plain': print(x), 'text/html': html(x) }
}

// Colours follow JupyterLab's theme; where its variables are missing, the page's own.
const STYLE = `<style>
.gl-tensor{font:13px/1.45 var(--jp-code-font-family,ui-monospace,monospace);color:var(--jp-content-font-color1,inherit);max-width:100%;overflow-x:auto}
.gl-tensor .gl-head{margin-bottom:4px}.gl-tensor .gl-head b{font-weight:600}
.gl-tensor .gl-head span{opacity:.75;margin-left:1.2em;white-space:nowrap}
.gl-tensor .gl-strip{display:block;width:480px;max-width:100%;height:14px;border-radius:2px;margin:2px 0 6px}
.gl-tensor table{border-collapse:collapse;margin:0 0 4px;width:auto;table-layout:auto;font:inherit;border:0}
.gl-tensor td{text-align:right;padding:1px 8px;border:0;white-space:nowrap;color:inherit;background:none;border-left:5px solid transparent}
.gl-tensor .gl-note{opacity:.75}
</style>`

function html(x: Tensor): string {
  const values = data(x)
  const facts = [x.dtype, x.device, ...(x.node === undefined ? [] : ['requires grad'])]
  const head = `<div class="gl-head"><b>[${x.shape.join(', ')}]</b>${facts.map(span).join('')}${summary(values, x)}</div>`
  return `${STYLE}<div class="gl-tensor">${head}${body(x, values)}</div>`
}

const span = (text: string): string => `<span>${escaped(text)}</span>`

function summary(values: TensorData, x: Tensor): string {
  if (values.length < 2 || x.dtype === 'bool')
    return x.dtype === 'bool' && values.length > 1 ? span(`${count(values)} true`) : ''
  const { min, mean, max, nan, infinite } = statisticsOf(values)
  const odd = [...(nan > 0 ? [`${nan} NaN`] : []), ...(infinite > 0 ? [`${infinite} Inf`] : [])]
  const finite = Number.isNaN(min) ? [] : [`min ${short(min)}`, `mean ${short(mean)}`, `max ${short(max)}`]
  return [...finite, ...odd].map(span).join('')
}

function count(values: TensorData): number {
  let sum = 0
  for (const value of values) sum += value
  return sum
}

const short = (x: number): string => String(Number(x.toPrecision(4)))

function body(x: Tensor, values: TensorData): string {
  if (values.length === 0) return '<div class="gl-note">empty</div>'
  const range = statisticsOf(values)
  const strip = values.length > 1 ? heatStrip(values, range) : ''
  const [rows, columns] = x.shape.length < 2 ? [1, values.length] : (x.shape.slice(-2) as [number, number])
  const page = rows * columns
  const pages = page === 0 ? 0 : values.length / page
  const shown = Array.from({ length: Math.min(pages, SLICES) }, (_, i) => {
    const title = x.shape.length > 2 ? `<div class="gl-note">[${place(i, x.shape.slice(0, -2)).join(', ')}]</div>` : ''
    return title + table(x, values.subarray(i * page, (i + 1) * page) as TensorData, rows, columns, range)
  })
  const rest = pages > SLICES ? `<div class="gl-note">and ${pages - SLICES} more of [${rows}, ${columns}]</div>` : ''
  return strip + shown.join('') + rest
}

/** Place number i on axes of these sizes. */
function place(i: number, sizes: readonly number[]): number[] {
  return sizes.map((n, axis) => Math.floor(i / sizeOf(sizes.slice(axis + 1))) % n)
}

function table(
  x: Tensor,
  values: TensorData,
  rows: number,
  columns: number,
  range: { min: number; max: number },
): string {
  const [down, across] = [ends(rows), ends(columns)]
  const seen = down.flatMap(i => across.map(j => (i < 0 || j < 0 ? 0 : (values[i * columns + j] as number))))
  const { write } = styleOf(seen, x.dtype)
  const cell = (i: number, j: number): string => {
    if (i < 0) return '<td>⋮</td>'
    if (j < 0) return '<td>…</td>'
    const value = values[i * columns + j] as number
    const mark = x.dtype === 'bool' ? '' : ` style="border-left-color:${colourOf(value, range)}"`
    return `<td${mark}>${write(value)}</td>`
  }
  return `<table>${down.map(i => `<tr>${across.map(j => cell(i, j)).join('')}</tr>`).join('')}</table>`
}

/** The places that are shown of an axis; -1 stands for what is left out. */
function ends(size: number): number[] {
  if (size <= 2 * EDGE) return Array.from({ length: size }, (_, i) => i)
  const first = Array.from({ length: EDGE }, (_, i) => i)
  return [...first, -1, ...first.map(i => size - EDGE + i)]
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
