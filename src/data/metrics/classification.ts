// How well classes are told apart.
import { fromArray } from '../../tensor/create.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { DataError } from '../errors.js'
import { type Classes, type Predictions, pairs, scoredRows } from './classes.js'

/**
 * Accuracy: the share of examples that are right, #(predicted = target) / n.
 *
 * predicted: scores [n, K], of which the greatest wins (the first of equals), or classes [n]; target: classes [n]. Further axes are more examples.
 * From 0 to 1; NaN of no examples. Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * data.metrics.accuracy(tensor([[0.1, 0.9], [0.8, 0.2]]), tensor([1, 1], { dtype: 'int32' })) // 0.5
 * @torch none
 */
export function accuracy(predicted: Predictions, target: Classes): number {
  const [guess, truth] = pairs('accuracy', predicted, target)
  return guess.reduce((hits, number, i) => hits + Number(number === truth[i]), 0) / truth.length
}

/**
 * Top-k accuracy: the share of examples whose true class is among the k of greatest scores. Of equal scores the lower class counts as greater, so
 * that k = 1 is `accuracy`.
 *
 * scores [n, K], target: classes [n]. From 0 to 1. Throws DATA_SHAPE, DATA_OPTION unless 1 <= k <= K.
 *
 * @example
 * const scores = tensor([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
 * data.metrics.topKAccuracy(scores, [1, 0], 2) // 0.5
 * @torch none
 */
export function topKAccuracy(scores: Tensor, target: Classes, k = 5): number {
  const { rows, k: classes, truth } = scoredRows('topKAccuracy', scores, target)
  if (!(Number.isInteger(k) && k >= 1 && k <= classes)) {
    throw new DataError(
      'DATA_OPTION',
      `topKAccuracy: k must be a whole number from 1 to ${classes}; it is ${String(k)}.`,
    )
  }
  let hits = 0
  for (const [i, own] of truth.entries()) {
    const score = rows[i * classes + own] as number
    let better = Number.isNaN(score) ? k : 0
    for (let j = 0; j < classes; j++) {
      const other = rows[i * classes + j] as number
      // NaN is below nothing, and so counts as better.
      if (j !== own && !(other < score) && !(other === score && j > own)) better++
    }
    if (better < k) hits++
  }
  return hits / truth.length
}

/**
 * Counts how often each class was taken for which, batch by batch; what accuracy, precision and recall are made of.
 *
 * `update(predicted, target)` adds examples, `compute()` gives the int32 matrix [K, K]: row the true class, column the predicted one. `K` grows with
 * the classes that come, unless it is given. Throws DATA_OPTION for a class beyond K, DATA_SHAPE.
 *
 * @example
 * const matrix = new data.metrics.ConfusionMatrix(2)
 * matrix.update([0, 1, 1], [0, 1, 0]).update([1], [1])
 * matrix.compute() // tensor([[1, 1], [0, 2]])
 * @torch none
 */
export class ConfusionMatrix {
  readonly numClasses: number | undefined
  #counts = new Map<number, number>()
  #seen = 0

  constructor(numClasses?: number) {
    if (numClasses !== undefined && !(Number.isInteger(numClasses) && numClasses >= 1 && numClasses <= MAX_CLASSES)) {
      throw new DataError('DATA_OPTION', `ConfusionMatrix: ${String(numClasses)} is no number of classes.`, {
        next: `Give a whole number from 1 to ${MAX_CLASSES}.`,
      })
    }
    this.numClasses = numClasses
  }

  /** Adds examples. Returns itself. */
  update(predicted: Predictions, target: Classes): this {
    const [guess, truth] = pairs('ConfusionMatrix', predicted, target)
    const limit = this.numClasses ?? MAX_CLASSES
    for (const list of [guess, truth]) {
      const odd = list.find(number => number >= limit)
      if (odd !== undefined) {
        throw new DataError('DATA_OPTION', `ConfusionMatrix: there is class ${odd}, and there are ${limit} classes.`, {
          next: 'Classes count from 0.',
        })
      }
    }
    for (const [i, own] of truth.entries()) {
      const guessed = guess[i] as number
      const place = own * MAX_CLASSES + guessed
      this.#counts.set(place, (this.#counts.get(place) ?? 0) + 1)
      this.#seen = Math.max(this.#seen, own + 1, guessed + 1)
    }
    return this
  }

