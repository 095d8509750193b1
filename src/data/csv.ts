// Tables of one's own, as text: a row a line, values between commas (RFC 4180).
import papa from 'papaparse'
import { known, optionNames } from '../tensor/options.js'
import { DataError } from './errors.js'
import type { FilePath } from './file-path.js'
import { readBytes } from './read-file.js'
import { type ColumnType, type CsvValue, Table } from './table.js'

export interface CsvOptions {
  /** What stands between values, one character. Found out among `,` `;` tab and `|`. */
  readonly separator?: string | undefined
  /** Whether the first line has the names of the columns; or the names. Default: it has them, and names that are all numbers are refused. */
  readonly header?: boolean | readonly string[] | undefined
  /** Types of columns by name, where the guess would be wrong: { zip: 'text' }. A value that does not fit is an error. */
  readonly types?: Readonly<Record<string, ColumnType>> | undefined
  /** What stands for a value that is not known. '', NA, N/A, #N/A, NaN, nan, NULL, null, None. */
  readonly missing?: readonly string[] | undefined
  /** The decimal mark: '.' or ','. '.'. */
  readonly decimal?: '.' | ',' | undefined
  /** How bytes become letters, by a name of the Encoding Standard, such as 'windows-1252'. 'utf-8'; UTF-16 is seen by its mark. */
  readonly encoding?: string | undefined
}

const SEPARATORS = [',', ';', '\t', '|']
const MISSING = ['', 'NA', 'N/A', '#N/A', 'NaN', 'nan', 'NULL', 'null', 'None']
const CSV_OPTIONS = optionNames<CsvOptions>()('separator header types missing decimal encoding')
const TYPES: readonly ColumnType[] = ['number', 'boolean', 'text']

/**
 * Reads a table of comma-separated values: from a path, a file: URL, bytes, or the text itself (a string with a line break in it is text, one
 * without is a path).
 *
 * Values may be quoted ("a, b", "she said ""no""") and go over several lines. Spaces around them, a byte order mark and empty lines do not
 * count; line ends become \n. A column whose known values are all numbers becomes numbers, one of true and false (any case) booleans, all else text;
 * whole numbers beyond 2^53 stay text, since they are names and would lose digits. What is missing is null. A first column without a name, as
 * pandas writes its index, is called 'column 1'.
 *
 * Throws DATA_MISSING; DATA_FORMAT, with the line, for a row that is longer or shorter than the header, a quote that is not closed, a name
 * twice, a header of numbers, a value that is not of its type, bytes that are no text; DATA_OPTION; DATA_NODE for a path in a browser; BAD_OPTION.
 *
 * @example
 * const table = data.csv('length,kind\n1.5,a\n,b\n')
 * table.types // { length: 'number', kind: 'text' }
 * table.row(1) // { length: null, kind: 'b' }
 * table.complete().toTensors({ label: 'kind' }).x // tensor([[1.5000]])
 * @torch none
 */
export function csv(source: FilePath | Uint8Array, options: CsvOptions = {}): Table {
  checkOptions(options)
  const { name, text } = textOf(source, options.encoding)
  const lines = linesOf(name, text, options.separator)
  const columns = namesOf(name, lines, options)
  const rows = options.header === undefined || options.header === true ? lines.slice(1) : lines
  for (const { line, values } of rows) {
    if (values.length !== columns.length) throw ragged(name, line, columns, values, options)
  }
  return tableOf(name, columns, rows, options)
}

/** A row of the file, and the line on which it begins. */
interface Line {
  readonly line: number
  readonly values: readonly string[]
}

function textOf(source: FilePath | Uint8Array, encoding: string | undefined): { name: string; text: string } {
  if (typeof source === 'string' && /[\r\n]/.test(source)) return { name: 'this text', text: plain(source) }
  const { name, bytes } = readBytes('data.csv', source)
  return { name, text: plain(decoded(name, bytes, encoding ?? markOf(bytes))) }
}

/** Without a byte order mark, and with one kind of line end. */
const plain = (text: string): string => text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')

/** Spreadsheets write UTF-16 as 'Unicode text', marked by its first two bytes. */
function markOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}

