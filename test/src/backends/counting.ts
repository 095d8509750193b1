// A whole backend in one file: typed arrays for memory, the reference's loops for kernels, and a count of what was called.
import { loops } from '#src/backends/reference/loops.js'
import type { Backend, Kernel, Kernels, Storage } from '#src/tensor/backend.js'
import { DTYPES, type DType, type StoredArray } from '#src/tensor/dtype.js'
import { TensorError } from '#src/tensor/errors.js'
import { sizeOf } from '#src/tensor/shape.js'

class ArrayStorage implements Storage {
  version = 0
  holders = -1
  constructor(
    readonly backend: Backend,
    readonly dtype: DType,
    readonly length: number,
    public array: StoredArray | undefined,
  ) {}
}

function arrayOf(storage: Storage): StoredArray {
  const { array } = storage as ArrayStorage
  if (array !== undefined) return array
  throw new TensorError('BAD_VALUE', 'This tensor was released: its memory is gone.', { next: 'Make it again.' })
}

const plain = loops(arrayOf)

/** A kernel of our own for the common case, float32 in row-major order; the loops have all others. */
const neg: Kernel<'neg'> = (inputs, out, params) => {
  const [x] = inputs
  if (x?.dtype !== 'float32' || x.layout !== undefined) return plain.neg(inputs, out, params)
  const [from, to] = [arrayOf(x.storage), arrayOf(out.storage)]
  for (let i = 0; i < sizeOf(out.shape); i++) to[out.offset + i] = -(from[x.offset + i] as number)
}

/** `count` hears the name of every primitive that is computed. */
export function countingBackend(count: (primitive: string) => void): Backend {
  const counted = ([name, kernel]: [string, (...args: never[]) => void]) => {
    const run = (...args: never[]): void => {
      count(name)
      kernel(...args)
    }
    return [name, run] as const
  }
  const use = { bytes: 0, storages: 0, peak: 0 }
  const drop = (bytes: number): void => {
    use.bytes -= bytes
    use.storages--
  }
  const dead = new FinalizationRegistry(drop)
  const backend: Backend = {
    name: 'counting',
    asynchronous: false,
    kernels: Object.fromEntries(Object.entries({ ...plain, neg }).map(counted)) as unknown as Kernels,
    allocate(dtype, length) {
      const storage = new ArrayStorage(backend, dtype, length, new DTYPES[dtype].array(length))
      const bytes = length * DTYPES[dtype].bytes
      dead.register(storage, bytes, storage)
      use.bytes += bytes
      use.storages++
      use.peak = Math.max(use.peak, use.bytes)
      return storage
    },
    write: (storage, array, offset) => arrayOf(storage).set(array, offset),
    read: (storage, offset, length) => arrayOf(storage).slice(offset, offset + length),
    readAsync: async (storage, offset, length) => arrayOf(storage).slice(offset, offset + length),
    release(storage) {
      const held = storage as ArrayStorage
      if (held.array === undefined) return
      drop(held.array.byteLength)
      dead.unregister(held)
      held.array = undefined
    },
    memory: () => ({ ...use, reserved: use.bytes }),
    listing: () => [],
    setTracking: () => {},
    synchronize: async () => {},
  }
  return backend
}
