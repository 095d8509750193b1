import assert from 'node:assert/strict'
import { Notebook } from './notebook.js'

describe('types: checking cells', function () {
  this.timeout(60_000)
  let notebook: Notebook
  before(() => {
    notebook = new Notebook()
  })
  after(() => notebook.dispose())
  beforeEach(() => notebook.types.reset())

  describe('names of earlier cells', () => {
    it('keep their types', async () => {
      assert.deepEqual(await notebook.findings('const xs = [1, 2]; function mean(v: number[]) { return v[0]! }'), [])
      assert.deepEqual(await notebook.findings('const s: string = mean(xs)'), [
        "error 2322 1:7 Type 'number' is not assignable to type 'string'.",
      ])
      assert.deepEqual(await notebook.findings('mean(xs).toFixed(2)'), [])
    })

    it('refuse a value of a wrong type and take one of the right type', async () => {
      await notebook.run('let lr = 0.1')
      assert.deepEqual(await notebook.findings('lr = "oops"'), [
        "error 2322 1:1 Type 'string' is not assignable to type 'number'.",
      ])
      assert.deepEqual(await notebook.findings('lr = 0.01; lr += 1; lr++; ({ a: lr } = { a: 3 })'), [])
      assert.deepEqual(await notebook.findings('function halve() { lr /= 2 }'), [])
    })

    it('stay constant, or a class, in the words of their declaration', async () => {
      await notebook.run('const k = 1; class A {}; enum E { x }; namespace N { export const y = 1 }')
      await notebook.run('import { join } from "node:path"')
      assert.deepEqual(await notebook.findings('k = 2; A = class {}; E = 3; N = 4; join = null'), [
        "error 2588 1:1 Cannot assign to 'k' because it is a constant.",
        "error 2629 1:8 Cannot assign to 'A' because it is a class.",
        "error 2628 1:22 Cannot assign to 'E' because it is an enum.",
        "error 2631 1:29 Cannot assign to 'N' because it is a namespace.",
        "error 2632 1:36 Cannot assign to 'join' because it is an import.",
      ])
    })

    it('may be functions, which JavaScript lets one replace', async () => {
      await notebook.run('function step(x: number) { return x }')
      assert.deepEqual(await notebook.findings('step = x => x + 1'), [])
      assert.equal((await notebook.findings('step = "no"')).length, 1)
    })

    it('take the type of their newest definition', async () => {
      await notebook.run('const data = [1]')
      await notebook.run('const data = "text"')
      assert.deepEqual(await notebook.findings('data.toUpperCase()'), [])
    })

    it('keep the older type when the newer cell did not run', async () => {
      await notebook.run('let size = 1')
      assert.equal((await notebook.run('let size: string = 2')).length, 1)
      assert.deepEqual(await notebook.findings('size.toFixed()'), [])
    })

    it('keep the older type when only the others took effect', async () => {
      await notebook.run('let one = 1; let two = 2')
      const { analyseCell } = await import('#kernel/cell/analyse.js')
      const { document } = await notebook.types.check(analyseCell('let one = "a"; throw 1; let two = "b"'))
      notebook.types.commit(document, ['one'])
      assert.deepEqual(await notebook.findings('one.toUpperCase(); two.toFixed()'), [])
    })

    it('may be redeclared by a cell that reads their older value through another name', async () => {
      await notebook.run('let w = 1')
      await notebook.run('const doubled = w * 2')
      await notebook.run('let w = String(doubled)')
      assert.deepEqual(await notebook.findings('w.length + doubled'), [])
    })

    it('may be types only', async () => {
      await notebook.run('interface Point { x: number }\ntype Pair<T> = [T, T]')
      assert.deepEqual(await notebook.findings('const p: Pair<Point> = [{ x: 1 }, { x: "2" }]'), [
        "error 2322 1:37 Type 'string' is not assignable to type 'number'.",
      ])
    })

    it('are class, enum and namespace as value and type', async () => {
      await notebook.run('class Net { w = 1 }\nenum Mode { train, test }\nnamespace Util { export type Id = string }')
      assert.deepEqual(
        await notebook.findings(
          'const n: Net = new Net(); const m: Mode = Mode.train; const id: Util.Id = "a"; n.w + m',
        ),
        [],
      )
    })

    it('are told apart where two cells declared the same', async () => {
      await notebook.run('class Cube { #side = 1 }')
      await notebook.run('const cube = new Cube()')
      await notebook.run('class Cube { #side = 2 }')
      const [finding] = await notebook.run('const other: Cube = cube')
      assert.match(finding!.message, /^Type 'Cube of Cell \[\d+\]' is not assignable to type 'Cube of Cell \[\d+\]'\./)
    })

    it('are suggested for a misspelt one', async () => {
      await notebook.run('const learningRate = 1')
      assert.deepEqual(await notebook.findings('learningrate'), [
        "error 2304 1:1 Cannot find name 'learningrate'. Did you mean 'learningRate'?",
      ])
    })

    it('may be put into the global object', async () => {
      assert.equal((await notebook.run('answer.toFixed()'))[0]?.code, 2304)
      notebook.types.addGlobals(['answer', 'not a name', 'Math'])
      assert.deepEqual(await notebook.findings('answer.toFixed()'), [])
      assert.equal((await notebook.run('Math.nope')).length, 1)
      notebook.types.reset()
      assert.equal((await notebook.run('answer.toFixed()'))[0]?.code, 2304)
    })

    it('may be exported by pasted code', async () => {
      assert.deepEqual(
        await notebook.findings('export const a = 1; export function f() {}; const b = 2; export { b }'),
        [],
      )
      assert.deepEqual(await notebook.findings('const n: number = a + b; f()'), [])
    })

    it('keep what a cell adds to global types', async () => {
      await notebook.run('declare global { interface Array<T> { last(): T | undefined } }')
      await notebook.run('const other = 1')
      assert.deepEqual(await notebook.findings('[1].last()'), [])
    })
  })

  describe('within a cell', () => {
    it('interfaces merge', async () => {
      await notebook.run('interface Box { a: number }\ninterface Box { b: string }')
      assert.deepEqual(await notebook.findings('const box: Box = { a: 1, b: "x" }'), [])
    })

    it('takes top-level await, JSON, and dynamic imports', async () => {
      notebook.write('data.json', { rows: [1, 2] })
      assert.deepEqual(
        await notebook.findings(
          'import data from "./data.json"\nconst n: number = data.rows.length\nconst fs = await import("node:fs")\nfs.existsSync("x")',
        ),
        [],
      )
    })

    it('knows the helpers of the kernel', async () => {
      assert.deepEqual(
        await notebook.findings(
          'display.html("<b>x</b>").update(2)\ndisplay({}, { id: "a" })\ndisplay.plotly([{ y: [1] }], {})\nclearOutput(true)\nrequire("node:fs"); __dirname; __filename; module; exports',
        ),
        [],
      )
      assert.deepEqual(await notebook.findings('display.html(3)'), [
        "error 2345 1:14 Argument of type 'number' is not assignable to parameter of type 'string'.",
      ])
    })

    it('says nothing of unused names', async () => {
      assert.deepEqual(
        await notebook.findings('function f(a: number, b: number) { let c = 1 }\nimport fs from "node:fs"'),
        [],
      )
    })

    it('is empty', async () => {
      assert.deepEqual(await notebook.findings(''), [])
      assert.deepEqual(await notebook.findings('// a comment'), [])
    })
  })

  describe('does not block', () => {
    it('an empty list, null or nothing that later cells fill', async () => {
      assert.deepEqual(await notebook.findings('const losses = []; let best = null; let model'), [])
      assert.deepEqual(await notebook.findings('losses.push(0.5); best = 3; model = { w: 1 }; model.w'), [])
    })

    it('an implicit any', async () => {
      const found = await notebook.run(
        'function f(x) { return x.y }\nconst table = {}\ntable["a"]\nfunction Old() { this.z = 1 }',
      )
      assert.deepEqual(
        found.map(({ code, severity, blocks }) => [code, severity, blocks]),
        [
          [7006, 'warning', false],
          [7053, 'warning', false],
          [2683, 'warning', false],
        ],
      )
    })

    it('a name that a later cell may define, in a function', async () => {
      const later = 'is not defined yet: the function will fail unless a later cell defines it.'
      assert.deepEqual(
        await notebook.findings(
          'function g() { helper(1) }\nclass C { v = helper(2); m() { helper(3) } }\nconst h = () => helper(4)',
        ),
        [
          `warning 2304 1:16 'helper' ${later}`,
          `warning 2304 2:15 'helper' ${later}`,
          `warning 2304 2:32 'helper' ${later}`,
          `warning 2304 3:17 'helper' ${later}`,
        ],
      )
    })

    it('a name that typeof asks for', async () => {
      assert.deepEqual(await notebook.findings('typeof window === "undefined"'), [])
    })

    it('anything after @ts-nocheck, and its names have types', async () => {
      assert.deepEqual(await notebook.findings('// @ts-nocheck\nconst u: string = 3'), [])
      assert.deepEqual(await notebook.findings('u.nope'), [
        "error 2339 1:3 Property 'nope' does not exist on type 'string'.",
      ])
    })

    it('an import of what a command of the same cell installs', async () => {
      const [finding] = await notebook.run('!npm install not-there\nimport x from "not-there"')
      assert.equal(finding?.message, "'not-there' is not installed yet: its values are of type any.")
      assert.equal(finding.blocks, false)
      assert.equal(finding.line, 2)
    })
  })

  describe('blocks', () => {
    it('an unknown name that is read while the cell runs', async () => {
      const found = await notebook.findings(
        'nope\nclass D { static s = nope2; static { nope3 } }\n;(() => nope4)()\nlet x: Nope5',
      )
      assert.deepEqual(found, [
        "error 2304 1:1 Cannot find name 'nope'.",
        "error 2304 2:22 Cannot find name 'nope2'.",
        "error 2304 2:38 Cannot find name 'nope3'.",
        "error 2304 3:9 Cannot find name 'nope4'.",
        "error 2304 4:8 Cannot find name 'Nope5'.",
      ])
    })

    it('a package that is not there, and says how to get it', async () => {
      assert.deepEqual(
        await notebook.findings('import a from "not-there/x"\nimport b from "@not/there"\nimport c from "./not-there"'),
        [
          "error 2307 1:15 Cannot find module 'not-there/x' or its corresponding type declarations. Run !npm install not-there in a cell.",
          "error 2307 2:15 Cannot find module '@not/there' or its corresponding type declarations. Run !npm install @not/there in a cell.",
          "error 2307 3:15 Cannot find module './not-there' or its corresponding type declarations. Paths start at the notebook's folder.",
        ],
      )
    })

    it('a package that is imported for its effects only, too', async () => {
      assert.deepEqual(await notebook.findings('import "not-there"'), [
        "error 2882 1:8 Cannot find module or type declarations for side-effect import of 'not-there'. Run !npm install not-there in a cell.",
      ])
    })

    it('what only a browser has', async () => {
      assert.deepEqual(await notebook.findings('document.title'), [
        "error 2584 1:1 Cannot find name 'document'. Cells run in Node, where there is no web page.",
      ])
    })

    it('a member that is not there, with what was meant', async () => {
      assert.deepEqual(await notebook.findings('[1].pusch(2)'), [
        "error 2551 1:5 Property 'pusch' does not exist on type 'number[]'. Did you mean 'push'?",
      ])
    })
  })

  describe('places', () => {
    it('do not move by what the checker reads more', async () => {
      const [finding] = await notebook.run('let a, b = [], c: string = 1')
      assert.deepEqual(finding && { ...finding, message: '' }, {
        severity: 'error',
        code: 2322,
        message: '',
        line: 1,
        column: 16,
        endLine: 1,
        endColumn: 17,
        blocks: true,
      })
    })

    it('count emoji as the two UTF-16 units that they are', async () => {
      const [finding] = await notebook.run('/* 😀 */ let e = "😀", f = [], g: number = "😀"')
      assert.equal(finding?.column, '/* 😀 */ let e = "😀", f = [], '.length + 1)
      assert.equal(finding.endColumn, finding.column + 1)
    })

    it('are right in cells with commands and with Windows line ends', async () => {
      assert.deepEqual(
        (await notebook.findings('!ls\r\nlet s = []\r\nlet t: string = s.length')).map(line => line.slice(0, 14)),
        ['error 2322 3:5'],
      )
    })
  })
})
