// Options by name: one that is misspelt must not be passed over in silence.
import { GradlabError } from '../errors.js'
import { captureOutside } from './call-site.js'
import { isTensor } from './tensor.js'

/** The names of all options of an interface. */
export type OptionNames<O> = Readonly<Record<keyof O & string, unknown>>

type Words<S extends string> = S extends `${infer First} ${infer Rest}` ? First | Words<Rest> : S

/** The names, where the words are the options of O; else what is wrong, which stands in the compiler's message. */
type Checked<O, S extends string> = [Exclude<keyof O, Words<S>>] extends [never]
  ? [Exclude<Words<S>, keyof O>] extends [never]
    ? OptionNames<O>
    : { readonly problem: `there is no option ${Exclude<Words<S>, keyof O>}` }
  : { readonly problem: `an option is missing: ${Exclude<keyof O & string, Words<S>>}` }

/**
 * The names of all options of an interface, in one text: `optionNames<LinearOptions>()('bias dtype generator')`. Interfaces are gone when a program runs; the
 * compiler compares the text with the interface, so that neither has a name that the other lacks.
 */
export function optionNames<O>(): <S extends string>(words: S) => Checked<O, S> {
  return <S extends string>(words: S) => Object.fromEntries(words.split(' ').map(word => [word, true])) as Checked<O, S>
}

/** An option that does not exist, or options that stand in no object. */
export class OptionError extends GradlabError {
  declare readonly code: 'BAD_OPTION'

  constructor(message: string, next: string) {
    super('BAD_OPTION', message, { next })
    captureOutside(this)
  }
}

/**
 * The options themselves, if `where` has all of them. Throws BAD_OPTION for another name, and says which was meant; also for what is no object, as PyTorch's
 * options by their places would be: Linear(3, 4, false).
 */
export function known<O extends object>(where: string, options: O, names: OptionNames<O>): O {
  if (typeof options !== 'object' || options === null || Array.isArray(options) || isTensor(options)) {
    throw new OptionError(
      `${where}: expected an object of options, got ${nounOf(options)}.`,
      `Options go by their names: { ${Object.keys(names)[0]}: ... }. There are: ${Object.keys(names).join(', ')}.`,
    )
  }
  for (const name in options) if (!Object.hasOwn(names, name)) throw unknownOption(where, name, Object.keys(names))
  return options
}

function unknownOption(where: string, name: string, names: readonly string[]): OptionError {
  const meant = nearest(name, names)
  const next = meant === undefined ? '' : `Did you mean '${meant}'? `
  return new OptionError(`${where}: there is no option '${name}'.`, `${next}There are: ${names.join(', ')}.`)
}

function nounOf(value: unknown): string {
  if (isTensor(value)) return 'a tensor'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'string' ? `'${value}'` : String(value)
}

/** The name that was probably meant: the same but for case and underscores (PyTorch's), or at most two letters away. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const plain = (text: string): string => text.replaceAll('_', '').toLowerCase()
  const ranked = names.map(other => ({ other, away: distance(plain(name), plain(other)) }))
  const best = ranked.sort((a, b) => a.away - b.away)[0]
  return best !== undefined && best.away <= Math.min(2, name.length / 2) ? best.other : undefined
}

/** How many letters must be put in, left out or replaced to make one word of the other (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const above = row
    row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, (above[j] as number) + 1, (row[j - 1] as number) + 1))
    }
  }
  return row[b.length] as number
}
