// The heap of the wasm backend: what dies is given back inside of one job, what lives keeps its numbers.
import assert from 'node:assert/strict'
import { wasmBackend } from '#src/backends/wasm/backend.js'
import { Heap } from '#src/backends/wasm/memory/heap.js'
import { PAGE, pageLimit } from '#src/backends/wasm/memory/limit.js'
import { Spans } from '#src/backends/wasm/memory/spans.js'
import type { Storage } from '#src/tensor/backend.js'
import { TensorError } from '#src/tensor/errors.js'

const MIB = 2 ** 20

/** Numbers from 0 to 2^31, the same each time. */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return state
  }
}

describe('wasm: heap', () => {
  it('gives a storage of no elements first of all', () => {
    const backend = wasmBackend()
    const storage = backend.allocate('float32', 0)
    assert.equal(backend.read(storage, 0, 0).length, 0)
  })

  it('stays small in a loop that never yields: 10^4 storages of 1 MiB, of which one lives', function () {
    // Alone 2 s; a search for the dead takes longer where a whole suite's objects live.
    this.timeout(120_000)
    const backend = wasmBackend()
    let last: Storage | undefined
    let most = 0
    for (let i = 0; i < 10_000; i++) {
      last = backend.allocate('float32', MIB / 4)
      most = Math.max(most, backend.memory(false).bytes)
    }
    assert.ok(most < 2 * 2 * MIB + 64 * MIB, `${most / MIB} MiB lived`)
    assert.ok(backend.memory(false).reserved < 100 * MIB, `${backend.memory(false).reserved / MIB} MiB were taken`)
    assert.equal(last?.length, MIB / 4)
  })

  it('stays small where small storages die: 10^6 of 64 bytes', () => {
    const backend = wasmBackend()
    for (let i = 0; i < 1_000_000; i++) backend.allocate('float32', 16)
    const { bytes, reserved } = backend.memory(false)
    assert.ok(bytes < 64 * MIB && reserved < 80 * MIB, `${bytes / MIB} and ${reserved / MIB} MiB`)
    // The slab that is being filled is held by the heap itself.
    assert.ok(backend.memory(true).bytes <= 128 * 1024, `${backend.memory(true).bytes} bytes`)
  })

  it('keeps the numbers of what lives while storages of all sizes come and go around them', () => {
    const backend = wasmBackend()
    const random = sequence(1)
    const kept: { storage: Storage; value: number }[] = []
    for (let i = 0; i < 4000; i++) {
      const length = 1 + (random() % [8, 100, 3000, 60_000, 400_000][i % 5]!)
      const storage = backend.allocate('float32', length)
      const value = random() % 1000
      backend.write(storage, new Float32Array(length).fill(value), 0)
      if (i % 40 < 20) kept[(random() >> 8) % 20] = { storage, value }
      else if (i % 40 === 39) backend.release(storage)
    }
    let checked = 0
    for (const { storage, value } of kept.filter(Boolean)) {
      const numbers = backend.read(storage, 0, storage.length)
      assert.ok(numbers.every(x => x === value))
      checked++
    }
    assert.ok(checked > 10)
  })

  it('fits into what it has when sizes vary and as much lives all the time', () => {
    const backend = wasmBackend()
    const random = sequence(2)
    const live: Storage[] = []
    for (let i = 0; i < 20_000; i++) live[random() % 50] = backend.allocate('float32', 1024 + (random() % 100_000))
    // 50 storages of 200 KB on average live; without joining neighbours this grows without end.
    assert.ok(backend.memory(false).reserved < 130 * MIB, `${backend.memory(false).reserved / MIB} MiB`)
    assert.ok(live.length === 50)
  })

  it('gives back at once what is released, and may be told twice', () => {
    const backend = wasmBackend()
    const before = backend.memory(true).bytes
    const storage = backend.allocate('float64', MIB)
    assert.equal(backend.memory(false).bytes - before, 8 * MIB)
    backend.release(storage)
    backend.release(storage)
    assert.equal(backend.memory(false).bytes, before)
    assert.throws(() => backend.read(storage, 0, 1), { code: 'BAD_VALUE' })
  })

  it('counts each storage while it tracks, and none that was released', () => {
    const backend = wasmBackend()
    backend.setTracking('count')
    const [kept, gone] = [backend.allocate('float32', 4), backend.allocate('float64', 3)]
    backend.release(gone)
    assert.deepEqual([backend.memory(false).storages, backend.memory(false).bytes], [1, 16])
    assert.deepEqual(backend.listing(), [{ dtype: 'float32', length: 4, bytes: 16, count: 1, site: undefined }])
    backend.setTracking('lines')
    const seen = backend.allocate('int32', 1)
    assert.match(backend.listing()[1]?.site ?? '', /heap\.test/)
    assert.equal(kept.length + seen.length, 5)
  })

  it('looks for the dead when much was left behind, not when it was given back', () => {
    const backend = wasmBackend()
    const leave = (): void => {
      backend.allocate('float32', MIB / 4)
    }
    leave()
    for (let i = 0; i < 200; i++) backend.release(backend.allocate('float32', MIB / 4))
    assert.equal(backend.memory(false).bytes, MIB, 'no search yet')
    for (let i = 0; i < 100; i++) leave()
    assert.ok(backend.memory(false).bytes < 64 * MIB, `${backend.memory(false).bytes / MIB} MiB lived`)
  })

  it('looks for the dead in time when what lived at the last search was given back since', () => {
    const backend = wasmBackend()
    const old = Array.from({ length: 200 }, () => backend.allocate('float32', MIB / 4))
    assert.equal(backend.memory(true).bytes, 200 * MIB)
    for (const storage of old) backend.release(storage)
    let most = 0
    for (let i = 0; i < 1000; i++) {
      backend.allocate('float32', MIB / 4)
      most = Math.max(most, backend.memory(false).bytes)
    }
    assert.ok(most <= 200 * MIB + 64e6, `${most / MIB} MiB lived`)
  })

  it('takes the place of a small storage that was released last', () => {
    const backend = wasmBackend()
    backend.allocate('float32', 4)
    const first = backend.allocate('float32', 4)
    const { pointer } = first as unknown as { pointer: number }
    backend.release(first)
    assert.equal((backend.allocate('float32', 4) as unknown as { pointer: number }).pointer, pointer)
  })

  it('remembers the peak', () => {
    const backend = wasmBackend()
    backend.release(backend.allocate('float32', 4 * MIB))
    assert.ok(backend.memory(true).peak >= 16 * MIB)
    assert.ok(backend.memory(true).bytes < MIB)
  })
})

