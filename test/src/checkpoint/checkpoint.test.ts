// What a checkpoint holds, what it refuses, and that nothing is changed half-way.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  data,
  defaultGenerator,
  F,
  Generator,
  hasCheckpoint,
  loadCheckpoint,
  manualSeed,
  nn,
  noGrad,
  optim,
  type Plain,
  rand,
  randn,
  saveCheckpoint,
  type Tensor,
  tensor,
} from '#src/index.js'
import { raises } from '../raises.js'

describe('a checkpoint', () => {
  let folder = ''
  let file = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-checkpoint-'))
  })
  beforeEach(() => {
    manualSeed(1)
    file = join(folder, `${Math.floor(performance.now() * 1e6)}.ckpt`)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const setUp = (hidden = 4) => {
    const model = new nn.Sequential(new nn.Linear(3, hidden), new nn.ReLU(), new nn.Linear(hidden, 2))
    const optimizer = new optim.AdamW(model.parameters(), { lr: 0.1 })
    return { model, optimizer, scheduler: new optim.StepLR(optimizer, 2) }
  }

  const train = ({ model, optimizer, scheduler }: ReturnType<typeof setUp>, steps: number): void => {
    for (let i = 0; i < steps; i++) {
      optimizer.zeroGrad()
      F.mseLoss(model.forward(randn([5, 3])), randn([5, 2])).backward()
      optimizer.step()
      scheduler.step()
    }
  }

  const numbers = (model: nn.Module): unknown => Object.values(model.stateDict()).map(x => x.toArray())

  it('takes its place as a URL, and says what is no place and what are no parts', () => {
    const url = pathToFileURL(file)
    saveCheckpoint(url, { step: 4 })
    assert.equal(hasCheckpoint(url), true)
    assert.equal(loadCheckpoint(url, {}).step, 4)
    raises(() => saveCheckpoint([1] as never, {}), 'CHECKPOINT_VALUE', 'path of a file, got an array')
    raises(() => hasCheckpoint(undefined as never), 'CHECKPOINT_VALUE', 'got undefined')
    raises(() => saveCheckpoint(file, undefined as never), 'CHECKPOINT_PART', 'object of parts, got undefined')
    raises(() => loadCheckpoint(file, [setUp().model] as never), 'CHECKPOINT_PART', 'got an array')
  })

  it('brings model, optimizer, schedule, step and random numbers back', () => {
    const first = setUp()
    train(first, 3)
    saveCheckpoint(file, { ...first, step: 3, extra: { best: 0.5 } })
    train(first, 3)
    const next = rand([4]).toArray()

    manualSeed(99)
    const second = setUp()
    assert.deepEqual(loadCheckpoint(file, second), { step: 3, extra: { best: 0.5 } })
    train(second, 3)
    assert.deepEqual(numbers(second.model), numbers(first.model))
    assert.deepEqual(second.scheduler.lastLr, first.scheduler.lastLr)
    assert.deepEqual(rand([4]).toArray(), next)
  })

  it('keeps values to the last bit: odd numbers, texts, tensors of every dtype, arrays', () => {
    const extra = {
      numbers: [0.1, -0, Number.NaN, Infinity, -Infinity, 5e-324, 2 ** 53, 1e308],
      nothing: null,
      missing: [undefined, 1],
      text: 'Grüße, "\n"  \u2028',
      large: 12345678901234567890n,
      curve: Float64Array.of(0.1, Number.NaN, -0),
      few: Float32Array.of(0.5),
      whole: Int32Array.of(-1),
      $: 'a key of its own',
      ['__proto__']: { polluted: true },
      list: [[{ deep: true }]],
    } as unknown as Plain
    saveCheckpoint(file, { extra })
    assert.deepEqual(loadCheckpoint(file, {}).extra, extra)
    assert.equal(({} as { polluted?: boolean }).polluted, undefined)

    for (const dtype of ['float32', 'float64', 'float16', 'bfloat16', 'int32', 'bool'] as const) {
      const x = tensor([0, 1, 3], { dtype })
      saveCheckpoint(file, { extra: { x, empty: x.narrow(0, 0, 0), number: x.at(2), turned: x.reshape([3, 1]).t() } })
      const found = loadCheckpoint(file, {}).extra as Record<string, Tensor>
      assert.deepEqual(found.x?.toArray(), x.toArray())
      assert.equal(found.x?.dtype, dtype)
      assert.deepEqual([found.empty?.shape, found.number?.shape, found.turned?.shape], [[0], [], [1, 3]])
      assert.deepEqual(found.turned?.toArray(), [x.toArray()])
    }
  })

  it('holds scaler, loader, generators and whatever else has a state', () => {
    const scaler = new optim.GradScaler({ initScale: 8 })
    const loader = new data.DataLoader(new data.TensorDataset(randn([7, 1])), { batchSize: 2, shuffle: true })
    const rest: unknown[] = []
    const noise = new Generator(3)
    rand([5], { generator: noise })
    const critic = new nn.Linear(2, 1)
    for (const [x] of loader) {
      rest.push(x.toArray())
      if (rest.length === 2) saveCheckpoint(file, { scaler, loader, others: { critic }, generators: { noise } })
    }
    const expected = rand([3], { generator: noise }).toArray()

    manualSeed(5)
    const [newScaler, newCritic, newNoise] = [new optim.GradScaler(), new nn.Linear(2, 1), new Generator(77)]
    const newLoader = new data.DataLoader(loader.dataset, { batchSize: 2, shuffle: true })
    const parts = {
      scaler: newScaler,
      loader: newLoader,
      others: { critic: newCritic },
      generators: { noise: newNoise },
    }
    loadCheckpoint(file, parts)
    assert.equal(newScaler.getScale(), 8)
    assert.deepEqual(
      Array.from(newLoader, ([x]) => x.toArray()),
      rest.slice(2),
    )
    assert.deepEqual(numbers(newCritic), numbers(critic))
    assert.deepEqual(rand([3], { generator: newNoise }).toArray(), expected)
  })

  it('is a safetensors file, whose weights others can read', () => {
    const { model, optimizer, scheduler } = setUp()
    train({ model, optimizer, scheduler }, 1)
    saveCheckpoint(file, { model, optimizer })
    const tensors = data.readSafetensors(file)
    assert.deepEqual(tensors['model.0.weight']?.toArray(), model.getParameter('0.weight').toArray())
    assert.ok('optimizer.state.0.expAvg' in tensors)
  })

  it('can give its weights alone, and leave the random numbers as they are', () => {
    const { model, optimizer } = setUp()
    saveCheckpoint(file, { model, optimizer })
    const other = setUp().model
    const before = new Generator().setState(manualSeed(4).getState())
    loadCheckpoint(file, { model: other }, { random: false })
    assert.deepEqual(numbers(other), numbers(model))
    assert.deepEqual(rand([2]).toArray(), rand([2], { generator: before }).toArray())
  })

  it('takes the place of the one before, with nothing left beside it, and makes folders', () => {
    const inner = join(folder, 'runs', 'a', 'x.ckpt')
    assert.equal(hasCheckpoint(inner), false)
    for (const step of [1, 2]) saveCheckpoint(inner, { step })
    assert.equal(hasCheckpoint(inner), true)
    assert.equal(loadCheckpoint(inner, {}).step, 2)
    assert.deepEqual(readdirSync(join(folder, 'runs', 'a')), ['x.ckpt'])
  })

  it('leaves the file before as it was where saving fails', () => {
    saveCheckpoint(file, { step: 1 })
    const circle: { self?: Plain } = {}
    circle.self = circle as Plain
    raises(() => saveCheckpoint(file, { step: 2, extra: circle as Plain }), 'CHECKPOINT_VALUE', 'holds itself')
    raises(() => saveCheckpoint(file, { extra: { f: (() => 1) as unknown as Plain } }), 'CHECKPOINT_VALUE', 'extra.f')
    raises(() => saveCheckpoint(file, { extra: new Date() as unknown as Plain }), 'CHECKPOINT_VALUE', 'a Date')
    raises(() => saveCheckpoint(file, { extra: Symbol('x') as unknown as Plain }), 'CHECKPOINT_VALUE', 'a symbol')
    assert.equal(loadCheckpoint(file, {}).step, 1)
  })

  describe('that is not what was saved', () => {
    it('is found damaged wherever one bit is changed, and wherever it is cut', () => {
      saveCheckpoint(file, { model: new nn.Linear(2, 2), step: 7 })
      const bytes = readFileSync(file)
      const bad = join(folder, 'bad.ckpt')
      for (let at = 0; at < bytes.length; at++) {
        const changed = Uint8Array.from(bytes)
        changed[at] = (changed[at] as number) ^ (1 << (at % 8))
        writeFileSync(bad, changed)
        assert.throws(() => loadCheckpoint(bad, {}), { code: /CHECKPOINT_(DAMAGED|FOREIGN)/ }, `byte ${at}`)
      }
      for (let length = 0; length < bytes.length; length++) {
        writeFileSync(bad, bytes.subarray(0, length))
        raises(() => loadCheckpoint(bad, {}), 'CHECKPOINT_DAMAGED')
      }
      writeFileSync(bad, Buffer.concat([bytes, Buffer.of(0)]))
      raises(() => loadCheckpoint(bad, {}), 'CHECKPOINT_DAMAGED', 'Nothing was loaded')
      assert.equal(loadCheckpoint(file, {}).step, 7)
    })

    it('is refused with the next step: missing, foreign, plain weights, newer', () => {
      raises(() => loadCheckpoint(join(folder, 'none.ckpt'), {}), 'CHECKPOINT_MISSING', 'none.ckpt', 'hasCheckpoint')
      writeFileSync(file, 'PK\u0003\u0004 this is a zip file of PyTorch, as torch.save makes them, and some more of it')
      raises(() => loadCheckpoint(file, {}), 'CHECKPOINT_FOREIGN')
      data.writeSafetensors(file, { w: tensor([1]) })
      raises(() => loadCheckpoint(file, {}), 'CHECKPOINT_FOREIGN', 'readSafetensors')
    })

    it('is refused where a newer gradlab wrote it', () => {
      const rewritten = (from: string, to: string): void => {
        saveCheckpoint(file, { extra: [undefined] })
        const text = readFileSync(file, 'latin1').replace(from, to)
        const blank = text.replace(/("sha256":")[0-9a-f]{64}/, `$1${'0'.repeat(64)}`)
        const hash = createHash('sha256').update(blank, 'latin1').digest('hex')
        writeFileSync(file, blank.replace('0'.repeat(64), hash), 'latin1')
      }
      rewritten('"version":"1"', '"version":"1"')
      assert.deepEqual(loadCheckpoint(file, {}).extra, [undefined])
      rewritten('"version":"1"', '"version":"2"')
      raises(() => loadCheckpoint(file, {}), 'CHECKPOINT_VERSION', 'version 2')
      rewritten('undefined', 'somewhat!')
      raises(() => loadCheckpoint(file, {}), 'CHECKPOINT_VERSION', 'somewhat!')
    })
  })

  describe('that does not fit', () => {
    it('changes nothing: parts that were filled get back what they had', () => {
      const saved = setUp()
      train(saved, 2)
      saveCheckpoint(file, saved)
      const { model, optimizer } = setUp()
      train({ model, optimizer, scheduler: new optim.StepLR(optimizer, 2) }, 1)
      // The model fits, the schedule's optimizer has one group more.
      const other = new optim.AdamW([{ params: [tensor([1], { requiresGrad: true })] }, { params: [randn([2])] }])
      const before = [numbers(model), JSON.stringify(optimizer.stateDict())]
      const random = manualSeed(8).getState()
      raises(
        () => loadCheckpoint(file, { model, optimizer, scheduler: new optim.StepLR(other, 2) }),
        'STATE_DICT',
        '1 groups',
      )
      assert.deepEqual(numbers(model), before[0])
      assert.equal(JSON.stringify(optimizer.stateDict()), before[1])
      assert.deepEqual(defaultGenerator().getState(), random)
    })

    it('says which shapes, parts and classes differ', () => {
      saveCheckpoint(file, setUp())
      raises(() => loadCheckpoint(file, { model: setUp(5).model }), 'STATE_DICT', '0.weight')
      raises(() => loadCheckpoint(file, { ema: new nn.Linear(1, 1) }), 'CHECKPOINT_PART', "no part 'ema'", 'model')
      raises(
        () => loadCheckpoint(file, { generators: { noise: new Generator() } }),
        'CHECKPOINT_PART',
        "no generator 'noise'",
      )
      const sgd = new optim.SGD(new nn.Linear(1, 1).parameters())
      raises(() => loadCheckpoint(file, { optimizer: sgd }), 'CHECKPOINT_PART', 'AdamW', 'SGD')
      const step = { stateDict: () => ({}) }
      raises(() => saveCheckpoint(file, { model: step as never }), 'CHECKPOINT_PART', 'loadStateDict')
      raises(() => saveCheckpoint(file, { modell: new nn.Linear(1, 1) } as object), 'CHECKPOINT_PART', "'modell'")
      raises(() => loadCheckpoint(file, { step: 3 } as object), 'CHECKPOINT_PART', "'step'")
    })
  })

  it('is as it was at saving, whatever happens to the tensors later', () => {
    const model = new nn.Linear(2, 2)
    const before = numbers(model)
    saveCheckpoint(file, { model })
    noGrad(() => model.weight.zero_())
    loadCheckpoint(file, { model })
    assert.deepEqual(numbers(model), before)
  })
})
