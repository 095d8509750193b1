// The package as others import it: the bundled doors that package.json names, in a process of their own.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as data from '#src/data/index.js'
import * as gradlab from '#src/index.js'
import * as notebook from '#src/notebook/index.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a script inside of the package, where it may import itself by its name; what it prints is JSON. */
function run(script: string, type = 'module'): unknown {
  const args = [`--input-type=${type}`, '--eval', script]
  return JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }))
}

const PROGRAM = `import { conv2d, grad, noGrad, ones, randn, stack, type Tensor, TensorError, tensor } from 'gradlab'
const w: Tensor = tensor([1, 2], { requiresGrad: true })
w.mul(2).sum().backward()
noGrad(() => w.sub_(w.grad!.mul(0.1)))
const [slope]: Tensor[] = grad(w.square().sum(), [w])
const { values, indices } = randn([3, 4]).max(1)
const greatest: number = randn([3]).max().item() as number
conv2d(ones([1, 1, 4, 4]), ones([1, 1, 2, 2]), null, { stride: 2 })
let code = ''
try {
  w.matmul(tensor([greatest, 2, 3]))
} catch (error) {
  if (error instanceof TensorError) code = error.code
}
declare const console: { log(...what: unknown[]): void }
// @ts-expect-error no such method
w.matmull
// @ts-expect-error an axis is a dim
noGrad(() => w.sum({ axis: 0 }))
console.log(JSON.stringify(stack([w, slope!]).at(0).toArray().map((x: number) => Math.round(x * 10) / 10)), JSON.stringify(values.shape), indices.dtype, code)
`

describe('the package', function () {
  this.timeout(60_000)

  it('has behind each door what its modules export', () => {
    const doors = { gradlab, 'gradlab/data': data, 'gradlab/notebook': notebook }
    for (const [door, modules] of Object.entries(doors)) {
      const names = run(`import * as all from '${door}'; console.log(JSON.stringify(Object.keys(all)))`)
      assert.deepEqual(names, Object.keys(modules), door)
    }
  })

  it('has one library behind several doors', () => {
    const same = `import { data } from 'gradlab'; import { penguins } from 'gradlab/data'
      console.log(data.penguins === penguins && penguins().length)`
    assert.equal(run(same), 344)
  })

  it('may be required by CommonJS', () => {
    const script = `const { tensor } = require('gradlab')
      const x = tensor([1, 2, 3], { requiresGrad: true })
      x.mul(x).sum().backward()
      console.log(JSON.stringify(x.grad.toArray()))`
    assert.deepEqual(run(script, 'commonjs'), [2, 4, 6])
  })

  it('may be imported by worker threads, each with its own random numbers', () => {
    const script = `import { Worker } from 'node:worker_threads'
      const work = "import { manualSeed, randn } from 'gradlab'; import { parentPort } from 'node:worker_threads';" +
        "manualSeed(1); parentPort.postMessage(randn([8, 8]).matmul(randn([8, 8])).sum().item())"
      const sums = await Promise.all([1, 2].map(() => new Promise((resolve, reject) =>
        new Worker(work, { eval: true }).on('message', resolve).on('error', reject))))
      console.log(JSON.stringify(sums))`
    const [one, two] = run(script) as [number, number]
    assert.equal(one, two)
    assert.ok(Number.isFinite(one))
  })

  for (const [kind, options] of Object.entries({
    'with the rules of Node': { module: 'nodenext' },
    'with those of a bundler, for a page': { module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom'] },
  })) {
    it(`has types that a strict project takes, without those of Node, ${kind}`, () => {
      const folder = mkdtempSync(join(tmpdir(), 'gradlab-project-'))
      try {
        mkdirSync(join(folder, 'node_modules'))
        symlinkSync(ROOT, join(folder, 'node_modules/gradlab'), 'junction')
        writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
        writeFileSync(join(folder, 'train.ts'), PROGRAM)
        const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, types: [] }
        const compilerOptions = { target: 'es2023', lib: ['es2023'], skipLibCheck: false, ...strict, ...options }
        writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['train.ts'] }))
        const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
        const found = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
        assert.equal(found.stdout, '')
        const printed = execFileSync(process.execPath, [join(folder, 'train.js')], { encoding: 'utf8' })
        assert.equal(printed, '[0.8,1.8] [3] int32 SHAPE_MISMATCH\n')
      } finally {
        rmSync(folder, { recursive: true })
      }
    })
  }

  it("names the caller's line, not its own", () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-package-'))
    try {
      const file = join(folder, 'train.mjs')
      const door = pathToFileURL(join(ROOT, 'dist/bundle/index.js')).href
      writeFileSync(
        file,
        `import { memory, ones, trackMemory } from '${door}'
trackMemory(true)
const x = ones([2, 3]).sigmoid()
console.log(JSON.stringify([memory().toString(), x.shape]))`,
      )
      const [text] = JSON.parse(execFileSync(process.execPath, [file], { encoding: 'utf8' })) as [string]
      assert.match(text, /train\.mjs:3:24/)
      assert.doesNotMatch(text, /bundle/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
