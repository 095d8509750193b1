// The text of an output as it grows: in which pieces it is drawn, and which of its lines are left out. It reads only what
// is new, so that the last line of 100,000 costs as little as the first.
import { PLAIN, type Style, styleAfter } from './ansi.js'

/** What is drawn of a long output. Characters count where lines are long: 2,000 lines of 5,000 would freeze a page too. */
export const LIMITS = {
  head: { lines: 2000, characters: 400_000 },
  tail: { lines: 500, characters: 100_000 },
  /** A piece is drawn once, and never again once it is complete. */
  piece: { lines: 250, characters: 50_000 },
  /** A longer line is cut: its beginning and its end are drawn. */
  line: { begin: 4000, end: 1000 },
} as const

export const LONGEST_LINE: number = LIMITS.line.begin + LIMITS.line.end

/** Complete lines `from` one offset `to` another; `style` is in force where they begin. */
export interface Piece {
  readonly from: number
  readonly to: number
  readonly lines: number
  readonly style: Style
}

/** What is left out between the first `pieces` and `tail`. */
export interface Fold {
  readonly pieces: number
  readonly lines: number
  readonly tail: Omit<Piece, 'lines'>
}

export class StreamText {
  #text = ''
  /** The end of the last complete line: what comes before it does not change, other than by a new text. */
  #stable = 0
  #pieces: Piece[] = []
  #open = { lines: 0, characters: 0 }
  #openStyle = PLAIN
  #lines = 0
  #characters = 0
  #head = { pieces: 0, lines: 0, characters: 0 }

  get text(): string {
    return this.#text
  }

  /** The complete pieces, in order. */
  get pieces(): readonly Piece[] {
    return this.#pieces
  }

  /** What comes after the complete pieces. */
  get rest(): Omit<Piece, 'lines'> {
    return { from: this.#openFrom(), to: this.#text.length, style: this.#openStyle }
  }

  get lines(): number {
    return this.#lines + (this.#stable < this.#text.length ? 1 : 0)
  }

  /** Takes the newest text; false says that it does not continue the one before, and that all pieces are new. */
  update(text: string): boolean {
    const continues = text.length >= this.#stable && text.startsWith(this.#text.slice(0, this.#stable))
    if (!continues) this.#reset()
    this.#text = text
    this.#scan()
    return continues
  }

  /** What is left out; undefined where the output is short enough to be drawn whole. */
  fold(): Fold | undefined {
    const { head, tail } = LIMITS
    const last = Math.min(this.#text.length - this.#stable, LONGEST_LINE)
    const fits = this.lines <= head.lines + tail.lines && this.#characters + last <= head.characters + tail.characters
    if (fits) return undefined
    const headEnd = this.#pieces[this.#head.pieces - 1]?.to ?? 0
    const { from, lines } = this.#tail(headEnd)
    const hidden = this.lines - this.#head.lines - lines
    if (hidden <= 0) return undefined
    return {
      pieces: this.#head.pieces,
      lines: hidden,
      tail: { from, to: this.#text.length, style: this.#styleAt(from) },
    }
  }

  #reset(): void {
    this.#stable = 0
    this.#pieces = []
    this.#open = { lines: 0, characters: 0 }
    this.#openStyle = PLAIN
    this.#lines = 0
    this.#characters = 0
    this.#head = { pieces: 0, lines: 0, characters: 0 }
  }

  #openFrom(): number {
    return this.#pieces.at(-1)?.to ?? 0
  }

  #scan(): void {
    for (;;) {
      const end = this.#text.indexOf('\n', this.#stable)
      if (end < 0) return
      this.#addLine(end + 1)
    }
  }

  #addLine(end: number): void {
    const characters = Math.min(end - this.#stable, LONGEST_LINE)
    this.#stable = end
    this.#lines += 1
    this.#characters += characters
    this.#open.lines += 1
    this.#open.characters += characters
    const { piece, head } = LIMITS
    const full = this.#open.lines >= piece.lines || this.#open.characters >= piece.characters
    // The head ends after exactly so many lines.
    if (full || this.#lines === head.lines) this.#closePiece()
  }

  #closePiece(): void {
    const from = this.#openFrom()
    const { lines, characters } = this.#open
    this.#pieces.push({ from, to: this.#stable, lines, style: this.#openStyle })
    this.#openStyle = styleAfter(this.#openStyle, this.#text.slice(from, this.#stable))
    this.#open = { lines: 0, characters: 0 }
    const head = this.#head
    const follows = head.pieces === this.#pieces.length - 1
    if (!follows || head.lines + lines > LIMITS.head.lines) return
    if (head.pieces > 0 && head.characters + characters > LIMITS.head.characters) return
    this.#head = { pieces: head.pieces + 1, lines: head.lines + lines, characters: head.characters + characters }
  }

  /** Where the last lines begin, and how many they are. */
  #tail(least: number): { from: number; lines: number } {
    const text = this.#text
    let from = text.length
    let lines = 0
    let characters = 0
    while (from > least && lines < LIMITS.tail.lines) {
      // The line that ends before `from`; its own line end is not looked at.
      const begin = from < 2 ? 0 : text.lastIndexOf('\n', from - 2) + 1
      characters += Math.min(from - begin, LONGEST_LINE)
      if (lines > 0 && characters > LIMITS.tail.characters) break
      from = begin
      lines += 1
    }
    return { from, lines }
  }

  #styleAt(offset: number): Style {
    // The tail begins in one of the last pieces, or after them.
    let at = this.#pieces.length
    while (at > 0 && this.#pieces[at - 1]!.to > offset) at--
    const { from, style } = this.#pieces[at] ?? this.rest
    return styleAfter(style, this.#text.slice(from, offset))
  }
}

/** A line that is cut in the middle: what lies between the two offsets is not drawn. */
export interface Cut {
  readonly from: number
  readonly to: number
}

/** The lines between two offsets that are too long to be drawn whole. */
export function longLines(text: string, from: number, to: number): Cut[] {
  const cuts: Cut[] = []
  if (to - from <= LONGEST_LINE) return cuts
  for (let begin = from; begin < to; ) {
    const newline = text.indexOf('\n', begin)
    const end = newline < 0 || newline >= to ? to : newline + 1
    if (end - begin > LONGEST_LINE) cuts.push({ from: begin + LIMITS.line.begin, to: end - LIMITS.line.end })
    begin = end
  }
  return cuts
}
