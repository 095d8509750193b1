// TypeScript's own: types over cells, enums, namespaces, merging.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are kept as plain text
import { feature, type Theme, typeError } from './feature.js'

export const TYPES: Theme = {
  theme: 'types',
  features: [
    feature(
      'interfaces and aliases of older cells',
      'interface TyBird { name: string, mass?: number }\ntype TyBirds = readonly TyBird[]',
      { run: 'const tyBirds: TyBirds = [{ name: "Bo" }]\ntyBirds[0]!.name', shows: "'Bo'" },
      { run: 'const tyWrong: TyBird = { nam: "x" }', fails: typeError(2561, [1, 27]) },
    ),
    feature('a type redefined holds from then on', 'type TyUnit = "cm"', 'type TyUnit = "m" | "km"', {
      run: 'const tyUnit: TyUnit = "km"\ntyUnit',
      shows: "'km'",
    }),
    feature('interfaces merge within a cell', {
      run: 'interface TyMerged { a: number }\ninterface TyMerged { b: string }\nconst tyMerged: TyMerged = { a: 1, b: "x" }\ntyMerged',
      shows: "{ a: 1, b: 'x' }",
    }),
    feature(
      'declare global reaches later cells',
      'declare global { interface Array<T> { tyLast(): T | undefined } var tyShared: number }\nArray.prototype.tyLast = function () { return this[this.length - 1] }\nglobalThis.tyShared = 9',
      { run: '[1, 2, 3].tyLast()', shows: '3' },
      { run: 'tyShared + 1', shows: '10' },
    ),
    feature(
      'satisfies',
      'const tyPalette = { red: [255, 0, 0], green: "#0f0" } satisfies Record<string, string | number[]>',
      { run: 'tyPalette.green.toUpperCase() + tyPalette.red.length', shows: "'#0F03'" },
      { run: '({ a: 1 }) satisfies { a: string }', fails: typeError(2322, [1, 4]) },
    ),
    feature('as const, as, and the non-null mark', 'const tyTuple = [1, "a"] as const', {
      run: 'const tyOne: 1 = tyTuple[0]\n;(tyTuple as readonly unknown[]).length + tyOne!',
      shows: '3',
    }),
    feature(
      'enums: numeric, text, computed, reverse',
      'enum TyColour { Red, Green = 5, Blue }\nenum TyText { A = "a", B = "b" }\nenum TyBits { X = 1 << 0, Y = 1 << 1, Both = X | Y, Length = "abc".length }',
      {
        run: '[TyColour.Blue, TyColour[5], TyText.B, TyBits.Both, TyBits.Length, TyColour.Red satisfies TyColour]',
        shows: "[ 6, 'Green', 'b', 3, 3, 0 ]",
      },
    ),
    feature(
      'const enums, also of older cells',
      'const enum TyLevel { Low = 1, High = 2 }',
      { run: 'TyLevel.High', shows: '2' },
      { run: 'const tyLevel: TyLevel = TyLevel.Low\ntyLevel', shows: '1' },
    ),
    feature('enums merge within a cell and refer to others', {
      run: 'enum TyFirst { A = 1 }\nenum TyFirst { B = A + 1 }\nenum TySecond { C = TyFirst.B * 10 }\n;[TyFirst.A, TyFirst.B, TySecond.C]',
      shows: '[ 1, 2, 20 ]',
    }),
    feature('enums refer to an enum of an older cell', 'enum TyOld { A = 4 }', {
      run: 'enum TyNew { B = TyOld.A + 1 }\nTyNew.B',
      shows: '5',
    }),
    feature(
      'namespaces, nested, merged and aliased',
      'namespace TySpace { export const a = 1; const hidden = 2; export function f() { return a + hidden } export namespace Inner { export type T = number; export const b = 3 } }',
      {
        run: 'import TyInner = TySpace.Inner\nconst tyT: TySpace.Inner.T = TyInner.b\n;[TySpace.f(), tyT]',
        shows: '[ 3, 3 ]',
      },
    ),
    feature('dotted namespaces', { run: 'namespace TyA.B.C { export const x = 1 }\nTyA.B.C.x', shows: '1' }),
    feature('namespaces of one cell see what the others export', {
      run: 'namespace TyJoint { export let n = 1; export function get() { return n } }\nnamespace TyJoint { export const twice = n * 2; export function up() { n += 5; n++; return n } }\n;[TyJoint.twice, TyJoint.up(), TyJoint.n, TyJoint.get()]',
      shows: '[ 2, 7, 7, 7 ]',
    }),
    feature("namespaces assign a sibling's export by destructuring", {
      run: 'namespace TyJoint2 { export let p = 1, q = 2 }\nnamespace TyJoint2 { [p, q] = [q, p]; ({ a: p } = { a: p + 10 }); for (q of [8]); }\n;[TyJoint2.p, TyJoint2.q]',
      shows: '[ 12, 8 ]',
    }),
    feature('a name that a namespace hides', 'const tyHidden = 1', {
      run: 'namespace TyHides { export const tyHidden = 2; export const seen = tyHidden }\n;[TyHides.seen, tyHidden]',
      shows: '[ 2, 1 ]',
    }),
    feature('type-only namespaces leave nothing', {
      run: 'namespace TyOnly { export interface A { x: number } }\nconst tyOnly: TyOnly.A = { x: 1 }\ntyOnly.x',
      shows: '1',
    }),
    feature(
      'conditional, mapped and template types',
      'type TyGetters<T> = { [K in keyof T as `get${Capitalize<K & string>}`]: () => T[K] }\ntype TyUnwrap<T> = T extends Promise<infer U> ? U : T',
      {
        run: 'const tyGetters: TyGetters<{ a: number }> = { getA: () => 5 }\nconst tyUnwrapped: TyUnwrap<Promise<number>> = tyGetters.getA()\ntyUnwrapped',
        shows: '5',
      },
    ),
    feature(
      'discriminated unions are narrowed',
      'type TyShape = { kind: "circle", r: number } | { kind: "square", side: number }',
      {
        run: 'function tyArea(shape: TyShape): number {\n  switch (shape.kind) {\n    case "circle": return Math.PI * shape.r ** 2\n    case "square": return shape.side ** 2\n    default: return shape satisfies never\n  }\n}\ntyArea({ kind: "square", side: 3 })',
        shows: '9',
      },
    ),
    feature(
      'typeof and keyof of older values',
      'const tySettings = { rate: 0.1, name: "adam" }',
      {
        run: 'function tySet<K extends keyof typeof tySettings>(key: K, value: (typeof tySettings)[K]) { tySettings[key] = value }\ntySet("rate", 0.5)\ntySettings.rate',
        shows: '0.5',
      },
      { run: 'tySet("rate", "fast")', fails: typeError(2345, [1, 15]) },
    ),
    feature("a type of an older cell with a value's name", 'class TyVector { constructor(public x = 0) {} }', {
      run: 'function tyLength(v: TyVector): number { return Math.abs(v.x) }\ntyLength(new TyVector(-4))',
      shows: '4',
    }),
    feature('abstract constructor types, unique symbols, variadic tuples', {
      run: 'const tyUnique: unique symbol = Symbol("u")\ntype TyConcat<A extends unknown[], B extends unknown[]> = [...A, ...B]\nconst tyConcat: TyConcat<[1], [2, 3]> = [1, 2, 3]\n;[tyConcat.length, typeof tyUnique]',
      shows: "[ 3, 'symbol' ]",
    }),
    feature('recursive types', {
      run: 'type TyJson = null | number | string | TyJson[] | { [key: string]: TyJson }\nconst tyJson: TyJson = { a: [1, { b: null }] }\nJSON.stringify(tyJson)',
      shows: `'{"a":[1,{"b":null}]}'`,
    }),
    feature('type parameters: const, in, out, defaults', {
      run: 'function tyConst<const T extends readonly unknown[]>(x: T): T { return x }\nconst tyConstant: readonly [1, 2] = tyConst([1, 2])\ninterface TyVariance<in A, out B = number> { f(a: A): B }\ntyConstant[1]',
      shows: '2',
    }),
    feature(
      'an empty list, a null and a name without a value grow over cells',
      'const tyLosses = []\nlet tyBest = null\nlet tyModel',
      'tyLosses.push(0.5)\ntyBest = 3\ntyModel = { w: 1 }',
      { run: '[tyLosses, tyBest, tyModel]', shows: '[ [ 0.5 ], 3, { w: 1 } ]' },
    ),
    feature('the old assertion form', {
      run: 'const tyOldForm = <number>(JSON.parse("5") as unknown)\ntyOldForm + 1',
      shows: '6',
    }),
    feature('instantiation expressions', 'function tyBox<T>(value: T) { return { value } }', {
      run: 'const tyNumberBox = tyBox<number>\ntyNumberBox(4).value',
      shows: '4',
    }),
    feature(
      'triple-slash and ts-expect-error',
      { run: '// @ts-expect-error on purpose\nconst tyExpected: number = "x"\ntyExpected', shows: "'x'" },
      { run: 'const tyBefore = 1\n// @ts-ignore\nconst tyIgnored: number = "y"\ntyIgnored', shows: "'y'" },
    ),
    feature('@ts-nocheck runs what is wrong', {
      run: '// @ts-nocheck\nconst tyNoCheck: number = "n"\ntyNoCheck',
      shows: "'n'",
    }),
    feature('declare module adds to the types of a module', {
      run: 'import * as tyOs from "node:os"\ndeclare module "node:os" { interface TyAdded { x: number } }\nconst tyAdded: tyOs.TyAdded = { x: 1 }\ntyAdded.x',
      shows: '1',
    }),
    feature('type errors name cells, not files', 'class TyA { private a = 1 }', {
      run: 'const tyB: TyA = { a: 1 }',
      fails: { name: 'TypeCheckError', message: /^(?!.*\.gradlab).*$/s },
    }),
  ],
}
