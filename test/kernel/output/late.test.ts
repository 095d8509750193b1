// What is printed after a cell's end, or by a function of another cell, stands under the cell that set it going.
import assert from 'node:assert/strict'
import { type Cells, startCells } from '../clients/cells.js'

describe('late output', function () {
  this.timeout(30_000)
  let cells: Cells

  before(() => {
    cells = startCells()
  })

  after(() => cells.close())

  it('of a function of an earlier cell that awaits stands under the cell that calls it', async () => {
    await cells.run('async function step() { await null; console.log("in step") }')
    assert.equal((await cells.run('await step()\nconsole.log("after")')).stdout, 'in step\nafter\n')
  })

  it('of a function that catches what it awaited, too', async () => {
    await cells.run(
      'async function failing() { try { await Promise.reject(new Error("x")) } catch { console.log("caught") } }',
    )
    assert.equal((await cells.run('await failing()')).stdout, 'caught\n')
  })

  it('of timers that an interval makes after the end of its cell stays with that cell', async () => {
    const first = await cells.runWatched(`let ticks = 0
const ticking = setInterval(() => {
  setTimeout(() => console.log("tick", ticks++), 5)
  setImmediate(() => process.stdout.write("."))
  if (ticks > 1) clearInterval(ticking)
}, 30)`)
    const second = await cells.runWatched('await new Promise(r => setTimeout(r, 250))\nconsole.log("mine")')
    assert.equal(second.printed(), 'mine\n')
    assert.match(first.printed(), /tick 0[\s\S]*tick 1[\s\S]*tick 2/)
  })

  it('of a callback does not take the word from the running cell', async () => {
    const first = await cells.runWatched('const often = setInterval(() => console.log("first"), 10)')
    const second = await cells.runWatched(
      `import { MessageChannel } from "node:worker_threads"
const { port1, port2 } = new MessageChannel()
let left = 200
await new Promise<void>(done => {
  port1.on("message", () => {
    console.log("second")
    left -= 1
    if (left > 0) setTimeout(() => port2.postMessage(0), 1)
    else { port1.close(); done() }
  })
  port2.postMessage(0)
})`,
    )
    await cells.run('clearInterval(often)')
    assert.deepEqual([second.outcome.status, second.printed()], ['ok', 'second\n'.repeat(200)])
    assert.match(first.printed(), /^(first\n){5,}$/)
  })

  it('of an async loop that nobody awaits stays with its cell', async () => {
    const first = await cells.runWatched(
      'void (async () => { for (let i = 0; i < 5; i++) { await new Promise(r => setTimeout(r, 20)); console.log("loop", i) } })()',
    )
    const second = await cells.runWatched('await new Promise(r => setTimeout(r, 200))\nconsole.log("mine")')
    assert.equal(second.printed(), 'mine\n')
    assert.equal(first.printed(), 'loop 0\nloop 1\nloop 2\nloop 3\nloop 4\n')
  })

  it('of timers that throw, and of promises that nobody catches, is told under their cell with its place', async () => {
    const timer = await cells.runWatched('void setTimeout(() => { throw new Error("boom") }, 20)')
    const promise = await cells.runWatched(
      'void new Promise(r => setTimeout(r, 20)).then(() => { throw new RangeError("late") })',
    )
    await cells.run('await new Promise(r => setTimeout(r, 150))')
    assert.match(timer.printed('stderr'), new RegExp(`Error: boom\\n    at Cell \\[${timer.outcome.count}\\]:1:31`))
    assert.match(promise.printed('stderr'), new RegExp(`RangeError: late\\n    at Cell \\[${promise.outcome.count}\\]`))
  })

  it('stops where a cell is interrupted: timers that its awaited functions of other cells made are cleared', async () => {
    await cells.run(
      'async function ticker() { setInterval(() => console.log("still"), 20); for (;;) { try { await new Promise(r => setTimeout(r, 5)) } catch {} } }',
    )
    const cell = cells.run('console.log("go")\nawait ticker()')
    await cells.seen('go')
    await cells.kernel.request('control', 'interrupt_request', {})
    assert.equal((await cell).error?.ename, 'Interrupted')
    let still = false
    const stop = cells.kernel.collector.watch(m => {
      if (String(m.content.text).includes('still')) still = true
    })
    await cells.run('await new Promise(r => setTimeout(r, 100))')
    stop()
    assert.equal(still, false)
    assert.deepEqual((await cells.run('await ticker.constructor.name')).results, [{ 'text/plain': "'AsyncFunction'" }])
  })
})
