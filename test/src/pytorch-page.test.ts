// docs/pytorch.md against the code: its table of dtypes is what happens, and the names that it tells to write are there.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { DType } from '#src/index.js'
import { tensor } from '#src/index.js'
import { isThere } from './golden/run.js'

const page = readFileSync(new URL('../../../docs/pytorch.md', import.meta.url), 'utf8')
const tables = page.split(/\n\n+/).filter(block => block.startsWith('| '))
const rowsOf = (table: string): string[][] =>
  table.split('\n').map(line => line.split('|').map(cell => cell.trim().replaceAll('**', '')))

describe('docs/pytorch.md', () => {
  it('tells in which dtype two tensors meet', () => {
    const [head = [], , ...rows] = rowsOf(tables.find(table => table.includes('**bool**')) ?? '')
    assert.equal(rows.length, 6)
    for (const [, a, ...cells] of rows) {
      cells.slice(0, 6).forEach((told, i) => {
        const [left, right] = [a as DType, head[i + 2] as DType]
        assert.equal(tensor([1], { dtype: left }).add(tensor([1], { dtype: right })).dtype, told, `${left}, ${right}`)
      })
    }
  })

  it('tells to write what is there', () => {
    const [, , ...rows] = rowsOf(tables.find(table => table.includes('| PyTorch | here |')) ?? '')
    const code = rows.map(row => row[2] as string).join(' ')
    const names = [...new Set(Array.from(code.matchAll(/([\w.]*?)\.?(\w+)\(/g), match => match[2] as string))]
    assert.ok(names.length > 25, names.join(' '))
    assert.deepEqual(
      names.filter(name => !isThere(name)),
      [],
    )
  })
})
