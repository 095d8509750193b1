// How the figures of libraries are written: a table for people, a line of JSON each for programs.

/** Three digits: more would be noise. */
export const digits = (value: number): number => Number(value.toPrecision(3))

/** A table in Markdown, whose columns stand below each other. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map(row => (row[i] ?? '').length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |\n`
  return [line(head), `|${widths.map(w => '-'.repeat(w + 2)).join('|')}|\n`, ...rows.map(line)].join('')
}
