// Types of progress.mjs, which the `gradlab` command shares with `npm start`.

export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Prints one line a step, moving while it lasts. */
export class Progress {
  constructor(output: Output, now?: () => number)
  /** Runs a step; `work` returns what came of it. */
  step(name: string, work: (step: Step) => Promise<string> | string): Promise<void>
}

export interface Step {
  /** Announces what the step is about to do, and why. */
  doing(text: string, reason?: string): void
  /** How far it is. */
  detail(text: string): void
}

export function seconds(milliseconds: number): string
