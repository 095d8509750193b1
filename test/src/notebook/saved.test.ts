// Cell metadata after a run; the expectations were seen in JupyterLab 4.6.6 (test/browser/run.test.ts compares anew).
import assert from 'node:assert/strict'
import type { Cell, JsonObject } from '#src/notebook/format.js'
import { savedMetadata } from '#src/notebook/saved.js'

function cell(type: Cell['cell_type'], source: string, metadata: JsonObject): Cell {
  const base = { id: 'a', source, metadata }
  return type === 'code'
    ? { ...base, cell_type: type, execution_count: null, outputs: [] }
    : { ...base, cell_type: type }
}

const hidden = { outputs_hidden: true }
const cases: readonly [string, Cell, JsonObject][] = [
  ['other keys stay', cell('code', 'x', { a: 1, jupyter: { b: 2 } }), { a: 1, jupyter: { b: 2 } }],
  ['older timings go', cell('code', 'x', { execution: { 'iopub.status.busy': 'x' }, a: 1 }), { a: 1 }],
  ['a code cell shows its outputs', cell('code', 'x', { collapsed: true }), {}],
  ['also by the newer key', cell('code', 'x', { jupyter: hidden }), {}],
  [
    'its source stays hidden',
    cell('code', 'x', { jupyter: { ...hidden, source_hidden: true } }),
    { jupyter: { source_hidden: true } },
  ],
  [
    'outputs that are shown',
    cell('code', 'x', { collapsed: false }),
    { collapsed: false, jupyter: { outputs_hidden: false } },
  ],
  [
    'the same by the newer key',
    cell('code', 'x', { jupyter: { outputs_hidden: false, a: 1 } }),
    { collapsed: false, jupyter: { outputs_hidden: false, a: 1 } },
  ],
  ['a blank cell is not run', cell('code', ' \n', { collapsed: true }), { collapsed: true, jupyter: hidden }],
  ['Markdown shows its text', cell('markdown', 'x', { a: 1, jupyter: { source_hidden: true } }), { a: 1 }],
  [
    'Markdown that is shown',
    cell('markdown', 'x', { jupyter: { source_hidden: false } }),
    { jupyter: { source_hidden: false } },
  ],
  [
    'raw cells are not run',
    cell('raw', 'x', { collapsed: true, jupyter: { source_hidden: true } }),
    { collapsed: true, jupyter: { source_hidden: true, outputs_hidden: true } },
  ],
]

describe("a cell's metadata after a run", () => {
  for (const [name, before, after] of cases) {
    it(name, () => assert.deepEqual(savedMetadata(before), after))
  }
})