  /** The matrix so far. */
  compute(): Tensor {
    const k = this.numClasses ?? this.#seen
    const matrix = new Int32Array(k * k)
    for (const [place, count] of this.#counts) {
      matrix[Math.floor(place / MAX_CLASSES) * k + (place % MAX_CLASSES)] = count
    }
    return fromArray(matrix, [k, k])
  }

  /** Forgets all examples. */
  reset(): void {
    this.#counts.clear()
    this.#seen = 0
  }

  /** Hits, false alarms and misses of each class. */
  tallies(): Tally[] {
    const k = this.numClasses ?? this.#seen
    const tallies = Array.from({ length: k }, () => ({ hits: 0, falseAlarms: 0, misses: 0 }))
    for (const [place, count] of this.#counts) {
      const [own, guessed] = [Math.floor(place / MAX_CLASSES), place % MAX_CLASSES]
      if (own === guessed) (tallies[own] as Counting).hits += count
      else {
        ;(tallies[own] as Counting).misses += count
        ;(tallies[guessed] as Counting).falseAlarms += count
      }
    }
    return tallies
  }
}

/** A matrix beyond would not fit into memory. */
const MAX_CLASSES = 2 ** 14

/** What became of a class: found, seen where it was not, not seen where it was. */
export interface Tally {
  readonly hits: number
  readonly falseAlarms: number
  readonly misses: number
}

type Counting = { -readonly [K in keyof Tally]: number }

export interface ConfusionMatrixOptions {
  /** How many classes there are. One more than the greatest that occurs. */
  readonly numClasses?: number | undefined
}

const CONFUSION_MATRIX_OPTIONS = optionNames<ConfusionMatrixOptions>()('numClasses')

/**
 * How often each class was taken for which: int32 [K, K], row the true class, column the predicted one.
 *
 * predicted: scores [n, K] or classes [n]; target: classes [n]. `ConfusionMatrix` does it batch by batch. Throws DATA_SHAPE, DATA_OPTION.
 *
 * @example
 * data.metrics.confusionMatrix([0, 1, 1, 1], [0, 1, 0, 1]) // tensor([[1, 1], [0, 2]])
 * @torch none
 */
export function confusionMatrix(predicted: Predictions, target: Classes, options: ConfusionMatrixOptions = {}): Tensor {
  known('confusionMatrix', options, CONFUSION_MATRIX_OPTIONS)
  return new ConfusionMatrix(options.numClasses).update(predicted, target).compute()
}

/** How the figures of several classes become one. */
export type Average = 'binary' | 'macro' | 'micro' | 'weighted'

export interface AverageOptions extends ConfusionMatrixOptions {
  /**
   * 'binary': of the class `positive` alone, where there are two; 'macro': the mean over the classes that occur, predicted or true; 'weighted': the
   * mean by how often each is true; 'micro': all hits over all, which for classes that exclude each other is the accuracy. 'binary'.
   */
  readonly average?: Average | undefined
  /** The class that is looked for, with 'binary'. 1. */
  readonly positive?: number | undefined
  /** What 0/0 is: of a class that was never predicted (precision) or never true (recall). 0. */
  readonly zeroDivision?: number | undefined
}

const AVERAGE_OPTIONS = optionNames<AverageOptions>()('average positive zeroDivision numClasses')

type Figure = (tally: Tally) => readonly [part: number, whole: number]

const PRECISION: Figure = ({ hits, falseAlarms }) => [hits, hits + falseAlarms]
const RECALL: Figure = ({ hits, misses }) => [hits, hits + misses]
const F1: Figure = ({ hits, falseAlarms, misses }) => [2 * hits, 2 * hits + falseAlarms + misses]

/**
 * Precision: of what was said to be a class, the share that is, TP / (TP + FP).
 *
 * predicted: scores [n, K] or classes [n]; target: classes [n], or a ConfusionMatrix alone. From 0 to 1; where nothing was predicted `zeroDivision`, 0.
 * Throws DATA_OPTION for 'binary' with more than two classes, DATA_SHAPE.
 *
 * @example
 * data.metrics.precision([1, 1, 0, 1], [1, 0, 0, 1]).toFixed(4) // '0.6667'
 * data.metrics.precision([0, 1, 2], [0, 2, 2], { average: 'macro' }).toFixed(4) // '0.6667'
 * @torch none
 */
export function precision(predicted: Predictions, target: Classes, options: AverageOptions = {}): number {
  known('precision', options, AVERAGE_OPTIONS)
  return averaged('precision', PRECISION, predicted, target, options)
}

