// What is measured: every figure's name, unit and words. Less is better in all of them.

export interface Figure {
  readonly unit: 'ms' | 'MB' | '%'
  readonly title: string
  /** Two values that are both smaller are not compared: their ratio would be noise. */
  readonly negligible?: number
}

export const FIGURES = {
  start: { unit: 'ms', title: 'start to kernel_info_reply' },
  'first-cell': { unit: 'ms', title: 'start to the first 1+1 done' },
  restart: { unit: 'ms', title: 'restart: asked to end, ended, answers again' },
  'cell-1': { unit: 'ms', title: 'cell of a const and a function, 1st' },
  'cell-20': { unit: 'ms', title: 'the same, 16th to 20th' },
  'cell-100': { unit: 'ms', title: 'the same, 96th to 100th' },
  complete: { unit: 'ms', title: 'completion of Math.fl' },
  'top-level': { unit: 'ms', title: '3M additions to a top-level let' },
  local: { unit: 'ms', title: '3M additions to a local' },
  heartbeat: { unit: 'ms', title: 'heartbeat while a cell loops' },
  control: { unit: 'ms', title: 'kernel_info on control while a cell loops' },
  interrupt: { unit: 'ms', title: 'interrupt of an endless loop to idle' },
  lines: { unit: 'ms', title: '10^5 lines printed, all before idle' },
  'memory-ready': { unit: 'MB', title: 'memory at ready' },
  'memory-cell': { unit: 'MB', title: 'memory after a first cell' },
  'idle-cpu': { unit: '%', title: 'processor while idle, of one core', negligible: 0.1 },
} as const satisfies Record<string, Figure>

export type FigureName = keyof typeof FIGURES

export function isFigureName(name: string): name is FigureName {
  return Object.hasOwn(FIGURES, name)
}
