// Where errors are: V8's place in the program, traced through the maps, is the place in the cell.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are given as text
import assert from 'node:assert/strict'
import { TestKernel } from './harness.js'

/** A cell with `«` before each place that its error's stack must name, innermost first where there are several. */
type Row = readonly [title: string, cell: string]

const EXACT: readonly Row[] = [
  ['the first character', '«throw0()'],
  ['a call of what is no function', 'const f: any = 5\n  «f(1)'],
  ['a member call of undefined', 'const o: { x?: any } = {}\nlet y = 1 + o.x.«foo.bar()'],
  ['new Error', 'interface A { x: number }\ntype B = A | null\n\nthrow «new Error("no")'],
  ['new Error on line 1 after other things', 'let a: number = 1; const b: string[] = []; throw «new Error("no")'],
  [
    'in a nested expression',
    'let acc: number = 2; acc += [1, 2].map((x: number): number => { throw «new Error("x") })',
  ],
  ['a name that is not there', 'let z = 1\nlet y: number = z + «nowhere'],
  ['reading a name in a template', 'const s = `\n  ${1 as number} ${«nowhere}`'],
  ['a shorthand', 'const o = { «nowhere }'],
  ['after an emoji and umlauts', 'const s: string = "😀é"; s; throw «new Error(s)'],
  ['after tabs', '\t\tthrow «new TypeError("t")'],
  [
    'a class member after types',
    'class A<T> {\n  private x?: T\n  constructor(public y: number) {}\n  m(): void {\n    throw «new Error("m")\n  }\n}\nnew A(1).«m()',
  ],
  ['a function called from below', 'function f(x: number): never {\n  throw «new Error("f")\n}\n\nconst y = 1\n«f(y)'],
  [
    'an arrow function called in an argument',
    'const f = (x: number): number => «g(x)\nconst g = (x: number): number => { throw «new Error("g") }\n[1].map(x => «f(x))',
  ],
  ['after an await', 'const x = await Promise.resolve(1)\nthrow «new Error(String(x))'],
  ['after a command and an import', '!ls\nimport { a } from "m"\nthrow «new Error(String(a))'],
  ['in front of a moved import', 'const q = 1\nthrow «new Error("first")\nimport { a } from "m"'],
  ['in an enum', 'enum E { A = 1, B = «nowhere }'],
  ['an export', 'export const x: number = «nowhere'],
  ['an object literal', '{\n  a: 1,\n  b: «nowhere\n}'],
  ['the result', 'let x: any = null\nx.«y.z'],
  ['CRLF lines', 'let a: number\r\n\r\nthrow «new Error("crlf")'],
  [
    'a line separator in a string and a template',
    'const a: string = "x\u2028y", b = `\u2029`\nthrow «new Error(a + b)',
  ],
  ['a tagged template', 'let tag: any\n«tag`x`'],
  ['a loop head', 'let xs: any = 5\nfor (const x of «xs) { }'],
  ['a destructuring declaration', 'let o: any = null\nconst { «a } = o'],
]

const LOWERED: readonly Row[] = [
  [
    'a method of a decorated class',
    'type T = string\nconst dec = (v: any, c: any): any => {}\n@dec\nclass A {\n  @dec m(x: T): void { throw «new Error(x) }\n}\nnew A().«m("no")',
  ],
  [
    'after a decorated class on one line',
    'const d = (v: any, c: any): any => {}; @d class A { } throw «new Error("no")',
  ],
  ['an accessor', 'class A {\n  accessor x: number = «nowhere\n}\nnew A()'],
  [
    'in a block with using',
    'type T = number\n{\n  using r = { [Symbol.dispose](): void {} }\n  const x: T = 1\n  throw «new Error("x")\n}',
  ],
  ['in a namespace', 'namespace N {\n  export const f = (x: number): never => { throw «new Error("n") }\n}\nN.«f(1)'],
]

describe('the places of errors', () => {
  for (const [title, marked] of [...EXACT, ...LOWERED]) {
    it(title, async () => {
      const kernel = new TestKernel({ m: { a: 1 } })
      const { cell, places } = unmark(marked)
      const { error } = await kernel.run(cell)
      assert.ok(error instanceof Error, 'the cell must throw')
      const found = kernel.places(error).map(({ line, column }) => `${line}:${column}`)
      // Frames of the same error that are not marked (the cell itself) may follow.
      assert.deepEqual(found.slice(0, places.length).toSorted(), places.toSorted(), `${error.stack}`)
    })
  }

  it('names the older cell that a frame is in', async () => {
    const kernel = new TestKernel()
    await kernel.run('// comment\nconst f = (): never => {\n  throw new Error("old")\n}')
    const { error } = await kernel.run('const x: number = 1\n\n  f()')
    assert.deepEqual(kernel.places(error), [
      { line: 3, column: 9 },
      { line: 3, column: 3 },
    ])
  })

  it('knows the line of a failing import, wherever it stands', async () => {
    const kernel = new TestKernel()
    const { error } = await kernel.run('let a: number = 1\na\n  import { x } from "nowhere"')
    assert.deepEqual(kernel.places(error).at(-1), { line: 3, column: 3 })
  })

  it('knows the place of an await that rejects', async () => {
    const kernel = new TestKernel()
    const cell =
      'const fail = async (): Promise<void> => {\n  await null\n  throw new Error("late")\n}\nlet x: number\n  await fail()'
    const { error } = await kernel.run(cell)
    assert.deepEqual(kernel.places(error), [
      { line: 3, column: 9 },
      { line: 6, column: 3 },
    ])
  })
})

function unmark(marked: string): { cell: string; places: string[] } {
  const places: string[] = []
  let line = 1
  let column = 1
  for (const unit of marked.split('')) {
    if (unit === '«') places.push(`${line}:${column}`)
    else if (unit === '\n') {
      line += 1
      column = 1
    } else column += 1
  }
  return { cell: marked.replaceAll('«', ''), places }
}
