// console and the process's streams: their forms, their order, their amount.
import assert from 'node:assert/strict'
import { type Cells, startCells } from '../clients/cells.js'
import type { Json } from '../clients/request.js'

describe('a stream', function () {
  this.timeout(60_000)
  let cells: Cells

  before(() => {
    cells = startCells()
  })

  after(() => cells.close())

  it('takes all of console', async () => {
    const { stdout, stderr } = await cells.run(`console.info("info"); console.debug("debug"); console.warn("warn")
console.table([{ x: 1 }], ["x"])
console.group("g"); console.info("in"); console.groupCollapsed("h"); console.error("deep"); console.groupEnd(); console.groupEnd()
console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 })
console.count(); console.count("k"); console.countReset("k"); console.count("k")
console.assert(true, "not shown"); console.assert(false, "shown %d", 5)
console.time("t"); console.timeLog("t", "so far"); console.timeEnd("t")
console.dirxml("xml"); console.log("%s is %d, %i, %f, %j, %o, %%", "x", 5, 5.5, 1.5, { a: 1 }, [1])
console.log("\\u001b[31mred\\u001b[0m")`)
    assert.match(
      stdout,
      /^info\ndebug\n┌[\s\S]*│ 1 │[\s\S]*┘\ng\n {2}in\n {2}h\n\{ a: \[Object\] \}\ndefault: 1\nk: 1\nk: 1\nt: [\d.]+m?s so far\nt: [\d.]+m?s\nxml\nx is 5, 5, 1\.5, \{"a":1\}, \[ 1, \[length\]: 1 \], %\n/,
    )
    assert.ok(stdout.endsWith('\u001b[31mred\u001b[0m\n'))
    assert.equal(stderr, 'warn\n    deep\nAssertion failed: shown 5\n')
  })

  it('keeps the order of both streams and of displays', async () => {
    const { types } = await cells.run(
      'console.log(1)\nconsole.error(2)\ndisplay(3)\nconsole.log(4)\nclearOutput(true)\nconsole.error(5)',
    )
    assert.deepEqual(types.slice(2, -1), ['stream', 'display_data', 'stream', 'clear_output', 'stream'])
  })

  it('is a writable: callbacks, cork, pipes, pieces of characters, progress by carriage returns', async () => {
    const { stdout } = await cells.run(`import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
await new Promise<void>(done => process.stdout.write("called back\\n", () => done()))
process.stdout.cork(); process.stdout.write("co"); process.stdout.write("rked\\n"); process.stdout.uncork()
await pipeline(Readable.from(["pi", "ped\\n"]), process.stdout, { end: false })
for (const byte of Buffer.from("€\\n")) process.stdout.write(new Uint8Array([byte]))
process.stdout.write("616263", "hex")
for (let i = 0; i <= 2; i++) process.stdout.write("\\r" + i)
console.log("", process.stdout.isTTY, process.stdout.columns, process.stderr.fd, process.stdout.writable)`)
    assert.equal(stdout, 'called back\ncorked\npiped\n€\nabc\r0\r1\r2 false 80 2 true\n')
  })

  it('cannot be ended by a cell', async () => {
    await cells.run('process.stdout.end("last\\n")\nprocess.stderr.destroy()\nawait null')
    const { stdout, stderr } = await cells.run(
      'console.log("on")\nconsole.error("and on")\nprocess.stdout.write("still\\n")',
    )
    assert.deepEqual([stdout, stderr], ['on\nstill\n', 'and on\n'])
  })

  it('of a hundred thousand lines arrives whole and before idle, in few messages', async () => {
    let messages = 0
    const stop = cells.kernel.collector.watch(({ header }) => {
      if (header.msg_type === 'stream') messages += 1
    })
    const { stdout } = await cells.run('for (let i = 0; i < 1e5; i++) console.log(i)')
    stop()
    assert.equal(stdout, Array.from({ length: 1e5 }, (_, i) => `${i}\n`).join(''))
    assert.ok(messages < 1000, `${messages} messages`)
  })

  if (process.env.GRADLAB_LONG === '1') {
    it('of a million lines arrives whole and before idle', async () => {
      const { stdout } = await cells.run('for (let i = 0; i < 1e6; i++) console.log(i)')
      assert.equal(stdout, Array.from({ length: 1e6 }, (_, i) => `${i}\n`).join(''))
    })
  }

  it('is cleared, at once or when the next output comes', async () => {
    const { types } = await cells.run('console.log(1)\nclearOutput()\nconsole.log(2)\nclearOutput(true)')
    assert.deepEqual(types.slice(2, -1), ['stream', 'clear_output', 'stream', 'clear_output'])
  })

  it('does not keep a display from being updated from another cell, and after the end of its own', async () => {
    const first = await cells.run(
      'const shown = display("one", { id: "place" })\nvoid setTimeout(() => shown.update("late"), 50)',
    )
    const late = cells.kernel.collector.next(({ header }) => header.msg_type === 'update_display_data')
    assert.deepEqual((await late).content.transient, { display_id: 'place' })
    assert.deepEqual(first.displays[0]?.transient, { display_id: 'place' })
    const second = await cells.run('shown.update("other")\nvoid display("again", { id: "place" })')
    assert.deepEqual(
      second.updates.map(({ data, transient }) => [(data as Json)['text/plain'], transient]),
      [["'other'", { display_id: 'place' }]],
    )
  })
})
