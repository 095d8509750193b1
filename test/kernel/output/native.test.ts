// Text that does not come by `console`: of child processes, of file descriptors, of native code.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Cells, startCells } from '../clients/cells.js'

describe('native output', function () {
  this.timeout(30_000)
  let cells: Cells

  before(async () => {
    cells = startCells()
    await cells.run(
      'import { execSync, execFileSync, spawnSync, spawn, fork } from "node:child_process"\nimport { once } from "node:events"\nimport * as fs from "node:fs"',
    )
  })

  after(() => cells.close())

  it('of execSync and its like stands where it was written, on both streams and among displays', async () => {
    const { stdout, stderr, types } = await cells.run(`console.log("a")
execSync("echo b; echo B >&2", { stdio: "inherit" })
console.log("c")
console.error("C")
execFileSync("echo", ["d"], { stdio: "inherit" })
display("shown")
spawnSync("echo", ["e"], { stdio: ["ignore", "inherit", "inherit"] })
console.log("f")`)
    assert.equal(stdout, 'a\nb\nc\nd\ne\nf\n')
    assert.equal(stderr, 'B\nC\n')
    const shown = types.indexOf('display_data')
    assert.deepEqual([types[shown - 1], types[shown + 1]], ['stream', 'stream'])
  })

  it('keeps its order through a thousand changes, and nothing is lost', async () => {
    const { stdout } = await cells.run(`for (let i = 0; i < 200; i++) {
  for (let k = 0; k < 50; k++) console.log(i + "." + k)
  if (i % 10 === 0) execSync("echo native " + i, { stdio: "inherit" })
}`)
    const expected = Array.from({ length: 200 }, (_, i) => {
      const lines = Array.from({ length: 50 }, (_, k) => `${i}.${k}\n`).join('')
      return i % 10 === 0 ? `${lines}native ${i}\n` : lines
    }).join('')
    assert.equal(stdout, expected)
  })

  it('of a megabyte arrives whole before idle', async () => {
    const { stdout } = await cells.run(
      `execSync(\`"\${process.execPath}" -e "process.stdout.write('é'.repeat(5e5))"\`, { stdio: "inherit" })`,
    )
    assert.equal(stdout, 'é'.repeat(5e5))
  })

  it('by file descriptor is text like any other, in its order', async () => {
    const { stdout, stderr } = await cells.run(`console.log("a")
fs.writeSync(1, "b\\n")
fs.writeSync(process.stdout.fd, Buffer.from("xxc\\n"), 2)
fs.writeFileSync("/dev/stdout", "d\\n")
fs.appendFileSync(2, "e\\n")
fs.writevSync(1, [Buffer.from("f"), Buffer.from("\\n")])
const written = await new Promise(done => fs.write(1, "g\\n", (_error, count) => done(count)))
console.log(written)`)
    assert.equal(stdout, 'a\nb\nc\nd\nf\ng\n2\n')
    assert.equal(stderr, 'e\n')
  })

  it('by file descriptor may cut a character in two', async () => {
    const { stdout } = await cells.run(`const euro = Buffer.from("€")
fs.writeSync(1, euro, 0, 1)
fs.writeSync(1, euro, 1)
process.stdout.write(euro.subarray(0, 2))
process.stdout.write(euro.subarray(2))`)
    assert.equal(stdout, '€€')
  })

  it("of a child that was spawned has come when its 'exit' is told, and its streams are null", async () => {
    const { stdout, stderr } =
      await cells.run(`const child = spawn("sh", ["-c", "echo x; echo y >&2"], { stdio: "inherit" })
console.log(child.stdout, child.stderr)
await once(child, "exit")
console.log("z", child.exitCode)`)
    assert.equal(stdout, 'null null\nx\nz 0\n')
    assert.equal(stderr, 'y\n')
  })

  it('of a child that goes on after its cell stands under that cell', async () => {
    const first = await cells.runWatched('void spawn("sh", ["-c", "sleep 0.2; echo late"], { stdio: "inherit" })')
    const second = await cells.runWatched('await new Promise(r => setTimeout(r, 500))\nconsole.log("mine")')
    assert.deepEqual([first.printed(), second.printed()], ['late\n', 'mine\n'])
  })

  it('of a forked module and of a thread arrives', async () => {
    writeFileSync(join(cells.folder, 'forked.cjs'), 'console.log("forked")')
    const { stdout } = await cells.run(`await once(fork("./forked.cjs"), "exit")
const { Worker } = require("node:worker_threads")
const worker = new Worker('require("node:fs").writeSync(1, "thread\\\\n"); console.log("logged")', { eval: true })
await once(worker, "exit")`)
    assert.match(stdout, /^forked\n/)
    assert.match(stdout, /thread\n/)
    assert.match(stdout, /logged\n/)
  })

  it('of an add-on, which nothing tells of, stands where it was written', async () => {
    // The binding writes past everything that the kernel knows, as C++ code does.
    const { stdout, status } = await cells.run(`// @ts-nocheck
require("zeromq")
const native = process.binding("fs")
const print = text => native.writeString(1, text, null, "utf8", undefined, {})
for (let i = 0; i < 500; i++) { console.log("js", i); print("native " + i + "\\n") }`)
    assert.equal(status, 'ok')
    assert.equal(stdout, Array.from({ length: 500 }, (_, i) => `js ${i}\nnative ${i}\n`).join(''))
  })

  it("of Node's own warnings is shown on stderr", async () => {
    const { stderr } = await cells.run('process.emitWarning("careful")\nawait null')
    assert.match(stderr, /Warning: careful/)
  })

  it('cannot be cut off: the descriptors of the kernel stay open', async () => {
    for (const fd of [1, 2, 3]) {
      const { error } = await cells.run(`fs.closeSync(${fd})`)
      assert.match(error?.evalue ?? '', /descriptor is the kernel's own/)
    }
    assert.equal((await cells.run('console.log("still")')).stdout, 'still\n')
  })
})
