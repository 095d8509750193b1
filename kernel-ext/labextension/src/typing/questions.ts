// When a kernel is asked for the errors of cells: a moment after the last key, and at once when its names have changed.
// An answer to any question but the newest is dropped.
import type { Answer, Cell, Check, Finding } from './protocol.js'

export interface QuestionsOptions {
  /** The code cells as they are now, in the notebook's order, and the order in which their errors are wanted. */
  readonly cells: () => { readonly cells: readonly Cell[]; readonly wanted: readonly string[] }
  readonly send: (check: Check) => void
  /** Takes what was found in a cell that had this text. */
  readonly found: (id: string, code: string, findings: readonly Finding[]) => void
  readonly setTimer: (callback: () => void, milliseconds: number) => number
  readonly clearTimer: (timer: number) => void
}

/** Time for the next key. */
export const PAUSE_MS = 300

export class Questions {
  private readonly options: QuestionsOptions
  private version = 0
  private asked = new Map<string, string>()
  private timer: number | undefined

  constructor(options: QuestionsOptions) {
    this.options = options
  }

  /** A key has been pressed. */
  typed(): void {
    this.stop()
    this.timer = this.options.setTimer(() => this.ask(), PAUSE_MS)
  }

  /** Asks now; while keys are pressed, when they pause. */
  ask(): void {
    this.stop()
    const { cells, wanted } = this.options.cells()
    this.version += 1
    this.asked = new Map(cells.map(({ id, code }) => [id, code]))
    if (cells.length > 0) this.options.send({ op: 'check', version: this.version, cells, wanted })
  }

  take(answer: Answer): void {
    if (answer.op === 'changed') {
      if (this.timer === undefined) this.ask()
      return
    }
    if (answer.version !== this.version) return
    for (const [id, findings] of answer.cells) {
      const code = this.asked.get(id)
      if (code !== undefined) this.options.found(id, code, findings)
    }
  }

  stop(): void {
    if (this.timer !== undefined) this.options.clearTimer(this.timer)
    this.timer = undefined
  }
}
