// Sets made by a formula: small, known to the last detail, and so the place to look at what a model does.
import { type Generator, rand, randn } from '../random/index.js'
import { fromArray, getDefaultDtype } from '../tensor/create.js'
import type { DType } from '../tensor/dtype.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { TensorDataset } from './dataset.js'
import { DataError } from './errors.js'

/** Points [n, 2] and the class of each [n], int32. */
export type LabelledPoints = TensorDataset<[Tensor, Tensor]>

export interface NoiseOptions {
  /** Standard deviation of what is added to each number: normal, mean 0. 0. */
  readonly noise?: number | undefined
  /** Where random numbers are drawn from. The default generator. */
  readonly generator?: Generator | undefined
  /** Dtype of the points. The default dtype. */
  readonly dtype?: DType | undefined
}

const NOISE_OPTIONS = optionNames<NoiseOptions>()('noise generator dtype')

/**
 * Two half circles that reach into each other: no straight line tells them apart.
 *
 * With a from 0 to pi in equal steps: class 0 at (cos a, sin a), class 1 at (1 - cos a, 1/2 - sin a), plus `noise` times normal numbers. Class 0 has
 * floor(n / 2) points and stands first. x [n, 2], y [n] int32.
 *
 * Throws DATA_OPTION unless n is a whole number from 2 and noise a number from 0.
 *
 * @example
 * const [x, y] = data.moons(200, { noise: 0.1 }).tensors
 * x.shape // [200, 2]
 * data.moons(5).tensors[1] // tensor([0, 0, 1, 1, 1])
 * @torch none
 * @differs scikit-learn's make_moons shuffles its points; here a DataLoader does
 */
export function moons(n: number, options: NoiseOptions = {}): LabelledPoints {
  needCount('moons', n, 2)
  known('moons', options, NOISE_OPTIONS)
  return points('moons', classSizes(n, 2).reverse(), options, (c, i, size) => {
    const a = (Math.PI * i) / Math.max(1, size - 1)
    return c === 0 ? [Math.cos(a), Math.sin(a)] : [1 - Math.cos(a), 0.5 - Math.sin(a)]
  })
}

export interface CirclesOptions extends NoiseOptions {
  /** Radius of the inner circle, that of the outer one being 1; from 0 to below 1. 0.8. */
  readonly factor?: number | undefined
}

const CIRCLES_OPTIONS = optionNames<CirclesOptions>()('noise generator dtype factor')

/**
 * A circle inside a circle.
 *
 * With a from 0 to below 2 pi in equal steps: class 0 at (cos a, sin a), class 1 at factor (cos a, sin a), plus `noise` times normal numbers. Class 0
 * has floor(n / 2) points and stands first. x [n, 2], y [n] int32.
 *
 * Throws DATA_OPTION unless n is a whole number from 2, 0 <= factor < 1 and noise a number from 0.
 *
 * @example
 * data.circles(200, { noise: 0.05, factor: 0.5 }).length // 200
 * @torch none
 * @differs scikit-learn's make_circles shuffles its points; here a DataLoader does
 */
export function circles(n: number, options: CirclesOptions = {}): LabelledPoints {
  needCount('circles', n, 2)
  const { factor = 0.8 } = known('circles', options, CIRCLES_OPTIONS)
  if (!(factor >= 0 && factor < 1)) throw bad('circles', 'factor must be a number from 0 to below 1', factor)
  return points('circles', classSizes(n, 2).reverse(), options, (c, i, size) => {
    const a = (2 * Math.PI * i) / size
    const r = c === 0 ? 1 : factor
    return [r * Math.cos(a), r * Math.sin(a)]
  })
}

export interface SpiralsOptions extends NoiseOptions {
  /** How many arms, a class each; from 1. 2. */
  readonly classes?: number | undefined
  /** How often an arm goes round. 1. */
  readonly turns?: number | undefined
}

const SPIRALS_OPTIONS = optionNames<SpiralsOptions>()('noise generator dtype classes turns')

/**
 * Spirals wound into each other, an arm for each class (after Lang and Witbrock 1988).
 *
 * With t = 1/m, 2/m ... 1 for the m points of an arm: t (cos a, sin a) with a = 2 pi (turns t + c / classes) for class c, plus `noise` times normal
 * numbers. Classes differ by one point at most, the first have more, and stand one after the other. x [n, 2], y [n] int32.
 *
 * Throws DATA_OPTION unless n is a whole number from classes, classes one from 1, turns a number and noise one from 0.
 *
 * @example
 * data.spirals(300, { classes: 3, noise: 0.02 }).tensors[0].shape // [300, 2]
 * @torch none
 */
