// Text as numbers, a number for each character.
import { tensor } from '../tensor/create.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { DataError } from './errors.js'
import { counted, printedByToString } from './printed.js'

/**
 * Turns text into numbers and back: one for each different character, in the order of Unicode.
 *
 * Throws DATA_FORMAT where text has a character that was not in the text it was made from, or a number stands for none.
 *
 * @example
 * const letters = new data.CharacterTokenizer('hello')
 * letters.encode('hole') // tensor([1, 3, 2, 0])
 * @torch none
 */
export class CharacterTokenizer {
  /** All characters, by their numbers. */
  readonly vocabulary: readonly string[]
  readonly #numbers: ReadonlyMap<string, number>

  constructor(text: string) {
    this.vocabulary = [...new Set(text)].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0))
    this.#numbers = new Map(this.vocabulary.map((character, i) => [character, i]))
  }

  /** How many different characters there are. */
  get vocabSize(): number {
    return this.vocabulary.length
  }

  /** Text -> int32 [number of characters]. */
  encode(text: string): Tensor {
    const numbers = Array.from(text, character => {
      const number = this.#numbers.get(character)
      if (number !== undefined) return number
      throw new DataError(
        'DATA_FORMAT',
        `CharacterTokenizer: '${character}' is none of its ${this.vocabSize} characters.`,
        {
          next: 'Make the tokenizer from all the text that it is to read.',
        },
      )
    })
    return tensor(Int32Array.from(numbers))
  }

  /** Numbers (a tensor or an array) -> text. */
  decode(numbers: Tensor | Iterable<number>): string {
    const list = isTensor(numbers) ? Array.from(numbers.data() as Int32Array) : [...numbers]
    return list.map(number => this.vocabulary[number] ?? unknown(number, this.vocabSize)).join('')
  }

  /** `CharacterTokenizer(78 characters)`. */
  toString(): string {
    return `CharacterTokenizer(${counted(this.vocabSize, 'character')})`
  }
}

printedByToString(CharacterTokenizer)

function unknown(number: number, count: number): never {
  throw new DataError(
    'DATA_FORMAT',
    `CharacterTokenizer: ${number} stands for no character; there are ${count}, from 0 to ${count - 1}.`,
  )
}
