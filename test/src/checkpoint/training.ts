// A training run as a program, for the tests that kill it: `node training.js FILE STEPS EVERY` goes on from FILE where it is there, saves every
// EVERY steps, and prints the bits of each loss, then of all weights.
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import {
  autocast,
  data,
  F,
  Generator,
  hasCheckpoint,
  loadCheckpoint,
  manualSeed,
  nn,
  optim,
  rand,
  randn,
  saveCheckpoint,
  type Tensor,
} from '#src/index.js'

const bits = (x: Tensor): string => Buffer.from((x.detach().data() as Float32Array).buffer).toString('hex')

/** A line that is out before anything else happens. */
const say = (line: string): void => {
  writeSync(1, `${line}\n`)
}

function setUp() {
  manualSeed(11)
  const model = new nn.Sequential(
    new nn.Linear(6, 16),
    new nn.ReLU(),
    new nn.Dropout(0.3),
    new nn.LayerNorm(16),
    new nn.Linear(16, 3),
  )
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.02, amsgrad: true })
  const scheduler = optim.warmupCosine(optimizer, { warmup: 5, total: 60, floor: 0.1 })
  const scaler = new optim.GradScaler({ growthInterval: 7 })
  const x = randn([50, 6])
  const loader = new data.DataLoader(new data.TensorDataset(x, x.narrow(1, 0, 3).argmax(1)), {
    batchSize: 8,
    shuffle: true,
  })
  return { model, optimizer, scheduler, scaler, loader, generators: { noise: new Generator(5) } }
}

const [file = '', steps = '0', every = '1', slowFrom = 'Infinity'] = process.argv.slice(2)
/** Who is about to be killed takes his time: a busy machine sends the signal late. */
const wait = (ms: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
const run = setUp()
// As a program that was begun anew would: everything is drawn already when the file is read.
rand([17])
let { step, extra } = hasCheckpoint(file) ? loadCheckpoint(file, run) : { step: 0, extra: [] }
const losses = [...(extra as number[])]
say(`start ${step}`)

while (step < Number(steps)) {
  for (const [x, y] of run.loader) {
    const { model, optimizer, scheduler, scaler } = run
    const noise = randn(x.shape, { generator: run.generators.noise }).mul(0.01)
    const loss = autocast({ dtype: 'float16' }, () => F.crossEntropy(model.forward(x.add(noise)), y))
    optimizer.zeroGrad()
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    scheduler.step()
    step++
    losses.push(loss.item())
    if (step % Number(every) === 0) saveCheckpoint(file, { ...run, step, extra: losses })
    say(`step ${step} ${bits(loss)} ${optimizer.paramGroups[0]?.lr} ${scaler.getScale()}`)
    if (step === Number(steps)) break
    if (step >= Number(slowFrom)) wait(50)
  }
}
const weights = Object.values(run.model.stateDict()).map(bits).join()
say(`end ${createHash('sha256').update(weights).update(losses.join()).digest('hex')}`)