export function spirals(n: number, options: SpiralsOptions = {}): LabelledPoints {
  const { classes = 2, turns = 1 } = known('spirals', options, SPIRALS_OPTIONS)
  if (!(Number.isInteger(classes) && classes >= 1))
    throw bad('spirals', 'classes must be a whole number from 1', classes)
  if (!Number.isFinite(turns)) throw bad('spirals', 'turns must be a number', turns)
  needCount('spirals', n, classes)
  return points('spirals', classSizes(n, classes), options, (c, i, size) => {
    const t = (i + 1) / size
    const a = 2 * Math.PI * (turns * t + c / classes)
    return [t * Math.cos(a), t * Math.sin(a)]
  })
}

export interface BlobsOptions {
  /** How many clusters, or the middle of each: [[x, y, ...], ...]. 3. */
  readonly centers?: number | readonly (readonly number[])[] | undefined
  /** How many numbers a point has, where the middles are drawn. 2. */
  readonly features?: number | undefined
  /** Standard deviation of the clusters, or of each. 1. */
  readonly std?: number | readonly number[] | undefined
  /** Where middles are drawn from, uniformly in each direction: [least, most]. [-10, 10]. */
  readonly centerBox?: readonly [number, number] | undefined
  /** Where random numbers are drawn from. The default generator. */
  readonly generator?: Generator | undefined
  /** Dtype of the points. The default dtype. */
  readonly dtype?: DType | undefined
}

const BLOBS_OPTIONS = optionNames<BlobsOptions>()('centers features std centerBox generator dtype')

/**
 * Round clusters: class c is normal around its middle, x = centers_c + std_c z with standard normal z.
 *
 * Classes differ by one point at most, the first have more, and stand one after the other. x [n, features], y [n] int32.
 *
 * Throws DATA_OPTION where n is less than the number of clusters, middles differ in length, a std is negative or one is missing.
 *
 * @example
 * const [x, y] = data.blobs(6, { centers: [[0, 0], [5, 5]], std: 0 }).tensors
 * x.at(5) // tensor([5., 5.])
 * y // tensor([0, 0, 0, 1, 1, 1])
 * @torch none
 * @differs scikit-learn's make_blobs shuffles its points; here a DataLoader does
 */
export function blobs(n: number, options: BlobsOptions = {}): LabelledPoints {
  const { generator, dtype } = known('blobs', options, BLOBS_OPTIONS)
  const middles = middlesOf(options)
  needCount('blobs', n, middles.length)
  const spread = spreadOf(options.std ?? 1, middles.length)
  const features = middles[0]?.length ?? 0
  const labels = labelsOf(classSizes(n, middles.length))
  const centers = rows(labels, features, c => middles[c] as readonly number[])
  const scale = rows(labels, features, c => Array<number>(features).fill(spread[c] as number))
  const z = randn([n, features], { dtype: 'float64', generator })
  const x = fromArray(centers, [n, features], { dtype: 'float64' }).add(
    z.mul(fromArray(scale, [n, features], { dtype: 'float64' })),
  )
  return new TensorDataset(inDtype(x, dtype), fromArray(labels, [n]))
}

function middlesOf({
  centers = 3,
  features = 2,
  centerBox = [-10, 10],
  generator,
}: BlobsOptions): readonly (readonly number[])[] {
  if (typeof centers !== 'number') {
    const size = centers[0]?.length ?? 0
    if (size > 0 && centers.every(center => center.length === size && center.every(Number.isFinite))) return centers
    throw bad('blobs', 'centers must be lists of numbers of one length, at least one', JSON.stringify(centers))
  }
  if (!(Number.isInteger(centers) && centers >= 1)) throw bad('blobs', 'centers must be a whole number from 1', centers)
  if (!(Number.isInteger(features) && features >= 1)) {
    throw bad('blobs', 'features must be a whole number from 1', features)
  }
  const [least, most] = centerBox
  if (!(least <= most)) throw bad('blobs', 'centerBox must be [least, most]', JSON.stringify(centerBox))
  const u = rand([centers, features], { dtype: 'float64', generator }).data() as Float64Array
  return Array.from({ length: centers }, (_, c) =>
    Array.from(u.subarray(c * features, (c + 1) * features), value => least + (most - least) * value),
  )
}

function spreadOf(std: number | readonly number[], count: number): readonly number[] {
  const list = typeof std === 'number' ? Array<number>(count).fill(std) : std
  if (list.length === count && list.every(value => value >= 0 && Number.isFinite(value))) return list
  throw bad('blobs', `std must be a number from 0, or ${count} of them`, JSON.stringify(std))
}

