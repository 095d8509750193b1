// How a table looks: its first rows, as text and as HTML.
import type { ColumnType, CsvValue, Table } from './table.js'

/** So many rows are shown, and so many letters of a text. */
const ROWS = 10
const LETTERS = 24
/** What is not known. */
const UNKNOWN = '-'

interface View {
  readonly titles: readonly string[]
  readonly types: readonly ColumnType[]
  readonly rows: readonly (readonly string[])[]
  readonly note: string
}

function viewOf(table: Table): View {
  const shown = Math.min(ROWS, table.length)
  const rows = Array.from({ length: shown }, (_, i) => {
    const row = table.row(i)
    return table.columns.map(name => textOf(row[name] ?? null))
  })
  const size = `${table.length} row${table.length === 1 ? '' : 's'}, ${table.columns.length} column${table.columns.length === 1 ? '' : 's'}`
  return {
    titles: table.columns.map(textOf),
    types: table.columns.map(name => table.types[name] as ColumnType),
    rows,
    note: shown < table.length ? `${size}; the first ${shown} are shown` : size,
  }
}

/** In one line, and short. */
function textOf(value: CsvValue): string {
  if (value === null) return UNKNOWN
  const letters = [...String(value).replace(/\s/g, ' ')]
  return letters.length > LETTERS ? `${letters.slice(0, LETTERS - 1).join('')}…` : letters.join('')
}

/** Numbers stand at the right, all else at the left. */
export function tableText(table: Table): string {
  const { titles, types, rows, note } = viewOf(table)
  const lines = [titles, types, ...rows]
  const widths = titles.map((_, i) => Math.max(...lines.map(line => (line[i] as string).length)))
  const written = lines.map(line =>
    line
      .map((cell, i) => (types[i] === 'number' ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number)))
      .join('  ')
      .trimEnd(),
  )
  return [...written, note].join('\n')
}

export function tableHtml(table: Table): string {
  const { titles, types, rows, note } = viewOf(table)
  const row = (tag: 'td' | 'th', cells: readonly string[]): string => {
    const written = cells.map(
      (cell, i) => `<${tag} style="text-align:${types[i] === 'number' ? 'right' : 'left'}">${escaped(cell)}</${tag}>`,
    )
    return `<tr>${written.join('')}</tr>`
  }
  const head = `<thead>${row('th', titles)}</thead>`
  return `<table>${head}<tbody>${rows.map(cells => row('td', cells)).join('')}</tbody></table><p>${note}</p>`
}

/** A file of a stranger may hold what a page would run. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`)
}
