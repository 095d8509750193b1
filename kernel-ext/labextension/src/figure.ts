// A plotly figure as a notebook holds it: JSON of unknown form, read once into a type or refused with the reason.
import type { Config, Data, Frame, Layout } from 'plotly.js-dist-min'

export const PLOTLY_MIME_TYPE = 'application/vnd.plotly.v1+json'

/** What one output asks plotly.js to draw. It is a copy: plotly.js writes into what it is given. */
export interface Figure {
  readonly data: Data[]
  readonly layout: Partial<Layout>
  readonly frames: Frame[]
  readonly config: Partial<Config>
}

/** A figure that cannot be drawn; `message` says where, what was expected and what came. */
export class FigureError extends Error {
  readonly code = 'PLOTLY_FIGURE'

  constructor(where: string, expected: string, got: unknown) {
    super(
      `${where} should be ${expected}, but is ${describe(got)}. A figure is { data: [trace, ...], layout?, frames?, config? }.`,
    )
    this.name = 'FigureError'
  }
}

/** Reads a figure from the notebook's JSON; throws a FigureError. */
export function readFigure(value: unknown): Figure {
  const figure = readObject(value, 'The figure')
  const data = readObjects(figure.data, '`data`')
  data.forEach(checkType)
  // The names and values inside are plotly.js's to check: it ignores what it does not know. So the casts stop here.
  return structuredClone({
    data: data as Data[],
    layout: readObject(figure.layout ?? {}, '`layout`') as Partial<Layout>,
    frames: readObjects(figure.frames ?? [], '`frames`') as Frame[],
    config: readObject(figure.config ?? {}, '`config`') as Partial<Config>,
  })
}

type JsonObject = Record<string, unknown>

function readObjects(value: unknown, where: string): JsonObject[] {
  if (!Array.isArray(value)) throw new FigureError(where, 'an array', value)
  return value.map((item: unknown, i) => readObject(item, `${where.slice(0, -1)}[${i}]\``))
}

function readObject(value: unknown, where: string): JsonObject {
  if (!isObject(value)) throw new FigureError(where, 'an object', value)
  return value
}

function checkType(trace: JsonObject, i: number): void {
  if (trace.type !== undefined && typeof trace.type !== 'string') {
    throw new FigureError(`\`data[${i}].type\``, 'a name such as "scatter"', trace.type)
  }
}

/** Whether a value is an object with named members, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return 'an array'
  if (isObject(value)) return 'an object'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}
