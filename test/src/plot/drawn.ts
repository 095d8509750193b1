// Draws specifications as JupyterLab does: compiled by Vega-Lite, run by Vega. What either warns of is a mistake of ours.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { type Loader, parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { Figure } from '#src/plot/index.js'

const schema = createRequire(import.meta.url)('vega-lite/build/vega-lite-schema.json') as object
const ajv = new Ajv({ strict: false, allowUnionTypes: true, allErrors: false })
;(addFormats as unknown as (to: Ajv) => void)(ajv)
ajv.addFormat('color-hex', () => true)
const isValid = ajv.compile(schema)

/** Throws where a specification is not what the published schema allows, or is no plain data. */
export function checked(figure: Figure): object {
  const spec = figure.toSpec()
  assert.deepEqual(JSON.parse(JSON.stringify(spec)), spec)
  if (!isValid(spec)) assert.fail(`not valid: ${ajv.errorsText(isValid.errors).slice(0, 600)}`)
  return spec
}

const NO_NETWORK = {
  load: () => Promise.reject(new Error('a figure asked for a file')),
  sanitize: (uri: string) =>
    uri.startsWith('data:image/png;')
      ? Promise.resolve({ href: uri })
      : Promise.reject(new Error(`a figure asked for ${uri}`)),
} as unknown as Loader

/** The drawing, as SVG. */
export async function svgOf(figure: Figure): Promise<string> {
  const warnings: unknown[] = []
  const heard = (...all: unknown[]): unknown => {
    warnings.push(all)
    return logger
  }
  const logger = {
    level: () => logger,
    error: heard,
    warn: heard,
    info: () => logger,
    debug: () => logger,
  }
  try {
    const { spec } = compile(checked(figure) as TopLevelSpec, { logger: logger as never })
    const view = new View(parse(spec), { renderer: 'none', loader: NO_NETWORK, logger: logger as never })
    const svg = await view.toSVG()
    view.finalize()
    assert.deepEqual(warnings, [])
    return svg
  } catch (error) {
    throw new Error(`${(error as Error).message}: ${JSON.stringify(figure.toSpec()).slice(0, 2000)}`, { cause: error })
  }
}
