// Parts of a data set, and data sets made of parts.
import { type Generator, randperm } from '../random/index.js'
import { tensor } from '../tensor/create.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { type Batch, type Dataset, needIndex } from './dataset.js'
import { DataError } from './errors.js'
import { counted, nameOf, printedByToString } from './printed.js'

/**
 * Some examples of a data set, in an order of one's own.
 *
 * Throws DATA_INDEX for an example that is not there.
 *
 * @example
 * new data.Subset(new data.TensorDataset(arange(10)), [7, 3]).get(0) // [tensor(7)]
 * @torch torch.utils.data.Subset
 */
export class Subset<T> implements Dataset<T> {
  readonly dataset: Dataset<T>
  readonly indices: Int32Array
  readonly getBatch?: (indices: Tensor) => Batch<T>

  constructor(dataset: Dataset<T>, indices: ArrayLike<number>) {
    for (let i = 0; i < indices.length; i++) needIndex('Subset', indices[i] as number, dataset.length)
    this.dataset = dataset
    this.indices = Int32Array.from(indices)
    if (dataset.getBatch !== undefined) {
      this.getBatch = places => {
        const own = Int32Array.from(places.data() as Int32Array, place => this.indices[place] as number)
        return dataset.getBatch?.(tensor(own)) as Batch<T>
      }
    }
  }

  get length(): number {
    return this.indices.length
  }

  get(index: number): T | Promise<T> {
    needIndex('Subset', index, this.length)
    return this.dataset.get(this.indices[index] as number)
  }

  /** `Subset(800 of TensorDataset(1,000 examples: [4] float32, [] int32))`. */
  toString(): string {
    return `Subset(${this.length.toLocaleString('en-US')} of ${nameOf(this.dataset)})`
  }
}

printedByToString(Subset)

/**
 * Data sets one after the other, as one: the examples of the first, then those of the second, and so on. Throws DATA_INDEX.
 *
 * @example
 * const both = new data.ConcatDataset(new data.TensorDataset(arange(2)), new data.TensorDataset(arange(5)))
 * both.get(3) // [tensor(1)]
 * @torch torch.utils.data.ConcatDataset
 */
export class ConcatDataset<T> implements Dataset<T> {
  readonly datasets: readonly Dataset<T>[]
  readonly length: number

  constructor(...datasets: readonly Dataset<T>[]) {
    this.datasets = datasets
    this.length = datasets.reduce((sum, { length }) => sum + length, 0)
  }

  get(index: number): T | Promise<T> {
    needIndex('ConcatDataset', index, this.length)
    let rest = index
    for (const dataset of this.datasets) {
      if (rest < dataset.length) return dataset.get(rest)
      rest -= dataset.length
    }
    throw new DataError('DATA_INDEX', `ConcatDataset: there is no example ${index}.`)
  }

  /** `ConcatDataset(7 examples: TensorDataset(...), TensorDataset(...))`. */
  toString(): string {
    return `ConcatDataset(${counted(this.length, 'example')}: ${this.datasets.map(nameOf).join(', ')})`
  }
}

printedByToString(ConcatDataset)

export interface SplitOptions {
  /** Where the order is drawn from. The default generator. */
  readonly generator?: Generator | undefined
}

const SPLIT_OPTIONS = optionNames<SplitOptions>()('generator')

/**
 * Splits a data set at random into parts that share no example: sizes are counts that sum to its length, or fractions that sum to 1; what
 * rounding leaves over goes to the first parts, one each.
 *
 * Throws DATA_OPTION for sizes that do not sum up.
 *
 * @example
 * const [train, held] = data.randomSplit(new data.TensorDataset(arange(10)), [0.8, 0.2])
 * held.length // 2
 * @torch torch.utils.data.random_split
 */
