// Where in the stream of random numbers we are. The stream is Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011): block number `counter` of key `seed` gives four words, whoever computes it, so eager and compiled runs and all
// backends draw the same numbers. A draw of n elements of 32 bits takes ceil(n / 4) blocks, one of float64 ceil(n / 2).
import { TensorError } from '../tensor/errors.js'
import { hooks } from '../tensor/graph.js'
import { type GeneratorState, state } from '../tensor/state.js'

/** A place in a stream, as plain data that can be saved. */
export interface RandomState {
  readonly key: readonly [number, number]
  readonly counter: number
}

/**
 * A stream of random numbers of its own, beside the one that everybody shares.
 *
 * The seed is a whole number from 0 to 2^53 - 1, or a bigint below 2^64. Equal seeds give equal numbers, on every backend: bits and
 * uniforms exactly, normals up to rounding. Throws BAD_VALUE for another seed.
 *
 * @torch torch.Generator
 * @differs the seed is given at once; without one it is 0. The numbers differ from PyTorch's
 * @example
 * const generator = new Generator(42)
 * rand([2], { generator })
 */
export class Generator implements GeneratorState {
  readonly #place: GeneratorState

  /** `place` is where the position is kept: the shared generator's lies in the global state. */
  constructor(seed: number | bigint = 0, place?: GeneratorState) {
    this.#place = place ?? { key: keyOf(seed), counter: 0 }
  }

  /** The seed in two words, the low one first. */
  get key(): readonly [number, number] {
    return this.#place.key
  }

  set key(key: readonly [number, number]) {
    this.#place.key = key
  }

  /** Number of the next unused block. */
  get counter(): number {
    return this.#place.counter
  }

  set counter(counter: number) {
    this.#place.counter = counter
  }

  /** Begins the stream of a seed. Returns the generator. */
  manualSeed(seed: number | bigint): this {
    this.key = keyOf(seed)
    this.counter = 0
    return this
  }

  /** The seed that the stream was begun with. */
  initialSeed(): bigint {
    return (BigInt(this.key[1]) << 32n) | BigInt(this.key[0])
  }

  /** Where the stream is, as plain data: JSON keeps it. */
  getState(): RandomState {
    return { key: this.key, counter: this.counter }
  }

  /** Goes to a place that getState gave. Throws BAD_VALUE for anything else. Returns the generator. */
  setState({ key, counter }: RandomState): this {
    const words =
      Array.isArray(key) && key.length === 2 && key.every(word => Number.isInteger(word) && word >= 0 && word < 2 ** 32)
    if (!words || !Number.isSafeInteger(counter) || counter < 0) {
      throw new TensorError('BAD_VALUE', 'setState: this is not the state of a generator.', {
        next: 'Give what getState() returned: { key: [low, high], counter }.',
      })
    }
    this.key = [key[0], key[1]]
    this.counter = counter
    return this
  }
}

/**
 * Begins the stream of random numbers that everybody shares anew, with this seed: the same program then draws the same numbers. A whole
 * number from 0 to 2^53 - 1, or a bigint below 2^64; throws BAD_VALUE otherwise. Returns the shared generator.
 *
 * @torch torch.manual_seed
 * @differs a program that never calls it draws the same numbers at every start, those of seed 0; PyTorch starts at random
 * @example
 * manualSeed(1)
 * const x = rand([2])
 * manualSeed(1)
 * x.equal(rand([2])) // true
 */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator().manualSeed(seed)
}

/**
 * The generator that everybody shares: where none is named, random numbers come from it.
 *
 * @torch torch.default_generator
 * @example
 * const saved = defaultGenerator().getState()
 */
export function defaultGenerator(): Generator {
  return shared
}

// Two copies of the package share the global state, and so the stream.
const shared = new Generator(0, state.generator)

/** The number of the first of `blocks` blocks, which nobody else will get. */
export function takeBlocks(generator: GeneratorState, blocks: number): number {
  if (typeof generator !== 'object' || generator === null || !('counter' in generator)) {
    throw new TensorError('BAD_VALUE', `A generator is an object; got ${String(generator)}.`, {
      next: `Make one of a seed: { generator: new Generator(42) }.`,
    })
  }
  const first = generator.counter
  generator.counter = first + blocks
  hooks.tracing?.drew(generator, first, blocks)
  return first
}

function keyOf(seed: number | bigint): readonly [number, number] {
  const good = typeof seed === 'bigint' ? seed >= 0n && seed < 1n << 64n : Number.isSafeInteger(seed) && seed >= 0
  if (!good) {
    throw new TensorError(
      'BAD_VALUE',
      `A seed must be a whole number from 0 to 2^53 - 1, or a bigint below 2^64; got ${String(seed)}.`,
      {
        next: 'For example manualSeed(42).',
      },
    )
  }
  const wide = BigInt(seed)
  return [Number(wide & 0xffff_ffffn), Number(wide >> 32n)]
}
