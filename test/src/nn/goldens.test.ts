// Every layer against PyTorch: outputs, gradients by inputs and parameters, buffers; and against central differences.
import assert from 'node:assert/strict'
import { device, nn, setBackend } from '#src/index.js'
import { differentiates, moduleCases, problems } from './golden-modules.js'

/** Layers without a golden case of their own, each with the reason. */
const NO_GOLDEN: ReadonlyMap<string, string> = new Map([
  ['AlphaDropout', 'random: tested by statistics in dropout.test.ts'],
  ['Dropout', 'random: tested by statistics in dropout.test.ts'],
  ['Dropout1d', 'random: tested by statistics in dropout.test.ts'],
  ['Dropout2d', 'random: tested by statistics in dropout.test.ts'],
  ['Module', 'the base of all'],
  ['ModuleDict', 'a container: tested in blocks.test.ts'],
  ['ModuleList', 'a container: tested in blocks.test.ts'],
  ['Residual', 'takes modules: tested in blocks.test.ts'],
  ['TransformerDecoder', 'a container: tested in transformer.test.ts'],
  ['TransformerEncoder', 'a container: tested in transformer.test.ts'],
  ['Sequential', 'a container: tested in module.test.ts'],
])

const byName = grouped()

function grouped(): Map<string, (typeof moduleCases)[number][]> {
  const groups = new Map<string, (typeof moduleCases)[number][]>()
  for (const one of moduleCases) groups.set(one.name, [...(groups.get(one.name) ?? []), one])
  return groups
}

describe('modules against PyTorch', () => {
  const chosen = device()
  afterEach(() => setBackend(chosen))

  it('covers every layer, or says why not', () => {
    const layers = Object.entries(nn).filter(([, value]) => isModuleClass(value))
    assert.ok(layers.length > 3)
    assert.deepEqual(
      layers.map(([name]) => name).filter(name => !byName.has(name) && !NO_GOLDEN.has(name)),
      [],
    )
    assert.deepEqual(
      [...NO_GOLDEN.keys()].filter(name => byName.has(name)),
      [],
    )
  })

  for (const [name, cases] of byName) {
    for (const backend of ['wasm', 'reference']) {
      for (const dtype of ['float64', 'float32'] as const) {
        it(`${name} on ${backend}, ${dtype}`, () => {
          setBackend(backend)
          const wrong = cases.flatMap((golden, i) =>
            problems(golden, dtype).map(problem => `case ${i + 1} of ${golden.module}: ${problem}`),
          )
          assert.deepEqual(wrong, [])
        })
      }
    }
  }

  for (const [name, cases] of byName) {
    const smooth = cases.filter(golden => golden.smooth === 1)
    if (smooth.length === 0) continue
    it(`${name} by central differences`, () => {
      for (const golden of smooth) differentiates(golden)
    })
  }
})

function isModuleClass(value: unknown): boolean {
  return typeof value === 'function' && (value === nn.Module || value.prototype instanceof nn.Module)
}
