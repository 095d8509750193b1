// What can be learned from: examples by number.

import { shapeText } from '../tensor/errors.js'
import { indexSelect } from '../tensor/ops/gather.js'
import { select } from '../tensor/ops/views.js'
import type { Tensor } from '../tensor/tensor.js'
import { DataError } from './errors.js'
import { counted, printedByToString } from './printed.js'

/**
 * Examples by number. Anything with a `length` and a `get` is one, so a class of one's own needs no base.
 *
 * `get` may return a promise, for examples that are read from files: then loop with `for await`.
 */
export interface Dataset<T> {
  /** How many examples there are. */
  readonly length: number
  /** The example at a place from 0 to length - 1. */
  get(index: number): T | Promise<T>
  /** Many examples at once, already joined: where that is faster than one by one. */
  getBatch?(indices: Tensor): Batch<NoInfer<T>>
}

/** An example as it comes out of `get`. */
export type Sample<D> = D extends Dataset<infer T> ? Awaited<T> : never

/** What many examples of one kind make when they are joined: tensors and numbers a tensor, all else arrays, part by part. */
export type Batch<T> = T extends Tensor | number | boolean
  ? Tensor
  : T extends string
    ? string[]
    : T extends readonly unknown[]
      ? { -readonly [K in keyof T]: Batch<T[K]> }
      : T extends object
        ? { -readonly [K in keyof T]: Batch<T[K]> }
        : T[]

/**
 * Examples that lie in tensors, one behind the other along the first axis: example i is [x[i], y[i], ...].
 *
 * Throws DATA_SHAPE where the first axes differ, DATA_INDEX for an example that is not there.
 *
 * @example
 * const set = new data.TensorDataset(zeros([100, 3]), arange(100))
 * set.length // 100
 * @torch torch.utils.data.TensorDataset
 */
export class TensorDataset<T extends readonly Tensor[] = readonly Tensor[]> implements Dataset<T> {
  readonly tensors: T
  readonly length: number

  constructor(...tensors: T) {
    const [first] = tensors
    if (first === undefined || tensors.some(x => x.shape.length === 0)) {
      throw new DataError(
        'DATA_SHAPE',
        'TensorDataset: needs tensors with at least one axis, along which the examples lie.',
      )
    }
    const length = first.shape[0] as number
    const odd = tensors.findIndex(x => x.shape[0] !== length)
    if (odd >= 0) {
      throw new DataError(
        'DATA_SHAPE',
        `TensorDataset: the first tensor has ${length} examples, tensor ${odd} has ${tensors[odd]?.shape[0]} (shape ${shapeText(tensors[odd]?.shape ?? [])}).`,
        { next: 'All tensors need the same size along the first axis.' },
      )
    }
    this.tensors = tensors
    this.length = length
  }

  /** One example: views of the rows. */
  get(index: number): T {
    needIndex('TensorDataset', index, this.length)
    return this.tensors.map(x => select(x, 0, index)) as unknown as T
  }

  /** The rows at `indices`, copied together in one go. */
  getBatch(indices: Tensor): Batch<T> {
    return this.tensors.map(x => indexSelect(x, 0, indices)) as unknown as Batch<T>
  }

  /** One example after the other: `for (const [x, y] of set)`. */
  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.length; i++) yield this.get(i)
  }

  /** How many examples, and what each is made of: `TensorDataset(60,000 examples: [1, 28, 28] float32, [] int32)`. */
  toString(): string {
    const parts = this.tensors.map(({ shape, dtype }) => `${shapeText(shape.slice(1))} ${dtype}`)
    return `${this.constructor.name}(${counted(this.length, 'example')}: ${parts.join(', ')})`
  }
}

printedByToString(TensorDataset)

/** Throws DATA_INDEX unless an example is there. */
export function needIndex(name: string, index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return
  throw new DataError(
    'DATA_INDEX',
    `${name}: there is no example ${index}; there are ${length}, from 0 to ${length - 1}.`,
  )
}
