// Products by OpenBLAS: the same as ours but for rounding, in eager calls and in programs, however the matrices lie.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findLibrary, physicalCores } from '#src/backends/blas/find.js'
import { compile, device, F, manualSeed, nn, ones, optim, randint, randn, setBackend, type Tensor } from '#src/index.js'
import { raises } from '../raises.js'

const here = findLibrary(fileURLToPath(new URL('.', import.meta.url))) !== undefined
const index = new URL('../../../../dist/index.js', import.meta.url).href

/** What a fresh process prints; it runs elsewhere, so that it finds OpenBLAS by its environment alone. */
function printed(code: string, env: Record<string, string>): string {
  const { VIRTUAL_ENV: _, GRADLAB_BLAS: __, ...rest } = process.env
  const program = `import { device, randn, setBackend } from ${JSON.stringify(index)}; try { ${code} } catch (e) { console.log(String(e)) }`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: tmpdir(),
    env: { ...rest, ...env },
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  return stdout.trim()
}

describe('products of matrices without OpenBLAS', () => {
  it('are made in WebAssembly, and nothing is said of it', () => {
    assert.equal(
      printed('console.log(device(), randn([64, 64]).matmul(randn([64, 64])).shape)', { GRADLAB_BLAS: 'off' }),
      'wasm [ 64, 64 ]',
    )
  })

  it("are an error for setBackend('blas'), which says how to get it", () => {
    const said = printed("setBackend('blas')", { GRADLAB_BLAS: 'off' })
    assert.match(said, /OpenBLAS is not here/)
    assert.match(said, /npm start.*scipy-openblas32.*GRADLAB_BLAS/)
  })

  it('are an error where GRADLAB_BLAS names what is no library', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-blas-'))
    writeFileSync(join(folder, 'libblas.so'), 'no library')
    const said = printed('randn([64, 64]).matmul(randn([64, 64]))', { GRADLAB_BLAS: join(folder, 'libblas.so') })
    assert.match(said, /GRADLAB_BLAS: OpenBLAS cannot be loaded from .*libblas\.so/)
    assert.match(said, /cblas_sgemm.*GRADLAB_BLAS=off/)
    rmSync(folder, { recursive: true })
  })

  it('never come from the folder that one happens to be in', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-blas-'))
    const packages = join(folder, '.venv/lib/python3.11/site-packages/scipy_openblas32/lib')
    mkdirSync(packages, { recursive: true })
    const names = ['libscipy_openblas.so', 'libscipy_openblas.dylib', 'libscipy_openblas.dll']
    for (const name of names) writeFileSync(join(packages, name), 'hostile')
    assert.ok(findLibrary(join(folder, 'a/b'))?.startsWith(packages))
    const before = process.cwd()
    process.chdir(folder)
    assert.ok(!findLibrary(fileURLToPath(new URL('.', import.meta.url)))?.startsWith(folder))
    process.chdir(before)
    rmSync(folder, { recursive: true })
  })

  it('use as many threads as there are cores, at least one', () => {
    assert.ok(Number.isInteger(physicalCores()) && physicalCores() >= 1)
  })
})

