// What can be wrong with a notebook file and with running it, as typed errors.
import { GradlabError, type GradlabErrorOptions } from '../errors.js'
import type { Position } from './locate.js'

export type NotebookErrorCode =
  /** The file cannot be read. */
  | 'NOTEBOOK_READ'
  /** The file cannot be written. */
  | 'NOTEBOOK_WRITE'
  /** The text is no JSON. */
  | 'NOTEBOOK_JSON'
  /** A format version that is not 4.0 to 4.5. */
  | 'NOTEBOOK_VERSION'
  /** JSON that is no notebook. */
  | 'NOTEBOOK_INVALID'
  /** The notebook is for a kernel of another language. */
  | 'NOTEBOOK_LANGUAGE'

export interface NotebookErrorOptions extends GradlabErrorOptions {
  readonly file: string
  /** Where in the file's text. */
  readonly position?: Position | undefined
  /** Where in the notebook: `cells[3].outputs[0].text`. */
  readonly path?: string
}

/** A notebook file that cannot be used. */
export class NotebookError extends GradlabError {
  declare readonly code: NotebookErrorCode
  readonly file: string
  readonly position: Position | undefined
  readonly path: string | undefined

  constructor(code: NotebookErrorCode, message: string, options: NotebookErrorOptions) {
    const { position, path } = options
    const line = position === undefined ? '' : `:${position.line}:${position.column}`
    const inside = path === undefined || path === '' ? '' : ` (${path})`
    super(code, `${options.file}${line}${inside}: ${message}`, options)
    this.file = options.file
    this.position = position
    this.path = path
  }
}
