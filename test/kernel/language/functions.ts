// Functions of every kind.
import { feature, type Theme, typeError } from './feature.js'

export const FUNCTIONS: Theme = {
  theme: 'functions',
  features: [
    feature(
      'defaults, rest and optional parameters',
      'function fnAll(a: number, b = a * 2, c?: number, ...rest: number[]) { return [a, b, c, rest] }',
      { run: 'fnAll(1)', shows: '[ 1, 2, undefined, [] ]' },
      { run: 'fnAll(1, 2, 3, 4, 5)', shows: '[ 1, 2, 3, [ 4, 5 ] ]' },
    ),
    feature(
      'overloads',
      'function fnOver(x: number): number\nfunction fnOver(x: string): string\nfunction fnOver(x: unknown): unknown { return x }',
      { run: 'fnOver(1).toFixed(1) + fnOver("s").toUpperCase()', shows: "'1.0S'" },
      { run: 'fnOver(true)', fails: typeError(2769, [1, 8]) },
    ),
    feature(
      'generics with constraints and defaults',
      'function fnPick<T extends object, K extends keyof T = keyof T>(object: T, key: K): T[K] { return object[key] }',
      { run: 'fnPick({ a: 5, b: "x" }, "b").length', shows: '1' },
      { run: 'fnPick({ a: 5 }, "z")', fails: typeError(2345, [1, 18]) },
    ),
    feature('generic arrow functions', 'const fnId = <T,>(x: T): T => x', { run: 'fnId<number>(4) + 1', shows: '5' }),
    feature(
      'functions are named after what they are assigned to',
      'const fnArrow = () => 1, fnExpression = function () {}, FnClass = class {}\nlet fnLater: () => number\nfnLater = () => 2',
      {
        run: '[fnArrow.name, fnExpression.name, FnClass.name, fnLater.name]',
        shows: "[ 'fnArrow', 'fnExpression', 'FnClass', 'fnLater' ]",
      },
    ),
    feature('functions of defaults are named, too', {
      run: 'const { fnDefault = () => 1 }: { fnDefault?: () => number } = {}\nfnDefault.name',
      shows: "'fnDefault'",
    }),
    feature(
      'recursion and mutual recursion',
      'const fnEven = (n: number): boolean => n === 0 || fnOdd(n - 1)\nconst fnOdd = (n: number): boolean => n !== 0 && fnEven(n - 1)',
      { run: 'fnEven(100)', shows: 'true' },
    ),
    feature(
      'functions that call functions of later cells',
      { run: 'function fnFirst(n: number): number { return n <= 0 ? 0 : fnSecond(n - 1) }', warns: /fnSecond/ },
      'function fnSecond(n: number): number { return n <= 0 ? 1 : fnFirst(n - 1) }',
      { run: 'fnFirst(5)', shows: '1' },
    ),
    feature('currying and closures', 'const fnAdd = (a: number) => (b: number) => (c: number) => a + b + c', {
      run: 'fnAdd(1)(2)(3)',
      shows: '6',
    }),
    feature('immediately called functions', {
      run: '(function () { return 1 })() + (() => 2)() + (async () => 3)().constructor.name.length',
      shows: '10',
    }),
    feature('call, apply and bind', 'function fnThis(this: { n: number }, m: number) { return this.n + m }', {
      run: '[fnThis.call({ n: 1 }, 2), fnThis.apply({ n: 3 }, [4]), fnThis.bind({ n: 5 })(6)]',
      shows: '[ 3, 7, 11 ]',
    }),
    feature('constructors and new.target', {
      run: '// @ts-nocheck\nfunction FnOld(x) { this.made = new.target === FnOld; this.x = x }\nnew FnOld(3)',
      shows: 'FnOld { made: true, x: 3 }',
    }),
    feature(
      'assertion functions and type guards',
      'function fnIsText(x: unknown): x is string { return typeof x === "string" }\nfunction fnAssert(x: unknown): asserts x is number { if (typeof x !== "number") throw new TypeError("no number") }',
      { run: 'const fnValue: unknown = "abc"\nfnIsText(fnValue) ? fnValue.length : 0', shows: '3' },
      { run: 'const fnOther: unknown = 4\nfnAssert(fnOther)\nfnOther.toFixed(1)', shows: "'4.0'" },
    ),
    feature('assertion functions of the same cell narrow', {
      run: 'function fnNever(): never { throw new Error("never") }\nfunction fnCheck(x: number | undefined): number { if (x === undefined) fnNever(); return x }\nfnCheck(3)',
      shows: '3',
    }),
    feature(
      'assertion functions of older cells narrow',
      'function fnFail(message: string): never { throw new Error(message) }',
      {
        run: 'function fnUse(x: number | undefined): number { if (x === undefined) fnFail("none"); return x }\nfnUse(2)',
        shows: '2',
      },
    ),
    feature('reassigned functions', 'let fnSwap = (n: number) => n + 1', 'fnSwap = n => n * 10', {
      run: 'fnSwap(2)',
      shows: '20',
    }),
    feature('a function declaration may be assigned, as in JavaScript', 'function fnAssigned() { return 1 }', {
      run: '// @ts-nocheck\nfnAssigned = () => 2\nfnAssigned()',
      shows: '2',
    }),
    feature('properties of functions', 'function fnCount(): number { return ++fnCount.calls }\nfnCount.calls = 0', {
      run: 'fnCount(); fnCount()',
      shows: '2',
    }),
    feature('a missing argument is a type error at the call', 'const fnTwo = (a: number, b: number) => a + b', {
      run: 'fnTwo(1)',
      fails: typeError(2554, [1, 1]),
    }),
    feature('parameters without types run, with a warning', {
      run: 'function fnUntyped(x) { return x * 2 }\nfnUntyped(4)',
      shows: '8',
      warns: /TS7006/,
    }),
    feature(
      'memoization by a closure',
      'const fnMemo = (() => {\n  const known = new Map<number, number>()\n  return function fib(n: number): number {\n    if (n < 2) return n\n    const found = known.get(n)\n    if (found !== undefined) return found\n    const value = fib(n - 1) + fib(n - 2)\n    known.set(n, value)\n    return value\n  }\n})()',
      { run: 'fnMemo(50)', shows: '12586269025' },
    ),
    feature("a function's source is TypeScript's, without its types", 'function fnSource(x: number) { return x }', {
      run: 'fnSource.toString()',
      shows: /function fnSource\(x\)/,
    }),
  ],
}
