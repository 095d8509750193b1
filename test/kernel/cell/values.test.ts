// What cells compute: each row runs its cells for real, the last one's value is compared.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are given as text
import assert from 'node:assert/strict'
import { TestKernel } from './harness.js'

type Row = readonly [title: string, cells: string | readonly string[], value: unknown]

const SUITES: Readonly<Record<string, readonly Row[]>> = {
  'names of the top level': [
    ['let and use', 'let acc = 1\nacc + 1', 2],
    ['across cells', ['let acc = 1', 'acc += 2', 'acc'], 3],
    ['a closure sees the newest value', ['let step = 1; const f = () => step', 'step = 7', 'f()'], 7],
    ['a redefinition reaches old callers', ['const g = () => 1', 'const f = () => g()', 'const g = () => 2', 'f()'], 2],
    [
      'a function redefined',
      ['function g() { return 1 } function f() { return g() }', 'function g() { return 2 }', 'f()'],
      2,
    ],
    ['a function may name what a later cell declares', ['const f = () => later', 'const later = 5', 'f()'], 5],
    ['let without a value', ['let x = 1', 'let x', 'x'], undefined],
    ['several in one statement', 'let a = 1, b = a + 1,\n c = b + 1; [a, b, c]', [1, 2, 3]],
    ['commas in comments between them', 'let a = 1 /* , */, /* = */ b = 2 // , c\nb', 2],
    ['const', 'const x: number = 3 as any; x', 3],
    ['var', 'var x = 1; var x = x + 1; x', 2],
    ['var exists from the start', 'const before = typeof v + v; var v = 1; before', 'undefinedundefined'],
    ['var without a value keeps one', ['var x = 1', 'var x', 'x'], 1],
    ['var again in the same cell keeps the value', 'var x = 5; var x; x', 5],
    ['var out of a block', 'if (true) { var y = 4 }\ny', 4],
    ['var out of a branch not taken', 'if (false) { var y = 4 }\ny', undefined],
    ['var of a for loop', 'for (var i = 0; i < 3; i++) {}\ni', 3],
    ['var of for-of', 'for (var x of [1, 2]) {}\nx', 2],
    ['var of for-in', 'for (var k in { a: 1, b: 2 });\nk', 'b'],
    ['var patterns in heads', 'for (var [a, { b }] of [[1, { b: 2 }]]) {}\n[a, b]', [1, 2]],
    ['var pattern in a for head', 'for (var { length } = "abc", n = 0; n < length; n++);\nn', 3],
    [
      'var in try, switch, label, do',
      'try { var a = 1 } catch {} switch (1) { case 1: var b = 2 } x: do var c = 3; while (0)\n[a, b, c]',
      [1, 2, 3],
    ],
    ['var as the only statement of an if', 'if (1) var a = 1\nelse var b = 2\n;[a, b]', [1, undefined]],
    ['unicode names', 'let ähm = 1, 变量 = 2, \\u0061bc = 3; ähm + 变量 + abc', 6],
    ['a name with a dollar', 'let $ = 1, $acc = 2, $1 = 3; let acc = 4; [$, $acc, $1, acc]', [1, 2, 3, 4]],
    ['a dollar in a template only', 'const a = 2; `$${a}$`', '$2$'],
    [
      'a name of Object.prototype',
      'let toString = 1; let constructor = 2; let hasOwnProperty = 3; toString + constructor + hasOwnProperty',
      6,
    ],
    ['a global shadowed by a cell', ['const name = "x"; let Map = 3', 'Map'], 3],
    ['globals untouched', 'Math.max(1, 2) + [NaN, undefined, Infinity].length', 5],
    ['a property of globalThis', 'globalThis.probe = 1; delete globalThis.probe', true],
  ],
  destructuring: [
    [
      'object and array patterns',
      'const { a, b: [c, ...d], ...e } = { a: 1, b: [2, 3, 4], f: 5 }; [a, c, d, e]',
      [1, 2, [3, 4], { f: 5 }],
    ],
    ['defaults and computed keys', 'const k = "x"; const { [k]: v = 9, w = v } = {} as any; [v, w]', [9, 9]],
    ['with a type', 'const { a }: { a: number } = { a: 1 }; let [b]: number[] = [2]\na + b', 3],
    ['pattern first in a line after no semicolon', 'const o = { a: 1 }\nconst { a } = o\nconst [b] = [a]\nb', 1],
    ['swap', 'let a = 1, b = 2;\n[a, b] = [b, a]; [a, b]', [2, 1]],
    ['object target', 'let a, b; ({ a, x: b } = { a: 1, x: 2 }); [a, b]', [1, 2]],
    ['target with defaults', 'let a, b; ({ a = 3, x: b = 4 } = {}); [a, b]', [3, 4]],
    ['nested target with rest', 'let a, b, c; [a, [b], ...c] = [1, [2], 3, 4]; [a, b, c]', [1, 2, [3, 4]]],
    ['members as targets', 'const o: any = {}; let k = "z"; [o.x, o[k]] = [1, 2]; o', { x: 1, z: 2 }],
    ['for-of into a name', 'let x; for (x of [1, 2]);\nx', 2],
    ['for-in into a name', 'let k; for (k in { a: 1 });\nk', 'a'],
    ['for-of into a pattern', 'let a, b; for ([a, b = 5] of [[1]]) {}\n[a, b]', [1, 5]],
    ['shorthand', 'const a = 1, b = 2; ({ a, b, c: a })', { a: 1, b: 2, c: 1 }],
    ['shorthand of __proto__ makes a property', 'const __proto__ = 5; Object.keys({ __proto__ })', ['__proto__']],
  ],
  assignments: [
    ['compound', 'let a = 2; a += 3; a *= 2; a **= 2; a -= 1; a', 99],
    ['logical', 'let a: any = null, b = 1, c = 0; a ??= 5; b &&= 6; c ||= 7; [a, b, c]', [5, 6, 7]],
    ['increments', 'let i = 1; const a = i++; const b = ++i; [a, b, i, i--, --i]', [1, 3, 3, 3, 1]],
    ['as an expression', 'let a, b; const c = (a = b = 3); [a, b, c]', [3, 3, 3]],
    ['through a type assertion', 'let a: unknown = 1; (a as number) = 2; (<number>a)++; a!++; a', 4],
    ['in parentheses', 'let a = 1; (a) = 2; (a)++; a', 3],
    ['to a name of a later cell', ['function set(v) { later = v }', 'let later = 1', 'set(5)', 'later'], 5],
  ],
  scopes: [
    ['parameters', 'let x = 1; const f = (x: number) => x * 2; f(4) + x', 9],
    ['a default does not see the body', 'let x = 1; function f(a = () => x) { var x = 2; return a() + x } f()', 3],
    [
      'parameters in patterns',
      'let x = 1, y = 2; const f = ({ x, y: [z] = [y] }, ...y2) => [x, z, y]; f({ x: 5 } as any)',
      [5, 2, 2],
    ],
    ['block', 'let x = 1; { let x = 2; x++ } x', 1],
    [
      'const in a loop',
      'const out = []; let i = 9; for (let i = 0; i < 2; i++) out.push(() => i); [out.map(f => f()), i]',
      [[0, 1], 9],
    ],
    ['for-of const', 'let x = 1; let sum = 0; for (const x of [2, 3]) sum += x; [x, sum]', [1, 5]],
    ['switch', 'let x = 1; switch (1) { case 1: let x = 2 } x', 1],
    ['catch', 'let e = 1; try { throw 2 } catch (e) { e = 3 } e', 1],
    ['catch pattern', 'let m = 1; try { throw { m: 2 } } catch ({ m }) { m++ } m', 1],
    ['catch parameter and var', 'try { throw 1 } catch (e) { var e = 2 } typeof e', 'undefined'],
    ['function in a block is local', 'let f = 1; { function f() { return 2 } f() } f', 1],
    ['named function expression', 'let f = 1; const g = function f() { return typeof f }; g()', 'function'],
    [
      'class name inside the class',
      ['class A { self() { return A } }\nconst a = new A(); const Old = A', 'class A { }', 'a.self() === Old'],
      true,
    ],
    ['class expression name', 'let B = 1; const A = class B { b() { return typeof B } }; new A().b()', 'function'],
    ['labels are no names', 'let a = 1; a: for (;;) { break a } a', 1],
    ['continue to a label', 'let n = 0; n: for (const i of [1, 2]) { for (;;) { continue n } } n', 0],
    ['arguments', 'const arguments2 = 1; function f() { return arguments.length } f(1, 2)', 2],
    ['var in a function', 'let v = 1; function f() { if (true) { var v = 2 } return v } [f(), v]', [2, 1]],
    ['hoisting in a function', 'let v = 1; function f() { v = 5; { var v } return v } [f(), v]', [5, 1]],
    ['static block', 'let v = 1; class A { static { var v = 2; let w = v } } v', 1],
    [
      'fields see the top level',
      'let v = 1; class A { x = v; static y = v + 1; [`k${v}`] = 3 } [new A().x, A.y, (new A() as any).k1]',
      [1, 2, 3],
    ],
    ['member names are no names', 'let a = 1; const o = { a: 2, b: { a: 3 } }; o.a + o.b.a + o?.a', 7],
    [
      'getter, setter, method names',
      'let a = 1; const o = { get a() { return a }, set a(v) { a = v }, m() { return a } }; o.a = 5; o.m() + o.a',
      10,
    ],
    ['private members', 'let p = 1; class A { #p = 2; p() { return this.#p + p } } new A().p()', 3],
    ['new.target', 'function F() { return new.target === undefined } [F(), typeof new (F as any)()]', [true, 'object']],
    ['a generator', 'let n = 3; function* g() { yield n; yield* [n + 1] } [...g()]', [3, 4]],
    ['enum inside a function', 'function f() { enum E { A = 5 } return E.A } f()', 5],
    ['a type and a value of one name', 'interface P { x: number }\nconst P = { x: 1 }\nP.x', 1],
  ],
  calls: [
    ['this is undefined in a called function', 'function f() { return this } f()', undefined],
    [
      '... through parentheses and types',
      'const f = function () { return this }; [(f)(), f!(), (f as any)(), (<any>f)(), f?.()]',
      [undefined, undefined, undefined, undefined, undefined],
    ],
    ['... in a tagged template', 'const tag = function (s) { return [this, s[0]] }; tag`x`', [undefined, 'x']],
    ['... of type arguments', 'function f<T>() { return this } f<string>()', undefined],
    ['methods keep theirs', 'const o = { v: 1, m() { return this.v } }; o.m() + o["m"]() + o.m?.()', 3],
    ['a call first in a line after no semicolon', 'const f = () => 1\nlet a = f\nf()\nlet b = a\nf(), f()\nb()', 1],
    [
      '... in a block, a function, a case',
      'const f = () => 1; function g() { let a = 2\nf()\nreturn a }\nswitch (1) { case 1: let a = 1\nf() }\n{ let b = f\nf() }\ng()',
      2,
    ],
    [
      'as the body of if, else, do, for, while',
      'let n = 0; const f = () => n++; if (1) f()\nelse f()\ndo f()\nwhile (n < 3)\nfor (const x of [1]) f()\nwhile (n < 5) f()\nn',
      5,
    ],
    ['new', 'class A { constructor(public x = 1) {} }\nnew A().x + new A(2).x + (new A).x', 4],
    ['optional call of nothing', 'let f: any; f?.()', undefined],
    ['spread', 'const xs = [1, 2]; const f = (...a) => a.length; f(...xs, ...xs)', 4],
    [
      'typeof',
      'let a = 1; [typeof a, typeof (a), typeof nowhere, typeof Math, typeof (() => a)]',
      ['number', 'number', 'undefined', 'object', 'function'],
    ],
    ['this at the top level', '[this, (() => this)(), { t: this }]', [undefined, undefined, { t: undefined }]],
    [
      'this inside is kept',
      'class A { x = this; static y = this; m() { return (() => this)() } } const a = new A(); [a.x === a, A.y === A, a.m() === a]',
      [true, true, true],
    ],
    ['direct eval', 'const f = (x: number) => eval("x + 1"); f(2)', 3],
  ],
  'function names': [
    ['arrow', 'const f = () => {}; f.name', 'f'],
    ['function and class expressions', 'let f = function () {}, C = class {}; [f.name, C.name]', ['f', 'C']],
    [
      'with parentheses and types',
      'const f = ((() => 1) as any); const g: any = <any>(async () => 2); [f.name, g.name]',
      ['f', 'g'],
    ],
    ['assignments', 'let f, g, h; f = () => {}; g ??= class {}; f &&= function () {}; [f.name, g.name]', ['f', 'g']],
    ['defaults', 'const { f = () => {} } = {} as any; let g; [g = () => {}] = []; [f.name, g.name]', ['f', 'g']],
    ['named ones keep theirs', 'const f = function g() {}; f.name', 'g'],
    ['declarations', 'function f() {} async function* g() {} class C {} [f.name, g.name, C.name]', ['f', 'g', 'C']],
    ['a static name wins', 'const C = class { static name = "mine" }; C.name', 'mine'],
    ['__proto__', 'const __proto__ = () => {}; __proto__.name', '__proto__'],
    [
      'decorated classes',
      'const dec = (v: any, c: any): any => {}; @dec class A { @dec m() {} } const B = class { @dec m() {} }; function f() { class A {} return A }\n[A.name, B.name, f().name, f.name]',
      ['A', 'B', 'A', 'f'],
    ],
  ],
  functions: [
    ['hoisted', 'const a = f(); function f() { return 1 } a', 1],
    ['the last of two wins, also before', 'const a = f(); function f() { return 1 } function f() { return 2 } a', 2],
    [
      'overloads',
      'function f(a: string): string\nfunction f(a: number): number\nfunction f(a: any) { return a } f(3)',
      3,
    ],
    [
      'async and generators',
      'async function f() { return 1 } function* g() { yield 2 } async function* h() { yield 3 }\nconst all = [await f(), ...g()]; for await (const x of h()) all.push(x); all',
      [1, 2, 3],
    ],
    ['assigned like a variable', 'function f() { return 1 } f = () => 2; f()', 2],
    ['recursive', 'function fac(n) { return n < 2 ? 1 : n * fac(n - 1) } fac(5)', 120],
    [
      'mutual recursion over cells',
      [
        'function even(n) { return n === 0 || odd(n - 1) }',
        'function odd(n) { return n !== 0 && even(n - 1) }',
        'even(10)',
      ],
      true,
    ],
    ['a directive inside', 'function f() { "use strict"; return this } f()', undefined],
    ['this parameter', 'function f(this: { x: number }) { return this.x } f.call({ x: 3 })', 3],
  ],
  classes: [
    ['across cells', ['class A { x = 1 }', 'class B extends A { y = 2 }', '({ ...new B() })'], { x: 1, y: 2 }],
    ['a later cell redefines', ['class A { v = 1 }; const make = () => new A().v', 'class A { v = 2 }', 'make()'], 2],
    [
      'abstract, implements, declare',
      'interface I { m(): number }\nabstract class A implements I { declare z: number; abstract m(): number }\nclass B extends A { m() { return Object.keys(this).length } }\nnew B().m()',
      0,
    ],
    [
      'parameter properties',
      'class A { constructor(private readonly x: number, public y = x + 1) {} sum() { return this.x + this.y } } new A(1).sum()',
      3,
    ],
    ['static members', 'let base = 2; class A { static n = base; static m() { return A.n + base } } A.m()', 4],
    [
      'extends a call',
      'const mix = (C: any) => class extends C { extra = 1 }; class A extends mix(Object) {} (new A() as any).extra',
      1,
    ],
    ['default export', 'export default class A { x = 5 }\nnew A().x', 5],
    ['super', 'class A { m() { return 1 } } class B extends A { m() { return super.m() + 1 } } new B().m()', 2],
    [
      'a function in a block stays there, beside an accessor',
      'class D { accessor x = 1 }\n{ function Map() {} }\nMap === globalThis.Map',
      true,
    ],
    ['accessor', 'class A { accessor x = 1; static accessor y = 2 } const a = new A(); a.x++; a.x + A.y', 4],
    ['merged with an interface', 'interface A { tag: string }\nclass A { x = 1 }\nnew A().x', 1],
  ],
  decorators: [
    [
      'of a method',
      'const twice = (f: any, c: any) => function (this: any) { return 2 * f.call(this) }\nclass A { @twice m() { return 4 } }\nnew A().m()',
      8,
    ],
    [
      'of a class, from an older cell',
      [
        'const seen: string[] = []; const mark = (c: any, { name }: any) => { seen.push(name) }',
        '@mark class A {}\nseen',
      ],
      ['A'],
    ],
    [
      'with arguments',
      'const add = (n: number) => (v: any, c: any) => (x: number) => x + n\nclass A { @add(3) x = 1; @(add(1)) y = 2 } const a = new A(); [a.x, a.y]',
      [4, 3],
    ],
    [
      'members of a top-level object',
      'const d = { up: (v: any, c: any) => (x: number) => x + 1 }\nclass A { @d.up x = 1 }\nnew A().x',
      2,
    ],
    [
      'this of the decorator',
      'let self: any = 1; function dec(this: any, v: any, c: any) { self = this }\n@dec class A {}\nself',
      undefined,
    ],
    [
      'before and after export',
      'const dec = (v: any, c: any): any => class { z = 1 }\n@dec export class A {}\nexport @dec class B {}\n[(new A() as any).z, (new B() as any).z]',
      [1, 1],
    ],
    [
      'of parameters, the older kind',
      'const seen: any[] = []; const p = (t: any, key: any, index: number) => { seen.push(index) }\nclass A { m(@p a: number, @p b: number) {} }\nseen',
      [1, 0],
    ],
    [
      'of a class without a name',
      'const seen: any[] = []; const dec = (v: any, { name }: any): any => { seen.push(name) }\n@dec export default class {}\nexport default @dec class {}\nseen.length',
      2,
    ],
  ],
  'enums and namespaces': [
    ['enum', 'enum E { A, B = A + 2, C }\n[E.B, E.C, E[2], E.A]', [2, 3, 'B', 0]],
    ['string enum', 'enum S { A = "a", B = `b` }\nS', { A: 'a', B: 'b' }],
    ['const enum', 'const enum E { A = 3 }\nE.A', 3],
    ['across cells', ['enum E { A = 1 }', 'const f = () => E.A', 'enum E { A = 2 }', 'f()'], 2],
    ['merged', 'enum E { A = 1 }\nenum E { B = A + 1, C = E.A }\n[E.A, E.B, E.C]', [1, 2, 1]],
    [
      'computed from names',
      'const k = "abc"; let n = 2; enum E { A = k.length, B = n * 2 }\n[E.A, E.B, E[3]]',
      [3, 4, 'A'],
    ],
    ['computed from another enum', 'enum A { X = 4 } enum B { Y = A.X, Z = A.X | 1 }\n[B.Y, B.Z, B[4]]', [4, 5, 'Y']],
    ['members shadow top-level names', 'const A = 9; enum E { A = 1, B = A }\nE.B', 1],
    ['declared only', 'declare enum E { A }\ntypeof E', 'undefined'],
    ['exported', 'export enum E { A = 7 }\nE.A', 7],
    [
      'namespace',
      'namespace N { export const x = 1; const y = 2; export function f() { return x + y } }\nN.f() + N.x',
      4,
    ],
    ['namespace that reads the top level', 'let k = 2; namespace N { export const f = () => k }\nk = 5\nN.f()', 5],
    [
      'merged namespaces',
      'namespace N { export let x = 1 }\nnamespace N { export const y = x + 1 }\n;[N.x, N.y]',
      [1, 2],
    ],
    [
      'nested and dotted',
      'namespace A.B { export const c = 1; export namespace D { export const e = c + 1 } }\nA.B.D.e',
      2,
    ],
    ['merged with a function', 'function f() { return f.x }\nnamespace f { export const x = 3 }\nf()', 3],
    ['merged with a class', 'class A { v = A.x }\nnamespace A { export const x = 3 }\nnew A().v', 3],
    [
      'of types only',
      'namespace T { export interface X { a: number } }\nconst x: T.X = { a: 1 }\n;[typeof T, x.a]',
      ['undefined', 1],
    ],
    ['aliases', 'namespace N { export namespace M { export const x = 1 } }\nimport A = N.M\nA.x', 1],
    [
      'an alias in a namespace',
      'namespace N { export const x = 1 }\nnamespace M { import y = N; export const z = y.x }\nM.z',
      1,
    ],
  ],
  'types vanish': [
    [
      'types, interfaces, declares',
      'type A = number; interface B { a: A }\ndeclare const q: number; declare function r(): void; declare let s: B; declare class T {}\ndeclare module "zz" {}\ndeclare global { interface Window { } }\nconst b: B = { a: 1 }; b.a',
      1,
    ],
    ['assertions', 'const x = <number>(1 as unknown)!; let y = (x satisfies number); y', 1],
    [
      'generics',
      'const f = <T,>(x: T): T => x; function g<T extends object>(x: T) { return x } f<number>(1) + Object.keys(g<{}>({ a: 1 })).length',
      2,
    ],
    ['a declared name is what lives', ['const lives = 3', 'declare const lives: number\nlives'], 3],
    ['a declared global', 'declare const Math: { max(...x: number[]): number }\nMath.max(1, 2)', 2],
    ['a type that names a value of the same cell', 'const x = { a: 1 }; type X = typeof x; const y: X = x; y.a', 1],
    [
      'definite and optional',
      'let a!: number; class A { b!: string; c?: number } a = 1; Object.keys(new A()).length + a',
      3,
    ],
    ['type-only statement before a parenthesis', 'type A = string\n;(1)', 1],
    ['instantiation expression', 'function f<T>(x: T) { return x } const g = f<number>; g(2)', 2],
  ],
  results: [
    ['an expression', '1 + 1', 2],
    ['with a semicolon and comments after', '1 + 1; // two\n/* end */ ;', 2],
    ['a promise is awaited', 'Promise.resolve(3)', 3],
    ['await', 'await Promise.resolve(3)', 3],
    ['a list of expressions', '1, 2, 3', 3],
    ['a string alone', '"use strict"', 'use strict'],
    ['an object literal', '{ a: 1, b: { c: 2 } }', { a: 1, b: { c: 2 } }],
    ['an object literal that is a block as well', '{ a: 1 }', { a: 1 }],
    ['... with a semicolon and comments', '// note }\n/* { */ { a: 1 }; ', { a: 1 }],
    ['... over lines with names', ['const a = 1', '{\n  a,\n  ["c"]: a,\n  ...{ b: 2 }\n}'], { a: 1, c: 1, b: 2 }],
    ['shorthand only', ['const a = 1', '{ a }'], { a: 1 }],
    ['an arrow function', ['(x => x * 2)', 'const d = x => x * 2; d(4)'], 8],
    ['a default export', 'export default { a: 1 }', { a: 1 }],
    ['an anonymous default function', 'export default function () { return 1 }', undefined],
    ['template', 'const a = 1; `${a}\n!ls`', '1\n!ls'],
    ['a regular expression first', 'let a = "b"\n;/b/.test(a)', true],
    ['void', 'void 1', undefined],
    ['a class expression', '(class { static x = 1 }).x', 1],
    ['new', 'new Date(0).getTime()', 0],
    ['an assignment in parentheses', 'let a; (a = 5)', 5],
    ['JSON pasted', '[{"a": 1}, {"b": null}]', [{ a: 1 }, { b: null }]],
    ['CRLF lines', 'const a = 1\r\nlet b = 2\r\na + b\r\n', 3],
    ['lone carriage returns', 'const a = 1\rlet b = 2\ra + b', 3],
    ['line separators in strings', '"a\u2028b" + `\u2029`', 'a\u2028b\u2029'],
    ['a byte order mark', '\uFEFF1 + 1', 2],
    ['a #! line', '#!/usr/bin/env node\n1 + 1', 2],
  ],
  awaiting: [
    ['at the top level', 'const x = await Promise.resolve(1); const { y } = await { y: 2 }; x + y', 3],
    ['in loops', 'let sum = 0; for (const p of [1, 2]) sum += await p; sum', 3],
    [
      'in nested functions',
      'const f = async (x) => (await x) + 1; const o = { async m() { return await f(1) } }; await o.m()',
      2,
    ],
    ['before a call and a member', 'const f = async () => ({ g: () => 5 }); (await f()).g()', 5],
    ['in templates and arguments', 'const f = async () => 1; `${await f()} ${[await f(), ...(await [2])]}`', '1 1,2'],
    ['await of await', 'await await Promise.resolve(Promise.resolve(1))', 1],
    [
      'for await over promises',
      'const out: number[] = []; for await (const x of [Promise.resolve(1), 2]) out.push(x); out',
      [1, 2],
    ],
    [
      'for await over a generator',
      'async function* g() { yield 1; yield 2 } let s = 0\nfor await (const x of g()) s += x\ns',
      3,
    ],
    [
      'for await with break closes',
      'let closed = 0; async function* g() { try { yield 1; yield 2 } finally { closed++ } }\nouter: for await (const x of g()) { break outer }\nclosed',
      1,
    ],
    ['for await into a name', 'let x; for await (x of [1, 2]);\nx', 2],
    [
      'for await with a value thrown',
      'let m; try { for await (const x of [Promise.reject(new Error("no"))]) ; } catch (e) { m = e.message }\nm',
      'no',
    ],
    ['finally', 'let log = ""; try { await Promise.reject(1) } catch { log += "c" } finally { log += "f" } log', 'cf'],
    [
      'using in a block',
      'let log = ""; const make = (n: string) => ({ [Symbol.dispose]() { log += n } })\n{ using a = make("a"), b = make("b"); log += "-" }\nlog',
      '-ba',
    ],
    [
      'await using in a function',
      'let log = ""; async function f() { await using r = { async [Symbol.asyncDispose]() { log += "d" } }; log += "r" }\nawait f(); log',
      'rd',
    ],
    ['using of a loop', 'let n = 0; for (using r of [{ [Symbol.dispose]() { n++ } }]) {}\nn', 1],
    [
      'using at the top level stays',
      'let n = 0; using r = { v: 1, [Symbol.dispose]() { n++ } }; await using q = { v: 2, [Symbol.asyncDispose]: async () => {} }\n;[r.v, q.v, n]',
      [1, 2, 0],
    ],
  ],
}

describe('the values of cells', () => {
  for (const [suite, rows] of Object.entries(SUITES)) {
    describe(suite, () => {
      for (const [title, cells, expected] of rows) {
        it(title, async () => {
          const value = await new TestKernel().evaluate(...(typeof cells === 'string' ? [cells] : cells))
          if (typeof value === 'function' && expected === undefined) return
          assert.deepEqual(plain(value), plain(expected))
        })
      }
    })
  }
})

/** Objects without their classes: enums and spread instances are compared by what they hold. */
function plain(value: unknown): unknown {
  return value === undefined
    ? 'undefined'
    : JSON.parse(JSON.stringify(value, (_, item) => (item === undefined ? '-' : item)))
}
