// What is read off the text of a cell before it is compiled.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are given as text
import assert from 'node:assert/strict'
import { analyseCell } from '#kernel/cell/analyse.js'
import { CellSyntaxError } from '#kernel/errors.js'

/** `kind name@mark`, with `?` for a name that is only a type. */
function declared(code: string): string[] {
  return analyseCell(code).declarations.map(
    ({ kind, name, mark, typeOnly }) => `${kind} ${name}@${mark}${typeOnly ? '?' : ''}`,
  )
}

const DECLARATIONS: readonly (readonly [title: string, code: string, expected: string])[] = [
  [
    'variables in order',
    'let a, b = 1; const { c, d: [e] } = x; var f',
    'let a@1, let b@2, const c@3, const e@3, var f@4',
  ],
  ['functions are hoisted', 'let a; function f() {} async function g() {}', 'let a@1, function f@0, function g@0'],
  [
    'imports come first',
    'let a; import b, { c as d } from "x"; import * as e from "y"; import "z"',
    'let a@3, import b@1, import d@1, import e@2',
  ],
  [
    'types of imports',
    'import type A from "x"; import { type B, C } from "y"; import { type D } from "z"',
    'import A@0?, import B@0?, import C@1, import D@0?',
  ],
  ['types', 'interface A {} type B = 1; interface A {}', 'interface A@0?, type B@0?'],
  [
    'a value wins over a type of its name',
    'interface A {} const A = 1; type B = 1; function B() {}',
    'const A@1, function B@0',
  ],
  [
    'classes and enums',
    'class A {} enum B {} const enum C {} abstract class D {}',
    'class A@1, enum B@2, enum C@3, class D@4',
  ],
  [
    'namespaces',
    'namespace A { export const x = 1 } namespace B { type T = 1 } namespace C.D { let y }',
    'namespace A@1, namespace B@0?, namespace C@2',
  ],
  [
    'merged ones once',
    'enum A { X } enum A { Y } function f() {} namespace f { export let x } class B {} namespace B { export let x }',
    'enum A@1, function f@0, class B@2',
  ],
  [
    'declared ones have no value',
    'declare const a: 1, b: 2; declare function f(): void; declare class C {} declare enum D {} declare namespace E { let x }',
    'const a@0?, const b@0?, function f@0?, class C@0?, enum D@0?, namespace E@0?',
  ],
  ['modules and globals declare nothing', 'declare module "x" { export let a: 1 } declare global { let b: 1 }', ''],
  [
    'var out of blocks, not let',
    '{ let a; var b } for (var c of x) { var { d } = y; const e = 1 } try { var f } catch (g) { var h }',
    'var b@1, var c@2, var d@2, var f@3, var h@3',
  ],
  [
    'exports',
    'export const a = 1; export function f() {} export class B {} export default class C {} export { a as z }; export interface I {}',
    'const a@1, function f@0, class B@2, class C@3, interface I@0?',
  ],
  ['default values have no name', 'export default function () {}', ''],
  ['using', 'using a = x; await using b = y', 'using a@1, using b@2'],
  [
    'import equals',
    'import a = require("a"); import b = A.b; import type c = require("c")',
    'import a@1, import b@2, import c@0?',
  ],
  ['nothing', '  // only a comment\n', ''],
]