function decoded(name: string, bytes: Uint8Array, encoding: string): string {
  let text: string
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new DataError('DATA_OPTION', `data.csv: there is no encoding '${encoding}'.`, {
        cause,
        next: "Such as 'utf-8', 'windows-1252', 'utf-16le', 'shift_jis'.",
      })
    }
    throw new DataError('DATA_FORMAT', `data.csv: ${name}: expected text in ${encoding}, got other bytes.`, {
      cause,
      next: "Save it as UTF-8, or name its encoding, often { encoding: 'windows-1252' }.",
    })
  }
  if (!text.includes('\0')) return text
  throw new DataError('DATA_FORMAT', `data.csv: ${name}: expected text, got a file with zero bytes in it.`, {
    next: 'Spreadsheets (.xlsx, .ods) must be saved as CSV first.',
  })
}

function linesOf(name: string, text: string, separator: string | undefined): Line[] {
  const { data, errors } = papa.parse(text, { newline: '\n', delimiter: separator ?? separatorOf(text) })
  const lines: Line[] = []
  let line = 1
  for (const values of data) {
    lines.push({ line, values: values.map(value => value.trim()) })
    line += 1 + values.reduce((sum, value) => sum + value.split('\n').length - 1, 0)
  }
  const quote = errors.find(({ type }) => type === 'Quotes')
  if (quote !== undefined) throw quotes(name, lines[quote.row ?? 0]?.line ?? 1, quote.code === 'MissingQuotes')
  return lines.filter(({ values }) => values.length > 1 || values[0] !== '')
}

/** The separator that makes most columns, all rows alike as far as one looks; else the one that makes most names. */
function separatorOf(text: string): string {
  const found = SEPARATORS.map(separator => {
    const { data } = papa.parse(text, { newline: '\n', delimiter: separator, preview: 20 })
    const sizes = data.filter(values => values.length > 1 || values[0] !== '').map(values => values.length)
    const [first = 0] = sizes
    return { separator, first, even: sizes.every(size => size === first) ? first : 0 }
  })
  const most = (size: 'even' | 'first'): number => Math.max(...found.map(one => one[size]))
  const rule = most('even') > 1 ? 'even' : 'first'
  return found.find(one => one[rule] === most(rule))?.separator ?? ','
}

function quotes(name: string, line: number, open: boolean): DataError {
  const problem = open ? 'a quote is opened and never closed' : 'letters follow a closing quote'
  return new DataError('DATA_FORMAT', `data.csv: ${name}, line ${line}: ${problem}.`, {
    next: 'A quote within a quoted value is written twice: "she said ""no""".',
  })
}

function namesOf(name: string, lines: readonly Line[], { header }: CsvOptions): readonly string[] {
  if (typeof header === 'object') return unique(name, header, undefined)
  const [first] = lines
  if (first === undefined) {
    throw new DataError('DATA_FORMAT', `data.csv: ${name}: expected at least a line with names, got no line at all.`)
  }
  if (header === false) return first.values.map((_, i) => `column ${i + 1}`)
  if (header === undefined && first.values.every(value => NUMBER.test(value))) {
    throw new DataError(
      'DATA_FORMAT',
      `data.csv: ${name}, line ${first.line}: expected names of columns, got the numbers ${first.values.slice(0, 4).join(', ')}.`,
      {
        next: "Without a line of names: { header: false }, or { header: ['a', 'b'] }; where they are names: { header: true }.",
      },
    )
  }
  return unique(
    name,
    first.values.map((value, i) => (value === '' ? `column ${i + 1}` : value)),
    first.line,
  )
}

function unique(name: string, names: readonly string[], line: number | undefined): readonly string[] {
  const twice = names.find((value, i) => names.indexOf(value) !== i)
  if (twice === undefined) return names
  const at = line === undefined ? 'the header given' : `${name}, line ${line}`
  throw new DataError('DATA_FORMAT', `data.csv: ${at}: two columns are called '${twice}'.`, {
    next: 'Give names of your own, and { header: false } to see the first line: { header: [...] } counts it as a row.',
  })
}

function ragged(
  name: string,
  line: number,
  columns: readonly string[],
  values: readonly string[],
  { separator }: CsvOptions,
): DataError {
  const guess = separator === undefined ? " If the separator was guessed wrong: { separator: ';' }." : ''
  return new DataError(
    'DATA_FORMAT',
    `data.csv: ${name}, line ${line}: expected ${columns.length} values (${columns.slice(0, 4).join(', ')}${columns.length > 4 ? ', ...' : ''}), got ${values.length}.`,
    { next: `A value that holds the separator must be quoted.${guess}` },
  )
}

