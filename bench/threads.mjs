// Would kernels over large tensors gain by a second thread? The real kernels on a memory that two threads share; the second one sleeps until it
// is given the upper half of the numbers. An experiment: the library itself has one thread.
//
//   npm run build && node bench/threads.mjs [--json]
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { encodeModule } from '#src/backends/wasm/assembler/module.js'
import { elementwise, FLOAT_BINARY, FLOAT32_UNARY } from '#src/backends/wasm/elementwise.js'
import { FOLDS } from '#src/backends/wasm/reduce/folds.js'
import { foldRows } from '#src/backends/wasm/reduce/rows.js'

const COUNTS = [2 ** 12, 2 ** 14, 2 ** 16, 2 ** 18, 2 ** 20]
const LARGEST = COUNTS.at(-1)
const PAGES = (3 * LARGEST * 4) / 65536 + 2
const [A, B, OUT] = [65536, 65536 + 4 * LARGEST, 65536 + 8 * LARGEST]
/** What the threads say to each other: a number of the task, how many have done it, the kernel, the count. */
const [TASK, DONE, KERNEL, COUNT] = [0, 1, 2, 3]

/** The same module for a memory that is shared: the import says so, and how large it may grow. */
function forShared(bytes) {
  const at = bytes.indexOf(
    0x02,
    bytes.findIndex((_, i) => i > 8 && bytes[i] === 0x79 && bytes[i - 1] === 0x72),
  )
  // ... "memory" 0x02 0x00 1 becomes 0x02 0x03 1 and the maximum, in one section.
  const limits = at + 1
  const most = [(PAGES & 127) | 128, PAGES >> 7]
  const out = [...bytes.slice(0, limits), 0x03, 1, ...most, ...bytes.slice(limits + 2)]
  const section = out.indexOf(0x02, 8)
  out[section + 1] += most.length
  return Uint8Array.from(out)
}

function sectionsOfOneByte(bytes) {
  // Sections 1 and 2 are short: the length of the second is one byte, which forShared adds to.
  return bytes[9] < 128
}

const builders = {
  add: elementwise('add', 'f32x4', FLOAT_BINARY.add, ['v', 'v'], 4),
  exp: elementwise('exp', 'f32x4', FLOAT32_UNARY.exp, ['v'], 1),
  gelu: elementwise('gelu', 'f32x4', FLOAT32_UNARY.gelu, ['v'], 1),
  sum: foldRows('sum', FOLDS.sum.float32),
}
const names = Object.keys(builders)

function kernelsOn(memory) {
  return Object.fromEntries(
    names.map(name => {
      const bytes = encodeModule([builders[name]])
      if (!sectionsOfOneByte(bytes)) throw new Error('The module is not as this experiment expects it.')
      return [
        name,
        new WebAssembly.Instance(new WebAssembly.Module(forShared(bytes)), { env: { memory } }).exports[name],
      ]
    }),
  )
}

/** Runs a kernel over numbers [from, from + count); sums go to a place of their own. */
function part(kernels, name, from, count) {
  const [a, b, out] = [A + 4 * from, B + 4 * from, OUT + 4 * from]
  if (name === 'add') kernels.add(count, 1, a, 0, b, 0, out, 0)
  else if (name === 'sum') kernels.sum(out, a, 1, 4 * count, 0)
  else kernels[name](count, 1, a, 0, out, 0)
}

if (!isMainThread) {
  const { memory, control } = workerData
  const kernels = kernelsOn(memory)
  for (let task = 0; ; task++) {
    Atomics.wait(control, TASK, task)
    const count = control[COUNT]
    part(kernels, names[control[KERNEL]], count, count)
    Atomics.add(control, DONE, 1)
    Atomics.notify(control, DONE)
  }
}

const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true })
const floats = new Float32Array(memory.buffer, A, 2 * LARGEST)
for (let i = 0; i < floats.length; i++) floats[i] = Math.sin(i)
const control = new Int32Array(new SharedArrayBuffer(16))
const worker = new Worker(new URL(import.meta.url), { workerData: { memory, control } })
const kernels = kernelsOn(memory)
let tasks = 0

function alone(name, count) {
  part(kernels, name, 0, count)
}

function together(name, count) {
  control[KERNEL] = names.indexOf(name)
  control[COUNT] = count / 2
  tasks++
  Atomics.store(control, TASK, tasks)
  Atomics.notify(control, TASK)
  part(kernels, name, 0, count / 2)
  while (Atomics.load(control, DONE) < tasks) Atomics.wait(control, DONE, tasks - 1)
}

/** The best milliseconds of one call, the two ways in turn. */
function measured(name, count) {
  const best = [Infinity, Infinity]
  const repeats = Math.max(8, Math.round(2 ** 20 / count))
  for (let round = 0; round < 12; round++) {
    for (const [i, way] of [alone, together].entries()) {
      const start = performance.now()
      for (let k = 0; k < repeats; k++) way(name, count)
      best[i] = Math.min(best[i], (performance.now() - start) / repeats)
    }
  }
  return best
}

// The other thread needs a moment to start.
await new Promise(resolve => worker.once('online', resolve))
await new Promise(resolve => setTimeout(resolve, 200))
const json = process.argv.includes('--json')
const digits = x => Number(x.toPrecision(3))
if (!json) console.log('| kernel | numbers | one thread, us | two, us | gain |\n|---|---|---|---|---|')
for (const name of names) {
  for (const count of COUNTS) {
    const [one, two] = measured(name, count)
    const [ours, theirs] = [digits(two * 1000), digits(one * 1000)]
    if (json)
      console.log(
        JSON.stringify({
          name: `${name} of ${count}, two threads`,
          unit: 'us',
          ours,
          peer: 'one thread',
          theirs,
          ratio: digits(one / two),
        }),
      )
    else console.log(`| ${name} | ${count} | ${theirs} | ${ours} | ${digits(one / two)} |`)
  }
}
process.exit(0)
