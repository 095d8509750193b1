// Text as numbers, a number for each piece that is frequent: the tokens of language models.
import { fromArray } from '../tensor/create.js'
import { known, optionNames } from '../tensor/options.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { BYTES, countPieces, join, keyOf, type Pair, PairCounts, PIECES, TokenBytes } from './byte-pair-merges.js'
import { DataError } from './errors.js'
import type { FilePath } from './file-path.js'
import { counted, printedByToString } from './printed.js'
import { pathOf, readBytes } from './read-file.js'
import { replaceFile } from './write-file.js'

export interface BytePairOptions {
  /** Pairs that stand less often are not merged. 2. */
  readonly minFrequency?: number | undefined
  /** Called after each merge, for a progress bar: so many of so many are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

const OPTIONS = optionNames<BytePairOptions>()('minFrequency onProgress')

/** A tokenizer as JSON. */
export interface BytePairJson {
  readonly format: 'gradlab-byte-pair'
  readonly version: 1
  /** The pairs in the order in which they were learned. */
  readonly merges: readonly Pair[]
}

interface Merge {
  readonly pair: Pair
  readonly rank: number
  readonly token: number
}

/** Pieces of so many different kinds are remembered. */
const REMEMBERED = 2 ** 16
/** Longer ones do not come back often. */
const LONGEST_REMEMBERED = 64
/** In bytes. */
const LONGEST_TOKEN = 2 ** 16

/**
 * Byte-pair encoding: tokens are bytes and what frequent neighbours were joined to, so that any text has tokens, and frequent words have one of their own.
 *
 * Tokens 0 to 255 are the bytes of UTF-8. Training joins the most frequent pair of neighbours to a new token, again and again; of equally frequent
 * pairs the one with the lowest left, then the lowest right token. Text is cut into pieces first, and no token reaches over their ends: English endings
 * ('s, 'll ...), letters, digits, other signs, each with one space before, and the rest of white space (GPT-2's rule). Encoding joins, in each piece, the
 * pair that was learned first, wherever it stands from the left, until none is left.
 *
 * Paper: P. Gage (1994); R. Sennrich, B. Haddow, A. Birch, "Neural machine translation of rare words with subword units", ACL 2016, algorithm 1; on bytes:
 * A. Radford et al., "Language models are unsupervised multitask learners", 2019.
 *
 * @example
 * const tokenizer = data.BytePairTokenizer.train('low lower lowest slow', 260)
 * tokenizer.pieces('slowest') // ['s', 'low', 'e', 's', 't']
 * tokenizer.encode('slowest') // tensor([115, 257, 101, 115, 116])
 * tokenizer.decode([115, 257]) // 'slow'
 * @torch none
 */
export class BytePairTokenizer {
  /** The pairs in the order in which they were learned. */
  readonly merges: readonly Pair[]
  readonly #bytes = new TokenBytes()
  readonly #ranks = new Map<number, Merge>()
  readonly #remembered = new Map<string, readonly number[]>()

