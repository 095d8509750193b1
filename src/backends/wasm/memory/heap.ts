// The heap of the wasm backend: one growing memory, freed by JavaScript's collector.
//
// A small storage is carved from a slab and holds on to it; the heap holds the slab by a WeakRef alone, so that a slab dies
// with the last of its storages. A large storage has a block of its own. Nothing is registered for each small one: making a
// WeakRef costs as much as adding 500 numbers.
//
// When much has been allocated since the last sweep, the collector is made to run, and what died is given back: also inside
// of one synchronous job, where WeakRefs and finalizers alone would wait for its end.
import type { Backend, LiveStorage, MemoryUse, Tracking } from '../../../tensor/backend.js'
import { callSite } from '../../../tensor/call-site.js'
import { DTYPES, type DType } from '../../../tensor/dtype.js'
import { findCollector } from '../../collector.js'
import { outOfMemory } from '../../out-of-memory.js'
import type { Products } from '../products.js'
import { PAGE, pageLimit } from './limit.js'
import { type Span, Spans } from './spans.js'
import { WasmStorage } from './storage.js'

/**
 * Storages up to the first size share slabs of the second. Two kinds: a loss that somebody keeps from every step must not
 * keep a slab of activations alive.
 */
const TINY = [256, 16384] as const
const SMALL = [4096, 65536] as const
/** Bytes that may be allocated, beyond as much as lives, before dead storages are looked for: never more than twice what lives and 64 MB. */
const SWEEP_AFTER = 64e6
/** From this size on, the line that made a storage is kept. */
const SITE_FROM = 2 ** 20

/** A piece of memory that lives as long as somebody holds this object. */
export class Block {
  /** Storages of a slab that were not released. */
  live = 0

  constructor(readonly entry: Entry) {}
}

/** What the heap knows of a block; it must not hold the block itself. */
interface Entry {
  span: Span | undefined
  ref: WeakRef<Block> | undefined
  readonly dtype: DType | undefined
  readonly length: number
  readonly site: string | undefined
  /** Which sweep came before it. */
  readonly born: number
}

/** A storage that is counted for itself, while tracking is on. */
interface Tracked {
  readonly ref: WeakRef<WasmStorage>
  readonly site: string | undefined
}

/** The slab that storages of one size class come from, and what is left of it. */
interface Slab {
  readonly bytes: number
  block: Block | undefined
  next: number
  end: number
}

export class Heap {
  readonly memory: WebAssembly.Memory
  private readonly spans = new Spans()
  private readonly entries = new Set<Entry>()
  // Before the first slab there is no room even for a storage of no bytes.
  private readonly tiny: Slab = { bytes: TINY[1], block: undefined, next: 0, end: -1 }
  private readonly small: Slab = { bytes: SMALL[1], block: undefined, next: 0, end: -1 }
  /** Bytes in blocks that are not known to be dead. */
  private taken = 0
  private peak = 0
  /** Bytes allocated since the last sweep and not given back. */
  private sinceSweep = 0
  private sweeps = 0
  private sweepAt = SWEEP_AFTER
  private tracked: Tracked[] | undefined
  private lines = false

