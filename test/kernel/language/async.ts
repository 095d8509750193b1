// Await, iteration, generators, disposal.
import { feature, type Theme } from './feature.js'

const SLEEP = 'const SLEEP = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))'
const sleep = (name: string): string => SLEEP.replace('SLEEP', name)

export const ASYNC: Theme = {
  theme: 'async and iteration',
  features: [
    feature('await at every place of the top level', {
      run: `${sleep('asSleep')}
const asOne = await Promise.resolve(1)
const { a: asTwo = await Promise.resolve(2) }: { a?: number } = await Promise.resolve({})
if (await Promise.resolve(true)) console.log('if')
for (let i = await Promise.resolve(0); i < await Promise.resolve(2); i++) console.log('for', i)
switch (await Promise.resolve('x')) { case await Promise.resolve('x'): console.log('case') }
while (await Promise.resolve(false));
try { throw await Promise.resolve('thrown') } catch (error) { console.log(error) } finally { await asSleep(1) }
const asObject = { [await Promise.resolve('key')]: await Promise.resolve(3) }
class AsClass { static x = 1; [await Promise.resolve('m')]() { return 5 } }
\`\${await Promise.resolve('text')}\` + (await Promise.resolve([1, 2]))[1] + asOne + asTwo + asObject.key`,
      prints: 'if\nfor 0\nfor 1\ncase\nthrown\n',
      shows: "'text2123'",
    }),
    feature(
      'names across an await',
      'let asCount = 0\nasync function asTick() { asCount++; await null; asCount++; return asCount }',
      { run: 'await asTick()', shows: '2' },
      'asCount += await asTick()',
      { run: 'asCount', shows: '6' },
    ),
    feature(
      'an async closure of an older cell sees later values',
      'let asStop = false, asTicks = 0\nconst asLoop = (async () => { while (!asStop) { asTicks++; await new Promise(r => setTimeout(r, 2)) } return "stopped" })()',
      'asStop = true',
      { run: 'await asLoop', shows: "'stopped'" },
    ),
    feature(
      'Promise.all, race, allSettled, any',
      { run: 'await Promise.all([1, Promise.resolve(2)])', shows: '[ 1, 2 ]' },
      { run: '(await Promise.allSettled([Promise.reject(new Error("x"))]))[0]!.status', shows: "'rejected'" },
      { run: 'await Promise.race([new Promise(() => {}), Promise.resolve("first")])', shows: "'first'" },
    ),
    feature('a rejected promise that is not caught fails the cell, at its await', {
      run: 'async function asFail() { throw new TypeError("async") }\n1 + 1\nawait asFail()',
      fails: { name: 'TypeError', message: 'async', at: [1, 33] },
    }),
    feature('a result that rejects fails the cell', {
      run: 'Promise.reject(new RangeError("late"))',
      fails: { name: 'RangeError', message: 'late' },
    }),
    feature(
      'for await over an async generator',
      'async function* asNumbers(n: number) { for (let i = 0; i < n; i++) { await null; yield i } }',
      {
        run: 'const asGot: number[] = []\nfor await (const x of asNumbers(3)) asGot.push(x)\nasGot',
        shows: '[ 0, 1, 2 ]',
      },
    ),
    feature('for await over promises, with destructuring, labels and break', {
      run: 'let asSum = 0\nouter: for await (const [x] of [Promise.resolve([1]), [2], Promise.resolve([30])]) {\n  for (;;) { if (x! > 10) break outer; asSum += x!; continue outer }\n}\nasSum',
      shows: '3',
    }),
    feature('for await into an older name', 'let asItem = 0', {
      run: 'for await (asItem of [4, 5]);\nasItem',
      shows: '5',
    }),
    feature('for await calls return of what it leaves', {
      run: 'async function* asClosing() { try { yield 1; yield 2 } finally { console.log("closed") } }\nfor await (const x of asClosing()) { console.log(x); break }',
      prints: '1\nclosed\n',
    }),
    feature('for await of something that cannot be iterated', {
      run: '// @ts-nocheck\nfor await (const x of 5) {}',
      fails: { name: 'TypeError', message: /iterable/ },
    }),
    feature(
      'generators, yield* and sent values',
      'function* asCounter(): Generator<number, string, number | undefined> { let step = 1; let n = 0; while (n < 10) { step = (yield n) ?? step; n += step } return "done" }',
      {
        run: 'const asIterator = asCounter()\n;[asIterator.next(), asIterator.next(), asIterator.next(5), asIterator.next(10)]',
        shows:
          "[\n  { value: 0, done: false },\n  { value: 1, done: false },\n  { value: 6, done: false },\n  { value: 'done', done: true }\n]",
      },
      { run: 'function* asBoth() { yield* [1, 2]; yield* asCounter() }\n[...asBoth()].length', shows: '12' },
    ),
    feature(
      'generators that read names of later cells',
      { run: 'function* asLazy() { while (true) yield asScale }', warns: /asScale/ },
      'let asScale = 1\nconst asLazyOne = asLazy()',
      { run: 'asLazyOne.next().value', shows: '1' },
      'asScale = 7',
      { run: 'asLazyOne.next().value', shows: '7' },
    ),
    feature('async generators with return and throw', {
      run: 'async function* asGuarded() { try { yield 1 } catch (error) { yield error } }\nconst asGuard = asGuarded()\nawait asGuard.next()\n;(await asGuard.throw("caught")).value',
      shows: "'caught'",
    }),
    feature(
      "iterators of one's own and spread",
      'class AsRange { constructor(private n: number) {} *[Symbol.iterator]() { for (let i = 0; i < this.n; i++) yield i } }',
      { run: '[...new AsRange(3), ...new Set([9])]', shows: '[ 0, 1, 2, 9 ]' },
    ),
    feature('using in a block disposes at its end, in reverse order', {
      run: 'const asDisposable = (name: string): Disposable => ({ [Symbol.dispose]() { console.log("dispose", name) } })\n{\n  using a = asDisposable("a")\n  using b = asDisposable("b")\n  console.log("in")\n}\nconsole.log("out")',
      prints: 'in\ndispose b\ndispose a\nout\n',
    }),
    feature('await using', {
      run: '{\n  await using c = { async [Symbol.asyncDispose]() { await null; console.log("async disposed") } }\n  console.log("using")\n}\nconsole.log("after")',
      prints: 'using\nasync disposed\nafter\n',
    }),
    feature(
      'using at the top lives until it is declared again',
      'using asKept = { value: 5, [Symbol.dispose]() { console.log("gone") } }',
      { run: 'asKept.value', shows: '5' },
      { run: 'using asKept = { value: 6, [Symbol.dispose]() {} }', prints: 'gone\n' },
      { run: 'asKept.value', shows: '6' },
    ),
    feature('await using at the top', {
      run: 'await using asTop = { value: 7, async [Symbol.asyncDispose]() {} }\nasTop.value',
      shows: '7',
    }),
    feature('using of something that cannot be disposed', {
      run: '// @ts-nocheck\nusing asWrong = 5',
      fails: { name: 'TypeError' },
    }),
    feature('using in a loop', {
      run: 'for (using x of [1, 2].map(n => ({ n, [Symbol.dispose]() { console.log("end", n) } }))) console.log(x.n)',
      prints: '1\nend 1\n2\nend 2\n',
    }),
    feature('timers, microtasks and their order', {
      run: `${sleep('asWait')}
setTimeout(() => console.log('timeout'), 1)
setImmediate(() => console.log('immediate'))
queueMicrotask(() => console.log('microtask'))
process.nextTick(() => console.log('tick'))
console.log('sync')
await asWait(20)`,
      prints: /^sync\n(tick\nmicrotask|microtask\ntick)\n(timeout\nimmediate|immediate\ntimeout)\n$/,
    }),
    feature('await in parameters and nested async functions', {
      run: 'const asOuter = async (n: number) => { const inner = async () => (await Promise.resolve(n)) * 2; return (await inner()) + 1 }\nawait asOuter(4)',
      shows: '9',
    }),
    feature('await of a thenable', { run: 'await { then(resolve: (n: number) => void) { resolve(8) } }', shows: '8' }),
    feature('AbortController and events', {
      run: 'import { EventEmitter, once } from "node:events"\nconst asEmitter = new EventEmitter()\nsetTimeout(() => asEmitter.emit("ready", 5), 5)\nconst [asReady] = await once(asEmitter, "ready")\nasReady',
      shows: '5',
    }),
    feature('streams by for await', {
      run: 'import { Readable } from "node:stream"\nlet asText = ""\nfor await (const chunk of Readable.from(["a", "b"])) asText += chunk\nasText',
      shows: "'ab'",
    }),
    feature(
      'await has the precedence of a unary operator',
      { run: '-await Promise.resolve(2) + 2 * await Promise.resolve(3)', shows: '4' },
      { run: '(await Promise.resolve({ f: (n: number) => n + 1 })).f(1)', shows: '2' },
    ),
    feature('return at the top is refused', { run: 'return 5', fails: { name: 'SyntaxError', at: [1, 1] } }),
  ],
}
