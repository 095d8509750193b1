// Every operation against PyTorch: test/golden/README.md says how the goldens are made.
import assert from 'node:assert/strict'
import { device, setBackend } from '#src/index.js'
import { backendNamed } from '#src/tensor/state.js'
import { casesByName, dtypesOf, type GoldenCase } from './golden/cases.js'
import { isThere, problems } from './golden/run.js'

const SHOWN = 6
const ROUNDS = 3
const cases = casesByName()

describe('goldens from PyTorch', () => {
  it('know only names that gradlab exports', () => {
    const missing = [...cases.keys()].filter(name => !isThere(name))
    assert.deepEqual(missing, [], `${missing.length} names have goldens and are not exported: ${missing.join(', ')}`)
  })

  for (const backend of ['reference', 'wasm']) {
    describe(`on ${backend}`, () => {
      let chosen: string
      before(() => {
        chosen = device()
        setBackend(backend)
      })
      after(() => setBackend(chosen))

      for (const [name, list] of cases) {
        if (!isThere(name)) continue
        it(`${name}: ${list.length} case(s), forward and backward`, () => {
          const wrong = list.flatMap((golden, i) => told(golden, i))
          assert.equal(wrong.length, 0, `${wrong.length} differences:\n${wrong.slice(0, SHOWN).join('\n')}`)
        })
      }
    })
  }

  // The reference leaves its arrays to the engine; the heap of wasm is ours to tidy up.
  it('leave no memory behind on wasm', function () {
    this.timeout(60_000)
    const chosen = device()
    setBackend('wasm')
    try {
      const { memory } = backendNamed('wasm')
      // The first time around, the numbers that are kept for good are made.
      runAll()
      const start = memory(true).bytes
      for (let round = 0; round < ROUNDS; round++) runAll()
      const left = memory(true).bytes - start
      // Small tensors share blocks, and one that lives keeps its block: which ones differs from round to round.
      assert.ok(left < start / 4, `${left} bytes more than the ${start} after the first round`)
    } finally {
      setBackend(chosen)
    }
  })
})

function runAll(): void {
  for (const list of cases.values()) list.filter(({ name }) => isThere(name)).forEach(runBoth)
}

function runBoth(golden: GoldenCase): void {
  for (const dtype of dtypesOf(golden)) problems(golden, dtype, 'free')
}

function told(golden: GoldenCase, i: number): string[] {
  return dtypesOf(golden).flatMap(dtype =>
    (['free', 'method'] as const).flatMap(form =>
      problems(golden, dtype, form).map(
        text => `  ${golden.module}.${golden.name} case ${i + 1} ${dtype} ${form} ${shapes(golden)}: ${text}`,
      ),
    ),
  )
}

/** The arguments in short. */
function shapes({ args }: GoldenCase): string {
  const short = (arg: unknown): string => {
    if (Array.isArray(arg)) return `[${arg.map(short).join(', ')}]`
    if (typeof arg === 'object' && arg !== null && 's' in arg) return `${(arg as unknown as { d: string }).d}[${arg.s}]`
    return JSON.stringify(arg)
  }
  return `(${args.map(short).join(', ')})`
}