  constructor(
    private readonly backend: Backend,
    private readonly maxPages = pageLimit(),
    /** Who makes large products of matrices in the kernels' place, where there is somebody. */
    readonly products: () => Products | undefined = () => undefined,
  ) {
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: maxPages })
    // Address 0 is no storage's: it says 'released'.
    this.spans.extend(16, 16 * PAGE - 16)
  }

  allocate(dtype: DType, length: number): WasmStorage {
    if (length > SMALL[0]) return this.allocateLarge(dtype, length)
    const bytes = (length * DTYPES[dtype].bytes + 15) & -16
    if (bytes > SMALL[0]) return this.allocateLarge(dtype, length)
    const slab = bytes <= TINY[0] ? this.tiny : this.small
    if (slab.next + bytes > slab.end) this.renew(slab, dtype, length)
    const block = slab.block as Block
    block.live++
    const storage = new WasmStorage(this.backend, dtype, length, slab.next, block)
    slab.next += bytes
    if (this.tracked !== undefined) this.track(storage)
    return storage
  }

  /** Memory that a kernel keeps for its own use from call to call. */
  workspace(dtype: DType, length: number): WasmStorage {
    return this.allocateLarge(dtype, length, "the library's own workspace")
  }

  private allocateLarge(dtype: DType, length: number, owner?: string): WasmStorage {
    const wanted = length * DTYPES[dtype].bytes
    const bytes = Math.ceil(wanted / 16) * 16
    const site = owner ?? (wanted >= SITE_FROM ? callSite() : undefined)
    const span = this.takeSpan(bytes, dtype, length)
    const block = this.makeBlock({ span, ref: undefined, dtype, length, site, born: this.sweeps })
    block.live = 1
    const storage = new WasmStorage(this.backend, dtype, length, span.start, block)
    if (this.tracked !== undefined && owner === undefined) this.track(storage)
    return storage
  }

  private renew(slab: Slab, dtype: DType, length: number): void {
    if (slab.block?.live === 0) this.free(slab.block.entry)
    const span = this.takeSpan(slab.bytes, dtype, length)
    slab.block = this.makeBlock({
      span,
      ref: undefined,
      dtype: undefined,
      length: 0,
      site: undefined,
      born: this.sweeps,
    })
    slab.next = span.start
    slab.end = span.start + slab.bytes
  }

  private makeBlock(entry: Entry): Block {
    const block = new Block(entry)
    entry.ref = new WeakRef(block)
    this.entries.add(entry)
    return block
  }

  private takeSpan(bytes: number, dtype: DType, length: number): Span {
    if (this.sinceSweep + bytes > this.sweepAt) this.sweep()
    const span = this.spans.take(bytes) ?? this.grown(bytes) ?? this.afterSweep(bytes)
    if (span === undefined) {
      const [taken, limit, live] = [this.taken, this.maxPages * PAGE, this.listing()]
      throw outOfMemory({ dtype, length, taken, limit, live })
    }
    this.sinceSweep += bytes
    this.taken += bytes
    if (this.taken > this.peak) this.peak = this.taken
    return span
  }

  private grown(bytes: number): Span | undefined {
    const before = this.memory.buffer.byteLength
    const needed = Math.ceil(bytes / PAGE)
    // By an eighth at least, so that a growing program does not grow page by page.
    const wanted = Math.min(Math.max(needed, Math.ceil(before / PAGE / 8)), this.maxPages - before / PAGE)
    for (const pages of [wanted, needed]) {
      if (pages < needed) continue
      try {
        this.memory.grow(pages)
      } catch {
        continue
      }
      this.spans.extend(before, pages * PAGE)
      return this.spans.take(bytes)
    }
    return undefined
  }

  private afterSweep(bytes: number): Span | undefined {
    this.sweep()
    return this.spans.take(bytes) ?? this.grown(bytes)
  }

  /** Gives back what has died. */
  private sweep(): void {
    findCollector()?.()
    for (const entry of this.entries) if (entry.ref?.deref() === undefined) this.free(entry)
    if (this.tracked !== undefined) this.tracked = this.tracked.filter(({ ref }) => living(ref) !== undefined)
    this.sweeps++
    this.sinceSweep = 0
    this.sweepAt = SWEEP_AFTER + this.taken
  }

  private free(entry: Entry): void {
    const { span } = entry
    if (span === undefined) return
    entry.span = undefined
    this.entries.delete(entry)
    this.taken -= span.bytes
    // What is given back while nothing was looked for is no reason to look: a sweep takes 5 to 8 ms.
    if (entry.born === this.sweeps) this.sinceSweep -= span.bytes
    this.spans.give(span)
  }

  release(storage: WasmStorage): void {
    const { block } = storage
    if (block === undefined) return
    block.live--
    const bytes = (storage.length * DTYPES[storage.dtype].bytes + 15) & -16
    const slab = bytes <= TINY[0] ? this.tiny : this.small
    if (block === slab.block) {
      if (storage.pointer + bytes === slab.next) slab.next = storage.pointer
    } else if (block.live === 0) this.free(block.entry)
    storage.block = undefined
    storage.pointer = 0
  }

  use(collect: boolean): MemoryUse {
    if (collect) this.sweep()
    const known = this.tracked?.flatMap(({ ref }) => living(ref) ?? [])
    const storages =
      known?.length ?? Array.from(this.entries).reduce((sum, { ref }) => sum + (ref?.deref()?.live ?? 0), 0)
    const bytes = known === undefined ? this.taken : known.reduce((sum, storage) => sum + bytesOf(storage), 0)
    return { bytes, storages, reserved: this.memory.buffer.byteLength, peak: this.peak }
  }

  setTracking(tracking: Tracking): void {
    this.tracked = tracking === 'off' ? undefined : (this.tracked ?? [])
    this.lines = tracking === 'lines'
  }

  private track(storage: WasmStorage): void {
    this.tracked?.push({ ref: new WeakRef(storage), site: this.lines ? callSite() : undefined })
  }

  /** What lives: every storage while tracking is on; else the large ones, and the small ones by slab. */
  listing(): LiveStorage[] {
    if (this.tracked !== undefined) {
      return this.tracked.flatMap(({ ref, site }) => {
        const storage = living(ref)
        return storage === undefined
          ? []
          : [{ dtype: storage.dtype, length: storage.length, bytes: bytesOf(storage), count: 1, site }]
      })
    }
    return Array.from(this.entries).flatMap(({ span, ref, dtype, length, site }) => {
      const block = ref?.deref()
      return span === undefined || block === undefined
        ? []
        : [{ dtype, length, bytes: span.bytes, count: dtype === undefined ? block.live : 1, site }]
    })
  }
}

/** The storage, unless it was collected or released. */
function living(ref: WeakRef<WasmStorage>): WasmStorage | undefined {
  const storage = ref.deref()
  return storage?.block === undefined ? undefined : storage
}

function bytesOf({ length, dtype }: WasmStorage): number {
  return length * DTYPES[dtype].bytes
}
