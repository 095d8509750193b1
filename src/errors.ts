// The library's errors: each says where, expected, got and the next step, has a stable code and keeps its cause.

export interface GradlabErrorOptions {
  readonly cause?: unknown
  /** What to do now, one sentence. */
  readonly next?: string
}

/** Base of every error that the library raises; `code` is stable and may be tested for. */
export class GradlabError extends Error {
  declare readonly code: string
  declare readonly next: string | undefined

  constructor(code: string, message: string, options: GradlabErrorOptions = {}) {
    super(
      options.next === undefined ? message : `${message} ${options.next}`,
      'cause' in options ? { cause: options.cause } : {},
    )
    this.name = new.target.name
    // Not enumerable: consoles would print them once more behind the message, which says it all.
    Object.defineProperty(this, 'code', { value: code, configurable: true })
    Object.defineProperty(this, 'next', { value: options.next, configurable: true })
  }
}
