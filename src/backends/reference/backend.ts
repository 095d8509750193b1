// The reference backend: the truth that the others are tested against. Storages are typed arrays, freed by JavaScript.
import type { Backend, MemoryUse, Storage } from '../../tensor/backend.js'
import { DTYPES, type DType, type StoredArray } from '../../tensor/dtype.js'
import { TensorError } from '../../tensor/errors.js'
import { loops } from './loops.js'

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
  throw new TensorError('BAD_VALUE', 'This tensor was released: its memory is gone.', {
    next: 'This is a defect of the library: only what no variable can reach is released.',
  })
}

export function referenceBackend(): Backend {
  const use = { bytes: 0, storages: 0, reserved: 0, peak: 0 }
  const backend: Backend = {
    name: 'reference',
    asynchronous: false,
    kernels: loops(arrayOf),
    allocate(dtype, length) {
      use.bytes += length * DTYPES[dtype].bytes
      use.storages++
      use.peak = Math.max(use.peak, use.bytes)
      return new ArrayStorage(backend, dtype, length, makeArray(dtype, length))
    },
    write(storage, array, offset) {
      arrayOf(storage).set(array, offset)
    },
    read: (storage, offset, length) => arrayOf(storage).slice(offset, offset + length),
    readAsync: async (storage, offset, length) => arrayOf(storage).slice(offset, offset + length),
    release(storage) {
      const held = storage as ArrayStorage
      if (held.array === undefined) return
      use.bytes -= held.length * DTYPES[held.dtype].bytes
      use.storages--
      held.array = undefined
    },
    memory: (): MemoryUse => ({ ...use, reserved: use.bytes }),
    synchronize: async () => {},
  }
  return backend
}

function makeArray(dtype: DType, length: number): StoredArray {
  try {
    return new DTYPES[dtype].array(length)
  } catch (cause) {
    throw new TensorError('OUT_OF_MEMORY', `${length} numbers of ${dtype} do not fit into memory.`, {
      cause,
      next: 'Make the tensor smaller, or work on it in parts.',
    })
  }
}
