// Two copies of a cell's text: its own, and the checker's, which has insertions. Offsets are UTF-16 units.
import type { Insertion, Position } from '../cell/cell.js'
import type { LspPosition } from './lsp.js'

/** The offsets at which the lines of a text start. */
export function lineStarts(text: string): number[] {
  const starts = [0]
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length)
  return starts
}

export function insert(text: string, insertions: readonly Insertion[]): string {
  let result = ''
  let from = 0
  for (const insertion of insertions) {
    result += text.slice(from, insertion.offset) + insertion.text
    from = insertion.offset
  }
  return result + text.slice(from)
}

/** The offset of a place, 1-based as a person counts. */
export function offsetOf(starts: readonly number[], { line, column }: Position): number {
  return (starts[line - 1] ?? 0) + column - 1
}

/** A place by its offset. */
export function positionAt(starts: readonly number[], offset: number): LspPosition {
  let line = starts.length - 1
  while (line > 0 && (starts[line] ?? 0) > offset) line--
  return { line, character: offset - (starts[line] ?? 0) }
}

/** Translates places of the checker's copy into the cell's own. Insertions hold no line breaks: lines stay. */
export class TextMap {
  readonly #code: string
  readonly #insertions: readonly Insertion[]
  readonly #starts: readonly number[]

  constructor(code: string, insertions: readonly Insertion[]) {
    this.#code = code
    this.#insertions = insertions
    this.#starts = lineStarts(code)
  }

  /** Whether the place is in the cell's text, and not in what we wrote below it. */
  contains({ line }: LspPosition): boolean {
    return line < this.#starts.length
  }

  /** The offset in the cell's own text; a place inside an insertion is where it was inserted. */
  toOffset({ line, character }: LspPosition): number {
    const start = this.#starts[line] ?? this.#code.length
    const end = this.#starts[line + 1] ?? this.#code.length
    let offset = start + character
    for (const insertion of this.#insertions) {
      if (insertion.offset < start) continue
      if (insertion.offset >= offset) break
      offset = Math.max(insertion.offset, offset - insertion.text.length)
    }
    return Math.min(offset, end)
  }

  /** The place in the cell's own text, 1-based, columns in UTF-16 units. */
  toPosition(place: LspPosition): Position {
    const { line, character } = positionAt(this.#starts, this.toOffset(place))
    return { line: line + 1, column: character + 1 }
  }
}
