// What is drawn, as plain numbers: from tensors, typed arrays, lists, and lists of rows.
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { badData } from './errors.js'

/** A list of numbers of any kind. */
export type Numbers = Tensor | ArrayLike<number>

/** One row of a table: a value by each name. */
export type Row = Readonly<Record<string, unknown>>

/** A matrix: a tensor of two axes, or lists in a list. */
export type Matrix = Tensor | readonly (readonly number[] | ArrayLike<number>)[]

export function isNumbers(value: unknown): value is Numbers {
  if (isTensor(value) || ArrayBuffer.isView(value)) return true
  return Array.isArray(value) && (value.length === 0 || typeof value[0] === 'number')
}

/** The numbers of a tensor of one axis, or of a list. */
export function numbersOf(where: string, name: string, given: Numbers): Float64Array {
  if (isTensor(given)) {
    if (given.ndim > 1 && given.shape.filter(size => size !== 1).length > 1) {
      throw badData(
        where,
        `${name} has the shape [${given.shape.join(', ')}]`,
        'A tensor of one axis is drawn; take a row by at(i), or flatten() it.',
      )
    }
    return drawable(given.detach().reshape([-1]).to('float64').data() as Float64Array)
  }
  if (!isNumbers(given)) {
    throw badData(
      where,
      `${name} is ${described(given)}`,
      'Give a tensor of one axis, a typed array or a list of numbers.',
    )
  }
  const numbers = Float64Array.from(given as ArrayLike<number>)
  if (Array.isArray(given)) {
    const odd = given.findIndex(value => typeof value !== 'number')
    if (odd >= 0) throw badData(where, `${name}[${odd}] is ${described(given[odd])}`, 'All of a list are numbers.')
  }
  return drawable(numbers)
}

/** Rows of a matrix, all of one length. */
export function matrixOf(where: string, given: Matrix): Float64Array[] {
  if (isTensor(given)) {
    if (given.ndim !== 2) {
      throw badData(
        where,
        `the shape is [${given.shape.join(', ')}]`,
        'A matrix has two axes: reshape it, or take a part by at().',
      )
    }
    const [rows, columns] = given.shape as [number, number]
    const flat = drawable(given.detach().to('float64').contiguous().data() as Float64Array)
    return Array.from({ length: rows }, (_, i) => flat.slice(i * columns, (i + 1) * columns))
  }
  if (!Array.isArray(given))
    throw badData(where, `it is ${described(given)}`, 'Give a tensor of two axes, or a list of lists.')
  const rows = given.map((row, i) => numbersOf(where, `row ${i}`, row))
  const odd = rows.findIndex(row => row.length !== rows[0]?.length)
  if (odd > 0) {
    throw badData(
      where,
      `row ${odd} has ${rows[odd]?.length} numbers, row 0 has ${rows[0]?.length}`,
      'All rows of a matrix have one length.',
    )
  }
  return rows
}

/** A column of rows; null is a number that is not known. */
export function columnOf(where: string, rows: readonly Row[], name: string): unknown[] {
  const first = rows[0]
  if (first !== undefined && !(name in first)) {
    throw badData(where, `the rows have no '${name}'`, `They have: ${Object.keys(first).join(', ')}.`)
  }
  return rows.map(row => row[name])
}

export function numberColumn(where: string, rows: readonly Row[], name: string): Float64Array {
  const numbers = Float64Array.from(columnOf(where, rows, name), (value, i) => {
    if (typeof value === 'number') return value
    if (value === null || value === undefined) return Number.NaN
    throw badData(
      where,
      `'${name}' of row ${i} is ${described(value)}`,
      'A column of numbers is drawn; null stands for one that is not known.',
    )
  })
  return drawable(numbers)
}

/** Rows are objects in a list, or what can be gone through, as a table of data.csv. */
export function rowsOf(given: unknown): readonly Row[] | undefined {
  if (typeof given !== 'object' || given === null || isTensor(given) || ArrayBuffer.isView(given)) return undefined
  if (!(Symbol.iterator in given)) return undefined
  const rows = [...(given as Iterable<unknown>)]
  return rows.every(isRow) ? rows : undefined
}

const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value) && !isTensor(value)

/** Beyond these nothing can be drawn: sums and squares of them are no numbers any more. */
const [LARGEST, SMALLEST] = [1e150, 1e-150]

/** Numbers that can be drawn; all others are NaN, and the tiniest 0. */
function drawable(numbers: Float64Array): Float64Array {
  return numbers.map(value => {
    const size = Math.abs(value)
    return size < SMALLEST ? 0 : size < LARGEST ? value : Number.NaN
  })
}

/** Six digits of how far numbers reach: more than anybody sees, and half as long in a notebook. */
export function digitsOf(numbers: Iterable<number>): number {
  const { least, greatest } = rangeOf(numbers)
  const lost = Math.log10(Math.max(Math.abs(least), Math.abs(greatest)) / (greatest - least))
  return Number.isFinite(lost) ? Math.min(15, 6 + Math.max(0, Math.round(lost))) : 12
}

/** A number of so many digits. What is no number is null. */
export function shortened(value: number, digits = 6): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : null
}

/** The least and the greatest of what is finite. */
export function rangeOf(numbers: Iterable<number>): { least: number; greatest: number; count: number } {
  let [least, greatest, count] = [Infinity, -Infinity, 0]
  for (const value of numbers) {
    if (!Number.isFinite(value)) continue
    least = Math.min(least, value)
    greatest = Math.max(greatest, value)
    count++
  }
  return { least, greatest, count }
}

/** As it stands in alt texts. */
export function said(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'no number'
}

export function described(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}...` : value}'`
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? `a ${value.constructor?.name ?? 'object'}` : `${value}`
}
