// Rounds of a benchmark: all contenders in turn, figure by figure; the best answer of each counts.
import type { Answer, Contender } from './contender.js'

/** The best answers: by figure, then by contender. */
export type Best = ReadonlyMap<string, ReadonlyMap<string, Answer>>

export interface Plan {
  /** How often a figure is repeated within one reading. */
  readonly repeatsOf: (figure: string) => number
  /** Figures that are long enough for one reading, without a warm-up. */
  readonly isOnce: (figure: string) => boolean
  readonly rounds: number
}

/** What is being measured, on a terminal; nothing else reads it. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text.padEnd(70)}${text === '' ? '\r' : ''}`)
}

export async function measureAll(
  figures: readonly string[],
  contenders: readonly Contender[],
  { repeatsOf, isOnce, rounds }: Plan,
): Promise<Best> {
  const best = new Map(figures.map(name => [name, new Map<string, Answer>()]))
  for (let round = 0; round < rounds; round++) {
    for (const figure of figures) {
      if (isOnce(figure) && round > 0) continue
      for (const contender of contenders) {
        progress(`round ${round + 1} of ${rounds}: ${figure} of ${contender.name}`)
        const repeats = repeatsOf(figure)
        // The first round warms up: V8 and the wasm engine compile what is used often.
        if (round === 0 && !isOnce(figure)) await contender.measure(figure, repeats)
        const answer = await contender.measure(figure, repeats)
        if (answer.failed !== undefined && round === 0)
          process.stderr.write(`\n${contender.name}, ${figure}: ${answer.failed}\n`)
        keepBest(best.get(figure) as Map<string, Answer>, contender.name, answer)
      }
    }
  }
  progress('')
  return best
}

export function keepBest(answers: Map<string, Answer>, name: string, answer: Answer): void {
  if (answer.ms === undefined) return
  const before = answers.get(name)?.ms
  if (before === undefined || answer.ms < before) answers.set(name, answer)
}

/** Theirs by ours: over 1 where we are faster. */
export function ratioOf(ours: Answer | undefined, theirs: Answer | undefined): number | undefined {
  return ours?.ms === undefined || theirs?.ms === undefined ? undefined : theirs.ms / ours.ms
}
