// Long trainings by a compiled step keep to their memory: the heap, what lives on it, and the process.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const STEPS = 100_000

interface Measured {
  readonly reserved: number
  readonly bytes: number
  readonly storages: number
  readonly heapUsed: number
  readonly rss: number
}

/** A process of its own, so that nothing else is measured: 16-32-32-4 by Adam, a new batch and a loss that is read at each step. */
const PROGRAM = `
  import { compile, F, manualSeed, memory, optim, randint, randn } from ${JSON.stringify(new URL('../../../../dist/index.js', import.meta.url).href)}
  import { tiny } from ${JSON.stringify(new URL('../../training/models.js', import.meta.url).href)}
  manualSeed(1)
  const model = tiny()
  const optimizer = new optim.Adam(model.parameters())
  const step = compile((x, y) => {
    const loss = F.crossEntropy(model.forward(x), y)
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    return loss
  })
  const steps = count => {
    let sum = 0
    for (let i = 0; i < count; i++) sum += step(randn([16, 16]), randint(4, { shape: [16] })).item()
    return sum / count
  }
  const measured = () => {
    gc()
    const { bytes, storages, reserved } = memory()
    gc()
    const { heapUsed, rss } = process.memoryUsage()
    return { reserved, bytes, storages, heapUsed, rss }
  }
  steps(20_000)
  const before = measured()
  const mean = steps(${STEPS})
  console.log(JSON.stringify({ programs: step.programs.length, mean, before, after: measured() }))
`

describe('memory of a compiled training', function () {
  this.timeout(300_000)

  it(`is after ${STEPS} steps what it was before`, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      '--input-type=module',
      '-e',
      PROGRAM,
    ])
    const { programs, mean, before, after } = JSON.parse(stdout) as {
      programs: number
      mean: number
      before: Measured
      after: Measured
    }
    assert.equal(programs, 1)
    assert.ok(Math.abs(mean - Math.log(4)) < 0.2, `a mean loss of ${mean} of four classes by chance`)
    assert.equal(after.reserved, before.reserved)
    assert.ok(Math.abs(after.bytes - before.bytes) <= 2 ** 17, `${after.bytes - before.bytes} bytes on the heap`)
    // A small storage counts for as long as others of its slab live; a leak of one a step would be ten times as many.
    assert.ok(after.storages - before.storages <= 1024, `${after.storages - before.storages} storages`)
    const [used, rss] = [after.heapUsed - before.heapUsed, after.rss - before.rss].map(n => n / 2 ** 20) as [
      number,
      number,
    ]
    assert.ok(used < 1, `${used} MiB of objects`)
    // What V8 keeps free for objects to come.
    assert.ok(rss < 16, `${rss} MiB of the process`)
  })
})
