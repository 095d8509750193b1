// What values look like: results, displays and console, of any size and of any malice.
import assert from 'node:assert/strict'
import { type Cells, startCells } from '../clients/cells.js'
import type { Json } from '../clients/request.js'

describe('a value', function () {
  this.timeout(60_000)
  let cells: Cells

  before(() => {
    cells = startCells()
  })

  after(() => cells.close())

  const METHOD = '[Symbol.for("Jupyter.display")]'
  const textOf = async (code: string): Promise<string> => {
    const { results, error } = await cells.run(`// @ts-nocheck\n${code}`)
    return String(results[0]?.['text/plain'] ?? error?.evalue)
  }

  describe('that is hostile is shown as what can be said of it', () => {
    const cases: Record<string, { code: string; shown: RegExp }> = {
      'a cycle': { code: 'const c = { a: 1 }; c.c = c; c', shown: /<ref \*1> \{ a: 1, c: \[Circular \*1\] \}/ },
      'a getter that throws': {
        code: '({ get x() { throw new Error("no") }, y: 1 })',
        shown: /\{ x: \[Getter\], y: 1 \}/,
      },
      'a proxy whose traps throw': {
        code: 'new Proxy({ a: 1 }, { get() { throw 1 }, ownKeys() { throw 2 }, getPrototypeOf() { throw 3 }, has() { throw 4 } })',
        shown: /\{ a: 1 \}/,
      },
      'an inspect method that throws': {
        code: '({ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("mine") } })',
        shown: /cannot be shown: mine/,
      },
      'an inspect method that throws a hostile value': {
        code: '({ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Proxy({}, { getPrototypeOf() { throw 1 } }) } })',
        shown: /cannot be shown: it throws/,
      },
      'a display method that throws': {
        code: `({ ${METHOD}() { throw new Error("no") } })`,
        shown: /Jupyter\.display/,
      },
      'a display getter that throws': { code: `({ get ${METHOD}() { throw new Error("no") } })`, shown: /Getter/ },
      'a display method that rejects': {
        code: `({ ${METHOD}: () => Promise.reject(null) })`,
        shown: /Jupyter\.display/,
      },
      'an object without prototype': { code: 'Object.create(null)', shown: /\[Object: null prototype\] \{\}/ },
      'an Error': { code: 'new Error("a value")', shown: /^Error: a value\n {4}at Cell/ },
      'a class': { code: 'class A { #p = 1; q = 2 }; [A, new A()]', shown: /\[ \[class A\], A \{ q: 2 \} \]/ },
      'a function, a symbol, a bigint and a date': {
        code: '[() => 1, Symbol("s"), 10n, new Date(0)]',
        shown: /\[ \[Function \(anonymous\)\], Symbol\(s\), 10n, 1970-01-01T00:00:00\.000Z \]/,
      },
    }
    for (const [name, { code, shown }] of Object.entries(cases)) {
      it(name, async () => assert.match(await textOf(code), shown))
    }

    it('a display method that returns nonsense, with a word on what was expected', async () => {
      for (const nonsense of ['5', 'null', '[]', '"text"', '{ html: "x" }']) {
        const { stderr, results } = await cells.run(`// @ts-nocheck\n({ ${METHOD}: () => (${nonsense}) })`)
        assert.match(stderr, /expected an object \{ "media\/type": data \}/)
        assert.match(String(results[0]?.['text/plain']), /Jupyter\.display/)
      }
    })

    it('a bundle with what cannot be sent, with a word on it', async () => {
      for (const bundle of [
        '{ "application/json": 10n }',
        '{ "text/html": () => 1 }',
        '{ "text/plain": Symbol("s") }',
      ]) {
        const { stderr, status } = await cells.run(`// @ts-nocheck\n({ ${METHOD}: () => (${bundle}) })`)
        assert.equal(status, 'ok')
        assert.match(stderr, /Symbol\.for\("Jupyter\.display"\) threw:[\s\S]*expected/)
      }
      const host = 'globalThis[Symbol.for("gradlab.host")]'
      const { error } = await cells.run(`// @ts-nocheck\n${host}.display({ "application/json": { n: 10n } })`)
      assert.match(error?.evalue ?? '', /expected data that JSON can hold/)
    })

    it('console.log of them does not end the cell', async () => {
      const { stdout, status } = await cells.run(`// @ts-nocheck
console.log(new Proxy({ a: 1 }, { get() { throw 1 } }))
try { console.log("%s", { toString() { throw new Error("no") } }) } catch (error) { console.log("threw", error.message) }
console.log("end")`)
      assert.equal(status, 'ok')
      assert.match(stdout, /end\n$/)
    })
  })

  it('whose display method never settles is told of, and the cell can be interrupted', async () => {
    const cell = cells.run(`// @ts-nocheck\nlet kept = 5\n;({ ${METHOD}: () => new Promise(() => {}) })`)
    await cells.seen('The cell waits for Symbol.for("Jupyter.display")')
    await cells.kernel.request('control', 'interrupt_request', {})
    assert.equal((await cell).error?.ename, 'Interrupted')
    const displayed = cells.run(
      `// @ts-nocheck\ndisplay({ ${METHOD}: () => new Promise(() => {}) })\nconsole.log("on")`,
    )
    await cells.seen('on')
    await cells.kernel.request('control', 'interrupt_request', {})
    assert.equal((await displayed).error?.ename, 'Interrupted')
    assert.equal(await textOf('kept'), '5')
  })

  it('that is huge is shown in part', async () => {
    const cases = [
      '"x".repeat(5e7)',
      'new Float32Array(2e7)',
      'Array.from({ length: 1e6 }, (_, i) => ({ i, a: [i], s: "x".repeat(50) }))',
      'new Map(Array.from({ length: 3e5 }, (_, i) => [i, { i }]))',
      'Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ["k" + i, i]))',
      'const row = () => Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => [1, 2, 3, 4])); Array.from({ length: 100 }, row)',
      'Array.from({ length: 100 }, () => "y".repeat(9e3))',
    ]
    for (const code of cases) {
      const text = await textOf(code)
      assert.ok(text.length > 50 && text.length < 150_000, `${code}: ${text.length}`)
    }
  })

  it('of console.log is printed whole: a line of a megabyte, and one of fifty', async () => {
    assert.equal((await cells.run('console.log("x".repeat(1e6))')).stdout.length, 1e6 + 1)
    assert.equal((await cells.run('process.stdout.write("y".repeat(5e7))')).stdout.length, 5e7)
  })

  it('that is a picture of 50 MB arrives whole', async () => {
    const { displays } = await cells.run('display.png(new Uint8Array(5e7))')
    const { data } = displays[0] as { data: Record<string, string> }
    assert.equal(data['image/png']?.length, Math.ceil(5e7 / 3) * 4)
  })

  it('of ten thousand displays in one cell arrives, in order', async () => {
    const { displays } = await cells.run('for (let i = 0; i < 1e4; i++) display(i)')
    assert.deepEqual(
      displays.map(({ data }) => (data as Json)['text/plain']),
      Array.from({ length: 1e4 }, (_, i) => String(i)),
    )
  })
})
