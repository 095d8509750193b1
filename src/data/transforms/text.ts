// Sentences changed so that they say the same, more or less: easy data augmentation (EDA, Wei & Zou 2019) without its insertions.
import { known, optionNames } from '../../tensor/options.js'
import { DataError } from '../errors.js'
import type { TransformOptions } from './compose.js'
import { needProbability, oneBelow, shuffled, uniforms } from './draw.js'
import { SYNONYMS } from './synonyms.js'

/** A text as words and what stands between them: gap, word, gap, word, ..., gap. */
interface Words {
  readonly words: string[]
  readonly gaps: string[]
}

/** Letters and digits, with apostrophes and hyphens within. */
const WORD = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu

function wordsOf(where: string, text: string): Words {
  if (typeof text !== 'string') {
    throw new DataError('DATA_OPTION', `${where}: expected a text, got ${typeof text}.`, {
      next: 'Give one sentence or a short text at a time.',
    })
  }
  return { words: text.match(WORD) ?? [], gaps: text.split(WORD) }
}

const joined = ({ words, gaps }: Words): string => gaps.map((gap, i) => gap + (words[i] ?? '')).join('')

const startsLarge = (word: string): boolean => /^\p{Lu}/u.test(word) && !/^\p{Lu}{2}/u.test(word)

/** A word with a large or small first letter, as another one had it. */
function casedAs(word: string, other: string): string {
  const [first = ''] = word
  if (startsLarge(other)) return first.toUpperCase() + word.slice(first.length)
  return other.length > 1 && other === other.toUpperCase() && other !== other.toLowerCase() ? word.toUpperCase() : word
}

/** How many of n words are changed: a share, and one at least. */
const countOf = (share: number, n: number): number => Math.min(n, Math.max(1, Math.round(share * n)))

export interface SynonymOptions extends TransformOptions {
  /** The share of words that is replaced, one at least where there is one. 0.1. */
  readonly alpha?: number | undefined
  /** Words that may stand for each word, in small letters. A list of some 300 common English words. */
  readonly synonyms?: Readonly<Record<string, readonly string[]>> | undefined
}

const SYNONYM_OPTIONS = optionNames<SynonymOptions>()('alpha synonyms generator')

/**
 * Replaces some words by synonyms (Wei & Zou 2019, SR): max(1, alpha n) of a text's n words, among those that have any, each by one of its synonyms at
 * random. Large letters, punctuation and spaces stay.
 *
 * The list is small and made by hand; in other languages, or for a field with words of its own, give `synonyms`. Throws DATA_OPTION.
 *
 * @example
 * data.transforms.synonymReplacement('Good films.', { synonyms: { good: ['fine'] } }) // 'Fine films.'
 * @torch none
 */
export function synonymReplacement(text: string, options: SynonymOptions = {}): string {
  const { alpha = 0.1, synonyms, ...draw } = known('synonymReplacement', options, SYNONYM_OPTIONS)
  needProbability('synonymReplacement', alpha)
  const { words, gaps } = wordsOf('synonymReplacement', text)
  const othersOf = (word: string): readonly string[] => {
    const small = word.toLowerCase()
    if (synonyms === undefined) return SYNONYMS.get(small) ?? []
    return Object.hasOwn(synonyms, small) ? (synonyms[small] as readonly string[]) : []
  }
  const places = words.flatMap((word, i) => (othersOf(word).length > 0 ? [i] : []))
  const chosen = shuffled(places.length, draw).slice(0, places.length === 0 ? 0 : countOf(alpha, words.length))
  for (const place of chosen.map(i => places[i] as number)) {
    const word = words[place] as string
    const others = othersOf(word)
    words[place] = casedAs(others[oneBelow(others.length, draw)] as string, word)
  }
  return joined({ words, gaps })
}

export interface DeletionOptions extends TransformOptions {
  /** The rate at which a word is left out. 0.1. */
  readonly p?: number | undefined
}

const DELETION_OPTIONS = optionNames<DeletionOptions>()('p generator')

/**
 * Leaves out each word with probability p, with the space before it (Wei & Zou 2019, RD); one word stays always. Punctuation stays.
 *
 * Throws DATA_OPTION.
 *
 * @example
 * data.transforms.randomDeletion('one two three', { p: 0 }) // 'one two three'
 * @torch none
 */
export function randomDeletion(text: string, options: DeletionOptions = {}): string {
  const { p = 0.1, ...draw } = known('randomDeletion', options, DELETION_OPTIONS)
  needProbability('randomDeletion', p)
  const { words, gaps } = wordsOf('randomDeletion', text)
  if (words.length === 0) return text
  const luck = uniforms(words.length, draw)
  const stays = luck.map(u => u >= p)
  if (!stays.includes(true)) stays[oneBelow(words.length, draw)] = true
  let out = ''
  for (const [i, word] of words.entries()) {
    const gap = gaps[i] as string
    const begins = out.trim() === ''
    if (stays[i])
      out += (begins ? gap.trimStart() : gap) + (begins && startsLarge(words[0] as string) ? casedAs(word, 'A') : word)
    // Of what stood before a word that goes, its spaces go, too.
    else out += gap.trim()
  }
  return out + (gaps.at(-1) as string)
}

export interface SwapOptions extends TransformOptions {
  /** The number of swaps as a share of the words, one at least. 0.1. */
  readonly alpha?: number | undefined
}

const SWAP_OPTIONS = optionNames<SwapOptions>()('alpha generator')

/**
 * Exchanges two words at random, max(1, alpha n) times for n words (Wei & Zou 2019, RS). Punctuation, and the large letter at the beginning, stay in their
 * places.
 *
 * Throws DATA_OPTION.
 *
 * @example
 * data.transforms.randomSwap('Come here!') // 'Here come!'
 * @torch none
 */
export function randomSwap(text: string, options: SwapOptions = {}): string {
  const { alpha = 0.1, ...draw } = known('randomSwap', options, SWAP_OPTIONS)
  needProbability('randomSwap', alpha)
  const { words, gaps } = wordsOf('randomSwap', text)
  if (words.length < 2) return text
  const large = startsLarge(words[0] as string)
  if (large) words[0] = (words[0] as string).toLowerCase()
  for (let i = 0; i < countOf(alpha, words.length); i++) {
    const [a, b] = shuffled(words.length, draw) as [number, number]
    const kept = words[a] as string
    words[a] = words[b] as string
    words[b] = kept
  }
  if (large) words[0] = casedAs(words[0] as string, 'A')
  return joined({ words, gaps })
}
