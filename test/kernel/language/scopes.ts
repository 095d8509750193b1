// Inner scopes: what they hide, what they keep.
import { feature, type Theme } from './feature.js'

export const SCOPES: Theme = {
  theme: 'scopes',
  features: [
    feature('a block hides an older name', 'let scA = 1', {
      run: '{ let scA = 2; scA++; console.log(scA) }\nscA',
      prints: '3\n',
      shows: '1',
    }),
    feature('a parameter hides an older name', 'const scB = 1', { run: '((scB: number) => scB * 2)(21)', shows: '42' }),
    feature('a catch clause hides an older name', 'const scC = 1', {
      run: 'try { throw 5 } catch (scC) { console.log(scC) }\nscC',
      prints: '5\n',
      shows: '1',
    }),
    feature('a loop variable hides an older name', 'let scD = 1', {
      run: 'for (let scD = 10; scD < 12; scD++) console.log(scD)\nscD',
      prints: '10\n11\n',
      shows: '1',
    }),
    feature('a destructured parameter hides an older name', 'const scE = 1, scF = 2', {
      run: '(({ scE, ...scF }: { scE: number, x: number }) => [scE, scF])({ scE: 5, x: 6 })',
      shows: '[ 5, { x: 6 } ]',
    }),
    feature("a parameter's default sees the outer name", 'const scG = 3', {
      run: '((value = scG) => value)()',
      shows: '3',
    }),
    feature(
      'an inner function, class or var hides an older name',
      'const scH = 1, ScI = 2\nvar scJ = 3',
      {
        run: '(() => {\n  function scH() { return "f" }\n  class ScI { static x = "c" }\n  var scJ = "v"\n  return scH() + ScI.x + scJ\n})()',
        shows: "'fcv'",
      },
      { run: '[scH, ScI, scJ]', shows: '[ 1, 2, 3 ]' },
    ),
    feature(
      "a function expression's own name",
      'const scK = 1',
      { run: '(function scK(n: number): number { return n < 2 ? 1 : n * scK(n - 1) })(5)', shows: '120' },
      { run: 'scK', shows: '1' },
    ),
    feature("a class expression's own name", {
      run: 'const ScL = class ScInner { static make() { return new ScInner() } }\nScL.make() instanceof ScL',
      shows: 'true',
    }),
    feature('closures over let of a loop have one each', {
      run: 'const scFns: (() => number)[] = []\nfor (let i = 0; i < 3; i++) scFns.push(() => i)\nscFns.map(f => f())',
      shows: '[ 0, 1, 2 ]',
    }),
    feature('closures over var of a loop share it', {
      run: 'const scVarFns: (() => number)[] = []\nfor (var scVar = 0; scVar < 3; scVar++) scVarFns.push(() => scVar)\nscVarFns.map(f => f())',
      shows: '[ 3, 3, 3 ]',
    }),
    feature('closures over const of for-of and for-in', {
      run: 'const scOf: (() => unknown)[] = []\nfor (const x of [1, 2]) scOf.push(() => x)\nfor (const k in { a: 1, b: 2 }) scOf.push(() => k)\nscOf.map(f => f())',
      shows: "[ 1, 2, 'a', 'b' ]",
    }),
    feature('a function in a block belongs to it', {
      run: '{ function scInBlock() { return 1 } }\ntypeof scInBlock',
      shows: "'undefined'",
    }),
    feature('a type parameter hides an older type', 'type ScT = string', {
      run: 'function scGeneric<ScT>(x: ScT): ScT { return x }\nscGeneric(5) + 1',
      shows: '6',
    }),
    feature(
      '`this` at the top is undefined',
      { run: 'this === undefined', shows: 'true' },
      { run: '(() => this)() === undefined', shows: 'true' },
    ),
    feature(
      'cells are strict',
      { run: '(function (this: unknown) { return this })() === undefined', shows: 'true' },
      { run: 'Object.freeze([1] as number[]).push(2)', fails: { name: 'TypeCheckError' } },
      { run: '// @ts-nocheck\nObject.freeze({ a: 1 }).a = 2', fails: { name: 'TypeError', message: /read only/ } },
    ),
    feature('`arguments` of functions', {
      run: 'function scArguments(_a: number, _b?: number) { return arguments.length }\nscArguments(1, 2)',
      shows: '2',
    }),
    feature('`arguments` at the top is refused', { run: 'arguments', fails: { name: 'TypeCheckError' } }),
    feature('shorthand methods and accessors keep their `this`', {
      run: 'const scObject = { n: 1, up() { return () => ++this.n } }\nscObject.up()()',
      shows: '2',
    }),
    feature(
      'a function called bare has no `this`',
      'function scBare(this: unknown) { return this === undefined }',
      { run: 'scBare()', shows: 'true' },
      { run: 'const scHolder = { scBare }\nscHolder.scBare()', shows: 'false' },
    ),
    feature(
      'a closure outlives its block',
      { run: 'let scGet: () => number\n{ let hidden = 41; scGet = () => ++hidden }' },
      { run: 'scGet() + scGet()', shows: '85' },
    ),
    feature('typeof a name in its dead zone', {
      run: '// @ts-nocheck\n{ try { typeof scDead; let scDead = 1 } catch (error) { console.log(error.name) } }',
      prints: 'ReferenceError\n',
    }),
  ],
}
