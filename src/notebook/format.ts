// The notebook format, nbformat 4.5, as it is held in memory: multi-line text is one string, every cell has an id.
// https://nbformat.readthedocs.io/en/latest/format_description.html

export type Json = string | number | boolean | null | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}

/** Media type -> text, or any JSON where the type is `application/json` or ends in `+json`. */
export type MimeBundle = JsonObject

export interface StreamOutput {
  readonly output_type: 'stream'
  /** `stdout`, `stderr`. */
  readonly name: string
  readonly text: string
}

export interface DisplayData {
  readonly output_type: 'display_data'
  readonly data: MimeBundle
  readonly metadata: JsonObject
}

export interface ExecuteResult {
  readonly output_type: 'execute_result'
  readonly data: MimeBundle
  readonly metadata: JsonObject
  readonly execution_count: number | null
}

export interface ErrorOutput {
  readonly output_type: 'error'
  readonly ename: string
  readonly evalue: string
  readonly traceback: readonly string[]
}

export type Output = StreamOutput | DisplayData | ExecuteResult | ErrorOutput

/** File name -> the file's content as a MIME bundle. */
export type Attachments = { readonly [name: string]: MimeBundle }

interface CellBase {
  /** 1 to 64 letters, digits, `-` and `_`; unique in its notebook. */
  readonly id: string
  readonly metadata: JsonObject
  readonly source: string
}

export interface CodeCell extends CellBase {
  readonly cell_type: 'code'
  readonly execution_count: number | null
  readonly outputs: readonly Output[]
}

export interface MarkdownCell extends CellBase {
  readonly cell_type: 'markdown'
  readonly attachments?: Attachments
}

export interface RawCell extends CellBase {
  readonly cell_type: 'raw'
  readonly attachments?: Attachments
}

export type Cell = CodeCell | MarkdownCell | RawCell

export interface Notebook {
  readonly nbformat: 4
  readonly nbformat_minor: 5
  readonly metadata: JsonObject
  readonly cells: readonly Cell[]
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether data of this media type is JSON (kept as it is) rather than text (joined and split by lines). */
export function isJsonMime(mime: string): boolean {
  return mime === 'application/json' || (mime.startsWith('application/') && mime.endsWith('+json'))
}

/** The strings of `metadata.tags`. */
export function cellTags(cell: Cell): readonly string[] {
  const { tags } = cell.metadata
  return Array.isArray(tags) ? tags.filter(tag => typeof tag === 'string') : []
}

/** `metadata.label`, the name by which slides and links know a cell. */
export function cellLabel(cell: Cell): string | undefined {
  const { label } = cell.metadata
  return typeof label === 'string' && label !== '' ? label : undefined
}