/**
 * Recall: of what is a class, the share that was found, TP / (TP + FN). Arguments and errors: those of `precision`; where the class is never
 * true, `zeroDivision`, 0.
 *
 * @example
 * data.metrics.recall([1, 1, 0, 0], [1, 0, 0, 1]) // 0.5
 * @torch none
 */
export function recall(predicted: Predictions, target: Classes, options: AverageOptions = {}): number {
  known('recall', options, AVERAGE_OPTIONS)
  return averaged('recall', RECALL, predicted, target, options)
}

/**
 * F1, the harmonic mean of precision and recall (van Rijsbergen 1979): 2 TP / (2 TP + FP + FN). Arguments and errors: those of `precision`; where
 * a class is neither predicted nor true, `zeroDivision`, 0. 'macro' is the mean of the classes' F1.
 *
 * @example
 * data.metrics.f1([1, 1, 0, 1], [1, 0, 0, 1]) // 0.8
 * @torch none
 */
export function f1(predicted: Predictions, target: Classes, options: AverageOptions = {}): number {
  known('f1', options, AVERAGE_OPTIONS)
  return averaged('f1', F1, predicted, target, options)
}

function averaged(
  where: string,
  figure: Figure,
  predicted: Predictions,
  target: Classes,
  { average = 'binary', positive = 1, zeroDivision = 0, numClasses }: AverageOptions,
): number {
  const ratio = ([part, whole]: readonly [number, number]): number => (whole === 0 ? zeroDivision : part / whole)
  const tallies = new ConfusionMatrix(numClasses).update(predicted, target).tallies()
  const AVERAGES: Record<Average, () => number> = {
    binary: () => ratio(figure(positiveOf(where, tallies, positive))),
    macro: () => {
      const occurring = tallies.filter(({ hits, falseAlarms, misses }) => hits + falseAlarms + misses > 0)
      return ratio([sumOf(occurring, tally => ratio(figure(tally))), occurring.length])
    },
    weighted: () => {
      const weight = ({ hits, misses }: Tally): number => hits + misses
      return ratio([sumOf(tallies, tally => weight(tally) * ratio(figure(tally))), sumOf(tallies, weight)])
    },
    micro: () => {
      const total = (name: keyof Tally): number => sumOf(tallies, tally => tally[name])
      return ratio(figure({ hits: total('hits'), falseAlarms: total('falseAlarms'), misses: total('misses') }))
    },
  }
  if (!Object.hasOwn(AVERAGES, average)) {
    throw new DataError('DATA_OPTION', `${where}: there is no average '${String(average)}'.`, {
      next: `Choose one of ${Object.keys(AVERAGES).join(', ')}.`,
    })
  }
  return AVERAGES[average]()
}

function positiveOf(where: string, tallies: readonly Tally[], positive: number): Tally {
  if (tallies.length > 2) {
    throw new DataError('DATA_OPTION', `${where}: there are ${tallies.length} classes, and 'binary' is for two.`, {
      next: "Say how their figures become one: { average: 'macro' }, 'micro' or 'weighted'.",
    })
  }
  if (positive !== 0 && positive !== 1) {
    throw new DataError('DATA_OPTION', `${where}: positive must be 0 or 1; it is ${String(positive)}.`)
  }
  return tallies[positive] ?? { hits: 0, falseAlarms: 0, misses: 0 }
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0)
}

/** One class in a report. */
export interface ClassFigures {
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** How often the class is true. */
  readonly support: number
}

/**
 * Precision, recall and F1 of each class, in their order, and how often each is true. 0/0 is 0. Arguments and errors: those of `confusionMatrix`.
 *
 * @example
 * const [first] = data.metrics.classReport([0, 1, 1], [0, 1, 0])
 * first.recall // 0.5
 * @torch none
 */
export function classReport(
  predicted: Predictions,
  target: Classes,
  options: ConfusionMatrixOptions = {},
): ClassFigures[] {
  known('classReport', options, CONFUSION_MATRIX_OPTIONS)
  const ratio = ([part, whole]: readonly [number, number]): number => (whole === 0 ? 0 : part / whole)
  const tallies = new ConfusionMatrix(options.numClasses).update(predicted, target).tallies()
  return tallies.map(tally => ({
    precision: ratio(PRECISION(tally)),
    recall: ratio(RECALL(tally)),
    f1: ratio(F1(tally)),
    support: tally.hits + tally.misses,
  }))
}
