// Rows and columns of different kinds, and how they become numbers to learn from.
import { fromArray, tensor } from '../tensor/create.js'
import type { DType } from '../tensor/dtype.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { needIndex } from './dataset.js'
import { DataError } from './errors.js'
import { tableHtml, tableText } from './table-view.js'

/** What a column holds. */
export type ColumnType = 'number' | 'boolean' | 'text'

/** A value of a table; null is one that is not known. */
export type CsvValue = number | string | boolean | null

export interface TableContent {
  /** The file, for messages. */
  readonly name: string
  readonly columns: readonly string[]
  readonly types: readonly ColumnType[]
  /** A list for each column. */
  readonly values: readonly (readonly CsvValue[])[]
  /** The line of the file on which each row begins. */
  readonly lines: readonly number[]
}

export interface TableTensorsOptions {
  /** Columns to learn from. All columns of numbers and booleans, except the label. */
  readonly features?: readonly string[] | undefined
  /** The column to be predicted. None. */
  readonly label?: string | undefined
  /**
   * What the label is: 'class' makes class numbers (int32, for cross entropy), 'value' numbers (for regression). Text and booleans are classes,
   * numbers are values.
   */
  readonly target?: 'class' | 'value' | undefined
  /** The classes in their order, so that a second file gets the numbers of the first. Those of the column, sorted. */
  readonly classes?: readonly string[] | undefined
  /** Dtype of features and values. 'float32'. */
  readonly dtype?: DType | undefined
}

const TABLE_TENSORS_OPTIONS = optionNames<TableTensorsOptions>()('features label target classes dtype')

export interface TableTensors {
  /** [N, F]. */
  readonly x: Tensor
  /** [N]: class numbers (int32) or values. Without a label: an empty tensor [0]. */
  readonly y: Tensor
  /** What each of the F numbers is: a column, or 'column=value' where a text became several. */
  readonly features: readonly string[]
  /** The name of each class number; empty where the label is a value. */
  readonly classes: readonly string[]
}

/**
 * Rows and columns, each column of one type, as data.csv reads them. A loop goes through the rows; a notebook shows the first ones.
 *
 * @example
 * const table = data.csv('x,y\n1,yes\n2,no\n')
 * table.length // 2
 * table.column('x') // [1, 2]
 * for (const row of table) console.log(row.x, row.y)
 * @torch none
 */
export class Table implements Iterable<Record<string, CsvValue>> {
  /** The columns' names, in the file's order. */
  readonly columns: readonly string[]
  /** The columns' types by name. */
  readonly types: Readonly<Record<string, ColumnType>>
  /** How many rows there are. */
  readonly length: number
  readonly #content: TableContent

  /** Use data.csv. */
  constructor(content: TableContent) {
    this.#content = content
    this.columns = content.columns
    this.types = Object.fromEntries(content.columns.map((name, i) => [name, content.types[i] as ColumnType]))
    this.length = content.lines.length
  }

