// Batches of a data set, in order or shuffled, read ahead where that means waiting.
import { defaultGenerator, Generator, type RandomState, randperm } from '../random/index.js'
import { tensor } from '../tensor/create.js'
import { known, optionNames } from '../tensor/options.js'
import { isTensor } from '../tensor/tensor.js'
import { collate } from './collate.js'
import type { Batch, Dataset } from './dataset.js'
import { DataError } from './errors.js'
import { counted, nameOf, printedByToString } from './printed.js'

export interface DataLoaderOptions<T, B> {
  /** Examples in a batch. 1. */
  readonly batchSize?: number | undefined
  /** A new random order in each epoch. False. */
  readonly shuffle?: boolean | undefined
  /** Where the orders are drawn from. The default generator. */
  readonly generator?: Generator | undefined
  /** Leave out the last batch where it is smaller than the others. False. */
  readonly dropLast?: boolean | undefined
  /** Joins examples into a batch. See data.collate. */
  readonly collate?: ((samples: readonly T[]) => B) | undefined
  /** How many batches are read ahead by `for await`. 2. */
  readonly prefetch?: number | undefined
}

const DATA_LOADER_OPTIONS = optionNames<DataLoaderOptions<never, never>>()(
  'batchSize shuffle generator dropLast collate prefetch',
)

/** Where a loader is, as plain data. */
export interface LoaderState {
  /** Epochs that were begun. */
  readonly epoch: number
  /** Batches of the running epoch that were given out; 0 between epochs. */
  readonly position: number
  /** Where the order of the running epoch begins in the stream of random numbers. */
  readonly random: RandomState | null
}

/**
 * Batches of a data set: `for (const [x, y] of loader)` goes through all examples once, one epoch.
 *
 * With `shuffle` each epoch has a new order, drawn from the generator, so that a seed decides them all. An asynchronous data set is
 * read by `for await`, which reads batches ahead. stateDict() says where the loader is: after loadStateDict the next loop goes on
 * with the next batch of the same order.
 *
 * Throws DATA_OPTION for a batch size below 1 and for what is no data set, DATA_ASYNC where a plain loop meets a promise.
 *
 * @example
 * const loader = new data.DataLoader(new data.TensorDataset(arange(5)), { batchSize: 2 })
 * Array.from(loader, ([x]) => x) // [tensor([0, 1]), tensor([2, 3]), tensor([4])]
 * @torch torch.utils.data.DataLoader
 * @differs No worker processes: reading ahead is asynchronous; batches are those of one thread
 */
export class DataLoader<T, B = Batch<T>> {
  readonly dataset: Dataset<T>
  readonly batchSize: number
  readonly shuffle: boolean
  readonly dropLast: boolean
  readonly generator: Generator
  readonly #collate: ((samples: readonly T[]) => B) | undefined
  readonly #prefetch: number
  #epoch = 0
  #position = 0
  #random: RandomState | null = null
  #resumed = false

  constructor(dataset: Dataset<T>, options: DataLoaderOptions<T, B> = {}) {
    const {
      batchSize = 1,
      shuffle = false,
      generator = defaultGenerator(),
      dropLast = false,
      prefetch = 2,
    } = known('DataLoader', options, DATA_LOADER_OPTIONS)
    needDataset(dataset)
    needWhole('batchSize', batchSize, 1)
    needWhole('prefetch', prefetch, 0)
    this.dataset = dataset
    this.batchSize = batchSize
    this.shuffle = shuffle
    this.dropLast = dropLast
    this.generator = generator
    this.#collate = options.collate
    this.#prefetch = prefetch
  }

  /** Batches in an epoch. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches)
  }

  *[Symbol.iterator](): Generator_<B> {
    for (const indices of this.#indices()) {
      const batch = this.#batch(indices)
      if (batch instanceof Promise) {
        batch.catch(() => undefined)
        throw new DataError(
          'DATA_ASYNC',
          'DataLoader: this data set gives promises, which a plain loop cannot wait for.',
          {
            next: 'Write: for await (const batch of loader).',
          },
        )
      }
      yield batch
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<B, void, undefined> {
    const ahead: Promise<B>[] = []
    const order = this.#order()
    let next = this.#start()
    const read = (): void => {
      while (next < this.length && ahead.length <= this.#prefetch) {
        const batch = this.#later(this.#part(order, next++))
        // Whoever waits for it sees the error; until then it is not unhandled.
        batch.catch(() => undefined)
        ahead.push(batch)
      }
    }
    for (read(); ahead.length > 0; read()) {
      const batch = await (ahead.shift() as Promise<B>)
      this.#position++
      yield batch
    }
    this.#position = 0
  }

  /** `DataLoader(938 batches of 64, shuffled, of TensorDataset(...))`. */
  toString(): string {
    const batches = counted(this.length, 'batch', 'batches')
    return `DataLoader(${batches} of ${this.batchSize}, ${this.shuffle ? 'shuffled' : 'in order'}, of ${nameOf(this.dataset)})`
  }

