// What bench/train measures: whole trainings, and the step that is nothing but calls.
import type { OurName } from './commands.js'

export interface Figure {
  readonly title: string
  readonly unit: 'ms' | 's'
  /** How often a step is repeated within one reading, about 100 ms; 1 for a whole training. */
  readonly repeats: number
  /** What ours is to reach beside PyTorch's eager mode: theirs by ours. */
  readonly goals?: Readonly<Partial<Record<OurName, number>>>
  /** What the training leads to. */
  readonly quality?: string
}

export const FIGURES = {
  tiny: { title: 'step of tiny (16-32-32-4, batch 16)', unit: 'ms', repeats: 600, goals: { eager: 1.5 } },
  trainMlp: { title: 'mlp on MNIST, 4 epochs', unit: 's', repeats: 1, quality: 'accuracy' },
  trainConv: { title: 'conv on MNIST, 4 epochs', unit: 's', repeats: 1, quality: 'accuracy' },
  trainNovel: { title: 'tr on Moby-Dick, 1,200 steps of 16', unit: 's', repeats: 1, quality: 'held-out nats' },
} as const satisfies Record<string, Figure>

export type FigureName = keyof typeof FIGURES

export const isTraining = (name: FigureName): boolean => FIGURES[name].unit === 's'
