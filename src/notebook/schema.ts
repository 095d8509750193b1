// The shape of a notebook file, as nbformat's JSON schema 4.5 gives it. Only cell ids may be missing here: files of
// 4.0 to 4.4 have none, and a missing or repeated one is mended on reading, as nbformat does.
// https://github.com/jupyter/nbformat/blob/main/nbformat/v4/nbformat.v4.5.schema.json
import {
  anything,
  type Check,
  countOrNull,
  describe,
  either,
  flag,
  integerFrom,
  listOf,
  mapOf,
  matching,
  objectOf,
  type Problem,
  taggedBy,
  text,
} from './checks.js'

export const CELL_ID = /^[a-zA-Z0-9_-]{1,64}$/

const multiline = either('a string or a list of strings', text, listOf(text))

/** Where the value is JSON, by the schema's own pattern. */
const JSON_TYPE = /^application\/(.*\+)?json$/

const mimeBundle = mapOf(mime => (JSON_TYPE.test(mime) ? anything : multiline))

const openObject = objectOf({ open: true })

const tags: Check = (value, path) => {
  const problem = listOf(matching(/^[^,]+$/, 'a tag without commas'), 'a list of tags')(value, path)
  if (problem !== undefined || !Array.isArray(value)) return problem
  const index = value.findIndex((tag, i) => value.indexOf(tag) < i)
  return index === -1 ? undefined : { path: [...path, index], expected: 'each tag once', got: describe(value[index]) }
}

const cellNames = { name: matching(/^.+$/, 'one line of text'), tags, jupyter: openObject }

const output = taggedBy('output_type', {
  execute_result: objectOf({
    required: { output_type: text, data: mimeBundle, metadata: openObject, execution_count: countOrNull },
  }),
  display_data: objectOf({ required: { output_type: text, data: mimeBundle, metadata: openObject } }),
  stream: objectOf({ required: { output_type: text, name: text, text: multiline } }),
  error: objectOf({ required: { output_type: text, ename: text, evalue: text, traceback: listOf(text) } }),
})

const attachments = mapOf(() => mimeBundle)

const cell = taggedBy('cell_type', {
  code: objectOf({
    required: {
      cell_type: text,
      metadata: objectOf({
        optional: {
          ...cellNames,
          execution: mapOf(() => text),
          collapsed: flag,
          scrolled: either('true, false or "auto"', flag, matching(/^auto$/, '"auto"')),
        },
        open: true,
      }),
      source: multiline,
      outputs: listOf(output, 'a list of outputs'),
      execution_count: countOrNull,
    },
    optional: { id: anything },
  }),
  markdown: objectOf({
    required: { cell_type: text, metadata: objectOf({ optional: cellNames, open: true }), source: multiline },
    optional: { id: anything, attachments },
  }),
  raw: objectOf({
    required: {
      cell_type: text,
      metadata: objectOf({ optional: { ...cellNames, format: text }, open: true }),
      source: multiline,
    },
    optional: { id: anything, attachments },
  }),
})

const notebook = objectOf({
  required: {
    metadata: objectOf({
      optional: {
        kernelspec: objectOf({ required: { name: text, display_name: text }, open: true }),
        language_info: objectOf({
          required: { name: text },
          optional: {
            codemirror_mode: either('a string or an object', text, openObject),
            file_extension: text,
            mimetype: text,
            pygments_lexer: text,
          },
          open: true,
        }),
        orig_nbformat: integerFrom(1),
        title: text,
        authors: listOf(anything),
      },
      open: true,
    }),
    nbformat: integerFrom(4),
    nbformat_minor: integerFrom(0),
    cells: listOf(cell, 'a list of cells'),
  },
})

const cellId = matching(CELL_ID, 'an id of 1 to 64 letters, digits, "-" and "_"')

/** The first thing that makes `value` no notebook of version 4.`minor`. */
export function findProblem(value: unknown, minor: number): Problem | undefined {
  return (
    notebook(value, []) ??
    (minor < 5
      ? undefined
      : listOf(objectOf({ optional: { id: cellId }, open: true }))((value as { cells: unknown }).cells, ['cells']))
  )
}