/** Digits, with a point, with an exponent; or an infinity. */
const NUMBER = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?)$/i
const WHOLE = /^[+-]?\d+$/

/** How a text becomes a value of each type; undefined where it does not. */
const READ: { readonly [T in ColumnType]: (text: string) => CsvValue | undefined } = {
  number: text => (NUMBER.test(text) ? Number(text.replace(/inf(?:inity)?$/i, 'Infinity')) : undefined),
  boolean: text => ({ true: true, false: false })[text.toLowerCase()],
  text: text => text,
}

function tableOf(name: string, columns: readonly string[], rows: readonly Line[], options: CsvOptions): Table {
  const { missing = MISSING, decimal = '.', types = {} } = options
  const absent = new Set(missing)
  const stranger = Object.keys(types).find(column => !columns.includes(column))
  if (stranger !== undefined) {
    throw new DataError('DATA_OPTION', `data.csv: types: ${name} has no column '${stranger}'.`, {
      next: `There are: ${columns.join(', ')}.`,
    })
  }
  const read = columns.map((column, i): [ColumnType, CsvValue[]] => {
    const texts = rows.map(({ values }) => values[i] as string)
    const dotted = decimal === ',' ? texts.map(text => text.replace(',', '.')) : texts
    const given = Object.hasOwn(types, column) ? types[column] : undefined
    const type = given ?? guess(texts, dotted, absent)
    const values = texts.map((text, row) => {
      if (absent.has(text)) return null
      const value = READ[type](type === 'number' ? (dotted[row] as string) : text)
      if (value !== undefined) return value
      throw new DataError(
        'DATA_FORMAT',
        `data.csv: ${name}, line ${rows[row]?.line}, column '${column}': expected a ${type}, got '${text}'.`,
        { next: "Mend the value, or add it to { missing: [...] }, or read the column as 'text'." },
      )
    })
    return [type, values]
  })
  return new Table({
    name,
    columns,
    types: read.map(([type]) => type),
    values: read.map(([, values]) => values),
    lines: rows.map(({ line }) => line),
  })
}

function guess(texts: readonly string[], dotted: readonly string[], absent: ReadonlySet<string>): ColumnType {
  const all = (test: (text: string, i: number) => boolean): boolean =>
    texts.every((text, i) => absent.has(text) || test(text, i))
  const isNumber = (text: string): boolean =>
    NUMBER.test(text) && !(WHOLE.test(text) && Math.abs(Number(text)) > Number.MAX_SAFE_INTEGER)
  if (all((_, i) => isNumber(dotted[i] as string))) return 'number'
  return all(text => READ.boolean(text) !== undefined) ? 'boolean' : 'text'
}

function checkOptions(options: CsvOptions): void {
  const { separator, header, types = {}, missing, decimal } = known('data.csv', options, CSV_OPTIONS)
  const bad = (problem: string, next: string): DataError =>
    new DataError('DATA_OPTION', `data.csv: ${problem}.`, { next })
  if (separator !== undefined && (typeof separator !== 'string' || !/^[^"\r\n]$/.test(separator))) {
    throw bad(
      `separator must be one character, and no quote; it is ${JSON.stringify(separator)}`,
      "Such as ';' or '\\t'.",
    )
  }
  if (header !== undefined && typeof header !== 'boolean' && !isTexts(header)) {
    throw bad('header must be true, false or a list of names', "{ header: ['length', 'kind'] }")
  }
  if (missing !== undefined && !isTexts(missing)) throw bad('missing must be a list of texts', "{ missing: ['', '?'] }")
  if (decimal !== undefined && decimal !== '.' && decimal !== ',') {
    throw bad(`decimal cannot be ${JSON.stringify(decimal)}`, "Choose '.' or ','.")
  }
  for (const [column, type] of Object.entries(types)) {
    if (!TYPES.includes(type)) throw bad(`types: '${column}' cannot be '${type}'`, `Choose ${TYPES.join(', ')}.`)
  }
}

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(item => typeof item === 'string')
