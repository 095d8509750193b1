// Memory as a learner meets it: it frees itself in loops that never yield, memory() tells what lives, a shortage is an error.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { grad, memory, noGrad, ones, rand, type Tensor, TensorError, tensor, trackMemory, zeros } from '#src/index.js'
import { growth, on } from '../autograd/points.js'

const MIB = 2 ** 20
const now = (): number => memory({ collect: false }).bytes

/** What may live beside a working set: what other tests have left counts as part of it. */
const beside = (working: number): number => working + 64 * MIB

/** The most that lived while `step` ran `steps` times, looked at every `every` steps. */
function peakOf(steps: number, every: number, step: () => void): number {
  let most = 0
  for (let i = 0; i < steps; i++) {
    step()
    if (i % every === 0) most = Math.max(most, now())
  }
  return most
}

describe('memory in loops that never yield', function () {
  this.timeout(120_000)
  on('wasm')

  it('stays under 64 MiB over 10^6 sums of 16 numbers', () => {
    const [a, b] = [rand([16]), rand([16])]
    memory()
    const start = now()
    let x = a
    const most = peakOf(1_000_000, 1000, () => {
      x = x.add(b)
    })
    assert.ok(most - start < beside(start), `${(most - start) / MIB} MiB`)
    assert.equal(x.shape[0], 16)
    assert.ok(memory().bytes - start < MIB)
  })

  it('stays under twice the working set and 64 MiB where that is large', () => {
    let x = rand([2 * MIB])
    const [start, working] = [memory().bytes, 2 * 8 * MIB]
    const most = peakOf(300, 1, () => {
      x = x.mul(0.5)
    })
    assert.ok(most - start < working + beside(start + working), `${(most - start) / MIB} MiB`)
  })

  it('stays small over 30,000 steps of training, graph and gradients included', () => {
    const [x, y] = [rand([32, 8]), rand([32, 1])]
    const w = rand([8, 16]).requiresGrad_()
    const v = rand([16, 1]).requiresGrad_()
    x.matmul(w)
    const start = memory().bytes
    const heap = process.memoryUsage().heapUsed
    const losses: number[] = []
    const most = peakOf(30_000, 100, () => {
      const loss = x.matmul(w).tanh().matmul(v).sub(y).square().mean()
      loss.backward()
      noGrad(() => {
        for (const p of [w, v]) p.sub_((p.grad as Tensor).mul(0.01))
      })
      w.grad = v.grad = null
      if (losses.length < 100) losses.push(loss.item())
    })
    assert.ok((losses[99] as number) < (losses[0] as number))
    assert.ok(most - start < beside(start), `${(most - start) / MIB} MiB`)
    assert.ok(memory().bytes - start < MIB)
    assert.ok(process.memoryUsage().heapUsed - heap < 100 * MIB)
  })

  it('stays small where whole graphs are dropped without a backward', () => {
    const w = rand([64, 64]).requiresGrad_()
    const start = memory().bytes
    const most = peakOf(5000, 50, () => {
      w.matmul(w).tanh().matmul(w).sum()
    })
    assert.ok(most - start < beside(start), `${(most - start) / MIB} MiB`)
    assert.ok(memory().bytes - start < MIB)
  })
})

describe('memory comes back', () => {
  on('wasm')

  const left = (run: () => unknown): number => growth(run, 5, () => memory().bytes)

  const big = (): Tensor => rand([MIB / 4])

  it('from a function that throws half-way', () => {
    const run = (): void => {
      const x = big()
      x.mul(2).reshape([3, 5])
    }
    assert.equal(
      left(() => assert.throws(run, { code: 'BAD_SHAPE' })),
      0,
    )
  })

  it('from a circle of tensor and hook', () => {
    const run = (): void => {
      const x = big().requiresGrad_()
      const y = x.mul(2)
      y.registerHook(g => g.add(y))
    }
    assert.equal(left(run), 0)
  })

  it('from a graph of graphs that nobody needs any more', () => {
    const run = (): void => {
      const x = big().requiresGrad_()
      const [g] = grad(x.pow(3).sum(), [x], { createGraph: true })
      grad((g as Tensor).sum(), [x])
    }
    assert.equal(left(run), 0)
  })

  it('from an asynchronous loop', async () => {
    const run = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) {
        big().mul(2)
        await null
      }
    }
    await run()
    const start = memory().bytes
    await run()
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(memory().bytes - start, 0)
  })

  it('not while a view is held', () => {
    const start = memory().bytes
    let row: Tensor | undefined = rand([1024, 1024]).at(3) as Tensor
    const total = row.sum().item()
    assert.ok(memory().bytes - start >= 4 * MIB)
    assert.equal(row.sum().item(), total)
    row = undefined
    assert.ok(memory().bytes - start < MIB)
  })

  it('from what backward needed, when it has run, and not before', () => {
    const x = big().requiresGrad_()
    const start = memory().bytes
    const loss = x.exp().mul(x).sum()
    assert.ok(memory().bytes - start >= MIB)
    loss.backward({ retainGraph: true })
    x.grad = null
    assert.ok(memory().bytes - start >= MIB)
    loss.backward()
    x.grad = null
    assert.ok(memory().bytes - start < MIB / 2)
    assert.equal(loss.shape.length, 0)
  })
})