  /** Where the loader is: for a checkpoint in the middle of an epoch. */
  stateDict(): LoaderState {
    return { epoch: this.#epoch, position: this.#position, random: this.#random }
  }

  /** Goes on where a loader of the same data and options was. */
  loadStateDict({ epoch, position, random }: LoaderState): void {
    needWhole('epoch', epoch, 0)
    needWhole('position', position, 0)
    if (position > this.length) {
      throw new DataError(
        'DATA_OPTION',
        `DataLoader: the state is at batch ${position} of an epoch, and there are only ${this.length}.`,
        { next: 'Load it into a loader of the same data, batchSize and dropLast.' },
      )
    }
    const place = random === null || random === undefined ? null : new Generator().setState(random).getState()
    this.#epoch = epoch
    this.#position = position
    this.#random = place
    this.#resumed = position > 0
  }

  *#indices(): Iterable<Int32Array> {
    const order = this.#order()
    for (let next = this.#start(); next < this.length; next++) {
      const part = this.#part(order, next)
      this.#position = next + 1
      yield part
    }
    this.#position = 0
  }

  /** The order of an epoch: that of the interrupted one, or a new one. */
  #order(): Int32Array | undefined {
    if (!this.#resumed) {
      this.#epoch++
      this.#position = 0
      this.#random = this.shuffle ? { key: this.generator.key, counter: this.generator.counter } : null
      return this.shuffle ? permutation(this.dataset.length, this.generator) : undefined
    }
    if (this.#random === null) return undefined
    const again = new Generator()
    again.key = this.#random.key
    again.counter = this.#random.counter
    return permutation(this.dataset.length, again)
  }

  #start(): number {
    this.#resumed = false
    return this.#position
  }

  #part(order: Int32Array | undefined, batch: number): Int32Array {
    const begin = batch * this.batchSize
    const end = Math.min(begin + this.batchSize, this.dataset.length)
    return order?.slice(begin, end) ?? Int32Array.from({ length: end - begin }, (_, i) => begin + i)
  }

  /** An error of a batch that is read ahead comes when it is that batch's turn. */
  async #later(indices: Int32Array): Promise<B> {
    return this.#batch(indices)
  }

  #batch(indices: Int32Array): B | Promise<B> {
    const { dataset } = this
    if (dataset.getBatch !== undefined && this.#collate === undefined) {
      return dataset.getBatch(tensor(indices)) as unknown as B
    }
    const join = this.#collate ?? (collate as unknown as (samples: readonly T[]) => B)
    const samples: (T | Promise<T>)[] = []
    try {
      for (const index of indices) samples.push(dataset.get(index))
    } catch (error) {
      // Nobody waits any more for those that were begun.
      for (const sample of samples) if (isPromise(sample)) sample.then(undefined, () => undefined)
      throw error
    }
    return samples.some(isPromise) ? Promise.all(samples).then(join as (samples: unknown[]) => B) : join(samples as T[])
  }
}

printedByToString(DataLoader)

/** TypeScript's own name for what a generator function returns; ours makes random numbers. */
type Generator_<T> = globalThis.Generator<T, void, undefined>

function permutation(n: number, generator: Generator): Int32Array {
  return randperm(n, { generator }).data() as Int32Array
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

function needDataset(dataset: unknown): void {
  const { length, get } = (dataset ?? {}) as Partial<Dataset<unknown>>
  if (Number.isInteger(length) && typeof get === 'function') return
  const got = Array.isArray(dataset) ? 'a list' : isTensor(dataset) ? 'a tensor' : typeof dataset
  throw new DataError('DATA_OPTION', `DataLoader: expected a data set, with a length and get(index); got ${got}.`, {
    next: 'Tensors: new data.TensorDataset(x, y). A list: { length: list.length, get: i => list[i] }.',
  })
}

function needWhole(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return
  throw new DataError(
    'DATA_OPTION',
    `DataLoader: ${name} must be a whole number from ${least}; it is ${String(value)}.`,
  )
}
