// Whether a model that says 80% is right 80 times of 100.

import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { DataError } from '../errors.js'
import { type Classes, scoredRows } from './classes.js'

export interface CalibrationOptions {
  /** Into how many equal parts (0, 1] is cut. 15, as in the paper. */
  readonly bins?: number | undefined
  /** 'l1': the mean gap (ECE); 'l2': the root of the mean squared gap; 'max': the greatest gap (MCE). 'l1'. */
  readonly norm?: 'l1' | 'l2' | 'max' | undefined
}

const CALIBRATION_OPTIONS = optionNames<CalibrationOptions>()('bins norm')

/** The examples whose confidence lies in (from, to]. */
export interface CalibrationBin {
  readonly from: number
  readonly to: number
  readonly count: number
  /** The mean of the greatest probabilities; NaN of an empty bin. */
  readonly confidence: number
  /** The share of examples that are right; NaN of an empty bin. */
  readonly accuracy: number
}

const NORMS = {
  l1: (shares: readonly (readonly [share: number, gap: number])[]) =>
    shares.reduce((sum, [share, gap]) => sum + share * gap, 0),
  l2: (shares: readonly (readonly [share: number, gap: number])[]) =>
    Math.sqrt(shares.reduce((sum, [share, gap]) => sum + share * gap * gap, 0)),
  max: (shares: readonly (readonly [share: number, gap: number])[]) => Math.max(0, ...shares.map(([, gap]) => gap)),
}

/**
 * Expected calibration error (Guo et al. 2017, "On calibration of modern neural networks", equation 3), batch by batch.
 *
 * `update(probabilities, target)` adds examples, `compute()` gives the error so far, `bins()` what a reliability diagram shows.
 * Throws DATA_OPTION, DATA_SHAPE; see `calibrationError`.
 *
 * @example
 * const error = new data.metrics.CalibrationError({ bins: 10 })
 * error.update(tensor([[0.75, 0.25]]), [0]).compute() // 0.25
 * error.bins()[7].count // 1
 * @torch none
 */
export class CalibrationError {
  readonly #norm: keyof typeof NORMS
  readonly #counts: Float64Array
  readonly #confidences: Float64Array
  readonly #hits: Float64Array

  constructor(options: CalibrationOptions = {}) {
    const { bins = 15, norm = 'l1' } = known('CalibrationError', options, CALIBRATION_OPTIONS)
    if (!(Number.isInteger(bins) && bins >= 1)) {
      throw new DataError('DATA_OPTION', `calibrationError: bins must be a whole number from 1; it is ${String(bins)}.`)
    }
    if (!Object.hasOwn(NORMS, norm)) {
      throw new DataError('DATA_OPTION', `calibrationError: there is no norm '${String(norm)}'.`, {
        next: `Choose one of ${Object.keys(NORMS).join(', ')}.`,
      })
    }
    this.#norm = norm
    this.#counts = new Float64Array(bins)
    this.#confidences = new Float64Array(bins)
    this.#hits = new Float64Array(bins)
  }

  /** Adds examples: probabilities [n, K] and classes [n]. Returns itself. */
  update(probabilities: Tensor, target: Classes): this {
    const { rows, k, truth } = scoredRows('calibrationError', probabilities, target)
    for (const [i, own] of truth.entries()) {
      const best = greatest(rows, i * k, k)
      const confidence = rows[i * k + best] as number
      const bin = this.#binOf(confidence)
      this.#counts[bin] = (this.#counts[bin] as number) + 1
      this.#confidences[bin] = (this.#confidences[bin] as number) + confidence
      this.#hits[bin] = (this.#hits[bin] as number) + Number(best === own)
    }
    return this
  }

  /** The error so far; NaN of no examples. */
  compute(): number {
    const total = this.#counts.reduce((sum, count) => sum + count, 0)
    if (total === 0) return Number.NaN
    const filled = this.bins().filter(({ count }) => count > 0)
    return NORMS[this.#norm](
      filled.map(({ count, accuracy, confidence }) => [count / total, Math.abs(accuracy - confidence)]),
    )
  }

  /** The bins from the lowest to the highest. */
  bins(): CalibrationBin[] {
    const n = this.#counts.length
    return Array.from(this.#counts, (count, bin) => ({
      from: bin / n,
      to: (bin + 1) / n,
      count,
      confidence: (this.#confidences[bin] as number) / count,
      accuracy: (this.#hits[bin] as number) / count,
    }))
  }

  /** Forgets all examples. */
  reset(): void {
    for (const list of [this.#counts, this.#confidences, this.#hits]) list.fill(0)
  }

  /** The bin (from, to] of a probability. */
  #binOf(confidence: number): number {
    const n = this.#counts.length
    return Math.min(Math.max(Math.ceil(confidence * n) - 1, 0), n - 1)
  }
}

/** The place of the greatest of k probabilities. Throws where they are none. */
function greatest(rows: ArrayLike<number>, start: number, k: number): number {
  let best = 0
  let sum = 0
  for (let j = 0; j < k; j++) {
    const p = rows[start + j] as number
    sum += p
    if (!(p >= 0 && p <= 1 + TOLERANCE)) throw noProbabilities(`there is ${p} among them`)
    if (p > (rows[start + best] as number)) best = j
  }
  if (Math.abs(sum - 1) > TOLERANCE) throw noProbabilities(`a row sums to ${sum}`)
  return best
}

/** 16-bit floats round that much. */
const TOLERANCE = 0.02

function noProbabilities(problem: string): DataError {
  return new DataError('DATA_OPTION', `calibrationError: these are no probabilities: ${problem}.`, {
    next: 'Logits become probabilities by softmax(logits, -1).',
  })
}

/**
 * Expected calibration error (Guo et al. 2017): examples are put into bins (0, 1/M], (1/M, 2/M], ... by their confidence, the greatest
 * probability; ECE = sum over bins of |bin| / n * |accuracy(bin) - confidence(bin)|.
 *
 * probabilities [n, K], target: classes [n]. From 0, calibrated, to 1; it depends on the number of bins, and with few examples it is above the true
 * error. Throws DATA_OPTION for what are no probabilities (logits), DATA_SHAPE.
 *
 * @example
 * data.metrics.calibrationError(tensor([[0.75, 0.25], [0.75, 0.25]]), [0, 1]) // 0.25
 * @torch none
 */
export function calibrationError(probabilities: Tensor, target: Classes, options: CalibrationOptions = {}): number {
  known('calibrationError', options, CALIBRATION_OPTIONS)
  return new CalibrationError(options).update(probabilities, target).compute()
}
