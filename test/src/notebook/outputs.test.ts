// Outputs against what JupyterLab's own models save (test/golden/make_outputs.mjs).
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { type CellOutputs, NotebookOutputs } from '#src/notebook/outputs.js'
import { StreamText } from '#src/notebook/stream.js'

interface Played {
  readonly type: string
  readonly content: Record<string, unknown>
  /** The cell whose request it answers, where that is not its own. */
  readonly cell?: number
}

interface Saved {
  readonly outputs: Record<string, unknown>[]
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../test/golden/outputs/${name}`, import.meta.url), 'utf8'))
const scenarios = read('scenarios.json') as Record<string, Played[][]>
const { results } = read('jupyterlab.json') as { results: Record<string, Saved[]> }

function play(cells: readonly Played[][]): unknown[][] {
  const notebook = new NotebookOutputs()
  const areas: CellOutputs[] = []
  cells.forEach((messages, number) => {
    areas.push(notebook.open(`request ${number}`))
    for (const { type, content, cell = number } of messages) {
      notebook.take({ channel: 'iopub', type, parent: `request ${cell}`, content })
    }
  })
  return areas.map(area => area.toJSON())
}

/**
 * JupyterLab keeps all that a message says: a display that a result with the same display id updates gets an
 * `execution_count`, which nbformat refuses. Ours stays a valid notebook.
 */
function asFormat(output: Record<string, unknown>): unknown {
  const { execution_count: _, ...rest } = output
  return output.output_type === 'display_data' ? rest : output
}

describe('outputs as JupyterLab saves them', () => {
  it('has an expectation for each scenario', () => {
    assert.deepEqual(Object.keys(results), Object.keys(scenarios))
  })

  for (const [name, cells] of Object.entries(scenarios)) {
    it(name, () => {
      assert.deepEqual(
        play(cells),
        results[name]?.map(cell => cell.outputs.map(asFormat)),
      )
    })
  }

  it('ignores what is no output of a known cell', () => {
    const notebook = new NotebookOutputs()
    const cell = notebook.open('a')
    const content = { name: 'stdout', text: 'x' }
    notebook.take({ channel: 'shell', type: 'stream', parent: 'a', content })
    notebook.take({ channel: 'iopub', type: 'stream', parent: 'b', content })
    notebook.take({ channel: 'iopub', type: 'stream', parent: undefined, content })
    notebook.take({ channel: 'iopub', type: 'status', parent: 'a', content: { execution_state: 'idle' } })
    assert.deepEqual(cell.toJSON(), [])
  })
})

describe('the text of a stream', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\r', '\b', 'é'), maxLength: 30 })

  it('does not depend on how it was cut into messages', () => {
    fc.assert(
      fc.property(fc.array(piece), pieces => {
        const cut = new StreamText()
        for (const text of pieces) cut.write(text)
        const whole = new StreamText()
        whole.write(pieces.join(''))
        assert.equal(cut.text, whole.text)
      }),
    )
  })

  it('is unchanged where nothing overwrites', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const plain = text.replace(/[\r\b]/g, '')
        const stream = new StreamText()
        stream.write(plain)
        assert.equal(stream.text, plain)
      }),
    )
  })

  it('takes a hundred thousand pieces in linear time', () => {
    const stream = new StreamText()
    for (let i = 0; i < 100_000; i++) stream.write(`\rstep ${i}`)
    stream.write('\n')
    for (let i = 0; i < 100_000; i++) stream.write(`${i}\n`)
    assert.equal(stream.text.length, 'step 99999\n'.length + 588_890)
  })
})
