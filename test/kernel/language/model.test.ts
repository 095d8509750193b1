// Cells against a plain model of them, through the real kernel: failures and interrupts included.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { type CellOutcome, execute } from '../clients/request.js'
import { type StdioClient, startStdioKernel } from '../clients/stdio.js'
import { type Cell, hangingNotebook, Model, NUMBERS, NUMBERS_TEXT, Writer } from './model.js'

const RUNS = process.env.GRADLAB_LONG === '1' ? 300 : 15

describe('a kernel and a plain model of it', function () {
  this.timeout(RUNS * 8_000)
  let folder: string
  let kernel: StdioClient
  let notebooks = 0

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-model-'))
    writeFileSync(join(folder, NUMBERS), NUMBERS_TEXT)
    kernel = startStdioKernel(folder)
  })

  after(async () => {
    await kernel.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('agree on every value and every failure, interrupts included', async () => {
    await fc.assert(
      fc.asyncProperty(hangingNotebook, async cells => {
        notebooks += 1
        const writer = new Writer(`n${notebooks}`)
        const model = new Model()
        for (const statements of cells) {
          const outcome = await run(writer.cell(statements), statements)
          assert.equal(outcome.error?.ename, model.run(statements))
          const { results } = await execute(kernel, writer.probe())
          assert.equal(results[0]?.['text/plain'], `'${model.seen()}'`)
        }
      }),
      { numRuns: RUNS, seed: 20_261_122 },
    )
  })

  async function run(code: string, statements: Cell): Promise<CellOutcome> {
    const outcome = execute(kernel, code)
    if (!statements.some(({ type }) => type === 'hang')) return outcome
    const started = kernel.collector.next(
      ({ header, content }) => header.msg_type === 'stream' && String(content.text).includes('go'),
    )
    // A cell that fails before it hangs prints nothing.
    if ((await Promise.race([started, outcome.then(() => undefined)])) !== undefined) {
      await kernel.request('control', 'interrupt_request', {})
    }
    return outcome
  }
})
