// Lines as Python's `str.splitlines(keepends=True)` sees them: how notebook files split text.

/** Python ends a line at each of these; JavaScript's own notion of a line end is narrower. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python does end lines at these control characters
const LINE = /[^\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]|$)/gy

/** The lines of `text`, each with its end; no empty last line, and none at all for the empty string. */
export function splitLines(text: string): string[] {
  const lines = text.match(LINE) ?? []
  if (lines.at(-1) === '') lines.pop()
  return lines
}
