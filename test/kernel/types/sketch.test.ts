// What is said of cells while they are written: as a run would say it, with names of cells that have not run.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Notebook } from './notebook.js'

describe('types: cells that are being written', function () {
  this.timeout(60_000)
  let notebook: Notebook
  before(() => {
    notebook = new Notebook()
  })
  after(() => notebook.dispose())
  beforeEach(() => {
    notebook.types.reset()
    notebook.types.forgetSketches()
  })

  /** The findings of all cells of a notebook, or of some by their index, in short. */
  async function sketch(cells: readonly string[], wanted = cells.map((_, i) => i)): Promise<string[][]> {
    const found: string[][] = []
    await notebook.types.sketch(
      cells.map((code, i) => ({ id: `id-${i}`, code })),
      wanted.map(i => `id-${i}`),
      (_id, diagnostics) =>
        found.push(
          diagnostics.map(
            ({ severity, code, line, column, message }) => `${severity} ${code} ${line}:${column} ${message}`,
          ),
        ),
      new AbortController().signal,
    )
    return found
  }

  const TEXT_TO_NUMBER = "Type 'string' is not assignable to type 'number'."

  it('take names from unrun cells above, the nearest first', async () => {
    assert.deepEqual(await sketch(['const a = 1', 'const a = "x"', 'const n: number = a', 'a.toUpperCase()']), [
      [],
      [],
      [`error 2322 1:7 ${TEXT_TO_NUMBER}`],
      [],
    ])
  })

  it('take names from cells that have run as they ran, whatever is written there now', async () => {
    await notebook.run('const a = 1; let lr = 0.1')
    assert.deepEqual(await sketch(['const a = "x"', 'a.toFixed(); lr = "x"', 'let b: string = a']), [
      [],
      [`error 2322 1:14 ${TEXT_TO_NUMBER}`],
      ["error 2322 1:5 Type 'number' is not assignable to type 'string'."],
    ])
    await notebook.run('const a = "x"')
    assert.deepEqual(await sketch(['const a = "x"', 'a.toUpperCase()'], [1]), [[]])
  })

  it('prefer their own names', async () => {
    await notebook.run('const size = 1')
    assert.deepEqual(await sketch(['const size = 2', 'let size = "own"; size.toUpperCase()']), [[], []])
  })

  it('may name in functions what stands below, and nowhere else', async () => {
    assert.deepEqual(
      await sketch(['function f() { return g(1) }', 'g(2); f()', 'function g(x: number) { return x }']),
      [[], ["error 2304 1:1 Cannot find name 'g': the cell that defines it stands below."], []],
    )
    assert.deepEqual(await sketch(['const f = () => h(1)']), [
      ["warning 2304 1:17 'h' is not defined yet: the function will fail unless a later cell defines it."],
    ])
  })

  it('know classes, enums, interfaces, namespaces and imports of unrun cells, over several cells', async () => {
    notebook.write('near.ts', 'export const near = 1')
    assert.deepEqual(
      await sketch([
        'import { near } from "./near.ts"; interface P { x: number }; enum E { a, b }; namespace N { export const k = 1 }',
        'class Net<T> { constructor(readonly value: T) {} }; const net = new Net<P>({ x: near })',
        'const sum: number = net.value.x + N.k + E.a; const wrong: string = net.value.x; net = 3',
      ]),
      [
        [],
        [],
        [
          "error 2322 1:52 Type 'number' is not assignable to type 'string'.",
          "error 2588 1:81 Cannot assign to 'net' because it is a constant.",
        ],
      ],
    )
  })

  it('are checked by the rules of a run', async () => {
    assert.deepEqual(
      await sketch([
        '// @ts-nocheck\nlet t: string = 1',
        'let e = []; e.push(1)',
        'e.push("x"); function f(x) { return x }',
        '!npm install some-package',
        'import p from "some-package"; import q from "other-package"',
        'const learningRate = 1',
        'learningrate',
        '{ a: 1 }',
      ]),
      [
        [],
        [],
        ["warning 7006 1:25 Parameter 'x' implicitly has an 'any' type."],
        [],
        [
          "warning 2307 1:15 'some-package' is not installed yet: its values are of type any.",
          "error 2307 1:45 Cannot find module 'other-package' or its corresponding type declarations. Run !npm install other-package in a cell.",
        ],
        [],
        ["error 2304 1:1 Cannot find name 'learningrate'. Did you mean 'learningRate'?"],
        [],
      ],
    )
  })

  it('that do not parse say so, and keep the names that they had', async () => {
    assert.deepEqual(await sketch(['const a = 1; function f() {}', 'a.toFixed()']), [[], []])
    assert.deepEqual(await sketch(['const a = 1; function f( {}', 'a.toFixed(); f()']), [
      ['error 0 1:28 Expected `)` but found the end of the cell'],
      [],
    ])
  })

  it('are told apart by their id, wherever they move', async () => {
    const cell = (id: string, code: string): { id: string; code: string } => ({ id, code })
    const found: [string, number][] = []
    for (const cells of [
      [cell('a', 'const x = 1'), cell('b', 'x.toFixed()')],
      [cell('b', 'x.toFixed()'), cell('a', 'const x = 1')],
      [cell('b', 'x.toFixed()')],
    ]) {
      await notebook.types.sketch(
        cells,
        ['b'],
        (id, diagnostics) => found.push([id, diagnostics.length]),
        new AbortController().signal,
      )
    }
    assert.deepEqual(found, [
      ['b', 0],
      ['b', 1],
      ['b', 1],
    ])
  })

  it('see files that appear, change and vanish', async () => {
    const cells = ['import { part } from "./part.ts"; const n: number = part']
    const codes = async (): Promise<string[]> => (await sketch(cells)).flat().map(finding => finding.slice(0, 10))
    assert.deepEqual(await codes(), ['error 2307'])
    notebook.write('part.ts', 'export const part = 1')
    assert.deepEqual(await codes(), [])
    notebook.write('part.ts', 'export const part = "one"')
    assert.deepEqual(await codes(), ['error 2322'])
    rmSync(join(notebook.folder, 'part.ts'))
    assert.deepEqual(await codes(), ['error 2307'])
  })

  it('are no part of what a run sees', async () => {
    await sketch([
      'declare global { interface Array<T> { last(): T | undefined } }\nconst hidden = 1',
      'declare global { var everywhere: number }',
      '[1].last(); everywhere',
    ])
    assert.deepEqual(
      (await notebook.run('hidden; [1].last(); everywhere')).map(({ code }) => code),
      [2304, 2339, 2304],
    )
  })

  it('are offered and explained like names that are defined', async () => {
    const cells = [
      '/** How fast. */\nconst speed = 3; class Car { wheels = 4 }',
      'const car = new Car()',
      'car.wh',
      'const far = 1',
    ]
    await sketch(cells)
    const offered = async (code: string): Promise<string[]> =>
      (await notebook.types.complete(code, code.length)).matches.map(({ text }) => text)
    assert.deepEqual(await offered('car.whee'), ['wheels'])
    assert.deepEqual(await offered('spee'), ['speed'])
    assert.equal((await notebook.types.inspect('car.wh; speed', 9))?.text, 'const speed: 3\n\nHow fast.')
    assert.deepEqual(await offered('const far = 1; spee'), ['speed'])
    assert.deepEqual(await offered('car.w; fa'), ['false'])
    notebook.types.forgetSketches()
    assert.deepEqual(await offered('spee'), [])
  })

  it('leave no documents behind', async () => {
    for (let i = 0; i < 5; i++) await sketch(Array.from({ length: 12 }, (_, k) => `const v${k} = ${i}`))
    assert.equal(notebook.types.openDocuments, 12)
    await sketch(['const v0 = 1', 'v0'])
    assert.equal(notebook.types.openDocuments, 2)
    notebook.types.forgetSketches()
    assert.equal(notebook.types.openDocuments, 0)
  })

  it('give way to a run, and are looked at again after it', async () => {
    const cells = Array.from({ length: 20 }, (_, i) => `const w${i}: string = ${i}; f${i - 1}; function f${i}() {}`)
    const sketched = sketch(cells)
    await sleep(20)
    for (let i = 0; i < 10; i++) {
      assert.deepEqual(await notebook.findings(`const r${i}: string = ${i}`), [
        `error 2322 1:7 Type 'number' is not assignable to type 'string'.`,
      ])
    }
    const found = await sketched
    assert.deepEqual(
      found.map(findings => findings.map(finding => finding.slice(0, 10))),
      cells.map((_, i) => (i === 0 ? ['error 2322', 'error 2304'] : ['error 2322'])),
    )
  })

  it('are looked at by a new server when the old one is killed', async () => {
    const cells = Array.from({ length: 10 }, (_, i) => `const w${i}: string = ${i}`)
    await notebook.run('1')
    for (const wait of [0, 10, 40, 90]) {
      const sketched = sketch(cells)
      await sleep(wait)
      process.kill((await notebook.types.pid())!, 'SIGKILL')
      assert.equal((await sketched).flat().length, 10)
      assert.deepEqual(await notebook.findings('const n: string = "n"'), [])
    }
  })

  it('are given up for a newer version', async () => {
    const controller = new AbortController()
    const found: string[] = []
    const old = notebook.types.sketch(
      Array.from({ length: 20 }, (_, i) => ({ id: `${i}`, code: `const u${i} = 1` })),
      Array.from({ length: 20 }, (_, i) => `${i}`),
      id => {
        found.push(id)
        if (found.length === 3) controller.abort()
      },
      controller.signal,
    )
    await old
    assert.deepEqual(found, ['0', '1', '2'])
  })
})
