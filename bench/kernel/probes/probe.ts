// The form of a probe: what it measures on a running kernel, and what it needs of that kernel.
import type { FigureName } from '../figures.js'
import type { Kernel } from '../kernel.js'

export interface Probe {
  readonly figures: readonly FigureName[]
  /** Notes one value for each of its figures; throws a Failure where the kernel does not do it. */
  run(kernel: Kernel, note: Note): Promise<void>
}

export type Note = (figure: FigureName, value: number) => void
