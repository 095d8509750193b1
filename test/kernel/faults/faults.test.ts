// Faults of a learner's code: what is said, and what lives on.
import assert from 'node:assert/strict'
import { type Cells, startCells } from '../clients/cells.js'
import { plainTraceback } from '../clients/request.js'

describe('a fault', function () {
  this.timeout(30_000)
  let cells: Cells

  before(() => {
    cells = startCells()
  })

  after(() => cells.close())

  describe('that ends the process of the cells', () => {
    const deaths: Record<string, { code: string; reason: RegExp }> = {
      'process.exit': { code: 'process.exit(3)', reason: /exited with code 3, as process\.exit\(3\) does/ },
      'process.abort': { code: 'process.abort()', reason: /aborted \(SIGABRT\), as process\.abort/ },
      'a segmentation fault': {
        code: 'process.kill(process.pid, "SIGSEGV")',
        reason: /native code crashed it \(SIGSEGV\)/,
      },
      'SIGTERM of its own': {
        code: 'process.kill(process.pid, "SIGTERM")\nawait new Promise(() => {})',
        reason: /ended by SIGTERM/,
      },
      'SIGKILL of its own': {
        code: 'process.kill(process.pid, "SIGKILL")',
        reason: /killed \(SIGKILL\), as the system/,
      },
    }
    for (const [name, { code, reason }] of Object.entries(deaths)) {
      it(`by ${name} is told with its cell and what is lost, what was printed is kept, and the next cell runs`, async () => {
        await cells.run('const lost = 1')
        const outcome = await cells.run(`console.log("before")\n${code}`)
        assert.equal(outcome.stdout, 'before\n')
        assert.equal(outcome.stderr, '')
        assert.equal(outcome.error?.ename, 'RuntimeDied')
        assert.match(outcome.error?.evalue ?? '', reason)
        assert.match(
          plainTraceback(outcome),
          new RegExp(
            `Cell \\[${outcome.count}\\] ended the process[\\s\\S]*All names are lost\\.[\\s\\S]*from its top`,
          ),
        )
        assert.deepEqual((await cells.run('6 * 7')).results, [{ 'text/plain': '42' }])
        assert.match((await cells.run('lost')).error?.evalue ?? '', /Cannot find name 'lost'/)
      })
    }

    it('runs its exit handlers, and what they print is shown', async () => {
      const outcome = await cells.run('process.on("exit", code => console.log("bye", code))\nprocess.exit(4)')
      assert.equal(outcome.stdout, 'bye 4\n')
    })

    it('late, while no cell runs, is told under the last cell', async () => {
      const cell = await cells.runWatched('void setTimeout(() => process.exit(5), 50)')
      await cells.seen('exited with code 5')
      assert.match(cell.printed('stderr'), /exited with code 5/)
      assert.equal((await cells.run('1')).status, 'ok')
    })

    it('is noticed though a process that it has left behind holds its streams', async () => {
      const outcome = await cells.run(
        'require("node:child_process").execSync("sleep 20 &", { stdio: "inherit" })\nprocess.exit(6)',
      )
      assert.match(outcome.error?.evalue ?? '', /code 6/)
    })

    it('by a full heap says so, with what to do', async () => {
      const small = startCells({ NODE_OPTIONS: '--max-old-space-size=60' })
      try {
        const outcome = await small.run('const all: object[] = []\nfor (;;) all.push(new Array(5e5).fill({}))')
        assert.equal(outcome.status, 'error')
        assert.match(
          plainTraceback(outcome) + outcome.stderr,
          /memory for JavaScript objects[\s\S]*--max-old-space-size/,
        )
        assert.doesNotMatch(outcome.stderr, /Native stack trace/)
        assert.deepEqual((await small.run('6 * 7')).results, [{ 'text/plain': '42' }])
      } finally {
        await small.close()
      }
    })
  })

  describe('that the process survives', () => {
    beforeEach(async () => {
      await cells.run('let kept = "kept"')
    })

    afterEach(async () => {
      assert.deepEqual((await cells.run('kept')).results, [{ 'text/plain': "'kept'" }])
    })

    it('by endless recursion has a short traceback', async () => {
      const direct = await cells.run('function deep(): number { return deep() + 1 }\ndeep()')
      assert.equal(direct.error?.ename, 'RangeError')
      assert.match(plainTraceback(direct), /at deep[\s\S]*the same again and again/)
      assert.ok(plainTraceback(direct).split('\n').length < 8)
      const mutual = await cells.run(
        'function even(n: number): boolean { return odd(n - 1) }\nfunction odd(n: number): boolean { return even(n - 1) }\neven(1)',
      )
      assert.match(plainTraceback(mutual), /at odd[\s\S]*the same again and again/)
      assert.ok(plainTraceback(mutual).split('\n').length < 14)
    })

    it('by an error whose maker took lines out of its stack: they are not shown', async () => {
      const outcome = await cells.run(`function inner(): never {
  const error = new Error('x')
  error.stack = error.stack?.split('\\n').filter(line => !line.includes('inner')).join('\\n') ?? ''
  throw error
}
function outer(): void { inner() }
outer()`)
      assert.match(plainTraceback(outcome), /^Error: x\n {2}at outer Cell \[\d+\]:6:26/)
      assert.doesNotMatch(plainTraceback(outcome), /at inner/)
      const emptied = await cells.run(
        "const bare = new Error('y')\nconsole.log(bare.stack)\nbare.stack = 'nothing'\nthrow bare",
      )
      assert.match(plainTraceback(emptied), /at Cell \[\d+\]:1:14/)
    })

    it('by a mistake with a tensor, which points at the line of the cell alone', async () => {
      const outcome = await cells.run(`import { noGrad, tensor } from 'gradlab'
const table = tensor([[1, 2], [3, 4]])
noGrad(() => table.matmul(tensor([1, 2, 3])))`)
      assert.equal(outcome.error?.ename, 'TensorError')
      assert.match(plainTraceback(outcome), /matmul: shapes \[2, 2\] and \[3\] do not fit.*\n {2}at Cell \[\d+\]:3:20/)
      assert.doesNotMatch(plainTraceback(outcome), /dist|bundle|SHAPE_MISMATCH/)
    })

    it('by throwing what is hostile to those who look at it', async () => {
      const thrown = [
        '{ get message() { throw 1 }, get stack() { throw 2 }, toString() { throw 3 }, [Symbol.for("nodejs.util.inspect.custom")]() { throw 4 } }',
        'new Proxy({}, { get() { throw 5 }, ownKeys() { throw 6 }, getPrototypeOf() { throw 7 } })',
        'Object.defineProperty(new Error("x"), "message", { get() { throw new Error("no") } })',
        'Object.assign(new Error("x"), { get cause() { throw 8 } })',
        'Object.create(Error.prototype, { stack: { get() { throw 9 } } })',
        '(() => { const e = new Error("x"); e.cause = e; return e })()',
        'new AggregateError([new Error("one"), null, 5])',
        'Object.freeze(new Error("frozen"))',
      ]
      for (const value of thrown) {
        const outcome = await cells.run(`// @ts-nocheck\nthrow ${value}`)
        assert.equal(outcome.status, 'error', value)
        assert.notEqual(outcome.error?.ename, 'RuntimeDied', value)
      }
      for (const value of ['null', 'undefined', '5', '"text"', '10n', 'Symbol("s")', '() => 1', 'Promise.resolve(1)']) {
        assert.equal((await cells.run(`throw ${value}`)).error?.ename, 'Uncaught', value)
      }
    })

    it('by throwing a message of megabytes is cut', async () => {
      const outcome = await cells.run('throw new Error("x".repeat(5e6))')
      assert.ok((outcome.error?.evalue.length ?? 0) < 30_000)
    })

    it('by rejections and exceptions that nobody catches, which are told', async () => {
      const { stderr } = await cells.run(
        'void Promise.reject(new Error("unhandled"))\nsetTimeout(() => { throw "a string" })\nprocess.nextTick(() => { throw Object.create(null) })\nawait new Promise(r => setTimeout(r, 30))',
      )
      assert.match(stderr, /Unhandled promise rejection: Error: unhandled\n {4}at Cell/)
      assert.match(stderr, /Uncaught exception: a string/)
      assert.match(stderr, /Uncaught exception: \[Object: null prototype\]/)
    })

    it('by errors that nobody catches and nobody can look at', async () => {
      const { stderr } = await cells.run(
        'void Promise.reject(new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 }, ownKeys() { throw 3 } }))\nawait new Promise(r => setTimeout(r, 30))',
      )
      assert.match(stderr, /Unhandled promise rejection: /)
    })

    it('by an emitter whose listener throws, or that has none for an error', async () => {
      const { stderr } = await cells.run(`import { EventEmitter } from "node:events"
const emitter = new EventEmitter()
for (let i = 0; i < 12; i++) emitter.on("x", () => {})
setTimeout(() => emitter.emit("error", new Error("of an emitter")), 5)
await new Promise(r => setTimeout(r, 30))`)
      assert.match(stderr, /Uncaught exception: Error: of an emitter/)
      assert.match(stderr, /MaxListenersExceededWarning/)
    })

    it('by taking its listeners from the process', async () => {
      const { stderr } = await cells.run(
        'process.removeAllListeners()\nprocess.removeAllListeners("uncaughtException")\nsetTimeout(() => { throw new Error("boom") })\nawait new Promise(r => setTimeout(r, 30))',
      )
      assert.match(stderr, /Uncaught exception: Error: boom/)
    })

    it('by an interrupt from a terminal, which is meant for the server', async () => {
      const outcome = await cells.run('process.kill(process.pid, "SIGINT")\nawait new Promise(r => setTimeout(r, 30))')
      assert.equal(outcome.status, 'ok')
    })

    it('by breaking built-in objects, which are restored and named', async () => {
      const broken = [
        'Array.prototype.map = Array.prototype.filter = Array.prototype.push = () => { throw new Error("ha") }',
        'globalThis.Promise = null; globalThis.JSON = null; globalThis.Symbol = null; globalThis.Object = null',
        'globalThis.console = 5; globalThis.process = null',
        'Object.prototype.then = () => {}; await null',
        'delete globalThis.Map; delete Set.prototype.has; delete Array.prototype[Symbol.iterator]',
        'Atomics.add = () => 0; Atomics.store = null',
      ]
      for (const code of broken) {
        const outcome = await cells.run(`// @ts-nocheck\n${code}`)
        assert.match(outcome.stderr, /The cell broke built-in objects/, code)
        assert.equal(
          (await cells.run('console.log([1, 2].map(String), new Map([[1, 2]]))')).stdout,
          "[ '1', '2' ] Map(1) { 1 => 2 }\n",
          code,
        )
      }
    })

    it('by replacing built-in objects with what works, which stays', async () => {
      await cells.run(
        '// @ts-nocheck\nconst original = Array.prototype.map\nArray.prototype.map = function (...args) { return original.apply(this, args) }\nArray.prototype.mine = () => "mine"',
      )
      const { results, stderr } = await cells.run('// @ts-nocheck\n[[].mine(), [].map === original]')
      assert.deepEqual(results, [{ 'text/plain': "[ 'mine', false ]" }])
      assert.equal(stderr, '')
      await cells.run('// @ts-nocheck\nArray.prototype.map = original\ndelete Array.prototype.mine')
    })

    it('by adding to Object.prototype', async () => {
      await cells.run('// @ts-nocheck\nObject.prototype.get = 1; Object.prototype.value = 2; Object.prototype.op = 3')
      assert.equal((await cells.run('console.log({ a: 1 })')).stdout, '{ a: 1 }\n')
      await cells.run('// @ts-nocheck\nfor (const key of ["get", "value", "op"]) delete Object.prototype[key]')
    })

    it('by replacing timers, and by reading stdin', async () => {
      await cells.run(
        '// @ts-nocheck\nconst timers = [setTimeout, setImmediate, queueMicrotask]\nsetTimeout = setImmediate = queueMicrotask = () => { throw new Error("no") }',
      )
      assert.equal((await cells.run('await null\nconsole.log("on")')).stdout, 'on\n')
      await cells.run('// @ts-nocheck\n[setTimeout, setImmediate, queueMicrotask] = timers')
      assert.deepEqual((await cells.run('process.stdin.read()')).results, [{ 'text/plain': 'null' }])
    })

    it('by a worker that throws or exits', async () => {
      const { stdout } = await cells.run(`import { Worker } from "node:worker_threads"
const failed = new Worker('throw new Error("in a worker")', { eval: true })
console.log(await new Promise(r => failed.on("error", e => r(String(e)))))
const gone = new Worker('process.exit(3)', { eval: true })
console.log(await new Promise(r => gone.on("exit", r)))`)
      assert.equal(stdout, 'Error: in a worker\n3\n')
    })

    it('by a process.exitCode', async () => {
      assert.equal((await cells.run('process.exitCode = 9')).status, 'ok')
    })
  })

  it('of changing into a folder and deleting it leaves cells running', async () => {
    const outcome = await cells.run(
      'const { mkdirSync, rmdirSync } = require("node:fs")\nmkdirSync("gone")\nprocess.chdir("gone")\nrmdirSync("../gone")',
    )
    assert.equal(outcome.status, 'ok')
    assert.deepEqual((await cells.run('1 + 1')).results, [{ 'text/plain': '2' }])
    await cells.run('process.chdir(__dirname)')
  })

  it('of an interval that is never cleared does not hold up the shutdown', async () => {
    const other = startCells()
    await other.run('setInterval(() => {}, 10)\nprocess.stdin.resume()\nrequire("node:net").createServer().listen(0)')
    const started = Date.now()
    await other.close()
    assert.ok(Date.now() - started < 5000)
  })
})
