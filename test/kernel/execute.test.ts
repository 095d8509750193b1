// Cells, run by the headless kernel: values, names, output, errors, types, interrupts.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, type Json, plainTraceback } from './clients/request.js'
import { type StdioClient, startStdioKernel } from './clients/stdio.js'

describe('a cell', function () {
  this.timeout(60_000)
  let folder: string
  let kernel: StdioClient

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-cells-'))
    writeFileSync(
      join(folder, 'neighbour.ts'),
      'export interface Bird { name: string }\nexport const nine: number = 9\n\nexport function boom(bird: Bird): never {\n  throw new Error(bird.name)\n}\n',
    )
    writeFileSync(join(folder, 'table.json'), '{"rows": [1, 2, 3]}')
    kernel = startStdioKernel(folder)
  })

  after(async () => {
    await kernel.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const run = (code: string, options = {}) => execute(kernel, code, options)
  const dataOf = (output: Json | undefined): Json => output?.data as Json

  describe('shows', () => {
    it('its last expression as execute_result', async () => {
      const outcome = await run('const a = 20\na + 1')
      assert.deepEqual(outcome.results, [{ 'text/plain': '21' }])
      assert.deepEqual(outcome.types, ['status', 'execute_input', 'execute_result', 'status'])
    })

    it('nothing for undefined', async () => assert.deepEqual((await run('undefined')).results, []))

    it('what a promise becomes', async () =>
      assert.deepEqual((await run('new Promise<number>(r => setTimeout(() => r(5), 5))')).results, [
        { 'text/plain': '5' },
      ]))

    it('a value with Symbol.for("Jupyter.display") as the bundle that it gives', async () => {
      const outcome = await run(
        'const rich = { [Symbol.for("Jupyter.display")]: async () => ({ "text/html": "<b>x</b>" }) }\nrich',
      )
      assert.deepEqual(outcome.results, [{ 'text/html': '<b>x</b>' }])
    })

    it('console output whole, by stream, before idle', async () => {
      const outcome = await run(
        'console.log("a", { b: 1 })\nconsole.error("e")\nconsole.group("g")\nconsole.log("in")\nconsole.groupEnd()\nconsole.table([{ x: 1 }])\nconsole.assert(1 > 2, "no")',
      )
      assert.match(outcome.stdout, /^a \{ b: 1 \}\ng\n {2}in\n┌/)
      assert.equal(outcome.stderr, 'e\nAssertion failed: no\n')
    })

    it('console.trace as its message and the place of the cell', async () => {
      const outcome = await run('console.trace("here", 5)')
      assert.equal(outcome.stderr, `Trace: here 5\n    at Cell [${outcome.count}]:1:9\n`)
    })

    it('each display helper with its media type and a text beside it', async () => {
      const outcome = await run(`display.html('<i>x</i>')
display.markdown('# x')
display.latex('$x$')
display.svg('<svg xmlns="http://www.w3.org/2000/svg"/>')
display.png(new Uint8Array([137, 80]))
display.json({ a: 1 })
display.vegaLite({ mark: 'bar', title: 'T' })
display.plotly([{ y: new Float32Array([1, 2]) }])
display(new Map([[1, 2]]))`)
      assert.deepEqual(
        outcome.displays.map(({ data }) => Object.keys(data as object)),
        [
          ['text/html', 'text/plain'],
          ['text/markdown', 'text/plain'],
          ['text/latex', 'text/plain'],
          ['image/svg+xml', 'text/plain'],
          ['image/png', 'text/plain'],
          ['application/json', 'text/plain'],
          ['application/vnd.vegalite.v5+json', 'text/plain'],
          ['application/vnd.plotly.v1+json', 'text/plain'],
          ['text/plain'],
        ],
      )
      assert.deepEqual(dataOf(outcome.displays[7])['application/vnd.plotly.v1+json'], {
        data: [{ y: [1, 2] }],
        layout: {},
      })
      assert.equal(dataOf(outcome.displays[4])['image/png'], 'iVA=')
    })

    it('an update of a display under the same id', async () => {
      const outcome = await run('const shown = display.html("one")\nshown.update("two")')
      assert.equal(outcome.displays.length, 1)
      assert.equal(outcome.updates.length, 1)
      assert.deepEqual(outcome.updates[0]?.transient, outcome.displays[0]?.transient)
      assert.equal(dataOf(outcome.updates[0])['text/html'], 'two')
    })

    it('late output under its own cell', async () => {
      const late = kernel.collector.next(
        m => m.header.msg_type === 'stream' && String(m.content.text).includes('late!'),
      )
      const first = await kernel.request('shell', 'execute_request', {
        code: 'setTimeout(() => console.log("late!"), 60)',
      })
      await run('1')
      assert.equal((await late).parent_header.msg_id, first.reply.parent_header.msg_id)
    })

    it('output of a loop that never yields while it runs', async () => {
      const seen = kernel.collector.next(
        m => m.header.msg_type === 'stream' && String(m.content.text).includes('early'),
      )
      const cell = run(
        'console.log("early")\nconst until = Date.now() + 1500\nwhile (Date.now() < until);\nconsole.log("end")',
      )
      const first = await Promise.race([seen.then(() => 'output'), cell.then(() => 'end')])
      assert.equal(first, 'output')
      await cell
    })
  })

  describe('keeps names', () => {
    it('of earlier cells, live in closures', async () => {
      await run('let step = 0\nfunction train() { step++; return step }')
      await run('step = 100')
      assert.deepEqual((await run('train()')).results, [{ 'text/plain': '101' }])
      assert.deepEqual((await run('step')).results, [{ 'text/plain': '101' }])
    })

    it('so that a redefinition reaches old callers', async () => {
      await run('function helper() { return "old" }\nfunction caller() { return helper() }')
      await run('function helper() { return "new" }')
      assert.deepEqual((await run('caller()')).results, [{ 'text/plain': "'new'" }])
    })

    it('that an assignment gave before the cell threw, and older values of names not reached', async () => {
      await run('let p = 1, q = 1')
      const failed = await run('let p = 2\nthrow new Error("stop")\nlet q = 2')
      assert.equal(failed.status, 'error')
      assert.deepEqual((await run('[p, q]')).results, [{ 'text/plain': '[ 2, 1 ]' }])
    })

    it('through the declaration of a constant again', async () => {
      await run('const again = 1')
      await run('const again = "two"')
      assert.deepEqual((await run('again.toUpperCase()')).results, [{ 'text/plain': "'TWO'" }])
    })

    it('of enums, classes with decorators, and using values', async () => {
      const outcome = await run(`enum Colour { Red, Green = 5 }
function logged<T extends new (...args: never[]) => object>(target: T, _context: ClassDecoratorContext) { return target }
@logged
class Point { accessor x = 1; constructor(public y: number) {} }
{ using file = { [Symbol.dispose]() { console.log('closed') } } }
;[Colour.Green, Colour[0], new Point(3).y, new Point(3).x]`)
      assert.equal(outcome.stdout, 'closed\n')
      assert.deepEqual(outcome.results, [{ 'text/plain': "[ 5, 'Red', 3, 1 ]" }])
    })
  })

  describe('imports', () => {
    it('TypeScript and JSON beside the notebook, with types', async () => {
      const outcome = await run(
        'import { nine, Bird } from "./neighbour"\nimport table from "./table.json"\nconst bird: Bird = { name: "Bo" }\nnine + table.rows.length + bird.name.length',
      )
      assert.deepEqual(outcome.results, [{ 'text/plain': '14' }])
    })

    it('packages that are ESM only, and Node modules', async () => {
      const outcome = await run(
        'import MagicString from "magic-string"\nimport { join } from "node:path"\nconst text = new MagicString("abc")\ntext.append(join("a", "b")).toString()',
      )
      assert.deepEqual(outcome.results, [{ 'text/plain': "'abca/b'" }])
    })

    it('the project of a fallback root from any folder', async () => {
      const outcome = await run('import { data } from "gradlab"\ndata.penguins().length')
      assert.deepEqual(outcome.results, [{ 'text/plain': '344' }])
    })

    it('by require, and knows its folder', async () => {
      const outcome = await run(
        'require("node:path").basename(__dirname) === require("./table.json").rows.length + "" || __dirname',
      )
      assert.equal(outcome.results[0]?.['text/plain'], `'${folder}'`)
    })

    it('nothing that is missing, and says how to install it', async () => {
      const outcome = await run('import { x } from "not-installed-at-all"')
      assert.equal(outcome.error?.ename, 'TypeCheckError')
      assert.match(plainTraceback(outcome), /!npm install not-installed-at-all/)
    })
  })

  describe('that fails', () => {
    it('says where, in the cell and in the cells it called', async () => {
      const first = await run(
        'interface Bill { length: number }\n\nfunction billOf(bird: { bill?: Bill }): number {\n  return bird.bill!.length\n}',
      )
      const outcome = await run('const birds: { bill?: Bill }[] = [{}]\n\nfor (const bird of birds) billOf(bird)')
      assert.equal(outcome.status, 'error')
      assert.equal(outcome.error?.ename, 'TypeError')
      const text = plainTraceback(outcome)
      assert.match(text, new RegExp(`at billOf Cell \\[${first.count}\\]:4:21`))
      assert.match(text, /> 4 \| {3}return bird\.bill!\.length/)
      assert.match(text, new RegExp(`Cell \\[${outcome.count}\\]:3:27`))
      assert.deepEqual([outcome.reply.ename, outcome.reply.evalue], [outcome.error?.ename, outcome.error?.evalue])
    })

    it('in a neighbour says the line of its source', async () => {
      const outcome = await run('import { boom } from "./neighbour"\nboom({ name: "Bo" })')
      assert.match(plainTraceback(outcome), /boom .*neighbour\.ts:5:9/)
    })

    it('names what it calls as the cell does', async () => {
      const outcome = await run('// @ts-nocheck\nconst notFunction = 5\nnotFunction()')
      assert.equal(outcome.error?.evalue, 'notFunction is not a function')
    })

    it('shows causes and own properties', async () => {
      const outcome = await run(
        'throw Object.assign(new RangeError("outer", { cause: new Error("inner") }), { limit: 3 })',
      )
      assert.match(plainTraceback(outcome), /RangeError: outer \{ limit: 3 \}[\s\S]*Caused by: Error: inner/)
    })

    it('by throwing something else shows it', async () => {
      const outcome = await run('throw { code: 7 }')
      assert.deepEqual([outcome.error?.ename, outcome.error?.evalue], ['Uncaught', '{ code: 7 }'])
    })

    it('to parse points at the place', async () => {
      const outcome = await run('const ok = 1\nconst = 5')
      assert.equal(outcome.error?.ename, 'SyntaxError')
      assert.match(plainTraceback(outcome), /Cell \[\d+\]:2:7[\s\S]*> 2 \| const = 5/)
    })

    it('its types does not run, unless it says so', async () => {
      const wrong = 'const rate: number = "0.1"\nconsole.log("ran")'
      const refused = await run(wrong)
      assert.equal(refused.stdout, '')
      assert.equal(refused.error?.evalue, "TS2322: Type 'string' is not assignable to type 'number'.")
      assert.match(plainTraceback(refused), /Cell \[\d+\]:1:7 - error TS2322[\s\S]*\^\^\^\^/)
      assert.equal((await run(`// @ts-nocheck\n${wrong}`)).stdout, 'ran\n')
      const warned = await execute(kernel, wrong, {}, { gradlab: { typecheck: 'warn' } })
      assert.equal(warned.stdout, 'ran\n')
      assert.match(warned.stderr, /TS2322/)
    })

    it('to give a function types runs with a warning', async () => {
      const outcome = await run('function twice(x) { return 2 * x }\ntwice(4)')
      assert.deepEqual(outcome.results, [{ 'text/plain': '8' }])
      assert.match(outcome.stderr, /warning.* TS7006/)
    })

    it('aborts the cells that wait behind it, and only those', async () => {
      const failing = run('await new Promise(r => setTimeout(r, 50))\nthrow new Error("x")', { stop_on_error: true })
      const behind = run('1 + 1', { stop_on_error: true })
      assert.equal((await failing).status, 'error')
      assert.equal((await behind).status, 'aborted')
      assert.equal((await run('1 + 1')).status, 'ok')
    })

    it('aborts nothing where stop_on_error is false', async () => {
      const failing = run('await new Promise(r => setTimeout(r, 50))\nthrow new Error("x")')
      const behind = run('1 + 1')
      await failing
      assert.equal((await behind).status, 'ok')
    })
  })

  describe('is interrupted', () => {
    const cases: Record<string, string> = {
      'in a loop without await': 'for (;;);',
      'in a loop of settled awaits': 'while (true) await null',
      'in a promise that never settles': 'await new Promise(() => {})',
      'in a loop of sleeps that catches everything':
        'for (;;) { try { await new Promise(r => setTimeout(r, 5)) } catch {} }',
      'in a catastrophic regular expression': 'void /^(a+)+$/.test("a".repeat(40) + "b")',
      'in a shell command': '!sleep 100',
    }
    for (const [name, code] of Object.entries(cases)) {
      it(name, async () => {
        await run('let kept = 1')
        const cell = run(`kept = 2\nconsole.log("go")\n${code}`)
        await kernel.collector.next(m => m.header.msg_type === 'stream' && String(m.content.text).includes('go'))
        await kernel.request('control', 'interrupt_request', {})
        const outcome = await cell
        assert.equal(outcome.error?.ename, 'Interrupted')
        assert.deepEqual((await run('kept')).results, [{ 'text/plain': '2' }])
      })
    }
  })

  describe('that ends its own process', () => {
    it('is told so, and the next cell runs in a new one', async () => {
      const outcome = await run('console.log("before")\nprocess.exit(3)')
      assert.equal(outcome.stdout, 'before\n')
      assert.equal(outcome.error?.ename, 'RuntimeDied')
      assert.match(outcome.error?.evalue ?? '', /code 3/)
      assert.deepEqual((await run('6 * 7')).results, [{ 'text/plain': '42' }])
    })
  })

  describe('with a command line', () => {
    it('streams what the command prints, in the notebook folder', async () => {
      const outcome = await run('!pwd\n!echo oops >&2; exit 3\n1')
      assert.equal(outcome.stdout.trim(), folder)
      assert.equal(outcome.stderr, 'oops\n[exit code 3]\n')
      assert.deepEqual(outcome.results, [{ 'text/plain': '1' }])
    })
  })

  describe('in the host door', () => {
    const host = 'const host = (globalThis as any)[Symbol.for("gradlab.host")]'

    it('displays and updates bundles', async () => {
      const outcome = await run(
        `${host}\nhost.display({ "text/plain": "1" }, { id: "d" })\nhost.display({ "text/plain": "2" }, { id: "d", update: true })`,
      )
      assert.deepEqual(outcome.displays[0], {
        data: { 'text/plain': '1' },
        metadata: {},
        transient: { display_id: 'd' },
      })
      assert.deepEqual(outcome.updates[0], {
        data: { 'text/plain': '2' },
        metadata: {},
        transient: { display_id: 'd' },
      })
    })

    it('calls back at the end of a cell, also after a throw and an interrupt', async () => {
      const code = `${host}\nhost.onCellEnd(() => console.log("ended"))`
      assert.equal((await run(code)).stdout, 'ended\n')
      assert.equal((await run(`${code}\nthrow new Error("x")`)).stdout, 'ended\n')
      const cell = run(`${code}\nconsole.log("go")\nfor (;;);`)
      await kernel.collector.next(m => m.header.msg_type === 'stream' && String(m.content.text).includes('go'))
      await kernel.request('control', 'interrupt_request', {})
      assert.equal((await cell).stdout, 'go\nended\n')
    })

    it('calls back at the end of every cell when asked, until that is taken back', async () => {
      const code = `${host}\nconst stop = host.onCellEnd(() => console.log("ended"), { every: true })`
      assert.equal((await run(code)).stdout, 'ended\n')
      assert.equal((await run('1')).stdout, 'ended\n')
      assert.equal((await run('throw new Error("x")')).stdout, 'ended\n')
      assert.equal((await run('stop()')).stdout, '')
      assert.equal((await run('1')).stdout, '')
    })

    it('finishes atomic work before an interrupt', async () => {
      const cell = run(`${host}
let half = 0, whole = 0
console.log("go")
for (;;) host.atomic(() => { half++; const until = Date.now() + 20; while (Date.now() < until); whole++ })`)
      await kernel.collector.next(m => m.header.msg_type === 'stream' && String(m.content.text).includes('go'))
      await kernel.request('control', 'interrupt_request', {})
      await cell
      const { results } = await run('[half - whole, half > 0]')
      assert.deepEqual(results, [{ 'text/plain': '[ 0, true ]' }])
    })

    it('names the cell, has a signal that an interrupt aborts, and polls in a loop that never yields', async () => {
      const named = await execute(kernel, `${host}\nhost.cell`, {}, { cellId: 'abc' })
      assert.deepEqual(named.results, [{ 'text/plain': `{ id: 'abc', number: ${named.count} }` }])
      const cell = run(`${host}
let polled = 0
let aborted = false
host.signal.addEventListener('abort', () => { aborted = true })
console.log("go")
for (;;) { host.poll(); polled++ }`)
      await kernel.collector.next(m => m.header.msg_type === 'stream' && String(m.content.text).includes('go'))
      await kernel.request('control', 'interrupt_request', {})
      assert.equal((await cell).error?.ename, 'Interrupted')
      assert.deepEqual((await run('[polled > 0, aborted]')).results, [{ 'text/plain': '[ true, true ]' }])
    })
  })
})
