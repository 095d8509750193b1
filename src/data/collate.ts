// Many examples joined into one batch.
import { tensor } from '../tensor/create.js'
import { stack } from '../tensor/join.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import type { Batch } from './dataset.js'
import { DataError } from './errors.js'

/**
 * Joins examples into a batch: tensors are stacked along a new first axis, numbers and booleans become a tensor (whole numbers
 * int32), strings an array; lists and objects are joined part by part. Throws DATA_SHAPE where examples differ in form.
 *
 * @example
 * data.collate([[tensor([1, 2]), 0], [tensor([3, 4]), 1]])[1] // tensor([0, 1])
 * @torch torch.utils.data.default_collate
 */
export function collate<T>(samples: readonly T[]): Batch<T> {
  return joined(samples, '') as Batch<T>
}

function joined(samples: readonly unknown[], path: string): unknown {
  const [first] = samples
  if (isTensor(first)) return stacked(samples, path)
  if (typeof first === 'number') return tensor(all(samples, 'number', path), numberOptions(samples))
  if (typeof first === 'boolean') return tensor(all(samples, 'boolean', path))
  if (Array.isArray(first)) {
    if (samples.some(sample => !Array.isArray(sample) || sample.length !== first.length)) throw odd(samples, path)
    return first.map((_, i) =>
      joined(
        samples.map(sample => (sample as unknown[])[i]),
        `${path}[${i}]`,
      ),
    )
  }
  if (typeof first === 'object' && first !== null && Object.getPrototypeOf(first) === Object.prototype) {
    const entries = Object.keys(first).map(key => {
      if (samples.some(sample => typeof sample !== 'object' || sample === null || !(key in sample)))
        throw odd(samples, path)
      return [
        key,
        joined(
          samples.map(sample => (sample as Record<string, unknown>)[key]),
          `${path}.${key}`,
        ),
      ]
    })
    return Object.fromEntries(entries)
  }
  return [...samples]
}

function stacked(samples: readonly unknown[], path: string): Tensor {
  const [first] = samples as Tensor[]
  const misfit = samples.findIndex(sample => !isTensor(sample) || String(sample.shape) !== String(first?.shape))
  if (misfit >= 0) throw odd(samples, path, misfit)
  return stack(samples as Tensor[])
}

/** Whole numbers are classes, and so indices. */
const numberOptions = (samples: readonly unknown[]): { dtype?: 'int32' } =>
  samples.every(sample => Number.isInteger(sample) && Math.abs(sample as number) < 2 ** 31) ? { dtype: 'int32' } : {}

function all<T>(samples: readonly unknown[], type: string, path: string): T[] {
  const misfit = samples.findIndex(sample => typeof sample !== type)
  if (misfit >= 0) throw odd(samples, path, misfit)
  return samples as T[]
}

function odd(samples: readonly unknown[], path: string, at = 1): DataError {
  const form = (value: unknown): string => {
    if (isTensor(value)) return `a tensor of shape [${value.shape.join(', ')}]`
    return Array.isArray(value) ? `a list of ${value.length}` : typeof value
  }
  return new DataError(
    'DATA_SHAPE',
    `collate: examples of a batch must have the same form${path === '' ? '' : ` (at ${path})`}: the first is ${form(samples[0])}, number ${at} ${form(samples[at])}.`,
    { next: 'Crop, pad or resize them, or give DataLoader a collate function of your own.' },
  )
}