  /** From pairs that were learned; see train and load. Throws DATA_FORMAT where a pair names a token that is not there yet, or makes one of more than 65,536 bytes. */
  constructor(merges: readonly Pair[]) {
    this.merges = merges
    for (const [rank, pair] of merges.entries()) {
      needTokens(pair, rank, this.vocabSize)
      const token = this.#bytes.merged(pair)
      needShort(this.#bytesOf(token), rank)
      this.#ranks.set(keyOf(...pair), { pair, rank, token })
    }
  }

  /**
   * Learns tokens from a text, or from several, until there are `vocabSize` of them: fewer where no pair stands `minFrequency` times.
   *
   * Moby-Dick with 1,256 tokens takes about a second. Throws DATA_OPTION unless vocabSize is a whole number from 256 and minFrequency one from 1.
   *
   * @example
   * data.BytePairTokenizer.train(['aaa', 'aab'], 257).vocabSize // 257
   */
  static train(text: string | readonly string[], vocabSize: number, options: BytePairOptions = {}): BytePairTokenizer {
    const { minFrequency = 2, onProgress } = known('BytePairTokenizer.train', options, OPTIONS)
    needWhole('vocabSize', vocabSize, BYTES)
    needWhole('minFrequency', minFrequency, 1)
    const pairs = new PairCounts(countPieces(typeof text === 'string' ? [text] : text))
    const bytes = new TokenBytes()
    const merges: Pair[] = []
    while (bytes.list.length < vocabSize) {
      const pair = pairs.mostFrequent(minFrequency)
      if (pair === undefined) break
      pairs.merge(pair, bytes.merged(pair))
      merges.push(pair)
      onProgress?.(bytes.list.length - BYTES, vocabSize - BYTES)
    }
    return new BytePairTokenizer(merges)
  }

  /** How many tokens there are: 256 bytes and those that were learned. */
  get vocabSize(): number {
    return this.#bytes.list.length
  }

  /** What each token stands for, by number; bytes that are no text by themselves as <E2 80>. */
  get vocabulary(): readonly string[] {
    return this.#bytes.list.map(textOfBytes)
  }

  /** Text -> int32 [number of tokens]. A lone surrogate, which UTF-8 cannot hold, is encoded as U+FFFD. */
  encode(text: string): Tensor {
    const numbers: number[] = []
    for (const piece of text.match(PIECES) ?? []) for (const token of this.#tokensOf(piece)) numbers.push(token)
    return fromArray(Int32Array.from(numbers), [numbers.length])
  }

  /** Text -> what its tokens stand for, as in `vocabulary`. */
  pieces(text: string): string[] {
    return Array.from(this.encode(text).data() as Int32Array, token => textOfBytes(this.#bytesOf(token)))
  }

  /**
   * Numbers (a tensor or an array) -> text: what was encoded, to the last character. Bytes that are no UTF-8, as a model may write them, become U+FFFD.
   *
   * Throws DATA_FORMAT where a number stands for no token.
   */
  decode(numbers: Tensor | Iterable<number>): string {
    const list = isTensor(numbers) ? Array.from(numbers.data() as Int32Array) : [...numbers]
    const parts = list.map(number => this.#bytesOf(number))
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      bytes.set(part, at)
      at += part.length
    }
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  }

  /** What JSON.stringify writes. */
  toJSON(): BytePairJson {
    return { format: 'gradlab-byte-pair', version: 1, merges: this.merges }
  }

  /** A tokenizer from what JSON.parse reads. Throws DATA_FORMAT. */
  static fromJSON(json: unknown): BytePairTokenizer {
    return new BytePairTokenizer(mergesOf(json))
  }

  /** Writes a file of JSON, beside its place first. Throws DATA_NODE in a browser. */
  save(path: FilePath): void {
    replaceFile(pathOf('BytePairTokenizer.save', path), [new TextEncoder().encode(`${JSON.stringify(this)}\n`)])
  }

  /** Reads what `save` wrote. Throws DATA_MISSING, DATA_FORMAT; DATA_NODE in a browser. */
  static load(path: FilePath): BytePairTokenizer {
    const { name, bytes } = readBytes('BytePairTokenizer.load', path)
    try {
      return BytePairTokenizer.fromJSON(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
    } catch (cause) {
      if (cause instanceof DataError) throw cause
      throw new DataError('DATA_FORMAT', `BytePairTokenizer.load: ${name} is no JSON.`, { cause })
    }
  }

  /** `BytePairTokenizer(1,256 tokens, 1,000 merges)`. */
  toString(): string {
    return `BytePairTokenizer(${counted(this.vocabSize, 'token')}, ${counted(this.merges.length, 'merge')})`
  }

  #tokensOf(piece: string): readonly number[] {
    const known = this.#remembered.get(piece)
    if (known !== undefined) return known
    const tokens = this.#joined(Array.from(new TextEncoder().encode(piece)))
    if (piece.length <= LONGEST_REMEMBERED && this.#remembered.size < REMEMBERED) this.#remembered.set(piece, tokens)
    return tokens
  }

  #joined(bytes: number[]): number[] {
    let tokens = bytes
    for (let next = this.#learnedFirst(tokens); next !== undefined; next = this.#learnedFirst(tokens)) {
      tokens = join(tokens, next.pair, next.token)
    }
    return tokens
  }

  #learnedFirst(tokens: readonly number[]): Merge | undefined {
    let first: Merge | undefined
    for (let i = 0; i + 1 < tokens.length; i++) {
      const merge = this.#ranks.get(keyOf(tokens[i] as number, tokens[i + 1] as number))
      if (merge !== undefined && merge.rank < (first?.rank ?? Number.POSITIVE_INFINITY)) first = merge
    }
    return first
  }

  #bytesOf(token: number): Uint8Array {
    const bytes = this.#bytes.list[token]
    if (bytes !== undefined) return bytes
    throw new DataError(
      'DATA_FORMAT',
      `BytePairTokenizer: ${String(token)} stands for no token; there are ${this.vocabSize}, from 0 to ${this.vocabSize - 1}.`,
    )
  }
}

printedByToString(BytePairTokenizer)

function textOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return `<${Array.from(bytes, byte => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ')}>`
  }
}

function mergesOf(json: unknown): readonly Pair[] {
  const { format, version, merges } = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>
  if (format !== 'gradlab-byte-pair' || version !== 1 || !Array.isArray(merges)) {
    throw new DataError('DATA_FORMAT', 'BytePairTokenizer: this is no tokenizer, or one of a later version.', {
      next: "Expected { format: 'gradlab-byte-pair', version: 1, merges: [[left, right], ...] }, as save writes it.",
    })
  }
  return merges as Pair[]
}

/** Also of files, in which a pair may be anything. */
function needTokens(pair: unknown, rank: number, count: number): void {
  const isToken = (token: unknown): boolean => Number.isInteger(token) && Number(token) >= 0 && Number(token) < count
  if (Array.isArray(pair) && pair.length === 2 && pair.every(isToken)) return
  throw new DataError(
    'DATA_FORMAT',
    `BytePairTokenizer: merge ${rank} must be two tokens from 0 to ${count - 1}; it is ${JSON.stringify(pair)}.`,
  )
}

/** A file of some lines could double a token at each, until memory is full. */
function needShort({ length }: Uint8Array, rank: number): void {
  if (length <= LONGEST_TOKEN) return
  throw new DataError(
    'DATA_FORMAT',
    `BytePairTokenizer: merge ${rank} makes a token of ${length} bytes; at most ${LONGEST_TOKEN} are allowed.`,
  )
}

function needWhole(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return
  throw new DataError(
    'DATA_OPTION',
    `BytePairTokenizer.train: ${name} must be a whole number from ${least}; it is ${String(value)}.`,
  )
}