for (const backend of ['wasm', 'reference']) {
  describe(`memory() on ${backend}`, () => {
    on(backend)
    beforeEach(() => trackMemory(true))
    afterEach(() => trackMemory(false))

    it('counts storages and bytes while it is tracked, views once', () => {
      const start = memory()
      const kept = [zeros([10, 10]), ones([3], { dtype: 'float64' }), tensor([true, false])]
      const views = [kept[0]?.t(), kept[0]?.at(2), kept[1]?.reshape([3, 1])]
      const { bytes, storages } = memory()
      assert.deepEqual([bytes - start.bytes, storages - start.storages], [400 + 24 + 2, 3])
      assert.equal(views.length + kept.length, 6)
    })

    it('forgets what has died', () => {
      const start = memory().storages
      for (let i = 0; i < 100; i++) zeros([10])
      assert.equal(memory().storages, start)
    })

    it('groups by kind and by the line that made them, the greatest first', () => {
      const kept = []
      for (let i = 0; i < 3; i++) kept.push(zeros([50, 2]))
      kept.push(ones([1000], { dtype: 'float64' }))
      const report = memory()
      const [first, second] = report.entries
      assert.deepEqual([first?.what, first?.count, first?.bytes], ['float64 x 1000', 1, 8000])
      assert.deepEqual([second?.what, second?.count, second?.bytes], ['float32 x 100', 3, 1200])
      assert.match(first?.site ?? '', /memory\.test\.[jt]s:\d+:\d+$/)
      const text = `${report}`
      assert.match(text, /^9\.0 KiB in 4 storage\(s\)\n/)
      assert.match(text, /1\.2 KiB\s+3 {2}float32 x 100\s+\S*memory\.test/)
      assert.equal(kept.length, 4)
    })

    it('names twelve kinds and says how many more there are', () => {
      const kept = Array.from({ length: 15 }, (_, i) => zeros([i + 1]))
      assert.match(`${memory()}`, /\.\.\. and 3 more kinds$/)
      assert.equal(kept.length, 15)
    })
  })

  describe(`memory() on ${backend}, not tracked`, () => {
    on(backend)

    it('knows large tensors and their lines', () => {
      const kept = zeros([MIB])
      const entry = memory().entries.find(({ what }) => what === `float32 x ${MIB}`)
      assert.equal(entry?.bytes, 4 * MIB)
      assert.match(entry?.site ?? '', /memory\.test/)
      assert.equal(kept.size, MIB)
    })

    it('says what was asked where a size is beyond all machines', () => {
      assert.throws(
        () => zeros([1e6, 1e6]),
        (error: unknown) => error instanceof TensorError && /1000000, 1000000|1000000000000/.test(error.message),
      )
    })
  })
}

describe('memory that runs out', () => {
  const door = new URL('../../../../dist/index.js', import.meta.url).href

  it('is an error that names the largest and the line, and the program goes on', () => {
    const script = `
      import { memory, ones, setBackend, trackMemory } from '${door}'
      trackMemory()
      let kept = []
      let message = ''
      try {
        for (;;) kept.push(ones([1024, 1024]))
      } catch (error) {
        message = error.code + ' ' + error.message
      }
      const full = kept.length
      kept = []
      for (let i = 0; i < 100; i++) kept = [ones([1024, 1024]).mul(i)]
      console.log(JSON.stringify({ message, full, last: kept[0].at(5, 5).item(), bytes: memory().bytes }))`
    const env = { ...process.env, GRADLAB_MEMORY_MB: '64' }
    const args = ['--input-type=module', '--eval', script]
    const said = JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }))
    assert.match(said.message, /^OUT_OF_MEMORY Out of memory: float32 x 1048576, 4\.0 MiB, does not fit beside/)
    assert.match(said.message, /The largest: \d+ MiB \(\d+ of float32 x 1048576, made at .*:7:\d+\)\./)
    assert.ok(said.full >= 12 && said.full < 16, `${said.full}`)
    assert.equal(said.last, 99)
    assert.ok(said.bytes <= 8 * MIB)
  })
})
