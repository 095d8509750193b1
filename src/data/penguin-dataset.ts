// The penguins as tensors: four measurements, and which of three species.
import { fromArray } from '../tensor/create.js'
import type { DType } from '../tensor/dtype.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { TensorDataset } from './dataset.js'
import { type Penguin, penguins, type Species } from './penguins.js'

const FEATURES = ['billLength', 'billDepth', 'flipperLength', 'bodyMass'] as const
const CLASSES: readonly Species[] = ['Adelie', 'Chinstrap', 'Gentoo']

export type PenguinFeature = (typeof FEATURES)[number]

export interface PenguinDatasetOptions {
  /** Give each feature mean 0 and standard deviation 1. True; false keeps millimetres and grams. */
  readonly standardize?: boolean | undefined
  /** Dtype of the features. 'float32'. */
  readonly dtype?: DType | undefined
}

const OPTIONS = optionNames<PenguinDatasetOptions>()('standardize dtype')

/**
 * The examples of penguinDataset: [x, y], and what their numbers mean.
 *
 * @example
 * data.penguinDataset().classes // ['Adelie', 'Chinstrap', 'Gentoo']
 * @torch none
 */
export class PenguinDataset extends TensorDataset<[Tensor, Tensor]> {
  /** What the columns of x are: lengths in millimetres, masses in grams, before they are standardised. */
  readonly features: readonly PenguinFeature[] = FEATURES
  /** The species of each class number. */
  readonly classes: readonly Species[] = CLASSES
  /** [4]: what was subtracted from the features; zeros where they are as measured. */
  readonly mean: Tensor
  /** [4]: what they were divided by; ones where they are as measured. */
  readonly std: Tensor

  /** Use penguinDataset. */
  constructor(x: Tensor, y: Tensor, mean: Tensor, std: Tensor) {
    super(x, y)
    this.mean = mean
    this.std = std
  }
}

/**
 * Penguins to classify: x [342, 4] (length and depth of the bill, length of the flipper, mass), y [342] int32: 0 Adelie (151), 1 Chinstrap (68), 2 Gentoo
 * (123). The 2 penguins without measurements are left out; those of unknown sex are there, as it is no feature. Rows stand in the order of `penguins`.
 *
 * Standardised: (value - mean) / std by the mean and the standard deviation (divided by n) of all 342, kept in `mean` and `std`, so that a new penguin can
 * be treated alike.
 *
 * Throws DataError: DATA_MISSING, DATA_HASH; see penguins for source and licence.
 *
 * @example
 * const set = data.penguinDataset()
 * set.tensors[0].shape // [342, 4]
 * const [train, test] = data.randomSplit(set, [0.8, 0.2])
 * @torch none
 */
export function penguinDataset(options: PenguinDatasetOptions = {}): PenguinDataset {
  const { standardize = true, dtype = 'float32' } = known('penguinDataset', options, OPTIONS)
  const rows = penguins().filter(isMeasured)
  const columns = FEATURES.map(feature => rows.map(row => row[feature]))
  const means = columns.map(values => (standardize ? mean(values) : 0))
  const stds = columns.map((values, i) => (standardize ? spread(values, means[i] as number) : 1))
  const flat = rows.flatMap(row => FEATURES.map((f, i) => (row[f] - (means[i] as number)) / (stds[i] as number)))
  return new PenguinDataset(
    fromArray(Float64Array.from(flat), [rows.length, FEATURES.length], { dtype }),
    fromArray(
      Int32Array.from(rows, ({ species }) => CLASSES.indexOf(species)),
      [rows.length],
    ),
    fromArray(Float64Array.from(means), [FEATURES.length], { dtype }),
    fromArray(Float64Array.from(stds), [FEATURES.length], { dtype }),
  )
}

type Measured = Penguin & Readonly<Record<PenguinFeature, number>>

function isMeasured(penguin: Penguin): penguin is Measured {
  return FEATURES.every(feature => penguin[feature] !== null)
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const spread = (values: readonly number[], middle: number): number =>
  Math.sqrt(mean(values.map(value => (value - middle) ** 2)))
