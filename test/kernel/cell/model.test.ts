// Cells against a plain model of them, at the level of compiler and boxes: many runs, since each takes a millisecond.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Model, NUMBERS, notebook, Writer } from '../language/model.js'
import { TestKernel } from './harness.js'

const RUNS = process.env.GRADLAB_LONG === '1' ? 1500 : 150

describe('cells and a plain model of them', function () {
  this.timeout(RUNS * 200)

  it('agree on every value and every failure', async () => {
    await fc.assert(
      fc.asyncProperty(notebook, async cells => {
        const kernel = new TestKernel({ [NUMBERS]: { one: 1, two: 2 } })
        const writer = new Writer('')
        const model = new Model()
        for (const statements of cells) {
          const { error } = await kernel.run(writer.cell(statements))
          assert.equal((error as Error | undefined)?.name, model.run(statements))
          assert.equal(await kernel.evaluate(writer.probe()), model.seen())
        }
      }),
      { numRuns: RUNS, seed: 20_261_122 },
    )
  })
})