export interface TwoSineOptions extends NoiseOptions {
  /** Ends of the range of x. [0, 1]. */
  readonly range?: readonly [number, number] | undefined
  /** How often each sine goes up and down while x goes up by 1. [1, 4]. */
  readonly frequencies?: readonly [number, number] | undefined
  /** Height of each sine. [1, 0.5]. */
  readonly amplitudes?: readonly [number, number] | undefined
}

const TWO_SINE_OPTIONS = optionNames<TwoSineOptions>()('noise generator dtype range frequencies amplitudes')

/**
 * A curve for regression: the sum of a slow sine and a fast one, of which a network learns the slow one first.
 *
 * y = A1 sin(2 pi f1 x) + A2 sin(2 pi f2 x) plus `noise` times normal numbers (in y alone), at n places x in equal steps, both ends of `range` included.
 * x [n, 1], y [n, 1].
 *
 * Throws DATA_OPTION unless n is a whole number from 2, the pairs are numbers and noise one from 0.
 *
 * @example
 * const [x, y] = data.twoSine(5, { frequencies: [1, 2], amplitudes: [1, 1] }).tensors
 * y.at(1) // tensor([1.])
 * @torch none
 */
export function twoSine(n: number, options: TwoSineOptions = {}): TensorDataset<[Tensor, Tensor]> {
  needCount('twoSine', n, 2)
  const given = known('twoSine', options, TWO_SINE_OPTIONS)
  const { range = [0, 1], frequencies = [1, 4], amplitudes = [1, 0.5], noise = 0, generator, dtype } = given
  for (const [name, pair] of Object.entries({ range, frequencies, amplitudes })) {
    if (pair.length !== 2 || !pair.every(Number.isFinite)) {
      throw bad('twoSine', `${name} must be two numbers`, JSON.stringify(pair))
    }
  }
  const [least, most] = range
  const x = Float64Array.from({ length: n }, (_, i) => least + ((most - least) * i) / (n - 1))
  const wave = (at: number, k: 0 | 1): number => amplitudes[k] * Math.sin(2 * Math.PI * frequencies[k] * at)
  const y = fromArray(
    x.map(at => wave(at, 0) + wave(at, 1)),
    [n, 1],
    { dtype: 'float64' },
  )
  return new TensorDataset(
    inDtype(fromArray(x, [n, 1], { dtype: 'float64' }), dtype),
    inDtype(withNoise('twoSine', y, noise, generator), dtype),
  )
}

/** Points class by class, each where `place` says, and noise. */
function points(
  name: string,
  sizes: readonly number[],
  { noise = 0, generator, dtype }: NoiseOptions,
  place: (label: number, index: number, size: number) => readonly [number, number],
): LabelledPoints {
  const labels = labelsOf(sizes)
  const flat = sizes.flatMap((size, c) => Array.from({ length: size }, (_, i) => place(c, i, size)).flat())
  const x = fromArray(Float64Array.from(flat), [labels.length, 2], { dtype: 'float64' })
  return new TensorDataset(inDtype(withNoise(name, x, noise, generator), dtype), fromArray(labels, [labels.length]))
}

function withNoise(name: string, x: Tensor, noise: number, generator: Generator | undefined): Tensor {
  if (!(noise >= 0 && Number.isFinite(noise))) throw bad(name, 'noise must be a number from 0', noise)
  return noise === 0 ? x : x.add(randn(x.shape, { dtype: 'float64', generator }).mul(noise))
}

/** n examples in classes as equal as can be: the first have one more. */
function classSizes(n: number, classes: number): number[] {
  return Array.from({ length: classes }, (_, c) => Math.floor(n / classes) + Number(c < n % classes))
}

function labelsOf(sizes: readonly number[]): Int32Array {
  return Int32Array.from(sizes.flatMap((size, c) => Array<number>(size).fill(c)))
}

function rows(labels: Int32Array, width: number, rowOf: (label: number) => readonly number[]): Float64Array {
  const out = new Float64Array(labels.length * width)
  labels.forEach((label, i) => {
    out.set(rowOf(label), i * width)
  })
  return out
}

/** Rounded once, at the end. */
function inDtype(x: Tensor, dtype: DType | undefined): Tensor {
  return x.to(dtype ?? getDefaultDtype())
}

function needCount(name: string, n: number, least: number): void {
  if (!(Number.isInteger(n) && n >= least)) throw bad(name, `n must be a whole number from ${least}`, n)
}

function bad(name: string, rule: string, got: unknown): DataError {
  return new DataError('DATA_OPTION', `${name}: ${rule}; it is ${String(got)}.`)
}
