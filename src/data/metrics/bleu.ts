// How near a translation is to those of people.

import { known, optionNames } from '../../tensor/options.js'
import { DataError } from '../errors.js'

export interface BleuOptions {
  /** The longest runs of words that are compared. 4. */
  readonly maxN?: number | undefined
  /**
   * What a precision of 0 becomes, which alone would make the score 0. 'none': it stays 0, as in the paper; 'exp': 1/(2^j total) for the
   * j-th such (Chen & Cherry 2014, method 3; the default of sacrebleu); 'floor': 0.1/total (method 1); 'add-one': counts and totals of n > 1 are one more
   * (Lin & Och 2004). 'none'.
   */
  readonly smoothing?: 'none' | 'exp' | 'floor' | 'add-one' | undefined
  /** How text is cut into words. At white space: give text whose punctuation stands apart. */
  readonly tokenize?: ((text: string) => readonly string[]) | undefined
}

const BLEU_OPTIONS = optionNames<BleuOptions>()('maxN smoothing tokenize')

const SMOOTHINGS = ['none', 'exp', 'floor', 'add-one']

/**
 * BLEU of a corpus (Papineni et al. 2002), sentence by sentence: BP exp(1/N sum over n of log p_n), with p_n the share of the candidates' runs of n words
 * that are in a reference (each counted at most as often as in one reference), and BP = min(1, exp(1 - r/c)) for c words in candidates and r in
 * the references nearest in length.
 *
 * `update(candidate, references)` adds a sentence, `compute()` gives the score of all so far. Throws DATA_OPTION.
 *
 * @example
 * const bleu = new data.metrics.Bleu()
 * bleu.update('the cat sat on the mat', ['the cat sat on the mat', 'a cat was on the mat']).compute() // 1
 * @torch none
 */
export class Bleu {
  readonly #options: Required<{ [K in keyof BleuOptions]: NonNullable<BleuOptions[K]> }>
  readonly #hits: number[]
  readonly #totals: number[]
  #candidateLength = 0
  #referenceLength = 0

  constructor(options: BleuOptions = {}) {
    const { maxN = 4, smoothing = 'none', tokenize = words } = known('Bleu', options, BLEU_OPTIONS)
    if (!(Number.isInteger(maxN) && maxN >= 1)) {
      throw new DataError('DATA_OPTION', `bleu: maxN must be a whole number from 1; it is ${String(maxN)}.`)
    }
    if (!SMOOTHINGS.includes(smoothing)) {
      throw new DataError('DATA_OPTION', `bleu: there is no smoothing '${String(smoothing)}'.`, {
        next: `Choose one of ${SMOOTHINGS.join(', ')}.`,
      })
    }
    this.#options = { maxN, smoothing, tokenize }
    this.#hits = new Array<number>(maxN).fill(0)
    this.#totals = new Array<number>(maxN).fill(0)
  }

  /** Adds a sentence and the translations that it is compared with. Returns itself. */
  update(candidate: string, references: readonly string[]): this {
    if (typeof references === 'string' || references.length === 0) {
      throw new DataError('DATA_OPTION', 'bleu: each sentence needs a list of one reference or more.')
    }
    const { maxN, tokenize } = this.#options
    const own = tokenize(candidate)
    const others = references.map(tokenize)
    this.#candidateLength += own.length
    this.#referenceLength += nearestLength(own.length, others)
    for (let n = 1; n <= maxN; n++) {
      const allowed = others.map(other => runs(other, n))
      for (const [run, count] of runs(own, n)) {
        const most = Math.max(...allowed.map(counts => counts.get(run) ?? 0))
        this.#hits[n - 1] = (this.#hits[n - 1] as number) + Math.min(count, most)
        this.#totals[n - 1] = (this.#totals[n - 1] as number) + count
      }
    }
    return this
  }

  /** The share of runs of 1, 2, ... maxN words that are in a reference, smoothed. */
  precisions(): number[] {
    const { smoothing } = this.#options
    let zeros = 0
    return this.#hits.map((hits, i) => {
      const more = smoothing === 'add-one' && i > 0 ? 1 : 0
      const total = (this.#totals[i] as number) + more
      if (total === 0) return 0
      if (hits + more > 0) return (hits + more) / total
      if (smoothing === 'exp') return 2 ** -++zeros / total
      return smoothing === 'floor' ? 0.1 / total : 0
    })
  }

  /** The factor for candidates that are shorter than their references. */
  brevityPenalty(): number {
    if (this.#candidateLength === 0) return 0
    return Math.min(1, Math.exp(1 - this.#referenceLength / this.#candidateLength))
  }

  /** The score so far, from 0 to 1. Where no word at all is right it is 0, smoothed or not. */
  compute(): number {
    if (this.#hits[0] === 0) return 0
    const logs = this.precisions().reduce((sum, p) => sum + Math.log(p), 0)
    return this.brevityPenalty() * Math.exp(logs / this.#options.maxN)
  }

  /** Forgets all sentences. */
  reset(): void {
    this.#hits.fill(0)
    this.#totals.fill(0)
    this.#candidateLength = 0
    this.#referenceLength = 0
  }
}

const words = (text: string): string[] => text.split(/\s+/).filter(word => word !== '')

/** How often each run of n words occurs. */
function runs(list: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let i = 0; i + n <= list.length; i++) {
    const run = JSON.stringify(list.slice(i, i + n))
    counts.set(run, (counts.get(run) ?? 0) + 1)
  }
  return counts
}

/** The length of the reference that is nearest in length, the shorter of two. */
function nearestLength(length: number, references: readonly (readonly string[])[]): number {
  const lengths = references.map(reference => reference.length)
  return lengths.reduce((best, other) => {
    const difference = Math.abs(other - length) - Math.abs(best - length)
    return difference < 0 || (difference === 0 && other < best) ? other : best
  })
}

/**
 * BLEU of a corpus (Papineni et al. 2002): how many runs of 1 to 4 words of the candidates are in their references; see `Bleu` for the formula.
 *
 * candidates: n sentences; references: for each a list of translations. From 0 to 1 (papers often print 100 times that). The words' counts of the whole
 * corpus are added before they are divided, so it is not the mean over sentences. Words are cut at white space, nothing is lower-cased.
 * Throws DATA_SHAPE where there are not as many lists as candidates, DATA_OPTION.
 *
 * @example
 * data.metrics.bleu(['the the cat'], [['the cat sat']], { maxN: 1 }).toFixed(4) // '0.6667'
 * @torch none
 */
export function bleu(
  candidates: readonly string[],
  references: readonly (readonly string[])[],
  options: BleuOptions = {},
): number {
  known('bleu', options, BLEU_OPTIONS)
  if (candidates.length !== references.length) {
    throw new DataError(
      'DATA_SHAPE',
      `bleu: ${candidates.length} candidates and ${references.length} lists of references.`,
    )
  }
  const score = new Bleu(options)
  for (const [i, candidate] of candidates.entries()) score.update(candidate, references[i] as readonly string[])
  return score.compute()
}
