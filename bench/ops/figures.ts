// What bench/ops measures, and what each figure is to reach.

export interface Figure {
  readonly title: string
  readonly unit: 'us' | 'ms' | 'GFLOP/s'
  /** What ours is to reach: a value beside the one that its issue was written with, so that only the ratio counts. */
  readonly goal: Goal
  /** The same for an engine without relaxed SIMD, which is then a row of its own. */
  readonly plainGoal?: Goal
  /** How often a probe is repeated within one reading, about 50 ms at the usual speed. */
  readonly repeats: number
}

export interface Goal {
  readonly peer: PeerName
  readonly ratio: number
}

export type PeerName = 'torch' | 'tfjs' | 'jax-js'

/** A goal of `ratio` means: theirs by ours for times (ours by theirs for rates) is to be at least that. */
const at = (peer: PeerName, ratio: number): Goal => ({ peer, ratio })

export const FIGURES = {
  add16: { title: 'add of 16 numbers', unit: 'us', goal: at('torch', 1.1 / 0.4), repeats: 50_000 },
  add16grad: { title: 'the same, recorded for backward', unit: 'us', goal: at('torch', 1.8 / 0.6), repeats: 50_000 },
  matmul64: {
    title: 'matmul 64',
    unit: 'GFLOP/s',
    goal: at('tfjs', 30 / 31),
    plainGoal: at('tfjs', 24 / 31),
    repeats: 500,
  },
  matmul256: {
    title: 'matmul 256',
    unit: 'GFLOP/s',
    goal: at('tfjs', 48 / 31),
    plainGoal: at('tfjs', 40 / 31),
    repeats: 20,
  },
  matmul1024: {
    title: 'matmul 1024',
    unit: 'GFLOP/s',
    goal: at('tfjs', 48 / 31),
    plainGoal: at('tfjs', 40 / 31),
    repeats: 1,
  },
  conv: { title: 'conv model, forward + backward of its convolutions', unit: 'ms', goal: at('torch', 0.6), repeats: 4 },
  exp: { title: 'exp of 2^20', unit: 'ms', goal: at('torch', 1 / 1.5), repeats: 20 },
  gelu: { title: 'gelu of 2^20', unit: 'ms', goal: at('torch', 1 / 2.5), repeats: 20 },
  softmax: { title: 'softmax of 1024x1024', unit: 'ms', goal: at('torch', 1 / 2.5), repeats: 20 },
  sumRows: { title: 'sum over the last axis of 1024x1024', unit: 'ms', goal: at('torch', 1 / 2), repeats: 50 },
  sumColumns: { title: 'sum over the first axis of 1024x1024', unit: 'ms', goal: at('torch', 1 / 2), repeats: 50 },
  mean: { title: 'mean over the last axis of 1024x1024', unit: 'ms', goal: at('torch', 1 / 2), repeats: 50 },
  transpose: { title: 'transposed copy of 1024x1024', unit: 'ms', goal: at('torch', 1 / 2), repeats: 20 },
  import: { title: 'import', unit: 'ms', goal: at('tfjs', 156 / 60), repeats: 1 },
} as const satisfies Record<string, Figure>

export type FigureName = keyof typeof FIGURES

/** Floating-point operations of one repetition, where the figure is a rate. */
export const FLOPS: Partial<Record<FigureName, number>> = {
  matmul64: 2 * 64 ** 3,
  matmul256: 2 * 256 ** 3,
  matmul1024: 2 * 1024 ** 3,
}

/** Milliseconds a repetition, as the figure's unit has it. */
export function inUnit(name: FigureName, milliseconds: number): number {
  const { unit } = FIGURES[name]
  if (unit === 'us') return milliseconds * 1000
  if (unit === 'ms') return milliseconds
  return (FLOPS[name] ?? 0) / (milliseconds * 1e6)
}