const FREE: readonly (readonly [title: string, code: string, free: string, assigned?: string])[] = [
  ['values', 'f(a + b.c, `${d}`)', 'f a b d'],
  ['types', 'let x: A<B> | C.D; function f(y: E): y is F { return y as G }', 'A B C E F G'],
  ['typeof in types', 'type A = typeof x.y; let z: typeof import("q")', 'x'],
  ['heritage', 'class A extends B<C> implements D<E>, F.G {} interface H extends I<J>, K.L {}', 'B C D E F I J K'],
  [
    'type parameters are not free',
    'function f<T extends A<T>>(x: T): T { return x } type B<U = C> = U; class D<V> { x?: V } interface E<W> { m<X>(w: W, x: X): void }',
    'A C',
  ],
  [
    'infer, mapped and function types',
    'type A<T> = T extends (infer U)[] ? U : V; type B = { [K in keyof C as D<K>]: K }; type E = <X>(x: X) => x is Y',
    'V C D Y',
  ],
  ['infer inside a function type', 'type A<T> = T extends (x: infer P) => infer R ? [P, R] : Q', 'Q'],
  [
    'names of parameters in types',
    'type A = (value: B) => asserts value is C; type D = (x: number, y: typeof x) => void',
    'B C',
  ],
  [
    'members of types',
    'type A = { a: B; b(c: D): E; [k: string]: F; readonly [Symbol.iterator]: G; new (h: H): I }',
    'B D E F Symbol G H I',
  ],
  ['tuples', 'type A = [first: B, second?: C, ...rest: D[]]', 'B C D'],
  ['globals are mentioned as well', 'Math.max(x)', 'Math x'],
  [
    'what the cell declares is not free',
    'let a = 1; a + f(); function f() { return a } type T = typeof a; var v = g; let g: T',
    '',
  ],
  ['own names in types only', 'import { type A } from "x"; let b: A; declare const c: B; c', 'B'],
  [
    'assigned',
    'a = 1; b += 1; c++; [d, ...e] = f; ({ g, h: i = j } = k); for (l of m); for (n in o);',
    'a b c d e f g i j k l m n o',
    'a b c d e g i l n',
  ],
  ['assigned in functions', 'function f() { a = 1; let b; b = 2 }', 'a', 'a'],
  ['assigned through types', '(a as any) = 1; b!++', 'a b', 'a b'],
  ['own names are not assigned ones', 'let a; a = 1', ''],
  ['locals', 'for (const a of b) { const c = a; c } (d => d)(e); try {} catch (f) { f }', 'b e'],
  ['enum members', 'enum A { B = 1, C = B | D }', 'D'],
  [
    'namespaces',
    'namespace A { export const b = c; export namespace D { export const e = b } } namespace A { b; D }',
    'c',
  ],
  ['keys, labels, members', 'a: for (;;) { break a } x.b; ({ c: 1, d() {} }); class E { f = 1; [g] = 2 }', 'x g'],
  ['export lists', 'export { a, b as c }', 'a b'],
  ['decorators', '@a @b.c @d(e) class F { @g h() {} }', 'a b d e g'],
  ['undefined and import.meta', 'undefined; import.meta.url', ''],
  [
    'assertions and instantiations',
    'x as A; <B>y; z satisfies C; f<D>; g<E>(); new H<I>(); t<J>`q`',
    'x A B y z C f D g E H I t J',
  ],
]

const INSERTIONS: readonly (readonly [title: string, code: string, checked: string])[] = [
  ['missing initialisers and null', 'let a, b = null, c = undefined', 'let a: any, b: any = null, c: any = undefined'],
  [
    'empty arrays',
    'const a = []; let b = ([]); var c = []',
    'const a: any[] = []; let b: any[] = ([]); var c: any[] = []',
  ],
  ['const null keeps its type', 'const a = null, b = undefined', 'const a = null, b = undefined'],
  [
    'annotated ones stay',
    'let a: number; let b: string[] = []; let c!: number',
    'let a: number; let b: string[] = []; let c!: number',
  ],
  ['other values stay', 'let a = [1], b = {}, c = 0; let [d] = []', 'let a = [1], b = {}, c = 0; let [d] = []'],
  [
    'only the top level',
    '{ let a } for (let i; ;) break; function f() { let b = null }',
    '{ let a } for (let i; ;) break; function f() { let b = null }',
  ],
  ['exported, var', 'export let a; var b', 'export let a: any; var b: any'],
  ['declared ones stay', 'declare let a', 'declare let a'],
  ['object literals are bracketed', '// c\n{ a: 1, b: 2 };', '// c\n({ a: 1, b: 2 });'],
]

