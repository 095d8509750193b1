// Mocha's root hooks of test/src/live-counts.test.ts: count what lives after each test, on both backends.
import { memory } from '#src/index.js'
import { backendNamed } from '#src/tensor/state.js'

const backends = ['wasm', 'reference'].map(name => backendNamed(name))
const left: { title: string; more: number; report: string }[] = []
let before = 0
let tests = 0

/** Without single numbers: the library keeps some of those as constants. */
function count(): number {
  return backends.flatMap(backend => backend.listing()).filter(({ length }) => length > 1).length
}

export const mochaHooks = {
  beforeEach() {
    for (const backend of backends) backend.setTracking('count')
    // The dead of the last test are gone; what `before` has made for the tests that follow lives.
    before = count()
  },
  afterEach(this: Mocha.Context) {
    tests++
    // One collection is for both.
    backends[0]?.memory(true)
    const more = count() - before
    if (more > 0) left.push({ title: this.currentTest?.fullTitle() ?? '', more, report: `${memory()}` })
  },
  afterAll() {
    process.stdout.write(`\nLIVE ${JSON.stringify({ tests, left })}\n`)
  },
}
