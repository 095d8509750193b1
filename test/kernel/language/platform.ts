// What Node gives: WebAssembly, workers, buffers, processes; and cells of great size.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are kept as plain text
import { feature, type Theme } from './feature.js'

// (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
const WASM =
  '[0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11]'

export const PLATFORM: Theme = {
  theme: 'platform',
  files: {
    'worker.mjs':
      'import { parentPort, workerData } from "node:worker_threads"\nparentPort.postMessage(workerData * 2)\n',
    'worker.ts':
      'import { parentPort, workerData } from "node:worker_threads"\nimport { triple } from "./triple"\nconst n: number = workerData\nparentPort!.postMessage(triple(n))\n',
    'triple.ts': 'export const triple = (n: number): number => n * 3\n',
  },
  features: [
    feature(
      'WebAssembly, its instance kept over cells',
      {
        run: `const plBytes = new Uint8Array(${WASM})\nconst { instance: plInstance } = await WebAssembly.instantiate(plBytes)\nconst plAdd = plInstance.exports.add as (a: number, b: number) => number`,
      },
      { run: 'plAdd(40, 2) + plInstance.exports.add(0, 0)', shows: '42' },
      { run: 'new WebAssembly.Memory({ initial: 1 }).buffer.byteLength', shows: '65536' },
    ),
    feature('a worker from a file by new URL', {
      run: 'import { Worker } from "node:worker_threads"\nconst plWorker = new Worker(new URL("./worker.mjs", import.meta.url), { workerData: 21 })\nawait new Promise(resolve => plWorker.once("message", resolve))',
      shows: '42',
    }),
    feature('a worker written in TypeScript', {
      run: 'import { Worker as PlWorker } from "node:worker_threads"\nconst plTsWorker = new PlWorker(new URL("./worker.ts", import.meta.url), { workerData: 7 })\nawait new Promise((resolve, reject) => plTsWorker.once("message", resolve).once("error", reject))',
      shows: '21',
    }),
    feature('a worker of text', {
      run: 'import { Worker as PlEvalWorker } from "node:worker_threads"\nconst plEval = new PlEvalWorker("require(\'node:worker_threads\').parentPort.postMessage(\'hi\')", { eval: true })\nawait new Promise(resolve => plEval.once("message", resolve))',
      shows: "'hi'",
    }),
    feature('message channels and shared memory', {
      run: 'const plShared = new Int32Array(new SharedArrayBuffer(8))\nAtomics.add(plShared, 0, 5)\nconst { port1, port2 } = new MessageChannel()\nport1.postMessage({ n: Atomics.load(plShared, 0) })\nconst plGot = await new Promise<number>(resolve => port2.once("message", ({ n }: { n: number }) => resolve(n)))\nport1.close()\nplGot',
      shows: '5',
    }),
    feature('child processes', {
      run: 'import { execFileSync } from "node:child_process"\nexecFileSync(process.execPath, ["-p", "6*7"], { encoding: "utf8" }).trim()',
      shows: "'42'",
    }),
    feature('files and buffers', {
      run: 'import { writeFile, readFile } from "node:fs/promises"\nawait writeFile("made.bin", Buffer.from([1, 2, 3]))\n;[...(await readFile("made.bin"))]',
      shows: '[ 1, 2, 3 ]',
    }),
    feature('fetch of data URLs, URL, TextEncoder, crypto', {
      run: 'const plText = await (await fetch("data:text/plain,hello")).text()\n;[plText, new URL("../x", "http://a/b/c").pathname, new TextEncoder().encode("é").length, crypto.randomUUID().length]',
      shows: "[ 'hello', '/x', 2, 36 ]",
    }),
    feature('a local HTTP server', {
      run: 'import { createServer } from "node:http"\nconst plServer = createServer((_, response) => response.end("served")).listen(0, "127.0.0.1")\nawait new Promise(resolve => plServer.once("listening", resolve))\nconst plPort = (plServer.address() as { port: number }).port\nconst plServed = await (await fetch(`http://127.0.0.1:${plPort}`)).text()\nplServer.close()\nplServed',
      shows: "'served'",
    }),
    feature('Intl, Date, WeakRef, FinalizationRegistry', {
      run: '[new Intl.NumberFormat("en").format(1234.5), new Date(0).toISOString(), new WeakRef({ a: 1 }).deref()?.a]',
      shows: "[ '1,234.5', '1970-01-01T00:00:00.000Z', 1 ]",
    }),
    feature('a cell of 1 MB', { run: `const plBig = [${'1234567, '.repeat(116_000)}]\nplBig.length`, shows: '116000' }),
    feature('a text of 1 MB in one literal', {
      run: `const plLong = "${'x'.repeat(1_000_000)}"\nplLong.length`,
      shows: '1000000',
    }),
    feature(
      '5,000 declarations in one cell',
      { run: Array.from({ length: 5000 }, (_, i) => `const plD${i} = ${i}`).join('\n') },
      { run: 'plD0 + plD4999', shows: '4999' },
    ),
    feature('deep nesting', { run: `${'['.repeat(300)}${']'.repeat(300)}.length`, shows: '1' }),
    feature('an expression of 2,000 terms', {
      run: Array.from({ length: 2000 }, () => '1').join(' + '),
      shows: '2000',
    }),
    feature(
      'a stack overflow is an error, and the next cell runs',
      {
        run: 'function plDeep(): number { return plDeep() + 1 }\nplDeep()',
        fails: { name: 'RangeError', message: /call stack/ },
      },
      { run: '1 + 1', shows: '2' },
    ),
  ],
}
