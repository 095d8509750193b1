// A compiled training in a cell that is interrupted: what is left is the state after a whole number of steps.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cells, startCells } from '../clients/cells.js'

const INTERRUPTS = 20

/** A small training with Adam, momentum of batch normalisation and dropout; `train(n)` makes n steps more. */
const TRAINING = `
import { compile, F, manualSeed, nn, optim, randint, randn, type Tensor } from 'gradlab'
function makeRun() {
  manualSeed(7)
  const model = new nn.Sequential(new nn.Linear(8, 16), new nn.BatchNorm1d(16), new nn.ReLU(), new nn.Dropout(0.2), new nn.Linear(16, 3))
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 })
  const [x, y] = [randn([12, 8]), randint(3, { shape: [12] })]
  const step = compile((a: Tensor, b: Tensor) => {
    const loss = F.crossEntropy(model.forward(a), b)
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    return loss
  })
  const train = (n: number) => { for (let i = 0; i < n; i++) step(x, y) }
  const steps = () => Number(optimizer.state.get(model.parameters()[0]!)?.step ?? 0)
  const numbers = () => JSON.stringify([
    Object.values(model.stateDict()).map(t => t.toArray()),
    [...optimizer.state.values()].map(s => Object.values(s).map(v => typeof v === 'number' ? v : v.toArray())),
  ])
  return { train, steps, numbers, step }
}`

describe('a compiled training in a cell', function () {
  this.timeout(300_000)
  let cells: Cells

  before(async () => {
    cells = startCells()
    const { error } = await cells.run(TRAINING)
    assert.equal(error, undefined, error?.evalue)
  })
  after(() => cells.close())

  const shown = async (code: string): Promise<string> => {
    const { results, error } = await cells.run(code)
    assert.equal(error, undefined, error?.evalue)
    return String(results[0]?.['text/plain'])
  }

  it(`has the state of whole steps after each of ${INTERRUPTS} interrupts, and goes on`, async () => {
    await cells.run('const interrupted = makeRun()\ninterrupted.train(5)')
    assert.equal(await shown('interrupted.step.programs.length'), '1')
    const counts: number[] = []
    for (let i = 0; i < INTERRUPTS; i++) {
      const running = cells.run('console.log("go")\nfor (;;) interrupted.train(1)')
      await cells.seen('go')
      await sleep(5 + ((i * 37) % 60))
      await cells.kernel.request('control', 'interrupt_request', {})
      assert.equal((await running).error?.ename, 'Interrupted')
      counts.push(Number(await shown('interrupted.steps()')))
    }
    assert.ok(
      counts.every((count, i) => i === 0 || count > (counts[i - 1] as number)),
      `no steps between two interrupts: ${counts}`,
    )
    // Random numbers go on from where the steps left them, so that another run draws the same only where it is made alone.
    await cells.run('const whole = makeRun()')
    await cells.run('whole.train(interrupted.steps())')
    assert.equal(await shown('whole.steps()'), await shown('interrupted.steps()'))
    assert.equal(await shown('whole.numbers() === interrupted.numbers()'), 'true')
  })
})