describe('wasm: a heap that is full', () => {
  const pages = (32 * MIB) / PAGE
  /** A backend is asked for nothing but its name by a heap. */
  const heap = (): Heap => new Heap(wasmBackend(), pages)

  it('names what was wanted, what lives, and the largest', () => {
    const full = heap()
    const kept = [full.allocate('float32', 4 * MIB), full.allocate('float64', MIB)]
    assert.throws(
      () => full.allocate('int32', 3 * MIB),
      (error: unknown) => {
        assert.ok(error instanceof TensorError)
        assert.equal(error.code, 'OUT_OF_MEMORY')
        assert.match(
          error.message,
          /^Out of memory: int32 x 3145728, 12 MiB, does not fit beside 24 MiB of live tensors/,
        )
        assert.match(error.message, /at most 32 MiB/)
        assert.match(
          error.message,
          /The largest: 16 MiB \(float32 x 4194304, made at .*heap\.test\..*\); 8\.0 MiB \(float64 x 1048576/,
        )
        assert.match(error.next ?? '', /loss\.item\(\)/)
        return true
      },
    )
    assert.equal(kept.length, 2)
  })

  it('goes on when something was let go', () => {
    const full = heap()
    let kept: Storage[] = []
    assert.throws(
      () => {
        for (;;) kept.push(full.allocate('float32', MIB))
      },
      { code: 'OUT_OF_MEMORY' },
    )
    assert.equal(kept.length, 7)
    kept = []
    for (let i = 0; i < 50; i++) kept = [full.allocate('float32', MIB)]
    assert.equal(kept.length, 1)
  })

  it('says how small a storage was that found no slab', () => {
    const full = heap()
    const kept: Storage[] = []
    assert.throws(
      () => {
        for (;;) kept.push(full.allocate('float32', 256))
      },
      { code: 'OUT_OF_MEMORY', message: /float32 x 256, 0\.0 MiB.*small tensors/ },
    )
    assert.ok(kept.length > 30_000)
  })

  it('refuses more than pointers reach', () => {
    assert.throws(() => new Heap(wasmBackend(), 65535).allocate('float64', 2 ** 30), { code: 'OUT_OF_MEMORY' })
  })
})

describe('wasm: how far a heap may grow', () => {
  const wish = process.env.GRADLAB_MEMORY_MB
  afterEach(() => {
    if (wish === undefined) delete process.env.GRADLAB_MEMORY_MB
    else process.env.GRADLAB_MEMORY_MB = wish
  })

  it('is what the environment says, within what pointers reach', () => {
    process.env.GRADLAB_MEMORY_MB = '64'
    assert.equal(pageLimit(), 1024)
    process.env.GRADLAB_MEMORY_MB = '9000'
    assert.equal(pageLimit(), 65535)
    process.env.GRADLAB_MEMORY_MB = '0.5'
    assert.equal(pageLimit(), 16)
  })

  it('is most of the machine otherwise', () => {
    process.env.GRADLAB_MEMORY_MB = 'much'
    assert.ok(pageLimit() > 1024 && pageLimit() <= 65535)
  })
})

describe('wasm: spans', () => {
  it('joins neighbours that are free, on both sides', () => {
    const spans = new Spans()
    spans.extend(0, 300)
    const [a, b, c] = [spans.take(100), spans.take(100), spans.take(100)]
    assert.equal(spans.take(1), undefined)
    for (const span of [a, c, b]) spans.give(span!)
    assert.equal(spans.take(300)?.start, 0)
  })

  it('joins new memory to a free end', () => {
    const spans = new Spans()
    spans.extend(0, 100)
    spans.extend(100, 100)
    assert.equal(spans.take(200)?.start, 0)
    assert.equal(spans.take(1), undefined)
  })

  it('gives the smallest class that fits', () => {
    const spans = new Spans()
    spans.extend(0, 5000)
    const [small, wall, large] = [spans.take(128), spans.take(16), spans.take(1024)]
    spans.take(16)
    spans.give(large!)
    spans.give(small!)
    assert.equal(spans.take(120)?.start, small?.start)
    assert.ok(wall !== undefined)
  })
})
