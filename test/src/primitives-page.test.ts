// docs/primitives.md against the code: every primitive stands on the page once, with a rule exactly where the code has one.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { RULES } from '#src/autograd/rules.js'
import { KNOWN_ANSWERS } from './backends/reference/known-answers.js'

const page = readFileSync(new URL('../../../docs/primitives.md', import.meta.url), 'utf8')
const names = Object.keys(RULES)

/** Parameters by primitive, of those that have a known answer. */
const parameters = new Map<string, string>(
  KNOWN_ANSWERS.map(({ name, params }) => [name, Object.keys(params).sort().join(', ')]),
)

interface Row {
  readonly names: readonly string[]
  readonly params: string
  readonly cells: readonly string[]
}

/** The rows of all tables: the primitives in the first cell, and what stands in the others. */
const rows: Row[] = page
  .split('\n')
  .filter(line => /^\| `/.test(line))
  .map(line => line.split(/(?<!\\)\|/).slice(1, -1))
  .map(([first = '', ...cells]) => ({
    names: quoted(first),
    params: italics(first),
    cells: cells.map(cell => cell.trim()),
  }))
const makers = /^`full`.*: no tensor goes in/m.exec(page)?.[0] ?? ''

function italics(text: string): string {
  return (/_([\w, ]+)_/.exec(text)?.[1] ?? '').split(', ').sort().join(', ')
}

function quoted(text: string): string[] {
  return [...text.matchAll(/`(\w+)`/g)].map(match => match[1] as string)
}

describe('docs/primitives.md', () => {
  it('has each primitive once, and nothing else', () => {
    assert.deepEqual([...rows.flatMap(row => row.names), ...quoted(makers)].sort(), [...names].sort())
  })

  it('names the parameters of each', () => {
    const checked = rows.flatMap(row => row.names.map(name => [name, row.params] as const))
    const wrong = checked.filter(([name, params]) => params !== (parameters.get(name) ?? params))
    assert.deepEqual(wrong, [])
    assert.ok(checked.filter(([name]) => parameters.has(name)).length > 90)
  })

  it('says how many there are', () => {
    assert.equal(Number(/There are (\d+) of them/.exec(page)?.[1]), names.length)
  })

  it('has a rule where the code has one, and none where it has none', () => {
    for (const row of rows) {
      const saysNone = row.cells.some(cell => cell === 'none')
      for (const name of row.names) {
        assert.equal(saysNone, RULES[name as keyof typeof RULES].kind === 'none', name)
        assert.ok((row.cells[1] ?? '') !== '', `${name} has no gradient`)
      }
    }
    for (const name of quoted(makers)) assert.equal(RULES[name as keyof typeof RULES].kind, 'none', name)
  })
})
