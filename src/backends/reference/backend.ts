// The reference backend: the truth that the others are tested against. Storages are typed arrays, freed by JavaScript.
import type { Backend, LiveStorage, MemoryUse, Storage } from '../../tensor/backend.js'
import { callSite } from '../../tensor/call-site.js'
import { DTYPES, type DType, type StoredArray } from '../../tensor/dtype.js'
import { TensorError } from '../../tensor/errors.js'
import { findCollector } from '../collector.js'
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

/** Storages are freed by JavaScript without a word: only what is counted by WeakRefs, while tracking, is known to live. */
export function referenceBackend(): Backend {
  const use = { bytes: 0, storages: 0, reserved: 0, peak: 0 }
  let tracked: { ref: WeakRef<ArrayStorage>; site: string | undefined }[] | undefined
  const listing = (): LiveStorage[] =>
    (tracked ?? []).flatMap(({ ref, site }) => {
      const storage = ref.deref()
      if (storage?.array === undefined) return []
      const { dtype, length, array } = storage
      return [{ dtype, length, bytes: array.byteLength, count: 1, site }]
    })
  const backend: Backend = {
    name: 'reference',
    asynchronous: false,
    kernels: loops(arrayOf),
    allocate(dtype, length) {
      use.bytes += length * DTYPES[dtype].bytes
      use.storages++
      use.peak = Math.max(use.peak, use.bytes)
      const storage = new ArrayStorage(backend, dtype, length, makeArray(dtype, length))
      tracked?.push({ ref: new WeakRef(storage), site: callSite() })
      return storage
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
    memory(collect): MemoryUse {
      if (tracked === undefined) return { ...use, reserved: use.bytes }
      if (collect) findCollector()?.()
      const alive = listing()
      const bytes = alive.reduce((sum, entry) => sum + entry.bytes, 0)
      return { bytes, storages: alive.length, reserved: bytes, peak: use.peak }
    },
    listing,
    setTracking(on) {
      tracked = on ? (tracked ?? []) : undefined
    },
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
