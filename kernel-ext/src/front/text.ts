// Jupyter counts a cursor in code points, JavaScript in UTF-16 units.

/** The UTF-16 offset of a code point position, clamped to the text: clients send positions beyond it. */
export function toOffset(text: string, codePoints: number): number {
  let offset = 0
  for (let left = Math.max(0, codePoints); left > 0 && offset < text.length; left -= 1) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
  }
  return offset
}

/** The code point position of a UTF-16 offset. */
export function toCodePoints(text: string, offset: number): number {
  let count = 0
  for (let at = 0; at < offset && at < text.length; count += 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  return count
}
