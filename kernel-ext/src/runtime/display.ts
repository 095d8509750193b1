// Rich output: what a value looks like as a MIME bundle, and the `display` helpers of a cell.
import { randomUUID } from 'node:crypto'
import { clearTimeout, setTimeout } from 'node:timers'
import { KernelError } from '../errors.js'
import { checkedBundle, isBundle, toJson } from './bundle.js'
import type { MimeBundle } from './link.js'
import { note, type Output } from './output.js'
import { toText } from './value-text.js'

/** The convention that Deno's kernel set: an object shows itself by a method of this name. */
export const DISPLAY = Symbol.for('Jupyter.display')

const METHOD = 'Symbol.for("Jupyter.display")'

/** After this time it is said what a cell waits for. */
const PATIENCE_MS = 3000

/** The bundle of a value: its own, or its text. A display method that throws is reported and its text shown. */
export async function toBundle(value: unknown, output: Output): Promise<MimeBundle> {
  const method = displayMethod(value)
  if (method !== undefined) {
    const { speaker } = output
    const tell = (): void => {
      const what = `The cell waits for ${METHOD} of ${toText(value).slice(0, 80)}; interrupt it if that never settles.`
      if (speaker !== undefined) output.inNameOf(speaker, () => note(output, what))
    }
    const timer = setTimeout(tell, PATIENCE_MS)
    try {
      const bundle = await method()
      if (isBundle(bundle)) return checkedBundle(bundle)
      note(output, `${METHOD}: expected an object { "media/type": data }, got`, bundle)
    } catch (error) {
      note(output, `${METHOD} threw:`, error)
    } finally {
      clearTimeout(timer)
    }
  }
  return { 'text/plain': toText(value) }
}

function displayMethod(value: unknown): (() => unknown) | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  try {
    const method = (value as Record<symbol, unknown>)[DISPLAY]
    return typeof method === 'function' ? () => method.call(value) : undefined
  } catch {
    return undefined
  }
}

/** One shown output that can be changed later. */
export interface DisplayHandle {
  readonly id: string
  update(value: unknown): DisplayHandle
}

export interface Display {
  (value: unknown, options?: { id?: string }): DisplayHandle
  html(html: string): DisplayHandle
  markdown(markdown: string): DisplayHandle
  latex(latex: string): DisplayHandle
  svg(svg: string): DisplayHandle
  png(png: Uint8Array | string): DisplayHandle
  json(value: unknown): DisplayHandle
  vegaLite(spec: object): DisplayHandle
  plotly(figure: object | readonly object[], layout?: object, config?: object): DisplayHandle
}

/**
 * Makes the `display` of cells. A bundle that must be waited for is shown when it has come; `settled` of the session
 * keeps the cell open until then.
 */
export function makeDisplay(output: Output, keepOpen: (work: Promise<unknown>) => void): Display {
  const show = (
    make: (value: unknown) => MimeBundle | Promise<MimeBundle>,
    value: unknown,
    id: string = randomUUID(),
  ): DisplayHandle => {
    send(make, value, id, false)
    const handle: DisplayHandle = {
      id,
      update(next) {
        send(make, next, id, true)
        return handle
      },
    }
    // As the last expression of a cell the handle shows nothing of its own.
    Object.defineProperty(handle, DISPLAY, { value: () => ({}), enumerable: false })
    return handle
  }
  const send = (
    make: (value: unknown) => MimeBundle | Promise<MimeBundle>,
    value: unknown,
    id: string,
    update: boolean,
  ): void => {
    const bundle = make(value)
    if (!(bundle instanceof Promise)) {
      output.display(bundle, { id, update, isChecked: true })
      return
    }
    const speaker = output.speaker
    keepOpen(
      bundle.then(data => {
        output.speaker = speaker
        output.display(data, { id, update, isChecked: true })
      }),
    )
  }
  const any = (value: unknown): MimeBundle | Promise<MimeBundle> =>
    displayMethod(value) === undefined ? { 'text/plain': toText(value) } : toBundle(value, output)
  const text =
    (type: string) =>
    (value: unknown): MimeBundle => {
      if (typeof value !== 'string') throw wrongArgument(type, 'a string', value)
      return { [type]: value, 'text/plain': shorten(value) }
    }
  const display = ((value: unknown, options: { id?: string } = {}) => show(any, value, options.id)) as Display
  display.html = html => show(text('text/html'), html)
  display.markdown = markdown => show(text('text/markdown'), markdown)
  display.latex = latex => show(text('text/latex'), latex)
  display.svg = svg => show(text('image/svg+xml'), svg)
  display.png = png => show(toPng, png)
  display.json = value => show(toJsonBundle, value)
  display.vegaLite = spec => show(toVegaLite, spec)
  display.plotly = (figure, layout, config) =>
    show(toPlotly, layout === undefined && config === undefined ? figure : { data: figure, layout, config })
  return display
}

/** The versions that JupyterLab draws by itself. */
const VEGA_LITE = 'application/vnd.vegalite.v5+json'
const VEGA_LITE_SCHEMA = 'https://vega.github.io/schema/vega-lite/v5.json'
const PLOTLY = 'application/vnd.plotly.v1+json'

function toVegaLite(spec: unknown): MimeBundle {
  if (typeof spec !== 'object' || spec === null) throw wrongArgument('vegaLite', 'a Vega-Lite specification', spec)
  return {
    [VEGA_LITE]: toJson({ $schema: VEGA_LITE_SCHEMA, ...spec }, 'display.vegaLite'),
    'text/plain': `[Vega-Lite plot${titleOf(spec)}]`,
  }
}

function toPlotly(value: unknown): MimeBundle {
  const figure = (Array.isArray(value) ? { data: value } : value) as {
    data?: unknown
    layout?: object
    config?: object
  } | null
  if (typeof figure !== 'object' || figure === null)
    throw wrongArgument('plotly', 'a figure { data, layout } or an array of traces', value)
  const { data, layout = {}, config } = figure
  const traces = Array.isArray(data) ? data : typeof data === 'object' && data !== null ? [data] : undefined
  if (traces === undefined) throw wrongArgument('plotly: data', 'an array of traces', data)
  return {
    [PLOTLY]: toJson({ data: traces, layout, ...(config === undefined ? {} : { config }) }, 'display.plotly'),
    'text/plain': `[Plotly figure${titleOf(layout)}]`,
  }
}

function titleOf(value: object): string {
  const { title } = value as { title?: unknown }
  const text = typeof title === 'string' ? title : (title as { text?: unknown } | undefined)?.text
  return typeof text === 'string' ? `: ${text}` : ''
}

function toJsonBundle(value: unknown): MimeBundle {
  return { 'application/json': toJson(value, 'display.json'), 'text/plain': toText(value) }
}

function toPng(value: unknown): MimeBundle {
  if (typeof value === 'string') return { 'image/png': value, 'text/plain': '[PNG picture]' }
  if (value instanceof Uint8Array) {
    return {
      'image/png': Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
      'text/plain': '[PNG picture]',
    }
  }
  throw wrongArgument('png', 'the bytes of a PNG file, or their base64 text', value)
}

function wrongArgument(where: string, expected: string, got: unknown): KernelError {
  return new KernelError(
    'DISPLAY_ARGUMENT',
    `display: ${where}: expected ${expected}, got ${toText(got).slice(0, 80)}.`,
  )
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}...` : text
}
