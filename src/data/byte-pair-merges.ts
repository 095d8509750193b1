// How byte pairs are learned and joined: pieces of text as lists of tokens, and merges in the order in which they were learned.

/**
 * The tokens that are single bytes, 0 to 255, come first; those that merges made follow.
 */
export const BYTES = 256

/** Two tokens that stand side by side, left and right. */
export type Pair = readonly [left: number, right: number]

/**
 * Where text is cut before pairs are looked for, so that no token reaches over a word's end: as in GPT-2 (Radford et al. 2019), English endings as 's,
 * letters, digits, other signs, each with a space before, and what is left of white space.
 */
export const PIECES =
  /'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu

const SHIFT = 2 ** 24

/** One number for a pair, in the order of left, then right. */
export const keyOf = (left: number, right: number): number => left * SHIFT + right

export const pairOf = (key: number): Pair => [Math.floor(key / SHIFT), key % SHIFT]

/** Replaces the pair by `merged`, wherever it stands, from the left. */
export function join(tokens: readonly number[], [left, right]: Pair, merged: number): number[] {
  const out: number[] = []
  for (let i = 0; i < tokens.length; i++) {
    const isPair = tokens[i] === left && tokens[i + 1] === right
    out.push(isPair ? merged : (tokens[i] as number))
    if (isPair) i++
  }
  return out
}

/** The bytes of each token. Equal bytes are one token, whichever merge made them first. */
export class TokenBytes {
  readonly list: Uint8Array[] = Array.from({ length: BYTES }, (_, byte) => Uint8Array.of(byte))
  readonly #numbers = new Map(this.list.map((bytes, number) => [spelled(bytes), number]))

  /** The token of two others, one behind the other. */
  merged([left, right]: Pair): number {
    const [first, second] = [this.list[left] as Uint8Array, this.list[right] as Uint8Array]
    const bytes = new Uint8Array(first.length + second.length)
    bytes.set(first)
    bytes.set(second, first.length)
    const spelling = spelled(bytes)
    const known = this.#numbers.get(spelling)
    if (known !== undefined) return known
    this.#numbers.set(spelling, this.list.length)
    return this.list.push(bytes) - 1
  }
}

const LATIN_1 = new TextDecoder('latin1')

/** A character for each byte: a key for a map. */
const spelled = (bytes: Uint8Array): string => LATIN_1.decode(bytes)

/** A piece of text that occurs `count` times. */
interface Word {
  readonly count: number
  tokens: readonly number[]
}

/** How often each piece occurs. */
export function countPieces(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const piece of text.match(PIECES) ?? []) counts.set(piece, (counts.get(piece) ?? 0) + 1)
  }
  return counts
}

/** The pairs of all words, how often each stands there, and in which words. */
export class PairCounts {
  readonly #words: Word[]
  readonly #counts = new Map<number, number>()
  readonly #places = new Map<number, Set<number>>()

  constructor(pieces: ReadonlyMap<string, number>) {
    const encoder = new TextEncoder()
    this.#words = Array.from(pieces, ([piece, count]) => ({ count, tokens: Array.from(encoder.encode(piece)) }))
    for (const i of this.#words.keys()) this.#add(i, 1)
  }

  /** The pair that stands most often, if at least `least` times; of several the one with the lowest left, then right token. */
  mostFrequent(least: number): Pair | undefined {
    let [best, most] = [-1, least - 1]
    for (const [key, count] of this.#counts) {
      if (count > most || (count === most && best >= 0 && key < best)) [best, most] = [key, count]
    }
    return best < 0 ? undefined : pairOf(best)
  }

  /** Makes one token of a pair, in all words. */
  merge(pair: Pair, merged: number): void {
    const places = [...(this.#places.get(keyOf(...pair)) ?? [])]
    for (const i of places) {
      const word = this.#words[i] as Word
      this.#add(i, -1)
      word.tokens = join(word.tokens, pair, merged)
      this.#add(i, 1)
    }
  }

  /** Counts a word's pairs in, or out. */
  #add(place: number, sign: 1 | -1): void {
    const { tokens, count } = this.#words[place] as Word
    for (let i = 0; i + 1 < tokens.length; i++) {
      const key = keyOf(tokens[i] as number, tokens[i + 1] as number)
      const total = (this.#counts.get(key) ?? 0) + sign * count
      if (total > 0) this.#counts.set(key, total)
      else this.#counts.delete(key)
      if (sign > 0) this.#placesOf(key).add(place)
      else this.#places.get(key)?.delete(place)
    }
  }

  #placesOf(key: number): Set<number> {
    const places = this.#places.get(key) ?? new Set()
    this.#places.set(key, places)
    return places
  }
}
