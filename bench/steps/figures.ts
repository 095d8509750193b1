// What bench/steps measures.
import type { OurName } from './commands.js'

export interface Figure {
  readonly title: string
  /** How often it is repeated within one reading, about 100 ms. */
  readonly repeats: number
  /** What ours is to reach beside PyTorch's eager mode, or its fastest one: theirs by ours. */
  readonly goals?: Readonly<Partial<Record<OurName, { readonly ratio: number; readonly of: 'eager' | 'fastest' }>>>
}

const eager = (ratio: number) => ({ ratio, of: 'eager' }) as const

export const STEPS = {
  tiny: { title: 'tiny (16-32-32-4, batch 16)', repeats: 600, goals: { wasm: eager(10) } },
  mlp: {
    title: 'mlp (784-256-128-10, batch 64)',
    repeats: 40,
    goals: { wasm: eager(0.85), blas: { ratio: 1, of: 'fastest' } },
  },
  conv: { title: 'conv (16 and 32 channels, batch 32)', repeats: 12, goals: { wasm: eager(1), blas: eager(1.5) } },
  tr: { title: 'tr (2 layers, d 64, T 64, batch 8)', repeats: 6, goals: { wasm: eager(0.8), blas: eager(1.3) } },
  resnet: { title: 'resnet (3 blocks of 16, batch 32)', repeats: 4, goals: { wasm: eager(0.8), blas: eager(1.2) } },
} as const satisfies Record<string, Figure>

export type StepName = keyof typeof STEPS

/** In processes of their own; the first contender is ours. */
export const FRESH = {
  first: {
    title: 'first call of tr until its program has run',
    contenders: ['wasm', 'torch.compile', 'jax-js'],
    goalMs: 400,
  },
  again: { title: 'the same, where its program is on disk', contenders: ['disk'], goalMs: 100 },
  many: { title: 'one of 100 different tiny models, made and compiled', contenders: ['wasm'], goalMs: 20 },
} as const

export type FreshName = keyof typeof FRESH

/** How much wider, or how much larger the batches, for the curves of growth. */
export const FACTORS = [1, 4, 16] as const