export function randomSplit<T>(dataset: Dataset<T>, sizes: readonly number[], options: SplitOptions = {}): Subset<T>[] {
  known('randomSplit', options, SPLIT_OPTIONS)
  const counts = countsOf(dataset.length, sizes)
  const order = randperm(dataset.length, options).data() as Int32Array
  let at = 0
  return counts.map(count => {
    at += count
    return new Subset(dataset, order.subarray(at - count, at))
  })
}

function countsOf(length: number, sizes: readonly number[]): number[] {
  const sum = sizes.reduce((total, size) => total + size, 0)
  if (sizes.every(Number.isInteger) && sum === length) return [...sizes]
  if (sizes.some(size => !(size >= 0)) || Math.abs(sum - 1) > 1e-9) {
    throw new DataError(
      'DATA_OPTION',
      `randomSplit: sizes [${sizes.join(', ')}] are neither counts that sum to ${length} nor fractions that sum to 1.`,
    )
  }
  const counts = sizes.map(size => Math.floor(size * length + 1e-9))
  const left = length - counts.reduce((total, count) => total + count, 0)
  return counts.map((count, i) => (i < left ? count + 1 : count))
}

export interface KFoldOptions extends SplitOptions {
  /** Draw the folds at random. True; false takes neighbours together. */
  readonly shuffle?: boolean | undefined
  /** A class for each example: folds then have equal shares of each class. */
  readonly labels?: Tensor | ArrayLike<number> | undefined
}

const K_FOLD_OPTIONS = optionNames<KFoldOptions>()('shuffle labels generator')

/** One of k rounds: what to learn from, and what to test with. */
export interface Fold<T> {
  readonly train: Subset<T>
  readonly test: Subset<T>
}

/**
 * Cuts a data set into k folds of nearly equal size; each is the test set once, and the others together are learned from. With `labels` the
 * folds are stratified (Kohavi 1995).
 *
 * Throws DATA_OPTION unless 2 <= k <= length, or where the labels are not one for each example.
 *
 * @example
 * data.kFold(new data.TensorDataset(arange(10)), 5).map(({ train, test }) => [train.length, test.length])[0] // [8, 2]
 * @torch none
 */
export function kFold<T>(dataset: Dataset<T>, k: number, options: KFoldOptions = {}): Fold<T>[] {
  known('kFold', options, K_FOLD_OPTIONS)
  const { length } = dataset
  if (!(Number.isInteger(k) && k >= 2 && k <= length)) {
    throw new DataError('DATA_OPTION', `kFold: k must be a whole number from 2 to ${length}; it is ${String(k)}.`)
  }
  const { shuffle = true, labels } = options
  const order = shuffle ? (randperm(length, options).data() as Int32Array) : Int32Array.from({ length }, (_, i) => i)
  const folds = assigned(byClass(order, labels, length), k, shuffle || labels !== undefined)
  const placesOf = (wanted: (fold: number) => boolean): number[] =>
    Array.from(folds.keys()).filter(place => wanted(folds[place] as number))
  return Array.from({ length: k }, (_, fold) => ({
    train: new Subset(
      dataset,
      placesOf(other => other !== fold),
    ),
    test: new Subset(
      dataset,
      placesOf(other => other === fold),
    ),
  }))
}

/** The fold of each example: dealt out in turn, or in runs of neighbours. */
function assigned(order: Int32Array, k: number, dealt: boolean): Int32Array {
  const folds = new Int32Array(order.length)
  for (const [i, place] of order.entries()) folds[place] = dealt ? i % k : Math.floor((i * k) / order.length)
  return folds
}

/** Examples of one class stand together, each class in the order given. */
function byClass(order: Int32Array, labels: KFoldOptions['labels'], length: number): Int32Array {
  if (labels === undefined) return order
  const list = 'data' in labels ? (labels.data() as ArrayLike<number>) : labels
  if (list.length !== length) {
    throw new DataError('DATA_OPTION', `kFold: ${list.length} labels for ${length} examples.`)
  }
  return order.slice().sort((a, b) => (list[a] as number) - (list[b] as number))
}