  /** A copy of a column's values. Throws DATA_OPTION where there is no such column. */
  column(name: string): CsvValue[] {
    return [...this.#values(name)]
  }

  /** A row by column names. Throws DATA_INDEX. */
  row(index: number): Record<string, CsvValue> {
    needIndex('Table', index, this.length)
    return Object.fromEntries(this.columns.map((name, i) => [name, this.#content.values[i]?.[index] ?? null]))
  }

  *[Symbol.iterator](): Iterator<Record<string, CsvValue>> {
    for (let i = 0; i < this.length; i++) yield this.row(i)
  }

  /** The rows for which `keep` is true, as a new table. */
  filter(keep: (row: Record<string, CsvValue>, index: number) => boolean): Table {
    return this.#only(Array.from(this, keep))
  }

  /** The rows that miss nothing in these columns, as a new table; all columns. Throws DATA_OPTION. */
  complete(columns: readonly string[] = this.columns): Table {
    const lists = columns.map(name => this.#values(name))
    return this.#only(this.#content.lines.map((_, row) => lists.every(values => values[row] !== null)))
  }

  /**
   * Features and labels as tensors: what TensorDataset takes.
   *
   * Booleans become 0 and 1; a text among the features becomes one number for each of its values, 1 where it is this one (one-hot), sorted by name.
   *
   * Throws DATA_FORMAT, with the line, where a value is missing; DATA_OPTION for a column that is not there, a class that `classes` has not, no feature; BAD_OPTION.
   *
   * @example
   * const { x, y, classes } = data.csv('a,b,kind\n1,2,oak\n3,4,ash\n').toTensors({ label: 'kind' })
   * x // tensor([[1., 2.], [3., 4.]])
   * y // tensor([1, 0])
   * classes // ['ash', 'oak']
   */
  toTensors(options: TableTensorsOptions = {}): TableTensors {
    const { label, dtype = 'float32' } = known('toTensors', options, TABLE_TENSORS_OPTIONS)
    const features = (options.features ?? this.#learnable(label)).flatMap(name => this.#feature(name))
    if (features.length === 0) {
      throw new DataError('DATA_OPTION', 'toTensors: there is no column to learn from: all are text, or the label.', {
        next: 'Name the columns: { features: [...] }; a text becomes one number for each of its values.',
      })
    }
    const flat = new Float64Array(this.length * features.length)
    features.forEach(({ values }, column) => {
      values.forEach((value, row) => {
        flat[row * features.length + column] = value
      })
    })
    const x = fromArray(flat, [this.length, features.length], { dtype })
    return { x, features: features.map(({ name }) => name), ...this.#target(options, dtype) }
  }

  /** The first rows in columns. */
  toString(): string {
    return tableText(this)
  }

  #learnable(label: string | undefined): readonly string[] {
    return this.columns.filter(name => name !== label && this.types[name] !== 'text')
  }

  /** A column as numbers, or a text as several. */
  #feature(name: string): { name: string; values: number[] }[] {
    const values = this.#known(name)
    if (this.types[name] !== 'text') return [{ name, values: values.map(Number) }]
    return sorted(values).map(kind => ({
      name: `${name}=${kind}`,
      values: values.map(value => Number(value === kind)),
    }))
  }

  #target(options: TableTensorsOptions, dtype: DType): { y: Tensor; classes: readonly string[] } {
    const { label } = options
    if (label === undefined) return { y: tensor([], { dtype }), classes: [] }
    const values = this.#known(label)
    const isText = this.types[label] === 'text'
    const { target = this.types[label] === 'number' && options.classes === undefined ? 'value' : 'class' } = options
    if (target === 'value') {
      if (!isText) return { y: tensor(values.map(Number), { dtype }), classes: [] }
      throw new DataError('DATA_OPTION', `toTensors: the label '${label}' is text, which is no value.`, {
        next: "Leave out { target: 'value' }: its texts are classes.",
      })
    }
    const classes = options.classes ?? sorted(values).map(String)
    const numbers = new Map(classes.map((kind, i) => [kind, i]))
    const y = values.map((value, row) => {
      const number = numbers.get(String(value))
      if (number !== undefined) return number
      throw new DataError(
        'DATA_OPTION',
        `toTensors: ${this.#at(row)}: '${String(value)}' is none of the classes ${classes.join(', ')}.`,
      )
    })
    return { y: tensor(y, { dtype: 'int32' }), classes }
  }

  #values(name: string): readonly CsvValue[] {
    const at = this.columns.indexOf(name)
    if (at >= 0) return this.#content.values[at] as readonly CsvValue[]
    throw new DataError('DATA_OPTION', `Table: ${this.#content.name} has no column '${name}'.`, {
      next: `There are: ${this.columns.join(', ')}.`,
    })
  }

  /** Values of which none is missing. */
  #known(name: string): Exclude<CsvValue, null>[] {
    const values = this.#values(name)
    const hole = values.indexOf(null)
    if (hole < 0) return values as Exclude<CsvValue, null>[]
    throw new DataError('DATA_FORMAT', `toTensors: ${this.#at(hole)}: the value of '${name}' is missing.`, {
      next: 'Leave out rows that miss something: table.complete().toTensors(...), or the column.',
    })
  }

  #at(row: number): string {
    return `${this.#content.name}, line ${this.#content.lines[row]}`
  }

  #only(keep: readonly boolean[]): Table {
    const only = <T>(list: readonly T[]): T[] => list.filter((_, row) => keep[row])
    return new Table({ ...this.#content, values: this.#content.values.map(only), lines: only(this.#content.lines) })
  }
}

Object.defineProperties(Table.prototype, {
  [Symbol.for('nodejs.util.inspect.custom')]: {
    value(this: Table): string {
      return tableText(this)
    },
  },
  [Symbol.for('Jupyter.display')]: {
    value(this: Table): Record<string, string> {
      return { 'text/plain': tableText(this), 'text/html': tableHtml(this) }
    },
  },
})

/** The different values, numbers by size and texts by their letters' codes. */
function sorted<T extends CsvValue>(values: readonly T[]): T[] {
  return [...new Set(values)].sort((a, b) => ((a ?? 0) < (b ?? 0) ? -1 : 1))
}
