// The reference backend: typed arrays and plain loops. Every result is computed in float64 and rounded once: it is the truth
// that the other backends are tested against.
import type { Backend, Kernels, LiveStorage, Observer, Storage, Tracking } from '../../tensor/backend.js'
import { callSite } from '../../tensor/call-site.js'
import { DTYPES, type DType, type StoredArray } from '../../tensor/dtype.js'
import { TensorError } from '../../tensor/errors.js'
import { findCollector } from '../collector.js'
import { observed } from '../observed.js'
import { outOfMemory } from '../out-of-memory.js'
import { loops } from './loops.js'

class ArrayStorage implements Storage {
  version = 0
  holders = -1

  constructor(
    readonly backend: Backend,
    readonly dtype: DType,
    readonly length: number,
    /** Undefined once it was released. */
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

/** From this size on, storages are known one by one also while nothing is tracked, so that a shortage can name them. */
const LARGE = 2 ** 20

/** Makes the reference backend. Its memory is the garbage collector's; nothing needs to be given back. */
export function referenceBackend(): Backend {
  const use = new Use()
  let tracking: Tracking = 'off'
  let known: Known[] = []
  /** How many there may be before the dead ones are struck off. */
  let crowd = 64
  const listing = (): LiveStorage[] => {
    known = known.filter(({ ref }) => ref.deref()?.array !== undefined)
    return list(known)
  }
  const know = (storage: ArrayStorage): void => {
    known.push({ ref: new WeakRef(storage), site: tracking === 'count' ? undefined : callSite() })
    if (known.length < crowd) return
    crowd = 2 * listing().length + 64
  }
  const arrayFor = (dtype: DType, length: number): StoredArray => {
    try {
      return new DTYPES[dtype].array(length)
    } catch (cause) {
      throw outOfMemory({ dtype, length, taken: use.now().bytes, live: listing(), cause })
    }
  }
  const backend: Backend = {
    name: 'reference',
    asynchronous: false,
    get kernels(): Kernels {
      return heard
    },
    allocate(dtype, length) {
      const storage = new ArrayStorage(backend, dtype, length, arrayFor(dtype, length))
      use.add(storage)
      observer?.allocated(storage)
      if (tracking !== 'off' || bytesOf(storage) >= LARGE) know(storage)
      return storage
    },
    write(storage, array, offset) {
      observer?.write(storage, array, offset)
      arrayOf(storage).set(array, offset)
    },
    read(storage, offset, length) {
      observer?.read(storage)
      return arrayOf(storage).slice(offset, offset + length)
    },
    readAsync: async (storage, offset, length) => arrayOf(storage).slice(offset, offset + length),
    release(storage) {
      const held = storage as ArrayStorage
      if (held.array === undefined) return
      held.array = undefined
      use.remove(held)
    },
    memory(collect) {
      if (collect) findCollector()?.()
      if (tracking === 'off') return { ...use.now(), reserved: use.now().bytes }
      const alive = listing()
      const bytes = alive.reduce((sum, entry) => sum + entry.bytes, 0)
      return { bytes, storages: alive.length, reserved: bytes, peak: use.now().peak }
    },
    listing,
    setTracking(wanted) {
      if ((wanted === 'off') !== (tracking === 'off')) known = []
      tracking = wanted
    },
    watch(next) {
      observer = next
      heard = next === undefined ? kernels : observed(kernels, next)
    },
    synchronize: async () => {},
  }
  const kernels = loops(arrayOf)
  let observer: Observer | undefined
  let heard: Kernels = kernels
  return backend
}

/** A storage, and the line that made it. */
interface Known {
  readonly ref: WeakRef<ArrayStorage>
  readonly site: string | undefined
}

function list(known: readonly Known[]): LiveStorage[] {
  return known.flatMap(({ ref, site }) => {
    const storage = ref.deref()
    if (storage?.array === undefined) return []
    const { dtype, length, array } = storage
    return [{ dtype, length, bytes: array.byteLength, count: 1, site }]
  })
}

/**
 * Counts what is alive without holding it. The collector takes storages also in a loop that never yields, but tells of it only
 * when the program yields: until then the count is too high.
 */
class Use {
  #bytes = 0
  #storages = 0
  #peak = 0
  readonly #dead = new FinalizationRegistry<number>(bytes => this.#drop(bytes))

  add(storage: ArrayStorage): void {
    const bytes = bytesOf(storage)
    this.#bytes += bytes
    this.#storages++
    this.#peak = Math.max(this.#peak, this.#bytes)
    this.#dead.register(storage, bytes, storage)
  }

  remove(storage: ArrayStorage): void {
    this.#dead.unregister(storage)
    this.#drop(bytesOf(storage))
  }

  now(): { bytes: number; storages: number; peak: number } {
    return { bytes: this.#bytes, storages: this.#storages, peak: this.#peak }
  }

  #drop(bytes: number): void {
    this.#bytes -= bytes
    this.#storages--
  }
}

function bytesOf({ length, dtype }: ArrayStorage): number {
  return length * DTYPES[dtype].bytes
}
