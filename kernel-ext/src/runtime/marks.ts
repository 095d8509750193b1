// Marks that say where text of the process's own stdout and stderr (native code, child processes) stands among what
// comes by the pipe to the front: the same mark is written into both.

/** Names the word that makes the marks of one runtime unlike anything that code prints. */
export const MARK_VARIABLE = 'GRADLAB_KERNEL_MARK'

/** An application program command, which terminals pass over. */
export function markText(word: string, number: number): string {
  return `\u001b_gradlab:${word}:${number}\u001b\\`
}

export type Piece = { readonly text: string } | { readonly mark: number }

/** Cuts a text at its marks; `rest` is an end that may be the beginning of one. */
export class MarkReader {
  readonly #word: string
  readonly #begin: string
  readonly #whole: RegExp

  constructor(word: string) {
    this.#word = word
    this.#begin = `\u001b_gradlab:${word}:`
    this.#whole = new RegExp(`${this.#begin}(\\d+)\u001b\\\\`)
  }

  write(mark: number): string {
    return markText(this.#word, mark)
  }

  read(text: string): { pieces: Piece[]; rest: string } {
    const pieces: Piece[] = []
    // Odd places hold the numbers.
    const parts = text.includes(this.#begin) ? text.split(this.#whole) : [text]
    const last = parts.pop() ?? ''
    parts.forEach((part, i) => {
      if (i % 2 === 1) pieces.push({ mark: Number(part) })
      else if (part !== '') pieces.push({ text: part })
    })
    const end = last.length - this.#incomplete(last)
    if (end > 0) pieces.push({ text: last.slice(0, end) })
    return { pieces, rest: last.slice(end) }
  }

  /** How many characters at the end may begin a mark. */
  #incomplete(text: string): number {
    const begun = text.lastIndexOf(this.#begin)
    if (begun >= 0) return text.length - begun
    const begin = text.lastIndexOf('\u001b', text.length - 1)
    const tail = begin < 0 ? '' : text.slice(begin)
    return tail !== '' && this.#begin.startsWith(tail) ? tail.length : 0
  }
}
