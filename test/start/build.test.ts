import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setupModule } from './scripts.js'

interface Build {
  buildState(root: string): { ok: true } | { ok: false; reason: string }
  stampAfterBuild(root: string): () => void
}

describe('what is built, before npm start goes on', () => {
  let setup: Build
  let root: string
  before(async () => {
    setup = await setupModule<Build>('build.mjs')
  })
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'gradlab-build-'))
    for (const name of ['src/index.ts', 'src/cli/main.ts', 'kernel-ext/src/errors.ts']) put(name, 'export {}')
  })
  afterEach(() => rmSync(root, { recursive: true }))

  function put(name: string, text: string): void {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  function compile(): void {
    for (const name of ['dist/index.js', 'dist/cli/main.js', 'kernel-ext/dist/errors.js']) put(name, '')
  }
  function reason(): string {
    const state = setup.buildState(root)
    return state.ok ? 'ok' : state.reason
  }

  it('is built where there is no stamp', () => assert.equal(reason(), 'not built yet'))

  it('is right until a source changes, comes or goes', () => {
    const stamp = setup.stampAfterBuild(root)
    compile()
    stamp()
    assert.equal(reason(), 'ok')
    put('src/cli/main.ts', 'export const a = 1')
    assert.equal(reason(), 'the sources have changed')
    put('src/cli/main.ts', 'export {}')
    assert.equal(reason(), 'ok')
    put('kernel-ext/src/more.ts', '')
    assert.equal(reason(), 'the sources have changed')
  })

  it('is built again where output was taken away', () => {
    const stamp = setup.stampAfterBuild(root)
    compile()
    stamp()
    rmSync(join(root, 'kernel-ext/dist'), { recursive: true })
    assert.equal(reason(), 'kernel-ext/dist/errors.js is missing')
  })

  it('is built again where a door of the package was taken away', () => {
    put('package.json', '{"exports": {".": {"types": "./dist/index.d.ts", "default": "./dist/bundle/index.js"}}}')
    const stamp = setup.stampAfterBuild(root)
    compile()
    stamp()
    assert.equal(reason(), 'dist/bundle/index.js is missing')
    put('dist/bundle/index.js', '')
    assert.equal(reason(), 'ok')
  })

  it('is built again where a source changed while the compiler ran', () => {
    const stamp = setup.stampAfterBuild(root)
    put('src/index.ts', 'export const late = 1')
    compile()
    stamp()
    assert.equal(reason(), 'the sources have changed')
  })
})

describe('the methods of a tensor, as declared', () => {
  const declarations = (file: string): string => readFileSync(new URL(`../../../dist/${file}`, import.meta.url), 'utf8')

  it('have the signature and the documentation of their functions', () => {
    const text = declarations('tensor/ops/products.d.ts')
    assert.equal(text.match(/Matrix product: out\[i, j\]/g)?.length, 2)
    assert.match(text, /interface Tensor \{[\s\S]*\*\/\n +matmul\(b: Tensor\): Tensor;/)
    assert.match(declarations('autograd/leaf.d.ts'), /\*\/\n +registerHook\(hook: GradientHook\): \(\) => void;/)
    assert.match(declarations('random/sample.d.ts'), /\*\/\n +normal_\(/)
  })

  it('are written once, however often it is built', async () => {
    const { declareMethods } = await setupModule<{ declareMethods(root: string): void }>('methods.mjs')
    declareMethods(fileURLToPath(new URL('../../../', import.meta.url)))
    assert.equal(declarations('tensor/ops/products.d.ts').split('interface Tensor {').length, 2)
  })
})
