// Mistakes: what they are called and where they are.
import { feature, type Theme, typeError } from './feature.js'

export const ERRORS: Theme = {
  theme: 'errors',
  features: [
    feature('a call of what is no function, at its column', 'const erObject: any = {}', {
      run: 'const erN = 1\nerObject.nothing()',
      fails: { name: 'TypeError', message: 'erObject.nothing is not a function', at: [2, 10] },
    }),
    feature('a call with type arguments, at its name', 'function erThrow<T>(x: T): T { throw new Error(String(x)) }', {
      run: 'const erA = 1; erThrow<number>(erA)',
      fails: { name: 'Error', at: [1, 38] },
    }),
    feature('the second place of a call with type arguments is the name', {
      run: '// @ts-nocheck\n  erB<number>(1)\nvar erB: any = 5',
      fails: { name: 'TypeError', message: 'erB is not a function', at: [2, 3] },
    }),
    feature('an optional call that fails, at its name', {
      run: 'const erC: any = 5\n  erC?.(1)',
      fails: { name: 'TypeError', message: 'erC is not a function', at: [2, 3] },
    }),
    feature('a call over several lines, at its name', {
      run: 'const erD: any = 5\nerD\n  (1)',
      fails: { name: 'TypeError', at: [2, 1] },
    }),
    feature('a call in parentheses and with marks, at its name', {
      run: 'const erE: any = 5\n;(erE as any)(1)',
      fails: { name: 'TypeError', message: /is not a function/, at: [2, 3] },
    }),
    feature('a tag that is no function, at its name', {
      run: 'const erTag: any = 5\n  erTag`x`',
      fails: { name: 'TypeError', message: 'erTag is not a function', at: [2, 3] },
    }),
    feature('a constructor that is none', {
      run: 'const erF: any = 5\n  new erF()',
      fails: { name: 'TypeError', message: 'erF is not a constructor', at: [2, 3] },
    }),
    feature('reading a property of undefined', {
      run: 'const erG: any = undefined\nconsole.log("before", erG.x)',
      fails: { name: 'TypeError', message: "Cannot read properties of undefined (reading 'x')", at: [2, 27] },
    }),
    feature('throw at its own column', {
      run: 'if (true) {\n  throw new RangeError("here")\n}',
      fails: { name: 'RangeError', message: 'here', at: [2, 9] },
    }),
    feature(
      'an error in a function of an older cell names both cells',
      'function erOld(xs: number[]) {\n  return xs.map(x => x.toFixed(200))\n}',
      { run: 'erOld([1])', fails: { name: 'RangeError', at: [2, 24] } },
    ),
    feature('an error after an await', {
      run: 'await null\nconst erH: any = null\nerH.f',
      fails: { name: 'TypeError', at: [3, 5] },
    }),
    feature('an error in a decorated class, which is lowered', {
      run: 'const erDec = (_: unknown, __: unknown) => {}\n@erDec\nclass ErLowered {\n  go(): never {\n    throw new Error("low")\n  }\n}\nnew ErLowered().go()',
      fails: { name: 'Error', message: 'low', at: [5, 11] },
    }),
    feature(
      'throwing things that are no errors',
      { run: 'throw "text"', fails: { name: 'Uncaught', message: "'text'" } },
      { run: 'throw undefined', fails: { name: 'Uncaught', message: 'undefined' } },
      { run: 'throw 0', fails: { name: 'Uncaught', message: '0' } },
    ),
    feature(
      'causes and aggregates',
      {
        run: 'throw new AggregateError([new Error("one"), new TypeError("two")], "both")',
        fails: { name: 'AggregateError', message: 'both' },
      },
      { run: 'throw new Error("outer", { cause: "because" })', fails: { name: 'Error', message: 'outer' } },
    ),
    feature('try, catch and finally', {
      run: 'function erTry() { try { throw 1 } catch { return "caught" } finally { console.log("finally") } }\nerTry()',
      prints: 'finally\n',
      shows: "'caught'",
    }),
    feature(
      'the error of a syntax mistake is at its place',
      { run: 'const a = 1\nconst b = (2 + * 3)', fails: { name: 'SyntaxError', at: [2, 16] } },
      { run: 'let x = "open', fails: { name: 'SyntaxError' } },
      { run: 'foo bar', fails: { name: 'SyntaxError', at: [1, 4] } },
    ),
    feature('await in a plain function is refused', {
      run: 'function erAwait() { await null }',
      fails: { name: 'SyntaxError' },
    }),
    feature('break outside of a loop is refused', { run: 'break', fails: { name: 'SyntaxError' } }),
    feature('yield outside of a generator is refused', { run: 'yield 5', fails: { name: 'SyntaxError' } }),
    feature('an import that is not at the top is refused', {
      run: 'if (true) { import fs from "fs" }',
      fails: typeError(1232, [1, 13]),
    }),
    feature('a label that is not there is refused', {
      run: 'for (;;) { break nowhere }',
      fails: { name: 'SyntaxError', message: /label/i },
    }),
    feature('duplicate parameters are refused', {
      run: 'function erDouble(a: number, a: number) {}',
      fails: { name: 'SyntaxError' },
    }),
    feature('a duplicate in a block is refused', { run: '{ let a = 1; let a = 2 }', fails: { name: 'SyntaxError' } }),
    feature(
      'an invalid regular expression is refused',
      { run: '/(/', fails: typeError(1005, [1, 3]) },
      { run: 'new RegExp("(")', fails: { name: 'SyntaxError', message: /Unterminated group/ } },
    ),
    feature('an unknown property, with what was meant', {
      run: 'const erList = [1, 2]\nerList.lenght',
      fails: typeError(2551, [2, 8], /length/),
    }),
    feature('possibly undefined is refused', {
      run: 'const erMap = new Map<string, number>()\nerMap.get("a") + 1',
      fails: typeError(2532, [2, 1]),
    }),
    feature('calling with a wrong type, at the argument', { run: 'Math.sqrt("4")', fails: typeError(2345, [1, 11]) }),
    feature("an unknown name in an accessor's initialiser", {
      run: 'class ErAccessor { accessor x = erUnknownName }',
      warns: /erUnknownName/,
    }),
    feature("an unknown name in a static accessor's initialiser is an error", {
      run: 'class ErAccessor2 { static accessor x = erUnknownName2 }',
      fails: typeError(2304, [1, 41]),
    }),
  ],
}
