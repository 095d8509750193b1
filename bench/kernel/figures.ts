// What is measured: every figure's name, unit, words and goal. Less is better in all of them.

export interface Figure {
  readonly unit: 'ms' | 'MB' | '%' | 'x'
  readonly title: string
  /** Two values that are both smaller are not compared: their ratio would be noise. */
  readonly negligible?: number
  /** What ours is to reach: so much at most, or so many times less than a peer. */
  readonly goal?: number | { readonly times: number; readonly peer: string }
}

export const FIGURES = {
  start: { unit: 'ms', title: 'start to kernel_info_reply', goal: { times: 10, peer: 'tslab' } },
  'first-cell': { unit: 'ms', title: 'start to the first 1+1 done' },
  restart: { unit: 'ms', title: 'restart: asked to end, ended, answers again', goal: 500 },
  'cell-1': { unit: 'ms', title: 'const + function cell, 1st, at once' },
  'cell-1-later': { unit: 'ms', title: 'const + function cell, 1st, 1 s after start', goal: 40 },
  'cell-20': { unit: 'ms', title: 'const + function cell, 16th to 20th', goal: 14 },
  'cell-100': { unit: 'ms', title: 'const + function cell, 96th to 100th', goal: 14 },
  'cell-500': { unit: 'ms', title: 'const + function cell, 496th to 500th', goal: 20 },
  complete: { unit: 'ms', title: 'completion of a member of Math', goal: 50 },
  'complete-package': { unit: 'ms', title: 'completion of a member of a large package', goal: 50 },
  'top-level': { unit: 'ms', title: '3M additions to a top-level let' },
  local: { unit: 'ms', title: '3M additions to a local' },
  'top-by-local': { unit: 'x', title: '3M additions, top level by local', goal: 3 },
  heartbeat: { unit: 'ms', title: 'heartbeat while a cell loops', goal: 5 },
  control: { unit: 'ms', title: 'kernel_info on control while a cell loops', goal: 5 },
  interrupt: { unit: 'ms', title: 'interrupt of an endless loop to idle', goal: 1000 },
  lines: { unit: 'ms', title: '10^5 lines printed, all before idle', goal: 600 },
  'lines-million': { unit: 'ms', title: '10^6 lines printed, all before idle' },
  'memory-ready': { unit: 'MB', title: 'memory at ready', goal: 240 },
  'memory-cell': { unit: 'MB', title: 'memory after a first cell' },
  'memory-1000': { unit: 'MB', title: 'memory that 1,000 distinct cells add', goal: 40, negligible: 1 },
  'memory-1000-bare': { unit: 'MB', title: '1,000 distinct cells, without the type server', goal: 8, negligible: 1 },
  'idle-cpu': { unit: '%', title: 'processor while idle, of one core', negligible: 0.1 },
  'five-memory': { unit: 'MB', title: 'five notebooks at once: memory of all' },
  'five-each': { unit: 'MB', title: 'five notebooks at once: memory of each' },
  'five-idle': { unit: '%', title: 'five notebooks at once: processor while idle', negligible: 0.1, goal: 0.1 },
  'five-first': { unit: 'ms', title: 'five notebooks at once: slowest first cell' },
} as const satisfies Record<string, Figure>

export type FigureName = keyof typeof FIGURES

export function isFigureName(name: string): name is FigureName {
  return Object.hasOwn(FIGURES, name)
}
