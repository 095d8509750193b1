// Programs of a structure that was met before: taken from memory, or from disk by another process, they give the same numbers.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { compile, F, manualSeed, nn, optim, randint, randn, type Tensor } from '#src/index.js'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** Steps of many kinds, by the library as it is imported: for each its numbers at each call, and where its programs came from. */
const SCRIPT = `
  import { compile, F, manualSeed, nn, optim, rand, randint, randn, tensor, where, zeros } from 'gradlab'
  const counter = zeros([3])
  const table = tensor([[1, -0, NaN], [Infinity, 2, 3]])
  const trained = (make, x, y) => {
    const model = make()
    const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-2 })
    const schedule = new optim.StepLR(optimizer, 2, { gamma: 0.5 })
    const step = compile((x, y) => {
      const loss = F.crossEntropy(model.forward(x), y)
      optimizer.zeroGrad()
      loss.backward()
      optim.clipGradNorm(model.parameters(), 1)
      optimizer.step()
      return loss
    })
    return { step, call: () => { const loss = step(x, y); schedule.step(); return loss } }
  }
  const one = (step, ...args) => ({ step, call: () => step(...args) })
  manualSeed(7)
  const images = randn([4, 2, 8, 8])
  const labels = randint(3, { shape: [4] })
  const steps = {
    mlp: trained(() => new nn.Sequential(new nn.Linear(6, 40), new nn.GELU(), new nn.Dropout(0.3), new nn.LayerNorm(40), new nn.Linear(40, 3)), randn([4, 6]), labels),
    conv: trained(() => new nn.Sequential(new nn.Conv2d(2, 4, 3, { padding: 1 }), new nn.BatchNorm2d(4), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Flatten(), new nn.Linear(64, 3)), images, labels),
    attention: trained(() => new nn.Sequential(new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16 }), new nn.Linear(8, 3), new nn.Flatten(0, 1)), randn([2, 5, 8]), randint(3, { shape: [10] })),
    product: one(compile((a, b) => a.matmul(b).sum(0)), randn([40, 50]), randn([50, 60])),
    random: one(compile(() => rand([5]).add(randn([5])))),
    written: one(compile(x => x.mul(tensor([1, 2, 3])).add(tensor(4).mul(2)).add(table.at(0).exp())), tensor([1, 2, 3])),
    inPlace: one(compile(x => { x.add_(1); counter.add_(x); return counter.mul(1) }), tensor([1, 2, 3])),
    index: one(compile((x, i) => where(x.gt(0), x, 0).indexSelect(0, i)), randn([6, 2]), tensor([5, 0, 3], { dtype: 'int32' })),
    double: one(compile((a, b) => a.matmul(b).cumsum(0)), randn([3, 4], { dtype: 'float64' }), randn([4, 5], { dtype: 'float64' })),
  }
  const out = {}
  for (const [name, { step, call }] of Object.entries(steps)) {
    const numbers = Array.from({ length: 6 }, () => Array.from(new Uint32Array(Float64Array.from([call().toArray()].flat(9)).buffer)))
    out[name] = { numbers, origins: step.programs.map(({ origin }) => origin) }
  }
  console.log(JSON.stringify(out))
`

type Answer = Record<string, { numbers: number[][]; origins: string[] }>

async function answer(cache: string, env: Record<string, string> = {}): Promise<Answer> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', SCRIPT], {
    cwd: ROOT,
    env: { ...process.env, GRADLAB_CACHE: cache, ...env },
  })
  assert.equal(stderr, '')
  return JSON.parse(stdout) as Answer
}

const numbersOf = (all: Answer): unknown => Object.entries(all).map(([name, { numbers }]) => [name, numbers])
const originsOf = (all: Answer): Record<string, string[]> =>
  Object.fromEntries(Object.entries(all).map(([name, { origins }]) => [name, [...new Set(origins)]]))
const allFrom = (all: Answer, origin: string): Record<string, string[]> =>
  Object.fromEntries(Object.keys(all).map(name => [name, [origin]]))

