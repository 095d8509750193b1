// Literals, operators, loops, labels, destructuring: what JavaScript itself has.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are kept as plain text
import { feature, type Theme, typeError } from './feature.js'

export const SYNTAX: Theme = {
  theme: 'syntax',
  features: [
    feature('numeric separators and bases', {
      run: '[1_000_000, 0xff, 0b101, 0o17, 1e-3]',
      shows: '[ 1000000, 255, 5, 15, 0.001 ]',
    }),
    feature('BigInt', 'const syBig = 2n ** 64n', { run: 'syBig + 1n', shows: '18446744073709551617n' }),
    feature('symbols, also as keys', 'const sySymbol = Symbol("tag")\nconst sySymbolic = { [sySymbol]: 1 }', {
      run: 'sySymbolic[sySymbol]',
      shows: '1',
    }),
    feature(
      'regular expressions with groups, flags and a slash in a class',
      { run: '"2024-05".match(/(?<year>\\d{4})[/-](?<month>\\d+)/u)?.groups?.month', shows: "'05'" },
      { run: 'const syHalf = 8 / 2 / 2\nsyHalf', shows: '2' },
    ),
    feature('template literals with nested ones', 'const syItems = ["x", "y"]', {
      run: '`<${syItems.map(item => `[${item}]`).join("")}>`',
      shows: "'<[x][y]>'",
    }),
    feature(
      'tagged templates and raw text',
      'function syTag(parts: TemplateStringsArray, ...values: unknown[]) { return parts.raw.join("|") + values.join("&") }',
      { run: 'syTag`a${1}\\n${2}c`', shows: String.raw`'a|\\n|c1&2'` },
      { run: 'String.raw`\\d`', shows: String.raw`'\\d'` },
    ),
    feature(
      'a tag of an older cell has no `this`',
      'function syThis(this: unknown, _parts: TemplateStringsArray) { return this === undefined }',
      { run: 'syThis`x`', shows: 'true' },
    ),
    feature('optional chaining and nullish coalescing', 'const syNested: { a?: { b(): number } } = {}', {
      run: '[syNested.a?.b(), syNested.a?.b?.() ?? "none"]',
      shows: "[ undefined, 'none' ]",
    }),
    feature(
      'optional calls of names',
      'let syMaybe: ((n: number) => number) | undefined',
      { run: 'syMaybe?.(1) ?? "no"', shows: "'no'" },
      'syMaybe = n => n + 1',
      { run: 'syMaybe?.(1)', shows: '2' },
    ),
    feature('logical assignment', 'let syA: number | null = null, syB = 0, syC = 1', {
      run: 'syA ??= 5; syB ||= 6; syC &&= 7; [syA, syB, syC]',
      shows: '[ 5, 6, 7 ]',
    }),
    feature(
      'logical assignment does not evaluate what it does not need',
      'let syKept: number | null = 1\nfunction syExplode(): number { throw new Error("evaluated") }',
      'syKept ??= syExplode()',
      { run: 'syKept', shows: '1' },
    ),
    feature('every compound assignment', 'let syN = 5', {
      run: 'syN += 3; syN -= 1; syN *= 2; syN /= 7; syN **= 5; syN %= 10; syN <<= 3; syN >>= 1; syN |= 1; syN &= 7; syN ^= 2\nsyN',
      shows: '3',
    }),
    feature('exponent, comma and void', {
      run: '[2 ** 3 ** 2, (Math.random(), 2), void 0]',
      shows: '[ 512, 2, undefined ]',
    }),
    feature(
      'spread in calls, arrays and objects',
      'const syPair: [number, number] = [3, 9]\nconst syOptions = { a: 1 }',
      {
        run: '[Math.max(...syPair), [0, ...syPair], { ...syOptions, b: 2 }]',
        shows: '[ 9, [ 0, 3, 9 ], { a: 1, b: 2 } ]',
      },
    ),
    feature('labels with break and continue', {
      run: 'const syFound: number[][] = []\nouter: for (let i = 0; i < 5; i++) {\n  for (let j = 0; j < 5; j++) {\n    if (j > i) continue outer\n    if (i === 3) break outer\n    if (i === j) syFound.push([i, j])\n  }\n}\nsyFound',
      shows: '[ [ 0, 0 ], [ 1, 1 ], [ 2, 2 ] ]',
    }),
    feature('a labelled block', {
      run: 'block: {\n  if (Math.PI > 3) break block\n  console.log("not here")\n}\nconsole.log("here")',
      prints: 'here\n',
    }),
    feature('every loop', {
      run: 'let syTotal = 0\nfor (let i = 0; i < 3; i++) syTotal += i\nfor (const x of [10, 20]) syTotal += x\nfor (const key in { a: 1, b: 2 }) syTotal += key.length\nwhile (syTotal < 40) syTotal++\ndo { syTotal++ } while (syTotal < 0)\nsyTotal',
      shows: '41',
    }),
    feature(
      'loop variables of older names',
      'let syI = 0',
      { run: 'for (syI = 0; syI < 4; syI++);\nsyI', shows: '4' },
      { run: 'for (syI of [7, 8]);\nsyI', shows: '8' },
    ),
    feature('switch with fall-through and a scope of its own', {
      run: 'let sySwitched = ""\nswitch (2 as number) {\n  case 1: sySwitched += "1"\n  case 2: { const inner = "2"; sySwitched += inner }\n  case 3: sySwitched += "3"; break\n  default: sySwitched += "d"\n}\nsySwitched',
      shows: "'23'",
    }),
    feature('destructuring of objects, with defaults, renaming, rest and nesting', {
      run: 'const { x: syX, y: { z: syZ = 5 } = {}, ...syOthers }: { x: number, y?: { z?: number }, w: number } = { x: 1, w: 2 }\n;[syX, syZ, syOthers]',
      shows: '[ 1, 5, { w: 2 } ]',
    }),
    feature('destructuring of arrays, with holes, defaults and rest', {
      run: 'const [syFirst, , syThird = 3, ...syRest] = [1, 2, undefined, 4, 5]\n;[syFirst, syThird, syRest]',
      shows: '[ 1, 3, [ 4, 5 ] ]',
    }),
    feature('destructuring of computed keys', 'const syKey = "width"', {
      run: 'const { [syKey]: syWidth } = { width: 8 }\nsyWidth',
      shows: '8',
    }),
    feature(
      'destructuring into older names, swap included',
      'let syP = 1, syQ = 2',
      { run: '[syP, syQ] = [syQ, syP];\n[syP, syQ]', shows: '[ 2, 1 ]' },
      { run: '({ syP, q: syQ = 9 } = { syP: 5 } as { syP: number, q?: number });\n[syP, syQ]', shows: '[ 5, 9 ]' },
    ),
    feature(
      'destructuring into members and elements',
      'const syTarget: { a?: number, list: number[] } = { list: [] }',
      { run: '[syTarget.a, syTarget.list[1]] = [1, 2]\nsyTarget', shows: '{ list: [ <1 empty item>, 2 ], a: 1 }' },
    ),
    feature('destructuring in loops and catch clauses', {
      run: 'for (const [name, { size }] of new Map([["a", { size: 1 }]])) console.log(name, size)\ntry { throw { code: 3 } } catch ({ code }: any) { console.log(code) }',
      prints: 'a 1\n3\n',
    }),
    feature('destructuring of something wrong is an error with its place', {
      run: 'const syNothing = JSON.parse("null")\nconst { syMissing } = syNothing',
      fails: { name: 'TypeError', message: /syMissing|destructure/, at: [2, 9] },
    }),
    feature('getters, setters and methods of object literals', {
      run: 'const syCelsius = { degrees: 20, get f() { return this.degrees * 1.8 + 32 }, set f(value) { this.degrees = (value - 32) / 1.8 }, show() { return `${this.f}` } }\nsyCelsius.f = 212\n;[syCelsius.degrees, syCelsius.show()]',
      shows: "[ 100, '212' ]",
    }),
    feature(
      'shorthand properties of names of all kinds',
      'let syShort = 1\nfunction syShortFunction() {}\nclass SyShortClass {}',
      { run: '({ syShort, syShortFunction, SyShortClass, Math }).syShort', shows: '1' },
      {
        run: '({ syShortFunction, SyShortClass })',
        shows: '{\n  syShortFunction: [Function: syShortFunction],\n  SyShortClass: [class SyShortClass]\n}',
      },
    ),
    feature('a key named __proto__ written short is a property', {
      run: 'const __proto__ = 5\nObject.keys({ __proto__ })',
      shows: "[ '__proto__' ]",
    }),
    feature(
      'Proxy and Reflect',
      'const syProxy = new Proxy({} as Record<string, number>, { get: (_target, key) => String(key).length })',
      { run: 'syProxy.hello', shows: '5' },
    ),
    feature('delete, in, instanceof', 'const syBag: { a?: number } = { a: 1 }', {
      run: '[delete syBag.a, "a" in syBag, syBag instanceof Object]',
      shows: '[ true, false, true ]',
    }),
    feature('reserved words as member names', {
      run: 'const syWords = { class: 1, new: 2, default: 3, await: 4, type: 5 }\nsyWords.class + syWords.new + syWords.default + syWords.await + syWords.type',
      shows: '15',
    }),
    feature(
      'contextual words as names',
      {
        run: 'const type = 1, of = 2, async = 3, get = 4, declare = 5, from = 6, as = 7, satisfies = 8\ntype + of + async + get + declare + from + as + satisfies',
        shows: '36',
      },
      { run: 'type', shows: '1' },
      { run: 'from', shows: '6' },
    ),
    feature('a reserved word as a name is a clear error', {
      run: 'let class = 5',
      fails: { name: 'SyntaxError', at: [1, 5] },
    }),
    feature(
      'unicode names',
      { run: 'const π = Math.PI, ñandú = 1, 変数 = 2, 𝒳 = 3' },
      { run: 'Math.round(π) + ñandú + 変数 + 𝒳', shows: '9' },
      { run: 'const \\u0061bc = 4\nabc', shows: '4' },
    ),
    feature(
      'names that begin with $ and _',
      'const $ = 1, _ = 2, $$ = 3, $1 = 4, $box = 5, _0 = 6',
      { run: '[$, _, $$, $1, $box, _0]', shows: '[ 1, 2, 3, 4, 5, 6 ]' },
      { run: '{ const $ = "inner"; console.log($, $box) }', prints: 'inner 5\n' },
    ),
    feature('text with an emoji before an error keeps its column', {
      run: 'const syFace = "😀"; syNotThere()',
      fails: typeError(2304, [1, 22]),
    }),
    feature(
      'semicolons are put in where JavaScript puts them',
      { run: 'let syAsi = 1\nconst syAsi2 = syAsi\n++syAsi\nsyAsi2 + syAsi', shows: '3' },
      { run: 'const syF = (n: number) => n\nconst syG = syF\n;[1, 2].forEach(syG)\nsyG(3)', shows: '3' },
    ),
    feature('a line break after return ends it', {
      run: 'function syReturn() {\n  return\n  5\n}\nsyReturn()',
    }),
    feature('a hashbang line', { run: '#!/usr/bin/env node\n1 + 1', shows: '2' }),
    feature('CRLF line ends', {
      run: 'const syCrlf = 1\r\n\r\nconsole.log(syCrlf)\r\nsyCrlf + 1\r\n',
      prints: '1\n',
      shows: '2',
    }),
    feature(
      'octal escapes and `with` are refused as in any module',
      { run: 'with (Math) { PI }', fails: { name: 'SyntaxError' } },
      { run: 'const syOctal = 010', fails: { name: 'SyntaxError' } },
    ),
    feature('JSX is refused with a clear error', {
      run: 'const syElement = <b>hello</b>',
      fails: { name: 'SyntaxError', message: /JSX.*display\.html/, at: [1, 19] },
    }),
    feature('a bracket that is missing is named', {
      run: 'console.log((1 + 2)',
      fails: { name: 'SyntaxError', message: /\)|,/ },
    }),
    feature('debugger is passed over', { run: 'debugger\n1', shows: '1' }),
    feature('import attributes, spread arguments and trailing commas', {
      run: 'Math.max(\n  1,\n  ...[5, 6,],\n)',
      shows: '6',
    }),
    feature('the latest library: toSorted, groupBy, at, structuredClone', {
      run: '[[3, 1].toSorted(), [1, 2].at(-1), structuredClone({ a: [1] }), Object.hasOwn({ x: 1 }, "x")]',
      shows: '[ [ 1, 3 ], 2, { a: [ 1 ] }, true ]',
    }),
  ],
}