/** `checked` with its insertions: what the type checker gets. */
function checkedText(code: string): string {
  const { checked, anyInsertions } = analyseCell(code)
  return anyInsertions.toReversed().reduce((text, { offset, text: inserted }) => {
    return text.slice(0, offset) + inserted + text.slice(offset)
  }, checked)
}

describe('analysing a cell', () => {
  describe('declarations', () => {
    for (const [title, code, expected] of DECLARATIONS) {
      it(title, () => assert.deepEqual(declared(code), expected === '' ? [] : expected.split(', ')))
    }
  })

  describe('free names', () => {
    for (const [title, code, free, assigned = ''] of FREE) {
      it(title, () => {
        const analysis = analyseCell(code)
        assert.deepEqual([...analysis.free].toSorted(), words(free))
        assert.deepEqual([...analysis.assigned].toSorted(), words(assigned))
      })
    }
  })

  describe('the type checker’s copy', () => {
    for (const [title, code, expected] of INSERTIONS) it(title, () => assert.equal(checkedText(code), expected))

    it('gives offsets in UTF-16 units', () => {
      assert.equal(checkedText('const s = "😀é"; let a'), 'const s = "😀é"; let a: any')
    })
  })

  describe('@ts-nocheck', () => {
    const rows: readonly (readonly [string, boolean])[] = [
      ['// @ts-nocheck\nlet a', true],
      ['// a note\n//@ts-nocheck because\nlet a', true],
      ['/* note */ // @ts-nocheck\n', true],
      ['/// @ts-nocheck\nlet a', true],
      ['!ls\n// @ts-nocheck\nlet a', true],
      ['let a\n// @ts-nocheck', false],
      ['// @ts-nochecker\nlet a', false],
      ['"// @ts-nocheck"', false],
      ['// about @ts-nocheck\nlet a', false],
    ]
    for (const [code, expected] of rows) {
      it(`${JSON.stringify(code)}: ${expected}`, () => assert.equal(analyseCell(code).noCheck, expected))
    }
  })
})

function words(text: string): string[] {
  return text === '' ? [] : text.split(' ').toSorted()
}

describe('commands', () => {
  /** The cell with commands blanked, blanks shown as dots. */
  const blanked = (code: string): string =>
    analyseCell(code).checked.replace(/;;( *)/g, (_, spaces) => `;;${'.'.repeat(spaces.length)}`)

  const COMMANDS: readonly (readonly [title: string, code: string, checked: string])[] = [
    ['a line', '!npm install d3', ';;.............'],
    ['between statements', 'let a = 1\n!ls\na', 'let a = 1\n;;.\na'],
    ['that would parse', '!ls -la', ';;.....'],
    ['one word', '!ls', ';;.'],
    ['a path', '!./run.sh x\n!~/bin/y\n!/bin/ls', ';;.........\n;;......\n;;......'],
    ['continued lines', '!echo a \\\n  b\nlet c', ';;.......\n   \nlet c'],
    ['a call of a name from elsewhere', '!f(x)', ';;...'],
    ['with quotes and braces', '!echo "a b" {c,d} `e` | sort > out.txt', ';;....................................'],
    ['CRLF', '!ls\r\nlet a\r\n', ';;.\r\nlet a\r\n'],
    ['before a parenthesis', 'let a = 1\n!ls\n(a)', 'let a = 1\n;;.\n(a)'],
    ['after a comment and types', '// !no\ntype A = string\n!ls', '// !no\ntype A = string\n;;.'],
    ['in front of broken-off JavaScript of its own', '!cat <<EOF', ';;........'],
  ]
  for (const [title, code, expected] of COMMANDS) it(title, () => assert.equal(blanked(code), expected))

  const TYPESCRIPT: readonly (readonly [title: string, code: string])[] = [
    ['a name that the cell declares', 'const ready = true\n!ready'],
    ['a call of it', '!f(1)\nfunction f(x) { return x }'],
    ['a longer expression', 'let a = 1, b = 2\n!a && b'],
    ['its property', 'const o = { done: false }\n!o.done'],
    ['inside a template', 'const s = `\n!ls\n`'],
    ['inside a comment', '/*\n!ls\n*/'],
    ['inside a block', 'let x = 1\nif (x) {\n!x\n}'],
    ['inside parentheses', 'let x = 1\nf(\n!x\n)'],
    ['after an operator', 'let x = 1\nconst y = 1 &&\n!x'],
    ['as the body of an if', 'let x = 1\nif (x)\n!x'],
    ['inside an object', 'let x = 1\nconst o = {\n a:\n!x\n}'],
    ['not a word', 'let x = 1\n!(x)\n!!x\n!0'],
    ['not first in its line', 'let x = 1\n  !x'],
  ]
  for (const [title, code] of TYPESCRIPT) {
    it(`TypeScript: ${title}`, () => assert.equal(analyseCell(code).checked, code))
  }

  it('keeps the number of units and lines', () => {
    const code = '!echo 😀 é\nlet a = 1 // 😀\n!ls \\\n b\\\n c'
    const { checked } = analyseCell(code)
    assert.equal(checked.length, code.length)
    assert.equal(checked.split('\n').length, code.split('\n').length)
  })
})

