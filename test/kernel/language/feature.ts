// What a row of the table of language features says: a few cells and what a learner sees of each.

/** One cell and all that it shows; what is not named must not be there. */
export interface Step {
  readonly run: string
  /** The result as text. */
  readonly shows?: string | RegExp
  /** All of stdout. */
  readonly prints?: string | RegExp
  /** A part of the warning on stderr. */
  readonly warns?: RegExp
  readonly fails?: Failure
  /** Files of the notebook's folder, written before the cell runs. */
  readonly files?: Files
}

export type Files = Readonly<Record<string, string>>

export interface Failure {
  readonly name: string
  readonly message?: string | RegExp
  /** Line and column in the cell of the first place that the traceback names. */
  readonly at?: readonly [line: number, column: number]
}

/** A row: a feature and its cells. A cell that is only text runs without a failure and without a warning. */
export interface Feature {
  readonly title: string
  readonly cells: readonly (string | Step)[]
}

/** The features of one theme, which share a kernel and a folder, but no names. */
export interface Theme {
  readonly theme: string
  /** What the folder holds before the kernel starts. */
  readonly files?: Files
  readonly features: readonly Feature[]
}

export function feature(title: string, ...cells: (string | Step)[]): Feature {
  return { title, cells }
}

/** A type error, which is found before the cell runs. */
export function typeError(code: number, at: readonly [number, number], message = /./): Failure {
  return { name: 'TypeCheckError', message: new RegExp(`^TS${code}: .*${message.source}`), at }
}
