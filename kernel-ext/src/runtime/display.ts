// Rich output: what a value looks like as a MIME bundle, and the `display` helpers of a cell.
import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { KernelError } from '../errors.js'
import type { MimeBundle } from './link.js'
import { note, type Output } from './output.js'

/** The convention that Deno's kernel set: an object shows itself by a method of this name. */
export const DISPLAY = Symbol.for('Jupyter.display')

const INSPECT_OPTIONS = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 80 } as const

/** The bundle of a value: its own, or its text. A display method that throws is reported and its text shown. */
export async function toBundle(value: unknown, output: Output): Promise<MimeBundle> {
  const method = displayMethod(value)
  if (method !== undefined) {
    try {
      const bundle = await method()
      if (isBundle(bundle)) return bundle
      note(output, 'Symbol.for("Jupyter.display"): expected an object { "media/type": data }, got', bundle)
    } catch (error) {
      note(output, 'Symbol.for("Jupyter.display") threw:', error)
    }
  }
  return { 'text/plain': toText(value) }
}

/** `util.inspect`, which for hostile objects may itself throw. */
export function toText(value: unknown): string {
  try {
    return inspect(value, INSPECT_OPTIONS)
  } catch (error) {
    return `[a value that cannot be shown: ${error instanceof Error ? error.message : 'it throws'}]`
  }
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

export function isBundle(value: unknown): value is MimeBundle {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).every(key => key.includes('/'))
  )
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
      output.display(bundle, { id, update })
      return
    }
    const speaker = output.speaker
    keepOpen(
      bundle.then(data => {
        output.speaker = speaker
        output.display(data, { id, update })
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
  display.json = value => show(toJson, value)
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
    [VEGA_LITE]: plain({ $schema: VEGA_LITE_SCHEMA, ...spec }, 'vegaLite'),
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
    [PLOTLY]: plain({ data: traces, layout, ...(config === undefined ? {} : { config }) }, 'plotly'),
    'text/plain': `[Plotly figure${titleOf(layout)}]`,
  }
}

function titleOf(value: object): string {
  const { title } = value as { title?: unknown }
  const text = typeof title === 'string' ? title : (title as { text?: unknown } | undefined)?.text
  return typeof text === 'string' ? `: ${text}` : ''
}

function toJson(value: unknown): MimeBundle {
  return { 'application/json': plain(value, 'json'), 'text/plain': toText(value) }
}

/** A copy as JSON: typed arrays become lists, and what JSON cannot hold is an error now instead of a blank later. */
function plain(value: unknown, where: string): unknown {
  try {
    return JSON.parse(JSON.stringify(value, (_key, part: unknown) => (isNumberArray(part) ? Array.from(part) : part)))
  } catch (cause) {
    throw new KernelError('DISPLAY_JSON', `display.${where}: expected data that JSON can hold.`, {
      cause,
      next: 'Remove cycles and bigints from it.',
    })
  }
}

function isNumberArray(value: unknown): value is Float64Array {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView) &&
    !(value instanceof BigInt64Array) &&
    !(value instanceof BigUint64Array)
  )
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