describe('text that does not parse', () => {
  const ERRORS: readonly (readonly [code: string, message: string, place: string])[] = [
    ['let x = )', 'Unexpected token `)`', '1:9'],
    ['const a = 1\nconst b = 2 3', 'Expected `;` or a new line', '2:12'],
    ['let x = 1\nlet y = 2; let x = 3', 'Identifier `x` has already been declared', '2:16'],
    ['import { a } from "b"\nlet a', 'Identifier `a` has already been declared', '2:5'],
    ['return 5', '`return` is allowed only in a function', '1:1'],
    ['f(1,\n  2\n\n', 'Expected `)` but found the end of the cell', '2:4'],
    ['if (x) {', 'Expected `}` but found the end of the cell', '1:9'],
    ['const s = "😀"; let = 5 5', 'Expected `;` or a new line', '1:24'],
    ['import a from "b"\nfunction a() {}', 'Identifier `a` has already been declared', '2:10'],
    ['function a() {}\nconst b = 1, a = class {}', 'Identifier `a` has already been declared', '2:14'],
    ['function a() {}\nclass a {}', 'Identifier `a` has already been declared', '2:7'],
    ['let a = `x', 'Unterminated string', '1:9'],
    ['/* x', 'Unterminated multiline comment', '1:1'],
    ['const x: number', 'Missing initializer in const declaration', '1:7'],
    ['break', 'Illegal break statement', '1:1'],
    [
      'class A extends B { constructor() { super.x; } }; super.y',
      "'super' can only be referenced in members of derived classes or object literal expressions",
      '1:51',
    ],
    ['new.target', 'Unexpected new.target expression', '1:1'],
    ['with (a) {}', "'with' statements are not allowed", '1:1'],
    ['!ls\nlet x = ]', 'Unexpected token `]`', '2:9'],
    ['{ a: 1, b: }', 'Expected `;` or a new line', '1:10'],
    ['const x = <div>a</div>', 'A cell cannot hold JSX: show HTML by `display.html("<b>text</b>")`', '1:11'],
    ['\uFEFFlet x = )', 'Unexpected token `)`', '1:10'],
    ['const a = 1;\r\n  }', 'Unexpected token `}`', '2:3'],
    ['a +', 'Unexpected end of the cell', '1:4'],
  ]
  for (const [code, message, place] of ERRORS) {
    it(`${JSON.stringify(code)}: ${message}`, () => {
      assert.throws(
        () => analyseCell(code),
        (error: unknown) => {
          assert.ok(error instanceof CellSyntaxError)
          assert.equal(error.message, message)
          assert.equal(`${error.line}:${error.column}`, place)
          assert.equal(error.code, 'CELL_SYNTAX')
          return true
        },
      )
    })
  }
})