describe('programs on disk', function () {
  this.timeout(300_000)
  let folder: string
  let made: Answer

  before(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'gradlab-cache-')), 'not', 'there', 'yet')
    made = await answer(folder)
  })
  after(() => rmSync(join(folder, '../../..'), { recursive: true }))

  const files = (): string[] => readdirSync(folder).map(name => join(folder, name))

  it('are written once for each structure, and nothing else', () => {
    assert.deepEqual(originsOf(made), allFrom(made, 'made'))
    assert.equal(files().length, Object.keys(made).length)
    assert.ok(files().every(file => /[0-9a-f]{64}\.program$/.test(file)))
  })

  it('give another process the same numbers', async () => {
    const again = await answer(folder)
    assert.deepEqual(originsOf(again), allFrom(made, 'disk'))
    assert.deepEqual(numbersOf(again), numbersOf(made))
  })

  it('are those of one engine: without relaxed SIMD they are made anew', async () => {
    const other = await answer(folder, { GRADLAB_RELAXED_SIMD: '0' })
    const anew = Object.values(other).filter(({ origins }) => origins.includes('made'))
    // Where the machine has no relaxed SIMD, both are the same engine.
    assert.ok(anew.length === Object.keys(made).length || anew.length === 0)
    assert.equal(anew.length === 0, !(await hasRelaxed()))
  })

  it('are not believed where a byte is another one, or some are missing', async () => {
    for (const damage of [
      flipped,
      (content: Uint8Array) => content.subarray(0, content.length - 7),
      () => new Uint8Array(0),
    ]) {
      for (const file of files()) writeFileSync(file, damage(readFileSync(file)))
      const again = await answer(folder)
      assert.deepEqual(originsOf(again), allFrom(made, 'made'))
      assert.deepEqual(numbersOf(again), numbersOf(made))
    }
    assert.deepEqual(originsOf(await answer(folder)), allFrom(made, 'disk'))
  })

  it('are off where they cannot be written, without a word, and on request', async () => {
    const file = join(folder, '../a-file')
    writeFileSync(file, 'no folder')
    const without = await answer(file)
    assert.deepEqual(originsOf(without), allFrom(made, 'made'))
    assert.deepEqual(numbersOf(without), numbersOf(made))
    assert.equal(readFileSync(file, 'utf8'), 'no folder')
    assert.deepEqual(originsOf(await answer('off')), allFrom(made, 'made'))
    assert.ok(!existsSync(join(ROOT, 'off')))
  })
})

async function hasRelaxed(): Promise<boolean> {
  const { hasRelaxedSimd } = await import('#src/backends/wasm/assembler/features.js')
  return hasRelaxedSimd()
}

function flipped(content: Uint8Array): Uint8Array {
  const other = content.slice()
  const middle = other.length >> 1
  other[middle] = (other[middle] as number) ^ 1
  return other
}

describe('programs in memory', () => {
  /** A training of its own: the losses of six calls, and where its program came from. */
  function training(width: number): { losses: number[]; origins: string[] } {
    manualSeed(3)
    const model = new nn.Sequential(new nn.Linear(5, width), new nn.Tanh(), new nn.Dropout(), new nn.Linear(width, 2))
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
    const step = compile((x: Tensor, y: Tensor) => {
      const loss = F.crossEntropy(model.forward(x), y)
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
      return loss
    })
    const [x, y] = [randn([4, 5]), randint(2, { shape: [4] })]
    const losses = Array.from({ length: 6 }, () => step(x, y).item())
    return { losses, origins: step.programs.map(({ origin }) => origin) }
  }

  it('serve a second model of the same structure, which has its own numbers', () => {
    const [first, second, other] = [training(7), training(7), training(8)]
    assert.deepEqual([first.origins, second.origins, other.origins], [['made'], ['memory'], ['made']])
    assert.deepEqual(second.losses, first.losses)
  })

  it('are told by explain()', () => {
    const step = (): string => {
      const compiled = compile((x: Tensor) => x.mul(1.25).exp().sum())
      for (let i = 0; i < 4; i++) compiled(randn([11]))
      return compiled.explain().toString()
    }
    assert.match(step(), /; made in [\d.]+ ms\n/)
    assert.match(step(), /; made from one like it in [\d.]+ ms\n/)
  })
})
