// The errors of the kernel itself: each says where, expected, got and the next step, and keeps its cause.

export interface KernelErrorOptions {
  readonly cause?: unknown
  /** What to do now, one sentence. */
  readonly next?: string
}

/** Base of every error that the kernel raises; `code` is stable and may be tested for. */
export class KernelError extends Error {
  readonly code: string
  declare readonly next: string | undefined

  constructor(code: string, message: string, options: KernelErrorOptions = {}) {
    super(
      options.next === undefined ? message : `${message} ${options.next}`,
      'cause' in options ? { cause: options.cause } : {},
    )
    this.name = new.target.name
    this.code = code
    // The message ends with it: it need not be shown again as a property.
    Object.defineProperty(this, 'next', { value: options.next, enumerable: false })
  }
}

/** A message that is not of the Jupyter protocol's form, or whose signature is wrong. */
export class ProtocolError extends KernelError {}

/** A cell whose text does not parse. Lines and columns are 1-based and belong to the cell's own text. */
export class CellSyntaxError extends KernelError {
  readonly line: number
  readonly column: number

  constructor(message: string, line: number, column: number, options: KernelErrorOptions = {}) {
    super('CELL_SYNTAX', message, options)
    this.name = 'SyntaxError'
    this.line = line
    this.column = column
  }
}
