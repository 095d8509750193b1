// The rich view of a tensor in a notebook: shape, dtype, device, a few statistics, a heat strip, a table of numbers.
import { DTYPES } from '../dtype.js'
import { print } from '../print/print.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { type Statistics, statisticsOf } from './statistics.js'
import { CELLS, COLOURS, heatStrip, LEVELS, legend, opacityOf } from './strip.js'
import { tables } from './table.js'

export interface MimeBundle {
  readonly 'text/plain': string
  readonly 'text/html'?: string
}

/** What `Jupyter.display` gets: text for everybody, HTML for a notebook. */
export function displayTensor(x: Tensor): MimeBundle {
  return { 'text/plain': print(x), 'text/html': html(x) }
}

/** How much of a cell's colour shows behind its number. */
const TINT = 0.42

const tints = (['below', 'above'] as const).flatMap(colour =>
  Array.from({ length: LEVELS }, (_, i) => {
    const opacity = opacityOf((i + 1) * TINT)
    return `.gl-tensor .gl-${colour}${i + 1}{background:rgba(${COLOURS[colour]},${opacity})}`
  }),
)

// Colours follow JupyterLab's theme; where its variables are missing, the page's own. The repeated class outweighs
// JupyterLab's own rules for tables.
const STYLE = `<style>
.gl-tensor{font:13px/1.5 var(--jp-code-font-family,ui-monospace,monospace);font-variant-numeric:tabular-nums;color:var(--jp-content-font-color1,inherit);max-width:100%;padding:2px 1px}
.gl-tensor p,.gl-tensor figure{margin:0}.gl-tensor b{font-weight:600}.gl-tensor p span{white-space:nowrap}
.gl-tensor i{font-style:normal;opacity:.62}.gl-tensor p *+span{margin-left:1.2em}
.gl-tensor .gl-heat{display:flex;flex-wrap:wrap;align-items:center;gap:4px 16px;margin:5px 0;font-size:11px}
.gl-tensor .gl-scale{display:flex;align-items:center;gap:8px}
.gl-tensor .gl-heat svg{display:block;max-width:100%;border-radius:2px;box-shadow:0 0 0 1px rgba(128,128,128,.35)}
.gl-tensor .gl-heat span{opacity:.75}
.gl-tensor .gl-tables{display:flex;flex-wrap:wrap;gap:6px 28px}
.gl-tensor figcaption,.gl-tensor .gl-note{opacity:.62;font-size:11px}
.gl-tensor.gl-tensor table{border-collapse:separate;border-spacing:1px;border:0;margin:2px 0 4px;width:auto;font:inherit;color:inherit;table-layout:auto;display:table}
.gl-tensor.gl-tensor.gl-tensor tr{background:none}
.gl-tensor.gl-tensor td,.gl-tensor.gl-tensor th{text-align:right;padding:1px 7px;border:0;border-radius:2px;white-space:pre;color:inherit;font:inherit;max-width:none}
.gl-tensor.gl-tensor th{font-size:11px;opacity:.5;font-weight:400;padding:0 7px}
.gl-tensor.gl-tensor th[scope=row]{padding-left:0}
${tints.join('')}.gl-tensor .gl-odd{background:rgba(${COLOURS.odd},${TINT})}
</style>`

function html(x: Tensor): string {
  const size = sizeOf(x.shape)
  const count = Math.min(size, CELLS)
  const statistics = statisticsOf(x, count)
  const figures = size < 2 ? [] : figuresOf(x, statistics, size)
  const says = [`Tensor of shape [${x.shape.join(', ')}]`, ...factsOf(x, size), ...figures.map(pair => pair.join(' '))]
  const head = `<p><b>[${x.shape.join(', ')}]</b>${factsOf(x, size)
    .map(fact => `<span><i>${fact}</i></span>`)
    .join('')}</p>`
  const line = figures.map(([name, value]) => `<span><i>${name}</i> ${value}</span>`).join('')
  const body = size === 0 ? '<p class="gl-note">empty: an axis of size 0</p>' : tables(x, statistics)
  return `${STYLE}<div class="gl-tensor" role="group" aria-label="${says.join(', ')}">${head}${line === '' ? '' : `<p>${line}</p>`}${size < 2 ? '' : heat(x, statistics, size)}${body}</div>`
}

function factsOf(x: Tensor, size: number): string[] {
  const values = size === 1 ? '1 value' : `${grouped(size)} values`
  return [x.dtype, x.device, `${values}, ${bytes(size * DTYPES[x.dtype].bytes)}`, ...graphOf(x)]
}

function bytes(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB']
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(count, 1)) / 3))
  return `${Number((count / 1000 ** unit).toPrecision(3))} ${units[unit]}`
}

function graphOf({ node, grad }: Tensor): string[] {
  if (node === undefined) return []
  if (node.name === 'leaf') return [grad === null ? 'requires grad' : 'requires grad, has .grad']
  return [`made by ${escaped(node.name)}`]
}

/** What the line of figures says: names and values. */
function figuresOf(x: Tensor, { min, mean, max, nan, infinite }: Statistics, size: number): [string, string][] {
  if (x.dtype === 'bool') {
    const on = Math.round(mean * size)
    return [
      ['true', grouped(on)],
      ['false', grouped(size - on)],
    ]
  }
  const finite: [string, string][] = Number.isNaN(min)
    ? []
    : [
        ['min', short(min)],
        ['mean', short(mean)],
        ['max', short(max)],
      ]
  const odd = (name: string, count: number): [string, string][] => (count > 0 ? [[name, grouped(count)]] : [])
  return [...finite, ...odd('NaN', nan), ...odd('Inf', infinite)]
}

/** A custom function may have any name. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

/** 1234567 as 1,234,567; toLocaleString would load its tables first, 30 ms of them. */
const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

const short = (x: number): string => String(Number(x.toPrecision(4)))

function heat(x: Tensor, statistics: Statistics, size: number): string {
  const each = size > CELLS ? ` Each cell is the first of ${grouped(Math.round(size / CELLS))}.` : ''
  const bounds = x.dtype === 'bool' ? { min: 0, max: 1 } : statistics
  const strip = heatStrip(statistics.pieces, bounds, `All values from first to last as colours.${each}`)
  if (Number.isNaN(bounds.min)) return `<div class="gl-heat">${strip}</div>`
  const [least, greatest] = x.dtype === 'bool' ? ['false', 'true'] : [short(bounds.min), short(bounds.max)]
  const from = least === greatest ? '' : `<span>${least}</span>`
  return `<div class="gl-heat">${strip}<div class="gl-scale">${from}${legend(bounds)}<span>${greatest}</span></div></div>`
}
