// Specifications as Vega-Lite reads them: plain data.

/** Plain JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json | undefined }

/** A specification of Vega-Lite 5, or a part of one (https://vega.github.io/vega-lite/docs/spec.html). */
export type Spec = { readonly [name: string]: Json | undefined }

export const VEGA_LITE = 'application/vnd.vegalite.v5+json'
export const SCHEMA = 'https://vega.github.io/schema/vega-lite/v5.json'

/** Without what is undefined, as it will be in the notebook. */
export function plainSpec(spec: Spec): Spec {
  return JSON.parse(JSON.stringify(spec)) as Spec
}

/** A title: Vega looks titles up among an object's names, where 'toString' would be found. */
export const titleText = (text: string): string => (text in {} ? `${text}\u00a0` : text)

/** A text of several lines, as Vega draws it. */
export function textLines(text: string): Json {
  const lines = text.split('\n').map(titleText)
  return lines.length === 1 ? (lines[0] as string) : lines
}
