// Cells as learners and tutorials write them.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are kept as plain text
import { feature, type Theme } from './feature.js'

export const HABITS: Theme = {
  theme: 'cells of learners',
  features: [
    feature(
      'a training loop over cells',
      'let haW = 0, haB = 0\nconst haData = [[1, 3], [2, 5], [3, 7]] as const',
      'let haLr = 0.1\nfunction haEpoch(): number {\n  let loss = 0\n  for (const [x, y] of haData) {\n    const error = haW * x + haB - y\n    loss += error ** 2\n    haW -= haLr * error * x\n    haB -= haLr * error\n  }\n  return loss / haData.length\n}',
      'const haLosses: number[] = []\nfor (let epoch = 0; epoch < 300; epoch++) haLosses.push(haEpoch())',
      { run: '[haW.toFixed(2), haB.toFixed(2), haLosses.at(-1)! < 1e-3]', shows: "[ '2.00', '1.00', true ]" },
    ),
    feature(
      'a value class with operators, as micrograd has',
      'class HaValue {\n  grad = 0\n  #back: () => void = () => {}\n  constructor(public data: number, private parents: HaValue[] = []) {}\n  add(other: HaValue | number): HaValue {\n    const o = typeof other === "number" ? new HaValue(other) : other\n    const out = new HaValue(this.data + o.data, [this, o])\n    out.#back = () => { this.grad += out.grad; o.grad += out.grad }\n    return out\n  }\n  mul(o: HaValue): HaValue {\n    const out = new HaValue(this.data * o.data, [this, o])\n    out.#back = () => { this.grad += o.data * out.grad; o.grad += this.data * out.grad }\n    return out\n  }\n  backward(): void {\n    const order: HaValue[] = [], seen = new Set<HaValue>()\n    const visit = (v: HaValue): void => { if (seen.has(v)) return; seen.add(v); v.parents.forEach(visit); order.push(v) }\n    visit(this)\n    this.grad = 1\n    for (const v of order.reverse()) v.#back()\n  }\n}',
      {
        run: 'const haX = new HaValue(3), haY = new HaValue(4)\nconst haOut = haX.mul(haY).add(haX).add(1)\nhaOut.backward()\n;[haOut.data, haX.grad, haY.grad]',
        shows: '[ 16, 5, 3 ]',
      },
    ),
    feature(
      'a seeded generator and typed arrays',
      'function haRandom(seed: number) { return () => { seed |= 0; seed = seed + 0x6D2B79F5 | 0; let t = Math.imul(seed ^ seed >>> 15, 1 | seed); t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t; return ((t ^ t >>> 14) >>> 0) / 4294967296 } }',
      { run: 'const haNext = haRandom(1)\nFloat32Array.from({ length: 2 }, haNext).length', shows: '2' },
    ),
    feature('matrix code with nested maps', {
      run: 'type HaMatrix = number[][]\nconst haMatmul = (a: HaMatrix, b: HaMatrix): HaMatrix => a.map(row => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)))\nhaMatmul([[1, 2], [3, 4]], [[0, 1], [1, 0]])',
      shows: '[ [ 2, 1 ], [ 4, 3 ] ]',
    }),
    feature('pasted JavaScript runs, with warnings only', {
      run: 'function haMean(xs) {\n  var total = 0;\n  for (var i = 0; i < xs.length; i++) { total += xs[i]; }\n  return total / xs.length;\n}\nhaMean([1, 2, 3]);',
      shows: '2',
      warns: /TS7006/,
    }),
    feature(
      '"use strict" and module.exports of a pasted file',
      { run: '"use strict";\nconst haPasted = 1;\nmodule.exports = { haPasted };' },
      { run: 'haPasted', shows: '1' },
    ),
    feature(
      'export in front of everything',
      {
        run: 'export const haE1 = 1\nexport function haE2() { return 2 }\nexport default function haE3() { return 3 }\nexport interface HaE4 { x: number }\n;[haE1, haE2(), haE3()]',
        shows: '[ 1, 2, 3 ]',
      },
      { run: 'haE1 + haE2() + haE3()', shows: '6' },
    ),
    feature('a method chain over lines', {
      run: '[5, 3, 8]\n  .filter(x => x > 3)\n  // sorted\n  .toSorted((a, b) => a - b)\n  .map(x => x * 2)',
      shows: '[ 10, 16 ]',
    }),
    feature('console.log of several kinds', {
      run: 'console.log("%s is %d", "x", 5)\nconsole.log([1, [2, [3, [4]]]])\nconsole.log(new Error("shown").message, null, undefined, Symbol("s"))',
      prints: 'x is 5\n[ 1, [ 2, [ 3, [Array] ] ] ]\nshown null undefined Symbol(s)\n',
    }),
    feature('a cell run twice gives the same', 'let haTimes = 0\nhaTimes++', 'let haTimes = 0\nhaTimes++', {
      run: 'haTimes',
      shows: '1',
    }),
    feature('a counter cell run twice counts on', 'var haCounter = 0', 'haCounter++', 'haCounter++', {
      run: 'haCounter',
      shows: '2',
    }),
    feature('handbook: narrowing, tuples, keyof', {
      run: 'function haPad(padding: number | string, input: string): string { return typeof padding === "number" ? " ".repeat(padding) + input : padding + input }\ntype HaPoint = { x: number; y: number }\ntype HaKeys = keyof HaPoint\nconst haKey: HaKeys = "y"\nhaPad(2, haKey)',
      shows: "'  y'",
    }),
    feature('handbook: decorator factory with a bound method', {
      run: 'function haBound(_method: unknown, context: ClassMethodDecoratorContext) { context.addInitializer(function (this: any) { this[context.name] = this[context.name].bind(this) }) }\nclass HaPerson { constructor(readonly name: string) {} @haBound greet() { return `I am ${this.name}` } }\nconst { greet: haGreet } = new HaPerson("Ray")\nhaGreet()',
      shows: "'I am Ray'",
    }),
    feature('handbook: generics with a class and keyof', {
      run: 'class HaBee { tail = true }\nfunction haCreate<A>(c: new () => A): A { return new c() }\nhaCreate(HaBee).tail',
      shows: 'true',
    }),
    feature('Node docs: a timer promise, performance', {
      run: 'import { setTimeout as haDelay } from "node:timers/promises"\nconst haT0 = performance.now()\nconst haRes = await haDelay(5, "result")\n;[haRes, performance.now() - haT0 > 3]',
      shows: "[ 'result', true ]",
    }),
    feature('Node docs: util.promisify, readline over a stream, assert', {
      run: 'import { promisify } from "node:util"\nimport { createInterface } from "node:readline"\nimport { Readable as HaReadable } from "node:stream"\nimport haAssert from "node:assert/strict"\nconst haLines: string[] = []\nfor await (const line of createInterface({ input: HaReadable.from(["a\\nb\\n", "c"]) })) haLines.push(line)\nhaAssert.deepEqual(haLines, ["a", "b", "c"])\ntypeof promisify(setTimeout)',
      shows: "'function'",
    }),
    feature("Node docs: an EventEmitter of one's own", {
      run: 'import HaEmitter from "node:events"\nclass HaMine extends HaEmitter {}\nconst haMine = new HaMine()\nhaMine.on("event", (a, b) => console.log(a, b))\nhaMine.emit("event", 1, 2)',
      prints: '1 2\n',
      shows: 'true',
    }),
    feature('a test written with node:assert fails with both values', {
      run: 'import { strictEqual as haEqual } from "node:assert"\nhaEqual(1 + 1, 3)',
      fails: { name: 'AssertionError', at: [2, 1] },
    }),
    feature('setters of prototypes and Object.assign on classes', {
      run: '// @ts-nocheck\nclass HaPatched {}\nHaPatched.prototype.late = function () { return "late" }\nObject.assign(HaPatched, { version: 2 })\n;[new HaPatched().late(), HaPatched.version]',
      shows: "[ 'late', 2 ]",
    }),
    feature('a progress loop that writes over its line', {
      run: 'for (let i = 0; i <= 2; i++) process.stdout.write(`\\r${i * 50}%`)\nprocess.stdout.write("\\n")',
      prints: '\r0%\r50%\r100%\n',
      shows: 'true',
    }),
    feature('JSON round trips, sorting, grouping', {
      run: 'const haBirds = [{ s: "a", m: 3 }, { s: "b", m: 1 }, { s: "a", m: 2 }]\nconst haGroups = haBirds.reduce<Record<string, number[]>>((groups, { s, m }) => { (groups[s] ??= []).push(m); return groups }, {})\nJSON.parse(JSON.stringify(haGroups))',
      shows: '{ a: [ 3, 2 ], b: [ 1 ] }',
    }),
    feature('async work in a map', {
      run: 'const haSquare = async (n: number) => { await null; return n * n }\nawait Promise.all([1, 2, 3].map(haSquare))',
      shows: '[ 1, 4, 9 ]',
    }),
    feature('a chain of let and if at the top', {
      run: 'let haGrade: string\nconst haScore = 83\nif (haScore > 90) haGrade = "A"\nelse if (haScore > 80) haGrade = "B"\nelse haGrade = "C"\nhaGrade',
      shows: "'B'",
    }),
    feature('a regular expression of one line after a division', {
      run: 'const haRatio = 10 / 4 / 5; const haRe = /a\\/b/g\n"a/b".replace(haRe, String(haRatio))',
      shows: "'0.5'",
    }),
    feature('a getter at the top by Object.defineProperty', {
      run: 'const haLazy = {} as { readonly v: number }\nObject.defineProperty(haLazy, "v", { get: () => 5 })\nhaLazy.v',
      shows: '5',
    }),
  ],
}
