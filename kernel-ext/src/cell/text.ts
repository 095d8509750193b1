// Places in a cell's text.
import type { Position } from './cell.js'

/** As editors and language servers count; JavaScript's own U+2028 and U+2029 end no line for them. */
const LINE_END = /\r\n|\n|\r/g

/** The 1-based line and column (in UTF-16 units) of an offset. */
export function positionAt(text: string, offset: number): Position {
  let line = 1
  let lineStart = 0
  for (const end of text.matchAll(LINE_END)) {
    const next = end.index + end[0].length
    if (next > offset) break
    line += 1
    lineStart = next
  }
  return { line, column: offset - lineStart + 1 }
}