describe(`products of matrices by OpenBLAS${here ? '' : ' (skipped: the wheel scipy-openblas32 is not in .venv; npm start installs it)'}`, () => {
  before(function () {
    if (!here) this.skip()
  })
  beforeEach(() => {
    manualSeed(1)
    setBackend('blas')
  })
  afterEach(() => setBackend('auto'))

  /** The same on both ways: the largest difference, relative to the greatest number. */
  function difference(f: () => Tensor): number {
    const [a, b] = ['blas', 'wasm'].map(name => {
      setBackend(name)
      return f()
    }) as [Tensor, Tensor]
    assert.deepEqual(a.shape, b.shape)
    return a.sub(b).abs().max().div(b.abs().max()).item() as number
  }

  it('are told by device()', () => {
    assert.equal(device(), 'blas')
    setBackend('wasm')
    assert.equal(device(), 'wasm')
    setBackend('auto')
    assert.equal(device(), 'blas')
    assert.equal(randn([2]).device, 'wasm')
  })

  for (const [dtype, most] of [
    ['float32', 2 ** -20],
    ['float64', 2 ** -49],
  ] as const) {
    it(`agree with ours in ${dtype}: by rows, by columns, windows, batches, one row, one column`, () => {
      const [a, b, c] = [
        [96, 80],
        [80, 112],
        [4, 3, 80, 40],
      ].map(shape => randn(shape, { dtype })) as [Tensor, Tensor, Tensor]
      const [wide, tall] = [randn([3, 20000], { dtype }), randn([20000, 1], { dtype })]
      const products: (() => Tensor)[] = [
        () => a.matmul(b),
        () => b.T.matmul(a.T),
        () => a.matmul(b.T.clone().T),
        () => a.at([8, 90], [4, 70]).matmul(b.at([4, 70], [10, 100])),
        () => a.at([0, 96, 2]).matmul(b.at([0, 80], [0, 112, 2])),
        () => a.matmul(c),
        () => wide.matmul(tall),
        () => tall.matmul(ones([1, 30], { dtype })),
        () => a.at([0, 1]).expand([96, 80]).matmul(b),
      ]
      for (const [i, product] of products.entries()) {
        assert.ok(difference(product) <= most, `product ${i}: ${difference(product)}`)
      }
    })
  }

  it('are in programs what they are in eager calls, bit for bit', () => {
    const run = (compiled: boolean): unknown => {
      manualSeed(3)
      const model = new nn.Sequential(new nn.Linear(64, 128), new nn.GELU(), new nn.Linear(128, 10))
      const optimizer = new optim.AdamW(model.parameters())
      const plain = (x: Tensor, y: Tensor): Tensor => {
        const loss = F.crossEntropy(model.forward(x), y)
        optimizer.zeroGrad()
        loss.backward()
        optimizer.step()
        return loss
      }
      const step = compiled ? compile(plain) : plain
      const losses = Array.from({ length: 8 }, () => step(randn([64, 64]), randint(10, { shape: [64] })).item())
      return [losses, model.parameters().map(p => p.toArray())]
    }
    assert.deepEqual(run(true), run(false))
  })

  it('go on after the memory has grown', () => {
    const [a, b] = [randn([64, 64]), randn([64, 64])]
    const expected = a.matmul(b).toArray()
    const large = randn([2 ** 22])
    assert.equal(large.size, 2 ** 22)
    assert.deepEqual(a.matmul(b).toArray(), expected)
  })

  it('find what a program gives by an address above 2 GB, which is negative there', () => {
    // In a process of its own: a wrong address ends it.
    const code = `
      const { openBlas } = await import(${JSON.stringify(new URL('backends/blas/openblas.js', index).href)})
      const high = 2 ** 31 + 2 ** 20
      const memory = new WebAssembly.Memory({ initial: high / 65536 + 1 })
      const at = (place, numbers) => new Float32Array(memory.buffer, high + place, 4).set(numbers)
      at(0, [1, 2, 3, 4])
      at(16, [5, 6, 7, 8])
      const [a, b, c] = [0, 16, 32].map(place => (high + place) | 0)
      openBlas(memory).f32x4(2, 2, 2, a, 0, 2, b, 0, 2, c, 2, 0)
      console.log(a < 0, ...new Float32Array(memory.buffer, high + 32, 4))`
    assert.equal(printed(code, {}), 'true 19 22 43 50')
  })

  it('make a compiled step another program when they are switched off', () => {
    const w = randn([64, 64])
    const step = compile((x: Tensor) => x.matmul(w).sum())
    const x = randn([64, 64])
    for (let i = 0; i < 4; i++) step(x)
    setBackend('wasm')
    const eager = x.matmul(w).sum().item()
    for (let i = 0; i < 4; i++) assert.equal(step(x).item(), eager)
    assert.equal(step.programs.length, 2)
  })

  it('raise what they cannot be given', () => {
    raises(() => setBackend('mkl'), 'BAD_BACKEND', 'auto, wasm, blas, reference')
  })
})
